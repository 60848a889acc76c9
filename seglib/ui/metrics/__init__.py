"""The experiments of the page on metrics."""
