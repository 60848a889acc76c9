"""Labels drawn by hand: polygons and outlines, how far two people agree, and the heavy tail of the classes."""

from seglib.annotation.polygons import class_indices, rasterize, read_labelme, write_labelme

__all__ = ["class_indices", "rasterize", "read_labelme", "write_labelme"]
