"""The way by API V1: ShipStation is told of each order, and asked what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import cached_property

from platen.connectors.answering import stored_credentials
from platen.connectors.shipstation import Credentials, Settings, wire_v1
from platen.connectors.shipstation.answers import texts_in
from platen.connectors.shipstation.body_v1 import OPEN, cancelled_body, changed_body, order_body
from platen.connectors.shipstation.checking import check_v1
from platen.connectors.shipstation.client_v1 import ClientV1
from platen.connectors.shipstation.mapping import ADJUSTMENT, line_item_ids, number_of
from platen.connectors.shipstation.parcels import by_sku, carrier_of, service_of
from platen.connectors.shipstation.place import Place
from platen.connectors.shipstation.preflight import problems
from platen.connectors.shipstation.telling import private, same, told_as
from platen.domain.attention import Problem
from platen.domain.job import Job, VendorOrder, VendorParcel, VendorPhase, read_external_id
from platen.domain.verdicts import AlreadyThere, Denied, Later, Refused, Unclear
from platen.ports import Access, Finding, JobRequest, News

OVERLAP = timedelta(minutes=15)
"""How far back the list of what moved is looked at again: it may show changes late (inferred)."""
SAME_HOUR_TWICE = timedelta(hours=2)
"""How much further back it is asked for: V1's times have no zone, and one hour each November is there twice."""
MOST_PARENTS = 10
"""Orders that are looked up for parts of theirs that moved; those of any more are asked about by themselves."""
_PHASES = {
    "awaiting_payment": VendorPhase.ACCEPTED,
    "awaiting_shipment": VendorPhase.ACCEPTED,
    "on_hold": VendorPhase.ACCEPTED,
    "pending_fulfillment": VendorPhase.IN_PRODUCTION,
    "shipped": VendorPhase.SHIPPED,
    "cancelled": VendorPhase.CANCELLED,
}


