"""Connections, links, queues: the commands that keep the machinery in order."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Run
from tests.cli.operator import FakeOperator

QUIET = {"queues": {"intake": {"waiting": 0, "dead": 0}}, "connections": [], "orders": {}, "attention": 0}


def test_connections_show_health_and_links(run: Run, operator: FakeOperator) -> None:
    link = {"vendor": "printer", "lines": "all", "skus": ["CANVAS-*"], "countries": ["DE"]}
    operator.add("shop", "store", links=[link])
    operator.add("printer", "vendor", health={"failures": 2, "words": "503 try later", "denied": False})
    operator.add("pov", "vendor", paused=True)
    shown = run("connections").stdout
    assert "→ printer (all lines, CANVAS-*, DE)" in shown
    assert "printer said: 503 try later" in shown
    assert "paused" in shown


SILENT = {"sign": "fetch", "since": "2026-11-20T08:00:00.000Z", "words": "It last came on Friday: look there."}


@pytest.mark.parametrize("command", ["connections", "status"])
def test_a_silent_connection_is_not_shown_as_good(run: Run, operator: FakeOperator, command: str) -> None:
    shop = operator.add("shop", "store", health={"silences": [SILENT]})
    operator.results["status"] = QUIET | {"connections": [shop]}
    shown = run(command).stdout
    assert "silent for" in shown
    assert SILENT["words"] in shown
    assert "good" not in shown
    shop["paused"] = True
    assert SILENT["words"] not in run(command).stdout


def test_a_connection_whose_sync_failed_is_shown_as_out_of_sync(run: Run, operator: FakeOperator) -> None:
    silences = [SILENT | {"sign": "sync", "since": "2026-11-20T07:00:00.000Z"}]
    operator.add("depot", "vendor", health={"silences": silences})
    assert "out of sync for" in run("connections").stdout
    silences.append(SILENT)
    assert "silent for" in run("connections").stdout, "that is the worse of both"


def test_no_connections_says_how_to_begin(run: Run) -> None:
    assert "platen connect" in run("connections").stdout


def test_a_link_carries_its_rules(run: Run, operator: FakeOperator) -> None:
    operator.add("shop", "store")
    result = run("link", "shop", "printer", "--all-lines", "--sku", "A*,B*", "--sku", "C", "--country", "de")
    assert result.exit_code == 0
    asked = operator.last("link")
    assert asked["lines"] == "all"
    assert asked["skus"] == ["A*", "B*", "C"]
    assert asked["countries"] == ["DE"]


def test_check_ends_with_1_when_something_is_not_in_order(run: Run, operator: FakeOperator) -> None:
    bad = {"ok": False, "what": "Orders may not be read.", "fix": "Tick read_orders."}
    operator.results["check"] = {"findings": [bad]}
    result = run("check", "shop")
    assert result.exit_code == 1
    assert "Tick read_orders." in result.stdout
    operator.results["check"] = {"findings": [{"ok": True, "what": "Fine."}]}
    assert run("check", "shop").exit_code == 0


def test_status_shows_dead_letters_and_what_to_do(run: Run, operator: FakeOperator) -> None:
    operator.results["status"] = QUIET | {
        "queues": {"intake": {"waiting": 5, "dead": 2}},
        "orders": {"open": 7, "done": 0},
        "attention": 1,
    }
    shown = run("status").stdout
    assert "7 open" in shown
    assert "platen redrive" in shown
    assert "1 thing waits for you: platen attention" in shown


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({}, 0),
        ({"attention": 1}, 4),
        ({"queues": {"intake": {"waiting": 0, "dead": 1}}}, 4),
        ({"connections": [{"connection_id": "shop", "health": {"denied": True}}]}, 4),
        ({"queues": {"intake": {"waiting": 9, "dead": 0}}}, 0),
    ],
)
def test_status_exit_code(run: Run, operator: FakeOperator, more: dict[str, object], code: int) -> None:
    operator.results["status"] = QUIET | more
    assert run("status", "--exit-code").exit_code == code
    assert run("status").exit_code == 0


def test_redrive_says_what_it_moved(run: Run, operator: FakeOperator) -> None:
    operator.results["redrive"] = {"moved": {"intake": 2, "dispatch": 0}}
    result = run("redrive", "intake", "--limit", "10")
    assert "2 on intake" in result.stdout
    assert operator.last("redrive") == {"action": "redrive", "queue": "intake", "limit": 10}


def test_an_address_is_never_broken_over_lines(run: Run, operator: FakeOperator) -> None:
    url = "https://hub.example/webhooks/printer/" + "k" * 200
    operator.results["webhook_url"] = {"webhook_url": url}
    assert url in run("webhook-url", "printer").stdout.splitlines()


def test_an_address_to_fetch_from_is_shown_or_said_to_be_none(run: Run, operator: FakeOperator) -> None:
    url = "https://hub.example/feeds/packers/" + "k" * 200
    operator.results["feed_url"] = {"feed_url": url}
    assert run("feed-url", "packers").stdout.splitlines() == [url]
    operator.results["feed_url"] = {"feed_url": ""}
    assert "it is sent its orders" in run("feed-url", "packers").stdout


@pytest.mark.parametrize(
    ("arguments", "result"),
    [
        (("systems",), {"systems": []}),
        (("connections",), {"connections": []}),
        (("check", "shop"), {"findings": []}),
        (("poll", "shop"), {"queued": 1}),
        (("refresh", "printer"), {"entries": 3}),
        (("resume", "shop"), {"connection": {"connection_id": "shop"}}),
        (("unlink", "shop", "printer"), {"connection": {"connection_id": "shop"}}),
        (("webhook-url", "printer"), {"webhook_url": "https://x.example"}),
        (("feed-url", "packers"), {"feed_url": "https://x.example"}),
        (("status",), QUIET),
        (("redrive",), {"moved": {}}),
        (("sweep",), {"queued": {"shop": 2}}),
        (("orders", "list"), {"orders": [], "next": ""}),
        (("attention",), {"items": [], "connections": []}),
        (("products", "show", "MUG", "--store", "shop"), {"products": []}),
    ],
)
def test_every_command_prints_the_result_alone_with_json(
    run: Run, operator: FakeOperator, arguments: tuple[str, ...], result: dict[str, object]
) -> None:
    action = arguments[0].replace("-", "_")
    operator.results[{"orders": "orders", "products": "products"}.get(action, action)] = result
    shown = run(*arguments, "--json")
    assert shown.exit_code == 0
    assert json.loads(shown.stdout) == result
    assert run(*arguments).exit_code == 0


class TestDisconnecting:
    def test_asks_first_and_says_what_goes(self, run: Run, operator: FakeOperator) -> None:
        operator.add("printer", "vendor")
        result = run("disconnect", "printer", input="n\n")
        assert result.exit_code == 1
        assert "its credentials, its schedule and its rules" in result.stderr
        assert not operator.did("disconnect")
        result = run("disconnect", "printer", input="y\n")
        assert (result.exit_code, "printer is gone" in result.stdout) == (0, True)
        assert operator.last("disconnect")["force"] is False

    def test_shows_why_it_is_refused_and_what_was_lost_when_forced(self, run: Run, operator: FakeOperator) -> None:
        operator.add("printer", "vendor", needed=True)
        result = run("disconnect", "printer", "--yes")
        assert result.exit_code == 1
        assert "are being made" in result.stderr
        result = run("disconnect", "printer", "--force", input="y\n")
        assert "links to it are taken away" in result.stderr
        assert "are being made" in result.stdout
        assert operator.connections == {}

    def test_needs_a_yes_in_a_script(self, run: Run, operator: FakeOperator) -> None:
        operator.add("printer", "vendor")
        assert "--yes" in run("disconnect", "printer").stderr
        assert operator.connections

    def test_of_one_that_is_not_there_is_not_found(self, run: Run) -> None:
        assert run("disconnect", "nobody", "--yes").exit_code != 0
