"""What is sent about stock is GraphQL as Shopify's own schema has it, and never more than one document may cost."""

from __future__ import annotations

import pytest
from graphql import OperationDefinitionNode, parse, validate

from platen.connectors.shopify import documents_stock as documents
from platen.connectors.shopify.documents import Document, Kind
from platen.connectors.shopify.documents_stock import STOCK_DOCUMENTS
from platen.connectors.shopify.stock_writing import _AT_WORK, _FAILED_BEFORE, _OF_THE_CALL, _STALE
from tests.connectors.shopify.test_documents import needs_contract, operation, schema
from twins.shopify.cost import Price

MOST = 1000
WRITES = (documents.SET_QUANTITIES, documents.ADJUST_QUANTITIES, documents.STOCK_AT)


@pytest.mark.parametrize("document", STOCK_DOCUMENTS, ids=lambda one: one.name)
def test_a_document_is_named_and_of_its_kind(document: Document) -> None:
    found = operation(document)
    assert found.name is not None
    assert found.name.value == document.name
    assert found.operation.value == ("query" if document.kind is Kind.READ else "mutation")


def test_every_mutation_asks_for_its_refusals_and_every_write_has_a_key() -> None:
    mutations = [document for document in STOCK_DOCUMENTS if document.kind is not Kind.READ]
    assert all("userErrors {" in document.text for document in mutations)
    assert all(") @idempotent(key: $key) {" in document.text for document in WRITES)


@needs_contract
@pytest.mark.parametrize("document", STOCK_DOCUMENTS, ids=lambda one: one.name)
def test_a_document_is_valid_by_shopifys_schema(document: Document) -> None:
    assert validate(schema(), parse(document.text)) == []


@needs_contract
@pytest.mark.parametrize("document", STOCK_DOCUMENTS, ids=lambda one: one.name)
def test_a_document_costs_no_more_than_it_says(document: Document) -> None:
    price = Price(schema(), parse(document.text), operation(document), {}).requested()
    assert price <= document.cost < MOST


@needs_contract
def test_ten_orders_are_affordable_even_if_each_is_charged_for() -> None:
    one = Price(schema(), parse(documents.STANDINGS.text), operation(documents.STANDINGS), {}).requested()
    assert one * documents.ORDERS_AT_ONCE < MOST


@needs_contract
@pytest.mark.parametrize("costs", [True, False])
def test_what_is_exported_is_a_query_that_bulk_operations_take(costs: bool) -> None:
    """Documented: one to five connections, two deep at most, by edges; no aliases to be read back."""
    text = documents.exported(costs=costs)
    document = parse(text)
    assert validate(schema(), document) == []
    [found] = document.definitions
    assert isinstance(found, OperationDefinitionNode)
    assert text.count("edges") == 1
    assert "nodes" not in text
    assert ("unitCost" in text) is costs


@needs_contract
def test_every_code_is_one_of_shopifys() -> None:
    known = {
        code
        for name in ("InventorySetQuantitiesUserErrorCode", "InventoryAdjustQuantitiesUserErrorCode")
        for code in schema().type_map[name].values  # type: ignore[attr-defined]
    }
    assert {*_AT_WORK, *_STALE, *_OF_THE_CALL, _FAILED_BEFORE} <= known
