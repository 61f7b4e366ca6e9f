"""What the tests of the InkSoft connector share: a connection, an API on a script, the twin at the other end."""

from __future__ import annotations

import copy
import json as jsonlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from platen.connectors.inksoft import Settings
from platen.connectors.inksoft.store import InkSoftStore
from platen.domain.connection import Connection, Role
from platen.domain.order import Attribute, Line, Order
from platen.domain.shipment import Parcel, Shipment, ShipmentLine, ShipmentState
from platen.ports import Access, Http, Reply
from tests.fakes import FakeCache, FakeClock, FakeSecrets
from tests.fakes.clock import START
from tests.fakes.feed import FakeFeed
from tests.fakes.files import FakeFiles
from tests.fakes.ledger import FakeLedger
from tests.support.wsgi import WsgiHttp
from twins.inksoft import InkSoftTwin

HOST = "inksoft.twin"
KEY = "inksoft-key"
WITH_KEY = {"api_key": KEY}
WITH_LOGIN = {"email": "shop@example.com", "password": "secret", "publisher_id": "12345"}


def settings(**changes: Any) -> Settings:
    return Settings.model_validate({"domain": HOST, "store_uri": "acme"} | changes)


@dataclass
class House:
    """One connection with everything it reaches."""

    http: Http
    settings: Settings = field(default_factory=settings)
    clock: FakeClock = field(default_factory=FakeClock)
    secrets: FakeSecrets = field(default_factory=FakeSecrets)
    credentials: Mapping[str, Any] = field(default_factory=lambda: WITH_KEY)
    cache: FakeCache = field(init=False)

    def __post_init__(self) -> None:
        self.cache = FakeCache(self.clock)
        self.secrets.put_credentials("shop", dict(self.credentials))

    def access(self) -> Access:
        connection = Connection(
            connection_id="shop",
            system="inksoft",
            roles=(Role.STORE,),
            settings=self.settings.model_dump(mode="json"),
            created_at=START,
        )
        return Access(
            connection=connection,
            settings=self.settings,
            http=self.http,
            clock=self.clock,
            secrets=self.secrets,
            cache=self.cache,
            feed=FakeFeed(),
            files=FakeFiles(),
            ledger=FakeLedger(),
        )

    @property
    def store(self) -> InkSoftStore:
        """A fresh one, as every invocation opens it."""
        return InkSoftStore(self.access())

    def order(self, order_id: object) -> Order:
        found = self.store.fetch(str(order_id))
        assert found is not None
        return found


@dataclass
class World:
    """A connection with the twin at its other end."""

    twin: InkSoftTwin
    house: House
    http: WsgiHttp

    def calls(self, method: str) -> int:
        return self.twin.api_calls_counted[method]


def world(
    configured: Mapping[str, Any] | None = None, credentials: Mapping[str, Any] | None = None, **switches: Any
) -> World:
    clock = FakeClock()
    twin = InkSoftTwin(now=clock, **switches)
    http = WsgiHttp({HOST: twin.app})
    house = House(http, settings(**(configured or {})), clock=clock, credentials=credentials or WITH_KEY)
    return World(twin, house, http)


# ---- an API on a script ------------------------------------------------------------------------


@dataclass(frozen=True)
class Call:
    verb: str
    name: str
    params: Mapping[str, Any]
    """Of the query and of the body, as text where they came as text."""
    url: str


type Answer = Reply | Exception | Callable[[Call], Reply]


class ScriptedHttp:
    """Answers by method, each answer once, the last one for ever."""

    def __init__(self) -> None:
        self.script: dict[str, list[Answer]] = {}
        self.calls: list[Call] = []

    def on(self, name: str, *answers: Answer) -> ScriptedHttp:
        self.script[name] = list(answers)
        return self

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: object | None = None,
        form: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float = 20.0,
    ) -> Reply:
        parts = urlsplit(url)
        body = json if isinstance(json, dict) else {}
        params = {**dict(parse_qsl(parts.query)), **body, **(form or {})}
        call = Call(method, parts.path.rsplit("/", 1)[-1], params, url)
        self.calls.append(call)
        answers = self.script.get(call.name)
        assert answers, f"nobody expected {call.name}"
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Reply) else answer(call)

    def named(self, name: str) -> list[Call]:
        return [call for call in self.calls if call.name == name]


def scripted(credentials: Mapping[str, Any] | None = None, **changes: Any) -> tuple[House, ScriptedHttp]:
    http = ScriptedHttp()
    return House(http, settings(**changes), credentials=credentials or WITH_KEY), http


def raw(status: int, body: bytes | str, **headers: str) -> Reply:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, headers=names, body=body if isinstance(body, bytes) else body.encode())


def said(data: Any, *, total: int | None = None) -> Reply:
    """An envelope that went well; with ``total`` it is a page of a list."""
    pages = None
    if total is not None:
        pages = {"TotalResults": total, "IncludedResults": len(data), "Index": 0}
    envelope = {"OK": True, "StatusCode": "OK", "Data": data, "Pagination": pages, "Messages": []}
    return raw(200, jsonlib.dumps(envelope))


