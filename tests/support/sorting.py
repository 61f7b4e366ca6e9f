"""A stall with two vendors and no links yet, sorted by the operator's own entrance: links, folders, rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from platen.connectors import Resend
from platen.domain.job import JobState, VendorPhase
from platen.domain.order import Address, Attribute, Line, Order
from platen.domain.printing import PrintDetails
from tests.support.presses import PressesBench
from tests.support.stall import ANYWHERE

GONE = (VendorPhase.CANCELLED, VendorPhase.FAILED)
PRINTED = {"print_sku": "DIGI-1", "print_url": "https://art.example/1.jpg"}


def item(line_id: str = "1", quantity: int = 1, sku: str = "P", **fields: Any) -> Line:
    """A line; ``printed`` are its print details, none by default."""
    printed = fields.pop("printed", {})
    attributes = tuple(Attribute(name=name, value=value) for name, value in printed.items())
    return Line(
        line_id=line_id,
        title=f"Print {line_id}",
        sku=sku,
        quantity=quantity,
        unfulfilled=quantity,
        attributes=attributes,
        **fields,
    )


def to(country: str) -> Address:
    return ANYWHERE.but(country_code=country)


def _lacking(details: PrintDetails) -> tuple[str, ...]:
    fields = {"print_sku": details.sku, "print_url": details.url}
    return tuple(name for name, value in fields.items() if not value)


class SortBench(PressesBench):
    """``press`` and ``press-2``. ``printer``: press makes nothing without a code and one print file."""

    def __init__(self, resend: Resend = Resend.LOOKUP, *, printer: bool = False) -> None:
        super().__init__(2, resend)
        self.connections.save(self.connections.get("stall").but(links=()))
        if printer:
            self._systems["press"] = replace(self._systems["press"], lacking=_lacking, most_prints=1)

    def link(self, vendor: str = "press", **fields: Any) -> None:
        self.do("link", store="stall", vendor=vendor, **({"lines": "all"} | fields))

    def put(self, folder: str, *orders: Order) -> dict[str, Any]:
        """A person moves orders."""
        names = [one.order_id for one in orders]
        moved: dict[str, Any] = self.do("move", orders=names, folder=folder, who="tester")
        return moved

    def rule(self, connection: str = "press", **making: Any) -> None:
        self.do("rules", connection=connection, making=making)

    def folder_of(self, order: Order) -> str:
        return self.now_of(order).head.folder

    def made_by(self, order: Order) -> dict[str, dict[str, int]]:
        """vendor -> line id -> how many it makes, of all that it was ever told and that is not cancelled."""
        found: dict[str, dict[str, int]] = {}
        for name, vendor in self.vendors.items():
            for made in vendor.made:
                if order.order_id in made.external_id and made.phase not in GONE:
                    goods = found.setdefault(name, {})
                    for line_id, count in made.lines.items():
                        goods[line_id] = goods.get(line_id, 0) + count
        return found

    def causes_of(self, order: Order) -> list[str]:
        return [one["cause"] for one in self.attention() if one["order_id"] == order.order_id]

    def problems_of(self, order: Order) -> list[str]:
        items = (one for one in self.attention() if one["order_id"] == order.order_id)
        return [problem["what"] for one in items for problem in one["problems"]]

    def states_of(self, order: Order) -> list[JobState]:
        return [job.state for job in self.now_of(order).jobs.values()]
