"""At the vendor: what sending a job, passing a change on and hearing of it have in common."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from platen.domain.connection import Connection
from platen.domain.job import Job
from platen.domain.product_settings import matched, message_of
from platen.domain.record import OrderBody
from platen.hub import Hub
from platen.observability import logger
from platen.ports import Conflict, JobRequest
from platen.usecases.intake import tell_cancel
from platen.usecases.sort import in_its_folder

FIRST_NEWS = timedelta(minutes=30)
"""When to ask the vendor, if it has not told us anything by then."""
NO_BODY = "The order's content is not kept any more (its retention is over). Retry reads it from the store again."


def request_of(connection: Connection, job: Job, body: OrderBody) -> JobRequest:
    """The job as its vendor is told of it: by the vendor's own product codes, with its messages."""
    making = connection.making
    printing = {line_id: matched(making, details) for line_id, details in body.printing.items()}
    return JobRequest(
        job=job,
        body=body.but(printing=printing),
        gift_message=message_of(body.order, making.gift_field),
        packing_message=message_of(body.order, making.picklist_field),
    )


def save_job_with_order(hub: Hub, before: Job, after: Job) -> None:
    """Save a job and bring the order's state in line. Gives up, logged, when the job changed meanwhile."""
    for _ in range(5):
        record = hub.orders.load(after.order_id)
        if record is None or record.jobs[after.job_id].version != before.version:
            break
        with suppress(Conflict):
            settled = record.with_jobs(after).settled(hub.clock.now())
            saved = hub.orders.save(record, in_its_folder(hub, record, settled))
            tell_cancel(hub, saved)
            return
    logger.warning("claim lost", extra={"order": after.order_id, "job": after.job_id})
