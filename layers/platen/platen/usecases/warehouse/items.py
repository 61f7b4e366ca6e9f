"""Which items are known: by the count that holds, and by the catalogues of the stores that a site feeds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set

from platen.connectors.warehousing import Warehousing
from platen.domain.connection import Connection
from platen.domain.warehouse import Snapshot
from platen.hub import Hub
from platen.ports import NotFound
from platen.usecases.stock.tables import catalogue_key, read_catalogue, read_levels


def counted(hub: Hub, connection: Connection, site: str) -> Snapshot | None:
    """The count of a site that holds."""
    text = hub.ledger.state(connection.connection_id).snapshots.get(site)
    return Snapshot.model_validate_json(text) if text else None


def known_items(hub: Hub, connection: Connection, site: str, items: Set[str]) -> Set[str] | None:
    """Those of the items that are known at a site; None where there is nothing yet to know them by."""
    snapshot = counted(hub, connection, site)
    in_count = _found(_counted_items(hub, snapshot), items) if snapshot else None
    if in_count is not None and len(in_count) == len(items):
        return in_count
    in_stores = in_catalogues(hub, connection, site, items)
    if in_count is None and in_stores is None:
        return None
    return (in_count or set()) | (in_stores or set())


def in_catalogues(hub: Hub, connection: Connection, site: str, items: Set[str]) -> Set[str] | None:
    """Those of the items that a store which the site feeds sells; None while no catalogue was read."""
    settings: Warehousing = hub.settings(connection)
    stores = sorted({place.store for place in settings.places if place.site == site})
    found = [_found(_sold(hub, connection.connection_id, store), items) for store in stores]
    read = [one for one in found if one is not None]
    return set().union(*read) if read else None


def _found(there: Iterable[str], wanted: Set[str]) -> Set[str] | None:
    try:
        return {item for item in there if item in wanted}
    except NotFound:
        return None


def _counted_items(hub: Hub, snapshot: Snapshot) -> Iterator[str]:
    for item, _ in read_levels(hub.files.lines(snapshot.key)):
        yield item


def _sold(hub: Hub, warehouse: str, store: str) -> Iterator[str]:
    for one in read_catalogue(hub.files.lines(catalogue_key(warehouse, store))):
        yield one.item
