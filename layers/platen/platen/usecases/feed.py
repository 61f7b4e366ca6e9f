"""Feed: a vendor comes by itself, fetches the jobs that changed in a window of time, and posts its parcels.

::

    GET  ─▶ who is it? ─▶ the page's entries and bodies ─▶ rendered ─▶ marked as fetched ─▶ [shipments] ─▶ 200
    POST ─▶ who is it? ─▶ which entry? ─▶ the notice is kept ─▶ [shipments] ─▶ 200
                              └─ none: 404, so that whoever shipped it sees that
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from platen.connectors import FeedDoor, feed_door
from platen.domain.attention import Attention, Cause, Problem
from platen.domain.connection import Connection, Role
from platen.domain.feed import FeedEntry
from platen.domain.job import JobState, read_external_id
from platen.domain.record import OrderBody, step_job
from platen.hub import Hub
from platen.messages import Queue, VendorHint
from platen.observability import count, logger
from platen.ports import FeedRequest, Forged, Posted, Unreadable, Window
from platen.usecases import health
from platen.usecases.at_vendor import save_job_with_order
from platen.usecases.receive import any_equal, identify

MAX_BODY = 512 * 1024
_WHO = {"www-authenticate": 'Basic realm="Platen", charset="UTF-8"'}
_PART_OF_A_SPLIT = re.compile(r"-[0-9]{1,3}$")


@dataclass(frozen=True)
class Answer:
    """An HTTP answer. Header names are lower case."""

    status: HTTPStatus
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def serve(hub: Hub, *, connection_id: str, key: str, request: FeedRequest) -> Answer:
    """Answer a vendor that comes by itself.

    401: not from it; an unknown connection and a wrong path are answered alike. 400: not readable. 404: of no order
    of ours. 413: too big. 503: paused. Anything raised becomes a 5xx, and the vendor comes back.
    """
    try:
        connection, secret = identify(hub, Role.VENDOR, connection_id, key)
        door = feed_door(connection.system)
    except (Forged, KeyError):
        count("SignatureRefused")
        return Answer(HTTPStatus.UNAUTHORIZED, headers=dict(_WHO))
    if len(request.body) > MAX_BODY:
        return _refusal(door, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "This is more than Platen reads in one piece.")
    if not any(any_equal(login, secret["keys"]) for login in door.logins(request)):
        count("SignatureRefused")
        return _refusal(door, HTTPStatus.UNAUTHORIZED, _WRONG_LOGIN)
    try:
        return _answered(hub, connection, door, request)
    except Unreadable as unreadable:
        logger.warning("feed call unreadable", extra={"connection": connection_id, "why": str(unreadable)})
        return _refusal(door, HTTPStatus.BAD_REQUEST, str(unreadable))


def _answered(hub: Hub, connection: Connection, door: FeedDoor, request: FeedRequest) -> Answer:
    asked = door.read(request, hub.settings(connection))
    if isinstance(asked, Posted):
        return _take(hub, connection, door, asked)  # also while it is paused: a parcel that left has left
    if connection.paused:
        return _refusal(door, HTTPStatus.SERVICE_UNAVAILABLE, "This connection is paused in Platen.")
    return _export(hub, connection, door, asked)


_WRONG_LOGIN = "The user name or password is not the one that was set for this connection in Platen."


def _refusal(door: FeedDoor, status: HTTPStatus, words: str) -> Answer:
    headers = {"content-type": door.content_type, "cache-control": "no-store"}
    if status is HTTPStatus.UNAUTHORIZED:
        headers |= _WHO
    return Answer(status, door.refuse(words), headers)


# what it fetches


def _export(hub: Hub, connection: Connection, door: FeedDoor, window: Window) -> Answer:
    page = hub.feed.page(connection.connection_id, window, door.page_size)
    orders = list(_with_bodies(hub, page.entries))
    rendered = door.render(orders, page.pages, hub.settings(connection))
    given = [entry for entry, _ in orders if entry.external_id not in rendered.left_out]
    _note_fetched(hub, connection, given)
    for entry, _ in orders:
        if entry.external_id in rendered.left_out:
            _show(hub, entry, rendered.left_out[entry.external_id])
    if window.page >= page.pages:
        health.heard(hub, connection.connection_id, fetched_at=hub.clock.now())
    logger.info(
        "feed fetched",
        extra={"connection": connection.connection_id, "page": window.page, "of": page.pages, "orders": len(given)},
    )
    headers = {"content-type": door.content_type, "cache-control": "no-store"}
    return Answer(HTTPStatus.OK, rendered.body, headers)


def _with_bodies(hub: Hub, entries: Sequence[FeedEntry]) -> Iterable[tuple[FeedEntry, OrderBody]]:
    bodies = hub.orders.bodies((entry.order_id, entry.job.body) for entry in entries) if entries else {}
    for entry in entries:
        body = bodies.get((entry.order_id, entry.job.body))
        if body:
            yield entry, body
        else:  # its retention is over: whoever asks for years gets what is still kept
            logger.info("body not kept", extra={"order": entry.order_id, "job": entry.job_id})


def _note_fetched(hub: Hub, connection: Connection, given: Sequence[FeedEntry]) -> None:
    """Only what is new to the vendor is written. A hint lost with a crash here: it is asked about by and by."""
    new = hub.feed.mark_fetched([entry for entry in given if not entry.is_fetched], hub.clock.now())
    _tell(hub, connection, new, "fetched")
    if new:
        count("FeedFetched", len(new))


def _tell(hub: Hub, connection: Connection, entries: Sequence[FeedEntry], topic: str) -> None:
    hints = [
        VendorHint(connection=connection.connection_id, external_id=entry.external_id, topic=topic)
        for entry in entries
    ]
    if hints:
        hub.queues.send(Queue.SHIPMENTS, hints)


def _show(hub: Hub, entry: FeedEntry, why: str) -> None:
    """An order that cannot be put into the vendor's terms is left out, so that the others get through; a person
    sees it."""
    logger.error("left out of the feed", extra={"order": entry.order_id, "job": entry.job_id})
    record = hub.orders.load(entry.order_id)
    job = record.jobs.get(entry.job_id) if record else None
    if job is None or job.state not in (JobState.SENT, JobState.IN_PRODUCTION) or job.to_be_amended:
        return  # seen already, over, or about to be put otherwise
    what = f"{entry.connection} cannot be shown this order: {why}"
    attention = Attention(cause=Cause.VENDOR_REFUSED, problems=(Problem(what=what),), since=hub.clock.now())
    save_job_with_order(hub, job, step_job(job, JobState.ATTENTION, attention=attention))
    count("Attention")


# what it posts


def _take(hub: Hub, connection: Connection, door: FeedDoor, posted: Posted) -> Answer:
    entry = _entry_of(hub, connection, posted)
    if entry is None:
        logger.warning("notice of no order of ours", extra={"connection": connection.connection_id})
        words = "Platen sent no such order by this connection, or more than one order has that number."
        return _refusal(door, HTTPStatus.NOT_FOUND, words)
    notice = posted.notice.but(received_at=hub.clock.now())  # a door has no clock
    if hub.feed.add_notice(entry, notice):
        count("FeedNotices")
    # Also when it came before: the message of that time may have been lost with a crash.
    _tell(hub, connection, [entry], "notice")
    return Answer(HTTPStatus.OK, headers={"content-type": door.content_type})


def _entry_of(hub: Hub, connection: Connection, posted: Posted) -> FeedEntry | None:
    """By our id; else by the number that people see, with or without what a split put behind it."""
    names = read_external_id(posted.external_id)
    if names:
        # It may name an earlier sending of the job. A number tells less than our id: it is not asked beside it.
        entry = hub.feed.get(*names)
        return entry if entry and entry.connection == connection.connection_id else None
    numbers = list(_with_and_without_parts(posted.number))
    for number in numbers:
        found = _by_number(hub, connection, number)
        if found:
            return _called(found, numbers)
    return None


def _with_and_without_parts(number: str) -> Iterable[str]:
    """The number; and those it may be a part of: of a split there, or of several jobs of one order."""
    for _ in range(3):
        yield number
        whole = _PART_OF_A_SPLIT.sub("", number)
        if whole == number:
            return
        number = whole


def _called(found: Sequence[FeedEntry], numbers: Iterable[str]) -> FeedEntry | None:
    """The one entry that the vendor was told by the surest of these numbers; else the only one there is."""
    for number in numbers:
        exact = [entry for entry in found if _plain(entry.number) == _plain(number)]
        if exact:
            return exact[0] if len(exact) == 1 else None
    return found[0] if len(found) == 1 else None


def _by_number(hub: Hub, connection: Connection, number: str) -> list[FeedEntry]:
    """The entries of every order with that number, of whatever store."""
    if not _plain(number):
        return []
    return [
        entry
        for store in hub.connections.all()
        if Role.STORE in store.roles
        for head in hub.orders.by_number(store.connection_id, number)
        if _plain(head.number) == _plain(number)
        for entry in _entries_of(hub, connection, head.order_id)
    ]


def _entries_of(hub: Hub, connection: Connection, order_id: str) -> Iterable[FeedEntry]:
    record = hub.orders.load(order_id)
    for job in record.jobs.values() if record else ():
        entry = hub.feed.get(order_id, job.job_id) if job.vendor == connection.connection_id else None
        if entry and entry.connection == connection.connection_id:
            yield entry


def _plain(number: str) -> str:
    return number.strip().removeprefix("#").lower()
