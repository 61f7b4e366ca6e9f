"""The content of a job: what its vendor was told, named so that a later change shows."""

from __future__ import annotations

from collections.abc import Mapping

from platen.domain.job import Hold, JobLine
from platen.domain.model import Value, digest
from platen.domain.order import Order
from platen.domain.printing import PrintDetails

CANCELLED = "cancelled"
"""Stands for ``too_many`` where the store wants nothing of it at all."""
UNPLANNED = "..."
"""Stands for the content of a job whose order has still to be looked at: nothing is sent of it before."""


class Content(Value):
    """What a vendor was told, as short names: where it goes, what is made, how it is sent, what is too many."""

    where: str
    what: str
    how: str
    too_many: str

    def __str__(self) -> str:
        return f"{self.where}.{self.what}.{self.how}.{self.too_many}"

    @classmethod
    def read(cls, text: str) -> Content:
        """Jobs of before ``how`` was looked at are stored without it: then it is empty."""
        where, what, *how, too_many = text.split(".")
        return cls(where=where, what=what, how=how[0] if how else "", too_many=too_many)

    def is_what_was_told(self, told: Content) -> bool:
        return self.goes_as(told) and self.but(how="") == told.but(how="")

    def goes_as(self, told: Content) -> bool:
        """How it is sent is as before, as far as that is known."""
        return told.how in ("", self.how)


def content_of(
    order: Order,
    printing: Mapping[str, PrintDetails],
    lines: tuple[JobLine, ...],
    too_many: Mapping[str, int],
    messages: tuple[str, str] = ("", ""),
    hold: Hold = Hold.NONE,
) -> Content:
    """What a vendor is told of these lines, named; ``too_many``: line id -> how many more than wanted.

    A vendor's own rules (codes, classes) are not in it: who changes a rule does not change what was ordered.
    """
    where = order.ship_to.model_dump(mode="json") if order.ship_to else None
    how: list[object] = [[choice.title for choice in order.shipping], messages]
    if hold:
        how.append(hold.value)
    what = [
        (line.line_id, line.quantity, _as_json(printing.get(line.line_id)))
        for line in sorted(lines, key=lambda line: line.line_id)
    ]
    excess = digest(dict(too_many)) if too_many else "0"
    return Content(where=digest(where), what=digest(what), how=digest(how), too_many=excess)


def _as_json(details: PrintDetails | None) -> object:
    return details.model_dump(mode="json", exclude_defaults=True) if details else None
