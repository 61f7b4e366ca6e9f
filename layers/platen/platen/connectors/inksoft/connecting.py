"""Whether the connection works: asks InkSoft everything that can be asked without changing anything."""

from __future__ import annotations

from collections.abc import Iterator

from platen.connectors.inksoft import Settings
from platen.connectors.inksoft.answers import NoApi, NotThere, Shut
from platen.connectors.inksoft.client import Client
from platen.connectors.inksoft.listing import MayNotList, may_not_list
from platen.connectors.inksoft.session import WrongLogin
from platen.connectors.inksoft.wire import Summary
from platen.domain.verdicts import Denied, Refused
from platen.ports import Finding

_NO_API = (
    "Check the store's name and the domain in the settings. If they are right, have the API switched on: it needs "
    "an InkSoft Unlimited licence with the API fee, for each store (InkSoft admin: Manage Web Stores)."
)
_SHUT = "Put the host in the stack's parameter AllowedHosts and deploy, then check again."
_LOGIN = (
    "Check e-mail, password and publisher ID (at the bottom right of any page of the InkSoft admin), and that the "
    'user has the permission level "Fulfillment Store Admin".'
)
_KEY = "Copy the API key again from InkSoft, and check that it is of this store."
_MAY_NOT_USER = (
    'Give the user the permission level "Fulfillment Store Admin" in InkSoft, or connect with an API key.'
)
_MAY_NOT_KEY = (
    "Ask InkSoft to let this key list and read orders; some keys may not. Or connect with e-mail, password and "
    'publisher ID of a user with the permission level "Fulfillment Store Admin".'
)


def check(client: Client, settings: Settings) -> list[Finding]:
    """Raises Busy, Later or Unreachable when InkSoft cannot be asked; all else is a finding."""
    try:
        signs_in = client.signs_in
    except Denied as no:
        return [Finding(ok=False, what=no.words, fix="Put them in, then check again.")]
    try:
        findings = [_store(client, settings)]
        row = _newest(client)
    except Denied as no:
        return [Finding(ok=False, what=no.words, fix=_fix(no, signs_in))]
    findings.append(Finding(ok=True, what="Orders can be listed."))
    findings.append(_order(client, row, signs_in))
    findings += _told(settings)
    return findings


def _store(client: Client, settings: Settings) -> Finding:
    try:
        name = client.store().name or settings.store_uri
    except (Refused, NotThere):
        # Nothing is done with it; whether the address and the login are right, the next call shows.
        name = settings.store_uri
    return Finding(ok=True, what=f"Connected to {name[:200]} ({settings.base_url.removesuffix('/Api2')}).")


def _newest(client: Client) -> Summary | None:
    try:
        return client.newest()
    except (Denied, Refused) as no:
        raise may_not_list(no) from None
    except NotThere as no:
        raise MayNotList(f"This key or user may not list orders. {no}") from None


def _order(client: Client, row: Summary | None, signs_in: bool) -> Finding:
    if row is None:
        return Finding(ok=True, what="There is no order yet, so whether orders can be read was not tried.")
    try:
        try:
            client.order(row.id)
        except (NotThere, Refused):
            client.order(row.id, row.email)
    except (Denied, Refused) as no:
        return Finding(
            ok=False, what=f"This key or user may not read orders. {no.words}", fix=_fix(MayNotList(""), signs_in)
        )
    except NotThere as no:
        return Finding(
            ok=False,
            what=f"Order {row.id} is in the list, and cannot be read. {no}",
            fix=_fix(MayNotList(""), signs_in),
        )
    return Finding(ok=True, what="Orders can be read.")


def _fix(no: Denied, signs_in: bool) -> str:
    match no:
        case NoApi():
            return _NO_API
        case Shut():
            return _SHUT
        case WrongLogin():
            return _LOGIN
        case MayNotList():
            return _MAY_NOT_USER if signs_in else _MAY_NOT_KEY
        case _:
            return _LOGIN if signs_in else _KEY


def _told(settings: Settings) -> Iterator[Finding]:
    chosen = f"of {len(settings.stores)} chosen stores" if settings.stores else "of all stores"
    kinds = ", ".join(one.value for one in settings.origins)
    yield Finding(
        ok=True,
        what=f"Orders {chosen} ({kinds}) are asked for every {settings.poll_minutes} minutes: InkSoft sends no "
        "messages by itself.",
    )
    yield Finding(
        ok=True,
        what="Whether parcels can be recorded was not tried: that would change an order. Stock and cancelling are "
        "not to be had: InkSoft has no call for them.",
    )
