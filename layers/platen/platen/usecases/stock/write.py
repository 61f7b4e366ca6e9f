"""Write a pack of items to the stores: reckoned anew, each under the condition that nothing moved since.

::

    reckon ──▶ keep what is being sent ──▶ send ──▶ keep what came of it ──▶ ... ──▶ rows of the pack
      ▲                  │                  │
      │                  └── crash ─────────┤   levels: reckon; what is there already was written
      └── stale, unclear: at most three ────┘   changes: the same again with the same key, within a day

Where stores share a stock, no moment may show more than there is: a store is shown more only when all others show
what they should.

::

    read: shop 0, outlet 10, free 10 ──▶ outlet 4 over 10 ──▶ shop 6 over 0
                                            │ stale: one was sold there
                                            └▶ nothing more for shop; read again: free 9 ──▶ ...

A sale in between takes as much from what is shown as from what is free, wherever it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from pydantic import Field

from platen.domain.model import Instant, Value, digest
from platen.domain.stock import StockMode
from platen.domain.verdicts import Denied, Later, Refused, Unclear
from platen.ports import REFUSED, UNCLEAR, WRITTEN, Outcome, Write
from platen.usecases.stock.compare import pack_name
from platen.usecases.stock.reckon import reckon
from platen.usecases.stock.rows import DIFFERS, EQUAL, FAILED, SET, STALE, UNCONFIRMED, Candidate, Row, read_rows
from platen.usecases.stock.work import Work

TRIES = 3
REPEATABLE = timedelta(hours=23)
"""So long after it was first sent an attempt is known again by its key; stores keep keys for a day."""
WAITS = "another store has to show less of it first, and does not yet: that row says why"
DOUBT = "the store did not say whether it was written"
UNCONFIRMED_WORDS = (
    "nobody knows whether their change was written; it is not sent again: look in the store, and set it right there"
)

type Spot = tuple[str, str, str]
"""(item, store, place id)"""


class Attempt(Value):
    """What is sent to a place in one call; kept before it is sent, and again with what came of it. Each has a file
    of its own: what an earlier one wrote is still known when a later one breaks off."""

    number: int
    key: str
    at: Instant
    rows: list[str]
    done: bool = False
    doubtful: list[str] = Field(default_factory=list)
    """Items of which the store did not say what became of them."""

    def sent(self) -> list[Row]:
        return list(read_rows(self.rows))


def write_pack(work: Work, site: str, number: int) -> list[Row]:
    """What came of each row. Raises Later where an attempt has to be repeated, and what reading raises."""
    return _Pack(work, site, number).write()


def sent_prefix(work: Work, site: str, number: int) -> str:
    """How the names begin under which a pack's attempts are kept."""
    return f"sent-{work.number(site)}-{number:05d}-"


