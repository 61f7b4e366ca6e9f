"""Every role may do what its use case calls, and nothing else. A new call is a new line here."""

from __future__ import annotations

from typing import Any

import pytest

from tests.template.reading import each, functions, resource, resources, word

SCHEDULER = "schedule:ScheduleGroup/*"
LEADING = " where kind is health, cache:*"
CONNECTIONS = {
    "ConnectionsTable": "dynamodb BatchGetItem GetItem Query",
    f"ConnectionsTable{LEADING}": "dynamodb BatchWriteItem PutItem",
}
SECRETS = {"ssm:*/credentials": "ssm GetParameter", "ssm:*/token": "ssm GetParameter PutParameter"}
READ = "sqs ChangeMessageVisibility DeleteMessage GetQueueAttributes ReceiveMessage"
SEND = "sqs SendMessage"
BOTH = "sqs ChangeMessageVisibility DeleteMessage GetQueueAttributes ReceiveMessage SendMessage"
REDRIVE = "sqs DeleteMessage GetQueueAttributes ReceiveMessage"
COUNT = "sqs GetQueueAttributes SendMessage"
WEBHOOK = {"ConnectionsTable": "dynamodb GetItem", "ssm:*/webhook": "ssm GetParameter"}

MAY: dict[str, dict[str, str]] = {
    "StoreWebhook": WEBHOOK | {"IntakeQueue": SEND},
    "VendorWebhook": {
        "ConnectionsTable": "dynamodb BatchGetItem GetItem",
        "ConnectionsTable where kind is cache:*": "dynamodb BatchWriteItem",
        "ssm:*/webhook": "ssm GetParameter",
        "ShipmentsQueue": SEND,
        "VendorPollsQueue": SEND,
    },
    "VendorFeed": CONNECTIONS
    | {
        "OrdersTable": "dynamodb BatchGetItem GetItem PutItem Query UpdateItem",
        "OrdersTable/index/by_feed": "dynamodb Query",
        "OrdersTable/index/by_number": "dynamodb Query",
        "ssm:*/webhook": "ssm GetParameter",
        "ShipmentsQueue": SEND,
        "StoreUpdatesQueue": SEND,
    },
    "OrderIntake": CONNECTIONS
    | SECRETS
    | {
        "OrdersTable": "dynamodb BatchGetItem PutItem Query",
        "OrdersTable/index/by_number": "dynamodb Query",
        "ProductsTable": "dynamodb BatchGetItem",
        "IntakeQueue": BOTH,
        "DispatchQueue": SEND,
        "StoreUpdatesQueue": SEND,
    },
    "VendorDispatch": CONNECTIONS
    | SECRETS
    | {
        "OrdersTable": "dynamodb GetItem PutItem Query UpdateItem",
        "DispatchQueue": READ,
        "IntakeQueue": SEND,
        "StoreUpdatesQueue": SEND,
    },
    "ShipmentIntake": CONNECTIONS
    | SECRETS
    | {
        "OrdersTable": "dynamodb GetItem PutItem Query UpdateItem",
        "OrdersTable/index/by_vendor_order": "dynamodb Query",
        "IntakeQueue": SEND,
        "ShipmentsQueue": BOTH,
        "StoreUpdatesQueue": SEND,
    },
    "StoreUpdate": CONNECTIONS
    | SECRETS
    | {"OrdersTable": "dynamodb PutItem Query UpdateItem", "StoreUpdatesQueue": BOTH},
    "StorePoll": CONNECTIONS
    | SECRETS
    | {
        "OrdersTable": "dynamodb BatchGetItem",
        "ssm:*/webhook": "ssm GetParameter",
        "StorePollsQueue": READ,
        "IntakeQueue": SEND,
    },
    "VendorPoll": CONNECTIONS
    | SECRETS
    | {
        "OrdersTable": "dynamodb BatchGetItem",
        "OrdersTable/index/by_due": "dynamodb Query",
        "OrdersTable/index/by_feed": "dynamodb Query",
        "VendorPollsQueue": READ,
        "ShipmentsQueue": SEND,
    },
    "Sweep": {
        "OrdersTable": "dynamodb BatchGetItem",
        "OrdersTable/index/by_due": "dynamodb Query",
        "OrdersTable/index/by_state": "dynamodb Query",
        "ConnectionsTable": "dynamodb GetItem Query",
        "ConnectionsTable where kind is health": "dynamodb PutItem",
        "IntakeQueue": SEND,
        "DispatchQueue": SEND,
        "StoreUpdatesQueue": SEND,
    },
    "Operator": {
        "OrdersTable": "dynamodb BatchGetItem GetItem PutItem Query",
        "OrdersTable/index/by_state": "dynamodb Query",
        "OrdersTable/index/by_number": "dynamodb Query",
        "OrdersTable/index/by_folder": "dynamodb Query",
        "OrdersTable/index/by_due": "dynamodb Query",
        "ConnectionsTable": "dynamodb BatchGetItem BatchWriteItem GetItem PutItem Query",
        "ConnectionsTable where kind is connection, health": "dynamodb DeleteItem",
        "ProductsTable": "dynamodb BatchGetItem BatchWriteItem",
        "ssm:*/webhook": "ssm DeleteParameters GetParameter PutParameter",
        "ssm:*/credentials": "ssm DeleteParameters GetParameter PutParameter",
        "ssm:*/token": "ssm DeleteParameters GetParameter PutParameter",
        SCHEDULER: "scheduler CreateSchedule DeleteSchedule UpdateSchedule",
        "ScheduleRole where iam:PassedToService is scheduler.amazonaws.com": "iam PassRole",
        **{f"{queue}Queue": COUNT for queue in ("Intake", "Dispatch", "Shipments")},
        **{f"{queue}Queue": COUNT for queue in ("StoreUpdates", "StorePolls", "VendorPolls")},
        **{f"{queue}Dlq": REDRIVE for queue in ("Intake", "Dispatch", "Shipments")},
        **{f"{queue}Dlq": REDRIVE for queue in ("StoreUpdates", "StorePolls", "VendorPolls")},
    },
}

