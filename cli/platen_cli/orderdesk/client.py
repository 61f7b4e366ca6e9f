"""Talking to Order Desk's API v2: reads only, at the pace it asks for.

Documented: the address, both headers, the filters and the envelope of lists. There are two rates: a bucket of 20
tokens that gets 3 a second, with ``X-Tokens-Remaining`` and 429 with ``X-Retry-After``; and a help page that asks
for no more than 100 calls a minute. Both are kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from platen.domain.verdicts import Unclear, Unreachable
from platen.ports import Clock, Http, Reply
from platen_cli import stops
from platen_cli.stops import Stop, WrongUsage

HOST = "app.orderdesk.me"
BASE = f"https://{HOST}/api/v2"
BETWEEN_CALLS = timedelta(minutes=1) / 100
_FEW_TOKENS = 2
_TIMEOUT = 60.0
_TRIES = 6
_WAITS = 30
"""So many times in a row it may say 429 before we believe that it means it."""
_LONGEST_WAIT = 120.0
_HEADER_SAFE = re.compile(r"[\x21-\x7e]{1,200}")


class BrokenOff(stops.Unreachable):
    """The answer did not come to its end, each time it was asked for: it may be too large."""


@dataclass(frozen=True)
class Credentials:
    store_id: str
    api_key: str = field(repr=False)

    def __post_init__(self) -> None:
        for name, value in (("store ID", self.store_id), ("API key", self.api_key)):
            if not _HEADER_SAFE.fullmatch(value):
                raise WrongUsage(
                    f"That is no {name} of Order Desk: it is empty, too long, or has a space in it.",
                    "Both stand in Order Desk under Store Settings, API.",
                )


class Client:
    """One Order Desk store. Every call is a GET, so each may be repeated without harm."""

    def __init__(self, http: Http, clock: Clock, credentials: Credentials, base: str = BASE) -> None:
        self._http = http
        self._clock = clock
        self._headers = {
            "ORDERDESK-STORE-ID": credentials.store_id,
            "ORDERDESK-API-KEY": credentials.api_key,
            "Content-Type": "application/json",
        }
        self._base = base
        self._next_at: datetime | None = None

    def get(self, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The answer's JSON object. Raises Stop with words; BrokenOff where a smaller page may help."""
        url = f"{self._base}{path}" + (f"?{urlencode(params)}" if params else "")
        failures = waits = 0
        while True:
            try:
                reply = self._send(url)
            except (Unreachable, Unclear) as trouble:
                failures += 1
                if failures >= _TRIES:
                    raise _gone(trouble) from None
                self._clock.sleep(2.0 ** (failures - 1))
                continue
            if reply.status == 429 and waits < _WAITS:
                waits += 1
                self._clock.sleep(_asked_to_wait(reply, waits))
            elif reply.status >= 500 and failures < _TRIES - 1:
                failures += 1
                self._clock.sleep(2.0 ** (failures - 1))
            else:
                return _content(reply, path)

    def _send(self, url: str) -> Reply:
        now = self._clock.now()
        if self._next_at and self._next_at > now:
            self._clock.sleep((self._next_at - now).total_seconds())
        try:
            reply = self._http.send("GET", url, headers=self._headers, timeout=_TIMEOUT)
        finally:
            self._next_at = self._clock.now() + BETWEEN_CALLS
        tokens = _number(reply.headers.get("x-tokens-remaining", ""))
        if tokens is not None and tokens < _FEW_TOKENS:
            self._next_at += timedelta(seconds=1)
        return reply


def _asked_to_wait(reply: Reply, waits: int) -> float:
    said = _number(reply.headers.get("x-retry-after", "")) or _number(reply.headers.get("retry-after", ""))
    return min(max(said or 2.0 ** min(waits, 5), 1.0), _LONGEST_WAIT)


def _number(text: str) -> float | None:
    """Of a header: it may say anything."""
    return float(text) if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", text.strip()) else None


def _gone(trouble: Unreachable | Unclear) -> Stop:
    kind = BrokenOff if isinstance(trouble, Unclear) else stops.Unreachable
    return kind(
        f"Order Desk cannot be reached, or does not answer to the end ({trouble.words}).",
        "Try again in a while: nothing of what was done before is done twice.",
    )


def _content(reply: Reply, path: str) -> dict[str, Any]:
    if reply.status in (401, 403):
        raise Stop(
            "Order Desk does not take this store ID with this API key.",
            "Both stand in Order Desk under Store Settings, API. Is the key one of this store?",
            code="denied",
        )
    if reply.status == 429:
        raise stops.Unreachable(
            "Order Desk goes on asking us to slow down.", "Something else may be using its API: try again later."
        )
    if reply.status >= 500:
        raise stops.Unreachable(
            f"Order Desk goes on failing ({reply.status} for {path}).",
            "Try again in a while; nothing is done twice.",
        )
    try:
        said = json.loads(reply.body)
    except (ValueError, RecursionError):
        said = None
    if reply.status != 200 or not isinstance(said, dict):
        raise Stop(
            f"What answered {path} with {reply.status} does not speak Order Desk's API.", code="not_orderdesk"
        )
    if said.get("status", "success") != "success":
        words = str(said.get("message") or "it did not say why")[:300]
        raise Stop(f"Order Desk refused {path}: {words}", code="refused_by_orderdesk")
    return said
