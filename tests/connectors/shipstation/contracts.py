"""The published OpenAPI documents, made into what a request is held against: no unknown field, no wrong type."""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[4] / "shared" / "contracts"
NOT_THERE = "the published contracts are not here (../shared/contracts)"


def check_v1_order(body: Any) -> None:
    """V1's document was made from an example, so it has every field as required; the prose in it says which are."""
    found = _read("shipstation-v1.openapi.json")
    create = found["paths"]["/orders/createorder"]["post"]
    schema = _flat(found, create["requestBody"]["content"]["application/json"]["schema"])
    # Known to V1's prose, and not to its example.
    schema["properties"]["tagIds"] = {"type": "array"}
    schema["properties"]["items"]["items"].pop("required", None)
    _check(body, schema)
    assert {"orderNumber", "orderDate", "orderStatus", "billTo", "shipTo"} <= body.keys()


def check_v2_shipments(body: Any) -> None:
    """The schema of a creation lacks what a shipment has (warehouse_id, …): the two are taken together."""
    found = _read("shipstation-v2.openapi.yaml")
    outer = _flat(found, {"$ref": "#/components/schemas/create_shipments_request_body"})
    outer["properties"]["shipments"]["items"] = _v2_shipment(found)
    _check(body, outer)


def check_v2_shipment(body: Any, may_lack: Collection[str] = ()) -> None:
    """``may_lack``: parts of an address that the document asks for and that not everybody has."""
    schema = _v2_shipment(_read("shipstation-v2.openapi.yaml"))
    ship_to = schema["properties"]["ship_to"]
    ship_to["required"] = [name for name in ship_to["required"] if name not in may_lack]
    _check(body, schema)


def _v2_shipment(found: Any) -> dict[str, Any]:
    create = _flat(found, {"$ref": "#/components/schemas/create_shipment_request"})
    shipment = _flat(found, {"$ref": "#/components/schemas/shipment"})
    # The document is older than the notes of the packers, which answers have.
    notes = {"internal_notes": {"type": "string"}}
    return create | {"properties": shipment["properties"] | create["properties"] | notes}


def _check(body: Any, schema: dict[str, Any]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator(schema).validate(body)


@cache
def _read(name: str) -> Any:
    path = FOLDER / name
    if not path.exists():
        pytest.skip(NOT_THERE)
    if path.suffix == ".json":
        return json.loads(path.read_text())
    return pytest.importorskip("yaml").safe_load(path.read_text())


def _flat(document: Any, schema: Any, depth: int = 0) -> dict[str, Any]:
    """References resolved, ``allOf`` merged, ``nullable`` honoured, and nothing allowed that is not named."""
    if depth > 12:
        return {}
    if "$ref" in schema:
        found = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return _flat(document, found, depth + 1)
    flat = {name: value for name, value in schema.items() if name not in ("allOf", "example", "description")}
    for part in schema.get("allOf", []):
        merged = _flat(document, part, depth + 1)
        properties = merged.get("properties", {}) | flat.get("properties", {})
        flat = merged | flat | ({"properties": properties} if properties else {})
    if flat.get("nullable") or flat.get("x-nullable"):
        flat.pop("type", None)
    if "properties" in flat:
        flat["properties"] = {name: _flat(document, one, depth + 1) for name, one in flat["properties"].items()}
        flat["additionalProperties"] = False
    if "items" in flat:
        flat["items"] = _flat(document, flat["items"], depth + 1)
    return flat
