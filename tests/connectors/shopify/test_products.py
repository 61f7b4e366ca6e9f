"""What a shop sells: changed products with all of their variants, and the whole list by an export."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from platen.connectors.shopify import documents_stock
from platen.connectors.shopify.connecting import NEEDED_SCOPES, STOCK_SCOPES
from platen.connectors.shopify.stock import ShopifyStock
from platen.domain.verdicts import Busy, Denied, Refused, Unclear, Unreachable
from platen.ports import Finding
from platen.ports.stock import Export, Variant, VariantPage
from tests.connectors.shopify.house import House, ScriptedHttp, data, error, errors
from tests.connectors.shopify.test_connecting import a_shop

EXPORT = "gid://shopify/BulkOperation/720918"
FILE = "https://storage.googleapis.com/shopify/abc?sig=1"
SINCE = datetime(2026, 11, 20, 1, 2, 3, tzinfo=UTC)
MOMENT = "2026-11-21T08:00:00Z"


class Storage(ScriptedHttp):
    """With the place where long files are."""

    def __init__(self, lines: Callable[[], Iterator[bytes]] = lambda: iter(())) -> None:
        super().__init__()
        self.file = lines
        self.fetched: list[str] = []

    def lines(self, url: str, *, most: int, timeout: float = 600.0) -> Iterator[bytes]:
        self.fetched.append(url)
        yield from self.file()


def stock(http: ScriptedHttp) -> ShopifyStock:
    return ShopifyStock(House(http).access())


def variant(number: int, title: str = "Default Title", **changes: Any) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/ProductVariant/{number}",
        "sku": f"SKU-{number}",
        "barcode": None,
        "title": title,
        "requiresComponents": False,
        "inventoryItem": {
            "id": f"gid://shopify/InventoryItem/{number + 1000}",
            "tracked": True,
            "unitCost": {"amount": "4.5", "currencyCode": "EUR"},
        },
    } | changes


def page(nodes: list[Any], after: str = "") -> dict[str, Any]:
    return {"nodes": nodes, "pageInfo": {"hasNextPage": bool(after), "endCursor": after or None}}


PRODUCT = {"title": "Canvas", "productType": "Prints", "status": "ACTIVE", "updatedAt": MOMENT}


def product(number: int, variants: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return PRODUCT | {"id": f"gid://shopify/Product/{number}", "variants": variants} | changes


# ---- changed products --------------------------------------------------------------------------


def test_a_variant_in_our_words() -> None:
    http = ScriptedHttp().on("PlatenProducts", data({"products": page([product(1, page([variant(1)]))])}))
    assert stock(http).variants(SINCE) == VariantPage(
        (
            Variant(
                stock_id="1001",
                variant_id="1",
                sku="SKU-1",
                title="Canvas",
                unit_cost=Decimal("4.5"),
                currency="EUR",
                category="Prints",
                updated_at=datetime(2026, 11, 21, 8, tzinfo=UTC),
            ),
        )
    )
    [call] = http.calls
    assert call.variables == {"query": "updated_at:>='2026-11-20T01:02:03.000Z'", "after": None}
    assert "sortKey: UPDATED_AT" in documents_stock.PRODUCTS.text


@pytest.mark.parametrize(
    ("of_variant", "of_product", "becomes"),
    [
        ({"title": "Large / Oak"}, {}, {"title": "Canvas - Large / Oak"}),
        ({"sku": None, "barcode": "4006381333931"}, {}, {"sku": "", "barcode": "4006381333931"}),
        ({"requiresComponents": True}, {}, {"bundle": True}),
        ({}, {"status": "ARCHIVED"}, {"active": False}),
        ({}, {"status": "DRAFT"}, {"active": False}),
        ({"inventoryItem": {"id": "gid://shopify/InventoryItem/5", "tracked": False}}, {}, {"tracked": False}),
        (
            {"inventoryItem": {"id": "gid://shopify/InventoryItem/5", "tracked": True, "unitCost": None}},
            {},
            {"unit_cost": None, "currency": "", "stock_id": "5"},
        ),
        ({"sku": " A-1 "}, {}, {"sku": " A-1 "}),
    ],
)
def test_what_else_it_may_be(of_variant: Any, of_product: Any, becomes: dict[str, Any]) -> None:
    told = product(1, page([variant(1, **of_variant)]), **of_product)
    [found] = stock(ScriptedHttp().on("PlatenProducts", data({"products": page([told])}))).variants(None).items
    assert {name: getattr(found, name) for name in becomes} == becomes


def test_all_pages_of_products_and_of_their_variants() -> None:
    many = [variant(number, f"Size {number}") for number in range(1, 531)]
    http = (
        ScriptedHttp()
        .on(
            "PlatenProducts",
            data({"products": page([product(1, page(many[:100], "v1")), product(2, page([]))], "p1")}),
            data({"products": page([product(3, page([variant(900)]))])}),
        )
        .on(
            "PlatenProductVariants",
            data({"product": {"variants": page(many[100:350], "v2")}}),
            data({"product": {"variants": page(many[350:])}}),
        )
    )
    store = stock(http)
    first = store.variants(None)
    assert [one.variant_id for one in first.items] == [str(number) for number in range(1, 531)]
    last = store.variants(None, first.next)
    assert ([one.variant_id for one in last.items], last.next) == (["900"], "")
    assert [call.variables["after"] for call in http.named("PlatenProductVariants")] == ["v1", "v2"]
    assert [call.variables["query"] for call in http.named("PlatenProducts")] == [None, None]


def test_a_product_that_went_away_between_its_pages_ends_there() -> None:
    http = (
        ScriptedHttp()
        .on("PlatenProducts", data({"products": page([product(1, page([variant(1)], "v1"))])}))
        .on("PlatenProductVariants", data({"product": None}))
    )
    assert len(stock(http).variants(None).items) == 1


def test_costs_that_may_not_be_seen_are_left_open() -> None:
    item = {"id": "gid://shopify/InventoryItem/5", "tracked": True, "unitCost": None}
    told = {"products": page([product(1, page([variant(1, inventoryItem=item)]))])}
    where = ("products", "nodes", 0, "variants", "nodes", 0, "inventoryItem", "unitCost")
    http = ScriptedHttp().on("PlatenProducts", errors(error("ACCESS_DENIED", *where), data=told))
    assert stock(http).variants(None).items[0].unit_cost is None


def test_products_that_may_not_be_seen_are_a_matter_of_rights() -> None:
    denied = errors(error("ACCESS_DENIED", "products"), data={"products": None})
    with pytest.raises(Denied):
        stock(ScriptedHttp().on("PlatenProducts", denied)).variants(None)


# ---- the export --------------------------------------------------------------------------------

SEEN = data({"productVariants": {"nodes": [{"inventoryItem": {"unitCost": None}}]}})
UNSEEN = errors(
    error("ACCESS_DENIED", "productVariants", "nodes", 0, "inventoryItem", "unitCost"),
    data={"productVariants": {"nodes": [{"inventoryItem": {"unitCost": None}}]}},
)


def begun(*user_errors: dict[str, Any], costs: Any = SEEN) -> ScriptedHttp:
    operation = None if user_errors else {"id": EXPORT, "status": "CREATED"}
    payload = {"bulkOperation": operation, "userErrors": list(user_errors)}
    return (
        ScriptedHttp()
        .on("PlatenCosts", costs)
        .on("PlatenExports", exports())
        .on("PlatenExportRun", data({"bulkOperationRunQuery": payload}))
    )


def exports(*found: tuple[str, str]) -> Any:
    """(status, query) of the app's latest bulk operations."""
    rows = [{"id": EXPORT, "status": status, "query": query} for status, query in found]
    return data({"bulkOperations": {"nodes": rows}})


