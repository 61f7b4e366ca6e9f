"""Addresses of pictures and artwork as InkSoft gives them, made whole. Pure."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

HOST = "https://stores.inksoft.com"
"""What addresses without a host are relative to, whatever domain a shop has of its own."""
_STAND_IN = re.compile(r"^(?:https?:)?(?://)?REPLACE_DOMAIN_WITH", re.IGNORECASE)
_LONGEST = 2000


def whole(address: str) -> str:
    """The address with its host; empty for what is no web address.

    >>> whole("/images/x/front.png")
    'https://stores.inksoft.com/images/x/front.png'
    """
    bare = _STAND_IN.sub(HOST, address.strip())
    if bare.startswith("//"):
        bare = f"https:{bare}"
    elif bare.startswith("/"):
        bare = HOST + bare
    elif re.match(r"(?:images|repository)/", bare, re.IGNORECASE):
        bare = f"{HOST}/{bare}"
    escaped = quote(bare, safe="%/:?#[]@!$&'()*+,;=-._~")
    try:
        parts = urlsplit(escaped)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return ""
    return escaped if len(escaped) <= _LONGEST else ""
