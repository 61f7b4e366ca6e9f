"""What only the real table can get wrong: lost answers, throttling, item sizes, indexes, pages."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from platen.adapters import dynamodb_orders
from platen.adapters.dynamodb_items import page_token
from platen.adapters.dynamodb_orders import DynamoDBOrders
from platen.domain.claim import Claim
from platen.domain.job import JobState, VendorPhase
from platen.domain.record import Event, OrderBody, OrderRecord, OrderState
from platen.ports import Conflict, NotClaimed, NotFound
from tests.adapters.test_orders import claim, loaded, new, with_job, with_shipment
from tests.adapters.wire import Wire
from tests.domain.making import NOW, a_line, a_plan, an_order, look, news_of, planned, sent, told

ATTEMPTS = 4
"""As ``adapters.aws`` has it: after so many, boto3 gives up."""


def raw(dynamodb: Wire, order_id: str) -> dict[str, dict[str, Any]]:
    """Sort key -> the item as it lies in the table."""
    answer = dynamodb.client.query(
        TableName="OrdersTable",
        KeyConditionExpression="order_id = :id",
        ExpressionAttributeValues={":id": {"S": order_id}},
    )
    return {item["item"]["S"]: item for item in answer["Items"]}


def size(value: dict[str, Any]) -> int:
    """Bytes as DynamoDB counts them: names and values, with the overhead of lists and maps."""
    return sum(len(name.encode()) + _size(one) for name, one in value.items())


def _size(value: dict[str, Any]) -> int:
    ((kind, inner),) = value.items()
    match kind:
        case "S":
            return len(inner.encode())
        case "N":
            return 1 + (len(inner) + 1) // 2
        case "BOOL" | "NULL":
            return 1
        case "L":
            return 3 + sum(1 + _size(one) for one in inner)
        case "M":
            return 3 + sum(1 + len(name.encode()) + _size(one) for name, one in inner.items())
    raise AssertionError(kind)


class TestALostAnswer:
    """boto3 sends the same request again, and the condition fails because of ourselves."""

    def test_to_a_job_that_was_saved_is_no_conflict(self, table: DynamoDBOrders, dynamodb: Wire) -> None:
        job = with_job(table)
        dynamodb.lose_answer("PutItem")
        after = table.save_job(job, job.but(vendor_words="NEW"))
        assert loaded(table, job.order_id).jobs["1"] == after

    def test_to_a_parcel_that_was_saved_is_no_conflict(self, table: DynamoDBOrders, dynamodb: Wire) -> None:
        shipment = with_shipment(table)
        dynamodb.lose_answer("PutItem", times=2)
        after = table.save_shipment(shipment, shipment.but(fulfillments=("f1",)))
        assert loaded(table, shipment.order_id).shipments["1-abcd"] == after

    def test_to_a_new_head_is_no_conflict(self, table: DynamoDBOrders, dynamodb: Wire) -> None:
        order = an_order(hold="held")
        dynamodb.lose_answer("PutItem")
        saved = table.save(None, look(None, order).record)
        assert loaded(table, order.order_id) == saved

    def test_to_a_body_writes_the_same_again(self, table: DynamoDBOrders, dynamodb: Wire) -> None:
        order = an_order()
        dynamodb.lose_answer("PutItem")
        saved = new(table, order)
        assert table.body(order.order_id, saved.head.body).order == order

    def test_to_a_transaction_is_answered_by_its_token(self, table: DynamoDBOrders, dynamodb: Wire) -> None:
        dynamodb.lose_answer("TransactWriteItems", times=2)
        saved = new(table)
        assert loaded(table, saved.head.order_id) == saved
        tokens = [one.body["ClientRequestToken"] for one in dynamodb.sent if one.operation == "TransactWriteItems"]
        assert len(tokens) == 3
        assert len(set(tokens)) == 1

    def test_to_a_claim_is_still_our_claim(self, table: DynamoDBOrders, dynamodb: Wire) -> None:
        job = with_job(table)
        dynamodb.lose_answer("UpdateItem")
        mine = table.claim_job(job.order_id, "1", claim())
        assert (mine.token, mine.attempt, mine.doubt) == ("mine", 1, False)
        assert mine == loaded(table, job.order_id).jobs["1"], "one attempt, and no doubt: nothing was sent"

    def test_to_a_claim_of_what_was_due_is_still_our_claim(self, table: DynamoDBOrders, dynamodb: Wire) -> None:
        job = with_job(table, state=JobState.UNKNOWN, token="theirs", attempt=1, due_at=NOW)
        second: list[int] = []
        dynamodb.instead("UpdateItem", lambda: second.append(1))
        dynamodb.lose_answer("UpdateItem")
        mine = table.claim_job(job.order_id, "1", claim(now=NOW))
        assert (mine.token, mine.attempt, mine.doubt) == ("mine", 2, True)
        assert mine == loaded(table, job.order_id).jobs["1"]

    def test_to_a_claim_of_a_parcel_is_still_our_claim(self, table: DynamoDBOrders, dynamodb: Wire) -> None:
        shipment = with_shipment(table)
        dynamodb.lose_answer("UpdateItem")
        assert table.claim_shipment(shipment.order_id, "1-abcd", claim()).attempt == 1

    def test_that_never_comes_is_not_taken_for_a_success(self, table: DynamoDBOrders, dynamodb: Wire) -> None:
        job = with_job(table)
        dynamodb.lose_answer("PutItem", times=ATTEMPTS)
        with pytest.raises(ConnectionClosedError):
            table.save_job(job, job.but(vendor_words="NEW"))

    def test_and_somebody_elses_write_after_it_are_a_conflict(self, table: DynamoDBOrders, dynamodb: Wire) -> None:
        """Ours landed and was written over before boto3 came again: what counts now is not ours."""
        job = with_job(table)
        dynamodb.lose_answer("PutItem")

        def meanwhile() -> None:
            now = loaded(table, job.order_id).jobs["1"]
            table.save_job(now, now.but(vendor_words="THEIRS"))

        dynamodb.instead("PutItem", meanwhile)
        with pytest.raises(Conflict):
            table.save_job(job, job.but(vendor_words="OURS"))
        assert loaded(table, job.order_id).jobs["1"].vendor_words == "THEIRS"

    def test_of_a_request_that_never_arrived_is_made_up_for(self, table: DynamoDBOrders, dynamodb: Wire) -> None:
        job = with_job(table)
        dynamodb.lose_request("UpdateItem")
        assert table.claim_job(job.order_id, "1", claim()).attempt == 1


class TestARace:
    def test_between_two_claims_of_what_is_due_is_won_by_one(self, table: DynamoDBOrders, dynamodb: Wire) -> None:
        job = with_job(table, state=JobState.UNKNOWN, token="theirs", due_at=NOW)
        other = Wire("dynamodb")
        others = DynamoDBOrders(other.client, "OrdersTable", timedelta(days=1))
        dynamodb.instead("UpdateItem", lambda: None)
        dynamodb.instead("UpdateItem", lambda: others.claim_job(job.order_id, "1", claim("quick")) and None)
        with pytest.raises(NotClaimed) as taken:
            table.claim_job(job.order_id, "1", claim("slow"))
        assert taken.value.current is not None
        assert taken.value.current.token == "quick"

    def test_with_a_transaction_of_somebody_else_is_tried_again(
        self, table: DynamoDBOrders, dynamodb: Wire
    ) -> None:
        """A put in the middle of another's transaction is refused without having been looked at."""
        job = with_job(table)
        dynamodb.answer("PutItem", "TransactionConflictException")
        after = table.save_job(job, job.but(vendor_words="NEW"))
        assert loaded(table, job.order_id).jobs["1"] == after

    def test_between_transactions_is_a_conflict(self, table: DynamoDBOrders, dynamodb: Wire) -> None:
        reasons = [{"Code": "TransactionConflict", "Message": "busy"}, {"Code": "None"}]
        dynamodb.answer("TransactWriteItems", "TransactionCanceledException", CancellationReasons=reasons)
        with pytest.raises(Conflict):
            new(table)

    def test_that_is_none_is_not_called_one(self, table: DynamoDBOrders, dynamodb: Wire) -> None:
        """Throttled, it must come back as a failure: a conflict would be decided anew at once."""
        reasons = [{"Code": "ThrottlingError", "Message": "slow down"}, {"Code": "None"}]
        dynamodb.answer("TransactWriteItems", "TransactionCanceledException", CancellationReasons=reasons)
        with pytest.raises(ClientError, match="TransactionCanceledException"):
            new(table)

    def test_throttling_is_waited_out(self, table: DynamoDBOrders, dynamodb: Wire) -> None:
        job = with_job(table)
        dynamodb.answer("UpdateItem", "ProvisionedThroughputExceededException", times=2)
        assert table.claim_job(job.order_id, "1", claim()).attempt == 1

    def test_a_refusal_that_is_no_conflict_is_not_called_one(self, table: DynamoDBOrders, dynamodb: Wire) -> None:
        job = with_job(table)
        dynamodb.answer("PutItem", "AccessDeniedException")
        with pytest.raises(ClientError, match="AccessDenied"):
            table.save_job(job, job.but(vendor_words="NEW"))


