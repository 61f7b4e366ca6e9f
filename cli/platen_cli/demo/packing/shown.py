"""How the packing demo looks: how far the orders are, what the packers read, and the count in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rich.table import Table
from rich.text import Text

from platen_cli.demo.packing.tally import Result
from platen_cli.demo.screen import Stages
from platen_cli.plain import plain


@dataclass(frozen=True)
class Packing(Stages):
    unpaid: int = 0

    def rows(self) -> Iterator[tuple[str, int]]:
        yield "Placed in InkSoft", self.placed
        yield "Taken in by Platen", self.taken_in
        yield "At ShipStation", self.at_vendor
        yield "Labelled", self.shipped
        yield "Tracking shown in InkSoft", self.done

    def asides(self) -> Iterator[tuple[str, int]]:
        yield "Awaiting payment", self.unpaid
        yield from super().asides()


def slip(order: dict[str, Any]) -> Table:
    """An order as the packers read it."""
    content = order["content"]
    shown = Table.grid(padding=(0, 2, 0, 0))
    shown.add_column(justify="right", no_wrap=True)
    shown.add_column()
    shown.add_column(justify="right", no_wrap=True)
    for item in content["items"]:
        shown.add_row(str(item["quantity"]), Text(plain(item["name"]), "bold"), item["unit_price"])
        for option in item["options"]:
            shown.add_row("", Text(plain(f"{option['name']}: {option['value']}"), "dim"), "")
    for words, amount in (("Shipping", "shipping"), ("Tax", "tax")):
        shown.add_row("", words, content[amount])
    shown.add_row("", "Total", Text(content["total"], "bold"))
    notes = (("Asked for", "service_asked"), ("Gift message", "gift_message"), ("The buyer says", "customer_notes"))
    for words, name in notes:
        if content[name]:
            shown.add_row("", Text(plain(f"{words}: {content[name]}")), "")
    return shown


def verdict(result: Result) -> list[str]:
    """The count in words."""
    return [
        f"{result.orders} orders in {result.seconds} s: {result.at_shipstation} at ShipStation, once each; "
        f"{result.labels} labels, {result.trackings_in_inksoft} trackings shown in InkSoft.",
        f"{result.paid_later} paid after ShipStation had them, {result.cancelled} cancelled, "
        f"{result.address_corrected} packed to its corrected address.",
        f"{result.lost} lost, {result.duplicates} twice, {result.differ} told otherwise than InkSoft has them, "
        f"{result.attention} left waiting for a person, {result.errors_at_shipstation} errors at ShipStation.",
        f"{result.changed_by_repeat} changed when {result.read_again} orders were read and "
        f"{result.notices_again} notices posted a second time.",
    ]