WITH_STARS = {
    "ssm:*/webhook": "a parameter of each connection, which is not known beforehand",
    "ssm:*/credentials": "the same",
    "ssm:*/token": "the same",
    SCHEDULER: "a schedule of each connection; the group is this stack's own",
}
MANAGED = {
    "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole": "SAM gives it to every function: to log",
    "arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess": "SAM gives it where Tracing is set: to write traces",
}


def test_every_function_has_a_line_in_the_table() -> None:
    assert set(MAY) == set(functions())


@pytest.mark.parametrize("function", sorted(MAY))
def test_a_function_may_do_exactly_what_it_does(function: str) -> None:
    assert _granted(resource(f"{function}Role")["Properties"]) == MAY[function]


def test_schedules_may_only_send_polls() -> None:
    sent = {"StorePollsQueue": SEND, "VendorPollsQueue": SEND, "SchedulesDlq": SEND}
    assert _granted(resource("ScheduleRole")["Properties"]) == sent


def test_nobody_may_do_everything_or_anywhere() -> None:
    for name, role in resources("AWS::IAM::Role").items():
        for place, actions in _granted(role).items():
            assert "*" not in actions, f"{name} may do any {actions} on {place}"
            assert "*" not in place.partition(" where")[0] or place in WITH_STARS, f"{name} may touch {place}"


def test_managed_policies_are_only_those_that_sam_gives() -> None:
    for name, role in resources("AWS::IAM::Role").items():
        if name != "ApiLogRole":
            assert set(role.get("ManagedPolicyArns", ())) <= set(MANAGED), name


def test_only_the_scheduler_takes_the_schedules_role_and_only_for_our_group() -> None:
    [trust] = resource("ScheduleRole")["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert {key: word(value) for key, value in trust["Condition"]["StringEquals"].items()} == {
        "aws:SourceAccount": "AWS::AccountId",
        "aws:SourceArn": "ScheduleGroup",
    }


def _granted(role: dict[str, Any]) -> dict[str, str]:
    """Place -> what may be done there."""
    granted: dict[str, set[str]] = {}
    for policy in role.get("Policies", ()):
        for statement in policy["PolicyDocument"]["Statement"]:
            assert statement["Effect"] == "Allow"
            for place in each(statement["Resource"]):
                granted.setdefault(word(place) + _condition(statement), set()).update(each(statement["Action"]))
    return {place: _short(actions) for place, actions in granted.items()}


def _short(actions: set[str]) -> str:
    [service] = {action.partition(":")[0] for action in actions}
    return " ".join([service, *sorted(action.partition(":")[2] for action in actions)])


def _condition(statement: dict[str, Any]) -> str:
    match statement.get("Condition"):
        case None:
            return ""
        case {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": keys}}:
            return f" where kind is {', '.join(keys)}"
        case {"StringEquals": {"iam:PassedToService": service}}:
            return f" where iam:PassedToService is {service}"
        case other:
            raise AssertionError(f"a condition that this test cannot read: {other}")
