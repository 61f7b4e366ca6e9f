"""InkSoft's payloads, as far as they are read.

Names are compared with case aside, for ``Format=JSONCamelCase`` writes them otherwise, and some are known in a
spelling that is probably a transcriber's: both are read. What is decided by (ids, quantities, flags) has to be
readable; what people only look at falls away where it is not.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from platen.connectors.inksoft import reader

LONGEST_LIST = 2000
"""Of one order: far above anything a shop sells at once."""


class Wire(BaseModel):
    """Anything of theirs: unknown fields are passed over, a null is as good as not there, nothing is quoted."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
        alias_generator=lambda name: name.replace("_", ""),
    )

    @model_validator(mode="before")
    @classmethod
    def _names_alike(cls, given: object) -> object:
        if not isinstance(given, dict):
            return given
        return {str(name).lower().replace("_", ""): value for name, value in given.items() if value is not None}


def _rows(given: object) -> object:
    return [] if given is None or given is False or given == {} else given


def _those_readable[M: BaseModel](model: type[M]) -> Any:
    """A list of them, without what cannot be read: nothing is decided by it. One alone is a list of one."""

    def read(given: object) -> list[M]:
        listed = given if isinstance(given, list) else [given] if isinstance(given, dict) else []
        found: list[M] = []
        for one in listed[:LONGEST_LIST]:
            try:
                found.append(model.model_validate(one))
            except ValidationError:
                continue
        return found

    return BeforeValidator(read)


def _if_readable[M: BaseModel](model: type[M]) -> Any:
    def read(given: object) -> M | None:
        try:
            return model.model_validate(given) if isinstance(given, dict | model) else None
        except ValidationError:
            return None

    return BeforeValidator(read)


Id = Annotated[str, BeforeValidator(reader.identifier), Field(max_length=100)]
"""A number or a GUID as text; empty for what stands for none."""
Number = Annotated[str, BeforeValidator(reader.identifier), Field(pattern=r"^[1-9][0-9]{0,17}$")]
Quantity = Annotated[int, BeforeValidator(reader.quantity), Field(ge=0, le=1_000_000)]
Flag = Annotated[bool, BeforeValidator(reader.flag)]
Text = Annotated[str, BeforeValidator(reader.text)]
Amount = Annotated[Decimal | None, BeforeValidator(reader.amount)]
Moment = Annotated[reader.Stamp, BeforeValidator(reader.moment)]
Pairs = Annotated[tuple[tuple[str, str], ...], BeforeValidator(reader.pairs)]


class Address(Wire):
    first_name: Text = ""
    last_name: Text = ""
    name: Text = ""
    company_name: Text = ""
    street1: Text = ""
    street2: Text = ""
    city: Text = ""
    state: Text = ""
    country: Text = ""
    country_code: Text = ""
    post_code: Text = ""
    phone: Text = ""


class Phone(Wire):
    number: Text = ""


class Named(Wire):
    name: Text = ""


class Contact(Wire):
    first_name: Text = ""
    last_name: Text = ""
    email: Text = ""
    phones: Annotated[list[Phone], _those_readable(Phone)] = []
    tags: Annotated[list[Named], _those_readable(Named)] = []


class ShippingMethod(Wire):
    id: Id = ""
    name: Text = ""
    vendor_name: Text = ""
    pickup_set_at_store_id: Id = ""
    pickup_date_start: Moment = None
    pickup_date_end: Moment = None
    is_proposal_pickup: Annotated[bool, BeforeValidator(reader.maybe_flag)] = False


class Personalization(Wire):
    name: Text = ""
    value: Text = ""


class NameNumber(Wire):
    name: Text = ""
    number: Text = ""
    quantity: Annotated[int, BeforeValidator(reader.maybe_count)] = Field(
        default=0, validation_alias=AliasChoices("quantity", "quasntity")
    )


class AddOn(Wire):
    name: Text = ""
    quantity: Annotated[int, BeforeValidator(reader.maybe_count)] = 0


