"""Components of our own: what Streamlit has no widget for."""
