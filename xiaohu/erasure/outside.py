"""What a closing erases in the operator's own systems, dataset by dataset.

These are the inner steps: rows and what is read from the vault. The caller makes the calls
between two of them. Whom it is about is read at the moment of the call and kept nowhere.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from xiaohu.access.models import StaffUser
from xiaohu.core.evidence import EvidenceKind
from xiaohu.core.retention import Category
from xiaohu.erasure import holds
from xiaohu.erasure.models import OutsideErasure, OutsideState
from xiaohu.erasure.stores import file, outages, shape
from xiaohu.erasure.stores.file import StoresRefused
from xiaohu.erasure.stores.protocol import Connector, Identities
from xiaohu.erasure.stores.shape import Dataset, IdentityKind, Store, Stores, Strategy
from xiaohu.queue import bulk, effects
from xiaohu.queue.asking import Question, Slot
from xiaohu.registry.models import Line
from xiaohu.vault import keys, records, units
from xiaohu.vault.records import Ref

EFFECT = "outside"
HOLDER_STAYS, NOT_LISTED, NOBODY = "holder_stays", "not_listed", "no_identity"
MORE, STUCK, BEHIND = "more", "stuck", "behind"
BY_HAND, PASSED_ON = "by_hand", "passed_on"
FOR_HANDS = frozenset({BY_HAND, PASSED_ON})
SWEPT = 50
OF_LINE = (IdentityKind.SUBSCRIPTION, IdentityKind.NUMBER, IdentityKind.ICCID)
KeptUntil = Callable[[Collection[Category]], date]


def listed() -> Stores:
    """Return the operator's own systems; none where no file lists them.

    Raises:
        StoresRefused: the file cannot be used.
    """
    path = settings.XIAOHU.stores_file
    return file.read(path) if path is not None else {}


class Sought(NamedTuple):
    """A holder, and the line that ends where one does."""

    line: Line | None
    holder_id: UUID


def identities(
    *, operator: str, kind: IdentityKind, people: Mapping[UUID, Sought]
) -> dict[UUID, Identities]:
    """Read from the vault by what people are known, all at once; what is erased is not there."""
    if kind is IdentityKind.SUBSCRIPTION:
        said = {id_: one.line.subscription_id for id_, one in people.items() if one.line}
    else:
        refs = {id_: ref for id_, one in people.items() if (ref := _recorded_in(kind, one))}
        opened = records.open_many(operator=operator, refs=set(refs.values()))
        said = {id_: opened.get(ref, {}).get(_RECORDED[kind], "") for id_, ref in refs.items()}
    return {
        id_: Identities({kind: spellings(kind, said[id_])} if said.get(id_) else {})
        for id_ in people
    }


def _recorded_in(kind: IdentityKind, one: Sought) -> Ref | None:
    if kind is IdentityKind.DOCUMENT:
        return Ref(units.holder(one.holder_id), Category.REGISTRATION_IDENTITY)
    return Ref(units.line(one.line.pk), Category.SERVICE_NUMBER) if one.line is not None else None


_RECORDED = {
    IdentityKind.NUMBER: "number",
    IdentityKind.ICCID: "iccid",
    IdentityKind.DOCUMENT: "document_number",
}


def spellings(kind: IdentityKind, value: str) -> tuple[str, ...]:
    """Return how others may have written an identity: a number also without its country."""
    if kind is IdentityKind.NUMBER and value.startswith("+86"):
        return value, value[1:], value[3:]
    if kind in {IdentityKind.DOCUMENT, IdentityKind.ICCID}:
        return tuple(dict.fromkeys((value, value.upper(), value.lower())))
    return (value,)


def stopping(store: Store, connector: Connector) -> Mapping[str, StoresRefused]:
    """Return what keeps datasets from being erased: a flaw of theirs, or of what they are found through."""
    own = {flaw.dataset: flaw.refused for flaw in connector.flaws(whole=False) if flaw.stops}
    return {
        label: own[flawed]
        for label in shape.datasets_of(store)
        if (flawed := next(filter(own.__contains__, shape.found_through(store, label)), ""))
    }


def intend(
    *,
    operator: str,
    kinds: Mapping[UUID, Collection[IdentityKind]],
    stores: Stores,
    now: datetime,
) -> list[OutsideErasure]:
    """Write down every dataset that closings concern, by what each may be looked for; return what waits.

    One that is skipped says why. Call inside a transaction; harmless to repeat. A holder who had
    remained may be gone by now.
    """
    _write_down(operator, kinds, stores, now)
    changed: dict[str, list[OutsideErasure]] = {}
    waits = []
    for row in _NOT_ENDED.all(closing_ids=list(kinds)):
        store = stores.get(row.store)
        listed = store is not None and row.dataset in store.datasets
        may = kinds[row.closing_id]
        why = not_concerned(store, row.dataset, may) if store and listed else NOT_LISTED
        anew = row.why in {HOLDER_STAYS, NOT_LISTED}
        if why or anew:
            changed.setdefault(why, []).append(row)
        if not why and (anew or row.state == OutsideState.WAITING.value):
            waits.append(row)
    for why, some in changed.items():
        state = OutsideState.SKIPPED if why else OutsideState.WAITING
        _put(some, state=state.value, why=why, about="")
    return waits


def _write_down(operator: str, closing_ids: Iterable[UUID], stores: Stores, now: datetime) -> None:
    alike = {
        "operator": operator,
        "intended_at": now,
        "state": OutsideState.WAITING.value,
        **dict.fromkeys(("why", "about", "evidence", "reference"), ""),
    }
    datasets = [
        (name, label, json.dumps(store.names.model_dump()))
        for name, store in stores.items()
        for label in shape.datasets_of(store)
    ]
    bulk.add(
        OutsideErasure,
        ("id", "closing_id", "store", "dataset", "names"),
        [
            # The same key after an old backup came back.
            (uuid5(closing_id, f"{name}.{label}"), closing_id, name, label, names)
            for closing_id in closing_ids
            for name, label, names in datasets
        ],
        alike=alike,
    )


_THEIRS = OutsideErasure.objects.filter(closing_id__any_of=Slot("closing_ids"))
_ENDED = (OutsideState.DONE.value, OutsideState.KEPT.value)
_NOT_ENDED = Question(lambda: _THEIRS.exclude(state__in=_ENDED).order_by("store", "dataset"))


def not_concerned(store: Store, label: str, kinds: Collection[IdentityKind]) -> str:
    """Return why a closing does not concern a dataset; an empty text where it does."""
    kind = shape.known_by(store, label)
    if kind in kinds:
        return ""
    return NOBODY if kind in OF_LINE else HOLDER_STAYS


def waiting(closing_ids: Collection[UUID]) -> list[OutsideErasure]:
    """Return what closings have still to erase in other systems."""
    return list(of_closings(closing_ids).filter(state=OutsideState.WAITING.value))


def left_to(closing_ids: Collection[UUID]) -> set[UUID]:
    """Return those of some closings that have still something to erase in other systems."""
    return {row[0] for row in _LEFT_TO.rows(closing_ids=list(closing_ids))}


_LEFT_TO: Question[OutsideErasure] = Question(
    lambda: _THEIRS.filter(state=OutsideState.WAITING.value).values_list("closing_id")
)


def of_closings(closing_ids: Collection[UUID]) -> QuerySet[OutsideErasure]:
    """Return everything closings erase in other systems."""
    rows = OutsideErasure.objects.filter(closing_id__in=list(closing_ids))
    return rows.order_by("store", "dataset")


def counted(found: Mapping[OutsideErasure, int]) -> None:
    """Write down how much there is before anything is erased. Call inside a transaction."""
    for row, count in found.items():
        row.found = max(row.found or 0, count)
    bulk.amend(OutsideErasure, "found", {row.pk: row.found for row in found})


def sending(rows: Collection[OutsideErasure], *, operator: str, now: datetime) -> None:
    """Write down that rows are about to be erased. Call inside a transaction."""
    ids = [row.pk for row in rows]
    effects.sending_many(operator=operator, subjects=ids, kind=EFFECT, now=now)


def key(row: OutsideErasure) -> UUID:
    """Return the key under which a dataset is asked."""
    return effects.key(row.pk, EFFECT, 0)


def put_off(rows: Collection[OutsideErasure], *, why: str, about: str = "") -> None:
    """Write down what datasets wait for. Call inside a transaction."""
    _put(rows, why=why[:32], about=about[:200])


def by_hand(row_id: UUID) -> OutsideErasure | None:
    """Return what waits for a person to erase it."""
    waiting_ = OutsideErasure.objects.filter(state=OutsideState.WAITING.value)
    return waiting_.filter(pk=row_id, why__in=FOR_HANDS).first()


def closing_of(row_id: UUID) -> UUID | None:
    """Return the closing something belongs to."""
    return OutsideErasure.objects.filter(pk=row_id).values_list("closing_id", flat=True).first()


def erased_by_hand(
    row: OutsideErasure,
    *,
    found: int,
    evidence: EvidenceKind,
    reference: str,
    officer: StaffUser,
    now: datetime,
) -> None:
    """Write down what an officer erased, and by what it is shown. Call inside a transaction."""
    row.found, row.evidence, row.reference = found, evidence.value, reference
    row.confirmed_by = officer
    row.save(update_fields=["found", "evidence", "reference", "confirmed_by"])
    done([row], now=now)


def skip(rows: Collection[OutsideErasure], *, why: str) -> None:
    """Write down why nothing is to be done in datasets. Call inside a transaction."""
    _put(rows, state=OutsideState.SKIPPED.value, why=why, about="")


def _put(rows: Collection[OutsideErasure], **values: object) -> None:
    bulk.put(OutsideErasure, values, column="id", ids=[row.pk for row in rows])


def done(rows: Collection[OutsideErasure], *, now: datetime) -> None:
    """Write down that nothing is left in datasets, as they were read back.

    Call inside a transaction.
    """
    _put(rows, state=OutsideState.DONE.value, ended_at=now, why="", about="")
    effects.done(subjects=[row.pk for row in rows], kind=EFFECT)


def keep(kept: Mapping[OutsideErasure, tuple[Identities, date]], *, operator: str) -> None:
    """Leave rows the law keeps, each until its date, and seal what finds them then.

    Call inside a transaction. Each seal has a key of its own, destroyed when its rows are erased.
    """
    values = [
        (
            Ref(units.outside(row.pk), Category.SERVICE_NUMBER),
            {kind.value: spelt[0] for kind, spelt in whom.values.items()},
        )
        for row, (whom, _) in kept.items()
    ]
    records.seal_many(operator=operator, values=values)
    bulk.amend(OutsideErasure, "keep_until", {row.pk: until for row, (_, until) in kept.items()})
    _put(kept, state=OutsideState.KEPT.value, why="", about="")


def kept_identities(row: OutsideErasure) -> Identities:
    """Return what finds rows that were kept until now."""
    value = records.open_one(
        operator=row.operator, unit=units.outside(row.pk), category=Category.SERVICE_NUMBER
    )
    said = {IdentityKind(kind): one for kind, one in value.items()}
    return Identities({kind: spellings(kind, one) for kind, one in said.items()})


def forget_kept(row: OutsideErasure) -> None:
    """Destroy what found rows that are gone now. Call inside a transaction."""
    keys.destroy(row.operator, [units.outside(row.pk)])
    records.delete_records(operator=row.operator, units=[units.outside(row.pk)])


def is_kept(dataset: Dataset) -> bool:
    """Say whether a dataset is left until a date."""
    return dataset.strategy is Strategy.KEEP_UNTIL


def look_afresh(closing_id: UUID) -> None:
    """Let systems that were left alone be asked at once. Call inside a transaction."""
    for row in waiting([closing_id]):
        outages.over(row.operator, row.store)


def receipted(closing_ids: Collection[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """Return what receipts say: every dataset, what was found, and what became of it."""
    said: dict[UUID, list[dict[str, Any]]] = {}
    for closing_id, found, until, *rest in _RECEIPTED.rows(closing_ids=list(closing_ids)):
        said.setdefault(closing_id, []).append(
            {
                **dict(zip(_SAID_AS_IS, rest, strict=True)),
                "found": found or 0,
                "until": until.isoformat() if until else "",
            }
        )
    return said


_SAID_AS_IS = ("store", "dataset", "names", "state", "why", "evidence", "reference")
_RECEIPTED: Question[OutsideErasure] = Question(
    lambda: _THEIRS.order_by("store", "dataset").values_list(
        "closing_id", "found", "keep_until", *_SAID_AS_IS
    )
)


def by_store(rows: Iterable[OutsideErasure]) -> Mapping[str, Sequence[OutsideErasure]]:
    """Return rows under the systems they concern."""
    grouped: dict[str, list[OutsideErasure]] = {}
    for row in rows:
        grouped.setdefault(row.store, []).append(row)
    return grouped


def by_dataset(rows: Iterable[OutsideErasure]) -> Mapping[str, Sequence[OutsideErasure]]:
    """Return rows of one system under their datasets."""
    grouped: dict[str, list[OutsideErasure]] = {}
    for row in rows:
        grouped.setdefault(row.dataset, []).append(row)
    return grouped


def standing(operator: str) -> Mapping[str, tuple[int, int]]:
    """Return for each system how much waits for it, and how much is kept in it until a date."""
    rows = (
        OutsideErasure.objects.filter(operator=operator)
        .values("store")
        .annotate(
            waiting=Count("pk", filter=Q(state=OutsideState.WAITING.value)),
            kept=Count("pk", filter=Q(state=OutsideState.KEPT.value)),
        )
    )
    return {row["store"]: (row["waiting"], row["kept"]) for row in rows}


def due(*, on: date, now: datetime) -> list[UUID]:
    """Return what was kept in other systems until before a day, held by nobody, and looked at by nobody."""
    free = Q(try_at=None) | Q(try_at__lte=now)
    rows = OutsideErasure.objects.filter(free, state=OutsideState.KEPT.value, keep_until__lt=on)
    rows = rows.exclude(closing_id__in=holds.held())
    return list(rows.order_by("keep_until").values_list("pk", flat=True)[:SWEPT])


def claim(row_id: UUID, *, now: datetime, until: datetime) -> OutsideErasure | None:
    """Take one that is due for oneself; None where somebody has it. Call inside a transaction."""
    free = Q(try_at=None) | Q(try_at__lte=now)
    mine = OutsideErasure.objects.filter(free, pk=row_id, state=OutsideState.KEPT.value)
    mine = mine.exclude(closing_id__in=holds.held())
    return OutsideErasure.objects.get(pk=row_id) if mine.update(try_at=until) else None


@dataclass(frozen=True, slots=True)
class Late:
    """A system in which something stands that the law has let go of, and who sees to it."""

    store: str
    names: Mapping[str, str]
    count: int
    since: date
    why: str
    about: str
    taken_by: StaffUser | None


def late(operator: str, *, on: date) -> list[Late]:
    """Return the systems with something overdue, the longest first."""
    failing = outages.known(operator)
    found = []
    for name, rows in by_store(overdue(operator, on=on)).items():
        row = rows[0]
        why = failing[name].why if name in failing else row.why
        found.append(
            Late(
                store=name,
                names=row.names,
                count=len(rows),
                since=min(each.keep_until for each in rows if each.keep_until is not None),
                why=why,
                about=row.about,
                taken_by=row.taken_by,
            )
        )
    return sorted(found, key=lambda one: one.since)


def take_late(operator: str, store: str, *, officer: StaffUser, on: date) -> int:
    """Give what is overdue in a system to somebody. Call inside a transaction."""
    ids = [row.pk for row in overdue(operator, on=on) if row.store == store]
    return OutsideErasure.objects.filter(pk__in=ids).update(taken_by=officer)


def try_late(operator: str, store: str, *, on: date) -> int:
    """Let what is overdue in a system be asked at once. Call inside a transaction."""
    ids = [row.pk for row in overdue(operator, on=on) if row.store == store]
    outages.over(operator, store)
    return OutsideErasure.objects.filter(pk__in=ids).update(try_at=None)


def overdue(operator: str, *, on: date) -> list[OutsideErasure]:
    """Return what was kept in other systems, is held by nobody and should be gone since more than a day."""
    too_long = Q(state=OutsideState.KEPT.value, keep_until__lt=on - timedelta(days=1))
    found = OutsideErasure.objects.filter(too_long, operator=operator).select_related("taken_by")
    found = found.exclude(closing_id__in=holds.held())
    return list(found.order_by("keep_until", "pk"))
