"""The operator's answers about where orders go: links and rules, folders, dry runs, reprints and cancels."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from platen.domain.connection import Connection, Link, Role
from platen.domain.job import JobState
from platen.domain.record import CancelWish, OrderHead, OrderState
from platen.ports import NotFound, Page
from platen.usecases import cancel, configure, dry_run, reprint, show, sort
from platen.usecases.configure import NotAllowed
from platen.usecases.decide import NotPossible
from platen.usecases.look_again import look_again
from platen.usecases.move_in import ImportOrders, import_orders
from platen.usecases.requests import (
    CancelOrder,
    FolderNames,
    LinkRule,
    LinkUp,
    Move,
    MoveAll,
    Nothing,
    OneFolder,
    Reprint,
    Rules,
    TryClasses,
    TryLinks,
    Unlink,
)

if TYPE_CHECKING:
    from platen.usecases.operate import Operator

type Answer = dict[str, Any]

_AT_VENDOR = (JobState.SENT, JobState.IN_PRODUCTION, JobState.SHIPPED)


# links and rules


def _link(operator: Operator, request: LinkUp) -> Answer:
    linked = configure.link(operator.hub, request.store, _as_listed(operator, request), before=request.before)
    look_again(operator.hub, request.store)
    return {"connection": show.connection_view(linked)}


def _as_listed(operator: Operator, rule: LinkRule) -> Link:
    return rule.link().but(folders=sort.as_listed(operator.hub, *rule.folders))


def _unlink(operator: Operator, request: Unlink) -> Answer:
    if not request.vendor and not request.link:
        raise NotAllowed("Say which link: its name, or its vendor.")
    left = configure.unlink(operator.hub, request.store, name=request.link, vendor_id=request.vendor)
    look_again(operator.hub, request.store)
    return {"connection": show.connection_view(left)}


def _rules(operator: Operator, request: Rules) -> Answer:
    hub = operator.hub
    changed = configure.change_rules(
        hub,
        request.connection,
        intake=sort.rules_as_listed(hub, request.intake),
        making=sort.rules_as_listed(hub, request.making),
    )
    for store in _touched_by(operator, changed):
        look_again(hub, store)
    return {"connection": show.connection_view(changed)}


def _touched_by(operator: Operator, changed: Connection) -> list[str]:
    """The stores whose orders may go elsewhere by a connection's rules."""
    name = changed.connection_id
    return [
        one.connection_id
        for one in operator.hub.connections.all()
        if one.connection_id == name or any(link.vendor == name for link in one.links)
    ]


def _try_links(operator: Operator, request: TryLinks) -> Answer:
    hub = operator.hub
    store = hub.connections.get(request.store)
    if Role.STORE not in store.roles:
        raise NotAllowed(f"{request.store} is no store.")
    links = store.links if request.links is None else tuple(_as_listed(operator, one) for one in request.links)
    for link in links:
        _is_vendor(operator, link)
    if request.orders:
        page = Page(tuple(_head(operator, named, request.store) for named in request.orders))
    else:
        states = [request.state] if request.state else list(OrderState)
        if request.after and len(states) != 1:
            raise NotAllowed("A further page needs the same state as the first one.")
        page = dry_run.newest(hub, request.store, states, request.limit, request.after)
    return {"orders": dry_run.try_links(hub, store, links, page.items), "next": page.next}


def _is_vendor(operator: Operator, link: Link) -> None:
    if Role.VENDOR not in operator.hub.connections.get(link.vendor).roles:
        raise NotAllowed(f"{link.vendor} is no vendor.")


def _head(operator: Operator, named: str, store: str) -> OrderHead:
    order_id = operator.order_id(named, store)
    head = operator.hub.orders.heads([order_id]).get(order_id)
    if head is None or head.connection != store:
        raise NotFound(f"there is no order {named} of {store}")
    return head


