"""What the tests of the ShipStation connector share: a connection, orders to send, and ShipStation's part in it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from platen.connectors.shipstation import Settings
from platen.connectors.shipstation.feed import DOOR
from platen.connectors.shipstation.vendor import ShipStationVendor
from platen.domain.connection import Connection, Role
from platen.domain.feed import FeedEntry
from platen.domain.job import Job, JobLine, JobState
from platen.domain.order import Address, Charges, Line, Money, Order, ShippingChoice
from platen.domain.record import OrderBody
from platen.ports import Access, FeedRequest, Http, JobRequest, Posted, Window
from tests.fakes import FakeCache, FakeClock, FakeSecrets
from tests.fakes.clock import START
from tests.fakes.feed import FakeFeed
from tests.fakes.files import FakeFiles
from tests.fakes.ledger import FakeLedger
from tests.fakes.switch import Switch

ORDER_ID = "k7x2m3qpl4tzabcd"
X = f"1001-{ORDER_ID}-1"
"""What ShipStation knows the job of ``a_request`` by."""
PASSWORD = "correct-horse-battery"
CREDENTIALS = {"store_user": "packer", "store_password": PASSWORD}
V1 = {"v1_key": "v1-key", "v1_secret": "v1-secret"}
SHIP_TO = Address(
    first_name="Renée",
    last_name="Müller",
    address1="1 Main Street",
    city="Austin",
    postcode="78701",
    region_code="TX",
    country_code="US",
    phone="+1 512 555 0100",
)


class NoHttp:
    """Nobody is to be called."""

    def send(self, method: str, url: str, **_: Any) -> Any:
        raise AssertionError(f"{method} {url}")


@dataclass
class House:
    """One connection with everything it reaches."""

    http: Http = field(default_factory=NoHttp)
    settings: Settings = field(default_factory=Settings)
    credentials: Mapping[str, str] = field(default_factory=lambda: dict(CREDENTIALS))
    clock: FakeClock = field(default_factory=FakeClock)
    switch: Switch = field(default_factory=Switch)
    feed: FakeFeed = field(init=False)
    secrets: FakeSecrets = field(default_factory=FakeSecrets)
    bodies: dict[str, OrderBody] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.feed = FakeFeed(self.switch)
        self.secrets.put_credentials("packers", dict(self.credentials))

    def vendor(self) -> ShipStationVendor:
        """A fresh one, as every invocation opens it."""
        connection = Connection(
            connection_id="packers",
            system="shipstation",
            roles=(Role.VENDOR,),
            settings=self.settings.model_dump(mode="json"),
            created_at=START,
        )
        return ShipStationVendor(
            Access(
                connection=connection,
                settings=self.settings,
                http=self.http,
                clock=self.clock,
                secrets=self.secrets,
                cache=FakeCache(self.clock),
                feed=self.feed,
                files=FakeFiles(),
                ledger=FakeLedger(),
            )
        )

    # ShipStation's part

    def comes(self, minutes: int = 60) -> list[str]:
        """It fetches all pages of its latest window; gives the external ids that it was told of."""
        now = self.clock.now()
        window = Window(start=now - timedelta(minutes=minutes), end=now + timedelta(minutes=1))
        page = self.feed.page("packers", window, 100)
        self.feed.mark_fetched(page.entries, now)
        return [entry.external_id for entry in page.entries]

    def posts(self, body: bytes | str, **query: str) -> bool:
        """It posts a notice of the one entry there is; False when that was there already."""
        posted = DOOR.read(a_post(body, **query), self.settings)
        assert isinstance(posted, Posted)
        (entry,) = self.feed.entries("packers")
        return self.feed.add_notice(entry, posted.notice.but(received_at=self.clock.now()))

    @property
    def entry(self) -> FeedEntry:
        (entry,) = self.feed.entries("packers")
        return entry


def settings(**changes: Any) -> Settings:
    return Settings.model_validate(changes)


def a_line(line_id: str = "L1", quantity: int = 1, **changes: Any) -> Line:
    given = {
        "line_id": line_id,
        "title": f"Shirt {line_id}",
        "sku": f"TEE-{line_id}",
        "quantity": quantity,
        "unfulfilled": quantity,
        "unit_price": usd("10.00"),
    }
    return Line.model_validate(given | changes)


def usd(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="USD")


def an_order(*lines: Line, **changes: Any) -> Order:
    given: dict[str, Any] = {
        "connection": "stall",
        "store_order_id": "8887505649970",
        "number": "#1001",
        "placed_at": START,
        "updated_at": START,
        "ship_to": SHIP_TO,
        "email": "renee@example.com",
        "lines": lines or (a_line(),),
        "shipping": (ShippingChoice(title="Ground"),),
        "charges": Charges(currency="USD", shipping=Decimal("4.50"), tax=Decimal("1.23")),
    }
    return Order.model_validate(given | changes)


def a_job(order: Order, **changes: Any) -> Job:
    body = OrderBody(order=order, printing={})
    given: dict[str, Any] = {
        "order_id": ORDER_ID,
        "job_id": "1",
        "store": order.connection,
        "vendor": "packers",
        "account": "custom_store",
        "external_id": X,
        "state": JobState.CLAIMED,
        "lines": tuple(JobLine(line_id=line.line_id, quantity=line.quantity) for line in order.lines),
        "body": body.name,
        "content": "a.b.c.0",
        "planned_at": START,
        "version": 3,
    }
    return Job.model_validate(given | changes)


def a_request(*lines: Line, job: Mapping[str, Any] | None = None, **changes: Any) -> JobRequest:
    lines = changes.pop("lines", lines)
    messages = {name: changes.pop(name) for name in ("gift_message", "packing_message") if name in changes}
    extra = {name: changes.pop(name) for name in ("printing", "shelf") if name in changes}
    order = an_order(*lines, **changes)
    body = OrderBody.model_validate({"order": order, "printing": {}} | extra)
    return JobRequest(job=a_job(order, **(job or {})), body=body, **messages)


def an_entry(request: JobRequest, **changes: Any) -> FeedEntry:
    given: dict[str, Any] = {
        "connection": "packers",
        "order_id": request.job.order_id,
        "job_id": request.job.job_id,
        "number": request.order.number,
        "status": "paid",
        "job": request.job,
        "gift_message": request.gift_message,
        "packing_message": request.packing_message,
        "modified": START,
    }
    return FeedEntry.model_validate(given | changes)


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def a_get(**query: str) -> FeedRequest:
    return FeedRequest(method="GET", query=query, headers={}, body=b"")


def a_post(body: bytes | str = b"", **query: str) -> FeedRequest:
    raw = body.encode() if isinstance(body, str) else body
    return FeedRequest(method="POST", query={"action": "shipnotify"} | query, headers={}, body=raw)


def notice(*items: Mapping[str, object], order_id: str = X, number: str = "#1001", **fields: str) -> str:
    """A ship notice; ``items`` are (element -> text) of each, ``fields`` further elements of it."""
    given = {"LabelCreateDate": "11/21/2026 10:00", "Carrier": "USPS", "Service": "Priority Mail"} | fields
    told = {"OrderNumber": number, "OrderID": order_id, **given}
    inside = "".join(f"<Item>{_elements(item)}</Item>" for item in items)
    return (
        f'<?xml version="1.0" encoding="utf-8"?><ShipNotice>{_elements(told)}<Items>{inside}</Items></ShipNotice>'
    )


def _elements(told: Mapping[str, object]) -> str:
    return "".join(f"<{name}>{escape(str(text))}</{name}>" for name, text in told.items())


def of_line(line_id: str, quantity: int) -> dict[str, object]:
    return {"SKU": f"TEE-{line_id}", "Name": "Shirt", "Quantity": quantity, "LineItemID": line_id}
