"""Shipping Class Match: which of a vendor's mail classes a job goes by, and what decided it. Pure.

In this order: the vendor's own name for a class, a saved cart name, a pattern, the default of the country, the
default. Names are compared trimmed, with inner blanks as one and case aside; accents count.

Patterns: ``*`` stands for any characters or none, ``?`` for one. Of several that fit, the one with the most
other characters decides, then the one with fewer ``*``, then the first by alphabet: never the order of the table,
which is not kept. Of countries: the country itself, then ``EU``, then ``*``.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import NamedTuple

from platen.domain.attention import Problem
from platen.domain.making import EU, EVERYWHERE, Fallback, Making, alike, brief, countries_of
from platen.domain.model import Value
from platen.domain.order import Order, ShippingChoice

_NAMED = 5
"""Classes that a sentence lists."""


class MailClass(Value):
    """One of a vendor's classes: what it is called on the wire, and what people call it."""

    code: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.code} ({self.name})" if self.name and self.name != self.code else self.code


class By(StrEnum):
    """What decided the class."""

    VENDOR = "vendor"
    """The order's shipping method is the vendor's own code or name."""
    CART = "cart"
    """A saved cart name."""
    PATTERN = "pattern"
    COUNTRY = "country"
    DEFAULT = "default"
    NONE = "none"
    """The vendor has no classes, and none is set."""


class Choice(Value):
    """The class of a job. With a ``problem`` it is not to be sent before a person has looked."""

    code: str = ""
    by: By = By.NONE
    asked: str = ""
    """The order's shipping method."""
    problem: Problem | None = None


def choose(order: Order, making: Making, classes: Sequence[MailClass], *, default: str = "") -> Choice:
    """The class for an order. ``classes``: the vendor's own list; empty where it tells none.

    ``default`` is the connector's, for connections without a Default Mail Class. With ``class_fallback`` stop
    the choice of the default carries a ``problem`` and the code it would be sent with. So does a class that is
    not on the vendor's list: its ``code`` is then the class as it was written.
    """
    shipping = shipping_choice(order)
    names = tuple(filter(None, (alike(shipping.title), alike(shipping.code)))) if shipping else ()
    asked = method_of(order)
    code = next(filter(None, (_code_of(name, classes) for name in names)), "")
    if code:
        return Choice(code=code, by=By.VENDOR, asked=asked)
    country = order.ship_to.country_code.upper() if order.ship_to else ""
    rule = _by_name(names, making) or _by_country(country, making) or _by_default(making, default)
    if not rule.target:
        return Choice(asked=asked, problem=_nothing_left(asked, making, classes))
    code = _code_of(rule.target, classes) if classes else rule.target
    problem: Problem | None = None
    if not code:
        problem = _unknown(rule, classes)
    elif rule.by is By.DEFAULT and making.class_fallback is Fallback.STOP:
        problem = _only_default(asked, code)
    return Choice(code=code or rule.target, by=rule.by, asked=asked, problem=problem)


def shipping_choice(order: Order) -> ShippingChoice | None:
    """What the buyer chose: the first choice with a title; where none has one, the first with a code."""
    titled = (choice for choice in order.shipping if choice.title.strip())
    coded = (choice for choice in order.shipping if choice.code.strip())
    return next(titled, None) or next(coded, None)


def method_of(order: Order) -> str:
    """The order's shipping method, as people read it; empty where it has none.

    A store may charge shipping in several parts: the first one speaks for all.
    """
    choice = shipping_choice(order)
    return brief(choice.title.strip() or choice.code) if choice else ""


class _Rule(NamedTuple):
    """What decides: the field of the connection's rules, the sentence it makes, the class it names."""

    by: By
    field: str
    says: str
    target: str


def _by_name(names: Sequence[str], making: Making) -> _Rule | None:
    saved: dict[str, str] = {}
    for key in making.class_match:
        saved.setdefault(alike(key), key)
    # A name with a wildcard in it is a name too: a store may really call it "Express*".
    found = next((saved[name] for name in names if name in saved), None)
    if found is not None:
        return _matched(By.CART, found, making)
    patterns = sorted((name for name in saved if "*" in name or "?" in name), key=_most_exact_first)
    found = next((saved[one] for name in names for one in patterns if _fits(name, one)), None)
    return None if found is None else _matched(By.PATTERN, found, making)


