"""An order as GetOrder shows it, and as the list does."""

from __future__ import annotations

from typing import Any

from twins.inksoft import parts
from twins.inksoft.asked import iso
from twins.inksoft.cards import cards, names_and_numbers, personalization, preview
from twins.inksoft.listing import method_id
from twins.inksoft.model import NOTHING, Item, Order
from twins.inksoft.paper import money

_NO_PRICES: dict[str, Any] = dict.fromkeys(
    (
        "TaxRate", "TaxRateOverride", "PrintCost", "PrintSetupCharge", "QuantityDiscountAmount",
        "QuantityDiscountPercent", "ProductPriceEachOverride", "PrintSetupPriceFront", "PrintSetupPriceBack",
        "PrintSetupPriceSleeveLeft", "PrintSetupPriceSleeveRight", "PrintSetupOverridePriceFront",
        "PrintSetupOverridePriceBack", "PrintSetupOverridePriceSleeveLeft", "PrintSetupOverridePriceSleeveRight",
        "PrintCostOverride", "PrintPriceFront", "PrintPriceBack", "PrintPriceSleeveLeft", "PrintPriceSleeveRight",
        "PrintOverridePriceFront", "PrintOverridePriceBack", "PrintOverridePriceSleeveLeft",
        "PrintOverridePriceSleeveRight",
    )
)  # fmt: skip


def summary(order: Order, *, with_cards: bool, pre_salesdoc: bool) -> dict[str, Any]:
    made = cards(order, pre_salesdoc=pre_salesdoc)
    buyer = order.asked.bill_to
    pickup = order.asked.pickup
    return {
        "ID": order.id,
        "UserId": order.id + 5_000_000,
        "Customer": buyer.name,
        "FirstName": buyer.first_name,
        "LastName": buyer.last_name,
        "CompanyName": buyer.company,
        **_both(order),
        "OrderType": order.order_type,
        "PaymentDueDate": None,
        "ShippingMethodId": None if order.delivery == "None" else method_id(order),
        "ShippingMethodName": "Store Pickup" if pickup else order.asked.shipping_method,
        "ShippingVendorId": 1 if pickup else 2,
        "VendorType": "Pickup" if pickup else order.asked.carrier,
        "ExportedToQuickBooks": False,
        "DateExportedToQuickBooks": None,
        "ProductionCardCount": len(made),
        "JobCount": 0,
        "ProductionCards": made if with_cards else [],
    }


def full(order: Order, *, with_cards: bool, pre_salesdoc: bool) -> dict[str, Any]:
    asked = order.asked
    code = asked.discount_code or asked.coupon_code
    return {
        "ID": order.id,
        "UniqueId": order.unique_id,
        "ProposalNumber": f"P-{order.proposal_id}" if order.proposal_id else "",
        "CurrencyCode": asked.currency,
        "CurrencySymbol": {"USD": "$", "EUR": "€", "GBP": "£"}.get(asked.currency, asked.currency),
        "DiscountId": 12 if code else None,
        "DiscountCode": asked.discount_code,
        "CouponCode": asked.coupon_code,
        "User": parts.contact(order),
        "AssigneeId": None,
        "GiftMessage": asked.gift_message,
        "PaymentMethodNote": asked.purchase_order,
        "CardType": "Visa" if asked.payment_method == "CreditCard" and order.payments else "",
        "PurchaseOrderAttachmentUrl": "",
        "BillingAddress": parts.address(asked.bill_to, order.id + 1),
        "ShippingAddress": parts.address(order.address, order.id + 2),
        "ShippingMethod": parts.shipping_method(order),
        **_amounts(order),
        **_both(order),
        "DueDate": iso(asked.due),
        "PaymentRequestSentDate": None,
        "DisplayPricing": True,
        "Notes": asked.notes,
        "Payments": [parts.payment(order, one) for one in order.payments],
        "ProductStyleSizePrices": [],
        "Items": [_item(item, pre_salesdoc) for item in order.items],
        "Shipments": [parts.shipment(order, one, pre_salesdoc=pre_salesdoc) for one in order.shipments],
        "GiftCertificates": [parts.gift_certificate(order)] if asked.gift_certificate else [],
        "PurchasedGiftCertificates": [],
        "NameNumberSettings": [],
        "CheckoutFieldValues": dict(asked.checkout_fields),
        "ProductStyleSizeInventoryStat": {
            str(item.size.id): item.size.stock for item in order.items if item.size.stock is not None
        },
        "ShortCodes": {},
        "Timeline": [parts.comment(order, one) for one in order.comments],
        "ExportedToQuickbooks": False,
        "DateExportedToQuickbooks": None,
        "ContactEmailAddresses": [asked.email],
        "TotalAdjustments": parts.adjustments(order),
        "ProductionCards": cards(order, pre_salesdoc=pre_salesdoc) if with_cards else [],
        "CustomLineItems": [parts.custom_item(one) for one in order.custom_items],
        "ApprovalRequired": asked.needs_approval,
        "ApprovalDate": iso(order.approved_at),
        "LineItemNotes": [parts.item_note(order, place, text) for place, text in enumerate(asked.item_notes)],
    }


