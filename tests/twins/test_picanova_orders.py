"""Orders: made, found, listed, cancelled, moved on, and never more of them than were asked for."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.twins.picanova_shop import EU, US, Clock, Shop, an_address, an_item, an_order
from twins.picanova import PicanovaTwin


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def twin(clock: Clock) -> PicanovaTwin:
    return PicanovaTwin(now=clock, rate_per_minute=0)


@pytest.fixture
def shop(twin: PicanovaTwin) -> Shop:
    return Shop(twin)


@pytest.mark.parametrize(
    "options",
    [
        {"Canvas border": "Stretched", "Stretcher frame": "4 cm"},
        {"1": 3, "2": 7},
        {"Canvas border": "Stretched", "2": 7},
    ],
)
def test_options_are_taken_by_names_or_by_ids(shop: Shop, options: dict[str, object]) -> None:
    made = shop.order(items=[an_item(options=options)])
    assert made["items"][0]["options"] == [
        {"id": 1, "name": "Canvas border", "value": {"id": 3, "name": "Stretched"}},
        {"id": 2, "name": "Stretcher frame", "value": {"id": 7, "name": "4 cm"}},
    ]
    assert shop.twin.orders[0].items[0].chosen == {"Canvas border": "Stretched", "Stretcher frame": "4 cm"}


def test_what_was_ordered_is_kept_for_assertions(shop: Shop) -> None:
    body = an_order(
        items=[an_item(quantity=3, external_id="line-7", custom_value=12.5)], customs_shipping_costs=5.99
    )
    made = shop.data("POST", "/orders", body)
    kept = shop.twin.order(made["id"])
    assert (kept.external_id, kept.account, kept.is_test, kept.shipping) == (
        body["external_id"],
        "eu",
        False,
        body["shipping"],
    )
    assert (kept.items[0].variant.code, kept.items[0].quantity, kept.items[0].external_id) == (
        "DIGI-40X30-1",
        3,
        "line-7",
    )
    assert kept.items[0].sent["custom_value"] == 12.5
    assert made["totals"]["customs_shipping_costs"] == 5.99


def test_the_totals_add_up(shop: Shop) -> None:
    canvas = an_item(quantity=2, options={"1": 1, "2": 6, "5": 18})
    made = shop.order(items=[canvas, an_item(variant_code="PSTR-30X40-1", options=None)], shipping_method="DHL")
    assert [item["price"] for item in made["items"]] == [20.86, 5.10]
    totals = made["totals"]
    assert (totals["subtotal_amount"], totals["shipping_amount"], totals["total_amount"]) == (46.82, 9.02, 55.84)


def test_a_variant_is_taken_by_its_id_and_is_another_one_in_the_other_account(twin: PicanovaTwin) -> None:
    by_id = an_order(items=[an_item(variant_code=None, variant_id=302)])
    by_code = an_order(items=[an_item()])
    assert Shop(twin, EU).data("POST", "/orders", by_id)["items"][0]["variant_id"] == 302
    assert Shop(twin, US).data("POST", "/orders", by_code)["items"][0]["variant_id"] == 702


@pytest.mark.parametrize(
    "where",
    [{"country_code": "US", "region_code": "CA"}, {"country_code": None, "country_id": 840, "region_id": 5}],
)
def test_both_forms_of_country_and_region_are_taken(shop: Shop, where: dict[str, object]) -> None:
    assert shop.order(shipping=an_address(**where))["status"] == "DRAFT"


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ({"shipping_method": "DHL"}, "DHL"),
        ({"shipping_type": "TRACKED"}, "DHL"),
        ({"shipping_type": "UNTRACKED"}, "GEL"),
        ({"shipping_method": "UPS", "shipping_type": "UNTRACKED"}, "UPS"),
        ({}, "GEL"),
    ],
)
def test_the_shipping_method(shop: Shop, asked: dict[str, str], given: str) -> None:
    assert shop.order(**asked)["shipping_method"] == {"code": given, "name": given}


def test_ids_are_the_same_in_every_run_and_end_in_t_for_tests() -> None:
    for _ in range(2):
        shop = Shop(PicanovaTwin())
        real, test = shop.order(external_id="a"), shop.order(external_id="b", is_test=True)
        assert (real["id"], real["is_test"], real["status_label"]) == ("PPO21700001", False, "Draft")
        assert (test["id"], test["is_test"], test["status_label"]) == ("PPO21700002T", True, "Draft (TEST)")


def test_a_sandbox_makes_tests_whatever_is_asked() -> None:
    twin = PicanovaTwin(sandbox_us=True)
    assert Shop(twin, US).order(is_test=False)["id"].endswith("T")
    assert not Shop(twin, EU).order(is_test=False)["id"].endswith("T")


def test_an_external_id_is_taken_once(shop: Shop) -> None:
    shop.order()
    assert list(shop.refused(an_order())) == ["external_id"]
    assert shop.twin.duplicates == []


def test_a_cancelled_order_keeps_its_external_id(shop: Shop) -> None:
    made = shop.order()
    assert shop.ask("DELETE", f"/orders/{made['id']}").status == 200
    assert list(shop.refused(an_order())) == ["external_id"]


def test_orders_without_an_external_id_are_no_duplicates(shop: Shop) -> None:
    for nothing in ({"external_id": None}, {"external_id": ""}):
        assert shop.order(**nothing)["external_id"] is None
    assert shop.twin.duplicates == []


def test_duplicates_are_counted_when_they_are_let_in() -> None:
    shop = Shop(PicanovaTwin(refuse_duplicates=False))
    first = shop.order()
    assert shop.order()["id"] != first["id"]
    assert shop.twin.duplicates == [first["external_id"]]
    assert shop.data("GET", f"/orders/@{first['external_id']}")["id"] == first["id"]


def test_the_same_external_id_in_both_accounts_is_let_in_and_counted(twin: PicanovaTwin) -> None:
    Shop(twin, EU).order()
    Shop(twin, US).order()
    assert len(twin.duplicates) == 1


def test_of_many_at_once_with_one_external_id_one_is_made(shop: Shop) -> None:
    with ThreadPoolExecutor(8) as many:
        answers = list(many.map(lambda _: shop.ask("POST", "/orders", an_order()).status, range(24)))
    assert sorted(answers) == [200] + [422] * 23
    assert len(shop.twin.orders) == 1


def test_many_at_once_get_ids_of_their_own(shop: Shop) -> None:
    with ThreadPoolExecutor(8) as many:
        made = list(many.map(lambda number: shop.order(external_id=f"n-{number}")["id"], range(40)))
    assert len(set(made)) == len(shop.twin.orders) == 40


def test_a_new_order_is_missing_from_the_look_up_for_the_lag(clock: Clock) -> None:
    shop = Shop(PicanovaTwin(now=clock, search_lag_seconds=30))
    made = shop.order()
    by_ours = f"/orders/@{made['external_id']}"
    assert shop.ask("GET", by_ours).status == 404
    assert shop.data("GET", f"/orders/{made['id']}") == made
    assert list(shop.refused(an_order())) == ["external_id"]
    clock.passes(seconds=29)
    assert shop.ask("GET", by_ours).status == 404
    clock.passes(seconds=1)
    assert shop.data("GET", by_ours) == made


def test_the_list_is_paged_newest_first() -> None:
    shop = Shop(PicanovaTwin(page_size=2, rate_per_minute=0))
    ids = [shop.order(external_id=f"n-{number}")["id"] for number in range(5)]
    seen: list[str] = []
    path = "/orders"
    for page in (1, 2, 3):
        answer = json.loads(shop.ask("GET", path).body)
        seen += [order["id"] for order in answer["data"]]
        pagination = answer["meta"]["pagination"]
        assert (pagination["total"], pagination["per_page"], pagination["total_pages"]) == (5, 2, 3)
        assert (pagination["current_page"], pagination["count"]) == (page, len(answer["data"]))
        assert ("previous" in pagination["links"]) == (page > 1)
        if page < 3:
            assert pagination["links"]["next"] == f"/api/beta/orders?page={page + 1}"
            path = pagination["links"]["next"].removeprefix("/api/beta")
    assert "next" not in pagination["links"]
    assert seen == ids[::-1]


@pytest.mark.parametrize("status", ["DRAFT", "PENDING", "ACCEPTED"])
def test_an_order_can_be_cancelled_before_it_is_generated(shop: Shop, status: str) -> None:
    made = shop.order()
    shop.twin.advance(made["id"], status)
    reply = shop.ask("DELETE", f"/orders/{made['id']}")
    assert (reply.status, reply.body) == (200, b"")
    assert shop.data("GET", f"/orders/{made['id']}")["status"] == "CANCELLED"


@pytest.mark.parametrize("status", ["GENERATED", "IN_PROGRESS", "FULFILLED", "CANCELLED", "ERROR", "REFUNDED"])
@pytest.mark.parametrize("late", [400, 409, 422])
def test_a_late_cancel_is_refused(status: str, late: int) -> None:
    shop = Shop(PicanovaTwin(late_cancel_status=late))
    made = shop.order()
    shop.twin.advance(made["id"], status)
    reply = shop.ask("DELETE", f"/orders/{made['id']}")
    assert reply.status == late
    assert status in json.loads(reply.body)["message"]
    assert shop.twin.order(made["id"]).status == status


def test_an_order_is_not_cancelled_by_our_own_id(shop: Shop) -> None:
    made = shop.order()
    assert shop.ask("DELETE", f"/orders/@{made['external_id']}").status == 404
    assert shop.twin.order(made["id"]).status == "DRAFT"


def test_the_american_spelling_of_cancelled() -> None:
    shop = Shop(PicanovaTwin(cancelled_as="CANCELED"))
    made = shop.order()
    shop.ask("DELETE", f"/orders/{made['id']}")
    seen = shop.data("GET", f"/orders/{made['id']}")
    assert (seen["status"], seen["status_label"]) == ("CANCELED", "Canceled")


def test_an_order_is_shipped_in_parts(shop: Shop) -> None:
    made = shop.order(items=[an_item(quantity=2), an_item(variant_code="PSTR-30X40-1", options=None)])
    canvas, poster = (item["id"] for item in made["items"])
    assert shop.twin.ship(made["id"], {canvas: 1}, tracking="") == 0
    half = shop.data("GET", f"/orders/{made['id']}")
    assert half["status"] == "IN_PROGRESS"
    assert (half["shipments"][0]["tracking_number"], half["shipments"][0]["tracking_url"]) == ("", "")
    assert shop.twin.ship(made["id"], tracking="T2", carrier="UPS") == 1
    shop.twin.fill_tracking(made["id"], 0, "T1")
    whole = shop.data("GET", f"/orders/{made['id']}")
    assert whole["status"] == "FULFILLED"
    assert [one["tracking_number"] for one in whole["shipments"]] == ["T1", "T2"]
    assert [(one["item_id"], one["quantity"]) for one in whole["shipments"][1]["items"]] == [
        (canvas, 1),
        (poster, 1),
    ]
    assert whole["shipments"][1]["shipping_method"]["code"] == "UPS"


@pytest.mark.parametrize("parcel", [{5001: 2}, {5001: 0}, {9999: 1}, {}])
def test_no_more_is_shipped_than_was_ordered(shop: Shop, parcel: dict[int, int]) -> None:
    made = shop.order()
    with pytest.raises(ValueError):
        shop.twin.ship(made["id"], parcel)
    shop.twin.ship(made["id"])
    with pytest.raises(ValueError):
        shop.twin.ship(made["id"])


def test_a_status_nobody_knows_is_refused(shop: Shop) -> None:
    made = shop.order()
    with pytest.raises(ValueError):
        shop.twin.advance(made["id"], "SHIPPED")


def test_orders_walk_to_the_door_by_themselves(clock: Clock) -> None:
    shop = Shop(PicanovaTwin(now=clock, auto_ship_after_seconds=40))
    real, test = shop.order(external_id="a"), shop.order(external_id="b", is_test=True)
    walked = []
    for _ in range(5):
        walked.append(shop.data("GET", f"/orders/{real['id']}")["status"])
        clock.passes(seconds=10)
    assert walked == ["DRAFT", "ACCEPTED", "GENERATED", "IN_PROGRESS", "FULFILLED"]
    shipments = shop.data("GET", f"/orders/{real['id']}")["shipments"]
    assert len(shipments) == 1
    assert shipments[0]["tracking_number"]
    assert shop.data("GET", f"/orders/{test['id']}")["status"] == "DRAFT"


def test_a_walk_that_was_slept_through_is_caught_up_in_order(clock: Clock) -> None:
    shop = Shop(PicanovaTwin(now=clock, auto_ship_after_seconds=40))
    made = shop.order()
    clock.passes(hours=1)
    seen = shop.data("GET", f"/orders/{made['id']}")
    assert (seen["status"], len(seen["shipments"])) == ("FULFILLED", 1)


def test_what_was_cancelled_does_not_walk_on(clock: Clock) -> None:
    shop = Shop(PicanovaTwin(now=clock, auto_ship_after_seconds=40))
    cancelled, sped = shop.order(external_id="a"), shop.order(external_id="b")
    shop.ask("DELETE", f"/orders/{cancelled['id']}")
    shop.twin.advance(sped["id"], "IN_PROGRESS")
    clock.passes(seconds=20)
    assert shop.data("GET", f"/orders/{sped['id']}")["status"] == "IN_PROGRESS"
    clock.passes(hours=1)
    assert shop.data("GET", f"/orders/{cancelled['id']}")["status"] == "CANCELLED"


def test_orders_stand_still_without_a_hand(twin: PicanovaTwin, shop: Shop, clock: Clock) -> None:
    made = shop.order()
    clock.passes(days=30)
    assert shop.data("GET", f"/orders/{made['id']}") == made
