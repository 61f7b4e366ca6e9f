"""What the settings and credentials of several connectors are made of. Light: every receiver imports it."""

from __future__ import annotations

import re
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, StringConstraints
from pydantic.config import JsonDict

ADVANCED: JsonDict = {"advanced": True}
"""Marks a field that is asked for only on request."""
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def api_address(text: str, *, whose: str = "the", carries: str = "the API key") -> str:
    """An API's address, without a slash at its end; ``carries``: what would be read on the way without TLS.

    Raises ValueError with what to give instead.
    """
    parts = urlsplit(text)
    _ = parts.port  # raises ValueError when it is none
    plain = text.isascii() and text.isprintable() and not set(text) & set(" \\")
    if not plain or not parts.hostname or parts.query or parts.fragment or parts.username is not None:
        raise ValueError(f"give the address that {whose} API is under, e.g. https://host/path")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ValueError(f"it has to start with https:// ({carries} travels with every call)")
    return text.rstrip("/")


def _host_address(text: str) -> str:
    address = text.strip().rstrip("/")
    if address and not re.fullmatch(r"https?://[^\s/?#@]+", address):
        raise ValueError("give only the scheme and the host, e.g. https://proxy.example.com, or leave it empty")
    return address


HostAddress = Annotated[str, StringConstraints(max_length=300), AfterValidator(_host_address)]
"""Of a proxy or a stand-in, in front of an API whose paths are known; empty: the real one."""


def _stripped(secret: Any) -> Any:
    return secret.strip() if isinstance(secret, str) else secret


Secret = Annotated[SecretStr, BeforeValidator(_stripped), Field(max_length=500)]
