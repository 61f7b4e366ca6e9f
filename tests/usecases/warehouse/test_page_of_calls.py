"""What the page of the calls shows is called here: every example, field, status and limit is as it says."""

from __future__ import annotations

import json
import re
import shlex
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from platen.usecases.feed import Answer
from platen.usecases.warehouse import calls, give, serve, take_snapshot
from tests.usecases.warehouse.desk import FIRST, WH, Desk
from tests.usecases.warehouse.test_calls import placed, read

PAGE = Path(__file__).parents[3] / "layers/platen/platen/connectors/warehouse_files/README.md"
SECTION = PAGE.read_text().split("## Calls (way rest)")[1].split("\n## ")[0]
EXAMPLES = re.findall(r"```bash\n(.*?)```\n```json\n(.*?)```", SECTION, flags=re.DOTALL)
ROWS = dict(re.findall(r"^\| `((?:GET|POST) [^`]+)` \| (.*?) \|", SECTION, flags=re.MULTILINE))


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    placed(desk)
    return desk


def curl(desk: Desk, command: str) -> Answer:
    """Call what a command for curl would call."""
    program, url, *options = shlex.split(command.replace("\\\n", " "))
    assert (program, url[:5]) == ("curl", "$URL/")
    given = list(zip(options[::2], options[1::2], strict=True))
    assert {flag for flag, _ in given} <= {"-H", "--json"}
    headers = dict(text.split(": ", 1) for flag, text in given if flag == "-H")
    assert headers.pop("Authorization") == "Bearer $KEY"
    body = dict(given).get("--json")
    path, _, query = url.removeprefix("$URL/").partition("?")
    asked = {"query": dict(parse_qsl(query)), "headers": headers}
    return desk.call("POST", path, body.encode(), **asked) if body else desk.call("GET", path, **asked)


def begins_as(shown: Any, said: Any) -> bool:
    """Equal, but that a list of orders may be shown in part."""
    if isinstance(shown, dict) and "cursor" in shown:
        return said | {"rows": said["rows"][: len(shown["rows"])]} == shown
    return bool(said == shown)


def test_every_example_is_answered_as_it_is_shown(desk: Desk) -> None:
    asked = [shlex.split(command)[1] for command, _ in EXAMPLES]
    assert len(asked) == SECTION.count("curl ") >= 7
    for command, shown in EXAMPLES:
        answer = curl(desk, command)
        assert answer.status in (HTTPStatus.OK, HTTPStatus.MULTI_STATUS), answer.body
        assert begins_as(json.loads(shown), read(answer)), answer.body
    assert desk.picked() == [5, 0]
    assert desk.levels() == ["CAP,5", "MUG,15"]


def test_every_example_again_gets_the_same_answer_and_changes_nothing(desk: Desk) -> None:
    first = [curl(desk, command) for command, _ in EXAMPLES]
    truth = desk.truth()
    again = [curl(desk, command) for command, _ in EXAMPLES]
    assert again[1:] == first[1:]
    assert read(again[0])["rows"] == [], "it was answered"
    assert desk.truth() == truth


@pytest.mark.parametrize(
    ("call", "model"),
    [
        ("POST orders/{order_number}/ack", calls.Ack),
        ("POST cancels/{order_number}/ack", calls.Ack),
        ("POST picks", calls.Pick),
        ("POST shipments", calls.Shipment),
        ("POST adjustments", calls.Movement),
        ("POST snapshots", calls.Begin),
        ("POST snapshots/{snapshot_id}/rows", calls.Part),
        ("POST snapshots/{snapshot_id}/complete", calls.Complete),
    ],
)
def test_every_field_of_a_body_is_named(call: str, model: type[calls._Body]) -> None:
    fields = [(name, field.is_required()) for name, field in model.model_fields.items()]
    if model is calls.Part:
        fields += [(name, field.is_required()) for name, field in calls.Counted.model_fields.items()]
    named = [(name, bool(star)) for name, star in re.findall(r"`(\w+)`(\\\*)?", ROWS[call])]
    assert named == fields


def test_every_call_is_named_and_there(desk: Desk) -> None:
    assert {f"GET {path}" for path in serve._GIVE} == {call for call in ROWS if call.startswith("GET")}
    for call in ROWS:
        method, path = call.split()
        path = path.format(order_number=FIRST, snapshot_id="C-7") if "{" in path else path
        answer = desk.call(method, path, b"x")
        assert (answer.status, read(answer).get("code")) != (HTTPStatus.NOT_FOUND, "no_such_call"), call
    assert desk.call("GET", "picks").status == desk.call("POST", "items", []).status == HTTPStatus.NOT_FOUND


def test_the_limits_are_those_of_the_code() -> None:
    text = " ".join(SECTION.split("**Limits.**")[1].split("```")[0].split())
    for limit in (serve.MAX_BODY, calls.MOST_ROWS, calls.MOST_PARTS, take_snapshot.MOST_ITEMS, give.MOST_ITEMS):
        assert f"{limit:,}" in text
    assert give.MOST_ORDERS == give.MOST_RUNS == 100
    assert "pages of 100 orders, cancels or runs" in text


def test_the_statuses_are_those_of_the_code(desk: Desk) -> None:
    def status(method: str, path: str, body: object = None, **more: Any) -> int:
        return desk.call(method, path, body, **more).status

    accepted, begun = {"status": "accepted"}, {"snapshot_id": "C", "taken_at": "2026-11-21T07:00Z", "site": "MAIN"}
    desk.call("POST", "snapshots", begun)
    assert status("GET", "orders", key="another") == 401
    assert status("POST", "picks", b"{") == 400
    assert status("POST", "snapshots/C/rows", {"part": 1, "rows": [{"item_number": "MUG", "on_hand": "?"}]}) == 400
    assert status("POST", f"orders/{FIRST}x/ack", accepted) == status("GET", "stock") == 404
    assert status("POST", f"cancels/{FIRST}/ack", accepted) == 409
    assert status("POST", "picks", b" " * (serve.MAX_BODY + 1)) == 413
    desk.connections.save(desk.connections.get(WH).but(paused=True))
    assert status("GET", "orders") == 503
    assert status("POST", f"orders/{FIRST}/ack", accepted) == 200
