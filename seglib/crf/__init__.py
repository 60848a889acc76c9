"""The fully connected CRF: a net's probabilities and the photo's edges, brought together by mean field."""
