"""How the twin calls others: one function that tests replace, and the one over a socket."""

from __future__ import annotations

import http.client
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote_plus, urlsplit

LONGEST_BODY = 20_000_000
"""Of an answer; more is cut off, and then it is no XML."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes = b""


type Send = Callable[[str, str, Mapping[str, str], bytes], Answer]
"""Method, URL, headers, body. Raises OSError when there is no answer."""


def send_over_http(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Sends the URL byte for byte (most clients would write its escapes anew) and follows no redirect."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=100)
    try:
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        connection.request(method, path, body=body or None, headers=dict(headers))
        answer = connection.getresponse()
        return Answer(answer.status, answer.read(LONGEST_BODY))
    except http.client.HTTPException as broken:
        raise ConnectionAbortedError(str(broken) or type(broken).__name__) from broken
    finally:
        connection.close()


def escaped(text: str) -> str:
    """``+`` for a blank and escapes in lower case, as ShipStation writes them (documented)."""
    parts = quote_plus(text).split("%")
    return "%".join([parts[0], *(part[:2].lower() + part[2:] for part in parts[1:])])


def with_query(url: str, query: Mapping[str, str]) -> str:
    """Whatever query the merchant's URL already has is kept."""
    pairs = "&".join(f"{name}={escaped(value)}" for name, value in query.items())
    return f"{url}{'&' if urlsplit(url).query else '?'}{pairs}"


def without_password(url: str) -> str:
    """For logs: a URL may carry ``SS-Password``."""
    before, mark, query = url.partition("?")
    kept = [pair if not pair.startswith("SS-Password=") else "SS-Password=***" for pair in query.split("&")]
    return before + mark + "&".join(kept)


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode()}
