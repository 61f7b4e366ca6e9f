"""Connecting: by a person and by a script; secrets are never shown and never taken from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from platen.domain.making import Making
from platen_cli.stops import Refused
from tests.cli.conftest import Run
from tests.cli.operator import SECRET, FakeOperator

ENOUGH = ("connect", "picanova", "--name", "printer", "--set", "regions=eu", "--set", "user=me")

KEPT = ("", "", "")
"""The questions about making that are left as they are."""


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    file = tmp_path / "key"
    file.write_text(f"{SECRET}\n")
    return file


def test_a_person_is_asked_for_everything_but_the_rare(run: Run, operator: FakeOperator) -> None:
    answers = ["picanova", "printer", "live", "eu, us", "Express=DHL", "", "no", "", "me", SECRET, *KEPT]
    result = run("connect", input="\n".join(answers) + "\n")
    assert result.exit_code == 0, result.output
    assert operator.last("connect") == {
        "action": "connect",
        "system": "picanova",
        "connection_id": "printer",
        "settings": {
            "mode": "live",
            "regions": ["eu", "us"],
            "shipping_methods": {"Express": "DHL"},
            "mail": False,
        },
        "credentials": {"user": "me", "key": SECRET},
    }
    assert "API base URL" not in result.output
    assert "https://hub.example/webhooks/printer/k3y" in result.stdout


def test_the_rare_is_asked_for_on_request(run: Run, operator: FakeOperator) -> None:
    answers = ["", "eu", "", "", "", "", "https://proxy.example", "me", SECRET, *[""] * len(Making.model_fields)]
    result = run("connect", "picanova", "--name", "printer", "--advanced", input="\n".join(answers) + "\n")
    assert result.exit_code == 0, result.output
    assert operator.last("connect")["settings"]["base_url"] == "https://proxy.example"


def test_a_wrong_answer_is_asked_again(run: Run, operator: FakeOperator) -> None:
    answers = ["lvie", "live", "", "mars", "eu", "", "soon", "30", "", "", "me", SECRET, *KEPT]
    result = run("connect", "picanova", "--name", "printer", input="\n".join(answers) + "\n")
    assert result.exit_code == 0, result.output
    assert "did you mean live?" in result.stderr
    assert "Regions is needed." in result.stderr
    assert operator.last("connect")["settings"] == {"mode": "live", "regions": ["eu"], "poll_minutes": 30}


def test_a_store_is_asked_since_when_and_how_paid(run: Run, operator: FakeOperator) -> None:
    result = run(
        "connect", "shopify", "--name", "shop", input=f"my-shop\nme\n{SECRET}\n2026-11-21\nauthorized\n\n\n"
    )
    assert result.exit_code == 0, result.output
    intake = operator.last("connect")["intake"]
    assert intake == {
        "orders_since": "2026-11-21T00:00:00+00:00",
        "release_when": "authorized",
        "unrouted": "attention",
    }


def test_only_what_was_refused_is_asked_again(run: Run, operator: FakeOperator) -> None:
    problem = {"what": "Picanova does not know this key.", "field": "credentials.key"}
    operator.fails["connect"] = [Refused("It was not connected.", code="invalid", problems=[problem])]
    answers = ["", "eu", "", "", "", "", "me", "wrong-key", *KEPT, SECRET]
    result = run("connect", "picanova", "--name", "printer", input="\n".join(answers) + "\n")
    assert result.exit_code == 0, result.output
    assert "Picanova does not know this key." in result.stderr
    assert operator.last("connect")["credentials"] == {"user": "me", "key": SECRET}


def test_a_script_gives_its_secret_by_file(run: Run, operator: FakeOperator, key_file: Path) -> None:
    result = run(*ENOUGH, "--secret", f"key=@{key_file}")
    assert result.exit_code == 0, result.output
    assert operator.last("connect")["credentials"] == {"user": "me", "key": SECRET}


def test_a_script_gives_its_secret_by_variable(
    run: Run, operator: FakeOperator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRINT_KEY", SECRET)
    assert run(*ENOUGH, "--secret", "key=env:PRINT_KEY").exit_code == 0
    assert operator.last("connect")["credentials"]["key"] == SECRET


@pytest.mark.parametrize(
    "option", [("--secret", f"key={SECRET}"), ("--set", f"key={SECRET}"), ("--secret", SECRET)]
)
def test_a_secret_on_the_command_line_is_refused_and_not_repeated(
    run: Run, operator: FakeOperator, option: tuple[str, str]
) -> None:
    result = run(*ENOUGH, *option)
    assert result.exit_code == 2
    assert not operator.did("connect")


def test_the_refusal_says_why(run: Run) -> None:
    said = run(*ENOUGH, "--secret", f"key={SECRET}").stderr
    assert "history" in said
    assert "--secret key=@FILE" in said


def test_a_script_gives_everything_by_file(run: Run, operator: FakeOperator, tmp_path: Path) -> None:
    file = tmp_path / "printer.json"
    whole = {
        "system": "picanova",
        "connection_id": "printer",
        "settings": {"regions": ["eu"]},
        "credentials": {"user": "me", "key": SECRET},
    }
    file.write_text(json.dumps(whole))
    file.chmod(0o600)
    result = run("connect", "--from", str(file), "--set", "mode=live")
    assert result.exit_code == 0, result.output
    assert operator.last("connect")["settings"] == {"regions": ["eu"], "mode": "live"}
    assert "chmod" not in result.stderr


def test_a_file_of_secrets_that_others_can_read_is_warned_of(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "printer.json"
    file.write_text(json.dumps({"credentials": {"user": "me", "key": SECRET}}))
    file.chmod(0o644)
    result = run("connect", "picanova", "--name", "printer", "--from", str(file), "--set", "regions=eu")
    assert result.exit_code == 0, result.output
    assert "chmod 600" in result.stderr


@pytest.mark.parametrize(
    "content",
    [b"{", b"[]", b'{"credential": {}}', b'{"settings": []}', b"\xff\xfe\x00", f'{{"a": "{SECRET}'.encode()],
)
def test_a_bad_file_is_wrong_usage_and_is_not_quoted(run: Run, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "printer.json"
    file.write_bytes(content)
    assert run("connect", "--from", str(file)).exit_code == 2


def test_a_script_is_told_all_that_is_missing_and_asked_nothing(run: Run, operator: FakeOperator) -> None:
    result = run("connect", "picanova", "--name", "printer", "--set", "mode=live")
    assert result.exit_code == 2
    assert "--set regions=" in result.stderr
    assert "--secret key=@FILE" in result.stderr
    assert not operator.did("connect")


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (("--set", "region=eu"), "did you mean regions?"),
        (("--set", "poll_minutes=often"), "whole number"),
        (("--set", "regions=eu,mars"), "one of eu, us"),
        (("--set", "mode"), "key=value"),
        (("--set", "poll_minutes=5", "--set", "poll_minutes=9"), "poll_minutes is given twice"),
        (("--set", "regions=us"), "--set regions=A,B"),
        (("--secret", "key=env:NO_SUCH_VARIABLE"), "is not set"),
        (("--secret", "key=@/no/such/file"), "cannot be read"),
        (("--orders-since", "now"), "for stores only"),
    ],
)
def test_wrong_options_are_said_before_anything_is_sent(
    run: Run, operator: FakeOperator, option: tuple[str, str], words: str
) -> None:
    result = run(*ENOUGH, *option)
    assert result.exit_code == 2
    assert words in result.stderr
    assert not operator.did("connect")


def test_an_unlikely_name_is_refused(run: Run, operator: FakeOperator) -> None:
    result = run("connect", "picanova", "--name", "My Printer", input="\n")
    assert result.exit_code == 2
    assert not operator.did("connect")


def test_connecting_again_is_asked_before_it_replaces(run: Run, operator: FakeOperator) -> None:
    operator.add("printer", "vendor")
    result = run("connect", "--name", "printer", input="n\n")
    assert result.exit_code == 1
    assert "replaces its settings" in result.stderr
    assert not operator.did("connect")


def test_what_is_not_in_order_is_a_checklist_with_fixes_and_exit_code_1(
    run: Run, operator: FakeOperator, key_file: Path
) -> None:
    made = operator.add("printer", "vendor")
    bad = {"ok": False, "what": "The key may not place orders.", "fix": "Tick 'orders' in the dashboard."}
    operator.results["connect"] = {"connection": made, "findings": [bad], "webhook_url": ""}
    result = run(*ENOUGH, "--secret", f"key=@{key_file}")
    assert result.exit_code == 1
    assert "✗ The key may not place orders." in result.stdout
    assert "Tick 'orders' in the dashboard." in result.stdout
    assert "platen check printer" in result.stdout


def test_the_address_a_vendor_fetches_from_is_the_one_to_be_told(
    run: Run, operator: FakeOperator, key_file: Path
) -> None:
    made = operator.add("printer", "vendor")
    urls = {"webhook_url": "https://hub.example/webhooks/w", "feed_url": "https://hub.example/feeds/f"}
    operator.results["connect"] = {"connection": made, "findings": [], **urls}
    shown = run(*ENOUGH, "--secret", f"key=@{key_file}").stdout
    assert "https://hub.example/feeds/f" in shown
    assert "https://hub.example/webhooks/w" not in shown


def test_the_next_command_is_the_link_that_is_missing(run: Run, operator: FakeOperator, key_file: Path) -> None:
    operator.add("shop", "store")
    assert "platen link shop printer" in run(*ENOUGH, "--secret", f"key=@{key_file}").stdout


def test_json_is_the_operators_answer_and_nothing_else(run: Run, operator: FakeOperator, key_file: Path) -> None:
    result = run(*ENOUGH, "--secret", f"key=@{key_file}", "--json")
    assert json.loads(result.stdout)["connection"]["connection_id"] == "printer"


def test_a_vendor_is_asked_for_the_first_rules_only(run: Run, operator: FakeOperator) -> None:
    answers = ["", "eu", "", "", "", "", "me", SECRET, "STANDARD", "", "Printed"]
    result = run("connect", "picanova", "--name", "printer", input="\n".join(answers) + "\n")
    assert result.exit_code == 0, result.output
    assert operator.last("connect")["making"] == {"default_class": "STANDARD", "after_shipment": "Printed"}
    assert "Product Code Match" not in result.output


def test_a_refused_rule_is_asked_again(run: Run, operator: FakeOperator) -> None:
    problem = {"what": "There is no class SLOW.", "field": "making.default_class"}
    operator.fails["connect"] = [Refused("It was not connected.", code="invalid", problems=[problem])]
    answers = ["", "eu", "", "", "", "", "me", SECRET, "SLOW", "", "", "FAST"]
    result = run("connect", "picanova", "--name", "printer", input="\n".join(answers) + "\n")
    assert result.exit_code == 0, result.output
    assert operator.last("connect")["making"] == {"default_class": "FAST"}


def test_a_store_is_asked_for_the_folder_of_new_orders(run: Run, operator: FakeOperator) -> None:
    result = run("connect", "shopify", "--name", "shop", input=f"my-shop\nme\n{SECRET}\n\n\n\nInbox\n")
    assert result.exit_code == 0, result.output
    assert "New to begin with" in " ".join(result.stderr.split())
    assert operator.last("connect")["intake"]["new_folder"] == "Inbox"
    assert "making" not in operator.last("connect")


def test_a_script_gives_rules_by_option_and_by_file(
    run: Run, operator: FakeOperator, key_file: Path, tmp_path: Path
) -> None:
    file = tmp_path / "making.json"
    file.write_text(json.dumps({"making": {"artwork": "stop", "default_class": "STD"}}))
    rules = ("--rule", "Default Mail Class=FAST", "--rule", "class_match=Express*=FAST")
    result = run(*ENOUGH, "--secret", f"key=@{key_file}", "--from", str(file), *rules)
    assert result.exit_code == 0, result.output
    making = {"artwork": "stop", "default_class": "FAST", "class_match": {"Express*": "FAST"}}
    assert operator.last("connect")["making"] == making


def test_a_stores_rules_by_option(run: Run, operator: FakeOperator, key_file: Path) -> None:
    given = ("--set", "shop=s", "--set", "user=me", "--secret", f"key=@{key_file}", "--rule", "new_folder=Inbox")
    result = run("connect", "shopify", "--name", "shop", *given)
    assert result.exit_code == 0, result.output
    assert operator.last("connect")["intake"] == {"new_folder": "Inbox"}


@pytest.mark.parametrize(
    ("system", "rule", "words"),
    [
        ("picanova", "defalt_class=x", "did you mean default_class?"),
        ("picanova", "default_class", "--rule wants KEY=VALUE"),
        ("picanova", "new_folder=x", "There is no rule 'new_folder'"),
        ("picanova", "artwork=never", "Artwork check is one of"),
        ("shopify", "default_class=x", "There is no rule 'default_class'"),
    ],
)
def test_a_wrong_rule_is_said_before_anything_is_sent(
    run: Run, operator: FakeOperator, system: str, rule: str, words: str
) -> None:
    result = run("connect", system, "--name", "one", "--rule", rule)
    assert result.exit_code == 2
    assert words in result.stderr
    assert not operator.did("connect")


@pytest.mark.parametrize("content", [{"making": []}, {"makings": {}}])
def test_rules_in_a_file_must_be_an_object(run: Run, tmp_path: Path, content: object) -> None:
    file = tmp_path / "printer.json"
    file.write_text(json.dumps(content))
    assert run("connect", "picanova", "--name", "printer", "--from", str(file)).exit_code == 2


def test_a_store_has_no_making(run: Run, operator: FakeOperator, tmp_path: Path) -> None:
    file = tmp_path / "shop.json"
    file.write_text(json.dumps({"making": {"default_class": "x"}}))
    result = run("connect", "shopify", "--name", "shop", "--from", str(file))
    assert result.exit_code == 2
    assert "only vendors have such rules" in result.stderr
    assert not operator.did("connect")


def test_what_is_provisional_is_said_before_credentials_are_given_and_after(
    run: Run, operator: FakeOperator, key_file: Path
) -> None:
    operator.provisional = "Its contract was inferred and may prove wrong."
    answers = ["", "eu", "", "", "", "", "me", SECRET, *KEPT]
    result = run("connect", "picanova", "--name", "printer", input="\n".join(answers) + "\n")
    assert 0 < result.stderr.index(operator.provisional) < result.stderr.index("API user")
    assert f"Provisional: {operator.provisional}" in result.stdout
    result = run(*ENOUGH, "--secret", f"key=@{key_file}")
    assert operator.provisional in result.stderr
    assert operator.provisional in result.stdout
    assert f"picanova is provisional: {operator.provisional}" in run("systems").stdout
    assert "shopify is provisional" not in run("systems").stdout
    operator.add("printer", "vendor", provisional=operator.provisional)
    assert f"printer is provisional: {operator.provisional}" in run("connections").stdout


def test_an_older_stack_is_asked_for_no_rules(run: Run, operator: FakeOperator, key_file: Path) -> None:
    operator.results["systems"] = {"systems": operator.ask("systems")["systems"]}
    answers = ["", "eu", "", "", "", "", "me", SECRET]
    result = run("connect", "picanova", "--name", "printer", input="\n".join(answers) + "\n")
    assert result.exit_code == 0, result.output
    assert "making" not in operator.last("connect")


def test_a_warehouse_is_told_where_its_files_are_and_not_of_a_webhook(
    run: Run, operator: FakeOperator, key_file: Path
) -> None:
    connection = {"connection_id": "depot", "system": "picanova", "roles": ["vendor", "warehouse"]}
    depot = {
        "bucket": "platen-files",
        "folders": ["out/depot/", "in/depot/", "ack/depot/"],
        "api_url": "https://hub.example/v1/wh/depot",
    }
    urls = {"webhook_url": "https://hub.example/webhooks/w", "depot": depot}
    operator.results["connect"] = {"connection": connection, "findings": [], **urls}
    shown = run(*ENOUGH, "--secret", f"key=@{key_file}").stdout
    for words in ("s3://platen-files/in/depot/", "s3://platen-files/ack/depot/", "https://hub.example/v1/wh/depot"):
        assert words in shown
    assert "webhooks" not in shown
