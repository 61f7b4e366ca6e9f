"""A warehouse as a vendor: what use cases ask of it.

Its orders are kept in Platen's own ledger, where the rows that it tells change them; so nothing here is ever
unclear: what is written is written, or it is not.

::

    submit ──▶ ledger, new ──▶ file in out/…/orders, or fetched by a call ──▶ rows come in ──▶ read: ledger, folded
       └─ cut off here: found in the ledger, and the file written unless it ever was
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from platen.connectors.answering import stored_credentials
from platen.connectors.warehouse_files import Credentials, Settings, Way
from platen.connectors.warehouse_files.client import Client
from platen.connectors.warehouse_files.folding import gone_of, vendor_order
from platen.connectors.warehouse_files.mapping import cancel_lines, order_lines, to_order
from platen.connectors.warehouse_files.preflight import problems
from platen.domain.artwork import ArtworkNeeds
from platen.domain.attention import Cause, Problem
from platen.domain.job import Job, VendorOrder
from platen.domain.mail_class import MailClass
from platen.domain.verdicts import AlreadyThere, Busy, Later, Refused
from platen.domain.warehouse import AtWarehouse, CancelStanding, WarehouseOrder
from platen.ports import Access, Conflict, Finding, JobRequest, News

SET_UP_AGAIN = timedelta(minutes=5)
"""How soon an order is tried again that waits for the set-up."""
_TRIES = 5


class WarehouseVendor:
    """Raises the verdicts of ``domain.verdicts``; never Unclear."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._settings: Settings = access.settings
        self._ledger = access.ledger
        self._clock = access.clock
        self._client = Client(access.files, access.connection_id, self._settings.delimiter)

    def preflight(self, request: JobRequest) -> Sequence[Problem]:
        return problems(request, self._settings)

    def find(self, request: JobRequest) -> VendorOrder | None:
        """The order in the ledger; what an attempt that was cut off left undone is done."""
        order = self._known(request.job)
        if order is None:
            return None
        if order.state is AtWarehouse.NEW:
            self._put_where_it_is_found(order, request)
        return self._seen(order, request.job)

    def submit(self, request: JobRequest) -> VendorOrder:
        lacks = self._lacks()
        if lacks:
            raise Busy(f"No order goes to the warehouse before it is set up: {' '.join(lacks)}", SET_UP_AGAIN)
        order = to_order(request, self._settings, self._access.connection_id, self._clock.now())
        try:
            order = self._ledger.save_order(None, order)
        except Conflict:
            raise AlreadyThere(f"{order.number} is in the ledger already") from None
        self._put_where_it_is_found(order, request)
        return self._seen(order, request.job)

    def read(self, job: Job) -> VendorOrder | None:
        order = self._known(job)
        return self._seen(order, job) if order else None

    def locate(self, account: str, vendor_ref: str) -> str | None:  # noqa: ARG002
        """The warehouse knows it by our own id."""
        return vendor_ref if self._ledger.order(self._access.connection_id, vendor_ref) else None

    def amend(self, request: JobRequest) -> VendorOrder:
        number = request.job.external_id
        raise Refused(f"A warehouse takes no changes of an order: speak to its people about {number}.")

    def cancel(self, job: Job) -> VendorOrder | None:
        """Ask for it once; it is over when the warehouse says so. Asked again, the answer is how it stands. Only
        where a person has a refused one tried again, the warehouse is asked once more.

        ::

            none ──▶ wanted, in the ledger ──▶ file in out/…/cancels, or fetched by a call
                        └─ cut off here: asked again, and the file written unless it ever was
            refused ──(a person)──▶ wanted, asked twice ──▶ file of another name, or fetched again
        """
        order = self._with_its_cancel_wanted(job)
        if order is None:
            return None
        if order.cancel is CancelStanding.REFUSED:
            why = order.words or "it did not say why"
            raise Refused(f"The warehouse did not cancel {order.number}: {why}.")
        if order.cancel is CancelStanding.WANTED and self._settings.way is Way.FILES:
            self._client.put_cancel(order.number, order.cancels_asked, cancel_lines(order.number, self._settings))
        return self._seen(order, job)

    def check(self) -> list[Finding]:
        found = [Finding(ok=False, what=words) for words in self._lacks()]
        if not self._settings.site:
            found.insert(0, Finding(ok=False, what="No site is set.", fix="Set Sites: MAIN=shop/70001."))
        name = self._access.connection_id
        if self._settings.way is Way.REST:
            key = stored_credentials(self._access, Credentials, "API key").api_key.get_secret_value()
            if not key:
                fix = "Make one up, put it in here, and give it to the program at the warehouse."
                found.append(Finding(ok=False, what="There is no API key, so nobody can call.", fix=fix))
            what = f"The program at the warehouse calls under /v1/wh/{name}/ with the API key."
            return [*found, Finding(ok=True, what=what)]
        what = f"Files for the warehouse are under out/{name}/ in the bucket; its own go under in/{name}/."
        return [*found, Finding(ok=True, what=what)]

    def classes(self) -> Sequence[MailClass]:
        """None to choose from: what the rules or the buyer chose goes along in words."""
        return ()

    def artwork_needs(self, request: JobRequest) -> Mapping[str, ArtworkNeeds]:  # noqa: ARG002
        """It ships things; it prints none."""
        return {}

    def news(self, cursor: str) -> News | None:  # noqa: ARG002
        """There is no list: it tells by rows."""
        return None

    def refresh(self) -> int:
        return 0

    # how it is done

    def _known(self, job: Job) -> WarehouseOrder | None:
        return self._ledger.order(self._access.connection_id, job.external_id)

    def _seen(self, order: WarehouseOrder, job: Job) -> VendorOrder:
        short_is_fine = Cause.CLOSED_SHORT in job.released
        return vendor_order(order, self._settings, self._clock.now(), short_is_fine=short_is_fine)

    def _put_where_it_is_found(self, order: WarehouseOrder, request: JobRequest) -> None:
        """For files; a program that calls finds it in the ledger. The way may have been changed since."""
        if order.filed:
            self._client.put_order(order.number, order_lines(order, request, self._settings))

    def _with_its_cancel_wanted(self, job: Job) -> WarehouseOrder | None:
        tried_again = job.attention is not None and job.attention.cause is Cause.CANCEL_REFUSED
        to_be_asked = (CancelStanding.NONE, CancelStanding.REFUSED) if tried_again else (CancelStanding.NONE,)
        for _ in range(_TRIES):
            order = self._known(job)
            if order is None or order.cancel not in to_be_asked or order.state is AtWarehouse.REJECTED:
                return order
            if order.state is AtWarehouse.CLOSED and not any(gone_of(order).values()):
                return order  # it is over, and nothing of it comes
            if order.state is AtWarehouse.CLOSED:
                raise Refused(f"{order.number} is closed at the warehouse already: what was picked of it has left.")
            wanted = order.but(
                cancel=CancelStanding.WANTED,
                cancels_asked=order.cancels_asked + 1,
                words="",
                changed_at=self._clock.now(),
            )
            try:
                return self._ledger.save_order(order, wanted)
            except Conflict:
                continue
        raise Later(f"The order {job.external_id} is being written by others.")

    def _lacks(self) -> list[str]:
        """What has to come first, in the order it has to be done: numbers before counts, counts before orders."""
        state = self._ledger.state(self._access.connection_id)
        site = self._settings.site
        lacks = []
        if state.products_done_at is None:
            command = f"platen sync products --connection {self._access.connection_id}"
            lacks.append(f"The products were not brought over yet: {command}.")
        if site and site not in state.snapshots:
            lacks.append(f"There is no snapshot of site {site} yet: have the warehouse send a whole count.")
        return lacks