def _both(order: Order) -> dict[str, Any]:
    """What the list and the order itself both show."""
    asked = order.asked
    return {
        "DateCreated": iso(order.created),
        "IpAddress": "203.0.113.9",
        "PaymentMethod": asked.payment_method,
        "PaymentStatus": order.payment_status,
        "TotalDiscount": money(order.total_discount),
        "TotalAmount": money(order.total),
        "AmountDue": money(max(order.amount_due, NOTHING)),
        "ProposalId": order.proposal_id,
        "ProcessAmount": money(asked.process_fee),
        "EstimatedShipDate": iso(asked.estimated_ship),
        "ConfirmedShipDate": iso(order.confirmed_ship),
        "EstimatedDeliveryDate_Min": None,
        "EstimatedDeliveryDate_Max": None,
        "ReadyForPickupNotificationSentDate": iso(order.ready_for_pickup_at),
        "Status": order.status,
        "ProductionStatus": order.production_status,
        "Email": asked.email,
        "Authorized": order.authorized,
        "Paid": order.paid,
        "Confirmed": order.confirmed,
        "Ordered": order.ordered,
        "Received": order.received,
        "Prepared": order.prepared,
        "Shipped": order.shipped,
        "Cancelled": order.cancelled,
        "StoreName": order.store_name,
        "StoreId": order.store_id,
    }


def _amounts(order: Order) -> dict[str, Any]:
    asked = order.asked
    return {
        "RetailAmount": money(order.goods_amount),
        "ShippingAmount": money(asked.shipping),
        "ShippingTax": money(asked.shipping_tax),
        "DiscountTax": 0.0,
        "DiscountShipping": money(asked.discount_shipping),
        "TaxRate": float(asked.tax_rate),
        "TaxAmount": money(asked.tax),
        "TaxName": asked.bill_to.state if asked.tax else "",
        "TaxAreaId": None,
        "GiftCertificateAmount": money(asked.gift_certificate),
        "RetailDiscount": money(asked.discount),
        "QuantityDiscountAmount": 0.0,
        "QuantityDiscountPercent": 0.0,
    }


def _item(item: Item, pre_salesdoc: bool) -> dict[str, Any]:
    asked = item.asked
    older = {
        "OrderRetailItemId": item.size_line_id + 500_000,
        "OrderRetailItemSizeId": item.size_line_id,
        "OriginalOrderRetailItemId": None,
        "RetailItemId": item.size_line_id + 600_000,
        "RetailItemSizeId": item.size_line_id + 700_000,
    }
    return {
        **(older if pre_salesdoc else {"UniqueId": item.unique_id}),
        **_NO_PRICES,
        "InProduction": False,
        "KeepExistingPrintMethod": False,
        "ProductId": item.product.id,
        "ProductStyleId": item.style.id,
        "ProductStyleSizeId": item.size.id,
        "Quantity": item.quantity,
        "ArtId": item.art_id,
        "DesignId": item.design_id,
        "SideColorways": [{"SideId": side, "ColorwayId": "1"} for side in asked.sides],
        "UnitPrice": money(item.price),
        "ItemTotal": money(item.total),
        "FullName": item.full_name,
        "ProductPriceEach": money(item.product.price + item.size.up_charge),
        "EstimatedProductionDays": 5,
        "PersonalizationValues": personalization(asked.personalization),
        "NameNumberValues": names_and_numbers(item, pre_salesdoc=pre_salesdoc),
        "AddOns": [
            {
                "ID": place,
                "Quantity": one.quantity,
                "Name": one.name,
                "Description": one.description,
                "Price": money(one.price),
            }
            for place, one in enumerate(asked.add_ons, start=1)
        ],
        "SidePreviews": [
            {
                "SideName": side,
                "ProductOnlyUrl": item.product.image(item.style, side),
                "DesignOnlyUrl": f"/images/designs/{item.design_id}/{side}.png",
                "DesignOnProductUrl": preview(item, side),
                "SideArtId": item.art_id,
            }
            for side in asked.sides
        ],
        "Notes": asked.notes,
    }
