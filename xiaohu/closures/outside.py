"""Erasing in the operator's own systems, before the keys of a closing are destroyed.

Whom it is about can be read only until then. A system that is down makes the closing wait, and
the desk says for which; the others go on meanwhile.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby, takewhile
from uuid import UUID

from xiaohu.closures import keeping
from xiaohu.closures.models import Closing, HumanQueue
from xiaohu.closures.work import Progress, Work, ask_people, together, try_later, wait_until
from xiaohu.core.calendar import day_of
from xiaohu.core.retention import UnitKind
from xiaohu.erasure import outside
from xiaohu.erasure.models import OutsideErasure
from xiaohu.erasure.outside import Sought
from xiaohu.erasure.stores import opening, outages, shape
from xiaohu.erasure.stores.file import StoresRefused, Why
from xiaohu.erasure.stores.protocol import HEALS, Connector, Identities, StoreAway, all_of
from xiaohu.erasure.stores.shape import (
    Database,
    Dataset,
    FolderStore,
    IdentityKind,
    Store,
    Strategy,
    Table,
)
from xiaohu.queue import effects, faults, lease, retry
from xiaohu.vault.units import Unit

ERASES_FOR = 4.0  # seconds at a time: with what comes before and after, less than a lease
AWAY, REFUSED, BY_HAND = "outside_away", "outside_refused", "outside_by_hand"
SOON = timedelta(seconds=1)
LOOK_AGAIN = timedelta(minutes=5)
ANSWERS_WITHIN = timedelta(hours=24)  # of one that takes its time; then people look after it

faults.register_effect(outside.EFFECT)


def answers_at_once() -> bool:
    """Say whether other systems are listed, and none that may take its time."""
    stores = outside.listed()
    return bool(stores) and all(isinstance(store, Database) for store in stores.values())


def intend(held: Sequence[Work], ended: Mapping[UUID, Sequence[Unit]]) -> list[OutsideErasure]:
    """Write down what closings erase in other systems; return what waits. Call inside a transaction."""
    stores, ids = outside.listed(), [work.closing_id for work in held]
    if not stores and not outside.of_closings(ids).exists():
        return []
    kinds = {work.closing_id: _kinds(work.seen, ended[work.closing_id]) for work in held}
    operator, now = held[0].seen.operator, held[0].clock()
    return outside.intend(operator=operator, kinds=kinds, stores=stores, now=now)


def carry_out(works: Sequence[Work], waiting: Sequence[OutsideErasure]) -> list[Work]:
    """Erase in other systems; return those closings of which nothing is left to erase there."""
    if not waiting:
        return list(works)
    stores = outside.listed()
    for name, rows in outside.by_store(waiting).items():
        if name in stores:  # One that has just gone from the file is skipped in the next turn.
            _in_store(works, name, stores[name], rows)
    left = outside.left_to([work.closing_id for work in works])
    return [work for work in works if work.closing_id not in left]


def wait(work: Work) -> Progress | None:
    """Let a closing wait for what is left to erase in other systems; None where nothing is."""
    with work.transaction() as closing:
        return _wait_for(closing, outside.waiting([closing.pk]), work.clock())


@dataclass(frozen=True, slots=True)
class Planned:
    """What a closing would erase in a dataset, or why nothing; `failed` says it could not be asked."""

    store: str
    dataset: str
    strategy: Strategy
    found: int = 0
    why: str = ""
    about: str = ""
    failed: bool = False


def plan(closing: Closing) -> Iterator[Planned]:
    """Count what a closing would erase in other systems if it came to that now."""
    kinds = _kinds(closing, keeping.units_ended_by([closing])[closing.pk])
    for name, store in outside.listed().items():
        try:
            connector = opening.connect(name, store, operator=closing.operator)
            if connector is None or isinstance(store, FolderStore):  # which asking would change
                why = outside.BY_HAND if connector is None else Why.AWAITED
                yield from _not_asked(name, store, kinds, why)
                continue
            try:
                yield from _planned(closing, name, store, connector, kinds)
            finally:
                connector.close()
        except StoreAway as away:
            yield from _not_to_be_asked(name, store, str(away.params["why"]))
        except StoresRefused as refused:
            yield from _not_to_be_asked(name, store, str(refused.params["why"]), refused.about)


def _not_to_be_asked(name: str, store: Store, why: str, about: str = "") -> Iterator[Planned]:
    for label, dataset in shape.datasets_of(store).items():
        yield Planned(name, label, dataset.strategy, why=why, about=about, failed=True)


def _not_asked(
    name: str, store: Store, kinds: frozenset[IdentityKind], why: str
) -> Iterator[Planned]:
    for label, dataset in shape.datasets_of(store).items():
        other = outside.not_concerned(store, label, kinds)
        yield Planned(name, label, dataset.strategy, why=other or why)


def _planned(
    closing: Closing,
    name: str,
    store: Store,
    connector: Connector,
    kinds: frozenset[IdentityKind],
) -> list[Planned]:
    made, flawed = [], outside.stopping(store, connector)
    for label in connector.order():
        strategy = shape.datasets_of(store)[label].strategy
        if label in flawed:
            refused = flawed[label]
            why = str(refused.params["why"])
            made.append(Planned(name, label, strategy, why=why, about=refused.about, failed=True))
            continue
        why = outside.not_concerned(store, label, kinds)
        whom = _whom([closing], shape.known_by(store, label))[closing.pk]
        found = 0 if why else connector.found(label, whom)
        made.append(Planned(name, label, strategy, found, why))
    return made


def _kinds(closing: Closing, ended: Sequence[Unit]) -> frozenset[IdentityKind]:
    """Return what a closing may be looked for by: a document only with its holder's last line."""
    of_line = outside.OF_LINE if closing.line is not None else ()
    holder_ends = any(unit.kind == UnitKind.HOLDER.value for unit in ended)
    return frozenset((*of_line, *((IdentityKind.DOCUMENT,) if holder_ends else ())))


