"""Talks to one Picanova store over HTTP, and does nothing else: what both APIs share, and the beta API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from platen.connectors.picanova import wire
from platen.connectors.picanova.answers import verdict
from platen.domain.verdicts import Later, Refused, Unclear
from platen.ports import Clock, Http, Reply

HEADERS = {"Accept": "application/json"}
_MOST_PAGES = 200


class Api:
    """One store's API. Raises the verdicts of ``domain.verdicts``.

    A read never raises Unclear: nothing can have been made by it, so its doubts are Later.
    """

    def __init__(self, http: Http, clock: Clock, base_url: str, login: tuple[str, str]) -> None:
        self._http = http
        self._clock = clock
        self._base_url = base_url
        self._login = login
        self.calls_left: int | None = None
        """How many calls this minute still has, when the last answer said so (inferred header)."""

    def _make(self, body: dict[str, Any], private: Sequence[str]) -> tuple[str, Reply]:
        """One POST of an order; gives what was asked, for words, and the answer."""
        asked = f"make order {body.get('external_id', '')}"
        return asked, self._ask("POST", "/orders", asked, body=body, private=private)

    def _read(self, path: str, asked: str) -> wire.Envelope | None:
        """None for what is not there."""
        reply = self._ask("GET", path, asked)
        if reply.status == 404:
            return None
        try:
            return wire.envelope(reply.body)
        except wire.Unreadable as odd:
            raise Later(unreadable(asked, odd)) from None

    def _ask(
        self, method: str, path: str, asked: str, *, body: dict[str, Any] | None = None, private: Sequence[str] = ()
    ) -> Reply:
        try:
            reply = self._http.send(method, self._base_url + path, headers=HEADERS, json=body, auth=self._login)
        except Unclear as doubt:
            if method == "GET":
                raise Later(doubt.words) from doubt
            raise
        self._note_calls_left(reply)
        if reply.status == 404 and method != "POST":
            return reply
        answer = verdict(reply, method=method, asked=asked, now=self._clock.now(), private=private)
        if answer:
            raise answer
        return reply

    def _note_calls_left(self, reply: Reply) -> None:
        left = reply.headers.get("x-ratelimit-remaining", "")
        self.calls_left = int(left) if left.isdecimal() and len(left) < 9 else None


class Client(Api):
    """The beta API of one store."""

    def products(self) -> list[wire.Product]:
        return self._list(wire.Product, "/products", "list the products")

    def variants(self, product_id: str) -> list[wire.Variant]:
        """None of them when the product went away since it was listed."""
        path = f"/products/{quote(product_id, safe='')}"
        return self._list(wire.Variant, path, f"show product {product_id}", gone_is_empty=True)

    def countries(self) -> list[wire.Country]:
        return self._list(wire.Country, "/countries", "list the countries")

    def methods(self) -> list[wire.Method]:
        """All of the store's; which of them goes where is for the order to find out."""
        return [
            one for one in self._list(wire.Method, "/shipping/methods", "list the shipping methods") if one.code
        ]

    def greet(self) -> None:
        """The cheapest call that needs the credentials."""
        asked = "list the shipping types"
        if self._read("/shipping/types", asked) is None:
            raise Later(missing(asked))

    def order(self, ref: str) -> wire.Order | None:
        """The order of that id of Picanova's."""
        return self._order(f"/orders/{quote(ref, safe='')}", f"show order {ref}")

    def order_called(self, external_id: str) -> wire.Order | None:
        """The order of that id of ours."""
        return self._order(f"/orders/@{quote(external_id, safe='')}", f"show order @{external_id}")

    def create(self, body: dict[str, Any], private: Sequence[str] = ()) -> wire.Order:
        """One POST. ``private`` is what must not show in a verdict's words.

        Raises AlreadyThere, Rejected, Denied, Busy, Unreachable; and Unclear whenever an order may
        have come of it.
        """
        asked, reply = self._make(body, private)
        try:
            return wire.one(wire.Order, wire.envelope(reply.body).data)
        except wire.Unreadable as odd:
            raise Unclear(f"Picanova answered {reply.status} when asked to {asked}, but {odd}.") from None

    def delete(self, ref: str) -> None:
        """Ask for the cancel. That there is no such order is for the read that follows to say."""
        self._ask("DELETE", f"/orders/{quote(ref, safe='')}", f"cancel order {ref}")

    def _order(self, path: str, asked: str) -> wire.Order | None:
        found = self._read(path, asked)
        if found is None:
            return None
        try:
            return wire.one(wire.Order, found.data)
        except wire.Unreadable as odd:
            raise Later(unreadable(asked, odd)) from None

    def _list[T: wire.Wire](self, model: type[T], path: str, asked: str, *, gone_is_empty: bool = False) -> list[T]:
        """All of a list. A refusal is no order's fault, so it is Later.

        Catalogue lists are not known to have pages; if one has, none may be lost.
        """
        listed: list[T] = []
        for page in range(1, _MOST_PAGES + 1):
            try:
                found = self._read(path if page == 1 else f"{path}?page={page}", asked)
                if found is None and gone_is_empty and page == 1:
                    return []
                if found is None:
                    raise Later(missing(asked))
                listed += wire.many(model, found.data)
            except Refused as no:
                raise Later(no.words) from None
            except wire.Unreadable as odd:
                raise Later(unreadable(asked, odd)) from None
            if page >= found.meta.pagination.total_pages:
                return listed
        raise Later(f"Picanova was asked to {asked} and gave more than {_MOST_PAGES} pages.")


def missing(asked: str) -> str:
    return f"Picanova answered 404 when asked to {asked}: check the base URL in the connection's settings."


def unreadable(asked: str, odd: wire.Unreadable) -> str:
    return f"Picanova was asked to {asked}, but {odd}. Nothing was changed; it is tried again."
