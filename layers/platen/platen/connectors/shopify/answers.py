"""What Shopify's replies mean: the data that was asked for, or a verdict. Pure.

Nearly everything comes with HTTP 200: refusals are in ``errors`` or in a payload's ``userErrors``.
Not confirmed: the HTTP status of a throttled request in this version (200 and 429 are read alike), and
that a throttled mutation was not carried out (so one that must not be repeated is left in doubt).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field, ValidationError

from platen.connectors.shopify.documents import Document, Kind
from platen.connectors.shopify.wire import Wire
from platen.domain.verdicts import Busy, Denied, Refused, Unclear, Unreachable, Verdict
from platen.ports import Reply

logger = logging.getLogger("platen.shopify")

_DENYING_CODES = ("ACCESS_DENIED", "SHOP_INACTIVE")
_REFUSING_CODES = (
    "MAX_COST_EXCEEDED",
    "INVALID_VARIABLE",
    "INVALID_FIELD_ARGUMENTS",
    "BAD_REQUEST",
    "BAD_USER_INPUT",
    "GRAPHQL_PARSE_FAILED",
    "GRAPHQL_VALIDATION_FAILED",
)
_DENYING_STATUS = {
    401: "Shopify does not accept the credentials any more. Put in new ones with `platen connect`",
    402: "the shop is frozen until its bill is paid. Settle that in the Shopify admin",
    403: "the app may not use this shop: it was uninstalled, or lacks a scope. See the app in the Shopify admin",
    404: "there is no shop of that name, or the API version is gone. Check the shop's myshopify.com name",
    423: "the shop is locked. Shopify support says why",
}


class ErrorExtensions(Wire):
    code: str | None = None


class GraphqlError(Wire):
    message: str | None = None
    path: list[str | int] | None = None
    extensions: ErrorExtensions | None = None

    @property
    def code(self) -> str:
        return (self.extensions.code if self.extensions else None) or ""

    @property
    def words(self) -> str:
        return f"{(self.message or 'no message')[:300]}" + (f" ({self.code[:60]})" if self.code else "")

    @property
    def refuses_document(self) -> bool:
        """True for what is found wrong before anything runs: codes in camelCase are the parser's."""
        return self.code in _REFUSING_CODES or self.code[:1].islower()


class ThrottleStatus(Wire):
    maximum_available: float = Field(gt=0)
    currently_available: float
    restore_rate: float = Field(gt=0)


class Cost(Wire):
    requested_query_cost: float = 0.0
    throttle_status: ThrottleStatus | None = None


class Envelope(Wire):
    data: dict[str, Any] | None = None
    errors: list[GraphqlError] | str | None = None
    extensions: Any = None

    @property
    def problems(self) -> list[GraphqlError]:
        return [GraphqlError(message=self.errors)] if isinstance(self.errors, str) else self.errors or []

    @property
    def cost(self) -> Cost | None:
        """The cost block; one that cannot be read must not spoil the answer it came with."""
        try:
            return Cost.model_validate(self.extensions["cost"])
        except (ValidationError, KeyError, TypeError):
            return None


@dataclass(frozen=True)
class Answer:
    """The data of a document, and the paths of fields in it that Shopify would not show."""

    data: Mapping[str, Any]
    refused: tuple[tuple[str, ...], ...] = ()


class AccessDenied(Denied):
    """The app may not do this one thing; whether it may do others is not said."""


class Throttled(Exception):
    """Asked to slow down. ``seconds`` is how long, when it was said; otherwise the bucket tells."""

    def __init__(self, seconds: float = 0.0) -> None:
        super().__init__("throttled")
        self.seconds = seconds


def open_envelope(reply: Reply) -> Envelope | None:
    """The GraphQL envelope of a reply; None when there is none in it."""
    try:
        return Envelope.model_validate_json(reply.body)
    except ValidationError:
        return None