def _in_store(
    works: Sequence[Work], name: str, store: Store, rows: Sequence[OutsideErasure]
) -> None:
    operator = works[0].seen.operator
    outage = outages.of(operator, name)
    if outage is not None and outage.stands(works[0].clock()):
        _put_off(works, name, why=outage.why)
        return
    try:
        connector = opening.connect(name, store, operator=operator)
        if connector is None:
            _put_off(works, name, why=outside.BY_HAND)
            return
        try:
            _in_order(works, store, connector, _still_theirs(works, store, rows))
        finally:
            connector.close()
        if outage is not None:
            outages.over(operator, name)
    except StoreAway as away:
        _failed(works, name, away)
    except StoresRefused as refused:
        why = str(refused.params["why"])
        _put_off(works, name, dataset=refused.dataset, why=why, about=refused.about)


def _put_off(
    works: Sequence[Work], name: str, *, why: str, dataset: str = "", about: str = ""
) -> None:
    """Write down why a system is waited for, or one dataset of it, which others may wait behind."""
    with together(works) as held:
        theirs = _waiting_in(held, name)
        meant = [row for row in theirs if row.dataset == dataset] or theirs
        outside.put_off(meant, why=why, about=about)
        outside.put_off([row for row in theirs if row not in meant], why=outside.BEHIND)


def _waiting_in(held: Sequence[Work], name: str) -> list[OutsideErasure]:
    waiting = outside.waiting([work.closing_id for work in held])
    return [row for row in waiting if row.store == name]


def _still_theirs(
    works: Sequence[Work], store: Store, rows: Sequence[OutsideErasure]
) -> list[OutsideErasure]:
    """Return the rows by which nobody else can be found; the others are left to people.

    Where a closing waited for longer than its number rested, the number may be somebody else's.
    """
    today = day_of(works[0].clock())
    free = {
        work.closing_id
        for work in works
        if work.seen.number_free_on is not None and work.seen.number_free_on <= today
    }
    passed_on = [
        row
        for row in rows
        if row.closing_id in free and shape.known_by(store, row.dataset) is IdentityKind.NUMBER
    ]
    if passed_on:
        with together(works):
            outside.put_off(passed_on, why=outside.PASSED_ON)
    return [row for row in rows if row not in passed_on]


def _in_order(
    works: Sequence[Work], store: Store, connector: Connector, rows: Sequence[OutsideErasure]
) -> None:
    """Do one dataset after another: none before those that refer to it are done."""
    flawed = outside.stopping(store, connector)
    by_dataset = outside.by_dataset(rows)
    order = [label for label in connector.order() if label in by_dataset]
    sound = list(takewhile(lambda label: label not in flawed, order))
    for some in _at_once(store, [row for label in sound for row in by_dataset[label]]):
        if not _some(works, store, connector, some):
            return
    if len(sound) < len(order):
        raise flawed[order[len(sound)]]


