"""Sort: orders change their folder, by what happens to their jobs or because a person moves them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from platen.domain.connection import Connection, Role
from platen.domain.folders import DEFAULT_FOLDERS, known, moved
from platen.domain.making import alike
from platen.domain.model import iso
from platen.domain.record import Event, OrderRecord
from platen.hub import Hub
from platen.messages import OrderHint, Queue
from platen.ports import Conflict, NotFound
from platen.usecases.configure import NotAllowed

MOST_COUNTED = 1000
"""A folder is counted no further: what has piled up for years must not be read to be counted."""
AT_ONCE = 100
MOST_FOLDERS = 50
_AFTER_THE_SAVE = timedelta(seconds=20)
_MOST_ROUNDS = 20
"""Jobs: links and After Error can send an order round in circles; from then on it stays where a person sees it."""
_TRIES = 3


def in_its_folder(hub: Hub, before: OrderRecord | None, after: OrderRecord) -> OrderRecord:
    """The record, about to be saved, with its order where the connections' settings want it now."""
    store = hub.still_there(after.head.connection)
    there = moved(before, after, making_of=hub.making_of, intake=store.intake if store else None)
    if store and there.head.folder != after.head.folder and len(there.jobs) < _MOST_ROUNDS:
        _look_again(hub, store, there)
    return there


def _look_again(hub: Hub, store: Connection, record: OrderRecord) -> None:
    """Where a link goes by folders, a move may be what it waited for. Said before the move is saved: a look
    too many does no harm, and a crash in between loses none."""
    if any(link.folders for link in store.links):
        hint = OrderHint(
            connection=store.connection_id, store_order_id=record.head.store_order_id, topic="folder", remap=True
        )
        hub.queues.send(Queue.INTAKE, [hint], delay=_AFTER_THE_SAVE)


# the list of folders


def names(hub: Hub) -> tuple[str, ...]:
    return hub.connections.folders() or DEFAULT_FOLDERS


def add(hub: Hub, new: Sequence[str]) -> tuple[str, ...]:
    """Folders that are there already, in whatever case, stay as they are. Raises NotAllowed."""
    folders = names(hub)
    for name in new:
        if not alike(name):
            raise NotAllowed("A folder needs a name that can be seen.")
        if not known(name, folders):
            folders = (*folders, " ".join(name.split()))
    if len(folders) > MOST_FOLDERS:
        raise NotAllowed(f"There can be {MOST_FOLDERS} folders; these would be {len(folders)}.")
    hub.connections.save_folders(folders)
    return folders


def remove(hub: Hub, name: str) -> tuple[str, ...]:
    """Raises NotFound; NotAllowed while orders are in it, or a setting or link names it."""
    folders = names(hub)
    folder = _the(name, folders)
    for connection in hub.connections.all():
        if Role.STORE in connection.roles and hub.orders.count_in_folder(connection.connection_id, folder, 1):
            raise NotAllowed(f"There are orders of {connection.connection_id} in {folder}: move them first.")
        if _names(connection, folder):
            raise NotAllowed(f"The rules of {connection.connection_id} name {folder}: change them first.")
    left = tuple(one for one in folders if one != folder)
    if not left:
        raise NotAllowed("One folder has to stay.")
    hub.connections.save_folders(left)
    return left


def as_listed(hub: Hub, *wanted: str) -> tuple[str, ...]:
    """The folders as the list spells them: ``prepared`` is Prepared, not another place beside it.

    Raises NotFound for a name that is no folder: a setting must not send orders to where nobody looks.
    """
    if not any(wanted):
        return wanted
    folders = names(hub)
    return tuple(name and _the(name, folders) for name in wanted)


def rules_as_listed(hub: Hub, rules: Mapping[str, Any]) -> dict[str, Any]:
    """Rules with their folders as the list spells them. Raises NotFound. What is no text pydantic will refuse."""
    said = {field: rules[field].strip() for field in _RULES if isinstance(rules.get(field), str)}
    return {**rules, **dict(zip(said, as_listed(hub, *said.values()), strict=True))}


def _the(name: str, folders: tuple[str, ...]) -> str:
    found = known(name, folders)
    if not found:
        raise NotFound(f"there is no folder {name}; there are: {', '.join(folders)}")
    return found


_RULES = ("new_folder", "cancel_folder", "after_import", "after_shipment", "after_error", "after_cancel")
"""The rules that name a folder, of stores and of vendors."""


def _names(connection: Connection, folder: str) -> bool:
    rules = (connection.making, connection.intake)
    named = {getattr(one, field, "") for one in rules for field in _RULES}
    named |= {one for link in connection.links for one in link.folders}
    return any(known(one, (folder,)) for one in named if one)


def counts(hub: Hub) -> list[dict[str, Any]]:
    """Each folder with how many orders of each store are in it, and since when the oldest has been there."""
    stores = [one.connection_id for one in hub.connections.all() if Role.STORE in one.roles]
    return [_counted(hub, folder, stores) for folder in names(hub)]


def _counted(hub: Hub, folder: str, stores: list[str]) -> dict[str, Any]:
    each = {store: hub.orders.count_in_folder(store, folder, MOST_COUNTED) for store in stores}
    oldest = {store: hub.orders.oldest_in_folder(store, folder) for store, count in each.items() if count}
    return {
        "name": folder,
        "counts": each,
        "total": sum(each.values()),
        "oldest": {store: iso(at) for store, at in oldest.items() if at},
    }


# a person moves orders


@dataclass(frozen=True)
class Moving:
    """One person's move of orders into one folder."""

    hub: Hub
    folder: str
    who: str

    @classmethod
    def to(cls, hub: Hub, folder: str, who: str) -> Moving:
        """Raises NotFound when there is no such folder."""
        return cls(hub, _the(folder, names(hub)), who)

    def move(self, order_id: str, *, only_from: str = "") -> str:
        """Gives the order's number. Raises NotFound; Conflict when it is being written to without end."""
        for _ in range(_TRIES - 1):
            with suppress(Conflict):
                return self._move(order_id, only_from)
        return self._move(order_id, only_from)

    def _move(self, order_id: str, only_from: str) -> str:
        record = self.hub.orders.load(order_id)
        if record is None:
            raise NotFound(f"there is no order {order_id}")
        head, now = record.head, self.hub.clock.now()
        if head.folder == self.folder or (only_from and head.folder != only_from):
            return head.number
        after = record.but(head=head.but(folder=self.folder, changed_at=now))
        store = self.hub.still_there(head.connection)
        if store:
            _look_again(self.hub, store, after)
        came_from = f" from {head.folder}" if head.folder else ""
        event = Event(order_id=order_id, at=now, what=f"moved to {self.folder}{came_from}", who=self.who)
        self.hub.orders.save(record, after, events=[event])
        return head.number

    def move_all(self, store: str, from_folder: str) -> tuple[int, bool]:
        """(how many, whether there are more): a hundred a call, so that no call outlasts its function."""
        source = _the(from_folder, names(self.hub))
        if source == self.folder:
            return 0, False
        page = self.hub.orders.in_folder(store, source, AT_ONCE)
        for head in page.items:
            # An index is a moment late: what has moved on since stays where it went.
            self.move(head.order_id, only_from=source)
        return len(page.items), bool(page.next)
