"""Every field that is read is one that InkSoft is known to have, by the transcribed reference."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import AliasChoices

from platen.connectors.inksoft import wire

CONTRACT = Path(__file__).parents[4] / "shared" / "contracts" / "inksoft-api2-object-fields.json"

OF_THE_REFERENCE: dict[type[wire.Wire], str] = {
    wire.Address: "Address",
    wire.Phone: "Phone",
    wire.Named: "Tag",
    wire.Contact: "Contact",
    wire.ShippingMethod: "ShippingMethod",
    wire.Personalization: "PersonalizationValue",
    wire.NameNumber: "NameNumberValue",
    wire.AddOn: "ShoppingCart.Item.AddOn",
    wire.SidePreview: "ShoppingCart.Item.Preview",
    wire.Item: "Order.Item",
    wire.CustomImage: "CustomLineItem.Image",
    wire.CustomLineItem: "CustomLineItem",
    wire.PackageItem: "Order.Shipment.Package.Item",
    wire.Package: "Order.Shipment.Package",
    wire.Shipment: "Order.Shipment",
    wire.Art: "Art",
    wire.CardColour: "ProductionCard.Color",
    wire.CardItem: "ProductionCard.Item",
    wire.ProductionCard: "ProductionCard",
    wire.Adjustment: "Order.TotalAdjustment",
    wire.OrderPayment: "Order.Payment",
    wire.LineNote: "LineItemNote",
    wire.TimelineEntry: "TimelineEntry",
    wire.Order: "Order",
    wire.Summary: "OrderSummary",
    wire.Pagination: "Response.Pagination",
    wire.Message: "Response.Message",
}
ELSEWHERE = {wire.Product, wire.Style, wire.Size, wire.Store}
"""What products and the store are like is not in it: known from live answers alone."""
OTHERWISE = {
    # Since SalesDoc items are named so; the reference is from before.
    ("Order.Item", "uniqueid"),
    ("Order.Item", "itemguid"),
    ("Order.Item", "guid"),
    ("Order.Shipment.Package.Item", "itemguid"),
    ("ProductionCard.Item", "itemguid"),
    ("ProductionCard.Item", "uniqueid"),
    ("ProductionCard.Item", "guid"),
    # Two spellings, one of which is there.
    ("NameNumberValue", "quasntity"),
    ("Order", "canceled"),
    ("Order", "giftcertficateamount"),
    # Summaries have it, and an order may.
    ("Order", "ordertype"),
}


def names_of(model: type[wire.Wire]) -> set[str]:
    found: set[str] = set()
    for name, field in model.model_fields.items():
        alias = field.validation_alias
        if isinstance(alias, AliasChoices):
            found |= {str(one) for one in alias.choices}
        else:
            found.add(str(alias or name))
    return found


def test_every_model_is_of_a_type() -> None:
    models = {one for one in vars(wire).values() if isinstance(one, type) and issubclass(one, wire.Wire)}
    assert models - {wire.Wire} == set(OF_THE_REFERENCE) | ELSEWHERE


@pytest.mark.skipif(not CONTRACT.exists(), reason="the transcribed reference is not beside the checkout")
@pytest.mark.parametrize("model", list(OF_THE_REFERENCE), ids=lambda model: model.__name__)
def test_every_field_is_known(model: type[wire.Wire]) -> None:
    kind = OF_THE_REFERENCE[model]
    known = {name.lower().replace("_", "") for name in json.loads(CONTRACT.read_text())["types"][kind]}
    assert {name for name in names_of(model) - known if (kind, name) not in OTHERWISE} == set()


@pytest.mark.skipif(not CONTRACT.exists(), reason="the transcribed reference is not beside the checkout")
def test_nothing_is_excused_that_needs_no_excuse() -> None:
    types = json.loads(CONTRACT.read_text())["types"]
    known = {(kind, name.lower()) for kind, fields in types.items() if isinstance(fields, dict) for name in fields}
    assert OTHERWISE & known == set()
