"""Access tokens: a static one as it is, or short-lived ones minted from a client id and its secret.

A minted token lives about 24 hours and is shared by all workers through the secrets. Whether minting
makes the one before worthless is not confirmed, so a refused token is first compared with the shared
one: somebody else may have renewed it.
"""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from functools import cached_property

from pydantic import BaseModel, Field, ValidationError

from platen.connectors.shopify import Credentials, Settings
from platen.connectors.shopify.wire import Wire
from platen.domain.model import Instant
from platen.domain.verdicts import Busy, Denied, Later, Unclear, Unreachable
from platen.ports import Access, NotFound, Reply

logger = logging.getLogger("platen.shopify")

RENEW_AT = 0.8
"""Of a token's life."""
_OAUTH_WORD = re.compile(r"\b(shop_not_permitted|application_cannot_be_found|app_not_installed|invalid_client)\b")
_OAUTH_HELP = {
    "shop_not_permitted": (
        "client credentials work only when app and shop belong to the same organisation. Make the app in the"
        " Dev Dashboard of the organisation that owns the shop, or connect with a static access token"
    ),
    "application_cannot_be_found": (
        "there is no app of that client ID in the shop's organisation. Check the client ID, and that the app"
        " was made in the organisation that owns the shop"
    ),
    "app_not_installed": "the app is not installed in the shop. Install it from the Dev Dashboard, then try again",
    "invalid_client": "client ID and client secret do not fit together. Copy both again from the Dev Dashboard",
}


class Minted(Wire):
    """The answer of the token endpoint, named as OAuth names things."""

    access_token: str = Field(alias="access_token", min_length=1, max_length=1000)
    expires_in: int = Field(alias="expires_in", default=3600, ge=1)


class Shared(BaseModel):
    """A minted token as the workers share it."""

    access_token: str = Field(min_length=1)
    client_id: str
    renew_at: Instant
    expires_at: Instant


class Tokens:
    """Gives the token to use. Raises Denied with words that help when Shopify will not give one."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._settings: Settings = access.settings

    @cached_property
    def _credentials(self) -> Credentials:
        """Read when first needed. Raises Denied when there are none that can be used."""
        try:
            return Credentials.model_validate(self._access.secrets.credentials(self._access.connection_id))
        except NotFound:
            words = "there are none"
        except ValidationError as error:
            words = "; ".join(one["msg"] for one in error.errors(include_input=False))
        raise Denied(f"The stored credentials cannot be used: {words}. Put them in with `platen connect`.")

    @property
    def _static(self) -> str:
        return self._credentials.access_token.get_secret_value()

    def current(self) -> str:
        if self._static:
            return self._static
        shared = self._shared()
        now = self._access.clock.now()
        if shared and now < shared.renew_at:
            return shared.access_token
        try:
            return self.mint()
        except Later:
            if shared and now < shared.expires_at:
                logger.warning("token not renewed yet", extra={"connection": self._access.connection_id})
                return shared.access_token
            raise

    def renewed_by_another(self, refused: str) -> str:
        """A shared token other than the one that was refused; empty when there is none."""
        shared = None if self._static else self._shared()
        return shared.access_token if shared and shared.access_token != refused else ""

    def mint(self) -> str:
        """A new token, shared with all workers. Raises Denied, Busy, Unreachable."""
        if self._static:
            raise Denied(
                "Shopify does not accept the access token: it was revoked, or the app was uninstalled. Put in"
                " a new one with `platen connect`."
            )
        minted = self._read(self._ask())
        now = self._access.clock.now()
        life = timedelta(seconds=minted.expires_in)
        shared = Shared(
            access_token=minted.access_token,
            client_id=self._credentials.client_id,
            renew_at=now + life * RENEW_AT,
            expires_at=now + life,
        )
        self._access.secrets.put_token(self._access.connection_id, shared.model_dump(mode="json"))
        return minted.access_token

    def _shared(self) -> Shared | None:
        try:
            shared = Shared.model_validate(self._access.secrets.token(self._access.connection_id))
        except ValidationError:
            return None
        return shared if shared.client_id == self._credentials.client_id else None

    def _ask(self) -> Reply:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._credentials.client_id,
            "client_secret": self._credentials.client_secret.get_secret_value(),
        }
        headers = {"Accept": "application/json"}
        try:
            return self._access.http.send(
                "POST", f"{self._settings.base_url}/admin/oauth/access_token", headers=headers, form=form
            )
        except Unclear as cut:
            raise Unreachable("Shopify gave no token: the connection was cut") from cut

    def _read(self, reply: Reply) -> Minted:
        if reply.status in (429, 430, 503):
            raise Busy(f"Shopify gave no token yet ({reply.status})")
        if reply.status >= 500:
            raise Unreachable(f"Shopify gave no token ({reply.status})")
        if reply.status != 200:
            raise Denied(_why_no_token(reply))
        try:
            return Minted.model_validate_json(reply.body)
        except ValidationError:
            raise Unreachable("Shopify's answer to the request for a token cannot be read") from None


def _why_no_token(reply: Reply) -> str:
    """Only OAuth's own words are quoted: the rest of the page may repeat what was sent."""
    found = _OAUTH_WORD.search(reply.text[:20_000])
    if found:
        return f"Shopify gave no token ({found[1]}): {_OAUTH_HELP[found[1]]}."
    return (
        f"Shopify gave no token (status {reply.status}): check the shop's name, the client ID and the client"
        " secret, and that the app is installed in the shop."
    )
