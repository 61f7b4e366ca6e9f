"""The mutations: each checks its scope, does it, and gives its payload with user errors for refusals."""

from __future__ import annotations

from functools import partial
from typing import Any

from twins.shopify import admin, fulfilling
from twins.shopify.access import Context
from twins.shopify.model import Cancellation, FulfillmentOrder, Order
from twins.shopify.reading import RESOLVERS, node, number_of
from twins.shopify.search import refuse

_FULFILLS = (
    "write_assigned_fulfillment_orders",
    "write_merchant_managed_fulfillment_orders",
    "write_third_party_fulfillment_orders",
)
_HOLDS = ("write_merchant_managed_fulfillment_orders", "write_third_party_fulfillment_orders")
_LONGEST_NOTE = 255
_MOST_HOLDS = 10


def _error(message: str, *field: str, code: str | None = None) -> dict[str, Any]:
    return {"field": list(field) or None, "message": message, "code": code}


def _changeable(context: Context, number: int) -> FulfillmentOrder | None:
    """The fulfillment order of that number, when the app may change it; one it may not, it cannot see."""
    one = context.shop.fulfillment_orders.get(number)
    return one if one and context.sees(one, "write") else None


def _fulfillment_create(
    context: Context, _root: Any, *, fulfillment: dict[str, Any], message: str | None = None
) -> dict[str, Any]:
    context.need(_FULFILLS, "fulfillmentCreate")
    try:
        parcel = fulfilling.pack(partial(_changeable, context), fulfillment["lineItemsByFulfillmentOrder"])
        tracking = fulfilling.read_tracking(fulfillment.get("trackingInfo"), ("fulfillment", "trackingInfo"))
    except fulfilling.NotFulfilled as refused:
        return {"user_errors": [_error(refused.message, *refused.field)]}
    notify = bool(fulfillment.get("notifyCustomer"))
    return {"fulfillment": fulfilling.fulfill(context.shop, parcel, tracking, notify=notify), "user_errors": []}


def _tracking_update(
    context: Context,
    _root: Any,
    *,
    fulfillment_id: str,
    tracking_info_input: dict[str, Any],
    notify_customer: bool | None = None,
) -> dict[str, Any]:
    context.need(_FULFILLS, "fulfillmentTrackingInfoUpdate")
    made = context.shop.fulfillments.get(number_of(fulfillment_id, "Fulfillment"))
    if made is None:  # the words are inferred
        return {"user_errors": [_error("Fulfillment does not exist.", "fulfillmentId")]}
    try:
        tracking = fulfilling.read_tracking(tracking_info_input, ("trackingInfoInput",))
    except fulfilling.NotFulfilled as refused:
        return {"user_errors": [_error(refused.message, *refused.field)]}
    fulfilling.change_tracking(context.shop, made, tracking, notify=bool(notify_customer))
    return {"fulfillment": made, "user_errors": []}


def _fulfillment_cancel(context: Context, _root: Any, *, id: str) -> dict[str, Any]:
    context.need(_FULFILLS, "fulfillmentCancel")
    made = context.shop.fulfillments.get(number_of(id, "Fulfillment"))
    if made is None or made.status == "CANCELLED":  # the words are inferred
        return {"user_errors": [_error("Fulfillment does not exist or is already cancelled.", "id")]}
    fulfilling.cancel(context.shop, made)
    return {"fulfillment": made, "user_errors": []}


def _hold(context: Context, _root: Any, *, id: str, fulfillment_hold: dict[str, Any]) -> dict[str, Any]:
    context.need(_HOLDS, "fulfillmentOrderHold")
    one = _changeable(context, number_of(id, "FulfillmentOrder"))
    handle = fulfillment_hold.get("handle") or None
    if one is None or not one.open:
        wrong = _error("Fulfillment order does not exist.", "id", code="FULFILLMENT_ORDER_NOT_FOUND")
    elif fulfillment_hold.get("fulfillmentOrderLineItems"):
        raise refuse("The twin does not hold a part of a fulfillment order")
    elif any(each.by_app and each.handle == handle for each in one.holds):
        path, code = ("fulfillmentHold", "handle"), "DUPLICATE_FULFILLMENT_HOLD_HANDLE"
        wrong = _error("The handle is already in use on this fulfillment order.", *path, code=code)
    elif sum(each.by_app for each in one.holds) >= _MOST_HOLDS:
        code = "FULFILLMENT_ORDER_HOLD_LIMIT_REACHED"
        wrong = _error("The maximum number of holds has been reached.", "id", code=code)
    else:
        reason, notes = fulfillment_hold["reason"], fulfillment_hold.get("reasonNotes")
        made = admin.hold(context.shop, one, reason, notes, handle=handle, by_app=True)
        return {"fulfillment_hold": made, "fulfillment_order": one, "user_errors": []}
    return {"user_errors": [wrong]}


