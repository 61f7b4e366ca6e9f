"""What a shop sells, as it is counted: changed products page by page, or everything by a bulk operation.

::

    begin ──▶ bulk operation: created, running ──▶ completed ──▶ a file of one JSON object for each variant
      ├─ one of ours is at work: take it up              └──▶ failed, cancelled, expired: begin anew
      └─ others are in the way: Busy

The file has all of a variant in its own row, so rows may come in any order and nothing is kept while it is read. A
file with fewer rows than Shopify counted is no list of all variants: it is refused at its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from platen.connectors.shopify import documents_stock as documents
from platen.connectors.shopify import reading, wire
from platen.connectors.shopify import wire_stock as theirs
from platen.connectors.shopify.client import Client
from platen.domain.model import iso
from platen.domain.verdicts import Busy, Refused, Unclear, Unreachable
from platen.ports import Http
from platen.ports.stock import Export, Variant, VariantPage

MOST_BYTES = 1_000_000_000
"""Of one export; a variant takes about 500."""
TRY_AGAIN = timedelta(minutes=5)
"""When another export of the app is in the way."""
_DEFAULT_TITLE = "Default Title"
"""What Shopify calls the only variant of a product (documented)."""
_UNDER_WAY = ("CREATED", "RUNNING")
_IN_THE_WAY = ("OPERATION_IN_PROGRESS", "LIMIT_REACHED")


def changed(client: Client, since: datetime | None, page: str) -> VariantPage:
    """One page of a search by the time of change, oldest first; it may lag, so ask for some minutes more."""
    variables = {"query": f"updated_at:>='{iso(since)}'" if since else None, "after": page or None}
    answer = client.run(documents.PRODUCTS, variables)
    found = reading.parse(theirs.Products, dict(answer.data), documents.PRODUCTS).products
    variants = (to_variant(one, product) for product in found.nodes for one in _every_variant(client, product))
    return VariantPage(tuple(variants), found.next)


def _every_variant(client: Client, product: theirs.ProductWithVariants) -> Iterator[theirs.Variant]:
    def more(after: str) -> wire.Nodes[theirs.Variant]:
        answer = client.run(documents.PRODUCT_VARIANTS, {"id": product.id, "after": after})
        if answer.data.get("product") is None:
            return wire.Nodes[theirs.Variant](nodes=[])  # deleted meanwhile
        return reading.parse(theirs.VariantsPage, answer.data["product"], documents.PRODUCT_VARIANTS).variants

    return reading.every(product.variants, more)


def sees_costs(client: Client) -> bool:
    """Whether the app may see what things cost."""
    return not any("unitCost" in path for path in client.run(documents.COSTS).refused)


def begin(client: Client) -> Export:
    """Have Shopify list all variants, unless it is at it. Raises Busy while other exports are in the way."""
    query = documents.exported(costs=sees_costs(client))
    return _under_way(client, query) or _run(client, query)


def _under_way(client: Client, query: str) -> Export | None:
    """One of the same question: its id was lost with a reply, or with whoever began it."""
    answer = client.run(documents.EXPORTS)
    found = reading.parse(theirs.BulkOperations, dict(answer.data), documents.EXPORTS).bulk_operations.nodes
    ours = (one for one in found if one.status in _UNDER_WAY and one.query.split() == query.split())
    return next((_to_export(one) for one in ours), None)


def _run(client: Client, query: str) -> Export:
    try:
        answer = client.run(documents.EXPORT_RUN, {"query": query})
        payload = answer.data.get("bulkOperationRunQuery")
        started = reading.parse(theirs.ExportStarted, payload, documents.EXPORT_RUN)
    except Unclear as unclear:
        # It only reads: one that was begun and not heard of is finished by Shopify, and nobody fetches it.
        raise Unreachable(unclear.words) from unclear
    words = "; ".join(error.message for error in started.user_errors[:3])
    if any(error.code in _IN_THE_WAY for error in started.user_errors):
        raise Busy(f"Shopify is still busy with other exports of this app: {words}", after=TRY_AGAIN)
    if started.user_errors or started.bulk_operation is None:
        raise Refused(f"Shopify does not export its products: {words or 'it does not say why'}")
    return _to_export(started.bulk_operation)


def look(client: Client, export_id: str) -> Export:
    found = _operation(client, export_id)
    return _to_export(found) if found else Export(export_id, failed="Shopify knows no such export any more.")


def read(client: Client, http: Http, export_id: str) -> Iterator[Variant]:
    """The rows of a finished export. Raises Refused where it is not finished, Unreachable where the file ends early
    or cannot be read: what was given until then is not the whole."""
    found = _operation(client, export_id)
    export = _to_export(found) if found else None
    if found is None or export is None or not export.done:
        why = (export and export.failed) or "it is not finished"
        raise Refused(f"The products exported by Shopify cannot be read: {why}")
    rows = 0
    for line in http.lines(found.url, most=MOST_BYTES) if found.url else ():
        if line.strip():
            rows += 1
            yield _exported(line)
    if rows < int(found.root_object_count or 0):
        raise Unreachable(f"Shopify's export has {rows} rows of {found.root_object_count}")


def _exported(line: bytes) -> Variant:
    try:
        row = theirs.ExportedVariant.model_validate_json(line)
    except ValueError:
        raise Unreachable("A row of Shopify's export cannot be read") from None
    return to_variant(row, row.product)


def _operation(client: Client, export_id: str) -> theirs.BulkOperation | None:
    if wire.type_of(export_id) != "BulkOperation":
        return None
    answer = client.run(documents.EXPORT_STATUS, {"id": export_id})
    found = answer.data.get("bulkOperation")
    return reading.parse(theirs.BulkOperation, found, documents.EXPORT_STATUS) if found else None


def _to_export(found: theirs.BulkOperation) -> Export:
    if found.status == "COMPLETED":
        return Export(found.id, done=True)
    if found.status in _UNDER_WAY:
        return Export(found.id)
    why = f" ({found.error_code.lower()})" if found.error_code else ""
    return Export(found.id, failed=f"Shopify says the export is {found.status.lower()}{why}.")


def to_variant(one: theirs.Variant, product: theirs.Product) -> Variant:
    """In our words; its time of change is its product's, by which changed ones are searched."""
    cost = one.inventory_item.unit_cost
    named = one.title and one.title != _DEFAULT_TITLE
    return Variant(
        stock_id=one.inventory_item.stock_id,
        variant_id=one.variant_id,
        sku=one.sku,
        title=f"{product.title} - {one.title}" if named else product.title,
        barcode=one.barcode,
        unit_cost=cost.amount if cost else None,
        currency=cost.currency_code if cost else "",
        category=product.product_type,
        tracked=one.inventory_item.tracked,
        bundle=one.requires_components,
        active=product.status == "ACTIVE",
        updated_at=product.updated_at,
    )
