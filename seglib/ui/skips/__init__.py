"""The experiments of the page on skip connections."""
