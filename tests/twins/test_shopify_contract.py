"""The twin's schema is a part of the published one: nothing in it may be of our own making."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    Undefined,
    build_client_schema,
    parse,
    validate,
)

from tests.twins.shopify_store import MUG, POSTER, Store
from twins.shopify.schema import SCHEMA
from twins.shopify.webhooks import header_of

PUBLISHED = Path(__file__).parents[3] / "shared" / "contracts" / "shopify-admin.2026-10.introspection.json.gz"
SAMPLES = PUBLISHED.parents[1] / "samples" / "shopify" / "webhooks"
TOPICS = (
    "ORDERS_CREATE",
    "ORDERS_UPDATED",
    "ORDERS_CANCELLED",
    "ORDERS_EDITED",
    "ORDERS_PARTIALLY_FULFILLED",
    "REFUNDS_CREATE",
    "FULFILLMENTS_CREATE",
    "FULFILLMENT_ORDERS_ORDER_ROUTING_COMPLETE",
    "FULFILLMENT_ORDERS_PLACED_ON_HOLD",
    "FULFILLMENT_ORDERS_HOLD_RELEASED",
)


@pytest.fixture(scope="module")
def published() -> GraphQLSchema:
    if not PUBLISHED.exists():
        pytest.skip("the published schema of the Admin API is not here to compare with")
    told = json.loads(gzip.decompress(PUBLISHED.read_bytes()))
    return build_client_schema(told["data"], assume_valid=True)


def own_types() -> list[Any]:
    return [kind for name, kind in SCHEMA.type_map.items() if not name.startswith("__")]


def test_every_type_exists_and_is_of_the_same_kind(published: GraphQLSchema) -> None:
    for kind in own_types():
        assert type(published.type_map.get(kind.name)) is type(kind), kind.name


def test_every_field_has_the_published_type_and_nullability(published: GraphQLSchema) -> None:
    for kind in own_types():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            real: Any = published.type_map[kind.name]
            for name, own in kind.fields.items():
                assert name in real.fields, f"{kind.name}.{name} is not published"
                assert str(real.fields[name].type) == str(own.type), f"{kind.name}.{name}"


def test_every_argument_has_the_published_type_and_default(published: GraphQLSchema) -> None:
    for kind in own_types():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            real: Any = published.type_map[kind.name]
            for name, own in kind.fields.items():
                for argument, told in own.args.items():
                    where = f"{kind.name}.{name}({argument})"
                    assert argument in real.fields[name].args, f"{where} is not published"
                    assert str(real.fields[name].args[argument].type) == str(told.type), where
                    assert real.fields[name].args[argument].default_value == told.default_value, where


def test_nothing_the_published_schema_requires_is_left_out(published: GraphQLSchema) -> None:
    """An argument or input field that must be given there must be given here."""
    for kind in own_types():
        real: Any = published.type_map[kind.name]
        if isinstance(kind, GraphQLInputObjectType):
            needed = {name for name, field in real.fields.items() if must_be_given(field)}
            assert needed <= set(kind.fields), kind.name
        if isinstance(kind, GraphQLObjectType):
            for name, own in kind.fields.items():
                needed = {key for key, argument in real.fields[name].args.items() if must_be_given(argument)}
                assert needed <= set(own.args), f"{kind.name}.{name}"


def test_every_enum_value_is_published_and_none_is_missing(published: GraphQLSchema) -> None:
    for kind in own_types():
        if isinstance(kind, GraphQLEnumType):
            real: Any = published.type_map[kind.name]
            assert set(kind.values) == set(real.values), kind.name


def test_unions_and_interfaces_hold_only_published_members(published: GraphQLSchema) -> None:
    for kind in own_types():
        real: Any = published.type_map[kind.name]
        if isinstance(kind, GraphQLUnionType):
            assert {one.name for one in kind.types} <= {one.name for one in real.types}, kind.name
        if isinstance(kind, GraphQLObjectType):
            assert {one.name for one in kind.interfaces} <= {one.name for one in real.interfaces}, kind.name


def test_the_comparison_itself_can_fail(published: GraphQLSchema) -> None:
    assert validate(published, parse("{ order(id: 1) { id number inventedField } }"))
    assert not validate(published, parse('{ order(id: "gid://shopify/Order/1") { id number } }'))


def must_be_given(told: Any) -> bool:
    return isinstance(told.type, GraphQLNonNull) and told.default_value is Undefined


@pytest.fixture
def heard() -> dict[str, Any]:
    """A body of every topic that an order's life sets off."""
    store = Store()
    store.listen(*TOPICS)
    order = store.twin.place_order([MUG | {"discount": "1"}, POSTER])
    store.twin.hold(order.id)
    store.twin.release_hold(order.id)
    store.twin.edit_order(order.id, order.lines[0].id, 3)
    store.twin.fulfill_elsewhere(order.id, {order.lines[0].id: 1}, company="UPS", number="1Z")
    store.twin.refund(order.id, order.lines[0].id, 1)
    store.twin.cancel_order(store.twin.place_order([POSTER]).id)
    return {one.topic: one.body for one in store.hears()}


@pytest.mark.parametrize("topic", TOPICS)
def test_a_webhook_has_every_key_of_the_published_sample(topic: str, heard: dict[str, Any]) -> None:
    header = header_of(topic)
    sample = SAMPLES / f"{header.replace('/', '__')}.json"
    if not sample.exists():
        pytest.skip(f"the published sample of {header} is not here to compare with")
    assert missing(json.loads(sample.read_text()), heard[header]) == []


def missing(sample: Any, own: Any, at: str = "") -> list[str]:
    """The keys of a sample that a body lacks; of a list, its first element stands for all."""
    if isinstance(sample, dict) and isinstance(own, dict):
        gone = [f"{at}.{key}" for key in sample if key not in own]
        return gone + [one for key in sample if key in own for one in missing(sample[key], own[key], f"{at}.{key}")]
    if isinstance(sample, list) and isinstance(own, list) and sample and own:
        return missing(sample[0], own[0], f"{at}[]")
    return []
