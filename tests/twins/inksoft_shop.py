"""What the InkSoft twin's tests share: a clock, and somebody who calls with a key."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from platen.ports import Reply
from tests.fakes import FakeClock
from tests.support.wsgi import WsgiHttp
from twins.inksoft import InkSoftTwin

HOST = "inksoft.twin"


def inksoft(**switches: Any) -> tuple[InkSoftTwin, FakeClock]:
    clock = FakeClock()
    return InkSoftTwin(now=clock, **switches), clock


class Caller:
    """Calls methods as a client does; ``key`` goes with every call unless it is empty."""

    def __init__(self, twin: InkSoftTwin, key: str = "inksoft-key", store: str = "acme") -> None:
        self._http = WsgiHttp({HOST: twin.app})
        self.key = key
        self.store = store

    def get(self, method: str, **parameters: Any) -> Reply:
        return self._http.send("GET", self.url(method, **self._with_key(parameters)))

    def post(self, method: str, body: dict[str, Any] | None = None, **parameters: Any) -> Reply:
        return self._http.send("POST", self.url(method, **parameters), json=self._with_key(body or {}))

    def form(self, method: str, fields: dict[str, str]) -> Reply:
        return self._http.send("POST", self.url(method), form=self._with_key(fields))

    def url(self, method: str, **parameters: Any) -> str:
        told = {name: v if isinstance(v, str) else json.dumps(v) for name, v in parameters.items()}
        return f"https://{HOST}/{self.store}/Api2/{method}?{urlencode(told)}"

    def data(self, method: str, **parameters: Any) -> Any:
        return told(self.get(method, **parameters))["Data"]

    def ids(self, **filters: Any) -> list[int]:
        """What GetOrderSummaries lists, in its order."""
        return [one["ID"] for one in self.data("GetOrderSummaries", **filters)]

    def order(self, order_id: int, **parameters: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.data("GetOrder", OrderId=order_id, **parameters)
        return found

    def ship(self, *order_ids: int, tracking: str = "1Z1", **more: Any) -> Reply:
        return self.post("CreateOrderShipments", {"OrderIds": list(order_ids), "TrackingNumber": tracking} | more)

    def _with_key(self, fields: dict[str, Any]) -> dict[str, Any]:
        return ({"APIKey": self.key} if self.key else {}) | fields


def told(reply: Reply) -> dict[str, Any]:
    """The envelope of a call that went well."""
    assert reply.status == 200, reply.text
    envelope: dict[str, Any] = json.loads(reply.body)
    assert (envelope["OK"], envelope["StatusCode"], envelope["Messages"]) == (True, "OK", [])
    return envelope


def said_no(reply: Reply) -> tuple[int, str, str]:
    """(HTTP status, StatusCode, words) of an envelope that refuses."""
    envelope = json.loads(reply.body)
    assert (envelope["OK"], envelope["Data"], envelope["Pagination"]) == (False, False, None)
    [message] = envelope["Messages"]
    assert message["Title"] is None
    return reply.status, envelope["StatusCode"], message["Content"]
