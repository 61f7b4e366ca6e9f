"""Planning: what a fresh look at an order means for the jobs it already has.

Pure and repeatable: the same record, order and plan give the same result, so a hint that comes twice,
late or out of order changes nothing that the first one did not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from platen.domain.amending import changes, may_be_amended, pieces_of, was_let_go, without
from platen.domain.attention import Attention, Cause, Problem
from platen.domain.calling_off import MID_SEND, taken_back, without_jobs
from platen.domain.content import CANCELLED, UNPLANNED, Content, content_of
from platen.domain.heads import new_head, next_look
from platen.domain.job import UNDISPATCHED, Hold, Job, JobLine, JobState, external_id
from platen.domain.model import Value
from platen.domain.order import Order
from platen.domain.record import CancelWish, OrderBody, OrderHead, OrderRecord, step_job
from platen.domain.routing import Plan
from platen.domain.shares import shares_beside
from platen.domain.tracking import shipped_of

_GONE_BY_A_LOOK = frozenset(
    {
        Cause.MOVED_IN,
        Cause.UNROUTED_LINE,
        Cause.SHIP_TO_MISSING,
        Cause.SHIP_TO_HIDDEN,
        Cause.STORE_LOST_IT,
    }
)
"""What a fresh look at the order finds again, if it is still so."""
_LINE_GONE = "This line is gone from the order, so nobody can be told what to make of it. Cancel this job."


class Planned(Value):
    """The outcome: the record to save, and what has to be said to whom once it is saved."""

    record: OrderRecord
    dispatch: tuple[str, ...]
    """Jobs with something to be done at their vendor."""
    again: bool
    """A job is being sent at this moment, and the plan is not what it was: look again shortly."""


def is_old_news(record: OrderRecord | None, order: Order) -> bool:
    """True when this very version of the order has been planned already."""
    return record is not None and record.head.body.partition("-")[0] == order.fingerprint()


def apply_plan(
    record: OrderRecord | None,
    body: OrderBody,
    plan: Plan,
    *,
    now: datetime,
    replan: bool = False,
    new_folder: str = "",
) -> Planned:
    """Bring a record (None: a new order) in line with what the order asks for now.

    Jobs that no vendor has seen are rewritten or cancelled. Jobs that a vendor has, or may have, are
    never changed: what no longer fits goes to a person, and a cancel is passed on.

    ``replan``: a person asked, so what waits is tried again as it is. ``new_folder``: where a new order goes.
    """
    record = record or OrderRecord(head=new_head(body.order, now, new_folder))
    planner = _Planner(record, body, plan, now, replan)
    return planner.run()


class _Planner:
    def __init__(self, record: OrderRecord, body: OrderBody, plan: Plan, now: datetime, replan: bool) -> None:
        self.before = record
        self.order = body.order
        self.plan = plan
        self.now = now
        self.replan = replan
        self.printing = body.printing
        self.name = body.name
        self.jobs = dict(record.jobs)
        self.again = False
        self.lines = {line.line_id: line for line in plan.lines}
        # A reprint is beyond what the order asks for: it takes nothing of it.
        asked_for = [job for job in self.jobs.values() if not job.reprint_of]
        self.made = pieces_of(job for job in asked_for if job.bound and not job.cancel_wanted)
        self.bound = pieces_of(job for job in asked_for if job.bound or _given_up(job))
        self.ending = pieces_of(job for job in asked_for if job.bound and job.cancel_wanted and not job.dropped)

    def run(self) -> Planned:
        if self.order.cancelled_at or self.before.head.cancel:
            self.jobs, self.again = without_jobs(self.jobs, self.now)
        else:
            self._look_after_bound_jobs()
            self._rewrite_free_jobs()
            self._share_out()
        head = self._head()
        record = self.before.but(head=head, jobs=self.jobs).settled(self.now)
        dispatch = tuple(job.job_id for job in self.jobs.values() if _needs_dispatch(job))
        return Planned(record=record, dispatch=dispatch, again=self.again)

    # what a vendor has, or may have

    def _look_after_bound_jobs(self) -> None:
        if self.plan.cause:
            return  # the order itself waits for a person; what it asks for is not known
        bound = [job for job in self.jobs.values() if job.bound and job.state is not JobState.SHIPPED]
        amendable = [job for job in bound if self._is_amendable(job)]
        # They first: what they can take off, no person has to be asked about.
        for job in amendable:
            if not job.cancel_wanted:
                self._look_after_amendable(job)
        for job in bound:
            if not job.cancel_wanted and job not in amendable:
                self._look_after_fixed(job)

    def _look_after_fixed(self, job: Job) -> None:
        content = self._asked_of(job)
        seen = not job.asked or job.state is JobState.ATTENTION
        if content.is_what_was_told(Content.read(job.asked or job.content)) and seen:
            return
        if job.state in MID_SEND:
            self.again = True
        else:
            self._put(self._changed(job, content))

    def _is_amendable(self, job: Job) -> bool:
        gone = any(self.order.line(line.line_id) is None for line in job.lines)
        # A reprint keeps its lines; told anew it would be told of nothing, where they are gone from the order.
        return job.vendor in self.plan.amends and may_be_amended(job) and not (job.reprint_of and gone)

    def _look_after_amendable(self, job: Job) -> None:
        """Its vendor takes changes: whatever there is of them, a corrected address or a note, is told."""
        if job.state in MID_SEND:
            asked = Content.read(job.asked or job.content)
            self.again |= job.body != self.name or not self._asked_of(job).is_what_was_told(asked)
            return
        whole = self._asked_of(job.but(lines=job.lines_there))
        let_go = was_let_go(job, whole)
        off = {} if let_go else self._taken_off(job)
        lines = without(job.lines_there, off)
        if not lines:
            self._put(self._called_off(job))
            return
        content = whole if let_go else self._content(job, lines)
        known = job.body == self.name and job.lines == lines
        if not known or not content.is_what_was_told(Content.read(job.asked or job.content)):
            self._put(self._amended(job, lines, content))

    def _taken_off(self, job: Job) -> dict[str, int]:
        """line id -> how many are taken off this job, and so off no other. What has shipped stays its own."""
        shipped = shipped_of(self.before, job)
        excess = self._excess(job)
        off = {
            line.line_id: max(0, min(excess.get(line.line_id, 0), line.quantity - shipped[line.line_id]))
            for line in job.lines_there
        }
        for line_id, count in off.items():
            self.made[line_id] -= count
        return off

    def _called_off(self, job: Job) -> Job:
        """Nothing is left of it. It is bound until its vendor says that it is over."""
        asked = str(Content.read(job.content).but(too_many=CANCELLED))
        return job.but(cancel_wanted=True, amend_wanted=False, asked=asked, due_at=self.now + UNDISPATCHED)

    def _amended(self, job: Job, lines: tuple[JobLine, ...], content: Content) -> Job:
        """``asked`` becomes ``content``, and ``lines`` what is there, once the vendor has taken it."""
        return job.but(
            lines=lines,
            told_lines=job.lines_there if lines != job.lines_there else (),
            body=self.name,
            asked=str(content),
            amend_wanted=True,
            hold=self._hold_of(job.vendor),
            due_at=self.now + UNDISPATCHED,
        )

    def _hold_of(self, vendor: str) -> Hold:
        return self.plan.hold if vendor in self.plan.takes_waiting else Hold.NONE

    def _changed(self, job: Job, content: Content) -> Job:
        """In attention, with what changed; beside another trouble, where there is one already."""
        problems = changes(job, content, self._excess(job), self.order)
        old = job.attention
        if old and old.cause is Cause.CHANGED_AFTER_SENT:
            attention = old.but(problems=problems)
        elif old:
            new = tuple(problem for problem in problems if problem not in old.problems)
            attention = old.but(problems=old.problems + new)
        else:
            attention = Attention(cause=Cause.CHANGED_AFTER_SENT, problems=problems, since=self.now)
        return step_job(job, JobState.ATTENTION, attention=attention, asked=str(content))

    def _excess(self, job: Job) -> dict[str, int]:
        if job.reprint_of:
            return {}
        totals = self.plan.totals()
        made = {line.line_id: self.made[line.line_id] for line in job.lines_there}
        return {
            line_id: count - totals.get(line_id, 0)
            for line_id, count in made.items()
            if count > totals.get(line_id, 0)
        }

    def _asked_of(self, job: Job) -> Content:
        content = self._content(job, job.lines, self._excess(job))
        if all(line.line_id in self.lines for line in job.lines):
            return content
        # A line that is gone, or left to others, says nothing of its print details.
        return content.but(what=Content.read(job.content).what)

    # what no vendor has seen

    def _rewrite_free_jobs(self) -> None:
        wanted = {} if self.plan.cause else self._wanted()
        for job in list(self.jobs.values()):
            if job.bound or job.state is JobState.CANCELLED:
                continue
            if job.reprint_of:
                self._put(self._once_more(job))
                continue
            # A vendor's second free job finds nothing left to ask for: the first has it all.
            lines = wanted.pop((job.vendor, job.account), None)
            self._put(self._rewritten(job, lines) if lines else taken_back(job))
        for key, lines in wanted.items():
            self._put(self._filled(self._new_job(key), lines))

    def _once_more(self, job: Job) -> Job:
        """A reprint has its lines; where it goes is what the order says now."""
        if self.order.ship_to:
            return self._rewritten(job, job.lines)
        return job.but(content=UNPLANNED) if job.state is JobState.READY else job

    def _wanted(self) -> dict[tuple[str, str], tuple[JobLine, ...]]:
        wanted: dict[tuple[str, str], list[JobLine]] = defaultdict(list)
        for line in self.plan.lines:
            if self.plan.waiting_for and (self.order.pending or not self._hold_of(line.vendor)):
                continue
            left = line.quantity - self.bound[line.line_id]
            # What is being cancelled is wanted again: when that is through, it is planned anew.
            self.again |= 0 < self.ending[line.line_id] > -left
            if left > 0:
                wanted[line.vendor, line.account].append(JobLine(line_id=line.line_id, quantity=left))
        return {key: tuple(lines) for key, lines in wanted.items()}

    def _rewritten(self, old: Job, lines: tuple[JobLine, ...]) -> Job:
        same = old.content == str(self._content(old, lines))
        held = self._held(old.but(released=old.released if same else ()), lines)
        as_before = held == _waits_for(old, Cause.HELD) or _waits_for(old, Cause.PRINT_DETAILS)
        known = old.attention.problems if old.attention and _waits_for(old, Cause.PRINT_DETAILS) else ()
        if same and as_before and self._wrong(lines) == known and not self.replan:
            return old.but(body=self.name)
        return self._filled(old, lines)

    def _filled(self, job: Job, lines: tuple[JobLine, ...]) -> Job:
        content = str(self._content(job, lines))
        released = job.released if content == job.content else ()
        job = job.but(
            lines=lines,
            content=content,
            asked="",
            body=self.name,
            test=self.order.test,
            released=released,
            hold=self._hold_of(job.vendor),
        )
        wrong = self._wrong(lines)
        if wrong:
            return self._waiting(job, Cause.PRINT_DETAILS, wrong)
        if self._held(job, lines):
            return self._waiting(job, Cause.HELD, (Problem(what=self._held_by(lines)),))
        return step_job(job, JobState.READY, due_at=self.now + UNDISPATCHED)

    def _waiting(self, job: Job, cause: Cause, problems: tuple[Problem, ...]) -> Job:
        since = job.attention.since if job.attention else self.now
        attention = Attention(cause=cause, problems=problems, since=since)
        return step_job(job, JobState.ATTENTION, attention=attention, due_at=None)

    def _held(self, job: Job, lines: tuple[JobLine, ...]) -> bool:
        """By a link that waits for a person; not once that person has released this very content."""
        return Cause.HELD not in job.released and bool(self._holders(lines))

    def _holders(self, lines: tuple[JobLine, ...]) -> list[str]:
        planned = (self.lines.get(line.line_id) for line in lines)
        return sorted({line.link for line in planned if line and line.held})

    def _held_by(self, lines: tuple[JobLine, ...]) -> str:
        return f"The link {' and '.join(self._holders(lines))} holds it: look at it, then release or cancel it."

    def _content(self, job: Job, lines: tuple[JobLine, ...], too_many: Mapping[str, int] | None = None) -> Content:
        messages = self.plan.messages.get(job.vendor, ("", ""))
        hold = self._hold_of(job.vendor)
        return content_of(self.order, self.printing, lines, too_many or {}, messages, hold)

    def _wrong(self, lines: tuple[JobLine, ...]) -> tuple[Problem, ...]:
        mine = {line.line_id for line in lines}
        gone = (line_id for line_id in sorted(mine) if self.order.line(line_id) is None)
        missing = tuple(Problem(what=_LINE_GONE, line_id=line_id, field="line") for line_id in gone)
        return missing + tuple(problem for problem in self.plan.details_wrong if problem.line_id in mine)

    def _new_job(self, key: tuple[str, str]) -> Job:
        job_id = str(1 + max((int(one) for one in self.jobs), default=0))
        order_id = self.before.head.order_id
        return Job(
            order_id=order_id,
            job_id=job_id,
            store=self.order.connection,
            vendor=key[0],
            account=key[1],
            external_id=external_id(self.order.number, order_id, job_id),
            state=JobState.READY,
            lines=(),
            body=self.name,
            content=UNPLANNED,
            planned_at=self.now,
        )

    def _share_out(self) -> None:
        """What belongs to the order as a whole, over its jobs; what a vendor was told stays told."""
        over = [job for job in self.jobs.values() if job.state is JobState.CANCELLED or job.cancel_wanted]
        live = [job for job in self.jobs.values() if job not in over and not job.reprint_of]
        told = [(job.lines, job.shares) for job in live if job.bound and not job.amend_wanted]
        free = {job.job_id: job.lines for job in live if not job.bound or job.amend_wanted}
        for job_id, share in shares_beside(self.order, free, told).items():
            if self.jobs[job_id].shares != share:
                self._put(self.jobs[job_id].but(shares=share))

    # the head

    def _head(self) -> OrderHead:
        old = self.before.head
        newly_cancelled = bool(self.order.cancelled_at) and old.cancelled_at is None
        changes = {
            "number": self.order.number,
            "store_updated_at": max(old.store_updated_at, self.order.updated_at),
            # While a job is mid-send the old name stays, so that the next look is not taken for old news.
            "body": old.body if self.again else self.name,
            "cancelled_at": self.order.cancelled_at,
            "cancel": self._wish(),
            "waiting_for": self.plan.waiting_for,
            "look_at": self._look_at(),
            "nothing_because": self.plan.nothing_because,
            "left_because": self.plan.left_because,
            "attention": self._own_attention(newly_cancelled),
        }
        head = old.but(**changes)
        return head if head == old else head.but(changed_at=self.now)

    def _wish(self) -> CancelWish | None:
        """A person's cancel has come to its end once the store shows it."""
        wish = self.before.head.cancel
        return wish.but(told_at=self.now) if wish and wish.pending and self.order.cancelled_at else wish

    def _look_at(self) -> datetime | None:
        old = self.before.head
        if old.cancel and old.cancel.pending and not self.order.cancelled_at:
            return next_look(old, self.now)
        if not self.plan.waiting_for:
            return None
        return old.look_at if old.waiting_for == self.plan.waiting_for else next_look(old, self.now)

    def _own_attention(self, newly_cancelled: bool) -> Attention | None:
        old = self.before.head.attention
        if newly_cancelled and any(job.state is JobState.SHIPPED for job in self.jobs.values()):
            problem = Problem(what="The store cancelled the order after it had been shipped.")
            return Attention(cause=Cause.CANCELLED_AFTER_SHIPPED, problems=(problem,), since=self.now)
        if self.plan.cause:
            since = old.since if old and old.cause is self.plan.cause else self.now
            return Attention(cause=self.plan.cause, problems=self.plan.problems, since=since)
        return old if old and old.cause not in _GONE_BY_A_LOOK else None

    def _put(self, job: Job) -> None:
        self.jobs[job.job_id] = job


def _given_up(job: Job) -> bool:
    """A person said that it is not made, and did not think better of it."""
    return job.dropped and job.state is JobState.CANCELLED


def _waits_for(job: Job, cause: Cause) -> bool:
    return job.attention is not None and job.attention.cause is cause


def _needs_dispatch(job: Job) -> bool:
    ready = job.state is JobState.READY and job.content != UNPLANNED
    return ready or (job.cancel_wanted and job.at_vendor) or job.to_be_amended
