"""Every field of an answer is one of the transcribed ones, of its kind, and none of them is missing."""

from __future__ import annotations

import json
import re
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.twins.inksoft_shop import Caller, inksoft
from twins.inksoft import InkSoftTwin
from twins.inksoft.paper import MISSPELT

PUBLISHED = Path(__file__).parents[3] / "shared" / "contracts" / "inksoft-api2-object-fields.json"

SALESDOC_NEW = {"Order.Item": {"UniqueId"}, "Order.Shipment.Package.Item": {"Guid", "ItemGuid"}}
SALESDOC_GONE = {
    "Order.Item": {
        "OrderRetailItemId",
        "OrderRetailItemSizeId",
        "OriginalOrderRetailItemId",
        "RetailItemId",
        "RetailItemSizeId",
    },
    "Order.Shipment.Package.Item": {"ID", "OrderRetailItemSizeId"},
    "ProductionCard": {"OrderRetailItemId"},
    "ProductionCard.Item": {"OrderRetailItemSizeId"},
    "NameNumberValue": {"RetailItemSizeId"},
}
NOT_AS_TRANSCRIBED = {
    # One object by the transcription; several entries are what a timeline is.
    "Order.Timeline": "TimelineEntry[]",
    "Contact.Timeline": "TimelineEntry[]",
    # Objects, transcribed without "| null"; there is none where nothing of the kind is.
    "Order.ShippingAddress": "Address | null",
    "Order.ShippingMethod": "ShippingMethod | null",
    "Order.Shipment.ToAddress": "Address | null",
    "Order.Shipment.FromAddress": "Address | null",
    "ShippingMethod.Address": "Address | null",
    "ProductionCard.Item.NameNumberValue": "NameNumberValue | null",
    "Art.OriginalColorway": "Colorway | null",
    "TimelineEntry.DeletedDate": "Date | null",
}
FULL_NAMES = {
    "Package.Item": "Order.Shipment.Package.Item",
    "Shipment.Package": "Order.Shipment.Package",
    "Region.Side": "Product.Region.Side",
    "TotalAdjustment.Type": "Order.TotalAdjustment.Type",
}


@cache
def types() -> dict[str, Any]:
    if not PUBLISHED.is_file():
        pytest.skip(f"the transcribed fields are not at {PUBLISHED}")
    known: dict[str, Any] = json.loads(PUBLISHED.read_text())["types"]
    return known


def differences(kind: str, shown: Any, place: str, *, salesdoc: bool) -> list[str]:
    """What of ``shown`` is not as the transcription says."""
    if kind.endswith("[]"):
        if not isinstance(shown, list):
            return [f"{place}: no list"]
        each = [differences(kind[:-2], one, f"{place}[]", salesdoc=salesdoc) for one in shown]
        return sorted({line for found in each for line in found})
    if kind.endswith(" | null"):
        return [] if shown is None else differences(kind.removesuffix(" | null"), shown, place, salesdoc=salesdoc)
    kind = FULL_NAMES.get(kind, kind)
    known = types().get(kind)
    if isinstance(known, dict):
        return _fields(kind, known, shown, place, salesdoc)
    return [] if _fits(known or kind, shown) else [f"{place}: {type(shown).__name__} is no {kind}"]


def _fields(kind: str, known: dict[str, str], shown: Any, place: str, salesdoc: bool) -> list[str]:
    if not isinstance(shown, dict):
        return [f"{place}: {type(shown).__name__} is no {kind}"]
    gone = SALESDOC_GONE.get(kind, set()) if salesdoc else set()
    new = SALESDOC_NEW.get(kind, set()) if salesdoc else set()
    needed = {name for name, what in known.items() if not what.endswith("(optional)")} - gone
    lines = [f"{place}.{name}: missing" for name in sorted(needed - set(shown))]
    lines += [f"{place}.{name}: unknown" for name in sorted(set(shown) - (set(known) - gone) - new)]
    for name in sorted(set(shown) & set(known)):
        what = NOT_AS_TRANSCRIBED.get(f"{kind}.{name}", known[name])
        lines += differences(what, shown[name], f"{place}.{name}", salesdoc=salesdoc)
    return lines


