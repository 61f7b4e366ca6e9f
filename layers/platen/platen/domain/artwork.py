"""Artwork: what a look at a print file shows, held against what the vendor needs. Pure."""

from __future__ import annotations

from platen.domain.attention import Problem
from platen.domain.model import Value


class ArtworkNeeds(Value):
    """What a vendor needs of one print file; what is None or empty is not held against it."""

    types: tuple[str, ...] = ()
    """Media types, e.g. ``image/jpeg``."""
    most_bytes: int | None = None
    width: int | None = None
    """Pixels, at least; an image may lie on its side."""
    height: int | None = None


class Seen(Value):
    """What a look at the print file showed."""

    reachable: bool
    words: str = ""
    """Why it could not be read."""
    media_type: str = ""
    """By what the file itself is, else as it was served."""
    size: int | None = None
    """Bytes; None where the server did not say."""
    width: int | None = None
    height: int | None = None


def judge(seen: Seen, needs: ArtworkNeeds, *, line_id: str, field: str, title: str) -> tuple[Problem, ...]:
    """What is wrong with a print file; each problem names the line's title, the need and what is there."""
    raise NotImplementedError
