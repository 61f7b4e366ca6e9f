"""How links, mail classes and their dry runs look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from platen_cli import answers
from platen_cli.answers_tried import ClassesTried, ClassTried, LineTried, LinksTried, OrderTried
from platen_cli.hints import Hint
from platen_cli.plain import plain
from platen_cli.render import commands, state, table, text
from platen_cli.wording import FALLBACKS, MATCHES, conditions, decided_by, is_held, shadowed

TIMES = "\u00d7"
UNCHANGED = "Nothing was changed: this only looked."


def said(words: str) -> Text:
    return text(words)


def links(store: answers.Connection) -> RenderableType:
    name = plain(store.connection_id)
    if not store.links:
        none = text(f"{name} has no links yet: nothing of it is made by anybody.", "yellow")
        return Group(none, commands([Hint(f"platen link {name} VENDOR", "let a vendor make its orders")]))
    shown = table("", "Link", "To", "Takes", "Sends")
    for place, link in enumerate(store.links):
        takes = text(conditions(link))
        hidden = shadowed(store.links, place)
        if hidden:
            takes.append(f"\nnever reached: {plain(hidden.called)} takes it all before", "yellow")
        sends = text("held for you", "yellow") if is_held(link) else text("by itself", "green")
        shown.add_row(text(place + 1, "dim"), text(link.called, "bold"), text(link.vendor), takes, sends)
    return Group(shown, text(f"They are looked at from the top. {MATCHES}", "dim"))


def links_tried(tried: LinksTried) -> RenderableType:
    if not tried.orders:
        return Group(text("There is no order to try them on.", "dim"), text(UNCHANGED))
    shown = table("Order", "Line", "Would go to", "By link", "Goes now")
    shown.columns[0].no_wrap = True
    for order in tried.orders:
        for row in _rows(order):
            shown.add_row(*row)
    return Group(shown, Text(), _tally(tried), text(UNCHANGED, "bold"))


def _rows(order: OrderTried) -> Iterator[tuple[Text, ...]]:
    name = Text.assemble((plain(order.number) or plain(order.order_id), "bold"), "\n", state(order.state))
    waits = _waits(order)
    if waits:
        yield name, text(waits, "dim"), Text(), Text(), Text()
        name = Text()
    for line in order.lines:
        yield name, _what(line), _goes(line), _by(line), _now(line)
        name = Text()


def _waits(order: OrderTried) -> str:
    """Why it is not made now, as far as its lines do not say so themselves."""
    said = " ".join(filter(None, (line.why for line in order.lines)))
    waits = "" if order.waits in said else order.waits
    return waits or ("" if order.lines else "no line of it is to be made")


def _what(line: LineTried) -> Text:
    shown = text(f"{line.quantity} {TIMES} {line.title or line.line_id}")
    return shown.append(f"\n{plain(line.sku)}", "dim") if line.sku else shown


def _goes(line: LineTried) -> Text:
    style = "bold yellow" if line.changes else "bold green" if line.is_new else ""
    if not line.vendor:
        return text("nobody", "bold red" if line.changes else "red" if line.passed else "dim")
    shown = text(line.vendor, style)
    return shown.append("\nheld for you", "yellow") if line.send == "hold" else shown


def _by(line: LineTried) -> Text:
    parts = [text(line.link)] if line.link else []
    # Where links were passed, each says why; then the line's own reason would only say it once more.
    if line.why and line.why != f"{line.link} takes it" and (line.link or not line.passed):
        parts.append(text(line.why, "yellow" if line.link else "dim"))
    parts += [text(f"not {one.link}: {one.why}", "dim") for one in line.passed]
    return Text("\n").join(parts)


def _now(line: LineTried) -> Text:
    if line.changes:
        return text(line.now_vendor, "yellow").append("\n(changes)", "yellow")
    return text(line.now_vendor) if line.now_vendor else text("not sent" if line.vendor else "", "dim")


def _tally(tried: LinksTried) -> Text:
    lines = [line for order in tried.orders for line in order.lines]
    to = Counter(plain(line.vendor) or "nobody" for line in lines)
    where = ", ".join(f"{count} to {vendor}" for vendor, count in to.most_common())
    shown = text(
        f"{_count(len(lines), 'line')} of {_count(len(tried.orders), 'order')}: {where or 'none to make'}."
    )
    held = sum(line.send == "hold" and bool(line.vendor) for line in lines)
    if held:
        shown.append(f" {held} held for you.", "yellow")
    new = sum(line.is_new for line in lines)
    if new:
        shown.append(f" {_count(new, 'line')} went to nobody yet.", "green")
    changes = sum(line.changes for line in lines)
    if changes:
        return shown.append(f" {_count(changes, 'line')} would go elsewhere than now.", "bold yellow")
    return shown.append(" None would go elsewhere than now.", "green")


def _count(number: int, one: str) -> str:
    return f"{number} {one}{'' if number == 1 else 's'}"


def classes_tried(tried: ClassesTried) -> RenderableType:
    """One row for each shipping method and what becomes of it, the most frequent first."""
    if not tried.orders:
        return Group(text("There is no order to try it on.", "dim"), text(UNCHANGED))
    alike: dict[tuple[str, ...], list[ClassTried]] = {}
    for one in tried.orders:
        alike.setdefault((one.asked, one.code, one.by, one.problem, one.was_code, one.was_by), []).append(one)
    shown = table("Shipping method", "Class", "Decided by", "Orders", "Before", right=("Orders",))
    for same in sorted(alike.values(), key=lambda found: (-len(found), found[0].asked)):
        shown.add_row(*_class_row(same))
    return Group(shown, Text(), *_class_tally(tried.orders), text(UNCHANGED, "bold"))


def _class_row(same: list[ClassTried]) -> tuple[Text, ...]:
    one = same[0]
    code = text(one.code) if one.code else text("none", "red" if one.problem else "dim")
    asked = text(one.asked) if one.asked else text("(none)", "dim")
    return asked, code, _decided(same), text(len(same)), _before(one)


def _decided(same: list[ClassTried]) -> Text:
    one = same[0]
    parts = []
    if one.by in FALLBACKS:
        countries = ", ".join(sorted({plain(tried.country) for tried in same if tried.country}))
        where = f" ({countries})" if one.by == "country" and countries else ""
        parts.append(text(f"{decided_by(one.by)}{where}: nothing matched", "yellow"))
    elif decided_by(one.by):
        parts.append(text(decided_by(one.by)))
    if one.problem:
        parts.append(text("waits for you", "red"))
    return Text("\n").join(parts)


def _before(one: ClassTried) -> Text:
    if not one.went:
        return text("none yet", "dim")
    if not one.changes:
        return text("the same", "dim")
    by = decided_by(one.was_by)
    return text(f"{one.was_code}{f' ({by})' if by else ''}", "yellow")


def _class_tally(orders: Iterable[ClassTried]) -> Iterator[Text]:
    found = list(orders)
    lost = [one for one in found if one.problem]
    fallen = [one for one in found if one.by in FALLBACKS and not one.problem]
    yield text(f"{_count(len(found), 'order')}, {sum(one.changes for one in found)} otherwise than before.")
    if fallen:
        yield text(f"{_count(len(fallen), 'order')} only by a default: {_named(fallen)}", "yellow")
    if lost:
        yield text(f"{_count(len(lost), 'order')} would wait for you: {_named(lost)}", "red")
    for words in dict.fromkeys(one.problem for one in lost):
        yield text(f"\u2022 {words}", "red")


def _named(found: list[ClassTried]) -> str:
    names = [one.number or one.order_id for one in found[:5]]
    return (
        ", ".join(map(plain, names))
        if len(found) <= 5
        else f"{', '.join(map(plain, names))} and {len(found) - 5} more"
    )
