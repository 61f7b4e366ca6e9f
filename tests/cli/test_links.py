"""Links: their order and conditions in words, and dry runs that change nothing and say so."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from platen.domain.connection import Lines, Link, Send
from platen.usecases.requests import LinkRule
from platen_cli.proposed import FIELDS
from platen_cli.stops import Refused
from tests.cli.conftest import Run
from tests.cli.operator import FakeOperator

UNCHANGED = "Nothing was changed"


@pytest.fixture
def shop(operator: FakeOperator) -> dict[str, Any]:
    """A store with three links: mugs are held, canvases go to Germany, the rest goes to the warehouse."""
    links = [
        {"name": "Mugs", "vendor": "pov", "skus": ["MUG-*", "CUP-*"], "vendors": ["Harbour"], "send": "hold"},
        {"name": "Canvas DE", "vendor": "printer", "skus": ["CANVAS-*"], "countries": ["DE"], "tags": ["vip"]},
        {"vendor": "warehouse", "lines": "all", "locations": ["Dock"], "folders": ["Rush"]},
    ]
    return operator.add("shop", "store", links=links)


def line(title: str, vendor: str, now: str, **more: Any) -> dict[str, Any]:
    return {"line_id": title, "title": title, "sku": title.upper(), "quantity": 1, "vendor": vendor} | {
        "link": vendor,
        "now_vendor": now,
        **more,
    }


def tried(number: str, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"order_id": "k7x2m3qpl4tzabcd", "number": number, "state": "open", "lines": list(lines), **more}


def test_links_are_numbered_with_their_conditions_in_words(run: Run, shop: dict[str, Any]) -> None:
    shown = run("links", "shop").stdout
    first, second, third = (row for row in shown.splitlines() if re.match(r"[123]  ", row))
    assert re.search(r"1  Mugs +pov +items with print details, SKU MUG-\* or CUP-\*, brand Harbour +held", first)
    assert re.search(r"2  Canvas DE +printer .*SKU CANVAS-\*, to DE, tagged vip +by itself", second)
    assert re.search(r"3  warehouse +warehouse +everything.*from location Dock, in folder Rush", third)
    assert "The first link that takes a line has it." in shown


@pytest.mark.parametrize(
    "arguments", [("links", "shop"), ("links", "list", "shop"), ("links",), ("links", "--json")]
)
def test_the_list_needs_no_word_and_the_only_store_no_name(
    run: Run, shop: dict[str, Any], arguments: tuple[str, ...]
) -> None:
    result = run(*arguments)
    assert result.exit_code == 0
    assert "Canvas DE" in result.stdout


def test_links_as_json_are_the_operators_own(run: Run, shop: dict[str, Any]) -> None:
    assert json.loads(run("links", "shop", "--json").stdout) == {"connection_id": "shop", "links": shop["links"]}


@pytest.mark.parametrize("arguments", [("links", "pov"), ("links",), ("links", "try"), ("links", "try", "shopp")])
def test_a_store_that_is_none_is_said_with_those_there_are(
    run: Run, operator: FakeOperator, arguments: tuple[str, ...]
) -> None:
    operator.add("shop", "store")
    operator.add("shop-two", "store")
    operator.add("pov", "vendor")
    operator.fails["try_links"] = [Refused("There is no connection 'shopp'.", code="not_found")]
    result = run(*arguments)
    assert result.exit_code in (1, 2)
    assert "store" in result.stderr or "no connection 'shopp'" in result.stderr


def test_a_store_without_links_says_so(run: Run, operator: FakeOperator) -> None:
    operator.add("shop", "store")
    assert "nothing of it is made by anybody" in run("links", "shop").stdout


def test_a_link_that_nothing_reaches_is_pointed_out(run: Run, operator: FakeOperator) -> None:
    operator.add("shop", "store", links=[{"vendor": "printer"}, {"vendor": "pov", "lines": "all"}, {"vendor": "x"}])
    shown = run("links", "shop").stdout
    assert shown.count("never reached: printer takes it all before") == 1


def test_a_link_carries_every_condition(run: Run, operator: FakeOperator, shop: dict[str, Any]) -> None:
    conditions = (
        "--sku",
        "A,B",
        "--brand",
        "Smith, Jones & Co",
        "--tag",
        "vip",
        "--tag",
        "b2b",
        "--country",
        "de,at",
    )
    places = ("--location", "Dock 1", "--folder", "Rush", "--hold", "--name", " Rush jobs ", "--before", "Mugs")
    result = run("link", "shop", "pov", *conditions, *places)
    assert result.exit_code == 0, result.output
    assert operator.last("link") == {
        "action": "link",
        "store": "shop",
        "vendor": "pov",
        "name": "Rush jobs",
        "lines": "printed",
        "skus": ["A", "B"],
        "countries": ["DE", "AT"],
        "vendors": ["Smith, Jones & Co"],
        "tags": ["vip", "b2b"],
        "locations": ["Dock 1"],
        "folders": ["Rush"],
        "send": "hold",
        "before": "Mugs",
    }
    assert re.search(r"1  Rush jobs +pov", result.stdout)


def test_a_plain_link_says_nothing_of_what_it_does_not_use(run: Run, operator: FakeOperator) -> None:
    """So that a stack of the version before still understands it."""
    operator.add("shop", "store")
    run("link", "shop", "printer")
    asked = operator.last("link")
    assert asked.keys() == {"action", "store", "vendor", "lines", "skus", "countries"}


@pytest.mark.parametrize(
    ("said", "sent"),
    [("Mugs", {"link": "Mugs"}), ("pov", {"vendor": "pov"}), ("warehouse", {"vendor": "warehouse"})],
)
def test_unlink_takes_a_links_name_or_a_vendor(
    run: Run, operator: FakeOperator, shop: dict[str, Any], said: str, sent: dict[str, str]
) -> None:
    result = run("unlink", "shop", said)
    assert result.exit_code == 0
    assert operator.last("unlink") == {"action": "unlink", "store": "shop", **sent}
    assert "Canvas DE" in result.stdout


@pytest.mark.parametrize(("said", "words"), [("mugs", "Did you mean 'Mugs'?"), ("?!", "There are: Mugs, Canvas")])
def test_unlinking_what_is_not_linked(
    run: Run, operator: FakeOperator, shop: dict[str, Any], said: str, words: str
) -> None:
    result = run("unlink", "shop", said)
    assert result.exit_code == 1
    assert f"shop has no link '{said}'" in result.stderr
    assert words in result.stderr
    assert not operator.did("unlink")


def test_unlinking_of_no_links_is_refused_in_the_operators_words(run: Run, operator: FakeOperator) -> None:
    operator.add("shop", "store")
    result = run("unlink", "shop", "printer")
    assert result.exit_code == 1
    assert "shop has no link to printer." in result.stderr


def test_a_dry_run_tells_of_each_line_where_it_would_go_and_why(run: Run, operator: FakeOperator) -> None:
    passed = [{"link": "Mugs", "why": "its SKU is not MUG-*"}]
    operator.results["try_links"] = {
        "orders": [
            tried("#1001", line("Canvas", "printer", "pov", passed=passed), line("Mug", "pov", "pov", send="hold")),
            tried("#1002", line("Poster", "", "", passed=passed), waits="the buyer has not paid", state="waiting"),
            tried("#1003", line("Card", "pov", "")),
        ],
        "next": "",
    }
    shown = run("links", "try", "shop").stdout
    assert "not Mugs: its SKU is not MUG-*" in shown
    assert "the buyer has not paid" in shown
    assert "held for you" in shown
    assert shown.count("(changes)") == 1
    words = "4 lines of 3 orders: 2 to pov, 1 to printer, 1 to nobody. 1 held for you. 1 line went to nobody yet."
    assert words in " ".join(shown.split())
    assert "1 line would go elsewhere than now." in " ".join(shown.split())
    assert UNCHANGED in shown


def test_a_dry_run_of_links_asks_page_by_page_and_no_further_than_wanted(run: Run, operator: FakeOperator) -> None:
    operator.results["try_links"] = {"orders": [tried("#1")] * 100, "next": "more"}
    result = run("links", "try", "shop", "--limit", "150", "--state", "waiting", "--json")
    asked = [one for one in operator.asked if one["action"] == "try_links"]
    # The same page mark twice would go on for ever: it ends there.
    assert [(one["limit"], one.get("after")) for one in asked] == [(100, None), (50, "more")]
    assert {one["state"] for one in asked} == {"waiting"}
    assert len(json.loads(result.stdout)["orders"]) == 150


@pytest.mark.parametrize(
    ("count", "more", "limit", "words"),
    [
        (25, "", "25", "Only the newest 25 were looked at. --limit looks at more."),
        (100, "", "500", "Only the newest 100 were looked at. To look at others, say which --state or --order."),
        (25, "x", "25", "Only the newest 25 were looked at. --limit looks at more."),
        (3, "", "25", ""),
    ],
)
def test_a_dry_run_that_saw_a_part_says_so(
    run: Run, operator: FakeOperator, count: int, more: str, limit: str, words: str
) -> None:
    operator.results["try_links"] = {"orders": [tried("#1")] * count, "next": more}
    said = run("links", "try", "shop", "--limit", limit).stderr
    assert words in said
    assert ("Only the newest" in said) is bool(words)


def test_an_endless_page_mark_ends(run: Run, operator: FakeOperator) -> None:
    operator.results["try_links"] = {"orders": [], "next": "x"}
    assert run("links", "try", "shop", "--limit", "1000").exit_code == 0
    assert len([one for one in operator.asked if one["action"] == "try_links"]) == 2


def test_a_dry_run_of_proposed_links(run: Run, operator: FakeOperator, tmp_path: Path) -> None:
    file = tmp_path / "links.json"
    links = [{"vendor": "pov", "skus": ["A*"]}, {"vendor": "printer", "lines": "all", "name": "Rest"}]
    for content in (links, {"links": links}):
        file.write_text(json.dumps(content))
        operator.results["try_links"] = {"orders": [], "next": ""}
        result = run("links", "try", "shop", "--from", str(file), "--order", "1001", "--order", "#1002")
        assert result.exit_code == 0, result.output
        asked = operator.last("try_links")
        assert asked["links"] == links
        assert asked["orders"] == ["1001", "#1002"]
    assert UNCHANGED in result.stdout


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "is not JSON (line 1)"),
        ('"x"', "must be a list of links"),
        ("[1]", "must be a list of links"),
        ("{}", "must be a list of links"),
        ('[{"vendor": "pov"}, {"skus": []}]', "link 2 names no vendor"),
        ('[{"vendor": "pov", "sku": ["A"]}]', "link 1 has an unknown 'sku'"),
        (json.dumps([{"vendor": "pov"}] * 101), "more than 100 links"),
    ],
)
def test_a_file_of_links_that_is_wrong(
    run: Run, operator: FakeOperator, tmp_path: Path, content: str, words: str
) -> None:
    file = tmp_path / "links.json"
    file.write_text(content)
    result = run("links", "try", "shop", "--from", str(file))
    assert result.exit_code == 2
    assert words in result.stderr
    assert not operator.did("try_links")


def test_a_link_may_have_what_the_operator_takes_and_nothing_else() -> None:
    assert LinkRule.model_fields.keys() == FIELDS


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (("pov", "--name", "New"), ["Mugs", "Canvas DE", "warehouse", "New"]),
        (("pov", "--name", "New", "--before", "Canvas DE"), ["Mugs", "New", "Canvas DE", "warehouse"]),
        (("printer", "--name", "Canvas DE", "--sku", "X*"), ["Mugs", "Canvas DE", "warehouse"]),
        (("printer", "--name", "Canvas DE", "--before", "Mugs"), ["Canvas DE", "Mugs", "warehouse"]),
        (("warehouse",), ["Mugs", "Canvas DE", "warehouse"]),
    ],
)
def test_one_new_link_is_tried_where_it_would_stand(
    run: Run, operator: FakeOperator, shop: dict[str, Any], arguments: tuple[str, ...], names: list[str]
) -> None:
    operator.results["try_links"] = {"orders": [], "next": ""}
    result = run("link", "shop", *arguments, "--try")
    assert result.exit_code == 0, result.output
    assert not operator.did("link")
    links = [LinkRule.model_validate(one).link() for one in operator.last("try_links")["links"]]
    assert [one.name for one in links] == names
    assert links[names.index("Mugs")] == Link(
        name="Mugs",
        vendor="pov",
        skus=("MUG-*", "CUP-*"),
        vendors=("Harbour",),
        send=Send.HOLD,
        lines=Lines.PRINTED,
    )


def test_trying_a_link_in_front_of_none(run: Run, operator: FakeOperator, shop: dict[str, Any]) -> None:
    result = run("link", "shop", "pov", "--before", "Mugz", "--try")
    assert result.exit_code == 1
    assert "There are: Mugs, Canvas DE, warehouse." in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--state", "lost"), "There is no state 'lost'."),
        (("--limit", "0"), "greater than or equal to 1"),
        (("--order", "1") * 101, "at most 100 orders"),
    ],
)
def test_a_dry_run_that_cannot_be(run: Run, operator: FakeOperator, arguments: tuple[str, ...], words: str) -> None:
    result = run("links", "try", "shop", *arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert not operator.did("try_links")


def test_hostile_names_in_links_are_shown_harmless(run: Run, operator: FakeOperator) -> None:
    operator.add("shop", "store", links=[{"name": "x\x1b[2J", "vendor": "pov", "tags": ["[bold]a[/x]\u202e"]}])
    shown = run("links", "shop").stdout
    assert "[bold]a[/x]" in shown
    assert not set(shown) & {"\x1b", "\u202e"}
