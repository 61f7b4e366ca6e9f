"""What the tests of the Shopify connector share: fakes of the ports, and a tiny shop that fails on demand."""

from __future__ import annotations

import json as jsonlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from platen.connectors.shopify import Settings
from platen.connectors.shopify.store import ShopifyStore
from platen.domain.connection import Connection, Role
from platen.domain.model import iso
from platen.domain.shipment import Parcel, Shipment, ShipmentLine, ShipmentState
from platen.ports import Access, Http, NotFound, Reply
from tests.fakes.feed import FakeFeed
from tests.fakes.files import FakeFiles
from tests.fakes.ledger import FakeLedger

SHOP = "kranich-rahmen.myshopify.com"
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
STATIC = {"access_token": "shpat_static", "api_secret_key": "hush"}
CLIENT = {"client_id": "0c5fa1", "client_secret": "shpss_hush"}


class FakeClock:
    """Stands still, but for sleeping."""

    def __init__(self) -> None:
        self.moment = NOW
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.moment

    __call__ = now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.passes(seconds=seconds)

    def passes(self, **time: float) -> None:
        self.moment += timedelta(**time)


@dataclass
class FakeSecrets:
    """One connection's secrets, shared by all its workers."""

    held: dict[str, Any] | None = field(default_factory=lambda: dict(STATIC))
    shared: dict[str, Any] = field(default_factory=dict)

    def credentials(self, connection_id: str) -> dict[str, Any]:
        if self.held is None:
            raise NotFound(connection_id)
        return self.held

    def webhook(self, connection_id: str) -> dict[str, Any]:
        raise NotFound(connection_id)

    def token(self, connection_id: str) -> dict[str, Any]:
        return self.shared

    def put_credentials(self, connection_id: str, value: dict[str, Any]) -> None:
        self.held = value

    def put_webhook(self, connection_id: str, value: dict[str, Any]) -> None:
        raise NotFound(connection_id)

    def put_token(self, connection_id: str, value: dict[str, Any]) -> None:
        self.shared = jsonlib.loads(jsonlib.dumps(value))


class NoCache:
    def get(self, namespace: str, keys: object) -> dict[str, str]:
        return {}

    def put(self, namespace: str, entries: object, keep: object) -> None: ...

    def keys(self, namespace: str) -> list[str]:
        return []


@dataclass(frozen=True)
class Call:
    name: str
    """The operation's name, or ``token``."""
    url: str
    variables: Mapping[str, Any]
    token: str
    form: Mapping[str, str]


type Answer = Reply | Exception | Callable[[Call], Reply]


class ScriptedHttp:
    """Answers by operation name, each answer once, the last one for ever."""

    def __init__(self) -> None:
        self.script: dict[str, list[Answer]] = {}
        self.calls: list[Call] = []

    def on(self, name: str, *answers: Answer) -> ScriptedHttp:
        self.script[name] = list(answers)
        return self

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: object | None = None,
        form: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float = 20.0,
    ) -> Reply:
        call = read_call(url, headers, json, form)
        self.calls.append(call)
        answers = self.script.get(call.name)
        assert answers, f"nobody expected {call.name}"
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Reply) else answer(call)

    def named(self, name: str) -> list[Call]:
        return [call for call in self.calls if call.name == name]


def read_call(
    url: str, headers: Mapping[str, str] | None, json: object | None, form: Mapping[str, str] | None
) -> Call:
    body: dict[str, Any] = json if isinstance(json, dict) else {}
    name = "token" if url.endswith("/admin/oauth/access_token") else body.get("operationName", "")
    token = (headers or {}).get("X-Shopify-Access-Token", "")
    return Call(name, url, body.get("variables", {}), token, dict(form or {}))


def reply(status: int = 200, body: object = None, **headers: str) -> Reply:
    """``body`` as bytes goes out as it is, anything else as JSON; header names have ``_`` for ``-``."""
    raw = body if isinstance(body, bytes) else jsonlib.dumps(body).encode()
    return Reply(
        status=status, headers={name.replace("_", "-"): value for name, value in headers.items()}, body=raw
    )


def data(found: object, *, left: float = 2000, cost: float = 10, **headers: str) -> Reply:
    return reply(200, {"data": found, "extensions": points(left, cost)}, **headers)


def errors(*found: Mapping[str, Any], data: object = None, left: float = 2000, cost: float = 10) -> Reply:
    return reply(200, {"data": data, "errors": list(found), "extensions": points(left, cost)})


def error(code: str, *path: str | int, message: str = "no") -> dict[str, Any]:
    return {"message": message, "extensions": {"code": code}} | ({"path": list(path)} if path else {})


def points(left: float, cost: float) -> dict[str, Any]:
    status = {"maximumAvailable": 2000, "currentlyAvailable": left, "restoreRate": 100}
    return {"cost": {"requestedQueryCost": cost, "actualQueryCost": None, "throttleStatus": status}}