def status(status: str, **more: Any) -> Any:
    return data({"bulkOperation": {"id": EXPORT, "status": status, "errorCode": None, "url": None} | more})


def test_an_export_is_begun() -> None:
    http = begun()
    assert stock(http).begin_export() == Export(EXPORT)
    assert "unitCost" in http.named("PlatenExportRun")[0].variables["query"]


def test_an_export_asks_for_no_costs_where_they_would_fail_it() -> None:
    http = begun(costs=UNSEEN)
    assert stock(http).begin_export() == Export(EXPORT)
    assert "unitCost" not in http.named("PlatenExportRun")[0].variables["query"]


OURS = documents_stock.exported(costs=True)


@pytest.mark.parametrize("status", ["CREATED", "RUNNING"])
def test_an_export_that_is_at_work_already_is_taken_up(status: str) -> None:
    http = begun().on("PlatenExports", exports(("RUNNING", "{ shop { id } }"), (status, f"  {OURS}\n")))
    assert stock(http).begin_export() == Export(EXPORT)
    assert http.named("PlatenExportRun") == []


@pytest.mark.parametrize(
    "found",
    [("COMPLETED", OURS), ("CANCELING", OURS), ("RUNNING", documents_stock.exported(costs=False)), ("RUNNING", "")],
)
def test_what_is_over_or_another_question_is_not_taken_up(found: tuple[str, str]) -> None:
    http = begun().on("PlatenExports", exports(found))
    stock(http).begin_export()
    assert len(http.named("PlatenExportRun")) == 1


@pytest.mark.parametrize("code", ["OPERATION_IN_PROGRESS", "LIMIT_REACHED"])
def test_other_exports_in_the_way_are_waited_for(code: str) -> None:
    with pytest.raises(Busy, match="one is running") as caught:
        stock(begun({"code": code, "field": None, "message": "one is running"})).begin_export()
    assert caught.value.after


