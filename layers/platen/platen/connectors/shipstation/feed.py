"""The door of the Custom Store: how ShipStation's calls are read, and answered. No I/O.

Documented: ``GET ?action=export&start_date=…&end_date=…&page=…`` and ``POST ?action=shipnotify&…``.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from platen.connectors import Rendered
from platen.connectors.shipstation import Settings, xml
from platen.connectors.shipstation.mapping import to_order
from platen.connectors.shipstation.moments import read_moment
from platen.connectors.shipstation.notices import read_notice
from platen.connectors.shipstation.preflight import problems
from platen.domain.feed import FeedEntry
from platen.domain.record import OrderBody
from platen.ports import FeedRequest, JobRequest, Posted, Unreadable, Window

_MINUTE = timedelta(minutes=1)
_LONGEST_LOGIN = 2_000
_FIRST, _LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)


class ShipStationDoor:
    content_type = "text/xml; charset=utf-8"
    page_size = 100
    """Common among stores; no largest one is documented."""

    def logins(self, request: FeedRequest) -> list[str]:
        """``user:password``. Documented: by Basic, and in one place in the query as well; never half and half."""
        query = _lower(request.query)
        found = [_basic(request.headers.get("authorization", ""))]
        for place in (query, request.headers):
            user, password = place.get("ss-username", ""), place.get("ss-password", "")
            if user and password:
                found.append(f"{user}:{password}"[:_LONGEST_LOGIN])
        return list(dict.fromkeys(filter(None, found)))

    def read(self, request: FeedRequest, settings: Settings) -> Window | Posted:
        query = _lower(request.query)
        match query.get("action", "").strip().lower(), request.method.upper():
            case "export", "GET":
                return _window(query, timedelta(hours=settings.window_slack_hours))
            case "shipnotify", "POST":
                return _notice(request.body, query)
            case "export" | "shipnotify" as action, _:
                method = "GET" if action == "export" else "POST"
                raise Unreadable(f"action={action} has to come by {method}.")
        raise Unreadable("The query has to say action=export or action=shipnotify.")

    def render(self, orders: Sequence[tuple[FeedEntry, OrderBody]], pages: int, settings: Settings) -> Rendered:
        """One bad order would spoil the whole page (said by others), so it is left out, and named."""
        rendered, left_out = [], {}
        for entry, body in orders:
            try:
                rendered.append(_order(entry, body, settings))
            except (ValueError, ArithmeticError):
                found = problems(request_of(entry, body))
                left_out[entry.external_id] = (
                    " ".join(map(str, found)) or "It cannot be put into ShipStation's terms."
                )
        return Rendered(body=xml.orders(rendered, pages), left_out=left_out)

    def refuse(self, words: str) -> bytes:
        return xml.error(words)


DOOR = ShipStationDoor()


def request_of(entry: FeedEntry, body: OrderBody) -> JobRequest:
    """The job as it stood when ShipStation was last told of it."""
    return JobRequest(
        job=entry.job,
        body=body,
        mail_class=entry.job.mail_class,
        gift_message=entry.gift_message,
        packing_message=entry.packing_message,
    )


def _order(entry: FeedEntry, body: OrderBody, settings: Settings) -> str:
    told = to_order(request_of(entry, body), entry.status, settings.requested_warehouse)
    return xml.order(told.but(modified=entry.modified), currency_and_upc=settings.currency_and_upc)


def _window(query: Mapping[str, str], slack: timedelta) -> Window:
    """Whole minutes, the last one included: ShipStation asks to the minute, and orders are not to slip between."""
    start, end = (_moment(query, name) for name in ("start_date", "end_date"))
    if end < start:
        raise Unreadable("end_date is before start_date.")
    return Window(start=_shifted(start, -slack), end=_shifted(end, slack + _MINUTE), page=_page(query))


def _moment(query: Mapping[str, str], name: str) -> datetime:
    said = query.get(name, "").strip()
    if not said:
        raise Unreadable(f"{name} is missing: an export asks from start_date to end_date.")
    read = read_moment(said)
    if read is None:
        raise Unreadable(f"{name} is no date and time: it has to be like 01/23/2026 17:28, in UTC.")
    return read.replace(second=0, microsecond=0)


def _shifted(moment: datetime, by: timedelta) -> datetime:
    try:
        return moment + by
    except OverflowError:
        return _FIRST if by < timedelta(0) else _LAST


def _page(query: Mapping[str, str]) -> int:
    """The guide of 2012 had none."""
    said = query.get("page", "").strip() or "1"
    if not (said.isascii() and said.isdecimal() and len(said) <= 5 and int(said) >= 1):
        raise Unreadable("page is no number from 1 on.")
    return int(said)


def _notice(body: bytes, query: Mapping[str, str]) -> Posted:
    try:
        return read_notice(body, query)
    except xml.NotReadable as error:
        raise Unreadable(str(error)) from None


def _basic(header: str) -> str:
    scheme, _, token = header.strip().partition(" ")
    if scheme.lower() != "basic" or len(token) > _LONGEST_LOGIN:
        return ""
    try:
        login = base64.b64decode(token.strip(), validate=True)
        text = login.decode()
    except (binascii.Error, ValueError):
        return ""
    return text if ":" in text else ""


def _lower(query: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in reversed(list(query.items()))}
