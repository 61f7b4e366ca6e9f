"""What the tests' own warehouse does, so that the full trip can be trusted: Tryton counts, and the agent tells.

What the agent writes is read by Platen's own reader of such files: both sides know the contract, and nothing else
of each other.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from platen.connectors import Contents, FileRefused
from platen.connectors.warehouse_files import Settings, wire
from platen.connectors.warehouse_files.inbox import INBOX
from platen.domain.warehouse import Reason
from tests.warehouse import agent as contract
from tests.warehouse.agent import Agent
from tests.warehouse.conftest import SITE, timed
from tests.warehouse.depot import Address, Depot, Standing, Twice
from tests.warehouse.exchange import Folder
from tests.warehouse.rest import Refused

pytestmark = [pytest.mark.warehouse, pytest.mark.enable_socket]

SETTINGS = Settings(sites=[f"{SITE}=shop/70001"], header=False)
BUYER = Address("Zoë Ångström", "Rue de l'Église 7", "Genève", "1201", "CH")


class Yard:
    """The agent at work, and the folder between it and Platen."""

    def __init__(self, depot: Depot, root: Path) -> None:
        self.depot = depot
        self.root = root
        self.agent = Agent(depot, Folder(root), "wh")

    # what Platen would write

    def products(self, name: str, *rows: dict[str, str]) -> None:
        self._put(f"items/{name}", contract.ITEMS, rows)

    def order(self, number: str, *lines: tuple[str, int], name: str = "") -> None:
        address = {"ShipToName": BUYER.name, "Address1": BUYER.street, "City": BUYER.city}
        head = {"OrderNumber": number, "Country": BUYER.country, "Site": SITE, "UOM": "EA", **address}
        rows = [
            head | {"LineNumber": str(at), "ItemNumber": item, "QuantityOrdered": str(quantity)}
            for at, (item, quantity) in enumerate(lines, start=1)
        ]
        self._put(f"orders/{name or number}", contract.ORDERS, rows)

    def cancel(self, number: str, line: str = "") -> None:
        row = {"OrderNumber": number, "LineNumber": line}
        self._put(f"cancels/{number}{line}", contract.CANCELS, [row])

    def _put(self, name: str, columns: Sequence[str], rows: Sequence[dict[str, str]]) -> None:
        self.put(name, [[row.get(column, "") for column in columns] for row in rows])

    def put(self, name: str, rows: Sequence[Sequence[str]]) -> None:
        text = StringIO(newline="")
        csv.writer(text).writerows(rows)
        Folder(self.root).put(f"out/wh/{name}.csv", text.getvalue().encode())

    # what it reads

    def told(self, folder: str) -> list[Any]:
        """The rows of all files of a kind so far, as Platen reads them."""
        return [row for contents in self.files(folder) for row in _rows(contents)]

    def files(self, folder: str) -> Iterator[Contents]:
        for path in sorted((self.root / "in" / "wh" / folder).iterdir()):
            lines = path.read_bytes().splitlines(keepends=True)
            assert all(line.endswith(b"\r\n") for line in lines)
            yield INBOX.read_file(f"{folder}/{path.name}", lines, SETTINGS)


def _rows(contents: Contents) -> list[Any]:
    read = list(contents.rows)
    assert not [one.refused for one in read if one.refused]
    return [one.told for one in read]


@pytest.fixture
def yard(depot: Depot, tmp_path: Path) -> Iterator[Yard]:
    with timed("what the agent does"):
        yield Yard(depot, tmp_path)


def test_the_columns_are_those_of_the_contract() -> None:
    assert (contract.ORDERS, contract.ITEMS) == (wire.ORDERS, wire.ITEMS)
    assert (contract.CANCELS, contract.SNAPSHOTS, contract.END) == (wire.CANCELS, wire.SNAPSHOTS, wire.END)


def test_products_are_made_once_and_changed_after(yard: Yard) -> None:
    yard.products("a", {"ItemNumber": "MUG-COST", "Description": "Mug, “Ärger” & Co", "UnitCost": "4.25"})
    assert yard.agent.take().items == ["MUG-COST"]
    yard.products("b", {"ItemNumber": "MUG-COST", "Description": "Mug", "UnitCost": "4.30", "Active": "Y"})
    yard.agent.take()
    assert yard.depot.items().count("MUG-COST") == 1
    assert yard.depot.cost("MUG-COST") == Decimal("4.30")
    assert yard.agent.take().items == []  # what was taken was taken away


def test_the_first_stock_is_counted(yard: Yard) -> None:
    yard.depot.keep("FIRST", "First")
    row = ["MAIN-initial", "2026-11-22T05:00:00+00:00", SITE, "FIRST", "EA", "20"]
    yard.put("stock/MAIN-initial", [row, [contract.END, "1"]])
    assert yard.agent.take().stock == {"FIRST": 20}
    assert yard.depot.standings()["FIRST"] == Standing(20, 0)


def test_an_order_is_picked_packed_and_shipped_and_the_count_goes_down_when_it_leaves(yard: Yard) -> None:
    depot, agent = yard.depot, yard.agent
    depot.keep("TEE", "Tee")
    agent.recount({"TEE": 20})
    yard.order("1001-k7x2-1", ("TEE", 3), ("TEE", 2))
    assert agent.take().orders == ["1001-k7x2-1"]
    assert depot.standings()["TEE"] == Standing(20, 0)

    assert agent.pick("1001-k7x2-1")
    assert (depot.standings()["TEE"].on_hand, depot.shelf()["TEE"]) == (20, 15)
    agent.ship("1001-k7x2-1", "UPS", "1Z999AA10123456784")
    assert depot.standings()["TEE"] == Standing(15, 0)

    (answer,) = yard.told("answers")
    assert (answer.order_number, answer.accepted) == ("1001-k7x2-1", True)
    picks = [(one.line_number, one.picked, one.closed) for one in yard.told("picks")]
    assert picks == [(1, 3, False), (2, 2, False), (1, 3, True), (2, 2, True)]
    parcel = {(one.shipment_number, one.carrier, one.tracking) for one in yard.told("shipments")}
    assert parcel == {("1001-k7x2-1-P1", "UPS", "1Z999AA10123456784")}
    assert [(one.line_number, one.item, one.quantity) for one in yard.told("shipments")] == [
        (1, "TEE", 3),
        (2, "TEE", 2),
    ]


def test_an_order_that_comes_twice_is_in_the_depot_once(yard: Yard) -> None:
    yard.depot.keep("TWICE", "Sent twice")
    yard.agent.recount({"TWICE": 20})
    yard.order("1002-k7x2-1", ("TWICE", 5))
    yard.order("1002-k7x2-1", ("TWICE", 5), name="1002-again")
    taken = yard.agent.take()
    assert (taken.orders, taken.twice) == (["1002-k7x2-1"], ["1002-k7x2-1"])
    with pytest.raises(Twice):
        yard.depot.receive("1002-k7x2-1", BUYER, [("TWICE", 5)])
    yard.agent.pick("1002-k7x2-1")
    assert yard.depot.shelf()["TWICE"] == 15
    assert [one.accepted for one in yard.told("answers")] == [True, True]


def test_an_item_the_depot_does_not_keep_is_refused_and_nothing_is_made(yard: Yard) -> None:
    yard.order("1003-k7x2-1", ("GHOST", 1))
    assert yard.agent.take().rejected == ["1003-k7x2-1"]
    assert yard.depot.state("1003-k7x2-1") == ""
    (answer,) = yard.told("answers")
    assert (answer.accepted, answer.code) == (False, "unknown_item")
    assert "GHOST" in answer.message


def test_what_is_missing_is_waited_for_or_left_out(yard: Yard) -> None:
    depot, agent = yard.depot, yard.agent
    depot.keep("FEW", "Few")
    agent.recount({"FEW": 12})
    yard.order("1004-k7x2-1", ("FEW", 50))
    agent.take()
    assert not agent.pick("1004-k7x2-1")
    assert depot.standings()["FEW"] == Standing(12, 12)
    agent.pick("1004-k7x2-1", short=True)
    agent.ship("1004-k7x2-1", "UPS", "1Z1")
    assert depot.standings()["FEW"] == Standing(0, 0)
    assert [(one.picked, one.closed) for one in yard.told("picks")] == [(12, False), (12, True)]
    assert [one.quantity for one in yard.told("shipments")] == [12]


def test_an_order_is_cancelled_while_it_lies_there_and_not_after(yard: Yard) -> None:
    depot, agent = yard.depot, yard.agent
    depot.keep("CAP", "Cap")
    agent.recount({"CAP": 9})
    for number in ("1005-k7x2-1", "1006-k7x2-1"):
        yard.order(number, ("CAP", 4))
    yard.cancel("1005-k7x2-1")
    taken = agent.take()
    assert (taken.cancelled, depot.standings()["CAP"]) == (["1005-k7x2-1"], Standing(9, 0))
    agent.pick("1006-k7x2-1")
    yard.cancel("1006-k7x2-1")
    assert agent.take().too_late == ["1006-k7x2-1"]
    last = yard.told("answers")[-2:]
    assert [(one.order_number, one.accepted, one.to_cancel) for one in last] == [
        ("1005-k7x2-1", True, True),
        ("1006-k7x2-1", False, True),
    ]


def test_a_recount_is_told_as_what_was_missed_and_again_by_the_same_ids(yard: Yard) -> None:
    yard.depot.keep("JAR", "Jar")
    yard.agent.tell_movements()
    yard.agent.recount({"JAR": 15})
    yard.agent.recount({"JAR": 12})
    told = [one for one in yard.told("adjustments") if one.item == "JAR"]
    assert [(one.delta, one.reason) for one in told] == [(15, Reason.COUNT), (-3, Reason.COUNT)]
    yard.agent.tell_movements(again=True)
    again = [one for one in yard.told("adjustments") if one.item == "JAR"][2:]
    assert again == told


def test_a_snapshot_is_whole_and_counts_what_still_lies_packed(yard: Yard) -> None:
    depot, agent = yard.depot, yard.agent
    depot.keep("BOX", "Box, large")
    agent.recount({"BOX": 7})
    yard.order("1007-k7x2-1", ("BOX", 2))
    agent.take()
    agent.pick("1007-k7x2-1")
    named = agent.snapshot()
    (contents,) = yard.files("snapshots")
    counts = {one.item: one for one in _rows(contents)}
    assert contents.snapshot
    assert (contents.snapshot.snapshot_id, contents.snapshot.site) == (named, SITE)
    assert (counts["BOX"].on_hand, counts["BOX"].allocated) == (7, 0)


def test_a_snapshot_that_broke_off_is_refused_by_the_reader(yard: Yard) -> None:
    yard.depot.keep("BROKEN", "Broken off")
    yard.agent.snapshot(cut_after=1)
    with pytest.raises(FileRefused, match="not whole"):
        yard.told("snapshots")


def test_tryton_itself_takes_a_reference_twice(depot: Depot) -> None:
    """Why the agent keeps the guard; when this fails, Tryton has one of its own."""
    depot.keep("GUARD", "Guard")
    for _ in range(2):
        depot.receive("1008-k7x2-1", BUYER, [("GUARD", 1)], guarded=False)
    assert depot.shipments("1008-k7x2-1") == 2


def test_tryton_refuses_in_words(depot: Depot) -> None:
    depot.keep("NO", "No")
    with pytest.raises(Refused, match=r"stock\.shipment\.out: 400 .*Quantity"):
        depot.receive("1009-k7x2-1", BUYER, [("NO", -1)])
