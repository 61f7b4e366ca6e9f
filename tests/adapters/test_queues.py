"""The queues: every message is durable or its sender hears of it, and pressing redrive loses nothing."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote_plus

import pytest
from botocore.exceptions import ConnectionClosedError
from hypothesis import given
from hypothesis import strategies as st

from platen.adapters.sqs import SendFailed, SQSQueues, messages_in
from platen.messages import MESSAGE_OF, FileHint, JobHint, Message, OrderHint, PollHint, Queue
from tests.adapters.conftest import Open
from tests.adapters.wire import Wire
from tests.domain.making import NOW


def hints(count: int, connection: str = "press") -> list[Message]:
    return [JobHint(connection=connection, order_id=f"order{n}", job_id="1") for n in range(count)]


@pytest.fixture
def sqs(wire: Open) -> Wire:
    return wire("sqs")


@pytest.fixture
def urls(sqs: Wire) -> dict[Queue, str]:
    made = {queue: sqs.client.create_queue(QueueName=queue.value)["QueueUrl"] for queue in Queue}
    sqs.sent.clear()
    return made


@pytest.fixture
def dead(sqs: Wire) -> dict[Queue, str]:
    attributes = {"VisibilityTimeout": "0"}
    return {
        queue: sqs.client.create_queue(QueueName=f"{queue.value}-dead", Attributes=attributes)["QueueUrl"]
        for queue in Queue
    }


@pytest.fixture
def queues(sqs: Wire, urls: dict[Queue, str], dead: dict[Queue, str]) -> SQSQueues:
    sqs.sent.clear()
    return SQSQueues(sqs.client, urls, dead)


def lying(sqs: Wire, url: str) -> list[dict[str, Any]]:
    """Everything on a queue, as bodies; nothing is taken away."""
    found: dict[str, dict[str, Any]] = {}
    while True:
        answer = sqs.client.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=600,
            AttributeNames=["All"],
            WaitTimeSeconds=0,
        )
        if not answer.get("Messages"):
            return list(found.values())
        found |= {one["MessageId"]: one for one in answer["Messages"]}


class TestSending:
    def test_goes_in_batches_of_ten(self, queues: SQSQueues, sqs: Wire, urls: dict[Queue, str]) -> None:
        queues.send(Queue.DISPATCH, hints(23))
        assert [len(one.body["Entries"]) for one in sqs.sent] == [10, 10, 3]
        bodies = {one["Body"] for one in lying(sqs, urls[Queue.DISPATCH])}
        assert len(bodies) == 23

    def test_of_nothing_asks_nothing(self, queues: SQSQueues, sqs: Wire) -> None:
        queues.send(Queue.DISPATCH, [])
        assert not sqs.sent

    def test_names_the_connection_as_the_group(self, queues: SQSQueues, sqs: Wire, urls: dict[Queue, str]) -> None:
        queues.send(Queue.DISPATCH, [*hints(1, "press"), *hints(1, "mill")])
        groups = {one["Attributes"]["MessageGroupId"] for one in lying(sqs, urls[Queue.DISPATCH])}
        assert groups == {"press", "mill"}

    @pytest.mark.parametrize(
        ("delay", "seconds"),
        [
            (timedelta(0), 0),
            (timedelta(seconds=30), 30),
            (timedelta(seconds=17.3), 18),
            (timedelta(minutes=15), 900),
            (timedelta(hours=5), 900),
            (timedelta(seconds=-5), 0),
        ],
    )
    def test_is_never_delayed_longer_than_sqs_takes(
        self, queues: SQSQueues, sqs: Wire, delay: timedelta, seconds: int
    ) -> None:
        queues.send(Queue.INTAKE, [OrderHint(connection="shop", store_order_id="1")], delay=delay)
        assert sqs.sent[0].body["Entries"][0]["DelaySeconds"] == seconds

    def test_that_was_refused_in_part_is_a_failure_of_the_whole(self, queues: SQSQueues, sqs: Wire) -> None:
        """The sender's own message comes back then, and all of it is sent again: doubled, never lost."""
        failed = [{"Id": "1", "Code": "InternalError", "SenderFault": False, "Message": "secret body text"}]
        sqs.answers("SendMessageBatch", {"Successful": [], "Failed": failed})
        with pytest.raises(SendFailed, match="dispatch refused 1 messages: InternalError") as told:
            queues.send(Queue.DISPATCH, hints(3))
        assert "order0" not in str(told.value)

    def test_whose_answer_was_lost_comes_twice_rather_than_never(
        self, queues: SQSQueues, sqs: Wire, urls: dict[Queue, str]
    ) -> None:
        sqs.lose_answer("SendMessageBatch")
        queues.send(Queue.DISPATCH, hints(2))
        assert len(lying(sqs, urls[Queue.DISPATCH])) == 4

    def test_that_never_arrives_raises(self, queues: SQSQueues, sqs: Wire) -> None:
        for _ in range(4):
            sqs.lose_request("SendMessageBatch")
        with pytest.raises(ConnectionClosedError):
            queues.send(Queue.DISPATCH, hints(1))


