"""The experiments of the page on annotation."""
