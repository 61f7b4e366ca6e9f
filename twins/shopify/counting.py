"""The mutations that change stock, each once for its key."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from graphql import GraphQLError

from twins.shopify.access import Context
from twins.shopify.model import gid
from twins.shopify.reading import RESOLVERS, app, number_of
from twins.shopify.search import refuse
from twins.shopify.stock import InventoryLevel, InventoryWrite, Row
from twins.shopify.stock_rules import (
    ADJUSTABLE,
    SETTABLE,
    Place,
    Refused,
    current,
    find_place,
    problem,
    refuse_if,
    stale,
    twice,
    wrong_delta,
    wrong_head,
    wrong_ledger,
    wrong_quantity,
)

_MOST_ROWS = 250


def _once(
    context: Context, call: str, asked: dict[str, Any], rows: list[Row], do: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """Do it under its key, and log that it was asked for; a repeat gets the first answer again."""
    key = _key(context)
    shop = context.shop
    write = InventoryWrite(
        shop.moment(),
        call,
        key,
        str(asked.get("name", "")),
        str(asked.get("reason", "")),
        asked.get("referenceDocumentUri"),
        rows,
    )
    shop.stock.writes.append(write)
    fingerprint = call + json.dumps(asked, sort_keys=True)
    known = shop.keys.find(key)
    if known:
        refusal = shop.keys.refusal(known, fingerprint)
        write.result = refusal[0] if refusal else "repeated"
        return {"user_errors": [problem(*refusal)]} if refusal else known.payload or {}
    attempt = shop.keys.begin(key, fingerprint)
    if shop.keys.fail:
        shop.keys.fail -= 1
        write.result = "INTERNAL_SERVER_ERROR"
        text = "Internal error. Looks like something went wrong on our end."
        raise refuse(text, "INTERNAL_SERVER_ERROR")
    if shop.stock.before_next:
        shop.stock.before_next.pop(0)()
    try:
        attempt.payload = {**do(), "user_errors": []}
    except Refused as refused:
        write.result = refused.problems[0]["code"]
        return {"user_errors": refused.problems}
    return attempt.payload


def _key(context: Context) -> str:
    key = context.idempotency_key
    if key is None:
        raise refuse("The @idempotent directive is required for this mutation but was not provided.")
    if not key.strip():  # the words are inferred
        raise refuse("The idempotency key can't be blank.")
    return key


def _check_rows(rows: Sequence[dict[str, Any]], kind: str) -> None:
    """What is refused before anything is looked at."""
    if len(rows) > _MOST_ROWS:
        text = f"The input array size of {len(rows)} is greater than the maximum allowed of {_MOST_ROWS}."
        raise GraphQLError(text, extensions={"code": "MAX_INPUT_SIZE_EXCEEDED"})
    if any("changeFromQuantity" not in row for row in rows):
        text = f"{kind} must include the following argument: changeFromQuantity."
        raise GraphQLError(text, extensions={"code": "INVALID_FIELD_ARGUMENTS"})


def _set_quantities(context: Context, _root: Any, *, input: dict[str, Any]) -> dict[str, Any]:
    context.need(("write_inventory",), "inventorySetQuantities")
    _check_rows(input["quantities"], "InventoryQuantityInput")
    rows = [_row(one, "quantity") for one in input["quantities"]]
    return _once(context, "inventorySetQuantities", input, rows, partial(_set, context, input, rows))


def _set(context: Context, told: dict[str, Any], rows: list[Row]) -> dict[str, Any]:
    problems = wrong_head(told)
    name = told["name"]
    if name not in SETTABLE:
        text = "The quantity name must be either 'available' or 'on_hand'."
        problems.append(problem("INVALID_NAME", text, "input", "name"))
    places = []
    for index, row in enumerate(rows):
        path = ("input", "quantities", str(index))
        place, wrong = find_place(context, row, path)
        problems += [*wrong, *wrong_quantity(name, row.quantity, path)]
        places += [place] if place else []
    problems += twice(rows)
    refuse_if(problems)
    text = "The changeFromQuantity value does not match persisted value."
    refuse_if(stale(context, places, name, text))
    deltas = [(one, one.row.quantity - current(context, one, name)) for one in places]
    return _apply(context, told, "available", deltas)


def _adjust_quantities(context: Context, _root: Any, *, input: dict[str, Any]) -> dict[str, Any]:
    context.need(("write_inventory",), "inventoryAdjustQuantities")
    _check_rows(input["changes"], "InventoryChangeInput")
    rows = [_row(one, "delta") for one in input["changes"]]
    return _once(context, "inventoryAdjustQuantities", input, rows, partial(_adjust, context, input, rows))


def _adjust(context: Context, told: dict[str, Any], rows: list[Row]) -> dict[str, Any]:
    problems = wrong_head(told)
    name = told["name"]
    if name not in ADJUSTABLE:
        text = f"The specified quantity name is invalid. Valid values are: {', '.join(ADJUSTABLE)}."
        problems.append(problem("INVALID_QUANTITY_NAME", text, "input", "name"))
    documents = [one.get("ledgerDocumentUri") for one in told["changes"]]
    places = []
    for index, (row, document) in enumerate(zip(rows, documents, strict=True)):
        path = ("input", "changes", str(index))
        place, wrong = find_place(context, row, path, document)
        problems += [*wrong, *wrong_delta(row.quantity, path), *wrong_ledger(name, document, path)]
        places += [place] if place else []
    if len(set(documents)) > 1:
        text = (
            "All changes must have the same ledger document URI or, in the case of adjusting available, "
            "no ledger document URI."
        )
        problems.append(problem("MAX_ONE_LEDGER_DOCUMENT", text, "input", "changes"))
    refuse_if(problems)
    text = "The changeFromQuantity argument no longer matches the persisted quantity."
    refuse_if(stale(context, places, name, text))
    return _apply(context, told, name, [(one, one.row.quantity) for one in places])


def _row(asked: dict[str, Any], count: str) -> Row:
    item, location = number_of(asked["inventoryItemId"], "InventoryItem"), asked["locationId"]
    return Row(item, number_of(location, "Location"), asked[count], asked["changeFromQuantity"])


def _apply(
    context: Context, told: dict[str, Any], name: str, deltas: Sequence[tuple[Place, int]]
) -> dict[str, Any]:
    """What is written where an item is not stocked is kept there, but the item is still not sold from there."""
    shop = context.shop
    moved = [(one, delta) for one, delta in deltas if delta]
    for one, delta in deltas:
        level = shop.stock.open_level(one.item, one.location, active=False)
        shop.stock.add(level, **{name: delta})
    if not moved and shop.stock.null_group_when_unchanged:
        return {"inventory_adjustment_group": None}
    names = (name,) if name == "incoming" else (name, "on_hand")
    changes = [_change(one, each, delta) for each in names for one, delta in moved]
    group = {
        "id": gid("InventoryAdjustmentGroup", shop.new_id()),
        "created_at": shop.moment(),
        "reason": told["reason"],
        "reference_document_uri": told.get("referenceDocumentUri"),
        "app": app(context),
        "changes": changes,
    }
    return {"inventory_adjustment_group": group}


def _change(one: Place, name: str, delta: int) -> dict[str, Any]:
    """The count after the change is null in every recorded answer."""
    return {
        "name": name,
        "delta": delta,
        "quantity_after_change": None,
        "ledger_document_uri": one.document if name != "on_hand" else None,
        "item": one.item,
        "location": one.location,
    }


def _activate(
    context: Context,
    _root: Any,
    *,
    inventory_item_id: str,
    location_id: str,
    available: int | None = None,
    on_hand: int | None = None,
    stock_at_legacy_location: bool | None = False,
) -> dict[str, Any]:
    context.need(("write_inventory",), "inventoryActivate")
    asked = {"item": inventory_item_id, "location": location_id, "available": available, "on_hand": on_hand}
    row = Row(number_of(inventory_item_id, "InventoryItem"), number_of(location_id, "Location"), 0, None)

    def activate() -> dict[str, Any]:
        place, problems = find_place(context, row, ())
        refuse_if(problems)
        assert place is not None
        return {"inventory_level": _stocked(context, place, available, on_hand)}

    return _once(context, "inventoryActivate", asked, [row], activate)


def _stocked(context: Context, place: Place, available: int | None, on_hand: int | None) -> InventoryLevel:
    """A level that was inactive keeps what it counted. That both counts at once, and ``available`` where it is
    stocked already, are refused is told; the words are inferred."""
    stock = context.shop.stock
    known = stock.level(place.item.id, place.location)
    if available is not None and on_hand is not None:
        raise Refused([problem("", "Only one of available and onHand can be given.", "onHand")])
    if available is not None and known and known.is_active:
        raise Refused([problem("", "The item is already active at the location.", "available")])
    level = stock.open_level(place.item, place.location)
    level.is_active = True
    wanted = available if available is not None else on_hand
    if wanted is not None:
        stock.add(level, available=wanted - level.quantity("available" if on_hand is None else "on_hand"))
    return level


def _changes(
    _context: Context,
    group: dict[str, Any],
    *,
    inventory_item_ids: list[str] | None = None,
    location_ids: list[str] | None = None,
    quantity_names: list[str] | None = None,
) -> list[dict[str, Any]]:
    return [
        one
        for one in group["changes"]
        if (not inventory_item_ids or gid("InventoryItem", one["item"].id) in inventory_item_ids)
        and (not location_ids or gid("Location", one["location"].id) in location_ids)
        and (not quantity_names or one["name"] in quantity_names)
    ]


RESOLVERS["Mutation"] |= {
    "inventorySetQuantities": _set_quantities,
    "inventoryAdjustQuantities": _adjust_quantities,
    "inventoryActivate": _activate,
}
RESOLVERS["InventoryAdjustmentGroup"] = {"changes": _changes}
