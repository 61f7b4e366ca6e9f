"""A person's wish that a whole order be cancelled, and how far it has come: one line for each step."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from platen_cli import answers
from platen_cli.plain import plain
from platen_cli.render import text
from platen_cli.times import local

type Step = tuple[str, str, str]
"""Mark, style, words."""

_DONE, _OPEN, _STUCK = ("\u2713", "green"), ("\u2026", "cyan"), ("!", "bold red")


def wish(order: answers.OrderShown) -> Iterator[RenderableType]:
    """Nothing when nobody wants the order cancelled."""
    cancel = order.head.cancel
    if cancel is None:
        return
    when = f" on {local(cancel.at)}" if cancel.at else ""
    yield Text(f"\n{plain(cancel.who) or 'Somebody'} wants it cancelled", "bold")
    if when or cancel.reason:
        yield Padding(text(f"Asked{when}{f': {cancel.reason}' if cancel.reason else ''}", "dim"), (0, 0, 0, 2))
    shown = Table.grid(padding=(0, 1, 0, 0))
    for mark, style, words in (*_at_vendors(order), *_at_the_store(order, cancel)):
        shown.add_row(Text(mark, style), text(words))
    yield Padding(shown, (0, 0, 0, 2))


def _at_vendors(order: answers.OrderShown) -> Iterator[Step]:
    yield *_DONE, "Nothing more of it is sent"
    for job in order.jobs:
        name = f"Job {job.job_id} at {job.vendor}"
        if job.state == "cancelled":
            yield *_DONE, f"{name} is cancelled"
        elif job.state == "shipped":
            yield *_STUCK, f"{name} had shipped: that cannot be taken back"
        elif job.state == "ready":
            yield *_DONE, f"{name} is not sent any more"
        elif job.attention:
            yield *_STUCK, f"{name} waits for you: see below"
        else:
            yield *_OPEN, f"{name}: the vendor is asked and has not said yes yet"


def _at_the_store(order: answers.OrderShown, cancel: answers.Cancel) -> Iterator[Step]:
    store = order.head.connection
    if not cancel.at_store:
        return
    extras = {"the buyer is paid back": cancel.refund, "the items go back into stock": cancel.restock}
    extras["the store writes to the buyer"] = cancel.notify
    also = "".join(f", {words}" for words, wanted in extras.items() if wanted)
    if cancel.told_at:
        yield *_DONE, f"It is cancelled in {store}, since {local(cancel.told_at)}{also}"
    elif order.head.attention:
        yield *_STUCK, f"{store} has not cancelled it: see below"
    else:
        yield *_OPEN, f"Then it is cancelled in {store}, once nobody makes anything of it{also}"
