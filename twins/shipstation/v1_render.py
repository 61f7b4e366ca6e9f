"""V1's answers: orders, shipments, fulfillments, stores, webhooks."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from twins.shipstation.hooks import Hook
from twins.shipstation.model import Address, Item, Order, Parcel
from twins.shipstation.store import Store
from twins.shipstation.times import v1_date, v1_time

USER_ID = "9e236874-e1c0-4241-8f93-a8223072efd4"
CUSTOM_STORE_MARKETPLACE = 24
_SHORT = -4
"""Nested times have three decimals, not seven."""


def order(one: Order) -> dict[str, Any]:
    content, extra = one.content, one.content.extra
    return {
        "orderId": one.order_id,
        "orderNumber": content.number,
        "orderKey": one.key,
        "orderDate": v1_time(content.ordered_at),
        "createDate": v1_time(one.created_at),
        "modifyDate": v1_time(one.modified_at),
        "paymentDate": v1_time(extra.get("paymentDate") or one.paid_at),
        "shipByDate": v1_time(extra.get("shipByDate")),
        "orderStatus": one.status,
        "customerId": None,
        "customerUsername": content.customer_code or None,
        "customerEmail": content.email or None,
        "billTo": address(content.bill_to),
        "shipTo": address(content.ship_to) | {"addressVerified": "Address validated successfully"},
        "items": [_item(item, one) for item in content.items],
        "orderTotal": _number(content.sum if content.total is None else content.total),
        "amountPaid": _number(content.paid),
        "taxAmount": _number(content.tax),
        "shippingAmount": _number(content.shipping),
        "customerNotes": content.customer_notes or None,
        "internalNotes": content.internal_notes or None,
        "gift": content.gift,
        "giftMessage": content.gift_message or None,
        "paymentMethod": content.payment_method or None,
        "requestedShippingService": content.service_asked or None,
        "carrierCode": extra.get("carrierCode"),
        "serviceCode": extra.get("serviceCode"),
        "packageCode": extra.get("packageCode"),
        "confirmation": extra.get("confirmation") or "none",
        "shipDate": v1_date(_shipped_at(one)) or extra.get("shipDate"),
        "holdUntilDate": v1_date(one.hold_until),
        "weight": extra.get("weight") or {"value": _number(content.grams), "units": "grams"},
        "dimensions": extra.get("dimensions"),
        "insuranceOptions": extra.get("insuranceOptions") or _uninsured(),
        "internationalOptions": extra.get("internationalOptions") or {},
        "advancedOptions": _advanced(one),
        "tagIds": extra.get("tagIds"),
        "userId": None,
        "externallyFulfilled": False,
    }


def _shipped_at(one: Order) -> Any:
    return next((parcel.shipped_at for parcel in reversed(one.parcels) if parcel.counts), None)


def _uninsured() -> dict[str, Any]:
    return {"provider": None, "insureShipment": False, "insuredValue": 0}


def _advanced(one: Order) -> dict[str, Any]:
    first, second, third = one.content.custom_fields
    return {
        "warehouseId": one.content.extra.get("warehouseId"),
        "nonMachinable": False,
        "saturdayDelivery": False,
        "containsAlcohol": False,
        "mergedOrSplit": one.merged_or_split,
        "mergedIds": [],
        "parentId": one.parent_id,
        "storeId": one.store_id,
        "customField1": first or None,
        "customField2": second or None,
        "customField3": third or None,
        "source": one.content.source or None,
        "billToParty": None,
        "billToAccount": None,
        "billToPostalCode": None,
        "billToCountryCode": None,
    }


def address(one: Address) -> dict[str, Any]:
    said = asdict(one)
    said["postalCode"] = said.pop("postal_code")
    del said["email"]
    return {name: None if value == "" else value for name, value in said.items()}


def _item(item: Item, one: Order) -> dict[str, Any]:
    created = v1_time(one.created_at) or ""
    weight = None
    if item.weight is not None:
        weight = {"value": _number(item.weight), "units": item.weight_units.lower()}
    return {
        "orderItemId": item.item_id,
        "lineItemKey": item.line_id or None,
        "sku": item.sku or None,
        "name": item.name,
        "imageUrl": item.image or None,
        "weight": weight,
        "quantity": item.quantity,
        "unitPrice": _number(item.unit_price),
        "taxAmount": None if item.tax is None else _number(item.tax),
        "shippingAmount": None if item.shipping is None else _number(item.shipping),
        "warehouseLocation": item.location or None,
        "options": [{"name": option.name, "value": option.value} for option in item.options],
        "productId": item.extra.get("productId"),
        "fulfillmentSku": item.extra.get("fulfillmentSku"),
        "adjustment": item.adjustment,
        "upc": item.upc or None,
        "createDate": created[:_SHORT],
        "modifyDate": created[:_SHORT],
    }


def shipment(one: Order, parcel: Parcel, *, with_items: bool) -> dict[str, Any]:
    return {
        "shipmentId": parcel.parcel_id,
        "orderId": one.order_id,
        "orderKey": one.key,
        "userId": USER_ID,
        "customerEmail": one.content.email or None,
        "orderNumber": one.content.number,
        "createDate": v1_time(parcel.created_at),
        "shipDate": v1_date(parcel.shipped_at),
        "shipmentCost": _number(parcel.cost),
        "insuranceCost": 0,
        "trackingNumber": parcel.tracking or None,
        "isReturnLabel": parcel.is_return,
        "batchNumber": str(parcel.batch_id),
        "carrierCode": parcel.carrier,
        "serviceCode": parcel.service_code,
        "packageCode": "package",
        "confirmation": None,
        "warehouseId": one.content.extra.get("warehouseId"),
        "voided": parcel.voided_at is not None,
        "voidDate": v1_time(parcel.voided_at),
        "marketplaceNotified": parcel.notified,
        "notifyErrorMessage": parcel.notify_error,
        "shipTo": address(one.content.ship_to) | {"addressVerified": None},
        "weight": {"value": _number(one.content.grams), "units": "grams", "WeightUnits": 2},
        "dimensions": None,
        "insuranceOptions": _uninsured(),
        "advancedOptions": {
            "billToParty": None,
            "billToAccount": None,
            "billToPostalCode": None,
            "billToCountryCode": None,
            "storeId": one.store_id,
        },
        "shipmentItems": _packed(one, parcel) if with_items else None,
        "labelData": None,
        "formData": None,
    }


def _packed(one: Order, parcel: Parcel) -> list[dict[str, Any]]:
    items = [item for item in one.content.items if item.item_id in parcel.items]
    return [
        {
            "orderItemId": item.item_id,
            "lineItemKey": item.line_id or None,
            "sku": item.sku or None,
            "name": item.name,
            "quantity": parcel.items[item.item_id],
            "unitPrice": _number(item.unit_price),
            "productId": item.extra.get("productId"),
        }
        for item in items
    ]


def fulfillment(one: Order, parcel: Parcel) -> dict[str, Any]:
    return {
        "fulfillmentId": parcel.parcel_id,
        "orderId": one.order_id,
        "orderNumber": one.content.number,
        "userId": USER_ID,
        "customerEmail": one.content.email or None,
        "trackingNumber": parcel.tracking or None,
        "createDate": v1_time(parcel.created_at),
        "shipDate": f"{v1_date(parcel.shipped_at)}T00:00:00.0000000",
        "voidDate": v1_time(parcel.voided_at),
        "deliveryDate": None,
        "carrierCode": parcel.carrier_name,
        "fulfillmentProviderCode": None,
        "fulfillmentServiceCode": None,
        "fulfillmentFee": 0,
        "voidRequested": False,
        "voided": parcel.voided_at is not None,
        "marketplaceNotified": parcel.notified,
        "notifyErrorMessage": parcel.notify_error,
        "shipTo": address(one.content.ship_to) | {"addressVerified": None},
    }


def store(one: Store) -> dict[str, Any]:
    return _a_store(one.store_id, one.name, CUSTOM_STORE_MARKETPLACE, "Custom Store") | {
        "integrationUrl": one.url,
        "createDate": v1_time(one.created_at),
        "lastRefreshAttempt": v1_time(one.last_attempt),
        "refreshDate": v1_time(one.last_refresh),
        "autoRefresh": one.auto_import,
        "statusMappings": [{"orderStatus": status, "statusKey": words} for status, words in one.words.items()],
    }


def manual_store(store_id: int) -> dict[str, Any]:
    return _a_store(store_id, "ShipStation Manual Store", 0, "ShipStation")


def _a_store(store_id: int, name: str, marketplace: int, marketplace_name: str) -> dict[str, Any]:
    return {
        "storeId": store_id,
        "storeName": name,
        "marketplaceId": marketplace,
        "marketplaceName": marketplace_name,
        "accountName": None,
        "email": None,
        "integrationUrl": None,
        "active": True,
        "companyName": "",
        "phone": "",
        "publicEmail": "",
        "website": "",
        "refreshDate": None,
        "lastRefreshAttempt": None,
        "createDate": None,
        "modifyDate": None,
        "autoRefresh": False,
    }


def refresh_status(one: Store) -> dict[str, Any]:
    return {
        "storeId": one.store_id,
        "refreshStatusId": 2 if one.asked_to_refresh else 1,
        "refreshStatus": "Updating orders" if one.asked_to_refresh else "Idle",
        "lastRefreshAttempt": v1_time(one.last_attempt),
        "refreshDate": v1_time(one.last_refresh),
    }


def webhook(one: Hook) -> dict[str, Any]:
    return {
        "IsLabelAPIHook": False,
        "WebHookID": one.hook_id,
        "SellerID": 100000,
        "StoreID": one.store_id,
        "HookType": one.event,
        "MessageFormat": "Json",
        "Url": one.url,
        "Name": one.name,
        "BulkCopyBatchID": None,
        "BulkCopyRecordID": None,
        "Active": True,
        "WebhookLogs": [],
        "Seller": None,
        "Store": None,
    }


def _number(value: Decimal) -> float | int:
    return int(value) if value == value.to_integral_value() else float(value)
