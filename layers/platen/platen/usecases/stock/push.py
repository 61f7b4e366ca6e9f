"""Push stock: what a warehouse counted goes to the stores that sell it, and never undoes a sale.

::

    planning    what has to be looked at: counts, movements, orders, catalogues, what was pushed last
    comparing   what stores show against what they should; nothing is written
    (braked)    too much would change: a person looks, and may release it; then all is looked at anew
    pushing     each write is reckoned anew, and done only over what was read for it
    done        report, memory, and the orders that are over

A run may be taken up by another worker at any step, from what is kept of it (``usecases.stock.work``).
"""

from __future__ import annotations

from collections.abc import Callable

from platen.domain.connection import Connection
from platen.domain.stock import Extent, StockMode, braked
from platen.domain.sync import Run, RunState
from platen.domain.verdicts import Later, Unclear
from platen.hub import Hub
from platen.usecases.stock import unmoved
from platen.usecases.stock.compare import ENOUGH, compare, pack
from platen.usecases.stock.finish import (
    SentUnread,
    change_state,
    end,
    remember,
    remember_left_out,
    remember_left_over,
    report,
    settle,
)
from platen.usecases.stock.plan import plan_site
from platen.usecases.stock.work import Cursor, Plan, SiteFailed, Work, kept_notes, rules_of
from platen.usecases.stock.write import REPEATABLE, Attempt, sent_prefix, write_pack

PATIENCE = 50
"""So often in a row a run may have to wait for a store before it fails; longer where a change is in doubt."""
HOW_TO_BEGIN = (
    "nothing was written: before the first push a person looks at a dry run. Begin with"
    " `platen sync stock --dry-run`, read its report, then push without it"
)


def run(hub: Hub, connection: Connection, run: Run, time_left: Callable[[], float]) -> Run:
    """Do as much of the run as the time (seconds) allows, and give it back as it is kept.

    It is over; or BRAKED, which waits for a person; or it has to be called again, with words where an outside
    system made it wait. Raises Conflict where another worker has taken the run over.
    """
    if run.over or (run.state is RunState.BRAKED and not run.released):
        return run
    work = Work(hub, connection, run)
    try:
        _go_on(work, time_left)
    except (Later, Unclear) as wait:
        _wait(work, wait.words)
    except SentUnread as unread:
        _fail(work, str(unread))
    return work.run


def _go_on(work: Work, time_left: Callable[[], float]) -> None:
    if _is_paused(work):
        return
    if work.run.state is RunState.BRAKED or (work.run.state is RunState.PLANNING and work.cursor.site == 0):
        _begin(work)
        if _nothing_moved(work):
            return
    elif not work.take_up_plan():
        _fail(
            work, "its settings changed while it was on, or what it kept is gone; the next run compares everything"
        )
        return
    if work.run.state is RunState.PLANNING and not _plan(work, time_left):
        return
    if work.run.state is RunState.COMPARING and not (compare(work, time_left) and _may_write(work)):
        return
    if work.run.state is RunState.PUSHING and not _write(work, time_left):
        return
    if not work.run.over and time_left() >= ENOUGH:
        _finish(work)


def _is_paused(work: Work) -> bool:
    """Runs stand back while a person has paused them; the run after it looks at everything."""
    fresh = work.run.state is RunState.PLANNING and work.cursor.site == 0
    words = _words_of_pause(work)
    if not fresh or work.run.dry or not words:
        return False
    change_state(work, lambda state: state.but(compare_all=True))
    work.run = work.run.but(dry=True)  # nothing was pushed: nobody is to count it as a push
    end(work, RunState.DONE, words)
    return True


def _words_of_pause(work: Work) -> str:
    """Empty when nobody has paused it. Who asked for the run did so before, for nobody can while it is paused."""
    until = work.hub.ledger.state(work.warehouse).paused_until
    if until is None or until <= work.hub.clock.now():
        return ""
    return f"stock is not pushed until {until:%Y-%m-%d %H:%M} UTC: a person has paused it"


def _begin(work: Work) -> None:
    seen = work.cursor.extent if work.run.state is RunState.BRAKED else work.cursor.seen
    known = kept_notes(work, work.key("plan.json")) if work.run.cursor else []
    work.clear(but_plan=True)
    notes, done_with = remember_left_over(work)
    state = work.hub.ledger.state(work.warehouse)
    full = work.run.full or state.compare_all or state.rules != rules_of(work.settings)
    notes = [*dict.fromkeys(known + notes)]
    work.plan = Plan(rules=rules_of(work.settings), at=work.hub.clock.now(), notes=tuple(notes))
    work.keep_plan()
    work.cursor = Cursor(seen=seen, waited=work.cursor.waited)
    work.save(state=RunState.PLANNING, full=full, words="", went_by="")
    for key in done_with:
        work.hub.files.delete(key)


def _nothing_moved(work: Work) -> bool:
    """Over already, where all is as it was when nothing had to be looked at. Orders may be over all the same."""
    work.goes_by = unmoved.goes_by(work)
    before = unmoved.since(work, work.goes_by)
    if before is None:
        return False
    settle(work)
    now = work.hub.clock.now()
    change_state(work, lambda state: state.but(pushed_at=now))
    end(work, RunState.DONE, _with_notes(work, f"nothing has moved since {before.run_id}"))
    return True


