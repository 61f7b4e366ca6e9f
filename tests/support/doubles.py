"""A store and a vendor of no real system, as small as their contracts allow: for the state machines.

Their calls pass the same switch as the ports do, so any of them can be refused, lost or crashed upon.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel

from platen.connectors import Connector, Resend
from platen.domain.artwork import ArtworkNeeds
from platen.domain.attention import Problem
from platen.domain.connection import Role
from platen.domain.job import Job, VendorOrder, VendorParcel, VendorPhase
from platen.domain.mail_class import MailClass
from platen.domain.order import Order
from platen.domain.record import CancelWish
from platen.domain.shipment import Shipment
from platen.domain.verdicts import AlreadyThere, Refused
from platen.ports import Access, Clock, Finding, JobRequest, News, OrderStub, Page, Store, Vendor
from tests.fakes.switch import Switch, Switched, aside


class NoSettings(BaseModel):
    """There is nothing to choose."""


@dataclass(frozen=True)
class DoubledConnector(Connector):
    """A connector that opens on what it was given."""

    opened: Any = None

    def open_store(self, access: Access) -> Store:
        store: Store = self.opened
        return store

    def open_vendor(self, access: Access) -> Vendor:
        vendor: Vendor = self.opened
        return vendor


def connector_of(system: str, role: Role, opened: object, **changes: Any) -> DoubledConnector:
    return DoubledConnector(
        system=system,
        name=system,
        roles=frozenset({role}),
        settings=NoSettings,
        credentials=NoSettings,
        hosts=lambda _settings: (),
        webhook_keys=lambda _credentials: [],
        opened=opened,
        **changes,
    )


@dataclass
class Made:
    """An order at the vendor."""

    ref: str
    external_id: str
    lines: dict[str, int]
    at: datetime
    phase: VendorPhase = VendorPhase.WAITING
    parcels: list[VendorParcel] = field(default_factory=list)
    short: str = ""
    """What lacks of an order that was closed short."""


class ScriptedVendor(Switched, port="vendor"):
    """Makes what it is told. Whether it minds being told twice is its ``resend``; its search shows late."""

    def __init__(self, clock: Clock, switch: Switch, resend: Resend, lag: timedelta = timedelta(0)) -> None:
        super().__init__(switch)
        self._clock = clock
        self._numbers = itertools.count(1)
        self.resend = resend
        self.lag = lag
        self.made: list[Made] = []
        self.on_submit: Callable[[Job], None] = lambda _job: None
        self.on_request: Callable[[JobRequest], None] = lambda _request: None
        self.on_find: Callable[[JobRequest], None] = lambda _request: None
        self.on_preflight: Callable[[JobRequest], None] = lambda _request: None
        self.on_amend: Callable[[JobRequest], None] = lambda _request: None
        self.takes_changes = False
        """It is told anew what an order is, and of orders that wait."""
        self.amended: list[JobRequest] = []
        """What it was told anew, each time in full."""
        self.problems: list[Problem] = []
        self.mail_classes: list[MailClass] = []
        self.slow_cancels = False
        """A cancel is taken, and shows in the order only later."""
        self.needs: dict[str, ArtworkNeeds] = {}
        """line id -> what its print file must be like."""
        self.list_of_news: Callable[[str], News | None] = lambda _cursor: None

    def connector(self) -> DoubledConnector:
        return connector_of(
            "press",
            Role.VENDOR,
            self,
            resend=self.resend,
            search_lag=self.lag,
            amends=lambda _settings: self.takes_changes,
            takes_waiting=lambda _settings: self.takes_changes,
        )

    def preflight(self, request: JobRequest) -> Sequence[Problem]:
        self.on_preflight(request)
        return self.problems

    def find(self, request: JobRequest) -> VendorOrder | None:
        self.on_find(request)
        if self.resend in (Resend.NATIVE_KEY, Resend.NONE):
            return None  # it cannot be searched
        now = self._clock.now()
        seen = [one for one in self._called(request.job.external_id) if one.at + self.lag <= now]
        return _told(seen[0]) if seen else None

    def submit(self, request: JobRequest) -> VendorOrder:
        self.on_submit(request.job)
        self.on_request(request)
        known = self._called(request.job.external_id)
        if known and self.resend is Resend.UNIQUE_ID:
            raise AlreadyThere("this id is taken")
        if known and self.resend is Resend.NATIVE_KEY:
            return _told(known[0])
        lines = {line.line_id: line.quantity for line in request.job.lines}
        made = Made(f"V{next(self._numbers)}", request.job.external_id, lines, self._clock.now())
        self.made.append(made)
        return _told(made)

    def read(self, job: Job) -> VendorOrder | None:
        return next((_told(one) for one in self.made if one.ref == job.vendor_ref), None)

    def locate(self, account: str, vendor_ref: str) -> str | None:
        return next((one.external_id for one in self.made if one.ref == vendor_ref), None)

    def amend(self, request: JobRequest) -> VendorOrder:
        self.on_amend(request)
        known = next(one for one in self.made if one.ref == request.job.vendor_ref)
        if known.phase not in (VendorPhase.WAITING, VendorPhase.ACCEPTED):
            raise Refused(f"{known.ref} is {known.phase.value} already")
        known.lines = {line.line_id: line.quantity for line in request.job.lines}
        self.amended.append(request)
        return _told(known)

    def cancel(self, job: Job) -> VendorOrder | None:
        known = next((one for one in self.made if one.ref == job.vendor_ref), None)
        if known is None:
            return None
        if known.phase not in (VendorPhase.WAITING, VendorPhase.ACCEPTED, VendorPhase.CANCELLED):
            raise Refused(f"{known.ref} is {known.phase.value} already")
        if not self.slow_cancels:
            known.phase = VendorPhase.CANCELLED
        return _told(known)

    def check(self) -> list[Finding]:
        return [Finding(ok=True, what="fine")]

    def classes(self) -> Sequence[MailClass]:
        return self.mail_classes

    def artwork_needs(self, request: JobRequest) -> Mapping[str, ArtworkNeeds]:
        return self.needs

    def news(self, cursor: str) -> News | None:
        return self.list_of_news(cursor)

    def refresh(self) -> int:
        return 0

    @aside
    def duplicates(self) -> list[str]:
        held = Counter(one.external_id for one in self.made)
        return sorted(key for key, count in held.items() if count > 1)

    @aside
    def called(self, external_id: str) -> list[Made]:
        """What a person sees who looks there, without any lag."""
        return self._called(external_id)

    def _called(self, external_id: str) -> list[Made]:
        return [one for one in self.made if one.external_id == external_id]


def _told(made: Made) -> VendorOrder:
    return VendorOrder(
        ref=made.ref,
        external_id=made.external_id,
        phase=made.phase,
        words=made.phase.value,
        lines={line_id: line_id for line_id in made.lines},
        parcels=tuple(made.parcels),
        reason=made.short,
        short=bool(made.short),
    )


@dataclass
class Fulfilled:
    """What the store shows of a parcel."""

    number: str
    goods: dict[str, int]
    tracking: str


class ScriptedStore(Switched, port="store"):
    """Has orders, and shows parcels. ``places``: line id -> where it lies; one fulfillment for each place."""

    def __init__(self, clock: Clock, switch: Switch) -> None:
        super().__init__(switch)
        self._clock = clock
        self._numbers = itertools.count(1)
        self.orders: dict[str, Order] = {}
        self.shown: dict[str, list[Fulfilled]] = {}
        self.places: dict[str, str] = {}
        self.cancels: list[str] = []
        self.cancels_in_vain = 0
        """So many of the next cancels are taken, and nothing comes of them."""

    def connector(self) -> DoubledConnector:
        return connector_of("stall", Role.STORE, self, search_lag=timedelta(seconds=10))

    def fetch(self, store_order_id: str) -> Order | None:
        return self._fetch(store_order_id)

    def _fetch(self, store_order_id: str) -> Order | None:
        return self.orders.get(store_order_id)

    def resolve(self, reference: str) -> str | None:
        return reference.removeprefix("ref-") if reference.startswith("ref-") else None

    def changed_since(self, since: datetime, page: str = "") -> Page[OrderStub]:
        found = [
            OrderStub(one.store_order_id, one.updated_at) for one in self.orders.values() if one.updated_at >= since
        ]
        return Page(tuple(found))

    def tell(self, shipment: Shipment, *, told_by_others: frozenset[str]) -> tuple[str, ...]:
        """Recognises its own by id, by tracking, or by goods, and makes what is missing."""
        return self._tell(shipment, told_by_others)

    def _tell(self, shipment: Shipment, told_by_others: frozenset[str]) -> tuple[str, ...]:
        shown = self.shown.setdefault(shipment.store_order_id, [])
        wanted = Counter({line.line_id: line.quantity for line in shipment.lines})
        missing = Counter(wanted)
        ours: list[str] = []
        surest = sorted(shown, key=lambda one: (not one.tracking or one.tracking != shipment.parcel.tracking,))
        for one in surest:
            if self._is_ours(one, shipment, wanted, missing, told_by_others):
                ours.append(one.number)
                missing -= Counter(one.goods)
                if shipment.parcel.tracking:
                    one.tracking = shipment.parcel.tracking
        by_place: dict[str, dict[str, int]] = {}
        for line_id, count in missing.items():
            by_place.setdefault(self.places.get(line_id, "here"), {})[line_id] = count
        for _, goods in sorted(by_place.items()):
            ours.append(self._make(shipment, goods))
        return tuple(ours)

    def _is_ours(
        self,
        one: Fulfilled,
        shipment: Shipment,
        wanted: Counter[str],
        missing: Counter[str],
        others: frozenset[str],
    ) -> bool:
        if one.number in shipment.fulfillments:
            return True
        if one.number in others:
            return False
        if one.tracking:
            return one.tracking == shipment.parcel.tracking
        if not shipment.parcel.tracking and one.goods == dict(wanted):
            return missing == wanted
        return shipment.doubt and all(count <= missing[line_id] for line_id, count in one.goods.items())

    def _make(self, shipment: Shipment, goods: dict[str, int]) -> str:
        self.switch.passing("store.make", "before")
        order = self.orders[shipment.store_order_id]
        shown = self.shown[shipment.store_order_id]
        for line_id, count in goods.items():
            line = order.line(line_id)
            done = sum(one.goods.get(line_id, 0) for one in shown)
            if line is None or done + count > line.quantity:
                raise Refused(f"line {line_id} has not {count} left to fulfil")
        made = Fulfilled(f"F{next(self._numbers)}", dict(goods), shipment.parcel.tracking)
        shown.append(made)
        self.switch.passing("store.make", "after")
        return made.number

    def check(self) -> list[Finding]:
        return [Finding(ok=True, what="fine")]

    def cancel(self, store_order_id: str, wish: CancelWish) -> None:
        order = self.orders.get(store_order_id)
        if order is None:
            raise Refused("there is no such order")
        if self.cancels_in_vain:
            self.cancels_in_vain -= 1
        elif order.cancelled_at is None:
            now = self._clock.now()
            self.orders[store_order_id] = order.but(cancelled_at=now, updated_at=now)
            self.cancels.append(store_order_id)

    def listen(self, url: str) -> list[Finding]:
        return []
