"""Health: one hiccup parks nothing, an outage parks everything of one connection, and nobody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from platen.connectors import Resend
from platen.domain.verdicts import Busy, Denied, Later, Unclear, Unreachable, Verdict
from platen.usecases import health
from tests.support.stall import StallBench


@pytest.fixture
def bench() -> StallBench:
    return StallBench(Resend.LOOKUP)


def fail(bench: StallBench, *verdicts: Verdict) -> list[float]:
    """Seconds until each next try."""
    return [(health.failed(bench.hub, "press", one) - bench.clock.now()).total_seconds() for one in verdicts]


def parked(bench: StallBench, connection: str = "press") -> float | None:
    until = health.parked_until(bench.hub, connection)
    return (until - bench.clock.now()).total_seconds() if until else None


class TestFailures:
    def test_are_waited_out_longer_each_time_and_never_for_ever(self, bench: StallBench) -> None:
        waits = fail(bench, *(Unreachable("down") for _ in range(40)))
        assert waits[:6] == [30, 60, 120, 240, 480, 900]
        assert set(waits[6:]) == {900}

    def test_park_the_connection_only_when_they_repeat(self, bench: StallBench) -> None:
        fail(bench, Unclear("?"), Unclear("?"))
        assert parked(bench) is None
        fail(bench, Unclear("?"))
        assert parked(bench) == 120
        assert parked(bench, "stall") is None

    def test_of_the_credentials_park_it_at_once(self, bench: StallBench) -> None:
        assert fail(bench, Denied("the key is not valid any more")) == [900]
        assert parked(bench) == 900
        assert bench.connections.health("press").denied

    def test_asked_to_wait_it_waits_as_long_and_parks_at_once(self, bench: StallBench) -> None:
        assert fail(bench, Busy("slow down", timedelta(seconds=7))) == [7]
        assert parked(bench) == 7

    @pytest.mark.parametrize(("asked", "waits"), [(0, 1), (-5, 1), (86_400 * 30, 3600)])
    def test_asked_to_wait_for_ever_it_does_not(self, bench: StallBench, asked: int, waits: int) -> None:
        assert fail(bench, Later("later", timedelta(seconds=asked))) == [waits]

    def test_that_come_at_the_same_moment_do_not_fail_each_other(self, bench: StallBench) -> None:
        stale = bench.connections.health("press")
        bench.connections.save_health(stale.but(failures=1))
        bench.switch.before("connections.save_health", trouble=lambda: None)
        assert fail(bench, Unreachable("down")) == [60]

    def test_keep_the_words_short_and_the_first_time(self, bench: StallBench) -> None:
        fail(bench, Unreachable("x" * 5000))
        since = bench.connections.health("press").failing_since
        bench.clock.passes(hours=1)
        fail(bench, Unreachable("again"))
        state = bench.connections.health("press")
        assert (len(state.words), state.failing_since) == (5, since)
        fail(bench, Unreachable("x" * 5000))
        assert len(bench.connections.health("press").words) <= 500


class TestWellAgain:
    def test_forgets_the_failures(self, bench: StallBench) -> None:
        fail(bench, *(Unreachable("down") for _ in range(5)), Denied("no"))
        health.worked(bench.hub, "press")
        state = bench.connections.health("press")
        assert (state.failures, state.denied, state.resume_at, state.failing_since) == (0, False, None, None)
        assert parked(bench) is None

    def test_writes_nothing_while_all_is_well(self, bench: StallBench) -> None:
        health.worked(bench.hub, "press")
        assert "connections.save_health" not in bench.switch.calls

    def test_goes_on_by_itself_when_the_wait_is_over(self, bench: StallBench) -> None:
        fail(bench, *(Unreachable("down") for _ in range(3)))
        bench.clock.passes(seconds=120)
        assert parked(bench) is None

    def test_does_not_forget_where_the_poll_had_come(self, bench: StallBench) -> None:
        now = bench.clock.now()
        bench.connections.save_health(bench.connections.health("press").but(cursor=now, failures=2))
        health.worked(bench.hub, "press")
        assert bench.connections.health("press").cursor == now


def test_a_paused_connection_is_parked_whatever_its_health(bench: StallBench) -> None:
    connection = bench.connections.get("press")
    bench.connections.save(connection.but(paused=True))
    assert parked(bench) == 900
