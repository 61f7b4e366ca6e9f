"""What the ways by both APIs do alike: a job in ShipStation's terms, answers held against what was asked. Pure."""

from __future__ import annotations

from platen.connectors.shipstation.answers import texts_in
from platen.connectors.shipstation.mapping import status_of, to_order
from platen.connectors.shipstation.order import ShipStationOrder
from platen.connectors.shipstation.preflight import problems
from platen.domain.verdicts import Later, Refused, Unclear
from platen.ports import JobRequest


def told_as(request: JobRequest) -> ShipStationOrder:
    """The job in ShipStation's terms. Raises Refused for what preflight names."""
    try:
        return to_order(request, status_of(request.job))
    except ValueError:
        found = tuple(problems(request))
        raise Refused(found[0].what if found else "ShipStation does not take this order.", found) from None


def private(order: ShipStationOrder) -> list[str]:
    """What must not show in words about an order: who and where its buyer is."""
    return texts_in([order.ship_to.model_dump(), order.bill_to.model_dump(), order.customer_code])


def same(asked: str, told: str, verdict: type[Later] | type[Unclear]) -> None:
    """An answer about another order must never be taken for ours. They may leave the id out."""
    if told and told != asked:
        raise verdict(f'ShipStation was asked about order "{asked}" and answered with "{told[:100]}".')
