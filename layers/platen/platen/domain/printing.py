"""Print details: what is printed on a line, from its own attributes and the user's product map."""

from __future__ import annotations

import re
from collections.abc import Iterable

from platen.domain.attention import Problem
from platen.domain.model import Value
from platen.domain.order import Attribute, Line

_OPTION = re.compile(r"print_option_(name|value)_([1-9][0-9]?)")
_PLAIN = ("print_sku", "print_url", "print_design_id", "print_account")


class PrintOption(Value):
    """One choice of a product, in the vendor's own spelling: case matters."""

    name: str
    value: str


class Print(Value):
    """One print on a product: its artwork and where it goes."""

    url: str = ""
    location: str = ""
    """The placement in the vendor's words, e.g. ``front``."""
    kind: str = ""
    """How it is put on (``print_type``), e.g. ``DTF``."""
    preview: str = ""
    """The address of a mock-up, for people."""


class PrintDetails(Value):
    """What to print, in the vendor's terms.

    Either ``design_id`` (a product the vendor already holds with its artwork), or ``sku`` with the
    ``url`` of the artwork. ``account`` picks one of a vendor connection's accounts, when it has several.
    The plain fields are the first print; ``more`` are the numbered ones from 2 on.
    """

    sku: str = ""
    url: str = ""
    location: str = ""
    kind: str = ""
    preview: str = ""
    more: tuple[Print, ...] = ()
    design_id: str = ""
    account: str = ""
    options: tuple[PrintOption, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.sku or self.url or self.design_id)

    @property
    def prints(self) -> tuple[Print, ...]:
        """Every print, the first one first; empty where the vendor holds the artwork."""
        first = Print(url=self.url, location=self.location, kind=self.kind, preview=self.preview)
        return (first, *self.more) if first != Print() or self.more else ()

    def over(self, fallback: PrintDetails) -> PrintDetails:
        """These details, with what they leave open taken from the product map's.

        A design id stands for both code and artwork, so neither is filled in beside it.
        """
        if self.design_id:
            return self.but(account=self.account or fallback.account, options=self.options or fallback.options)
        takes_design = not self.sku and not self.url
        return PrintDetails(
            sku=self.sku or fallback.sku,
            url=self.url or fallback.url,
            design_id=fallback.design_id if takes_design else "",
            account=self.account or fallback.account,
            options=self.options or fallback.options,
        )


class ProductMapping(Value):
    """One row of the user's product map: the print details of everything sold under a SKU."""

    sku: str
    details: PrintDetails
    location: str = ""
    """Where its stock is: what Inventory Location Match and links go by; wins over the store's word."""


def details_of(line: Line, mapping: ProductMapping | None) -> tuple[PrintDetails, tuple[Problem, ...]]:
    """The print details of a line, and what is wrong with them. Empty details mean: not a printed line."""
    own, problems = read_attributes(line.line_id, line.attributes)
    return own.over(mapping.details if mapping else PrintDetails()), problems


def read_attributes(line_id: str, attributes: Iterable[Attribute]) -> tuple[PrintDetails, tuple[Problem, ...]]:
    """Print details out of ``print_*`` attributes (a leading ``_``, which hides them from buyers, is fine)."""
    plain: dict[str, str] = {}
    names: dict[int, str] = {}
    values: dict[int, str] = {}
    problems: list[Problem] = []
    for attribute in attributes:
        key = attribute.name.strip().removeprefix("_")
        value = attribute.value.strip()
        if not value:
            continue
        option = _OPTION.fullmatch(key)
        if option:
            _put(names if option[1] == "name" else values, int(option[2]), value, key, line_id, problems)
        elif key in _PLAIN:
            _put(plain, key, value, key, line_id, problems)
    problems.extend(_unpaired(names, values, line_id))
    options = tuple(PrintOption(name=names[n], value=values[n]) for n in sorted(names) if n in values)
    details = PrintDetails(
        sku=plain.get("print_sku", ""),
        url=plain.get("print_url", ""),
        design_id=plain.get("print_design_id", ""),
        account=plain.get("print_account", ""),
        options=options,
    )
    return details, tuple(problems)


def _put[K](into: dict[K, str], key: K, value: str, field: str, line_id: str, problems: list[Problem]) -> None:
    if into.setdefault(key, value) != value:
        problems.append(
            Problem(
                what=f"The line says {field} twice, with different values: keep one of them.",
                line_id=line_id,
                field=field,
            )
        )


def _unpaired(names: dict[int, str], values: dict[int, str], line_id: str) -> Iterable[Problem]:
    for number in sorted(names.keys() ^ values.keys()):
        has, lacks = ("name", "value") if number in names else ("value", "name")
        yield Problem(
            what=f"print_option_{has}_{number} is there, but print_option_{lacks}_{number} is missing.",
            line_id=line_id,
            field=f"print_option_{lacks}_{number}",
        )
