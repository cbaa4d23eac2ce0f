"""Erasing in the operator's own systems, before the keys of a closing are destroyed.

Whom it is about can be read only until then. A system that is down makes the closing wait, and
the desk says for which; the others go on meanwhile.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from xiaohu.closures import keeping
from xiaohu.closures.models import Closing, HumanQueue
from xiaohu.closures.work import Progress, Work, ask_people, try_later, wait_until
from xiaohu.core.calendar import day_of
from xiaohu.core.refusals import Refusal
from xiaohu.core.retention import UnitKind
from xiaohu.erasure import outside
from xiaohu.erasure.models import OutsideErasure
from xiaohu.erasure.stores import opening, outages, shape
from xiaohu.erasure.stores.file import StoresRefused, Why
from xiaohu.erasure.stores.protocol import HEALS, Connector, Identities, StoreAway
from xiaohu.erasure.stores.shape import (
    Database,
    Dataset,
    FolderStore,
    IdentityKind,
    Store,
    Strategy,
)
from xiaohu.queue import effects, faults, lease, retry
from xiaohu.vault.units import Unit

ERASES_FOR = 4.0  # seconds at a time: with what comes before and after, less than a lease
AWAY, REFUSED, BY_HAND = "outside_away", "outside_refused", "outside_by_hand"
SOON = timedelta(seconds=1)
LOOK_AGAIN = timedelta(minutes=5)
ANSWERS_WITHIN = timedelta(hours=24)  # of one that takes its time; then people look after it

faults.register_effect(outside.EFFECT)


def carry_out(work: Work, ended: Sequence[Unit]) -> Progress | None:
    """Erase in other systems what is to be erased there; None once nothing is left to do."""
    stores = outside.listed()
    if not stores and not outside.of_closing(work.closing_id):
        return None
    kinds = _kinds(work.seen, ended)
    now = work.clock()
    with work.transaction() as closing:
        outside.intend(
            operator=closing.operator,
            closing_id=closing.pk,
            stores=stores,
            kinds=kinds,
            now=now,
        )
        waiting = outside.waiting(closing.pk)
    for name, rows in outside.by_store(waiting).items():
        _in_store(work, name, stores[name], rows)
    if not waiting:
        return None
    with work.transaction() as closing:
        return _wait_for(closing, outside.waiting(closing.pk), work.clock())


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
    kinds = _kinds(closing, keeping.units_ended_by(closing))
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
        except (StoreAway, StoresRefused) as refused:
            why, about = str(refused.params["why"]), _about(refused)
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
    made = []
    for label in connector.order():
        why = outside.not_concerned(store, label, kinds)
        found = 0 if why else connector.found(label, _whom(closing, outside.known_by(store, label)))
        made.append(Planned(name, label, shape.datasets_of(store)[label].strategy, found, why))
    return made


def _kinds(closing: Closing, ended: Sequence[Unit]) -> frozenset[IdentityKind]:
    """Return what a closing may be looked for by: a document only with its holder's last line."""
    of_line = outside.OF_LINE if closing.line is not None else ()
    holder_ends = any(unit.kind == UnitKind.HOLDER.value for unit in ended)
    return frozenset((*of_line, *((IdentityKind.DOCUMENT,) if holder_ends else ())))


def _in_store(work: Work, name: str, store: Store, rows: Sequence[OutsideErasure]) -> None:
    why = outages.standing(work.seen.operator, name, now=work.clock())
    if why:
        with work.transaction():
            for row in rows:
                outside.put_off(row, why=why)
        return
    try:
        connector = opening.connect(name, store, operator=work.seen.operator)
        if connector is None:
            _leave_to_people(work, rows)
            return
        try:
            _in_order(work, store, connector, {row.dataset: row for row in rows})
        finally:
            connector.close()
        outages.over(work.seen.operator, name)
    except StoreAway as away:
        _failed(work, name, away)
    except StoresRefused as refused:
        with work.transaction():
            for row in rows:
                _put_off_for(row, refused)


def _leave_to_people(work: Work, rows: Sequence[OutsideErasure]) -> None:
    with work.transaction():
        for row in rows:
            outside.put_off(row, why=outside.BY_HAND)


def _in_order(
    work: Work, store: Store, connector: Connector, rows: dict[str, OutsideErasure]
) -> None:
    """Do one dataset after another: none before those that refer to it are done."""
    flawed = {flaw.dataset: flaw for flaw in connector.flaws(whole=False) if flaw.stops}
    order = [label for label in connector.order() if label in rows]
    sound = list(takewhile(lambda label: label not in flawed, order))
    for together in _together(store, [rows[label] for label in sound]):
        if not _some(work, store, connector, together):
            return
    if len(sound) < len(order):
        raise flawed[order[len(sound)]].refused


