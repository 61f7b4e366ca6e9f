"""What the tests of the Picanova connector share: a connection, a shop's order to send, and their answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from platen.connectors.picanova import Settings
from platen.connectors.picanova.vendor import PicanovaVendor
from platen.domain.connection import Connection, Role
from platen.domain.job import Job, JobLine, JobState
from platen.domain.order import Address, Charges, Line, Money, Order, ShippingChoice
from platen.domain.printing import PrintDetails, PrintOption
from platen.domain.record import OrderBody
from platen.ports import Access, Http, JobRequest
from tests.connectors.picanova.fakes import NOW, FakeCache, FakeClock, FakeSecrets, ScriptedHttp, data, reply
from tests.fakes.feed import FakeFeed
from tests.fakes.files import FakeFiles
from tests.fakes.ledger import FakeLedger


def settings(**changes: Any) -> Settings:
    return Settings.model_validate({"mode": "live", "regions": ["eu", "us"]} | changes)


@dataclass
class House:
    """One connection with everything it reaches."""

    http: Http
    settings: Settings = field(default_factory=settings)
    secrets: FakeSecrets = field(default_factory=FakeSecrets)
    clock: FakeClock = field(default_factory=FakeClock)
    cache: FakeCache = field(init=False)

    def __post_init__(self) -> None:
        self.cache = FakeCache(self.clock)

    def vendor(self) -> PicanovaVendor:
        """A fresh one, as every invocation opens it."""
        connection = Connection(
            connection_id="picanova",
            system="picanova",
            roles=(Role.VENDOR,),
            settings=self.settings.model_dump(mode="json"),
            created_at=NOW,
        )
        return PicanovaVendor(
            Access(
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
        )


def scripted(**changes: Any) -> tuple[House, ScriptedHttp]:
    """A house whose API says what it is told to."""
    http = ScriptedHttp()
    return House(http, settings(**changes)), http


X = "1001-k7x2m3qpl4tzabcd-1"
"""What Picanova knows the job of ``a_request`` by."""
GONE = reply(404, {"message": "404 Not Found"})
CANVAS = {"Canvas border": "Mirrored", "Stretcher frame": "2 cm"}


def details(sku: str = "DIGI-40X30-1", options: Mapping[str, str] = CANVAS, **changes: Any) -> PrintDetails:
    fields: dict[str, Any] = {"sku": sku, "url": "https://art.example/7f3a.jpg"} | changes
    return PrintDetails(
        options=tuple(PrintOption(name=name, value=value) for name, value in options.items()), **fields
    )


SHIP_TO = Address(
    first_name="Ottilie",
    last_name="Quellwasser",
    company="Kranich Rahmen",
    address1="Lange Zeile 17",
    address2="Hinterhaus",
    city="Musterlingen",
    postcode="10115",
    country_code="DE",
    phone="+49 30 5550123",
)
TO_AMERICA = SHIP_TO.but(city="Springfield", postcode="62701", region_code="IL", country_code="US")


def a_line(
    line_id: str = "11", quantity: int = 1, price: str = "39.90", currency: str = "EUR", **changes: Any
) -> Line:
    return Line(
        line_id=line_id,
        title="Canvas",
        sku="CANVAS-1",
        quantity=quantity,
        unfulfilled=quantity,
        unit_price=Money(amount=Decimal(price), currency=currency),
        **changes,
    )


def a_job(account: str = "eu", lines: Iterable[tuple[str, int]] = (("11", 1),), **changes: Any) -> Job:
    return Job(
        **{
            "order_id": "k7x2m3qpl4tzabcd",
            "job_id": "1",
            "store": "shop",
            "vendor": "picanova",
            "account": account,
            "external_id": X,
            "state": JobState.CLAIMED,
            "lines": tuple(JobLine(line_id=line_id, quantity=quantity) for line_id, quantity in lines),
            "body": "b1",
            "content": "c1",
            "planned_at": NOW,
        }
        | changes
    )


def a_request(
    *printed: PrintDetails,
    account: str = "eu",
    ship_to: Address | None = SHIP_TO,
    quantities: Iterable[int] = (),
    job: Mapping[str, Any] | None = None,
    shipping: tuple[ShippingChoice, ...] = (),
    lines: tuple[Line, ...] = (),
    mail_class: str = "",
    charges: Charges | None = None,
) -> JobRequest:
    """A job with a line (11, 12, …) for each of the print details; one good canvas when there are none."""
    printing = printed or (details(),)
    counts = [*quantities] or [1] * len(printing)
    ids = [str(11 + number) for number in range(len(printing))]
    order = Order(
        connection="shop",
        store_order_id="1",
        number="#1001",
        placed_at=NOW,
        updated_at=NOW,
        ship_to=ship_to,
        email="ottilie@kranich.example",
        lines=lines or tuple(a_line(line_id, count) for line_id, count in zip(ids, counts, strict=True)),
        shipping=shipping,
        charges=charges,
    )
    return JobRequest(
        job=a_job(account, zip(ids, counts, strict=True), **(job or {})),
        body=OrderBody(order=order, printing=dict(zip(ids, printing, strict=True))),
        mail_class=mail_class,
    )


def their_item(item_id: int = 3399, **changes: Any) -> dict[str, Any]:
    return {
        "id": item_id,
        "external_id": None,
        "variant_id": 302,
        "quantity": 1,
        "file": "https://art.example/7f3a.jpg",
        "options": [{"id": 1, "name": name, "value": {"id": 3, "name": value}} for name, value in CANVAS.items()],
    } | changes


def their_order(**changes: Any) -> dict[str, Any]:
    return {
        "id": "PPO21694395",
        "external_id": X,
        "is_test": False,
        "status": "DRAFT",
        "status_label": "Draft",
        "shipments": [],
        "items": [their_item()],
    } | changes


def their_variant(code: str = "DIGI-40X30-1", variant_id: int = 302, **changes: Any) -> dict[str, Any]:
    return {
        "variant_id": variant_id,
        "variant_code": code,
        "name": "40x30 cm",
        "price": 12.9,
        "price_details": {"currency": "EUR"},
        "shipping_countries": [276, 826, 840],
        "options": {
            "1": an_option("Canvas border", ("Mirrored", "Folded", "White")),
            "2": an_option("Stretcher frame", ("2 cm", "4 cm")),
            "5": an_option("Frame", ("Floating Frame White",), required=False),
        },
    } | changes


def an_option(name: str, values: Iterable[str], *, required: bool = True) -> dict[str, Any]:
    return {
        "name": name,
        "is_required": required,
        "values": [{"id": number, "name": value} for number, value in enumerate(values, start=1)],
    }


COUNTRIES = [
    {"name": "Germany", "country_id": 276, "country_code": "DE"},
    {"name": "Latvia", "country_id": 428, "country_code": "LV"},
    {"name": "United States", "country_id": 840, "country_code": "US"},
]


METHODS = [{"code": code, "name": code} for code in ("DHL", "GEL", "UPS", "UPS MIEXP", "DHL")]
"""One of them twice, as the published sample of their rates has it."""


def shelves(http: ScriptedHttp, *variants: Mapping[str, Any]) -> ScriptedHttp:
    """Give a scripted API a catalogue."""
    http.on("GET /products", data([{"id": 2, "name": "Canvas"}]))
    http.on("GET /products/2", data(list(variants or (their_variant(),))))
    http.on("GET /shipping/methods", data(METHODS))
    return http.on("GET /countries", data(COUNTRIES))
