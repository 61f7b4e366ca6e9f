"""The way by API V2: ShipStation is told of each order as a shipment, and asked what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cached_property

from platen.connectors.answering import stored_credentials
from platen.connectors.shipstation import Credentials, Settings, wire
from platen.connectors.shipstation.body_v2 import changed_body, shipment_body
from platen.connectors.shipstation.checking import check_v2
from platen.connectors.shipstation.client import Client
from platen.connectors.shipstation.mapping import line_item_ids
from platen.connectors.shipstation.parcels import by_sku, carrier_of, service_of
from platen.connectors.shipstation.place import Place
from platen.connectors.shipstation.preflight import problems
from platen.connectors.shipstation.telling import private, same, told_as
from platen.domain.attention import Problem
from platen.domain.job import Hold, Job, VendorOrder, VendorParcel, VendorPhase, read_external_id
from platen.domain.verdicts import AlreadyThere, Denied, Later, Refused, Unclear
from platen.ports import Access, Finding, JobRequest, News

OVERLAP = timedelta(minutes=15)
"""How far back the list of what moved is looked at again: it may show changes late (inferred)."""
_PHASES = {
    "pending": VendorPhase.ACCEPTED,
    "processing": VendorPhase.IN_PRODUCTION,
    "label_purchased": VendorPhase.SHIPPED,
    "cancelled": VendorPhase.CANCELLED,
}
_WAITS = (
    "ShipStation's API V2 has no state for an order that is not to be shipped yet, so it cannot be told that "
    "{external_id} waits: put it on hold in ShipStation by hand."
)


class V2Way:
    """One account, by API V2. Raises the verdicts of ``domain.verdicts``."""

    def __init__(self, access: Access, settings: Settings) -> None:
        self._access = access
        self._settings = settings

    @cached_property
    def _client(self) -> Client:
        key = stored_credentials(self._access, Credentials, "V2 API key").v2_key.get_secret_value()
        if not key:
            raise Denied("This connection has no V2 API key: put it in.")
        return Client(self._access.http, self._access.clock, self._settings.base_url_v2, key)

    def preflight(self, request: JobRequest) -> Sequence[Problem]:
        found = list(problems(request))
        if request.job.hold is not Hold.NONE:
            found.append(Problem(what=_WAITS.format(external_id=request.job.external_id)))
        return found

    def find(self, request: JobRequest) -> VendorOrder | None:
        there = self._called(request.job)
        return self._seen(there, request.job) if there else None

    def submit(self, request: JobRequest) -> VendorOrder:
        """One shipment. Whatever the words of a refusal: if one has our id, it was made before."""
        job = request.job
        order = told_as(request)
        try:
            made = self._client.create(shipment_body(order, self._settings.warehouse_id), private(order))
        except AlreadyThere:
            raise
        except Refused as no:
            if self._called(job):
                raise AlreadyThere(no.words) from None
            raise
        same(job.external_id, made.external_shipment_id, Unclear)
        return _told([made], job, ())

    def read(self, job: Job) -> VendorOrder | None:
        there = self._shipment_of(job)
        return self._seen(there, job) if there else None

    def locate(self, account: str, vendor_ref: str) -> str | None:  # noqa: ARG002 - the way is the account
        there = self._client.shipment(vendor_ref)
        return next(_names_of(there), None) if there else None

    def amend(self, request: JobRequest) -> VendorOrder:
        """The whole shipment anew, as long as it has no label."""
        job = request.job
        if job.hold is not Hold.NONE:
            raise Refused(_WAITS.format(external_id=job.external_id))
        there = self._shipment_of(job)
        if there is None:
            raise Refused(f"ShipStation does not have {job.external_id} any more: it may have been deleted there.")
        if there.external_shipment_id != job.external_id:
            raise Refused(f"{there.shipment_number} was not made by Platen: change it in ShipStation by hand.")
        if len(self._parts(there, job)) > 1:
            raise Refused(f"{there.shipment_number} was split in ShipStation: change its parts there by hand.")
        if _PHASES.get(there.shipment_status) is not VendorPhase.ACCEPTED or self._has_left(there):
            raise Refused(f"ShipStation has {there.shipment_number} as {there.shipment_status}: it is too late.")
        order = told_as(request)
        body = changed_body(order, self._settings.warehouse_id, there.told)
        self._client.update(there.shipment_id, body, private(order))
        now = self._shipment_of(job)
        if now is None:
            raise Unclear(f"ShipStation was told what {job.external_id} is now, and does not show it any more.")
        return _told([now], job, ())

    def cancel(self, job: Job) -> VendorOrder | None:
        """Every part of it, unless one has left: a label has to be voided first (documented)."""
        there = self._shipment_of(job)
        if there is None:
            return None
        parts = self._parts(there, job)
        left = [one.shipment_id for one in parts if self._has_left(one)]
        if left:
            raise Refused(
                f"ShipStation has {there.shipment_number} as shipped ({' and '.join(left)}). If it has not left: "
                "void its label there, then cancel again."
            )
        doubts = [doubt for part in parts if (doubt := self._cancelled(part))]
        now = self.read(job)
        if now is None or now.phase is VendorPhase.CANCELLED:
            return now
        if any(isinstance(doubt, Unclear) for doubt in doubts):
            raise Later(f"{doubts[0].words} It is not cancelled yet ({now.words}); cancelling is tried again.")
        said = doubts[0].words if doubts else "It gave no reason."
        raise Refused(f"ShipStation did not cancel {there.shipment_number}, which is {now.words} there. {said}")

    def check(self) -> list[Finding]:
        return check_v2(lambda: self._client, self._settings, self._access)

    def news(self, cursor: str) -> News | None:
        """Shipments of ours that moved since. That a label or a mark moves its shipment is inferred."""
        place = Place.read(cursor, self._access.clock.now(), self._access.connection.created_at)
        listed, more = self._client.shipments_modified(place.since - OVERLAP, place.page)
        ours = dict.fromkeys(name for one in listed for name in _names_of(one))
        return News(external_ids=tuple(ours), cursor=place.after(more=more), more=more)

    # how it stands at ShipStation

    def _called(self, job: Job) -> wire.Shipment | None:
        there = self._client.shipment_called(job.external_id)
        if there:
            same(job.external_id, there.external_shipment_id, Unclear)
        return there

    def _shipment_of(self, job: Job) -> wire.Shipment | None:
        """By ShipStation's id when we know it, and by ours when not."""
        if not job.vendor_ref:
            return self._called(job)
        there = self._client.shipment(job.vendor_ref)
        if there:
            same(job.vendor_ref, there.shipment_id, Later)
        return there

    def _parts(self, there: wire.Shipment, job: Job) -> list[wire.Shipment]:
        """The shipment, and what was split off from it in ShipStation.

        Parts share their number, which others may have too: ours are those that name our order, themselves or in
        their items.
        """
        if not there.shipment_number:
            return [there]
        others = self._client.shipments_numbered(there.shipment_number)
        return [
            there,
            *(one for one in others if one.shipment_id != there.shipment_id and job.external_id in _names_of(one)),
        ]

    def _has_left(self, part: wire.Shipment) -> bool:
        if _PHASES.get(part.shipment_status) is VendorPhase.CANCELLED:
            return False
        return _PHASES.get(part.shipment_status) is VendorPhase.SHIPPED or any(self._parcels(part, {}))

    def _cancelled(self, part: wire.Shipment) -> Refused | Unclear | None:
        """What was said against it, which the read that follows may overrule."""
        if _PHASES.get(part.shipment_status) is VendorPhase.CANCELLED:
            return None
        try:
            self._client.cancel(part.shipment_id)
        except (Refused, Unclear) as answer:
            return answer
        return None

    def _seen(self, there: wire.Shipment, job: Job) -> VendorOrder:
        parts = self._parts(there, job)
        skus = by_sku((item.sku, item.external_order_item_id) for part in parts for item in part.items)
        parcels = {part.shipment_id: tuple(self._parcels(part, skus)) for part in parts}
        shipped = frozenset(ref for ref, those in parcels.items() if those)
        return _told(parts, job, tuple(one for those in parcels.values() for one in those), shipped)

    def _parcels(self, part: wire.Shipment, skus: Mapping[str, str]) -> Iterator[VendorParcel]:
        """Labels, then what was marked as shipped. What is in them is not told: it is what the shipment has."""
        items = tuple(_items(part, skus))
        for label in self._client.labels(part.shipment_id):
            if label.shipment_id in ("", part.shipment_id) and label.counts:
                yield VendorParcel(
                    carrier=carrier_of(label.carrier_code),
                    tracking=label.tracking_number,
                    url=label.tracking_url,
                    shipped_at=label.created_at or label.ship_date,
                    service=service_of(label.service_code),
                    cost=label.shipment_cost.amount,
                    note=part.notes_to_buyer,
                    items=items,
                )
        for mark in self._client.fulfillments(part.shipment_id):
            if mark.shipment_id in ("", part.shipment_id) and not mark.voided:
                yield VendorParcel(
                    carrier=carrier_of(mark.fulfillment_carrier_friendly_name),
                    tracking=mark.tracking_number,
                    shipped_at=mark.created_at or mark.ship_date,
                    service=""
                    if mark.fulfillment_service_code == "ext"
                    else service_of(mark.fulfillment_service_code),
                    cost=mark.fulfillment_fee.amount or None,
                    note=part.notes_to_buyer,
                    items=items,
                )