def _plan(work: Work, time_left: Callable[[], float]) -> bool:
    """False when the time is up before it is done, or when there is nothing to go on with."""
    if not work.sites:
        _fail(work, "no site feeds any store location yet: say so in its settings (sites)")
        return False
    for number in range(work.cursor.site, len(work.sites)):
        if time_left() < ENOUGH:
            return False
        site = work.sites[number]
        try:
            plan_site(work, site)
        except SiteFailed as failed:
            work.failed(site, str(failed))
        work.keep_plan()
        snapshots = {name: one.snapshot_id for name, one in work.plan.snapshots.items()}
        work.run = work.run.but(snapshots=snapshots, parts=sum(work.plan.parts.values()))
        work.step(site=number + 1)
    if len(work.plan.failed) == len(work.sites):
        _fail(work, "")
        return False
    if unmoved.left_nothing(work):
        work.run = work.run.but(went_by=work.goes_by)
    work.step(state=RunState.COMPARING, site=0, part=0, row=0)
    return True


def _may_write(work: Work) -> bool:
    """False when the run ends here, or waits for a person."""
    state = work.hub.ledger.state(work.warehouse)
    if work.run.dry or not state.dry_run_done:
        _end_dry(work)
        return False
    why = braked(_unseen(work), work.settings.brakes)
    if why:
        key = report(work, "left-", "same-", "would-")
        beyond = "Beyond what was released, " if work.run.released else ""
        words = f"{beyond}{why} Nothing was written. Look at the report; release the run if it is right so."
        work.run = work.run.but(released=False)
        end(work, RunState.BRAKED, _with_notes(work, words), report_at=key)
        return False
    pack(work)
    return True


def _unseen(work: Work) -> Extent:
    """What would change of all there is, beyond what a person has released: a worse count may have come since."""
    found, seen = work.cursor.extent, work.cursor.seen
    return found.but(
        compared=found.compared + sum(work.plan.unmoved.values()),
        changed=max(0, found.changed - seen.changed),
        to_zero=max(0, found.to_zero - seen.to_zero),
        most_units=max(0, found.most_units - seen.most_units),
    )


def _end_dry(work: Work) -> None:
    key = report(work, "left-", "same-", "would-")
    words = "" if work.run.dry else HOW_TO_BEGIN
    work.run = work.run.but(dry=True)
    state = RunState.FAILED if work.plan.failed else RunState.DONE
    end(work, state, _with_notes(work, words), report_at=key)


def _write(work: Work, time_left: Callable[[], float]) -> bool:
    for number in range(work.cursor.site, len(work.sites)):
        site = work.sites[number]
        for part in range(work.cursor.part, work.plan.packs.get(site, 0)):
            if site in work.plan.failed:
                break
            if time_left() < ENOUGH:
                return False
            words = _words_of_pause(work)
            if words and not work.names(sent_prefix(work, site, part)):
                _stop(work, words)
                return False
            try:
                rows = write_pack(work, site, part)
            except SiteFailed as failed:
                work.failed(site, str(failed))
                break
            work.put_rows(f"done-{work.number(site)}-{part:05d}.csv.gz", rows)
            work.step(part=part + 1)
        work.step(site=number + 1, part=0)
    return True


def _stop(work: Work, words: str) -> None:
    """Before a pack of which nothing was sent, so that nothing is in doubt. What was written is remembered, and the
    next run looks at all."""
    remember(work)
    remember_left_out(work)
    key = report(work, "left-", "same-", "done-")
    change_state(work, lambda state: state.but(compare_all=True))
    end(work, RunState.DONE, _with_notes(work, f"{words}; what the report does not name was left"), report_at=key)


def _finish(work: Work) -> None:
    remember(work)
    remember_left_out(work)
    settle(work)
    key = report(work, "left-", "same-", "done-")
    failed = bool(work.plan.failed)
    if not failed:
        rules, now = work.plan.rules, work.hub.clock.now()
        # A run of what changed clears no wish to compare everything: it came up meanwhile.
        change_state(
            work,
            lambda state: state.but(
                pushed_at=now, rules=rules, compare_all=state.compare_all and not work.run.full
            ),
        )
    end(work, RunState.FAILED if failed else RunState.DONE, _with_notes(work, _undone(work)), report_at=key)


def _undone(work: Work) -> str:
    """Of rows that came to no good end; empty where there is none. One stops no other, but is not silent."""
    count = work.run.totals.failed - len(work.plan.failed) - len(work.plan.notes)
    of = f"{count} of {work.run.totals.compared}"
    return f"{of} items could not be shown as they should; the report names them, and says why." if count else ""


def _wait(work: Work, words: str) -> None:
    """An outside system is busy, away, or owes an answer: the run goes on later from where it is."""
    waited = work.cursor.waited + 1
    work.cursor = work.cursor.but(waited=waited)
    if waited >= PATIENCE and not _is_in_doubt(work):
        _fail(work, f"a store could not be asked {waited} times in a row: {words}")
        return
    work.save(words=words)


def _is_in_doubt(work: Work) -> bool:
    """Whether a change was sent, its store has not said what became of it, and it can still be asked by its key:
    giving the run up would leave that to a person."""
    writing = work.run.state is RunState.PUSHING and work.cursor.site < len(work.sites)
    if work.mode is not StockMode.SEND_CHANGES or not writing:
        return False
    names = work.names(sent_prefix(work, work.sites[work.cursor.site], work.cursor.part))
    attempts = [Attempt.model_validate_json(work.hub.files.get(name)) for name in names]
    now = work.hub.clock.now()
    return any(not one.done and now - one.at < REPEATABLE for one in attempts)


def _fail(work: Work, words: str) -> None:
    """What was written is remembered by the next run, from what this one kept: so that is left there."""
    change_state(work, lambda state: state.but(compare_all=True))
    work.save(state=RunState.FAILED, words=_with_notes(work, words), ended_at=work.hub.clock.now())


def _with_notes(work: Work, words: str) -> str:
    return " ".join(one for one in [words, *work.plan.failed.values(), *work.plan.notes] if one)
