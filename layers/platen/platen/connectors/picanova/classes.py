"""Picanova's mail classes: two types that leave the carrier to it, and its shipping methods. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from platen.connectors.picanova import ShippingType, V1Method, speaks_v1
from platen.connectors.picanova.catalogue import spelt_like
from platen.connectors.picanova.mapping import shipping_type
from platen.domain.attention import Problem
from platen.domain.mail_class import MailClass

TYPES = (
    MailClass(code=ShippingType.TRACKED.value, name="Tracked, the carrier is left to Picanova"),
    MailClass(code=ShippingType.UNTRACKED.value, name="Untracked, the carrier is left to Picanova"),
)
_SHOWN = 20


def classes(methods: Iterable[MailClass]) -> tuple[MailClass, ...]:
    """The types, then the methods of all stores, each code once."""
    by_code: dict[str, MailClass] = {}
    for one in (*TYPES, *methods):
        by_code.setdefault(one.code, one)
    return tuple(by_code.values())


def asks_for_method(mail_class: str) -> bool:
    return shipping_type(mail_class) is None


def problem_with(
    mail_class: str, account: str, methods: Sequence[MailClass], v1_method: V1Method = V1Method.STOP
) -> Problem | None:
    """What is wrong with the class of a job of that account; ``methods`` are its store's.

    Whether a method goes to the country is not asked (that would be a call for every order): Picanova refuses it
    in words of its own, and nothing is made.
    """
    code = mail_class.strip()
    if not asks_for_method(code):
        return None
    if speaks_v1(account):
        return _not_by_v1(code) if v1_method is V1Method.STOP else None
    if any(one.code == code for one in methods):
        return None
    offered = [one.code for one in classes(methods)]
    near = next(iter(spelt_like(code, offered)), "")
    meant = f' Did you mean "{near}"?' if near else ""
    shown = ", ".join(f'"{one}"' for one in offered[:_SHOWN]) + (", …" if len(offered) > _SHOWN else "")
    what = f'This Picanova store has no shipping method "{_cut(code)}". It has {shown}.{meant}'
    return Problem(what=what, field="mail_class", suggestion=near)


def _not_by_v1(code: str) -> Problem:
    what = (
        f'The shipping method "{_cut(code)}" cannot be asked for here: orders for print_design_id and other v1 '
        "products take only TRACKED or UNTRACKED. Choose one of them in Shipping Class Match, or for all such "
        "orders by the connection's setting v1_method."
    )
    return Problem(what=what, field="mail_class", suggestion=ShippingType.TRACKED.value)


def _cut(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"
