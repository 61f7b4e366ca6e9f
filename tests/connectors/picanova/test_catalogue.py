"""The catalogue in the cache: read rarely, calmly and to the end, and never taken for what it is not."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest

from platen.connectors.picanova.catalogue import spelt_like
from platen.domain.verdicts import Busy, Later, Unreachable
from platen.ports import Reply
from tests.connectors.picanova.fakes import ScriptedHttp, data, reply
from tests.connectors.picanova.house import (
    CANVAS,
    SHIP_TO,
    House,
    a_request,
    details,
    settings,
    shelves,
    their_variant,
)


def house(*variants: dict[str, Any], **changes: Any) -> tuple[House, ScriptedHttp]:
    http = shelves(ScriptedHttp(), *variants)
    return House(http, settings(regions=["eu"], **changes)), http


def many_products(http: ScriptedHttp, count: int, **headers: str) -> None:
    """A catalogue of ``count`` products with one variant each: CODE-1, CODE-2, …"""
    http.on("GET /products", data([{"id": number, "name": "P"} for number in range(1, count + 1)]))
    for number in range(1, count + 1):
        found = {"data": [their_variant(f"CODE-{number}", 1000 + number)]}
        http.on(f"GET /products/{number}", reply(200, found, **headers))


def preflight(at: House, sku: str = "DIGI-40X30-1") -> list[str]:
    return [problem.field for problem in at.vendor().preflight(a_request(details(sku)))]


def test_a_second_order_reads_it_from_the_cache() -> None:
    at, http = house()
    assert preflight(at) == []
    calls = len(http.calls)
    assert preflight(at) == []
    assert len(http.calls) == calls


def test_a_code_that_is_not_there_is_looked_for_once_an_hour_and_no_more() -> None:
    at, http = house()
    for _ in range(5):
        assert preflight(at, "PSTR-30X40-1") == ["print_sku"]
    assert http.asked("GET").count("/products") == 1
    at.clock.passes(minutes=61)
    http.on("GET /products/2", data([their_variant(), their_variant("PSTR-30X40-1", 341)]))
    assert preflight(at, "PSTR-30X40-1") == []


def test_it_is_read_anew_when_it_is_older_than_the_settings_allow() -> None:
    at, http = house(catalogue_hours=5)
    assert preflight(at) == []
    at.clock.passes(hours=4, minutes=59)
    assert preflight(at) == []
    assert http.asked("GET").count("/products") == 1
    at.clock.passes(minutes=2)
    http.on("GET /products", Unreachable("no route"))
    with pytest.raises(Later):
        preflight(at)


def test_a_variant_that_was_taken_off_is_gone_after_a_refresh_though_its_entry_is_still_kept() -> None:
    at, http = house(their_variant(), their_variant("DIGI-40X30-2", 303))
    assert preflight(at) == []
    at.clock.passes(hours=2)
    http.on("GET /products/2", data([their_variant("DIGI-40X30-2", 303)]))
    assert at.vendor().refresh() == 1
    [problem] = at.vendor().preflight(a_request())
    assert (problem.field, problem.suggestion) == ("print_sku", "DIGI-40X30-2")
    [by_id] = at.vendor().preflight(a_request(details("302")))
    assert by_id.field == "print_sku"


def test_a_country_that_is_not_there_is_looked_for_once_an_hour_and_no_more() -> None:
    at, http = house(their_variant(shipping_countries=[]))
    to_iceland = a_request(ship_to=SHIP_TO.but(country_code="IS"))
    for _ in range(3):
        assert [problem.field for problem in at.vendor().preflight(to_iceland)] == ["ship_to.country_code"]
    assert http.asked("GET").count("/countries") == 1
    at.clock.passes(minutes=61)
    http.on("GET /countries", data([{"name": "Iceland", "country_id": 352, "country_code": "IS"}]))
    assert at.vendor().preflight(to_iceland) == []


def test_a_refresh_reads_every_store_and_counts() -> None:
    http = shelves(ScriptedHttp(), their_variant(), their_variant("B-1", 7))
    at = House(http, settings())
    assert at.vendor().refresh() == 4
    assert {call.auth for call in http.calls} == {("eu-user", "eu-key"), ("us-user", "us-key")}


def test_the_two_stores_have_a_shelf_each() -> None:
    at, http = house()
    at.settings = settings()
    assert preflight(at) == []
    http.on("GET /products/2", data([their_variant("RECT-90X60-1", 704)]))
    found = at.vendor().preflight(a_request(details("RECT-90X60-1"), account="us"))
    assert found == []
    assert preflight(at, "RECT-90X60-1") == ["print_sku"]


def test_it_slows_down_when_few_calls_are_left() -> None:
    at, http = house()
    many_products(http, 4, x_ratelimit_remaining="9")
    assert at.vendor().refresh() == 4
    assert len(at.clock.slept) == 3, "a breath before each product once an answer said so"


def test_it_does_not_slow_down_without_need() -> None:
    at, http = house()
    many_products(http, 4, x_ratelimit_remaining="40")
    assert at.vendor().refresh() == 4
    assert at.clock.slept == []


def test_it_waits_out_a_busy_store_and_goes_on() -> None:
    at, http = house()
    many_products(http, 3)
    full = http.script["GET /products/2"]
    http.on("GET /products/2", reply(429, b"", retry_after="20"), *full)
    assert at.vendor().refresh() == 3
    assert at.clock.slept == [20.0]


def test_a_store_that_stays_busy_is_left_alone_after_a_while() -> None:
    at, http = house()
    many_products(http, 3)
    http.on("GET /products/2", reply(429, b"", retry_after="50"))
    with pytest.raises(Busy):
        at.vendor().refresh()
    assert sum(at.clock.slept) <= 110


def test_an_order_does_not_wait_long_for_it_and_the_next_one_goes_on_where_it_stopped() -> None:
    at, http = house()
    many_products(http, 9, x_ratelimit_remaining="3")
    with pytest.raises(Later) as later:
        preflight(at, "CODE-9")
    assert later.value.after is not None
    assert sum(at.clock.slept) <= 20
    for _ in range(10):
        try:
            assert preflight(at, "CODE-9") == []
            break
        except Later:
            at.clock.passes(seconds=30)
    else:
        pytest.fail("the catalogue is never read to its end")
    read = [path for path in http.asked("GET") if path.startswith("/products/")]
    assert sorted(read) == [f"/products/{number}" for number in range(1, 10)], "nothing is read twice"


def test_a_round_that_stopped_can_already_be_judged_by_for_what_it_has_read() -> None:
    at, http = house()
    many_products(http, 9, x_ratelimit_remaining="3")
    with pytest.raises(Later):
        preflight(at, "CODE-9")
    assert preflight(at, "CODE-1") == []


def test_a_crash_in_the_middle_loses_no_variant() -> None:
    at, http = house()
    many_products(http, 5)
    full = http.script["GET /products/4"]
    http.on("GET /products/4", RuntimeError("killed"))
    with pytest.raises(RuntimeError):
        at.vendor().refresh()
    http.on("GET /products/4", *full)
    assert at.vendor().refresh() == 5
    assert [preflight(at, f"CODE-{number}") for number in range(1, 6)] == [[]] * 5


def test_a_round_left_lying_for_a_day_is_begun_anew() -> None:
    at, http = house()
    many_products(http, 3)
    http.on("GET /products/3", reply(500, b""))
    with pytest.raises(Later):
        at.vendor().refresh()
    at.clock.passes(hours=24)
    many_products(http, 3)
    assert at.vendor().refresh() == 3
    assert http.asked("GET").count("/products/1") == 2


def test_entries_that_cannot_be_read_are_read_anew() -> None:
    at, http = house()
    at.cache.put("picanova/eu/catalogue", {"DIGI-40X30-1": "{]"}, timedelta(days=1))
    at.cache.put("picanova/catalogue/book", {"eu/whole": "nonsense", "eu/round": "[]"}, timedelta(days=1))
    assert preflight(at) == []
    assert http.asked("GET").count("/products") == 1


@pytest.mark.parametrize(
    ("text", "choices", "nearest"),
    [
        ("canvas border", ["Canvas", "Canvas border", "Canvas border 2"], "Canvas border"),
        ("MIRRORED", ["mirrored", "Mirrored"], "Mirrored"),
        ("Strecher frame", ["Frame", "Stretcher frame"], "Stretcher frame"),
    ],
)
def test_the_nearest_spelling_comes_first(text: str, choices: list[str], nearest: str) -> None:
    assert spelt_like(text, choices)[0] == nearest


def test_nothing_near_is_no_suggestion() -> None:
    assert spelt_like("Glitter", ["Canvas border", "Frame"]) == []
    assert spelt_like("x", []) == []


def test_the_cached_catalogue_is_enough_to_send_by() -> None:
    at, http = house()
    assert preflight(at) == []
    at.clock.passes(hours=200)
    http.on("POST /orders", data({"id": "PPO1", "status": "DRAFT", "external_id": None, "items": []}))
    assert at.vendor().submit(a_request(details(options=CANVAS))).ref == "PPO1"


class Overtaken(ScriptedHttp):
    """While the first reader waits for the first product's variants, another one reads the whole catalogue."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Callable[[], object] | None = None

    def send(self, method: str, url: str, **rest: Any) -> Reply:
        answer = super().send(method, url, **rest)
        if url.endswith("/products/1") and self.meanwhile:
            other, self.meanwhile = self.meanwhile, None
            other()
        return answer


@pytest.mark.parametrize("ends", [True, False])
def test_a_reader_that_is_overtaken_takes_nothing_off_the_shelf(ends: bool) -> None:
    """Many orders at once on the first morning: each of their workers may be reading the catalogue, and the one
    that began first may write last, or be gone in the middle."""
    http = Overtaken()
    shelves(http)
    many_products(http, 3)
    at = House(http, settings(regions=["eu"]))

    def another() -> None:
        at.clock.passes(seconds=3)
        assert at.vendor().refresh() == 3
        if not ends:
            http.on("GET /products/2", Unreachable("no route"))

    http.meanwhile = another
    with nullcontext() if ends else pytest.raises(Later):
        at.vendor().refresh()
    for number in (1, 2, 3):
        assert preflight(at, f"CODE-{number}") == []
