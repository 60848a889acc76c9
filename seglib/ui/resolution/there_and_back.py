"""From photo to scores on a subsampled grid, and back to the photo; the layer that makes them."""

from __future__ import annotations

import streamlit as st

from seglib.labels import LabelSet
from seglib.models.cards import shipped_nets
from seglib.ui import cache, inputs, page, panels, state, tables
from seglib.ui.components.photo_view import Panel
from seglib.ui.resolution.last_layer import last_layer


def there_and_back(photo: state.Photo, label_set: LabelSet) -> None:
    """One net's answers as computed and as upsampled, its stages, and its score maps."""
    page.wait_for_nets()
    panels.say_if_unfamiliar(photo, label_set)
    left, right = st.columns(2)
    with left:
        net = inputs.choose_net(list(shipped_nets(label_set.name)))
    with right:
        how = inputs.choose_upsampling()
    answers = panels.segment_all(photo, label_set, [net])
    if not answers:
        panels.show([panels.photo_panel(photo)], photo, label_set, key="pipeline")
        return
    answer = answers[net]
    on_grid = cache.grid_labels(answer)
    upsampled = answer.labels if how == "bilinear" else on_grid
    scores = answer.streams[min(answer.streams)]
    coarse = Panel(
        title="Subsampled",
        role="output",
        alt=f"Best class at each of {scores.shape[2]} x {scores.shape[1]} grid points, as computed by {net}",
        caption=f"{scores.shape[2]} x {scores.shape[1]} answers",
        picture=photo.image,
        labels=on_grid,
    )
    fine = Panel(
        title=f"Upsampled ({how})",
        role="output",
        alt=f"The answers of {net} upsampled to the photo",
        caption=f"{photo.size[1]} x {photo.size[0]} pixels",
        picture=photo.image,
        labels=upsampled,
    )
    panels.show(
        [panels.photo_panel(photo), panels.swipe(coarse, fine)],
        photo,
        label_set,
        key="pipeline",
        truth=state.truth(photo, label_set),
        columns=2,
    )
    tables.layer_table(net, photo, label_set)
    st.header("The last layer: one score map a class")
    last_layer(photo, label_set, answer)
    page.show_source(cache.grid_labels)
