"""Moving in from Order Desk: looks before it writes, writes once, and says what stays behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from platen.domain.record import OrderState
from platen_cli import commands_import
from platen_cli.desk import Desk
from platen_cli.main import app
from platen_cli.stops import Stop, Unreachable, WrongUsage
from platen_cli.target import Target
from tests.cli.moving import KEY, SHIP_TO, STORE, Move

ART = {"print_sku": "DIGI-1", "print_url": "https://art.example/1.png"}


@pytest.fixture
def move() -> Move:
    return Move()


def full(move: Move) -> None:
    """A store with something of everything."""
    move.orders(3, folder="Closed", tracking=["1Z1"])
    move.orders(1, folder="Prepared")
    move.twin.add_item(code="CANVAS-1", metadata=ART, location="Shed")
    move.twin.add_item(code="GIFT-CARD")


class TestADryRun:
    def test_changes_nothing_anywhere(self, move: Move) -> None:
        full(move)
        before = move.bench.everything()
        theirs = json.dumps(move.twin.orders)
        move.look()
        assert move.bench.everything() == before
        assert json.dumps(move.twin.orders) == theirs
        assert move.twin.writes == []
        reads = {"connections", "folders", "products", "import_orders"}
        assert {one["action"] for one in move.operator.asked} == reads
        assert all(one["dry_run"] for one in move.operator.asked if one["action"] == "import_orders")

    def test_shows_what_would_be_done(self, move: Move) -> None:
        full(move)
        report = move.look().report.as_json()
        assert report["dry_run"] is True
        assert report["products"]["new"] == 1
        assert report["products"]["without_print_fields"] == 1
        assert report["orders"]["read"] == 4
        assert len(report["orders"]["open"]) == 1
        assert (report["orders"]["imported"], report["orders"]["there"]) == (4, 0)
        assert any("rules" in one for one in report["not_in_the_api"])

    def test_asks_for_a_store_there_is_before_it_reads(self, move: Move) -> None:
        move.bench.connections._connections.pop(STORE)
        with pytest.raises(Stop, match="no store connection"):
            move.look()
        assert not move.twin.calls


class TestGoing:
    def test_takes_folders_products_and_orders(self, move: Move) -> None:
        full(move)
        report = move.go()
        assert report["orders"]["imported"] == 4
        folders = {one["name"] for one in move.bench.do("folders")["folders"]}
        assert {"New", "Prepared", "Closed", "Canceled"} <= folders
        mapping = move.bench.hub.products.get(STORE, ["CANVAS-1", "GIFT-CARD"])
        assert list(mapping) == ["CANVAS-1"]
        assert (mapping["CANVAS-1"].location, mapping["CANVAS-1"].details.sku) == ("Shed", "DIGI-1")
        for record in move.bench.orders.records():
            assert record.head.imported_from == "Order Desk"
            assert record.head.state is OrderState.NOTHING_TO_MAKE
        assert {one.head.folder for one in move.bench.orders.records()} == {"Closed", "Prepared"}

    def test_sends_nothing_to_anybody_now_or_later(self, move: Move) -> None:
        full(move)
        move.go()
        move.bench.run()
        assert move.bench.vendor.made == []
        assert move.twin.writes == []

    def test_a_second_time_changes_nothing(self, move: Move) -> None:
        full(move)
        move.go()
        before = move.bench.everything()
        report = move.go()
        assert move.bench.everything() == before
        assert (report["orders"]["imported"], report["orders"]["there"]) == (0, 4)
        assert report["folders"]["new"] == []
        assert report["products"] | {"notes": []} == report["products"] | {"new": 0, "changed": [], "same": 1}
        assert {one["action"] for one in move.operator.asked} == {"import_orders"}

    def test_a_second_time_follows_the_folders_and_takes_what_is_new(self, move: Move) -> None:
        full(move)
        move.go()
        moved = next(one for one in move.twin.orders.values() if one["order_shipments"] == [])
        move.twin.move(moved["id"], "Closed")
        move.orders(2)
        done = move.go()["orders"]
        assert (done["imported"], done["moved"], done["there"]) == (2, 1, 3)

    def test_products_of_the_map_that_differ_are_shown_before_they_are_replaced(self, move: Move) -> None:
        full(move)
        move.bench.do("products_import", store=STORE, rows=[{"sku": "CANVAS-1", "print_sku": "MINE"}])
        assert move.look().report.as_json()["products"]["changed"] == ["CANVAS-1"]
        move.go()
        assert move.bench.hub.products.get(STORE, ["CANVAS-1"])["CANVAS-1"].details.sku == "DIGI-1"

    def test_many_products_go_in_calls_of_500_and_only_the_last_has_orders_looked_at(self) -> None:
        move = Move(bucket=0)
        for number in range(501):
            move.twin.add_item(code=f"C-{number}", metadata=ART)
        move.go()
        sent = [one for one in move.operator.asked if one["action"] == "products_import"]
        assert [(len(one["rows"]), one.get("more", False)) for one in sent] == [(500, True), (1, False)]
        again = move.look().report.as_json()["products"]
        assert (again["new"], again["changed"], again["same"]) == (0, [], 501)

    def test_without_orders_only_folders_and_products(self, move: Move) -> None:
        full(move)
        report = move.go(orders=False)
        assert report["orders"] is None
        assert move.imported() == []
        assert move.twin.calls["GET /orders"] == 0

    def test_since_then_only(self, move: Move) -> None:
        move.orders(2)
        move.clock.passes(seconds=1)
        since = move.clock.now()
        move.orders(3)
        assert move.go(since=since)["orders"]["read"] == 3

    def test_what_the_shop_has_sent_us_itself_stays_as_it_is(self, move: Move) -> None:
        order = move.bench.order_placed(1)
        move.bench.run()
        move.twin.add_order(source_id="1", folder="Closed")
        before = move.bench.record(order.order_id)
        assert move.go()["orders"]["there"] == 1
        assert move.bench.record(order.order_id) == before
        assert len(move.bench.vendor.made) == 1

    @pytest.mark.parametrize("folders_as", ["list", "map"])
    def test_folders_are_understood_however_they_are_told(self, folders_as: str) -> None:
        move = Move(folders_as=folders_as, folders=["  Rush ", "closed", "Closed", "F" * 51])
        move.twin.add_order(folder="closed")
        move.twin.add_order(folder="F" * 51)
        report = move.go()
        assert report["folders"] == {"new": report["folders"]["new"], "too_long": ["F" * 51]}
        assert report["orders"]["without_folder"] == 1
        assert report["orders"]["imported"] == 2
        names = [one["name"].casefold() for one in move.bench.do("folders")["folders"]]
        assert len(names) == len(set(names)), "a folder that differs in case only is the same"


class TestBrokenOff:
    @pytest.mark.parametrize("where", ["breaks_at", "lost_at"])
    def test_anywhere_it_can_be_done_again_to_the_same_end(self, where: str) -> None:
        whole = Move()
        _many(whole)
        whole.go()
        calls = [(one["action"], 0) for one in whole.operator.asked]
        wanted = _seen(whole)
        for place in range(len(calls)):
            move = Move()
            _many(move)
            action = calls[place][0]
            nth = sum(one == action for one, _ in calls[: place + 1])
            getattr(move.operator, where)[action, nth] = Unreachable("AWS cannot be reached.")
            with pytest.raises(Unreachable):
                move.go()
            move.go()
            assert _seen(move) == wanted

    def test_it_says_how_far_it_came(self, move: Move, capsys: pytest.CaptureFixture[str]) -> None:
        _many(move)
        move.operator.breaks_at["import_orders", 2] = KeyboardInterrupt()
        with pytest.raises(KeyboardInterrupt):
            move.go()
        said = " ".join(capsys.readouterr().err.split())
        assert "1 of 1 products and 25 of 30 orders were done" in said
        assert "not done twice" in said

    def test_orders_go_25_at_a_time(self, move: Move) -> None:
        _many(move)
        move.go()
        sent = [len(one["orders"]) for one in move.operator.asked if one["action"] == "import_orders"]
        assert sent == [25, 5]


def _many(move: Move) -> None:
    move.orders(30, folder="Closed", tracking=["1Z"])
    move.twin.add_item(metadata=ART)


def _seen(move: Move) -> list[tuple[str, str]]:
    return [(one.head.order_id, one.head.folder) for one in move.bench.orders.records()]


class TestReport:
    def test_names_everything_that_stays_behind(self, move: Move) -> None:
        made = move.twin.add_order(source_id="A-1", shipping=SHIP_TO)
        made |= {
            "order_notes": [{"date_added": "2026-01-01 00:00:00", "username": "x", "content": "y"}],
            "refund_total": "1.20",
            "tag_color": "red",
            "ip_address": "192.0.2.1",
            "fulfillment_id": "F-1",
        }
        left = {one["what"].partition(" ")[0] for one in move.look().report.as_json()["no_counterpart"]}
        assert left == {"amounts", "payment", "billing", "notes", "tag", "customer", "the"}

    def test_says_nothing_of_what_is_empty(self, move: Move) -> None:
        move.twin.add_order(items=[])["payment_status"] = ""
        assert move.look().report.as_json()["no_counterpart"] == []

    def test_open_orders_are_to_be_finished_there(self, move: Move) -> None:
        move.twin.add_order(source_id="A-1", folder="New")
        move.twin.add_order(source_id="A-2", folder="New", tracking=["1Z"])
        move.twin.add_order(source_id="A-3", folder="Cancelled")
        report = move.look().report
        assert report.as_json()["orders"]["open"] == ["A-1"]
        assert "finish them in Order Desk" in _text(move.desk, report)

    def test_warns_of_orders_that_both_may_make(self, move: Move) -> None:
        """The store sends its new orders to Platen and to Order Desk alike while both are connected."""
        since = move.bench.connections.get(STORE).intake
        assert since
        move.twin.add_order(source_id="old", date_added=since.orders_since - timedelta(seconds=1))
        move.twin.add_order(source_id="new", date_added=since.orders_since)
        move.twin.add_order(source_id="shipped", tracking=["1Z"])
        report = move.look().report
        assert report.as_json()["orders"]["open_in_both"] == ["new"]
        assert "made twice" in _text(move.desk, report)

    def test_shows_no_buyer(self, move: Move) -> None:
        full(move)
        shown = _text(move.desk, move.look().report) + json.dumps(move.go())
        assert "Long Street" not in shown

    def test_an_order_that_cannot_be_kept_is_named(self, move: Move) -> None:
        move.twin.add_order(source_id="A-1")
        bad = move.twin.add_order(source_id="A-2")
        bad["date_added"] = bad["date_updated"] = "0000-00-00 00:00:00"
        done = move.go()["orders"]
        assert done["refused"] == [{"number": "A-2", "why": "it does not say when it was placed"}]
        assert done["imported"] == 1


def _text(desk: Desk, report: Any) -> str:
    with desk.out.capture() as captured:
        desk.out.print(report.drawn())
    return " ".join(captured.get().split())


class TestTheCommand:
    @pytest.fixture
    def run(self, move: Move, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
        """The command with the twin behind its door. Whatever it prints, the key is never in it."""
        monkeypatch.setattr(
            commands_import, "open_client", lambda credentials, _api: move.client(credentials.api_key)
        )
        printed: list[str] = []

        def invoke(*arguments: str, input: str | None = None) -> Result:
            desk = Desk(find=lambda _choice: Target(move.operator, "the bench"))
            result = CliRunner().invoke(app, ["import", "orderdesk", *arguments], obj=desk, input=input)
            printed.append(result.output)
            if result.exception and not isinstance(result.exception, SystemExit):
                raise result.exception
            return result

        yield invoke
        assert KEY not in "".join(printed)

    @pytest.fixture
    def given(self, tmp_path: Path) -> tuple[str, ...]:
        key = tmp_path / "key"
        key.write_text(f"{KEY}\n")
        return "--store", STORE, "--store-id", "113247", "--secret", f"api_key=@{key}"

    def test_only_looks_unless_it_is_told_to_go(self, run: Any, move: Move, given: tuple[str, ...]) -> None:
        full(move)
        for more in ((), ("--dry-run",)):
            result = run(*given, *more)
            assert result.exit_code == 0, result.output
            assert "4 to take in as history" in " ".join(result.stdout.split())
            assert "--go" in result.stderr
        assert move.imported() == []

    def test_asks_for_what_is_not_given_and_never_echoes_the_key(self, run: Any, move: Move) -> None:
        result = run("--store", STORE, input=f"113247\n{KEY}\n")
        assert result.exit_code == 0, result.output
        assert "not shown while you type" in result.stderr

    def test_shows_then_asks_then_goes(self, run: Any, move: Move, given: tuple[str, ...]) -> None:
        full(move)
        declined = run(*given, "--go", input="n\n")
        assert declined.exit_code == 1
        assert "4 to take in as history" in " ".join(declined.stderr.split())
        assert move.imported() == []
        agreed = run(*given, "--go", input="y\n")
        assert agreed.exit_code == 0, agreed.output
        assert "4 taken in as history" in " ".join(agreed.stdout.split())
        assert len(move.imported()) == 4

    def test_in_a_script_it_goes_with_yes_and_answers_in_json(
        self, run: Any, move: Move, given: tuple[str, ...]
    ) -> None:
        full(move)
        result = run(*given, "--go", "--yes", "--json")
        assert result.exit_code == 0, result.output
        assert json.loads(result.stdout)["orders"]["imported"] == 4

    def test_refused_orders_are_no_success(self, run: Any, move: Move, given: tuple[str, ...]) -> None:
        bad = move.twin.add_order(source_id="A-2")
        bad["date_added"] = bad["date_updated"] = ""
        assert run(*given).exit_code == 1

    def test_a_wrong_key_is_said_in_words(self, run: Any, move: Move, tmp_path: Path) -> None:
        key = tmp_path / "wrong"
        key.write_text("wrong")
        result = run("--store", STORE, "--store-id", "113247", "--secret", f"api_key=@{key}")
        assert result.exit_code == 1
        assert "does not take this store ID" in result.stderr
        assert "wrong" not in result.output.replace("wrong usage", "")
        assert move.twin.calls["GET /test"] == 1

    @pytest.mark.parametrize(
        "arguments",
        [
            ("--secret", f"api_key={KEY}"),
            ("--secret", "nosuch=@x"),
            ("--go", "--dry-run"),
            ("--since", "yesterday"),
            ("--store-id", "11 22"),
        ],
    )
    def test_what_cannot_be_is_wrong_usage(self, run: Any, arguments: tuple[str, ...]) -> None:
        assert run("--store", STORE, *arguments, input=f"1\n{KEY}\n").exit_code == 2


class TestTheDoor:
    def test_of_the_real_one_is_its_host_alone_by_https(self) -> None:
        client = commands_import.open_client(_credentials())
        assert client._base == "https://app.orderdesk.me/api/v2"

    @pytest.mark.parametrize("api", ["http://127.0.0.1:8084", "http://localhost:8084/"])
    def test_of_a_twin_is_on_this_computer(self, api: str) -> None:
        assert commands_import.open_client(_credentials(), api)._base.endswith(":8084/api/v2")

    @pytest.mark.parametrize(
        "api",
        [
            "http://orders.example",
            "https://127.0.0.1:1",
            "http://127.0.0.1.example:1",
            "http://user@127.0.0.1:1",
            "http://127.0.0.1:1/evil",
            "http://10.0.0.1",
            "file:///etc/passwd",
            "nonsense",
            "http://[broken",
            "http://127.0.0.1:1?x",
            "http://127.0.0.1:1\n",
        ],
    )
    def test_is_no_other(self, api: str) -> None:
        with pytest.raises(WrongUsage):
            commands_import.open_client(_credentials(), api)

    def test_a_key_is_not_in_a_repr(self) -> None:
        assert KEY not in repr(_credentials())


def _credentials() -> Any:
    from platen_cli.orderdesk.client import Credentials  # noqa: PLC0415

    return Credentials("113247", KEY)
