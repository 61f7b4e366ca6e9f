"""Three people with one policy each: what they may ask for, and that nobody gets past the functions.

The policies are the stack's own, attached to IAM users as an administrator would do it; the embedded AWS checks
signatures and policies of users.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from platen.usecases.operate_levels import Level
from platen_cli.calls import LambdaOperator
from platen_cli.stack import LocalStack
from platen_cli.stops import Refused
from platen_cli.target import outputs_of

pytestmark = pytest.mark.stack

NOT_PERMITTED = "not_permitted"
ASKED: dict[Level, tuple[str, dict[str, Any]]] = {
    Level.VIEW: ("orders", {}),
    Level.OPERATE: ("sync_start", {"connection": "nobody", "kind": "stock", "by": "the night shift"}),
    Level.SET_UP: ("pause", {"connection": "nobody"}),
}
"""Nothing of it is there, so what is let through is refused too: in the operator's words."""


@dataclass(frozen=True)
class Person:
    """Somebody with an access key of their own."""

    stack: LocalStack
    session: boto3.Session
    clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        if service not in self.clients:
            self.clients[service] = self.session.client(service, endpoint_url=self.stack.endpoint)
        return self.clients[service]

    def operator(self) -> LambdaOperator:
        """As the command finds it: by the stack's outputs, read with the person's own rights."""
        outputs = outputs_of(self.client("cloudformation"), self.stack.name, self.stack.region)
        return LambdaOperator(self.client("lambda"), outputs)

    def told(self, action: str, given: dict[str, Any]) -> str:
        """``ok``, or the code of the refusal."""
        try:
            self.operator().ask(action, **given)
        except Refused as refused:
            return refused.code
        return "ok"

    def invoked(self, function: str, action: str, given: dict[str, Any]) -> str:
        """The same, of a function that the person names without the command's help."""
        payload = json.dumps({"action": action} | given).encode()
        try:
            answer = self.client("lambda").invoke(FunctionName=self.stack.outputs[function], Payload=payload)
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        said = json.loads(answer["Payload"].read())
        return "ok" if said["ok"] else str(said["error"]["code"])


@pytest.fixture(scope="module")
def people(stack: LocalStack) -> Iterator[dict[Level, Person]]:
    iam = stack.client("iam")
    made = {level: f"{level.value}-person" for level in Level}
    keys = {}
    for level, name in made.items():
        iam.create_user(UserName=name)
        iam.attach_user_policy(UserName=name, PolicyArn=stack.outputs[level.policy])
        keys[name] = iam.create_access_key(UserName=name)["AccessKey"]
    yield {level: Person(stack, _session(stack, keys[name])) for level, name in made.items()}
    for level, name in made.items():
        iam.delete_access_key(UserName=name, AccessKeyId=keys[name]["AccessKeyId"])
        iam.detach_user_policy(UserName=name, PolicyArn=stack.outputs[level.policy])
        iam.delete_user(UserName=name)


def _session(stack: LocalStack, key: dict[str, str]) -> boto3.Session:
    return boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name=stack.region)


@pytest.mark.parametrize("level", Level)
def test_everybody_may_look(people: dict[Level, Person], level: Level) -> None:
    for action in ("orders", "status", "attention", "connections", "folders", "systems"):
        assert people[level].told(action, {}) == "ok", action


@pytest.mark.parametrize("wanted", [Level.OPERATE, Level.SET_UP])
@pytest.mark.parametrize("level", Level)
def test_a_person_does_what_is_of_their_level_and_nothing_else(
    people: dict[Level, Person], level: Level, wanted: Level
) -> None:
    action, given = ASKED[wanted]
    assert people[level].told(action, given) == ("not_found" if wanted is level else NOT_PERMITTED)


def test_who_may_not_is_told_which_policy_to_ask_for(people: dict[Level, Person], stack: LocalStack) -> None:
    with pytest.raises(Refused) as refused:
        people[Level.VIEW].operator().ask("retry", order="1001", who="me")
    assert stack.outputs["PlatenOperate"] in refused.value.words


