"""What to type next: the exact commands that help with what waits for a person."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass

from platen_cli.plain import plain

CAUSES = {
    "moved_in": "Another system may have handled it",
    "unrouted_line": "No link says who makes a line",
    "print_details": "The print details are incomplete or contradict each other",
    "ship_to_missing": "The order has no usable address",
    "ship_to_hidden": "The shop does not show us the address",
    "held": "Its link holds it for you",
    "mail_class": "No mail class fits its shipping method",
    "artwork": "The artwork is not as the vendor needs it",
    "preflight": "The vendor would refuse it",
    "vendor_refused": "The vendor refused it",
    "unconfirmed": "Nobody can say whether the vendor has it",
    "changed_after_sent": "The order was changed after it was sent",
    "changed_after_shipped": "It had shipped before its change could be told",
    "cancel_refused": "The vendor did not cancel it",
    "cancelled_after_shipped": "It was cancelled after it had shipped",
    "vendor_cancelled": "The vendor cancelled it",
    "vendor_failed": "The vendor could not make it",
    "vendor_silent": "Nothing has been heard from the vendor",
    "vendor_lost_it": "The vendor does not know it any more",
    "closed_short": "The warehouse closed it with fewer pieces than ordered",
    "shipment_unreadable": "The vendor's parcel cannot be matched to the order",
    "store_refused": "The shop refused the tracking",
    "store_lost_it": "The shop does not know the order any more",
}

_HELPS = {
    "retry": "once it is mended: try again",
    "resend": "only if it is not at the vendor: look first",
    "mark-sent": "it is at the vendor: say its number there",
    "mark-cancelled": "you have had it cancelled there yourself",
    "release": "seen, and good as it is: go on",
    "cancel": "do not make it",
}
_TYPED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


@dataclass(frozen=True)
class Hint:
    command: str
    helps: str


def cause(code: str) -> str:
    return CAUSES.get(code, plain(code).replace("_", " "))


def name_of(number: str, order_id: str) -> str:
    """What to type for an order: its number without the ``#`` that shells drop, or its id when that is safer."""
    number = number.removeprefix("#")
    return number if _TYPED.fullmatch(number) else order_id


def hints(order: str, place: str, actions: Iterable[str]) -> list[Hint]:
    """The commands for the actions that help, in the operator's order."""
    # job-1 for "job 1": the same in every shell, without quotes.
    where = "" if place in ("", "order") else f" --place {shlex.quote(plain(place).replace(' ', '-'))}"
    return [_hint(action, order, where) for action in actions if action in _HELPS]


def looks(code: str, order: str, store: str, vendor: str) -> list[Hint]:
    """The commands that show more of a cause, before anything is done about it. ``vendor``: empty for none."""
    match code:
        case "unrouted_line":
            tried = f"platen links try {shlex.quote(plain(store))} --order {shlex.quote(order)}"
            return [Hint(tried, "why no link takes it")]
        case "mail_class" if vendor:
            rules = f"platen rules {shlex.quote(plain(vendor))}"
            return [Hint(rules, 'its classes; --add class_match "SHIPPING METHOD=CLASS"')]
        case _:
            return []


def _hint(action: str, order: str, where: str) -> Hint:
    reference = " --vendor-ref ITS-NUMBER" if action == "mark-sent" else ""
    return Hint(f"platen {action} {shlex.quote(order)}{where}{reference}", _HELPS[action])
