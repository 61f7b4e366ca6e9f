"""Missing print details: a job stops before anything is sent, says all that is missing, and goes on by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from platen.domain.attention import Cause
from platen.domain.job import JobState
from platen.domain.order import Order
from platen.usecases import look_again
from tests.support.sorting import PRINTED, SortBench, item

ROW = {"sku": "BARE", "print_sku": "DIGI-1", "print_url": "https://art.example/1.jpg"}
BARE = item("1", 1, "BARE")


@pytest.fixture
def bench() -> SortBench:
    bench = SortBench(printer=True)
    bench.link("press")
    return bench


def waits(bench: SortBench, *lines: Any) -> Order:
    order = bench.ordered(*(lines or (BARE,)))
    bench.run()
    assert bench.causes_of(order) == ["print_details"]
    assert bench.made_by(order) == {}
    assert not [call for call in bench.switch.calls if call in ("vendor.submit", "vendor.preflight")]
    return order


def test_one_message_names_every_item_and_field(bench: SortBench) -> None:
    order = waits(
        bench,
        item("1", 2, "MUG"),
        item("2", 1, "TEE", printed={"print_sku": "T"}),
        item("3", 1, "OK", printed=PRINTED),
        item(
            "4",
            1,
            "BAG",
            printed=PRINTED
            | {"print_url_2": "https://art.example/2.jpg", "print_url_3": "https://art.example/3.jpg"},
        ),
    )
    assert bench.problems_of(order) == [
        "2 x Print 1 (SKU MUG) has no print_sku.",
        "2 x Print 1 (SKU MUG) has no print_url.",
        "1 x Print 2 (SKU TEE) has no print_url.",
        "1 x Print 4 (SKU BAG) has print_url_2, print_url_3, but press prints in one place only: take the others"
        " away.",
    ]
    (shown,) = bench.attention()
    assert {one["line_id"] for one in shown["problems"]} == {"1", "2", "4"}
    assert shown["actions"] == ["retry", "cancel"], "what lacks its print cannot be released"
    assert not bench.click("release", order.order_id)["ok"]


def test_only_the_vendor_that_needs_them_stops(bench: SortBench) -> None:
    bench.link("press-2", name="bags", skus=["BAG"], before="press")
    order = bench.ordered(BARE, item("2", 1, "BAG"))
    bench.run()
    assert bench.made_by(order) == {"press-2": {"2": 1}}
    assert bench.causes_of(order) == ["print_details"]


def test_it_goes_on_once_the_product_map_has_them(bench: SortBench) -> None:
    order = waits(bench)
    assert bench.do("products_import", store="stall", rows=[ROW]) == {"written": 1, "looked_again": 1}
    bench.run()
    assert bench.made_by(order) == {"press": {"1": 1}}
    assert bench.attention() == []


def test_only_after_the_last_of_several_chunks(bench: SortBench) -> None:
    order = waits(bench)
    assert bench.do("products_import", store="stall", rows=[ROW], more=True)["looked_again"] == 0
    bench.run()
    assert bench.made_by(order) == {}
    assert bench.do("products_import", store="stall", rows=[{"sku": "X", "print_sku": "Y"}])["looked_again"] == 1
    bench.run()
    assert bench.made_by(order) == {"press": {"1": 1}}


def test_once_the_order_is_mended_at_its_store(bench: SortBench) -> None:
    order = waits(bench)
    bench.changed(order, lines=(item("1", 1, "BARE", printed=PRINTED),))
    bench.run()
    assert bench.made_by(order) == {"press": {"1": 1}}


def test_once_another_link_or_none_takes_it(bench: SortBench) -> None:
    order = waits(bench)
    bench.link("press-2", before="press")
    bench.run()
    assert bench.made_by(order) == {"press-2": {"1": 1}}

    bench.do("unlink", store="stall", vendor="press-2")
    second = waits_too(bench)
    bench.link("press-2")
    bench.run()
    assert bench.causes_of(second) == ["print_details"], "the first link still takes it"
    bench.do("unlink", store="stall", vendor="press")
    bench.run()
    assert bench.made_by(second) == {"press-2": {"1": 1}}


def waits_too(bench: SortBench) -> Order:
    order = bench.ordered(BARE)
    bench.run()
    assert bench.causes_of(order) == ["print_details"]
    return order


def test_what_an_import_does_not_mend_stays_as_it_is(bench: SortBench) -> None:
    order = waits(bench)
    before = bench.now_of(order)
    bench.run(at_least=timedelta(hours=1))
    bench.do("products_import", store="stall", rows=[{"sku": "OTHER", "print_sku": "Y"}])
    bench.run()
    after = bench.now_of(order)
    assert after.jobs == before.jobs
    assert after.head.attention == before.head.attention


def test_what_is_mended_in_part_says_what_is_left_and_since_when_it_waits(bench: SortBench) -> None:
    order = waits(bench)
    since = bench.attention()[0]["since"]
    bench.run(at_least=timedelta(hours=1))
    bench.do("products_import", store="stall", rows=[{"sku": "BARE", "print_sku": "DIGI-1"}])
    bench.run()
    assert bench.problems_of(order) == ["1 x Print 1 (SKU BARE) has no print_url."]
    assert bench.attention()[0]["since"] == since


def test_other_troubles_and_other_stores_are_left_alone(bench: SortBench) -> None:
    stall = bench.connections.get("stall")
    bench.connections.save(stall.but(connection_id="other", version=0))
    waiting = waits(bench)
    sent = bench.ordered(item("1", 1, "OK", printed=PRINTED))
    bench.run()
    bench.changed(sent, cancelled_at=None, ship_to=sent.ship_to and sent.ship_to.but(city="Elsewhere"))
    bench.run()
    assert bench.causes_of(sent) == ["changed_after_sent"]
    bench.switch.calls.clear()
    before = bench.now_of(sent)
    assert bench.do("products_import", store="other", rows=[ROW])["looked_again"] == 0
    assert bench.do("products_import", store="stall", rows=[ROW])["looked_again"] == 1
    bench.run()
    assert bench.switch.calls.count("store.fetch") == 1, "only what may be mended is read"
    assert bench.now_of(sent) == before
    assert bench.made_by(waiting) == {"press": {"1": 1}}


def test_thousands_go_on_call_by_call(bench: SortBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look_again, "MOST", 20)
    monkeypatch.setattr(look_again, "PAGE", 7)
    orders = [bench.ordered(BARE) for _ in range(45)]
    bench.run()
    looked: list[int] = []
    while not looked or looked[-1]:
        looked.append(bench.do("products_import", store="stall", rows=[ROW])["looked_again"])
        bench.run()
    assert sum(looked) == 45
    assert all(bench.made_by(one) == {"press": {"1": 1}} for one in orders)


def test_a_retry_by_a_person_finds_the_same_until_it_is_mended(bench: SortBench) -> None:
    order = waits(bench)
    bench.click("retry", order.order_id)
    bench.run()
    assert bench.causes_of(order) == [Cause.PRINT_DETAILS.value]
    bench.products.put("stall", [])
    bench.click("cancel", order.order_id)
    bench.run()
    assert bench.states_of(order) == [JobState.CANCELLED]


def test_details_that_are_lost_before_it_is_sent_stop_it_again(bench: SortBench) -> None:
    bench.do("pause", connection="press")
    order = bench.ordered(item("1", 1, "BARE", printed=PRINTED))
    bench.run(at_least=timedelta(minutes=20))
    bench.changed(order, lines=(BARE,))
    bench.run()
    bench.do("resume", connection="press")
    bench.run(at_least=timedelta(hours=1))
    assert bench.causes_of(order) == ["print_details"]
    assert bench.made_by(order) == {}
