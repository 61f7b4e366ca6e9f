"""What comes in from outside: webhooks, and the calls of vendors that fetch their jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class WebhookRequest:
    """A webhook as it came in: header names in lower case, the body as raw bytes."""

    headers: Mapping[str, str]
    body: bytes


class Forged(Exception):
    """The signature is missing or wrong. Answered 401, with nothing said."""


class Unreadable(Exception):
    """Rightly signed, but not what this system sends. Answered 400."""


@dataclass(frozen=True)
class FeedRequest:
    """A call of a vendor that fetches its jobs: the query's names as they came, one value each."""

    method: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
