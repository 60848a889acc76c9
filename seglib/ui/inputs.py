"""Controls shared by the pages; each returns a plain value."""

from __future__ import annotations

from typing import Literal, get_args

import streamlit as st

from seglib.annotation.polygons import BadAnnotation
from seglib.former_labels import PARTS, former_words
from seglib.images import BadImage
from seglib.labels import EVERYDAY, LABEL_SETS, STREET, LabelSet
from seglib.models.cards import shipped_nets
from seglib.photos import PHOTOS
from seglib.picture_files import MAX_BYTES, SUFFIXES
from seglib.ui import lost, state
from seglib.ui.uploads import files_of
from seglib.ui.words import literal

View = Literal["classes", "errors", "confidence", "unsure"]
VIEWS: tuple[View, ...] = get_args(View)
THRESHOLDS = tuple(f"{per_cent} %" for per_cent in range(20, 100, 10))
ANSWER = "the net's answer"
PHOTO_TYPES = [suffix.removeprefix(".") for suffix in SUFFIXES]  # what is read; uploaders take all, and say what is not


def photo_picker() -> None:
    """The one picker, at the top of every page: a photo of the box, an upload, the camera; and the label set."""
    own = state.uploads()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="photo_bar"):
        st.selectbox(
            "Photo",
            state.photo_keys(),
            format_func=lambda key: own[key].title if key in own else PHOTOS[key].title,
            key="photo",
            label_visibility="collapsed",
            width=260,
        )
        st.segmented_control(
            "Classes",
            list(LABEL_SETS),
            default="everyday",
            required=True,
            key="classes",
            bind="query-params",
            label_visibility="collapsed",
            width="content",
        )
        with st.popover("Your own photo", icon=":material/add_photo_alternate:", key="own_photo"):
            _own_photo()
        photo = state.photo()
        if beside := photo.credit or photo.notice:  # a photo of the box is not shrunk, an upload names no author
            st.caption(literal(beside))
    _say(photo)


def _own_photo() -> None:
    """Where a photo and its labels come in."""
    key = lost.uploader_key()
    # No list of types: the browser would refuse a HEIC without a reason, and we have one.
    st.file_uploader(
        "A photo from your computer",
        key=key,
        on_change=_take_photo,
        args=(key,),
        max_upload_size=MAX_BYTES // 10**6,
        help="JPEG, PNG, WebP, AVIF, TIFF, BMP or GIF, whatever its name.",
    )
    if st.toggle("Use the camera", key="camera_on"):
        st.camera_input("A photo from the camera", key="camera", on_change=_take_photo, args=("camera",))
    photo = state.photo()
    if photo.key in state.uploads():
        _truth_uploader(photo)
    st.caption(
        "Photos stay in this session's memory and are never written to disk. Nets tell apart "
        f"{len(EVERYDAY)} classes for any photo (everyday), or CamVid's {len(STREET)} for streets."
    )


def _truth_uploader(photo: state.Photo) -> None:
    """Where an upload's labels come in, and go again."""
    widget = f"truth_{photo.key}"
    file = st.file_uploader(
        "Its labels: PNG of class indices, or LabelMe JSON",
        key=widget,
        on_change=_take_truth,
        args=(widget, photo, state.label_set()),
        help="Of the photo's own size. COCO's and Cityscapes' JSON are read, too.",
    )
    if file is None and (photo.annotation is not None or photo.label_maps):  # it came before another page was open
        st.button("Take its labels back", key=f"forget_{photo.key}", on_click=state.forget_truth, args=(photo.key,))


def _take_photo(widget: str) -> None:
    """Callback of an upload: keep the photo and choose it, or say what is wrong and change nothing.

    A file that is taken back by its cross is gone everywhere.
    """
    st.session_state.pop("upload_error", None)
    brought = st.session_state.setdefault("brought_by", {})  # {widget: key of the photo that lies in it}
    if not (files := files_of(widget)):
        if st.session_state.get(widget) is None and (key := brought.pop(widget, None)):
            state.forget_upload(key)
        return
    try:
        photo = state.add_upload(files[0].getvalue(), files[0].name)
    except BadImage as error:
        brought.pop(widget, None)
        st.session_state["upload_error"] = str(error)
    else:
        brought[widget] = photo.key
        state.choose_photo(photo.key)
        lost.forget()


