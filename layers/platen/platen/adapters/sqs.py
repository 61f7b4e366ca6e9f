"""The queues: a message is durable once ``send`` returns, and may arrive more than once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import batched
from math import ceil
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from platen.messages import MESSAGE_OF, Message, Queue

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class SendFailed(Exception):
    """SQS took some of the messages and not others; the caller's own message comes again, and all with it."""


def messages_in(queue: Queue, body: str) -> Sequence[Message]:
    """The messages of a body: one, but where S3 says what came in.

    Raises pydantic's ValidationError for what is none of ours.
    """
    if queue is not Queue.FILES:
        return [MESSAGE_OF[queue].model_validate_json(body)]
    # Imported here: only one queue hears S3.
    from platen.adapters.s3_events import file_hints  # noqa: PLC0415

    return file_hints(body)


class SQSQueues:
    """``ports.Queues``. ``urls`` and ``dead`` name only the queues this function may use."""

    def __init__(
        self, client: SQSClient, urls: Mapping[Queue, str], dead: Mapping[Queue, str] | None = None
    ) -> None:
        self._client = client
        self._urls = urls
        self._dead = dead or {}

    def send(self, queue: Queue, messages: Sequence[Message], *, delay: timedelta = timedelta(0)) -> None:
        # Rounded up: who says when to come back is not there yet before.
        seconds = min(900, max(0, ceil(delay.total_seconds())))
        for chunk in batched(messages, 10, strict=False):
            entries: list[Any] = [
                {
                    "Id": str(number),
                    "MessageBody": message.model_dump_json(exclude_defaults=True),
                    # On a standard queue the group is the tenant: a busy connection waits behind itself.
                    "MessageGroupId": message.connection,
                    "DelaySeconds": seconds,
                }
                for number, message in enumerate(chunk)
            ]
            answer = self._client.send_message_batch(QueueUrl=_named(self._urls, queue), Entries=entries)
            if answer.get("Failed"):
                codes = sorted({failed["Code"] for failed in answer["Failed"]})
                raise SendFailed(f"{queue.value} refused {len(answer['Failed'])} messages: {', '.join(codes)}")

    def redrive(self, queue: Queue, limit: int) -> int:
        """Each dead letter is sent before it is deleted: pressed twice, or cut off, it doubles at worst.

        What is no message of ours stays where it is.
        """
        moved = 0
        seen: set[str] = set()
        while moved < limit:
            answer = self._client.receive_message(
                QueueUrl=_named(self._dead, queue),
                MaxNumberOfMessages=min(10, limit - moved),
                WaitTimeSeconds=1,
                VisibilityTimeout=60,
            )
            received = [one for one in answer.get("Messages", []) if one["MessageId"] not in seen]
            if not received:
                break
            for one in received:
                seen.add(one["MessageId"])
                try:
                    messages = messages_in(queue, one["Body"])
                except ValidationError:
                    continue
                self.send(queue, messages)
                self._client.delete_message(QueueUrl=self._dead[queue], ReceiptHandle=one["ReceiptHandle"])
                moved += 1
        return moved

    def depths(self) -> dict[Queue, tuple[int, int]]:
        return {
            queue: (self._depth(url), self._depth(self._dead[queue]) if queue in self._dead else 0)
            for queue, url in self._urls.items()
        }

    def _depth(self, url: str) -> int:
        answer = self._client.get_queue_attributes(
            QueueUrl=url,
            AttributeNames=[
                "ApproximateNumberOfMessages",
                "ApproximateNumberOfMessagesNotVisible",
                "ApproximateNumberOfMessagesDelayed",
            ],
        )
        return sum(int(count) for count in answer["Attributes"].values())


def _named(urls: Mapping[Queue, str], queue: Queue) -> str:
    if queue not in urls:
        raise LookupError(f"this function was not told where the queue {queue.value} is")
    return urls[queue]
