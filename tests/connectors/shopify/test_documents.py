"""What we send is GraphQL as Shopify's own schema has it, and never near the most one document may cost."""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, build_client_schema, parse, validate

from platen.connectors.shopify import carriers
from platen.connectors.shopify.connecting import TOPICS
from platen.connectors.shopify.documents import API_VERSION, DOCUMENTS, Document, Kind

CONTRACT = Path(__file__).parents[4] / "shared" / "contracts" / f"shopify-admin.{API_VERSION}.introspection.json.gz"
needs_contract = pytest.mark.skipif(not CONTRACT.is_file(), reason=f"{CONTRACT.name} is not beside this checkout")


@cache
def schema() -> GraphQLSchema:
    return build_client_schema(json.loads(gzip.decompress(CONTRACT.read_bytes()))["data"], assume_valid=True)


def operation(document: Document) -> OperationDefinitionNode:
    [found] = [one for one in parse(document.text).definitions if isinstance(one, OperationDefinitionNode)]
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: one.name)
def test_a_document_is_named_and_of_its_kind(document: Document) -> None:
    found = operation(document)
    assert found.name is not None
    assert found.name.value == document.name
    assert found.operation.value == ("query" if document.kind is Kind.READ else "mutation")
    assert document.cost < 500


def test_every_mutation_asks_for_its_refusals() -> None:
    mutations = [document for document in DOCUMENTS if document.kind is not Kind.READ]
    assert mutations
    assert all("serErrors { field message }" in document.text for document in mutations)


@needs_contract
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: one.name)
def test_a_document_is_valid_by_shopifys_schema(document: Document) -> None:
    assert validate(schema(), parse(document.text)) == []


@needs_contract
def test_the_topics_are_topics() -> None:
    topic = schema().type_map["WebhookSubscriptionTopic"]
    assert set(TOPICS) <= set(topic.values)  # type: ignore[attr-defined]


@needs_contract
def test_the_carriers_are_spelled_as_in_shopifys_list() -> None:
    company = schema().type_map["FulfillmentTrackingInfo"].fields["company"]  # type: ignore[attr-defined]
    everywhere, _, somewhere = company.description.partition("displayed for shops located in specific countries")
    listed = {line.strip().removeprefix("* ").strip() for line in everywhere.splitlines()}
    assert listed >= carriers.EVERYWHERE
    flat = " ".join(somewhere.split())
    assert [name for name in carriers.SOMEWHERE if name not in flat] == []
