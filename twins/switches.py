"""What every twin's control plane has: requests read strictly, faults switched on and off, and the outbox."""

from __future__ import annotations

from typing import Protocol

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ConfigDict, ValidationError

from twins import kit


class Asked(BaseModel):
    """A request of the control plane: what it does not know is a slip of the hand."""

    model_config = ConfigDict(extra="forbid")


class OutboxSwitches(Asked):
    """How webhooks are delivered from now on."""

    duplicates: int | None = None
    shuffle: bool | None = None
    lose: int | None = None


class Twin(Protocol):
    @property
    def faults(self) -> kit.Faults: ...

    @property
    def outbox(self) -> kit.Outbox: ...


def plane_of(twin: Twin) -> Blueprint:
    """A control plane with the switches that all twins share; a wrong request is told what is wrong with it."""
    plane = Blueprint("control", __name__)
    plane.register_error_handler(ValidationError, lambda error: (jsonify(message=str(error)), 422))
    plane.register_error_handler(ValueError, lambda error: (jsonify(message=str(error)), 422))
    plane.register_error_handler(LookupError, lambda error: (jsonify(message=f"There is no {error}"), 404))
    _faults(plane, twin)
    _outbox(plane, twin)
    return plane


def asked[A: BaseModel](model: type[A]) -> A:
    return model.model_validate_json(request.get_data() or b"{}")


def done() -> ResponseReturnValue:
    return jsonify(ok=True)


def _faults(plane: Blueprint, twin: Twin) -> None:
    @plane.post("/faults")
    def add_fault() -> ResponseReturnValue:
        twin.faults.add(asked(kit.Fault))
        return done()

    @plane.delete("/faults")
    def clear_faults() -> ResponseReturnValue:
        twin.faults.clear()
        return done()


def _outbox(plane: Blueprint, twin: Twin) -> None:
    @plane.post("/outbox")
    def outbox() -> ResponseReturnValue:
        for name, value in asked(OutboxSwitches).model_dump(exclude_none=True).items():
            setattr(twin.outbox, name, value)
        return done()

    @plane.get("/outbox")
    def deliveries() -> ResponseReturnValue:
        return jsonify(waiting=twin.outbox.left, sent=len(twin.outbox.sent))

    @plane.post("/outbox/again")
    def again() -> ResponseReturnValue:
        twin.outbox.again()
        return done()
