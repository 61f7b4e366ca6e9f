"""Every role may do what its use case calls, and nothing else. A new call is a new line here."""

from __future__ import annotations

from typing import Any

import pytest

from platen.usecases.operate_levels import Level
from tests.template.reading import QUEUES, each, functions, resource, resources, word

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
LOOK = "sqs GetQueueAttributes"
LEDGER = {
    "StockTable": "dynamodb BatchGetItem GetItem PutItem Query",
    "StockTable/index/by_lane": "dynamodb Query",
}
OWN_FILES = {"FilesBucket/own/*": "s3 DeleteObject GetObject PutObject", "FilesBucket": "s3 ListBucket"}
TOLD = {"FilesBucket/out/*": "s3 PutObject", "FilesBucket where prefix is out/*": "s3 ListBucketVersions"}
BROUGHT = {"FilesBucket/in/*": "s3 GetObject", "FilesBucket/ack/*": "s3 PutObject"}
LISTS = {"FilesBucket/lists/*": "s3 GetObject"}
REPORTS = {"FilesBucket/own/*/reports/*": "s3 GetObject", "FilesBucket": "s3 ListBucket"}
FIND_ORDERS = {f"OrdersTable/index/by_{key}": "dynamodb Query" for key in ("state", "number", "folder")}
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
        "IntakeQueue": SEND,
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
    | TOLD
    | {
        "OrdersTable": "dynamodb GetItem PutItem Query UpdateItem",
        "StockTable": "dynamodb GetItem PutItem",
        "DispatchQueue": READ,
        "IntakeQueue": SEND,
        "StoreUpdatesQueue": SEND,
    },
    "ShipmentIntake": CONNECTIONS
    | SECRETS
    | {
        "OrdersTable": "dynamodb GetItem PutItem Query UpdateItem",
        "OrdersTable/index/by_vendor_order": "dynamodb Query",
        "StockTable": "dynamodb GetItem",
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
        "StorePollsQueue": BOTH,
        "IntakeQueue": SEND,
    },
    "VendorPoll": CONNECTIONS
    | SECRETS
    | {
        "OrdersTable": "dynamodb BatchGetItem",
        "OrdersTable/index/by_due": "dynamodb Query",
        "OrdersTable/index/by_feed": "dynamodb Query",
        "VendorPollsQueue": BOTH,
        "ShipmentsQueue": SEND,
    },
    "Sweep": {
        "OrdersTable": "dynamodb BatchGetItem",
        "OrdersTable/index/by_due": "dynamodb Query",
        "OrdersTable/index/by_state": "dynamodb Query",
        "ConnectionsTable": "dynamodb GetItem Query",
        "ConnectionsTable where kind is health": "dynamodb PutItem",
        "StockTable": "dynamodb GetItem",
        "IntakeQueue": SEND,
        "DispatchQueue": SEND,
        "ShipmentsQueue": SEND,
        "StoreUpdatesQueue": SEND,
        "SyncsQueue": SEND,
    },
    "WarehouseApi": LEDGER
    | OWN_FILES
    | LISTS
    | {
        "OrdersTable": "dynamodb BatchGetItem Query",
        "ConnectionsTable": "dynamodb GetItem",
        "ssm:*/webhook": "ssm GetParameter",
        "ShipmentsQueue": SEND,
    },
    "WarehouseFilesIn": LEDGER
    | BROUGHT
    | OWN_FILES
    | LISTS
    | {
        "ConnectionsTable": "dynamodb GetItem",
        "FilesBucket/own/*": "s3 GetObject PutObject",
        "WarehouseFilesQueue": BOTH,
        "ShipmentsQueue": SEND,
    },
    "InventoryPush": CONNECTIONS
    | SECRETS
    | LEDGER
    | TOLD
    | BROUGHT
    | OWN_FILES
    | {
        "FilesBucket/lists/*": "s3 GetObject PutObject",
        "OrdersTable": "dynamodb BatchGetItem Query",
        "OrdersTable/index/by_due": "dynamodb Query",
        "OrdersTable/index/by_state": "dynamodb Query",
        "SyncsQueue": BOTH,
        **{f"{queue}Queue": SEND for queue in ("Intake", "Dispatch", "Shipments", "StoreUpdates")},
    },
    "Viewer": REPORTS
    | FIND_ORDERS
    | {
        "OrdersTable": "dynamodb BatchGetItem GetItem Query",
        "ConnectionsTable": "dynamodb BatchGetItem GetItem Query",
        "ProductsTable": "dynamodb BatchGetItem",
        "StockTable": "dynamodb GetItem Query",
        **{f"{queue}{kind}": LOOK for queue in QUEUES for kind in ("Queue", "Dlq")},
    },
    "Operator": CONNECTIONS
    | SECRETS
    | REPORTS
    | FIND_ORDERS
    | {
        "OrdersTable": "dynamodb BatchGetItem GetItem PutItem Query",
        "OrdersTable/index/by_due": "dynamodb Query",
        "ProductsTable": "dynamodb BatchGetItem",
        "StockTable": "dynamodb GetItem PutItem Query",
        **{f"{queue}Queue": COUNT for queue in QUEUES},
        **{f"{queue}Dlq": REDRIVE for queue in QUEUES},
    },
    "SetUp": REPORTS
    | FIND_ORDERS
    | {
        "OrdersTable": "dynamodb BatchGetItem GetItem PutItem Query",
        "OrdersTable/index/by_due": "dynamodb Query",
        "ConnectionsTable": "dynamodb BatchGetItem BatchWriteItem GetItem PutItem Query",
        "ConnectionsTable where kind is connection, health": "dynamodb DeleteItem",
        "ProductsTable": "dynamodb BatchGetItem BatchWriteItem",
        "StockTable": "dynamodb DeleteItem GetItem Query",
        "ssm:*/webhook": "ssm DeleteParameters GetParameter PutParameter",
        "ssm:*/credentials": "ssm DeleteParameters GetParameter PutParameter",
        "ssm:*/token": "ssm DeleteParameters GetParameter PutParameter",
        SCHEDULER: "scheduler CreateSchedule DeleteSchedule UpdateSchedule",
        "ScheduleRole where iam:PassedToService is scheduler.amazonaws.com": "iam PassRole",
        **{f"{queue}{kind}": LOOK for queue in QUEUES for kind in ("Queue", "Dlq")},
        **{f"{queue}Queue": COUNT for queue in ("Intake", "Dispatch", "StoreUpdates")},
    },
}

