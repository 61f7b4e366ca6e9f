"""Writing stock so that nothing is done twice, and a bad row holds up no other.

Shopify takes a call with all of its rows or with none (reported), each row under the condition of what has to be
there, and remembers a key for 24 hours (documented): the same key and body again give the first result. ::

    call(key, rows) ──▶ done ─────────────────────────▶ all of them written
       │  ▲  └──▶ lost, or the key is at work ──▶ the same key and body again, twice ──▶ all of them unclear
       │  └─────── the attempt under this key failed, so nothing was done: a new key, the same rows
       └──▶ refused ──▶ rows that are named ──▶ out of it: stale or refused; the others again, by a key of their own
                 └────▶ no row is named ──────▶ in halves, down to the row that it is

What is *set* may be tried in any grouping: a row that was written before is found changed, is stale, and is read
anew. What is *added* may not, for an addition that was done before would be done again. So additions are never
regrouped: they are divided at fixed places only, each part by a key of its place, and whoever repeats the whole by
the same key finds each part as it was. That is also why Busy and Unreachable may leave from the middle: the call is
repeated, with the same key and rows. Denied and Refused leave only while nothing was done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from platen.connectors.shopify import documents_stock as documents
from platen.connectors.shopify import wire
from platen.connectors.shopify.answers import in_doubt
from platen.connectors.shopify.client import Client
from platen.connectors.shopify.documents import Document
from platen.connectors.shopify.wire_stock import CodedError, Refusals
from platen.domain.model import digest
from platen.domain.verdicts import Denied, Refused, Unclear, Verdict
from platen.ports import Clock
from platen.ports.stock import REFUSED, STALE, UNCLEAR, WRITTEN, Outcome, Write

PAGE_SIZE = 250
"""Rows that Shopify takes in one call (documented)."""
REASON = "correction"
ATTEMPTS = 3
"""Of a call whose answer is lost, or whose key is at work; and of keys whose attempt failed."""
PAUSE = 1.0
"""Seconds before the second attempt, twice as many before the third."""
_LARGEST = 2**31 - 1
"""A number beyond that is no GraphQL Int: it would spoil the whole call before any row is looked at."""

_STALE = ("CHANGE_FROM_QUANTITY_STALE", "COMPARE_QUANTITY_STALE")
_AT_WORK = ("IDEMPOTENCY_CONCURRENT_REQUEST", "SERVICE_UNAVAILABLE", "ADJUST_QUANTITIES_FAILED")
"""Try again, with the same key and body."""
_FAILED_BEFORE = "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"
_OF_THE_CALL = (
    "IDEMPOTENCY_KEY_PARAMETER_MISMATCH",
    "INTERNAL_LEDGER_DOCUMENT",
    "INVALID_AVAILABLE_DOCUMENT",
    "INVALID_LEDGER_DOCUMENT",
    "INVALID_LOCATION",
    "INVALID_NAME",
    "INVALID_QUANTITY_DOCUMENT",
    "INVALID_QUANTITY_NAME",
    "INVALID_REASON",
    "INVALID_REFERENCE_DOCUMENT",
    "MAX_ONE_LEDGER_DOCUMENT",
)
"""What all rows have in common is wrong: dividing them is no help."""


@dataclass(frozen=True)
class Kind:
    """One of the ways to write."""

    document: Document
    root: str
    rows: str
    """What the list of rows is called."""
    quantity: str
    """What a row's number is called."""
    regroups: bool
    """Whether rows may be tried again in other company."""


SETTING = Kind(documents.SET_QUANTITIES, "inventorySetQuantities", "quantities", "quantity", regroups=True)
ADDING = Kind(documents.ADJUST_QUANTITIES, "inventoryAdjustQuantities", "changes", "delta", regroups=False)


@dataclass(frozen=True)
class Part:
    """Rows that go in one call."""

    rows: tuple[Write, ...]
    key: str

    def halves(self) -> tuple[Part, Part]:
        middle = len(self.rows) // 2
        return Part(self.rows[:middle], f"{self.key}/1"), Part(self.rows[middle:], f"{self.key}/2")


