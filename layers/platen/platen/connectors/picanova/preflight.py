"""What Picanova would refuse, told before it is asked: every problem of a job at once. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from platen.connectors.picanova import AMERICA, Settings, account_of, preflight_v1, speaks_v1
from platen.connectors.picanova.catalogue import Option, Variant, spelt_like
from platen.connectors.picanova.classes import problem_with
from platen.connectors.picanova.mapping import names
from platen.connectors.picanova.skus import embeds_artwork, is_variant_id, variant_of, wants_v1
from platen.domain.attention import Problem
from platen.domain.mail_class import MailClass
from platen.domain.order import Address, Line
from platen.domain.printing import PrintDetails, PrintOption
from platen.ports import JobRequest

MOST_ITEMS = 99
"""For each order; whether it counts items or pieces is not documented, so both are held to it."""
_SHOWN = 20
_NAME_FIELD = re.compile(r"_?print_option_name_([1-9][0-9]?)")


@dataclass(frozen=True)
class Shelf:
    """What the store's catalogue says of a job."""

    variants: Mapping[str, Variant]
    """code (or variant id) -> its variant."""
    nearest: Callable[[str], str]
    """A code that does not exist -> the one spelt most like it, or nothing."""
    countries: Mapping[str, int]
    """alpha-2 -> Picanova's id, for the countries it knows."""
    methods: tuple[MailClass, ...] = ()
    """The store's shipping methods, where the job asks for one."""


def problems(request: JobRequest, settings: Settings, shelf: Shelf | None) -> list[Problem]:
    """Everything that is wrong. Without a ``shelf`` (no such store) the catalogue's part is left out."""
    found = [*_of_size(request), *_of_ship_to(request, shelf), *_of_class(request, settings, shelf)]
    v1 = speaks_v1(request.job.account)
    for job_line in request.job.lines:
        line = request.order.line(job_line.line_id)
        details = request.details(job_line.line_id)
        check = _Line(job_line.line_id, line, details, request.order.ship_to, settings, shelf, v1)
        found.extend(check.problems())
    return found


def _of_size(request: JobRequest) -> Iterator[Problem]:
    items, pieces = len(request.job.lines), sum(line.quantity for line in request.job.lines)
    if items > MOST_ITEMS or pieces > MOST_ITEMS:
        yield Problem(
            what=f"Picanova takes at most {MOST_ITEMS} items in an order; this one has {items} lines with "
            f"{pieces} pieces. Split the order at the store, or order the rest by hand.",
            field="quantity",
        )


def _of_class(request: JobRequest, settings: Settings, shelf: Shelf | None) -> Iterator[Problem]:
    if shelf is None:
        return
    problem = problem_with(request.mail_class, request.job.account, shelf.methods, settings.v1_method)
    if problem:
        yield problem


_NEEDED = {
    "address1": "street",
    "city": "city",
    "postcode": "postcode",
    "country_code": "country",
}


def _of_ship_to(request: JobRequest, shelf: Shelf | None) -> Iterator[Problem]:
    ship_to = request.order.ship_to
    if ship_to is None:
        yield Problem(what="The order has no ship-to: add one at the store.", field="ship_to")
        return
    if not any(names(ship_to)):
        yield _lacks("ship_to.last_name", "name and no company")
    for field, word in _NEEDED.items():
        if not getattr(ship_to, field).strip():
            yield _lacks(f"ship_to.{field}", word)
    country = ship_to.country_code.strip().upper()
    if country in AMERICA:
        yield from _of_region(ship_to, country)
    if country and shelf and country not in shelf.countries:
        yield Problem(
            what=f"Picanova does not know the country {country}: it does not ship there from this store.",
            field="ship_to.country_code",
        )


def _of_region(ship_to: Address, country: str) -> Iterator[Problem]:
    region = ship_to.region_code.strip()
    if not region:
        yield _lacks("ship_to.region_code", f"state or province, which Picanova needs for {country}")
    elif not re.fullmatch(r"[A-Za-z]{2}", region):
        yield Problem(
            what="The ship-to's state or province has to be its two letters, e.g. CA.",
            field="ship_to.region_code",
        )


def _lacks(field: str, word: str) -> Problem:
    return Problem(what=f"The ship-to has no {word}: add it at the store.", field=field)


