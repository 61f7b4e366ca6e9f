"""Who we are at POV: the test and the live account of one connection, each with its address and customer ID."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from platen.connectors.answering import stored_credentials
from platen.connectors.pov import Credentials, Settings
from platen.connectors.pov.client import Client, Door
from platen.domain.verdicts import Denied, Refused
from platen.ports import Access


class Accounts:
    """Opens the account that a job names, and never another one in its stead."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._settings: Settings = access.settings
        self._credentials: Credentials | None = None

    def reachable(self) -> Sequence[str]:
        """The mode's first, then the other if there is anything to ask it with."""
        mode = self._settings.mode.value
        other = "live" if mode == "test" else "test"
        known = self._read_credentials().login(other) and self._settings.base_url(other)
        return (mode, other) if known else (mode,)

    @contextmanager
    def at(self, account: str) -> Iterator[Client]:
        """The account's client. Raises Denied for what keeps us out of the mode's own account.

        What keeps us out of the account that the mode has left is the order's trouble and not the connection's:
        a test customer ID that is gone must not hold up live orders. There it is Refused.
        """
        try:
            yield Client(self._access.http, self._access.clock, self.door(account), self._settings.profile)
        except Denied as no:
            if account == self._settings.mode:
                raise
            raise Refused(f"{no.words} (This order was sent in Order Mode {_shown(account)}.)") from no

    def door(self, account: str) -> Door:
        """Raises Denied where there is no customer ID or no address for it."""
        login, base_url, mode = (
            self._read_credentials().login(account),
            self._settings.base_url(account),
            _shown(account),
        )
        if login is None:
            raise Denied(f"There is no POV customer ID for Order Mode {mode}: put in {mode}_customer_id.")
        if not base_url:
            raise Denied(f"There is no API address for Order Mode {mode}: put in base_url_{mode}.")
        return Door(base_url=base_url, customer_id=login[0], key=login[1])

    def _read_credentials(self) -> Credentials:
        if self._credentials is None:
            self._credentials = stored_credentials(self._access, Credentials, "POV customer ID")
        return self._credentials


def _shown(account: str) -> str:
    return account[:20] or "none"
