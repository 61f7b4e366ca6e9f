"""The answers of the dry runs and about folders, as the command reads them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator

from platen_cli.answers import Shown


def _words(said: Any) -> Any:
    """A problem is a sentence, or the sentence with where it belongs."""
    return said.get("what", "") if isinstance(said, dict) else said or ""


Words = Annotated[str, BeforeValidator(_words)]


class Passed(Shown):
    """A link that was looked at before, and why it did not take the line."""

    link: str = ""
    why: Words = ""


class LineTried(Shown):
    line_id: str = ""
    title: str = ""
    sku: str = ""
    quantity: int = 0
    vendor: str = ""
    """Who would make it; empty: nobody."""
    link: str = ""
    send: str = "auto"
    now_vendor: str = ""
    why: Words = ""
    passed: tuple[Passed, ...] = ()

    @property
    def changes(self) -> bool:
        """It would go elsewhere than it has gone; a line that went nowhere yet is no change."""
        return bool(self.now_vendor) and self.vendor != self.now_vendor

    @property
    def is_new(self) -> bool:
        return bool(self.vendor) and not self.now_vendor


class OrderTried(Shown):
    order_id: str = ""
    number: str = ""
    state: str = ""
    waits: Words = ""
    lines: tuple[LineTried, ...] = ()


class LinksTried(Shown):
    orders: tuple[OrderTried, ...] = ()


class ClassTried(Shown):
    """One order, with the class it would get and the class it went by."""

    order_id: str = ""
    number: str = ""
    asked: str = ""
    country: str = ""
    code: str = ""
    by: str = "none"
    problem: Words = ""
    was_code: str = ""
    was_by: str = ""

    @property
    def went(self) -> bool:
        return bool(self.was_code)

    @property
    def changes(self) -> bool:
        """It would go by another class, or the same for another reason; what has not gone yet is no change."""
        return self.went and (self.was_code, self.was_by) != (self.code, self.by)


class ClassesTried(Shown):
    orders: tuple[ClassTried, ...] = ()


class Folder(Shown):
    name: str
    counts: dict[str, int] = {}
    total: int = 0
    oldest: dict[str, datetime | None] = {}


class Folders(Shown):
    folders: tuple[Folder, ...]
    most: int = 1000
    """Orders are counted up to so many in a store."""


class MovedOrders(Shown):
    moved: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class MovedAll(Shown):
    moved: int = 0
    more: bool = False
