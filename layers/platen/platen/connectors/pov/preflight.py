"""What POV would refuse, or what would be lost on the way to it: every problem of a job at once. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from platen.connectors.pov.mapping import NO_TEST_FLAG, name_of
from platen.connectors.pov.profile import Profile
from platen.domain.attention import Problem
from platen.domain.printing import PrintDetails
from platen.ports import JobRequest

_NEEDED = {"address1": "street", "city": "city", "country_code": "country"}


def problems(request: JobRequest, profile: Profile) -> list[Problem]:
    found = [*_of_job(request, profile), *_of_ship_to(request)]
    for line in request.job.lines:
        found.extend(_of_line(line.line_id, request.details(line.line_id)))
    return found


def _of_job(request: JobRequest, profile: Profile) -> Iterator[Problem]:
    count, most = len(request.job.lines), profile.limits.lines
    if count > most:
        yield Problem(
            what=f"POV takes at most {most} lines in an order; this one has {count}. Split it at the store, or "
            "order the rest by hand.",
            field="lines",
        )
    if request.job.test and request.job.account != "test" and not profile.body.tells_test:
        yield Problem(what=NO_TEST_FLAG, field="test")


def _of_ship_to(request: JobRequest) -> Iterator[Problem]:
    ship_to = request.order.ship_to
    if ship_to is None:
        yield Problem(what="The order has no ship-to: add one at the store.", field="ship_to")
        return
    if not name_of(ship_to):
        yield _lacks("ship_to.last_name", "name and no company")
    for field, word in _NEEDED.items():
        if not getattr(ship_to, field).strip():
            yield _lacks(f"ship_to.{field}", word)
    country = ship_to.country_code.strip()
    if country and not re.fullmatch(r"[A-Za-z]{2}", country):
        what = "The ship-to's country has to be its two letters, e.g. US."
        yield Problem(what=what, field="ship_to.country_code")


def _lacks(field: str, word: str) -> Problem:
    return Problem(what=f"The ship-to has no {word}: add it at the store.", field=field)


def _of_line(line_id: str, details: PrintDetails) -> Iterator[Problem]:
    def problem(what: str, field: str) -> Problem:
        return Problem(what=what, line_id=line_id, field=field)

    if details.design_id:
        yield problem(
            "POV knows no print_design_id: take it off, and set print_sku and print_url instead.", "print_design_id"
        )
    if not details.sku:
        yield problem("The line has no POV product code: set print_sku.", "print_sku")
    if not details.url:
        yield problem("The line has no artwork: set print_url.", "print_url")
    elif not is_web_address(details.url):
        yield problem(
            "print_url is no web address that POV can read: it has to begin with https:// (or http://) and have no "
            "spaces.",
            "print_url",
        )
    if len(details.prints) > 1:
        yield problem(
            f"POV takes one placement only, and this line has {len(details.prints)} prints: keep the first, or "
            "have it made elsewhere.",
            "print_url_2",
        )
    if details.options:
        yield problem(
            "POV takes no print options, so they would be lost: take them off, or use the print_sku of the product "
            "that has them.",
            "print_option_name_1",
        )


def is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme.lower() in ("https", "http") and bool(parts.hostname) and not re.search(r"\s", url)
