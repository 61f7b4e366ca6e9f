"""Composition: the only place that picks real adapters, and the way from an event to a use case."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache, partial
from typing import TYPE_CHECKING, Any, cast

from platen.adapters import aws
from platen.adapters.clock import WallClock
from platen.adapters.dynamodb_connections import DynamoDBCache, DynamoDBConnections, DynamoDBProducts
from platen.adapters.dynamodb_feed import DynamoDBFeed
from platen.adapters.dynamodb_orders import DynamoDBOrders
from platen.adapters.sqs import SQSQueues, messages_in
from platen.adapters.ssm import SSMSecrets
from platen.domain.connection import Role
from platen.environment import Environment, SetUpEnvironment, read
from platen.hub import Hub
from platen.messages import FileHint, JobHint, OrderHint, PollHint, Queue, ShipmentHint, SyncHint, VendorHint
from platen.observability import logger
from platen.ports import Artwork, Files, Http, Ledger
from platen.usecases.operate_levels import Level

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

    from platen.usecases.configure import Desk
    from platen.usecases.feed import Answer as Served

type Event = dict[str, Any]
type Answer = dict[str, Any]


@cache
def environment() -> Environment:
    return read(Environment)


@cache
def hub() -> Hub:
    env = environment()
    clock = WallClock()
    table = env.connections_table
    retention = timedelta(days=env.retention_days)
    cuts = DynamoDBCache(aws.dynamodb(), table, clock, consistent=True)
    return Hub(
        clock=clock,
        orders=DynamoDBOrders(aws.dynamodb(), env.orders_table, retention),
        connections=DynamoDBConnections(aws.dynamodb(), table, clock),
        products=DynamoDBProducts(aws.dynamodb(), env.products_table),
        cache=DynamoDBCache(aws.dynamodb(), table, clock),
        secrets=SSMSecrets(aws.ssm(), env.stack, clock),
        queues=SQSQueues(aws.sqs(), env.queues, env.dead),
        feed=DynamoDBFeed(aws.dynamodb(), env.orders_table, cuts, retention),
        files=cast("Files", _Lazy(_files)),
        ledger=cast("Ledger", _Lazy(_ledger)),
        open_http=_open_http,
        artwork=cast("Artwork", _Lazy(_artwork)),
    )


def _open_http(hosts: Any) -> Http:
    # Imported here: a webhook receiver never calls out, and requests costs a tenth of a second.
    from platen.adapters.http import RequestsHttp  # noqa: PLC0415

    return RequestsHttp(hosts, environment().extra_hosts)


class _Lazy:
    """A port whose adapter is imported and made when it is first used: that costs time at a cold start, and few
    functions use them all."""

    def __init__(self, make: Callable[[], object]) -> None:
        self._make = cache(make)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._make(), name)


def _files() -> Files:
    from platen.adapters.s3_files import S3Files  # noqa: PLC0415

    return S3Files(aws.s3(), environment().files_bucket)


def _ledger() -> Ledger:
    from platen.adapters.dynamodb_ledger import DynamoDBLedger  # noqa: PLC0415

    env = environment()
    return DynamoDBLedger(aws.dynamodb(), env.stock_table, WallClock(), timedelta(days=env.retention_days))


def _artwork() -> Artwork:
    from platen.adapters.artwork import RequestsArtwork  # noqa: PLC0415

    return RequestsArtwork(environment().extra_hosts)


# webhooks


def store_webhook(event: Event, _context: Any) -> Answer:
    return _webhook(Role.STORE, event)


def vendor_webhook(event: Event, _context: Any) -> Answer:
    return _webhook(Role.VENDOR, event)


def _webhook(role: Role, event: Event) -> Answer:
    from platen.usecases.receive import receive  # noqa: PLC0415

    path = event["pathParameters"]
    body = _raw(event)
    status = 400
    if body is not None:
        status = receive(
            hub(),
            role,
            connection_id=path["connection"],
            key=path["key"],
            headers=event.get("headers") or {},
            body=body,
        )
    return {"statusCode": int(status), "body": ""}


def _raw(event: Event) -> bytes | None:
    """The body's very bytes, as they were signed; None where the gateway's own coding is broken."""
    text = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(text).encode(errors="surrogatepass")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def vendor_feed(event: Event, _context: Any) -> Answer:
    from platen.ports import FeedRequest  # noqa: PLC0415
    from platen.usecases.feed import serve  # noqa: PLC0415

    path = event["pathParameters"]
    body = _raw(event)
    if body is None:
        return {"statusCode": 400, "body": ""}
    headers = event.get("headers") or {}
    request = FeedRequest(
        method=event["httpMethod"],
        query=event.get("queryStringParameters") or {},
        headers={name.lower(): value for name, value in headers.items()},
        body=body,
    )
    answer = serve(hub(), connection_id=path["connection"], key=path["key"], request=request)
    return _answer(answer)


def warehouse_api(event: Event, _context: Any) -> Answer:
    from platen.usecases.warehouse.serve import serve  # noqa: PLC0415

    path = event["pathParameters"]
    body = _raw(event)
    if body is None:
        return {"statusCode": 400, "body": ""}
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    answer = serve(
        hub(),
        connection_id=path["connection"],
        authorization=headers.get("authorization", ""),
        method=event["httpMethod"],
        path=path["proxy"],
        query=event.get("queryStringParameters") or {},
        headers=headers,
        body=body,
    )
    return _answer(answer)


def _answer(reply: Served) -> Answer:
    return {
        "statusCode": int(reply.status),
        "headers": dict(reply.headers),
        "body": base64.b64encode(reply.body).decode(),
        "isBase64Encoded": True,
    }


# queues


def order_intake(event: Event, context: Any) -> Answer:
    from platen.usecases.intake import intake  # noqa: PLC0415

    read_already: set[OrderHint] = set()

    def once(the_hub: Hub, hint: OrderHint) -> None:
        """Hints of one batch were all sent before the first is read: one read answers for its order.

        Only a read does: a hint that was passed over as old news says nothing of the newer one behind it. Nor does
        a look at what moved answer for one at an order that did not, which has to be planned again all the same.
        """
        order = OrderHint(
            connection=hint.connection,
            store_order_id=hint.store_order_id,
            reference=hint.reference,
            replan=hint.replan,
            remap=hint.remap,
        )
        if order not in read_already and intake(the_hub, hint):
            read_already.add(order)

    return _batch(Queue.INTAKE, once, event, context)


def vendor_dispatch(event: Event, context: Any) -> Answer:
    from platen.usecases.dispatch import dispatch  # noqa: PLC0415

    return _batch(Queue.DISPATCH, dispatch, event, context)


def shipment_intake(event: Event, context: Any) -> Answer:
    from platen.usecases.track import track  # noqa: PLC0415

    return _batch(Queue.SHIPMENTS, track, event, context)


def store_update(event: Event, context: Any) -> Answer:
    from platen.usecases.update_store import update_store  # noqa: PLC0415

    return _batch(Queue.STORE_UPDATES, update_store, event, context)


def store_poll(event: Event, context: Any) -> Answer:
    from platen.usecases.poll import poll_store  # noqa: PLC0415

    return _batch(Queue.STORE_POLLS, poll_store, event, context)


def vendor_poll(event: Event, context: Any) -> Answer:
    from platen.usecases.poll import poll_vendor  # noqa: PLC0415

    return _batch(Queue.VENDOR_POLLS, poll_vendor, event, context)


def warehouse_files_in(event: Event, context: Any) -> Answer:
    from platen.usecases.warehouse.take_file import take_file  # noqa: PLC0415

    return _batch(Queue.FILES, take_file, event, context)


def inventory_push(event: Event, context: Any) -> Answer:
    from platen.usecases.sync.due import sync  # noqa: PLC0415

    def in_time(the_hub: Hub, hint: SyncHint) -> None:
        sync(the_hub, hint, lambda: context.get_remaining_time_in_millis() / 1000)

    return _batch(Queue.SYNCS, in_time, event, context)


type UseCase = (
    Callable[[Hub, OrderHint], None]
    | Callable[[Hub, JobHint], None]
    | Callable[[Hub, VendorHint], None]
    | Callable[[Hub, ShipmentHint], None]
    | Callable[[Hub, PollHint], None]
    | Callable[[Hub, FileHint], None]
    | Callable[[Hub, SyncHint], None]
)

_FIRST_RETRY = 15
"""Seconds until a failed message comes back; doubled each time, instead of the queue's long timeout."""


