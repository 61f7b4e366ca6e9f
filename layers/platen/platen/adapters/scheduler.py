"""EventBridge schedules: one for each polled connection, each putting one message on a queue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import TYPE_CHECKING, Any

from platen.messages import Message, Queue

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient


class EventBridgeSchedules:
    """``ports.Schedules`` in the stack's own group. ``arns`` are the queues a schedule may send to."""

    def __init__(
        self,
        client: EventBridgeSchedulerClient,
        *,
        group: str,
        role_arn: str,
        dead_letter_arn: str,
        arns: Mapping[Queue, str],
    ) -> None:
        self._client = client
        self._group = group
        self._role_arn = role_arn
        self._dead_letter_arn = dead_letter_arn
        self._arns = arns

    def every(self, name: str, minutes: int, queue: Queue, message: Message) -> None:
        # Spreads the connections' polls; a minute more or less is nothing to a poll.
        window = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 1}
        rate = f"rate({minutes} minute{'s' if minutes != 1 else ''})"
        self._put(name, queue, message, ScheduleExpression=rate, FlexibleTimeWindow=window)

    def daily(self, name: str, at: time, zone: str, queue: Queue, message: Message) -> None:
        self._put(
            name,
            queue,
            message,
            ScheduleExpression=f"cron({at.minute} {at.hour} * * ? *)",
            ScheduleExpressionTimezone=zone,
            FlexibleTimeWindow={"Mode": "OFF"},
        )

    def _put(self, name: str, queue: Queue, message: Message, **when: Any) -> None:
        schedule: dict[str, Any] = {
            "Name": name,
            "GroupName": self._group,
            **when,
            "Target": {
                "Arn": self._arns[queue],
                "RoleArn": self._role_arn,
                "Input": message.model_dump_json(exclude_defaults=True),
                # The next round comes anyway: a late poll is not worth 24 hours of retries.
                "RetryPolicy": {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 300},
                "DeadLetterConfig": {"Arn": self._dead_letter_arn},
            },
        }
        try:
            self._client.create_schedule(**schedule)
        except self._client.exceptions.ConflictException:
            self._client.update_schedule(**schedule)

    def remove(self, name: str) -> None:
        try:
            self._client.delete_schedule(Name=name, GroupName=self._group)
        except self._client.exceptions.ResourceNotFoundException:
            return