class V1Way:
    """One account, by API V1. Raises the verdicts of ``domain.verdicts``."""

    def __init__(self, access: Access, settings: Settings) -> None:
        self._access = access
        self._settings = settings

    @cached_property
    def _client(self) -> ClientV1:
        credentials = stored_credentials(self._access, Credentials, "V1 API key and secret")
        login = credentials.v1_login
        if login is None:
            raise Denied("This connection has no V1 API key: put in its key and secret.")
        return ClientV1(self._access.http, self._access.clock, self._settings.base_url_v1, login)

    def preflight(self, request: JobRequest) -> Sequence[Problem]:
        return problems(request)

    def find(self, request: JobRequest) -> VendorOrder | None:
        order = self._client.order_called(request.job.external_id, number_of(request))
        return self._seen(order, request.job) if order else None

    def submit(self, request: JobRequest) -> VendorOrder:
        """Told twice, it is one order: V1 knows it by its key, and changes neither a shipped nor a cancelled one
        (documented). Whether it then refuses or answers with the order as it is, we hear how it stands."""
        order = told_as(request)
        try:
            made = self._client.create_or_update(order_body(order, self._settings.v1_store_id), private(order))
        except Refused as no:
            if self._client.order_called(request.job.external_id, order.number):
                raise AlreadyThere(no.words) from None
            raise
        same(request.job.external_id, made.order_key, Unclear)
        return self._outline(made, request.job)

    def read(self, job: Job) -> VendorOrder | None:
        order = self._order_of(job)
        return self._seen(order, job) if order else None

    def locate(self, account: str, vendor_ref: str) -> str | None:  # noqa: ARG002 - the way is the account
        order = self._client.order(vendor_ref)
        return (order.order_key or None) if order else None

    def amend(self, request: JobRequest) -> VendorOrder:
        """The whole order anew, under its key."""
        job = request.job
        there = self._order_of(job)
        if there is None:
            raise Refused(f"ShipStation does not have {job.external_id} any more: it may have been deleted there.")
        if there.order_key != job.external_id:
            raise Refused(f"{there.order_number} was not made by Platen: change it in ShipStation by hand.")
        _changeable(there)
        order = told_as(request)
        made = self._client.create_or_update(changed_body(order, there.told), private(order))
        same(job.external_id, made.order_key, Unclear)
        _changeable(made)
        return self._outline(made, job)

    def cancel(self, job: Job) -> VendorOrder | None:
        """By telling the order back, cancelled. One that was split or merged there is left to a person: its parts
        have keys of their own, if any, and a key that V1 does not know becomes one order more."""
        order = self._order_of(job)
        if order is None:
            return None
        parts = self._parts(order)
        shipped = [one.order_number for one in parts if _phase(one) is VendorPhase.SHIPPED]
        if shipped:
            raise Refused(
                f"ShipStation has {' and '.join(shipped)} as shipped. If it has not left: void its label there, "
                "then cancel again."
            )
        if _phase_of(parts) is VendorPhase.CANCELLED:
            return self._outline(order, job)
        if order.advanced_options.merged_or_split or not order.order_key:
            raise Refused(f"{order.order_number} was split or merged in ShipStation: cancel it there by hand.")
        answer = self._cancelled(order)
        now = self.read(job)
        if now is None or now.phase is VendorPhase.CANCELLED:
            return now
        if isinstance(answer, Unclear):
            raise Later(f"{answer.words} It is not cancelled yet ({now.words}); cancelling is tried again.")
        said = answer.words if answer else "It gave no reason."
        raise Refused(f"ShipStation did not cancel {order.order_number}, which is {now.words} there. {said}")

    def check(self) -> list[Finding]:
        return check_v1(lambda: self._client, self._settings, self._access)

    def news(self, cursor: str) -> News | None:
        """Orders of ours that moved since. What is marked, voided or labelled moves its order (inferred)."""
        access = self._access
        place = Place.read(cursor, access.clock.now(), access.connection.created_at)
        since = place.since - OVERLAP
        store_id = self._settings.v1_store_id
        listed, more = self._client.orders_modified(since - SAME_HOUR_TWICE, place.page, store_id)
        moved = [one for one in listed if one.modify_date is None or one.modify_date >= since]
        ours = dict.fromkeys(filter(read_external_id, self._keys_of(moved)))
        return News(external_ids=tuple(ours), cursor=place.after(more=more), more=more)

    # how it stands at ShipStation

    def _keys_of(self, moved: Sequence[wire_v1.Order]) -> Iterator[str]:
        """Their keys; of one that was split off, that of the order it was split from."""
        yield from (one.order_key for one in moved)
        parents = dict.fromkeys(one.advanced_options.parent_id for one in moved)
        there = {one.order_id for one in moved} | {"", "0"}
        for parent_id in [one for one in parents if one not in there][:MOST_PARENTS]:
            yield self.locate("", parent_id) or ""

    def _order_of(self, job: Job) -> wire_v1.Order | None:
        """By ShipStation's id, which we have of every order that it took."""
        if not job.vendor_ref:
            return None
        order = self._client.order(job.vendor_ref)
        if order:
            same(job.vendor_ref, order.order_id, Later)
        return order

    def _cancelled(self, order: wire_v1.Order) -> Refused | Unclear | None:
        """What was said against it, which the read that follows may overrule."""
        private = texts_in([order.told.get(name) for name in ("shipTo", "billTo", "customerEmail")])
        try:
            self._client.create_or_update(cancelled_body(order.told), private)
        except (Refused, Unclear) as answer:
            return answer
        return None

    def _parts(self, order: wire_v1.Order) -> list[wire_v1.Order]:
        """The order, and what was split off from it in ShipStation: those have keys of their own."""
        if not order.advanced_options.merged_or_split:
            return [order]
        family = self._client.orders_numbered(order.order_number)
        parts = [order]
        for part in parts:
            known = {one.order_id for one in parts}
            parts += [
                one
                for one in family
                if one.advanced_options.parent_id == part.order_id and one.order_id not in known
            ]
        return parts

    def _outline(self, order: wire_v1.Order, job: Job) -> VendorOrder:
        """Without its parcels: they come with the next read."""
        return _told([order], job, ())

    def _seen(self, order: wire_v1.Order, job: Job) -> VendorOrder:
        parts = self._parts(order)
        parcels = [parcel for part in parts for parcel in self._parcels(part, whole=len(parts) == 1)]
        return _told(parts, job, tuple(parcels))

    def _parcels(self, part: wire_v1.Order, *, whole: bool) -> Iterator[VendorParcel]:
        """Labels, then what was marked as shipped. A mark closes the order (documented): an open one has none."""
        everything = () if whole else tuple(_items(part.items, part))
        for label in self._client.shipments(part.order_id):
            if label.order_id in ("", part.order_id) and not label.voided and not label.is_return_label:
                yield VendorParcel(
                    carrier=carrier_of(label.carrier_code),
                    tracking=label.tracking_number,
                    shipped_at=label.create_date or label.ship_date,
                    service=service_of(label.service_code),
                    cost=label.shipment_cost,
                    items=tuple(_items(label.shipment_items, part)) or everything,
                )
        if part.order_status in OPEN:
            return
        for mark in self._client.fulfillments(part.order_id):
            if mark.order_id in ("", part.order_id) and not mark.voided:
                yield VendorParcel(
                    carrier=carrier_of(mark.carrier_code),
                    tracking=mark.tracking_number,
                    shipped_at=mark.create_date or mark.ship_date,
                    service=service_of(mark.fulfillment_service_code),
                    cost=mark.fulfillment_fee or None,
                    items=everything,
                )