def _take_truth(widget: str, photo: state.Photo, label_set: LabelSet) -> None:
    """Callback of a labels upload; taken back by its cross, labels are gone."""
    st.session_state.pop("upload_error", None)
    if not (files := files_of(widget)):
        if st.session_state.get(widget) is None:
            state.forget_truth(photo.key)
        return
    try:
        state.add_truth(photo, files[0].getvalue(), label_set)
    except (BadImage, BadAnnotation) as error:
        st.session_state["upload_error"] = str(error)


def _say(photo: state.Photo) -> None:
    if error := st.session_state.get("upload_error"):
        st.error(literal(error))
    elif problem := state.truth_problem(photo, state.label_set()):
        st.warning(literal(problem))
    if photo.label_notice:
        st.info(literal(photo.label_notice))


def choose_nets(label_set: LabelSet, key: str = "nets") -> list[str]:
    """Which of the trained nets to show; never none."""
    nets = list(shipped_nets(label_set.name))
    chosen = st.pills(
        "Nets",
        nets,
        selection_mode="multi",
        default=nets,
        key=key,
        bind="query-params",
        persist_state="session",
        wrap=True,
    )
    return [net for net in nets if net in (chosen or [])] or nets[-1:]


def choose_view(has_truth: bool) -> View:
    """Classes, errors, confidence, or what is unsure; errors need a truth."""
    options = [view for view in VIEWS if has_truth or view != "errors"]
    return st.segmented_control("Show", options, default="classes", key="view", required=True, bind="query-params")


def choose_threshold() -> float:
    """Below which confidence a pixel counts as unsure, in [0, 1]."""
    chosen = st.select_slider(
        "Hatch what is less sure than", THRESHOLDS, value="50 %", key="unsure", bind="query-params"
    )
    return int(chosen.removesuffix(" %")) / 100


def choose_class(label_set: LabelSet, answer: int, title: str = "Class") -> int:
    """One class of the label set, by index; until one is chosen, ``answer``, the net's at the pinned pixel."""
    key, gone = f"class_{label_set.name}", f"gone_class_{label_set.name}"
    if (named := st.query_params.get(key)) in former_words(label_set):
        st.session_state[gone] = named  # Streamlit takes it out of the address without a word
    name = st.selectbox(title, [ANSWER, *label_set.classes], key=key, bind="query-params")
    if name != ANSWER:
        st.session_state.pop(gone, None)
    elif gone in st.session_state:
        st.caption(f"The link names “{st.session_state[gone]}”, which is now several classes: {', '.join(PARTS)}.")
    return answer if name == ANSWER else label_set.index(name)


def choose_streams(nets: list[str]) -> str:
    """Switches for the streams 16, 8 and 4 on top of stride 32: the net trained for those that are on.

    Nets exist for 32, 32 + 16, 32 + 16 + 8 and so on: switching a stream on takes those before it along,
    switching it off those after it.
    """
    strides = [int(net.removeprefix("fcn").removesuffix("s")) for net in nets]
    chosen = strides[0]
    with st.container(horizontal=True, gap="large"):
        st.toggle("Stream 32", value=True, disabled=True, help="The coarsest scores are always there.")
        for stride in strides[1:]:
            key = f"stream{stride}"
            if st.toggle(
                f"+ stream {stride}",
                key=key,
                value=stride > 4,
                bind="query-params",
                on_change=_nest,
                args=(key, strides),
            ):
                chosen = stride
    return nets[strides.index(chosen)]


def _nest(key: str, strides: list[int]) -> None:
    """Keep the streams that are on a run from the coarsest down."""
    stride, on = int(key.removeprefix("stream")), st.session_state[key]
    for other in strides[1:]:
        if on and other > stride:
            st.session_state[f"stream{other}"] = True
        elif not on and other < stride:
            st.session_state[f"stream{other}"] = False


def choose_net(nets: list[str]) -> str:
    """One net of these; the first, until another is chosen."""
    return st.segmented_control("Net", nets, default=nets[0], key="net", required=True, bind="query-params")


def choose_upsampling() -> str:
    """How scores come back from their grid to the photo."""
    return st.segmented_control(
        "Upsampling", ["nearest", "bilinear"], default="bilinear", key="how", required=True, bind="query-params"
    )
