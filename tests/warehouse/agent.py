"""The program at the warehouse: takes Platen's files to the depot, and tells by files what was done there.

It is written from the file contract alone and shares no code with Platen: UTF-8, CRLF, commas, no row of names, a
value with a comma in it in quotes. What it took it takes away; what it tells is named so that a name comes once.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from itertools import count, groupby

from tests.warehouse.depot import Address, Depot, Twice, Unknown
from tests.warehouse.exchange import Exchange

type Row = dict[str, str]
ORDERS = (
    "OrderNumber", "OrderDate", "DueDate", "CustomerID", "CustomerName", "ShipToName", "ShipToCompany", "Address1",
    "Address2", "City", "State", "PostalCode", "Country", "Phone", "Email", "Carrier", "ShippingMethod", "Division",
    "Site", "LineNumber", "ItemNumber", "Description", "UOM", "QuantityOrdered", "Note",
)  # fmt: skip
ITEMS = (
    "ItemNumber", "Division", "Description", "UOM", "EachCount", "UnitCost", "Category", "AlternateNumber",
    "Active",
)  # fmt: skip
CANCELS = ("OrderNumber", "LineNumber", "Quantity", "Reason")
SNAPSHOTS = ("SnapshotID", "TakenAt", "Site", "ItemNumber", "UOM", "OnHand")
END = "#END"
UNIT = "EA"
_NO = frozenset({"0", "FALSE", "N", "NO", "INACTIVE"})


@dataclass
class Line:
    number: int
    item: str
    ordered: int


@dataclass
class Taken:
    """What the agent did with what it found."""

    items: list[str] = field(default_factory=list)
    stock: dict[str, int] = field(default_factory=dict)
    """The first stock, as the store had it: counted once."""
    orders: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    """Orders that came again: they are in the depot once."""
    rejected: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    too_late: list[str] = field(default_factory=list)


class Agent:
    """Of one warehouse connection, ``connection``."""

    def __init__(self, depot: Depot, exchange: Exchange, connection: str) -> None:
        self._depot = depot
        self._exchange = exchange
        self._connection = connection
        self._lines: dict[str, list[Line]] = {}
        self._numbers = count(1)
        self._told_to = 0
        """The depot's last movement that Platen was told of."""

    @property
    def orders(self) -> list[str]:
        """Numbers of all orders that it has taken."""
        return list(self._lines)

    # from Platen

    def take(self) -> Taken:
        """All that lies there: products first, for orders are of them."""
        taken = Taken()
        for row in self._rows("items", ITEMS):
            cost = Decimal(row["UnitCost"]) if row["UnitCost"] else None
            active = row["Active"].upper() not in _NO
            self._depot.keep(row["ItemNumber"], row["Description"] or row["ItemNumber"], cost, active=active)
            taken.items.append(row["ItemNumber"])
        for rows in self._files("stock"):
            self._first_stock(rows, taken)
        for rows in self._files("orders"):
            for number, lines in groupby(_named(ORDERS, rows), lambda row: row["OrderNumber"]):
                self._order(number, list(lines), taken)
        for row in self._rows("cancels", CANCELS):
            self._cancel(row, taken)
        return taken

    def _rows(self, folder: str, columns: Sequence[str]) -> Iterator[Row]:
        for rows in self._files(folder):
            yield from _named(columns, rows)

    def _files(self, folder: str) -> Iterator[list[list[str]]]:
        """The rows of each file; one that was dealt with is taken away."""
        for key in self._exchange.names(f"out/{self._connection}/{folder}/"):
            text = self._exchange.get(key).decode()
            if not text.endswith("\r\n"):
                raise ValueError(f"{key} ends within a line")
            yield list(csv.reader(StringIO(text, newline=""), strict=True))
            self._exchange.remove(key)

    def _first_stock(self, rows: list[list[str]], taken: Taken) -> None:
        *counted, end = rows
        if end != [END, str(len(counted))]:
            raise ValueError(f"the first stock is not whole: {end}")
        taken.stock |= {row["ItemNumber"]: int(row["OnHand"]) for row in _named(SNAPSHOTS, counted)}
        self.recount(taken.stock)

    def _order(self, number: str, rows: Sequence[Row], taken: Taken) -> None:
        lines = [Line(int(row["LineNumber"]), row["ItemNumber"], int(row["QuantityOrdered"])) for row in rows]
        first = rows[0]
        street = "\n".join(first[name] for name in ("ShipToCompany", "Address1", "Address2") if first[name])
        to = Address(first["ShipToName"], street, first["City"], first["PostalCode"], first["Country"])
        answer, words = "accepted", ""
        try:
            self._depot.receive(number, to, [(line.item, line.ordered) for line in lines])
        except Twice:
            taken.twice.append(number)
        except Unknown as unknown:
            taken.rejected.append(number)
            answer, words = "rejected", f"The depot does not keep {unknown}."
        else:
            self._lines[number] = lines
            taken.orders.append(number)
        self._answer(number, answer, "unknown_item" if words else "", words)

    def _cancel(self, row: Row, taken: Taken) -> None:
        """Only of whole orders: the depot does not take single lines out of a shipment."""
        number = row["OrderNumber"]
        if not row["LineNumber"] and self._depot.state(number) and self._depot.cancel(number):
            taken.cancelled.append(number)
            self._answer(number, "cancelled")
        else:
            taken.too_late.append(number)
            self._answer(number, "cancel_refused", "too_late", "It is picked already.")

    def _answer(self, number: str, answer: str, code: str = "", message: str = "") -> None:
        self._tell("answers", number, [[number, answer, code, message]])

    # what is done there, and told

    def pick(self, number: str, *, short: bool = False) -> bool:
        """Take it off the shelves; ``short``: what there is of it. False where it waits for goods."""
        if not self._depot.assign(number):
            if not short:
                return False
            self._depot.leave_out_what_is_missing(number)
        self._depot.pick(number)
        self._tell_picks(number, closed=False)
        return True

    def ship(self, number: str, carrier: str, tracking: str) -> None:
        """Pack it, let it go, and close it: first the parcel is told, then that nothing more is picked."""
        self._depot.pack(number, carrier, tracking)
        self._depot.ship(number)
        name, label = self._depot.tracking(number)
        head = [number, f"{number}-P1", _now(), name, "", label, ""]
        shared = self._shared(number, self._depot.shipped(number))
        self._tell(
            "shipments", number, [[*head, line.number, line.item, shipped] for line, shipped in shared if shipped]
        )
        self._tell_picks(number, closed=True)

    def _tell_picks(self, number: str, *, closed: bool) -> None:
        status = ["CLOSED", _now()] if closed else ["OPEN", ""]
        site = [self._depot.site, "", ""]
        shared = self._shared(number, self._depot.picked(number))
        rows = [
            [number, *status, line.number, line.item, UNIT, line.ordered, picked, *site] for line, picked in shared
        ]
        self._tell("picks", number, rows)

    def _shared(self, number: str, counted: Counter[str]) -> list[tuple[Line, int]]:
        """The depot counts by item; an order's lines get of it in their order."""
        left = Counter(counted)
        shared = []
        for line in self._lines[number]:
            given = min(line.ordered, left[line.item])
            left[line.item] -= given
            shared.append((line, given))
        return shared

    def recount(self, counted: Mapping[str, int]) -> None:
        """Somebody counts the shelves; what was found or missed is told as movements."""
        self._depot.count(counted)
        self.tell_movements()

    def tell_movements(self, *, again: bool = False) -> None:
        """What moved without an order since the last time; ``again``: all that ever did."""
        moved = self._depot.movements(0 if again else self._told_to)
        rows = [
            [
                f"TRY-{one.number}",
                _iso(one.at),
                self._depot.site,
                "",
                one.item,
                UNIT,
                one.delta,
                "count",
                one.reference,
            ]
            for one in moved
        ]
        if rows:
            self._tell("adjustments", f"to-{moved[-1].number}", rows)
            self._told_to = moved[-1].number

    def snapshot(self, *, cut_after: int | None = None) -> str:
        """Tell all that lies there, and give the count's id. ``cut_after``: the line breaks after so many rows."""
        at = _now()
        snapshot_id = f"{self._depot.site}-{at}"
        head = [snapshot_id, at, self._depot.site]
        standings = sorted(self._depot.standings().items())
        rows: list[list[object]] = [[*head, item, UNIT, one.on_hand, one.allocated] for item, one in standings]
        if cut_after is None:
            rows.append([END, len(rows)])
        self._tell("snapshots", self._depot.site, rows[:cut_after])
        return snapshot_id

    def _tell(self, folder: str, name: str, rows: Iterable[Sequence[object]]) -> None:
        text = StringIO(newline="")
        csv.writer(text, lineterminator="\r\n").writerows(rows)
        key = f"in/{self._connection}/{folder}/{next(self._numbers):04}-{name}.csv"
        self._exchange.put(key, text.getvalue().encode())


def _named(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[Row]:
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _now() -> str:
    return _iso(datetime.now(UTC))


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
