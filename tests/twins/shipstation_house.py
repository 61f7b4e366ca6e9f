"""What the ShipStation twin's tests share: a clock, a scripted Custom Store, and callers of both APIs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from platen.ports import Reply
from tests.fakes import FakeClock
from tests.support.wsgi import WsgiHttp
from twins.shipstation import Answer, ShipStationTwin, Store

HOST = "shipstation.twin"
URL = "https://hub.example/feeds/c1/k1"
USER, PASSWORD = "hub", "a-long-password"


@dataclass
class ScriptedStore:
    """A Custom Store that says what it is told to: ``pages`` of orders, or one of ``answers`` as they come.

    ``taken`` answers to ship notices are used up one by one; after them it says 200.
    """

    pages: list[list[str]] = field(default_factory=lambda: [[]])
    answers: list[Answer | OSError] = field(default_factory=list)
    taken: list[Answer | OSError] = field(default_factory=list)
    heard: list[tuple[str, str, Mapping[str, str], bytes]] = field(default_factory=list)
    pages_said: str | None = None

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        self.heard.append((method, url, headers, body))
        said = self.answers if method == "GET" else self.taken
        if said:
            return _said(said.pop(0))
        if method == "POST":
            return Answer(200)
        number = int(query_of(url).get("page", "1"))
        orders = self.pages[number - 1] if number <= len(self.pages) else []
        return Answer(200, feed(*orders, pages=self.pages_said or str(len(self.pages))))

    @property
    def fetched(self) -> list[dict[str, str]]:
        return [query_of(url) for method, url, _, _ in self.heard if method == "GET"]

    @property
    def notices(self) -> list[ElementTree.Element]:
        return [ElementTree.fromstring(body) for method, _, _, body in self.heard if method == "POST" and body]

    @property
    def notice_urls(self) -> list[str]:
        return [url for method, url, _, _ in self.heard if method == "POST"]


def _said(answer: Answer | OSError) -> Answer:
    if isinstance(answer, OSError):
        raise answer
    return answer


def query_of(url: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(urlsplit(url).query, keep_blank_values=True).items()}


def house(**switches: Any) -> tuple[ShipStationTwin, Store, ScriptedStore, FakeClock]:
    """A twin with one Custom Store, no limits, and nothing that happens by itself."""
    clock, shop = FakeClock(), ScriptedStore()
    limits = {"v1_per_minute": 0, "v2_per_minute": 0}
    twin = ShipStationTwin(now=clock, **({"send": shop.send, "post": lambda *_: 200} | limits | switches))
    return twin, twin.add_store(URL, USER, PASSWORD), shop, clock


# ── orders as a store writes them ──


def feed(*orders: str, pages: str = "1") -> bytes:
    return f'<?xml version="1.0" encoding="utf-8"?><Orders pages="{pages}">{"".join(orders)}</Orders>'.encode()


def xml(name: str, fields: Mapping[str, Any]) -> str:
    """``...`` leaves an element out; a list gives one element for each of it."""
    inner = ""
    for tag, value in fields.items():
        for one in value if isinstance(value, list) else [value]:
            if one is not ...:
                inner += xml(tag, one) if isinstance(one, Mapping) else f"<{tag}>{escape(str(one))}</{tag}>"
    return f"<{name}>{inner}</{name}>"


def an_item(**changes: Any) -> dict[str, Any]:
    return {
        "LineItemID": "11",
        "SKU": "CANVAS-40X30",
        "Name": "Canvas",
        "Weight": "500",
        "WeightUnits": "Grams",
        "Quantity": "2",
        "UnitPrice": "20.00",
        "Options": {"Option": [{"Name": "Size", "Value": "40x30"}]},
    } | changes


def a_discount(**changes: Any) -> dict[str, Any]:
    return {
        "SKU": "",
        "Name": "WELCOME",
        "Quantity": "1",
        "UnitPrice": "-5.00",
        "Adjustment": "true",
    } | changes


def an_address(**changes: Any) -> dict[str, Any]:
    return {
        "Name": "Given Family",
        "Address1": "Long Street 1",
        "City": "Town",
        "State": "TX",
        "PostalCode": "75001",
        "Country": "US",
    } | changes


def an_order(number: str = "1001", **changes: Any) -> str:
    """Items 40.00, a discount of 5.00, tax 2.00, shipping 3.00: 40.00 together."""
    customer = {"CustomerCode": "g@family.example", "BillTo": {"Name": "Given Family"}, "ShipTo": an_address()}
    fields = {
        "OrderID": f"id-{number}",
        "OrderNumber": number,
        "OrderDate": "11/21/2026 09:00",
        "OrderStatus": "paid",
        "LastModified": "11/21/2026 09:05",
        "CurrencyCode": "EUR",
        "OrderTotal": "40.00",
        "TaxAmount": "2.00",
        "ShippingAmount": "3.00",
        "Customer": customer,
        "Items": {"Item": [an_item(), a_discount()]},
    }
    return xml("Order", fields | changes)


# ── the two APIs ──


class Caller:
    """Talks to a twin as a client does. ``v1`` has Basic credentials, ``v2`` an api-key."""

    def __init__(self, twin: ShipStationTwin) -> None:
        self.twin = twin
        self._http = WsgiHttp({HOST: twin.app})

    def v1(self, method: str, path: str, body: object | None = None) -> Reply:
        return self._http.send(method, f"https://{HOST}{path}", json=body, auth=self.twin.v1_key)

    def v2(self, method: str, path: str, body: object | None = None) -> Reply:
        key = {"api-key": self.twin.v2_key}
        return self._http.send(method, f"https://{HOST}/v2{path}", json=body, headers=key)

    def bare(self, method: str, path: str, headers: Mapping[str, str] | None = None) -> Reply:
        return self._http.send(method, f"https://{HOST}{path}", headers=headers)

    def control(self, method: str, path: str, body: object | None = None, *, status: int = 200) -> Any:
        return read(self._http.send(method, f"https://{HOST}/_twin{path}", json=body), status)


def read(reply: Reply, status: int = 200) -> Any:
    assert reply.status == status, reply.text
    return json.load(BytesIO(reply.body)) if reply.body else None


def a_v1_order(key: str = "k-1", **changes: Any) -> dict[str, Any]:
    order = {
        "orderNumber": "1001",
        "orderKey": key,
        "orderDate": "2026-11-21T09:00:00.0000000",
        "orderStatus": "awaiting_shipment",
        "customerEmail": "g@family.example",
        "billTo": {"name": "Given Family"},
        "shipTo": {
            "name": "Given Family",
            "street1": "Long Street 1",
            "city": "Town",
            "state": "TX",
            "postalCode": "75001",
            "country": "US",
        },
        "items": [
            {"lineItemKey": "11", "sku": "CANVAS", "name": "Canvas", "quantity": 2, "unitPrice": 20.0},
            {"name": "WELCOME", "quantity": 1, "unitPrice": -5.0, "adjustment": True},
        ],
        "taxAmount": 2,
        "shippingAmount": 3,
        "amountPaid": 40,
    }
    return _without_nothing(order | changes)


def a_v2_shipment(external_id: str = "k-1", **changes: Any) -> dict[str, Any]:
    shipment = {
        "external_shipment_id": external_id,
        "shipment_number": "1001",
        "create_sales_order": True,
        "warehouse_id": "se-524391",
        "ship_to": {
            "name": "Given Family",
            "phone": "555",
            "address_line1": "Long Street 1",
            "city_locality": "Town",
            "state_province": "TX",
            "postal_code": "75001",
            "country_code": "US",
        },
        "items": [
            {
                "name": "Canvas",
                "sku": "CANVAS",
                "quantity": 2,
                "unit_price": 20.0,
                "external_order_item_id": "11",
                "weight": {"value": 500, "unit": "gram"},
            }
        ],
        "amount_paid": {"currency": "eur", "amount": 40.0},
    }
    return _without_nothing(shipment | changes)


def _without_nothing(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not ...}
