"""Colour profiles: what a file's numbers mean as colours, brought to the sRGB that the nets were trained on.

A phone's photo is in Display P3, a camera's perhaps in Adobe RGB: taken for sRGB they look pale, and nets see other
classes. The profile inside the file says so (ICC.1:2010); littleCMS converts, relative to the white of both.
"""

from __future__ import annotations

import io
from functools import cache

from PIL import Image, ImageCms

_SPACES = {"RGB": "RGB", "L": "GRAY", "CMYK": "CMYK"}  # by mode of the picture: what its profile must speak of


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture in sRGB (mode RGB, or RGBA where there is transparency), by its own ICC ``profile``.

    Without a profile, or with one that is damaged or speaks of other channels, it comes back as it is.
    """
    colours = image.convert({"RGBA": "RGB", "LA": "L"}[image.mode]) if image.mode in ("RGBA", "LA") else image
    if not profile or colours.mode not in _SPACES:
        return image
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if own.profile.xcolor_space.strip() != _SPACES[colours.mode]:
            return image
        managed = ImageCms.profileToProfile(
            colours, own, _srgb(), renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC, outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    if colours is not image:
        managed.putalpha(image.getchannel("A"))
    return managed
