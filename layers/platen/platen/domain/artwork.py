"""Artwork: what a look at a print file shows, held against what the vendor needs. Pure."""

from __future__ import annotations

from collections.abc import Iterator

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


_DRAWINGS = frozenset({"application/pdf", "image/svg+xml", "application/postscript"})
"""What has no pixels of its own."""
_WEB_PAGES = frozenset({"text/html", "application/xhtml+xml"})


def judge(seen: Seen, needs: ArtworkNeeds, *, line_id: str, field: str, title: str) -> tuple[Problem, ...]:
    """What is wrong with a print file; each problem names the line's title, the need and what is there.

    ``field`` is the print detail that holds its address, e.g. ``print_url``. Pixels that are needed and could not
    be read are a problem: a blurry print is noticed by the buyer only. A size the server did not tell is none:
    the vendor refuses a file that is too big, and everybody sees that.
    """
    called = f'The print file of "{_cut(title)}"' if title.strip() else "The print file"
    return tuple(
        Problem(what=f"{called} {what}", line_id=line_id, field=field) for what in _complaints(seen, needs)
    )


def _complaints(seen: Seen, needs: ArtworkNeeds) -> Iterator[str]:
    if not seen.reachable:
        words = seen.words.strip().rstrip(".") or "no reason is known"
        yield f"could not be read: {words}. Mend that, or put the file where anybody may read it, then try again."
        return
    if seen.media_type in _WEB_PAGES:
        yield (
            "is a web page, not a file: perhaps one that asks to log in, or that only shows the file. Use the"
            " address of the file itself."
        )
        return
    wrong_type = _type(seen, needs)
    yield from wrong_type
    yield from _bytes(seen, needs)
    if not wrong_type:
        yield from _pixels(seen, needs)


def _type(seen: Seen, needs: ArtworkNeeds) -> list[str]:
    if not needs.types or seen.media_type in needs.types:
        return []
    wanted = _either([_kind(one) for one in needs.types])
    if not seen.media_type:
        return [f"is of a kind that could not be told; it has to be {wanted}. Look at it, and save it as that."]
    return [f"is {_kind(seen.media_type)}; it has to be {wanted}. Save it as that, and use the new file."]


def _bytes(seen: Seen, needs: ArtworkNeeds) -> Iterator[str]:
    if needs.most_bytes is not None and seen.size is not None and seen.size > needs.most_bytes:
        there, most = _size(seen.size), _size(needs.most_bytes)
        if there == most:
            there, most = f"{seen.size} bytes", f"{needs.most_bytes} bytes"
        yield f"has {there}; at most {most} are taken. Save it with fewer pixels or more compression."


def _pixels(seen: Seen, needs: ArtworkNeeds) -> Iterator[str]:
    wanted = needs.width or 0, needs.height or 0
    if not any(wanted) or _may_have_none(seen, needs):
        return
    needed = _dimensions(*wanted)
    if not seen.width or not seen.height:
        yield f"could not be measured; it has to have {needed}. Look whether it has."
    elif not _covers((seen.width, seen.height), wanted):
        there = f"{seen.width} x {seen.height} pixels"
        yield f"has {there}; it has to have {needed}. Use a larger one: enlarging this one would print blurred."


def _may_have_none(seen: Seen, needs: ArtworkNeeds) -> bool:
    """A vendor that names a kind of drawing among its types takes it at any size."""
    return seen.media_type in _DRAWINGS and seen.media_type in needs.types


def _covers(there: tuple[int, int], wanted: tuple[int, int]) -> bool:
    """Upright or lying on its side, which is also how a camera may have stored it."""
    return any(wide >= wanted[0] and high >= wanted[1] for wide, high in (there, there[::-1]))


def _dimensions(width: int, height: int) -> str:
    if width and height:
        return f"at least {width} x {height} pixels, either way round"
    return f"at least {width or height} pixels on one side"


def _size(size: int) -> str:
    """In MB as file managers show them.

    >>> _size(41_943_041), _size(40_000_000), _size(900)
    ('41.9 MB', '40 MB', '900 bytes')
    """
    if size < 100_000:
        return f"{size} bytes"
    return f"{size / 1_000_000:.1f}".removesuffix(".0") + " MB"


def _kind(media_type: str) -> str:
    """As people call it.

    >>> _kind("image/jpeg"), _kind("image/svg+xml"), _kind("application/pdf"), _kind("font/woff2")
    ('JPEG', 'SVG', 'PDF', 'font/woff2')
    """
    group, _, name = media_type.partition("/")
    return name.removesuffix("+xml").upper() if group == "image" or name == "pdf" else media_type


def _either(kinds: list[str]) -> str:
    return f"{', '.join(kinds[:-1])} or {kinds[-1]}" if len(kinds) > 1 else kinds[0]


def _cut(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"
