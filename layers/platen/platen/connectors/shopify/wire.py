"""Shopify's answers, as far as they are read: tolerant of what is new, strict on what is decided by."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic.alias_generators import to_camel

from platen.domain.model import Instant

_GID = re.compile(r"gid://shopify/([A-Za-z]{1,60})/([0-9]{1,20})(?:\?.*)?")


def number_of(gid: str) -> str:
    """The number in a global id: what webhooks and people use. Raises ValueError for anything else.

    >>> number_of("gid://shopify/LineItem/20109840777522")
    '20109840777522'
    """
    found = _GID.fullmatch(gid)
    if not found:
        raise ValueError("not one of Shopify's global ids")
    return found[2]


def type_of(gid: str) -> str:
    """The kind of thing a global id names, e.g. ``Order``; empty when it is no global id."""
    found = _GID.fullmatch(gid)
    return found[1] if found else ""


def gid(kind: str, number: str) -> str:
    return f"gid://shopify/{kind}/{number}"


def _as_text(number: Any) -> Any:
    """Numbers may come as JSON numbers or as text; a float has lost digits and is no id."""
    return str(number) if isinstance(number, int) and not isinstance(number, bool) else number


Number = Annotated[str, BeforeValidator(_as_text), StringConstraints(pattern=r"^[0-9]{1,20}$")]
"""A legacy id: the number Shopify's webhooks carry."""
Gid = Annotated[str, StringConstraints(max_length=300)]
NumberOfGid = Annotated[str, BeforeValidator(lambda text: number_of(text) if isinstance(text, str) else text)]
"""Read from a global id, kept as its number."""
Text = Annotated[str, BeforeValidator(lambda text: "" if text is None else text)]
"""Text that may be null, which says no more than empty text."""


def _as_list(several: Any) -> Any:
    return [] if several is None else several


class Wire(BaseModel):
    """Values of answers: names as Shopify writes them, nothing quoted in errors (it may be personal)."""

    model_config = ConfigDict(
        extra="ignore", frozen=True, alias_generator=to_camel, populate_by_name=True, hide_input_in_errors=True
    )


class PageInfo(Wire):
    has_next_page: bool = False
    end_cursor: Text = ""


class Nodes[T](Wire):
    """A connection: one page of it."""

    nodes: Annotated[list[T], Field(max_length=250)]
    page_info: PageInfo = PageInfo()

    @property
    def next(self) -> str:
        """The cursor of the next page; empty at the end."""
        return self.page_info.end_cursor if self.page_info.has_next_page else ""


class Amount(Wire):
    amount: Decimal
    currency_code: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class MoneyBag(Wire):
    presentment_money: Amount


class KeyValue(Wire):
    key: str
    value: Text = ""


KeyValues = Annotated[list[KeyValue], BeforeValidator(_as_list)]


