"""What moving in found and did, as JSON and as people read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from platen_cli.orderdesk.mapping import Folders, Products
from platen_cli.products import Row

if TYPE_CHECKING:
    from rich.console import RenderableType

_SHOWN = 20
NOT_IN_THE_API = (
    "rules: Order Desk does not let them be read; what routed your orders is to be set up with `platen link`",
    "integrations: connect your stores and vendors with `platen connect`, and look at their product settings,"
    " mail classes and folders there",
    "templates (receipts, mails, PDFs), users, buttons and appointments: they are not in its API either",
)
IN_BOTH = (
    "Platen takes this store's orders itself. Where `platen orders show` says that Platen makes one,"
    " cancel it in Order Desk, or it is made twice:"
)
FINISH_THERE = "Platen will not send them: finish them in Order Desk, and disconnect it only when none is left."


@dataclass
class Orders:
    """What becomes of the orders."""

    read: int = 0
    results: Counter[str] = field(default_factory=Counter)
    """imported, there, moved, refused -> how many became that, or would."""
    unfit: list[tuple[str, str]] = field(default_factory=list)
    """(number, why) of those that were not even offered."""
    refused: list[tuple[str, str]] = field(default_factory=list)
    """(number, why) of those, and of those that Platen would not take."""
    open: list[str] = field(default_factory=list)
    """Numbers of those that nobody seems to have finished."""
    both: list[str] = field(default_factory=list)
    """Those of them that came in since Platen takes the store's orders itself."""
    without_folder: int = 0
    left: Counter[str] = field(default_factory=Counter)
    """What has no counterpart -> in how many orders."""
    sources: Counter[str] = field(default_factory=Counter)
    """The cart they came from -> how many."""


@dataclass
class Rows:
    """Rows for the product map, beside what is there."""

    new: list[Row] = field(default_factory=list)
    changed: list[Row] = field(default_factory=list)
    """The map says something else of these SKUs; it would be replaced."""
    same: int = 0

    @property
    def to_write(self) -> list[Row]:
        return [*self.new, *self.changed]


