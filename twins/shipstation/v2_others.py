"""V2's fulfillments (an order marked as shipped) and its webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from twins.shipstation import v2_render
from twins.shipstation.book import Locked
from twins.shipstation.hooks import V2_EVENTS, Hook
from twins.shipstation.v2_door import Refused, body, not_found
from twins.shipstation.v2_reading import ChangedHook, Line, NewHook, said_by

if TYPE_CHECKING:
    from twins.shipstation.twin import ShipStationTwin


def fulfilling(api: Blueprint, twin: ShipStationTwin) -> None:
    @api.post("/fulfillments")
    def fulfill() -> ResponseReturnValue:
        sent = body().get("fulfillments")
        if not isinstance(sent, list) or not sent:
            raise Refused("fulfillments is not a list with something in it.", "field_value_required")
        rows = [_fulfill(twin, one) for one in sent]
        return jsonify(has_errors=any(row["error_message"] for row in rows), fulfillments=rows)


def _fulfill(twin: ShipStationTwin, sent: Any) -> dict[str, Any]:
    try:
        line = Line.model_validate(sent)
        order_id = int(line.shipment_id.removeprefix("se-"))
        parcel = twin.packing.mark_as_shipped(
            order_id,
            carrier=line.carrier_code,
            tracking=line.tracking_number,
            shipped_at=line.ship_date,
            notify_customer=line.notify_customer,
            notify_store=line.notify_order_source,
        )
    except ValidationError as wrong:
        said = "; ".join(f"{field}: {what}" for field, what in said_by(wrong))
        return {"shipment_id": sent.get("shipment_id") if isinstance(sent, dict) else None, "error_message": said}
    except Locked as no:
        return {"shipment_id": line.shipment_id, "error_message": f"The shipment is {no}."}
    except (LookupError, ValueError):
        return {"shipment_id": line.shipment_id, "error_message": f"There is no shipment {line.shipment_id}."}
    return v2_render.fulfillment(twin.book.order(order_id), parcel) | {"error_message": None}


def webhooks(api: Blueprint, twin: ShipStationTwin) -> None:
    path = "/environment/webhooks"

    @api.get(path)
    def webhooks_listed() -> ResponseReturnValue:
        return jsonify([v2_render.webhook(hook) for hook in twin.hooks.v2.values()])

    @api.post(path)
    def subscribe() -> ResponseReturnValue:
        asked = NewHook.model_validate(body())
        if asked.event not in V2_EVENTS:
            raise Refused(f"{asked.event[:40]!r} is no event.")
        number = asked.store_id.removeprefix("se-")
        with twin.lock:
            if any((hook.url, hook.event) == (asked.url, asked.event) for hook in twin.hooks.v2.values()):
                raise Refused("There is such a webhook.", "identifier_conflict", "business_rules", 409)
            hook = twin.hooks.add(
                twin.hooks.v2,
                asked.event,
                asked.url,
                name=asked.name,
                store_id=int(number) if number.isdecimal() else None,
                headers=[{"key": header.key, "value": header.value} for header in asked.headers],
            )
        return jsonify(v2_render.webhook(hook))

    @api.get(f"{path}/<hook_id>")
    def webhook(hook_id: str) -> ResponseReturnValue:
        return jsonify(v2_render.webhook(_hook(twin, hook_id)))

    @api.put(f"{path}/<hook_id>")
    def change_webhook(hook_id: str) -> ResponseReturnValue:
        asked = ChangedHook.model_validate(body())
        with twin.lock:
            hook = _hook(twin, hook_id)
            hook.url = asked.url or hook.url
            hook.name = asked.name or hook.name
            if asked.headers is not None:
                hook.headers = [{"key": header.key, "value": header.value} for header in asked.headers]
        return "", 204

    @api.delete(f"{path}/<hook_id>")
    def unsubscribe(hook_id: str) -> ResponseReturnValue:
        with twin.lock:
            del twin.hooks.v2[_hook(twin, hook_id).hook_id]
        return "", 204


def _hook(twin: ShipStationTwin, hook_id: str) -> Hook:
    """Raises Refused."""
    number = hook_id.removeprefix("se-")
    hook = twin.hooks.v2.get(int(number)) if number.isdecimal() else None
    if hook is None:
        raise not_found(f"webhook {hook_id[:40]} for {request.method}")
    return hook
