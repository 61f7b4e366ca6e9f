"""Order Desk's records as pydantic: tolerant, because PHP wrote them.

Documented: ids are strings, times are UTC as ``YYYY-MM-DD HH:MM:SS``, a map with nothing in it is told as ``[]``.
Not documented, and so taken either way: whether a number is told as text, and how ``GET /store`` lists its folders.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict


def _text(said: Any) -> str:
    if isinstance(said, bool):
        return "true" if said else ""
    if isinstance(said, str | int | float):
        # Half a character (a lone surrogate) can be written nowhere.
        return str(said).encode("utf-8", "replace").decode().replace("\x00", "").strip()
    return ""


def _map(said: Any) -> dict[str, str]:
    if isinstance(said, list):
        said = {_text(one.get("name")): one.get("value") for one in said if isinstance(one, dict)}
    if not isinstance(said, dict):
        return {}
    return {_text(name): _text(value) for name, value in said.items() if _text(name)}


def _list(said: Any) -> list[Any]:
    found = list(said.values()) if isinstance(said, dict) else said if isinstance(said, list) else []
    return [one for one in found if isinstance(one, dict)]


def _one(said: Any) -> dict[str, Any]:
    return said if isinstance(said, dict) else {}


def _count(said: Any) -> int:
    try:
        number = float(said)
    except (TypeError, ValueError, OverflowError):
        return 0
    return min(max(0, round(number)), 1_000_000) if math.isfinite(number) else 0


def _moment(said: Any) -> datetime | None:
    """UTC, unless it says another zone; PHP's ``0000-00-00 00:00:00`` is no time."""
    try:
        moment = datetime.fromisoformat(_text(said))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


Text = Annotated[str, BeforeValidator(_text)]
Map = Annotated[dict[str, str], BeforeValidator(_map)]
Count = Annotated[int, BeforeValidator(_count)]
Moment = Annotated[datetime | None, BeforeValidator(_moment)]
type Many[T] = Annotated[list[T], BeforeValidator(_list)]
type One[T] = Annotated[T, BeforeValidator(_one)]


class _Theirs(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True)


class Address(_Theirs):
    first_name: Text = ""
    last_name: Text = ""
    company: Text = ""
    address1: Text = ""
    address2: Text = ""
    address3: Text = ""
    address4: Text = ""
    city: Text = ""
    state: Text = ""
    postal_code: Text = ""
    country: Text = ""
    phone: Text = ""


class OrderItem(_Theirs):
    id: Text = ""
    name: Text = ""
    code: Text = ""
    quantity: Count = 0
    delivery_type: Text = ""
    category_code: Text = ""
    variation_list: Map = {}
    metadata: Map = {}


class Shipment(_Theirs):
    tracking_number: Text = ""
    carrier_code: Text = ""
    shipment_method: Text = ""
    date_shipped: Text = ""


class Order(_Theirs):
    """``model_extra`` holds every field that is not named here: what has no counterpart."""

    id: Text
    email: Text = ""
    shipping_method: Text = ""
    source_name: Text = ""
    source_id: Text = ""
    folder_id: Text = ""
    tag_name: Text = ""
    date_added: Moment = None
    date_updated: Moment = None
    shipping: One[Address] = Address()
    checkout_data: Map = {}
    order_metadata: Map = {}
    order_items: Many[OrderItem] = []
    order_shipments: Many[Shipment] = []


class InventoryItem(_Theirs):
    id: Text
    name: Text = ""
    code: Text = ""
    location: Text = ""
    variation_list: Map = {}
    metadata: Map = {}


def folders(said: Any) -> dict[str, str]:
    """Folder id -> name, out of the answer of ``GET /store``, wherever in it they stand."""
    for place in (said, said.get("store") if isinstance(said, dict) else None):
        listed = place.get("folders") if isinstance(place, dict) else None
        if isinstance(listed, dict):
            pairs = [(number, _name(one)) for number, one in listed.items()]
        elif isinstance(listed, list):
            pairs = [(one.get("id"), _name(one)) for one in listed if isinstance(one, dict)]
        else:
            continue
        return {_text(number): name for number, name in pairs if _text(number) and name}
    return {}


def _name(said: Any) -> str:
    if isinstance(said, dict):
        said = said.get("name") or said.get("folder_name") or said.get("title")
    return _text(said)
