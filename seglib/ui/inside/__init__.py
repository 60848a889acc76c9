"""The experiments of the page Inside."""
