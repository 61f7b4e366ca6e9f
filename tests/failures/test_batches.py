"""Messages in batches, as Lambda hands them over: one that fails takes no other with it."""

from __future__ import annotations

import io
import logging
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError

from platen import compose
from platen.connectors import Resend
from platen.messages import FileHint, Message, OrderHint, Queue
from platen.observability import logger
from tests.fakes import Lost
from tests.support.stall import StallBench


class Waits:
    """The one call of SQS that the batch loop makes itself: when a failed message is seen again."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []
        self.broken = False

    def change_message_visibility(self, *, QueueUrl: str, ReceiptHandle: str, VisibilityTimeout: int) -> None:
        if self.broken:
            raise Lost(QueueUrl)
        self.asked.append((ReceiptHandle, VisibilityTimeout))


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> StallBench:
    bench = StallBench(Resend.LOOKUP, timedelta(0))
    monkeypatch.setattr(compose, "hub", lambda: bench.hub)
    return bench


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> Waits:
    waits = Waits()
    monkeypatch.setattr(compose.aws, "sqs", lambda: waits)
    queues = {queue: f"https://sqs.example/{queue.value}" for queue in compose.Queue}
    monkeypatch.setattr(compose, "environment", lambda: SimpleNamespace(queues=queues))
    return waits


def batch(*bodies: Message | str, received: int = 1) -> dict[str, Any]:
    return {
        "Records": [
            {
                "messageId": f"m{number}",
                "receiptHandle": f"r{number}",
                "body": body if isinstance(body, str) else body.model_dump_json(),
                "attributes": {"ApproximateReceiveCount": str(received)},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
            }
            for number, body in enumerate(bodies)
        ]
    }


def failed(answer: dict[str, Any]) -> list[str]:
    return [one["itemIdentifier"] for one in answer["batchItemFailures"]]


def a_hint(bench: StallBench, **changes: Any) -> OrderHint:
    order = bench.order_placed()
    fields = {"connection": "stall", "store_order_id": order.store_order_id, "updated_at": order.updated_at}
    return OrderHint(**(fields | changes))


POISON = [
    "",
    "not json",
    "[]",
    '{"connection": "stall"',
    '{"connection": "", "store_order_id": "1"}',
    '{"connection": "stall", "store_order_id": "1", "surname": "Quellwasser"}',
    '{"connection": "nobody", "store_order_id": "1"}',
    '{"connection": "stall", "store_order_id": "' + "9" * 300 + '"}',
]


@pytest.mark.parametrize("poison", POISON)
def test_poison_comes_back_alone_and_the_rest_is_done(bench: StallBench, waits: Waits, poison: str) -> None:
    hint = a_hint(bench)
    assert failed(compose.order_intake(batch(poison, hint, poison), None)) == ["m0", "m2"]
    assert len(bench.orders.records()) == 1


def test_poison_is_logged_without_what_is_in_it(
    bench: StallBench, waits: Waits, caplog: pytest.LogCaptureFixture
) -> None:
    logger.setLevel(logging.DEBUG)
    caplog.set_level(logging.DEBUG)
    poison = '{"connection": "stall", "store_order_id": {"street": "Lange Zeile 17"}, "surname": "Quellwasser"}'
    compose.order_intake(batch(poison, a_hint(bench)), None)
    said = "\n".join(f"{one.__dict__} {one.exc_text}" for one in caplog.records)
    logger.setLevel(logging.ERROR)
    assert "message failed" in said
    assert "Lange Zeile" not in said
    assert "Quellwasser" not in said


def test_a_file_is_logged_without_its_name(
    bench: StallBench, waits: Waits, monkeypatch: pytest.MonkeyPatch
) -> None:
    """People name files, and after people."""
    lines = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", lines)
    logger.setLevel(logging.INFO)
    compose.warehouse_files_in(batch(FileHint(connection="nobody", key="in/nobody/picks/Quellwasser.csv")), None)
    logger.setLevel(logging.ERROR)
    said = lines.getvalue()
    assert "file of no warehouse" in said
    assert "Quellwasser" not in said


def test_a_batch_that_fails_whole_is_an_error_that_shows(bench: StallBench, waits: Waits) -> None:
    with pytest.raises(BatchProcessingError):
        compose.order_intake(batch("poison"), None)


def test_what_failed_is_seen_again_sooner_each_time_later(bench: StallBench, waits: Waits) -> None:
    for received in (1, 2, 3, 20):
        compose.order_intake(batch("poison", a_hint(bench), received=received), None)
    assert waits.asked == [("r0", 15), ("r0", 30), ("r0", 60), ("r0", 600)]


def test_that_it_cannot_be_hastened_loses_no_message(bench: StallBench, waits: Waits) -> None:
    waits.broken = True
    assert failed(compose.order_intake(batch("poison", a_hint(bench)), None)) == ["m0"]


def test_many_hints_of_one_order_are_one_read(bench: StallBench, waits: Waits) -> None:
    hint = a_hint(bench)
    compose.order_intake(batch(*[hint] * 5), None)
    assert bench.switch.calls.count("store.fetch") == 1


def test_a_hint_that_was_passed_over_does_not_stand_in_for_a_newer_one(bench: StallBench, waits: Waits) -> None:
    """Old news and new news of one order in one batch: the old is not read, so the new has to be."""
    old = a_hint(bench)
    bench.clock.passes(minutes=1)
    order = bench.changed(bench.store.orders[old.store_order_id], email="a@b.example")
    compose.order_intake(batch(old), None)
    bench.clock.passes(minutes=1)
    order = bench.changed(order, cancelled_at=bench.clock.now())
    newer = old.model_copy(update={"updated_at": order.updated_at})
    compose.order_intake(batch(old, newer), None)
    (record,) = bench.orders.records()
    assert record.head.cancelled_at


def test_a_look_at_what_moved_does_not_stand_in_for_a_new_plan(bench: StallBench, waits: Waits) -> None:
    """A webhook and a person's new link, of one order and in one batch: nothing moved, and yet it is made now."""
    links = bench.connections.get("stall").links
    bench.connections.save(bench.connections.get("stall").but(links=()))
    hint = a_hint(bench)
    compose.order_intake(batch(hint), None)
    assert [one["cause"] for one in bench.attention()] == ["unrouted_line"]
    bench.connections.save(bench.connections.get("stall").but(links=links))
    anew = OrderHint(connection="stall", store_order_id=hint.store_order_id, topic="mended", remap=True)
    compose.order_intake(batch(hint, anew), None)
    assert bench.attention() == []


def test_a_hint_that_failed_does_not_stand_in_for_the_next(bench: StallBench, waits: Waits) -> None:
    hint = a_hint(bench)
    bench.switch.before("orders.save", Lost())
    assert failed(compose.order_intake(batch(hint, hint), None)) == ["m0"]
    assert len(bench.orders.records()) == 1


def test_what_a_slow_store_leaves_no_time_for_is_begun_by_the_next_and_not_cut_off(
    bench: StallBench, waits: Waits
) -> None:
    """Cut off by the function's end, none of the batch would be deleted: in the end all are dead letters."""
    hints = [a_hint(bench) for _ in range(5)]
    before = len(bench.queues.waiting(Queue.INTAKE))

    def left() -> int:
        return 60_000 - 20_000 * bench.switch.calls.count("store.fetch")

    answer = compose.order_intake(batch(*hints), SimpleNamespace(get_remaining_time_in_millis=left))
    assert failed(answer) == [], "waiting does not wear a message out"
    assert len(bench.orders.records()) == 2
    assert len(bench.queues.waiting(Queue.INTAKE)) == before + 3
