"""The experiments of the page on what came before convnets."""
