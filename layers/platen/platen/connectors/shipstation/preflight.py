"""What ShipStation would refuse of a job, said before it is told: every problem at once. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import ValidationError

from platen.connectors.shipstation.mapping import name_of, status_of, to_order
from platen.connectors.shipstation.money import currencies_of
from platen.connectors.shipstation.order import MOST_AMOUNT, MOST_PIECES
from platen.connectors.shipstation.texts import plain
from platen.domain.attention import Problem
from platen.ports import JobRequest

_AT_THE_STORE = "change it at the store."


def problems(request: JobRequest) -> list[Problem]:
    found = [*_of_job(request), *_of_ship_to(request)]
    for line in request.job.lines:
        found.extend(_of_line(request, line.line_id, line.quantity))
    return found or list(_of_the_rest(request))


def _of_job(request: JobRequest) -> Iterator[Problem]:
    if len(request.job.external_id) > 50:
        yield Problem(
            what=f"ShipStation takes ids of at most 50 characters, and {request.job.external_id} is longer.",
            field="external_id",
        )
    currencies = currencies_of(request)
    if len(currencies) > 1:
        what = f"ShipStation takes one currency for an order, and this one has {' and '.join(currencies)}."
        yield Problem(what=what, field="currency")
    elif currencies and not re.fullmatch("[A-Z]{3}", currencies[0]):
        yield Problem(what="The order's currency is no ISO 4217 code of three letters.", field="currency")


def _of_ship_to(request: JobRequest) -> Iterator[Problem]:
    ship_to = request.order.ship_to
    if ship_to is None:
        what = "The order has no ship-to, and ShipStation takes none without: add one at the store."
        yield Problem(what=what, field="ship_to")
        return
    if not name_of(ship_to):
        yield _lacks("ship_to.last_name", "name and no company")
    if not plain(ship_to.address1) and not plain(ship_to.address2):
        yield _lacks("ship_to.address1", "street")
    if not plain(ship_to.city):
        yield _lacks("ship_to.city", "city")
    country = plain(ship_to.country_code)
    if not country:
        yield _lacks("ship_to.country_code", "country")
    elif not re.fullmatch("[A-Za-z]{2}", country):
        yield Problem(
            what="The ship-to's country has to be its two letters, e.g. US: " + _AT_THE_STORE,
            field="ship_to.country_code",
        )


def _lacks(field: str, word: str) -> Problem:
    return Problem(what=f"The ship-to has no {word}: add it at the store.", field=field)


def _of_line(request: JobRequest, line_id: str, quantity: int) -> Iterator[Problem]:
    line = request.order.line(line_id)
    if quantity > MOST_PIECES:
        what = f"ShipStation takes at most {MOST_PIECES} of a line, and this one is for {quantity}: {_AT_THE_STORE}"
        yield Problem(what=what, line_id=line_id, field="quantity")
    for price in (line.unit_price, line.full_price) if line else ():
        if price and not (price.amount.is_finite() and abs(price.amount) <= MOST_AMOUNT):
            what = f"ShipStation takes prices up to {MOST_AMOUNT}, and this line's is beyond: {_AT_THE_STORE}"
            yield Problem(what=what, line_id=line_id, field="unit_price")
            break


def _of_the_rest(request: JobRequest) -> Iterator[Problem]:
    """What only shows once it is put together; nothing of the order itself is in the words."""
    try:
        to_order(request, status_of(request.job))
    except ValidationError as error:
        for issue in error.errors(include_input=False, include_context=False, include_url=False):
            field = ".".join(map(str, issue["loc"]))
            what = f"ShipStation does not take this order's {field or 'amounts'}: {issue['msg']}."
            yield Problem(what=what, field=field)
    except ValueError as error:
        yield Problem(what=f"ShipStation does not take this order's amounts: {error}.", field="total")
