"""What the shop accepts now and does later: cancellations. Nothing moves until somebody looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from twins import kit
from twins.shopify.model import Order, gid


@dataclass
class TickingOutbox(kit.Outbox):
    """An outbox whose pump first lets the shop do what is due."""

    tick: Callable[[], None] = lambda: None

    def pump(self) -> int:
        self.tick()
        return super().pump()


@dataclass
class CancelJob:
    """One accepted cancellation. ``run`` does it, and gives the shop's words when it cannot."""

    id: int
    order: Order
    due: datetime
    run: Callable[[], str]
    status: str = "STARTED"
    errors: list[dict[str, Any]] = field(default_factory=list)

    @property
    def done(self) -> bool:
        return self.status != "STARTED"

    def job(self) -> dict[str, Any]:
        return {"id": gid("Job", self.id), "done": self.done}

    def result(self) -> dict[str, Any]:
        return {
            "id": gid("OrderCancelJobResult", self.id),
            "done": self.done,
            "status": self.status,
            "order": self.order,
            "errors": self.errors,
        }


@dataclass
class Jobs:
    now: kit.Now
    new_id: Callable[[], int]
    accepted: dict[int, CancelJob] = field(default_factory=dict)

    def accept(self, order: Order, run: Callable[[], str], due: datetime) -> CancelJob:
        made = CancelJob(self.new_id(), order, due, run)
        self.accepted[made.id] = made
        self.settle()
        return made

    def settle(self) -> None:
        """Do what is due, in the order it was accepted."""
        for one in self.accepted.values():
            if not one.done and one.due <= self.now():
                words = one.run()
                one.status = "FAILED" if words else "SUCCEEDED"
                one.errors = [{"field": ["orderId"], "message": words, "code": "INVALID"}] if words else []

    def done(self, number: int) -> bool:
        """A job nobody knows of was done long ago."""
        known = self.accepted.get(number)
        return known is None or known.done
