"""Who may come in: access tokens, and how an app gets one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from twins.kit import Now

TOKEN_SECONDS = 86_399


class OAuthError(Exception):
    """``code`` and ``words`` as the token endpoint gives them, with HTTP 400."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code
        self.words = words


@dataclass
class Door:
    client_id: str
    secrets: list[str]
    """Live client secrets, oldest first; the list the webhooks are signed with."""
    static_token: str
    scopes: frozenset[str]
    now: Now
    shop_not_permitted: bool = False
    """The store belongs to another organisation than the app: no client credentials grant."""
    tokens: dict[str, datetime] = field(default_factory=dict)
    issued: int = 0

    def grant(self, form: Mapping[str, Any]) -> dict[str, Any]:
        """A new token; older ones stay good until they expire. Raises OAuthError.

        Whether the real one lets the old token live is not known; nor are the words for a wrong secret.
        """
        if form.get("grant_type") != "client_credentials":
            raise OAuthError("invalid_request", "The twin knows only the client credentials grant.")
        if form.get("client_id") != self.client_id:
            raise OAuthError("application_cannot_be_found", "Could not find Shopify API application.")
        if form.get("client_secret") not in self.secrets:
            raise OAuthError("invalid_client", "Client authentication failed.")
        if self.shop_not_permitted:
            raise OAuthError("shop_not_permitted", "Client credentials cannot be performed on this shop.")
        self.issued += 1
        token = "shpat_" + hashlib.sha256(f"{self.secrets[0]} {self.issued}".encode()).hexdigest()[:32]
        self.tokens[token] = self.now() + timedelta(seconds=TOKEN_SECONDS)
        return {"access_token": token, "scope": ",".join(sorted(self.scopes)), "expires_in": TOKEN_SECONDS}

    def lets_in(self, token: str) -> bool:
        if token and token == self.static_token:
            return True
        expires = self.tokens.get(token)
        return expires is not None and self.now() < expires

    def revoke(self) -> None:
        """No token is good any more, the static one neither: uninstalled, or rotated."""
        self.tokens.clear()
        self.static_token = ""
