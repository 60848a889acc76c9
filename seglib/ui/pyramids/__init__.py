"""The experiments of the page on image pyramids."""
