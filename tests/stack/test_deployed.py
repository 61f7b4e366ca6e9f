"""The template on the embedded AWS, where a permission that is missing is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests

from platen.messages import MESSAGE_OF, Queue
from platen_cli import stack as local
from platen_cli.stack import LocalStack
from tests.stack.conftest import HOME, eventually
from tests.support.abroad import PATIENCE

pytestmark = pytest.mark.stack

READER = {
    Queue.INTAKE: "order_intake",
    Queue.DISPATCH: "vendor_dispatch",
    Queue.SHIPMENTS: "shipment_intake",
    Queue.STORE_UPDATES: "store_update",
    Queue.STORE_POLLS: "store_poll",
    Queue.VENDOR_POLLS: "vendor_poll",
    Queue.FILES: "warehouse_files_in",
    Queue.SYNCS: "inventory_push",
}
NEEDED = {
    Queue.INTAKE: {"store_order_id": "1001"},
    Queue.DISPATCH: {"order_id": "k7x2m3qpl4tzabcd", "job_id": "1"},
    Queue.SHIPMENTS: {"vendor_ref": "V-2001"},
    Queue.STORE_UPDATES: {"order_id": "k7x2m3qpl4tzabcd", "shipment_id": "1-1"},
    Queue.STORE_POLLS: {},
    Queue.VENDOR_POLLS: {},
    Queue.FILES: {"key": "in/nobody/picks/1.csv"},
    Queue.SYNCS: {},
}


def test_it_says_that_it_runs(stack: LocalStack) -> None:
    assert local.running(HOME) == stack


def test_the_operator_counts_every_queue(ask: Callable[..., dict[str, Any]]) -> None:
    answer = ask("status")
    assert answer["ok"] is True
    assert set(answer["result"]["queues"]) == {queue.value for queue in Queue}


def test_the_operator_may_redrive_every_queue(ask: Callable[..., dict[str, Any]]) -> None:
    assert ask("redrive", limit=1)["ok"] is True


@pytest.mark.parametrize("kind", ["store", "vendor"])
@pytest.mark.parametrize("body", [b"{}", b"", b"\xff\x00\xfe not text"])
def test_a_webhook_of_nobody_is_turned_away_and_told_nothing(stack: LocalStack, kind: str, body: bytes) -> None:
    answer = requests.post(f"{stack.public_url}/webhooks/{kind}/nobody/key", data=body, timeout=PATIENCE)
    assert (answer.status_code, answer.content) == (401, b"")


def test_a_webhook_is_posted_or_there_is_no_such_route(stack: LocalStack) -> None:
    assert requests.get(f"{stack.public_url}/webhooks/store/nobody/key", timeout=PATIENCE).status_code == 403


@pytest.mark.parametrize("queue", Queue)
def test_a_message_reaches_its_function_which_may_say_when_it_comes_back(
    stack: LocalStack, logged: Callable[[str], list[str]], queue: Queue
) -> None:
    """A connection that is not there fails in nearly every use case, after the first reads."""
    message = MESSAGE_OF[queue].model_validate({"connection": "nobody", **NEEDED[queue]})
    name = "".join(part.capitalize() for part in queue.value.split("-"))
    sqs, url = stack.client("sqs"), stack.outputs[f"{name}Queue"]
    sqs.send_message(QueueUrl=url, MessageBody=message.model_dump_json(), MessageGroupId="nobody")
    said = "file of no warehouse" if queue is Queue.FILES else "message failed"
    assert eventually(lambda: [line for line in logged(READER[queue]) if said in line])
    sqs.purge_queue(QueueUrl=url)  # it would come back for half an hour, beside what other tests look at
    text = "\n".join(logged(READER[queue]))
    assert "nobody" in text
    assert "could not shorten the wait" not in text
    assert "not authorized" not in text


def test_the_sweep_runs_and_counts(stack: LocalStack, logged: Callable[[str], list[str]]) -> None:
    answer = stack.client("lambda").invoke(FunctionName=stack.outputs["SweepFunction"], Payload=b"{}")
    assert "FunctionError" not in answer
    counted = eventually(lambda: [json.loads(line) for line in logged("sweep") if "SweepRan" in line])
    assert counted[0]["service"] == stack.name
    assert {"SweepRan", "ConnectionsFailing", "OldestAttentionMinutes"} <= set(counted[0])


def test_what_a_call_has_logged_is_there_with_its_answer(
    stack: LocalStack, logged: Callable[[str], list[str]]
) -> None:
    """Tests count lines; the embedded AWS, as it comes, tells those that are late with the next call, or never."""
    before = sum("SweepRan" in line for line in logged("sweep"))
    for calls in range(1, 6):
        stack.client("lambda").invoke(FunctionName=stack.outputs["SweepFunction"], Payload=b"{}")
        assert sum("SweepRan" in line for line in logged("sweep")) >= before + calls


def test_items_expire(stack: LocalStack) -> None:
    dynamodb = stack.client("dynamodb")
    for key in ("OrdersTable", "ConnectionsTable", "ProductsTable", "StockTable"):
        found = dynamodb.describe_time_to_live(TableName=stack.outputs[key])["TimeToLiveDescription"]
        assert (found["TimeToLiveStatus"], found["AttributeName"]) == ("ENABLED", "expires_at")


def test_a_file_that_comes_in_is_told_to_its_function_and_others_are_not(
    stack: LocalStack, logged: Callable[[str], list[str]]
) -> None:
    s3, bucket = stack.client("s3"), stack.outputs["FilesBucket"]
    s3.put_object(Bucket=bucket, Key="out/outgoing/orders/1.csv", Body=b"x")
    s3.put_object(Bucket=bucket, Key="in/incoming/picks/a b+ü.csv", Body=b"x")
    assert eventually(lambda: [line for line in logged("warehouse_files_in") if '"incoming"' in line])
    text = "\n".join(logged("warehouse_files_in"))
    assert "a b+ü" not in text, "people name files, and after people"
    assert "outgoing" not in text