def judge(document: Document, reply: Reply, envelope: Envelope | None) -> Answer:
    """The answer. Raises Throttled, or the verdict that says whether something may have been made."""
    if reply.status in (429, 430):
        raise Throttled(_retry_after(reply))
    if reply.status != 200:
        raise _by_status(document, reply.status)
    if envelope is None:
        raise in_doubt(document, "Shopify's answer cannot be read")
    problems = envelope.problems
    if any(problem.code == "THROTTLED" for problem in problems):
        raise Throttled
    if problems:
        return _with_problems(document, envelope.data, problems)
    if envelope.data is None:
        raise in_doubt(document, "Shopify's answer is empty")
    return Answer(envelope.data)


def in_doubt(document: Document, words: str) -> Verdict:
    """The verdict when nobody knows whether it was done: for a read that does not matter."""
    said = f"{words} (asked for {document.name})"
    return Unreachable(said) if document.kind is Kind.READ else Unclear(said)


def _by_status(document: Document, status: int) -> Verdict:
    if status in _DENYING_STATUS:
        return Denied(f"Shopify answered {status}: {_DENYING_STATUS[status]}.")
    if 300 <= status < 400:
        return Denied("Shopify sent us elsewhere: the shop was renamed or is gone. Check its myshopify.com name.")
    if status == 503 and document.kind is Kind.READ:
        return Busy("Shopify is overloaded (503)")
    if 400 <= status < 500 and status != 408:
        return Refused(
            f"Shopify answered {status} to {document.name}: this is a fault in Platen, please report it."
        )
    return in_doubt(document, f"Shopify answered {status}")


def _with_problems(document: Document, data: Mapping[str, Any] | None, problems: list[GraphqlError]) -> Answer:
    words = "; ".join(problem.words for problem in problems[:3])
    if document.kind is Kind.READ and {problem.code for problem in problems} == {"RESOURCE_NOT_FOUND"}:
        return Answer(data or {})
    if data is None or any(data.get(root) is None for root in _roots(data, problems)):
        raise _fatal(document, words, problems)
    denied = [problem for problem in problems if problem.code == "ACCESS_DENIED" and problem.path]
    if len(denied) < len(problems) and document.kind is Kind.READ:
        # A null that is the server's trouble must not pass for the truth.
        raise Unreachable(f"Shopify answered only in part: {words}")
    if len(denied) < len(problems):
        logger.warning("errors beside a result", extra={"document": document.name, "words": words})
    return Answer(data, tuple(_names(problem.path or []) for problem in denied))


def _roots(data: Mapping[str, Any], problems: list[GraphqlError]) -> set[str]:
    """The top fields that the problems are about; all of them when a problem does not say."""
    named = {str(problem.path[0]) for problem in problems if problem.path}
    return named if all(problem.path for problem in problems) else named | set(data)


def _names(path: list[str | int]) -> tuple[str, ...]:
    return tuple(part for part in path if isinstance(part, str) and part != "nodes")


def _fatal(document: Document, words: str, problems: list[GraphqlError]) -> Verdict:
    denying = [problem for problem in problems if _denies(document, problem)]
    if denying:
        kind = AccessDenied if all(problem.code == "ACCESS_DENIED" for problem in denying) else Denied
        return kind(f"Shopify denies access: {words}. Check the app's scopes, then install it again.")
    if all(problem.code == "RESOURCE_NOT_FOUND" for problem in problems):
        return Refused(f"Shopify has no such thing: {words}")
    if all(problem.refuses_document for problem in problems):
        return Refused(f"Shopify refuses {document.name}: {words}. This is a fault in Platen, please report it.")
    return in_doubt(document, f"Shopify failed: {words}")


def _denies(document: Document, problem: GraphqlError) -> bool:
    """True when nothing was done for want of access: deep inside a mutation's result it was done before."""
    return problem.code in _DENYING_CODES and (document.kind is Kind.READ or len(problem.path or []) <= 1)


def _retry_after(reply: Reply) -> float:
    try:
        seconds = float(reply.headers.get("retry-after", ""))
    except ValueError:
        return 0.0
    return min(seconds, 3600.0) if seconds > 0 else 0.0
