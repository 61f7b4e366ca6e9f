"""What the tests of the POV connector share: a connection, an order to send, and an API on a script."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from platen.connectors.pov import Settings
from platen.connectors.pov.vendor import PovVendor
from platen.domain.connection import Connection, Role
from platen.domain.job import Job, JobLine, JobState
from platen.domain.order import Address, Line, Money, Order
from platen.domain.printing import PrintDetails
from platen.domain.record import OrderBody
from platen.ports import Access, Http, JobRequest, Reply
from tests.fakes import FakeCache, FakeClock, FakeSecrets
from tests.fakes.clock import START
from tests.fakes.feed import FakeFeed
from tests.fakes.files import FakeFiles
from tests.fakes.ledger import FakeLedger

HOST = "pov.twin"
BASE = f"https://{HOST}/v0"
CREDENTIALS = {"test_customer_id": "test-customer", "live_customer_id": "live-customer"}
X = "1001-k7x2m3qpl4tzabcd-1"
"""What POV knows the job of ``a_request`` by."""


def settings(**changes: Any) -> Settings:
    return Settings.model_validate({"mode": "live", "base_url_live": BASE, "base_url_test": BASE} | changes)


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
        self.secrets.put_credentials("pov", CREDENTIALS)

    def vendor(self) -> PovVendor:
        """A fresh one, as every invocation opens it."""
        connection = Connection(
            connection_id="pov",
            system="pov",
            roles=(Role.VENDOR,),
            settings=self.settings.model_dump(mode="json"),
            created_at=START,
        )
        return PovVendor(
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


type Answer = Reply | Exception


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    headers: Mapping[str, str]
    json: Any


class ScriptedHttp:
    """Answers by ``METHOD /path`` (below the base URL), each answer once, the last one for ever."""

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
        path = url.removeprefix(BASE)
        self.calls.append(Call(method, path, dict(headers or {}), json))
        answers = self.script.get(f"{method} {path}")
        assert answers, f"nobody expected {method} {path}"
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def scripted(**changes: Any) -> tuple[House, ScriptedHttp]:
    """A house whose API says what it is told to."""
    http = ScriptedHttp()
    return House(http, settings(**changes)), http


def reply(status: int = 200, body: object = None, **headers: str) -> Reply:
    """``body`` as bytes goes out as it is, anything else as JSON; header names have ``_`` for ``-``."""
    raw = body if isinstance(body, bytes) else jsonlib.dumps(body).encode()
    return Reply(
        status=status, headers={name.replace("_", "-"): value for name, value in headers.items()}, body=raw
    )


def errors(status: int, *said: Mapping[str, Any]) -> Reply:
    return reply(status, {"errors": [dict(one) for one in said]})


GONE = errors(404, {"field": "", "code": "not_found", "message": "There is no such order."})
LOOK_UP = f"GET /orders?reference={X}"

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


def details(sku: str = "CANVAS-40X30", url: str = "https://art.example/7f3a.png", **changes: Any) -> PrintDetails:
    return PrintDetails(sku=sku, url=url, **changes)


def a_line(line_id: str = "11", quantity: int = 1, price: str = "39.90") -> Line:
    return Line(
        line_id=line_id,
        title="Canvas",
        sku="SHOP-CANVAS",
        quantity=quantity,
        unfulfilled=quantity,
        unit_price=Money(amount=Decimal(price), currency="USD"),
    )


def a_job(account: str = "live", lines: Iterable[tuple[str, int]] = (("11", 1),), **changes: Any) -> Job:
    return Job(
        **{
            "order_id": "k7x2m3qpl4tzabcd",
            "job_id": "1",
            "store": "shop",
            "vendor": "pov",
            "account": account,
            "external_id": X,
            "state": JobState.CLAIMED,
            "lines": tuple(JobLine(line_id=line_id, quantity=quantity) for line_id, quantity in lines),
            "body": "b1",
            "content": "c1",
            "planned_at": START,
        }
        | changes
    )


def a_request(
    *printed: PrintDetails,
    account: str = "live",
    ship_to: Address | None = SHIP_TO,
    quantities: Iterable[int] = (),
    job: Mapping[str, Any] | None = None,
    **told: Any,
) -> JobRequest:
    """A job with a line (11, 12, …) for each of the print details; one good canvas when there are none."""
    printing = printed or (details(),)
    counts = [*quantities] or [1] * len(printing)
    ids = [str(11 + number) for number in range(len(printing))]
    order = Order(
        connection="shop",
        store_order_id="1",
        number="#1001",
        placed_at=START,
        updated_at=START,
        ship_to=ship_to,
        email="ottilie@kranich.example",
        lines=tuple(a_line(line_id, count) for line_id, count in zip(ids, counts, strict=True)),
    )
    return JobRequest(
        job=a_job(account, zip(ids, counts, strict=True), **(job or {})),
        body=OrderBody(order=order, printing=dict(zip(ids, printing, strict=True))),
        **({"mail_class": "STANDARD"} | told),
    )


def their_order(**changes: Any) -> dict[str, Any]:
    return {
        "pov_order_id": "POV-100001",
        "reference": X,
        "order_number": "#1001",
        "status": "received",
        "test": False,
        "shipments": [],
    } | changes


def their_shipment(**changes: Any) -> dict[str, Any]:
    return {
        "shipment_id": "SH-1",
        "pov_order_id": "POV-100001",
        "reference": X,
        "carrier": "UPS",
        "service": "Ground",
        "tracking_number": "1Z1",
        "tracking_url": "https://track.example/1Z1",
        "shipped_at": "2026-11-21T10:00:00+00:00",
        "items": [{"line_id": "11", "quantity": 1}],
    } | changes