def _together(store: Store, rows: Sequence[OutsideErasure]) -> Sequence[Sequence[OutsideErasure]]:
    """Return what is intended and recorded at once: a database answers at once, others may not."""
    if isinstance(store, Database):
        return [rows] if rows else []
    return [[row] for row in rows]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A dataset, by what it was searched, and how much is there."""

    row: OutsideErasure
    dataset: Dataset
    whom: Identities
    found: int

    @property
    def goes(self) -> bool:
        """Say whether something is to be erased now."""
        return self.found > 0 and not outside.is_kept(self.dataset)


def _some(work: Work, store: Store, connector: Connector, rows: Sequence[OutsideErasure]) -> bool:
    """Bring some datasets to their end; False where there is more than fits into one turn."""
    asked = _asked(work.seen, store, connector, rows)
    _intend(work, asked)
    going = [one for one in asked if one.goes]
    left: dict[OutsideErasure, int] = {}
    try:
        for row, count in _erase(work, connector, going) if going else ():
            left[row] = count
    finally:
        _record(work, asked, left)
    faults.hit(f"{outside.EFFECT}.after_commit")
    return not any(left.values()) and len(left) == len(going)


def _asked(
    closing: Closing, store: Store, connector: Connector, rows: Sequence[OutsideErasure]
) -> list[_Asked]:
    kinds = {row.dataset: outside.known_by(store, row.dataset) for row in rows}
    whom = {kind: _whom(closing, kind) for kind in set(kinds.values())}
    asked = []
    for row in rows:
        theirs = whom[kinds[row.dataset]]
        found = connector.found(row.dataset, theirs) if theirs.values else 0
        asked.append(_Asked(row, shape.datasets_of(store)[row.dataset], theirs, found))
    return asked


def _whom(closing: Closing, kind: IdentityKind | None) -> Identities:
    return outside.identities(
        operator=closing.operator,
        line=closing.line,
        holder_id=closing.case.holder_id,
        kinds=() if kind is None else (kind,),
    )


def _intend(work: Work, asked: Sequence[_Asked]) -> None:
    """Write down how much is there and what is about to be erased; what was half done counts on."""
    now, began = work.clock(), work.stopwatch()
    with work.transaction() as closing:
        outside.counted({one.row: one.found for one in asked if one.whom.values})
        for one in asked:
            if not one.whom.values:
                outside.skip(one.row, why=outside.NOBODY)
            elif one.found and not one.goes:
                _keep(closing, one, now)
        going = [one.row for one in asked if one.goes]
        outside.sending(going, operator=closing.operator, now=now)
        _renew(closing)
    work.held_since = began


def _keep(closing: Closing, one: _Asked, now: datetime) -> None:
    categories = shape.kept_categories(one.dataset)
    until = keeping.kept_until(closing, categories, on=day_of(now))
    outside.keep(one.row, one.whom, until=until)


def _erase(
    work: Work, connector: Connector, asked: Sequence[_Asked]
) -> Iterator[tuple[OutsideErasure, int]]:
    """Erase one after the other and read each back; say how much is left of it."""
    faults.hit(f"{outside.EFFECT}.before_call")
    until = time.monotonic() + ERASES_FOR
    for one in asked:
        work.require_time()
        connector.erase(one.row.dataset, one.whom, key=outside.key(one.row), until=until)
        left = connector.found(one.row.dataset, one.whom)
        yield one.row, left
        if left or time.monotonic() > until:
            break
    faults.hit(f"{outside.EFFECT}.after_call")


def _record(work: Work, asked: Sequence[_Asked], left: Mapping[OutsideErasure, int]) -> None:
    now = work.clock()
    with work.transaction():
        nothing = [one.row for one in asked if one.whom.values and not one.found]
        outside.done([*nothing, *(row for row, count in left.items() if not count)], now=now)
        for one in asked:
            if count := left.get(one.row):
                why = outside.STUCK if count >= one.found else outside.MORE
                outside.put_off(one.row, why=why)
        faults.hit(f"{outside.EFFECT}.after_record")


def _renew(closing: Closing) -> None:
    closing.lease_until = lease.extended()
    closing.save(update_fields=["lease_until"])


def _failed(work: Work, name: str, away: StoreAway) -> None:
    now, why = work.clock(), str(away.params["why"])
    with work.transaction() as closing:
        if why != Why.AWAITED:  # One that takes its time does not fail.
            outages.failed(closing.operator, name, why=why, now=now)
        for row in outside.waiting(closing.pk):
            if row.store == name:
                outside.put_off(row, why=why)
                effects.unclear(subject_id=row.pk, kind=outside.EFFECT)


def _put_off_for(row: OutsideErasure, refused: Refusal) -> None:
    outside.put_off(row, why=str(refused.params["why"]), about=_about(refused))


def _about(refused: Refusal) -> str:
    """Return which part of which system a refusal is about."""
    return ": ".join(
        str(refused.params[name]) for name in ("field", "value") if name in refused.params
    )


def _wait_for(
    closing: Closing, waiting: Sequence[OutsideErasure], now: datetime
) -> Progress | None:
    """Say what a closing waits for; None where nothing keeps it."""
    if not waiting:
        return None
    whys = {row.why or outside.MORE for row in waiting}
    if whys <= {outside.MORE}:
        return wait_until(closing, now + SOON)
    asked_at = min(row.intended_at for row in waiting)
    if whys <= {outside.MORE, Why.AWAITED} and now - asked_at < ANSWERS_WITHIN:
        return wait_until(closing, now + LOOK_AGAIN)
    heal = {outside.MORE, outside.STUCK, *HEALS}
    if whys <= heal:
        return try_later(closing, trouble=AWAY, now=now, heals=True)
    trouble = BY_HAND if whys <= {outside.BY_HAND, *heal} else REFUSED
    if closing.owner != HumanQueue.OPERATIONS:  # Their date is not put off.
        ask_people(closing, HumanQueue.OPERATIONS, trouble=trouble, now=now)
    if whys & heal:
        return wait_until(closing, now + retry.slow_wait(), trouble=trouble)
    return Progress.WAITS
