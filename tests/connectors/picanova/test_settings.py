"""What a person fills in, and which store it leads to."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pydantic import ValidationError

from platen import connectors
from platen.connectors import Resend
from platen.connectors.picanova import CONNECTOR, Credentials, Mode, Settings, account_of
from platen.domain.connection import Role
from platen.domain.order import Address
from platen.domain.printing import PrintDetails
from tests.connectors.picanova.house import SHIP_TO, TO_AMERICA, settings


def test_nothing_is_produced_until_somebody_says_live() -> None:
    assert Settings.model_validate({"regions": ["eu"]}).mode is Mode.TEST


def test_it_is_found_by_its_folder() -> None:
    found = connectors.load("picanova")
    assert found is CONNECTOR
    assert (found.roles, found.resend, found.test_orders) == (frozenset({Role.VENDOR}), Resend.UNIQUE_ID, True)
    assert found.search_lag.total_seconds() == 60
    assert found.webhook_keys(Credentials.model_validate({"eu_user": "u", "eu_key": "k"})) == []
    assert found.poll_minutes(settings()) == 180
    assert found.waiting_alarm(settings(waiting_alarm_hours=5)).total_seconds() == 5 * 3600


def test_only_their_two_hosts_may_be_called_whatever_the_base_url_says() -> None:
    elsewhere = settings(base_url_eu="https://elsewhere.example/api/beta")
    assert set(CONNECTOR.hosts(elsewhere)) == {"api.picanova.com", "api.merchone.com"}


def test_the_webhook_receiver_loads_neither_the_client_nor_requests() -> None:
    script = (
        "import sys; from platen import connectors; connectors.receiver('picanova'); connectors.load('picanova');"
        "assert not {'requests', 'boto3', 'platen.connectors.picanova.client'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"regions": []},
        {"regions": ["eu", "eu"]},
        {"regions": ["asia"]},
        {"regions": ["eu"], "mode": "production"},
        {"regions": ["eu"], "shipping_type": "FAST"},
        {"regions": ["eu"], "customs_value_field": "value"},
        {"regions": ["eu"], "poll_minutes": 0},
        {"regions": ["eu"], "base_url_eu": "http://api.picanova.com/api/beta"},
        {"regions": ["eu"], "base_url_eu": "https://user:key@api.picanova.com/api/beta"},
        {"regions": ["eu"], "base_url_eu": "api.picanova.com"},
        {"regions": ["eu"], "base_url_eu": ""},
        {"regions": ["eu"], "base_url_v1_eu": "api.merchone.com/api/v1"},
        {"regions": ["eu"], "base_url_v1_us": "http://api.merchone.com/api/v1"},
        {"regions": ["eu-v1"]},
        {"regions": ["eu"], "v1_method": "DHL"},
        {"regions": ["eu"], "shiping_type": "TRACKED"},
    ],
)
def test_settings_that_mean_nothing_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate(wrong)


def test_a_base_url_may_end_in_a_slash_and_be_on_this_machine() -> None:
    found = settings(base_url_eu="https://api.merchone.com/api/beta/", base_url_us="http://127.0.0.1:8083/api/beta")
    assert found.base_url("eu") == "https://api.merchone.com/api/beta"
    assert found.base_url("us") == "http://127.0.0.1:8083/api/beta"


@pytest.mark.parametrize(
    ("changes", "base_urls"),
    [
        ({}, ("https://api.merchone.com/api/v1",) * 2),
        ({"base_url_eu": "https://api.merchone.com/api/beta/"}, ("https://api.merchone.com/api/v1",) * 2),
        (
            {"base_url_us": "http://127.0.0.1:8083/api/beta"},
            ("https://api.merchone.com/api/v1", "http://127.0.0.1:8083/api/v1"),
        ),
        (
            {"base_url_v1_eu": "https://api.picanova.com/api/v1/", "base_url_eu": "http://localhost/api/beta"},
            ("https://api.picanova.com/api/v1", "https://api.merchone.com/api/v1"),
        ),
    ],
)
def test_v1_is_where_it_is_set_to_be_or_beside_the_beta_api(
    changes: dict[str, str], base_urls: tuple[str, str]
) -> None:
    """A connection to a stand-in must not reach the real one by its other API."""
    found = settings(**changes)
    assert (found.base_url("eu-v1"), found.base_url("us-v1")) == base_urls


def test_connections_of_before_go_on_where_their_mail_class_was_the_plain_one() -> None:
    before = {"regions": ["eu"], "shipping_type": "TRACKED", "shipping_methods": {}}
    assert Settings.model_validate(before) == Settings.model_validate({"regions": ["eu"]})
    assert before["shipping_type"] == "TRACKED", "what was given is left as it is"


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ({"shipping_type": "UNTRACKED"}, "make UNTRACKED the connection's Default Mail Class instead"),
        (
            {"shipping_methods": {"Express": "DHL"}},
            "put its rows into the connection's Shipping Class Match instead",
        ),
    ],
)
def test_a_mail_class_that_was_a_setting_is_never_dropped_silently(before: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate({"regions": ["eu"]} | before)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"eu_user": "someone"}, "eu_key is missing"),
        ({"eu_key": "opensesame"}, "eu_user is missing"),
        ({"eu_user": "a", "eu_key": "opensesame", "us_user": "b"}, "us_key is missing"),
        ({"eu_user": "a", "eu_key": "opensesame", "us_key": " c "}, "us_user is missing"),
        ({}, "of both"),
    ],
)
def test_half_a_pair_of_credentials_says_which_half_is_missing(given: dict[str, str], missing: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Credentials.model_validate(given)
    assert missing in str(refused.value)
    assert "opensesame" not in str(refused.value)


def test_one_pair_or_both_are_good() -> None:
    one = Credentials.model_validate({"us_user": "u", "us_key": "k"})
    assert (one.login("eu"), one.login("us"), one.login("mars")) == (None, ("u", "k"), None)
    both = Credentials.model_validate({"eu_user": "a", "eu_key": "b", "us_user": "u", "us_key": "k"})
    assert (both.login("eu"), both.login("us")) == (("a", "b"), ("u", "k"))
    assert "k" not in repr(one.us_key)


@pytest.mark.parametrize(
    ("regions", "country", "named", "account"),
    [
        (["eu", "us"], "US", "", "us"),
        (["eu", "us"], "CA", "", "us"),
        (["eu", "us"], "DE", "", "eu"),
        (["eu", "us"], "MX", "", "eu"),
        (["eu", "us"], "", "", "eu"),
        (["eu"], "US", "", "eu"),
        (["us"], "DE", "", "us"),
        (["eu", "us"], "US", "eu", "eu"),
        (["eu", "us"], "DE", " US ", "us"),
        (["eu"], "DE", "us", "us"),
    ],
)
def test_the_line_decides_who_makes_it_and_else_the_ship_to(
    regions: list[str], country: str, named: str, account: str
) -> None:
    ship_to = SHIP_TO.but(country_code=country)
    assert account_of(settings(regions=regions), ship_to, PrintDetails(account=named)) == account


def test_without_a_ship_to_there_is_still_a_store_to_be_refused_by() -> None:
    assert account_of(settings(), None, PrintDetails()) == "eu"
    assert account_of(settings(), TO_AMERICA.but(country_code="us"), PrintDetails()) == "us"
    assert account_of(settings(), Address(), PrintDetails()) == "eu"
