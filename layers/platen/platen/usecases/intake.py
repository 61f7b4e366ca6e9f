"""Intake: a hint that an order moved becomes a fresh read of it, a plan, and jobs to be sent."""

from __future__ import annotations

from datetime import timedelta

from platen.domain.attention import Attention, Cause, Problem
from platen.domain.connection import Connection, Intake, Link
from platen.domain.heads import next_look
from platen.domain.order import Order, order_id
from platen.domain.planning import Planned, apply_plan, is_old_news
from platen.domain.record import OrderBody, OrderRecord, OrderState
from platen.domain.routing import Plan, make_plan
from platen.domain.shelf import keys_of
from platen.domain.verdicts import Denied, Refused, Verdict
from platen.hub import Hub
from platen.messages import JobHint, OrderHint, Queue, ShipmentHint
from platen.observability import count, logger
from platen.ports import Conflict
from platen.usecases import health
from platen.usecases.gone import pass_over
from platen.usecases.sort import in_its_folder

MID_SEND_WAIT = timedelta(minutes=2)
LONGEST_DELAY = timedelta(minutes=15)
TRIES = 5


def intake(hub: Hub, hint: OrderHint) -> bool:
    """Take in one hint; True when its order was read for it, False when it was old news or has to wait.

    Raises Conflict only when the order is being written to without end, and the store's verdict when asking
    again will not help: the message ends among the dead letters then, where it is seen and can be sent again.
    """
    connection = hub.still_there(hint.connection)
    if connection is None:
        _without_store(hub, hint)
        return False
    if not hint.store_order_id and not hint.reference:
        _disconnected(hub, connection, hint)
        return False
    parked = health.parked_until(hub, connection.connection_id)
    if parked:
        _later(hub, hint, parked - hub.clock.now())
        return False
    try:
        read = _take_in(hub, connection, hint)
    except Verdict as verdict:
        if isinstance(verdict, Refused) or hint.tries >= health.MOST_TRIES:
            raise
        again = health.failed_again(hub, connection.connection_id, verdict, hint.tries)
        _later(hub, hint.model_copy(update={"tries": hint.tries + 1}), again - hub.clock.now())
        return False
    if read:
        health.worked(hub, connection.connection_id)
    return read


def _take_in(hub: Hub, connection: Connection, hint: OrderHint) -> bool:
    store = hub.store(connection)
    store_order_id = hint.store_order_id or store.resolve(hint.reference)
    if store_order_id is None:
        logger.info("hint leads to no order", extra={"connection": hint.connection, "topic": hint.topic})
        return False
    key = order_id(connection.connection_id, store_order_id)
    record = hub.orders.load(key)
    if _is_overtaken(record, hint):
        return False
    order = store.fetch(store_order_id)
    if order is None:
        _gone(hub, record)
        return True
    for attempt in range(1, TRIES + 1):
        try:
            _bring_in_line(hub, connection, record, order, hint)
        except Conflict:
            if attempt == TRIES:
                raise
            record = hub.orders.load(key)
        else:
            break
    return True


def _is_overtaken(record: OrderRecord | None, hint: OrderHint) -> bool:
    """Strictly older than what was read: the store's clock has whole seconds, so the same one may be news."""
    return (
        record is not None
        and hint.updated_at is not None
        and not _looks_anyway(hint)
        and hint.updated_at < record.head.store_updated_at
    )


def _bring_in_line(
    hub: Hub, connection: Connection, record: OrderRecord | None, order: Order, hint: OrderHint
) -> None:
    rules = connection.intake
    if rules is None or (record is None and order.placed_at < rules.orders_since):
        logger.info("order from before", extra={"connection": hint.connection, "order": order.order_id})
        return
    if record and is_old_news(record, order) and not _looks_anyway(hint):
        _note_seen(hub, record, order)
        return
    if record and order.updated_at < record.head.store_updated_at:
        return  # an older read that finished later: somebody has planned a newer one
    handled_in = _handled_in(hub, record, order) if connection.moved_in else ""
    plan = plan_of(hub, connection, rules, record, order, handled_in=handled_in)
    body = OrderBody(order=order, printing=plan.printing, shelf=plan.shelf)
    now = hub.clock.now()
    planned = apply_plan(record, body, plan, now=now, replan=hint.replan, new_folder=rules.new_folder)
    planned = planned.but(record=in_its_folder(hub, record, planned.record))
    if planned.again:
        # Before it is saved: afterwards, should we crash between, this hint might be taken for old news.
        _later(hub, hint.model_copy(update={"updated_at": None}), MID_SEND_WAIT)
    saved = hub.orders.save(record, planned.record, body=body)
    if record is None:
        count("OrdersReceived")
    _pass_on(hub, saved, planned)


def _looks_anyway(hint: OrderHint) -> bool:
    """Though the order itself did not change."""
    return hint.replan or hint.remap


