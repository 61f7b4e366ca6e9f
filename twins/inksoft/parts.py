"""The smaller things an order shows: addresses, the buyer, the way it goes, payments, shipments, notes."""

from __future__ import annotations

from typing import Any

from twins.inksoft.asked import Address, iso
from twins.inksoft.listing import method_id
from twins.inksoft.model import Comment, CustomItem, Order, Payment, Shipment
from twins.inksoft.paper import money

PICKUP_PLACE = Address(first_name="", last_name="", company="The Shop", street1="Short Street 2", phone="")


def address(one: Address | None, number: int) -> dict[str, Any] | None:
    if one is None:
        return None
    lines = ", ".join(line for line in (one.street1, one.street2, one.city) if line)
    return {
        "ID": number,
        "StateId": 3,
        "CountryId": 1,
        "Business": one.business,
        "TaxExempt": False,
        "FirstName": one.first_name,
        "LastName": one.last_name,
        "Name": one.name,
        "CompanyName": one.company,
        "Street1": one.street1,
        "Street2": one.street2,
        "City": one.city,
        "State": one.state,
        "StateName": one.state_name,
        "Country": one.country,
        "CountryCode": one.country_code,
        "Phone": one.phone,
        "Fax": "",
        "PostCode": one.post_code,
        "POBox": False,
        "SaveToAddressBook": False,
        "Type": "",
        "TaxId": "",
        "Department": "",
        "Validated": True,
        "IsPrimaryAddress": True,
        "SingleLine": f"{lines}, {one.state} {one.post_code}",
    }


def contact(order: Order) -> dict[str, Any]:
    """The buyer. ``Origin`` says where the account came from; that it tells the embedded designer is inferred."""
    buyer = order.asked.bill_to
    origin = "Embedded Designer" if order.asked.origin == "embedded" else "Online Store"
    phone = {"ID": 1, "Number": buyer.phone, "Extension": "", "PhoneType": "Mobile", "IsSMSOptOut": False}
    return {
        "ID": order.id + 5_000_000,
        "Fax": "",
        "Note": "",
        "PurchaseOrdersEnabled": bool(order.asked.purchase_order),
        "PayLaterEnabled": False,
        "Timeline": [],
        "TierId": None,
        "Tiers": [],
        "IsTaxable": True,
        "FirstName": buyer.first_name,
        "LastName": buyer.last_name,
        "JobTitle": "",
        "Email": order.asked.email,
        "Phones": [phone] if buyer.phone else [],
        "ProfilePicture": "",
        "Newsletter": False,
        "Tags": [],
        "Store": {
            "ID": order.store_id,
            "Name": order.store_name,
            "Logo": "",
            "AcceptPurchaseOrder": True,
            "AllowPaymentLater": True,
        },
        "Origin": {"ID": 2 if order.asked.origin == "embedded" else 1, "Name": origin, "Image": "", "Count": None},
        "PrimaryAddressId": order.id + 1,
        "Addresses": [address(buyer, order.id + 1)],
        "Discount": None,
        "BirthDate": None,
        "DateCreated": iso(order.created),
        "LastModified": iso(order.created),
        "ExternalReferenceId": "",
    }


def shipping_method(order: Order) -> dict[str, Any] | None:
    if order.delivery == "None":
        return None
    pickup = order.asked.pickup
    return {
        "ID": method_id(order),
        "VendorId": 1 if pickup else 2,
        "Name": "Store Pickup" if pickup else order.asked.shipping_method,
        "Description": "",
        "VendorName": "Pickup" if pickup else order.asked.carrier,
        "Price": money(order.asked.shipping),
        "AllowBeforeAddressKnown": pickup,
        "AllowResidential": True,
        "AllowPoBox": False,
        "AllowCommercial": True,
        "DiscountingEnabled": False,
        "ProcessDays": None,
        "PromptForCartShipperAccount": False,
        "RequireCartShipperAccount": False,
        "AllowShippingAddress": not pickup,
        "ProcessMarkup": None,
        "PickupSetAtStoreId": order.store_id if pickup else None,
        "TransitDays_Min": None,
        "TransitDays_Max": None,
        "RtMarkupDollar": None,
        "RtMarkupPercent": None,
        "Address": address(PICKUP_PLACE, 1) if pickup else None,
        "PickupNotes": "Ring twice" if pickup else "",
        "PickupDateStart": None,
        "PickupDateEnd": None,
        "OffsetGmt": None,
        "PickupType": "Unknown",
        "CalculationType": "",
        "SortOrder": 1,
        "ShipToStateIds": [],
        "IsProposalPickup": pickup and order.proposal_id is not None,
        "IsReferredInProposal": order.proposal_id is not None,
    }


