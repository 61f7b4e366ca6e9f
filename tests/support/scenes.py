"""One order for every cause to wait for a person, and how to mend what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from platen.connectors import Resend
from platen.domain.artwork import Seen
from platen.domain.attention import Action, Cause, Problem
from platen.domain.connection import Lines, Link, Send
from platen.domain.heads import new_head
from platen.domain.job import VendorParcel, VendorPhase
from platen.domain.mail_class import MailClass
from platen.domain.making import ArtworkCheck, Fallback, Making
from platen.domain.order import Attribute, Order
from platen.domain.record import OrderBody, OrderRecord, OrderState
from platen.domain.verdicts import Refused, Unclear
from platen.messages import Queue, VendorHint
from tests.support.stall import ANYWHERE, StallBench

DEAD = (VendorPhase.CANCELLED, VendorPhase.FAILED)


@dataclass
class Scene:
    """An order that waits for a person, and how to mend what is wrong."""

    bench: StallBench
    order: Order
    mend: Callable[[], object] = lambda: None
    ref: str = ""
    """What is found by looking at the vendor."""

    def click(self, action: Action, **fields: Any) -> dict[str, Any]:
        ref = self.ref if action is Action.MARK_SENT else ""
        name = action.value.replace("-", "_")
        return self.bench.click(name, self.order.order_id, **({"vendor_ref": ref} | fields))

    def causes(self) -> list[str]:
        return [item["cause"] for item in self.bench.attention()]

    def live(self) -> int:
        return sum(one.phase not in DEAD for one in self.bench.vendor.made)

    def state(self) -> OrderState:
        return self.bench.record(self.order.order_id).head.state


def sent(resend: Resend = Resend.LOOKUP) -> Scene:
    bench = StallBench(resend)
    order = bench.order_placed(2)
    bench.run()
    return Scene(bench, order)


def moved(scene: Scene, phase: VendorPhase, *parcels: VendorParcel) -> None:
    (made,) = scene.bench.vendor.made
    made.phase = phase
    made.parcels.extend(parcels)
    scene.bench.run(at_least=timedelta(hours=4))


def placed(**changes: Any) -> Scene:
    """An order that is not right from the start; mended it is as it should be."""
    bench = StallBench(Resend.LOOKUP)
    order = bench.order_placed(2)
    wrong = order.but(**changes)
    bench.store.orders[order.store_order_id] = wrong
    bench.run()
    return Scene(bench, order, lambda: bench.changed(order))


def moved_in() -> Scene:
    bench = StallBench(Resend.LOOKUP)
    now = bench.clock.now()
    old = Order(
        connection="stall",
        store_order_id="orderdesk-77",
        number="1",
        placed_at=now,
        updated_at=now,
        ship_to=ANYWHERE,
    )
    history = OrderBody(order=old, printing={})
    head = new_head(old, now).but(imported_from="Order Desk", body=history.name)
    bench.orders.save(None, OrderRecord(head=head).settled(now), body=history)
    stall = bench.connections.get("stall")
    bench.connections.save(stall.but(moved_in=True))
    order = bench.order_placed(2)
    bench.run()
    return Scene(bench, order)


def unrouted_line() -> Scene:
    bench = StallBench(Resend.LOOKUP)
    stall = bench.connections.get("stall")
    bench.connections.save(stall.but(links=(Link(vendor="press", lines=Lines.ALL, skus=("OTHER-*",)),)))
    order = bench.order_placed(2)
    bench.run()

    def mend() -> None:
        now = bench.connections.get("stall")
        bench.connections.save(now.but(links=(Link(vendor="press", lines=Lines.ALL),)))

    return Scene(bench, order, mend)


def print_details() -> Scene:
    bench = StallBench(Resend.LOOKUP)
    order = bench.order_placed(2)
    twice = (Attribute(name="print_sku", value="A"), Attribute(name="print_sku", value="B"))
    bench.store.orders["1"] = order.but(lines=(order.lines[0].but(attributes=twice),))
    bench.run()
    return Scene(bench, order, lambda: bench.changed(order))


def ship_to_missing() -> Scene:
    return placed(ship_to=None)


def ship_to_hidden() -> Scene:
    return placed(ship_to=None, hidden=("ship_to",))


def preflight() -> Scene:
    bench = StallBench(Resend.LOOKUP)
    bench.vendor.problems = [Problem(what="There is no such frame.")]
    order = bench.order_placed(2)
    bench.run()
    return Scene(bench, order, bench.vendor.problems.clear)


def held() -> Scene:
    bench = StallBench(Resend.LOOKUP)
    stall = bench.connections.get("stall")
    bench.connections.save(stall.but(links=(Link(vendor="press", lines=Lines.ALL, send=Send.HOLD),)))
    order = bench.order_placed(2)
    bench.run()
    return Scene(bench, order)


def mail_class() -> Scene:
    bench = StallBench(Resend.LOOKUP)
    bench.vendor.mail_classes = [MailClass(code="STANDARD"), MailClass(code="EXPRESS")]
    making = Making(default_class="STANDARD", class_fallback=Fallback.STOP)
    bench.connections.save(bench.connections.get("press").but(making=making))
    order = bench.order_placed(2)
    bench.run()

    def mend() -> None:
        mended = making.but(class_by_country={"DE": "EXPRESS"})
        bench.connections.save(bench.connections.get("press").but(making=mended))

    return Scene(bench, order, mend)


def artwork() -> Scene:
    bench = StallBench(Resend.LOOKUP)
    bench.connections.save(bench.connections.get("press").but(making=Making(artwork=ArtworkCheck.STOP)))
    url = "https://art.example/1.jpg"
    bench.artwork.files[url] = Seen(reachable=False, words="404 Not Found")
    order = bench.order_placed(2)
    printed = (Attribute(name="print_url", value=url),)
    bench.changed(order, lines=(order.lines[0].but(attributes=printed),))
    bench.run()
    return Scene(bench, order, bench.artwork.files.clear)


def vendor_refused() -> Scene:
    bench = StallBench(Resend.LOOKUP)
    bench.switch.before("vendor.submit", Refused("no such paper"), times=1000)
    order = bench.order_placed(2)
    bench.run()
    return Scene(bench, order, bench.switch.clear)


def unconfirmed(*, there: bool = False) -> Scene:
    bench = StallBench(Resend.NONE)
    (bench.switch.after if there else bench.switch.before)("vendor.submit", Unclear("cut off"))
    order = bench.order_placed(2)
    bench.run()
    return Scene(bench, order, ref=bench.vendor.made[0].ref if there else "")


def changed_after_sent() -> Scene:
    scene = sent()
    scene.bench.changed(scene.order, ship_to=ANYWHERE.but(city="Elsewhere"))
    scene.bench.run()
    return scene


def cancel_refused() -> Scene:
    scene = sent()
    (made,) = scene.bench.vendor.made
    made.phase = VendorPhase.IN_PRODUCTION
    scene.bench.changed(scene.order, cancelled_at=scene.bench.clock.now())
    scene.bench.run()
    scene.mend = lambda: setattr(made, "phase", VendorPhase.ACCEPTED)
    return scene


def cancelled_after_shipped() -> Scene:
    scene = sent()
    moved(scene, VendorPhase.SHIPPED, VendorParcel(tracking="T1"))
    scene.bench.changed(scene.order, cancelled_at=scene.bench.clock.now())
    scene.bench.run()
    return scene


def changed_after_shipped() -> Scene:
    scene = sent()
    scene.bench.vendor.takes_changes = True
    scene.bench.changed(scene.order, ship_to=ANYWHERE.but(address1="2 Other Street"))
    while scene.bench.work_one(Queue.INTAKE):
        pass
    (made,) = scene.bench.vendor.made
    made.phase = VendorPhase.SHIPPED
    made.parcels.append(VendorParcel(tracking="T1"))
    scene.bench.queues.send(Queue.SHIPMENTS, [VendorHint(connection="press", external_id=made.external_id)])
    scene.bench.work_one(Queue.SHIPMENTS)
    scene.bench.run(at_least=timedelta(hours=4))
    return scene


def vendor_cancelled() -> Scene:
    scene = sent()
    moved(scene, VendorPhase.CANCELLED)
    return scene


def vendor_failed() -> Scene:
    scene = sent()
    moved(scene, VendorPhase.FAILED)
    scene.mend = lambda: setattr(scene.bench.vendor.made[0], "phase", VendorPhase.ACCEPTED)
    return scene


def vendor_silent() -> Scene:
    scene = sent()
    scene.bench.run(timedelta(hours=30), at_least=timedelta(hours=28))
    return scene


def vendor_lost_it() -> Scene:
    scene = sent()
    lost = list(scene.bench.vendor.made)
    scene.bench.vendor.made.clear()
    scene.bench.run(at_least=timedelta(hours=2))
    scene.mend = lambda: scene.bench.vendor.made.extend(lost)
    return scene


def closed_short() -> Scene:
    """With nothing picked at all."""
    scene = sent()
    (made,) = scene.bench.vendor.made
    made.short = "0 of 2 were picked"
    moved(scene, VendorPhase.CANCELLED)

    def opened_again() -> None:
        made.short, made.phase = "", VendorPhase.ACCEPTED

    scene.mend = opened_again
    return scene


def shipment_unreadable() -> Scene:
    bench = StallBench(Resend.LOOKUP)
    scene = Scene(bench, bench.order_placed(1, 1))
    bench.run()
    moved(scene, VendorPhase.SHIPPED, VendorParcel(tracking="T1", items=(("4711", 1),)))
    return scene


def store_refused() -> Scene:
    scene = sent()
    scene.bench.switch.before("store.tell", Refused("the order is archived"), times=1000)
    moved(scene, VendorPhase.SHIPPED, VendorParcel(tracking="T1"))
    scene.mend = scene.bench.switch.clear
    return scene


def store_lost_it() -> Scene:
    scene = sent()
    lost = scene.bench.store.orders.pop(scene.order.store_order_id)
    scene.bench.hint(lost)
    scene.bench.run()
    scene.mend = lambda: scene.bench.store.orders.update({lost.store_order_id: lost})
    return scene


SCENES: dict[Cause, Callable[[], Scene]] = {
    Cause.MOVED_IN: moved_in,
    Cause.UNROUTED_LINE: unrouted_line,
    Cause.PRINT_DETAILS: print_details,
    Cause.SHIP_TO_MISSING: ship_to_missing,
    Cause.SHIP_TO_HIDDEN: ship_to_hidden,
    Cause.HELD: held,
    Cause.MAIL_CLASS: mail_class,
    Cause.ARTWORK: artwork,
    Cause.PREFLIGHT: preflight,
    Cause.VENDOR_REFUSED: vendor_refused,
    Cause.UNCONFIRMED: unconfirmed,
    Cause.CHANGED_AFTER_SENT: changed_after_sent,
    Cause.CANCEL_REFUSED: cancel_refused,
    Cause.CHANGED_AFTER_SHIPPED: changed_after_shipped,
    Cause.CANCELLED_AFTER_SHIPPED: cancelled_after_shipped,
    Cause.VENDOR_CANCELLED: vendor_cancelled,
    Cause.VENDOR_FAILED: vendor_failed,
    Cause.VENDOR_SILENT: vendor_silent,
    Cause.VENDOR_LOST_IT: vendor_lost_it,
    Cause.CLOSED_SHORT: closed_short,
    Cause.SHIPMENT_UNREADABLE: shipment_unreadable,
    Cause.STORE_REFUSED: store_refused,
    Cause.STORE_LOST_IT: store_lost_it,
}
