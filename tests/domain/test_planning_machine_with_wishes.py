"""The same life of an order, with a person who has things made anew, or calls the whole order off."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from platen.domain.content import UNPLANNED
from platen.domain.job import Job, JobState
from platen.domain.planning import Planned
from platen.domain.record import CancelWish, OrderRecord
from platen.usecases.cancel import called_off
from platen.usecases.decide import NotPossible
from platen.usecases.reprint import with_reprint
from tests.domain.test_planning_machine import RARELY, AnOrdersLife


def reprints(record: OrderRecord) -> list[Job]:
    return [job for job in record.jobs.values() if job.reprint_of]


class AnOrdersLifeWithWishes(AnOrdersLife):
    @precondition(lambda self: self.record.jobs)
    @rule(data=st.data(), part=st.booleans())
    def have_it_made_anew(self, data: st.DataObject, part: bool) -> None:
        job = self.some(data, *JobState)
        lines = {job.lines[0].line_id: 1} if part and job.lines else {}
        with suppress(NotPossible):
            self.record, new = with_reprint(self.record, job.job_id, lines=lines, reason="torn", now=self.now)
            assert self.record.jobs[new].content == UNPLANNED

    @rule(really=RARELY, at_store=st.booleans())
    def call_it_off(self, really: bool, at_store: bool) -> None:
        if really:
            with suppress(NotPossible):
                wish = CancelWish(who="tester", at=self.now, at_store=at_store)
                self.record, _ = called_off(self.record, wish)
                self.check_nothing_is_left_to_send(self.record)

    def check_quantities(self, outcome: Planned) -> None:
        """What is made anew is beyond all that the order asks for: without it all is as it was."""
        record = outcome.record
        again = reprints(record)
        for job in again:
            if job.state is JobState.READY and self.order.ship_to:
                assert job.content != UNPLANNED
                assert job.job_id in outcome.dispatch
            assert "too many" not in str(job.attention), "it was wanted on purpose"
        for old in reprints(self.record):
            assert record.jobs[old.job_id].lines == old.lines
        rest = {key: job for key, job in record.jobs.items() if not job.reprint_of}
        super().check_quantities(outcome.but(record=record.but(jobs=rest)))

    def check_nothing_is_hidden(self, outcome: Planned) -> None:
        head = outcome.record.head
        if not head.cancel:  # of what is called off, nobody minds a new address
            super().check_nothing_is_hidden(outcome)
            return
        self.check_nothing_is_left_to_send(outcome.record)
        for job in outcome.record.jobs.values():
            if job.at_vendor:
                assert job.cancel_wanted or job.content.endswith("cancelled"), "its vendor is not asked"
            if job.state in (JobState.CLAIMED, JobState.UNKNOWN):
                assert outcome.again or job.cancel_wanted
        if self.order.cancelled_at:
            assert not head.cancel.pending, "the store shows it"
        elif head.cancel.pending:
            assert head.look_at, "the store would never be told"

    def check_nothing_is_left_to_send(self, record: OrderRecord) -> None:
        assert all(job.bound or job.state is JobState.CANCELLED for job in record.jobs.values())


TestAnOrdersLifeWithWishes = AnOrdersLifeWithWishes.TestCase
