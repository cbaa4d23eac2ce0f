"""What `xiaohu stores` tells: flaws, plans and standings, never anything of a person."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from xiaohu.closures import keeping, queries
from xiaohu.closures import outside as erasing
from xiaohu.closures.models import Case, Closing
from xiaohu.core.calendar import day_of
from xiaohu.core.references import normalise_reference
from xiaohu.core.refusals import Refusal
from xiaohu.erasure import engine, outside
from xiaohu.erasure.models import OutsideErasure, StoreOutage
from xiaohu.erasure.stores import file, opening, outages
from xiaohu.erasure.stores.file import StoresRefused
from xiaohu.erasure.stores.protocol import StoreAway
from xiaohu.erasure.stores.shape import Store
from xiaohu.ops.talking import OK, PARTLY, REFUSED
from xiaohu.queue import clock
from xiaohu.ui.refusals import sentence
from xiaohu.ui.said import elsewhere

Out = Callable[[str], None]


def check(toml: str, *, operator: str, out: Out, as_json: bool = False) -> int:
    """Tell everything that is wrong with a list of stores, first of itself, then by each system's word."""
    stores, wrong = file.parse(toml)
    flaws: list[tuple[Refusal, bool]] = [(refused, True) for refused in wrong]
    good = []
    for name, store in stores.items():
        try:
            found = _flaws(name, store, operator)
        except (StoreAway, StoresRefused) as refused:
            found = [(refused, True)]
        flaws += found
        if not found:
            good.append((name, len(store.datasets)))
    if as_json:
        out(
            _json(
                {"good": [name for name, _ in good], "flaws": [_as_data(*flaw) for flaw in flaws]}
            )
        )
    else:
        for refusal, stops in flaws:
            _tell(refusal, "✗" if stops else "!", out)
        for name, count in good:
            out(gettext("cli.stores.good").format(store=name, count=count))
    return REFUSED if any(stops for _, stops in flaws) else PARTLY if flaws else OK


def find(reference: str, *, operator: str) -> UUID | None:
    """Return the case of a reference."""
    cases = Case.objects.filter(operator=operator, reference=normalise_reference(reference))
    return cases.values_list("pk", flat=True).first()


def plan(case_id: UUID, *, out: Out, as_json: bool = False) -> int:
    """Tell how much of a case would be erased here, and for each line or account how much elsewhere."""
    closings = queries.closings_of(Case.objects.get(pk=case_id))
    planned = [one for closing in closings for one in erasing.plan(closing)]
    ours = _ours(closings)
    if as_json:
        out(_json({"here": ours, "elsewhere": [asdict(one) for one in planned]}))
    else:
        for room, count in ours.items():
            out(f"xiaohu.{room}  {count}")
        for one in planned:
            said = elsewhere(one.why, one.about) if one.why else str(one.found)
            out(f"{one.store}.{one.dataset}  {one.strategy}  {said}")
    return PARTLY if any(one.failed for one in planned) else OK


def _ours(closings: Sequence[Closing]) -> dict[str, int]:
    """Count what erasing some closings would delete here, room by room, by the rooms' own rules."""
    ended = keeping.units_ended_by(closings)
    units = {unit for its in ended.values() for unit in its}
    planned = engine.planned(operator=closings[0].operator, units=units) if closings else {}
    return {room: sum(of.values()) for room, of in planned.items()}


def status(*, operator: str, out: Out, as_json: bool = False) -> int:
    """Tell how each system does, how much waits for it, and what is kept in it until when."""
    failing, today = outages.known(operator), day_of(clock.now())
    counted, late = outside.standing(operator), outside.overdue(operator, on=today)
    if as_json:
        out(_json(_standing(failing, counted, late)))
        return PARTLY if failing or late else OK
    for name in outside.listed():
        outage = failing.get(name)
        how = elsewhere(outage.why) if outage is not None else gettext("cli.stores.works")
        waiting, kept = counted.get(name, (0, 0))
        out(f"{name}  {how}  " + gettext("cli.stores.counts").format(waiting=waiting, kept=kept))
    for row in late:
        out(
            gettext("cli.stores.late").format(
                store=row.store, dataset=row.dataset, until=row.keep_until
            )
        )
    return PARTLY if failing or late else OK


def _standing(
    failing: Mapping[str, StoreOutage],
    counted: Mapping[str, tuple[int, int]],
    late: Sequence[OutsideErasure],
) -> dict[str, Any]:
    systems = []
    for name in outside.listed():
        waiting, kept = counted.get(name, (0, 0))
        why = failing[name].why if name in failing else ""
        systems.append({"store": name, "fails": why, "waiting": waiting, "kept": kept})
    overdue = [
        {
            "store": row.store,
            "dataset": row.dataset,
            "until": row.keep_until.isoformat() if row.keep_until else "",
            "taken_by": row.taken_by.username if row.taken_by is not None else "",
        }
        for row in late
    ]
    return {"stores": systems, "overdue": overdue}


def _as_data(refusal: Refusal, stops: bool) -> dict[str, Any]:  # noqa: FBT001 - unpacked from a pair
    return {**{name: str(said) for name, said in refusal.params.items()}, "stops": stops}


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1)


def _flaws(name: str, store: Store, operator: str) -> list[tuple[Refusal, bool]]:
    connector = opening.connect(name, store, operator=operator)
    if connector is None:
        return []
    try:
        return [(flaw.refused, flaw.stops) for flaw in connector.flaws(whole=True)]
    finally:
        connector.close()


def _tell(refused: Refusal, mark: str, out: Out) -> None:
    said = sentence(refused)
    out(f"{mark} {said.what}\n  {said.next}")
