"""The stores of one connection: whose credentials open them, and a client for each by each API."""

from __future__ import annotations

from platen.connectors.answering import stored_credentials
from platen.connectors.picanova import Credentials, Settings, region_of, speaks_v1
from platen.connectors.picanova.client import Api, Client
from platen.connectors.picanova.client_v1 import ClientV1
from platen.domain.attention import Problem
from platen.domain.verdicts import Denied, Later, Refused, Verdict
from platen.ports import Access


class Stores:
    """Raises Denied where credentials are missing or cannot be used, and Refused for a store that is not set up."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._settings: Settings = access.settings
        self._credentials: Credentials | None = None
        self._clients: dict[str, Api] = {}

    def api(self, account: str) -> Client | ClientV1:
        """The client of an account, by the API that it goes by."""
        return self._opened(ClientV1, account) if speaks_v1(account) else self.beta(account)

    def beta(self, region: str) -> Client:
        return self._opened(Client, region)

    def meant_by(self, no: Denied, account: str, closed: type[Refused | Later]) -> Verdict:
        """What a no to the credentials means. Both APIs have the same: where beta takes them and v1 does not, it is
        v1 that is not open to the store, and no trouble of the connection's. ``closed`` says so."""
        if not speaks_v1(account):
            return no
        try:
            self.beta(region_of(account)).greet()
        except Verdict as beta:
            return beta
        words = f"{no.words} Picanova's beta API does take them: ask merchOne to open v1 to this store."
        return closed(words)

    def unknown(self, account: str) -> Problem:
        known = " and ".join(self._settings.regions)
        named = f'"{account[:80]}"' if account else "no store"
        return Problem(
            what=f"The job names {named}, but this connection has {known}: set print_account to one of them, or "
            "add the region to the connection.",
            field="print_account",
        )

    def _opened[A: Api](self, api: type[A], account: str) -> A:
        """Kept for each account, so that it remembers how many calls are left."""
        client = self._clients.get(account)
        if not isinstance(client, api):
            base_url = self._settings.base_url(account)
            client = api(self._access.http, self._access.clock, base_url, self._login(account))
            self._clients[account] = client
        return client

    def _login(self, account: str) -> tuple[str, str]:
        """A store that left the settings can still be asked about its orders, while its credentials are there."""
        region = region_of(account)
        login = self._read_credentials().login(region)
        if login:
            return login
        if region in self._settings.regions:
            words = (
                f"There are no credentials for the {region.upper()} store: put in {region}_user and {region}_key."
            )
            raise Denied(words)
        problem = self.unknown(account)
        raise Refused(problem.what, (problem,))

    def _read_credentials(self) -> Credentials:
        if self._credentials is None:
            self._credentials = stored_credentials(self._access, Credentials, "API user and key")
        return self._credentials
