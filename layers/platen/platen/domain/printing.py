"""Print details: what is printed on a line, from its own attributes and the user's product map.

Prints are numbered from 1; the plain fields (``print_url``, …) are print 1, as ``print_url_1`` is. Each print has
its artwork and no number is left out. Which prints there are is said by the line, if it names any artwork, else by
the product map; what the line leaves open of a print comes from the map's print of the same number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import zip_longest

from pydantic import Field

from platen.domain.attention import Problem
from platen.domain.model import Value
from platen.domain.order import Attribute, Line

_OPTION = re.compile(r"print_option_(name|value)_([1-9][0-9]?)")
_FIELD = re.compile(r"(print_(?:url|location|type|preview(?:_url)?|sku|design_id|account))(?:_([0-9]+))?")
_OF_A_PRINT = {
    "print_url": "url",
    "print_location": "location",
    "print_type": "kind",
    "print_preview": "preview",
    "print_preview_url": "preview",
}
_OF_THE_LINE = {"print_sku": "sku", "print_design_id": "design_id", "print_account": "account"}
MOST_PRINTS = 20
"""Numbers that are read; what a vendor can put on one product is the connector's to say."""


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

    def over(self, fallback: Print) -> Print:
        """This print, with what it leaves open taken from another; a mock-up of other artwork is of no use."""
        shows_this = self.url in ("", fallback.url)
        return Print(
            url=self.url or fallback.url,
            location=self.location or fallback.location,
            kind=self.kind or fallback.kind,
            preview=self.preview or (fallback.preview if shows_this else ""),
        )


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
        return bool(self.sku or self.design_id or any(one.url for one in self.prints))

    @property
    def prints(self) -> tuple[Print, ...]:
        """Every print, the first one first; empty where the vendor holds the artwork."""
        first = Print(url=self.url, location=self.location, kind=self.kind, preview=self.preview)
        return (first, *self.more) if first != Print() or self.more else ()

    def over(self, fallback: PrintDetails) -> PrintDetails:
        """These details, with what they leave open taken from the product map's.

        A design id stands for code, artwork and options, so none is filled in beside it from a plain product's row.
        """
        if self.design_id:
            options = fallback.options if fallback.design_id else ()
            return self.but(account=self.account or fallback.account, options=self.options or options)
        own = self.prints
        takes_design = not self.sku and not any(one.url for one in own)
        first, *more = _merged(own, fallback.prints)
        return PrintDetails(
            sku=self.sku or fallback.sku,
            **first.model_dump(),
            more=tuple(more),
            design_id=fallback.design_id if takes_design else "",
            account=self.account or fallback.account,
            options=self.options or fallback.options,
        )


def _merged(own: Sequence[Print], mapped: Sequence[Print]) -> list[Print]:
    """The line's prints with what they leave open; without artwork of its own, the map's with what it changes."""
    has_artwork = any(one.url for one in own)
    # A number that such a line leaves out is a gap to be asked about, not to be filled with the map's artwork.
    merged = [
        one if has_artwork and one == Print() else one.over(other)
        for one, other in zip_longest(own, mapped, fillvalue=Print())
    ]
    while len(merged) > 1 and merged[-1] == Print():
        merged.pop()
    return merged or [Print()]


class ProductMapping(Value):
    """One row of the user's product map: the print details of everything sold under a SKU."""

    sku: str
    details: PrintDetails
    location: str = ""
    """Where its stock is: what Inventory Location Match and links go by; wins over the store's word."""
    weight: Decimal | None = Field(default=None, ge=0)
    """Grams of one; wins over the store's word."""


def details_of(line: Line, mapping: ProductMapping | None) -> tuple[PrintDetails, tuple[Problem, ...]]:
    """The print details of a line, and what is wrong with them. Empty details mean: not a printed line."""
    own, problems = read_attributes(line.line_id, line.attributes)
    details = own.over(mapping.details if mapping else PrintDetails())
    return details, (*problems, *_holes(details, line.line_id))


def read_attributes(line_id: str, attributes: Iterable[Attribute]) -> tuple[PrintDetails, tuple[Problem, ...]]:
    """Print details out of ``print_*`` attributes (a leading ``_``, which hides them from buyers, is fine).

    A print without its artwork is no problem yet: the product map may have it.
    """
    reader = _Reader(line_id)
    for attribute in attributes:
        value = attribute.value.strip()
        if value:
            reader.take(attribute.name.strip().removeprefix("_"), value)
    return reader.details(), (*reader.problems, *_unpaired(reader.of("name"), reader.of("value"), line_id))