WITH_STARS = {
    "ssm:*/webhook": "a parameter of each connection, which is not known beforehand",
    "ssm:*/credentials": "the same",
    "ssm:*/token": "the same",
    SCHEDULER: "a schedule of each connection; the group is this stack's own",
    "FilesBucket/out/*": "files are told apart by where they lie: what a warehouse takes",
    "FilesBucket/in/*": "what it brings",
    "FilesBucket/ack/*": "what is said of that",
    "FilesBucket/own/*": "what nobody else needs",
    "FilesBucket/lists/*": "what is kept of what stores sell",
    "FilesBucket/own/*/reports/*": "and of that, the reports of every warehouse",
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


def test_schedules_may_only_send_polls_and_syncs() -> None:
    sent = {f"{name}": SEND for name in ("StorePollsQueue", "VendorPollsQueue", "SyncsQueue", "SchedulesDlq")}
    assert _granted(resource("ScheduleRole")["Properties"]) == sent


def test_nobody_may_do_everything_or_anywhere() -> None:
    for name, role in resources("AWS::IAM::Role").items():
        for place, actions in _granted(role).items():
            assert "*" not in actions, f"{name} may do any {actions} on {place}"
            assert "*" not in place.partition(" where")[0] or place in WITH_STARS, f"{name} may touch {place}"


WRITES = ("Put", "Update", "Delete", "BatchWrite", "Send", "Receive", "Create", "Change", "Pass")


def test_who_may_view_changes_nothing_and_reads_no_secret() -> None:
    for place, actions in MAY["Viewer"].items():
        assert not place.startswith("ssm"), place
        assert not [one for one in actions.split()[1:] if one.startswith(WRITES)], place


def test_who_may_operate_writes_no_secrets_but_tokens_and_makes_no_schedules() -> None:
    for place, actions in MAY["Operator"].items():
        assert not place.startswith(("schedule", "ScheduleRole")), place
        assert not place.startswith("ssm") or "Put" not in actions or place == "ssm:*/token", place


def test_who_may_set_up_takes_nothing_from_a_queue() -> None:
    assert not [place for place, actions in MAY["SetUp"].items() if "ReceiveMessage" in actions]


STACK = "arn:${AWS::Partition}:cloudformation:${AWS::Region}:${AWS::AccountId}:stack/${AWS::StackName}/*"
LEVELS = {
    "PlatenView": {"Viewer"},
    "PlatenOperate": {"Viewer", "Operator"},
    "PlatenSetUp": {"Viewer", "SetUp"},
}


def test_there_is_a_policy_for_each_level() -> None:
    assert set(resources("AWS::IAM::ManagedPolicy")) == set(LEVELS) == {level.policy for level in Level}


@pytest.mark.parametrize("policy", LEVELS)
def test_people_of_a_level_may_invoke_its_functions_and_find_the_stack(policy: str) -> None:
    """Nothing else: no table, no queue, no file, no secret, no other function."""
    find, invoke = resource(policy)["Properties"]["PolicyDocument"]["Statement"]
    assert (find["Effect"], find["Action"]) == ("Allow", "cloudformation:DescribeStacks")
    assert find["Resource"] == {"Fn::Sub": STACK}
    assert (invoke["Effect"], invoke["Action"]) == ("Allow", "lambda:InvokeFunction")
    assert {word(place) for place in invoke["Resource"]} == LEVELS[policy]


@pytest.mark.parametrize("policy", LEVELS)
def test_a_policy_lets_cloudformation_name_it_and_give_it_to_nobody(policy: str) -> None:
    """A fixed name would keep a second stack out, and ask for more rights of whoever deploys."""
    assert not {"ManagedPolicyName", "Users", "Groups", "Roles"} & set(resource(policy)["Properties"])


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
        case {"StringLike": {"s3:prefix": prefix}}:
            return f" where prefix is {prefix}"
        case {"StringEquals": {"iam:PassedToService": service}}:
            return f" where iam:PassedToService is {service}"
        case other:
            raise AssertionError(f"a condition that this test cannot read: {other}")
