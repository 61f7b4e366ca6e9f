"""From what a warehouse told of an order to how a vendor's order stands. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from platen.connectors.warehouse_files import Settings
from platen.connectors.warehousing import ExportWhen, ShortClose
from platen.domain.job import VendorOrder, VendorParcel, VendorPhase
from platen.domain.warehouse import AtWarehouse, CancelStanding, WarehouseOrder, WarehouseParcel


def vendor_order(order: WarehouseOrder, settings: Settings, now: datetime, *, short_is_fine: bool) -> VendorOrder:
    """``short_is_fine``: a person has seen that it was closed short, and said that it is good as it is."""
    gone = gone_of(order)
    short = _is_short(order, gone)
    waits_until = _waits_for_tracking(order, gone, settings, now)
    held = short and settings.short_close is ShortClose.HOLD and not short_is_fine
    phase, words = _standing(order, gone)
    return VendorOrder(
        ref=order.number,
        external_id=order.number,
        phase=phase,
        words=words,
        lines={str(line.number): line.line_id for line in order.lines},
        parcels=() if held else _parcels(order, gone, settings, waits=waits_until is not None),
        reason=_what_is_short(order, gone) if short else order.words,
        short=short,
        again_at=waits_until,
    )


def gone_of(order: WarehouseOrder) -> dict[int, int]:
    """Line number -> how many were picked, or are in parcels where the warehouse tells no picks."""
    shipped = _in_parcels(order)
    return {line.number: max(line.picked, shipped.get(line.number, 0)) for line in order.lines}


def _in_parcels(order: WarehouseOrder) -> dict[int, int]:
    total: dict[int, int] = {}
    for parcel in order.parcels:
        for number, quantity in parcel.lines.items():
            total[number] = total.get(number, 0) + quantity
    return total


def _is_short(order: WarehouseOrder, gone: dict[int, int]) -> bool:
    if order.state is not AtWarehouse.CLOSED or order.cancel is CancelStanding.DONE:
        return False
    return any(gone[line.number] < line.wanted for line in order.lines)


def _what_is_short(order: WarehouseOrder, gone: dict[int, int]) -> str:
    lacking = [line for line in order.lines if gone[line.number] < line.wanted]
    named = ", ".join(f"{gone[line.number]} of {line.wanted} {line.item}" for line in lacking[:5])
    return named + (f" and {len(lacking) - 5} more lines" if len(lacking) > 5 else "")


def _standing(order: WarehouseOrder, gone: dict[int, int]) -> tuple[VendorPhase, str]:
    anything = any(gone.values())
    if order.cancel is CancelStanding.DONE:
        late = VendorPhase.SHIPPED, "cancelled, but some of it was shipped"
        return late if order.parcels else (VendorPhase.CANCELLED, "cancelled")
    if order.state is AtWarehouse.REJECTED:
        return VendorPhase.FAILED, "rejected"
    if order.state is AtWarehouse.CLOSED:
        return (VendorPhase.SHIPPED, "closed") if anything else (VendorPhase.CANCELLED, "closed, nothing picked")
    return _while_open(order, sum(gone.values()))


def _while_open(order: WarehouseOrder, picked: int) -> tuple[VendorPhase, str]:
    asked = "; its cancel waits for an answer" if order.cancel is CancelStanding.WANTED else ""
    asked = "; its cancel was refused" if order.cancel is CancelStanding.REFUSED else asked
    if picked:
        wanted = sum(line.wanted for line in order.lines)
        return VendorPhase.IN_PRODUCTION, f"open, {picked} of {wanted} picked{asked}"
    if order.state is AtWarehouse.ACCEPTED:
        return VendorPhase.ACCEPTED, f"accepted{asked}"
    return VendorPhase.WAITING, f"waits for the warehouse{asked}"


def _parcels(
    order: WarehouseOrder, gone: dict[int, int], settings: Settings, *, waits: bool
) -> tuple[VendorParcel, ...]:
    if settings.export_when is ExportWhen.SHIPPED:
        return tuple(_parcel(one) for one in order.parcels)
    if order.state is not AtWarehouse.CLOSED:
        return ()
    rest = _rest(order, gone)
    told = tuple(_parcel(one) for one in order.parcels)
    if not rest or waits:
        return told
    return (*told, VendorParcel(shipped_at=order.closed_at, items=_items(rest)))


def _rest(order: WarehouseOrder, gone: dict[int, int]) -> dict[int, int]:
    """What was picked and is in no shipment row."""
    shipped = _in_parcels(order)
    left = {number: count - shipped.get(number, 0) for number, count in gone.items()}
    return {number: count for number, count in left.items() if count > 0}


def _waits_for_tracking(
    order: WarehouseOrder, gone: dict[int, int], settings: Settings, now: datetime
) -> datetime | None:
    """Until when shipment rows of a closed order may still come: files of picks and of shipments have no order."""
    if order.state is not AtWarehouse.CLOSED or settings.export_when is not ExportWhen.CLOSED:
        return None
    until = order.changed_at + timedelta(minutes=settings.tracking_wait_minutes)
    return until if until > now and _rest(order, gone) else None


def _parcel(told: WarehouseParcel) -> VendorParcel:
    return VendorParcel(
        carrier=told.carrier,
        service=told.method,
        tracking=told.tracking,
        url=told.url,
        shipped_at=told.shipped_at,
        items=_items(told.lines),
    )


def _items(lines: dict[int, int]) -> tuple[tuple[str, int], ...]:
    return tuple((str(number), count) for number, count in sorted(lines.items()))
