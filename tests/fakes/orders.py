"""``ports.Orders`` in memory: the same conditions and the same refusals."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from platen.domain.claim import Claim
from platen.domain.job import Job, JobState
from platen.domain.model import iso
from platen.domain.record import Event, OrderBody, OrderHead, OrderRecord, OrderState, changed
from platen.domain.shipment import Shipment, ShipmentState
from platen.ports import Conflict, Due, NotClaimed, NotFound, Page, Watch
from tests.fakes.switch import Switch, Switched, aside

type Item = OrderHead | Job | Shipment

_WORKING = frozenset({JobState.READY, JobState.CLAIMED, JobState.UNKNOWN})


class FakeOrders(Switched, port="orders"):
    def __init__(self, switch: Switch | None = None) -> None:
        super().__init__(switch)
        self._items: dict[tuple[str, str], Item] = {}
        self._bodies: dict[tuple[str, str], str] = {}
        self._events: dict[str, list[str]] = {}
        self.on_write: Callable[[Item | None, Item], None] = lambda _before, _after: None
        """Sees every write: the item as it was (None: new) and as it is."""

    # reading

    def load(self, order_id: str) -> OrderRecord | None:
        return self._load(order_id)

    def body(self, order_id: str, name: str) -> OrderBody:
        if (order_id, name) not in self._bodies:
            raise NotFound(f"the body of order {order_id} is not kept any more")
        return OrderBody.model_validate_json(self._bodies[order_id, name])

    def bodies(self, names: Iterable[tuple[str, str]]) -> dict[tuple[str, str], OrderBody]:
        kept = {name: self._bodies[name] for name in names if name in self._bodies}
        return {name: OrderBody.model_validate_json(text) for name, text in kept.items()}

    def heads(self, order_ids: Iterable[str]) -> dict[str, OrderHead]:
        found = {one: self._get(one, "order") for one in order_ids}
        return {key: head for key, head in found.items() if isinstance(head, OrderHead)}

    def job_of_vendor_order(self, vendor: str, vendor_ref: str) -> tuple[str, str] | None:
        for job in self._all(Job):
            if vendor_ref and (job.vendor, job.vendor_ref) == (vendor, vendor_ref):
                return job.order_id, job.job_id
        return None

    def due(self, connection: str, watch: str, now: datetime, limit: int) -> list[Due]:
        found = [one for one in self.waiting(connection, watch) if one[0] <= iso(now)]
        return [due for _, due in sorted(found, key=lambda one: one[0])[:limit]]

    def in_state(self, connection: str, state: OrderState, limit: int, after: str = "") -> Page[OrderHead]:
        heads = [one for one in self._all(OrderHead) if (one.connection, one.state) == (connection, state)]
        heads.sort(key=lambda head: (head.placed_at, head.order_id), reverse=True)
        start = int(after or 0)
        following = str(start + limit) if len(heads) > start + limit else ""
        return Page(tuple(heads[start : start + limit]), following)

    def in_folder(self, connection: str, folder: str, limit: int, after: str = "") -> Page[OrderHead]:
        heads = [one for one in self._all(OrderHead) if (one.connection, one.folder) == (connection, folder)]
        heads.sort(key=lambda head: (head.placed_at, head.order_id), reverse=True)
        start = int(after or 0)
        following = str(start + limit) if len(heads) > start + limit else ""
        return Page(tuple(heads[start : start + limit]), following)

    def count_in_folder(self, connection: str, folder: str, most: int) -> int:
        found = [one for one in self._all(OrderHead) if (one.connection, one.folder) == (connection, folder)]
        return min(most, len(found))

    def oldest_in_folder(self, connection: str, folder: str) -> datetime | None:
        found = [one for one in self._all(OrderHead) if (one.connection, one.folder) == (connection, folder)]
        return min((one.placed_at for one in found), default=None)

    def by_number(self, connection: str, number: str) -> list[OrderHead]:
        wanted = connection, _plain(number)
        return [one for one in self._all(OrderHead) if (one.connection, _plain(one.number)) == wanted]

    def events(self, order_id: str) -> list[Event]:
        events = [Event.model_validate_json(text) for text in self._events.get(order_id, ())]
        return sorted(events, key=lambda event: event.at)

    # writing

    def save(
        self,
        before: OrderRecord | None,
        after: OrderRecord,
        *,
        body: OrderBody | None = None,
        events: Sequence[Event] = (),
    ) -> OrderRecord:
        order_id = after.head.order_id
        if body is not None:
            self._bodies[order_id, body.name] = body.model_dump_json()
        saved = [one.but(version=one.version + 1) for one in changed(before, after)]
        for one in saved:
            self._check(one)
        for one in saved:
            self._put(one)
            after = _with(after, one)
        self._events.setdefault(order_id, []).extend(event.model_dump_json() for event in events)
        return after

    def save_job(self, before: Job, after: Job) -> Job:
        return self._save_one(after.but(version=before.version + 1))

    def save_shipment(self, before: Shipment, after: Shipment) -> Shipment:
        return self._save_one(after.but(version=before.version + 1))

    def _save_one[T: (Job, Shipment)](self, value: T) -> T:
        self._check(value)
        self._put(value)
        return value

    def _check(self, value: Item) -> None:
        """As the table's condition has it: nobody wrote since it was read."""
        stored = self._get(value.order_id, _name(value))
        expected = value.version - 1
        if stored is None and expected == 0:
            return
        if stored is None or expected == 0 or stored.version != expected:
            raise Conflict(f"{value.order_id}/{_name(value)}")

    # claiming

    def claim_job(self, order_id: str, job_id: str, claim: Claim) -> Job:
        return self._claim(Job, order_id, f"job {job_id}", claim, JobState.CLAIMED)

    def claim_shipment(self, order_id: str, shipment_id: str, claim: Claim) -> Shipment:
        return self._claim(Shipment, order_id, f"shipment {shipment_id}", claim, ShipmentState.CLAIMED)

    def _claim[T: (Job, Shipment)](
        self, kind: type[T], order_id: str, name: str, claim: Claim, claimed: JobState | ShipmentState
    ) -> T:
        current = self._get(order_id, name)
        if not isinstance(current, kind):
            raise NotClaimed(None)
        if current.state.value == "ready":
            doubt = current.doubt
        elif current.token == claim.token:
            return current
        elif current.state.value in ("claimed", "unknown") and _due(current, claim.now):
            doubt = True
        else:
            raise NotClaimed(current)
        taken = current.but(
            state=claimed,
            token=claim.token,
            lease_until=claim.lease_until,
            due_at=claim.due_at,
            attempt=current.attempt + 1,
            doubt=doubt,
            version=current.version + 1,
        )
        self._put(taken)
        return taken

    # a test's own look

    @aside
    def records(self) -> list[OrderRecord]:
        """Every order there is, in the order of their ids."""
        ids = sorted({order_id for order_id, name in self._items if name == "order"})
        return [record for one in ids if (record := self._load(one))]

    @aside
    def waiting(self, connection: str, watch: str) -> list[tuple[str, Due]]:
        """The lane of the sparse index: (due at, what)."""
        jobs = [
            (iso(job.due_at), Due(job.order_id, job_id=job.job_id))
            for job in self._all(Job)
            if job.due_at and job.vendor == connection and _lane(job) == watch
        ]
        shipments = [
            (iso(one.due_at), Due(one.order_id, shipment_id=one.shipment_id))
            for one in self._all(Shipment)
            if one.due_at and one.connection == connection and watch == Watch.WORK
        ]
        heads = [
            (iso(head.look_at), Due(head.order_id))
            for head in self._all(OrderHead)
            if head.look_at and head.connection == connection and watch == Watch.WORK
        ]
        return heads + jobs + shipments

    @aside
    def everything(self) -> dict[str, object]:
        """All that is kept, to be compared."""
        items = {key: value.model_dump_json(exclude_defaults=True) for key, value in self._items.items()}
        return {"items": items, "bodies": dict(self._bodies), "events": dict(self._events)}

    @aside
    def forget_bodies(self) -> None:
        """Their retention is over."""
        self._bodies.clear()

    def _load(self, order_id: str) -> OrderRecord | None:
        head = self._get(order_id, "order")
        if not isinstance(head, OrderHead):
            return None
        jobs = {one.job_id: one for one in self._all(Job) if one.order_id == order_id}
        shipments = {one.shipment_id: one for one in self._all(Shipment) if one.order_id == order_id}
        return OrderRecord(head=head, jobs=jobs, shipments=shipments)

    def _get(self, order_id: str, name: str) -> Item | None:
        return self._items.get((order_id, name))

    def _all[T: (OrderHead, Job, Shipment)](self, kind: type[T]) -> list[T]:
        return [value for _, value in sorted(self._items.items()) if isinstance(value, kind)]

    def _put(self, value: Item) -> None:
        key = value.order_id, _name(value)
        before = self._get(*key)
        # There and back through JSON, as a table would have it: what does not survive that shows at once.
        stored: Item = type(value).model_validate_json(value.model_dump_json(exclude_defaults=True))
        self._items[key] = stored
        self.on_write(before, stored)


def _name(value: Item) -> str:
    match value:
        case OrderHead():
            return "order"
        case Job():
            return f"job {value.job_id}"
        case Shipment():
            return f"shipment {value.shipment_id}"


def _with(record: OrderRecord, one: Item) -> OrderRecord:
    match one:
        case OrderHead():
            return record.but(head=one)
        case Job():
            return record.with_jobs(one)
        case Shipment():
            return record.with_shipments(one)


def _due(current: Job | Shipment, now: datetime) -> bool:
    return current.due_at is not None and current.due_at <= now


def _lane(job: Job) -> str:
    to_be_told = (job.cancel_wanted and job.at_vendor) or job.to_be_amended
    return Watch.WORK if job.state in _WORKING or to_be_told else Watch.NEWS


def _plain(number: str) -> str:
    return re.sub(r"[^0-9a-z]", "", number.lower())
