"""Levels: what a person may ask for, by who that person is. Imports nothing else of ours: the CLI reads it too.

Who may view sees everything and changes nothing. Who may operate moves work along: orders, syncs, what was put
aside. Who may set up decides where things go: connections with their secrets, links, rules, products. The last two
are apart: either can be given without the other.
"""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    VIEW = "view"
    OPERATE = "operate"
    SET_UP = "set-up"

    @property
    def function(self) -> str:
        """The stack's output that names the function of this level."""
        return _FUNCTIONS[self]

    @property
    def policy(self) -> str:
        """The stack's output that names the IAM policy which lets people invoke that function."""
        return _POLICIES[self]

    @property
    def may(self) -> frozenset[Level]:
        """The levels whose actions the function of this level does."""
        return frozenset({Level.VIEW, self})


_FUNCTIONS = {
    Level.VIEW: "ViewerFunction",
    Level.OPERATE: "OperatorFunction",
    Level.SET_UP: "SetUpFunction",
}
_POLICIES = {Level.VIEW: "PlatenView", Level.OPERATE: "PlatenOperate", Level.SET_UP: "PlatenSetUp"}

EVERY = frozenset(Level)

LEVELS: dict[str, Level] = {
    # what there is
    "systems": Level.VIEW,
    "connections": Level.VIEW,
    "orders": Level.VIEW,
    "order": Level.VIEW,
    "attention": Level.VIEW,
    "status": Level.VIEW,
    "products": Level.VIEW,
    "folders": Level.VIEW,
    "try_links": Level.VIEW,
    "sync_status": Level.VIEW,
    "sync_run": Level.VIEW,
    "sync_runs": Level.VIEW,
    "sync_report": Level.VIEW,
    # work moves along
    "retry": Level.OPERATE,
    "resend": Level.OPERATE,
    "release": Level.OPERATE,
    "cancel": Level.OPERATE,
    "mark_sent": Level.OPERATE,
    "mark_cancelled": Level.OPERATE,
    "reprint": Level.OPERATE,
    "cancel_order": Level.OPERATE,
    "move": Level.OPERATE,
    "move_all": Level.OPERATE,
    "poll": Level.OPERATE,
    "refresh": Level.OPERATE,
    "redrive": Level.OPERATE,
    "sweep": Level.OPERATE,
    "sync_start": Level.OPERATE,
    "sync_watermark": Level.OPERATE,
    "stock_pause": Level.OPERATE,
    "stock_resume": Level.OPERATE,
    "stock_release": Level.OPERATE,
    # where things go, and with which secrets
    "connect": Level.SET_UP,
    "disconnect": Level.SET_UP,
    "check": Level.SET_UP,  # mends webhooks at the store
    "pause": Level.SET_UP,
    "resume": Level.SET_UP,
    "webhook_url": Level.SET_UP,  # holds a secret, as does the next
    "feed_url": Level.SET_UP,
    "link": Level.SET_UP,
    "unlink": Level.SET_UP,
    "rules": Level.SET_UP,
    "try_classes": Level.SET_UP,  # asks the vendor, with the connection's credentials; the next asks stores
    "sync_places": Level.SET_UP,
    "folder_add": Level.SET_UP,
    "folder_remove": Level.SET_UP,
    "products_import": Level.SET_UP,
    "import_orders": Level.SET_UP,
}
"""Every action there is. One that is missing here is done by nobody."""


def level_of(action: str) -> Level:
    """Raises LookupError, for that is a mistake of ours."""
    if action not in LEVELS:
        raise LookupError(f"the action {action} has no level: say it in operate_levels.LEVELS")
    return LEVELS[action]
