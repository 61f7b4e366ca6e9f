"""An operator in this process: answers as the real one does, remembers what it was asked, and fails on order."""

from __future__ import annotations

from typing import Any

from platen.domain.attention import ACTIONS, Cause
from platen.domain.making import Making
from platen.usecases.operate import _ACTIONS
from platen_cli.stops import Refused, Stop

SETTINGS = {
    "properties": {
        "mode": {"$ref": "#/$defs/Mode", "default": "test", "title": "Mode", "description": "test or live."},
        "regions": {
            "items": {"enum": ["eu", "us"], "type": "string"},
            "title": "Regions",
            "type": "array",
        },
        "shipping_methods": {
            "additionalProperties": {"type": "string"},
            "default": {},
            "title": "Shipping methods",
            "type": "object",
        },
        "poll_minutes": {"default": 180, "title": "Poll every", "type": "integer"},
        "mail": {"default": True, "title": "Mail the buyer", "type": "boolean"},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None, "title": "Note"},
        "base_url": {
            "default": "https://print.example",
            "title": "API base URL",
            "type": "string",
            "advanced": True,
        },
    },
    "$defs": {"Mode": {"enum": ["test", "live"], "type": "string"}},
    "required": ["regions"],
    "type": "object",
}
CREDENTIALS = {
    "properties": {
        "user": {"title": "API user", "type": "string"},
        "key": {"format": "password", "title": "API key", "type": "string", "writeOnly": True},
    },
    "required": ["user", "key"],
    "type": "object",
}
STORE_SETTINGS = {
    "properties": {"shop": {"title": "Shop", "type": "string"}},
    "required": ["shop"],
    "type": "object",
}
SECRET = "correct-horse-battery-staple"


def attention(cause: Cause, *problems: dict[str, str], since: str = "2026-11-21T08:00:00.000Z") -> dict[str, Any]:
    return {
        "cause": cause.value,
        "problems": list(problems),
        "since": since,
        "actions": [action.value for action in ACTIONS[cause]],
    }


def head(number: str, state: str, order_id: str = "k7x2m3qpl4tzabcd", **more: Any) -> dict[str, Any]:
    return {
        "order_id": order_id,
        "number": number,
        "connection": "shop",
        "state": state,
        "placed_at": "2026-11-20T10:00:00.000Z",
        "changed_at": "2026-11-21T08:00:00.000Z",
        "waiting_for": "",
        "nothing_because": "",
        **more,
    }


def order(**more: Any) -> dict[str, Any]:
    """One order with a job that is shipped and a job that waits for a person."""
    misspelt = {
        "what": "Picanova has no value 'folded' for Canvas border.",
        "line_id": "11",
        "field": "print_option_value_1",
        "suggestion": "Folded",
    }
    canvas = {"line_id": "11", "title": "Canvas 40 x 30", "sku": "CANVAS-40X30", "quantity": 2}
    mug = {"line_id": "12", "title": "Mug", "sku": "MUG", "quantity": 1}
    return {
        "head": head("#1001", "attention"),
        "lines": [mug, canvas, {"line_id": "13", "title": "Gift card", "sku": "", "quantity": 1}],
        "jobs": [
            {
                "job_id": "1",
                "vendor": "printer",
                "account": "eu",
                "state": "shipped",
                "external_id": "1001-k7x2m3qpl4tzabcd-1",
                "vendor_ref": "PPO10000001",
                "vendor_words": "FULFILLED",
                "hold": "",
                "amend_wanted": False,
                "lines": [mug],
                "planned_at": "2026-11-20T10:00:01.000Z",
                "sent_at": "2026-11-20T10:00:02.000Z",
                "heard_at": "2026-11-20T12:00:00.000Z",
                "attempt": 1,
                "test": False,
                "attention": None,
            },
            {
                "job_id": "2",
                "vendor": "printer",
                "account": "us",
                "state": "attention",
                "external_id": "1001-k7x2m3qpl4tzabcd-2",
                "vendor_ref": "",
                "vendor_words": "",
                "lines": [canvas],
                "planned_at": "2026-11-20T10:00:01.000Z",
                "attempt": 0,
                "test": False,
                "attention": attention(Cause.PREFLIGHT, misspelt),
            },
        ],
        "shipments": [
            {
                "shipment_id": "ab12",
                "job_id": "1",
                "state": "told",
                "parcel": {
                    "carrier": "DHL",
                    "tracking": "JD014600003",
                    "url": "https://track.example/JD014600003",
                    "shipped_at": "2026-11-20T12:00:00.000Z",
                    "service": "Parcel Connect",
                    "cost": "7.35",
                    "note": "Left with the porter",
                },
                "lines": [{"line_id": "12", "quantity": 1}],
                "recorded_at": "2026-11-20T12:00:01.000Z",
                "told_at": "2026-11-20T12:00:02.000Z",
                "fulfillments": ["gid://shopify/Fulfillment/1"],
                "attention": None,
            }
        ],
        "events": [],
        "story": [
            {"at": "2026-11-20T10:00:00.000Z", "what": "Placed in shop."},
            {"at": "2026-11-20T12:00:02.000Z", "what": "The shop was told of parcel JD014600003."},
        ],
        **more,
    }


def _called(link: dict[str, Any]) -> str:
    return link.get("name") or str(link["vendor"])


