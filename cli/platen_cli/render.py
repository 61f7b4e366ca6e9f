"""How lists look on a terminal of 80 columns or more. Outside words are shown plain, never as markup."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from platen_cli import answers
from platen_cli.hints import Hint, cause, hints, looks, name_of
from platen_cli.plain import plain
from platen_cli.times import ago, short
from platen_cli.wording import in_one_message, is_held

STATES = {
    "waiting": "yellow",
    "open": "cyan",
    "attention": "bold red",
    "done": "green",
    "cancelled": "dim",
    "nothing_to_make": "dim",
}


def text(words: object, style: str = "") -> Text:
    return Text(plain(words), style=style)


def table(*columns: str, right: Iterable[str] = ()) -> Table:
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim", collapse_padding=True)
    for column in columns:
        made.add_column(escape(column), justify="right" if column in right else "left", overflow="fold")
    return made


def state(name: str) -> Text:
    return text(name.replace("_", " "), STATES.get(name, ""))


def order_list(page: answers.OrderPage) -> RenderableType:
    if not page.orders:
        return text("No orders.", "dim")
    several = len({order.connection for order in page.orders}) > 1
    sorted_by = any(order.folder for order in page.orders)
    labels = [*(["Store"] if several else []), *(["Folder"] if sorted_by else [])]
    shown = table("Order", *labels, "State", "Placed", "Changed", "What it waits for")
    for column in shown.columns:
        column.no_wrap = column.header in ("Order", "Placed", "Changed")
    for order in page.orders:
        shown.add_row(
            text(order.number),
            *([text(order.connection)] if several else []),
            *([text(order.folder)] if sorted_by else []),
            state(order.state),
            short(order.placed_at),
            f"{ago(order.changed_at)} ago" if order.changed_at else "",
            _why(order),
        )
    return shown


def _why(order: answers.OrderRow) -> Text:
    if order.attention:
        return text(cause(order.attention.cause), "red")
    if order.cancel and order.state in ("open", "waiting"):
        return text("being cancelled", "yellow")
    if order.imported_from:
        return text(f"moved in from {order.imported_from}", "dim")
    return text(order.waiting_for or order.nothing_because, "dim")


def problems(found: Iterable[answers.Problem], of: str = "") -> Iterable[RenderableType]:
    """One line for each. Print details are one message: every item, and every field that is to be filled in."""
    several = list(found)
    if of == "print_details" and len(several) > 1:
        yield text(in_one_message(several))
        return
    for problem in several:
        nearest = f"  Did you mean {plain(problem.suggestion)}?" if problem.suggestion else ""
        line = table()
        line.show_header = False
        line.add_column()
        line.add_column()
        line.add_row("•", Text.assemble(plain(problem.what), (nearest, "green")))
        yield line


class _Commands:
    """Each command whole on a line of its own, so that it can be copied; what it does beside it where that fits."""

    def __init__(self, found: Iterable[Hint]) -> None:
        self._found = list(found)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        widest = max((len(hint.command) for hint in self._found), default=0)
        beside = all(widest + 2 + len(plain(hint.helps)) <= options.max_width for hint in self._found)
        for hint in self._found:
            command = Text(hint.command, style="bold", no_wrap=True, overflow="ignore")
            if beside:
                command.pad_right(widest + 2 - len(hint.command))
                yield command + text(hint.helps, "dim")
            else:
                yield command
                yield Padding(text(hint.helps, "dim"), (0, 0, 0, 4))


def commands(found: Iterable[Hint]) -> RenderableType:
    return _Commands(found)


def attention(found: answers.AttentionList, at: datetime | None = None) -> RenderableType:
    if not found.items and not found.connections:
        return text("Nothing waits for you.", "green")
    names = [name_of(item.number, item.order_id) for item in found.items]
    orders = {(name, item.order_id) for name, item in zip(names, found.items, strict=True)}
    several = Counter(name for name, _order_id in orders)
    parts: list[RenderableType] = []
    for number, (item, name) in enumerate(zip(found.items, names, strict=True), 1):
        # Two stores may use the same number: then only the id says which order is meant.
        parts += _attention_item(number, item, item.order_id if several[name] > 1 else name, at)
    for one in found.connections:
        if not one.silences or one.failing_since or one.denied:
            parts.append(_waiting_connection(one, at))
        parts += [_silent(one.connection_id, silence, at) for silence in one.silences]
    return Group(*parts)


def _attention_item(
    number: int, item: answers.AttentionItem, name: str, at: datetime | None
) -> Iterable[RenderableType]:
    where = plain(item.where)
    yield Text.assemble(
        (f"{number:>2}  ", "dim"),
        (plain(item.number) or item.order_id, "bold"),
        f" from {plain(item.connection)}",
        f", {plain(item.place)}" if item.place != "order" else "",
        f" at {where}" if where and where != item.connection else "",
        (f", for {ago(item.since, at)}" if item.since else "", "dim"),
    )
    yield Padding(text(cause(item.cause), "red"), (0, 0, 0, 4))
    yield Padding(Group(*problems(item.problems, item.cause)), (0, 0, 0, 4))
    vendor = where if item.place.startswith("job") else ""
    found = [*looks(item.cause, name, item.connection, vendor), *hints(name, item.place, item.actions)]
    yield Padding(commands(found), (0, 0, 1, 4))


def _waiting_connection(one: answers.WaitingConnection, at: datetime | None) -> RenderableType:
    name = plain(one.connection_id)
    if one.denied:
        again = f"platen connect --name {name}"
        then = [Hint(f"platen check {name}", "what is wrong"), Hint(again, "give it new credentials")]
        headline = "refuses our credentials, and nothing of it moves until they are mended"
    else:
        then = [Hint(f"platen check {name}", "what is wrong")]
        until = f"; tried again in {ago(one.resume_at, at)}" if one.resume_at else ""
        headline = f"does not answer{until}"
    said = [text(f"It said: {one.words}", "dim")] if one.words else []
    head = Text.assemble(("    ", ""), (name, "bold"), f" {headline}")
    return Group(head, Padding(Group(*said, commands(then)), (0, 0, 1, 4)))


def _silent(connection: str, silence: answers.Silence, at: datetime | None) -> RenderableType:
    since = f" for {ago(silence.since, at)}" if silence.since else ""
    head = Text.assemble(("    ", ""), (plain(connection), "bold"), f" has been {silence.kind}{since}")
    then = [Hint(f"platen check {plain(connection)}", "whether it can be reached")]
    if silence.of_a_sync:
        then = [Hint(f"platen sync status --connection {plain(connection)}", "what is due, and what came of it")]
    return Group(head, Padding(Group(text(silence.words, "dim"), commands(then)), (0, 0, 1, 4)))


def connections(found: Iterable[answers.Connection], at: datetime | None = None) -> RenderableType:
    rows = list(found)
    if not rows:
        return Group(text("There are no connections yet. Make the first with:"), Text("platen connect", "bold"))
    shown = table("Connection", "System", "Roles", "Health", "Polled", "Links")
    for one in rows:
        shown.add_row(
            text(one.connection_id, "bold"),
            text(one.system),
            text(", ".join(one.roles)),
            health(one, at),
            f"{ago(one.health.polled_at, at)} ago" if one.health.polled_at else "",
            Text("\n").join(_link(link) for link in one.links),
        )
    return Group(shown, *_said(rows), *_provisionals({one.connection_id: one.provisional for one in rows}))


def _said(rows: Iterable[answers.Connection]) -> Iterable[RenderableType]:
    for one in rows:
        if one.health.words and (one.health.denied or one.health.failures):
            yield text(f"{one.connection_id} said: {one.health.words}", "dim")
        if not one.paused:
            yield from (text(silence.words, "red") for silence in one.health.silences)


def _link(link: answers.Link) -> Text:
    rules = ["all lines" if link.lines == "all" else "printed lines", *link.skus, *link.countries, *link.vendors]
    rules += [*link.tags, *link.locations, *link.folders, *(["held"] if is_held(link) else [])]
    name = f"{link.name}: " if link.name and link.name != link.vendor else ""
    return text(f"→ {name}{link.vendor} ({', '.join(rules)})")


def health(one: answers.Connection, at: datetime | None = None) -> Text:
    if one.paused:
        return text("paused", "yellow")
    if one.health.denied:
        return text("credentials refused", "bold red")
    if one.health.failures:
        since = f" for {ago(one.health.failing_since, at)}" if one.health.failing_since else ""
        return text(f"failing{since}", "red")
    if one.health.silences:
        worst = min(
            one.health.silences, key=lambda silence: (silence.of_a_sync, silence.since is None, silence.since)
        )
        return text(f"{worst.kind} for {ago(worst.since, at)}" if worst.since else worst.kind, "red")
    return text("good", "green")


def _is_bad(one: answers.Health) -> bool:
    return bool(one.denied or one.failures or one.silences)


def findings(found: Iterable[answers.Finding]) -> RenderableType:
    shown = Table.grid(padding=(0, 1, 0, 0))
    for one in found:
        shown.add_row(text("✓", "green") if one.ok else text("✗", "bold red"), text(one.what))
        if one.fix:
            shown.add_row("", text(one.fix, "dim" if one.ok else ""))
    return shown if shown.row_count else text("There was nothing to check.", "dim")


def systems(found: Iterable[answers.System]) -> RenderableType:
    shown = table("System", "Name", "Roles")
    rows = list(found)
    for one in rows:
        name = text(one.name)
        if one.provisional:
            name.append("  provisional", "bold yellow")
        shown.add_row(text(one.system, "bold"), name, text(", ".join(one.roles)))
    return Group(shown, *_provisionals({one.system: one.provisional for one in rows}))


def provisional(words: str, name: str = "") -> Text:
    """What to know of a system before trusting it."""
    of = f"{plain(name)} is provisional: " if name else "Provisional: "
    return Text.assemble((f"\u26a0 {of}", "bold yellow"), (plain(words), "yellow"))


def _provisionals(words: Mapping[str, str]) -> Iterable[RenderableType]:
    for name, why in words.items():
        if why:
            yield Text()
            yield provisional(why, name)


def status(found: answers.Status) -> RenderableType:
    queues = table("Queue", "Waiting", "Dead letters", right=("Waiting", "Dead letters"))
    for name, depth in found.queues.items():
        dead = text(depth.dead, "bold red") if depth.dead else text("0", "dim")
        queues.add_row(text(name), text(depth.waiting, "" if depth.waiting else "dim"), dead)
    parts: list[RenderableType] = [_counts(found), Text(), queues]
    if any(depth.dead for depth in found.queues.values()):
        parts += [Text(), commands([Hint("platen redrive", "put the dead letters back; safe to do twice")])]
    return Group(*parts, Text(), _failing(found))


def _counts(found: answers.Status) -> RenderableType:
    counts = [Text.assemble((f"{count} ", "bold"), state(name)) for name, count in found.orders.items() if count]
    line = Text("Orders: ") + (Text(", ").join(counts) if counts else Text("none yet", "dim"))
    if not found.attention:
        return line
    what = "thing waits" if found.attention == 1 else "things wait"
    return Group(line, text(f"{found.attention} {what} for you: platen attention", "bold red"))


def _failing(found: answers.Status) -> RenderableType:
    bad = [one for one in found.connections if one.paused or _is_bad(one.health)]
    if not found.connections:
        return text("No connections yet: platen connect", "dim")
    if not bad:
        count = len(found.connections)
        return text(f"{count} connection{'s' if count > 1 else ''}, all good.", "green")
    return Group(*[Text.assemble((plain(one.connection_id), "bold"), " ", health(one)) for one in bad], *_said(bad))
