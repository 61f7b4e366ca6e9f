"""Who comes in by V2, how fast, and how it says no."""

from __future__ import annotations

import hmac
import json
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from twins.shipstation.book import Locked
from twins.shipstation.v2_reading import said_by

if TYPE_CHECKING:
    from twins.shipstation.twin import ShipStationTwin


class Refused(Exception):
    """With the status, and the error as its body tells it."""

    def __init__(
        self, message: str, code: str = "invalid_field_value", kind: str = "validation", status: int = 400
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error = error(message, code, kind)


def error(message: str, code: str, kind: str = "validation") -> dict[str, Any]:
    return {"error_source": "ShipStation", "error_type": kind, "error_code": code, "message": message}


def errors_of(wrong: ValidationError) -> list[dict[str, Any]]:
    return [
        error(f"{field}: {said}", "field_value_required" if "required" in said else "invalid_field_value")
        for field, said in said_by(wrong)
    ]


def answered(errors: list[dict[str, Any]], status: int, **headers: str) -> ResponseReturnValue:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return jsonify(request_id=str(uuid.uuid4()), errors=errors), status, named


def body() -> dict[str, Any]:
    """Raises Refused."""
    try:
        read = json.loads(request.get_data())
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise Refused("The body is not a JSON object.", "request_body_required")
    return read


def not_found(what: str) -> Refused:
    return Refused(f"There is no {what}.", "invalid_identifier", status=404)


def doorkeeper(api: Blueprint, twin: ShipStationTwin, call_name: Callable[..., str]) -> None:
    @api.before_request
    def admit() -> ResponseReturnValue | None:
        with twin.lock:
            twin.api_calls_counted[call_name(request.environ)] += 1
            if not hmac.compare_digest(request.headers.get("api-key", "").encode(), twin.v2_key.encode()):
                return answered([error("Invalid credentials.", "unauthorized", "security")], 401)
            now = twin.now()
            if not twin.v2_limit.take(now):
                said = error("Too many requests.", "rate_limit_exceeded", "system")
                return answered([said], 429, Retry_After=str(twin.v2_limit.reset(now)))
            twin.book.release_holds(now)
        return None

    _errors(api)


def _errors(api: Blueprint) -> None:
    @api.errorhandler(Refused)
    def refused(no: Refused) -> ResponseReturnValue:
        return answered([no.error], no.status)

    @api.errorhandler(Locked)
    def locked(no: Locked) -> ResponseReturnValue:
        return answered([error(f"The shipment is {no}.", "invalid_status", "business_rules")], 400)

    @api.errorhandler(ValidationError)
    def invalid(no: ValidationError) -> ResponseReturnValue:
        return answered(errors_of(no), 400)

    @api.errorhandler(LookupError)
    def missing(no: LookupError) -> ResponseReturnValue:
        return answered([error(f"There is no {no}.", "invalid_identifier")], 404)

    @api.errorhandler(HTTPException)
    def http(no: HTTPException) -> ResponseReturnValue:
        return answered([error(no.description or no.name, "unspecified", "system")], no.code or 500)