def _if_readable(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    """What only people look at keeps no order waiting: as good as not told where it cannot be read."""
    try:
        return read(value)
    except ValidationError:
        return None


class Weight(Wire):
    value: Annotated[Decimal, Field(ge=0, lt=1_000_000_000)]
    unit: str


class Image(Wire):
    url: Annotated[str, StringConstraints(max_length=2000, pattern=r"^https?://")]


class SelectedOption(Wire):
    name: str
    value: str


class Variant(Wire):
    """What the shop sells now; null without the right to see products, and when it was deleted since."""

    variant_id: Annotated[NumberOfGid, Field(alias="id")] = ""
    barcode: Text = ""
    selected_options: list[SelectedOption] = []


type IfReadable[T: Wire] = Annotated[T | None, WrapValidator(_if_readable)]


class Position(Wire):
    """Which of the order's discounts."""

    index: int


class Allocation(Wire):
    """What one discount takes off one line as it was ordered: what was refunded since is in it."""

    allocated_amount_set: MoneyBag
    discount_application: Position


class DiscountApplication(Wire):
    index: int
    target_type: Text = ""
    code: Text = ""
    title: Text = ""


class LineItem(Wire):
    line_id: NumberOfGid = Field(alias="id")
    title: Text = ""
    variant_title: Text = ""
    sku: Text = ""
    vendor: Text = ""
    quantity: int
    current_quantity: int
    unfulfilled_quantity: int
    requires_shipping: bool
    is_gift_card: bool
    custom_attributes: KeyValues = []
    discounted_unit_price_after_all_discounts_set: MoneyBag | None = None
    original_unit_price_set: MoneyBag | None = None
    discount_allocations: Annotated[list[Allocation], BeforeValidator(_as_list)] = []
    weight: IfReadable[Weight] = None
    image: IfReadable[Image] = None
    variant: IfReadable[Variant] = None


class Named(Wire):
    """Something of which only the id matters."""

    number: NumberOfGid = Field(alias="id")


class FulfillmentOrderLine(Wire):
    id: Gid
    product_title: Text = ""
    total_quantity: int | None = None
    remaining_quantity: int
    line_item: Named

    @property
    def gone(self) -> int:
        """How many have left by this fulfillment order: what is cancelled keeps its remaining quantity."""
        return max(0, (self.total_quantity or 0) - max(0, self.remaining_quantity))


class DeliveryMethod(Wire):
    method_type: Text = ""


class Hold(Wire):
    reason: Text = ""
    display_reason: Text = ""


class Location(Wire):
    id: Gid


class AssignedLocation(Wire):
    name: Text = ""
    location: Location | None = None


class FulfillmentOrder(Wire):
    """The lines one location sends by one delivery method."""

    id: Gid
    status: str
    fulfill_at: Instant | None = None
    delivery_method: DeliveryMethod | None = None
    fulfillment_holds: list[Hold] = []
    assigned_location: AssignedLocation | None = None
    line_items: Nodes[FulfillmentOrderLine]

    @property
    def method(self) -> str:
        return self.delivery_method.method_type if self.delivery_method else ""

    @property
    def place(self) -> str:
        """What tells its location from others; by name where the app may not see locations."""
        where = self.assigned_location
        if where is None:
            return ""
        return where.location.id if where.location else where.name

    @property
    def place_name(self) -> str:
        return self.assigned_location.name if self.assigned_location else ""


class MailingAddress(Wire):
    name: Text = ""
    first_name: Text = ""
    last_name: Text = ""
    company: Text = ""
    address1: Text = ""
    address2: Text = ""
    city: Text = ""
    zip: Text = ""
    province_code: Text = ""
    country_code_v2: Text = ""
    phone: Text = ""


class ShippingLine(Wire):
    title: Text = ""
    code: Text = ""
    is_removed: bool = False
    discounted_price_set: MoneyBag | None = None


class Order(Wire):
    legacy_resource_id: Number
    name: str
    created_at: Instant
    processed_at: Instant
    updated_at: Instant
    cancelled_at: Instant | None = None
    cancel_reason: Text = ""
    closed: bool = False
    test: bool
    display_financial_status: Text = ""
    email: Text = ""
    tags: Annotated[list[str], BeforeValidator(_as_list)] = []
    note: Text = ""
    custom_attributes: KeyValues = []
    current_shipping_price_set: MoneyBag | None = None
    current_total_tax_set: MoneyBag | None = None
    current_total_discounts_set: MoneyBag | None = None
    payment_gateway_names: Annotated[list[str], BeforeValidator(_as_list)] = []
    shipping_address: MailingAddress | None = None
    billing_address: MailingAddress | None = None
    discount_applications: Nodes[DiscountApplication] | None = None
    shipping_lines: Nodes[ShippingLine]
    line_items: Nodes[LineItem]
    fulfillment_orders: Nodes[FulfillmentOrder]


class FulfillmentLine(Wire):
    quantity: int | None = None
    line_item: Named


class Tracking(Wire):
    number: Text = ""


class Fulfillment(Wire):
    """What a store shows of one parcel."""

    legacy_resource_id: Number
    name: Text = ""
    status: str
    created_at: Instant
    tracking_info: list[Tracking] = []
    fulfillment_line_items: Nodes[FulfillmentLine]


class Parcels(Wire):
    """An order as far as parcels matter: what has left, and what is still to leave from where."""

    name: str
    created_at: Instant
    cancelled_at: Instant | None = None
    fulfillments: Annotated[list[Fulfillment], Field(max_length=250)]
    fulfillment_orders: Nodes[FulfillmentOrder]


class OrderStub(Wire):
    legacy_resource_id: Number
    updated_at: Instant


class UserError(Wire):
    field: list[str] | None = None
    message: str


class MutationResult(Wire):
    """What every mutation's payload has: the refusals of a business kind."""

    user_errors: list[UserError] = []

    @property
    def words(self) -> str:
        return "; ".join(error.message[:300] for error in self.user_errors[:5])


class Made(Wire):
    legacy_resource_id: Number


class FulfillmentResult(MutationResult):
    fulfillment: Made | None = None


class Subscription(Wire):
    id: Gid
    topic: str
    uri: str
    format: str = "JSON"
    filter: Text = ""
    include_fields: list[str] = []


class Shop(Wire):
    name: str
    myshopify_domain: str


class Scope(Wire):
    handle: str


class Installation(Wire):
    access_scopes: list[Scope]