def _names_of(one: wire.Shipment) -> Iterator[str]:
    """The external ids of ours that a shipment names: its own, or those of the order it was split from."""
    told = [one.external_shipment_id, one.external_order_id, *(item.external_order_id for item in one.items)]
    return filter(read_external_id, dict.fromkeys(told))


def _items(part: wire.Shipment, skus: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """(line item id, quantity). What cannot be told whose it is keeps its SKU or name, for a person to see."""
    for item in part.items:
        if item.quantity:
            yield item.external_order_item_id or skus.get(item.sku) or item.sku or item.name or "?", item.quantity


def _told(
    parts: Sequence[wire.Shipment],
    job: Job,
    parcels: tuple[VendorParcel, ...],
    shipped: frozenset[str] = frozenset(),
) -> VendorOrder:
    first = parts[0]
    return VendorOrder(
        ref=first.shipment_id,
        external_id=first.external_shipment_id or job.external_id,
        phase=_phase_of(parts, shipped),
        words=" and ".join(dict.fromkeys(one.shipment_status for one in parts)) or "nothing",
        lines=line_item_ids(job),
        parcels=parcels,
    )


def _phase_of(parts: Sequence[wire.Shipment], shipped: frozenset[str]) -> VendorPhase:
    """``shipped``: those that have a parcel, whatever their status says: a mark is not known to change it."""
    phases = [_PHASES.get(one.shipment_status, VendorPhase.UNKNOWN) for one in parts]
    alive = [
        VendorPhase.IN_PRODUCTION if phase is VendorPhase.ACCEPTED and one.shipment_id in shipped else phase
        for one, phase in zip(parts, phases, strict=True)
        if phase is not VendorPhase.CANCELLED
    ]
    if not alive:
        return VendorPhase.CANCELLED
    if VendorPhase.SHIPPED in alive and len(set(alive)) > 1:
        return VendorPhase.IN_PRODUCTION
    return alive[0]