def _try_classes(operator: Operator, request: TryClasses) -> Answer:
    hub = operator.hub
    vendor = hub.connections.get(request.connection)
    if Role.VENDOR not in vendor.roles:
        raise NotAllowed(f"{request.connection} is no vendor.")
    making = configure.changed_making(vendor, sort.rules_as_listed(hub, request.making or {}))
    if request.after:
        raise NotAllowed("There is one page only: the newest orders of each store.")
    answers: list[Answer] = []
    for store in operator.stores():
        states = [OrderState.OPEN, OrderState.ATTENTION, OrderState.DONE]
        page = dry_run.newest(hub, store, states, request.limit, "")
        answers += dry_run.try_classes(hub, vendor, making, page.items)
    return {"orders": answers[: request.limit], "next": ""}


# folders


def _folders(operator: Operator, _: Nothing) -> Answer:
    return {"folders": sort.counts(operator.hub), "most": sort.MOST_COUNTED}


def _folder_add(operator: Operator, request: FolderNames) -> Answer:
    sort.add(operator.hub, request.names)
    return _folders(operator, Nothing())


def _folder_remove(operator: Operator, request: OneFolder) -> Answer:
    sort.remove(operator.hub, request.name)
    return _folders(operator, Nothing())


def _move(operator: Operator, request: Move) -> Answer:
    moving = sort.Moving.to(operator.hub, request.folder, request.who)
    # All are looked up first: a name that two orders have is asked about before any is moved.
    found, missing = {}, []
    for named in dict.fromkeys(request.orders):
        try:
            found[operator.order_id(named, request.connection)] = named
        except NotFound:
            missing.append(named)
    moved = []
    for order_id, named in found.items():
        try:
            moved.append(moving.move(order_id))
        except NotFound:
            missing.append(named)
    return {"moved": moved, "missing": missing}


def _move_all(operator: Operator, request: MoveAll) -> Answer:
    moving = sort.Moving.to(operator.hub, request.folder, request.who)
    moved, more = moving.move_all(request.connection, request.from_folder)
    return {"moved": moved, "more": more}


# one order


def _reprint(operator: Operator, request: Reprint) -> Answer:
    order_id = operator.order_id(request.order, request.connection)
    record = reprint.reprint(
        operator.hub,
        order_id,
        _job_of(operator, order_id, request.place),
        lines=request.lines,
        reason=request.reason,
        who=request.who,
    )
    return {"order": show.order_view(operator.hub, record)}


def _job_of(operator: Operator, order_id: str, place: str) -> str:
    """The job that is meant: the one named, or the only one there is."""
    kind, _, job_id = place.replace("-", " ").partition(" ")
    if kind == "job" and job_id:
        return job_id
    record = operator.hub.orders.load(order_id)
    jobs = [job for job in record.jobs.values() if job.state in _AT_VENDOR and not job.reprint_of] if record else []
    if len(jobs) == 1:
        return jobs[0].job_id
    if not jobs:
        raise NotPossible("Nothing of this order was made yet: there is nothing to make again.")
    names = ", ".join(f"job {job.job_id} ({job.vendor})" for job in jobs)
    raise NotPossible(f"Say which job is to be made again: {names}.")


def _cancel_order(operator: Operator, request: CancelOrder) -> Answer:
    order_id = operator.order_id(request.order, request.connection)
    wish = CancelWish(
        who=request.who,
        reason=request.reason,
        at=operator.hub.clock.now(),
        at_store=request.at_store,
        refund=request.refund,
        restock=request.restock,
        notify=request.notify,
    )
    return {"order": show.order_view(operator.hub, cancel.cancel_order(operator.hub, order_id, wish))}


# moving in


def _import_orders(operator: Operator, request: ImportOrders) -> Answer:
    return import_orders(operator.hub, request)


SORTING: dict[str, tuple[type[BaseModel], Callable[[Operator, Any], Answer]]] = {
    "link": (LinkUp, _link),
    "unlink": (Unlink, _unlink),
    "rules": (Rules, _rules),
    "try_links": (TryLinks, _try_links),
    "try_classes": (TryClasses, _try_classes),
    "folders": (Nothing, _folders),
    "folder_add": (FolderNames, _folder_add),
    "folder_remove": (OneFolder, _folder_remove),
    "move": (Move, _move),
    "move_all": (MoveAll, _move_all),
    "reprint": (Reprint, _reprint),
    "cancel_order": (CancelOrder, _cancel_order),
    "import_orders": (ImportOrders, _import_orders),
}
