"""Talks to ShipStation's API V2 over HTTP, and does nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from platen.connectors.shipstation import wire
from platen.connectors.shipstation.answers import Said, read, unreadable, verdict, words_of
from platen.domain.model import iso
from platen.domain.verdicts import AlreadyThere, Later, Refused, Unclear
from platen.ports import Clock, Http, Reply

PAGE_SIZE = 100
MOST_PAGES = 20
"""Of one list that is read to its end."""


class Client:
    """One account's API V2. Raises the verdicts of ``domain.verdicts``.

    A read never raises Unclear: nothing can have been made by it, so its doubts are Later. The one exception is
    ``shipment_called``, whose answer decides whether an order is sent again. Pages are asked for by their number:
    the links to them in an answer are never followed.
    """

    def __init__(self, http: Http, clock: Clock, base_url: str, key: str) -> None:
        self._http = http
        self._clock = clock
        self._base_url = base_url
        self._headers = {"Accept": "application/json", "api-key": key}

    def shipment(self, ref: str) -> wire.Shipment | None:
        """The shipment of that id of ShipStation's."""
        asked = f"show shipment {ref}"
        reply = self._ask("GET", f"/shipments/{quote(ref, safe='')}", asked)
        return None if reply.status == 404 else self._shipment(reply, asked, Later)

    def shipment_called(self, external_id: str) -> wire.Shipment | None:
        """The shipment of that id of ours; None only where ShipStation says in its own words that there is none."""
        asked = f"look for shipment {external_id}"
        try:
            reply = self._ask("GET", f"/shipments/external_shipment_id/{quote(external_id, safe='')}", asked)
        except Refused as no:
            raise Unclear(no.words) from None
        if reply.status == 404 and not read(reply).words:
            raise Unclear(f"Something answered 404 when ShipStation was asked to {asked}: check the base URL.")
        return None if reply.status == 404 else self._shipment(reply, asked, Unclear)

    def shipments_numbered(self, number: str) -> list[wire.Shipment]:
        """Those of a shipment number, which is not unique: what is whose is for the caller to tell."""
        return self._all(wire.Shipment, "/shipments", "shipments", {"shipment_number": number})

    def shipments_modified(self, since: datetime, page: int) -> tuple[list[wire.Shipment], bool]:
        """A page of what was modified since then, newest first, and whether there are more.

        Newest first, because what is modified while the pages are read then comes again, and nothing is missed.
        """
        query = {"modified_at_start": iso(since), "sort_by": "modified_at", "sort_dir": "desc"}
        return self._page(wire.Shipment, "/shipments", "shipments", query, page)

    def labels(self, shipment_id: str) -> list[wire.Label]:
        return self._all(wire.Label, "/labels", "labels", {"shipment_id": shipment_id})

    def fulfillments(self, shipment_id: str) -> list[wire.Fulfillment]:
        """What was marked as shipped."""
        return self._all(wire.Fulfillment, "/fulfillments", "fulfillments", {"shipment_id": shipment_id})

    def warehouses(self) -> list[wire.Warehouse]:
        asked = "list the warehouses"
        found = self._json(self._there("/warehouses", asked), asked)
        return self._listed(wire.Warehouse, found.get("warehouses") if isinstance(found, dict) else None, asked)

    def webhooks(self) -> list[wire.Webhook]:
        """A bare list (documented)."""
        asked = "list the webhooks"
        return self._listed(wire.Webhook, self._json(self._there("/environment/webhooks", asked), asked), asked)

    def create(self, body: dict[str, Any], private: Sequence[str] = ()) -> wire.Shipment:
        """One POST of one shipment. ``private`` is what must not show in a verdict's words.

        Raises AlreadyThere, Refused, Denied, Busy, Unreachable; and Unclear whenever one may have come of it.
        """
        asked = f"take order {body.get('external_shipment_id', '')}"
        reply = self._ask("POST", "/shipments", asked, body={"shipments": [body]}, private=private)
        try:
            created = wire.one(wire.Created, wire.read_json(reply.body))
            told = created.shipments[0] if len(created.shipments) == 1 else {}
            if created.has_errors or told.get("errors"):
                raise _not_created(told, asked, private)
            return wire.one(wire.Shipment, told)
        except wire.Unreadable as odd:
            raise Unclear(f"ShipStation answered {reply.status} when asked to {asked}, but {odd}.") from None

    def update(self, ref: str, body: dict[str, Any], private: Sequence[str] = ()) -> None:
        """The whole shipment anew. Whether a PUT could also tell parts of it is not clear: sources differ."""
        asked = f"change shipment {ref}"
        self._found(self._ask("PUT", f"/shipments/{quote(ref, safe='')}", asked, body=body, private=private), asked)

    def cancel(self, ref: str) -> None:
        """Refused where a label is there that was not voided (documented)."""
        asked = f"cancel shipment {ref}"
        self._found(self._ask("PUT", f"/shipments/{quote(ref, safe='')}/cancel", asked), asked)

    # how it is asked

    def _all[W: wire.Wire](self, model: type[W], path: str, name: str, query: Mapping[str, Any]) -> list[W]:
        listed: list[W] = []
        for page in range(1, MOST_PAGES + 1):
            found, more = self._page(model, path, name, query, page)
            listed += found
            if not more:
                return listed
        raise Later(f"ShipStation was asked to list {name}, and gave more than {MOST_PAGES} pages.")

    def _page[W: wire.Wire](
        self, model: type[W], path: str, name: str, query: Mapping[str, Any], page: int
    ) -> tuple[list[W], bool]:
        asked = f"list {name}"
        full = f"{path}?{urlencode({**query, 'page': page, 'page_size': PAGE_SIZE})}"
        found = self._json(self._there(full, asked), asked)
        listed = self._listed(model, found.get(name) if isinstance(found, dict) else None, asked)
        pages = found.get("pages")
        last = pages if isinstance(pages, int) else 0
        return listed, bool(listed) and (page < last or len(listed) >= PAGE_SIZE)

    def _listed[W: wire.Wire](self, model: type[W], found: object, asked: str) -> list[W]:
        try:
            return wire.many(model, found)
        except wire.Unreadable as odd:
            raise Later(unreadable(asked, odd)) from None

    def _shipment(self, reply: Reply, asked: str, doubt: type[Later] | type[Unclear]) -> wire.Shipment:
        try:
            return wire.one(wire.Shipment, wire.read_json(reply.body))
        except wire.Unreadable as odd:
            raise doubt(unreadable(asked, odd)) from None

    def _json(self, reply: Reply, asked: str) -> Any:
        try:
            return wire.read_json(reply.body)
        except wire.Unreadable as odd:
            raise Later(unreadable(asked, odd)) from None

    def _there(self, path: str, asked: str) -> Reply:
        """What has to be there: a 404 of it is the address's fault."""
        reply = self._ask("GET", path, asked)
        if reply.status == 404:
            raise Later(f"ShipStation answered 404 when asked to {asked}: check the connection's API V2 base URL.")
        return reply

    def _found(self, reply: Reply, asked: str) -> None:
        if reply.status == 404:
            raise Refused(f"ShipStation was asked to {asked}, and has none such.")

    def _ask(
        self, method: str, path: str, asked: str, *, body: dict[str, Any] | None = None, private: Sequence[str] = ()
    ) -> Reply:
        try:
            reply = self._http.send(method, self._base_url + path, headers=self._headers, json=body)
        except Unclear as doubt:
            if method == "GET":
                raise Later(doubt.words) from doubt
            raise
        if reply.status == 404 and method != "POST":
            return reply
        answer = verdict(reply, method=method, asked=asked, now=self._clock.now(), private=private)
        if isinstance(answer, Refused) and method == "POST" and _says_taken(read(reply)):
            raise AlreadyThere(answer.words)
        if answer:
            raise answer
        return reply


def _says_taken(said: Said) -> bool:
    """Whether our id is taken. The code is documented; that it is the one that is used here is inferred."""
    return "identifier_conflict" in said.codes


def _not_created(told: Mapping[str, Any], asked: str, private: Sequence[str]) -> Refused:
    return Refused(f"ShipStation did not {asked}: {words_of(told.get('errors'), private) or 'nothing more'}")