class TestTheItems:
    def whole_story(self, table: DynamoDBOrders) -> OrderRecord:
        """Three lines, sent, in two parcels, told; with an event."""
        order = an_order(*(a_line(f"1456789012345{n}", 2) for n in range(3)))
        record = new(table, order)
        record = table.save(record, sent(record))
        job = record.jobs["1"]
        items = tuple((item, 2) for item in job.vendor_lines)
        parcels = (
            {
                "carrier": "Some Parcel Company",
                "tracking": "1Z999AA10123456784",
                "url": "https://tracking.example/1Z999AA10123456784",
                "items": items[:1],
                "shipped_at": NOW,
            },
            {"tracking": "1Z999AA10123456785", "items": items[1:]},
        )
        after = told(record, news_of(job, VendorPhase.SHIPPED, parcels=parcels)).record
        event = Event(order_id=order.order_id, at=NOW, what="retry: job 1", who="A Person")
        return table.save(record, after, events=[event])

    def test_that_change_are_small(self, table: DynamoDBOrders, dynamodb: Wire) -> None:
        """An update is charged for the whole item, by the kilobyte."""
        record = self.whole_story(table)
        for name, item in raw(dynamodb, record.head.order_id).items():
            if not name.startswith("body#"):
                assert size(item) < 1024, f"{name} has {size(item)} bytes"

    def test_expire_only_if_they_hold_personal_data_or_words(self, table: DynamoDBOrders, dynamodb: Wire) -> None:
        record = self.whole_story(table)
        for name, item in raw(dynamodb, record.head.order_id).items():
            assert ("expires_at" in item) is name.startswith(("body#", "event#")), name
            if "expires_at" in item:
                assert int(item["expires_at"]["N"]) == int((NOW + timedelta(days=180)).timestamp())

    def test_hold_personal_data_only_in_the_body(self, table: DynamoDBOrders, dynamodb: Wire) -> None:
        order = an_order(email="buyer@somewhere.example")
        new(table, order)
        for name, item in raw(dynamodb, order.order_id).items():
            personal = "buyer@somewhere" in str(item) or "1 Some Street" in str(item)
            assert personal is name.startswith("body#"), name

    def test_are_readable_in_the_console(self, table: DynamoDBOrders, dynamodb: Wire) -> None:
        record = self.whole_story(table)
        job = raw(dynamodb, record.head.order_id)["job#0001"]
        assert job["state"] == {"S": "shipped"}
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", job["sent_at"]["S"])
        assert not any("B" in value for value in job.values())

    def test_are_in_an_index_only_as_long_as_they_have_to(self, table: DynamoDBOrders, dynamodb: Wire) -> None:
        record = self.whole_story(table)
        items = raw(dynamodb, record.head.order_id)
        lanes = {name for name, item in items.items() if "due_lane" in item}
        assert lanes == {name for name in items if name.startswith("shipment#")}, "the job is over, its parcels not"
        for name, item in items.items():
            assert ("due_lane" in item) is ("due_at" in item), f"{name} would be missed by the sweep"
            assert ("store_state" in item) is (name == "order")
            assert ("vendor_order" in item) is name.startswith("job#")

    def test_of_a_load_are_read_without_the_body_and_the_events(
        self, table: DynamoDBOrders, dynamodb: Wire
    ) -> None:
        record = self.whole_story(table)
        dynamodb.sent.clear()
        table.load(record.head.order_id)
        (query,) = dynamodb.sent
        assert query.body["ConsistentRead"] is True
        names = set(raw(dynamodb, record.head.order_id))
        read = {name for name in names if name >= query.body["ExpressionAttributeValues"][":first"]["S"]}
        assert read == {name for name in names if not name.startswith(("body#", "event#"))}

    def test_of_jobs_stay_in_their_order(self, table: DynamoDBOrders) -> None:
        record = new(table)
        job = record.jobs["1"]
        table.save(record, record.with_jobs(*(job.but(job_id=str(n), version=0) for n in range(2, 13))))
        assert list(loaded(table, record.head.order_id).jobs) == [str(n) for n in range(1, 13)]

    def test_of_an_order_that_is_too_big_for_one_page_are_all_there(
        self, table: DynamoDBOrders, dynamodb: Wire
    ) -> None:
        """A query answers with a megabyte at most."""
        record = new(table)
        jobs = [record.jobs["1"].but(job_id=str(n), version=0, vendor_words="x" * 60_000) for n in range(2, 42)]
        for chunk in (jobs[:20], jobs[20:]):
            record = table.save(record, record.with_jobs(*chunk))
        dynamodb.sent.clear()
        assert len(loaded(table, record.head.order_id).jobs) == 41
        assert dynamodb.count()["Query"] > 1


