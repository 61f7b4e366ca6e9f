"""Links from the order at the store to the order at a vendor: what they go by, and whose a line stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from platen.domain.job import JobState
from platen.domain.making import Making
from platen.domain.printing import PrintDetails, ProductMapping
from platen.domain.record import OrderState
from tests.support.sorting import PRINTED, SortBench, item, to

TWENTY_MINUTES = timedelta(minutes=20)
CONDITIONS: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    # what the link says, what a line and an order that it takes have, what one that it does not take has instead
    ("print details", {"lines": "printed"}, {"printed": PRINTED}, {"printed": {}}),
    ("SKU", {"skus": ["CANVAS-*"]}, {"sku": "CANVAS-1"}, {"sku": "canvas-1"}),
    ("one of the SKUs", {"skus": ["A", "B-?"]}, {"sku": "B-1"}, {"sku": "B-10"}),
    ("product vendor", {"vendors": [" caf\u00c9  Acme "]}, {"vendor": "Cafe\u0301 ACME"}, {"vendor": "Cafe Acme"}),
    ("pattern of vendors", {"vendors": ["acme*"]}, {"vendor": "ACME Prints"}, {"vendor": "The ACME"}),
    ("tag", {"tags": ["RUSH", "gift"]}, {"tags": ("Other", "gift ")}, {"tags": ("gifts",)}),
    ("country", {"countries": ["US", "CA"]}, {"country": "CA"}, {"country": "DE"}),
    ("location", {"locations": ["Warehouse B"]}, {"location": "warehouse  b"}, {"location": ""}),
]


def _ordered(bench: SortBench, **has: Any) -> Any:
    of_order = {"tags": has.pop("tags", ()), "ship_to": to(has.pop("country", "DE"))}
    return bench.ordered(item(**has), **of_order)


@pytest.mark.parametrize(
    ("says", "takes", "passes"), [one[1:] for one in CONDITIONS], ids=[one[0] for one in CONDITIONS]
)
def test_a_link_takes_what_it_says_and_leaves_the_rest_to_the_next(
    says: dict[str, Any], takes: dict[str, Any], passes: dict[str, Any]
) -> None:
    bench = SortBench()
    bench.link("press", **says)
    bench.link("press-2")
    taken, left = _ordered(bench, **takes), _ordered(bench, **passes)
    bench.run()
    assert bench.made_by(taken) == {"press": {"1": 1}}
    assert bench.made_by(left) == {"press-2": {"1": 1}}
    assert bench.attention() == []


def test_every_condition_that_is_set_has_to_hold() -> None:
    bench = SortBench()
    bench.link("press", skus=["C-*"], tags=["rush"], countries=["DE"], vendors=["Acme"], lines="printed")
    has: dict[str, Any] = {"sku": "C-1", "tags": ("Rush",), "country": "DE", "vendor": "acme", "printed": PRINTED}
    whole = _ordered(bench, **has)
    lesser: list[dict[str, Any]] = [
        {"sku": "M-1"},
        {"tags": ()},
        {"country": "US"},
        {"vendor": ""},
        {"printed": {}},
    ]
    others = [_ordered(bench, **(has | less)) for less in lesser]
    bench.run()
    assert bench.made_by(whole) == {"press": {"1": 1}}
    assert [bench.made_by(one) for one in others] == [{}] * len(others)
    assert [bench.causes_of(one) for one in others] == [["unrouted_line"]] * len(others)


def test_where_the_product_map_says_an_item_is_wins_over_the_store() -> None:
    bench = SortBench()
    bench.link("press", locations=["North"])
    bench.link("press-2", locations=["South"])
    bench.products.put("stall", [ProductMapping(sku="MAPPED", details=PrintDetails(), location="north")])
    mapped = bench.ordered(item(sku="MAPPED", location="South"))
    told = bench.ordered(item(sku="OTHER", location="South"))
    bench.run()
    assert bench.made_by(mapped) == {"press": {"1": 1}}
    assert bench.made_by(told) == {"press-2": {"1": 1}}


def test_the_first_link_that_takes_a_line_has_it_and_lines_of_one_order_part() -> None:
    bench = SortBench()
    bench.link("press", name="canvas", skus=["C-*"])
    bench.link("press-2", name="rest")
    bench.link("press", name="never reached")
    order = bench.ordered(item("1", 2, "C-1"), item("2", 3, "M-1"), item("3", 1, "C-2"))
    bench.run()
    assert bench.made_by(order) == {"press": {"1": 2, "3": 1}, "press-2": {"2": 3}}


def test_several_links_to_one_vendor_make_one_job() -> None:
    bench = SortBench()
    bench.link("press", name="canvas", skus=["C-*"])
    bench.link("press", name="mugs", skus=["M-*"])
    order = bench.ordered(item("1", 1, "C-1"), item("2", 1, "M-1"))
    bench.run()
    assert bench.made_by(order) == {"press": {"1": 1, "2": 1}}
    assert len(bench.now_of(order).jobs) == 1


def _links(bench: SortBench) -> list[str]:
    return [one.called for one in bench.connections.get("stall").links]


def test_links_have_an_order_that_people_choose() -> None:
    bench = SortBench()
    for name in ("a", "b", "c"):
        bench.link("press", name=name)
    bench.link("press-2", name="b", tags=["x"])
    assert _links(bench) == ["a", "b", "c"], "replaced where it stands"
    assert bench.connections.get("stall").links[1].vendor == "press-2"
    bench.link("press", name="d", before="b")
    assert _links(bench) == ["a", "d", "b", "c"]
    bench.link("press", name="a", before="c")
    assert _links(bench) == ["d", "b", "a", "c"], "moved, and not doubled"
    bench.do("unlink", store="stall", link="b")
    assert _links(bench) == ["d", "a", "c"]
    bench.do("unlink", store="stall", vendor="press")
    assert _links(bench) == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "new", "before": "none"}, "stall has no other link none."),
        ({"name": "old", "before": "old"}, "stall has no other link old."),
        ({"folders": ["Nowhere"]}, "There is no folder Nowhere; there are: New, Prepared, Closed, Canceled."),
    ],
)
def test_a_link_that_makes_no_sense_is_refused_and_changes_nothing(fields: dict[str, Any], words: str) -> None:
    bench = SortBench()
    bench.link("press", name="old")
    before = bench.everything()
    answer = bench.ask("link", store="stall", vendor="press", **fields)
    assert answer["error"]["message"] == words
    assert bench.everything() == before


def test_two_connections_of_one_system_stand_side_by_side() -> None:
    bench = SortBench()
    press = bench.connections.get("press")
    bench.connections.save(press.but(connection_id="press-us", version=0, making=Making(default_class="GROUND")))
    bench.link("press-us", countries=["US"])
    bench.link("press")
    home, away = _ordered(bench, country="DE"), _ordered(bench, country="US")
    bench.run()
    assert [job.vendor for job in bench.now_of(home).jobs.values()] == ["press"]
    assert [job.vendor for job in bench.now_of(away).jobs.values()] == ["press-us"]
    assert bench.states_of(away) == [JobState.SENT]
    bench.no_doubles()


class TestWhoHasALineKeepsIt:
    def test_whatever_becomes_of_the_link(self) -> None:
        bench = SortBench()
        bench.link("press", name="all")
        order = bench.ordered(item("1", 2))
        bench.run()
        for change in (
            lambda: bench.link("press-2", name="all"),
            lambda: bench.link("press-2", name="first", before="all", send="hold"),
            lambda: bench.do("unlink", store="stall", link="all"),
            lambda: bench.do("unlink", store="stall", link="first"),
        ):
            change()
            order = bench.changed(order, tags=(*order.tags, "looked"))
            bench.run()
            assert bench.made_by(order) == {"press": {"1": 2}}
            assert bench.attention() == []

    def test_and_what_is_added_goes_by_the_links_of_now(self) -> None:
        bench = SortBench()
        bench.link("press", name="all")
        bench.rule("press", gift_field="note")
        order = bench.ordered(item("1", 2), note="Happy birthday")
        bench.run()
        bench.link("press-2", name="all")
        order = bench.changed(order, lines=(item("1", 3), item("2", 1)))
        bench.run()
        assert bench.made_by(order) == {"press": {"1": 2}, "press-2": {"1": 1, "2": 1}}
        assert bench.attention() == [], "nothing of what press was told has changed"

    def test_what_is_not_sent_yet_goes_with_the_links(self) -> None:
        bench = SortBench()
        bench.link("press", name="all")
        bench.do("pause", connection="press")
        order = bench.ordered(item("1", 2))
        bench.run(at_least=TWENTY_MINUTES)
        assert bench.made_by(order) == {}
        bench.link("press-2", name="all")
        bench.changed(order, tags=("looked",))
        bench.run(at_least=TWENTY_MINUTES)
        bench.do("resume", connection="press")
        bench.run(at_least=TWENTY_MINUTES)
        assert bench.made_by(order) == {"press-2": {"1": 2}}
        assert sorted(bench.states_of(order)) == [JobState.CANCELLED, JobState.SENT]

    def test_a_line_that_is_taken_out_is_no_change_of_a_message(self) -> None:
        bench = SortBench()
        bench.link("press")
        bench.rule("press", gift_field="note")
        order = bench.ordered(item("1", 2), item("2", 1), note="Happy birthday")
        bench.run()
        bench.changed(order, lines=(item("1", 0), item("2", 0)))
        bench.run()
        assert bench.causes_of(order) == ["changed_after_sent"]
        assert not [what for what in bench.problems_of(order) if "message" in what]


def test_what_waits_for_a_place_at_the_store_waits_and_asks_nobody() -> None:
    """A scheduled order has no location yet: it only seems to be nobody's."""
    bench = SortBench()
    bench.link("press")
    bench.rule("press", location_match="North")
    order = bench.ordered(item(location=""), hold="scheduled for later")
    bench.run()
    assert bench.now_of(order).head.state is OrderState.WAITING
    bench.changed(order, hold="", lines=(item(location="north"),))
    bench.run()
    assert bench.made_by(order) == {"press": {"1": 1}}


def test_a_line_nobody_takes_goes_on_once_a_link_a_rule_or_the_lack_of_a_link_lets_it() -> None:
    bench = SortBench()
    bench.link("press", skus=["C-*"])
    order = bench.ordered(item(sku="M-1"))
    bench.run()
    assert bench.causes_of(order) == ["unrouted_line"]
    bench.link("press", skus=["C-*", "M-*"])
    bench.run()
    assert bench.made_by(order) == {"press": {"1": 1}}

    bench.rule("press", location_match="North")
    second = bench.ordered(item(sku="M-1", location="South"))
    bench.run()
    assert bench.causes_of(second) == ["unrouted_line"]
    bench.rule("press", location_match="")
    bench.run()
    assert bench.made_by(second) == {"press": {"1": 1}}
