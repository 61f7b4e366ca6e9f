"""Talks to InkSoft's API 2 over HTTP, at the pace of a guest, and does nothing else.

Credentials and an order's e-mail travel in the address of a GET, so no error that leaves here has the error of the
HTTP library behind it: that one names the address.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel, ValidationError

from platen.connectors.inksoft import Posts, Settings, wire
from platen.connectors.inksoft.answers import Answer, Asked, NoApi, Shut, in_doubt, judge
from platen.connectors.inksoft.session import Session
from platen.domain.model import iso
from platen.domain.shipment import Parcel
from platen.domain.verdicts import Denied, Later, Refused, Unclear, Unreachable, Verdict
from platen.ports import Access, Reply

APART = timedelta(milliseconds=500)
"""Between two calls: InkSoft publishes no limit, and asks nobody to find it."""
PAGE = 100


@dataclass(frozen=True)
class Listed:
    """A page of the list, and how many rows the whole list has; None where InkSoft does not say."""

    rows: Sequence[wire.Summary]
    total: int | None


class Client:
    """A connection's way to its InkSoft. Raises the verdicts of ``domain.verdicts``."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._settings: Settings = access.settings
        self._url = self._settings.base_url
        self._next_at: datetime | None = None
        self.session = Session(access, lambda verb, name, params, asked: self._ask(verb, name, params, asked).data)

    @property
    def signs_in(self) -> bool:
        """With a user's login, not with a key."""
        return self.session.signs_in

    def order(self, order_id: str, email: str = "") -> wire.Order:
        """The order with its production cards. Raises NotThere."""
        asked = Asked(f"show order {order_id}", private=(email,))
        params: dict[str, Any] = {"OrderId": int(order_id), "IncludeProductionCards": True}
        if email:
            params["OrderEmail"] = email
        answer = self._known("GET", "GetOrder", params, asked)
        order = _read(wire.Order, answer.data, asked)
        if order.id != order_id:
            raise Later(f"InkSoft was asked to show order {order_id}, and showed another one.")
        return order

    def changed(self, since: datetime, index: int, store_ids: Sequence[int]) -> Listed:
        """A page of the orders that were modified since then, by their number.

        ``UtcOffsetHours`` says that the time is UTC, as its Z does; that InkSoft reads either is not confirmed.
        """
        params: dict[str, Any] = {
            "DateModifiedRange": {"UtcOffsetHours": 0, "Begin": iso(since)},
            "OrderBy": "ID",
            "OrderByDirection": "Ascending",
        }
        if store_ids:
            params["StoreIds"] = list(store_ids)
        return self._list(params, index, PAGE)

    def called(self, order_id: str) -> wire.Summary | None:
        """The order's row, found by its number."""
        rows = self._list({"SearchText": order_id}, 0, PAGE).rows
        return next((row for row in rows if row.id == order_id), None)

    def newest(self) -> wire.Summary | None:
        rows = self._list({"OrderBy": "DateCreated", "OrderByDirection": "Descending"}, 0, 1).rows
        return rows[0] if rows else None

    def product(self, product_id: str) -> wire.Product:
        """Raises NotThere."""
        asked = Asked(f"show product {product_id}")
        return _read(wire.Product, self._known("GET", "GetProduct", {"ProductId": product_id}, asked).data, asked)

    def store(self) -> wire.Store:
        """Raises NotThere."""
        asked = Asked("show the store")
        return _read(wire.Store, self._known("GET", "GetStoreData", {}, asked).data, asked)

    def ship(self, order_id: str, parcel: Parcel, *, complete: bool, notify: bool, carrier: bool) -> None:
        """Record a parcel. Raises Unclear whenever it may have been recorded.

        The call is known with these four parameters only; ``carrier`` adds what the read side has, by its names.
        """
        asked = Asked(f"record a parcel of order {order_id}", makes=True, private=(parcel.note,))
        params: dict[str, Any] = {
            "OrderIds": [int(order_id)],
            "TrackingNumber": parcel.tracking.strip(),
            "MarkOrderAsCompleted": complete,
            "NotifyCustomer": notify,
        }
        if carrier:
            params |= _carriers_part(parcel)
        data = self._known("POST", "CreateOrderShipments", params, asked).data
        if data is False:
            raise Unclear(f"InkSoft was asked to {asked.what}, and says neither that it did nor why not.")

    def _list(self, filters: Mapping[str, Any], index: int, most: int) -> Listed:
        asked = Asked("list orders")
        answer = self._known("GET", "GetOrderSummaries", {**filters, "Index": index, "MaxResults": most}, asked)
        if not isinstance(answer.data, list):
            raise Later("InkSoft was asked to list orders, and answered without a list.")
        return Listed([_read(wire.Summary, row, asked) for row in answer.data], answer.pages.total_results)

    def _known(self, verb: str, name: str, params: Mapping[str, Any], asked: Asked) -> Answer:
        """A call as somebody InkSoft knows; with a new session where it does not know the old one any more."""
        proof = self.session.proof()
        asked = Asked(asked.what, asked.makes, (*asked.private, *self.session.private))
        try:
            return self._ask(verb, name, {**params, **proof}, asked)
        except (Shut, NoApi):
            raise
        except Denied:
            renewed = self.session.renewed(proof)
            if renewed is None:
                raise
        return self._ask(verb, name, {**params, **renewed}, asked)

    def _ask(self, verb: str, name: str, params: Mapping[str, Any], asked: Asked) -> Answer:
        self._wait_our_turn()
        reply = self._send(verb, name, {"Format": "JSON", **params}, asked)
        return judge(reply, asked, self._access.clock.now())

    def _send(self, verb: str, name: str, params: Mapping[str, Any], asked: Asked) -> Reply:
        url, headers = f"{self._url}/{name}", {"Accept": "application/json"}
        send = self._access.http.send
        try:
            if verb == "GET":
                return send("GET", f"{url}?{urlencode(_flat(params))}", headers=headers)
            if self._settings.posts is Posts.FORM:
                return send("POST", url, headers=headers, form=_flat(params))
            return send("POST", url, headers=headers, json=dict(params))
        except Verdict as verdict:
            failed: Verdict = _of_transport(verdict, asked)
        # Not from within: the address, with the key in it, is in what is behind that one.
        raise failed

    def _wait_our_turn(self) -> None:
        clock = self._access.clock
        now = clock.now()
        if self._next_at and now < self._next_at:
            clock.sleep((self._next_at - now).total_seconds())
        self._next_at = clock.now() + APART