class TestBodiesReadAtOnce:
    def test_are_there_though_written_this_moment(self, table: DynamoDBOrders, dynamodb: Wire) -> None:
        """Half the price buys a copy that may lag behind: what it lacks is asked for again, of the table itself."""
        order = an_order()
        saved = new(table, order)
        dynamodb.answers("BatchGetItem", {"Responses": {"OrdersTable": []}, "UnprocessedKeys": {}})
        found = table.bodies([(order.order_id, saved.head.body)])
        assert [one.order for one in found.values()] == [order]
        asked = [
            one.body["RequestItems"]["OrdersTable"] for one in dynamodb.sent if one.operation == "BatchGetItem"
        ]
        assert [one["ConsistentRead"] for one in asked] == [False, True]

    def test_are_asked_for_once_when_they_are_there(self, table: DynamoDBOrders, dynamodb: Wire) -> None:
        order = an_order()
        saved = new(table, order)
        dynamodb.sent.clear()
        table.bodies([(order.order_id, saved.head.body)])
        assert dynamodb.count() == {"BatchGetItem": 1}


class TestPages:
    def test_of_a_store_are_asked_for_by_number(self, table: DynamoDBOrders) -> None:
        for number in range(5):
            new(table, an_order(store_order_id=str(number), placed_at=NOW - timedelta(minutes=number)))
        page = table.in_state("shop", OrderState.OPEN, 2)
        assert page.next
        assert re.fullmatch(r"[\w=-]+", page.next), "it goes through a command line"

    @pytest.mark.parametrize(
        "token",
        ["nonsense", "????", page_token({"order_id": "x"}), page_token([1]), page_token({"a": {"S": "b"}})],  # type: ignore[arg-type]
    )
    def test_that_never_were_are_not_found(self, table: DynamoDBOrders, token: str) -> None:
        with pytest.raises(NotFound):
            table.in_state("shop", OrderState.OPEN, 2, token)

    def test_of_another_state_are_not_found(self, table: DynamoDBOrders) -> None:
        for number in range(3):
            new(table, an_order(store_order_id=str(number)))
        following = table.in_state("shop", OrderState.OPEN, 2).next
        for connection, state in (("shop", OrderState.DONE), ("other", OrderState.OPEN)):
            with pytest.raises(NotFound):
                table.in_state(connection, state, 2, following)


