"""What a closing erases in the operator's own systems, dataset by dataset.

These are the inner steps: rows and what is read from the vault. The caller makes the calls
between two of them. Whom it is about is read at the moment of the call and kept nowhere.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings
from django.db.models import Count, Q
from django.db.models.functions import Coalesce

from xiaohu.access.models import StaffUser
from xiaohu.core.evidence import EvidenceKind
from xiaohu.core.retention import Category
from xiaohu.erasure.models import OutsideErasure, OutsideState
from xiaohu.erasure.stores import file, outages, shape
from xiaohu.erasure.stores.protocol import Identities
from xiaohu.erasure.stores.shape import Dataset, IdentityKind, Store, Stores, Strategy, Table
from xiaohu.queue import effects
from xiaohu.registry.models import Line
from xiaohu.vault import keys, records, units
from xiaohu.vault.records import Ref

EFFECT = "outside"
HOLDER_STAYS, NOT_LISTED, NOBODY = "holder_stays", "not_listed", "no_identity"
MORE, STUCK, BY_HAND = "more", "stuck", "by_hand"
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


def identities(
    *, operator: str, line: Line | None, holder_id: UUID, kinds: Collection[IdentityKind]
) -> Identities:
    """Read from the vault by what a line and its holder are known; what is erased is not there."""
    refs = {IdentityKind.DOCUMENT: Ref(units.holder(holder_id), Category.REGISTRATION_IDENTITY)}
    if line is not None:
        service = Ref(units.line(line.pk), Category.SERVICE_NUMBER)
        refs |= {IdentityKind.NUMBER: service, IdentityKind.ICCID: service}
    opened = records.open_many(
        operator=operator, refs={refs[kind] for kind in kinds if kind in refs}
    )
    said = {
        kind: opened.get(refs[kind], {}).get(_RECORDED[kind], "") for kind in kinds if kind in refs
    }
    if line is not None and IdentityKind.SUBSCRIPTION in kinds:
        said[IdentityKind.SUBSCRIPTION] = line.subscription_id
    return Identities({kind: spellings(kind, value) for kind, value in said.items() if value})


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


def known_by(store: Store, label: str) -> IdentityKind | None:
    """Return by what a dataset is found, where need be through those it refers to."""
    dataset = shape.datasets_of(store)[label]
    while isinstance(dataset, Table) and dataset.through:
        dataset = shape.datasets_of(store)[dataset.through]
    return dataset.known_by


def intend(
    *,
    operator: str,
    closing_id: UUID,
    stores: Stores,
    kinds: Collection[IdentityKind],
    now: datetime,
) -> None:
    """Write down every dataset a closing concerns, and why one is skipped.

    Call inside a transaction; harmless to repeat. A holder who had remained may be gone by now.
    """
    rows = [
        OutsideErasure(
            id=uuid5(closing_id, f"{name}.{label}"),  # the same after an old backup came back
            operator=operator,
            closing_id=closing_id,
            store=name,
            dataset=label,
            names=store.names.model_dump(),
            intended_at=now,
        )
        for name, store in stores.items()
        for label in shape.datasets_of(store)
    ]
    OutsideErasure.objects.bulk_create(rows, ignore_conflicts=True)
    for row in OutsideErasure.objects.filter(closing_id=closing_id).exclude(
        state__in=(OutsideState.DONE.value, OutsideState.KEPT.value)
    ):
        store = stores.get(row.store)
        listed = store is not None and row.dataset in store.datasets
        why = not_concerned(store, row.dataset, kinds) if store and listed else NOT_LISTED
        if why or row.why in {HOLDER_STAYS, NOT_LISTED}:
            row.state = OutsideState.SKIPPED.value if why else OutsideState.WAITING.value
            row.why, row.about = why, ""
            row.save(update_fields=["state", "why", "about"])


def not_concerned(store: Store, label: str, kinds: Collection[IdentityKind]) -> str:
    """Return why a closing does not concern a dataset; an empty text where it does."""
    kind = known_by(store, label)
    if kind in kinds:
        return ""
    return NOBODY if kind in OF_LINE else HOLDER_STAYS


def waiting(closing_id: UUID) -> list[OutsideErasure]:
    """Return what a closing has still to erase in other systems."""
    return list(
        OutsideErasure.objects.filter(
            closing_id=closing_id, state=OutsideState.WAITING.value
        ).order_by("store", "dataset")
    )


def of_closing(closing_id: UUID) -> list[OutsideErasure]:
    """Return everything a closing erases in other systems."""
    return list(OutsideErasure.objects.filter(closing_id=closing_id).order_by("store", "dataset"))


def counted(found: Mapping[OutsideErasure, int]) -> None:
    """Write down how much there is before anything is erased. Call inside a transaction."""
    for row, count in found.items():
        row.found = max(row.found or 0, count)
    OutsideErasure.objects.bulk_update(found, ["found"])


def sending(rows: Collection[OutsideErasure], *, operator: str, now: datetime) -> None:
    """Write down that rows are about to be erased. Call inside a transaction."""
    ids = [row.pk for row in rows]
    effects.sending_many(operator=operator, subjects=ids, kind=EFFECT, now=now)


def key(row: OutsideErasure) -> UUID:
    """Return the key under which a dataset is asked."""
    return effects.key(row.pk, EFFECT, 0)


def put_off(row: OutsideErasure, *, why: str, about: str = "") -> None:
    """Write down what a dataset waits for. Call inside a transaction."""
    row.why, row.about = why[:32], about[:200]
    row.save(update_fields=["why", "about"])


def by_hand(row_id: UUID) -> OutsideErasure | None:
    """Return what waits for a person to erase it."""
    waiting_ = OutsideErasure.objects.filter(state=OutsideState.WAITING.value, why=BY_HAND)
    return waiting_.filter(pk=row_id).first()


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


def skip(row: OutsideErasure, *, why: str) -> None:
    """Write down why nothing is to be done in a dataset. Call inside a transaction."""
    row.state, row.why, row.about = OutsideState.SKIPPED.value, why, ""
    row.save(update_fields=["state", "why", "about"])


def done(rows: Collection[OutsideErasure], *, now: datetime) -> None:
    """Write down that nothing is left in datasets, as they were read back.

    Call inside a transaction.
    """
    ids = [row.pk for row in rows]
    OutsideErasure.objects.filter(pk__in=ids).update(
        state=OutsideState.DONE.value,
        ended_at=now,
        found=Coalesce("found", 0),
        why="",
        about="",
    )
    effects.done(subjects=ids, kind=EFFECT)


def keep(row: OutsideErasure, whom: Identities, *, until: date) -> None:
    """Leave rows the law keeps until a date, and seal what finds them then.

    Call inside a transaction. The seal has a key of its own, destroyed when they are erased.
    """
    unit = units.outside(row.pk)
    value = {kind.value: spelt[0] for kind, spelt in whom.values.items()}
    records.seal(operator=row.operator, unit=unit, category=Category.SERVICE_NUMBER, value=value)
    row.state, row.keep_until = OutsideState.KEPT.value, until
    row.why = row.about = ""
    row.save(update_fields=["state", "keep_until", "why", "about"])


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
    for row in waiting(closing_id):
        outages.over(row.operator, row.store)


def receipted(closing_id: UUID) -> list[dict[str, Any]]:
    """Return what the receipt says: every dataset, what was found, and what became of it."""
    return [
        {
            "store": row.store,
            "dataset": row.dataset,
            "names": row.names,
            "state": row.state,
            "found": row.found or 0,
            "why": row.why,
            "until": row.keep_until.isoformat() if row.keep_until else "",
            "evidence": row.evidence,
            "reference": row.reference,
        }
        for row in of_closing(closing_id)
    ]


def by_store(rows: Iterable[OutsideErasure]) -> Mapping[str, Sequence[OutsideErasure]]:
    """Return rows under the systems they concern."""
    grouped: dict[str, list[OutsideErasure]] = {}
    for row in rows:
        grouped.setdefault(row.store, []).append(row)
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
    """Return what was kept in other systems until before a day, and nobody looks at now."""
    free = Q(try_at=None) | Q(try_at__lte=now)
    rows = OutsideErasure.objects.filter(free, state=OutsideState.KEPT.value, keep_until__lt=on)
    return list(rows.order_by("keep_until").values_list("pk", flat=True)[:SWEPT])


def claim(row_id: UUID, *, now: datetime, until: datetime) -> OutsideErasure | None:
    """Take one that is due for oneself; None where somebody has it. Call inside a transaction."""
    free = Q(try_at=None) | Q(try_at__lte=now)
    mine = OutsideErasure.objects.filter(free, pk=row_id, state=OutsideState.KEPT.value)
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
    """Return what was kept in other systems and should be gone since more than a day."""
    too_long = Q(state=OutsideState.KEPT.value, keep_until__lt=on - timedelta(days=1))
    found = OutsideErasure.objects.filter(too_long, operator=operator).select_related("taken_by")
    return list(found.order_by("keep_until", "pk"))