class Writing:
    """One writing of many rows at one place."""

    def __init__(
        self, client: Client, clock: Clock, kind: Kind, *, place_id: str, name: str, reference: str
    ) -> None:
        self._client = client
        self._clock = clock
        self._kind = kind
        self._place = wire.gid("Location", place_id)
        self._common = {"name": name, "reason": REASON, "referenceDocumentUri": reference_uri(reference)}

    def write(self, writes: Sequence[Write], key: str) -> list[Outcome]:
        """What became of each, in the order they were given. Raises ValueError for more than a page, and where an
        item is named twice."""
        if len(writes) > PAGE_SIZE or len({one.stock_id for one in writes}) < len(writes):
            raise ValueError(f"at most {PAGE_SIZE} writes, and one for each item")
        outcomes = {one.stock_id: bad for one in writes if (bad := _unfit(one))}
        fit = tuple(one for one in writes if one.stock_id not in outcomes)
        if fit:
            outcomes |= {one.stock_id: one for one in self._write(Part(fit, key), key)}
        return [outcomes[one.stock_id] for one in writes]

    def _write(self, part: Part, key: str) -> Iterator[Outcome]:
        """``key`` is the caller's; the part may have one of its own."""
        todo, something_done = [part], False
        while todo:
            part = todo.pop()
            try:
                errors = self._ask_until_clear(part)
            except (Denied, Refused) as no:
                if not something_done:
                    raise
                # As a verdict it would pass for a no to all of it.
                errors = [_in_doubt(no)]
            something_done = something_done or not errors or errors[0].code == _IN_DOUBT
            if not errors:
                yield from (Outcome(one.stock_id, WRITTEN) for one in part.rows)
            elif error := _of_all(part, errors):
                yield from (_outcome(one, error) for one in part.rows)
            elif self._kind.regroups and (named := _named(part, errors)):
                yield from (_outcome(part.rows[row], error) for row, error in named.items())
                todo += self._others(part, named, key)
            else:
                todo += reversed(part.halves())

    @staticmethod
    def _others(part: Part, named: Mapping[int, CodedError], key: str) -> list[Part]:
        """Without those rows, by a key that names just these: it never stands for other ones."""
        rows = tuple(one for row, one in enumerate(part.rows) if row not in named)
        name = digest([(one.stock_id, one.quantity, one.expected) for one in rows])
        return [Part(rows, f"{key}/{name}")] if rows else []

    def _ask_until_clear(self, part: Part) -> list[CodedError]:
        """Why it is refused; nothing when it is done."""
        errors = self._ask(part.rows, part.key)
        for attempt in range(2, ATTEMPTS + 1):
            if not _first(errors, [_FAILED_BEFORE]):
                break
            if len(part.rows) > 1 and not self._kind.regroups:
                break  # divided as it was then: what came of its parts is remembered by their keys
            errors = self._ask(part.rows, f"{part.key}/again{attempt}")
        return errors

    def _ask(self, rows: Sequence[Write], key: str) -> list[CodedError]:
        """One call, repeated by the same key and body while nobody can tell what came of it."""
        variables = {"input": self._common | {self._kind.rows: [self._row(one) for one in rows]}, "key": key}
        doubt: list[CodedError] = []
        for attempt in range(ATTEMPTS):
            if attempt:
                self._clock.sleep(PAUSE * attempt)
            try:
                errors = self._run(variables)
            except Unclear as unclear:
                doubt = [_in_doubt(unclear)]
            except Verdict as verdict:
                if not doubt:
                    raise
                doubt = [_in_doubt(verdict)]
            else:
                if not _first(errors, _AT_WORK):
                    return errors
                doubt = errors
        return doubt

    def _run(self, variables: Mapping[str, Any]) -> list[CodedError]:
        payload = self._client.run(self._kind.document, variables).data.get(self._kind.root)
        try:
            return Refusals.model_validate(payload).user_errors
        except ValidationError:
            raise in_doubt(self._kind.document, "Shopify's answer cannot be read") from None

    def _row(self, one: Write) -> dict[str, object]:
        return {
            "inventoryItemId": wire.gid("InventoryItem", one.stock_id),
            "locationId": self._place,
            self._kind.quantity: one.quantity,
            # Always there, null too: left out it is an error (documented), and null means "whatever is there".
            "changeFromQuantity": one.expected,
        }


