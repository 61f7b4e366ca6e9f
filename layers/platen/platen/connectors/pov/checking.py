"""The check of a connection: asks POV everything that can be asked without sending an order."""

from __future__ import annotations

from collections.abc import Callable

from platen.connectors.pov import Mode, Settings
from platen.connectors.pov.accounts import Accounts
from platen.connectors.pov.client import Client, Shut
from platen.domain.verdicts import Denied, Verdict
from platen.ports import Finding

NOBODYS = "platen-check"
"""A reference that no order has: ours are longer."""


def check(accounts: Accounts, settings: Settings) -> list[Finding]:
    """What works for the mode's account, and what the person has to know or do."""
    findings = [_tried(accounts, settings, _mail_classes)]
    if findings[0].ok:
        findings.append(_tried(accounts, settings, _look_up))
    if settings.mode is Mode.TEST:
        findings.append(_TEST)
    findings.append(_shipments(settings))
    return findings


def _tried(accounts: Accounts, settings: Settings, ask: Callable[[Client, Settings], Finding]) -> Finding:
    mode = settings.mode.value
    try:
        with accounts.at(mode) as client:
            return ask(client, settings)
    except Shut as no:
        fix = f"Put the host of base_url_{mode} in the stack's parameter AllowedHosts and deploy, then check again."
        return Finding(ok=False, what=no.words, fix=fix)
    except Denied as no:
        return Finding(ok=False, what=no.words, fix=f"Put in {mode}_customer_id (and {mode}_key) as POV gave it.")
    except Verdict as no:
        fix = f"Check base_url_{mode} and the profile, or try again in a few minutes."
        return Finding(ok=False, what=no.words, fix=fix)


def _mail_classes(client: Client, settings: Settings) -> Finding:
    if not settings.profile.paths.mail_classes:
        return Finding(ok=True, what="POV was not asked for its mail classes: the profile has no path for them.")
    codes = [one.code for one in client.classes()]
    return Finding(
        ok=True,
        what=f"POV takes the customer ID of Order Mode {settings.mode}. Its mail classes: "
        f"{', '.join(codes[:20]) or 'none'}.",
    )


def _look_up(client: Client, settings: Settings) -> Finding:
    """That it works has to be known before the first unclear answer, not after it."""
    if not settings.profile.paths.by_reference:
        return Finding(
            ok=True,
            what="The profile has no way to find an order by Platen's reference.",
            fix="After an unclear answer a person has to look at POV whether the order is there.",
        )
    if client.orders_called(NOBODYS):
        return Finding(
            ok=False,
            what=f"POV was asked for an order that there is none of ({NOBODYS}), and showed one.",
            fix="Check paths.by_reference of the profile.",
        )
    return Finding(ok=True, what="POV can be asked for an order by Platen's reference.")


_TEST = Finding(
    ok=True,
    what="The Order Mode is test: every order goes out under the test customer ID, says that it is a test, and is "
    "not made. What POV makes up for it (a shipment, its tracking) is shown here and not told to the store.",
    fix="Try it with orders of your own, not with a buyer's. Set mode to live when POV has confirmed them.",
)


def _shipments(settings: Settings) -> Finding:
    how = f"for every {settings.poll_minutes} minutes"
    if not settings.profile.paths.shipments:
        how = f"about order by order, {settings.ask_again} minutes apart"
    return Finding(
        ok=True,
        what=f"Shipments are asked {how}. Whether POV can post them is not known.",
        fix="If POV asks for an address to post to, give them this connection's webhook URL.",
    )
