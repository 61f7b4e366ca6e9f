"""Which orders changed: pages of a list that moves while it is read, and which of its rows are ours.

The window has a beginning and no end. With an end, an order that is modified while we read would leave the list,
and everything behind it would move up past our place. Without one it can only come in, and the list is by order
number:

* a row that comes in before our place moves the others down: one is seen twice, which costs nothing;
* a row that goes out (it was deleted) moves the others up: so a page begins some rows before the end of the one
  before, and where not even the last row seen, or one before it, is on it, we go back until it is.

An order in InkSoft bears no time of its last change. So the moment of asking stands for it, in the list and at the
read alike. An order that was read before this list was asked for is read again, and one read after it is not: what
changed in between shows in the next poll, which looks back further than this one began. So with no gap between the
polls' windows nothing is lost, and a change costs as many reads as there are polls whose window it is in: two, with
15 minutes between polls and 15 of overlap. A read that shows nothing new is old news by the order's fingerprint.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from platen.connectors.inksoft import Settings, wire
from platen.connectors.inksoft.answers import NoApi, NotThere, Shut
from platen.connectors.inksoft.client import PAGE, Client, Listed
from platen.connectors.inksoft.origins import is_of, origin_of
from platen.connectors.inksoft.session import WrongLogin
from platen.domain.verdicts import Denied, Later, Refused
from platen.ports import Clock, OrderStub, Page

AGAIN = 5
"""Rows of a page that are seen again on the next one."""
MOST_TURNS = 500
MOST_IDLE = 5
"""Pages in a row that bring nothing new: one more, and the list is not one that can be turned."""
_TOKEN = re.compile(r"([0-9]{1,9})\.([0-9]{1,18})\.([0-9]{1,6})\.([0-9])")


@dataclass(frozen=True)
class Place:
    """Where the next page begins, the highest number seen, and how the pages went so far."""

    index: int = 0
    seen: int = 0
    turns: int = 0
    idle: int = 0

    def __str__(self) -> str:
        return f"{self.index}.{self.seen}.{self.turns}.{self.idle}"


def changed_since(client: Client, settings: Settings, clock: Clock, since: datetime, page: str) -> Page[OrderStub]:
    """One page of what changed. Raises Denied where these credentials may not list orders."""
    place = _place(page)
    if place.turns >= MOST_TURNS:
        raise Later(f"InkSoft's list of orders does not end after {MOST_TURNS} pages.")
    now = clock.now()
    begin = since - timedelta(hours=settings.look_back_hours)
    index, listed = _joined(client, begin, place, _chosen_ids(settings))
    shared = (row for row in listed.rows if _is_shared(row, settings, client))
    stubs = tuple(OrderStub(store_order_id=row.id, updated_at=now) for row in shared)
    return Page(items=stubs, next=_next(place, index, listed))


def _place(page: str) -> Place:
    found = _TOKEN.fullmatch(page)
    return Place(*map(int, found.groups())) if found else Place()


def _joined(client: Client, since: datetime, place: Place, store_ids: Sequence[int]) -> tuple[int, Listed]:
    """The page at that place, or before it, that leaves no gap to what was seen; and where it begins."""
    index = place.index
    while True:
        listed = _ask(client, since, index, store_ids)
        if index == 0 or not _leaves_a_gap(listed, place):
            return index, listed
        index = max(0, index - max(AGAIN, (len(listed.rows) or PAGE) - AGAIN))


def _ask(client: Client, since: datetime, index: int, store_ids: Sequence[int]) -> Listed:
    try:
        return client.changed(since, index, store_ids)
    except (Denied, Refused) as no:
        raise may_not_list(no) from None


def may_not_list(no: Denied | Refused) -> Denied:
    """What a refusal of the list means; a wrong address, login or host stays what it is."""
    if isinstance(no, NoApi | Shut | WrongLogin):
        return no
    return MayNotList(f"This key or user may not list orders. {no.words}")


class MayNotList(Denied):
    """The credentials are good, and not good for this."""


def _leaves_a_gap(listed: Listed, place: Place) -> bool:
    """Whether rows may have gone past us. An empty page is the end of the list, or behind what moved up; without a
    count, an empty page after one that brought nothing new is the end."""
    numbers = _numbers(listed)
    if not numbers:
        return listed.total is not None or not place.idle
    return _ascend(numbers) and numbers[0] > place.seen


def _next(place: Place, index: int, listed: Listed) -> str:
    numbers = _numbers(listed)
    end = index + len(numbers)
    if not numbers or (listed.total is not None and end >= listed.total):
        return ""
    if not _ascend(numbers) and listed.total is None:
        raise Later("InkSoft lists orders in no order and without a count: its end cannot be told.")
    highest = max(place.seen, *numbers)
    if highest > place.seen or not _ascend(numbers):
        return str(Place(max(index + 1, end - AGAIN), highest, place.turns + 1))
    if place.idle >= MOST_IDLE:
        raise Later("InkSoft's list of orders does not go on: it shows the same page again.")
    # So much came in before our place that there was nothing else on the page: on, without seeing any again.
    return str(Place(end, highest, place.turns + 1, place.idle + 1))


def _numbers(listed: Listed) -> list[int]:
    return [int(row.id) for row in listed.rows]


def _ascend(numbers: Sequence[int]) -> bool:
    """Were the order we ask for not kept, nothing could be told by it."""
    return all(one <= other for one, other in pairwise(numbers))


def _chosen_ids(settings: Settings) -> list[int]:
    """For InkSoft to choose by, where every chosen store is given by its id; names are compared here."""
    ids = [int(one) for one in settings.stores if one.isdecimal() and len(one) < 19]
    return ids if len(ids) == len(settings.stores) else []


def _is_shared(row: wire.Summary, settings: Settings, client: Client) -> bool:
    """Whether the order is of a chosen store and kind. Where its row does not say, the order does."""
    theirs: wire.Summary | wire.Order = row
    if settings.stores and not (row.store_id or row.store_name):
        try:
            theirs = client.order(row.id, row.email)
        except NotThere:
            return False
    if settings.stores and not is_of(theirs, settings.stores):
        return False
    return origin_of(theirs, settings) in settings.origins
