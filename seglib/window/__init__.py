"""The window of a unit: how it grows by strides and dilation, and how much of it a net really uses."""
