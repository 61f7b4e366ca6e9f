"""The kind and the pixels of a file, told by its first bytes. They are anybody's: nothing is believed of them."""

from __future__ import annotations

import io
import re

import imagesize  # type: ignore[import-untyped]

_MOST_PIXELS = 1_000_000
"""On a side; what says it has more is not believed."""
_BEGINNINGS = (
    (rb"\xff\xd8\xff", "image/jpeg"),
    (rb"\x89PNG\r\n\x1a\n", "image/png"),
    (rb"GIF8[79]a", "image/gif"),
    (rb"RIFF....WEBP", "image/webp"),
    (rb"II[*+]\x00|MM\x00[*+]", "image/tiff"),
    (rb"%PDF-", "application/pdf"),
    (rb"%!PS|\xc5\xd0\xd3\xc6", "application/postscript"),
    (rb"8BPS", "image/vnd.adobe.photoshop"),
    (rb"....ftyp(?:hei[cx]|mif1)", "image/heic"),
    (rb"....ftypavi[fs]", "image/avif"),
    (rb"BM.{4}\x00\x00\x00\x00", "image/bmp"),
    (rb"PK\x03\x04", "application/zip"),
)
"""The first bytes of the kinds that people send, by their formats' own definitions."""
_KINDS = [(re.compile(pattern, re.DOTALL), name) for pattern, name in _BEGINNINGS]
_MARKUP = re.compile(rb"<(?:!doctype\s)?\s*(svg|html|head|body)\b", re.IGNORECASE)
_MEASURED = ("image/jpeg", "image/png", "image/gif", "image/webp", "image/tiff")


def media_type_of(data: bytes) -> str:
    """By the file's own first bytes; empty where they say nothing."""
    kind = next((name for pattern, name in _KINDS if pattern.match(data)), "")
    if kind or not data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return kind
    root = _MARKUP.search(data[:2048])
    if root is None:
        return ""
    return "image/svg+xml" if root[1].lower() == b"svg" else "text/html"


def pixels_of(data: bytes, media_type: str) -> tuple[int, int] | None:
    """(width, height) as stored; None where the beginning of the file does not tell them."""
    if media_type not in _MEASURED:
        return None
    # Never by name: given a text, it would open that file or URL. It answers (-1, -1) to what it cannot read.
    width, height = imagesize.get(io.BytesIO(data), exif_rotation=False)
    if not (0 < width <= _MOST_PIXELS and 0 < height <= _MOST_PIXELS):
        return None
    return int(width), int(height)