class FakeOperator:
    """``results`` overrides an action's result; ``fails`` is raised at the next call of an action, once."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.results: dict[str, dict[str, Any]] = {}
        self.fails: dict[str, list[Exception]] = {}
        self.connections: dict[str, dict[str, Any]] = {}
        self.products: dict[str, dict[str, Any]] = {}
        self.folders: dict[str, dict[str, int]] = {"New": {"shop": 0}}
        """Folder -> store -> how many orders are in it."""
        self.provisional = ""
        """What is said of the vendor's system."""

    def ask(self, action: str, **given: object) -> dict[str, Any]:
        said = {name: value for name, value in given.items() if value is not None}
        self.asked.append({"action": action, **said})
        _ACTIONS[action][0].model_validate(said)  # what the real one would not even read is our mistake
        if self.fails.get(action):
            raise self.fails[action].pop(0)
        if action in self.results:
            return self.results[action]
        answer = getattr(self, f"_{action}", None)
        if answer is None:
            raise Stop(f"the fake has no {action}")
        return answer(**said)  # type: ignore[no-any-return]

    def last(self, action: str) -> dict[str, Any]:
        return next(one for one in reversed(self.asked) if one["action"] == action)

    def did(self, action: str) -> bool:
        return any(one["action"] == action for one in self.asked)

    def add(self, connection_id: str, *roles: str, **more: Any) -> dict[str, Any]:
        made = {
            "connection_id": connection_id,
            "system": "shopify" if "store" in roles else "picanova",
            "roles": list(roles),
            "paused": False,
            "links": [],
            "health": {"failures": 0, "words": "", "denied": False},
            **more,
        }
        self.connections[connection_id] = made
        return made

    def _systems(self) -> dict[str, Any]:
        vendor = {"system": "picanova", "name": "Picanova (merchOne)", "roles": ["vendor"]}
        vendor["provisional"] = self.provisional
        store = {"system": "shopify", "name": "Shopify", "roles": ["store"]}
        return {
            "systems": [
                {**vendor, "settings": SETTINGS, "credentials": CREDENTIALS},
                {**store, "settings": STORE_SETTINGS, "credentials": CREDENTIALS},
            ],
            "making": Making.model_json_schema(),
        }

    def _connect(self, system: str, connection_id: str, **given: Any) -> dict[str, Any]:
        made = self.add(connection_id, "store" if system == "shopify" else "vendor", settings=given["settings"])
        good = {"ok": True, "what": "The credentials work.", "fix": ""}
        return {"connection": made, "findings": [good], "webhook_url": "https://hub.example/webhooks/printer/k3y"}

    def _connections(self) -> dict[str, Any]:
        return {"connections": list(self.connections.values())}

    def _link(self, store: str, before: str = "", **link: Any) -> dict[str, Any]:
        links = self.connections[store]["links"]
        names = [_called(one) for one in links]
        place = names.index(_called(link)) if _called(link) in names else len(links)
        links[place : place + 1] = [link]
        if before:
            links.remove(link)
            links.insert([_called(one) for one in links].index(before), link)
        return {"connection": self.connections[store]}

    def _unlink(self, store: str, vendor: str = "", link: str = "") -> dict[str, Any]:
        links = self.connections[store]["links"]
        left = [one for one in links if (_called(one) != link if link else one["vendor"] != vendor)]
        if left == links:
            raise Refused(f"{store} has no link to {vendor or link}.")
        self.connections[store]["links"] = left
        return {"connection": self.connections[store]}

    def _rules(self, connection: str, **given: dict[str, Any]) -> dict[str, Any]:
        there = self.connections[connection]
        for part, values in given.items():
            there[part] = {**(there.get(part) or {}), **values}
        return {"connection": there}

    def _folders(self) -> dict[str, Any]:
        shown = [
            {"name": name, "counts": counts, "total": sum(counts.values()), "oldest": dict.fromkeys(counts)}
            for name, counts in self.folders.items()
        ]
        return {"folders": shown, "most": 1000}

    def _folder_add(self, names: list[str]) -> dict[str, Any]:
        self.folders |= {name: {} for name in names if name not in self.folders}
        return self._folders()

    def _folder_remove(self, name: str) -> dict[str, Any]:
        if sum(self.folders.get(name, {}).values()):
            raise Refused(f"There are orders in {name}.")
        self.folders.pop(name, None)
        return self._folders()

    def _move(self, orders: list[str], folder: str, who: str, connection: str = "") -> dict[str, Any]:
        assert len(orders) <= 100
        assert who
        return {
            "moved": [name for name in orders if not name.startswith("9")],
            "missing": [name for name in orders if name.startswith("9")],
        }

    def _move_all(self, connection: str, from_folder: str, folder: str, who: str) -> dict[str, Any]:
        there = self.folders[from_folder]
        moved = min(100, there.get(connection, 0))
        there[connection] = there.get(connection, 0) - moved
        self.folders[folder][connection] = self.folders[folder].get(connection, 0) + moved
        return {"moved": moved, "more": there[connection] > 0}

    def _pause(self, connection: str) -> dict[str, Any]:
        if connection not in self.connections:
            raise Refused(f"There is no connection '{connection}'.", code="not_found")
        self.connections[connection]["paused"] = True
        return {"connection": self.connections[connection]}

    def _disconnect(self, connection: str, force: bool = False) -> dict[str, Any]:
        if connection not in self.connections:
            raise Refused(f"There is no connection '{connection}'.", code="not_found")
        left = ["1 of its jobs are being made: Platen would not hear when they ship."]
        if not force and self.connections[connection].get("needed"):
            raise Refused(f"{connection} is still needed. {left[0]} Forced, it goes all the same.")
        needed = self.connections.pop(connection).get("needed")
        return {"disconnected": connection, "left": left if needed else []}

    def _order(self, **_given: Any) -> dict[str, Any]:
        return {"order": order()}

    _retry = _resend = _release = _cancel = _mark_sent = _mark_cancelled = _reprint = _cancel_order = _order

    def _products_import(self, store: str, rows: list[dict[str, Any]], more: bool = False) -> dict[str, Any]:
        self.products |= {f"{store}/{row['sku']}": row for row in rows}
        return {"written": len(rows)}
