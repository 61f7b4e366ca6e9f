"""Translates a job into an order of the v1 API. Pure. What its orders mean is in ``mapping``, as for beta."""

from __future__ import annotations

from typing import Any

from platen.connectors.picanova import Settings
from platen.connectors.picanova.mapping import ship_to, shipping_type, wants_test
from platen.connectors.picanova.skus import embeds_artwork, lacking, product_of
from platen.domain.attention import Problem
from platen.domain.job import JobLine
from platen.domain.verdicts import Refused
from platen.ports import JobRequest


def order_body(request: JobRequest, settings: Settings) -> dict[str, Any]:
    """The body of v1's POST /orders. Raises Refused for what preflight would have stopped.

    Its form is that of a public client's, for their papers do not show one. So nothing is in it that was not seen
    there: no values for customs, and no ids of items.
    """
    order = request.order
    if order.ship_to is None:
        raise Refused("The order has no ship-to, so nothing was sent to Picanova.")
    kind = shipping_type(request.mail_class) or shipping_type(settings.v1_method.value)
    if kind is None:
        raise Refused("v1 takes TRACKED or UNTRACKED and no shipping method, so nothing was sent to Picanova.")
    return {
        "external_id": request.job.external_id,
        "is_test": wants_test(request.job, settings),
        "shipping_type": kind.value.lower(),
        "shipping": ship_to(order.ship_to, order.email, country_field="country"),
        "items": [_item(request, line) for line in request.job.lines],
    }


def _item(request: JobRequest, line: JobLine) -> dict[str, Any]:
    details = request.details(line.line_id)
    missing = lacking(details)
    if missing or details.options or (details.design_id and (details.sku or details.url)):
        words = "A line says too little or too much for Picanova's v1 API, so nothing was sent."
        field = missing[0] if missing else "print_design_id" if details.design_id else "print_options"
        raise Refused(words, (Problem(what=words, line_id=line.line_id, field=field),))
    item: dict[str, Any] = {"quantity": line.quantity, "product_sku": product_of(details)}
    if not embeds_artwork(details):
        item["file"] = {"front": {"url": details.url}}
    return item