def _fits(kind: str, shown: Any) -> bool:
    words = re.findall(r"'([^']+)'", kind)
    if kind.startswith("'"):
        return shown in words
    if kind == "Date":
        return isinstance(shown, str) and shown.endswith("Z") and datetime.fromisoformat(shown) is not None
    known: dict[str, type | tuple[type, ...]] = {"string": str, "boolean": bool, "number": (int, float)}
    python = known.get(kind, dict)
    return isinstance(shown, python) and (kind == "boolean" or not isinstance(shown, bool))


def a_full_order(twin: InkSoftTwin) -> int:
    order = twin.place_order(
        items=[
            {
                "colour": "White",
                "size": "M",
                "quantity": 3,
                "sides": ["front", "back"],
                "personalization": [{"name": "Line", "value": "x", "price": "4"}],
                "names_and_numbers": [{"name": "A", "number": "7", "price": "2.5"}],
                "add_ons": [{"name": "Fold", "price": "1"}],
            },
            {"sku": "BAG-300", "sides": []},
        ],
        custom_items=[{"name": "Rush", "price": "15", "weight": "0.5"}],
        adjustments=[{"kind": "Fee", "description": "Rush", "amount": "3"}],
        gift_certificate="5",
        item_notes=["thin", "thick"],
        checkout_fields={"Room": "4"},
        due="2026-12-01T00:00:00Z",
        origin="proposal",
        needs_approval=True,
    )
    twin.approve(order.id)
    twin.comment(order.id, "looks good")
    twin.ship_by_hand(order.id, "1Z1", {"0": 1}, completes=False)
    return order.id


@pytest.mark.parametrize("pre_salesdoc", [False, True])
def test_an_order_has_the_transcribed_fields(pre_salesdoc: bool) -> None:
    twin, _ = inksoft(mended_spelling=False, pre_salesdoc=pre_salesdoc)
    order_id = a_full_order(twin)
    shown = Caller(twin).order(order_id, IncludeProductionCards=True)
    assert differences("Order", shown, "Order", salesdoc=not pre_salesdoc) == []
    assert len(shown["ProductionCards"]) == 2


def test_a_pickup_order_has_them_too() -> None:
    twin, _ = inksoft(mended_spelling=False)
    order = twin.place_order(pickup=True, paid=False, origin="embedded")
    twin.pick_up(order.id)
    assert differences("Order", Caller(twin).order(order.id), "Order", salesdoc=True) == []


def test_the_list_has_the_transcribed_fields() -> None:
    twin, _ = inksoft(mended_spelling=False)
    a_full_order(twin)
    twin.place_order(shipping_method="", carrier="")
    shown = Caller(twin).data("GetOrderSummaries", IncludeProductionCards=True)
    assert len(shown) == 2
    assert differences("OrderSummary[]", shown, "Summary", salesdoc=True) == []


def test_the_envelope_has_the_transcribed_fields() -> None:
    twin, _ = inksoft(mended_spelling=False)
    for reply in (Caller(twin).get("GetOrderSummaries"), Caller(twin).get("GetOrder", OrderId=1)):
        envelope = json.loads(reply.body)
        known = types()["Response"]
        assert set(envelope) == set(known)
        assert _fits(types()["Response.StatusCode"], envelope["StatusCode"])
        assert differences("Response.Pagination | null", envelope["Pagination"], "Pagination", salesdoc=True) == []
        assert differences("Response.Message[]", envelope["Messages"], "Messages", salesdoc=True) == []


def test_both_spellings_of_a_name_are_at_hand() -> None:
    twin, _ = inksoft()
    order_id = a_full_order(twin)
    mended = Caller(twin).order(order_id)
    twin.switches.mended_spelling = False
    transcribed = Caller(twin).order(order_id)
    assert mended["GiftCertificates"][0]["ToEmail"] == transcribed["GiftCertficates"][0]["ToEamil"]
    assert not MISSPELT.keys() & transcribed.keys()
    assert not set(MISSPELT.values()) & mended.keys()
