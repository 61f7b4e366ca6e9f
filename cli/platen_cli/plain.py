"""Outside words made safe for a terminal: titles and vendors' texts may hold anything."""

from __future__ import annotations

import re

# C0 and C1 controls can move the cursor or rewrite the line; the bidi overrides can make text read backwards.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def plain(text: object) -> str:
    """The text with everything that could steer the terminal shown as ``�``, on one line.

    >>> plain("Mug\\x1b[2J")
    'Mug�[2J'
    """
    return re.sub(r"[\t\n\r]+", " ", _UNSAFE.sub("�", str(text).replace("\r", "\n"))).strip()
