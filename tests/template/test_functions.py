"""What every function is given: code, environment, logs; and that the template names no outside system."""

from __future__ import annotations

import ast
import re

import pytest

from platen import connectors
from platen.environment import Environment, SetUpEnvironment, read
from platen.messages import Queue
from tests.template.reading import ROOT, SOURCE, functions, resource, resources, template, word

FUNCTIONS = functions()
TIMEOUTS = {
    "StoreWebhook": 5,
    "VendorWebhook": 5,
    "VendorFeed": 28,
    "OrderIntake": 60,
    "VendorDispatch": 90,
    "ShipmentIntake": 60,
    "StoreUpdate": 60,
    "StorePoll": 300,
    "VendorPoll": 300,
    "Sweep": 60,
    "Viewer": 120,
    "Operator": 120,
    "SetUp": 120,
    "WarehouseApi": 28,
    "WarehouseFilesIn": 300,
    "InventoryPush": 900,
}


def test_every_function_folder_is_in_the_template() -> None:
    folders = {f"functions/{path.parent.name}" for path in (ROOT / "functions").glob("*/app.py")}
    assert set(FUNCTIONS.values()) == folders
    assert set(resources("AWS::Lambda::Function")) == set(FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_given_time_and_runs_on_the_platform_the_layers_are_built_for(name: str) -> None:
    function = resource(name)["Properties"]
    assert function["Timeout"] == TIMEOUTS[name]
    assert (function["Runtime"], function["Architectures"]) == ("python3.13", ["arm64"])
    assert len(function["Layers"]) == 2


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_logs_json_to_a_group_that_forgets(name: str) -> None:
    logging = resource(name)["Properties"]["LoggingConfig"]
    group = resource(word(logging["LogGroup"]))
    assert logging["LogFormat"] == "JSON"
    # Metric lines have no level, which counts as INFO: with a higher one here they would be dropped.
    assert logging["ApplicationLogLevel"] == "INFO"
    assert word(group["Properties"]["RetentionInDays"]) == "LogRetentionDays"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_finds_its_environment(name: str) -> None:
    model = SetUpEnvironment if name == "SetUp" else Environment
    environment = read(model, _environment(name))
    assert environment.stack == "platen"
    assert environment.retention_days == 180


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_knows_the_queues_it_may_touch_and_no_others(name: str) -> None:
    """It needs the URL to send, and of its own queue to say when a message shall come back."""
    told = read(Environment, _environment(name)).queues
    statements = [
        statement
        for policy in resource(f"{name}Role")["Properties"]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    places = [word(place) for one in statements for place in _list(one["Resource"])]
    assert told == {queue: f"{_logical(queue)}Queue" for queue in Queue if f"{_logical(queue)}Queue" in places}


@pytest.mark.parametrize("name", ["Viewer", "Operator", "SetUp"])
def test_who_is_asked_by_people_knows_every_dead_letter_queue(name: str) -> None:
    environment = read(Environment, _environment(name))
    assert environment.dead == {queue: f"{_logical(queue)}Dlq" for queue in Queue}


def test_who_sets_up_knows_where_schedules_send() -> None:
    environment = read(SetUpEnvironment, _environment("SetUp"))
    assert (environment.store_polls_arn, environment.vendor_polls_arn) == ("StorePollsQueue", "VendorPollsQueue")
    assert environment.syncs_arn == "SyncsQueue"


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - {"SetUp"}))
def test_nobody_else_is_told_of_schedules(name: str) -> None:
    told = set(_environment(name))
    assert not {one for one in told if one.startswith("SCHEDULE_") or one.endswith("_ARN")}


@pytest.mark.parametrize("folder", FUNCTIONS.values())
def test_a_handler_is_decorators_and_one_call(folder: str) -> None:
    tree = ast.parse((ROOT / folder / "app.py").read_text())
    [handler] = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert handler.name == "handler"
    assert len(handler.body) == 1


def test_no_outside_system_is_named() -> None:
    text = SOURCE.read_text().lower()
    twins = {path.name.removesuffix(".py") for path in (ROOT / "twins").iterdir() if not path.name.startswith("_")}
    names = {*connectors.systems(), *twins} - {"kit"}
    assert names
    # Names of ours that begin as one of theirs (a folder, a queue) are other words.
    assert [name for name in names if re.search(rf"\b{name}\b", text)] == []


def test_log_levels_that_write_whole_requests_are_not_offered() -> None:
    assert "DEBUG" not in template()["Parameters"]["LogLevel"]["AllowedValues"]


def _environment(name: str) -> dict[str, str]:
    """As CloudFormation would fill it in, with a parameter's default or the name of what is referred to."""
    variables = resource(name)["Properties"]["Environment"]["Variables"]
    defaults = {key: str(one.get("Default", "")) for key, one in template()["Parameters"].items()}
    known = {**defaults, "AWS::StackName": "platen"}
    return {key: known.get(_filled(value), _filled(value)) for key, value in variables.items()}


def _filled(value: object) -> str:
    match value:
        case {"Fn::If": [_, _, otherwise]}:
            return word(otherwise)
        case _:
            return word(value)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _logical(queue: Queue) -> str:
    return "".join(part.capitalize() for part in queue.value.split("-"))
