"""One order as a shop person wants it told: what was ordered, where it is, what happened, what to do now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from platen_cli import answers
from platen_cli.hints import cause, hints, looks, name_of
from platen_cli.plain import plain
from platen_cli.render import STATES, commands, problems, text
from platen_cli.times import ago, local
from platen_cli.wish import wish
from platen_cli.wording import FALLBACKS, how_decided, shares

TIMES = "\u00d7"

_ORDER = {
    "waiting": "is not to be made yet",
    "open": "is on its way",
    "attention": "waits for you",
    "done": "is done: made, shipped, and the shop knows",
    "cancelled": "is cancelled",
    "nothing_to_make": "has nothing in it that is ours to make",
}
_JOB = {
    "ready": "about to be sent",
    "claimed": "being sent right now",
    "unknown": "may have been sent; the vendor is being asked",
    "attention": "waits for you",
    "sent": "at the vendor",
    "in_production": "being made",
    "shipped": "shipped",
    "cancelled": "cancelled",
}
_THERE = ("attention", "sent", "in_production")
_WAITS = {
    "payment": "for its payment: shown there as unpaid",
    "store": "because the shop holds it: shown there as on hold",
}
_QUIET = "the shop is not told (it shows these goods already, or the vendor only tried it)"
_SHIPMENT = {
    "ready": "the shop is about to be told",
    "claimed": "the shop is being told right now",
    "unknown": "the shop may know; it is being asked",
    "attention": "waits for you",
    "told": "the shop knows",
}


def story(order: answers.OrderShown) -> RenderableType:
    return Group(
        _head(order.head),
        *_ordered(order),
        *(part for job in order.jobs for part in _job(order, job)),
        *_without_a_job(order),
        *wish(order),
        *_told(order),
        *_to_do(order),
    )


def _head(head: answers.OrderRow) -> Text:
    why = head.waiting_for or head.nothing_because
    return Text.assemble(
        "Order ",
        (plain(head.number), "bold"),
        f" from {plain(head.connection)} ",
        (_ORDER.get(head.state, plain(head.state)), STATES.get(head.state, "")),
        f": {plain(why)}" if why else "",
        (f"\nPlaced {local(head.placed_at)}  ·  {plain(head.order_id)}", "dim"),
        (f"  ·  in {plain(head.folder)}", "dim") if head.folder else "",
        (f"\n{_imported(head)}", "yellow") if head.imported_from else "",
    )


def _imported(head: answers.OrderRow) -> str:
    return f"Moved in from {plain(head.imported_from)}, which handled it: Platen makes nothing of it."


def _ordered(order: answers.OrderShown) -> Iterator[RenderableType]:
    if order.lines:
        yield _title("Ordered")
        yield _lines(order.lines, _in_jobs(order))
    if order.shipping_method:
        yield Padding(text(f"to be shipped by {order.shipping_method}", "dim"), (0, 0, 0, 2))


def _in_jobs(order: answers.OrderShown) -> set[str]:
    return {line.line_id for job in order.jobs if job.state != "cancelled" for line in job.lines}


def _title(words: str) -> Text:
    return Text(f"\n{words}", "bold")


def _lines(lines: Iterable[answers.LineShown], made: set[str] | None = None) -> RenderableType:
    shown = Table.grid(padding=(0, 2, 0, 0))
    shown.add_column(justify="right")
    for line in lines:
        elsewhere = "" if made is None or line.line_id in made else _in_no_job(line)
        cells = text(line.title or line.line_id), text(line.sku, "dim"), text(elsewhere, "dim")
        shown.add_row(f"{line.quantity} {TIMES}", *cells)
    return Padding(shown, (0, 0, 0, 2))


def _in_no_job(line: answers.LineShown) -> str:
    return f"in no job ({plain(line.left_because)})" if line.left_because else "in no job"


def _job(order: answers.OrderShown, job: answers.JobShown) -> Iterator[RenderableType]:
    account = f" ({plain(job.account)})" if job.account else ""
    style = {"attention": "bold red", "shipped": "green", "cancelled": "dim"}.get(job.state, "cyan")
    yield Text.assemble(
        (f"\nJob {plain(job.job_id)}", "bold"),
        f" at {plain(job.vendor)}{account}: ",
        (_JOB.get(job.state, plain(job.state)), style),
        (" (a test: it is never made)", "yellow") if job.test else "",
        (f"\n  Job {plain(job.reprint_of)} once more{_because(job)}", "yellow") if job.reprint_of else "",
    )
    if len(order.jobs) > 1 or not order.lines:
        yield _lines(job.lines)
    yield _facts(_job_facts(order, job))
    for warning in job.warnings:
        yield Padding(text(f"Warning: {warning}", "yellow"), (0, 0, 0, 2))
    for shipment in order.shipments:
        if shipment.job_id == job.job_id:
            yield _parcel(order, shipment)


def _because(job: answers.JobShown) -> str:
    return f": {plain(job.reason)}" if job.reason else ""


def _job_facts(order: answers.OrderShown, job: answers.JobShown) -> Iterator[tuple[str, str | Text]]:
    yield "its number at the vendor", job.vendor_ref
    yield "our number there", job.external_id
    yield "the vendor says", job.vendor_words
    if job.state in _THERE:
        yield "still to be told", text(_still_to_be_told(job), "yellow")
        yield "waits there", text(_WAITS.get(job.hold, ""), "yellow")
    yield "sent", local(job.sent_at)
    yield "last heard of", local(job.heard_at)
    if job.attempt > 1:
        yield "attempts", str(job.attempt)
    if job.mail_class:
        yield "mail class", _mail_class(job, order.shipping_method)
    if len(order.jobs) > 1 and job.shares:
        yield "its part of the order", shares(job.shares)


def _still_to_be_told(job: answers.JobShown) -> str:
    if job.cancel_wanted:
        return "that it is cancelled"
    return "a change of the order" if job.amend_wanted else ""


def _mail_class(job: answers.JobShown, asked: str) -> Text:
    """The class, and what decided it: a default is never shown as if it had been asked for."""
    how = how_decided(job.mail_class_by, asked)
    return text(job.mail_class).append(
        f" ({how})" if how else "", "yellow" if job.mail_class_by in FALLBACKS else "dim"
    )


def _facts(facts: Iterable[tuple[str, str | Text]]) -> RenderableType:
    shown = Table.grid(padding=(0, 2, 0, 0))
    shown.add_column(style="dim", no_wrap=True)
    for name, value in facts:
        if value:
            shown.add_row(name, value if isinstance(value, Text) else text(value))
    return Padding(shown, (0, 0, 0, 2))


def _parcel(order: answers.OrderShown, shipment: answers.ShipmentShown) -> RenderableType:
    parcel = shipment.parcel
    what = " ".join(filter(None, (plain(parcel.carrier), plain(parcel.tracking)))) or "without tracking"
    style = {"attention": "bold red", "told": "green"}.get(shipment.state, "cyan")
    head = Text.assemble(
        f"Parcel {plain(shipment.shipment_id)}: ",
        (what, "bold"),
        ", ",
        (_QUIET if shipment.quiet else _SHIPMENT.get(shipment.state, plain(shipment.state)), style),
    )
    facts = (
        ("left", local(parcel.shipped_at)),
        ("service", parcel.service),
        ("fee", parcel.cost or ""),
        ("note to the buyer", parcel.note),
        ("follow it", plain(parcel.url)),
        ("in it", ", ".join(f"{line.quantity} {TIMES} {_title_of(order, line)}" for line in shipment.lines)),
        ("the shop was told", local(shipment.told_at)),
    )
    return Padding(Group(head, _facts(facts)), (0, 0, 0, 2))


def _title_of(order: answers.OrderShown, line: answers.LineShown) -> str:
    """A parcel's lines carry ids alone."""
    ordered = next((one for one in order.lines if one.line_id == line.line_id), line)
    return plain(ordered.title or line.title or line.line_id)


