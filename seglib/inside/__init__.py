"""A net taken apart: how gradients come back, where a classifier sees its classes, what each unit finds."""