def _batch(queue: Queue, usecase: UseCase, event: Event, context: Any) -> Answer:
    """One message at a time; those that fail come back alone, sooner than the queue's timeout.

    None is begun in the second half of the function's time: one that is cut off there would bring all of the batch
    back, and slow messages of one connection would wear out those of the others.
    """
    # Imported here: it brings asyncio and every event's class along, which a webhook has no use for.
    from aws_lambda_powertools.utilities.batch import (  # noqa: PLC0415
        BatchProcessor,
        EventType,
        process_partial_response,
    )

    processor = BatchProcessor(event_type=EventType.SQS)
    left: Callable[[], int] = context.get_remaining_time_in_millis if context else lambda: 0
    half = left() // 2
    handle = partial(_handle, queue, usecase, lambda: left() >= half)
    answer: Any = process_partial_response(event=event, record_handler=handle, processor=processor, context=context)
    return dict(answer)


def _handle(queue: Queue, usecase: Any, in_time: Callable[[], bool], record: SQSRecord) -> None:
    ids: dict[str, Any] = {}
    try:
        for message in messages_in(queue, record.body):
            # A message is nothing but ids: every log line of its work carries them.
            ids = message.model_dump(mode="json", exclude_defaults=True, exclude=set(message.unlogged))
            logger.append_keys(**ids)
            if in_time():
                usecase(hub(), message)
            else:  # as a new message: that it had to wait does not wear it out
                logger.info("left to the next", extra={"queue": queue.value})
                hub().queues.send(queue, [message])
    except Exception:
        # Whatever it was, the message must come back; what it was is in the log, without its body.
        logger.exception("message failed", extra={"queue": queue.value, "message_id": record.message_id})
        _come_back_soon(queue, record)
        raise
    finally:
        logger.remove_keys(ids)


