"""Update store: a parcel is shown at its store, once.

::

    message ─▶ claim the parcel ─▶ a sibling being told? step back ─▶ the store finds it or makes it ─▶ told
"""

from __future__ import annotations

from datetime import datetime, timedelta

from platen.domain.attention import Attention, Cause, Problem
from platen.domain.connection import Connection
from platen.domain.record import OrderRecord, step_shipment
from platen.domain.shipment import Shipment, ShipmentState
from platen.domain.verdicts import Denied, Later, Refused, Unclear, Verdict
from platen.hub import Hub
from platen.messages import Queue, ShipmentHint
from platen.observability import count, logger
from platen.ports import Conflict, NotClaimed
from platen.usecases import gone, health
from platen.usecases.cancel import tell_store
from platen.usecases.dispatch import MOST_ATTEMPTS, new_claim
from platen.usecases.intake import LONGEST_DELAY

LEASE = timedelta(seconds=90)
"""Longer than the function's timeout (60 s)."""
SIBLING_WAIT = timedelta(seconds=30)


def update_store(hub: Hub, hint: ShipmentHint) -> None:
    """Have the store show one parcel, whatever happened to earlier attempts; or cancel the order there."""
    if not hint.shipment_id:
        tell_store(hub, hint)
        return
    connection = hub.still_there(hint.connection)
    if connection is None:
        gone.pass_over(hint)
        gone.leave_untold(hub, hint.order_id, hint.shipment_id)
        return
    if health.parked_until(hub, connection.connection_id):
        return  # the parcel stays ready and due: the sweep brings it back
    claim = new_claim(hub, hub.connector(connection.system).search_lag, LEASE)
    try:
        shipment = hub.orders.claim_shipment(hint.order_id, hint.shipment_id, claim)
    except NotClaimed:
        return
    record = hub.orders.load(hint.order_id)
    if record is None:
        raise LookupError(f"order {hint.order_id} has a parcel and no head")
    if _sibling_is_being_told(record, shipment, claim.now):
        _step_back(hub, hint, record, shipment)
        return
    _tell(hub, connection, record, shipment)


def _tell(hub: Hub, connection: Connection, record: OrderRecord, shipment: Shipment) -> None:
    others = frozenset(
        fulfillment
        for one in record.shipments.values()
        if one.shipment_id != shipment.shipment_id
        for fulfillment in one.fulfillments
    )
    now = hub.clock.now
    try:
        fulfillments = hub.store(connection).tell(shipment, told_by_others=others)
    except Refused as refused:
        _wait_for_a_person(hub, record, shipment, refused.problems)
    except Verdict as verdict:
        where, tries = connection.connection_id, shipment.attempt - 1
        its_own = isinstance(verdict, Later) and health.is_its_own(hub, where, verdict, tries)
        again = health.failed_again(hub, where, verdict, tries)
        if its_own or (isinstance(verdict, Unclear) and shipment.attempt >= MOST_ATTEMPTS):
            what = f"It is not known whether {where} shows this parcel: {verdict.words}. Look there."
            if its_own and not shipment.doubt:
                what = f"{where} was not told of this parcel, though that was tried over and over: {verdict.words}"
            _wait_for_a_person(hub, record, shipment, (Problem(what=what),))
            return
        _finish(hub, record, shipment, _not_now(shipment, verdict, again))
    else:
        told = step_shipment(
            shipment,
            ShipmentState.TOLD,
            fulfillments=tuple(dict.fromkeys((*shipment.fulfillments, *fulfillments))),
            told_at=now(),
            doubt=False,
            due_at=None,
        )
        _finish(hub, record, shipment, told)
        count("ShipmentsTold")
        health.worked(hub, connection.connection_id)


def _wait_for_a_person(hub: Hub, record: OrderRecord, shipment: Shipment, problems: tuple[Problem, ...]) -> None:
    attention = Attention(cause=Cause.STORE_REFUSED, problems=problems, since=hub.clock.now())
    after = step_shipment(shipment, ShipmentState.ATTENTION, attention=attention, due_at=None)
    _finish(hub, record, shipment, after)
    count("Attention")


def _not_now(shipment: Shipment, verdict: Verdict, again: datetime) -> Shipment:
    if isinstance(verdict, Later | Denied) and not shipment.doubt:
        return step_shipment(shipment, ShipmentState.READY, due_at=again)
    due_at = max(filter(None, (shipment.due_at, again)))
    return step_shipment(shipment, ShipmentState.UNKNOWN, doubt=True, due_at=due_at)


def _finish(hub: Hub, read: OrderRecord, before: Shipment, after: Shipment) -> None:
    """Save the parcel with the order's state. Losing means that somebody claimed it after our lease.

    ``read`` is the order as it was before the store was told: mostly nothing has moved since.
    """
    record: OrderRecord | None = read
    for _ in range(5):
        if record is None or record.shipments[after.shipment_id].version != before.version:
            break
        try:
            hub.orders.save(record, record.with_shipments(after).settled(hub.clock.now()))
        except Conflict:
            record = hub.orders.load(after.order_id)
            continue
        return
    logger.warning("claim lost", extra={"order": after.order_id, "shipment": after.shipment_id})


def _sibling_is_being_told(record: OrderRecord, mine: Shipment, now: datetime) -> bool:
    """Two parcels of one order are told one after the other: what the store shows of the first decides
    what is left for the second. Whoever sees the other's claim steps back; of two at least one does."""
    return any(
        one.state is ShipmentState.CLAIMED
        and one.shipment_id != mine.shipment_id
        and one.lease_until is not None
        and one.lease_until > now
        for one in record.shipments.values()
    )


def _step_back(hub: Hub, hint: ShipmentHint, record: OrderRecord, shipment: Shipment) -> None:
    """Each parcel waits for a time of its own, so that two that stepped back do not meet again."""
    place = sorted(record.shipments).index(shipment.shipment_id)
    wait = min(SIBLING_WAIT * (1 + place), LONGEST_DELAY)
    to = ShipmentState.UNKNOWN if shipment.doubt else ShipmentState.READY
    hub.orders.save_shipment(shipment, step_shipment(shipment, to, due_at=hub.clock.now() + wait))
    hub.queues.send(Queue.STORE_UPDATES, [hint], delay=wait)
