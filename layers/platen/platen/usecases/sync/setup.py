"""Set-up of a warehouse connection, in its order: what is still missing before it may sync by itself.

::

    sites ─▶ stores ─▶ links ─▶ products ─▶ a whole count of each site ─▶ a dry run that a person has seen

Using it before all of it is there would put both sides out of step, so nothing automatic runs, and a manual sync
runs once its own needs are met.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from platen.connectors.warehousing import Warehousing
from platen.domain.connection import Connection, Role
from platen.domain.sync import SyncState, Timetable
from platen.domain.sync_kind import SyncKind
from platen.hub import Hub
from platen.ports import NotFound
from platen.usecases.configure import NotAllowed


class Need(StrEnum):
    SITES = "sites"
    STORES = "stores"
    LINKS = "links"
    PRODUCTS = "products"
    COUNTS = "counts"
    DRY_RUN = "dry_run"


_FOR_PRODUCTS = frozenset({Need.SITES, Need.STORES})
_FOR_STOCK = frozenset(Need) - {Need.DRY_RUN}


@dataclass(frozen=True)
class Missing:
    need: Need
    words: str
    """What is missing, and the command that does it."""


def settings_of(hub: Hub, connection: Connection) -> Warehousing:
    """Raises NotAllowed for a connection that is no warehouse."""
    if Role.WAREHOUSE not in connection.roles:
        raise NotAllowed(f"{connection.connection_id} is no warehouse: there is nothing to sync.")
    return cast("Warehousing", hub.settings(connection))


def timetable_of(settings: Warehousing) -> Timetable:
    return Timetable(
        minutes=settings.sync_minutes,
        range=settings.range,
        end_of_day=settings.end_of_day_time,
        zone=settings.time_zone,
    )


def stores_of(settings: Warehousing) -> list[str]:
    """The stores that its sites feed, each once, in the order of the settings."""
    return list(dict.fromkeys(one.store for one in settings.places))


def missing(hub: Hub, connection: Connection, state: SyncState | None = None) -> list[str]:
    """What has to be done before anything runs by itself, in order; empty: all is set up."""
    return [one.words for one in _missing(hub, connection, state or hub.ledger.state(connection.connection_id))]


def missing_for(hub: Hub, connection: Connection, kind: SyncKind, *, dry: bool) -> list[str]:
    """What has to be done before a person may start such a sync."""
    needs = _FOR_STOCK if kind is SyncKind.STOCK else _FOR_PRODUCTS
    if kind is SyncKind.STOCK and not dry:
        needs |= {Need.DRY_RUN}
    state = hub.ledger.state(connection.connection_id)
    return [one.words for one in _missing(hub, connection, state) if one.need in needs]


def _missing(hub: Hub, connection: Connection, state: SyncState) -> Iterator[Missing]:
    name = connection.connection_id
    settings = settings_of(hub, connection)
    if not settings.places:
        yield Missing(
            Need.SITES,
            f"No site of {name} is mapped to a store location. `platen sync places STORE` lists the locations;"
            f" say SITE=STORE/LOCATION in the setting *Sites and their store locations* (`platen connect`).",
        )
        return
    for store in stores_of(settings):
        yield from _missing_of_store(hub, name, store)
    if state.products_done_at is None:
        yield Missing(
            Need.PRODUCTS,
            f"The products were not brought over to {name} yet: `platen sync products --connection {name}`.",
        )
    for site in _uncounted(settings, state):
        yield Missing(
            Need.COUNTS,
            f"There is no whole count (snapshot) of site {site} yet: have the warehouse export one for {name}.",
        )
    if not state.dry_run_done:
        yield Missing(
            Need.DRY_RUN,
            f"Nobody has seen what a first push would change: `platen sync stock --connection {name} --dry-run`,"
            " then read its report.",
        )


def _uncounted(settings: Warehousing, state: SyncState) -> list[str]:
    """The sites that wait for their first count. One that came when all was set up holds up no other: each push
    leaves it out, and says so."""
    sites = list(dict.fromkeys(one.site for one in settings.places))
    without = [site for site in sites if site not in state.snapshots]
    return [] if state.dry_run_done and len(without) < len(sites) else without


def _missing_of_store(hub: Hub, name: str, store: str) -> Iterator[Missing]:
    try:
        connection = hub.connections.get(store)
    except NotFound:
        yield Missing(
            Need.STORES,
            f"{name} is to feed {store}, and there is no such connection: connect it, or take it out of the sites"
            " (`platen connect`).",
        )
        return
    if Role.STORE not in connection.roles or hub.stocked_store(connection) is None:
        yield Missing(
            Need.STORES,
            f"{name} is to feed {store}, whose stock Platen cannot write: take it out of the sites"
            " (`platen connect`).",
        )
        return
    if not any(link.vendor == name for link in connection.links):
        yield Missing(
            Need.LINKS,
            f"No order of {store} goes to {name}, so what is sold there would never leave its count:"
            f" `platen link {store} {name}`.",
        )
