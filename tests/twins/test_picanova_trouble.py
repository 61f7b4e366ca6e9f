"""What goes wrong on the way: too many calls, cut lines, errors that hide a success."""

from __future__ import annotations

import pytest

from platen.domain.verdicts import Unclear
from tests.twins.picanova_shop import EU, US, Clock, Shop, an_order
from twins.picanova import PicanovaTwin
from twins.picanova.api import call_name


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_the_61st_call_in_a_minute_waits_for_the_next(clock: Clock) -> None:
    shop = Shop(PicanovaTwin(now=clock))
    for left in range(59, -1, -1):
        reply = shop.ask("GET", "/countries")
        assert reply.status == 200
        assert (reply.headers["x-ratelimit-limit"], reply.headers["x-ratelimit-remaining"]) == ("60", str(left))
        assert "retry-after" not in reply.headers
    clock.passes(seconds=12.5)
    reply = shop.ask("POST", "/orders", an_order())
    assert reply.status == 429
    assert (reply.headers["retry-after"], reply.headers["x-ratelimit-remaining"]) == ("48", "0")
    assert not shop.twin.orders
    clock.passes(seconds=int(reply.headers["retry-after"]))
    assert shop.ask("POST", "/orders", an_order()).status == 200


def test_each_account_has_a_minute_of_its_own(clock: Clock) -> None:
    twin = PicanovaTwin(now=clock, rate_per_minute=1)
    eu, us = Shop(twin, EU), Shop(twin, US)
    assert [eu.ask("GET", "/countries").status, us.ask("GET", "/countries").status] == [200, 200]
    assert [eu.ask("GET", "/countries").status, us.ask("GET", "/countries").status] == [429, 429]


def test_a_stranger_uses_up_nobodys_calls(clock: Clock) -> None:
    twin = PicanovaTwin(now=clock, rate_per_minute=1)
    for _ in range(5):
        assert Shop(twin, ("eu-user", "guess")).ask("GET", "/countries").status == 401
    assert Shop(twin).ask("GET", "/countries").status == 200


def test_no_limit_says_nothing_of_one() -> None:
    shop = Shop(PicanovaTwin(rate_per_minute=0))
    for _ in range(100):
        reply = shop.ask("GET", "/shipping/types")
    assert reply.status == 200
    assert not [name for name in reply.headers if name.startswith("x-ratelimit")]


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("POST", "/orders", "POST /orders"),
        ("GET", "/orders", "GET /orders"),
        ("GET", "/orders/@1001-k7x2-1", "GET /orders/@"),
        ("GET", "/orders/PPO21700001", "GET /orders/{id}"),
        ("DELETE", "/orders/PPO21700001T", "DELETE /orders/{id}"),
        ("GET", "/products", "GET /products"),
        ("GET", "/products/2", "GET /products/{id}"),
        ("GET", "/variants/302", "GET /variants/{id}"),
        ("GET", "/variants/302/combinations", "GET /variants/{id}/combinations"),
        ("POST", "/shipping/rates", "POST /shipping/rates"),
        ("GET", "/regions/840", "GET /regions/{id}"),
    ],
)
def test_the_names_of_the_calls(method: str, path: str, name: str) -> None:
    assert call_name({"REQUEST_METHOD": method, "PATH_INFO": f"/api/beta{path}"}) == name


def test_an_error_after_the_fact_leaves_the_order_made() -> None:
    shop = Shop(PicanovaTwin())
    shop.twin.faults.add(on="POST /orders", kind="status_after", status=503)
    assert shop.ask("POST", "/orders", an_order()).status == 503
    assert len(shop.twin.orders) == 1
    found = shop.data("GET", f"/orders/@{an_order()['external_id']}")
    assert found["id"] == shop.twin.orders[0].id
    assert list(shop.refused(an_order())) == ["external_id"]


def test_a_cut_reply_leaves_the_order_made() -> None:
    shop = Shop(PicanovaTwin())
    shop.twin.faults.add(on="POST /orders", kind="cut_reply")
    with pytest.raises(Unclear):
        shop.ask("POST", "/orders", an_order())
    assert len(shop.twin.orders) == 1


@pytest.mark.parametrize("kind", ["drop", "status"])
def test_an_error_before_the_fact_makes_nothing(kind: str) -> None:
    shop = Shop(PicanovaTwin())
    shop.twin.faults.add(on="POST /orders", kind=kind)
    if kind == "drop":
        with pytest.raises(Unclear):
            shop.ask("POST", "/orders", an_order())
    else:
        assert shop.ask("POST", "/orders", an_order()).status == 500
    assert not shop.twin.orders
    assert shop.ask("POST", "/orders", an_order()).status == 200


def test_a_fault_hits_only_the_call_it_is_for() -> None:
    shop = Shop(PicanovaTwin())
    made = shop.order()
    shop.twin.faults.add(on="GET /orders/@", kind="status", status=500)
    assert shop.ask("GET", f"/orders/{made['id']}").status == 200
    assert shop.ask("GET", f"/orders/@{made['external_id']}").status == 500
    assert shop.ask("GET", f"/orders/@{made['external_id']}").status == 200
    assert shop.twin.faults.fired == ["status GET /orders/@"]


def test_calls_are_counted_by_name() -> None:
    shop = Shop(PicanovaTwin())
    made = shop.order()
    for _ in range(2):
        shop.ask("GET", f"/orders/{made['id']}")
    assert shop.twin.api_calls_counted == {"POST /orders": 1, "GET /orders/{id}": 2}
