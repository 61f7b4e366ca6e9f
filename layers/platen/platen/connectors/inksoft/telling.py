"""Making InkSoft show a parcel, once: look first, record only what is missing.

The call that records a parcel takes the order, one tracking number, and whether the order is complete with it; it
knows no items, and nothing says that a repeat does no harm. So before each call the order is read, and a number
that is there already is ours. A lost reply leaves as Unclear, and the next telling finds what was made by its
number.

What is in which parcel is therefore kept in our own note of it, as one of the parcel's ids::

    parcel|<our id of it>|<tracking>|<line>=<quantity>,<line>=<quantity>

With these notes of the order's other parcels it is known when nothing is left, which is when the order is complete.

* A parcel without a number: recorded only if it completes the order; InkSoft has nothing to show of it before. It
  is noted all the same, and recorded once its number is there.
* A number that changes: InkSoft has no call to change one, so the new one is recorded beside the old one.
* A number of ours that is not there any more: a person took it away, and is asked.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, unquote

from platen.connectors.inksoft import Settings, wire
from platen.connectors.inksoft.answers import NotThere
from platen.connectors.inksoft.client import Client
from platen.connectors.inksoft.lines import is_shipped, key_of, lines_of, shown_in
from platen.connectors.inksoft.reading import read_order
from platen.domain.order import Line
from platen.domain.shipment import Shipment
from platen.domain.verdicts import Refused
from platen.ports import Access

logger = logging.getLogger("platen.inksoft")

_MARK = "parcel"


@dataclass(frozen=True)
class Note:
    """What we noted of a parcel that InkSoft was told of."""

    shipment_id: str
    tracking: str
    goods: tuple[tuple[str, int], ...]

    def __str__(self) -> str:
        goods = ",".join(f"{quote(line_id)}={quantity}" for line_id, quantity in self.goods)
        return "|".join((_MARK, self.shipment_id, self.tracking, goods))


def read_note(text: str) -> Note | None:
    """None for what is none of ours."""
    mark, *parts = text.split("|")
    if mark != _MARK or len(parts) != 3:
        return None
    goods = []
    for part in filter(None, parts[2].split(",")):
        line_id, _, quantity = part.rpartition("=")
        if not line_id or not re.fullmatch(r"[0-9]{1,9}", quantity):
            return None
        goods.append((unquote(line_id), int(quantity)))
    return Note(parts[0], parts[1], tuple(goods))


def bare(tracking: str) -> str:
    """A tracking number as carriers compare it: blanks, dashes and case carry no meaning."""
    return re.sub(r"[\s|-]", "", tracking).upper()


class Telling:
    """One telling of one parcel."""

    def __init__(self, client: Client, access: Access) -> None:
        self._client = client
        self._access = access
        self._settings: Settings = access.settings

    def tell(self, shipment: Shipment, others: frozenset[str]) -> tuple[str, ...]:
        """The ids of what shows the parcel. Raises Refused with what a person can do."""
        theirs = self._read(shipment)
        mine = _note_of(shipment)
        notes = _of_others(others, shipment.shipment_id)
        tracking = bare(shipment.parcel.tracking)
        last = not _left(theirs, [*notes, mine])
        shown = {bare(one.tracking_number) for parcel in theirs.shipments for one in parcel.packages} - {""}
        if tracking and tracking in shown:
            _adopt(theirs, shipment, last=last)
        elif tracking and tracking in {note.tracking for note in map(read_note, shipment.fulfillments) if note}:
            raise Refused(
                f"Somebody took the tracking number {tracking[:60]} off order {theirs.id} in InkSoft. If the parcel"
                " is on its way all the same, record it there by hand; then release it here."
            )
        elif tracking or (last and not is_shipped(theirs)):
            self._record(theirs, shipment, last=last)
        else:
            logger.info("parcel without tracking only noted", extra={"order": shipment.order_id})
        return (str(mine),)

    def _read(self, shipment: Shipment) -> wire.Order:
        found = read_order(self._client, self._access, shipment.store_order_id)
        if found is None:
            raise Refused(f"InkSoft does not have order {shipment.store_order_id} any more. Release the parcel.")
        return found.theirs

    def _record(self, theirs: wire.Order, shipment: Shipment, *, last: bool) -> None:
        if theirs.cancelled or theirs.status.lower() in ("canceled", "cancelled"):
            raise Refused(
                f"Order {theirs.id} was cancelled in InkSoft, and this parcel has left. Tell the buyer by hand,"
                " then release the parcel."
            )
        try:
            self._client.ship(
                theirs.id,
                shipment.parcel,
                complete=last,
                notify=self._settings.notify_customer,
                carrier=self._settings.tell_carrier,
            )
        except (Refused, NotThere) as no:
            raise Refused(
                f"InkSoft does not take the parcel of order {theirs.id}: {no}. Record it in InkSoft by hand (Record"
                " Shipment), then release it here; or mend what it says, and retry."
            ) from None


def _adopt(theirs: wire.Order, shipment: Shipment, *, last: bool) -> None:
    """The number is there: by us, before an answer was lost, or by a person."""
    if last and not is_shipped(theirs):
        # To record it again, only to complete the order, would show the buyer the same parcel twice.
        raise Refused(
            f"InkSoft shows the tracking number {shipment.parcel.tracking.strip()[:60]} on order {theirs.id}, with"
            " which all of it has left, but does not count the order as shipped. Mark it as shipped in InkSoft,"
            " then release the parcel."
        )


def _note_of(shipment: Shipment) -> Note:
    goods: Counter[str] = Counter()
    for line in shipment.lines:
        goods[line.line_id] += line.quantity
    return Note(shipment.shipment_id, bare(shipment.parcel.tracking), tuple(sorted(goods.items())))


def _of_others(told: Iterable[str], mine: str) -> list[Note]:
    """One for each other parcel: one whose number changed was noted twice, with the same goods."""
    notes = (note for note in map(read_note, sorted(told)) if note and note.shipment_id != mine)
    return list({note.shipment_id: note for note in notes}.values())


def _left(theirs: wire.Order, ours: Iterable[Note]) -> list[Line]:
    """The lines of which something is still to go, once these parcels of ours have.

    What InkSoft shows in our parcels is in our notes; what others recorded counts by InkSoft's own items.
    """
    notes = list(ours)
    numbers = {note.tracking for note in notes} - {""}
    by_others = shown_in(theirs, lambda package: bare(package.tracking_number) not in numbers)
    by_us: Counter[str] = Counter()
    for note in notes:
        by_us.update(dict(note.goods))
    if is_shipped(theirs):
        return []
    left = []
    for line in lines_of(theirs, {}, "{sku}", ships=True):
        gone = by_us[line.line_id]
        more = min(by_others[key_of(line.line_id)], max(0, line.quantity - gone))
        by_others[key_of(line.line_id)] -= more
        if gone + more < line.quantity and line.ships:
            left.append(line)
    return left