class TestRedrive:
    def bury(self, sqs: Wire, url: str, *bodies: str) -> None:
        for body in bodies:
            sqs.client.send_message(QueueUrl=url, MessageBody=body)

    def dead_hints(self, sqs: Wire, dead: dict[Queue, str], count: int) -> None:
        self.bury(sqs, dead[Queue.DISPATCH], *(one.model_dump_json() for one in hints(count)))

    def test_moves_every_dead_letter_back(
        self, queues: SQSQueues, sqs: Wire, urls: dict[Queue, str], dead: dict[Queue, str]
    ) -> None:
        self.dead_hints(sqs, dead, 13)
        assert queues.redrive(Queue.DISPATCH, 100) == 13
        back = lying(sqs, urls[Queue.DISPATCH])
        assert len({one["Body"] for one in back}) == 13
        assert {one["Attributes"]["MessageGroupId"] for one in back} == {"press"}
        assert lying(sqs, dead[Queue.DISPATCH]) == []

    def test_moves_no_more_than_it_was_told(
        self, queues: SQSQueues, sqs: Wire, urls: dict[Queue, str], dead: dict[Queue, str]
    ) -> None:
        self.dead_hints(sqs, dead, 13)
        assert queues.redrive(Queue.DISPATCH, 4) == 4
        assert len(lying(sqs, urls[Queue.DISPATCH])) == 4

    def test_pressed_twice_moves_nothing_twice(
        self, queues: SQSQueues, sqs: Wire, urls: dict[Queue, str], dead: dict[Queue, str]
    ) -> None:
        self.dead_hints(sqs, dead, 3)
        assert (queues.redrive(Queue.DISPATCH, 100), queues.redrive(Queue.DISPATCH, 100)) == (3, 0)
        assert len(lying(sqs, urls[Queue.DISPATCH])) == 3

    def test_cut_off_between_sending_and_deleting_doubles_and_does_not_lose(
        self, queues: SQSQueues, sqs: Wire, urls: dict[Queue, str], dead: dict[Queue, str]
    ) -> None:
        self.dead_hints(sqs, dead, 1)
        for _ in range(4):
            sqs.lose_request("DeleteMessage")
        with pytest.raises(ConnectionClosedError):
            queues.redrive(Queue.DISPATCH, 100)
        assert len(lying(sqs, urls[Queue.DISPATCH])) == 1
        assert queues.depths()[Queue.DISPATCH][1] == 1, "it is still dead, and is sent again next time"

    def test_cut_off_before_sending_keeps_it_dead(
        self, queues: SQSQueues, sqs: Wire, urls: dict[Queue, str], dead: dict[Queue, str]
    ) -> None:
        self.dead_hints(sqs, dead, 1)
        for _ in range(4):
            sqs.lose_request("SendMessageBatch")
        with pytest.raises(ConnectionClosedError):
            queues.redrive(Queue.DISPATCH, 100)
        assert queues.depths()[Queue.DISPATCH][1] == 1

    def test_leaves_what_is_no_message_of_ours_where_it_is_and_goes_on(
        self, queues: SQSQueues, sqs: Wire, urls: dict[Queue, str], dead: dict[Queue, str]
    ) -> None:
        """One foreign body must not keep all the others from coming back."""
        self.bury(sqs, dead[Queue.DISPATCH], "not json", json.dumps({"connection": "press", "strange": 1}))
        self.dead_hints(sqs, dead, 3)
        assert queues.redrive(Queue.DISPATCH, 100) == 3
        assert len(lying(sqs, urls[Queue.DISPATCH])) == 3
        assert queues.depths()[Queue.DISPATCH][1] == 2


class TestAQueueNobodyNamed:
    def test_is_named_by_the_error(self, sqs: Wire) -> None:
        queues = SQSQueues(sqs.client, {})
        with pytest.raises(LookupError, match="store-updates"):
            queues.send(Queue.STORE_UPDATES, hints(1))
        with pytest.raises(LookupError, match="intake"):
            queues.redrive(Queue.INTAKE, 1)


class TestDepths:
    def test_count_what_waits_what_is_delayed_and_what_is_dead(
        self, queues: SQSQueues, sqs: Wire, dead: dict[Queue, str]
    ) -> None:
        queues.send(Queue.DISPATCH, hints(2))
        queues.send(Queue.DISPATCH, hints(1), delay=timedelta(seconds=60))
        sqs.client.send_message(QueueUrl=dead[Queue.DISPATCH], MessageBody="x")
        depths = queues.depths()
        assert depths[Queue.DISPATCH] == (3, 1)
        assert depths[Queue.INTAKE] == (0, 0)
        assert set(depths) == set(Queue)