def _without_a_job(order: answers.OrderShown) -> Iterator[RenderableType]:
    jobs = {job.job_id for job in order.jobs}
    yield from (_parcel(order, one) for one in order.shipments if one.job_id not in jobs)


def _told(order: answers.OrderShown) -> Iterator[RenderableType]:
    moments = order.story or order.events
    if not moments:
        return
    yield _title("What happened")
    shown = Table.grid(padding=(0, 2, 0, 0))
    shown.add_column(no_wrap=True, style="dim")
    for moment in sorted(moments, key=lambda one: one.at):
        who = f" ({plain(moment.who)})" if moment.who not in ("", "platen") else ""
        shown.add_row(local(moment.at), text(f"{moment.what[:1].upper()}{moment.what[1:]}{who}"))
    yield Padding(shown, (0, 0, 0, 2))


def _to_do(order: answers.OrderShown) -> Iterator[RenderableType]:
    waiting = list(_waiting(order))
    if not waiting:
        return
    yield _title("What to do now")
    name = name_of(order.head.number, order.head.order_id)
    vendors = {f"job {job.job_id}": job.vendor for job in order.jobs}
    for place, attention in waiting:
        where = "" if place == "order" else f"{plain(place)}: "
        since = f" (for {ago(attention.since)})" if attention.since else ""
        yield Padding(Text.assemble((f"{where}{cause(attention.cause)}", "red"), (since, "dim")), (0, 0, 0, 2))
        yield Padding(Group(*problems(attention.problems, attention.cause)), (0, 0, 0, 2))
        more = looks(attention.cause, name, order.head.connection, vendors.get(place, ""))
        yield Padding(commands([*more, *hints(name, place, attention.actions)]), (0, 0, 1, 2))


def _waiting(order: answers.OrderShown) -> Iterator[tuple[str, answers.Attention]]:
    if order.head.attention:
        yield "order", order.head.attention
    yield from ((f"job {job.job_id}", job.attention) for job in order.jobs if job.attention)
    yield from ((f"shipment {one.shipment_id}", one.attention) for one in order.shipments if one.attention)