def _release(
    context: Context,
    _root: Any,
    *,
    id: str,
    hold_ids: list[str] | None = None,
) -> dict[str, Any]:
    context.need(_HOLDS, "fulfillmentOrderReleaseHold")
    one = _changeable(context, number_of(id, "FulfillmentOrder"))
    if one is None:
        wrong = _error("Fulfillment order does not exist.", "id", code="FULFILLMENT_ORDER_NOT_FOUND")
        return {"user_errors": [wrong]}
    wanted = None if hold_ids is None else [number_of(each, "FulfillmentHold") for each in hold_ids]
    admin.release_holds(context.shop, one, wanted)
    return {"fulfillment_order": one, "user_errors": []}


def _order_cancel(
    context: Context,
    _root: Any,
    *,
    order_id: str,
    reason: str,
    restock: bool,
    refund: bool | None = None,
    refund_method: dict[str, Any] | None = None,
    notify_customer: bool | None = False,
    staff_note: str | None = None,
) -> dict[str, Any]:
    context.need(("write_orders", "write_marketplace_orders"), "orderCancel")
    if refund_method is not None and len(refund_method) != 1:  # the words are inferred
        raise refuse("OrderCancelRefundMethodInput requires exactly one argument", "INVALID_FIELD_ARGUMENTS")
    order = context.shop.orders.get(number_of(order_id, "Order"))
    if order is None or not context.sees_order(order):
        return _not_cancelled(_error("Order does not exist", "orderId", code="NOT_FOUND"))
    if staff_note and len(staff_note) > _LONGEST_NOTE:
        text = "Staff note is too long. Maximum length is 255 characters."
        return _not_cancelled(_error(text, "staffNote", code="INVALID"))
    if refund is not None and refund_method is not None:
        text = "Only one of the arguments `refund` or `refund_method` is allowed."
        return _not_cancelled(_error(text, "refund", code="INVALID"))
    paid_back = bool(refund) or any((refund_method or {}).values())
    wish = Cancellation(staff_note, refund=paid_back, restock=restock, notified=bool(notify_customer))
    try:
        job = admin.accept_cancellation(context.shop, order, wish, reason)
    except admin.CannotCancel as refused:
        return _not_cancelled(_error(str(refused), "orderId", code="INVALID"))
    none: list[Any] = []
    return {"job": job.job(), "job_result": job.result(), "order_cancel_user_errors": none, "user_errors": none}


def _not_cancelled(problem: dict[str, Any]) -> dict[str, Any]:
    return {"order_cancel_user_errors": [problem], "user_errors": [problem]}


def _retag(context: Context, reference: str, change: Any) -> dict[str, Any]:
    context.need(("write_orders",), "tags")
    order = node(context, reference)
    if not isinstance(order, Order):
        raise refuse("invalid id", "RESOURCE_NOT_FOUND")
    order.tags = sorted(change({tag.lower(): tag for tag in order.tags}).values())
    context.shop.touch(order)
    context.shop.announce_order(context.shop.event(), order, "ORDERS_UPDATED")
    return {"node": order, "user_errors": []}


def _tags_add(context: Context, _root: Any, *, id: str, tags: list[str]) -> dict[str, Any]:
    return _retag(context, id, lambda known: {tag.lower(): tag for tag in tags} | known)


def _tags_remove(context: Context, _root: Any, *, id: str, tags: list[str]) -> dict[str, Any]:
    gone = {tag.lower() for tag in tags}
    return _retag(context, id, lambda known: {key: tag for key, tag in known.items() if key not in gone})


def _told(problems: Any) -> list[dict[str, Any]]:
    return [_error(message, *path) for path, message in problems]


def _subscribe(
    context: Context,
    _root: Any,
    *,
    topic: str,
    webhook_subscription: dict[str, Any],
) -> dict[str, Any]:
    if topic.startswith("ORDERS_") and "read_orders" not in context.scopes:  # the words are inferred
        return {"user_errors": [_error("You do not have access to this topic", "topic")]}
    made, problems = context.shop.webhooks.create(topic, webhook_subscription)
    return {"webhook_subscription": made, "user_errors": _told(problems)}


def _resubscribe(
    context: Context,
    _root: Any,
    *,
    id: str,
    webhook_subscription: dict[str, Any],
) -> dict[str, Any]:
    number = number_of(id, "WebhookSubscription")
    known, problems = context.shop.webhooks.update(number, webhook_subscription)
    return {"webhook_subscription": known, "user_errors": _told(problems)}


def _unsubscribe(context: Context, _root: Any, *, id: str) -> dict[str, Any]:
    problems = context.shop.webhooks.delete(number_of(id, "WebhookSubscription"))
    return {"deleted_webhook_subscription_id": None if problems else id, "user_errors": _told(problems)}


RESOLVERS["Mutation"] |= {
    "fulfillmentCreate": _fulfillment_create,
    "fulfillmentTrackingInfoUpdate": _tracking_update,
    "fulfillmentCancel": _fulfillment_cancel,
    "fulfillmentOrderHold": _hold,
    "fulfillmentOrderReleaseHold": _release,
    "orderCancel": _order_cancel,
    "tagsAdd": _tags_add,
    "tagsRemove": _tags_remove,
    "webhookSubscriptionCreate": _subscribe,
    "webhookSubscriptionUpdate": _resubscribe,
    "webhookSubscriptionDelete": _unsubscribe,
}
