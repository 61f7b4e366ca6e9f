"""The methods of API 2 that this twin knows, and who may call them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from twins.inksoft import goods, listing, render
from twins.inksoft.asked import iso
from twins.inksoft.given import Given
from twins.inksoft.model import Order
from twins.inksoft.paper import Refused, not_found
from twins.inksoft.people import Session, Site
from twins.inksoft.shipping import create_order_shipments

if TYPE_CHECKING:
    from twins.inksoft.twin import InkSoftTwin


@dataclass(frozen=True)
class Call:
    """``admitted``: with a key or a session; ``may_list``: and that one may list orders."""

    twin: InkSoftTwin
    site: Site
    given: Given
    admitted: bool
    may_list: bool


@dataclass(frozen=True)
class Answer:
    data: Any
    pagination: dict[str, int] | None = None


@dataclass(frozen=True)
class Method:
    """``needs``: a key or a session; or nothing, where the call itself looks at who is there; ``read`` is a key
    unless the switch makes such reads public."""

    name: str
    verbs: tuple[str, ...]
    needs: Literal["key", "read", "nothing"]
    answer: Callable[[Call], Answer]


def get_order_summaries(call: Call) -> Answer:
    twin, given = call.twin, call.given
    if not call.may_list:
        raise Refused("You do not have permission to list orders", status=twin.switches.listing_refused_with)
    known_by = twin.now() - timedelta(seconds=twin.switches.list_lag_seconds)
    mine = [one for one in twin.shop.orders.values() if one.site == call.site.uri and one.modified <= known_by]
    seen = [one for one in mine if twin.switches.lists_pending or not one.pending]
    found = listing.matching(seen, given, twin.switches.zone_hours)
    shown, pagination = listing.page_of(found, given, twin.switches.most_results)
    with_cards = given.flag("IncludeProductionCards")
    pre = twin.switches.pre_salesdoc
    data = [render.summary(one, with_cards=with_cards, pre_salesdoc=pre) for one in shown]
    if twin.after_page:
        twin.after_page.popleft()()
    return Answer(data, pagination)


def get_order(call: Call) -> Answer:
    """A key, or the buyer's e-mail as proof (transcribed); with ``demands_email`` never without the e-mail."""
    given, switches = call.given, call.twin.switches
    email = given.text("OrderEmail")
    if not call.admitted and not (email and switches.email_is_proof):
        raise Refused("An API key is required")
    if switches.demands_email and not email:
        raise Refused("OrderEmail is required")
    if not given.has("OrderId"):
        raise Refused("OrderId is required")
    order = _order(call, given.number("OrderId", 0))
    if email and email.lower() != order.asked.email.lower():
        raise not_found("Order")
    return Answer(_full(call, order, with_cards=given.flag("IncludeProductionCards")))


def get_order_package(call: Call) -> Answer:
    """The shape is inferred from its sister for carts; the switch ``package_as`` has the other guesses."""
    numbers = call.given.listed("OrderIds")
    if not numbers:
        raise Refused("OrderIds is required")
    orders = [_order(call, number) for number in numbers]
    shape = call.twin.switches.package_as
    if shape == "orders":
        return Answer([_full(call, order, with_cards=True) for order in orders])
    packages = [_package(call, order) for order in orders]
    return Answer(packages[0] if shape == "object" else packages)


def _package(call: Call, order: Order) -> dict[str, Any]:
    products = {item.product.id: item.product for item in order.items}.values()
    return {
        "Order": _full(call, order, with_cards=True),
        "Products": [goods.shown(one, sizes=True, prices=True) for one in products],
    }


def get_store_data(call: Call) -> Answer:
    """Only a connection test is known of it; the fields are inferred."""
    store_id, name = next(iter(call.site.stores.items()))
    return Answer({"StoreId": store_id, "Name": name, "StoreUri": call.site.uri, "Active": True})


def get_product(call: Call) -> Answer:
    found = call.twin.shop.goods.products.get(call.given.number("ProductId", 0))
    if found is None:
        raise not_found("Product")
    return Answer(goods.shown(found, sizes=True, prices=call.given.flag("IncludePricing")))


def get_product_base_list(call: Call) -> Answer:
    """Pages by Page and PageSize, from 1 (inferred), or by Index and MaxResults; sizes only when asked for."""
    given, twin = call.given, call.twin
    wanted = given.listed("ProductIds")
    found = [one for one in twin.shop.goods.products.values() if wanted is None or one.id in wanted]
    if given.has("Page"):
        size = max(1, given.number("PageSize", twin.switches.most_results))
        index = max(0, given.number("Page", 1) - 1) * size
        given = Given([("Index", str(index)), ("MaxResults", str(size))], {})
    shown, pagination = listing.page_of(found, given, twin.switches.most_results)
    sizes, prices = call.given.flag("IncludeSizes"), call.given.flag("IncludePrices")
    return Answer([goods.shown(one, sizes=sizes, prices=prices) for one in shown], pagination)


def get_product_categories(_call: Call) -> Answer:
    return Answer([{"ID": 1, "Name": "Everything", "ParentID": None, "Active": True}])


def post_shipments(call: Call) -> Answer:
    return Answer(create_order_shipments(call.twin, call.site, call.given))


def sign_in(call: Call) -> Answer:
    given = call.given
    made = call.site.sign_in(
        given.text("Email"), given.text("Password"), given.text("PublisherId"), call.twin.now()
    )
    return Answer(_session(made))


def get_session(call: Call) -> Answer:
    return Answer(_session(call.site.session(call.given.text("SessionToken"), call.twin.now())))


def session_with_key(call: Call) -> Answer:
    """By the key only: a session cannot renew itself."""
    if not call.given.text("ApiKey"):
        raise Refused("An API key is required")
    return Answer(_session(call.site.session_for_key(call.twin.now())))


def _session(one: Session) -> dict[str, Any]:
    """``Token`` is what one public client reads; the rest is not known."""
    return {"Token": one.token, "Email": one.email or None}


def _order(call: Call, number: Any) -> Order:
    found = call.twin.shop.orders.get(int(number)) if str(number).isdecimal() else None
    if found is None or found.site != call.site.uri:
        raise not_found("Order")
    return found


def _full(call: Call, order: Order, *, with_cards: bool) -> dict[str, Any]:
    switches = call.twin.switches
    shown = render.full(order, with_cards=with_cards, pre_salesdoc=switches.pre_salesdoc)
    known_by = iso(call.twin.now() - timedelta(seconds=switches.parcel_lag_seconds)) or ""
    return shown | {"Shipments": [one for one in shown["Shipments"] if one["DateCreated"] <= known_by]}


METHODS = {
    one.name.lower(): one
    for one in (
        Method("GetOrderSummaries", ("GET",), "key", get_order_summaries),
        Method("GetOrder", ("GET",), "nothing", get_order),
        Method("GetOrderPackage", ("GET",), "key", get_order_package),
        Method("GetStoreData", ("GET",), "read", get_store_data),
        Method("GetProduct", ("GET",), "read", get_product),
        Method("GetProductBaseList", ("GET",), "read", get_product_base_list),
        Method("GetProductCategories", ("GET",), "read", get_product_categories),
        Method("CreateOrderShipments", ("POST",), "key", post_shipments),
        Method("SignIn", ("POST",), "nothing", sign_in),
        Method("GetSession", ("GET", "POST"), "nothing", get_session),
        Method("GetOrCreateSessionWithApiKey", ("GET", "POST"), "nothing", session_with_key),
    )
}
