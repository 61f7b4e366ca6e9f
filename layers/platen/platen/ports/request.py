"""What a vendor is told: a job with all that belongs to it."""

from __future__ import annotations

from dataclasses import dataclass

from platen.domain.job import Job
from platen.domain.order import Charges, Order
from platen.domain.printing import PrintDetails
from platen.domain.record import OrderBody
from platen.domain.shelf import Shelf


@dataclass(frozen=True)
class JobRequest:
    """A job with everything its vendor has to be told."""

    job: Job
    body: OrderBody
    mail_class: str = ""
    """The vendor's code of the class it goes by; empty where the vendor has none."""
    gift_message: str = ""
    packing_message: str = ""

    @property
    def order(self) -> Order:
        return self.body.order

    def details(self, line_id: str) -> PrintDetails:
        return self.body.printing.get(line_id, PrintDetails())

    def shelf(self, line_id: str) -> Shelf:
        return self.body.shelf.get(line_id, Shelf())

    @property
    def charges(self) -> Charges | None:
        """This job's part of what belongs to the order as a whole."""
        return self.job.shares or self.order.charges