def _told(parts: Sequence[wire_v1.Order], job: Job, parcels: tuple[VendorParcel, ...]) -> VendorOrder:
    first = parts[0]
    return VendorOrder(
        ref=first.order_id,
        external_id=first.order_key or job.external_id,
        phase=_phase_of(parts),
        words=" and ".join(dict.fromkeys(one.order_status for one in parts)) or "nothing",
        lines=line_item_ids(job),
        parcels=parcels,
    )


def _phase(order: wire_v1.Order) -> VendorPhase:
    return _PHASES.get(order.order_status, VendorPhase.UNKNOWN)


def _phase_of(parts: Sequence[wire_v1.Order]) -> VendorPhase:
    """Of a split order: shipped when all that is left of it is, and on its way when some of it is."""
    phases = [_phase(one) for one in parts]
    alive = [phase for phase in phases if phase is not VendorPhase.CANCELLED]
    if not alive:
        return VendorPhase.CANCELLED
    if VendorPhase.SHIPPED in alive and len(set(alive)) > 1:
        return VendorPhase.IN_PRODUCTION
    return alive[0]


def _items(listed: Sequence[wire_v1.Item], order: wire_v1.Order) -> Iterator[tuple[str, int]]:
    """(line item id, quantity). What cannot be told whose it is keeps ShipStation's own id, for a person to see."""
    keys = {one.order_item_id: one.line_item_key for one in order.items if one.order_item_id}
    skus = by_sku((one.sku, one.line_item_key) for one in order.items)
    discounts = {one.order_item_id for one in order.items if one.adjustment and one.order_item_id}
    for one in listed:
        key = one.line_item_key or keys.get(one.order_item_id) or skus.get(one.sku) or one.order_item_id or one.sku
        is_discount = one.adjustment or one.order_item_id in discounts or key.startswith(ADJUSTMENT)
        if one.quantity and not is_discount:
            yield key, one.quantity


def _changeable(order: wire_v1.Order) -> None:
    """Raises Refused where it is too late to change an order."""
    if order.order_status not in OPEN:
        raise Refused(f"ShipStation has {order.order_number} as {order.order_status}, and changes none such.")
    if order.advanced_options.merged_or_split:
        raise Refused(
            f"{order.order_number} was split or merged in ShipStation: change it there by hand. Told anew, a part "
            "of it would become the whole order again."
        )
