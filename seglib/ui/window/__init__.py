"""The experiments of the page on the window."""
