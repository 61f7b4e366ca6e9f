"""Dry runs: what links and mail classes would do is what they then do, and asking changes nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platen.domain.mail_class import MailClass
from platen.domain.order import Order, Payment, ShippingChoice
from platen.usecases.dry_run import NOT_KEPT
from tests.support.sorting import PRINTED, SortBench, item, to

CANVAS = {"vendor": "press", "lines": "all", "skus": ["C-*"]}
MUGS = {"vendor": "press-2", "name": "mugs", "lines": "all", "skus": ["M-*"], "send": "hold"}


def tried(bench: SortBench, links: list[dict[str, Any]] | None = None, **fields: Any) -> list[dict[str, Any]]:
    """What is answered; and that nothing was changed, said or sent for it."""
    before = bench.everything(), len(bench.queues.waiting())
    orders: list[dict[str, Any]] = bench.do("try_links", store="stall", links=links, **fields)["orders"]
    assert (bench.everything(), len(bench.queues.waiting())) == before
    return orders


def lines_of(answer: dict[str, Any]) -> dict[str, tuple[str, str, str]]:
    return {one["line_id"]: (one["vendor"], one["send"], one["why"]) for one in answer["lines"]}


def test_each_line_says_where_it_would_go_and_why_others_passed_it() -> None:
    bench = SortBench()
    order = bench.ordered(item("1", 2, "C-1"), item("2", 1, "M-1"), item("3", 1, "GIFTCARD", ships=False))
    bench.run()
    (answer,) = tried(bench, [CANVAS, MUGS])
    assert lines_of(answer) == {
        "1": ("press", "auto", "press takes it"),
        "2": ("press-2", "hold", "mugs takes it"),
        "3": ("", "auto", "it goes in no parcel"),
    }
    assert answer["lines"][1]["passed"] == [{"link": "press", "why": "its SKU is not C-*"}]
    assert answer["state"] == "attention"
    assert (answer["order_id"], answer["number"], answer["waits"]) == (order.order_id, "#1", "")


def test_an_order_that_would_wait_for_one_line_shows_where_the_others_would_go() -> None:
    bench = SortBench()
    bench.ordered(item("1", 1, "C-1"), item("2", 1, "SOCKS"))
    bench.run()
    (answer,) = tried(bench, [CANVAS])
    found = lines_of(answer)
    assert found["1"] == ("press", "auto", "press takes it")
    assert found["2"][0] == ""
    assert "no link takes it (press: its SKU is not C-*)" in found["2"][2]
    assert "SOCKS" in answer["waits"], "and that nothing is made of it until then"


@pytest.mark.parametrize(
    ("changes", "waits", "why"),
    [
        ({"ship_to": None}, "no shipping address", "no shipping address"),
        ({"payment": Payment.PENDING}, "payment: it is pending", "press takes it"),
        ({"hold": "held at the store"}, "held at the store", "press takes it"),
        ({"payment": Payment.REFUNDED}, "its payment was refunded", "its payment was refunded"),
        ({"test": True}, "it is a test order", "it is a test order"),
        (
            {"lines": (item("1", 2, "C-1", vendor="x").but(unfulfilled=0),)},
            "no line of it is left",
            "no line of it",
        ),
    ],
)
def test_what_waits_or_is_not_made_says_why(changes: dict[str, Any], waits: str, why: str) -> None:
    bench = SortBench()
    of_order = {name: value for name, value in changes.items() if name != "unfulfilled"}
    bench.ordered(item("1", 2, "C-1").but(unfulfilled=changes.get("unfulfilled", 2)), **of_order)
    bench.run()
    (answer,) = tried(bench, [CANVAS])
    assert waits in answer["waits"]
    assert why in lines_of(answer)["1"][2]


def test_a_line_that_a_person_released_is_told_as_theirs() -> None:
    bench = SortBench()
    bench.link("press", skus=["C-*"])
    order = bench.ordered(item("1", 1, "C-1"), item("2", 1, "SOCKS"))
    bench.run()
    bench.click("release", order.order_id)
    bench.run()
    (answer,) = tried(bench)
    assert lines_of(answer)["2"] == ("", "auto", "a person released it as not ours to make")


def test_what_lacks_print_details_says_so() -> None:
    bench = SortBench(printer=True)
    bench.ordered(item("1", 1, "C-1"))
    bench.run()
    (answer,) = tried(bench, [CANVAS])
    vendor, _, why = lines_of(answer)["1"]
    assert vendor == "press"
    assert why == "1 x Print 1 (SKU C-1) has no print_sku.; 1 x Print 1 (SKU C-1) has no print_url."


def test_an_order_that_was_shipped_shows_where_it_would_go_now() -> None:
    bench = SortBench()
    bench.link("press")
    order = bench.ordered(item("1", 2, "M-1"))
    bench.run()
    bench.ships(order)
    bench.changed(order, lines=(item("1", 2, "M-1").but(unfulfilled=0),))  # as a store shows its own parcels
    bench.run()
    (answer,) = tried(bench, [CANVAS, MUGS])
    assert lines_of(answer)["1"] == ("press-2", "hold", "mugs takes it")
    assert answer["lines"][0]["now_vendor"] == "press"


def test_an_order_whose_content_is_not_kept_says_that() -> None:
    bench = SortBench()
    bench.ordered(item())
    bench.run()
    bench.orders.forget_bodies()
    (answer,) = tried(bench, [CANVAS])
    assert (answer["waits"], answer["lines"]) == (NOT_KEPT, [])


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"orders": ["#9"]}, "There is no order #9."),
        ({"orders": ["aaaaaaaaaaaaaaaa"]}, "There is no order aaaaaaaaaaaaaaaa of stall."),
        ({"store": "press"}, "press is no store."),
        ({"store": "nobody"}, "There is no connection nobody."),
        ({"links": [{"vendor": "stall"}]}, "stall is no vendor."),
        ({"links": [{"vendor": "nobody"}]}, "There is no connection nobody."),
        ({"links": [CANVAS | {"folders": ["Nowhere"]}]}, "There is no folder Nowhere; there are: "),
        ({"after": "1"}, "A further page needs the same state as the first one."),
    ],
)
def test_what_cannot_be_tried_is_told(fields: dict[str, Any], words: str) -> None:
    bench = SortBench()
    answer = bench.ask("try_links", **({"store": "stall"} | fields))
    assert answer["error"]["message"].startswith(words)


def test_an_order_of_another_store_is_not_shown() -> None:
    bench = SortBench()
    bench.connections.save(bench.connections.get("stall").but(connection_id="other", version=0))
    order = bench.ordered(item())
    bench.run()
    answer = bench.ask("try_links", store="other", orders=[order.order_id])
    assert answer["error"]["message"] == f"There is no order {order.order_id} of other."
    assert bench.ask("try_links", store="other")["result"]["orders"] == []


def test_it_pages_on_within_one_state() -> None:
    bench = SortBench()
    orders = [bench.ordered(item()) for _ in range(7)]
    bench.run()
    seen, after = [], ""
    while True:
        page = bench.do("try_links", store="stall", links=[CANVAS], state="attention", limit=3, after=after)
        seen += [one["order_id"] for one in page["orders"]]
        after = page["next"]
        if not after:
            break
    assert sorted(seen) == sorted(one.order_id for one in orders)
    newest = bench.do("try_links", store="stall", links=[CANVAS], limit=3)
    assert len(newest["orders"]) == 3


def test_classes_are_tried_by_rules_that_are_not_saved() -> None:
    bench = SortBench()
    bench.vendor.mail_classes = [MailClass(code="STD", name="Standard"), MailClass(code="EXP", name="Express")]
    bench.link("press")
    bench.rule("press", default_class="STD")
    order = bench.ordered(item(), shipping=(ShippingChoice(title="Fast lane"),))
    bench.run()
    before = bench.everything()
    (answer,) = bench.do("try_classes", connection="press", making={"class_match": {"Fast*": "EXP"}})["orders"]
    assert bench.everything() == before
    assert (answer["order_id"], answer["asked"], answer["country"]) == (order.order_id, "Fast lane", "DE")
    assert (answer["code"], answer["was_code"], answer["was_by"]) == ("EXP", "STD", "default")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"connection": "stall"}, "stall is no vendor."),
        ({"making": {"class_mach": {}}}, "There is no rule class_mach; there are: code_match, "),
        ({"making": {"after_import": "Nowhere"}}, "There is no folder Nowhere"),
        ({"after": "x"}, "There is one page only: "),
        ({"making": {"class_match": "no table"}}, "Some of what was given is not right."),
    ],
)
def test_classes_that_cannot_be_tried_are_told(fields: dict[str, Any], words: str) -> None:
    bench = SortBench()
    answer = bench.ask("try_classes", **({"connection": "press"} | fields))
    assert answer["error"]["message"].startswith(words)


_SKUS = ("C-1", "M-1", "X")
_LINE = st.fixed_dictionaries(
    {
        "sku": st.sampled_from(_SKUS),
        "quantity": st.integers(1, 3),
        "vendor": st.sampled_from(["", "Acme"]),
        "location": st.sampled_from(["", "North"]),
        "printed": st.sampled_from([{}, PRINTED]),
        "ships": st.integers(0, 4).map(bool),
    }
)
_ORDER = st.fixed_dictionaries(
    {
        "lines": st.lists(_LINE, min_size=1, max_size=3),
        "tags": st.sampled_from([(), ("rush",)]),
        "country": st.sampled_from(["DE", "US"]),
        "payment": st.sampled_from([Payment.PAID, Payment.PAID, Payment.PENDING]),
    }
)
_LINK = st.fixed_dictionaries(
    {"vendor": st.sampled_from(["press", "press-2"]), "lines": st.sampled_from(["all", "printed"])},
    optional={
        "skus": st.sampled_from([["C-*"], ["M-*", "X"]]),
        "countries": st.just(["US"]),
        "vendors": st.just(["acme"]),
        "tags": st.just(["Rush"]),
        "locations": st.just(["north"]),
        "folders": st.sampled_from([["new"], ["Closed"]]),
        "send": st.sampled_from(["auto", "hold"]),
    },
)


def _place(bench: SortBench, drawn: dict[str, Any]) -> Order:
    lines = (item(str(place), **fields) for place, fields in enumerate(drawn["lines"], start=1))
    return bench.ordered(*lines, tags=drawn["tags"], ship_to=to(drawn["country"]), payment=drawn["payment"])


@settings(max_examples=120)
@given(st.lists(_ORDER, min_size=1, max_size=3), st.lists(_LINK, max_size=4))
def test_what_is_shown_is_what_then_happens(orders: list[dict[str, Any]], links: list[dict[str, Any]]) -> None:
    bench = SortBench()
    bench.do("rules", connection="stall", intake={"new_folder": "New"})
    placed = [_place(bench, one) for one in orders]
    bench.run()
    named = [link | {"name": f"link {place}"} for place, link in enumerate(links)]
    shown = {one["order_id"]: one for one in tried(bench, named)}
    for link in named:
        bench.do("link", store="stall", **link)
    for one in placed:
        bench.changed(one, note="looked at")
    bench.run(at_least=timedelta(minutes=30))
    for one in placed:
        answer = shown[one.order_id]
        promised: dict[str, dict[str, int]] = {}
        for line in answer["lines"]:
            if line["vendor"] and not answer["waits"]:
                promised.setdefault(line["vendor"], {})[line["line_id"]] = line["quantity"]
        record = bench.now_of(one)
        got = {
            job.vendor: {line.line_id: line.quantity for line in job.lines}
            for job in record.jobs.values()
            if job.state.value != "cancelled"
        }
        assert got == promised
        held = {line["vendor"] for line in answer["lines"] if line["send"] == "hold" and not answer["waits"]}
        assert {job.vendor for job in record.jobs.values() if job.attention} == held
        assert bench.made_by(one) == {vendor: goods for vendor, goods in promised.items() if vendor not in held}
