"""The room that knows Streamlit: the list of pages, what a visitor chose, caches, inputs, panels."""
