"""Secrets are kept where only their reader gets them; schedules say exactly what is to happen when."""

from __future__ import annotations

import json
from typing import Any

import pytest

from platen.adapters.scheduler import EventBridgeSchedules
from platen.adapters.ssm import SSMSecrets
from platen.messages import PollHint, Queue
from platen.ports import NotFound
from tests.adapters.conftest import Open
from tests.adapters.wire import Wire
from tests.fakes import FakeClock

ARNS = {
    Queue.STORE_POLLS: "arn:aws:sqs:eu-central-1:123456789012:store-polls",
    Queue.VENDOR_POLLS: "arn:aws:sqs:eu-central-1:123456789012:vendor-polls",
}
ROLE = "arn:aws:iam::123456789012:role/polls"
DEAD = "arn:aws:sqs:eu-central-1:123456789012:dead"


class TestSecrets:
    @pytest.fixture
    def ssm(self, wire: Open) -> Wire:
        return wire("ssm")

    @pytest.fixture
    def secrets(self, ssm: Wire, clock: FakeClock) -> SSMSecrets:
        return SSMSecrets(ssm.client, "platen", clock)

    @pytest.fixture
    def elsewhere(self, ssm: Wire, clock: FakeClock) -> SSMSecrets:
        return SSMSecrets(ssm.client, "platen", clock)

    def test_lie_encrypted_under_the_stacks_name(self, secrets: SSMSecrets, ssm: Wire) -> None:
        secrets.put_credentials("press", {"key": "s3cret", "pages": 3})
        secrets.put_webhook("press", {"path_keys": ["p"], "keys": []})
        secrets.put_token("press", {"token": "t"})
        for name in ("credentials", "webhook", "token"):
            found = ssm.client.get_parameter(Name=f"/platen/press/{name}")["Parameter"]
            assert found["Type"] == "SecureString"
        assert secrets.credentials("press") == {"key": "s3cret", "pages": 3}

    def test_that_are_not_there_are_named_by_their_place(self, secrets: SSMSecrets) -> None:
        with pytest.raises(NotFound, match="/platen/press/credentials"):
            secrets.credentials("press")
        with pytest.raises(NotFound):
            secrets.webhook("press")

    def test_are_read_every_five_minutes(
        self, secrets: SSMSecrets, elsewhere: SSMSecrets, ssm: Wire, clock: FakeClock
    ) -> None:
        secrets.put_credentials("press", {"key": "old"})
        assert secrets.credentials("press") == {"key": "old"}
        elsewhere.put_credentials("press", {"key": "new"})
        ssm.sent.clear()
        clock.passes(minutes=4, seconds=59)
        assert secrets.credentials("press") == {"key": "old"}
        assert not ssm.sent
        clock.passes(seconds=1)
        assert secrets.credentials("press") == {"key": "new"}

    def test_that_this_process_put_are_known_at_once(self, secrets: SSMSecrets) -> None:
        secrets.put_webhook("shop", {"keys": ["old"]})
        assert secrets.webhook("shop") == {"keys": ["old"]}
        secrets.put_webhook("shop", {"keys": ["new"]})
        assert secrets.webhook("shop") == {"keys": ["new"]}

    def test_are_not_changed_by_who_reads_them(self, secrets: SSMSecrets) -> None:
        secrets.put_webhook("shop", {"keys": ["one"]})
        secrets.webhook("shop")["keys"].append("two")
        assert secrets.webhook("shop") == {"keys": ["one"]}

    def test_that_are_tokens_are_never_served_from_memory(self, secrets: SSMSecrets, elsewhere: SSMSecrets) -> None:
        assert secrets.token("shop") == {}
        for number in range(3):
            elsewhere.put_token("shop", {"token": number})
            assert secrets.token("shop") == {"token": number}

    def test_whose_reading_fails_are_not_said_to_be_missing(self, secrets: SSMSecrets, ssm: Wire) -> None:
        """NotFound means 401 to a webhook; a permission that is missing must fail, and be seen."""
        ssm.answer("GetParameter", "AccessDeniedException")
        with pytest.raises(ssm.client.exceptions.ClientError, match="AccessDenied"):
            secrets.webhook("shop")

    def test_are_removed_together_and_of_one_connection_only(
        self, secrets: SSMSecrets, elsewhere: SSMSecrets, ssm: Wire
    ) -> None:
        for name in ("press", "press-2"):
            secrets.put_credentials(name, {"key": "s3cret"})
            secrets.put_webhook(name, {"keys": []})
        secrets.credentials("press")
        ssm.lose_answer("DeleteParameters")
        secrets.remove("press")  # it never had a token
        for each in (secrets, elsewhere):
            with pytest.raises(NotFound):
                each.credentials("press")
            with pytest.raises(NotFound):
                each.webhook("press")
        secrets.remove("press")
        assert elsewhere.credentials("press-2") == {"key": "s3cret"}