class SidePreview(Wire):
    side_name: Text = ""
    product_only_url: Text = ""
    design_only_url: Text = ""
    design_on_product_url: Text = ""
    side_art_id: Annotated[str, BeforeValidator(reader.maybe_identifier)] = ""


class Item(Wire):
    """One size of one product with its design. ``key`` names it since and before SalesDoc."""

    unique_id: Id = Field(default="", validation_alias=AliasChoices("uniqueid", "itemguid", "guid"))
    order_retail_item_size_id: Id = ""
    order_retail_item_id: Id = ""
    product_id: Id = ""
    product_style_id: Id = ""
    product_style_size_id: Id = ""
    quantity: Quantity
    unit_price: Amount = None
    item_total: Amount = None
    full_name: Text = ""
    art_id: Id = ""
    design_id: Id = ""
    side_previews: Annotated[list[SidePreview], _those_readable(SidePreview)] = []
    personalization_values: Annotated[list[Personalization], _those_readable(Personalization)] = []
    name_number_values: Annotated[list[NameNumber], _those_readable(NameNumber)] = []
    add_ons: Annotated[list[AddOn], _those_readable(AddOn)] = []
    notes: Text = ""

    @property
    def key(self) -> str:
        return self.unique_id or self.order_retail_item_size_id

    @model_validator(mode="after")
    def _has_a_key(self) -> Item:
        if not self.key:
            raise ValueError("an item without UniqueId and OrderRetailItemSizeId")
        return self


class CustomImage(Wire):
    image_url: Text = ""


class CustomLineItem(Wire):
    id: Id = ""
    unique_id: Id = ""
    name: Text = ""
    description: Text = ""
    style: Text = ""
    size: Text = ""
    # What has no quantity is one of it.
    quantity: Quantity = 1
    unit_price: Amount = None
    unit_weight: Amount = None
    unit_type: Text = ""
    image_url: Text = ""
    custom_line_item_images: Annotated[list[CustomImage], _those_readable(CustomImage)] = []


class PackageItem(Wire):
    item_guid: Id = ""
    order_retail_item_size_id: Id = ""
    quantity: Quantity = 0

    @property
    def key(self) -> str:
        return self.item_guid or self.order_retail_item_size_id


class Package(Wire):
    id: Id = ""
    tracking_number: Text = ""
    items: Annotated[list[PackageItem], BeforeValidator(_rows), Field(max_length=LONGEST_LIST)] = []


class Shipment(Wire):
    id: Id = ""
    packages: Annotated[list[Package], BeforeValidator(_rows), Field(max_length=LONGEST_LIST)] = []


class Art(Wire):
    name: Text = ""
    image_url: Text = ""
    original_url: Text = ""
    uploaded_url: Text = ""


class CardColour(Wire):
    index: Annotated[int, BeforeValidator(reader.maybe_count)] = 0
    name: Text = ""
    pms: Text = ""


class CardItem(Wire):
    item_guid: Id = Field(default="", validation_alias=AliasChoices("itemguid", "uniqueid", "guid"))
    order_retail_item_size_id: Id = ""
    size: Text = ""

    @property
    def key(self) -> str:
        return self.item_guid or self.order_retail_item_size_id


class ProductionCard(Wire):
    """One region of one side of a design, as the print shop gets it."""

    id: Id = ""
    order_retail_item_id: Id = ""
    product_id: Id = ""
    product_name: Text = ""
    product_sku: Text = ""
    product_manufacturer: Text = ""
    product_style_id: Id = ""
    product_style_name: Text = ""
    """The colour of the product."""
    design_id: Id = ""
    design_name: Text = ""
    art: Annotated[Art | None, _if_readable(Art)] = None
    art_id: Id = ""
    side: Text = ""
    side_internal_name: Text = ""
    region_name: Text = ""
    preview_url: Text = ""
    product_url: Text = ""
    art_url: Text = ""
    print_method: Text = ""
    production_notes: Text = ""
    colors: Annotated[list[CardColour], _those_readable(CardColour)] = []
    items: Annotated[list[CardItem], _those_readable(CardItem)] = []


