"""The feed in DynamoDB: an entry and its notices lie with their order, and one sparse index goes by time.

An entry's place in the index, ``feed_at``, says when it changed and which one it is, so that no two are alike::

    feed       feed_at
    packers    2026-11-21T09:30:00.000Z#k7x2m3qpl4tzabcd#0001   ──▶  k7x2m3qpl4tzabcd, feed#0001

The index follows the table, usually within milliseconds: an entry saved in the last moments may be missing
from a page although its window holds it. So may one whose write took longer than the vendor to come by. The next
window begins where this one ended, and has neither. Both stay unfetched, which ``waiting`` shows and the sweep
mends: what was not fetched is modified again.
"""

from __future__ import annotations

import json
import secrets
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from platen.adapters.dynamodb_items import Item, fields_of, from_wire, get_all, query_all, stored, to_wire
from platen.adapters.dynamodb_order_items import key_of
from platen.domain.feed import FeedEntry, Notice
from platen.domain.model import digest, iso
from platen.ports import Cache, Conflict, FeedPage, Window

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_CUT_KEPT = timedelta(hours=1)
"""Longer than a vendor takes to read all pages of a window."""
_MARK = frozenset({"fetched", "fetched_at"})
_BETWEEN = "feed = :feed AND feed_at BETWEEN :first AND :beyond"


