"""One warehouse connection with everything it reaches, and orders to send."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from platen.connectors.warehouse_files import Settings
from platen.connectors.warehouse_files.vendor import WarehouseVendor
from platen.domain.connection import Connection, Role
from platen.domain.job import Job, JobLine, JobState
from platen.domain.order import Address, Line, Order, ShippingChoice
from platen.domain.record import OrderBody
from platen.domain.warehouse import Snapshot, WarehouseOrder
from platen.ports import Access, JobRequest
from tests.connectors.warehouse_files.files import settings
from tests.fakes import FakeCache, FakeClock, FakeSecrets
from tests.fakes.clock import START
from tests.fakes.feed import FakeFeed
from tests.fakes.files import FakeFiles
from tests.fakes.ledger import FakeLedger
from tests.fakes.switch import Switch

ORDER_ID = "k7x2m3qpl4tzabcd"
X = f"1001-{ORDER_ID}-1"
KEY = f"out/depot/orders/{X}.csv"
CANCEL = f"out/depot/cancels/{X}.csv"
SHIP_TO = Address(
    first_name="Renée",
    last_name="Müller",
    company='Müller, "Sohn" & Co',
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

    def lines(self, url: str, **_: Any) -> Any:
        raise AssertionError(url)


@dataclass
class Depot:
    settings: Settings = field(default_factory=settings)
    is_set_up: bool = True
    clock: FakeClock = field(default_factory=FakeClock)
    switch: Switch = field(default_factory=Switch)
    secrets: FakeSecrets = field(default_factory=FakeSecrets)
    files: FakeFiles = field(init=False)
    ledger: FakeLedger = field(init=False)

    def __post_init__(self) -> None:
        self.files, self.ledger = FakeFiles(self.switch), FakeLedger(self.switch)
        if self.is_set_up:
            self.set_up()

    def set_up(self) -> None:
        count = Snapshot(snapshot_id="C-1", taken_at=START, site="MAIN")
        state = self.ledger.state("depot")
        snapshots = {"MAIN": count.model_dump_json()}
        self.ledger.save_state(state.but(products_done_at=START, snapshots=snapshots))

    def vendor(self, **changed: Any) -> WarehouseVendor:
        """A fresh one, as every invocation opens it; with other settings where a person changed them."""
        given = Settings.model_validate(self.settings.model_dump() | changed)
        connection = Connection(
            connection_id="depot",
            system="warehouse_files",
            roles=(Role.VENDOR, Role.WAREHOUSE),
            settings=given.model_dump(mode="json"),
            created_at=START,
        )
        access = Access(
            connection=connection,
            settings=given,
            http=NoHttp(),
            clock=self.clock,
            secrets=self.secrets,
            cache=FakeCache(self.clock),
            feed=FakeFeed(self.switch),
            files=self.files,
            ledger=self.ledger,
        )
        return WarehouseVendor(access)

    def order(self) -> WarehouseOrder:
        found = self.ledger.order("depot", X)
        assert found
        return found

    def told(self, **changes: Any) -> WarehouseOrder:
        """The warehouse told something of the order."""
        before = self.order()
        return self.ledger.save_order(before, before.but(changed_at=self.clock.now(), **changes))

    def picked(self, *counts: int, **changes: Any) -> WarehouseOrder:
        lines = (line.but(picked=count) for line, count in zip(self.order().lines, counts, strict=True))
        return self.told(lines=tuple(lines), **changes)

    def file(self, key: str = KEY) -> list[str]:
        return self.files.get(key).decode().split("\r\n")


def a_line(line_id: str = "11", quantity: int = 2, **changes: Any) -> Line:
    fields: dict[str, Any] = {
        "line_id": line_id,
        "title": "Mug, blue",
        "sku": f"MUG-{line_id}",
        "quantity": quantity,
        "unfulfilled": quantity,
    }
    return Line(**(fields | changes))


def a_request(*lines: Line, job: dict[str, Any] | None = None, **changes: Any) -> JobRequest:
    lines = lines or (a_line(),)
    fields: dict[str, Any] = {
        "connection": "shop",
        "store_order_id": "8887505649970",
        "number": "#1001",
        "placed_at": START,
        "updated_at": START,
        "ship_to": SHIP_TO,
        "email": "renee@example.com",
        "lines": lines,
        "shipping": (ShippingChoice(title="UPS Ground"),),
        "note": "Leave it\nat the door",
    }
    order = Order(**(fields | changes))
    body = OrderBody(order=order, printing={})
    of_job: dict[str, Any] = {
        "order_id": ORDER_ID,
        "job_id": "1",
        "store": "shop",
        "vendor": "depot",
        "external_id": X,
        "state": JobState.CLAIMED,
        "lines": tuple(JobLine(line_id=one.line_id, quantity=one.quantity) for one in lines),
        "body": body.name,
        "content": "a.b.c.0",
        "planned_at": START,
    }
    return JobRequest(job=Job(**(of_job | (job or {}))), body=body)
