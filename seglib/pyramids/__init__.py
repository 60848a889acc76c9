"""Around image pyramids: superpixels that clean up a net's answer, and pictures of what each level sees.

The pyramids themselves are `seglib.pyramid`, the net on them is `seglib.models.pyramid`.
"""