def _matched(by: By, key: str, making: Making) -> _Rule:
    target = making.class_match[key]
    return _Rule(by, "class_match", f'Shipping Class Match "{brief(key)} = {brief(target)}"', target)


def _most_exact_first(pattern: str) -> tuple[int, int, str]:
    stars = pattern.count("*")
    return (stars + pattern.count("?") - len(pattern), stars, pattern)


def _fits(name: str, pattern: str) -> bool:
    return fnmatchcase(name, pattern.replace("[", "[[]"))


def _by_country(country: str, making: Making) -> _Rule | None:
    if not country:
        return None
    keys = {word: key for key in making.class_by_country for word in countries_of(key)}
    group = "EU" if country in EU else EVERYWHERE
    key = next((keys[word] for word in (country, group, EVERYWHERE) if word in keys), None)
    if key is None:
        return None
    target = making.class_by_country[key]
    says = f'Default Mail Class by country "{brief(key)} = {brief(target)}"'
    return _Rule(By.COUNTRY, "class_by_country", says, target)


def _by_default(making: Making, default: str) -> _Rule:
    if making.default_class:
        says = f'Default Mail Class "{brief(making.default_class)}"'
        return _Rule(By.DEFAULT, "default_class", says, making.default_class)
    return _Rule(By.DEFAULT, "default_class", f'The system\'s own default "{brief(default)}"', default)


def _code_of(text: str, classes: Sequence[MailClass]) -> str:
    """The code of the class that is meant; empty where none is, or more than one."""
    wanted = alike(text)
    for found in (
        {one.code for one in classes if one.code == text},
        {one.code for one in classes if alike(one.code) == wanted},
        {one.code for one in classes if one.name and alike(one.name) == wanted},
    ):
        if found:
            return found.pop() if len(found) == 1 else ""
    return ""


def _unknown(rule: _Rule, classes: Sequence[MailClass]) -> Problem:
    near = _nearest(rule.target, classes)
    meant = f"The nearest: {_listed(near)}." if near else f"It has: {_listed(classes)}."
    return Problem(
        what=f"{rule.says} names no one mail class of this vendor. {meant} Set it to one of the vendor's codes "
        "in the connection's rules, then retry.",
        field=rule.field,
        suggestion=near[0].code if near else "",
    )


def _nearest(target: str, classes: Sequence[MailClass]) -> list[MailClass]:
    spelt: dict[str, MailClass] = {}
    for one in classes:
        spelt.setdefault(alike(one.code), one)
        spelt.setdefault(alike(one.name), one)
    found = get_close_matches(alike(target), [name for name in spelt if name], n=_NAMED)
    return list({spelt[name].code: spelt[name] for name in found}.values())


def _only_default(asked: str, code: str) -> Problem:
    return Problem(
        what=f"{_matches_nothing(asked)}, so only the Default Mail Class {code} is left. Add a line to Shipping "
        "Class Match in the connection's rules and retry; or release it, to send it with the default.",
        field="class_match",
    )


def _nothing_left(asked: str, making: Making, classes: Sequence[MailClass]) -> Problem | None:
    """A vendor that tells no classes may have none: then nothing is missing, unless the rules say to stop."""
    strict = making.class_fallback is Fallback.STOP and (making.class_match or making.class_by_country)
    if not classes and not strict:
        return None
    has = f" The vendor's: {_listed(classes)}." if classes else ""
    return Problem(
        what=f"{_matches_nothing(asked)}, and there is no Default Mail Class. Add a line to Shipping Class Match, "
        f"or set the Default Mail Class, in the connection's rules, then retry.{has}",
        field="default_class",
    )


def _matches_nothing(asked: str) -> str:
    if not asked:
        return "The order has no shipping method, and no rule for its country"
    return f'The order\'s shipping method "{asked}" matches no mail class and no rule'


def _listed(classes: Sequence[MailClass]) -> str:
    more = f" and {len(classes) - _NAMED} more" if len(classes) > _NAMED else ""
    return ", ".join(brief(str(one)) for one in classes[:_NAMED]) + more