def stock_at(client: Client, place_id: str, stock_ids: Sequence[str], key: str) -> list[Outcome]:
    """Have items stocked at a place, one by one; what is there is left as it is, and done twice it is done once.

    Once something was done, a verdict is the outcome of the rest: each is as it was, or was done.
    """
    outcomes: list[Outcome] = []
    for number, item in enumerate(dict.fromkeys(stock_ids)):
        try:
            outcomes.append(_stock_one(client, place_id, item, f"{key}/{item}"))
        except Verdict as verdict:
            if not number and not isinstance(verdict, Unclear):
                raise
            outcomes.append(Outcome(item, UNCLEAR, words=verdict.words))
    return outcomes


def _stock_one(client: Client, place_id: str, item: str, key: str) -> Outcome:
    if bad := _unfit(Write(item, 0, None)):
        return bad
    variables = {"item": wire.gid("InventoryItem", item), "place": wire.gid("Location", place_id), "key": key}
    payload = client.run(documents.STOCK_AT, variables).data.get("inventoryActivate")
    try:
        errors = Refusals.model_validate(payload).user_errors
    except ValidationError:
        raise in_doubt(documents.STOCK_AT, "Shopify's answer cannot be read") from None
    words = "; ".join(error.message for error in errors[:3])
    return Outcome(item, REFUSED, words=words or "it does not say why") if errors else Outcome(item, WRITTEN)


def reference_uri(run: str) -> str:
    """What the merchant sees in an item's history, of the form Shopify documents for an app's own things.

    >>> reference_uri("20261121-0900-k7x2")
    'gid://platen/StockRun/20261121-0900-k7x2'
    """
    kept = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_.") else "-" for letter in run)
    return f"gid://platen/StockRun/{kept[:100]}"


def _unfit(one: Write) -> Outcome | None:
    """A row that Shopify could not even read, and for which it would refuse all others with it."""
    if not (one.stock_id.isascii() and one.stock_id.isdecimal() and len(one.stock_id) <= 20):
        return Outcome(one.stock_id, REFUSED, "INVALID_INVENTORY_ITEM", "This is not an item's number at Shopify.")
    if abs(one.quantity) > _LARGEST or abs(one.expected or 0) > _LARGEST:
        high = one.quantity > 0
        return Outcome(
            one.stock_id, REFUSED, f"INVALID_QUANTITY_TOO_{'HIGH' if high else 'LOW'}", "Too large a number."
        )
    return None


def _of_all(part: Part, errors: Sequence[CodedError]) -> CodedError | None:
    """What is wrong with every row of it; None when that cannot be told yet."""
    alone = errors[0] if len(part.rows) == 1 else None
    return _first(errors, (_IN_DOUBT, *_AT_WORK, *_OF_THE_CALL)) or alone


def _first(errors: Sequence[CodedError], codes: Sequence[str]) -> CodedError | None:
    return next((error for error in errors if error.code in codes), None)


def _named(part: Part, errors: Sequence[CodedError]) -> dict[int, CodedError]:
    """Row -> what is wrong with it, of the rows that are named."""
    named: dict[int, CodedError] = {}
    for error in errors:
        if error.row is not None and error.row < len(part.rows):
            named.setdefault(error.row, error)
    return named


_IN_DOUBT = "IN_DOUBT"
"""Our own: nobody can tell what came of it."""


def _in_doubt(verdict: Verdict) -> CodedError:
    return CodedError(code=_IN_DOUBT, message=verdict.words)


def _outcome(one: Write, error: CodedError) -> Outcome:
    if error.code in _STALE:
        result = STALE
    elif error.code in (_IN_DOUBT, _FAILED_BEFORE, *_AT_WORK):
        result = UNCLEAR
    else:
        result = REFUSED
    return Outcome(one.stock_id, result, "" if error.code == _IN_DOUBT else error.code, error.message)
