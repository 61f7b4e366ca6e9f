"""Operate: the one entrance for people and scripts. Every request is a model, every answer is plain JSON.

Answers: ``{"ok": true, "result": {…}}`` or ``{"ok": false, "error": {"code", "message", "problems"}}``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ValidationError

from platen import connectors
from platen.domain.attention import Action
from platen.domain.connection import Role
from platen.domain.making import Making
from platen.domain.record import OrderHead, OrderState
from platen.domain.verdicts import Verdict
from platen.hub import Hub
from platen.messages import Queue
from platen.ports import Conflict, NotFound
from platen.usecases import configure, show, sort
from platen.usecases.configure import Desk, NotAllowed
from platen.usecases.decide import NotPossible, decide
from platen.usecases.disconnect import disconnect
from platen.usecases.health import worked
from platen.usecases.look_again import look_again
from platen.usecases.operate_levels import EVERY, Level, level_of
from platen.usecases.operate_sorting import SORTING
from platen.usecases.operate_stock import STOCK
from platen.usecases.requests import (
    Connect,
    Decide,
    Disconnect,
    ImportProducts,
    ListOrders,
    LookUpProducts,
    Nothing,
    OfConnection,
    OneOrder,
    Redrive,
)
from platen.usecases.sweep import sweep

type Answer = dict[str, Any]


class Operator:
    """Answers one request. ``desk`` has what only the function that sets up may touch; ``may`` are the levels that
    are done here."""

    def __init__(self, hub: Hub, desk: Desk | None, may: frozenset[Level] = EVERY) -> None:
        self.hub = hub
        self._desk = desk
        self._may = may

    @property
    def desk(self) -> Desk:
        if self._desk is None:
            raise LookupError("this function sets nothing up: schedules and addresses are not its business")
        return self._desk

    def answer(self, payload: dict[str, Any]) -> Answer:  # noqa: PLR0911 - one exit for each kind of no
        """Never raises for what a person did; what it cannot explain is a bug, and raises."""
        action = payload.get("action")
        entry = _ACTIONS.get(action) if isinstance(action, str) else None
        if entry is None:
            known = ", ".join(sorted(_ACTIONS))
            return _error("unknown_action", f"There is no action {action!r}. There are: {known}.")
        level = level_of(str(action))
        if level not in self._may:
            return _error("not_permitted", _not_here(str(action), level))
        model, do = entry
        fields = {name: value for name, value in payload.items() if name != "action"}
        try:
            return {"ok": True, "result": do(self, model.model_validate(fields))}
        except ValidationError as invalid:
            return _error("invalid", "Some of what was given is not right.", _fields(invalid))
        except (NotFound, KeyError) as missing:
            return _error("not_found", f"{_capital(str(missing.args[0]))}.")
        except (NotPossible, NotAllowed) as refused:
            return _error("refused", str(refused))
        except Conflict:
            return _error("conflict", "Something else happened to it at the same moment. Look again, then decide.")
        except Verdict as verdict:
            return _error("outside", verdict.words)

    # connections

    def systems(self, _: Nothing) -> Answer:
        return {"systems": show.systems(), "making": Making.model_json_schema()}

    def connect(self, request: Connect) -> Answer:
        if request.system not in connectors.systems():
            names = ", ".join(connectors.systems())
            raise NotFound(f"there is no system {request.system}; there are: {names}")
        connector = self.hub.connector(request.system)
        connection, findings, url = configure.connect(
            self.hub,
            self.desk,
            connection_id=request.connection_id,
            connector=connector,
            settings=connector.settings.model_validate(request.settings),
            credentials=connector.credentials.model_validate(request.credentials),
            rules=sort.rules_as_listed(self.hub, request.intake),
            making=sort.rules_as_listed(self.hub, request.making),
        )
        return {
            "connection": show.connection_view(connection),
            "findings": [_finding(one) for one in findings],
            "webhook_url": url,
            "feed_url": configure.feed_url(self.hub, self.desk, connection),
            "depot": configure.depot(self.desk, connection),
        }

    def connections(self, _: Nothing) -> Answer:
        return {"connections": show.connections(self.hub)}

    def check(self, request: OfConnection) -> Answer:
        connection = self.hub.connections.get(request.connection)
        url = configure.webhook_url(self.hub, request.connection)
        findings = configure.check(self.hub, connection, url)
        if findings and all(one.ok for one in findings):
            worked(self.hub, request.connection)
        return {"findings": [_finding(one) for one in findings]}

    def pause(self, request: OfConnection) -> Answer:
        paused = configure.pause(self.hub, self.desk, request.connection, paused=True)
        return {"connection": show.connection_view(paused)}

    def resume(self, request: OfConnection) -> Answer:
        resumed = configure.pause(self.hub, self.desk, request.connection, paused=False)
        return {"connection": show.connection_view(resumed)}

    def disconnect(self, request: Disconnect) -> Answer:
        left = disconnect(self.hub, self.desk, request.connection, force=request.force)
        return {"disconnected": request.connection, "left": left}

    def poll(self, request: OfConnection) -> Answer:
        queue, message = configure.poll_of(self.hub.connections.get(request.connection))
        self.hub.queues.send(queue, [message])
        return {"queued": queue.value}

    def refresh(self, request: OfConnection) -> Answer:
        connection = self.hub.connections.get(request.connection)
        if Role.VENDOR not in connection.roles:
            raise NotAllowed(f"{request.connection} is no vendor: there is no catalogue to read.")
        return {"entries": self.hub.vendor(connection).refresh()}

    def webhook_url(self, request: OfConnection) -> Answer:
        return {"webhook_url": configure.webhook_url(self.hub, request.connection)}

    def feed_url(self, request: OfConnection) -> Answer:
        connection = self.hub.connections.get(request.connection)
        return {"feed_url": configure.feed_url(self.hub, self.desk, connection)}

    # orders

    def orders(self, request: ListOrders) -> Answer:
        if request.number:
            heads = self._by_number(request.number, request.connection)
            return {"orders": [show.head_view(head) for head in heads], "next": ""}
        if request.folder:
            return self._in_folder(request)
        stores = [request.connection] if request.connection else self.stores()
        states = [request.state] if request.state else list(OrderState)
        if request.after and (len(stores) != 1 or len(states) != 1):
            raise NotAllowed("A further page needs the same connection and state as the first one.")
        heads = []
        following = ""
        for store in stores:
            for state in states:
                page = self.hub.orders.in_state(store, state, request.limit, request.after)
                heads += page.items
                following = page.next if len(stores) == len(states) == 1 else ""
        heads.sort(key=lambda head: (head.placed_at, head.number), reverse=True)
        return {"orders": [show.head_view(head) for head in heads[: request.limit]], "next": following}

    def _in_folder(self, request: ListOrders) -> Answer:
        (folder,) = sort.as_listed(self.hub, request.folder)
        stores = [request.connection] if request.connection else self.stores()
        if request.after and len(stores) != 1:
            raise NotAllowed("A further page needs the same connection as the first one.")
        pages = [self.hub.orders.in_folder(store, folder, request.limit, request.after) for store in stores]
        heads = [head for page in pages for head in page.items if request.state in (None, head.state)]
        heads.sort(key=lambda head: (head.placed_at, head.number), reverse=True)
        following = pages[0].next if len(pages) == 1 else ""
        return {"orders": [show.head_view(head) for head in heads[: request.limit]], "next": following}

    def order(self, request: OneOrder) -> Answer:
        order_id = self.order_id(request.order, request.connection)
        record = self.hub.orders.load(order_id)
        if record is None:
            raise NotFound(f"there is no order {request.order}")
        return {"order": show.order_view(self.hub, record)}

    def order_id(self, named: str, connection: str | None) -> str:
        if re.fullmatch(r"[a-z2-7]{16}", named):
            return named
        heads = self._by_number(named, connection)
        if not heads:
            raise NotFound(f"there is no order {named}")
        if len(heads) > 1:
            where = ", ".join(f"{head.connection}: {head.order_id}" for head in heads)
            raise NotAllowed(f"More than one order is called {named}. Name one by its id ({where}).")
        return heads[0].order_id

    def _by_number(self, number: str, connection: str | None) -> list[OrderHead]:
        stores = [connection] if connection else self.stores()
        return [head for store in stores for head in self.hub.orders.by_number(store, number)]

    def stores(self) -> list[str]:
        return show.stores(self.hub)

    def attention(self, _: Nothing) -> Answer:
        return show.attention(self.hub)

    def decide(self, action: Action) -> Callable[[Decide], Answer]:
        def do(request: Decide) -> Answer:
            order_id = self.order_id(request.order, request.connection)
            record = decide(
                self.hub,
                order_id,
                action,
                place=request.place,
                who=request.who,
                vendor_ref=request.vendor_ref,
            )
            return {"order": show.order_view(self.hub, record)}

        return do

    # the rest

    def redrive(self, request: Redrive) -> Answer:
        queues = [request.queue] if request.queue else list(Queue)
        return {"moved": {queue.value: self.hub.queues.redrive(queue, request.limit) for queue in queues}}

    def status(self, _: Nothing) -> Answer:
        return show.status(self.hub)

    def sweep(self, _: Nothing) -> Answer:
        return {"queued": sweep(self.hub)}

    def products_import(self, request: ImportProducts) -> Answer:
        self.hub.connections.get(request.store)
        written = self.hub.products.put(request.store, [row.mapping() for row in request.rows])
        looked = 0 if request.more else look_again(self.hub, request.store)
        return {"written": written, "looked_again": looked}

    def products(self, request: LookUpProducts) -> Answer:
        found = self.hub.products.get(request.store, request.skus)
        return {"products": [one.model_dump(mode="json") for one in found.values()]}


def _deciding(action: Action) -> Callable[[Operator, Any], Answer]:
    return lambda operator, request: operator.decide(action)(request)


_ACTIONS: dict[str, tuple[type[BaseModel], Callable[[Operator, Any], Answer]]] = {
    "systems": (Nothing, Operator.systems),
    "connect": (Connect, Operator.connect),
    "connections": (Nothing, Operator.connections),
    "check": (OfConnection, Operator.check),
    "pause": (OfConnection, Operator.pause),
    "resume": (OfConnection, Operator.resume),
    "disconnect": (Disconnect, Operator.disconnect),
    "poll": (OfConnection, Operator.poll),
    "refresh": (OfConnection, Operator.refresh),
    "webhook_url": (OfConnection, Operator.webhook_url),
    "feed_url": (OfConnection, Operator.feed_url),
    "orders": (ListOrders, Operator.orders),
    "order": (OneOrder, Operator.order),
    "attention": (Nothing, Operator.attention),
    **{action.value.replace("-", "_"): (Decide, _deciding(action)) for action in Action},
    "redrive": (Redrive, Operator.redrive),
    "status": (Nothing, Operator.status),
    "sweep": (Nothing, Operator.sweep),
    "products_import": (ImportProducts, Operator.products_import),
    "products": (LookUpProducts, Operator.products),
    **SORTING,
    **STOCK,
}


def _not_here(action: str, level: Level) -> str:
    return (
        f"This function does not do {action}. Ask the one that the stack's output {level.function} names;"
        f" the policy {level.policy} of the stack lets people invoke it."
    )


def _finding(finding: Any) -> Answer:
    return {"ok": finding.ok, "what": finding.what, "fix": finding.fix}


def _error(code: str, message: str, problems: list[Answer] | None = None) -> Answer:
    return {"ok": False, "error": {"code": code, "message": message, "problems": problems or []}}


def _fields(invalid: ValidationError) -> list[Answer]:
    """What is wrong with which field; never the value, it may be a secret."""
    return [
        {
            "what": f"{'.'.join(map(str, error['loc'])) or invalid.title}: {_plain(error['msg'])}",
            "line_id": "",
            "field": ".".join(map(str, error["loc"])),
            "suggestion": "",
        }
        for error in invalid.errors(include_input=False, include_url=False, include_context=False)
    ]


def _plain(message: str) -> str:
    """Without the word that pydantic puts in front of what our own validators say."""
    return message.removeprefix("Value error, ")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