class DynamoDBFeed:
    """``ports.Feed`` on the table of the orders.

    ``cache`` keeps where the pages of a window begin, 50 bytes for each of them; what was put there must be seen
    at once. ``retention`` is how long an entry is kept after its last change, and a notice after it came.
    """

    def __init__(self, client: DynamoDBClient, table: str, cache: Cache, retention: timedelta) -> None:
        self._client = client
        self._table = table
        self._cache = cache
        self._retention = retention

    # entries

    def get(self, order_id: str, job_id: str) -> FeedEntry | None:
        answer = self._client.get_item(
            TableName=self._table, Key=key_of(order_id, _entry_item(job_id)), ConsistentRead=True
        )
        return FeedEntry.model_validate(from_wire(answer["Item"])) if "Item" in answer else None

    def save(self, before: FeedEntry | None, after: FeedEntry) -> FeedEntry:
        """One conditional update of everything but the mark of fetching.

        ::

            vendor    fetches version 3 ─────────▶ mark 3             it lands on 3, or
            us        ──▶ save 3 as 4 ─────────────────▶ mark 3       is refused on 4; whichever came first,
                                                                      4 is not marked and waits to be fetched

            us     --update, version 3 -> 4, written_by=a-->  applied, reply lost
            boto3  --the same update again----------------->  refused: version is 4 by now
            us     <--refused, with the item as it is--------  written_by=a: that was us, so it is saved
        """
        version = before.version if before else 0
        mark = secrets.token_hex(8)
        fields = self._fields(after.but(version=version + 1)) | {"written_by": mark}
        condition = "#version = :before" if before else "attribute_not_exists(order_id)"
        values = {f":{name}": value for name, value in fields.items()} | ({":before": version} if before else {})
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key=key_of(after.order_id, _entry_item(after.job_id)),
                UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in fields),
                ConditionExpression=condition,
                ExpressionAttributeNames={f"#{name}": name for name in fields},
                ExpressionAttributeValues=to_wire(values),
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as refused:
            there = stored(refused)
            if there.get("written_by") != mark:
                raise Conflict(f"the feed's entry of {after.order_id}/{after.job_id}") from refused
            return FeedEntry.model_validate(there)
        return FeedEntry.model_validate(from_wire(answer["Attributes"]))

    def _fields(self, entry: FeedEntry) -> Item:
        """All of an entry's fields but the mark, also those with their default: an update takes none away."""
        item = entry.model_dump(mode="json", exclude={*_MARK, "order_id", "job"})
        item["job"] = fields_of(entry.job)
        item |= {"feed": entry.connection, "feed_at": _feed_at(entry)}
        return item | {"expires_at": int((entry.modified + self._retention).timestamp())}

    # what a vendor fetches

    def page(self, connection: str, window: Window, size: int) -> FeedPage:
        """The keys of a window are read once and cut into pages; the page's entries are then read themselves.

        ::

            keys     a b c d e f g h                 cut: from the start │ from d │ from g
            b, e change                              both go beyond the end, to a later window
            pages    a c │ d f │ g h                 nobody else moves: each page is still from its key to the next

        The cut parts all of the time between start and end, so no key is ever outside of all pages or in two.
        A window of one page needs none. An entry that changed after its key was read is left to the page or
        window it is in by now.
        """
        start, end = _bound(window.start), _bound(window.end)
        if start >= end:
            return FeedPage((), 1)
        number, place = max(window.page, 1), f"{start}/{end}/{size}"
        cut = self._known_cut(connection, place) if number > 1 else []
        keys = None if cut else self._keys(connection, start, end)
        if keys is not None:
            cut = self._cut(connection, place, keys, size)
        if number > len(cut):
            return FeedPage((), len(cut))
        first, beyond = cut[number - 1], (*cut, end)[number]
        if keys is None:
            keys = self._keys(connection, first, beyond)
        entries = self._entries([key for key in keys if first <= key < beyond], consistent=True)
        still_there = (entry for entry in entries if _feed_at(entry) < beyond)
        return FeedPage(tuple(sorted(still_there, key=_feed_at)), len(cut))

    def _keys(self, connection: str, first: str, beyond: str) -> list[str]:
        """Index keys from ``first`` up to ``beyond`` (not included), the oldest change first."""
        found = query_all(
            self._client,
            TableName=self._table,
            IndexName="by_feed",
            KeyConditionExpression=_BETWEEN,
            ExpressionAttributeValues=to_wire({":feed": connection, ":first": first, ":beyond": beyond}),
            ProjectionExpression="feed_at",
        )
        return [item["feed_at"] for item in found if item["feed_at"] < beyond]

    def _cut(self, connection: str, place: str, keys: Sequence[str], size: int) -> list[str]:
        """Where each page begins. A cut that is known is only added to, at its end: the first page may be asked
        for again, because an answer was lost or by somebody else, while the others are being read.
        """
        start = place.partition("/")[0]
        if len(keys) <= size:
            return [start]
        known = self._known_cut(connection, place) or [start]
        last_page = keys[bisect_left(keys, known[-1]) :]
        cut = [*known, *last_page[size::size]]
        if cut != known:
            self._cache.put(_cuts(connection), {place: json.dumps(cut)}, _CUT_KEPT)
        return cut

    def _known_cut(self, connection: str, place: str) -> list[str]:
        text = self._cache.get(_cuts(connection), [place]).get(place)
        cut: list[str] = json.loads(text) if text else []
        return cut

    def _entries(self, keys: Iterable[str], *, consistent: bool) -> list[FeedEntry]:
        wanted = [dict(zip(("order_id", "item"), _named_by(key), strict=True)) for key in keys]
        found = get_all(self._client, self._table, wanted, consistent=consistent)
        return [FeedEntry.model_validate(item) for item in found]

    def waiting(self, connection: str, limit: int) -> bool:
        answer = self._client.query(
            TableName=self._table,
            IndexName="by_feed",
            KeyConditionExpression="feed = :feed",
            ExpressionAttributeValues={":feed": {"S": connection}},
            ScanIndexForward=False,
            Limit=limit,
        )
        newest = self._entries((item["feed_at"]["S"] for item in answer["Items"]), consistent=False)
        return any(not entry.is_fetched for entry in newest)

    def mark_fetched(self, entries: Sequence[FeedEntry], at: datetime) -> list[FeedEntry]:
        by = secrets.token_hex(8)
        new = (entry for entry in entries if not entry.is_fetched)
        return [entry.but(fetched=entry.version, fetched_at=at) for entry in new if self._mark(entry, at, by)]

    def _mark(self, entry: FeedEntry, at: datetime, by: str) -> bool:
        """One small update, which moves no key and no version.

        ::

            two vendors' requests  ──▶ mark 3 ──▶ mark 3    the second is refused: it was marked already
            us     --mark 3, fetched_by=a-->  applied, reply lost
            boto3  --mark 3 again---------->  refused: marked, or version 4 by now
            us     <--refused, the item-----  fetched_by=a: it was new, and that was us
        """
        values = {":version": entry.version, ":at": iso(at), ":by": by}
        try:
            self._client.update_item(
                TableName=self._table,
                Key=key_of(entry.order_id, _entry_item(entry.job_id)),
                UpdateExpression="SET fetched = :version, fetched_at = :at, fetched_by = :by",
                ConditionExpression=(
                    "version = :version AND (attribute_not_exists(fetched) OR fetched <> :version)"
                ),
                ExpressionAttributeValues=to_wire(values),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as refused:
            return stored(refused).get("fetched_by") == by
        return True

    # notices

    def notices(self, order_id: str, job_id: str) -> list[Notice]:
        found = query_all(
            self._client,
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="order_id = :id AND begins_with(#item, :notice)",
            ExpressionAttributeNames={"#item": "item"},
            ExpressionAttributeValues=to_wire({":id": order_id, ":notice": _notice_item(job_id)}),
        )
        notices = [Notice.model_validate(item) for item in found]
        return sorted(notices, key=lambda one: (one.received_at, one.notice_id))

    def add_notice(self, entry: FeedEntry, notice: Notice) -> bool:
        """Put where nothing is yet; one whose reply was lost is known by ``written_by``, as in ``save``.

        Its key is made from its id alone: the same notice is the same item, whenever it comes.
        """
        mark = secrets.token_hex(8)
        item: dict[str, Any] = fields_of(notice) | {
            "order_id": entry.order_id,
            "item": _notice_item(entry.job_id, notice.notice_id),
            "written_by": mark,
            "expires_at": int((notice.received_at + self._retention).timestamp()),
        }
        try:
            self._client.put_item(
                TableName=self._table,
                Item=to_wire(item),
                ConditionExpression="attribute_not_exists(order_id)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as refused:
            return stored(refused).get("written_by") == mark
        return True


def _cuts(connection: str) -> str:
    return f"feed:{connection}"


def _entry_item(job_id: str) -> str:
    return f"feed#{int(job_id):04d}"


def _notice_item(job_id: str, notice_id: str = "") -> str:
    """Without an id: what the keys of all of them begin with. An id may be anything, and of any length."""
    return f"{_entry_item(job_id)}#notice#{digest(notice_id) if notice_id else ''}"


def _feed_at(entry: FeedEntry) -> str:
    return f"{iso(entry.modified)}#{entry.order_id}#{int(entry.job_id):04d}"


def _named_by(feed_at: str) -> tuple[str, str]:
    """The key of the entry that is there in the index."""
    _, order_id, job_id = feed_at.split("#")
    return order_id, _entry_item(job_id)


def _bound(moment: datetime) -> str:
    """Sorts before everything modified at that moment or later, and after everything modified before it.
    What is stored has milliseconds, so a moment between two of them is as good as the later one."""
    beyond = moment.microsecond % 1000
    return iso(moment + timedelta(microseconds=1000 - beyond) if beyond else moment)
