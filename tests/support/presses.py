"""A stall that is linked to several vendors: ``press`` makes the SKUs ``P1-*``, ``press-2`` makes ``P2-*``, …"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from platen.connectors import Resend
from platen.domain.connection import Connection, Lines, Link, Role
from platen.domain.job import Job, JobState, VendorParcel, VendorPhase
from platen.domain.making import Making
from platen.domain.order import Attribute, Charges, Line, Money, Order, Payment
from platen.domain.record import OrderRecord
from platen.messages import PollHint, Queue
from platen.ports import JobRequest
from tests.fakes import Switch
from tests.support.doubles import ScriptedVendor
from tests.support.stall import ANYWHERE, StallBench


def name_of(place: int) -> str:
    return "press" if place == 1 else f"press-{place}"


def a_line(line_id: str, place: int = 1, quantity: int = 1, price: str = "", **attributes: str) -> Line:
    """A line for the vendor of that place, with print details such as ``print_sku``."""
    return Line(
        line_id=line_id,
        title=f"Print {line_id}",
        sku=f"P{place}-{line_id}",
        quantity=quantity,
        unfulfilled=quantity,
        unit_price=Money(amount=Decimal(price), currency="EUR") if price else None,
        attributes=tuple(Attribute(name=name, value=value) for name, value in attributes.items()),
    )


def charges(shipping: str = "0", tax: str = "0", discount: str = "0", handling: str = "0") -> Charges:
    amounts = {"shipping": shipping, "tax": tax, "discount": discount, "handling": handling}
    return Charges(currency="EUR", **{name: Decimal(amount) for name, amount in amounts.items()})


class PressesBench(StallBench):
    """Every vendor but the first has a switch of its own, so that one of them can be in trouble alone."""

    def __init__(self, count: int = 2, resend: Resend = Resend.LOOKUP) -> None:
        super().__init__(resend)
        self.vendors = {"press": self.vendor}
        self.told: list[JobRequest] = []
        """What the vendors were told, in that order."""
        for place in range(2, count + 1):
            self._another(place, resend)
        for vendor in self.vendors.values():
            vendor.on_request = self.told.append
        places = range(1, count + 1)
        links = tuple(Link(vendor=name_of(one), lines=Lines.ALL, skus=(f"P{one}-*",)) for one in places)
        stall = self.connections.get("stall")
        self.connections.save(stall.but(links=links))

    def _another(self, place: int, resend: Resend) -> None:
        name = name_of(place)
        self.vendors[name] = ScriptedVendor(self.clock, Switch(), resend)
        self._systems[f"press_{place}"] = self.vendors[name].connector()
        self.connections.save(
            Connection(
                connection_id=name,
                system=f"press_{place}",
                roles=(Role.VENDOR,),
                settings={},
                created_at=self.clock.now(),
            )
        )
        self.schedules.every(f"{name}-poll", 30, Queue.VENDOR_POLLS, PollHint(connection=name))

    def rules(self, vendor: str = "press", /, **changes: object) -> None:
        """The user's rules for a vendor, from now on."""
        connection = self.connections.get(vendor)
        self.connections.save(connection.but(making=Making.model_validate(changes)))

    def ordered(self, *lines: Line, **changes: object) -> Order:
        """A paid order; its webhook was acknowledged."""
        number = str(len(self.store.orders) + 1)
        now = self.clock.now()
        order = Order(
            connection="stall",
            store_order_id=number,
            number=f"#{number}",
            placed_at=now,
            updated_at=now,
            payment=Payment.PAID,
            ship_to=ANYWHERE,
            lines=lines,
        ).but(**changes)
        self.store.orders[number] = order
        self.hint(order)
        return order

    def reprint(self, order: Order, place: str = "job 1", /, **lines: int) -> dict[str, Any]:
        """A person has a job, or some of its lines, made once more."""
        return self.ask(
            "reprint", order=order.order_id, place=place, lines=lines, reason="lost on its way", who="tester"
        )

    def call_off(self, order: Order, **wishes: bool) -> dict[str, Any]:
        """A person cancels the whole order, at its store too."""
        wish = {"at_store": True, "refund": True} | wishes
        return self.ask("cancel_order", order=order.order_id, who="tester", reason="bought twice", **wish)

    def now_of(self, order: Order) -> OrderRecord:
        return self.record(order.order_id)

    def jobs_of(self, order: Order) -> dict[str, Job]:
        """vendor -> its job that is neither cancelled nor a reprint."""
        jobs = self.now_of(order).jobs.values()
        return {job.vendor: job for job in jobs if job.state is not JobState.CANCELLED and not job.reprint_of}

    def ships(self, order: Order, *vendors: str) -> None:
        """Those vendors ship what they have of it, each in one parcel, and the news go their way."""
        for name in vendors or tuple(self.vendors):
            for made in self.vendors[name].made:
                if (
                    order.order_id in made.external_id
                    and made.phase is not VendorPhase.CANCELLED
                    and not made.parcels
                ):
                    made.phase = VendorPhase.SHIPPED
                    made.parcels.append(VendorParcel(carrier="Post", tracking=f"T-{made.external_id}"))
        self.heard()

    def heard(self) -> None:
        """Every vendor is asked about everything it has."""
        self.run(at_least=timedelta(hours=4))

    def shown(self, order: Order) -> dict[str, dict[str, int]]:
        """tracking -> what the store shows to be in that parcel."""
        return {one.tracking: one.goods for one in self.store.shown.get(order.store_order_id, [])}

    def causes(self) -> list[str]:
        return [item["cause"] for item in self.attention()]

    def made(self) -> list[str]:
        """The external ids of everything that is made by anybody."""
        gone = (VendorPhase.CANCELLED, VendorPhase.FAILED)
        return sorted(
            one.external_id for vendor in self.vendors.values() for one in vendor.made if one.phase not in gone
        )

    def no_doubles(self) -> None:
        assert all(vendor.duplicates() == [] for vendor in self.vendors.values())


def told_in_all(requests: Sequence[JobRequest]) -> Charges | None:
    """The sum of what vendors were told of the order's charges."""
    shares = [request.charges for request in requests if request.charges]
    if not shares:
        return None
    total = shares[0]
    for share in shares[1:]:
        total = total.but(
            shipping=total.shipping + share.shipping,
            handling=total.handling + share.handling,
            tax=total.tax + share.tax,
            discount=total.discount + share.discount,
        )
    return total