def plan_of(
    hub: Hub,
    connection: Connection,
    rules: Intake,
    record: OrderRecord | None,
    order: Order,
    *,
    links: tuple[Link, ...] | None = None,
    handled_in: str = "",
) -> Plan:
    """What an order of a store asks for now; by the store's own links, unless others are to be tried."""
    keys = {key for line in order.lines if line.ships for key in keys_of(line)}
    return make_plan(
        order,
        intake=rules,
        links=connection.links if links is None else links,
        products=hub.products.get(connection.connection_id, keys),
        vendors=hub,
        record=record,
        handled_in=handled_in,
    )


def _handled_in(hub: Hub, record: OrderRecord | None, order: Order) -> str:
    """The system that has handled an order of that number, of an order nobody has decided on yet.

    Another system may know an order by its number alone; taken for a new one it would be made a second time. A
    person decides, or a job that there is: not a first look at which there was nothing to make of it yet.
    """
    if record and (record.head.ours or record.head.imported_from or record.jobs):
        return ""
    namesakes = hub.orders.by_number(order.connection, order.number)
    return next((one.imported_from for one in namesakes if one.imported_from), "")


def _pass_on(hub: Hub, record: OrderRecord, planned: Planned) -> None:
    if planned.record.head.state is OrderState.ATTENTION:
        count("Attention")
    send_jobs(hub, record, planned.dispatch)
    tell_cancel(hub, record)


def send_jobs(hub: Hub, record: OrderRecord, job_ids: tuple[str, ...]) -> None:
    """Tell [dispatch] of jobs that are saved. Lost with a crash here, the sweep tells it again."""
    hints = [
        JobHint(connection=record.jobs[job_id].vendor, order_id=record.head.order_id, job_id=job_id)
        for job_id in job_ids
    ]
    if hints:
        hub.queues.send(Queue.DISPATCH, hints)


def tell_cancel(hub: Hub, record: OrderRecord) -> None:
    """Tell [store-updates] that nothing is made of a cancelled order any more, so that its store may know.
    Lost with a crash here, the order's next look does it again."""
    if record.may_be_cancelled_at_store(hub.clock.now()):
        hint = ShipmentHint(connection=record.head.connection, order_id=record.head.order_id)
        hub.queues.send(Queue.STORE_UPDATES, [hint])


def _note_seen(hub: Hub, record: OrderRecord, order: Order) -> None:
    """Only the store's clock moved (our own writes move it too): remember it, so that a poll need not look.
    What waits is looked at again by and by."""
    head = record.head
    now = hub.clock.now()
    seen = head.but(
        store_updated_at=max(head.store_updated_at, order.updated_at),
        look_at=next_look(head, now) if head.look_at and head.look_at <= now else head.look_at,
    )
    if seen != head:
        hub.orders.save(record, record.but(head=seen))
        tell_cancel(hub, record)


def _without_store(hub: Hub, hint: OrderHint) -> None:
    """Its store is disconnected. An order not known here is the store's alone now; one that is, is shown."""
    pass_over(hint)
    if hint.store_order_id:
        what = f"The store {hint.connection} is disconnected: this order cannot be read any more. {_THEN}"
        record = hub.orders.load(order_id(hint.connection, hint.store_order_id))
        _gone(hub, record, what)


_THEN = "Cancel it here, or release it."


def _gone(
    hub: Hub, record: OrderRecord | None, what: str = f"The store does not have this order any more. {_THEN}"
) -> None:
    if record is None:
        return
    head = record.head
    to_be_told = head.cancel is not None and head.cancel.pending
    if head.state in (OrderState.DONE, OrderState.CANCELLED) and not to_be_told:
        return
    known = head.attention if head.attention and head.attention.cause is Cause.STORE_LOST_IT else None
    if known and head.look_at is None:
        return
    now = hub.clock.now()
    attention = known or Attention(cause=Cause.STORE_LOST_IT, problems=(Problem(what=what),), since=now)
    # From now on a person looks, and not we every few minutes.
    after = record.but(head=head.but(attention=attention, look_at=None, changed_at=now)).settled(now)
    hub.orders.save(record, after)
    if not known:
        count("Attention")


def _disconnected(hub: Hub, connection: Connection, hint: OrderHint) -> None:
    """The store says that Platen's access was taken away. Checked, not believed: any call will show it."""
    try:
        findings = hub.store(connection).check()
    except Verdict as verdict:
        health.failed(hub, connection.connection_id, verdict)
        return
    if not all(finding.ok for finding in findings):
        words = next(finding.what for finding in findings if not finding.ok)
        health.failed(hub, connection.connection_id, Denied(f"{hint.topic}: {words}"))


def _later(hub: Hub, hint: OrderHint, wait: timedelta) -> None:
    """The hint goes back to the queue as a new message: waiting does not wear it out."""
    delay = min(max(wait, timedelta(seconds=1)), LONGEST_DELAY)
    hub.queues.send(Queue.INTAKE, [hint], delay=delay)
