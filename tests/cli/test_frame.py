"""The frame: where options may stand, how each failure ends, and what may never be printed."""

from __future__ import annotations

import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import botocore.exceptions as aws
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from platen.domain.attention import Cause
from platen.usecases.operate_levels import Level
from platen_cli.app import to_the_front
from platen_cli.aws_words import explain
from platen_cli.calls import LambdaOperator, result_of
from platen_cli.desk import Desk
from platen_cli.hints import CAUSES
from platen_cli.main import app
from platen_cli.plain import plain
from platen_cli.stops import Refused, Stop, Unreachable
from platen_cli.target import Choice, find, outputs_of
from tests.cli.conftest import Run
from tests.cli.operator import FakeOperator


@pytest.mark.parametrize("arguments", [("--json", "pause", "shop"), ("pause", "shop", "--json")])
def test_options_for_all_commands_may_stand_anywhere(
    run: Run, operator: FakeOperator, arguments: tuple[str]
) -> None:
    operator.add("shop", "store")
    result = run(*arguments)
    assert json.loads(result.stdout)["connection"]["paused"] is True


def test_what_follows_a_double_dash_is_left_alone() -> None:
    assert to_the_front(["orders", "show", "--", "--json"]) == ["orders", "show", "--", "--json"]


@given(
    st.lists(st.sampled_from(["orders", "list", "--json", "--stack", "-q", "--", "x", "--region=eu", "--state"]))
)
def test_moving_options_loses_no_word(words: list[str]) -> None:
    assert sorted(to_the_front(words)) == sorted(words)


def test_it_says_which_stack_it_talks_to_on_stderr(run: Run, operator: FakeOperator) -> None:
    result = run("connections")
    assert "the fake stack" in result.stderr
    assert "the fake stack" not in result.stdout


def test_quiet_says_only_the_answer(run: Run, operator: FakeOperator) -> None:
    operator.add("shop", "store")
    result = run("connections", "--quiet")
    assert result.stderr == ""
    assert "shop" in result.stdout


def test_a_refusal_ends_with_1_and_the_operators_words(run: Run) -> None:
    result = run("pause", "nobody")
    assert result.exit_code == 1
    assert "There is no connection 'nobody'." in result.stderr
    assert result.stdout == ""


def test_a_refusals_problems_are_all_shown(run: Run, operator: FakeOperator) -> None:
    problem = {"what": "It is no country.", "field": "countries", "suggestion": "DE"}
    operator.fails["link"] = [Refused("The link was not made.", problems=[problem])]
    result = run("link", "shop", "printer", "--country", "XX")
    assert result.exit_code == 1
    assert "countries: It is no country. (did you mean DE?)" in result.stderr


def test_a_refusal_as_json_is_json_alone_on_stdout(run: Run) -> None:
    result = run("--json", "pause", "nobody")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["error"]["code"] == "not_found"


def test_wrong_usage_ends_with_2(run: Run, operator: FakeOperator) -> None:
    assert run("no-such-command").exit_code == 2
    assert run("orders", "list", "--state", "lost").exit_code == 2
    assert run("--local", "--stack", "x", "status").exit_code == 2
    assert operator.asked == []


def test_exit_codes_are_in_the_help(run: Run) -> None:
    shown = run("--help").stdout
    for code in "01234":
        assert f"\n {code}  " in shown


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (aws.NoCredentialsError(), "No AWS credentials"),
        (aws.ProfileNotFound(profile="x"), "no such AWS profile"),
        (aws.NoRegionError(), "No AWS region"),
        (aws.EndpointConnectionError(endpoint_url="https://x"), "cannot be reached"),
        (aws.ConnectTimeoutError(endpoint_url="https://x"), "cannot be reached"),
        (aws.ReadTimeoutError(endpoint_url="https://x"), "it may have been done"),
        (aws.UnauthorizedSSOTokenError(), "login has expired"),
        (aws.ClientError({"Error": {"Code": "ExpiredToken", "Message": ""}}, "Invoke"), "login has expired"),
        (aws.ClientError({"Error": {"Code": "AccessDenied", "Message": ""}}, "Invoke"), "does not allow"),
        (aws.ClientError({"Error": {"Code": "Odd", "Message": "It rains."}}, "Invoke"), "It rains."),
    ],
)
def test_aws_trouble_ends_with_3_and_words(run: Run, operator: FakeOperator, error: Exception, words: str) -> None:
    operator.fails["status"] = [error]
    result = run("status")
    assert result.exit_code == 3
    assert words in result.stderr
    assert "Traceback" not in result.output


def test_a_bug_of_ours_is_not_called_trouble_with_aws() -> None:
    assert explain(KeyError("x")) is None


def test_an_answer_in_a_newer_language_is_said_so(run: Run, operator: FakeOperator) -> None:
    operator.results["orders"] = {"orders": "many"}
    result = run("orders", "list")
    assert result.exit_code == 1
    assert "not what this version of platen understands" in result.stderr


@pytest.mark.parametrize("said", [b"", b"null", b"[]", b'{"ok": "yes"}', b'{"ok": false}', b'"hello"', b"\xff"])
def test_a_stranger_at_the_other_end_is_no_operator(said: bytes) -> None:
    with pytest.raises(Unreachable, match="not Platen's operator"):
        result_of(said)


FUNCTIONS = {level.function: f"platen-{level.function}-1" for level in Level}


