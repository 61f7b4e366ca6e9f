"""What would go wrong with a job at the warehouse, said before it is told: every problem at once. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from platen.connectors.warehouse_files import Settings
from platen.connectors.warehouse_files.mapping import item_of
from platen.connectors.warehouse_files.texts import why_no_key
from platen.connectors.warehousing import CreateItemUsing, PartlyFulfilled
from platen.domain.attention import Problem
from platen.ports.request import JobRequest

_WHERE = {
    CreateItemUsing.SKU: "SKU",
    CreateItemUsing.BARCODE: "barcode",
    CreateItemUsing.VARIANT_ID: "variant id",
}
_GIVE_ONE = "give it one at the store, then retry."
_HELPS = {
    CreateItemUsing.SKU: _GIVE_ONE,
    CreateItemUsing.BARCODE: _GIVE_ONE,
    CreateItemUsing.VARIANT_ID: "the store does not sell it any more, or has no ids of variants. Cancel it here, "
    "and have it shipped by hand.",
}


def problems(request: JobRequest, settings: Settings) -> list[Problem]:
    return [*_of_job(request, settings), *_of_lines(request, settings)]


def _of_job(request: JobRequest, settings: Settings) -> Iterator[Problem]:
    job = request.job
    if not settings.site:
        what = "No site is set, so the warehouse does not know where to pick it: set Sites, then retry."
        yield Problem(what=what, field="sites")
    if len(job.external_id) > settings.order_number_max:
        what = (
            f"The warehouse takes order numbers of {settings.order_number_max} characters, and {job.external_id} "
            f"has {len(job.external_id)}. If it takes longer ones, set Longest order number, then retry."
        )
        yield Problem(what=what, field="order_number_max")
    if request.order.ship_to is None:
        yield Problem(what="The order has no ship-to: add one at the store, then retry.", field="ship_to")
    if request.order.archived and _asks(request, settings):
        what = (
            "The order is archived at the store, and only open orders go to the warehouse: take it out of the "
            "archive there, then retry; or cancel it here."
        )
        yield Problem(what=what, field="archived")


def _asks(request: JobRequest, settings: Settings) -> bool:
    """Whether a person is asked about what is fulfilled: not of a reprint, which is wanted because it was."""
    return settings.partly_fulfilled is PartlyFulfilled.ASK and not request.job.reprint_of


def _of_lines(request: JobRequest, settings: Settings) -> Iterator[Problem]:
    for one in request.job.lines:
        line = request.order.line(one.line_id)
        if line is None:
            what = f"Line {one.line_id} is gone from the order: retry reads it from the store again."
            yield Problem(what=what, line_id=one.line_id)
            continue
        item = item_of(line, settings.create_item_using)
        field = _WHERE[settings.create_item_using]
        if not item:
            helps = _HELPS[settings.create_item_using]
            what = f"{line.title} has no {field}, which makes the item number (Create item using): {helps}"
            yield Problem(what=what, line_id=one.line_id, field=field)
        elif why := why_no_key(item, settings):
            what = f"The {field} {item[:120]} of {line.title} {why}: change it at the store, then retry."
            yield Problem(what=what, line_id=one.line_id, field=field)
        if line.unfulfilled < line.quantity and _asks(request, settings):
            what = (
                f"{line.quantity - line.unfulfilled} of {line.quantity} {line.title} are fulfilled already, and "
                "only unfulfilled orders go to the warehouse. Cancel it here; or have such orders taken (Orders "
                "that are partly fulfilled already: take), then retry."
            )
            yield Problem(what=what, line_id=one.line_id, field="partly_fulfilled")
