"""Watch: a connection that falls silent is shown to a person, once, until it is heard of again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from platen.adapters.dynamodb_items import fields_of
from platen.connectors import Resend
from platen.domain.connection import Health, Role, Sign, Silence
from platen.domain.job import JobState
from platen.domain.verdicts import Unreachable
from platen.messages import PollHint
from platen.ports import Conflict
from platen.usecases import health, sweep
from platen.usecases.poll import poll_store, poll_vendor
from tests.fakes import Lost
from tests.support.doubles import connector_of
from tests.support.stall import StallBench

POLLED, FETCHES = 30, 60
THE_PAGE = "Look at the press's own page for it."


@pytest.fixture
def bench() -> StallBench:
    """The press is polled every half hour, and is to fetch every hour; no schedule stands."""
    bench = StallBench(Resend.LOOKUP)
    bench._systems["press"] = connector_of(
        "press",
        Role.VENDOR,
        bench.vendor,
        poll_minutes=lambda _settings: POLLED,
        fetch_minutes=lambda _settings: FETCHES,
        when_silent=THE_PAGE,
    )
    for name in bench.schedules.names():
        bench.schedules.remove(name)
    return bench


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """The metrics of the latest sweep."""
    last: dict[str, float] = {}
    monkeypatch.setattr(sweep, "count", lambda name, value=1: last.update({name: value}))
    return last


def silent(bench: StallBench, connection: str = "press") -> list[Sign]:
    sweep.sweep(bench.hub)
    return [one.sign for one in bench.connections.health(connection).silences]


def fetched(bench: StallBench) -> None:
    health.heard(bench.hub, "press", fetched_at=bench.clock.now())


def polled(bench: StallBench) -> None:
    poll_vendor(bench.hub, PollHint(connection="press"))


def writes(bench: StallBench) -> int:
    return bench.switch.calls.count("connections.save_health")


class TestItFallsSilent:
    def test_after_three_of_its_own_intervals_and_not_before(self, bench: StallBench) -> None:
        bench.clock.passes(minutes=3 * POLLED)
        assert silent(bench) == []
        bench.clock.passes(seconds=1)
        assert silent(bench) == [Sign.POLL]
        bench.clock.passes(minutes=3 * FETCHES - 3 * POLLED)
        assert silent(bench) == [Sign.POLL, Sign.FETCH]

    def test_counted_from_the_last_time_it_was_heard_of(self, bench: StallBench) -> None:
        bench.clock.passes(hours=2)
        polled(bench)
        fetched(bench)
        heard = bench.clock.now()
        bench.clock.passes(hours=3, seconds=1)
        assert silent(bench) == [Sign.POLL, Sign.FETCH]
        assert {one.since for one in bench.connections.health("press").silences} == {heard}

    def test_though_its_polls_come_and_fail(self, bench: StallBench) -> None:
        bench.switch.before("vendor.news", Unreachable("down"), times=100)
        for _ in range(10):
            bench.clock.passes(minutes=16)
            polled(bench)
            fetched(bench)
            health.worked(bench.hub, "press")  # what is sent to it gets through
        assert silent(bench) == [Sign.POLL]

    def test_never_where_nothing_is_to_be_heard(self, bench: StallBench) -> None:
        bench.clock.passes(days=30)
        assert silent(bench, "stall") == []

    def test_not_while_it_is_paused(self, bench: StallBench) -> None:
        bench.do("pause", connection="press")
        bench.clock.passes(days=2)
        assert silent(bench) == []

    @pytest.mark.parametrize("again", ["resume", "connect"])
    def test_only_long_after_it_was_begun_anew(self, bench: StallBench, again: str) -> None:
        polled(bench)
        fetched(bench)
        bench.do("pause", connection="press")
        bench.clock.passes(days=2)
        if again == "resume":
            bench.do("resume", connection="press")
        else:
            bench.connections.save(bench.connections.get("press").but(paused=False))
            bench.connections.save_health(health.begun_anew(bench.connections.health("press"), bench.clock.now()))
        assert silent(bench) == []
        bench.clock.passes(minutes=3 * POLLED, seconds=1)
        assert silent(bench) == [Sign.POLL]
        (one,) = bench.connections.health("press").silences
        assert "No poll has worked since" in one.words, "the poll of days ago is not what it waits for"


class TestItIsShown:
    def test_to_a_person_with_what_since_when_and_what_to_do(self, bench: StallBench) -> None:
        begun = bench.clock.now()
        bench.clock.passes(hours=4)
        silent(bench)
        (entry,) = bench.do("attention")["connections"]
        assert entry["connection_id"] == "press"
        poll, fetch = entry["silences"]
        assert f"{begun:%Y-%m-%d %H:%M} UTC" in poll["words"]
        assert "platen check press" in poll["words"]
        assert "every 60 minutes" in fetch["words"]
        assert fetch["words"].endswith(THE_PAGE), "a system's own advice comes from its connector"
        for answer in (bench.do("connections"), bench.do("status")):
            (press,) = [one for one in answer["connections"] if one["connection_id"] == "press"]
            assert [one["sign"] for one in press["health"]["silences"]] == ["poll", "fetch"]

    def test_to_the_alarm_for_as_long_as_it_lasts(self, bench: StallBench, counted: dict[str, float]) -> None:
        silent(bench)
        assert counted["ConnectionsFailing"] == 0
        bench.clock.passes(hours=4)
        for _ in range(3):
            silent(bench)
            assert counted["ConnectionsFailing"] == 1, "one connection, however many signs stay away"
        polled(bench)
        fetched(bench)
        silent(bench)
        assert counted["ConnectionsFailing"] == 0

    def test_by_one_write_and_none_while_it_is_well_or_stays_silent(self, bench: StallBench) -> None:
        for _ in range(5):
            silent(bench)
        assert writes(bench) == 0
        bench.clock.passes(hours=4)
        for _ in range(5):
            silent(bench)
        assert writes(bench) == 1

    def test_and_parks_no_work(self, bench: StallBench) -> None:
        bench.clock.passes(hours=4)
        silent(bench)
        order = bench.order_placed()
        bench.run()
        assert bench.record(order.order_id).jobs["1"].state is JobState.SENT
        assert bench.connections.health("press").resume_at is None

    def test_and_survives_the_table(self) -> None:
        state = Health(
            connection_id="press",
            silences=(Silence(sign=Sign.FETCH, since="2026-11-21T10:00:00Z", words="gone"),),
            watched_from="2026-11-21T09:00:00Z",
        )
        assert Health.model_validate(fields_of(state)) == state


class TestItEnds:
    def test_each_silence_by_its_own_sign(self, bench: StallBench) -> None:
        bench.clock.passes(hours=4)
        assert silent(bench) == [Sign.POLL, Sign.FETCH]
        polled(bench)
        assert silent(bench) == [Sign.FETCH], "that we can call it does not say that it comes"
        fetched(bench)
        assert silent(bench) == []
        assert bench.do("attention")["connections"] == []

    def test_for_a_store_with_its_next_poll(self, bench: StallBench) -> None:
        changes: dict[str, Any] = {"poll_minutes": lambda _settings: 10}
        bench._systems["stall"] = connector_of("stall", Role.STORE, bench.store, **changes)
        bench.clock.passes(minutes=31)
        assert silent(bench, "stall") == [Sign.POLL]
        poll_store(bench.hub, PollHint(connection="stall"))
        assert silent(bench, "stall") == []

    @pytest.mark.parametrize("action", ["pause", "resume"])
    def test_when_a_person_pauses_or_resumes_it(self, bench: StallBench, action: str) -> None:
        bench.clock.passes(hours=4)
        silent(bench)
        bench.do(action, connection="press")
        assert silent(bench) == []

    def test_and_a_fetch_does_not_call_failures_mended(self, bench: StallBench) -> None:
        bench.connections.save_health(bench.connections.health("press").but(failures=4, denied=True))
        fetched(bench)
        assert bench.connections.health("press").denied
        polled(bench)
        assert not bench.connections.health("press").denied

    def test_though_others_write_at_the_same_moment(self, bench: StallBench) -> None:
        bench.clock.passes(hours=4)
        silent(bench)
        bench.switch.before("connections.save_health", Conflict("press"), times=2)
        fetched(bench)
        assert silent(bench) == [Sign.POLL]


class TestTheSweep:
    def test_goes_on_when_somebody_heard_of_it_meanwhile(self, bench: StallBench) -> None:
        bench.clock.passes(hours=4)
        bench.switch.before("connections.save_health", Conflict("press"))
        assert silent(bench) == []
        assert silent(bench) == [Sign.POLL, Sign.FETCH]

    def test_goes_on_when_a_connection_cannot_be_watched(
        self, bench: StallBench, counted: dict[str, float]
    ) -> None:
        bench.connections.save(bench.connections.get("press").but(connection_id="aaa", system="gone", version=0))
        bench.clock.passes(hours=4)
        assert silent(bench) == [Sign.POLL, Sign.FETCH]
        assert counted["ConnectionsFailing"] == 2

    def test_that_cannot_write_is_made_good_by_the_next(self, bench: StallBench) -> None:
        bench.clock.passes(hours=4)
        bench.switch.before("connections.save_health", Lost())
        bench.sweep_now()
        assert silent(bench) == [Sign.POLL, Sign.FETCH]


class TestHintsOfWebhooks:
    def asks(self, bench: StallBench, hint: PollHint) -> int:
        before = bench.switch.calls.count("vendor.news")
        poll_vendor(bench.hub, hint)
        return bench.switch.calls.count("vendor.news") - before

    def test_of_one_burst_cost_one_poll(self, bench: StallBench) -> None:
        came = bench.clock.now()
        burst = [PollHint(connection="press", since=came + timedelta(milliseconds=n)) for n in range(20)]
        bench.clock.passes(seconds=1)
        assert [self.asks(bench, one) for one in burst] == [1] + [0] * 19

    def test_that_came_after_the_poll_was_begun_have_another(self, bench: StallBench) -> None:
        polled(bench)
        begun = bench.clock.now()
        assert self.asks(bench, PollHint(connection="press", since=begun)) == 1, "at that very moment: who knows"
        assert self.asks(bench, PollHint(connection="press", since=begun + timedelta(seconds=1))) == 1

    def test_are_not_answered_by_a_poll_that_failed(self, bench: StallBench) -> None:
        came = bench.clock.now()
        bench.clock.passes(seconds=1)
        bench.switch.before("vendor.news", Unreachable("down"))
        hint = PollHint(connection="press", since=came)
        assert [self.asks(bench, hint) for _ in range(3)] == [1, 1, 0]

    def test_do_not_keep_the_schedule_from_polling(self, bench: StallBench) -> None:
        polled(bench)
        assert [self.asks(bench, PollHint(connection="press")) for _ in range(3)] == [1, 1, 1]
