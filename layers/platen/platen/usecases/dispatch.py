"""Dispatch: a job is claimed, looked up where there is a doubt, and sent to its vendor once.

::

    message ─▶ claim ─▶ (doubt? look up) ─▶ preflight ─▶ submit ─▶ finish
                 │             │ found            │           │
                 │             └────────────────▶ finish      ├─ refused ─▶ attention
                 └─ not ours: done                            ├─ later ───▶ ready, parked
                                                              └─ unclear ─▶ unknown, due after lease + lag
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from platen.connectors import Resend
from platen.domain.attention import Attention, Cause, Problem
from platen.domain.claim import Claim
from platen.domain.connection import Connection
from platen.domain.content import UNPLANNED
from platen.domain.job import UNDISPATCHED, Job, JobState, VendorOrder, VendorPhase
from platen.domain.mail_class import By, choose
from platen.domain.making import ArtworkCheck
from platen.domain.record import step_job
from platen.domain.verdicts import AlreadyThere, Denied, Later, Refused, Unclear, Verdict
from platen.hub import Hub
from platen.messages import JobHint, OrderHint, Queue
from platen.observability import count, logger
from platen.ports import Conflict, JobRequest, NotClaimed, NotFound, Vendor
from platen.usecases import gone, health
from platen.usecases.artwork import look_at_artwork
from platen.usecases.at_vendor import FIRST_NEWS, NO_BODY, request_of, save_job_with_order
from platen.usecases.pass_on import pass_on

LEASE = timedelta(seconds=120)
"""Longer than the function's timeout (90 s), so that a worker cannot outlive it."""
SEND_SECONDS = 30
"""How much of the lease must be left for a request to be begun."""
LOOKING = timedelta(seconds=40)
"""So long after the claim artwork may be looked at: what is begun then (8 s) still leaves the function (90 s) the
time that sending needs."""
MARGIN = timedelta(seconds=5)
MOST_ATTEMPTS = 20
"""After so many a doubt is shown to a person: waiting longer alone will not end it."""
MOST_WARNINGS = 5


def dispatch(hub: Hub, hint: JobHint) -> None:
    """Do what a job needs at its vendor: send it, or pass on what became of its order since."""
    connection = hub.still_there(hint.connection)
    if connection is None:
        gone.pass_over(hint)
        gone.let_go(hub, hint.connection, hint.order_id, hint.job_id)
        return
    parked = health.parked_until(hub, connection.connection_id)
    if parked:
        _park(hub, hint, parked)
        return
    claim = new_claim(hub, hub.connector(connection.system).search_lag, LEASE)
    try:
        job = hub.orders.claim_job(hint.order_id, hint.job_id, claim)
    except NotClaimed as taken:
        if isinstance(taken.current, Job):
            pass_on(hub, connection, taken.current)
        return
    if job.vendor != connection.connection_id:
        raise ValueError(f"job {job.order_id}/{job.job_id} is not {connection.connection_id}'s")
    _Sending(hub, connection, job).run()


def new_claim(hub: Hub, lag: timedelta, lease: timedelta) -> Claim:
    now = hub.clock.now()
    lease_until = now + lease
    return Claim(token=hub.new_token(), now=now, lease_until=lease_until, due_at=lease_until + lag + MARGIN)