class Lambda:
    """A Lambda client whose functions say who they are; it lets only some of them be invoked."""

    def __init__(self, *open_to: Level) -> None:
        self.open_to = {FUNCTIONS[level.function] for level in open_to}

    def invoke(self, FunctionName: str, **_asked: object) -> dict[str, object]:
        if FunctionName not in self.open_to:
            raise aws.ClientError({"Error": {"Code": "AccessDeniedException", "Message": "m"}}, "Invoke")
        return {"Payload": BytesIO(json.dumps({"ok": True, "result": {"by": FunctionName}}).encode())}


@pytest.mark.parametrize(
    ("action", "level"),
    [("orders", Level.VIEW), ("retry", Level.OPERATE), ("connect", Level.SET_UP), ("unheard_of", Level.VIEW)],
)
def test_each_level_is_asked_at_its_own_function(action: str, level: Level) -> None:
    operator = LambdaOperator(Lambda(*Level), FUNCTIONS)
    assert operator.ask(action) == {"by": FUNCTIONS[level.function]}


def test_who_may_not_is_told_what_and_which_policy_to_ask_for() -> None:
    policy = "arn:aws:iam::111122223333:policy/platen-PlatenSetUp-1"
    operator = LambdaOperator(Lambda(Level.VIEW), FUNCTIONS | {"PlatenSetUp": policy})
    with pytest.raises(Refused, match="set up here, and 'connect' is that") as refused:
        operator.ask("connect")
    assert policy in refused.value.words
    assert refused.value.code == "not_permitted"
    with pytest.raises(Refused, match=r"operate here.* PlatenOperate"):
        operator.ask("redrive")


class BrokenLambda:
    """A Lambda client whose function raises."""

    def __init__(self, **answer: object) -> None:
        self.answer = answer
        self.invoked = 0

    def invoke(self, **_asked: object) -> dict[str, object]:
        self.invoked += 1
        return {"Payload": self, **self.answer}

    def read(self) -> bytes:
        return b'{"errorMessage": "secret stuff", "stackTrace": ["secret"]}'


def test_a_broken_operator_is_asked_once_and_its_insides_stay_inside() -> None:
    client = BrokenLambda(FunctionError="Unhandled", ResponseMetadata={"RequestId": "r-1"})
    with pytest.raises(Stop, match=r"broke while doing 'resend' \(request r-1\)") as stopped:
        LambdaOperator(client, FUNCTIONS).ask("resend", order="1001")
    assert client.invoked == 1
    assert "secret" not in stopped.value.words + stopped.value.advice


def test_every_cause_has_words_for_people() -> None:
    assert {cause.value for cause in Cause} == CAUSES.keys()


def test_a_dead_local_stack_is_never_replaced_by_a_real_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".platen").mkdir()
    (tmp_path / ".platen" / "local.json").write_text('{"endpoint": "http://127.0.0.1:9", "pid": 0, "outputs": {}}')
    (tmp_path / "deep" / "inside").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "deep" / "inside")
    result = CliRunner().invoke(app, ["status"], obj=Desk())
    assert result.exit_code == 3
    assert "platen local up" in result.stderr


def test_a_stack_by_name_is_looked_for_in_the_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where a local stack was started: what the person says wins."""
    (tmp_path / ".platen").mkdir()
    (tmp_path / ".platen" / "local.json").write_text("{}")
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(aws.NoRegionError):
        find(Choice(stack="platen"), tmp_path)


class CloudFormation:
    """Has one stack, ``platen``, with these outputs."""

    def __init__(self, **outputs: str) -> None:
        self.outputs = outputs

    def describe_stacks(self, StackName: str) -> dict[str, object]:
        if StackName != "platen":
            said = {"Code": "ValidationError", "Message": f"Stack with id {StackName} does not exist"}
            raise aws.ClientError({"Error": said}, "DescribeStacks")
        return {"Stacks": [{"Outputs": [{"OutputKey": k, "OutputValue": v} for k, v in self.outputs.items()]}]}


def test_a_stack_that_is_not_there_is_said_with_its_region() -> None:
    with pytest.raises(Unreachable, match="no stack 'plate' in eu-central-1") as stopped:
        outputs_of(CloudFormation(), "plate", "eu-central-1")
    assert "--region" in stopped.value.advice


def test_a_stack_that_is_not_platens_is_not_talked_to() -> None:
    with pytest.raises(Unreachable, match="not a Platen stack"):
        outputs_of(CloudFormation(Bucket="b"), "platen", "eu-central-1")
    with pytest.raises(Unreachable, match="older version"):
        outputs_of(CloudFormation(OperatorFunction="platen-Operator-1"), "platen", "eu-central-1")


def test_the_functions_are_found_by_the_stacks_outputs() -> None:
    assert outputs_of(CloudFormation(**FUNCTIONS), "platen", "x") == FUNCTIONS


@given(st.text())
def test_outside_words_cannot_steer_the_terminal(text: str) -> None:
    shown = plain(text)
    assert all(char.isprintable() or not (ord(char) < 32 or 127 <= ord(char) < 160) for char in shown)
    assert not any(char in shown for char in "\x1b\n\r\u202e\u2066")


def test_help_imports_neither_boto3_nor_the_connectors() -> None:
    code = (
        "import sys; from platen_cli.main import app\n"
        "slow = {'boto3', 'botocore', 'moto', 'platen.domain'} & sys.modules.keys()\n"
        "sys.exit(f'imported: {slow}' if slow else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