class _Pack:
    def __init__(self, work: Work, site: str, number: int) -> None:
        self.work, self.site, self.number = work, site, number
        self.candidates = list(work.candidates(pack_name(work, site, number)))
        self.changes = work.mode is StockMode.SEND_CHANGES
        self.shared = bool(work.settings.shares_at(site))
        self.prefix = sent_prefix(work, site, number)
        self.rows: dict[Spot, Row] = {}
        self.doubtful: dict[Spot, Row] = {}
        """What was sent last to where the store did not say what became of it."""
        self.attempts: dict[int, Attempt] = {}

    def write(self) -> list[Row]:
        self._take_up()
        self._reckon(self.candidates)
        self._have_stocked()
        for _ in range(TRIES):
            open_ = [row for row in self.rows.values() if row.result == DIFFERS]
            if not open_:
                break
            self._send_all(open_)
            again = {row.item for row in self.rows.values() if row.result in (STALE, UNCLEAR)}
            self._reckon([one for one in self.candidates if one.item in again])
        for row in self.rows.values():
            self._conclude(row)
        return [self.rows[spot] for spot in sorted(self.rows, key=self._order)]

    def _order(self, spot: Spot) -> tuple[str, int]:
        places = [(one.store, one.place_id) for one in self.work.places]
        return spot[0], places.index(spot[1:])

    def _conclude(self, row: Row) -> None:
        """What is still open after all tries is given up, until the next run."""
        if row.result != DIFFERS:
            return
        if _spot(row) in self.doubtful:
            row.result, row.reason = FAILED, DOUBT
        elif self._waits(row):
            row.result, row.reason = STALE, WAITS
        else:
            row.result, row.reason = STALE, f"it moved each of {TRIES} times between reading and writing"

    # reckoning

    def _reckon(self, candidates: Sequence[Candidate]) -> None:
        """Anew, but for what has come to its end."""
        if not candidates:
            return
        for row in reckon(self.work, self.site, candidates, fresh=True):
            spot = _spot(row)
            before = self.rows.get(spot)
            if before is not None and not self._is_open(before, row):
                continue
            row.tries = before.tries if before else 0
            sent = self.doubtful.get(spot)
            if sent is not None and row.result == EQUAL and not self.changes and sent.expected == row.expected:
                # It says what we were writing when the answer got lost.
                self.rows[spot] = _as_written(sent)
            else:
                self.rows[spot] = row

    def _is_open(self, before: Row, row: Row) -> bool:
        """Whether a row may become what it is by now. What is sold in one store changes what those that share with
        it should show, though they were seen to already."""
        if before.result in (SET, EQUAL):
            return self.shared and row.result != EQUAL
        return before.result in (STALE, UNCLEAR, DIFFERS)

    def _have_stocked(self) -> None:
        """Items that are not stocked at a place yet, and should show something there. Raises Later where it is not
        known of all of them: what is written to others would be seen by no buyer, and pass for done."""
        again, unclear = set(), set()
        for number in self.work.places_of(self.site):
            place = self.work.places[number]
            rows = [
                row
                for row in self.rows.values()
                if row.result == DIFFERS and not row.stocked and _is_at(row, self.work, number)
            ]
            if not rows:
                continue
            ids = [row.stock_id for row in rows]
            self.work.writes += 1
            key = digest(["stock", self.work.warehouse, self.work.run.run_id, place.place_id, ids])
            try:
                outcomes = self.work.store(place.store).stock_at(place.place_id, ids, key=key)
            except (Denied, Refused) as no:
                outcomes = [Outcome(one, REFUSED, words=no.words) for one in ids]
            except Unclear:
                outcomes = []
            told = {one.stock_id: one for one in outcomes}
            for row in rows:
                outcome = told.get(row.stock_id, Outcome(row.stock_id, UNCLEAR))
                if outcome.result == REFUSED:
                    why = f"cannot be stocked there: {outcome.code} {outcome.words}".strip()
                    row.result, row.reason = FAILED, why
                else:
                    again.add(row.item)
                    unclear |= {_spot(row)} if outcome.result == UNCLEAR else set()
        self._reckon([one for one in self.candidates if one.item in again])
        if left := sum(self.rows[spot].result == DIFFERS and not self.rows[spot].stocked for spot in unclear):
            raise Later(f"{left} items are still to be stocked at their places")

    # sending

    def _send_all(self, rows: list[Row]) -> None:
        if not self.shared:
            self._send_to_places(rows)
            return
        self._send_to_places([row for row in rows if row.change < 0])
        self._send_to_places([row for row in rows if row.change > 0 and not self._waits(row)])

    def _waits(self, row: Row) -> bool:
        """Whether a store is to show more of what another one, as far as is known, still shows too much of."""
        if not self.shared or row.change < 0:
            return False
        places = (self.work.places[number] for number in self.work.places_of(self.site))
        there = (self.rows.get((row.item, one.store, one.place_id)) for one in places)
        return any(other is not None and other.result != SET and other.change < 0 for other in there)

    def _send_to_places(self, rows: list[Row]) -> None:
        for place in self.work.places_of(self.site):
            self._send(place, [row for row in rows if _is_at(row, self.work, place)])

    def _send(self, place: int, rows: list[Row]) -> None:
        if not rows:
            return
        before = self.attempts.get(place)
        number = before.number + 1 if before else 1
        name = [self.work.warehouse, self.work.run.run_id, self.site, self.number, place, number]
        attempt = Attempt(
            number=number,
            key=digest([*name, [(row.stock_id, row.expected, _condition(row)) for row in rows]]),
            at=self.work.hub.clock.now(),
            rows=[row.line() for row in rows],
        )
        self._keep(place, attempt)
        self._carry_out(place, attempt, rows)

    def _carry_out(self, place: int, attempt: Attempt, rows: list[Row], *, again: bool = False) -> None:
        """Send it, and keep what came of it. Changes are sent until the store has said what became of them; a no to
        a repetition (``again``) does not say what became of the first time."""
        outcomes = self._call(place, attempt, rows, again=again)
        for _ in range(TRIES - 1):
            if not self.changes or not any(one.result == UNCLEAR for one in outcomes.values()):
                break
            outcomes = self._call(place, attempt, rows, again=True)
        if self.changes and any(one.result == UNCLEAR for one in outcomes.values()):
            raise Later(f"{self.work.places[place].store}: {DOUBT}; it is asked again with the same key")
        for row in rows:
            self._take(row, outcomes[row.stock_id])
        self._keep(place, attempt.but(rows=[row.line() for row in rows], done=True))

    def _take(self, row: Row, outcome: Outcome) -> None:
        self.doubtful.pop(_spot(row), None)
        if outcome.result == WRITTEN:
            row.result, row.pushed = SET, row.expected
        elif outcome.result == REFUSED:
            row.result, row.reason = FAILED, f"{outcome.code} {outcome.words}".strip()
        else:
            row.tries += 1
            row.result = UNCLEAR if outcome.result == UNCLEAR else STALE
        if row.result == UNCLEAR:
            self.doubtful[_spot(row)] = row

    def _call(self, place: int, attempt: Attempt, rows: list[Row], *, again: bool) -> dict[str, Outcome]:
        """Stock id -> what became of it. Raises Later and its kin."""
        where = self.work.places[place]
        store = self.work.store(where.store)
        writes = [Write(row.stock_id, row.expected or 0, _condition(row)) for row in rows]
        reference = self.work.run.run_id
        self.work.writes += 1
        try:
            if self.changes:
                found = store.adjust_levels(where.place_id, writes, key=attempt.key, reference=reference)
            else:
                found = store.set_levels(where.place_id, rows[0].what, writes, key=attempt.key, reference=reference)
        except Unclear as doubt:
            found = [Outcome(row.stock_id, UNCLEAR, words=doubt.words) for row in rows]
        except (Denied, Refused) as no:
            if again:
                raise Later(f"{where.store}: {no.words}") from no
            found = [Outcome(row.stock_id, REFUSED, words=no.words) for row in rows]
        told = {one.stock_id: one for one in found}
        return {row.stock_id: told.get(row.stock_id, Outcome(row.stock_id, UNCLEAR)) for row in rows}

    # what another worker was at

    def _keep(self, place: int, attempt: Attempt) -> None:
        self.attempts[place] = attempt
        name = f"{self.prefix}{place:03d}-{attempt.number:03d}.json"
        self.work.hub.files.put(self.work.key(name), attempt.model_dump_json().encode())

    def _take_up(self) -> None:
        """What was sent before a crash, or before the time was up, is not sent twice."""
        for key in self.work.names(self.prefix):
            place = int(key.removesuffix(".json").split("-")[-2])
            attempt = Attempt.model_validate_json(self.work.hub.files.get(key))
            self.attempts[place] = attempt
            rows = attempt.sent()
            if not attempt.done and self.changes:
                self._repeat(place, attempt, rows)
            elif not attempt.done:
                self.doubtful |= {_spot(row): row for row in rows}
                continue
            for row in rows:
                self.rows[_spot(row)] = row
                self.doubtful.pop(_spot(row), None)
                if row.result == UNCLEAR:
                    self.doubtful[_spot(row)] = row

    def _repeat(self, place: int, attempt: Attempt, rows: list[Row]) -> None:
        if self.work.hub.clock.now() - attempt.at < REPEATABLE:
            self._carry_out(place, attempt, rows, again=True)
            return
        self._keep(place, attempt.but(rows=[row.line() for row in unconfirmed(rows)], done=True))


def unconfirmed(rows: Iterable[Row]) -> list[Row]:
    """The rows, given up: nobody knows whether they were written, and they are never sent again."""
    found = list(rows)
    for row in found:
        row.result, row.reason = UNCONFIRMED, UNCONFIRMED_WORDS
    return found


def _as_written(sent: Row) -> Row:
    sent.result, sent.pushed, sent.reason = SET, sent.expected, ""
    return sent


def _spot(row: Row) -> Spot:
    return row.item, row.store, row.location


def _is_at(row: Row, work: Work, place: int) -> bool:
    where = work.places[place]
    return (row.store, row.location) == (where.store, where.place_id)


def _condition(row: Row) -> int | None:
    return row.available if row.what == "change" else row.now
