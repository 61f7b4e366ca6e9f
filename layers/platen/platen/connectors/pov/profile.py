"""A profile: how one speaks to POV, as data. The built-in one is ``pov-v0``, a contract of Platen's own making.

POV publishes no API. So whatever a real one could differ in is here, and a connection can replace any of it by
the setting ``profile``: what it leaves out is as in ``pov-v0``, and a template, list or table that it gives
replaces the built-in one as a whole. Nothing in a profile is run.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self
from urllib.parse import quote

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    model_validator,
)

from platen.connectors.pov import template
from platen.connectors.pov.places import Answer, Part
from platen.domain.job import VendorPhase

ONLY_TRANSPORT = "https_json"
_PATH = re.compile(r"/[A-Za-z0-9._~/?&=@:+,{}-]*")
_HEADER = re.compile(r"[A-Za-z0-9!#$&'*+.^_`|~-]{1,60}")
_OURS_TO_SET = frozenset({"host", "content-length", "content-type", "transfer-encoding", "connection", "cookie"})


def _transport(value: object) -> object:
    if value != ONLY_TRANSPORT:
        raise ValueError(
            f"only {ONLY_TRANSPORT} is built; XML over HTTPS and CSV files over SFTP are not. "
            "If POV needs one of those, it has to be written first"
        )
    return value


def _path(*names: str, empty: str = "") -> AfterValidator:
    """A path below the base URL, with each of these placeholders once. ``empty``: what leaving it empty means."""

    def check(text: str) -> str:
        if not text and empty:
            return text
        if not _PATH.fullmatch(text) or "//" in text or ".." in text:
            raise ValueError("it has to be a path such as /orders, below the base URL")
        found = re.findall(r"\{([^{}]*)\}", text)
        bare = re.sub(r"\{[^{}]*\}", "", text)
        if "{" in bare or "}" in bare or sorted(found) != sorted(names):
            holds = " and ".join(f"{{{name}}}" for name in names)
            raise ValueError(f"it has to hold {holds} once, and no other braces" if names else "it has no braces")
        return text

    return AfterValidator(check)


def _header(text: str) -> str:
    if not _HEADER.fullmatch(text) or text.lower() in _OURS_TO_SET:
        raise ValueError("it has to be the name of a header that is not one HTTP itself sets")
    return text


def _no_stock(value: object) -> object:
    if value is not False:
        raise ValueError("stock is not built: nothing is known of how POV would tell it")
    return value


Name = Annotated[str, AfterValidator(_header)]
Place = Literal["header", "basic", "query", "none"]


class Auth(Part):
    """Where the customer ID and the key go. ``basic``: as user and password, both of them."""

    customer_id: Place = "header"
    customer_id_name: Name = "X-Customer-Id"
    key: Place = "header"
    """Only used where the credentials have a key."""
    key_name: Name = "Authorization"
    key_prefix: Annotated[str, StringConstraints(pattern=r"^[ -~]*$", max_length=40)] = "Bearer "
    idempotency_name: Annotated[str, AfterValidator(lambda text: _header(text) if text else text)] = (
        "Idempotency-Key"
    )
    """The header that names the order again when it is sent again; empty: none."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.customer_id == "basic") is not (self.key == "basic"):
            raise ValueError("basic needs both: customer_id is the user and key the password")
        names = [self.customer_id_name.lower()] if self.customer_id == "header" else []
        names += [self.key_name.lower()] if self.key == "header" else []
        names += [self.idempotency_name.lower()] if self.idempotency_name else []
        if len(set(names)) != len(names):
            raise ValueError("two values cannot go in the same header")
        return self


class Paths(Part):
    submit: Annotated[str, _path()] = "/orders"
    order: Annotated[str, _path("ref")] = "/orders/{ref}"
    by_reference: Annotated[str, _path("reference", empty="a doubt is for a person")] = (
        "/orders?reference={reference}"
    )
    """How an order is found by our own id. Empty: after an unclear answer nothing is ever sent again by itself."""
    shipments: Annotated[str, _path("cursor", empty="orders are asked about one by one")] = (
        "/shipments?since={cursor}"
    )
    mail_classes: Annotated[str, _path(empty="no list")] = "/mail-classes"
    cancel: Annotated[str, _path("ref")] = "/orders/{ref}"


