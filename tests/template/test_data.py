"""What must never be lost, and what must not be kept: tables, queues and their dead letters."""

from __future__ import annotations

from typing import Any

import pytest

from platen.adapters.dynamodb_ledger import CLAIMS_KEPT
from tests.template.reading import QUEUES, each, resource, resources, word

DAY = 24 * 60 * 60
TABLES = {
    "OrdersTable": ["order_id", "item"],
    "ConnectionsTable": ["kind", "name"],
    "ProductsTable": ["store", "sku"],
    "StockTable": ["owner", "item"],
}
INDEXES = {
    "by_state": ["store_state", "placed_at"],
    "by_vendor_order": ["vendor_order"],
    "by_due": ["due_lane", "due_at"],
    "by_number": ["store_number", "placed_at"],
    "by_folder": ["store_folder", "placed_at"],
    "by_feed": ["feed", "feed_at"],
}


def test_there_are_these_tables() -> None:
    assert set(resources("AWS::DynamoDB::Table")) == set(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_outlives_mistakes(name: str) -> None:
    table = resource(name)
    assert table["DeletionPolicy"] == table["UpdateReplacePolicy"] == "Retain"
    assert table["Properties"]["DeletionProtectionEnabled"] is True
    assert table["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_forgets_what_has_expired_and_costs_nothing_idle(name: str) -> None:
    table = resource(name)["Properties"]
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert table["BillingMode"] == "PAY_PER_REQUEST"


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_encrypted_by_the_key_that_costs_nothing(name: str) -> None:
    """DynamoDB always encrypts; only a specification of its own could change the key."""
    assert "SSESpecification" not in resource(name)["Properties"]


@pytest.mark.parametrize(("name", "keys"), TABLES.items())
def test_a_table_has_these_keys(name: str, keys: list[str]) -> None:
    assert [key["AttributeName"] for key in resource(name)["Properties"]["KeySchema"]] == keys


def test_the_indexes_of_orders_hold_keys_only() -> None:
    found = resource("OrdersTable")["Properties"]["GlobalSecondaryIndexes"]
    assert {one["IndexName"]: [key["AttributeName"] for key in one["KeySchema"]] for one in found} == INDEXES
    assert all(one["Projection"] == {"ProjectionType": "KEYS_ONLY"} for one in found)


def test_the_index_of_warehouse_orders_holds_keys_only() -> None:
    [found] = resource("StockTable")["Properties"]["GlobalSecondaryIndexes"]
    assert (found["IndexName"], found["Projection"]) == ("by_lane", {"ProjectionType": "KEYS_ONLY"})
    assert [key["AttributeName"] for key in found["KeySchema"]] == ["lane", "lane_at"]


def test_there_is_a_queue_for_each_kind_of_message_and_its_dead_letters() -> None:
    expected = {f"{name}{kind}" for name in QUEUES for kind in ("Queue", "Dlq")} | {"SchedulesDlq"}
    assert set(resources("AWS::SQS::Queue")) == expected


@pytest.mark.parametrize("name", QUEUES)
def test_a_queue_puts_aside_what_fails_again_and_again(name: str) -> None:
    queue = resource(f"{name}Queue")["Properties"]
    assert word(queue["RedrivePolicy"]["deadLetterTargetArn"]) == f"{name}Dlq"
    assert queue["RedrivePolicy"]["maxReceiveCount"] >= 5


@pytest.mark.parametrize("name", QUEUES)
def test_a_dead_letter_outlives_its_queue(name: str) -> None:
    """It keeps the date it was first sent on."""
    assert resource(f"{name}Queue")["Properties"]["MessageRetentionPeriod"] == 4 * DAY
    assert resource(f"{name}Dlq")["Properties"]["MessageRetentionPeriod"] == 14 * DAY


@pytest.mark.parametrize("name", resources("AWS::SQS::Queue"))
def test_queues_are_encrypted_and_standard(name: str) -> None:
    queue = resource(name)["Properties"]
    assert queue["SqsManagedSseEnabled"] is True
    assert not queue.get("FifoQueue")


@pytest.mark.parametrize("name", QUEUES)
def test_a_message_stays_hidden_longer_than_its_function_may_take(name: str) -> None:
    [mapping] = [
        one
        for one in resources("AWS::Lambda::EventSourceMapping").values()
        if word(one["EventSourceArn"]) == f"{name}Queue"
    ]
    timeout = resource(word(mapping["FunctionName"]))["Properties"]["Timeout"]
    assert resource(f"{name}Queue")["Properties"]["VisibilityTimeout"] >= 6 * timeout


def test_mappings_report_the_messages_that_failed_and_no_others() -> None:
    for name, mapping in resources("AWS::Lambda::EventSourceMapping").items():
        assert each(mapping["FunctionResponseTypes"]) == ["ReportBatchItemFailures"], name


def test_outside_effects_are_done_one_at_a_time() -> None:
    """A claim's lease is for one job: a batch behind a slow vendor would outlive it."""
    sizes = {name: one["BatchSize"] for name, one in resources("AWS::Lambda::EventSourceMapping").items()}
    assert sizes == {
        "OrderIntakeMapping": 10,
        "VendorDispatchMapping": 1,
        "ShipmentIntakeMapping": 10,
        "StoreUpdateMapping": 1,
        "StorePollMapping": 1,
        "VendorPollMapping": 1,
        "WarehouseFilesInMapping": 1,
        "InventoryPushMapping": 1,
    }


def test_vendors_are_asked_by_so_many_at_once() -> None:
    mapping = resource("VendorDispatchMapping")["Properties"]
    assert word(mapping["ScalingConfig"]["MaximumConcurrency"]) == "DispatchConcurrency"


# files


def test_the_bucket_outlives_mistakes_and_keeps_versions() -> None:
    bucket = resource("FilesBucket")
    assert bucket["DeletionPolicy"] == bucket["UpdateReplacePolicy"] == "Retain"
    assert bucket["Properties"]["VersioningConfiguration"] == {"Status": "Enabled"}


def test_the_bucket_is_nobodys_business() -> None:
    bucket = resource("FilesBucket")["Properties"]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    [rule] = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    [deny] = resource("FilesBucketPolicy")["Properties"]["PolicyDocument"]["Statement"]
    assert (deny["Effect"], deny["Principal"], deny["Action"]) == ("Deny", "*", "s3:*")
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert {word(place) for place in deny["Resource"]} == {"FilesBucket", "FilesBucket/*"}


def test_only_our_bucket_says_on_the_queue_that_files_came_in() -> None:
    [rule] = resource("FilesBucket")["Properties"]["NotificationConfiguration"]["QueueConfigurations"]
    assert (rule["Event"], word(rule["Queue"])) == ("s3:ObjectCreated:*", "WarehouseFilesQueue")
    # Else what is written in answer would be taken in too, and answered without end.
    assert rule["Filter"] == {"S3Key": {"Rules": [{"Name": "prefix", "Value": "in/"}]}}
    [allow] = resource("WarehouseFilesQueuePolicy")["Properties"]["PolicyDocument"]["Statement"]
    assert (allow["Principal"], allow["Action"]) == ({"Service": "s3.amazonaws.com"}, "sqs:SendMessage")
    assert allow["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    name, parts = resource("FilesBucket")["Properties"]["BucketName"]["Fn::Sub"]
    source = allow["Condition"]["ArnEquals"]["aws:SourceArn"]["Fn::Sub"]
    assert source == [f"arn:${{AWS::Partition}}:s3:::{name}", parts]
    assert resource("FilesBucket")["DependsOn"] == "WarehouseFilesQueuePolicy"


def test_files_that_name_people_are_forgotten_as_orders_are() -> None:
    rules = {one.get("Prefix", ""): one for one in _lifecycle()}
    for prefix in ("out/", "ack/"):
        assert word(rules[prefix]["ExpirationInDays"]) == "RetentionDays"
    # A version that the warehouse took away proves that it was told: as long as the order may be in doubt.
    assert word(rules["out/"]["NoncurrentVersionExpiration"]["NoncurrentDays"]) == "RetentionDays"


def test_a_file_that_was_brought_is_there_no_longer_than_it_is_known_to_be_taken() -> None:
    [brought] = [one for one in _lifecycle() if one.get("Prefix") == "in/"]
    assert brought["ExpirationInDays"] <= CLAIMS_KEPT.days


def test_what_counts_until_it_changes_does_not_go_with_time() -> None:
    [lists] = [one for one in _lifecycle() if one.get("Prefix") == "lists/"]
    assert "ExpirationInDays" not in lists


def test_no_old_version_is_kept_for_ever() -> None:
    kept = {one["Prefix"] for one in _lifecycle() if "NoncurrentVersionExpiration" in one}
    assert kept == {"out/", "in/", "ack/", "own/", "lists/"}
    assert {one["Status"] for one in _lifecycle()} == {"Enabled"}


def _lifecycle() -> list[dict[str, Any]]:
    return list(resource("FilesBucket")["Properties"]["LifecycleConfiguration"]["Rules"])