class _Reader:
    """Takes attributes one by one, and keeps the first value of each."""

    def __init__(self, line_id: str) -> None:
        self.line_id = line_id
        self.problems: list[Problem] = []
        self._said: dict[tuple[str, int], tuple[str, str]] = {}
        """(which of our fields, its number) -> (the attribute's name, its value)."""

    def take(self, name: str, value: str) -> None:
        option = _OPTION.fullmatch(name)
        field = _FIELD.fullmatch(name)
        if option:
            self._put((option[1], int(option[2])), name, value)
        elif field and field[1] in _OF_THE_LINE:
            self._take_once(field[1], field[2] or "1", name, value)
        elif field:
            self._take_numbered(field[1], field[2] or "1", name, value)

    def _take_once(self, field: str, number: str, name: str, value: str) -> None:
        if number.lstrip("0") == "1":
            self._put((_OF_THE_LINE[field], 1), name, value)
        else:
            self._wrong(
                name, f"The line says {name}, but a line has one {field} only: call it {field}, or take it away."
            )

    def _take_numbered(self, field: str, number: str, name: str, value: str) -> None:
        digits = number.lstrip("0")
        if 0 < len(digits) <= 2 and int(digits) <= MOST_PRINTS:
            self._put((_OF_A_PRINT[field], int(digits)), name, value)
        else:
            self._wrong(
                name, f"The line says {name}, but prints are numbered from 1 to {MOST_PRINTS}: renumber it."
            )

    def _put(self, key: tuple[str, int], name: str, value: str) -> None:
        first, said = self._said.setdefault(key, (name, value))
        if said == value:
            return
        names = f"{name} twice" if first == name else f"both {first} and {name}"
        self._wrong(name, f"The line says {names}, with different values: keep one of them.")

    def _wrong(self, field: str, what: str) -> None:
        self.problems.append(Problem(what=what, line_id=self.line_id, field=field))

    def of(self, field: str) -> dict[int, str]:
        """number -> what was said of a field."""
        return {number: value for (key, number), (_, value) in self._said.items() if key == field}

    def details(self) -> PrintDetails:
        names, values = self.of("name"), self.of("value")
        parts = {field: self.of(field) for field in Print.model_fields}
        last = max((number for numbers in parts.values() for number in numbers), default=1)
        first, *more = (
            Print(**{field: numbers.get(number, "") for field, numbers in parts.items()})
            for number in range(1, last + 1)
        )
        return PrintDetails(
            **{field: self.of(field).get(1, "") for field in _OF_THE_LINE.values()},
            **first.model_dump(),
            more=tuple(more),
            options=tuple(PrintOption(name=names[n], value=values[n]) for n in sorted(names) if n in values),
        )


def _holes(details: PrintDetails, line_id: str) -> Iterable[Problem]:
    """Of several prints, those without artwork. Whether one alone lacks it is for its vendor to say."""
    if not details.more:
        return
    names = [_names_of(one, number) for number, one in enumerate(details.prints, start=1)]
    if details.design_id:
        others = " and ".join(name for of_one in names for name in of_one)
        yield Problem(
            what=f"print_design_id stands for a product with all of its artwork, and {others} would come beside "
            "it: keep one or the other.",
            line_id=line_id,
            field="print_design_id",
        )
        return
    for number, one in enumerate(details.prints, start=1):
        if one.url:
            continue
        missing = _name("print_url", number)
        there = " and ".join(names[number - 1])
        if there:
            what = (
                f"{there} is there, but {missing} is missing: add the artwork of print {number}, or take it away."
            )
        else:
            what = f"{names[-1][0]} is there, but {missing} is missing: number the prints from 1, without gaps."
        yield Problem(what=what, line_id=line_id, field=missing)


def _names_of(one: Print, number: int) -> list[str]:
    """The attributes that say something of a print."""
    fields = {field: name for name, field in reversed(_OF_A_PRINT.items())}
    return [_name(fields[field], number) for field, value in one.model_dump().items() if value]


def _name(field: str, number: int) -> str:
    return field if number == 1 else f"{field}_{number}"


def _unpaired(names: dict[int, str], values: dict[int, str], line_id: str) -> Iterable[Problem]:
    for number in sorted(names.keys() ^ values.keys()):
        has, lacks = ("name", "value") if number in names else ("value", "name")
        yield Problem(
            what=f"print_option_{has}_{number} is there, but print_option_{lacks}_{number} is missing.",
            line_id=line_id,
            field=f"print_option_{lacks}_{number}",
        )
