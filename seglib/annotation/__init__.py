"""Labels drawn by hand: polygons and outlines, how far two people agree, and the heavy tail of the classes."""
