"""Whose an order is in InkSoft: its store, and the way it came about. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from platen.connectors.inksoft import Origin, Settings, wire
from platen.domain.making import alike

_OF_PROPOSALS = ("proposal", "proposals", "invoice", "invoices", "quote")


def is_of(theirs: wire.Summary | wire.Order, stores: Sequence[str]) -> bool:
    """Whether it is of one of the stores, each named by its id or its name."""
    name = alike(theirs.store_name)
    return any(one == theirs.store_id or (name and alike(one) == name) for one in stores)


def origin_of(theirs: wire.Summary | wire.Order, settings: Settings) -> Origin:
    """An embedded designer marks its orders by nothing but the store they are sold through."""
    if theirs.proposal_id or theirs.order_type.lower() in _OF_PROPOSALS:
        return Origin.PROPOSAL
    return Origin.EMBEDDED if is_of(theirs, settings.embedded_stores) else Origin.STORE
