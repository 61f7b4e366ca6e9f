"""Production cards: what is printed where, one for each side of each design on each product. Only they (and the
catalogue) say the SKU, the colour and the size of what an order names by ids."""

from __future__ import annotations

from typing import Any

from twins.inksoft.asked import Personalization, iso
from twins.inksoft.model import Item, Order
from twins.inksoft.paper import money

SIDES = {"front": "Front", "back": "Back", "sleeveleft": "Left Sleeve", "sleeveright": "Right Sleeve"}


def cards(order: Order, *, pre_salesdoc: bool) -> list[dict[str, Any]]:
    """A blank piece has none (inferred). The design's own name is documented, and missing (seen)."""
    groups: dict[tuple[int, int | None, str], list[Item]] = {}
    for item in order.items:
        for side in item.asked.sides:
            groups.setdefault((item.style.id, item.design_id, side), []).append(item)
    return [
        _card(order, side, items, place, pre_salesdoc)
        for place, ((_, _, side), items) in enumerate(groups.items(), start=1)
    ]


def _card(order: Order, side: str, items: list[Item], place: int, pre_salesdoc: bool) -> dict[str, Any]:
    first = items[0]
    number = order.id * 100 + place
    buyer = order.asked.bill_to
    shown = {
        "ID": number,
        "JobId": None,
        "JobName": "",
        "JobStatusName": "",
        "JobStatusId": None,
        "JobNumber": "",
        "OrderId": order.id,
        "OrderFirstName": buyer.first_name,
        "OrderLastName": buyer.last_name,
        "OrderEmail": order.asked.email,
        "OrderStoreName": order.store_name,
        "OrderDate": iso(order.created),
        "OrderPaymentStatus": order.payment_status,
        "Number": f"{order.id}-{place}",
        "DesignGroupKey": str(first.design_id),
        "ShipDate": iso(order.asked.estimated_ship),
        "ProductId": first.product.id,
        "ProductName": first.product.name,
        "ProductSku": first.product.sku,
        "ProductManufacturer": first.product.manufacturer,
        "ProductSupplier": first.product.supplier,
        "ProductStyleName": first.style.name,
        "ProductStyleId": first.style.id,
        "Art": _art(order, first),
        "ArtId": first.art_id,
        "ColorwayId": 1,
        "CanvasId": None,
        "Side": SIDES.get(side, side),
        "SideInternalName": side,
        "RegionName": f"Full {SIDES.get(side, side)}",
        "Region": _region(side),
        "ProductType": "standard",
        "SizeUnit": "in",
        "ProductUrl": first.product.image(first.style, side),
        "PreviewUrl": preview(first, side),
        "ArtUrl": f"/images/art/{first.art_id}.eps",
        "PrintMethod": first.asked.print_method,
        "Quantity": sum(item.quantity for item in items),
        "ColorCount": 1,
        "ProductionNotes": "",
        "OrderNotes": order.asked.notes,
        "OrderItemNotes": " ".join(item.asked.notes for item in items if item.asked.notes),
        "DateCompleted": None,
        "Timeline": [],
        "Attachments": [],
        "Colors": [_ink(number)],
        "Items": _items(number, items, pre_salesdoc),
        "ColorwayName": "Original",
        "ProductHtmlColor": first.style.html,
        "ProductShape": "",
        "EstimatedProductionDays": 5,
    }
    return shown | ({"OrderRetailItemId": first.size_line_id + 500_000} if pre_salesdoc else {})


def preview(item: Item, side: str) -> str:
    return f"/images/designs/{item.design_id}/{item.style.id}/{side}.png"


def personalization(given: list[Personalization]) -> list[dict[str, Any]]:
    return [
        {
            "Name": one.name,
            "Value": one.value,
            "Price": None if one.price is None else money(one.price),
            "ProductPersonalizationId": 9000 + place,
        }
        for place, one in enumerate(given, start=1)
    ]


def names_and_numbers(item: Item, *, pre_salesdoc: bool) -> list[dict[str, Any]]:
    older = {"RetailItemSizeId": item.size_line_id + 700_000} if pre_salesdoc else {}
    return [
        {
            "Name": one.name,
            "Number": one.number,
            "Quantity": one.quantity,
            "Price": None if one.price is None else money(one.price),
        }
        | older
        for one in item.asked.names_and_numbers
    ]


def _items(card: int, items: list[Item], pre_salesdoc: bool) -> list[dict[str, Any]]:
    """One row for each size, and each name on a back its own (inferred)."""
    rows: list[tuple[Item, int, dict[str, Any] | None]] = []
    for item in items:
        named = names_and_numbers(item, pre_salesdoc=pre_salesdoc)
        rows += [(item, one["Quantity"], one) for one in named]
        plain = item.quantity - sum(one["Quantity"] for one in named)
        if plain > 0:
            rows.append((item, plain, None))
    return [
        {
            "ID": card * 100 + place,
            "ProductionCardId": card,
            "Size": item.size.name,
            "Quantity": quantity,
            "Status": "",
            "PurchasingStatus": "",
            "IsChecked": False,
            "PersonalizationValues": personalization(item.asked.personalization),
            "NameNumberValue": named,
            "SortOrder": place,
        }
        | ({"OrderRetailItemSizeId": item.size_line_id} if pre_salesdoc else {})
        for place, (item, quantity, named) in enumerate(rows, start=1)
    ]


def _ink(card: int) -> dict[str, Any]:
    return {
        "ID": card,
        "ProductionCardId": card,
        "Index": 0,
        "Name": "Red",
        "PMS": "186 C",
        "HtmlColor": "C8102E",
        "ThreadLibraryName": "",
        "ThreadChartName": "",
        "ThreadColorName": "",
        "ThreadColorCode": "",
    }


def _region(side: str) -> dict[str, Any]:
    return {
        "ID": 1,
        "Name": f"Full {SIDES.get(side, side)}",
        "X": 100,
        "Y": 100,
        "Width": 200,
        "Height": 260,
        "Rotation": None,
        "Shape": None,
        "Side": side,
        "IsDefault": True,
        "ProductRegionRenderSizeId": 1,
        "RenderWidthInches": 12.0,
        "RenderHeightInches": 15.6,
    }


def _art(order: Order, item: Item) -> dict[str, Any]:
    base = f"/images/art/{item.art_id}"
    return {
        "ID": item.art_id,
        "ColorCount": 1,
        "Colors": ["C8102E"],
        "OriginalColorway": None,
        "StitchCount": None,
        "TrimCount": None,
        "GalleryId": None,
        "CategoryIds": [],
        "Name": item.asked.design,
        "Type": "vector",
        "Keywords": "",
        "FixedSvg": False,
        "Digitized": False,
        "CanScreenPrint": True,
        "FullName": item.asked.design,
        "ExternalReferenceID": "",
        "Width": 10.0,
        "Height": 8.0,
        "Notes": "",
        "FileExt": "eps",
        "ImageUrl": f"{base}.png",
        "ThumbUrl": f"{base}-thumb.png",
        "ThumbUrlArt": f"{base}-thumb.png",
        "OriginalUrl": f"{base}-original.eps",
        "UploadedUrl": f"{base}-uploaded.eps",
        "UploadedOn": iso(order.created),
        "IsActive": True,
        "Colorways": [],
        "UniqueId": None,
        "MatchFileColor": False,
    }
