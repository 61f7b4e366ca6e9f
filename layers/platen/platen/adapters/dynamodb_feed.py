"""The feed in DynamoDB: an entry and its notices lie with their order, and one sparse index goes by time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from platen.domain.feed import FeedEntry, Notice
from platen.ports import Cache, FeedPage, Window

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoDBFeed:
    """``ports.Feed`` on the table of the orders. ``cache`` keeps where the pages of a window begin."""

    def __init__(self, client: DynamoDBClient, table: str, cache: Cache, retention: timedelta) -> None:
        self._client = client
        self._table = table
        self._cache = cache
        self._retention = retention

    def get(self, order_id: str, job_id: str) -> FeedEntry | None:
        raise NotImplementedError

    def save(self, before: FeedEntry | None, after: FeedEntry) -> FeedEntry:
        raise NotImplementedError

    def page(self, connection: str, window: Window, size: int) -> FeedPage:
        raise NotImplementedError

    def mark_fetched(self, entries: Sequence[FeedEntry], at: datetime) -> list[FeedEntry]:
        raise NotImplementedError

    def waiting(self, connection: str, limit: int) -> bool:
        raise NotImplementedError

    def notices(self, order_id: str, job_id: str) -> list[Notice]:
        raise NotImplementedError

    def add_notice(self, entry: FeedEntry, notice: Notice) -> bool:
        raise NotImplementedError