@dataclass
class House:
    """One connection with everything it reaches."""

    http: Http
    settings: Settings = field(default_factory=lambda: Settings(shop=SHOP))
    secrets: FakeSecrets = field(default_factory=FakeSecrets)
    clock: FakeClock = field(default_factory=FakeClock)

    def access(self) -> Access:
        connection = Connection(
            connection_id="shop",
            system="shopify",
            roles=(Role.STORE,),
            settings=self.settings.model_dump(mode="json"),
            created_at=NOW,
        )
        return Access(
            connection=connection,
            settings=self.settings,
            http=self.http,
            clock=self.clock,
            secrets=self.secrets,
            cache=NoCache(),
            feed=FakeFeed(),
            files=FakeFiles(),
            ledger=FakeLedger(),
        )

    def store(self) -> ShopifyStore:
        """A fresh one, as every invocation opens it."""
        return ShopifyStore(self.access())


def a_shipment(tracking: str = "1Z999", carrier: str = "UPS", lines: object = None, **changes: Any) -> Shipment:
    """``lines``: line id -> how many; one of line 11 when nothing is said."""
    goods = lines if isinstance(lines, dict) else {"11": 1}
    fields: dict[str, Any] = {
        "order_id": "k7x2m3qpl4tzabcd",
        "shipment_id": "1-1Z999",
        "connection": "shop",
        "store_order_id": "1",
        "job_id": "1",
        "state": ShipmentState.CLAIMED,
        "parcel": Parcel(carrier=carrier, tracking=tracking),
        "lines": tuple(ShipmentLine(line_id=key, quantity=count) for key, count in goods.items()),
        "recorded_at": NOW,
    }
    return Shipment(**(fields | changes))


# ---- a tiny shop -------------------------------------------------------------------------------


@dataclass
class FulfillmentOrder:
    number: int
    remaining: dict[str, int]
    """line id -> how many are left."""
    place: str = "1"
    method: str = "SHIPPING"
    status: str = "OPEN"
    reason: str = ""
    fulfill_at: datetime | None = None

    def left_of(self, wanted: list[dict[str, Any]]) -> bool:
        return all(0 < one["quantity"] <= self.remaining.get(one["id"].rsplit("-", 1)[-1], 0) for one in wanted)


@dataclass
class Fulfillment:
    number: int
    goods: dict[str, int]
    tracking: list[str]
    status: str = "SUCCESS"
    created_at: datetime = NOW
    company: str = ""
    url: str = ""


