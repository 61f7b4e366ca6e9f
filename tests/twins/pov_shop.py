"""What the POV twin's tests share: a clock, a listener for webhooks, and a customer that orders."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from platen.ports import Reply
from tests.fakes import FakeClock
from tests.support.wsgi import WsgiHttp
from twins.pov import PovTwin

HOST = "pov.twin"


class Listener:
    """Where webhooks arrive. ``answers`` are used up one by one; after them it says 200."""

    def __init__(self, *answers: int) -> None:
        self.answers = list(answers)
        self.heard: list[tuple[Mapping[str, str], bytes]] = []

    def __call__(self, _url: str, headers: Mapping[str, str], body: bytes) -> int:
        self.heard.append((headers, body))
        return self.answers.pop(0) if self.answers else 200

    @property
    def kinds(self) -> list[str]:
        return [json.loads(body)["type"] for _, body in self.heard]


class Customer:
    """Talks to a twin as a client does: over HTTP, under one customer ID."""

    def __init__(self, twin: PovTwin, name: str = "live") -> None:
        self.twin = twin
        account = twin.accounts[name]
        self._http = WsgiHttp({HOST: twin.app})
        self.customer_id = account.customer_id
        self.headers = {"X-Customer-Id": account.customer_id}
        if account.key:
            self.headers["Authorization"] = f"Bearer {account.key}"

    def ask(self, method: str, path: str, body: object | None = None) -> Reply:
        return self._http.send(method, f"https://{HOST}/v0{path}", headers=self.headers, json=body)

    def data(self, method: str, path: str, body: object | None = None, *, status: int = 200) -> Any:
        reply = self.ask(method, path, body)
        assert reply.status == status, reply.text
        return json.loads(reply.body)

    def order(self, **changes: Any) -> dict[str, Any]:
        made: dict[str, Any] = self.data("POST", "/orders", self.an_order(**changes), status=201)
        return made

    def an_order(self, **changes: Any) -> dict[str, Any]:
        return an_order(
            **({"customer_id": self.customer_id, "test": self.customer_id == "test-customer"} | changes)
        )

    def codes(self, method: str, path: str, body: object | None = None, *, status: int = 422) -> list[str]:
        """The codes of what must be refused, after making sure that it left nothing behind."""
        before = len(self.twin.orders)
        reply = self.ask(method, path, body)
        assert reply.status == status, reply.text
        assert len(self.twin.orders) == before
        said = json.loads(reply.body)["errors"]
        assert all(one["message"] for one in said)
        return [one["code"] for one in said]


def pov(**switches: Any) -> tuple[PovTwin, FakeClock]:
    clock = FakeClock()
    return PovTwin(now=clock, **({"rate_per_minute": 0} | switches)), clock


def an_item(**changes: Any) -> dict[str, Any]:
    """A change to ... leaves the field out."""
    item = {
        "line_id": "11",
        "sku": "CANVAS-40X30",
        "quantity": 2,
        "art_url": "https://art.example/7f3a.png",
        "description": "Canvas",
        "price": "39.90",
    }
    return _without_nothing(item | changes)


def an_address(**changes: Any) -> dict[str, Any]:
    address = {
        "name": "Given Family",
        "address1": "Long Street 1",
        "city": "Town",
        "postal_code": "1",
        "country": "US",
    }
    return _without_nothing(address | changes)


def an_order(**changes: Any) -> dict[str, Any]:
    order = {
        "customer_id": "live-customer",
        "reference": "1001-k7x2m3qpl4tzabcd-1",
        "test": False,
        "order_number": "#1001",
        "order_date": "2026-11-21T09:00:00Z",
        "mail_class": "STANDARD",
        "gift_message": "",
        "packing_message": "",
        "ship_to": an_address(),
        "return_to": None,
        "items": [an_item()],
    }
    return _without_nothing(order | changes)


def _without_nothing(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not ...}
