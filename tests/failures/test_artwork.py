"""Looks at artwork on a job's way to its vendor: they warn or stop, and never cost a job its lease."""

from __future__ import annotations

from datetime import timedelta

import pytest

from platen.connectors import Resend
from platen.domain.artwork import ArtworkNeeds, Seen
from platen.domain.job import Job, JobState
from platen.domain.mail_class import MailClass
from platen.domain.order import Order
from platen.domain.verdicts import Busy
from platen.usecases.dispatch import LEASE, SEND_SECONDS
from tests.fakes import Crash
from tests.support.presses import PressesBench, a_line
from tests.support.stall import SAFE

URL = "https://art.example/1.jpg"
GONE = Seen(reachable=False, words="404 Not Found")
TIMEOUT = 90
"""Seconds that the function has."""


def bench_with(check: str, resend: Resend = Resend.LOOKUP, /, **rules: object) -> PressesBench:
    bench = PressesBench(1, resend)
    bench.rules(**({"artwork": check} | rules))
    bench.artwork.files[URL] = GONE
    return bench


def with_art(bench: PressesBench, *urls: str) -> Order:
    return bench.ordered(*(a_line(str(n), print_url=url) for n, url in enumerate(urls or (URL,))))


def job_of(bench: PressesBench, order: Order) -> Job:
    return bench.jobs_of(order)["press"]


def test_off_looks_at_nothing() -> None:
    bench = bench_with("off")
    with_art(bench)
    bench.run()
    assert (bench.artwork.looked, len(bench.told)) == ([], 1)


def test_warn_sends_it_and_says_on_the_job_what_was_seen() -> None:
    bench = bench_with("warn")
    order = with_art(bench)
    bench.run()
    assert len(bench.told) == 1
    (warning,) = job_of(bench, order).warnings
    assert "404 Not Found" in warning
    assert bench.do("order", order=order.order_id)["order"]["jobs"][0]["warnings"] == [warning]


def test_no_warning_outlives_what_it_warned_of() -> None:
    bench = bench_with("warn")
    bench.switch.before("vendor.submit", Busy("slow down"))
    order = with_art(bench)
    bench.run(timedelta(seconds=20))
    assert job_of(bench, order).warnings
    bench.artwork.files.clear()
    bench.run()
    assert job_of(bench, order).warnings == ()


def test_stop_waits_for_a_person_and_a_release_sends_it_once_with_its_warnings() -> None:
    bench = bench_with("stop")
    order = with_art(bench)
    bench.run(at_least=timedelta(hours=2))
    assert (bench.causes(), bench.told) == (["artwork"], [])
    assert bench.click("release", order.order_id)["ok"]
    bench.click("release", order.order_id)
    bench.run()
    assert len(bench.told) == 1
    assert job_of(bench, order).warnings


def test_a_file_that_was_put_right_goes_on_with_a_retry() -> None:
    bench = bench_with("stop")
    order = with_art(bench)
    bench.run()
    bench.artwork.files.clear()
    assert bench.click("retry", order.order_id)["ok"]
    bench.run()
    assert (len(bench.told), job_of(bench, order).warnings) == (1, ())


def test_whoever_released_the_mail_class_has_not_seen_the_artwork() -> None:
    bench = bench_with("stop", default_class="STD", class_fallback="stop")
    bench.vendor.mail_classes = [MailClass(code="STD")]
    order = with_art(bench)
    bench.run()
    assert bench.causes() == ["mail_class"]
    assert bench.click("release", order.order_id)["ok"]
    bench.run()
    assert (bench.causes(), bench.told) == (["artwork"], [])
    assert bench.click("release", order.order_id)["ok"]
    bench.run()
    assert bench.causes() == [], "the class is not asked about a second time"
    assert len(bench.told) == 1


def test_another_file_is_looked_at_though_the_first_was_released() -> None:
    bench = bench_with("stop")
    bench.artwork.files["https://art.example/2.jpg"] = GONE
    order = with_art(bench)
    bench.run()
    bench.switch.before("vendor.preflight", Busy("slow down"), times=1000)
    assert bench.click("release", order.order_id)["ok"]
    bench.run(timedelta(minutes=1))
    bench.changed(order, lines=(a_line("0", print_url="https://art.example/2.jpg"),))
    bench.switch.clear()
    bench.run()
    assert (bench.causes(), bench.told) == (["artwork"], [])


def test_one_file_on_many_lines_is_looked_at_once() -> None:
    bench = bench_with("warn")
    order = with_art(bench, *[URL] * 12)
    bench.run()
    assert bench.artwork.looked == [URL]
    assert len(job_of(bench, order).warnings) == 5, "the first few say it all"


def test_what_the_vendor_needs_is_held_against_it() -> None:
    bench = bench_with("stop")
    bench.artwork.files[URL] = Seen(reachable=True, media_type="image/jpeg", size=1, width=600, height=400)
    bench.vendor.needs = {"0": ArtworkNeeds(width=3000, height=2000)}
    with_art(bench)
    bench.run()
    assert "3000 x 2000" in bench.attention()[0]["problems"][0]["what"]


@pytest.mark.parametrize("check", ["warn", "stop"])
@pytest.mark.parametrize("seconds", [1, 3, 5, 8])
@pytest.mark.parametrize("files", [5, 12, 30, 200])
def test_slow_looks_never_take_the_time_that_sending_needs(check: str, seconds: int, files: int) -> None:
    """A look may take eight seconds. Sending is begun with all its time left, and before the function ends."""
    bench = bench_with(check)
    begun: list[float] = []

    def claimed_since() -> float:
        (job,) = bench.record(order.order_id).jobs.values()
        assert job.lease_until
        return (bench.clock.now() - (job.lease_until - LEASE)).total_seconds()

    bench.switch.before("artwork.look", lambda: bench.clock.passes(seconds=seconds), times=100_000)
    bench.switch.before("vendor.submit", lambda: begun.append(claimed_since()), times=100)
    order = with_art(bench, *(f"https://art.example/fine-{n}.jpg" for n in range(files)))
    bench.run(timedelta(hours=1))
    if bench.causes():
        assert (check, bench.told) == ("stop", [])
        assert "no time to look" in bench.attention()[0]["problems"][0]["what"]
        assert bench.click("release", order.order_id)["ok"]
        bench.run(timedelta(hours=1))
    assert len(bench.vendor.made) == len(begun) == 1
    assert begun[0] <= TIMEOUT - SEND_SECONDS
    assert job_of(bench, order).state is JobState.SENT
    if files * seconds > TIMEOUT:
        assert "no time to look" in " ".join(job_of(bench, order).warnings), "and that is not kept quiet"


@pytest.mark.parametrize("policy", [*SAFE, Resend.NONE])
@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("call", ["artwork.look", "vendor.artwork_needs"])
def test_a_crash_while_looking_sends_it_once(call: str, side: str, policy: Resend) -> None:
    bench = bench_with("warn", policy)
    (bench.switch.before if side == "before" else bench.switch.after)(call, Crash())
    order = with_art(bench)
    bench.run()
    if policy is Resend.NONE:
        assert bench.causes() == ["unconfirmed"]
        assert bench.click("resend", order.order_id)["ok"]
        bench.run()
    assert len(bench.vendor.made) == 1
    assert bench.causes() == []
