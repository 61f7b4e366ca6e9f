"""Orders in DynamoDB: one partition an order, small items for what changes, its body apart."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from platen.adapters.dynamodb_bodies import put_body, whole_body
from platen.adapters.dynamodb_items import (
    Item,
    fields_of,
    from_wire,
    get_all,
    page_token,
    query_all,
    stored,
    to_wire,
)
from platen.adapters.dynamodb_order_items import (
    body_name,
    due_of,
    item_of,
    job_item,
    key_of,
    name_of,
    page_start,
    plain_number,
)
from platen.domain.claim import Claim, may_be_reclaimed
from platen.domain.job import Job, JobState
from platen.domain.model import iso
from platen.domain.record import Event, OrderBody, OrderHead, OrderRecord, OrderState, changed
from platen.domain.shipment import Shipment, ShipmentState
from platen.ports import Conflict, Due, NotClaimed, NotFound, Page

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_TRIES = 3
_AT_ONCE = 100
"""So many writes a transaction takes."""


class DynamoDBOrders:
    """``ports.Orders`` on one table. ``retention`` is how long bodies and events are kept."""

    def __init__(self, client: DynamoDBClient, table: str, retention: timedelta) -> None:
        self._client = client
        self._table = table
        self._retention = retention

    # reading

    def load(self, order_id: str) -> OrderRecord | None:
        items = query_all(
            self._client,
            TableName=self._table,
            ConsistentRead=True,
            # Bodies and events sort before "job#", so they are neither read nor paid for.
            KeyConditionExpression="order_id = :id AND #item >= :first",
            ExpressionAttributeNames={"#item": "item"},
            ExpressionAttributeValues={":id": {"S": order_id}, ":first": {"S": "job#"}},
        )
        head: OrderHead | None = None
        jobs: dict[str, Job] = {}
        shipments: dict[str, Shipment] = {}
        for item in items:
            match item["item"].partition("#")[0]:
                case "order":
                    head = OrderHead.model_validate(item)
                case "job":
                    jobs[item["job_id"]] = Job.model_validate(item)
                case "shipment":
                    shipments[item["shipment_id"]] = Shipment.model_validate(item)
        return OrderRecord(head=head, jobs=jobs, shipments=shipments) if head else None

    def body(self, order_id: str, name: str) -> OrderBody:
        answer = self._client.get_item(
            TableName=self._table, Key=key_of(order_id, f"body#{name}"), ConsistentRead=True
        )
        body = whole_body(self._client, self._table, from_wire(answer["Item"])) if "Item" in answer else None
        if body is None:
            raise NotFound(f"the body of order {order_id} is not kept any more")
        return body

    def bodies(self, names: Iterable[tuple[str, str]]) -> dict[tuple[str, str], OrderBody]:
        wanted = [{"order_id": one, "item": f"body#{name}"} for one, name in names]
        found = list(get_all(self._client, self._table, wanted))
        there = {(one["order_id"], one["item"]) for one in found}
        # A body never changes, so half the price will do, unless it was written this very moment.
        missing = [key for key in wanted if (key["order_id"], key["item"]) not in there]
        found += get_all(self._client, self._table, missing, consistent=True)
        whole = {
            (one["order_id"], body_name(one["item"])): whole_body(self._client, self._table, one) for one in found
        }
        return {name: body for name, body in whole.items() if body}

    def heads(self, order_ids: Iterable[str]) -> dict[str, OrderHead]:
        keys = [{"order_id": one, "item": "order"} for one in order_ids]
        found = get_all(self._client, self._table, keys)
        return {item["order_id"]: OrderHead.model_validate(item) for item in found}

    def job_of_vendor_order(self, vendor: str, vendor_ref: str) -> tuple[str, str] | None:
        answer = self._client.query(
            TableName=self._table,
            IndexName="by_vendor_order",
            KeyConditionExpression="vendor_order = :ref",
            ExpressionAttributeValues={":ref": {"S": f"{vendor}#{vendor_ref}"}},
            Limit=1,
        )
        for item in answer["Items"]:
            return item["order_id"]["S"], str(int(item["item"]["S"].partition("#")[2]))
        return None

    def due(self, connection: str, watch: str, now: datetime, limit: int) -> list[Due]:
        answer = self._client.query(
            TableName=self._table,
            IndexName="by_due",
            KeyConditionExpression="due_lane = :lane AND due_at <= :now",
            ExpressionAttributeValues={":lane": {"S": f"{connection}#{watch}"}, ":now": {"S": iso(now)}},
            Limit=limit,
        )
        return [due_of(item["order_id"]["S"], item["item"]["S"]) for item in answer["Items"]]

    def in_state(self, connection: str, state: OrderState, limit: int, after: str = "") -> Page[OrderHead]:
        return self._newest_first("by_state", "store_state", f"{connection}#{state.value}", limit, after)

    def in_folder(self, connection: str, folder: str, limit: int, after: str = "") -> Page[OrderHead]:
        return self._newest_first("by_folder", "store_folder", f"{connection}#{folder}", limit, after)

    def count_in_folder(self, connection: str, folder: str, most: int) -> int:
        query: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": "by_folder",
            "KeyConditionExpression": "store_folder = :place",
            "ExpressionAttributeValues": {":place": {"S": f"{connection}#{folder}"}},
            "Select": "COUNT",
        }
        count = 0
        while count < most:
            answer = self._client.query(**query, Limit=most - count)
            count += answer["Count"]
            if "LastEvaluatedKey" not in answer:
                break
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
        return count

    def oldest_in_folder(self, connection: str, folder: str) -> datetime | None:
        answer = self._client.query(
            TableName=self._table,
            IndexName="by_folder",
            KeyConditionExpression="store_folder = :place",
            ExpressionAttributeValues={":place": {"S": f"{connection}#{folder}"}},
            Limit=1,
        )
        return next((datetime.fromisoformat(item["placed_at"]["S"]) for item in answer["Items"]), None)

    def _newest_first(self, index: str, key: str, place: str, limit: int, after: str) -> Page[OrderHead]:
        query: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": index,
            "KeyConditionExpression": f"{key} = :place",
            "ExpressionAttributeValues": {":place": {"S": place}},
            "ScanIndexForward": False,
            "Limit": limit,
        }
        if after:
            query["ExclusiveStartKey"] = page_start(after, key, place)
        answer = self._client.query(**query)
        heads = self.heads(item["order_id"]["S"] for item in answer["Items"])
        newest_first = sorted(heads.values(), key=lambda head: head.placed_at, reverse=True)
        return Page(tuple(newest_first), page_token(answer.get("LastEvaluatedKey")))

    def by_number(self, connection: str, number: str) -> list[OrderHead]:
        found = query_all(
            self._client,
            TableName=self._table,
            IndexName="by_number",
            KeyConditionExpression="store_number = :number",
            ExpressionAttributeValues={":number": {"S": f"{connection}#{plain_number(number)}"}},
        )
        return list(self.heads(item["order_id"] for item in found).values())

    def events(self, order_id: str) -> list[Event]:
        found = query_all(
            self._client,
            TableName=self._table,
            KeyConditionExpression="order_id = :id AND begins_with(#item, :event)",
            ExpressionAttributeNames={"#item": "item"},
            ExpressionAttributeValues={":id": {"S": order_id}, ":event": {"S": "event#"}},
        )
        return [Event.model_validate(item) for item in found]

    # writing

    def save(
        self,
        before: OrderRecord | None,
        after: OrderRecord,
        *,
        body: OrderBody | None = None,
        events: Sequence[Event] = (),
    ) -> OrderRecord:
        if body is not None:
            keep_until = after.head.changed_at + self._retention
            put_body(self._client, self._table, after.head.order_id, body, keep_until)
        writes = list(changed(before, after))
        saved = [one.but(version=one.version + 1) for one in writes]
        if len(saved) == 1 and not events:
            self._put(saved[0])
        elif saved or events:
            self._put_all(saved, events)
        return _with(after, saved)

    def save_job(self, before: Job, after: Job) -> Job:
        saved = after.but(version=before.version + 1)
        self._put(saved)
        return saved

    def save_shipment(self, before: Shipment, after: Shipment) -> Shipment:
        saved = after.but(version=before.version + 1)
        self._put(saved)
        return saved

    def _put(self, value: OrderHead | Job | Shipment) -> None:
        """One conditional write.

        ::

            us     --put, version 3 -> 4, written_by=a-->  applied, reply lost
            boto3  --the same put again--------------->    refused: version is 4 by now
            us     <--refused, with the item as it is--    written_by=a: that was us, so it is saved
        """
        mark = secrets.token_hex(8)
        condition, values = _unchanged(value)
        item = to_wire(item_of(value) | {"written_by": mark})
        for left in reversed(range(_TRIES)):
            try:
                self._client.put_item(
                    TableName=self._table,
                    Item=item,
                    ConditionExpression=condition,
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                    **values,
                )
            except self._client.exceptions.ConditionalCheckFailedException as refused:
                if stored(refused).get("written_by") != mark:
                    raise Conflict(name_of(value)) from refused
            except self._client.exceptions.TransactionConflictException as busy:
                # Somebody's transaction holds the item this instant: nothing was judged, so nothing is lost.
                if not left:
                    raise Conflict(name_of(value)) from busy
                continue
            return

    def _put_all(self, values: Sequence[OrderHead | Job | Shipment], events: Sequence[Event]) -> None:
        """All of it or nothing. boto3 sends the same request token on its own retries, so a lost reply
        is answered as the first time. Only what is more than one transaction takes goes in portions,
        parcels first: each of them stands for itself, and the news that brought it come again.
        """
        parcels = [self._write_of(one) for one in values if isinstance(one, Shipment)]
        others = [self._write_of(one) for one in values if not isinstance(one, Shipment)]
        others += [
            {"Put": {"TableName": self._table, "Item": to_wire(self._event_item(event))}} for event in events
        ]
        while len(parcels) + len(others) > _AT_ONCE:
            self._transact(parcels[:_AT_ONCE] or others)
            parcels = parcels[_AT_ONCE:]
        self._transact(parcels + others)

    def _write_of(self, value: OrderHead | Job | Shipment) -> Any:
        condition, names = _unchanged(value)
        put = {"TableName": self._table, "Item": to_wire(item_of(value)), "ConditionExpression": condition}
        return {"Put": put | names}

    def _transact(self, writes: list[Any]) -> None:
        try:
            self._client.transact_write_items(TransactItems=writes)
        except self._client.exceptions.TransactionCanceledException as cancelled:
            raise Conflict(_reasons(cancelled)) from cancelled

    def _event_item(self, event: Event) -> Item:
        event = event if event.event_id else event.but(event_id=secrets.token_hex(4))
        return fields_of(event) | {
            "item": f"event#{iso(event.at)}#{event.event_id}",
            "expires_at": int((event.at + self._retention).timestamp()),
        }

    # claiming

    def claim_job(self, order_id: str, job_id: str, claim: Claim) -> Job:
        item = self._claim(order_id, job_item(job_id), claim, Job)
        return Job.model_validate(item)

    def claim_shipment(self, order_id: str, shipment_id: str, claim: Claim) -> Shipment:
        item = self._claim(order_id, f"shipment#{shipment_id}", claim, Shipment)
        return Shipment.model_validate(item)

    def _claim(self, order_id: str, item: str, claim: Claim, kind: type[Job] | type[Shipment]) -> Item:
        """Take a claim on a job or a shipment.

        ::

            ready ───────────────────────▶ claimed by us             one write
            claimed by us (reply lost) ──▶ refused, token is ours     we have it
            claimed / unknown, due ──────▶ refused, then a second write that sets doubt
            claimed, not due ────────────▶ refused: somebody is at it, or it is too soon to ask
        """
        try:
            return self._update_claim(order_id, item, claim, "#state = :ready", {":ready": {"S": "ready"}})
        except self._client.exceptions.ConditionalCheckFailedException as refused:
            old = stored(refused)
        if old.get("token") == claim.token:
            return old
        current = kind.model_validate(old) if old else None
        if current is None or not _reclaimable(current, claim.now):
            raise NotClaimed(current)
        try:
            return self._update_claim(
                order_id,
                item,
                claim,
                "version = :version",
                {":version": {"N": str(current.version)}, ":doubt": {"BOOL": True}},
                also=", doubt = :doubt",
            )
        except self._client.exceptions.ConditionalCheckFailedException as refused:
            old = stored(refused)
            if old.get("token") == claim.token:
                return old
            raise NotClaimed(kind.model_validate(old) if old else None) from refused

    def _update_claim(
        self, order_id: str, item: str, claim: Claim, condition: str, values: dict[str, Any], also: str = ""
    ) -> Item:
        answer = self._client.update_item(
            TableName=self._table,
            Key=key_of(order_id, item),
            UpdateExpression=(
                "SET #state = :claimed, #token = :token, lease_until = :lease, due_at = :due,"
                " attempt = if_not_exists(attempt, :zero) + :one,"
                f" version = if_not_exists(version, :zero) + :one{also}"
            ),
            ConditionExpression=condition,
            ExpressionAttributeNames={"#state": "state", "#token": "token"},
            ExpressionAttributeValues={
                ":claimed": {"S": "claimed"},
                ":token": {"S": claim.token},
                ":lease": {"S": iso(claim.lease_until)},
                ":due": {"S": iso(claim.due_at)},
                ":zero": {"N": "0"},
                ":one": {"N": "1"},
                **values,
            },
            ReturnValues="ALL_NEW",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
        return from_wire(answer["Attributes"])


def _reclaimable(current: Job | Shipment, now: datetime) -> bool:
    waiting = (JobState.CLAIMED, JobState.UNKNOWN, ShipmentState.CLAIMED, ShipmentState.UNKNOWN)
    return current.state in waiting and may_be_reclaimed(current.due_at, now)


def _unchanged(value: OrderHead | Job | Shipment) -> tuple[str, dict[str, Any]]:
    """The condition that nobody wrote since ``value`` was read (its version is the new one already)."""
    if value.version == 1:
        return "attribute_not_exists(order_id)", {}
    return "version = :old", {"ExpressionAttributeValues": {":old": {"N": str(value.version - 1)}}}


def _with(record: OrderRecord, saved: Sequence[OrderHead | Job | Shipment]) -> OrderRecord:
    for one in saved:
        match one:
            case OrderHead():
                record = record.but(head=one)
            case Job():
                record = record.with_jobs(one)
            case Shipment():
                record = record.with_shipments(one)
    return record


def _reasons(cancelled: ClientError) -> str:
    """Raises the error again when it was no conflict but, say, throttling: that is not for us to mend."""
    reasons: Any = cancelled.response.get("CancellationReasons", [])
    codes = {reason.get("Code", "None") for reason in reasons} - {"None"}
    if codes - {"ConditionalCheckFailed", "TransactionConflict"}:
        raise cancelled
    return ", ".join(sorted(codes))
