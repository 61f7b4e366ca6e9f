"""Talks to ShipStation's API V1 over HTTP, and does nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from platen.connectors.shipstation import wire_v1
from platen.connectors.shipstation.answers import unreadable, until_reset, verdict
from platen.connectors.shipstation.wire import Unreadable, Wire, many, one, read_json
from platen.domain.verdicts import Busy, Later, Refused, Unclear
from platen.ports import Clock, Http, Reply

HEADERS = {"Accept": "application/json"}
PAGE_SIZE = 500
"""The most that a page of orders may have (documented)."""
MOST_PAGES = 20
"""Of one list: half of the calls that a minute has (40, documented)."""


class ClientV1:
    """One account's API V1. Raises the verdicts of ``domain.verdicts``.

    A read never raises Unclear: nothing can have been made by it, so its doubts are Later. The one exception is
    ``order_called``, whose answer decides whether an order is sent again.

    ``login`` is the API key and its secret. An account has 40 calls a minute for all that use its key: when an
    answer says that none is left, Busy is raised instead of a call that would be refused.
    """

    def __init__(self, http: Http, clock: Clock, base_url: str, login: tuple[str, str]) -> None:
        self._http = http
        self._clock = clock
        self._base_url = base_url
        self._login = login
        self._shut_until: datetime | None = None
        self.calls_left: int | None = None
        """How many calls this minute still has, when the last answer said so."""

    def order(self, ref: str) -> wire_v1.Order | None:
        """The order of that id of ShipStation's."""
        asked = f"show order {ref}"
        found = self._read(f"/orders/{quote(ref, safe='')}", asked)
        try:
            return None if found is None else one(wire_v1.Order, found)
        except Unreadable as odd:
            raise Later(unreadable(asked, odd)) from None

    def orders_numbered(self, number: str) -> list[wire_v1.Order]:
        """All orders whose number begins with that text, newest first. Raises Unclear when they do not end."""
        asked = f"look for the orders numbered {number}"
        query = {"orderNumber": number, "sortBy": "CreateDate", "sortDir": "DESC"}
        orders: list[wire_v1.Order] = []
        for page in range(1, MOST_PAGES + 1):
            listed, more = self.orders_page(query, page, asked)
            orders += listed
            if not more:
                return orders
        raise Unclear(f"ShipStation was asked to {asked}, and gave more than {MOST_PAGES} pages of them.")

    def order_called(self, order_key: str, number: str) -> wire_v1.Order | None:
        """The order of that key of ours; V1 can only be searched by the number it was given with it.

        Raises Unclear where the answer leaves it open.
        """
        try:
            found = [one for one in self.orders_numbered(number) if one.order_key == order_key]
        except Refused as no:
            raise Unclear(no.words) from None
        return found[0] if found else None

    def orders_modified(self, since: datetime, page: int, store_id: int | None) -> tuple[list[wire_v1.Order], bool]:
        """A page of what was modified since then, newest first, and whether there are more.

        Newest first, because what is modified while the pages are read then comes again, and nothing is missed.
        """
        query: dict[str, Any] = {
            "modifyDateStart": wire_v1.pacific(since),
            "sortBy": "ModifyDate",
            "sortDir": "DESC",
        }
        if store_id:
            query["storeId"] = store_id
        return self.orders_page(query, page, "list the orders that moved")

    def orders_page(self, query: Mapping[str, Any], page: int, asked: str) -> tuple[list[wire_v1.Order], bool]:
        return self._page(wire_v1.Order, "/orders", "orders", query, page, asked)

    def create_or_update(self, body: dict[str, Any], private: Sequence[str] = ()) -> wire_v1.Order:
        """One POST of the whole order; under a key it has seen, V1 updates that order (documented).

        ``private`` is what must not show in a verdict's words. Raises Refused, Denied, Busy, Unreachable; and
        Unclear whenever an order may have come of it.
        """
        asked = f"take order {body.get('orderKey', '')}"
        reply = self._ask("POST", "/orders/createorder", asked, body=body, private=private)
        try:
            return one(wire_v1.Order, read_json(reply.body))
        except Unreadable as odd:
            raise Unclear(f"ShipStation answered {reply.status} when asked to {asked}, but {odd}.") from None

    def shipments(self, order_id: str) -> list[wire_v1.Shipment]:
        """The labels that were made in ShipStation for an order, voided ones and returns too."""
        query = {"orderId": order_id, "includeShipmentItems": "true"}
        return self._all(wire_v1.Shipment, "/shipments", "shipments", query, f"list the shipments of {order_id}")

    def fulfillments(self, order_id: str) -> list[wire_v1.Fulfillment]:
        """What was marked as shipped; it is never among the shipments (documented)."""
        asked = f"list the fulfillments of {order_id}"
        return self._all(wire_v1.Fulfillment, "/fulfillments", "fulfillments", {"orderId": order_id}, asked)

    def stores(self) -> list[wire_v1.Store]:
        asked = "list the stores"
        return self._listed(wire_v1.Store, self._there("/stores?showInactive=true", asked), asked)

    def webhooks(self) -> list[wire_v1.Webhook]:
        asked = "list the webhooks"
        found = self._there("/webhooks", asked)
        return self._listed(wire_v1.Webhook, found.get("webhooks") if isinstance(found, dict) else None, asked)

    def refresh_store(self, store_id: int) -> None:
        """Have ShipStation fetch a store's orders soon, from where it last stopped.

        The id goes in the query and in the body: the old papers have it there, others here (documented, each).
        """
        asked = f"fetch the orders of store {store_id}"
        self._ask("POST", f"/stores/refreshstore?storeId={store_id}", asked, body={"storeId": store_id})

    # how it is asked

    def _all[T: Wire](self, model: type[T], path: str, name: str, query: Mapping[str, Any], asked: str) -> list[T]:
        listed: list[T] = []
        for page in range(1, MOST_PAGES + 1):
            found, more = self._page(model, path, name, query, page, asked)
            listed += found
            if not more:
                return listed
        raise Later(f"ShipStation was asked to {asked} and gave more than {MOST_PAGES} pages.")

    def _page[T: Wire](
        self, model: type[T], path: str, name: str, query: Mapping[str, Any], page: int, asked: str
    ) -> tuple[list[T], bool]:
        """One page, and whether there are more. ``pages`` was seen as 0, so a full page has one behind it too."""
        full = f"{path}?{urlencode({**query, 'page': page, 'pageSize': PAGE_SIZE})}"
        found = self._there(full, asked)
        listed = self._listed(model, found.get(name) if isinstance(found, dict) else None, asked)
        pages = found.get("pages")
        last = pages if isinstance(pages, int) else 0
        return listed, bool(listed) and (page < last or len(listed) >= PAGE_SIZE)

    def _listed[T: Wire](self, model: type[T], found: object, asked: str) -> list[T]:
        try:
            return many(model, found)
        except Unreadable as odd:
            raise Later(unreadable(asked, odd)) from None

    def _there(self, path: str, asked: str) -> Any:
        """What has to be there: a 404 of it is the address's fault."""
        found = self._read(path, asked)
        if found is None:
            raise Later(f"ShipStation answered 404 when asked to {asked}: check the connection's API V1 base URL.")
        return found

    def _read(self, path: str, asked: str) -> Any:
        """None for what is not there."""
        reply = self._ask("GET", path, asked)
        if reply.status == 404:
            return None
        try:
            return read_json(reply.body)
        except Unreadable as odd:
            raise Later(unreadable(asked, odd)) from None

    def _ask(
        self, method: str, path: str, asked: str, *, body: dict[str, Any] | None = None, private: Sequence[str] = ()
    ) -> Reply:
        self._stop_before_the_limit(asked)
        try:
            reply = self._http.send(method, self._base_url + path, headers=HEADERS, json=body, auth=self._login)
        except Unclear as doubt:
            if method == "GET":
                raise Later(doubt.words) from doubt
            raise
        self._note_calls_left(reply)
        if reply.status == 404 and method == "GET":
            return reply
        answer = verdict(reply, method=method, asked=asked, now=self._clock.now(), private=private)
        if answer:
            raise answer
        return reply

    def _stop_before_the_limit(self, asked: str) -> None:
        now = self._clock.now()
        if self._shut_until and now < self._shut_until:
            words = f"ShipStation takes no more calls this minute, so it was not asked to {asked}"
            raise Busy(words, after=self._shut_until - now)

    def _note_calls_left(self, reply: Reply) -> None:
        left = reply.headers.get("x-rate-limit-remaining", "").strip()
        self.calls_left = int(left) if left.isdecimal() and len(left) < 9 else None
        resets = until_reset(reply)
        self._shut_until = self._clock.now() + resets if self.calls_left == 0 and resets else None
