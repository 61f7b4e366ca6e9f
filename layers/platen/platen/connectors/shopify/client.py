"""Talks to the Admin GraphQL API: one document at a time, within the budget Shopify gives."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any

from platen.connectors.shopify import Settings, answers
from platen.connectors.shopify.answers import Answer, Envelope, Throttled
from platen.connectors.shopify.documents import API_VERSION, Document, Kind
from platen.connectors.shopify.throttle import Bucket
from platen.connectors.shopify.tokens import Tokens
from platen.domain.verdicts import Busy, Unclear, Unreachable
from platen.ports import Access, Reply

logger = logging.getLogger("platen.shopify")

PATIENCE = 6.0
"""Seconds a client waits in place for points, all in all; what takes longer waits in a queue."""
LONGEST_WAIT = 30.0
"""Seconds that are waited in place at once, however patient the client is."""
SHORTEST_WAIT = 1.0
"""Seconds, once Shopify has said that it is too much."""


class Client:
    """A connection's way to its shop, with as much patience as is given. Raises the verdicts of
    ``domain.verdicts``."""

    def __init__(self, access: Access, patience: float = PATIENCE) -> None:
        self._access = access
        self._patience = patience
        settings: Settings = access.settings
        self._url = f"{settings.base_url}/admin/api/{API_VERSION}/graphql.json"
        self._tokens = Tokens(access)
        self._bucket: Bucket | None = None
        self._asked: dict[str, float] = {}
        """What each document was found to cost, where that is more than we thought."""
        self._waited = 0.0
        self.served_version = ""
        """The version that answered last; not ours once ours is too old."""

    def run(self, document: Document, variables: Mapping[str, Any] | None = None) -> Answer:
        """Run a document.

        Raises Unclear only when a mutation may have been carried out; Busy with how long to wait;
        Unreachable when a read failed for now; Denied and Refused when waiting will not help.
        """
        while True:
            self._wait(self._lacking(document))
            reply = self._post(document, variables or {})
            envelope = answers.open_envelope(reply)
            self._note(document, envelope)
            try:
                return answers.judge(document, reply, envelope)
            except Throttled as throttled:
                if document.kind is Kind.MAKE:
                    # That it was not carried out is promised nowhere.
                    raise Unclear(f"Shopify was too busy for {document.name}; it may have been done") from None
                self._wait(max(throttled.seconds, self._lacking(document), SHORTEST_WAIT))

    def _lacking(self, document: Document) -> float:
        if self._bucket is None:
            return 0.0
        cost = max(document.cost, self._asked.get(document.name, 0.0))
        return self._bucket.seconds_until(cost, self._access.clock.now())

    def _wait(self, seconds: float) -> None:
        """Wait in place when that is short. Raises Busy with the time when it is not."""
        if seconds <= 0:
            return
        if seconds > LONGEST_WAIT or self._waited + seconds > self._patience:
            raise Busy("Shopify asks us to slow down", after=timedelta(seconds=seconds))
        self._access.clock.sleep(seconds)
        self._waited += seconds

    def _post(self, document: Document, variables: Mapping[str, Any]) -> Reply:
        token = self._tokens.current()
        reply = self._send(document, variables, token)
        if reply.status == 401 and (renewed := self._tokens.renewed_by_another(token)):
            reply = self._send(document, variables, renewed)
        if reply.status == 401:
            reply = self._send(document, variables, self._tokens.mint())
        return reply

    def _send(self, document: Document, variables: Mapping[str, Any], token: str) -> Reply:
        body = {"query": document.text, "operationName": document.name, "variables": dict(variables)}
        headers = {"Accept": "application/json", "X-Shopify-Access-Token": token}
        try:
            reply = self._access.http.send("POST", self._url, headers=headers, json=body)
        except Unclear as cut:
            if document.kind is Kind.READ:
                raise Unreachable(cut.words) from cut
            raise
        self.served_version = reply.headers.get("x-shopify-api-version", self.served_version)[:20]
        if self.served_version not in ("", API_VERSION):
            _warn_of_version(self.served_version)
        return reply

    def _note(self, document: Document, envelope: Envelope | None) -> None:
        cost = envelope.cost if envelope else None
        if cost is None:
            return
        self._asked[document.name] = cost.requested_query_cost
        if cost.throttle_status:
            status = cost.throttle_status
            self._bucket = Bucket(
                available=status.currently_available,
                maximum=status.maximum_available,
                restore=status.restore_rate,
                seen=self._access.clock.now(),
            )


@cache
def _warn_of_version(served: str) -> None:
    """Said once in a process: Shopify serves a dead version by a younger one without an error."""
    logger.warning("Shopify serves another API version", extra={"asked": API_VERSION, "served": served})