class TestMessages:
    @given(
        queue=st.sampled_from(Queue),
        text=st.text(min_size=1, max_size=200).filter(lambda text: text.isprintable()),
    )
    def test_come_back_as_they_were_sent(self, queue: Queue, text: str) -> None:
        fields = {
            name: text
            for name in MESSAGE_OF[queue].model_fields
            if name not in ("updated_at", "since", "replan", "remap", "tries", "kind", "at")
        }
        message = MESSAGE_OF[queue](**fields)
        assert MESSAGE_OF[queue].model_validate_json(message.model_dump_json(exclude_defaults=True)) == message

    def test_keep_their_time(self) -> None:
        hint = OrderHint(connection="shop", store_order_id="1", updated_at=NOW, replan=True, remap=True)
        assert OrderHint.model_validate_json(hint.model_dump_json(exclude_defaults=True)) == hint
        poll = PollHint(connection="press", since=NOW)
        assert PollHint.model_validate_json(poll.model_dump_json(exclude_defaults=True)) == poll

    @pytest.mark.parametrize("queue", list(Queue))
    @pytest.mark.parametrize(
        "body",
        ["", "null", "[]", "{}", '{"connection": ""}', '{"connection": "x", "extra": 1}', "{" * 5000],
    )
    def test_that_are_not_ours_are_refused(self, queue: Queue, body: str) -> None:
        with pytest.raises(ValueError):
            MESSAGE_OF[queue].model_validate_json(body)

    def test_that_are_too_long_are_refused_without_being_shown(self) -> None:
        with pytest.raises(ValueError) as refused:
            PollHint(connection="x" * 201)
        assert "xxx" not in str(refused.value)


def s3_says(*keys: str) -> str:
    """As S3 puts it on a queue: keys coded as in an address, a space as a plus."""
    records = [
        {
            "eventName": "ObjectCreated:Put",
            "eventTime": NOW.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "s3": {"object": {"key": quote_plus(key, "/")}},
        }
        for key in keys
    ]
    return json.dumps({"Records": records})


class TestWhatS3Says:
    @pytest.mark.parametrize(
        "key",
        ["in/wh/picks/1.csv", "in/wh/picks/a b+c%2F&ü.csv", "in/wh/picks/a/b.csv", "in/wh/ .csv", "in/wh/'\u2028"],
    )
    def test_is_a_hint_of_its_connection_with_the_key_as_it_is(self, key: str) -> None:
        assert messages_in(Queue.FILES, s3_says(key)) == [FileHint(connection="wh", key=key, at=NOW)]

    def test_may_be_of_several_files(self) -> None:
        found = messages_in(Queue.FILES, s3_says("in/a/picks/1", "in/b/picks/1", "in/a/picks/2"))
        assert [one.connection for one in found] == ["a", "b", "a"]

    def test_is_no_file_where_the_console_makes_a_folder(self) -> None:
        assert messages_in(Queue.FILES, s3_says("in/wh/picks/", "in/wh/")) == []

    def test_is_no_file_when_s3_tries_the_queue(self) -> None:
        tried = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Time": "2026-11-21T09:30:00.000Z", "Bucket": "b"}
        assert messages_in(Queue.FILES, json.dumps(tried)) == []

    @pytest.mark.parametrize("key", ["in/1.csv", "in", "", "in//picks/1.csv", f"in/{'x' * 201}/1.csv"])
    def test_of_a_file_in_nobodys_folder_fails_and_is_seen(self, key: str) -> None:
        with pytest.raises(ValueError):
            messages_in(Queue.FILES, s3_says(key))

    def test_and_our_own_hints_go_by_the_same_queue(self) -> None:
        ours = FileHint(connection="wh", key="in/wh/picks/1.csv")
        assert messages_in(Queue.FILES, ours.model_dump_json()) == [ours]

    @pytest.mark.parametrize(
        "body",
        ["", "null", "[]", "{}", '{"Records": []}', '{"Records": [{}]}', '{"Event": "s3:Other"}', "{" * 5000],
    )
    def test_that_is_nothing_of_the_kind_is_refused(self, body: str) -> None:
        with pytest.raises(ValueError):
            messages_in(Queue.FILES, body)

    @pytest.mark.parametrize("queue", [queue for queue in Queue if queue is not Queue.FILES])
    def test_is_listened_to_on_its_own_queue_only(self, queue: Queue) -> None:
        with pytest.raises(ValueError):
            messages_in(queue, s3_says("in/wh/picks/1.csv"))

    def test_comes_back_from_the_dead_as_our_own(
        self, queues: SQSQueues, sqs: Wire, urls: dict[Queue, str], dead: dict[Queue, str]
    ) -> None:
        for body in (s3_says("in/wh/picks/1.csv", "in/wh/picks/2.csv"), s3_says("in/nobody.csv")):
            sqs.client.send_message(QueueUrl=dead[Queue.FILES], MessageBody=body)
        assert queues.redrive(Queue.FILES, 10) == 1
        back = [json.loads(one["Body"])["key"] for one in lying(sqs, urls[Queue.FILES])]
        assert sorted(back) == ["in/wh/picks/1.csv", "in/wh/picks/2.csv"]
        assert queues.depths()[Queue.FILES][1] == 1
