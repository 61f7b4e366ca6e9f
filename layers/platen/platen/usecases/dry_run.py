"""Dry runs: what links and mail classes would do with the orders that are stored. Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from platen.domain.connection import Connection, Link
from platen.domain.job import Job, JobState
from platen.domain.mail_class import MailClass, choose
from platen.domain.making import Making
from platen.domain.order import Line
from platen.domain.record import OrderBody, OrderHead, OrderState
from platen.domain.routing import Plan, PlannedLine
from platen.hub import Hub
from platen.ports import NotFound, Page
from platen.usecases.intake import plan_of

type Answer = dict[str, Any]

NOT_KEPT = "its content is not kept any more"


def try_links(hub: Hub, store: Connection, links: tuple[Link, ...], heads: Iterable[OrderHead]) -> list[Answer]:
    """For each order: each line, where the links would send it and why, and where it goes today."""
    return [_tried(hub, store, links, head) for head in heads]


def _tried(hub: Hub, store: Connection, links: tuple[Link, ...], head: OrderHead) -> Answer:
    answer: Answer = {
        "order_id": head.order_id, "number": head.number, "state": head.state.value, "waits": "", "lines": [],
    }  # fmt: skip
    body = _body(hub, head)
    record = hub.orders.load(head.order_id)
    if body is None or record is None or store.intake is None:
        return answer | {"waits": NOT_KEPT}
    # As if it came in anew: what has been sent stays where it is whatever the links say, and would show nothing.
    # Its parcels are known, else the store's word that they left would read as somebody else's doing.
    fresh = record.but(jobs={})
    plan = plan_of(hub, store, store.intake, fresh, body.order, links=links)
    today = _vendors_today(record.jobs.values())
    lines = [_line(line, plan, record.head, today.get(line.line_id, "")) for line in body.order.lines]
    waits = plan.nothing_because or plan.waiting_for or " ".join(one.what for one in plan.problems)
    return answer | {"waits": waits, "lines": lines}


def _line(line: Line, plan: Plan, head: OrderHead, now_vendor: str) -> Answer:
    place = next((one for one in (*plan.lines, *plan.kept_back) if one.line_id == line.line_id), None)
    return {
        "line_id": line.line_id,
        "title": line.title,
        "sku": line.sku,
        "quantity": line.quantity,
        "vendor": place.vendor if place else "",
        "link": place.link if place else "",
        "send": "hold" if place and place.held else "auto",
        "now_vendor": now_vendor,
        "why": _why(line, plan, head, place),
        "passed": [one.model_dump(include={"link", "why"}) for one in plan.passed.get(line.line_id, ())],
    }


def _why(line: Line, plan: Plan, head: OrderHead, place: PlannedLine | None) -> str:
    if place:
        wrong = "; ".join(one.what for one in plan.details_wrong if one.line_id == line.line_id)
        return wrong or f"{place.link} takes it"
    if not line.ships:
        return "it goes in no parcel"
    if plan.nothing_because:
        return plan.nothing_because
    if line.line_id in head.accepted:
        return "a person released it as not ours to make"
    if line.line_id in plan.left_because:
        return plan.left_because[line.line_id]
    of_this_line = (one.what for one in plan.problems if one.line_id in ("", line.line_id))
    return next(of_this_line, "no link takes it" if line.line_id in plan.left else "nothing of it is left to make")


def _vendors_today(jobs: Iterable[Job]) -> dict[str, str]:
    return {line.line_id: job.vendor for job in jobs if job.state is not JobState.CANCELLED for line in job.lines}


def try_classes(hub: Hub, vendor: Connection, making: Making, heads: Iterable[OrderHead]) -> list[Answer]:
    """For each order with a job at the vendor: the class it would go by, what decides it, and what it was."""
    connector = hub.connector(vendor.system)
    classes = hub.vendor(vendor).classes()
    default = connector.default_class(hub.settings(vendor))
    answers = []
    for head in heads:
        record = hub.orders.load(head.order_id)
        mine = [job for job in record.jobs.values() if job.vendor == vendor.connection_id] if record else []
        body = _body(hub, head) if mine else None
        if body:
            answers.append(_classed(head, body, mine[-1], making, classes, default))
    return answers


def _classed(
    head: OrderHead, body: OrderBody, job: Job, making: Making, classes: Sequence[MailClass], default: str
) -> Answer:
    choice = choose(body.order, making, classes, default=default)
    return {
        "order_id": head.order_id,
        "number": head.number,
        "asked": choice.asked,
        "country": body.order.ship_to.country_code if body.order.ship_to else "",
        "code": choice.code,
        "by": choice.by.value,
        "problem": choice.problem.what if choice.problem else "",
        "was_code": job.mail_class,
        "was_by": job.mail_class_by.value,
    }


def newest(hub: Hub, store: str, states: Iterable[OrderState], limit: int, after: str) -> Page[OrderHead]:
    """The newest orders of a store in some states; pages on only within a single state."""
    wanted = list(states)
    if len(wanted) == 1:
        return hub.orders.in_state(store, wanted[0], limit, after)
    found = [head for state in wanted for head in hub.orders.in_state(store, state, limit).items]
    found.sort(key=lambda head: head.placed_at, reverse=True)
    return Page(tuple(found[:limit]))


def _body(hub: Hub, head: OrderHead) -> OrderBody | None:
    if not head.body:
        return None
    try:
        return hub.orders.body(head.order_id, head.body)
    except NotFound:
        return None