@pytest.mark.parametrize("level", Level)
def test_no_function_does_for_a_person_what_another_is_for(people: dict[Level, Person], level: Level) -> None:
    """Invoked by hand, past the command: what AWS lets through, the function refuses."""
    for wanted, (action, given) in ASKED.items():
        for function in Level:
            told = people[level].invoked(function.function, action, given)
            if function not in level.may:
                assert told == "AccessDeniedException", (function, action)
            elif wanted not in function.may:
                assert told == NOT_PERMITTED, (function, action)
            else:
                assert told in {"ok", "not_found"}, (function, action)


PAST_THE_FUNCTIONS: dict[str, tuple[str, Callable[[Any, dict[str, str]], Any]]] = {
    "read a table": ("dynamodb", lambda aws, out: aws.scan(TableName=out["OrdersTable"])),
    "write a table": (
        "dynamodb",
        lambda aws, out: aws.put_item(
            TableName=out["StockTable"], Item={"owner": {"S": "wh"}, "item": {"S": "state"}}
        ),
    ),
    "read a connection": (
        "dynamodb",
        lambda aws, out: aws.get_item(
            TableName=out["ConnectionsTable"], Key={"kind": {"S": "connection"}, "name": {"S": "wh"}}
        ),
    ),
    "list files": ("s3", lambda aws, out: aws.list_objects_v2(Bucket=out["FilesBucket"])),
    "bring a file": ("s3", lambda aws, out: aws.put_object(Bucket=out["FilesBucket"], Key="in/wh/x", Body=b"x")),
    "read a file": ("s3", lambda aws, out: aws.get_object(Bucket=out["FilesBucket"], Key="own/wh/x")),
    "send a message": ("sqs", lambda aws, out: aws.send_message(QueueUrl=out["SyncsQueue"], MessageBody="{}")),
    "take a message": ("sqs", lambda aws, out: aws.receive_message(QueueUrl=out["DispatchQueue"])),
    "empty a queue": ("sqs", lambda aws, out: aws.purge_queue(QueueUrl=out["DispatchDlq"])),
    "read a secret": (
        "ssm",
        lambda aws, _out: aws.get_parameter(Name="/platen/wh/credentials", WithDecryption=True),
    ),
    "make a schedule go": ("scheduler", lambda aws, out: aws.list_schedules(GroupName=out["ScheduleGroup"])),
    "invoke a worker": ("lambda", lambda aws, out: aws.invoke(FunctionName=out["SweepFunction"])),
    "read a function's environment": (
        "lambda",
        lambda aws, out: aws.get_function_configuration(FunctionName=out["ViewerFunction"]),
    ),
    "change a function": (
        "lambda",
        lambda aws, out: aws.update_function_configuration(FunctionName=out["ViewerFunction"], Timeout=1),
    ),
    "read the logs": ("logs", lambda aws, _out: aws.filter_log_events(logGroupName="/platen/operator")),
    "change the stack": ("cloudformation", lambda aws, _out: aws.delete_stack(StackName="platen")),
    "find another stack": ("cloudformation", lambda aws, _out: aws.describe_stacks(StackName="other")),
    "give themselves more": (
        "iam",
        lambda aws, out: aws.attach_user_policy(UserName="view-person", PolicyArn=out["PlatenSetUp"]),
    ),
}


@pytest.mark.parametrize("way", PAST_THE_FUNCTIONS)
def test_nobody_gets_past_the_functions(people: dict[Level, Person], way: str) -> None:
    service, reach = PAST_THE_FUNCTIONS[way]
    for level, person in people.items():
        with pytest.raises(ClientError) as refused:
            reach(person.client(service), person.stack.outputs)
        said = refused.value.response["Error"]["Code"]
        assert said.startswith(("AccessDenied", "Unauthorized")), (level, said)
