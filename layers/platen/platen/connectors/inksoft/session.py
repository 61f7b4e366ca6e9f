"""Who we are at InkSoft: an API key as it is, or a session that a user's login is turned into.

Nothing of the sign-in is published. One client is known that posts e-mail and password to ``SignIn``, reads
``Data.Token``, takes it to live a day, and asks ``GetSession`` whether it still does; so the token is looked for in
several places, renewed before the day is over, and whenever InkSoft does not know it any more. It is shared by all
workers through the secrets, as that is kept from one invocation to the next.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cached_property
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from platen.connectors.answering import stored_credentials
from platen.connectors.inksoft import Credentials, Settings
from platen.connectors.inksoft.answers import Asked, NoApi, NotThere, Shut
from platen.domain.model import Instant, digest
from platen.domain.verdicts import Denied, Refused
from platen.ports import Access

logger = logging.getLogger("platen.inksoft")

RENEW_AFTER = timedelta(hours=20)
_LONGEST_TOKEN = 2000

type Call = Callable[[str, str, Mapping[str, Any], Asked], Any]
"""(verb, method, parameters, what is asked) -> the answer's data."""


class WrongLogin(Denied):
    """InkSoft does not let this user in."""


class Shared(BaseModel):
    """A session as the workers share it."""

    token: str = Field(min_length=1, max_length=_LONGEST_TOKEN)
    login: str
    """Names whose it is, without saying it."""
    renew_at: Instant


class Session:
    """Gives the parameter a call proves itself with. Raises Denied with words that help."""

    def __init__(self, access: Access, call: Call) -> None:
        self._access = access
        self._settings: Settings = access.settings
        self._call = call
        self._token = ""

    @cached_property
    def credentials(self) -> Credentials:
        """Read when first needed. Raises Denied when there are none that can be used."""
        return stored_credentials(self._access, Credentials, "API key, or e-mail, password and publisher ID")

    @property
    def signs_in(self) -> bool:
        return not self.credentials.api_key.get_secret_value()

    def proof(self) -> dict[str, str]:
        key = self.credentials.api_key.get_secret_value()
        if key:
            return {"APIKey": key}
        if not self._token:
            shared = self._shared()
            fresh = shared is not None and self._access.clock.now() < shared.renew_at
            self._token = shared.token if shared and fresh else self._sign_in()
        return {"SessionToken": self._token}

    def renewed(self, refused: Mapping[str, str]) -> dict[str, str] | None:
        """Another proof than the one that was refused; None where that was not the reason."""
        token = refused.get("SessionToken", "")
        if not token:
            return None
        shared = self._shared()
        if shared and shared.token != token:
            self._token = shared.token  # another worker was quicker
        elif self._is_alive(token):
            return None  # the user is known, and may not do this
        else:
            self._token = self._sign_in()
        return {"SessionToken": self._token}

    @property
    def private(self) -> tuple[str, ...]:
        """What must never be shown, whatever InkSoft repeats."""
        given = self.credentials
        return (given.api_key.get_secret_value(), given.password.get_secret_value(), given.email, self._token)

    def _is_alive(self, token: str) -> bool:
        asked = Asked("show the session", private=(token,))
        try:
            data = self._call("GET", "GetSession", {"SessionToken": token}, asked)
        except (Denied, Refused, NotThere):
            return False
        return data not in (None, False)

    def _sign_in(self) -> str:
        given = self.credentials
        password = given.password.get_secret_value()
        login = {"Email": given.email, "Password": password, "PublisherId": given.publisher_id.strip()}
        asked = Asked("sign in", private=(given.email, password))
        try:
            token = _token_in(self._call("POST", "SignIn", login, asked))
        except (NoApi, Shut):
            raise
        except (Denied, Refused, NotThere) as no:
            raise WrongLogin(f"{no}. Check e-mail, password and publisher ID.") from None
        if not token:
            raise WrongLogin(
                "InkSoft took the login but gave no session. Use an API key instead, if you can get one."
            )
        renew_at = self._access.clock.now() + RENEW_AFTER
        shared = Shared(token=token, login=self._login, renew_at=renew_at)
        self._access.secrets.put_token(self._access.connection_id, shared.model_dump(mode="json"))
        return token

    @property
    def _login(self) -> str:
        """Also of the place: a session of one store may be worth nothing at another."""
        given = self.credentials
        return digest([given.email, given.publisher_id, self._settings.base_url])

    def _shared(self) -> Shared | None:
        try:
            shared = Shared.model_validate(self._access.secrets.token(self._access.connection_id))
        except ValidationError:
            return None
        return shared if shared.login == self._login else None


def _token_in(data: object) -> str:
    """The token, wherever it may be: the data, or ``Token`` or ``SessionToken`` in it or in its ``Session``."""
    found = _named(data)
    session = _named(found.get("session"))
    places = (
        data,
        found.get("token"),
        found.get("sessiontoken"),
        session.get("token"),
        session.get("sessiontoken"),
    )
    return next((one for one in places if isinstance(one, str) and _is_token(one)), "")


def _named(data: object) -> dict[str, Any]:
    return {str(name).lower(): value for name, value in data.items()} if isinstance(data, dict) else {}


def _is_token(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_TOKEN and text.isascii() and text.isprintable()