def test_an_export_that_is_refused_says_why() -> None:
    with pytest.raises(Refused, match="no such field"):
        stock(begun({"code": "INVALID", "field": ["query"], "message": "no such field"})).begin_export()


def test_a_lost_beginning_may_be_begun_again() -> None:
    http = begun().on("PlatenExportRun", Unclear("cut"))
    with pytest.raises(Unreachable):
        stock(http).begin_export()


@pytest.mark.parametrize(
    ("answer", "export"),
    [
        (status("CREATED"), Export(EXPORT)),
        (status("RUNNING"), Export(EXPORT)),
        (status("COMPLETED", url=FILE), Export(EXPORT, done=True)),
        (
            status("FAILED", errorCode="TIMEOUT"),
            Export(EXPORT, failed="Shopify says the export is failed (timeout)."),
        ),
        (status("CANCELED"), Export(EXPORT, failed="Shopify says the export is canceled.")),
        (status("EXPIRED"), Export(EXPORT, failed="Shopify says the export is expired.")),
        (data({"bulkOperation": None}), Export(EXPORT, failed="Shopify knows no such export any more.")),
    ],
)
def test_how_an_export_stands(answer: Any, export: Export) -> None:
    assert stock(ScriptedHttp().on("PlatenExportStatus", answer)).export(EXPORT) == export


def test_what_is_no_export_of_shopifys_is_not_asked_for() -> None:
    assert stock(ScriptedHttp()).export("7").failed


def exported(number: int) -> bytes:
    return json.dumps(variant(number) | {"product": PRODUCT | {"id": "gid://shopify/Product/1"}}).encode()


def finished(lines: Callable[[], Iterator[bytes]], **more: Any) -> Storage:
    storage = Storage(lines)
    storage.on("PlatenExportStatus", status("COMPLETED", url=FILE, **more))
    return storage


def test_a_finished_export_is_read_from_where_shopify_put_it() -> None:
    http = finished(lambda: iter([exported(2), b"", exported(1)]), rootObjectCount="2")
    found = list(stock(http).read_export(EXPORT))
    assert [(one.stock_id, one.sku, one.title) for one in found] == [
        ("1002", "SKU-2", "Canvas"),
        ("1001", "SKU-1", "Canvas"),
    ]
    assert http.fetched == [FILE]


def test_an_export_of_an_empty_shop_has_no_file() -> None:
    http = Storage().on("PlatenExportStatus", status("COMPLETED", rootObjectCount="0"))
    assert list(stock(http).read_export(EXPORT)) == []


@pytest.mark.parametrize(
    ("lines", "rows"),
    [([exported(1)], "2"), ([exported(1), b'{"id": "gid'], "2"), ([b"[]"], "1"), ([b"\xff"], "1"), ([], "1")],
    ids=["too few", "cut", "no object", "no text", "none"],
)
def test_a_file_that_is_not_whole_is_no_list(lines: list[bytes], rows: str) -> None:
    http = finished(lambda: iter(lines), rootObjectCount=rows)
    with pytest.raises(Unreachable):
        list(stock(http).read_export(EXPORT))


@pytest.mark.parametrize("answer", [status("RUNNING"), status("FAILED"), data({"bulkOperation": None})])
def test_an_export_that_is_not_finished_is_not_read(answer: Any) -> None:
    with pytest.raises(Refused):
        list(stock(Storage().on("PlatenExportStatus", answer)).read_export(EXPORT))


def test_rows_are_never_held_however_many() -> None:
    """Held, these would take more than 5 MB, and a list of 100,000 more than 100 MB."""
    rows, line = 5_000, exported(7)
    http = finished(lambda: (bytes(line) for _ in range(rows)), rootObjectCount=str(rows))
    tracemalloc.start()
    try:
        assert sum(1 for _ in stock(http).read_export(EXPORT)) == rows
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000


# ---- the check ---------------------------------------------------------------------------------


def checked(*scopes: str, costs: Any = SEEN) -> list[Finding]:
    http = ScriptedHttp().on("PlatenShop", data(a_shop(*NEEDED_SCOPES, *scopes))).on("PlatenCosts", costs)
    return House(http).store().check()


@pytest.mark.parametrize("missing", STOCK_SCOPES)
def test_a_scope_that_only_stock_needs_is_named_and_nothing_is_wrong(missing: str) -> None:
    findings = checked(*(one for one in STOCK_SCOPES if missing not in (one, one.replace("write_", "read_"))))
    assert all(finding.ok for finding in findings)
    [said] = [finding for finding in findings if f"scope {missing} " in finding.what]
    assert "warehouse" in said.what
    assert missing in said.fix


def test_costs_that_may_not_be_seen_are_told_by_the_check() -> None:
    assert not any("cost" in finding.what for finding in checked(*STOCK_SCOPES))
    [said] = [finding for finding in checked(*STOCK_SCOPES, costs=UNSEEN) if "cost" in finding.what]
    assert said.ok
    assert "View product costs" in said.fix
