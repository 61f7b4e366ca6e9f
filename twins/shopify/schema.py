"""The schema that the twin speaks, with the shop's way of writing scalars."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from graphql import GraphQLScalarType, GraphQLSchema, build_schema

from twins.shopify.reading import type_of


def _date_time(value: Any) -> str:
    moment: datetime = value
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _decimal(value: Any) -> str:
    """At least one decimal and no zeros behind: ``55.0``, ``0.0``, ``4.95``."""
    text = format(Decimal(value).quantize(Decimal("0.01")).normalize(), "f")
    return text if "." in text else f"{text}.0"


def _schema() -> GraphQLSchema:
    built = build_schema((Path(__file__).parent / "schema.graphql").read_text())
    writers = {"DateTime": _date_time, "Decimal": _decimal, "Money": _decimal, "UnsignedInt64": str}
    for name, writer in writers.items():
        scalar = built.type_map[name]
        assert isinstance(scalar, GraphQLScalarType)
        scalar.serialize = writer  # type: ignore[method-assign, assignment]
    for name in ("Node", "Media", "DiscountApplication", "PricingValue"):
        built.type_map[name].resolve_type = type_of  # type: ignore[attr-defined]
    return built


SCHEMA = _schema()