def payment(order: Order, one: Payment) -> dict[str, Any]:
    card = order.asked.payment_method == "CreditCard"
    return {
        "ID": one.id,
        "OrderId": order.id,
        "ProposalId": order.proposal_id,
        "EventType": "AUTH_CAPTURE",
        "CardLast4": "4242" if card else "",
        "CardType": "Visa" if card else "",
        "ResponseCode": "1",
        "TransactionId": f"T{one.id}",
        "OriginalTransactionId": "",
        "ApprovalCode": "",
        "AvsCode": "",
        "DateCreated": iso(one.at),
        "DateVoided": iso(one.voided_at),
        "TestMode": False,
        "GatewayAccount": "",
        "GiftCertificateId": None,
        "Amount": money(one.amount),
        "ProcessingFee": None,
        "InkSoftFee": None,
        "GatewayName": "Gateway",
        "AttachmentFileName": "",
        "Notes": "",
        "BillingAddress": address(order.asked.bill_to, order.id + 1),
    }


def gift_certificate(order: Order) -> dict[str, Any]:
    amount = money(order.asked.gift_certificate)
    return {
        "Amount": amount,
        "AppliedAmount": amount,
        "InitialPurchaseAmount": amount,
        "Created": iso(order.created),
        "DateSent": None,
        "HasOrders": True,
        "Number": f"GC-{order.id}",
        "ToName": "",
        "ToEmail": order.asked.email,
    }


def adjustments(order: Order) -> list[dict[str, Any]]:
    return [
        {
            "ID": place,
            "Type": one.kind,
            "Description": one.description,
            "Percentage": None,
            "Amount": money(one.amount),
            "CreatedByName": "Shop",
            "Created": iso(order.created),
            "ModifiedByName": "",
            "LastModified": iso(order.created),
        }
        for place, one in enumerate(order.asked.adjustments, start=1)
    ]


def custom_item(one: CustomItem) -> dict[str, Any]:
    asked = one.asked
    return {
        "ID": one.id,
        "ParentId": None,
        "UniqueId": one.unique_id,
        "Name": asked.name,
        "Description": asked.description,
        "ImageUrl": "",
        "Taxable": True,
        "TaxRate": None,
        "TaxRateOverride": None,
        "UnitCost": None,
        "UnitPrice": money(asked.price),
        "UnitWeight": None if asked.weight is None else float(asked.weight),
        "Quantity": asked.quantity,
        "UnitType": "PerHour" if asked.per_hour else "PerItem",
        "Active": True,
        "Size": asked.size,
        "Style": asked.style,
        "CustomLineItemImages": [],
    }


def item_note(order: Order, place: int, text: str) -> dict[str, Any]:
    item = order.items[place] if place < len(order.items) else None
    return {
        "ID": order.id * 10 + place,
        "OrderId": order.id,
        "ProposalId": order.proposal_id,
        "ArtId": item.art_id if item else None,
        "CustomLineItemId": None,
        "ProductStyleId": item.style.id if item else None,
        "PersonalizationValues": "",
        "Content": text,
        "DateCreated": iso(order.created),
        "DateModified": iso(order.created),
        "UniqueId": None,
    }


def comment(order: Order, one: Comment) -> dict[str, Any]:
    return {
        "ID": one.id,
        "EventDescription": {},
        "ContactIds": [],
        "CompanyIds": [],
        "JobIds": [],
        "OrderIds": [order.id],
        "ProposalIds": [],
        "ProductionCardIds": [],
        "Event": "Comment",
        "Comment": one.text,
        "EventType": "Comment",
        "Edited": False,
        "EditedDate": None,
        "Deleted": False,
        "DeletedDate": None,
        "Created": iso(one.at),
        "CreatedByUserId": None,
        "CreatedByName": one.by,
        "Details": [],
    }


def shipment(order: Order, one: Shipment, *, pre_salesdoc: bool) -> dict[str, Any]:
    items = [
        {"ID": packed.id, "OrderRetailItemSizeId": packed.item.size_line_id, "Quantity": packed.quantity}
        if pre_salesdoc
        else {"Guid": packed.guid, "ItemGuid": packed.item.unique_id, "Quantity": packed.quantity}
        for packed in one.items
    ]
    package = {
        "ID": one.package_id,
        "ShippedDate": iso(one.at),
        "TrackingNumber": one.tracking,
        "TrackingUrl": one.url,
        "ShippingServiceType": one.service,
        "Status": "",
        "CarrierName": one.carrier,
        "ShippingLabelFileName": "",
        "LabelCost": None if one.label_cost is None else money(one.label_cost),
        "Items": items,
    }
    return {
        "ID": one.id,
        "OrderId": order.id,
        "PackageCount": 1,
        "DateCreated": iso(one.at),
        "LastModified": iso(one.at),
        "Notes": "",
        "PickedUpBy": one.picked_up_by,
        "Pickup": one.pickup,
        "ToAddress": address(one.to, order.id + 2),
        "FromAddress": None,
        "Packages": [package],
    }
