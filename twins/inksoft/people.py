"""Who may come in: the store path's API key, and sessions that end."""

from __future__ import annotations

import hmac
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from twins.inksoft.paper import Refused


@dataclass(eq=False)
class Session:
    token: str
    may_list: bool
    email: str
    ends: datetime
    calls_left: int | None
    """None: only time ends it."""


@dataclass(eq=False)
class User:
    email: str
    password: str
    may_list: bool = True


@dataclass(eq=False)
class Site:
    """One store path, with its own key and the stores whose orders it lists.

    ``may_list`` False: the key reads single orders and may not list them. ``api_off``: how it answers when the
    plan has no API (both ways are inferred): with a page, or with a refusal. ``publisher_id``: a login has to
    name it (inferred); empty: whatever it names is taken.
    """

    uri: str
    api_key: str
    stores: dict[int, str]
    users: list[User]
    may_list: bool = True
    api_off: str = ""
    publisher_id: str = ""
    session_seconds: float = 24 * 3600
    session_calls: int | None = None
    sessions: dict[str, Session] = field(default_factory=dict)

    def takes_key(self, key: str) -> bool:
        return hmac.compare_digest(key.encode(), self.api_key.encode())

    def sign_in(self, email: str, password: str, publisher_id: str, now: datetime) -> Session:
        """Raises Refused."""
        if self.publisher_id and publisher_id != self.publisher_id:
            raise Refused("The publisher is not known")
        for user in self.users:
            known = hmac.compare_digest(user.email.lower().encode(), email.lower().encode())
            if known and hmac.compare_digest(user.password.encode(), password.encode()):
                return self._open(user.may_list, user.email, now)
        raise Refused("The email or password is incorrect")

    def session_for_key(self, now: datetime) -> Session:
        """The one there is, or a new one."""
        for one in self.sessions.values():
            if not one.email and one.ends > now and one.calls_left != 0:
                return one
        return self._open(self.may_list, "", now)

    def session(self, token: str, now: datetime) -> Session:
        """Raises Refused when it was never given out, or has run out. Counts as a call."""
        found = self.sessions.get(token.lower())
        if found is None or found.ends <= now or found.calls_left == 0:
            raise Refused("The session is invalid or has expired")
        if found.calls_left is not None:
            found.calls_left -= 1
        return found

    def _open(self, may_list: bool, email: str, now: datetime) -> Session:
        made = Session(
            str(uuid.uuid4()), may_list, email, now + timedelta(seconds=self.session_seconds), self.session_calls
        )
        self.sessions[made.token] = made
        return made