@dataclass
class Report:
    store: str
    folders: Folders
    products: Products
    rows: Rows
    orders: Orders | None
    """None where they were not asked for."""
    done: bool = False
    written: int = 0
    """Product map rows."""

    def as_json(self) -> dict[str, Any]:
        made = self.products
        return {
            "store": self.store,
            "dry_run": not self.done,
            "folders": {"new": list(self.folders.new), "too_long": list(self.folders.too_long)},
            "products": {
                "new": len(self.rows.new),
                "changed": [row["sku"] for row in self.rows.changed],
                "same": self.rows.same,
                "written": self.written,
                "without_print_fields": made.without_print,
                "of_these_with_a_location": made.without_print_but_located,
                "conflicts": [{"code": one.code, "what": one.what} for one in made.conflicts],
                "notes": made.notes,
            },
            "orders": self._orders_as_json(),
            "no_counterpart": [{"what": what, "orders": count} for what, count in self._left()],
            "not_in_the_api": list(NOT_IN_THE_API),
        }

    def _orders_as_json(self) -> dict[str, Any] | None:
        orders = self.orders
        if orders is None:
            return None
        return {
            "read": orders.read,
            **{name: orders.results[name] for name in ("imported", "there", "moved")},
            "refused": [{"number": number, "why": why} for number, why in orders.refused],
            "open": orders.open,
            "open_in_both": orders.both,
            "without_folder": orders.without_folder,
            "sources": dict(orders.sources),
        }

    def _left(self) -> list[tuple[str, int]]:
        return sorted(self.orders.left.items()) if self.orders else []

    def drawn(self) -> RenderableType:
        from rich.console import Group  # noqa: PLC0415 - slow to import
        from rich.padding import Padding  # noqa: PLC0415

        from platen_cli.render import text  # noqa: PLC0415

        return Group(
            *(
                Padding(text(line, style), (0, 0, 0, len(line) - len(line.lstrip())))
                for line, style in self._lines()
            )
        )

    def _lines(self) -> Iterator[tuple[str, str]]:
        head = f"Moved in to {self.store} from Order Desk:" if self.done else "Nothing was written yet (dry run)."
        yield head, "bold"
        yield from self._folder_lines()
        yield from self._product_lines()
        yield from self._order_lines()
        yield "Without a counterpart in Platen:", "bold"
        yield from ((f"  {what} (in {_count(count, 'order')})", "") for what, count in self._left())
        yield from ((f"  {one}", "") for one in NOT_IN_THE_API)

    def _folder_lines(self) -> Iterator[tuple[str, str]]:
        verb = "added" if self.done else "to add"
        yield f"  {_count(len(self.folders.new), 'folder')} {verb}{_names(self.folders.new)}", ""
        if self.folders.too_long:
            yield f"  Folder names longer than 50 characters are left out{_names(self.folders.too_long)}", "yellow"

    def _product_lines(self) -> Iterator[tuple[str, str]]:
        made = self.products
        words = "written to the product map" if self.done else "to write to the product map"
        yield f"  {_count(len(self.rows.new), 'product')} {words}; {self.rows.same:,} there already", ""
        if self.rows.changed:
            verb = "were replaced" if self.done else "would be replaced"
            yield f"  {_count(len(self.rows.changed), 'product')} the map said something else of {verb}:", "yellow"
            yield from _some([row["sku"] for row in self.rows.changed], "yellow")
        if made.without_print:
            located = f", {made.without_print_but_located:,} of them with a location"
            words = f"{_count(made.without_print, 'item')} without print fields: nothing to move"
            yield f"  {words}{located if made.without_print_but_located else ''}", "dim"
        if made.conflicts:
            yield "  Not written, because they contradict themselves (mend them there, then do it again):", "yellow"
            yield from _some([f"{one.code}: {one.what}" for one in made.conflicts], "yellow")
        yield from _some(made.notes, "dim")

    def _order_lines(self) -> Iterator[tuple[str, str]]:
        orders = self.orders
        if orders is None:
            yield "  Orders were left alone (--no-orders).", "dim"
            return
        sources = ", ".join(f"{name or 'no source'}: {count:,}" for name, count in orders.sources.most_common(10))
        done = orders.results
        taken, moved = ("taken in", "moved") if self.done else ("to take in", "to move to another folder")
        yield f"  {_count(orders.read, 'order')} read ({sources or 'none'}):", ""
        words = (
            f"{done['imported']:,} {taken} as history, {done['there']:,} there already, {done['moved']:,} {moved}"
        )
        yield f"    {words}", ""
        if orders.without_folder:
            yield f"  {_count(orders.without_folder, 'order')} in no folder that has a name here", "yellow"
        if orders.refused:
            yield f"  {_count(len(orders.refused), 'order')} refused:", "bold red"
            yield from _some([f"{number}: {why}" for number, why in orders.refused], "red")
        if orders.open:
            yield f"  {_count(len(orders.open), 'order')} not finished there. {FINISH_THERE}", "yellow"
            yield f"    {_some_numbers(orders.open)}", "yellow"
        if orders.both:
            yield f"  {_count(len(orders.both), 'order')} of these came in since {IN_BOTH}", "bold red"
            yield f"    {_some_numbers(orders.both)}", "red"


def _some(lines: list[str], style: str) -> Iterator[tuple[str, str]]:
    yield from ((f"    {line}", style) for line in lines[:_SHOWN])
    if len(lines) > _SHOWN:
        yield f"    … and {len(lines) - _SHOWN:,} more (--json has them all)", style


def _some_numbers(numbers: list[str]) -> str:
    return f"{', '.join(numbers[:200])}{' …' if len(numbers) > 200 else ''}"


def _names(names: tuple[str, ...]) -> str:
    return f": {', '.join(names)}" if names else ""


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
