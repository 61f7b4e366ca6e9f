"""Every function has a test event in events/, and each is what its trigger would really send."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent, EventBridgeEvent, SQSEvent

from platen.adapters.sqs import messages_in
from platen.messages import Queue
from platen.usecases.operate import _ACTIONS
from platen.usecases.operate_levels import Level, level_of
from tests.template.reading import ROOT, functions, resources, word
from tests.template.test_api import ROUTES

FOLDERS = {folder.removeprefix("functions/"): name for name, folder in functions().items()}
FROM_AWS = {Queue.STORE_POLLS, Queue.VENDOR_POLLS, Queue.FILES, Queue.SYNCS}
QUEUE_OF = {
    word(one["FunctionName"]): word(one["EventSourceArn"])
    for one in resources("AWS::Lambda::EventSourceMapping").values()
}


def _event(folder: str) -> dict[str, Any]:
    return dict(json.loads((ROOT / f"events/{folder}.json").read_text()))


def test_every_function_has_one_and_there_are_no_others() -> None:
    assert {path.stem for path in (ROOT / "events").glob("*.json")} == set(FOLDERS)


@pytest.mark.parametrize("route", ROUTES)
def test_a_call_is_what_the_gateway_makes_of_it(route: str) -> None:
    function, methods = ROUTES[route]
    [folder] = [folder for folder, name in FOLDERS.items() if name == function]
    event = APIGatewayProxyEvent(_event(folder))
    assert event.request_context.resource_path == event.resource == route
    assert event.http_method == methods[0].upper()
    assert set(event.path_parameters) == set(re.findall(r"{(\w+)", route))
    assert event.path == route.replace("+}", "}").format(**event.path_parameters)
    if event.http_method == "POST":
        assert event.is_base64_encoded is True
        assert json.loads(base64.b64decode(event.body or "", validate=True))
    else:
        assert (event.is_base64_encoded, event.body) == (False, None)


@pytest.mark.parametrize(("function", "queue"), QUEUE_OF.items())
def test_a_message_is_one_that_its_queue_carries(function: str, queue: str) -> None:
    [folder] = [folder for folder, name in FOLDERS.items() if name == function]
    kind = next(one for one in Queue if one.value.replace("-", "") + "queue" == queue.lower())
    records = list(SQSEvent(_event(folder)).records)
    assert records
    for record in records:
        assert f"-{queue}-" in record.event_source_arn
        [message] = messages_in(kind, record.body)
        group = record["attributes"].get("MessageGroupId")
        # The scheduler and S3 set no group; everything that we send has its connection's.
        assert group == (None if kind in FROM_AWS else message.connection)


def test_the_sweep_is_woken_by_the_scheduler() -> None:
    event = EventBridgeEvent(_event("sweep"))
    assert (event.source, event.detail_type) == ("aws.scheduler", "Scheduled Event")


@pytest.mark.parametrize(
    ("folder", "level"), [("viewer", Level.VIEW), ("operator", Level.OPERATE), ("set_up", Level.SET_UP)]
)
def test_people_ask_for_something_of_their_level(folder: str, level: Level) -> None:
    event = _event(folder)
    action = event.pop("action")
    assert level_of(action) is level
    model, _ = _ACTIONS[action]
    model.model_validate(event)
