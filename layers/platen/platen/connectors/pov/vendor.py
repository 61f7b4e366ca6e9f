"""POV as a vendor: what use cases ask of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode

from pydantic import TypeAdapter, ValidationError

from platen.connectors.pov import Settings, mapping, wire
from platen.connectors.pov.accounts import Accounts
from platen.connectors.pov.answers import Rejected
from platen.connectors.pov.checking import check
from platen.connectors.pov.client import Client
from platen.connectors.pov.preflight import problems
from platen.domain.artwork import ArtworkNeeds
from platen.domain.attention import Problem
from platen.domain.job import Job, VendorOrder, VendorPhase, read_external_id
from platen.domain.mail_class import MailClass
from platen.domain.model import digest
from platen.domain.verdicts import Later, Refused, Unclear, Verdict
from platen.ports import Access, Finding, JobRequest, News

CLASSES_KEPT = timedelta(hours=48)
"""Longer than the time between two refreshes, so that no order waits for the list."""
_CLASSES = TypeAdapter(list[MailClass])


class PovVendor:
    """The test and the live account of one POV connection. Raises the verdicts of ``domain.verdicts``.

    A job names its account, so it is asked about where it was sent, whatever the mode is by now.
    """

    def __init__(self, access: Access) -> None:
        self._access = access
        self._settings: Settings = access.settings
        self._profile = self._settings.profile
        self._accounts = Accounts(access)

    def preflight(self, request: JobRequest) -> Sequence[Problem]:
        return problems(request, self._profile)

    def find(self, request: JobRequest) -> VendorOrder | None:
        order = self._called(request.job)
        return self._seen(order, request.job) if order else None

    def submit(self, request: JobRequest) -> VendorOrder:
        job = request.job
        with self._accounts.at(job.account) as client:
            door = self._accounts.door(job.account)
            body = mapping.order_body(request, self._profile, door.customer_id)
            try:
                order = client.create(body, job.external_id, private=mapping.private(request))
            except Rejected as no:
                raise Refused(no.words, mapping.problems_of(no.said, request, self._profile)) from None
        _same(job.external_id, order.reference, Unclear)
        return self._seen(order, job)

    def read(self, job: Job) -> VendorOrder | None:
        if not job.vendor_ref:
            order = self._called(job)
        else:
            with self._accounts.at(job.account) as client:
                order = client.order(job.vendor_ref)
            if order:
                _same(job.vendor_ref, order.ref, Later)
        return self._seen(order, job) if order else None

    def locate(self, account: str, vendor_ref: str) -> str | None:
        doubt: Verdict | None = None
        for name in (account,) if account else self._accounts.reachable():
            try:
                with self._accounts.at(name) as client:
                    order = client.order(vendor_ref)
            except Verdict as verdict:
                doubt = doubt or verdict
                continue
            if order and order.ref == vendor_ref:
                return order.reference or None
        if doubt:
            raise doubt
        return None

    def amend(self, request: JobRequest) -> VendorOrder:
        raise Refused(f"POV takes no changes: {request.job.external_id} stays as it was sent")

    def cancel(self, job: Job) -> VendorOrder | None:
        now = self.read(job)
        if now is None or now.phase is VendorPhase.CANCELLED:
            return now
        if not self._profile.capabilities.cancel:
            raise Refused(
                f"POV offers no way for Platen to cancel an order. It has this one as {now.ref} ({now.words}), "
                f"under the reference {job.external_id}: ask POV to cancel it, and when they have, say so with "
                "platen mark-cancelled."
            )
        answer = self._delete(job.account, now.ref)
        after = self.read(job.but(vendor_ref=now.ref))
        if after is None or after.phase is VendorPhase.CANCELLED:
            return after
        if isinstance(answer, Unclear):
            raise Later(f"{answer.words} It is not cancelled yet ({after.words}); cancelling is tried again.")
        said = answer.words if answer else "POV gave no reason."
        raise Refused(f"POV did not cancel {after.ref}, which is {after.words} there. {said}")

    def check(self) -> list[Finding]:
        return check(self._accounts, self._settings)

    def classes(self) -> Sequence[MailClass]:
        listed = self._listed()
        return listed if listed is not None else self._cached_classes()

    def artwork_needs(self, request: JobRequest) -> Mapping[str, ArtworkNeeds]:  # noqa: ARG002
        """What POV needs of a file is not known: it is only to be there."""
        return {}

    def news(self, cursor: str) -> News | None:
        """The shipments of the mode's account. What was sent in the other mode is asked about order by order.

        Each account has its own place in the cursor, so that switching the mode loses neither.
        """
        if not self._profile.paths.shipments:
            return None
        account = self._settings.mode.value
        cursors = dict(parse_qsl(cursor))
        since = cursors.get(account, "")
        with self._accounts.at(account) as client:
            feed = _since(client, since)
            ours = dict.fromkeys(filter(read_external_id, self._references(client, feed.shipments)))
        moved_on = bool(feed.cursor) and feed.cursor != since
        return News(
            external_ids=tuple(ours),
            cursor=urlencode(cursors | {account: feed.cursor or since}),
            # A list that does not get on would be read for ever.
            more=bool(feed.shipments) and moved_on,
        )

    def refresh(self) -> int:
        listed = self._listed()
        return len(listed if listed is not None else self._read_classes())

    # how it stands at POV

    def _called(self, job: Job) -> wire.Order | None:
        """The order under our reference; of several that is the one that is not cancelled."""
        with self._accounts.at(job.account) as client:
            found = client.orders_called(job.external_id)
        alive = [order for order in found if self._seen(order, job).phase is not VendorPhase.CANCELLED]
        if len(alive) > 1:
            refs = " and ".join(order.ref for order in alive[:5])
            raise Refused(
                f"POV has more than one order under {job.external_id}: {refs}. Have all but one cancelled there, "
                "then try again."
            )
        return next(iter([*alive, *found]), None)

    def _seen(self, order: wire.Order, job: Job) -> VendorOrder:
        return mapping.vendor_order(order, job, self._profile)

    def _delete(self, account: str, ref: str) -> Verdict | None:
        """What they said against it, which the read that follows may overrule."""
        try:
            with self._accounts.at(account) as client:
                client.cancel(ref)
        except (Refused, Unclear) as answer:
            return answer
        return None

    def _references(self, client: Client, shipments: Sequence[wire.Shipment]) -> Iterator[str]:
        for shipment in shipments:
            if shipment.reference:
                yield shipment.reference
        for ref in dict.fromkeys(one.order_ref for one in shipments if not one.reference and one.order_ref):
            order = client.order(ref)
            if order:
                yield order.reference

    # mail classes

    def _listed(self) -> Sequence[MailClass] | None:
        """Those that need no asking: the profile's own, or none where there is no list to ask for."""
        if self._profile.mail_classes is not None:
            return [MailClass(code=one.code, name=one.name) for one in self._profile.mail_classes]
        return None if self._profile.paths.mail_classes else ()

    def _cached_classes(self) -> Sequence[MailClass]:
        namespace, key = self._shelf()
        held = self._access.cache.get(namespace, [key]).get(key)
        try:
            return _CLASSES.validate_json(held) if held else self._read_classes()
        except ValidationError:
            return self._read_classes()

    def _read_classes(self) -> Sequence[MailClass]:
        with self._accounts.at(self._settings.mode) as client:
            read = [MailClass(code=one.code, name=one.name) for one in client.classes()]
        namespace, key = self._shelf()
        text = json.dumps([one.model_dump(mode="json") for one in read])
        self._access.cache.put(namespace, {key: text}, CLASSES_KEPT)
        return read

    def _shelf(self) -> tuple[str, str]:
        """Named after what was asked, so that another address or profile is another list."""
        mode = self._settings.mode
        asked = [self._settings.base_url(mode), self._profile.paths.mail_classes, mode.value]
        where = self._profile.answer.mail_class.model_dump(mode="json")
        return f"{self._access.connection_id}/mail-classes", digest([asked, where])


def _since(client: Client, cursor: str) -> wire.Feed:
    """A cursor that POV will not take any more is no reason to hear nothing: the list is read from its start, and
    what is told twice changes nothing."""
    try:
        return client.shipments(cursor)
    except Refused:
        if not cursor:
            raise
        return client.shipments("")


def _same(asked: str, told: str, verdict: type[Verdict]) -> None:
    """An answer about another order must never be taken for ours. They may leave the id out."""
    if told and told != asked:
        raise verdict(f'POV was asked about order "{asked}" and answered with "{told[:100]}".')
