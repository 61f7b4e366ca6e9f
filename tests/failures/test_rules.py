"""Rules of a connection: changed one by one, refused by their names, and read from what was stored long ago."""

from __future__ import annotations

import json
from typing import Any

import pytest

from platen.domain.connection import Connection
from platen.domain.making import Making
from tests.support.sorting import SortBench, item
from tests.support.world import STORE, VENDOR, World

CREDENTIALS = {"eu_user": "eu-user", "eu_key": "eu-key", "us_user": "us-user", "us_key": "us-key"}


@pytest.fixture
def bench() -> SortBench:
    bench = SortBench()
    bench.link("press")
    return bench


def error(bench: SortBench | World, action: str, **fields: Any) -> dict[str, Any]:
    answer = bench.ask(action, **fields)
    assert not answer["ok"], answer
    found: dict[str, Any] = answer["error"]
    return found


def test_only_what_is_given_is_changed(bench: SortBench) -> None:
    bench.rule("press", default_class="STD", class_match=["Express* = FAST", "Slow = ROAD"], code_skip="A, B")
    bench.rule("press", default_class=" EXP ")
    making = bench.connections.get("press").making
    assert making.default_class == "EXP"
    assert making.class_match == {"Express*": "FAST", "Slow": "ROAD"}
    assert making.code_skip == ("A", "B")
    bench.do("rules", connection="stall", intake={"release_when": "always"})
    bench.do("rules", connection="stall", intake={"new_folder": "new"})
    intake = bench.connections.get("stall").intake
    assert intake is not None
    assert (intake.release_when, intake.new_folder) == ("always", "New")


@pytest.mark.parametrize(
    ("connection", "fields", "words"),
    [
        ("press", {"making": {"defalt_class": "X"}}, "There is no rule defalt_class; there are: code_match, "),
        ("press", {"intake": {"release_when": "paid"}}, "press is no store: it has no rules for taking orders in."),
        ("stall", {"making": {"artwork": "off"}}, "stall is no vendor: it has no rules for making orders."),
        ("stall", {"intake": {"since": "2026-01-01"}}, "There is no rule since; there are: orders_since, "),
        ("press", {"making": {"after_error": "Nowhere"}}, "There is no folder Nowhere; there are: New, Prepared, "),
        (
            "stall",
            {"intake": {"cancel_folder": "Nowhere"}},
            "There is no folder Nowhere; there are: New, Prepared, ",
        ),
        ("nobody", {"making": {}}, "There is no connection nobody."),
    ],
)
def test_what_there_is_not_is_refused_by_its_name(
    bench: SortBench, connection: str, fields: dict[str, Any], words: str
) -> None:
    before = bench.everything()
    assert error(bench, "rules", connection=connection, **fields)["message"].startswith(words)
    assert bench.everything() == before


@pytest.mark.parametrize(
    ("connection", "fields", "field"),
    [
        ("press", {"making": {"artwork": "maybe"}}, "artwork"),
        ("press", {"making": {"class_by_country": {"ZZ": "STD"}}}, "class_by_country"),
        ("press", {"making": {"class_match": ["no equals sign"]}}, "class_match"),
        ("press", {"making": {"code_match": {"A": 1}}}, "code_match"),
        ("press", {"making": {"after_error": ["New"]}}, "after_error"),
        ("press", {"making": {"after_error": None}}, "after_error"),
        ("stall", {"intake": {"release_when": "later"}}, "release_when"),
        ("stall", {"intake": {"orders_since": "yesterday"}}, "orders_since"),
        ("stall", {"intake": {"orders_since": "2026-01-01T00:00:00"}}, "orders_since"),
    ],
)
def test_a_wrong_value_is_told_with_its_field(
    bench: SortBench, connection: str, fields: dict[str, Any], field: str
) -> None:
    before = bench.everything()
    told = error(bench, "rules", connection=connection, **fields)
    assert told["code"] == "invalid"
    assert any(problem["field"].startswith(field) for problem in told["problems"]), told
    assert bench.everything() == before


def test_rules_that_are_too_long_to_be_kept_are_refused(bench: SortBench) -> None:
    bench.rule("press", code_match={f"{'A' * 90}{n}": f"{'B' * 90}{n}" for n in range(1500)})
    before = bench.everything()
    told = error(
        bench,
        "rules",
        connection="press",
        making={"class_match": {f"{'C' * 150}{n}": "D" * 150 for n in range(400)}},
    )
    assert told["message"] == "The rules of press are too long to be kept: shorten its tables."
    assert bench.everything() == before


