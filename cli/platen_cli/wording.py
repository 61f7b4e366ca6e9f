"""Links, mail classes and amounts in words. Pure; every outside word is made plain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from platen_cli import answers
from platen_cli.plain import plain

MATCHES = "The first link that takes a line has it."


def conditions(link: answers.Link) -> str:
    """What a link takes, as a person would say it: ``items with print details, SKU CANVAS-* or MUG``."""
    return ", ".join(_conditions(link))


def _conditions(link: answers.Link) -> Iterator[str]:
    yield "everything that goes in a parcel" if link.lines == "all" else "items with print details"
    for words, values in (
        ("SKU", link.skus),
        ("to", link.countries),
        ("brand", link.vendors),
        ("tagged", link.tags),
        ("from location", link.locations),
        ("in folder", link.folders),
    ):
        if values:
            yield f"{words} {either(values)}"


def either(values: Sequence[str]) -> str:
    """``A, B or C``"""
    shown = [plain(one) for one in values]
    return " or ".join(filter(None, (", ".join(shown[:-1]), shown[-1]))) if shown else ""


def is_held(link: answers.Link) -> bool:
    return link.send == "hold"


def shadowed(links: Sequence[answers.Link], place: int) -> answers.Link | None:
    """An earlier link that takes every line this one could take, so that nothing ever reaches this one."""
    link = links[place]
    return next((one for one in links[:place] if _takes_all(one) and one.lines in ("all", link.lines)), None)


def _takes_all(link: answers.Link) -> bool:
    return not (link.skus or link.countries or link.vendors or link.tags or link.locations or link.folders)


_BY = {
    "vendor": "the order names it",
    "cart": "Shipping Class Match",
    "pattern": "Shipping Class Match, a pattern",
    "country": "Default Mail Class by country",
    "default": "Default Mail Class",
}
FALLBACKS = ("country", "default")


def decided_by(by: str) -> str:
    return _BY.get(by, "" if by in ("", "none") else plain(by))


def how_decided(by: str, asked: str) -> str:
    """What decided a class; a default is said to be one, with what it was used in place of."""
    if by not in FALLBACKS:
        return decided_by(by)
    nothing = f"nothing matched '{plain(asked)}'" if asked else "nothing else matched"
    return f"{decided_by(by)}, {nothing}"


def shares(found: answers.Shares) -> str:
    """The amounts that are not nothing: ``shipping 3.00, tax 1.20 EUR``."""
    named = {"shipping": found.shipping, "handling": found.handling, "tax": found.tax, "discount": -found.discount}
    said = ", ".join(f"{name} {amount:f}" for name, amount in named.items() if amount)
    return f"{said} {plain(found.currency)}" if said else ""


def in_one_message(problems: Sequence[answers.Problem]) -> str:
    """Every problem once, those of an item together; then each field that is not named by its problem."""
    by_item: dict[str, list[str]] = {}
    for problem in problems:
        words = plain(problem.what)
        if problem.field and problem.field not in words:
            words = f"{words} ({plain(problem.field)})"
        if problem.suggestion:
            words = f"{words} Did you mean {plain(problem.suggestion)}?"
        said = by_item.setdefault(problem.line_id, [])
        if words not in said:
            said.append(words)
    return " ".join(words for said in by_item.values() for words in said)
