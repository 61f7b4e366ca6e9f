"""What the tests of the Picanova connector share: fakes of the ports, and a shop's order to send."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from platen.connectors.picanova import Settings
from platen.connectors.picanova.vendor import PicanovaVendor
from platen.domain.connection import Connection, Role
from platen.domain.job import Job, JobLine, JobState
from platen.domain.order import Address, Line, Money, Order, ShippingChoice
from platen.domain.printing import PrintDetails, PrintOption
from platen.domain.record import OrderBody
from platen.ports import Access, Http, JobRequest, NotFound, Reply

HOST = "api.picanova.com"
CREDENTIALS = {"eu_user": "eu-user", "eu_key": "eu-key", "us_user": "us-user", "us_key": "us-key"}
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


class FakeClock:
    """Stands still, but for sleeping. Callable, as the twins want it."""

    def __init__(self) -> None:
        self.moment = NOW
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.moment

    __call__ = now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.passes(seconds=seconds)

    def passes(self, **time: float) -> None:
        self.moment += timedelta(**time)


class FakeCache:
    """Keeps text until its time is over, by the clock."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._held: dict[str, dict[str, tuple[str, datetime]]] = {}

    def get(self, namespace: str, keys: Iterable[str]) -> dict[str, str]:
        held = self._live(namespace)
        return {key: held[key] for key in keys if key in held}

    def put(self, namespace: str, entries: Mapping[str, str], keep: timedelta) -> None:
        until = self._clock.now() + keep
        self._held.setdefault(namespace, {}).update({key: (text, until) for key, text in entries.items()})

    def keys(self, namespace: str) -> list[str]:
        return sorted(self._live(namespace))

    def _live(self, namespace: str) -> dict[str, str]:
        now = self._clock.now()
        return {key: text for key, (text, until) in self._held.get(namespace, {}).items() if until > now}


@dataclass
class FakeSecrets:
    """Credentials of one connection; None: nothing is stored."""

    held: dict[str, Any] | None = field(default_factory=lambda: dict(CREDENTIALS))

    def credentials(self, connection_id: str) -> dict[str, Any]:
        if self.held is None:
            raise NotFound(connection_id)
        return self.held

    def webhook(self, connection_id: str) -> dict[str, Any]:
        raise NotFound(connection_id)

    def token(self, connection_id: str) -> dict[str, Any]:
        return {}

    def put_credentials(self, connection_id: str, value: dict[str, Any]) -> None:
        self.held = value

    def put_webhook(self, connection_id: str, value: dict[str, Any]) -> None:
        raise NotFound(connection_id)

    def put_token(self, connection_id: str, value: dict[str, Any]) -> None:
        raise NotFound(connection_id)


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    json: Any
    auth: tuple[str, str] | None


type Answer = Reply | Exception


class ScriptedHttp:
    """Answers by ``METHOD /path`` (below the API's base), each answer once, the last one for ever."""

    def __init__(self, **script: Answer) -> None:
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
        path = url.removeprefix(f"https://{HOST}/api/beta")
        self.calls.append(Call(method, path, json, auth))
        answers = self.script.get(f"{method} {path}")
        assert answers, f"nobody expected {method} {path}"
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def asked(self, method: str) -> list[str]:
        return [call.path for call in self.calls if call.method == method]


def reply(status: int = 200, body: object = None, **headers: str) -> Reply:
    """``body`` as bytes goes out as it is, anything else as JSON; header names have ``_`` for ``-``."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply(
        status=status, headers={name.replace("_", "-"): value for name, value in headers.items()}, body=raw
    )


def data(found: object, status: int = 200) -> Reply:
    return reply(status, {"data": found})


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
            )
        )


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
            "external_id": "1001-k7x2m3qpl4tzabcd-1",
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
    )
    return JobRequest(
        job=a_job(account, zip(ids, counts, strict=True), **(job or {})),
        body=OrderBody(order=order, printing=dict(zip(ids, printing, strict=True))),
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
        "external_id": "1001-k7x2m3qpl4tzabcd-1",
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


def shelves(http: ScriptedHttp, *variants: Mapping[str, Any]) -> ScriptedHttp:
    """Give a scripted API a catalogue."""
    http.on("GET /products", data([{"id": 2, "name": "Canvas"}]))
    http.on("GET /products/2", data(list(variants or (their_variant(),))))
    return http.on("GET /countries", data(COUNTRIES))


type Make = Callable[..., House]