class TestSchedules:
    @pytest.fixture
    def scheduler(self, wire: Open) -> Wire:
        opened = wire("scheduler")
        opened.client.create_schedule_group(Name="polls")
        return opened

    @pytest.fixture
    def schedules(self, scheduler: Wire) -> EventBridgeSchedules:
        return EventBridgeSchedules(scheduler.client, group="polls", role_arn=ROLE, dead_letter_arn=DEAD, arns=ARNS)

    def kept(self, scheduler: Wire, name: str = "shop-poll") -> dict[str, Any]:
        found: dict[str, Any] = scheduler.client.get_schedule(Name=name, GroupName="polls")
        return found

    def test_say_everything_that_is_to_happen(self, schedules: EventBridgeSchedules, scheduler: Wire) -> None:
        schedules.every("shop-poll", 10, Queue.STORE_POLLS, PollHint(connection="shop"))
        found = self.kept(scheduler)
        assert (found["ScheduleExpression"], found["State"]) == ("rate(10 minutes)", "ENABLED")
        assert found["FlexibleTimeWindow"] == {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 1}
        target = found["Target"]
        assert (target["Arn"], target["RoleArn"]) == (ARNS[Queue.STORE_POLLS], ROLE)
        assert json.loads(target["Input"]) == {"connection": "shop"}
        assert target["RetryPolicy"] == {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 300}
        assert target["DeadLetterConfig"] == {"Arn": DEAD}

    @pytest.mark.parametrize(("minutes", "said"), [(1, "rate(1 minute)"), (2, "rate(2 minutes)")])
    def test_say_one_minute_as_the_service_wants_it(
        self, schedules: EventBridgeSchedules, scheduler: Wire, minutes: int, said: str
    ) -> None:
        schedules.every("shop-poll", minutes, Queue.STORE_POLLS, PollHint(connection="shop"))
        assert self.kept(scheduler)["ScheduleExpression"] == said

    def test_are_changed_by_saying_them_again(self, schedules: EventBridgeSchedules, scheduler: Wire) -> None:
        schedules.every("shop-poll", 10, Queue.STORE_POLLS, PollHint(connection="shop"))
        schedules.every("shop-poll", 60, Queue.VENDOR_POLLS, PollHint(connection="shop"))
        found = self.kept(scheduler)
        assert found["ScheduleExpression"] == "rate(60 minutes)"
        assert found["Target"]["Arn"] == ARNS[Queue.VENDOR_POLLS]

    def test_are_made_though_the_answer_was_lost(self, schedules: EventBridgeSchedules, scheduler: Wire) -> None:
        scheduler.lose_answer("CreateSchedule")
        schedules.every("shop-poll", 10, Queue.STORE_POLLS, PollHint(connection="shop"))
        assert self.kept(scheduler)["ScheduleExpression"] == "rate(10 minutes)"

    def test_are_gone_once_removed_and_removing_them_again_is_fine(
        self, schedules: EventBridgeSchedules, scheduler: Wire
    ) -> None:
        schedules.every("shop-poll", 10, Queue.STORE_POLLS, PollHint(connection="shop"))
        schedules.remove("shop-poll")
        with pytest.raises(scheduler.client.exceptions.ResourceNotFoundException):
            self.kept(scheduler)
        schedules.remove("shop-poll")