def refused(status: int, words: str, code: str = "BadRequest") -> Reply:
    messages = [{"Content": words, "Title": None, "Severity": "Error"}]
    envelope = {"OK": False, "StatusCode": code, "Data": False, "Pagination": None, "Messages": messages}
    return raw(status, jsonlib.dumps(envelope))


NO_ORDER = refused(404, "Order not found", "NotFound")
PAGE = raw(200, "<!DOCTYPE html><html><title>Shop</title></html>", content_type="text/html")


# ---- an order ------------------------------------------------------------------------------------

ADDRESS: dict[str, Any] = {
    "FirstName": "Given",
    "LastName": "Family",
    "Name": "Given Family",
    "CompanyName": "",
    "Street1": "Long Street 1",
    "Street2": "",
    "City": "Town",
    "State": "AZ",
    "Country": "United States",
    "CountryCode": "us",
    "PostCode": "85281",
    "Phone": "5550100",
}
ITEM: dict[str, Any] = {
    "UniqueId": "item-1",
    "ProductId": 7,
    "ProductStyleId": 71,
    "ProductStyleSizeId": 711,
    "Quantity": 2,
    "UnitPrice": 18.5,
    "ItemTotal": 37.0,
    "FullName": "CVC Tee, Black, M",
    "ArtId": 5,
    "SidePreviews": [
        {
            "SideName": "front",
            "DesignOnlyUrl": "/images/design.png",
            "DesignOnProductUrl": "/images/front.png",
            "SideArtId": 5,
        }
    ],
}
CARD: dict[str, Any] = {
    "ID": 9,
    "ProductId": 7,
    "ProductName": "CVC Tee",
    "ProductSku": "3001CVC",
    "ProductManufacturer": "Bella",
    "ProductStyleName": "Black",
    "ProductStyleId": 71,
    "ArtId": 5,
    "Side": "Front",
    "SideInternalName": "front",
    "RegionName": "Full Front",
    "PreviewUrl": "/images/front.png",
    "ArtUrl": "/images/art.eps",
    "PrintMethod": "Screen Print",
    "Colors": [{"Index": 1, "Name": "White"}, {"Index": 0, "Name": "Red", "PMS": "186 C"}],
    "Items": [{"Size": "M", "Quantity": 2}, {"Size": "2XL", "Quantity": 1}],
}
ORDER: dict[str, Any] = {
    "ID": 1000001,
    "StoreId": 41001,
    "StoreName": "Spirit Store",
    "ProposalId": None,
    "Status": "Processing",
    "ProductionStatus": "Open",
    "CurrencyCode": "USD",
    "Email": "buyer@example.com",
    "PaymentStatus": "Paid",
    "PaymentMethod": "CreditCard",
    "CardType": "Visa",
    "BillingAddress": ADDRESS,
    "ShippingAddress": ADDRESS,
    "ShippingMethod": {"ID": 77, "Name": "UPS Ground", "VendorName": "UPS", "Price": 9.95},
    "ShippingAmount": 9.95,
    "TaxAmount": 4.5,
    "TotalDiscount": 0,
    "TotalAmount": 51.45,
    "DateCreated": "2026-11-20T17:04:12.000Z",
    "Authorized": True,
    "Paid": True,
    "Shipped": False,
    "Cancelled": False,
    "Items": [ITEM],
    "Shipments": [],
    "ProductionCards": [CARD],
    "CustomLineItems": [],
    "ApprovalRequired": False,
    "ApprovalDate": None,
}


def an_order(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(ORDER) | changes


def an_item(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(ITEM) | changes


def a_card(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(CARD) | changes


def read(theirs: Mapping[str, Any], product: Mapping[str, Any] | None = None, **configured: Any) -> Order:
    """The order as the store gives it when InkSoft answers with that one, and that product."""
    house, http = scripted(**configured)
    http.on("GetOrder", said(dict(theirs)))
    http.on("GetProduct", said(dict(product)) if product else refused(404, "Product not found", "NotFound"))
    return house.order(theirs["ID"])


def only_line(order: Order) -> Line:
    [line] = order.lines
    return line


def named(attributes: tuple[Attribute, ...]) -> dict[str, str]:
    return {one.name: one.value for one in attributes}


def a_shipment(
    order_id: object, tracking: str = "1Z999", lines: Mapping[str, int] | None = None, **changes: Any
) -> Shipment:
    """``lines``: line id -> how many."""
    parcel = changes.pop("parcel", None) or Parcel(carrier="UPS", tracking=tracking)
    fields: dict[str, Any] = {
        "order_id": "k7x2m3qpl4tzabcd",
        "shipment_id": "1-aaaa",
        "connection": "shop",
        "store_order_id": str(order_id),
        "job_id": "1",
        "state": ShipmentState.CLAIMED,
        "parcel": parcel,
        "lines": tuple(ShipmentLine(line_id=key, quantity=count) for key, count in (lines or {}).items()),
        "recorded_at": START,
    }
    return Shipment(**(fields | changes))
