"""The environment: what the template tells a function is what its code asks for, and nothing leaks in an error."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from platen import compose
from platen.environment import Environment, SetUpEnvironment, read
from platen.messages import Queue
from tests.template.reading import functions, resource

TOLD = {
    "PLATEN_STACK": "platen",
    "ORDERS_TABLE": "orders",
    "CONNECTIONS_TABLE": "connections",
    "PRODUCTS_TABLE": "products",
    "STOCK_TABLE": "stock",
    "FILES_BUCKET": "files",
    "RETENTION_DAYS": "90",
    "AWS_SECRET_ACCESS_KEY": "s3cret",
}
SENDS = {
    "store_webhook": {Queue.INTAKE},
    "vendor_webhook": {Queue.SHIPMENTS, Queue.VENDOR_POLLS},
    "vendor_feed": {Queue.INTAKE, Queue.SHIPMENTS, Queue.STORE_UPDATES},
    "order_intake": {Queue.INTAKE, Queue.DISPATCH},
    "vendor_dispatch": {Queue.DISPATCH},
    "shipment_intake": {Queue.SHIPMENTS, Queue.STORE_UPDATES},
    "store_update": {Queue.STORE_UPDATES},
    "store_poll": {Queue.INTAKE, Queue.STORE_POLLS},
    "vendor_poll": {Queue.SHIPMENTS, Queue.VENDOR_POLLS},
    "sweep": {Queue.INTAKE, Queue.DISPATCH, Queue.SHIPMENTS, Queue.STORE_UPDATES, Queue.SYNCS},
    "warehouse_api": {Queue.SHIPMENTS},
    "warehouse_files_in": {Queue.SHIPMENTS, Queue.FILES},
    "inventory_push": {Queue.INTAKE, Queue.DISPATCH, Queue.SHIPMENTS, Queue.STORE_UPDATES, Queue.SYNCS},
    "viewer": set(Queue),
    "operator": set(Queue),
    "set_up": set(Queue),
}
"""To which queues each function sends, its own included: there it says when a failed message comes back."""


def told_by_the_template(function: str) -> dict[str, str]:
    name = next(name for name, folder in functions().items() if folder == f"functions/{function}")
    variables = resource(name)["Properties"]["Environment"]["Variables"]
    numbers = {"RETENTION_DAYS": "180", "PUBLIC_URL": "https://hooks.example"}
    return {key: numbers.get(key, f"the {key}") for key in variables}


class TestEnvironment:
    def test_is_typed(self) -> None:
        environment = read(Environment, TOLD | {"ALLOWED_HOSTS": " Proxy.Example:8443, ,127.0.0.1 "})
        assert environment.retention_days == 90
        assert environment.extra_hosts == ("proxy.example:8443", "127.0.0.1")
        assert read(Environment, TOLD).extra_hosts == ()

    def test_knows_the_queues_it_was_told(self) -> None:
        told = {"STORE_UPDATES_QUEUE": "https://q/1", "STORE_UPDATES_DLQ": "https://q/2", "INTAKE_QUEUE": ""}
        environment = read(Environment, TOLD | told)
        assert environment.queues == {Queue.STORE_UPDATES: "https://q/1"}
        assert environment.dead == {Queue.STORE_UPDATES: "https://q/2"}

    @pytest.mark.parametrize(
        "name",
        ["PLATEN_STACK", "ORDERS_TABLE", "CONNECTIONS_TABLE", "PRODUCTS_TABLE", "STOCK_TABLE", "FILES_BUCKET"],
    )
    def test_names_what_is_missing_or_empty_and_shows_nothing(self, name: str) -> None:
        without = {key: value for key, value in TOLD.items() if key != name}
        for environ in (without, TOLD | {name: ""}):
            with pytest.raises(ValidationError, match=name) as missing:
                read(Environment, environ)
            assert "s3cret" not in str(missing.value)
            assert "orders" not in str(missing.value)

    def test_names_what_is_wrong(self) -> None:
        with pytest.raises(ValidationError, match="RETENTION_DAYS"):
            read(Environment, TOLD | {"RETENTION_DAYS": "0"})
        with pytest.raises(ValidationError, match="PUBLIC_URL"):
            read(SetUpEnvironment, told_by_the_template("set_up") | {"PUBLIC_URL": "hooks.example"})

    @pytest.mark.parametrize("function", list(SENDS))
    def test_of_each_function_is_complete_by_the_template(self, function: str) -> None:
        environment = read(Environment, told_by_the_template(function))
        assert set(environment.queues) >= SENDS[function]

    @pytest.mark.parametrize("function", ["viewer", "operator", "set_up"])
    def test_of_who_is_asked_by_people_has_every_dead_letter_queue(self, function: str) -> None:
        assert set(read(Environment, told_by_the_template(function)).dead) == set(Queue)

    def test_of_who_sets_up_has_what_only_it_is_told(self) -> None:
        environment = read(SetUpEnvironment, told_by_the_template("set_up"))
        assert environment.syncs_arn == "the SYNCS_QUEUE_ARN"

    def test_of_every_function_is_looked_at(self) -> None:
        assert {folder.removeprefix("functions/") for folder in functions().values()} == set(SENDS)


class TestABody:
    """A signature is over bytes: not one may be changed on the way in."""

    @given(st.binary())
    def test_that_came_coded_is_the_very_same(self, body: bytes) -> None:
        event = {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
        assert compose._raw(event) == body

    @given(st.text(st.characters(exclude_categories=["Cs"])))
    def test_that_came_as_text_is_its_utf8(self, body: str) -> None:
        assert compose._raw({"body": body, "isBase64Encoded": False}) == body.encode()

    @pytest.mark.parametrize("event", [{}, {"body": None}, {"body": "", "isBase64Encoded": True}])
    def test_that_is_not_there_is_empty(self, event: dict[str, Any]) -> None:
        assert compose._raw(event) == b""

    @pytest.mark.parametrize("text", ["%%%", "QUJ", "Q Q=="])
    def test_that_is_coded_wrongly_is_answered_400_and_read_no_further(self, text: str) -> None:
        event = {
            "pathParameters": {"connection": "shop", "key": "k", "proxy": "picks"},
            "body": text,
            "isBase64Encoded": True,
            "headers": None,
        }
        for handler in (compose.store_webhook, compose.warehouse_api):
            assert handler(event, None) == {"statusCode": 400, "body": ""}
