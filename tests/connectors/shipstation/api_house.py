"""What the tests of the ways by API share: a connection, an order, and APIs on a script or played by the twin."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from platen.connectors.shipstation import Settings
from platen.connectors.shipstation.v1 import V1Way
from platen.connectors.shipstation.v2 import V2Way
from platen.domain.connection import Connection, Role
from platen.domain.job import Hold, Job, JobLine, JobState
from platen.domain.model import iso
from platen.domain.order import Address, Attribute, Charges, Discount, Line, Money, Order, ShippingChoice
from platen.domain.record import OrderBody
from platen.domain.shelf import Shelf
from platen.ports import Access, Http, JobRequest, Reply
from tests.fakes import FakeCache, FakeClock, FakeSecrets
from tests.fakes.clock import START
from tests.fakes.feed import FakeFeed
from tests.fakes.files import FakeFiles
from tests.fakes.ledger import FakeLedger
from tests.support.wsgi import WsgiHttp
from twins.shipstation.twin import ShipStationTwin

HOST = "shipstation.twin"
V1 = f"https://{HOST}"
V2 = f"https://{HOST}/v2"
X = "1001-k7x2m3qpl4tzabcd-1"
"""What ShipStation knows the job of ``a_request`` by."""
CREDENTIALS = {"v1_key": "v1-key", "v1_secret": "v1-secret", "v2_key": "v2-key"}
URL = "https://hooks.example/vendor/ss/k3y"


def settings(**changes: Any) -> Settings:
    given = {
        "way": "v1",
        "base_url_v1": V1,
        "base_url_v2": V2,
        "jwks_url": f"{V1}/jwks",
        "warehouse_id": "se-14265",
    }
    return Settings.model_validate(given | changes)


@dataclass
class House:
    """One connection with everything it reaches."""

    http: Http
    settings: Settings = field(default_factory=settings)
    clock: FakeClock = field(default_factory=FakeClock)
    secrets: FakeSecrets = field(default_factory=FakeSecrets)
    cache: FakeCache = field(init=False)

    def __post_init__(self) -> None:
        self.cache = FakeCache(self.clock)
        self.secrets.put_credentials("ship", CREDENTIALS)

    @property
    def access(self) -> Access:
        connection = Connection(
            connection_id="ship",
            system="shipstation",
            roles=(Role.VENDOR,),
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

    def v1(self) -> V1Way:
        """A fresh one, as every invocation opens it."""
        return V1Way(self.access, self.settings)

    def v2(self) -> V2Way:
        return V2Way(self.access, self.settings)


type Answer = Reply | Exception


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    headers: Mapping[str, str]
    json: Any
    auth: tuple[str, str] | None


class ScriptedHttp:
    """Answers by ``METHOD /path`` without its query, each answer once, the last one for ever."""

    def __init__(self) -> None:
        self.script: dict[str, list[Answer]] = {}
        self.calls: list[Call] = []

    def on(self, call: str, *answers: Answer) -> ScriptedHttp:
        self.script[call] = list(answers)
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
        assert url.startswith(V1), f"{url} is no host of ours"
        path = url.removeprefix(V1)
        self.calls.append(Call(method, path, dict(headers or {}), jsonlib.loads(jsonlib.dumps(json)), auth))
        answers = self.script.get(f"{method} {path.partition('?')[0]}")
        assert answers, f"nobody expected {method} {path}"
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def told(self, method: str = "POST") -> list[Any]:
        return [call.json for call in self.calls if call.method == method]


def scripted(**changes: Any) -> tuple[House, ScriptedHttp]:
    """A house whose APIs say what they are told to."""
    http = ScriptedHttp()
    return House(http, settings(**changes)), http


def with_twin(changes: Mapping[str, Any] | None = None, **switches: Any) -> tuple[House, ShipStationTwin]:
    clock = FakeClock()
    twin = ShipStationTwin(now=clock, **({"post": lambda *_: 200} | switches))
    return House(WsgiHttp({HOST: twin.app}), settings(**(changes or {})), clock=clock), twin


def reply(status: int = 200, body: object = None, **headers: str) -> Reply:
    """``body`` as bytes goes out as it is, anything else as JSON; header names have ``_`` for ``-``."""
    raw = body if isinstance(body, bytes) else jsonlib.dumps(body).encode()
    return Reply(
        status=status, headers={name.replace("_", "-"): value for name, value in headers.items()}, body=raw
    )


SHIP_TO = Address(
    first_name="Ottilie",
    last_name="Quellwasser",
    company="Kranich Rahmen",
    address1="Lange Zeile 17",
    address2="Hinterhaus",
    city="Springfield",
    postcode="62701",
    region_code="IL",
    country_code="US",
    phone="+1 217 5550123",
)


def a_line(line_id: str = "11", quantity: int = 2, **changes: Any) -> Line:
    return Line(
        **{
            "line_id": line_id,
            "title": "Team Tee",
            "sku": f"TEE-{line_id}",
            "quantity": quantity,
            "unfulfilled": quantity,
            "unit_price": Money(amount=Decimal("18.00"), currency="USD"),
            "full_price": Money(amount=Decimal("20.00"), currency="USD"),
            "image": "https://img.example/tee.png",
            "options": (Attribute(name="Size", value="L"), Attribute(name="Colour", value="Navy")),
            "barcode": "012345678905",
        }
        | changes
    )


def a_job(**changes: Any) -> Job:
    return Job(
        **{
            "order_id": "k7x2m3qpl4tzabcd",
            "job_id": "1",
            "store": "shop",
            "vendor": "ship",
            "account": "v1",
            "external_id": X,
            "state": JobState.CLAIMED,
            "lines": (JobLine(line_id="11", quantity=2), JobLine(line_id="12", quantity=1)),
            "body": "b1",
            "content": "c1",
            "planned_at": START,
        }
        | changes
    )


def a_request(hold: Hold = Hold.NONE, job: Mapping[str, Any] | None = None, **changes: Any) -> JobRequest:
    """Three shirts at 18.00 after a code, tax and shipping: 65.00 in all."""
    order = Order(
        **{
            "connection": "shop",
            "store_order_id": "1",
            "number": "#1001",
            "placed_at": START,
            "updated_at": START,
            "ship_to": SHIP_TO,
            "email": "ottilie@kranich.example",
            "lines": (a_line("11", 2), a_line("12", 1)),
            "shipping": (ShippingChoice(title="Two Day", code="2d"),),
            "charges": Charges(
                currency="USD", shipping=Decimal("7.00"), tax=Decimal("4.00"), discount=Decimal("6.00")
            ),
            "discounts": (Discount(code="TEAM10", amount=Decimal("6.00")),),
            "payment_method": "Card",
            "note": "Please hurry",
            "internal_note": "Regular",
            "gift": True,
            "gift_message": "Well played",
        }
        | changes
    )
    shelf = {"11": Shelf(weight=Decimal(180), location="A1-7"), "12": Shelf(weight=Decimal(180))}
    return JobRequest(
        job=a_job(**({"hold": hold} | dict(job or {}))), body=OrderBody(order=order, printing={}, shelf=shelf)
    )


def v1_order(**changes: Any) -> dict[str, Any]:
    """An order as V1 shows it."""
    return {
        "orderId": 140335319,
        "orderNumber": "#1001",
        "orderKey": X,
        "orderDate": "2026-11-21T01:00:00.0000000",
        "createDate": "2026-11-21T01:00:01.5070000",
        "modifyDate": "2026-11-21T01:00:01.5070000",
        "orderStatus": "awaiting_shipment",
        "customerEmail": None,
        "billTo": {"name": "Ottilie Quellwasser"},
        "shipTo": {"name": "Ottilie Quellwasser", "addressVerified": "Address not yet validated"},
        "items": [
            {"orderItemId": 901, "lineItemKey": "11", "sku": "TEE-11", "quantity": 2, "adjustment": False},
            {"orderItemId": 902, "lineItemKey": "12", "sku": "TEE-12", "quantity": 1, "adjustment": False},
            {"orderItemId": 903, "lineItemKey": "discount-1", "sku": "TEAM10", "quantity": 1, "adjustment": True},
        ],
        "advancedOptions": {"storeId": 12345, "mergedOrSplit": False, "mergedIds": [], "parentId": None},
    } | changes


def v1_label(**changes: Any) -> dict[str, Any]:
    return {
        "shipmentId": 33974374,
        "orderId": 140335319,
        "trackingNumber": "9400111899561704681189",
        "carrierCode": "stamps_com",
        "serviceCode": "usps_priority_mail",
        "shipmentCost": 4.95,
        "createDate": "2026-11-21T10:51:14.5030000",
        "shipDate": "2026-11-21",
        "voided": False,
        "voidDate": None,
        "isReturnLabel": False,
        "shipmentItems": None,
    } | changes


def v1_page(name: str, *rows: Mapping[str, Any], **rest: Any) -> Reply:
    """``pages`` is 0, as in a documented example."""
    return reply(body={name: list(rows), "total": len(rows), "page": 1, "pages": 0} | rest)


def v2_item(line_id: str = "11", quantity: int = 2, **changes: Any) -> dict[str, Any]:
    return {
        "name": "Team Tee",
        "sku": f"TEE-{line_id}",
        "quantity": quantity,
        "external_order_id": X,
        "external_order_item_id": line_id,
    } | changes


def v2_shipment(**changes: Any) -> dict[str, Any]:
    return {
        "shipment_id": "se-394496923",
        "external_shipment_id": X,
        "external_order_id": None,
        "shipment_number": "#1001",
        "shipment_status": "pending",
        "modified_at": iso(START),
        "items": [v2_item("11", 2), v2_item("12", 1)],
        "notes_to_buyer": None,
    } | changes


def v2_label(**changes: Any) -> dict[str, Any]:
    return {
        "label_id": "se-184986954",
        "status": "completed",
        "shipment_id": "se-394496923",
        "tracking_number": "383144914556",
        "tracking_url": "https://track.example/383144914556",
        "carrier_code": "fedex",
        "service_code": "fedex_ground",
        "shipment_cost": {"currency": "usd", "amount": 21.96},
        "created_at": "2026-11-21T20:05:20.44Z",
        "ship_date": "2026-11-21T07:00:00Z",
        "voided": False,
        "is_return_label": False,
    } | changes


def v2_page(name: str, *rows: Mapping[str, Any], **rest: Any) -> Reply:
    links = {"first": {"href": "https://evil.example/1"}, "next": {"href": "https://evil.example/2"}}
    return reply(body={name: list(rows), "total": len(rows), "page": 1, "pages": 1, "links": links} | rest)


def v2_errors(status: int, code: str = "unspecified", message: str = "No.", kind: str = "validation") -> Reply:
    said = {"error_source": "ShipStation", "error_type": kind, "error_code": code, "message": message}
    return reply(status, {"request_id": "b0a0a1c2-0000-4000-8000-000000000001", "errors": [said]})
