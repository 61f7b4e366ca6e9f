"""What can be configured, and what cannot; and what the rest of Platen is told about POV."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import pytest
from pydantic import ValidationError

from platen import connectors
from platen.connectors import Resend
from platen.connectors.pov import CONNECTOR, Credentials, Settings, account_of, lacking
from platen.connectors.pov.profile import Profile
from platen.domain.order import Address
from platen.domain.printing import PrintDetails
from tests.connectors.pov.house import BASE, settings


def test_the_least_that_can_be_said_is_where_test_orders_go() -> None:
    found = Settings.model_validate({"base_url_test": f" {BASE}/ "})
    assert (found.mode, found.base_url("test"), found.base_url("live")) == ("test", BASE, "")
    assert (found.poll_minutes, found.ask_again, found.profile) == (15, 60, Profile())
    assert found.base_url("mars") == ""


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({}, "base_url_test is needed"),
        ({"mode": "live", "base_url_test": BASE}, "base_url_live is needed"),
        ({"mode": "production", "base_url_test": BASE}, "mode"),
        ({"base_url_test": "http://pov.example/v0"}, "https://"),
        ({"base_url_test": "https://someone:secret@pov.example"}, "https://host/path"),
        ({"base_url_test": "https://@pov.example"}, "https://host/path"),
        ({"base_url_test": "https://pov.example/v0?x=1"}, "https://host/path"),
        ({"base_url_test": "https://pov.example\\@evil.example/"}, "https://host/path"),
        ({"base_url_test": "https://pov.example:99999"}, "base_url_test"),
        ({"base_url_test": "pov.example"}, "https://host/path"),
        ({"base_url_test": BASE, "poll_minutes": 1}, "poll_minutes"),
        ({"base_url_test": BASE, "ask_again": 0}, "ask_again"),
        ({"base_url_test": BASE, "default_mail_class": "X"}, "default_mail_class"),
        ({"base_url_test": BASE, "profile": "pov-v0"}, "profile"),
    ],
)
def test_settings_that_mean_nothing_are_refused(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate(wrong)
    assert words in str(refused.value)
    assert "secret@" not in str(refused.value)


@pytest.mark.parametrize("mode", ["test", "live"])
def test_what_is_missing_is_named_by_its_field_so_that_it_can_be_asked_for(mode: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate({"mode": mode})
    assert [error["loc"] for error in refused.value.errors()] == [(f"base_url_{mode}",)]


def test_only_what_a_profile_changes_is_kept() -> None:
    given = {"paths": {"submit": "/order"}, "capabilities": {"cancel": True}}
    kept = settings(profile=given).model_dump(mode="json")["profile"]
    assert kept == given
    again = settings(profile=kept).profile
    assert (again.paths.submit, again.paths.order, again.capabilities.cancel) == ("/order", "/orders/{ref}", True)
    assert settings().model_dump(mode="json")["profile"] == {}


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, "for both"),
        ({"test_key": "opensesame"}, "test_customer_id is missing"),
        ({"test_customer_id": "me", "live_key": "opensesame"}, "live_customer_id is missing"),
        ({"test_customer_id": "  "}, "for both"),
        ({"test_customer_id": "opensesame\nX-Admin: yes"}, "plain text"),
        ({"test_customer_id": "opensésame"}, "plain text"),
        ({"test_customer_id": "opensesame" * 100}, "plain text"),
        ({"customer_id": "opensesame"}, "customer_id"),
    ],
)
def test_credentials_that_cannot_be_used_are_refused_without_showing_them(
    given: dict[str, str], missing: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        Credentials.model_validate(given)
    assert missing in str(refused.value)
    assert "opens" not in str(refused.value)


def test_a_customer_id_alone_is_good_and_is_kept_as_a_secret() -> None:
    one = Credentials.model_validate({"live_customer_id": " 4711 "})
    assert (one.login("test"), one.login("live"), one.login("mars")) == (None, ("4711", ""), None)
    assert "4711" not in repr(one)
    both = Credentials.model_validate({"test_customer_id": "a", "live_customer_id": "b", "live_key": "k"})
    assert (both.login("test"), both.login("live")) == (("a", ""), ("b", "k"))


def test_a_job_is_sent_under_the_mode_and_no_line_can_change_that() -> None:
    for mode in ("test", "live"):
        for named in ("", "live", "test", "eu"):
            assert account_of(settings(mode=mode), Address(country_code="US"), PrintDetails(account=named)) == mode


@pytest.mark.parametrize(
    ("details", "names"),
    [
        (PrintDetails(), ("print_sku", "print_url")),
        (PrintDetails(sku="A"), ("print_url",)),
        (PrintDetails(url="https://art.example/1.png"), ("print_sku",)),
        (PrintDetails(design_id="7"), ("print_sku", "print_url")),
        (PrintDetails(sku="A", url="https://art.example/1.png"), ()),
    ],
)
def test_both_print_details_are_needed(details: PrintDetails, names: tuple[str, ...]) -> None:
    assert lacking(details) == CONNECTOR.lacking(details) == names


def test_what_is_said_of_pov() -> None:
    pov = connectors.load("pov")
    assert (pov.resend, pov.search_lag, pov.most_prints, pov.test_orders) == (
        Resend.LOOKUP,
        timedelta(seconds=60),
        1,
        True,
    )
    assert "Confirm it with POV" in pov.provisional
    assert pov.hosts(settings()) == (), "no setting opens the network"
    assert pov.poll_minutes(settings()) == 15
    assert pov.ask_again is not None
    assert pov.ask_again(settings(ask_again=30)) == timedelta(minutes=30)
    assert pov.waiting_alarm(settings()) == timedelta(hours=24)
    assert pov.webhook_keys(Credentials.model_validate({"test_customer_id": "a"})) == []
    signed = Credentials.model_validate({"test_customer_id": "a", "webhook_secret": " hush "})
    assert pov.webhook_keys(signed) == ["hush"]


def test_importing_it_imports_no_client() -> None:
    code = "import sys, platen.connectors.pov, platen.connectors.pov.webhook; "
    code += "sys.exit('platen.connectors.pov.client' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
