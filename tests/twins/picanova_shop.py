"""What the Picanova twin's tests share: a clock, a listener for webhooks, and a shop that orders."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from platen.ports import Reply
from tests.support.wsgi import WsgiHttp
from twins.picanova import PicanovaTwin

HOST = "api.picanova.twin"
EU = ("eu-user", "eu-key")
US = ("us-user", "us-key")


class Clock:
    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def passes(self, **time: float) -> None:
        self.moment += timedelta(**time)


class Listener:
    """Where webhooks arrive. ``answers`` are used up one by one; after them it says 200."""

    def __init__(self, *answers: int) -> None:
        self.answers = list(answers)
        self.heard: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        assert headers["Content-Type"] == "application/json"
        self.heard.append((url, json.loads(body)))
        return self.answers.pop(0) if self.answers else 200

    @property
    def kinds(self) -> list[str]:
        return [body["type"] for _, body in self.heard]


class Shop:
    """Talks to a twin as a client does: over HTTP, with one account's credentials."""

    api = "beta"

    def __init__(self, twin: PicanovaTwin, auth: tuple[str, str] = EU) -> None:
        self.twin = twin
        self._http = WsgiHttp({HOST: twin.app})
        self._auth = auth

    def ask(self, method: str, path: str, body: object | None = None) -> Reply:
        return self._http.send(method, f"https://{HOST}/api/{self.api}{path}", json=body, auth=self._auth)

    def data(self, method: str, path: str, body: object | None = None) -> Any:
        reply = self.ask(method, path, body)
        assert reply.status == 200, reply.body
        return json.loads(reply.body)["data"]

    def an_order(self, **changes: Any) -> dict[str, Any]:
        return an_order(**changes)

    def order(self, **changes: Any) -> dict[str, Any]:
        made: dict[str, Any] = self.data("POST", "/orders", self.an_order(**changes))
        return made

    def refused(self, body: object, status: int = 422) -> dict[str, list[str]]:
        """The errors of an order that must be refused, after making sure that it left nothing behind."""
        before = len(self.twin.orders)
        reply = self.ask("POST", "/orders", body)
        assert reply.status == status, reply.body
        assert len(self.twin.orders) == before
        answer = json.loads(reply.body)
        assert answer["message"]
        assert answer["status_code"] == status
        errors: dict[str, list[str]] = answer.get("errors", {})
        assert all(isinstance(line, str) for lines in errors.values() for line in lines)
        return errors


class ShopV1(Shop):
    """The same by v1."""

    api = "v1"

    def an_order(self, **changes: Any) -> dict[str, Any]:
        return an_order_v1(**changes)


def an_item_v1(**changes: Any) -> dict[str, Any]:
    """The canvas of ``an_item``, by its blueprint's code."""
    file = {"front": {"url": "https://art.example/7f3a.jpg"}}
    return _without_nothing({"quantity": 1, "product_sku": "CVS40301MI2", "file": file} | changes)


def an_order_v1(**changes: Any) -> dict[str, Any]:
    address = an_address(country_code=None, country="DE")
    order = {"external_id": "1001-k7x2m3qpl4tzabcd-1", "shipping_type": "tracked", "shipping": address}
    return _without_nothing(order | {"items": [an_item_v1()]} | changes)


def an_item(**changes: Any) -> dict[str, Any]:
    """A canvas that both accounts sell. A change to None leaves the field out."""
    item = {
        "quantity": 1,
        "variant_code": "DIGI-40X30-1",
        "file": "https://art.example/7f3a.jpg",
        "options": {"Canvas border": "Mirrored", "Stretcher frame": "2 cm"},
    }
    return _without_nothing(item | changes)


def an_address(**changes: Any) -> dict[str, Any]:
    address = {
        "firstname": "Given",
        "lastname": "Family",
        "street_primary": "Long Street 1",
        "city": "Town",
        "postcode": "10115",
        "country_code": "DE",
    }
    return _without_nothing(address | changes)


def an_order(**changes: Any) -> dict[str, Any]:
    order = {"external_id": "1001-k7x2m3qpl4tzabcd-1", "shipping": an_address(), "items": [an_item()]}
    return _without_nothing(order | changes)


def _without_nothing(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