def test_too_many_links_to_be_kept_are_refused(bench: SortBench) -> None:
    skus = [f"{'S' * 190}{n}" for n in range(100)]
    names = iter(range(1000))
    while True:
        before = bench.everything()
        answer = bench.ask("link", store="stall", vendor="press", name=f"link {next(names)}", skus=skus)
        if not answer["ok"]:
            break
    assert "too long to be kept" in answer["error"]["message"]
    assert bench.everything() == before
    order = bench.ordered(item())
    bench.run()
    assert bench.made_by(order) == {"press": {"1": 1}}


def test_a_connection_of_before_these_rules_works_as_it_did() -> None:
    stored = {
        "connection_id": "stall",
        "system": "stall",
        "roles": ["store"],
        "settings": {},
        "links": [{"vendor": "press", "lines": "all", "skus": [], "countries": []}],
        "intake": {"orders_since": "2026-11-01T00:00:00.000Z", "release_when": "paid"},
        "paused": False,
        "created_at": "2026-11-01T00:00:00.000Z",
        "version": 7,
    }
    connection = Connection.model_validate_json(json.dumps(stored))
    assert connection.making == Making()
    (link,) = connection.links
    assert (link.called, link.send, link.folders) == ("press", "auto", ())

    bench = SortBench()
    bench.connections.save(connection.but(version=bench.connections.get("stall").version))
    order = bench.ordered(item())
    bench.run()
    assert bench.made_by(order) == {"press": {"1": 1}}
    assert bench.folder_of(order) == ""
    bench.link("press", skus=["P"])
    assert len(bench.connections.get("stall").links) == 1, "a link without a name is called after its vendor"


class TestConnect:
    def test_takes_the_rules_too_and_keeps_them_when_connected_again(self, world: World) -> None:
        world.connect_picanova(making={"after_import": "prepared", "artwork": "off"})
        world.connect_picanova(making={"default_class": "STD"})
        making = world.connections.get(VENDOR).making
        assert (making.after_import, making.artwork, making.default_class) == ("Prepared", "off", "STD")
        world.connect_shopify(intake={"new_folder": "NEW"})
        intake = world.connections.get(STORE).intake
        assert intake is not None
        assert intake.new_folder == "New"

    @pytest.mark.parametrize(
        "making",
        [
            {"after_error": "Nowhere"},
            {"no_such_rule": 1},
            {"artwork": "maybe"},
            {"class_match": {f"{'C' * 190}{n}": "D" * 190 for n in range(500)}, "code_skip": ["E" * 199] * 3}
            | {"code_match": {f"{'A' * 190}{n}": "B" * 190 for n in range(900)}},
        ],
        ids=["folder", "name", "value", "too long"],
    )
    def test_keeps_no_new_credentials_for_what_it_refuses(self, world: World, making: dict[str, Any]) -> None:
        before = world.everything(), world.secrets.credentials(VENDOR), world.secrets.token(VENDOR)
        fields = {
            "system": "picanova",
            "connection_id": VENDOR,
            "settings": {"mode": "live", "regions": ["eu", "us"]},
        }
        error(world, "connect", **fields, credentials=CREDENTIALS | {"eu_key": "another"}, making=making)
        assert (world.everything(), world.secrets.credentials(VENDOR), world.secrets.token(VENDOR)) == before

    @pytest.mark.parametrize(
        ("intake", "words"),
        [
            ({"new_folder": "Nowhere"}, "There is no folder Nowhere"),
            ({"realease_when": "paid"}, "There is no rule realease_when"),
        ],
    )
    def test_refuses_a_stores_rule_there_is_none_of(self, intake: dict[str, Any], words: str) -> None:
        world = World()
        fields = {"system": "shopify", "connection_id": STORE, "settings": {"shop": "acme.myshopify.com"}}
        told = error(
            world, "connect", **fields, credentials={"client_id": "a", "client_secret": "b"}, intake=intake
        )
        assert told["message"].startswith(words)
        assert world.connections.all() == []

    def test_refuses_rules_of_the_other_kind(self, world: World) -> None:
        fields = {"system": "picanova", "connection_id": VENDOR, "settings": {"mode": "live", "regions": ["eu"]}}
        told = error(world, "connect", **fields, credentials=CREDENTIALS, intake={"new_folder": "New"})
        assert told["message"] == "prints is no store: it has no rules for taking orders in."
