"""The experiments of the page on DeepLab and the CRF."""
