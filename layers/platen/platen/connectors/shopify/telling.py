"""Making the store show a parcel, once: look first, make only what is missing, look again when refused.

::

    read ──▶ recognise ours ──▶ put right their tracking ──▶ plan the rest ──▶ fulfillmentCreate, one for each
     ▲                                                                          place and delivery method
     └────────────── refused: the order moved in between (once) ◀──────────────┘

A lost reply leaves as Unclear; the next call finds what was made by its tracking number or its goods.
Two parcels of one order, both without tracking, must not be told at the same moment: each would take
the other's fulfillment for its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from pydantic import ValidationError

from platen.connectors.shopify import Settings, documents, parcels, reading, wire
from platen.connectors.shopify.answers import in_doubt
from platen.connectors.shopify.client import Client
from platen.connectors.shopify.documents import Document
from platen.connectors.shopify.parcels import Group, Ours, Shown
from platen.domain.attention import Problem
from platen.domain.shipment import Shipment
from platen.domain.verdicts import Busy, Refused
from platen.ports import Clock

ROUTING_TAKES = timedelta(hours=1)
"""How old an order without fulfillment orders must be for the lack not to be a matter of waiting."""
MOST_FULFILLMENTS = 250
"""Of one order: more are not listed, and then nothing can be recognised."""


class _Moved(Exception):
    """Shopify refused what its own answer of a moment ago allowed. The text is its words."""


class Telling:
    """One telling of one parcel."""

    def __init__(self, client: Client, settings: Settings, clock: Clock) -> None:
        self._client = client
        self._notify = settings.notify_customer
        self._clock = clock

    def tell(self, shipment: Shipment, others: frozenset[str]) -> tuple[str, ...]:
        """The ids of the fulfillments that show the parcel. Raises Refused with what a person can do."""
        if not shipment.lines:
            raise Refused("The parcel names no lines, so there is nothing to show. Release it.")
        noted = tuple(map(_number, shipment.fulfillments))
        strangers = frozenset(map(_number, others)) - set(noted)
        made: list[str] = []
        words = ""
        for _ in range(2):
            try:
                return self._bring_in_line(shipment, noted, made, strangers)
            except _Moved as moved:
                words = str(moved)
        raise Refused(
            f"Shopify refuses the parcel of order {shipment.store_order_id}: {words}"
            " See the order in Shopify, then retry or release."
        )

    def _bring_in_line(
        self, shipment: Shipment, noted: Sequence[str], made: list[str], others: frozenset[str]
    ) -> tuple[str, ...]:
        theirs = self._read(shipment)
        fulfillments = [parcels.shown(one) for one in theirs.fulfillments]
        _none_lost(noted, fulfillments)
        ours = parcels.recognise(shipment, fulfillments, noted={*noted, *made}, others=others)
        self._correct_tracking(shipment, ours)
        if ours.missing:
            self._still_to_route(theirs)
            for group in parcels.plan(ours.missing, theirs, fulfillments):
                made.append(self._make(shipment, group))  # noqa: PERF401 - kept also when the next one fails
        return tuple(dict.fromkeys([*noted, *(one.number for one in ours.fulfillments), *made]))

    def _read(self, shipment: Shipment) -> wire.Parcels:
        theirs = reading.read_parcels(self._client, shipment.store_order_id)
        if theirs is None:
            raise Refused(f"Shopify does not have order {shipment.store_order_id} any more. Release the parcel.")
        if len(theirs.fulfillments) >= MOST_FULFILLMENTS:
            raise Refused(
                f"Order {theirs.name} has too many fulfillments to tell which are ours. Record this parcel in"
                " Shopify by hand, then release it."
            )
        return theirs

    def _correct_tracking(self, shipment: Shipment, ours: Ours) -> None:
        number = parcels.bare(shipment.parcel.tracking)
        if not number:
            return
        for one in ours.fulfillments:
            if number not in one.tracking:
                self._update(shipment, one)

    def _update(self, shipment: Shipment, one: Shown) -> None:
        variables = {
            "id": wire.gid("Fulfillment", one.number),
            "tracking": parcels.tracking_info(shipment.parcel),
            "notify": self._notify,
        }
        result = self._mutate(documents.TRACKING_UPDATE, "fulfillmentTrackingInfoUpdate", variables)
        if result.user_errors:
            raise Refused(f"Shopify refuses the tracking of {one.name}: {result.words}")

    def _still_to_route(self, theirs: wire.Parcels) -> None:
        """Without any fulfillment order it is either too early, or this app may not see them."""
        if theirs.fulfillment_orders.nodes or theirs.cancelled_at:
            return
        if self._clock.now() - theirs.created_at < ROUTING_TAKES:
            raise Busy(f"Shopify has not decided yet where order {theirs.name} ships from")
        raise Refused(
            f"Shopify shows no fulfillment orders of order {theirs.name}. Check that the app has the scopes"
            " read_ and write_merchant_managed_fulfillment_orders, then retry."
        )

    def _make(self, shipment: Shipment, group: Group) -> str:
        variables = group.variables(shipment.parcel, notify=self._notify)
        result = self._mutate(documents.FULFILLMENT_CREATE, "fulfillmentCreate", variables)
        if result.user_errors:
            raise _Moved(result.words)
        if result.fulfillment is None:
            raise in_doubt(documents.FULFILLMENT_CREATE, "Shopify did not say what it made")
        return result.fulfillment.legacy_resource_id

    def _mutate(self, document: Document, root: str, variables: dict[str, object]) -> wire.FulfillmentResult:
        answer = self._client.run(document, variables)
        try:
            return wire.FulfillmentResult.model_validate(answer.data.get(root))
        except ValidationError:
            raise in_doubt(document, "Shopify's answer cannot be read") from None


def _number(store_id: str) -> str:
    """Ids are kept as numbers; a global id means the same."""
    return wire.number_of(store_id) if wire.type_of(store_id) else store_id


def _none_lost(noted: Sequence[str], fulfillments: Sequence[Shown]) -> None:
    """A fulfillment of ours that somebody cancelled is not made again: they had a reason."""
    live = {one.number for one in fulfillments if one.live}
    names = {one.number: one.name for one in fulfillments}
    gone = [number for number in noted if number not in live]
    if gone:
        what = (
            f"Somebody cancelled {', '.join(names.get(number, number) for number in gone)} in Shopify, which"
            " showed this parcel. If the parcel is on its way all the same, fulfil it in Shopify by hand; then"
            " release it here."
        )
        raise Refused(what, (Problem(what=what, field="fulfillments"),))