class TestBigOrders:
    def test_with_a_hundred_parcels_at_once_are_saved(self, table: DynamoDBOrders) -> None:
        """A transaction takes a hundred items at most."""
        order = an_order(*(a_line(str(n)) for n in range(100)))
        record = new(table, order)
        record = table.save(record, sent(record))
        job = record.jobs["1"]
        parcels = tuple({"tracking": f"T{item}", "items": ((item, 1),)} for item in job.vendor_lines)
        heard = told(record, news_of(job, VendorPhase.SHIPPED, parcels=parcels)).record
        saved = table.save(record, heard)
        assert loaded(table, order.order_id) == saved
        assert len(saved.shipments) == 100
        assert saved.jobs["1"].state is JobState.SHIPPED


def test_the_claim_is_one_write_for_a_job_that_is_ready(table: DynamoDBOrders, dynamodb: Wire) -> None:
    job = with_job(table)
    dynamodb.sent.clear()
    table.claim_job(job.order_id, "1", claim())
    assert dynamodb.count() == {"UpdateItem": 1}


def test_updates_do_nothing_that_services_disagree_on() -> None:
    """The embedded AWS gets list removals, arithmetic on text and overlapping paths wrong: none is used."""
    text = Path(dynamodb_orders.__file__).read_text()
    assert not re.search(r"\b(REMOVE|ADD|DELETE)\b [#:a-z]", text)
    assert text.count("UpdateExpression") == 1
    assert "FilterExpression" not in text


def test_a_claims_token_is_what_proves_it(table: DynamoDBOrders) -> None:
    job = with_job(table)
    table.claim_job(job.order_id, "1", claim("a"))
    other = Claim(token="b", now=NOW, lease_until=NOW, due_at=NOW)
    with pytest.raises(NotClaimed):
        table.claim_job(job.order_id, "1", other)


def test_a_plan_with_many_vendors_is_one_transaction(table: DynamoDBOrders, dynamodb: Wire) -> None:
    order = an_order(a_line("1"), a_line("2"))
    plan = a_plan(order)
    dynamodb.sent.clear()
    table.save(None, planned(order), body=OrderBody(order=order, printing=plan.printing))
    assert dynamodb.count() == {"PutItem": 1, "TransactWriteItems": 1}
