"""Standard queues in fake time: at least once, in no promised order, back after the visibility timeout."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from platen.messages import MESSAGE_OF, Message, Queue
from platen.ports import Clock
from tests.fakes.switch import Switch, Switched, aside

LONGEST_DELAY = timedelta(minutes=15)
VISIBILITY = {
    Queue.INTAKE: timedelta(seconds=360),
    Queue.DISPATCH: timedelta(seconds=540),
    Queue.SHIPMENTS: timedelta(seconds=360),
    Queue.STORE_UPDATES: timedelta(seconds=360),
    Queue.STORE_POLLS: timedelta(seconds=1800),
    Queue.VENDOR_POLLS: timedelta(seconds=1800),
    Queue.FILES: timedelta(seconds=1800),
    Queue.SYNCS: timedelta(seconds=5400),
}
"""As the template sets them."""
MAX_RECEIVES = 8


@dataclass
class _Entry:
    number: int
    body: str
    visible_at: datetime
    received: int = 0


@dataclass(frozen=True)
class Received:
    """One message as a worker has it in hand."""

    queue: Queue
    number: int
    body: str
    count: int
    """How many times it was received, this time included."""

    @property
    def message(self) -> Message:
        return MESSAGE_OF[self.queue].model_validate_json(self.body)


@dataclass
class _Line:
    waiting: list[_Entry] = field(default_factory=list)
    dead: list[_Entry] = field(default_factory=list)


class FakeQueues(Switched, port="queues"):
    """``duplicate``: so many of the next sends arrive twice. ``shuffle``: messages overtake each other."""

    def __init__(self, clock: Clock, switch: Switch | None = None) -> None:
        super().__init__(switch)
        self._clock = clock
        self._lines = {queue: _Line() for queue in Queue}
        self._numbers = itertools.count(1)
        self._random = random.Random(3)
        self.duplicate = 0
        self.shuffle = False
        self.max_receives = MAX_RECEIVES

    # the port

    def send(self, queue: Queue, messages: Sequence[Message], *, delay: timedelta = timedelta(0)) -> None:
        assert messages, "SQS refuses an empty batch"
        assert timedelta(0) <= delay <= LONGEST_DELAY, f"SQS refuses a delay of {delay}"
        for message in messages:
            assert type(message) is MESSAGE_OF[queue], f"{queue.value} does not take a {type(message).__name__}"
            for _ in range(2 if self.duplicate else 1):
                self.put_raw(queue, message.model_dump_json(exclude_defaults=True), delay)
            self.duplicate = max(0, self.duplicate - 1)

    def redrive(self, queue: Queue, limit: int) -> int:
        line = self._lines[queue]
        moved = line.dead[:limit]
        for entry in moved:
            self.put_raw(queue, entry.body)
        line.dead = line.dead[limit:]
        return len(moved)

    def depths(self) -> dict[Queue, tuple[int, int]]:
        return {queue: (len(line.waiting), len(line.dead)) for queue, line in self._lines.items()}

    # what the service and a worker's poller do

    @aside
    def put_raw(self, queue: Queue, body: str, delay: timedelta = timedelta(0)) -> None:
        """Any text at all, as anybody with the right to send could put there."""
        self._lines[queue].waiting.append(_Entry(next(self._numbers), body, self._clock.now() + delay))

    @aside
    def receive(self, queue: Queue) -> Received | None:
        """The next visible message, hidden from others for the queue's visibility timeout."""
        now = self._clock.now()
        self._bury(queue, now)
        visible = [one for one in self._lines[queue].waiting if one.visible_at <= now]
        if not visible:
            return None
        entry = self._random.choice(visible) if self.shuffle else visible[0]
        entry.received += 1
        entry.visible_at = now + VISIBILITY[queue]
        return Received(queue, entry.number, entry.body, entry.received)

    @aside
    def delete(self, got: Received) -> None:
        line = self._lines[got.queue]
        line.waiting = [one for one in line.waiting if one.number != got.number]

    @aside
    def come_back(self, got: Received, after: timedelta) -> None:
        """``ChangeMessageVisibility``."""
        for one in self._lines[got.queue].waiting:
            if one.number == got.number:
                one.visible_at = self._clock.now() + after

    @aside
    def next_visible_at(self) -> datetime | None:
        return min((one.visible_at for line in self._lines.values() for one in line.waiting), default=None)

    @aside
    def waiting(self, queue: Queue | None = None) -> list[str]:
        """The bodies of all messages that are on their way."""
        chosen = [queue] if queue else list(Queue)
        return [one.body for each in chosen for one in self._lines[each].waiting]

    @aside
    def dead(self, queue: Queue | None = None) -> list[str]:
        chosen = [queue] if queue else list(Queue)
        return [one.body for each in chosen for one in self._lines[each].dead]

    def _bury(self, queue: Queue, now: datetime) -> None:
        line = self._lines[queue]
        worn = [one for one in line.waiting if one.visible_at <= now and one.received >= self.max_receives]
        line.waiting = [one for one in line.waiting if one not in worn]
        line.dead.extend(worn)


@dataclass
class _Schedule:
    minutes: int
    queue: Queue
    message: Message
    next_at: datetime


class FakeSchedules(Switched, port="schedules"):
    def __init__(self, clock: Clock, switch: Switch | None = None) -> None:
        super().__init__(switch)
        self._clock = clock
        self._schedules: dict[str, _Schedule] = {}

    def every(self, name: str, minutes: int, queue: Queue, message: Message) -> None:
        first = self._clock.now() + timedelta(minutes=minutes)
        self._schedules[name] = _Schedule(minutes, queue, message, first)

    def daily(self, name: str, at: time, zone: str, queue: Queue, message: Message) -> None:
        clock = ZoneInfo(zone)
        local = self._clock.now().astimezone(clock)
        first = datetime.combine(local.date(), at, tzinfo=clock)
        first += timedelta(days=1) if first <= local else timedelta(0)
        self._schedules[name] = _Schedule(24 * 60, queue, message, first.astimezone(UTC))

    def remove(self, name: str) -> None:
        self._schedules.pop(name, None)

    @aside
    def names(self) -> list[str]:
        return sorted(self._schedules)

    @aside
    def next_at(self) -> datetime | None:
        return min((one.next_at for one in self._schedules.values()), default=None)

    @aside
    def fire(self) -> Iterator[tuple[Queue, Message]]:
        """What is due, each once, however long ago it was due."""
        now = self._clock.now()
        for one in self._schedules.values():
            if one.next_at <= now:
                one.next_at = now + timedelta(minutes=one.minutes)
                yield one.queue, one.message