class TinyShop:
    """One order (number 1), as far as parcels matter. ``before`` runs, or raises, ahead of an operation;
    ``after`` when it is done and the answer is on its way."""

    def __init__(self, *fulfillment_orders: FulfillmentOrder, page: int = 50) -> None:
        self.orders = list(fulfillment_orders)
        self.fulfillments: list[Fulfillment] = []
        self.page = page
        self.created_at = NOW - timedelta(days=1)
        self.cancelled_at: datetime | None = None
        self.before: dict[str, list[Callable[[], None]]] = {}
        self.after: dict[str, list[Callable[[], None]]] = {}
        self.calls: list[Call] = []
        self.mails = 0

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: object | None = None,
        form: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float = 20.0,
    ) -> Reply:
        call = read_call(url, headers, json, form)
        self.calls.append(call)
        self._happen(self.before, call.name)
        answer = data(getattr(self, f"_{call.name}")(call.variables))
        self._happen(self.after, call.name)
        return answer

    def named(self, name: str) -> list[Call]:
        return [call for call in self.calls if call.name == name]

    def shipped(self) -> Counter[str]:
        total: Counter[str] = Counter()
        for one in self.fulfillments:
            if one.status != "CANCELLED":
                total.update(one.goods)
        return total

    @staticmethod
    def _happen(script: dict[str, list[Callable[[], None]]], name: str) -> None:
        if script.get(name):
            script[name].pop(0)()

    def _paged(self, rows: list[Any], after: str | None) -> dict[str, Any]:
        start = int(after or 0)
        end = start + self.page
        return {
            "nodes": rows[start:end],
            "pageInfo": {"hasNextPage": end < len(rows), "endCursor": str(end)},
        }

    def _PlatenParcels(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        if variables["id"] != "gid://shopify/Order/1":
            return {"order": None}
        return {
            "order": {
                "name": "#1001",
                "createdAt": iso(self.created_at),
                "cancelledAt": iso(self.cancelled_at) if self.cancelled_at else None,
                "fulfillments": [self._fulfillment(one) for one in self.fulfillments],
                "fulfillmentOrders": self._paged([self._order(one) for one in self.orders], None),
            }
        }

    def _PlatenFulfillmentOrders(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        page = self._paged([self._order(one) for one in self.orders], variables["after"])
        return {"order": {"fulfillmentOrders": page}}

    def _PlatenFulfillmentOrderLines(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        one = next(one for one in self.orders if variables["id"].endswith(f"/{one.number}"))
        return {"fulfillmentOrder": {"lineItems": self._paged(self._order_lines(one), variables["after"])}}

    def _PlatenFulfillmentLines(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        one = next(one for one in self.fulfillments if variables["id"].endswith(f"/{one.number}"))
        return {"fulfillment": {"fulfillmentLineItems": self._paged(self._goods(one), variables["after"])}}

    def _order(self, one: FulfillmentOrder) -> dict[str, Any]:
        holds = [{"reason": "OTHER", "displayReason": one.reason}] if one.status == "ON_HOLD" else []
        return {
            "id": f"gid://shopify/FulfillmentOrder/{one.number}",
            "status": one.status,
            "fulfillAt": iso(one.fulfill_at) if one.fulfill_at else None,
            "deliveryMethod": {"methodType": one.method},
            "fulfillmentHolds": holds,
            "assignedLocation": {
                "name": f"Place {one.place}",
                "location": {"id": f"gid://shopify/Location/{one.place}"},
            },
            "lineItems": self._paged(self._order_lines(one), None),
        }

    def _order_lines(self, one: FulfillmentOrder) -> list[dict[str, Any]]:
        return [
            {
                "id": f"fo-{one.number}-{line}",
                "productTitle": f"Canvas {line}",
                "remainingQuantity": left,
                "lineItem": {"id": f"gid://shopify/LineItem/{line}"},
            }
            for line, left in one.remaining.items()
        ]

    def _goods(self, one: Fulfillment) -> list[dict[str, Any]]:
        return [
            {"quantity": count, "lineItem": {"id": f"gid://shopify/LineItem/{line}"}}
            for line, count in one.goods.items()
        ]

    def _fulfillment(self, one: Fulfillment) -> dict[str, Any]:
        return {
            "legacyResourceId": str(one.number),
            "name": f"#1001-F{one.number}",
            "status": one.status,
            "createdAt": iso(one.created_at),
            "trackingInfo": [{"number": number} for number in one.tracking],
            "fulfillmentLineItems": self._paged(self._goods(one), None),
        }

    def _PlatenFulfillmentCreate(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        wanted = variables["fulfillment"]
        asked = [
            (next(one for one in self.orders if part["fulfillmentOrderId"].endswith(f"/{one.number}")), part)
            for part in wanted["lineItemsByFulfillmentOrder"]
        ]
        refusal = self._refusal([(one, part["fulfillmentOrderLineItems"]) for one, part in asked])
        if refusal:
            errors = [{"field": ["fulfillment"], "message": refusal}]
            return {"fulfillmentCreate": {"fulfillment": None, "userErrors": errors}}
        goods: Counter[str] = Counter()
        for one, part in asked:
            for line in part["fulfillmentOrderLineItems"]:
                key = line["id"].rsplit("-", 1)[-1]
                one.remaining[key] -= line["quantity"]
                goods[key] += line["quantity"]
            if not any(one.remaining.values()):
                one.status = "CLOSED"
        made = self._add(dict(goods), wanted.get("trackingInfo", {}))
        self.mails += wanted["notifyCustomer"]
        return {"fulfillmentCreate": {"fulfillment": {"legacyResourceId": str(made.number)}, "userErrors": []}}

    @staticmethod
    def _refusal(asked: list[tuple[FulfillmentOrder, list[dict[str, Any]]]]) -> str:
        if len({(one.place, one.method) for one, _ in asked}) > 1:
            return "All fulfillment orders must be assigned to a single location."
        for one, lines in asked:
            if one.status in ("CLOSED", "CANCELLED", "ON_HOLD", "SCHEDULED"):
                return f"Fulfillment order {one.number} has an unfulfillable status= {one.status.lower()}."
            if not one.left_of(lines):
                return "Invalid fulfillment order line item quantity requested."
        return ""

    def _add(self, goods: dict[str, int], tracking: Mapping[str, str]) -> Fulfillment:
        number = 100 + len(self.fulfillments)
        numbers = [tracking["number"]] if "number" in tracking else []
        made = Fulfillment(number, goods, numbers, company=tracking.get("company", ""), url=tracking.get("url", ""))
        self.fulfillments.append(made)
        return made

    def _PlatenTrackingUpdate(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        one = next(one for one in self.fulfillments if variables["id"].endswith(f"/{one.number}"))
        one.tracking = [variables["tracking"]["number"]]
        one.company = variables["tracking"].get("company", "")
        self.mails += variables["notify"]
        made = {"legacyResourceId": str(one.number)}
        return {"fulfillmentTrackingInfoUpdate": {"fulfillment": made, "userErrors": []}}
