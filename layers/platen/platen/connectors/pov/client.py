"""Talks to one account at POV over HTTP as its profile says, and does nothing else."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from platen.connectors.pov import wire
from platen.connectors.pov.answers import says_not_found, verdict
from platen.connectors.pov.profile import Profile, path
from platen.domain.verdicts import Denied, Later, Refused, Unclear
from platen.ports import Clock, Http, Reply


class Shut(Denied):
    """The deployment does not let us call this host: nothing was sent, for any order of this connection."""


@dataclass(frozen=True)
class Door:
    """Where an account is, and who we are there."""

    base_url: str
    customer_id: str = field(repr=False)
    key: str = field(default="", repr=False)


class Client:
    """One account's API. Raises the verdicts of ``domain.verdicts``.

    A read never raises Unclear: nothing can have been made by it, so its doubts are Later. The one exception is
    ``orders_called``, whose answer decides whether an order is sent again.
    """

    def __init__(self, http: Http, clock: Clock, door: Door, profile: Profile) -> None:
        self._http = http
        self._clock = clock
        self._door = door
        self._profile = profile

    def order(self, ref: str) -> wire.Order | None:
        """The order of that id of POV's."""
        asked = f"show order {ref}"
        reply = self._ask("GET", path(self._profile.paths.order, ref=ref), asked)
        if says_not_found(reply, self._profile.answer.error):
            return None
        return self._order(reply, asked, Later)

    def orders_called(self, reference: str) -> list[wire.Order]:
        """The orders under that reference of ours; none only where POV says that it has none.

        Raises Unclear where the answer leaves it open: an answer about other orders, or about no order in
        particular, must never be taken for "there is none".
        """
        asked = f"look for order {reference}"
        pattern = self._profile.paths.by_reference
        if not pattern:
            raise Unclear(f'The profile "{self._profile.name}" has no way to ask POV for {reference}')
        reply = self._ask("GET", path(pattern, reference=reference), asked)
        if says_not_found(reply, self._profile.answer.error):
            return []
        if reply.status == 404:
            raise Unclear(_no_answer(asked))
        try:
            found = wire.orders(wire.read_json(reply.body), self._profile.answer)
        except wire.Unreadable as odd:
            raise Unclear(f"POV was asked to {asked}, but {odd}") from None
        if any(order.reference != reference for order in found):
            raise Unclear(f"POV was asked to {asked}, and answered with an order that does not name it")
        return found

    def create(self, body: dict[str, Any], reference: str, private: Sequence[str] = ()) -> wire.Order:
        """One POST. ``private`` is what must not show in a verdict's words.

        Raises AlreadyThere, Rejected, Denied, Busy, Unreachable; and Unclear whenever an order may have come of it.
        """
        asked = f"make order {reference}"
        header = self._profile.auth.idempotency_name
        extra = {header: reference} if header else {}
        reply = self._ask("POST", self._profile.paths.submit, asked, body=body, extra=extra, private=private)
        return self._order(reply, asked, Unclear)

    def cancel(self, ref: str) -> None:
        """Ask for the cancel. That there is no such order is for the read that follows to say."""
        self._ask("DELETE", path(self._profile.paths.cancel, ref=ref), f"cancel order {ref}")

    def shipments(self, cursor: str) -> wire.Feed:
        """What moved since; the empty cursor is from the start of what POV keeps."""
        asked = "list the shipments"
        reply = self._there("GET", path(self._profile.paths.shipments, cursor=cursor), asked)
        try:
            return wire.feed(wire.read_json(reply.body), self._profile.answer)
        except wire.Unreadable as odd:
            raise Later(_unreadable(asked, odd)) from None

    def classes(self) -> list[wire.Class]:
        """A refusal is no order's fault, so it is Later."""
        asked = "list the mail classes"
        try:
            reply = self._there("GET", self._profile.paths.mail_classes, asked)
            return wire.classes(wire.read_json(reply.body), self._profile.answer)
        except Refused as no:
            raise Later(no.words) from None
        except wire.Unreadable as odd:
            raise Later(_unreadable(asked, odd)) from None

    def _order(self, reply: Reply, asked: str, doubt: type[Later] | type[Unclear]) -> wire.Order:
        if reply.status == 404:
            raise doubt(_no_answer(asked))
        try:
            found = wire.read_json(reply.body)
            return wire.order(wire.at(found, self._profile.answer.order.at), self._profile.answer)
        except wire.Unreadable as odd:
            raise doubt(f"POV answered {reply.status} when asked to {asked}, but {odd}") from None

    def _there(self, method: str, where: str, asked: str) -> Reply:
        reply = self._ask(method, where, asked)
        if reply.status == 404:
            raise Later(_no_answer(asked))
        return reply

    def _ask(
        self,
        method: str,
        where: str,
        asked: str,
        *,
        body: dict[str, Any] | None = None,
        extra: dict[str, str] | None = None,
        private: Sequence[str] = (),
    ) -> Reply:
        """The answer: 2xx, or the 404 of anything but a POST, whose meaning is the caller's to find."""
        try:
            reply = self._http.send(
                method,
                self._url(where),
                headers=self._headers() | (extra or {}),
                json=body,
                timeout=float(self._profile.limits.timeout_seconds),
            )
        except Unclear as doubt:
            if method == "GET":
                raise Later(doubt.words) from doubt
            raise
        except Refused as shut:
            # Not an answer of POV's: the door itself did not open.
            raise Shut(f"{shut.words}. {_HOW_TO_OPEN}") from shut
        if reply.status == 404 and method != "POST":
            return reply
        no = verdict(
            reply,
            method=method,
            asked=asked,
            errors=self._profile.answer.error,
            now=self._clock.now(),
            private=(*private, self._door.customer_id, self._door.key),
        )
        if no:
            raise no
        return reply

    def _url(self, where: str) -> str:
        auth = self._profile.auth
        query = {auth.customer_id_name: self._door.customer_id} if auth.customer_id == "query" else {}
        if auth.key == "query" and self._door.key:
            query[auth.key_name] = self._door.key
        url = self._door.base_url + where
        return f"{url}{'&' if '?' in where else '?'}{urlencode(query)}" if query else url

    def _headers(self) -> dict[str, str]:
        auth = self._profile.auth
        headers = {"Accept": "application/json"}
        if auth.customer_id == "header":
            headers[auth.customer_id_name] = self._door.customer_id
        if auth.key == "header" and self._door.key:
            headers[auth.key_name] = auth.key_prefix + self._door.key
        if auth.customer_id == "basic":
            pair = f"{self._door.customer_id}:{self._door.key}".encode()
            headers["Authorization"] = f"Basic {b64encode(pair).decode()}"
        return headers


_HOW_TO_OPEN = (
    "Nothing was sent to POV: Platen calls no hosts but those that the deployment names in the stack's parameter "
    "AllowedHosts, for a setting alone must not open the network"
)


def _no_answer(asked: str) -> str:
    return (
        f"POV answered 404 when asked to {asked}, without saying that there is none: check the connection's API "
        "address, and the paths of its profile"
    )


def _unreadable(asked: str, odd: wire.Unreadable) -> str:
    return f"POV was asked to {asked}, but {odd}. Nothing was changed; it is tried again"
