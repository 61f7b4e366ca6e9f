"""Profiles and templates: data that is validated hard, and can never be more than data."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from platen.connectors import pov
from platen.connectors.pov import template
from platen.connectors.pov.profile import Profile, path
from platen.domain.job import VendorPhase
from platen_cli.prompts import _question as question
from platen_cli.schema import fields

ITEM = {"sku": "{sku}", "quantity": "{quantity}", "art_url": "{art_url}"}
ORDER = {"reference": "{reference}", "ship_to": "{ship_to}", "items": "{items}"}


def deep(levels: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for _ in range(levels):
        found = {"a": found}
    return ITEM | found


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"transport": "sftp_csv"}, "CSV files over SFTP are not"),
        ({"transport": "https_xml"}, "XML over HTTPS"),
        ({"transport": "carrier_pigeon"}, "only https_json is built"),
        ({"transprt": "https_json"}, "transprt"),
        ({"name": "POV v0!"}, "name"),
        ({"auth": {"customer_id": "cookie"}}, "auth.customer_id"),
        ({"auth": {"customer_id": "basic"}}, "basic needs both"),
        ({"auth": {"key": "basic"}}, "basic needs both"),
        ({"auth": {"customer_id_name": "X Id"}}, "name of a header"),
        ({"auth": {"customer_id_name": "X-Id\r\nX-Admin"}}, "name of a header"),
        ({"auth": {"customer_id_name": "Host"}}, "name of a header"),
        ({"auth": {"idempotency_name": "Content-Length"}}, "name of a header"),
        ({"auth": {"key_name": "x-customer-id"}}, "same header"),
        ({"auth": {"key_prefix": "Bearer\n"}}, "key_prefix"),
        ({"paths": {"submit": "orders"}}, "a path such as /orders"),
        ({"paths": {"submit": "https://evil.example/orders"}}, "a path such as /orders"),
        ({"paths": {"submit": "//evil.example/orders"}}, "a path such as /orders"),
        ({"paths": {"submit": "/../admin"}}, "a path such as /orders"),
        ({"paths": {"submit": "/orders#here"}}, "a path such as /orders"),
        ({"paths": {"submit": "/orders?x={customer_id}"}}, "no braces"),
        ({"paths": {"submit": ""}}, "a path such as /orders"),
        ({"paths": {"order": "/orders"}}, "{ref} once"),
        ({"paths": {"order": "/orders/{ref}/{ref}"}}, "{ref} once"),
        ({"paths": {"order": "/orders/{{ref}}"}}, "{ref} once"),
        ({"paths": {"by_reference": "/orders/{ref}"}}, "{reference} once"),
        ({"paths": {"shipments": "/shipments"}}, "{cursor} once"),
        ({"body": {"item": {"sku": "{sku}"}}}, "{quantity} is missing; {art_url} is missing"),
        ({"body": {"item": {**ITEM, "note": "for {name}"}}}, "without braces"),
        ({"body": {"item": {**ITEM, "note": "{nme}"}}}, "note has to be"),
        ({"body": {"item": {**ITEM, "note": "{__class__}"}}}, "without braces"),
        ({"body": {"item": {**ITEM, "note": "x" * 301}}}, "longer than 300"),
        ({"body": {"item": deep(8)}}, "nested deeper"),
        ({"body": {"item": {**ITEM, "many": [1] * 300}}}, "more than 200"),
        ({"body": {"item": "{sku}"}}, "body.item"),
        ({"body": {"order": {**ORDER, "items": "none"}}}, "{items} is missing"),
        ({"body": {"address": {"name": "{name}"}}}, "{address1} is missing"),
        ({"answer": {"order": {"ref": ""}}}, "names of fields with dots"),
        ({"answer": {"order": {"ref": "a..b"}}}, "names of fields with dots"),
        ({"answer": {"order": {"ref": "$.id"}}}, "names of fields with dots"),
        ({"answer": {"shipment": {"cursor": ""}}}, "names of fields with dots"),
        ({"statuses": {}}, "statuses"),
        ({"statuses": {"done": "finished"}}, "statuses.done"),
        ({"statuses": {"Done": "shipped", " done ": "cancelled"}}, "twice"),
        ({"statuses": {" ": "shipped"}}, "has to be a word"),
        ({"mail_classes": [{"name": "Standard"}]}, "mail_classes.0.code"),
        ({"mail_classes": [{"code": " "}]}, "mail_classes.0.code"),
        ({"capabilities": {"stock": True}}, "stock is not built"),
        ({"answer": {"order": {"reference": ""}}}, "only believed of one that names our reference"),
        (
            {"paths": {"by_reference": ""}, "answer": {"order": {"reference": ""}, "shipment": {"reference": ""}}},
            "nobody knows whose shipment",
        ),
        ({"limits": {"timeout_seconds": 31}}, "limits.timeout_seconds"),
        ({"limits": {"lines": 0}}, "limits.lines"),
    ],
)
def test_a_mistake_in_a_profile_is_named(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Profile.model_validate(wrong)
    assert words in str(refused.value)


def test_every_mistake_is_named_at_once() -> None:
    wrong = {"transport": "sftp_csv", "paths": {"submit": "x", "order": "y"}, "limits": {"lines": 0}}
    with pytest.raises(ValidationError) as refused:
        Profile.model_validate(wrong)
    places = {".".join(map(str, error["loc"])) for error in refused.value.errors()}
    assert places == {"transport", "paths.submit", "paths.order", "limits.lines"}


def test_what_is_given_replaces_and_the_rest_stays() -> None:
    own = Profile.model_validate(
        {"body": {"item": ITEM}, "statuses": {"DONE": "shipped"}, "paths": {"by_reference": "", "shipments": ""}}
    )
    assert own.body.item == ITEM
    assert own.body.order == Profile().body.order
    assert own.statuses == {"done": VendorPhase.SHIPPED}
    assert (own.paths.by_reference, own.paths.submit) == ("", "/orders")
    assert Profile().body.tells_test
    assert not Profile.model_validate({"body": {"order": ORDER}}).body.tells_test


def test_the_readme_shows_the_profile_that_is_built_in() -> None:
    readme = (Path(pov.__file__).parent / "README.md").read_text()
    shown = re.search(r"```json\n(.*?)```", readme, re.DOTALL)
    assert shown
    assert json.loads(shown[1]) == Profile().model_dump(mode="json")


def test_the_readme_asks_what_the_command_asks() -> None:
    readme = (Path(pov.__file__).parent / "README.md").read_text()
    for model in (pov.Settings, pov.Credentials):
        for field in fields(model.model_json_schema()):
            assert field.advanced or f"   {question(field)}:" in readme, field.title


def test_the_readme_names_every_placeholder_and_setting() -> None:
    readme = (Path(pov.__file__).parent / "README.md").read_text()
    names = {*template.ORDER, *template.ADDRESS, *template.ITEM, *pov.Settings.model_fields}
    assert not {name for name in names if f"`{name}`" not in readme}


@given(st.text(), st.text())
def test_what_a_buyer_typed_is_a_value_and_never_a_shape(typed: str, other: str) -> None:
    made = template.fill({"a": {"b": "{sku}"}, "c": ["{kind}", "as it is"]}, {"sku": typed, "kind": other})
    assert made == {"a": {"b": typed}, "c": [other, "as it is"]}
    assert json.loads(json.dumps(made)) == made


def test_values_keep_their_types() -> None:
    assert template.fill({"a": "{x}", "b": None, "c": 1.5}, {"x": True}) == {"a": True, "b": None, "c": 1.5}


@given(st.text(min_size=1))
def test_a_value_in_a_path_stays_one_value(value: str) -> None:
    filled = path("/orders/{ref}/x?y=1", ref=value.encode("utf-8", "ignore").decode())
    assert filled.count("/") == 3
    assert filled.count("?") == 1
    assert "{" not in filled
    assert filled.isascii()
