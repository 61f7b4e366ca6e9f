"""What people and scripts may ask of the operator: one model for each kind of request, hostile until validated."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from platen.domain.connection import Lines, Link, Send
from platen.domain.making import FolderName
from platen.domain.printing import Print, PrintDetails, PrintOption, ProductMapping
from platen.domain.record import OrderState
from platen.messages import Queue

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
ConnectionId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,30}[a-z0-9]$")]


class Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Nothing(Request):
    pass


class Connect(Request):
    system: Name
    connection_id: ConnectionId
    settings: dict[str, Any] = {}
    credentials: dict[str, Any] = {}
    intake: dict[str, Any] = {}
    making: dict[str, Any] = {}


class Rules(Request):
    connection: ConnectionId
    intake: dict[str, Any] = {}
    making: dict[str, Any] = {}


Names = Annotated[tuple[Name, ...], Field(max_length=100)]
Countries = Annotated[tuple[Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")], ...], Field(max_length=250)]


class LinkRule(Request):
    """A link as people say it. ``name``: empty is the vendor's."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=50)] = ""
    vendor: ConnectionId
    lines: Lines = Lines.PRINTED
    skus: Names = ()
    countries: Countries = ()
    vendors: Names = ()
    tags: Names = ()
    locations: Names = ()
    folders: Names = ()
    send: Send = Send.AUTO

    def link(self) -> Link:
        fields = {name: getattr(self, name) for name in LinkRule.model_fields}
        return Link.model_validate(fields | {"name": self.name or self.vendor})


class LinkUp(LinkRule):
    store: ConnectionId
    before: str = Field(default="", max_length=50)


class Unlink(Request):
    store: ConnectionId
    vendor: ConnectionId | None = None
    link: str = Field(default="", max_length=50)


class TryLinks(Request):
    store: ConnectionId
    links: tuple[LinkRule, ...] | None = Field(default=None, max_length=100)
    orders: tuple[Name, ...] = Field(default=(), max_length=100)
    state: OrderState | None = None
    limit: int = Field(default=20, ge=1, le=100)
    after: str = Field(default="", max_length=2000)


class TryClasses(Request):
    connection: ConnectionId
    making: dict[str, Any] | None = None
    limit: int = Field(default=100, ge=1, le=100)
    after: str = Field(default="", max_length=2000)


class FolderNames(Request):
    names: tuple[Annotated[FolderName, Field(min_length=1)], ...] = Field(min_length=1, max_length=50)


class OneFolder(Request):
    name: Annotated[FolderName, Field(min_length=1)]


class Move(Request):
    orders: tuple[Name, ...] = Field(min_length=1, max_length=100)
    connection: ConnectionId | None = None
    folder: Annotated[FolderName, Field(min_length=1)]
    who: Name


class MoveAll(Request):
    connection: ConnectionId
    from_folder: Annotated[FolderName, Field(min_length=1)]
    folder: Annotated[FolderName, Field(min_length=1)]
    who: Name


class OfConnection(Request):
    connection: ConnectionId


class Disconnect(Request):
    connection: ConnectionId
    force: bool = False
    """Though something of it is not over yet."""


class ListOrders(Request):
    connection: ConnectionId | None = None
    state: OrderState | None = None
    folder: FolderName = ""
    number: Name | None = None
    limit: int = Field(default=50, ge=1, le=200)
    after: str = Field(default="", max_length=2000)


class OneOrder(Request):
    order: Name
    connection: ConnectionId | None = None


class Decide(Request):
    order: Name
    connection: ConnectionId | None = None
    place: str = Field(default="", max_length=100)
    who: Name
    vendor_ref: str = Field(default="", max_length=100)


Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Reprint(Request):
    order: Name
    connection: ConnectionId | None = None
    place: str = Field(default="", max_length=100)
    lines: dict[str, Annotated[int, Field(ge=1, le=100_000)]] = Field(default_factory=dict, max_length=500)
    reason: Reason
    who: Name


class CancelOrder(Request):
    order: Name
    connection: ConnectionId | None = None
    who: Name
    reason: Reason
    at_store: bool = False
    refund: bool = False
    restock: bool = False
    notify: bool = False


class Redrive(Request):
    queue: Queue | None = None
    limit: int = Field(default=1000, ge=1, le=10000)


Grams = Annotated[Decimal, Field(gt=0, le=1_000_000, max_digits=12, decimal_places=3)]


class Row(Request):
    sku: Name
    print_sku: str = Field(default="", max_length=200)
    print_url: str = Field(default="", max_length=2000)
    print_design_id: str = Field(default="", max_length=200)
    print_account: str = Field(default="", max_length=50)
    print_location: str = Field(default="", max_length=100)
    print_type: str = Field(default="", max_length=100)
    print_preview: str = Field(default="", max_length=2000)
    more: tuple[Print, ...] = Field(default=(), max_length=19)
    options: tuple[PrintOption, ...] = Field(default=(), max_length=50)
    location: str = Field(default="", max_length=200)
    weight: Grams | None = None

    def mapping(self) -> ProductMapping:
        details = PrintDetails(
            sku=self.print_sku,
            url=self.print_url,
            design_id=self.print_design_id,
            account=self.print_account,
            location=self.print_location,
            kind=self.print_type,
            preview=self.print_preview,
            more=self.more,
            options=self.options,
        )
        return ProductMapping(sku=self.sku, details=details, location=self.location, weight=self.weight)


class ImportProducts(Request):
    store: ConnectionId
    rows: tuple[Row, ...] = Field(min_length=1, max_length=500)
    more: bool = False
    """Further rows follow: orders that wait for them are looked at again only after the last."""


class LookUpProducts(Request):
    store: ConnectionId
    skus: tuple[Name, ...] = Field(min_length=1, max_length=100)