def _of_transport(verdict: Verdict, asked: Asked) -> Verdict:
    if isinstance(verdict, Unreachable):
        return Unreachable(verdict.words)
    if isinstance(verdict, Refused):
        return Shut(verdict.words)
    return in_doubt(asked, verdict.words)


def _flat(params: Mapping[str, Any]) -> dict[str, str]:
    """Parameters as a GET has them: lists and objects as JSON in one of them."""
    return {
        name: value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
        for name, value in params.items()
    }


def _carriers_part(parcel: Parcel) -> dict[str, Any]:
    cost = parcel.cost if parcel.cost is not None and abs(parcel.cost) < Decimal(10) ** 9 else None
    told = {
        "CarrierName": parcel.carrier,
        "ShippingServiceType": parcel.service,
        "TrackingUrl": parcel.url,
        "ShippedDate": iso(parcel.shipped_at) if parcel.shipped_at else "",
        "LabelCost": float(cost) if cost is not None else "",
        "Notes": parcel.note,
    }
    return {name: value for name, value in told.items() if value != ""}


def _read[M: BaseModel](model: type[M], data: object, asked: Asked) -> M:
    """Raises Later, naming fields and never values."""
    if not isinstance(data, dict):
        raise Later(f"InkSoft was asked to {asked.what}, and answered without it.")
    try:
        return model.model_validate(data)
    except ValidationError as error:
        found = error.errors(include_input=False, include_context=False, include_url=False)
        where = ", ".join(sorted({".".join(map(str, one["loc"])) or one["msg"] for one in found})[:5])
        raise Later(f"InkSoft was asked to {asked.what}, and this cannot be read: {where[:300]}") from None
