"""What is known of warehouses, in a table of its own.

::

    owner                       item                                 what
    <connection>                order#<number>                       an order at the warehouse
    <connection>                state                                where its syncs stand
    <connection>#runs           <run id>                             a sync, kept as a record
    <connection>#moves#<site>   <occurred at>#<adjustment id>        stock that moved without an order
    <connection>#moved          <adjustment id>                      the same, by its id
    <connection>#taken          <key>                                a file or call that was taken in

The sparse index ``by_lane`` holds orders only: ``<connection>#waiting`` those the warehouse has not answered to,
``<connection>#open`` the others that may matter to stock. It follows the table, usually within milliseconds; what
it names is read from the table itself.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import batched
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from platen.adapters.dynamodb_items import Item, fields_of, from_wire, get_all, query_all, stored, to_wire
from platen.domain.model import iso
from platen.domain.sync import Run, SyncState
from platen.domain.warehouse import Adjustment, WarehouseOrder
from platen.ports import Claimed, Clock, Conflict

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

RUNS_KEPT = timedelta(days=400)
MOVES_KEPT = timedelta(days=400)
CLAIMS_KEPT = timedelta(days=30)
_LANES = ("waiting", "open")
_TRIES = 5


class DynamoDBLedger:
    """``ports.Ledger``. ``retention`` is how long an order is kept once it matters to stock no more."""

    def __init__(self, client: DynamoDBClient, table: str, clock: Clock, retention: timedelta) -> None:
        self._client = client
        self._table = table
        self._clock = clock
        self._retention = retention

    # orders at the warehouse

    def order(self, connection: str, number: str) -> WarehouseOrder | None:
        return self._get(WarehouseOrder, connection, f"order#{number}")

    def save_order(self, before: WarehouseOrder | None, after: WarehouseOrder) -> WarehouseOrder:
        saved = after.but(version=(before.version if before else 0) + 1)
        more: Item = {}
        if not saved.settled:
            lane = "waiting" if saved.waits else "open"
            more = {"lane": f"{saved.connection}#{lane}", "lane_at": _lane_at(saved)}
        else:
            more = {"expires_at": _expiry(saved.changed_at + self._retention)}
        self._put(saved.connection, f"order#{saved.number}", saved, saved.version, more)
        return saved

    def waiting(self, connection: str, limit: int, after: str = "") -> list[WarehouseOrder]:
        behind = self.order(connection, after) if after else None
        values = {":lane": f"{connection}#waiting"} | ({":at": _lane_at(behind)} if behind else {})
        answer = self._client.query(
            TableName=self._table,
            IndexName="by_lane",
            KeyConditionExpression="lane = :lane" + (" AND lane_at > :at" if behind else ""),
            ExpressionAttributeValues=to_wire(values),
            Limit=limit,
        )
        found = self._orders(from_wire(item) for item in answer["Items"])
        return sorted((one for one in found if one.waits), key=_lane_at)

    def unsettled(self, connection: str) -> Iterator[WarehouseOrder]:
        """Lane by lane; one that changes lanes meanwhile is met twice and given once."""
        given: set[str] = set()
        for lane in _LANES:
            keys = query_all(
                self._client,
                TableName=self._table,
                IndexName="by_lane",
                KeyConditionExpression="lane = :lane",
                ExpressionAttributeValues=to_wire({":lane": f"{connection}#{lane}"}),
            )
            for order in self._orders(keys):
                if order.number not in given and not order.settled:
                    given.add(order.number)
                    yield order

    def _orders(self, keys: Iterable[Item]) -> Iterator[WarehouseOrder]:
        for some in batched(keys, 100, strict=False):
            wanted = [{"owner": key["owner"], "item": key["item"]} for key in some]
            for item in get_all(self._client, self._table, wanted, consistent=True):
                yield WarehouseOrder.model_validate(item)

    # what the warehouse told

    def add_adjustment(self, connection: str, adjustment: Adjustment) -> bool:
        """Its id and its place in time, both or neither.

        ::

            file A, row 7   ──▶ put id, put move ──▶ there
            file A again    ──▶ put id: refused, the same values ──▶ known
            file B, id of 7 ──▶ put id: refused, other values ─────▶ Conflict
            us     --transaction, token=a-->  applied, reply lost
            boto3  --the same token--------->  answered as before
        """
        expires_at = _expiry(self._clock.now() + MOVES_KEPT)
        told: Item = {"told": fields_of(adjustment), "expires_at": expires_at}
        by_id: Item = told | {"owner": f"{connection}#moved", "item": adjustment.adjustment_id}
        moment = f"{iso(adjustment.occurred_at)}#{adjustment.adjustment_id}"
        by_time: Item = told | {"owner": _moves(connection, adjustment.site), "item": moment}
        first: Any = {
            "TableName": self._table,
            "Item": to_wire(by_id),
            "ConditionExpression": "attribute_not_exists(#owner)",
            "ExpressionAttributeNames": {"#owner": "owner"},
        }
        second: Any = {"TableName": self._table, "Item": to_wire(by_time)}
        for _ in range(_TRIES):
            try:
                self._client.transact_write_items(
                    TransactItems=[{"Put": first}, {"Put": second}], ClientRequestToken=secrets.token_hex(16)
                )
            except self._client.exceptions.TransactionCanceledException:
                known = self._item(by_id["owner"], by_id["item"])
                if known is None:
                    continue  # two workers met on it, and neither of them has it yet
                if _move(known).but(received_at=None) != adjustment.but(received_at=None):
                    raise Conflict(
                        f"adjustment {adjustment.adjustment_id} was told before with other values"
                    ) from None
                return False
            else:
                return True
        raise RuntimeError(f"adjustment {adjustment.adjustment_id} could not be kept: others write it without end")

    def adjustments(self, connection: str, site: str, after: datetime | None) -> Iterator[Adjustment]:
        """Read by time, so that it costs what moved since and not what ever moved; then sorted by item."""
        found = query_all(
            self._client,
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="#owner = :owner AND #item > :after",
            ExpressionAttributeNames={"#owner": "owner", "#item": "item"},
            ExpressionAttributeValues=to_wire(
                {":owner": _moves(connection, site), ":after": f"{iso(after)}$" if after else " "}
            ),
        )
        moves = [_move(item) for item in found]
        return iter(sorted(moves, key=lambda one: (one.item.encode(), one.occurred_at, one.adjustment_id)))

    def claim(self, connection: str, key: str, fingerprint: str) -> Claimed | None:  # noqa: ARG002
        found = self._item(f"{connection}#taken", key)
        # DynamoDB deletes what has expired days later.
        if not found or found["expires_at"] <= self._clock.now().timestamp():
            return None
        return Claimed(fingerprint=found["fingerprint"], answer=found["answer"])

    def finish(self, connection: str, key: str, claimed: Claimed) -> None:
        """The same for the same file or call, whoever writes it: no condition is needed."""
        item = {
            "owner": f"{connection}#taken",
            "item": key,
            "fingerprint": claimed.fingerprint,
            "answer": claimed.answer,
            "expires_at": _expiry(self._clock.now() + CLAIMS_KEPT),
        }
        self._client.put_item(TableName=self._table, Item=to_wire(item))

    # syncs

    def state(self, connection: str) -> SyncState:
        return self._get(SyncState, connection, "state") or SyncState(connection=connection)

    def save_state(self, state: SyncState) -> SyncState:
        saved = state.but(version=state.version + 1)
        self._put(saved.connection, "state", saved, saved.version, {})
        return saved

    def run(self, connection: str, run_id: str) -> Run | None:
        return self._get(Run, f"{connection}#runs", run_id)

    def save_run(self, run: Run) -> Run:
        saved = run.but(version=run.version + 1)
        more = {"expires_at": _expiry(saved.begun_at + RUNS_KEPT)}
        self._put(f"{saved.connection}#runs", saved.run_id, saved, saved.version, more)
        return saved

    def runs(self, connection: str, limit: int) -> list[Run]:
        answer = self._client.query(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="#owner = :owner",
            ExpressionAttributeNames={"#owner": "owner"},
            ExpressionAttributeValues=to_wire({":owner": f"{connection}#runs"}),
            ScanIndexForward=False,
            Limit=limit,
        )
        return [Run.model_validate(from_wire(item)) for item in answer["Items"]]

    def forget(self, connection: str) -> None:
        self._client.delete_item(TableName=self._table, Key=to_wire({"owner": connection, "item": "state"}))

    # items

    def _item(self, owner: str, item: str) -> Item | None:
        answer = self._client.get_item(
            TableName=self._table, Key=to_wire({"owner": owner, "item": item}), ConsistentRead=True
        )
        return from_wire(answer["Item"]) if "Item" in answer else None

    def _get[V: BaseModel](self, model: type[V], owner: str, item: str) -> V | None:
        found = self._item(owner, item)
        return model.model_validate(found) if found else None

    def _put(self, owner: str, item: str, value: BaseModel, version: int, more: Item) -> None:
        """Put over the version before, or where nothing is yet.

        ::

            A  reads 3 ──▶ put 4, if 3          it lands, and
            B  reads 3 ──────▶ put 4, if 3      is refused: Conflict
            us     --put 4, if 3, written_by=a-->  applied, reply lost
            boto3  --the same put again--------->  refused: it is 4 by now
            us     <--refused, with the item-----  written_by=a: that was us, so it is saved
        """
        mark = secrets.token_hex(8)
        fields = fields_of(value) | more | {"owner": owner, "item": item, "version": version, "written_by": mark}
        condition: Any = {
            "ConditionExpression": "attribute_not_exists(#owner)",
            "ExpressionAttributeNames": {"#owner": "owner"},
        }
        if version > 1:
            condition = {
                "ConditionExpression": "#version = :before",
                "ExpressionAttributeNames": {"#version": "version"},
                "ExpressionAttributeValues": to_wire({":before": version - 1}),
            }
        try:
            self._client.put_item(
                TableName=self._table,
                Item=to_wire(fields),
                **condition,
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as refused:
            if stored(refused).get("written_by") != mark:
                raise Conflict(f"{owner} {item}") from refused


def _lane_at(order: WarehouseOrder) -> str:
    return f"{iso(order.told_at)}#{order.number}"


def _moves(connection: str, site: str) -> str:
    return f"{connection}#moves#{site}"


def _move(item: Item) -> Adjustment:
    return Adjustment.model_validate(item["told"])


def _expiry(moment: datetime) -> int:
    return int(moment.timestamp())