@dataclass(frozen=True)
class _Line:
    """One line's check."""

    line_id: str
    line: Line | None
    details: PrintDetails
    ship_to: Address | None
    settings: Settings
    shelf: Shelf | None
    v1: bool

    def problems(self) -> Iterator[Problem]:
        yield from self._account()
        yield from self._one_print()
        if self.v1:
            yield from self._of_v1()
        elif self.details.design_id or embeds_artwork(self.details):
            yield self._problem(*preflight_v1.in_beta_job(self.details))
        else:
            yield from self._artwork()
            yield from self._twice()
            yield from self._product()

    def _of_v1(self) -> Iterator[Problem]:
        told_v1 = speaks_v1(self.details.account.strip().lower())
        first_option = self._option_field("name", 0)
        for said in preflight_v1.problems(self.details, told_v1=told_v1, first_option=first_option):
            yield self._problem(*said)
        if not embeds_artwork(self.details):
            if not self.details.sku:
                yield self._no_product()
            yield from self._artwork()

    def _one_print(self) -> Iterator[Problem]:
        if self.details.more:
            yield self._problem(
                f"Picanova puts one print on a product, and the line has {len(self.details.prints)}: keep "
                "print_url, and take print_url_2 and those after it away.",
                "print_url_2",
            )

    def _problem(self, what: str, field: str, suggestion: str = "") -> Problem:
        meant = f' Did you mean "{suggestion}"?' if suggestion else ""
        return Problem(what=what + meant, line_id=self.line_id, field=field, suggestion=suggestion)

    def _account(self) -> Iterator[Problem]:
        named = self.details.account
        if named and not self.settings.has(named.strip().lower()):
            nearest = account_of(self.settings, self.ship_to, PrintDetails())
            known = " and ".join(self.settings.regions)
            what = f'print_account is "{_cut(named)}", but this connection has the stores {known}.'
            yield self._problem(what, "print_account", nearest if nearest in self.settings.regions else "")

    def _artwork(self) -> Iterator[Problem]:
        url = self.details.url
        if not url:
            yield self._problem("The line has no artwork: set print_url.", "print_url")
        elif not _is_web_address(url):
            yield self._problem(
                "print_url is no web address that Picanova can read: it has to begin with https:// (or http://) "
                "and have no spaces.",
                "print_url",
            )

    def _twice(self) -> Iterator[Problem]:
        counted = Counter(option.name for option in self.details.options)
        for number, option in enumerate(self.details.options):
            if counted[option.name] > 1:
                counted[option.name] = 0
                yield self._problem(
                    f'The option "{_cut(option.name)}" is there more than once: keep one of them.',
                    self._option_field("name", number),
                )

    def _product(self) -> Iterator[Problem]:
        sku = variant_of(self.details.sku)
        if not sku:
            yield self._no_product()
            return
        if wants_v1(self.details):
            yield self._problem(*preflight_v1.in_beta_job(self.details))
            return
        if self.shelf is None:
            return
        variant = self.shelf.variants.get(sku)
        if variant is None:
            kind = "variant id" if is_variant_id(sku) else "code"
            what = f'Picanova has no product with the {kind} "{_cut(sku)}" in this store\'s catalogue.'
            yield self._problem(what, "print_sku", self.shelf.nearest(sku))
            return
        yield from self._destination(variant, self.shelf)
        if variant.options is not None:
            yield from self._options(variant, variant.options)

    def _no_product(self) -> Problem:
        return self._problem("The line has no Picanova product: set print_sku.", "print_sku")

    def _destination(self, variant: Variant, shelf: Shelf) -> Iterator[Problem]:
        country = self.ship_to.country_code.strip().upper() if self.ship_to else ""
        country_id = shelf.countries.get(country)
        if country_id is not None and variant.countries and country_id not in variant.countries:
            yield self._problem(f"Picanova does not ship {variant.code} to {country}.", "print_sku")

    def _options(self, variant: Variant, options: tuple[Option, ...]) -> Iterator[Problem]:
        """Spelling is judged to the letter: Picanova tells upper from lower case."""
        open_names = {option.name for option in options if option.required}
        for number, chosen in enumerate(self.details.options):
            option = _option_of(chosen, options)
            if option is None:
                near = next(iter(spelt_like(chosen.name, [one.name for one in options])), "")
                open_names.discard(near)
                what = f'{variant.code} has no option "{_cut(chosen.name)}" (upper and lower case count).'
                yield self._problem(what, self._option_field("name", number), near)
                continue
            open_names.discard(option.name)
            if option.choices and not _offers(option, chosen):
                yield self._unknown_value(option, chosen, number)
        yield from self._missing(variant, [option for option in options if option.name in open_names])

    def _unknown_value(self, option: Option, chosen: PrintOption, number: int) -> Problem:
        offered = [choice.name for choice in option.choices]
        near = next(iter(spelt_like(chosen.value, offered)), "")
        what = (
            f'"{option.name}" cannot be "{_cut(chosen.value)}" (upper and lower case count). '
            f"It can be {_list(offered)}."
        )
        return self._problem(what, self._option_field("value", number), near)

    def _missing(self, variant: Variant, required: list[Option]) -> Iterator[Problem]:
        for number, option in enumerate(required, start=len(self.details.options)):
            offered = _list([choice.name for choice in option.choices]) if option.choices else "a value"
            name, value = self._option_field("name", number), self._option_field("value", number)
            yield Problem(
                what=f'{variant.code} needs the option "{option.name}": '
                f"set {name} to that, and {value} to {offered}.",
                line_id=self.line_id,
                field=name,
                suggestion=option.name,
            )

    def _option_field(self, half: str, number: int) -> str:
        """The attribute's own name: its number as the line has it, which may have gaps."""
        numbers = self._numbers()
        after = max(numbers, default=0)
        own = numbers[number] if number < len(numbers) else after + 1 + number - len(numbers)
        return f"print_option_{half}_{own}"

    def _numbers(self) -> list[int]:
        """The number of each option, in order; 1, 2, … where they come from the product map."""
        own = self.line.attributes if self.line else ()
        matches = (_NAME_FIELD.fullmatch(one.name.strip()) for one in own if one.value.strip())
        numbers = sorted({int(found[1]) for found in matches if found})
        count = len(self.details.options)
        return numbers if len(numbers) == count else list(range(1, count + 1))


def _option_of(chosen: PrintOption, options: tuple[Option, ...]) -> Option | None:
    """The option of that name, or of that id when name and value are both given as ids."""
    by_id = is_variant_id(chosen.name) and is_variant_id(chosen.value)
    return next(
        (one for one in options if one.name == chosen.name or (by_id and one.id == chosen.name)),
        None,
    )


def _offers(option: Option, chosen: PrintOption) -> bool:
    by_id = option.name != chosen.name
    return any(chosen.value == (choice.id if by_id else choice.name) for choice in option.choices)


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme.lower() in ("https", "http") and bool(parts.hostname) and not re.search(r"\s", url)


def _list(values: list[str]) -> str:
    shown = ", ".join(f'"{value}"' for value in values[:_SHOWN])
    return f"{shown} or {len(values) - _SHOWN} more" if len(values) > _SHOWN else shown


def _cut(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"
