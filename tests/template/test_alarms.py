"""Whatever goes wrong raises an alarm that somebody can hear, and so does a sweep that does not run."""

from __future__ import annotations

from typing import Any

import pytest

from tests.template.reading import QUEUES, each, resource, resources, word

ALARMS = resources("AWS::CloudWatch::Alarm")
LATE = (*QUEUES[:4], "WarehouseFiles")
"""What is waited for within minutes; polls and syncs come by their own clocks."""


def _of(metric: str) -> dict[str, dict[str, Any]]:
    return {name: alarm for name, alarm in ALARMS.items() if alarm["MetricName"] == metric}


def test_every_dead_letter_raises_an_alarm_at_once() -> None:
    alarms = _of("ApproximateNumberOfMessagesVisible").values()
    watched = {word(alarm["Dimensions"][0]["Value"]) for alarm in alarms}
    assert watched == {name for name in resources("AWS::SQS::Queue") if name.endswith("Dlq")}
    for alarm in alarms:
        assert (alarm["Threshold"], alarm["EvaluationPeriods"], alarm["Period"]) == (0, 1, 60)
        assert alarm["ComparisonOperator"] == "GreaterThanThreshold"


def test_orders_that_wait_for_a_quarter_of_an_hour_raise_an_alarm() -> None:
    alarms = _of("ApproximateAgeOfOldestMessage").values()
    assert {word(alarm["Dimensions"][0]["Value"]) for alarm in alarms} == {f"{name}Queue" for name in LATE}
    assert {alarm["Threshold"] for alarm in alarms} == {15 * 60}


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_is_told_to_the_topic_and_only_the_dead_mans_one_rings_on_silence(name: str) -> None:
    alarm = ALARMS[name]
    assert [word(one) for one in each(alarm["AlarmActions"])] == ["AlarmTopic"]
    assert alarm["TreatMissingData"] == ("breaching" if name == "SweepMissing" else "notBreaching")
    assert alarm["AlarmDescription"]


@pytest.mark.parametrize(
    ("metric", "comparison", "threshold", "seconds"),
    [
        ("SweepRan", "LessThanThreshold", 1, 15 * 60),
        ("SignatureRefused", "GreaterThanThreshold", 10, 5 * 60),
        ("ConnectionsFailing", "GreaterThanThreshold", 0, 30 * 60),
        ("OldestAttentionMinutes", "GreaterThanThreshold", 30, 5 * 60),
        ("StockPushOverdue", "GreaterThanThreshold", 0, 5 * 60),
    ],
)
def test_what_the_code_counts_is_watched_under_the_name_it_is_counted_by(
    metric: str, comparison: str, threshold: int, seconds: int
) -> None:
    [alarm] = _of(metric).values()
    assert (
        alarm["Namespace"]
        == resource("Sweep")["Properties"]["Environment"]["Variables"]["POWERTOOLS_METRICS_NAMESPACE"]
    )
    [dimension] = alarm["Dimensions"]
    service = resource("Sweep")["Properties"]["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
    assert (dimension["Name"], dimension["Value"]) == ("service", service)
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == (comparison, threshold)
    assert alarm["Period"] * alarm["EvaluationPeriods"] == seconds


def test_webhooks_that_fail_or_are_slow_raise_an_alarm() -> None:
    [failing] = _of("5XXError").values()
    [slow] = _of("Latency").values()
    assert (failing["Threshold"], slow["Threshold"], slow["ExtendedStatistic"]) == (0, 3000, "p99")
    names = {one["Name"]: one["Value"] for one in failing["Dimensions"]}
    assert names["ApiName"] == resource("Api")["Properties"]["Name"]
    assert names["Stage"] == "live"


def test_mail_is_sent_only_where_an_address_was_given() -> None:
    assert resource("AlarmSubscription")["Condition"] == "HasAlarmEmail"


def test_schedules_that_miss_their_target_are_kept() -> None:
    [sweep] = resources("AWS::Scheduler::Schedule").values()
    assert word(sweep["Target"]["DeadLetterConfig"]["Arn"]) == "SchedulesDlq"
    assert "Name" not in sweep, "a fixed name would keep a second stack out"
