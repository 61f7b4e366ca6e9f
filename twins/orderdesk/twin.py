"""The Order Desk twin: one store's orders, inventory items and folders, and the hand that changes them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from twins import kit
from twins.orderdesk import records
from twins.orderdesk.api import build_app
from twins.orderdesk.bucket import Bucket
from twins.orderdesk.records import NewInventoryItem, NewOrder, Record

FOLDERS = ("New", "Prepared", "Closed", "Canceled")


class OrderDeskTwin:
    """Serves the reading half of API v2 for one store under ``/api/v2``.

    ``bucket``: tokens of its rate, 0 for no limit. ``max_limit``: the largest page it gives, whatever is asked.
    ``folders_as``: how ``GET /store`` tells of folders, which is not documented. ``before_page``: called before
    each page of a list, so that records come and go while somebody reads them.
    """

    def __init__(
        self,
        *,
        now: kit.Now = kit.wall,
        store_id: str = "113247",
        api_key: str = "orderdesk-key",
        bucket: int = 20,
        max_limit: int = 500,
        folders: Sequence[str] = FOLDERS,
        folders_as: str = "list",
        before_page: Callable[[str, int], None] = lambda _path, _offset: None,
    ) -> None:
        self.now = now
        self.store_id = store_id
        self.api_key = api_key
        self.bucket = Bucket(bucket)
        self.max_limit = max_limit
        self.folders: dict[int, str] = dict(enumerate(folders, start=1))
        self.folders_as = folders_as
        self.before_page = before_page
        self.orders: dict[str, Record] = {}
        self.inventory_items: dict[str, Record] = {}
        self.calls: Counter[str] = Counter()
        """Call name -> how many arrived."""
        self.writes: list[str] = []
        """Calls that would have changed something: a reader makes none."""
        self.faults = kit.Faults()
        self.outbox = kit.Outbox(retry_after=(), post=kit.post_over_http, now=now)
        """Order Desk sends nothing by itself; the server of the kit wants one."""
        self.lock = threading.RLock()
        self._next = 26211
        self.app = build_app(self)

    def add_order(self, **given: Any) -> Record:
        """An order in a folder (by its name; new ones are made)."""
        asked = NewOrder(**given)
        with self.lock:
            number = self._number()
            made = records.order(asked, number, self.store_id, self.folder_id(asked.folder), self.now())
            self.orders[made["id"]] = made
            return made

    def add_item(self, **given: Any) -> Record:
        with self.lock:
            made = records.inventory_item(NewInventoryItem(**given), self._number(), self.now())
            self.inventory_items[made["id"]] = made
            return made

    def move(self, order_id: str, folder: str) -> None:
        with self.lock:
            self.orders[order_id]["folder_id"] = self.folder_id(folder)
            self.orders[order_id]["date_updated"] = records.time(self.now())

    def remove(self, order_id: str) -> None:
        with self.lock:
            del self.orders[order_id]

    def folder_id(self, name: str) -> int:
        with self.lock:
            for number, known in self.folders.items():
                if known == name:
                    return number
            number = max(self.folders, default=0) + 1
            self.folders[number] = name
            return number

    def _number(self) -> int:
        self._next += 1
        return self._next