class Body(Part):
    """What is posted. ``order`` is the body, ``address`` what {ship_to} becomes, ``item`` each of {items}."""

    order: Annotated[
        dict[str, Any],
        AfterValidator(lambda found: template.checked(found, template.ORDER, ("reference", "ship_to", "items"))),
    ] = {
        "customer_id": "{customer_id}",
        "reference": "{reference}",
        "test": "{test}",
        "order_number": "{order_number}",
        "order_date": "{order_date}",
        "mail_class": "{mail_class}",
        "gift_message": "{gift_message}",
        "packing_message": "{packing_message}",
        "ship_to": "{ship_to}",
        "return_to": None,
        "items": "{items}",
    }
    address: Annotated[
        dict[str, Any],
        AfterValidator(
            lambda found: template.checked(
                found, template.ADDRESS, ("name|last_name", "address1", "city", "postal_code", "country")
            )
        ),
    ] = {
        "name": "{name}",
        "company": "{company}",
        "address1": "{address1}",
        "address2": "{address2}",
        "city": "{city}",
        "state": "{state}",
        "postal_code": "{postal_code}",
        "country": "{country}",
        "phone": "{phone}",
        "email": "{email}",
    }
    item: Annotated[
        dict[str, Any],
        AfterValidator(lambda found: template.checked(found, template.ITEM, ("sku", "quantity", "art_url"))),
    ] = {
        "line_id": "{line_id}",
        "sku": "{sku}",
        "quantity": "{quantity}",
        "art_url": "{art_url}",
        "description": "{description}",
        "price": "{price}",
    }

    @property
    def tells_test(self) -> bool:
        """Whether an order says of itself that it is a test."""
        return any(template.placeholder(leaf) == "test" for _, leaf in template.places(self.order))


class ListedClass(Part):
    code: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""


class Capabilities(Part):
    cancel: bool = False
    stock: Annotated[bool, BeforeValidator(_no_stock)] = False


class Limits(Part):
    lines: int = Field(default=100, ge=1, le=1000)
    """Lines in an order."""
    timeout_seconds: int = Field(default=30, ge=1, le=30)
    """No more than 30: a claim has to outlive the request."""


def folded(word: str) -> str:
    return " ".join(word.split()).casefold()


def _words(table: dict[str, VendorPhase]) -> dict[str, VendorPhase]:
    known: dict[str, VendorPhase] = {}
    for word, phase in table.items():
        if not folded(word):
            raise ValueError("a status has to be a word")
        if known.setdefault(folded(word), phase) is not phase:
            raise ValueError(f'"{folded(word)[:60]}" is there twice, with different meanings')
    return known


class Profile(Part):
    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{0,39}$")] = "pov-v0"
    transport: Annotated[Literal["https_json"], BeforeValidator(_transport)] = "https_json"
    auth: Auth = Auth()
    paths: Paths = Paths()
    body: Body = Body()
    answer: Answer = Answer()
    statuses: Annotated[dict[str, VendorPhase], Field(min_length=1, max_length=100), AfterValidator(_words)] = {
        "received": VendorPhase.WAITING,
        "accepted": VendorPhase.ACCEPTED,
        "in_production": VendorPhase.IN_PRODUCTION,
        "shipped": VendorPhase.SHIPPED,
        "rejected": VendorPhase.FAILED,
        "cancelled": VendorPhase.CANCELLED,
    }
    """Their word -> our phase; case aside. A word that is not here is kept, and moves nothing."""
    mail_classes: Annotated[tuple[ListedClass, ...], Field(max_length=200)] | None = None
    """A list of POV's classes, for when it has no address to ask; None: it is asked."""
    capabilities: Capabilities = Capabilities()
    limits: Limits = Limits()

    @model_validator(mode="after")
    def _can_be_believed(self) -> Self:
        if self.paths.by_reference and not self.answer.order.reference:
            raise ValueError(
                "paths.by_reference needs answer.order.reference: that an order is ours is only believed of one "
                "that names our reference. If POV's orders do not, leave paths.by_reference empty"
            )
        if self.paths.shipments and not (self.answer.shipment.reference or self._told_by_its_order()):
            raise ValueError(
                "paths.shipments needs answer.shipment.reference, or answer.shipment.order_ref and "
                "answer.order.reference: else nobody knows whose shipment it is"
            )
        return self

    def _told_by_its_order(self) -> bool:
        return bool(self.answer.shipment.order_ref and self.answer.order.reference)


def path(pattern: str, **values: str) -> str:
    """A path with its values put in, each quoted so that it stays one value."""
    for name, value in values.items():
        pattern = pattern.replace(f"{{{name}}}", quote(value, safe=""))
    return pattern
