"""Talks to one Picanova store over its v1 API, and does nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from pydantic import ValidationError
from pydantic_core import from_json

from platen.connectors.picanova import wire, wire_v1
from platen.connectors.picanova.client import Api, unreadable
from platen.domain.verdicts import Later, Refused, Unclear

MOST_PAGES_SEARCHED = 30
"""Of the list of orders: half of the calls that a minute has."""
SEARCH_PATIENCE = timedelta(seconds=45)
"""Half of the time that a worker has."""


class ClientV1(Api):
    """The v1 API of one store. Its orders come in beta's words.

    It makes orders, shows them and lists them. How one is cancelled, accepted or found by our id is not published.
    """

    def order(self, ref: str) -> wire.Order | None:
        """The order of that id of Picanova's."""
        asked = f"show order {ref}"
        found = self._read(f"/orders/{quote(ref, safe='')}", asked)
        if found is None:
            return None
        try:
            return wire.one(wire_v1.Order, found.data).as_order()
        except wire.Unreadable as odd:
            raise Later(unreadable(asked, odd)) from None

    def order_called(self, external_id: str) -> wire.Order | None:
        """The order of that id of ours, looked for in the list of all orders.

        None only when the list was seen to its end: in which order it comes is not published, so no part of it
        proves anything of the rest. Raises Unclear when it cannot be sure: the list is longer than can be looked
        through, has a page with nothing new on it, or cannot be read to the letter.
        """
        asked = f"look through the orders for {external_id}"
        until = self._clock.now() + SEARCH_PATIENCE
        seen: set[str] = set()
        for page in range(1, MOST_PAGES_SEARCHED + 1):
            listed, last = self._page(page, asked)
            for one in listed:
                if one.external_id == external_id:
                    return self._shown(one.order_id, asked)
            at_end = not listed if last is None else page >= last
            if not (at_end and not listed) and seen.issuperset(one.order_id for one in listed):
                raise Unclear(f"Picanova was asked to {asked}, and page {page} of its list has nothing new on it.")
            if at_end:
                return None
            seen.update(one.order_id for one in listed)
            if self._clock.now() >= until:
                break
        raise Unclear(f"Picanova was asked to {asked}, and it is not on the first {page} pages.")

    def create(self, body: dict[str, Any], private: Sequence[str] = ()) -> wire.Order:
        """As beta's: one POST, and Unclear whenever an order may have come of it."""
        asked, reply = self._make(body, private)
        try:
            return wire.one(wire_v1.Order, wire.envelope(reply.body).data).as_order()
        except wire.Unreadable as odd:
            raise Unclear(f"Picanova answered {reply.status} when asked to {asked}, but {odd}.") from None

    def _page(self, page: int, asked: str) -> tuple[list[wire_v1.Listed], int | None]:
        """The orders of a page, and how many pages there are, where it says so."""
        try:
            reply = self._ask("GET", "/orders" if page == 1 else f"/orders?page={page}", asked)
            body = from_json(reply.body, allow_inf_nan=False)
            return wire_v1.Page.model_validate(body).data, wire_v1.last_page(body)
        except Refused as no:
            raise Unclear(no.words) from None
        except (ValidationError, ValueError):
            raise Unclear(f"Picanova was asked to {asked}, and its list cannot be read to the letter.") from None

    def _shown(self, ref: str, asked: str) -> wire.Order:
        found = self.order(ref)
        if found is None:
            raise Unclear(f"Picanova was asked to {asked}: it lists {ref}, but does not show it.")
        return found