class Adjustment(Wire):
    type: Text = ""
    description: Text = ""
    amount: Amount = None


class OrderPayment(Wire):
    date_created: Moment = None


class LineNote(Wire):
    content: Text = ""
    product_style_id: Id = ""
    art_id: Id = ""
    unique_id: Id = ""


class TimelineEntry(Wire):
    event_type: Text = ""
    comment: Text = ""
    deleted: Annotated[bool, BeforeValidator(reader.maybe_flag)] = False
    created: Moment = None
    created_by_name: Text = ""


class Order(Wire):
    id: Number
    store_id: Id = ""
    store_name: Text = ""
    proposal_id: Id = ""
    proposal_number: Text = ""
    order_type: Text = ""
    """Only summaries are known to have it."""
    status: Text = ""
    production_status: Text = ""
    currency_code: Text = ""
    discount_code: Text = ""
    coupon_code: Text = ""
    email: Text = ""
    user: Annotated[Contact | None, _if_readable(Contact)] = None
    gift_message: Text = ""
    payment_method: Text = ""
    payment_method_note: Text = ""
    payment_status: Text = ""
    card_type: Text = ""
    billing_address: Annotated[Address | None, _if_readable(Address)] = None
    shipping_address: Annotated[Address | None, _if_readable(Address)] = None
    shipping_method: Annotated[ShippingMethod | None, _if_readable(ShippingMethod)] = None
    shipping_amount: Amount = None
    tax_amount: Amount = None
    total_amount: Amount = None
    gift_certificate_amount: Amount = Field(
        default=None, validation_alias=AliasChoices("giftcertificateamount", "giftcertficateamount")
    )
    retail_discount: Amount = None
    total_discount: Amount = None
    quantity_discount_amount: Amount = None
    process_amount: Amount = None
    date_created: Moment = None
    due_date: Moment = None
    estimated_ship_date: Moment = None
    authorized: Flag = False
    paid: Flag = False
    shipped: Flag = False
    cancelled: Flag = Field(default=False, validation_alias=AliasChoices("cancelled", "canceled"))
    approval_required: Flag = False
    approval_date: Moment = None
    notes: Text = ""
    payments: Annotated[list[OrderPayment], _those_readable(OrderPayment)] = []
    items: Annotated[list[Item], BeforeValidator(_rows), Field(max_length=LONGEST_LIST)] = []
    custom_line_items: Annotated[list[CustomLineItem], BeforeValidator(_rows), Field(max_length=LONGEST_LIST)] = []
    shipments: Annotated[list[Shipment], BeforeValidator(_rows), Field(max_length=LONGEST_LIST)] = []
    production_cards: Annotated[list[ProductionCard], _those_readable(ProductionCard)] = []
    checkout_field_values: Pairs = ()
    timeline: Annotated[list[TimelineEntry], _those_readable(TimelineEntry)] = []
    total_adjustments: Annotated[list[Adjustment], _those_readable(Adjustment)] = []
    line_item_notes: Annotated[list[LineNote], _those_readable(LineNote)] = []


class Summary(Wire):
    """A row of the list: only what tells whether the order is to be read, and how."""

    id: Number
    store_id: Id = ""
    store_name: Text = ""
    proposal_id: Id = ""
    order_type: Text = ""
    email: Text = ""


class Size(Wire):
    id: Id = ""
    name: Text = ""


class Style(Wire):
    id: Id = ""
    name: Text = ""
    sizes: Annotated[list[Size], _those_readable(Size)] = []


class Product(Wire):
    id: Id = ""
    name: Text = ""
    sku: Text = ""
    manufacturer: Text = ""
    manufacturer_sku: Text = ""
    styles: Annotated[list[Style], _those_readable(Style)] = []


class Store(Wire):
    name: Text = Field(default="", validation_alias=AliasChoices("name", "storename"))


class Pagination(Wire):
    total_results: Annotated[int | None, BeforeValidator(reader.count_or_none)] = None


class Message(Wire):
    content: Text = ""
