"""ShipStation as the one who tells: posts ship notices to a Custom Store, and again when they are not taken."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from twins import kit
from twins.shipstation.model import Order, Parcel
from twins.shipstation.notices import NoticeSwitches, notice_body, notice_url
from twins.shipstation.store import Store
from twins.shipstation.wire import Answer, Send, basic, without_password

RETRY_AFTER = (60.0, 600.0, 3600.0)
"""Seconds; the real schedule is not documented."""
SHOWN = 200
"""Characters of an answer that are kept."""


@dataclass
class Attempt:
    """``status`` 0: no answer came."""

    at: datetime
    status: int
    said: str


@dataclass
class Notice:
    number: int
    store_id: int
    order_id: int
    order_number: str
    parcel: Parcel = field(repr=False)
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    due: datetime
    state: Literal["waiting", "on_its_way", "taken", "failed"] = "waiting"
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def shown_url(self) -> str:
        return without_password(self.url)


@dataclass
class Notifier:
    """Nothing is posted until somebody calls ``pump``."""

    lock: AbstractContextManager[object]
    now: kit.Now
    send: Send
    retry_after: tuple[float, ...] = RETRY_AFTER
    switches: NoticeSwitches = field(default_factory=NoticeSwitches)
    notices: list[Notice] = field(default_factory=list)

    def tell(self, store: Store, order: Order, parcel: Parcel) -> None:
        """Write the notice down, as it is now, and its copies."""
        odd = self.switches
        url, body = notice_url(store, order, parcel, odd), notice_body(order, parcel, odd)
        headers = {"Content-Type": "text/xml; charset=utf-8", "User-Agent": "ShipStation"}
        headers |= basic(store.user, store.password)
        due = self.now() + timedelta(seconds=odd.delay_seconds)
        with self.lock:
            for _ in range(1 + odd.copies):
                self.notices.append(
                    Notice(
                        number=len(self.notices) + 1,
                        store_id=store.store_id,
                        order_id=order.order_id,
                        order_number=order.content.number,
                        parcel=parcel,
                        url=url,
                        headers=headers,
                        body=body,
                        due=due,
                    )
                )

    def pump(self) -> int:
        """Post what is due; gives how many attempts were made."""
        with self.lock:
            now = self.now()
            due = [notice for notice in self.notices if notice.state == "waiting" and notice.due <= now]
            for notice in due:
                notice.state = "on_its_way"
        for notice in due:
            self._attempt(notice)
        return len(due)

    def again(self, number: int) -> None:
        """Post one once more, whatever became of it. Raises LookupError."""
        with self.lock:
            for notice in self.notices:
                if notice.number == number:
                    notice.state, notice.due = "waiting", self.now()
                    return
        raise LookupError(f"notice {number}")

    def _attempt(self, notice: Notice) -> None:
        try:
            answer = self.send("POST", notice.url, notice.headers, notice.body)
        except OSError as wrong:
            answer = Answer(0, type(wrong).__name__.encode())
        with self.lock:
            said = answer.body[:SHOWN].decode("utf-8", "replace")
            notice.attempts.append(Attempt(self.now(), answer.status, said))
            if 200 <= answer.status < 300:
                notice.state = "taken"
                notice.parcel.notified, notice.parcel.notify_error = True, None
                return
            self._plan_another(notice, answer.status, said)

    def _plan_another(self, notice: Notice, status: int, said: str) -> None:
        tried = len(notice.attempts)
        if tried <= len(self.retry_after):
            notice.state, notice.due = "waiting", self.now() + timedelta(seconds=self.retry_after[tried - 1])
            return
        notice.state = "failed"
        if not notice.parcel.notified:
            answered = f"The store answered {status}: {said}" if status else f"The store did not answer: {said}"
            notice.parcel.notify_error = answered
