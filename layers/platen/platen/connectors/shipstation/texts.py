"""Texts fit for ShipStation: decoded, without what XML forbids, and no longer than it takes. Pure.

Lengths count UTF-16 units (an emoji is two): a published limit may mean those or characters, and what fits by the
one fits by the other. Inferred: how ShipStation counts is not documented.
"""

from __future__ import annotations

import re
from html import unescape
from unicodedata import category
from urllib.parse import quote, urlsplit

_NONCHARACTERS = frozenset(range(0xFDD0, 0xFDF0))
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" *\n *")
_IN_AN_ADDRESS = "!#$%&'()*+,/:;=?@[]~"


def size(text: str) -> int:
    """In UTF-16 units."""
    return len(text) if text.isascii() else len(text) + sum(character > "\uffff" for character in text)


def plain(text: str) -> str:
    """On one line, decoded, and free of what XML 1.0 forbids or discourages.

    >>> plain("Caf&eacute; \\x00 &amp;  Bar\\n")
    'Café & Bar'
    """
    return " ".join(_decoded(text).split())


def prose(text: str) -> str:
    """As :func:`plain`, with its lines kept; at most one of them empty in a row."""
    lines = _LINES.sub("\n", _BLANKS.sub(" ", _decoded(text))).strip()
    return re.sub(r"\n{3,}", "\n\n", lines)


def cut(text: str, most: int) -> str:
    """At most ``most`` units of it; no character is torn apart."""
    if len(text) <= most // 2 or size(text) <= most:
        return text
    kept = text[:most]
    while size(kept) > most:
        kept = kept[:-1]
    return kept.rstrip()


def shortened(text: str, most: int) -> str:
    """Cut so that it shows."""
    return text if size(text) <= most else cut(text, most - 1) + "…"


def address_of_picture(text: str, most: int) -> str:
    """A web address, with what may not stand in one escaped; empty for anything else, and where it is too long."""
    wanted = plain(text)
    try:
        parts = urlsplit(wanted)
        _ = parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        return ""
    if "[" in parts.netloc or not parts.netloc.isascii() or re.search(r"[^\w.:-]", parts.netloc):
        return ""
    rest = quote(parts._replace(scheme="", netloc="", fragment="").geturl(), safe=_IN_AN_ADDRESS)
    # A stray percent sign, and brackets outside a host, are no part of an address.
    rest = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", rest).replace("[", "%5B").replace("]", "%5D").replace("#", "%23")
    whole = f"{parts.scheme}://{parts.netloc}{rest}"
    return whole if len(whole) <= most else ""


def _decoded(text: str) -> str:
    """HTML's names of characters turned into them, and line ends into ours; forbidden characters are left out."""
    if text.isascii() and text.isprintable() and "&" not in text:
        return text  # nearly every one is: a page has thousands
    lines = unescape(text).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(character for character in lines if _allowed(character))


def _allowed(character: str) -> bool:
    if character in "\n\t":
        return True
    code = ord(character)
    return category(character) not in ("Cc", "Cs") and code & 0xFFFE != 0xFFFE and code not in _NONCHARACTERS