def _at_once(store: Store, rows: Sequence[OutsideErasure]) -> Sequence[Sequence[OutsideErasure]]:
    """Return what is intended and recorded at once: a database answers at once, others may not."""
    if isinstance(store, Database):
        return [rows] if rows else []
    return [[row] for row in rows]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A dataset of one closing, by what it was searched, and how much is there."""

    row: OutsideErasure
    dataset: Dataset
    whom: Identities
    found: int = 0

    @property
    def goes(self) -> bool:
        """Say whether something is to be erased now."""
        return self.found > 0 and not outside.is_kept(self.dataset)


def _some(
    works: Sequence[Work], store: Store, connector: Connector, rows: Sequence[OutsideErasure]
) -> bool:
    """Bring some datasets to their end; False where there is more than fits into one turn."""
    asked = _intend(works, _asked(works, store, connector, rows))
    going = [one for one in asked if one.goes]
    left: dict[OutsideErasure, int] = {}
    try:
        if going:
            _erase(works[0], connector, going, left)
    finally:
        _record(works, asked, left)
    faults.hit(f"{outside.EFFECT}.after_commit")
    return not any(left.values()) and len(left) == len(going)


def _asked(
    works: Sequence[Work], store: Store, connector: Connector, rows: Sequence[OutsideErasure]
) -> list[_Asked]:
    """Count what is there, dataset by dataset, of all closings at once."""
    closings = [work.seen for work in works]
    kinds = {row.dataset: shape.known_by(store, row.dataset) for row in rows}
    whom = {kind: _whom(closings, kind) for kind in set(kinds.values())}
    asked = [
        _Asked(row, shape.datasets_of(store)[row.dataset], whom[kinds[row.dataset]][row.closing_id])
        for some in outside.by_dataset(rows).values()
        for row in some
    ]
    found = _count(connector, [one for one in asked if one.whom.values])
    return [replace(one, found=found.get(one.row, 0)) for one in asked]


def _count(connector: Connector, asked: Sequence[_Asked]) -> Mapping[OutsideErasure, int]:
    """Return how much is there now, with one question where the system can."""
    by_dataset = _by_dataset(asked)
    found = connector.found_in(
        {label: [one.whom for one in some] for label, some in by_dataset.items()}
    )
    return {
        one.row: count
        for label, some in by_dataset.items()
        for one, count in zip(some, found[label], strict=True)
    }


def _by_dataset(asked: Iterable[_Asked]) -> Mapping[str, Sequence[_Asked]]:
    return {label: list(some) for label, some in groupby(asked, key=lambda one: one.row.dataset)}


def _whom(closings: Sequence[Closing], kind: IdentityKind | None) -> Mapping[UUID, Identities]:
    if kind is None:
        return {closing.pk: Identities({}) for closing in closings}
    return outside.identities(
        operator=closings[0].operator,
        kind=kind,
        people={each.pk: Sought(each.line, each.case.holder_id) for each in closings},
    )


def _intend(works: Sequence[Work], asked: Sequence[_Asked]) -> list[_Asked]:
    """Write down how much is there and what is about to be erased; what was half done counts on.

    Returns what may be erased: whoever has lost their closing meanwhile leaves it to others.
    """
    now, began, operator = works[0].clock(), works[0].stopwatch(), works[0].seen.operator
    with together(works) as held:
        ours = {work.closing_id: work.seen for work in held}
        asked = [one for one in asked if one.row.closing_id in ours]
        known = [one for one in asked if one.whom.values]
        outside.counted({one.row: one.found for one in known})
        nobody = [one.row for one in asked if not one.whom.values]
        outside.skip(nobody, why=outside.NOBODY)
        stays = [one for one in known if one.found and not one.goes]
        kept = {one.row: (one.whom, _until(ours[one.row.closing_id], one, now)) for one in stays}
        outside.keep(kept, operator=operator)
        going = [one.row for one in known if one.goes]
        outside.sending(going, operator=operator, now=now)
        _renew(list(ours))
    for work in held:
        work.held_since = began
    return asked


def _until(closing: Closing, one: _Asked, now: datetime) -> date:
    """Return until when the law keeps what a dataset holds of a closing."""
    return keeping.kept_until(closing.case, shape.kept_categories(one.dataset), on=day_of(now))


def _erase(
    work: Work,
    connector: Connector,
    asked: Sequence[_Asked],
    left: dict[OutsideErasure, int],
) -> None:
    """Erase one dataset after the other, and write into `left` what is read back of each.

    What went as a whole, by the system's own word, is read back together: at the end, or while those
    can still be found through which it is found. Anything else is read back at once, since what
    others refer to must not go before them.
    """
    faults.hit(f"{outside.EFFECT}.before_call")
    gone: list[_Asked] = []
    until = time.monotonic() + ERASES_FOR
    try:
        for label, some in _by_dataset(asked).items():
            if any(_found_through(one.dataset, label) for one in gone):
                left |= _count(connector, gone)
                gone = []
                if any(left.values()):
                    break
            work.require_time()
            whom, key = all_of(one.whom for one in some), outside.key(some[0].row)
            if connector.erase(label, whom, key=key, until=until) >= sum(one.found for one in some):
                gone += some
                continue
            now_left = _count(connector, some)
            left |= now_left
            if any(now_left.values()) or time.monotonic() > until:
                break
    except StoresRefused:  # of this dataset; the system still says what became of those before it
        left |= _count(connector, gone)
        raise
    left |= _count(connector, gone)
    faults.hit(f"{outside.EFFECT}.after_call")


def _found_through(dataset: Dataset, label: str) -> bool:
    return isinstance(dataset, Table) and dataset.through == label


def _record(
    works: Sequence[Work], asked: Sequence[_Asked], left: Mapping[OutsideErasure, int]
) -> None:
    now = works[0].clock()
    with together(works) as held:
        ours = {work.closing_id for work in held}
        mine = [one for one in asked if one.row.closing_id in ours]
        gone = [one.row for one in mine if left.get(one.row, one.found) == 0 and one.whom.values]
        outside.done(gone, now=now)
        for some in _by_dataset(mine).values():
            # Of several some may not have had their turn yet: what goes at all is not stuck.
            goes = any(left.get(one.row, one.found) < one.found for one in some)
            more = [one.row for one in some if left.get(one.row)]
            outside.put_off(more, why=outside.MORE if goes else outside.STUCK)
        faults.hit(f"{outside.EFFECT}.after_record")


def _renew(closing_ids: Sequence[UUID]) -> None:
    Closing.objects.filter(pk__in=closing_ids).update(lease_until=lease.extended())


def _failed(works: Sequence[Work], name: str, away: StoreAway) -> None:
    now, why = works[0].clock(), str(away.params["why"])
    with together(works) as held:
        if why != Why.AWAITED:  # One that takes its time does not fail.
            outages.failed(held[0].seen.operator, name, why=why, now=now)
        theirs = _waiting_in(held, name)
        outside.put_off(theirs, why=why)
        effects.unclear(subjects=[row.pk for row in theirs], kind=outside.EFFECT)


def _wait_for(
    closing: Closing, waiting: Sequence[OutsideErasure], now: datetime
) -> Progress | None:
    """Say what a closing waits for; None where nothing keeps it."""
    if not waiting:
        return None
    whys = {row.why or outside.MORE for row in waiting} - {outside.BEHIND}
    if whys <= {outside.MORE}:
        return wait_until(closing, now + SOON)
    asked_at = min(row.intended_at for row in waiting)
    if whys <= {outside.MORE, Why.AWAITED} and now - asked_at < ANSWERS_WITHIN:
        return wait_until(closing, now + LOOK_AGAIN)
    heal = {outside.MORE, outside.STUCK, *HEALS}
    if whys <= heal:
        return try_later(closing, trouble=AWAY, now=now, heals=True)
    trouble = BY_HAND if whys <= outside.FOR_HANDS | heal else REFUSED
    if closing.owner != HumanQueue.OPERATIONS:  # Their date is not put off.
        ask_people(closing, HumanQueue.OPERATIONS, trouble=trouble, now=now)
    if whys & heal:
        return wait_until(closing, now + retry.slow_wait(), trouble=trouble)
    return Progress.WAITS
