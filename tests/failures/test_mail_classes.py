"""Shipping Class Match on a job's way to its vendor: what applied is written down, and no fallback is silent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from platen.connectors import Resend
from platen.domain.connection import Send
from platen.domain.job import Job, JobState
from platen.domain.mail_class import MailClass
from platen.domain.order import Order, ShippingChoice
from platen.domain.verdicts import Busy, Denied, Refused, Unclear, Unreachable, Verdict
from tests.fakes import Crash
from tests.support.presses import PressesBench, a_line
from tests.support.stall import SAFE, SEARCHABLE

CLASSES = [MailClass(code="STD", name="Standard"), MailClass(code="EXP", name="Express")]


@pytest.fixture
def bench() -> PressesBench:
    return bench_with()


def bench_with(resend: Resend = Resend.LOOKUP, /, **rules: object) -> PressesBench:
    bench = PressesBench(2, resend)
    bench.vendor.mail_classes = list(CLASSES)
    bench.rules(**({"default_class": "STD"} | rules))
    return bench


def shipped_by(bench: PressesBench, *titles: str) -> Order:
    shipping = tuple(ShippingChoice(title=title) for title in titles)
    return bench.ordered(a_line("1"), shipping=shipping)


def job_of(bench: PressesBench, order: Order) -> Job:
    return bench.jobs_of(order)["press"]


@pytest.mark.parametrize(
    ("rules", "titles", "code", "by"),
    [
        ({}, ["Express"], "EXP", "vendor"),
        ({}, ["exp"], "EXP", "vendor"),
        ({"class_match": {"Overnight": "EXP"}}, ["overnight"], "EXP", "cart"),
        ({"class_match": {"Over*": "EXP"}}, ["Overnight"], "EXP", "pattern"),
        ({"class_by_country": {"DE": "EXP"}}, ["Carrier pigeon"], "EXP", "country"),
        ({}, ["Carrier pigeon"], "STD", "default"),
        ({}, [], "STD", "default"),
    ],
)
def test_which_class_it_went_by_is_told_to_the_vendor_and_kept(
    rules: dict[str, object], titles: list[str], code: str, by: str
) -> None:
    bench = bench_with(**rules)
    order = shipped_by(bench, *titles)
    bench.run()
    job = job_of(bench, order)
    assert (job.mail_class, job.mail_class_by.value) == (code, by)
    assert [request.mail_class for request in bench.told] == [code]
    view = bench.do("order", order=order.order_id)["order"]["jobs"][0]
    assert (view["mail_class"], view["mail_class_by"]) == (code, by)


def test_each_vendor_of_one_order_has_its_own_class(bench: PressesBench) -> None:
    bench.vendors["press-2"].mail_classes = [MailClass(code="77", name="Express")]
    bench.ordered(a_line("1", 1), a_line("2", 2), shipping=(ShippingChoice(title="Express"),))
    bench.run()
    assert {request.job.vendor: request.mail_class for request in bench.told} == {"press": "EXP", "press-2": "77"}


def test_a_vendor_without_classes_is_told_none() -> None:
    bench = PressesBench(2)
    order = shipped_by(bench, "Express")
    bench.run()
    assert (job_of(bench, order).mail_class, bench.told[0].mail_class) == ("", "")
    assert bench.causes() == []


class TestWhenOnlyTheDefaultIsLeft:
    def test_stop_sends_nothing_and_a_release_sends_it_once_with_the_default(self) -> None:
        bench = bench_with(class_fallback="stop")
        order = shipped_by(bench, "Carrier pigeon")
        bench.run(at_least=timedelta(hours=2))
        assert (bench.causes(), bench.told) == (["mail_class"], [])
        assert "Carrier pigeon" in bench.attention()[0]["problems"][0]["what"]
        assert bench.click("release", order.order_id)["ok"]
        bench.click("release", order.order_id)
        bench.run()
        assert [request.mail_class for request in bench.told] == ["STD"]
        assert job_of(bench, order).mail_class_by.value == "default"

    def test_a_release_survives_a_vendor_that_is_busy(self) -> None:
        bench = bench_with(class_fallback="stop")
        order = shipped_by(bench, "Carrier pigeon")
        bench.run()
        bench.switch.before("vendor.submit", Busy("slow down"), times=2)
        assert bench.click("release", order.order_id)["ok"]
        bench.run()
        assert len(bench.told) == 1
        assert bench.causes() == []

    def test_a_release_is_of_what_was_seen_and_not_of_what_the_buyer_asks_for_next(self) -> None:
        bench = bench_with(class_fallback="stop")
        order = shipped_by(bench, "Carrier pigeon")
        bench.run()
        bench.switch.before("vendor.submit", Refused("no such paper"))
        assert bench.click("release", order.order_id)["ok"]
        bench.run()
        assert bench.causes() == ["vendor_refused"]
        bench.changed(order, shipping=(ShippingChoice(title="Zeppelin"),))
        bench.run()
        assert bench.causes() == ["mail_class"]
        assert "Zeppelin" in bench.attention()[0]["problems"][0]["what"]
        assert bench.vendor.made == []

    def test_whoever_released_a_held_order_has_not_seen_its_class(self) -> None:
        bench = bench_with(class_fallback="stop")
        stall = bench.connections.get("stall")
        held = tuple(link.but(send=Send.HOLD) for link in stall.links)
        bench.connections.save(stall.but(links=held))
        order = shipped_by(bench, "Carrier pigeon")
        bench.run()
        assert bench.causes() == ["held"]
        assert bench.click("release", order.order_id)["ok"]
        bench.run()
        assert (bench.causes(), bench.told) == (["mail_class"], [])
        assert bench.click("release", order.order_id)["ok"]
        bench.run()
        assert bench.causes() == [], "it is not held a second time"
        assert [request.mail_class for request in bench.told] == ["STD"]

    def test_a_rule_that_was_mended_meanwhile_goes_before_the_default(self) -> None:
        bench = bench_with(class_fallback="stop")
        order = shipped_by(bench, "Carrier pigeon")
        bench.run()
        bench.rules(default_class="STD", class_fallback="stop", class_match={"Carrier pigeon": "EXP"})
        assert bench.click("retry", order.order_id)["ok"]
        bench.run()
        assert [request.mail_class for request in bench.told] == ["EXP"]

    def test_a_class_that_the_vendor_does_not_have_waits_and_its_name_is_nearly_right(self) -> None:
        bench = bench_with(default_class="EXPR")
        shipped_by(bench, "Carrier pigeon")
        bench.run()
        assert (bench.causes(), bench.told) == (["mail_class"], [])
        assert bench.attention()[0]["problems"][0]["suggestion"] == "EXP"

    def test_no_default_at_all_waits_and_cannot_be_released_into_nothing(self) -> None:
        bench = bench_with(default_class="")
        order = shipped_by(bench, "Carrier pigeon")
        bench.run()
        assert bench.causes() == ["mail_class"]
        bench.click("release", order.order_id)
        bench.run()
        assert (bench.causes(), bench.told) == (["mail_class"], [])

    def test_a_list_that_is_empty_for_a_moment_does_not_change_what_is_sent(self) -> None:
        bench = bench_with(class_match={"Overnight": "EXP"})
        bench.vendor.mail_classes = []
        shipped_by(bench, "Overnight")
        bench.run()
        assert [request.mail_class for request in bench.told] == ["EXP"]


class TestRulesThatChange:
    def test_between_two_attempts_the_newer_one_counts(self, bench: PressesBench) -> None:
        bench.switch.before("vendor.submit", Unreachable("no way there"))
        order = shipped_by(bench, "Overnight")
        bench.run(timedelta(seconds=20))
        assert bench.told == []
        bench.rules(default_class="STD", class_match={"Overnight": "EXP"})
        bench.run()
        assert [request.mail_class for request in bench.told] == ["EXP"]
        assert job_of(bench, order).mail_class == "EXP"

    def test_after_sending_they_are_no_change_of_the_order(self, bench: PressesBench) -> None:
        order = shipped_by(bench, "Overnight")
        bench.run()
        bench.rules(default_class="EXP", code_match={"A": "B"})
        bench.changed(order, tags=("seen",))
        bench.run(at_least=timedelta(hours=1))
        assert bench.causes() == []
        assert len(bench.told) == 1

    @pytest.mark.parametrize("policy", SEARCHABLE)
    def test_what_is_found_after_a_doubt_keeps_the_class_it_was_sent_with(self, policy: Resend) -> None:
        bench = bench_with(policy)
        bench.switch.after("vendor.submit", Unclear("cut off"))
        order = shipped_by(bench, "Overnight")
        bench.run(timedelta(seconds=20))
        bench.rules(default_class="STD", class_match={"Overnight": "EXP"})
        bench.run()
        assert [request.mail_class for request in bench.told] == ["STD"]
        assert job_of(bench, order).mail_class == "STD"


VERDICTS = [Busy("slow down"), Denied("who are you"), Unclear("cut off"), Unreachable("no way"), Refused("no list")]


@pytest.mark.parametrize("policy", [*SAFE, Resend.NONE])
@pytest.mark.parametrize("verdict", VERDICTS, ids=lambda verdict: type(verdict).__name__)
def test_a_list_of_classes_that_cannot_be_read_neither_loses_nor_doubles_the_job(
    verdict: Verdict, policy: Resend
) -> None:
    bench = bench_with(policy)
    bench.switch.before("vendor.classes", verdict, times=2)
    order = shipped_by(bench, "Express")
    bench.run(timedelta(hours=3))
    if isinstance(verdict, Refused):
        assert bench.causes() == ["vendor_refused"]
        bench.switch.clear()
        assert bench.click("retry", order.order_id)["ok"]
        bench.run()
    job = job_of(bench, order)
    assert (job.state, job.doubt) == (JobState.SENT, False), "nothing had been sent, so there is no doubt"
    assert [request.mail_class for request in bench.told] == ["EXP"]


@pytest.mark.parametrize("policy", [*SAFE, Resend.NONE])
@pytest.mark.parametrize("side", ["before", "after"])
def test_a_crash_while_they_are_read_sends_it_once(policy: Resend, side: str) -> None:
    bench = bench_with(policy)
    (bench.switch.before if side == "before" else bench.switch.after)("vendor.classes", Crash())
    order = shipped_by(bench, "Express")
    bench.run()
    if policy is Resend.NONE:  # a worker that is gone has told nobody how far it came
        assert bench.causes() == ["unconfirmed"]
        assert bench.click("resend", order.order_id)["ok"]
        bench.run()
    assert len(bench.vendor.made) == 1


def test_what_the_vendor_would_refuse_is_judged_with_its_class(bench: PressesBench) -> None:
    seen: list[str] = []
    bench.vendor.on_preflight = lambda request: seen.append(request.mail_class)
    shipped_by(bench, "Express")
    bench.run()
    assert seen == ["EXP"]