def _come_back_soon(queue: Queue, record: SQSRecord) -> None:
    received = int(record.attributes.approximate_receive_count)
    try:
        aws.sqs().change_message_visibility(
            QueueUrl=environment().queues[queue],
            ReceiptHandle=record.receipt_handle,
            VisibilityTimeout=min(600, _FIRST_RETRY * 2 ** (received - 1)),
        )
    except Exception:  # noqa: BLE001 - it comes back by the queue's own timeout then
        logger.warning("could not shorten the wait", extra={"queue": queue.value})


# schedules and people


def sweep(_event: Event, _context: Any) -> dict[str, int]:
    from platen.usecases.sweep import sweep as run  # noqa: PLC0415

    return run(hub())


def viewer(event: Event, _context: Any) -> Answer:
    return _asked(event, Level.VIEW)


def operator(event: Event, _context: Any) -> Answer:
    return _asked(event, Level.OPERATE)


def set_up(event: Event, _context: Any) -> Answer:
    return _asked(event, Level.SET_UP, _desk())


def _asked(event: Event, level: Level, desk: Desk | None = None) -> Answer:
    from platen.usecases.operate import Operator  # noqa: PLC0415

    # People go from one function to the next, and each has a memory of its own: none outlasts the question.
    fresh = DynamoDBConnections(aws.dynamodb(), environment().connections_table, WallClock())
    return Operator(replace(hub(), connections=fresh), desk, level.may).answer(event)


def _desk() -> Desk:
    from platen.adapters.scheduler import EventBridgeSchedules  # noqa: PLC0415
    from platen.usecases.configure import Desk  # noqa: PLC0415

    env = read(SetUpEnvironment)
    schedules = EventBridgeSchedules(
        aws.scheduler(),
        group=env.schedule_group,
        role_arn=env.schedule_role_arn,
        dead_letter_arn=env.schedule_dlq_arn,
        arns={
            Queue.STORE_POLLS: env.store_polls_arn,
            Queue.VENDOR_POLLS: env.vendor_polls_arn,
            Queue.SYNCS: env.syncs_arn,
        },
    )
    return Desk(
        stack=env.stack,
        schedules=schedules,
        public_url=env.public_url.rstrip("/"),
        files_bucket=env.files_bucket,
    )
