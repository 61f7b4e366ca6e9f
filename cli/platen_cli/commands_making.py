"""The commands that cost money: making a job once more, and cancelling a whole order."""

from __future__ import annotations

from typing import Annotated

import typer

from platen_cli import answers
from platen_cli.answers import read
from platen_cli.commands_orders import From, OrderName, Who, Yes, part_of, show_order, user
from platen_cli.desk import Desk
from platen_cli.plain import plain
from platen_cli.stops import NotThere, WrongUsage

_LONGEST_REASON = 200
_MADE = ("sent", "in_production", "shipped")


def reprint(
    ctx: typer.Context,
    order: OrderName,
    reason: Annotated[str, typer.Option(help="Why, for the order's story, e.g. 'came scratched'.")],
    place: Annotated[str, typer.Option(help="Which job, e.g. job-1; needed where there are several.")] = "",
    line: Annotated[
        list[str] | None,
        typer.Option(metavar="ID=QTY", help="Only so many of that line, by its SKU or id. May be repeated."),
    ] = None,
    connection: From = "",
    who: Who = "",
    yes: Yes = False,
) -> None:
    """Have a job made and sent once more, as a new order at the vendor: it is billed again."""
    desk: Desk = ctx.obj
    why = _reason(reason)
    shown = read(answers.OneOrder, desk.ask("order", order=order, connection=connection or None)).order
    job = _job(shown, part_of(place))
    lines = _lines(job, line)
    what = [(one, lines.get(one.line_id, 0) if lines else one.quantity) for one in job.lines]
    desk.confirm(
        f"Job {job.job_id} of order {shown.head.number} is made once more at {job.vendor}, as a new order there:\n"
        + "\n".join(
            f"  {quantity} \u00d7 {one.title or one.sku or one.line_id}" for one, quantity in what if quantity
        )
        + f"\nIt will be made and billed again. The buyer pays nothing. Reason: {why}",
        yes=yes,
    )
    result = desk.ask(
        "reprint",
        order=order,
        connection=connection or None,
        place=f"job {job.job_id}",
        lines=lines,
        reason=why,
        who=who or user(),
    )
    show_order(desk, result)


def _reason(reason: str) -> str:
    if not reason.strip():
        raise WrongUsage("Say why, with --reason: it stands in the order's story.")
    if len(reason) > _LONGEST_REASON:
        raise WrongUsage(f"The reason is longer than {_LONGEST_REASON} characters.")
    return reason.strip()


def _job(order: answers.OrderShown, place: str | None) -> answers.JobShown:
    if place and not place.startswith("job "):
        raise WrongUsage(f"A {place.split()[0]} cannot be made again, only a job.", "Write --place job-1.")
    named = [one for one in order.jobs if place == f"job {one.job_id}"]
    made = [one for one in order.jobs if one.state in _MADE and not one.reprint_of]
    jobs = named if place else made
    if len(jobs) == 1:
        return jobs[0]
    if not order.jobs or not (place or made):
        raise NotThere(f"Nothing of order {order.head.number} was made yet: there is nothing to make again.")
    there = "; ".join(
        f"--place job-{one.job_id} ({one.vendor}: {', '.join(line.title or line.line_id for line in one.lines)})"
        for one in made or order.jobs
    )
    wrong = f"Order {order.head.number} has no {place}." if place else "There are several jobs: say which."
    raise NotThere(wrong, there)


def _lines(job: answers.JobShown, said: list[str] | None) -> dict[str, int]:
    """line id -> how many; empty for all of the job. Raises WrongUsage."""
    wanted: dict[str, int] = {}
    for text in said or ():
        name, equals, number = text.rpartition("=")
        if not equals or not number.strip().isascii() or not number.strip().isdigit() or int(number) < 1:
            raise WrongUsage(f"--line wants ID=QTY, such as MUG=1, not '{text}'.")
        line = _line(job, name.strip())
        if line.line_id in wanted:
            raise WrongUsage(f"--line names {name.strip()} twice.")
        if int(number) > line.quantity:
            raise NotThere(f"Only {line.quantity} of {name.strip()} are in job {job.job_id}, not {int(number)}.")
        wanted[line.line_id] = int(number)
    return wanted


def _line(job: answers.JobShown, name: str) -> answers.LineShown:
    found = [one for one in job.lines if one.line_id == name] or [
        one for one in job.lines if name and one.sku == name
    ]
    if len(found) == 1:
        return found[0]
    there = "; ".join(f"{line.line_id} ({line.sku or line.title})" for line in job.lines)
    several = "is the SKU of several lines: name one by its id" if found else "is no line of it"
    raise NotThere(f"Job {job.job_id}: '{name}' {several}.", f"Its lines: {there}")


def cancel_whole(
    desk: Desk,
    order: str,
    connection: str,
    who: str,
    reason: str,
    *,
    at_store: bool,
    refund: bool,
    restock: bool,
    notify: bool,
    yes: bool,
) -> None:
    """Cancel everything of an order, and if asked its order in the store too. Says each step before."""
    why = _reason(reason)
    shown = read(answers.OneOrder, desk.ask("order", order=order, connection=connection or None)).order
    wish = answers.Cancel(at_store=at_store, refund=refund, restock=restock, notify=notify)
    steps = [*_at_vendors(shown), *_at_the_store(shown, wish)]
    desk.confirm(
        f"This cancels the whole order {shown.head.number}:\n"
        + "\n".join(f"  {number}. {step}" for number, step in enumerate(steps, 1))
        + f"\nReason: {why}",
        yes=yes,
    )
    result = desk.ask(
        "cancel_order",
        order=order,
        connection=connection or None,
        who=who or user(),
        reason=why,
        at_store=at_store,
        refund=refund,
        restock=restock,
        notify=notify,
    )
    show_order(desk, result)


_STEPS = {
    "ready": "is never sent to {vendor}.",
    "claimed": "is being sent to {vendor} right now: {vendor} is asked to cancel it.",
    "unknown": "may be at {vendor}: once that is known, {vendor} is asked to cancel it.",
    "sent": "is at {vendor}: {vendor} is asked to cancel it, and may say no.",
    "in_production": "is being made at {vendor}: {vendor} is asked to cancel it, and will likely say no.",
    "shipped": "has shipped: that cannot be taken back.",
    "cancelled": "is cancelled already.",
}


def _at_vendors(order: answers.OrderShown) -> list[str]:
    if not order.jobs:
        return ["Nothing of it is sent to anybody, now or later."]
    return [f"Job {job.job_id} {_step(job)}" for job in order.jobs]


def _step(job: answers.JobShown) -> str:
    state = job.state
    if state == "attention":
        state = "sent" if job.vendor_ref else "unknown" if job.sent_at or job.attempt else "ready"
    words = _STEPS.get(state, "at {vendor}: it is asked to cancel it.")
    return words.format(vendor=plain(job.vendor) or "the vendor")


def _at_the_store(order: answers.OrderShown, wish: answers.Cancel) -> list[str]:
    store = plain(order.head.connection)
    if not wish.at_store:
        return [f"The order in {store} is not touched: cancel and refund it there, or say --at-store."]
    refused = any(job.state == "shipped" for job in order.jobs)
    once = "Only if nothing of it is made or shipped" if refused else "Once no vendor makes anything of it"
    steps = [f"{once}, it is cancelled in {store} too."]
    steps.append(
        "The buyer is paid back by the store." if wish.refund else "The buyer is NOT paid back (no --refund)."
    )
    if wish.restock:
        steps.append("Its items go back into the store's stock.")
    steps.append("The store writes to the buyer." if wish.notify else "The store does not write to the buyer.")
    return steps
