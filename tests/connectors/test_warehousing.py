"""The settings of warehouses: what cannot be right is refused before anything is counted by it."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from platen.connectors.warehousing import Warehousing, safety_of
from platen.domain.stock import Safety, SafetyKind

MAIN, EAST = "MAIN=shop/70001", "EAST=shop/70002"
BOTH = [MAIN, "MAIN=shop2/1", EAST]
SHARED = {"sites": BOTH, "stock_mode": "set_available"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"sites": ["MAIN"]}, "SITE=store-connection/location-id"),
        ({"sites": ["MAIN=Shop/1"]}, "SITE=store-connection/location-id"),
        ({"sites": [MAIN, "EAST=shop/70001"]}, "named twice"),
        ({"sites": [MAIN, "MAIN=shop/70002"], "stock_mode": "set_available"}, "sold twice"),
        ({"sites": [MAIN, "MAIN=shop2/1"]}, "needs stock_mode set_available"),
        ({"sites": [MAIN], "default_site": "EAST"}, "none of the sites"),
        ({"safety": "5"}, "need stock_mode set_available"),
        ({"kits": ["SET=A*2"]}, "need stock_mode set_available"),
        ({"restock_by": "store"}, "needs stock_mode send_changes"),
        ({"sites": BOTH, "shares": ["shop=60%", "shop2=40%"], "stock_mode": "send_changes"}, "need stock_mode"),
        ({**SHARED, "shares": ["shop=60"]}, "STORE=60%"),
        ({**SHARED, "shares": ["shop=0%", "shop2=40%"]}, "STORE=60%"),
        ({**SHARED, "shares": ["shop=101%", "shop2=40%"]}, "STORE=60%"),
        ({**SHARED, "shares": ["shop=10%", "shop=20%", "shop2=40%"]}, "named twice in shares"),
        ({**SHARED, "shares": ["shop=60%", "shop2=41%"]}, "site MAIN are more than 100% in all: lower one"),
        ({**SHARED, "shares": ["shop=60%"]}, "give shop2 a share too: site MAIN feeds it"),
        ({**SHARED, "shares": ["shop=50%", "shop2=30%", "shop3=5%"]}, "shop3 has a share, but no site feeds it"),
        ({"sites": [MAIN], "shares": ["shop=60%"], "stock_mode": "set_available"}, "or name it in sites"),
        ({"safety": "lots"}, "5 (pieces), 10% or <3"),
        ({"safety": "101%"}, "no more than 100%"),
        ({"safety": "<3%"}, "5 (pieces), 10% or <3"),
        ({"kits": ["SET=A"], "stock_mode": "set_available"}, "KIT-SKU=PART-A*2"),
        ({"kits": ["SET=A*0"], "stock_mode": "set_available"}, "KIT-SKU=PART-A*2"),
        ({"kits": ["SET=A*1+ A*1"], "stock_mode": "set_available"}, "each part once"),
        ({"kits": ["SET=A*2", "SET =B*1"], "stock_mode": "set_available"}, "a kit is named twice"),
        ({"time_zone": "CET+1"}, "time zone by its name"),
        ({"time_zone": "../etc/passwd"}, "time zone by its name"),
        ({"end_of_day": "24:00"}, "HH:MM"),
        ({"sync_range": "06:00"}, "HH:MM-HH:MM"),
        ({"sync_range": "6-22"}, "HH:MM-HH:MM"),
        ({"sync_minutes": -1}, "greater than or equal to 0"),
        ({"stock_modus": "x"}, "Extra inputs"),
    ],
)
def test_what_cannot_be_right_is_refused_with_what_can(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Warehousing(**given)
    assert words in str(refused.value)


def test_sites_feed_places_of_several_stores() -> None:
    settings = Warehousing(sites=[MAIN, "MAIN=shop2/1", EAST], stock_mode="set_available")
    places = [(one.site, one.store, one.place_id) for one in settings.places]
    assert places == [("MAIN", "shop", "70001"), ("MAIN", "shop2", "1"), ("EAST", "shop", "70002")]
    assert settings.site == "MAIN"


def test_the_nearest_safety_stock_counts() -> None:
    settings = Warehousing(
        sites=[MAIN],
        stock_mode="set_available",
        safety="10%",
        safety_at=["MAIN=5", "A=B=1"],
        safety_for=["CUP=<3", "X=Y=2"],
    )
    assert settings.safety_for_item("CUP", "MAIN") == Safety(kind=SafetyKind.FLOOR, number=3)
    assert settings.safety_for_item("HAT", "MAIN") == Safety(number=5)
    assert settings.safety_for_item("HAT", "EAST") == Safety(kind=SafetyKind.PERCENT, number=10)
    assert settings.safety_for_item("X=Y", "EAST") == Safety(number=2)
    assert settings.safety_for_item("HAT", "A=B") == Safety(number=1)


def test_stores_share_where_a_site_feeds_several() -> None:
    settings = Warehousing(**SHARED, shares=[" shop2=40% ", "shop=60%"])
    assert list(settings.shares_at("MAIN").items()) == [("shop2", 40), ("shop", 60)]
    assert settings.shares_at("EAST") == {}
    assert Warehousing(**SHARED).shares_at("MAIN") == {}


def test_kits_are_their_parts() -> None:
    settings = Warehousing(kits=["SET = CUP*2 + SPOON*1"], stock_mode="set_available")
    assert settings.parts_of_kits == {"SET": {"CUP": 2, "SPOON": 1}}


def test_a_brake_of_nothing_is_off() -> None:
    brakes = Warehousing(most_changed_percent=0, most_to_zero_percent=0, most_units=0).brakes
    assert (brakes.most_changed_percent, brakes.most_to_zero_percent, brakes.most_units) == (None, None, None)


def test_times_are_by_the_sites_clock() -> None:
    settings = Warehousing(time_zone="America/New_York", sync_range="22:00-06:00", end_of_day="23:30")
    assert settings.end_of_day_time == time(23, 30)
    assert settings.range
    assert settings.range.holds(datetime(2026, 11, 22, 4, 0, tzinfo=UTC), settings.zone)  # 23:00 there
    assert not settings.range.holds(datetime(2026, 11, 22, 12, 0, tzinfo=UTC), settings.zone)  # 7:00 there


@given(st.integers(0, 999_999), st.integers(0, 100), st.integers(-50, 1000))
def test_safety_stock_never_shows_more_than_there_is(fixed: int, percent: int, there: int) -> None:
    for text in (str(fixed), f"{percent}%", f"<{fixed}"):
        assert safety_of(text).applied_to(there) <= max(there, 0)
