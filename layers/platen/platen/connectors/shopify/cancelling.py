"""Cancelling an order at the shop: look first, ask once, and look again when it is refused.

::

    read ──▶ cancelled already ──▶ done
      └────▶ orderCancel ──▶ accepted: Shopify cancels it in a job of its own
                   └───────▶ refused: read again, for somebody may have been quicker

An accepted job is as good as told: the webhook ``orders/cancelled``, or the next read, shows the end of
it. After a lost reply the same may be asked again: an order is cancelled once (documented), so its money
goes back once, too.
"""

from __future__ import annotations

from pydantic import ValidationError

from platen.connectors.shopify import documents, reading, wire
from platen.connectors.shopify.answers import AccessDenied, Answer, in_doubt
from platen.connectors.shopify.client import Client
from platen.domain.model import Instant
from platen.domain.record import CancelWish
from platen.domain.verdicts import Refused

LONGEST_NOTE = 255
"""Characters of a staff note (documented); a longer one is refused with the whole cancellation."""


class _Order(wire.Wire):
    name: str
    cancelled_at: Instant | None = None


class _Job(wire.Wire):
    """How far it has come when the answer is written."""

    status: wire.Text = ""
    errors: list[wire.UserError] = []


class _Result(wire.Wire):
    order_cancel_user_errors: list[wire.UserError]
    job_result: _Job | None = None

    @property
    def refusal(self) -> str:
        """Why it will not be; empty when it will."""
        failed = self.job_result if self.job_result and self.job_result.status == "FAILED" else None
        errors = [*self.order_cancel_user_errors, *(failed.errors if failed else ())]
        words = "; ".join(error.message[:300] for error in errors[:5])
        return words or ("it tried and failed, and does not say why" if failed else "")


def cancel(client: Client, number: str, wish: CancelWish) -> None:
    """Cancel the order of that number, unless it is. Raises Refused with Shopify's words and what to do."""
    order = _read(client, number)
    if order.cancelled_at:
        return
    try:
        answer = client.run(documents.ORDER_CANCEL, _variables(number, wish))
    except AccessDenied as denied:
        # A scope that only this needs: the connection goes on with everything else.
        raise Refused(_not_allowed(order.name, denied.words)) from None
    words = _refusal(answer)
    if words and not _read(client, number).cancelled_at:
        raise Refused(
            f"Shopify does not cancel order {order.name}: {words.rstrip('.')}."
            " Mend that in Shopify and retry, or cancel the order there by hand."
        )


def _read(client: Client, number: str) -> _Order:
    answer = client.run(documents.CANCELLATION, {"id": wire.gid("Order", number)})
    if answer.data.get("order") is None:
        raise Refused(
            f"Shopify shows no order {number} any more, so it was not cancelled there. It was deleted, or it is"
            " older than 60 days and the app lacks the scope read_all_orders. See the order in Shopify."
        )
    return reading.parse(_Order, answer.data["order"], documents.CANCELLATION)


def _variables(number: str, wish: CancelWish) -> dict[str, object]:
    return {
        "id": wire.gid("Order", number),
        "refund": wish.refund,
        "restock": wish.restock,
        "notify": wish.notify,
        "note": wish.reason.strip()[:LONGEST_NOTE] or None,
    }


def _refusal(answer: Answer) -> str:
    """Shopify's words of refusal; empty when it took the job."""
    try:
        return _Result.model_validate(answer.data.get("orderCancel")).refusal
    except ValidationError:
        raise in_doubt(documents.ORDER_CANCEL, "Shopify's answer cannot be read") from None


def _not_allowed(name: str, words: str) -> str:
    return (
        f"Order {name} was not cancelled at Shopify: cancelling from Platen needs write_orders. Give the app that"
        f" scope, install it again and retry; or cancel the order in Shopify by hand. ({words})"
    )