class _Sending:
    """One claimed attempt, from the look-up to the finish."""

    def __init__(self, hub: Hub, connection: Connection, job: Job) -> None:
        self.hub = hub
        self.connection = connection
        self.job = job
        self.policy = hub.connector(connection.system).resend
        self.sending = False
        self.answered = False

    def run(self) -> None:
        if self.job.content == UNPLANNED:
            self._look_first()
            return
        vendor = self.hub.vendor(self.connection)
        try:
            body = self.hub.orders.body(self.job.order_id, self.job.body)
            self._have_it_made(vendor, request_of(self.connection, self.job, body))
        except NotFound:
            self._without_its_content()
        except Refused as refused:
            self._wait_for_a_person(Cause.VENDOR_REFUSED, refused.problems)
        except Verdict as verdict:
            self._not_now(verdict)
        else:
            if self.answered:
                health.worked(self.hub, self.connection.connection_id)

    def _without_its_content(self) -> None:
        """A doubt is not ended by reading the order again: what the vendor may have must not be changed by that."""
        if self.job.doubt:
            self._unconfirmed("it cannot be looked for, as the order's content is not kept any more")
        else:
            self._wait_for_a_person(Cause.PREFLIGHT, (Problem(what=NO_BODY),))

    def _look_first(self) -> None:
        """Nobody has looked at its order since it was made up: its message was lost, or the store is away."""
        record = self.hub.orders.load(self.job.order_id)
        if record:
            head = record.head
            hint = OrderHint(connection=head.connection, store_order_id=head.store_order_id, remap=True)
            self.hub.queues.send(Queue.INTAKE, [hint])
        self._save(step_job(self.job, JobState.READY, due_at=self.hub.clock.now() + UNDISPATCHED))

    def _have_it_made(self, vendor: Vendor, request: JobRequest) -> None:
        not_the_first = self.job.doubt or self.job.attempt > 1
        if self.job.doubt:
            if self.policy is Resend.NONE:
                self._unconfirmed("an earlier attempt ended without an answer")
                return
            found = vendor.find(request)
            if found:
                self._finish(found)
                return
            if self.job.vendor_phase is not VendorPhase.UNKNOWN:
                raise Unclear(_NOT_SHOWN)
            # Asked after the lease and the search's lag: it is not there. A key is only asked by using it.
            self.job = self.job.but(doubt=self.policy is Resend.NATIVE_KEY)
        if not_the_first and not self.job.doubt and self._is_cancelled():
            self._save_with_order(step_job(self.job, JobState.CANCELLED, due_at=None))
            return
        classed = self._in_its_class(vendor, request)
        if classed is None:
            return
        problems = tuple(vendor.preflight(classed))
        if problems:
            self._wait_for_a_person(Cause.PREFLIGHT, problems)
        elif not self._artwork_stops_it(vendor, classed):
            self._submit(vendor, replace(classed, job=self.job))

    def _in_its_class(self, vendor: Vendor, request: JobRequest) -> JobRequest | None:
        """The request with its mail class; None when a person has to say which."""
        connector = self.hub.connector(self.connection.system)
        default = connector.default_class(self.hub.settings(self.connection))
        choice = choose(request.order, self.connection.making, vendor.classes(), default=default)
        if choice.problem and not (choice.code and Cause.MAIL_CLASS in self.job.released):
            self._wait_for_a_person(Cause.MAIL_CLASS, (choice.problem,))
            return None
        if choice.by is By.DEFAULT:
            count("MailClassFallback")
        self.job = self.job.but(mail_class=choice.code, mail_class_by=choice.by)
        return replace(request, job=self.job, mail_class=choice.code)

    def _artwork_stops_it(self, vendor: Vendor, request: JobRequest) -> bool:
        check = self.connection.making.artwork
        prints = self.hub.connector(self.connection.system).prints
        if check is ArtworkCheck.OFF or self.hub.artwork is None or not prints:
            return False
        deadline = (self.job.lease_until or self.hub.clock.now()) - LEASE + LOOKING
        problems = look_at_artwork(self.hub, self.hub.artwork, vendor, request, deadline)
        if problems and check is ArtworkCheck.STOP and Cause.ARTWORK not in self.job.released:
            self._wait_for_a_person(Cause.ARTWORK, problems)
            return True
        if problems:
            count("ArtworkWarnings")
        self.job = self.job.but(warnings=tuple(problem.what for problem in problems[:MOST_WARNINGS]))
        return False

    def _submit(self, vendor: Vendor, request: JobRequest) -> None:
        lease_until = self.job.lease_until or self.hub.clock.now()
        if lease_until - self.hub.clock.now() < timedelta(seconds=SEND_SECONDS):
            # Getting ready took too long: the next claim has time enough.
            self._save(step_job(self.job, JobState.READY, due_at=self.hub.clock.now()))
            return
        self.sending = True
        try:
            made = vendor.submit(request)
        except AlreadyThere:
            made = self._already_there(vendor, request)
        self._finish(made)

    def _is_cancelled(self) -> bool:
        """The store, or a person, may have cancelled it since it was claimed for the first time: what is being
        sent is left alone by planning."""
        if self.job.cancel_wanted:
            return True
        record = self.hub.orders.load(self.job.order_id)
        return record is not None and bool(record.head.cancelled_at or record.head.cancel)

    def _already_there(self, vendor: Vendor, request: JobRequest) -> VendorOrder:
        # Whatever keeps us from finding it now: it is there, and is looked for until it shows.
        self.job = self.job.but(doubt=True, vendor_phase=VendorPhase.WAITING)
        found = vendor.find(request)
        if found is None:
            raise Unclear(_NOT_SHOWN)
        return found

    # how it ends

    def _finish(self, made: VendorOrder) -> None:
        self.answered = True
        now = self.hub.clock.now()
        after = step_job(
            self.job,
            JobState.SENT,
            vendor_ref=made.ref,
            vendor_phase=made.phase,
            vendor_words=made.words,
            vendor_lines=made.lines,
            sent_at=now,
            heard_at=now,
            doubt=False,
            due_at=now if self.job.cancel_wanted else now + FIRST_NEWS,
        )
        if made.phase is VendorPhase.CANCELLED:
            # Found under our id, but cancelled there: it will not be made unless a person says so.
            problem = Problem(what=f"The vendor has this order, but it is cancelled there ({made.ref}).")
            attention = Attention(cause=Cause.VENDOR_CANCELLED, problems=(problem,), since=now)
            self._save_with_order(step_job(after, JobState.ATTENTION, attention=attention))
            return
        if self.connection.making.after_import:
            self._save_with_order(after)
        else:
            self._save(after)
        count("JobsSent")

    def _not_now(self, verdict: Verdict) -> None:
        name, tries = self.connection.connection_id, self.job.attempt - 1
        its_own = health.is_its_own(self.hub, name, verdict, tries)
        again = health.failed_again(self.hub, name, verdict, tries)
        made_nothing = isinstance(verdict, Later | Denied)
        if not self.job.doubt and (made_nothing or not self.sending):
            if its_own:
                what = f"It was not sent to {name}, which was asked over and over: {verdict.words}"
                self._wait_for_a_person(Cause.VENDOR_REFUSED, (Problem(what=what),))
            else:
                self._save(step_job(self.job, JobState.READY, due_at=again))
        elif its_own if made_nothing else self.policy is Resend.NONE or self.job.attempt >= MOST_ATTEMPTS:
            self._unconfirmed(verdict.words)
        else:
            self._save(step_job(self.job, JobState.UNKNOWN, doubt=True, due_at=_not_before(self.job, again)))

    def _unconfirmed(self, words: str) -> None:
        what = (
            f"It is not known whether {self.connection.connection_id} has this order: {words}. Look there for"
            f" {self.job.external_id}. If it is there: mark it sent. If it is not: send it again."
        )
        self.job = self.job.but(doubt=True)
        self._wait_for_a_person(Cause.UNCONFIRMED, (Problem(what=what),))

    def _wait_for_a_person(self, cause: Cause, problems: tuple[Problem, ...]) -> None:
        attention = Attention(cause=cause, problems=problems, since=self.hub.clock.now())
        self._save_with_order(step_job(self.job, JobState.ATTENTION, attention=attention, due_at=None))

    def _save(self, after: Job) -> None:
        """Losing here means that somebody claimed it after our lease; what they find out stands."""
        try:
            self.hub.orders.save_job(self.job, after)
        except Conflict:
            logger.warning("claim lost", extra={"order": after.order_id, "job": after.job_id})

    def _save_with_order(self, after: Job) -> None:
        """With the order's own state, which goes to attention too."""
        save_job_with_order(self.hub, self.job, after)
        if after.state is JobState.ATTENTION:
            count("Attention")


_NOT_SHOWN = "The vendor says it has this order already, but does not show it yet."


def _not_before(job: Job, again: datetime) -> datetime:
    """Never before the claim's own due time: the end of the latest lease plus the search's lag."""
    return max(filter(None, (job.due_at, again)))


def _park(hub: Hub, hint: JobHint, until: datetime) -> None:
    """The job stays ready; the sweep brings it back when the connection is well."""
    record = hub.orders.load(hint.order_id)
    job = record.jobs.get(hint.job_id) if record else None
    if job and job.state is JobState.READY and (job.due_at is None or job.due_at != until):
        with suppress(Conflict):
            hub.orders.save_job(job, job.but(due_at=until))
