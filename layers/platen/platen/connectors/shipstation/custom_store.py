"""The way of the Custom Store: a job is an entry of our own feed, which ShipStation fetches and posts notices of.

::

    submit ──▶ entry, modified now ──▶ fetched in a window ──▶ label ──▶ notice ──▶ read: a parcel
                 ▲ amend, cancel: modified again ──▶ fetched again
                 ▲ read: it was not fetched for long ──▶ modified again
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta

from platen.connectors.answering import stored_credentials
from platen.connectors.shipstation import Credentials, Settings, Way
from platen.connectors.shipstation.client_v1 import ClientV1
from platen.connectors.shipstation.folding import Folded, fold
from platen.connectors.shipstation.mapping import line_item_ids, number_of, sku_of, status_of
from platen.connectors.shipstation.preflight import problems
from platen.connectors.shipstation.xml import WORDS
from platen.domain.attention import Problem
from platen.domain.feed import FeedEntry, FeedStatus
from platen.domain.job import Job, VendorOrder, VendorPhase, read_external_id
from platen.domain.verdicts import AlreadyThere, Later, Refused, Verdict
from platen.ports import Access, Conflict, Finding, JobRequest, News

logger = logging.getLogger("platen.shipstation")

NEWEST = 100
"""Entries that are looked at to see whether any waits to be fetched."""
_TRIES = 5
_STANDS = {
    FeedStatus.UNPAID: "awaiting payment",
    FeedStatus.ON_HOLD: "on hold",
    FeedStatus.PAID: "awaiting shipment",
    FeedStatus.SHIPPED: "shipped",
    FeedStatus.CANCELLED: "cancelled",
}


class CustomStoreWay:
    """Raises the verdicts of ``domain.verdicts``; never Unclear: what is written here is written, or is not."""

    def __init__(self, access: Access, settings: Settings) -> None:
        self._access = access
        self._settings = settings
        self._feed = access.feed
        self._clock = access.clock

    def preflight(self, request: JobRequest) -> Sequence[Problem]:
        return problems(request)

    def find(self, request: JobRequest) -> VendorOrder | None:
        return self.read(request.job)

    def submit(self, request: JobRequest) -> VendorOrder:
        job = request.job
        before = self._feed.get(job.order_id, job.job_id)
        if before and before.external_id == job.external_id:
            raise AlreadyThere(f"{job.external_id} is in the feed already")
        # What is there under an earlier id was cancelled or lost, and a person had the job sent anew.
        entry = self._entry(request).but(replaced=before.version if before else 0)
        try:
            return _seen(self._feed.save(before, entry), Folded(left=1))
        except Conflict:
            raise AlreadyThere(f"{job.external_id} was just put into the feed") from None

    def read(self, job: Job) -> VendorOrder | None:
        entry = self._known(job)
        return self._kept_up(entry) if entry else None

    def amend(self, request: JobRequest) -> VendorOrder:
        job = request.job

        def amended(entry: FeedEntry) -> FeedEntry | None:
            if job.version < entry.job.version:
                return None  # it was overtaken by a newer one
            if entry.status is FeedStatus.CANCELLED:
                raise Refused(f"{job.external_id} is cancelled, so ShipStation is not told of changes any more.")
            if self._folded(entry).is_all:
                raise Refused(f"{job.external_id} is shipped already: ShipStation has made the labels.")
            now = self._entry(request)
            if _told(now) == _told(entry):
                self._quietly(entry, entry.but(job=job))
                return None
            return entry.but(**{name: getattr(now, name) for name in _TOLD}, modified=now.modified)

        entry = self._change(job, amended)
        if entry is None:
            raise Refused(
                f"{job.external_id} is not in the feed for ShipStation: it was kept for as long as it had to be."
            )
        return _seen(entry, self._folded(entry))

    def cancel(self, job: Job) -> VendorOrder | None:
        """It is over only once ShipStation cannot pack it any more: until it has fetched the cancel, it may."""

        def cancelled(entry: FeedEntry) -> FeedEntry | None:
            if entry.status is FeedStatus.CANCELLED:
                return None
            if self._folded(entry).is_all:
                raise Refused(f"{job.external_id} is shipped already: ShipStation has made its labels.")
            return entry.but(status=FeedStatus.CANCELLED, modified=self._clock.now())

        entry = self._change(job, cancelled)
        return self._kept_up(entry) if entry else None

    def locate(self, account: str, vendor_ref: str) -> str | None:  # noqa: ARG002
        """ShipStation knows it by our own id."""
        names = read_external_id(vendor_ref)
        entry = self._feed.get(*names) if names else None
        return vendor_ref if entry and self._is_ours(entry) and entry.external_id == vendor_ref else None

    def news(self, cursor: str) -> News | None:  # noqa: ARG002
        """There is no list: notices come by themselves. But orders that wait are a reason to have it fetch."""
        try:
            self._nudge()
        except Verdict as verdict:
            # It comes by itself too; and were this the trouble of the connection, all of it would stand still.
            logger.warning(
                "could not be nudged", extra={"connection": self._access.connection_id, "why": verdict.words}
            )
        return None

    def check(self) -> list[Finding]:
        credentials = stored_credentials(self._access, Credentials, "Custom Store user name and password")
        if not credentials.allows(Way.CUSTOM_STORE):
            return [
                Finding(
                    ok=False,
                    what="There are no Custom Store user name and password, so ShipStation cannot fetch.",
                    fix="Put both in, and type the same into ShipStation's Custom Store form.",
                )
            ]
        words = ", ".join(f"{_FORM[status]} {word}" for status, word in WORDS.items())
        return [
            Finding(ok=True, what="ShipStation can log in with the Custom Store's user name and password."),
            Finding(ok=True, what=f"The statuses to type into ShipStation's form, exactly so: {words}."),
            *self._check_nudge(credentials),
        ]

    # how an entry changes

    def _known(self, job: Job) -> FeedEntry | None:
        entry = self._feed.get(job.order_id, job.job_id)
        return entry if entry and self._is_ours(entry) and entry.external_id == job.external_id else None

    def _is_ours(self, entry: FeedEntry) -> bool:
        return entry.connection == self._access.connection_id

    def _entry(self, request: JobRequest) -> FeedEntry:
        job = request.job
        lines = filter(None, (request.order.line(one.line_id) for one in job.lines))
        return FeedEntry(
            connection=self._access.connection_id,
            order_id=job.order_id,
            job_id=job.job_id,
            number=number_of(request),
            status=status_of(job),
            job=job,
            gift_message=request.gift_message,
            packing_message=request.packing_message,
            skus={line.line_id: sku_of(line) for line in lines if sku_of(line)},
            modified=self._clock.now(),
        )

    def _change(self, job: Job, change: Callable[[FeedEntry], FeedEntry | None]) -> FeedEntry | None:
        """The entry with a change that is decided on what is stored, each time anew (None: it stays as it is)."""
        for _ in range(_TRIES):
            entry = self._known(job)
            if entry is None:
                return None
            try:
                after = change(entry)
                return self._feed.save(entry, after) if after else self._known(job)
            except Conflict:
                continue
        raise Later(f"The feed's entry of {job.external_id} is being written by others.")

    def _quietly(self, before: FeedEntry, after: FeedEntry) -> None:
        """Write what makes no difference to ShipStation: it need not fetch it again.

        Should the mark not be made any more, it is fetched once too often, which changes nothing there.
        """
        if before == after:
            return
        saved = self._feed.save(before, after)
        if before.is_fetched:
            self._feed.mark_fetched([saved], before.fetched_at or self._clock.now())

    def _kept_up(self, entry: FeedEntry) -> VendorOrder:
        """How it stands, with the entry brought to what it has to be by now.

        One that is shipped is shown as such, should ShipStation ask for a wide window later: it must not come up
        for packing again.

        One that was not fetched for twice the time in which ShipStation comes is modified anew, so that the next
        window has it. Windows are asked for once, to the minute, while what is written shows in the feed's index a
        moment later, and by a clock of its own: an entry can fall between two of them.
        """
        folded = self._folded(entry)
        try:
            if folded.is_all and entry.status is not FeedStatus.CANCELLED:
                entry = self._as_shipped(entry)
            elif not entry.is_fetched and self._clock.now() - entry.modified > self._patience:
                entry = self._feed.save(entry, entry.but(modified=self._clock.now()))
        except Conflict:
            entry = self._feed.get(entry.order_id, entry.job_id) or entry
        return _seen(entry, folded)

    def _as_shipped(self, entry: FeedEntry) -> FeedEntry:
        if entry.status is not FeedStatus.SHIPPED:
            entry = self._feed.save(entry, entry.but(status=FeedStatus.SHIPPED))
        if entry.is_fetched:
            return entry
        # ShipStation said so itself, so there is nothing it has to fetch.
        marked = self._feed.mark_fetched([entry], entry.fetched_at or self._clock.now())
        return next(iter(marked), entry)

    @property
    def _patience(self) -> timedelta:
        return 2 * timedelta(minutes=self._settings.fetch_minutes)

    # how it stands

    def _folded(self, entry: FeedEntry) -> Folded:
        return fold(entry, self._feed.notices(entry.order_id, entry.job_id))

    # the nudge

    def _nudge(self) -> None:
        """Ask ShipStation to fetch now (V1's refreshstore): left alone it comes when it has time to spare."""
        store_id = self._settings.v1_store_id
        if store_id is None or not self._feed.waiting(self._access.connection_id, NEWEST):
            return
        credentials = stored_credentials(self._access, Credentials, "Custom Store user name and password")
        if credentials.v1_login:
            self._v1(credentials.v1_login).refresh_store(store_id)

    def _v1(self, login: tuple[str, str]) -> ClientV1:
        return ClientV1(self._access.http, self._clock, self._settings.base_url_v1, login)

    def _check_nudge(self, credentials: Credentials) -> list[Finding]:
        if self._settings.v1_store_id is None and credentials.v1_login is None:
            return []
        if self._settings.v1_store_id is None or credentials.v1_login is None:
            lacks = "the store ID in ShipStation" if self._settings.v1_store_id is None else "a V1 key and secret"
            return [Finding(ok=True, what=f"ShipStation is not nudged to fetch: that also needs {lacks}.")]
        return [Finding(ok=True, what="ShipStation is nudged to fetch when orders wait.")]


_FORM = {
    FeedStatus.UNPAID: "Unpaid",
    FeedStatus.ON_HOLD: "On-Hold",
    FeedStatus.PAID: "Paid",
    FeedStatus.SHIPPED: "Shipped",
    FeedStatus.CANCELLED: "Cancelled",
}
_TOLD = ("number", "status", "job", "gift_message", "packing_message", "skus")
_JOB_TOLD = {"external_id", "lines", "body", "shares", "mail_class", "hold", "reprint", "reason", "store"}


def _told(entry: FeedEntry) -> object:
    """What ShipStation is told of it: the job's own traces of how it is dealt with here are none of that."""
    outside = entry.model_dump(include=set(_TOLD) - {"job"})
    return outside, entry.job.model_dump(include=_JOB_TOLD)


def _seen(entry: FeedEntry, folded: Folded) -> VendorOrder:
    phase, words = _standing(entry, folded)
    if folded.guessed:
        words += "; a notice did not say which items it is about"
    if folded.of_earlier:
        words += "; ShipStation also shipped something under an earlier id of it"
    return VendorOrder(
        ref=entry.external_id,
        external_id=entry.external_id,
        phase=phase,
        words=words,
        lines=line_item_ids(entry.job),
        parcels=folded.parcels,
    )


def _standing(entry: FeedEntry, folded: Folded) -> tuple[VendorPhase, str]:
    if entry.status is FeedStatus.CANCELLED:
        return _cancelled(entry, folded)
    if folded.is_all:
        return VendorPhase.SHIPPED, "shipped"
    change = "" if entry.is_fetched else "; a change waits for ShipStation to fetch it"
    if folded.parcels:
        return VendorPhase.IN_PRODUCTION, f"partly shipped{change}"
    if not entry.was_fetched:
        return VendorPhase.WAITING, "waits for ShipStation to fetch it"
    return VendorPhase.ACCEPTED, f"{_STANDS[entry.status]}{change}"


def _cancelled(entry: FeedEntry, folded: Folded) -> tuple[VendorPhase, str]:
    """A label that was made all the same is told as that; the core has a person look."""
    if folded.parcels:
        return VendorPhase.SHIPPED, "cancelled, but ShipStation shipped " + (
            "it" if folded.is_all else "a part of it"
        )
    if entry.was_fetched and not entry.is_fetched:
        return VendorPhase.ACCEPTED, "cancelled here; ShipStation has not fetched that yet"
    return VendorPhase.CANCELLED, "cancelled" if entry.was_fetched else "cancelled before ShipStation fetched it"
