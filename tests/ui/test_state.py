"""What a visitor chose: one way to choose a photo for them."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def test_a_photo_that_python_chooses_is_first_in_the_list_and_takes_no_pin_along() -> None:
    def script() -> None:
        import streamlit as st  # noqa: PLC0415

        from seglib.ui import state  # noqa: PLC0415

        state.choose_from_address()
        st.button("Rocket", on_click=state.choose_photo, args=("rocket",))
        st.selectbox("Photo", state.photo_keys(), key="photo")
        st.text(str(state.pin(state.photo())))

    app = AppTest.from_function(script)
    app.query_params["photo"] = "coins"
    app.query_params["pin"] = "5,6"
    app.run()
    assert (app.selectbox[0].value, app.text[0].value) == ("coins", "(5, 6)")
    app.button[0].click().run()
    assert app.selectbox[0].value == app.selectbox[0].options[0] == "rocket"
    assert app.text[0].value != "(5, 6)"  # the middle of the photo, until another pixel is pinned
