"""Bytes that somebody else packed, unpacked within a bound: base64 of their deflated form."""

from __future__ import annotations

import base64
import binascii
import zlib

import numpy as np


def inflate(text: object, count: int) -> np.ndarray | None:
    """Exactly ``count`` bytes, ``(count,)`` uint8, never unpacking more; None for anything else."""
    # Deflate adds a few bytes per 16 kB to what it cannot compress, base64 a third.
    if not isinstance(text, str) or len(text) > count * 1.4 + 1000:
        return None
    stream = zlib.decompressobj()
    try:
        content = stream.decompress(base64.b64decode(text, validate=True), count + 1)
    except (binascii.Error, ValueError, zlib.error):
        return None
    return np.frombuffer(content, np.uint8) if len(content) == count and stream.eof else None
