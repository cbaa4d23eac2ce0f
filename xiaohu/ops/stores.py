"""What `xiaohu stores` tells: flaws, plans and standings, never anything of a person."""

from collections.abc import Callable
from uuid import UUID

from django.utils.translation import gettext

from xiaohu.closures import outside as erasing
from xiaohu.closures import queries
from xiaohu.closures.models import Case
from xiaohu.core.calendar import day_of
from xiaohu.core.references import normalise_reference
from xiaohu.core.refusals import Refusal
from xiaohu.erasure import outside
from xiaohu.erasure.stores import file, opening, outages
from xiaohu.erasure.stores.file import Store, StoresRefused
from xiaohu.erasure.stores.protocol import Flaw, StoreAway
from xiaohu.ops.talking import OK, PARTLY, REFUSED
from xiaohu.queue import clock
from xiaohu.ui.refusals import sentence
from xiaohu.ui.said import elsewhere

Out = Callable[[str], None]


def check(toml: str, *, operator: str, out: Out) -> int:
    """Tell everything that is wrong with a list of stores, first of itself, then by each system's word."""
    stores, wrong = file.parse(toml)
    for refused in wrong:
        _tell(refused, "✗", out)
    stops = bool(wrong)
    warned = False
    for name, store in stores.items():
        try:
            found = _flaws(name, store, operator)
        except (StoreAway, StoresRefused) as refused:
            _tell(refused, "✗", out)
            stops = True
            continue
        for flaw in found:
            _tell(flaw.refused, "✗" if flaw.stops else "!", out)
        stops = stops or any(flaw.stops for flaw in found)
        warned = warned or bool(found)
        if not found:
            out(gettext("cli.stores.good").format(store=name, count=len(store.datasets)))
    return REFUSED if stops else PARTLY if warned else OK


def find(reference: str, *, operator: str) -> UUID | None:
    """Return the case of a reference."""
    cases = Case.objects.filter(operator=operator, reference=normalise_reference(reference))
    return cases.values_list("pk", flat=True).first()


def plan(case_id: UUID, *, out: Out) -> int:
    """Tell for each line or account of a case how much is where."""
    code = OK
    for closing in queries.closings_of(Case.objects.get(pk=case_id)):
        for planned in erasing.plan(closing):
            said = elsewhere(planned.why, planned.about) if planned.why else str(planned.found)
            out(f"{planned.store}.{planned.dataset}  {planned.strategy}  {said}")
            code = PARTLY if planned.failed else code
    return code


def status(*, operator: str, out: Out) -> int:
    """Tell how each system does, how much waits for it, and what is kept in it until when."""
    failing, today = outages.known(operator), day_of(clock.now())
    counted, late = outside.standing(operator), outside.overdue(operator, on=today)
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


def _flaws(name: str, store: Store, operator: str) -> list[Flaw]:
    connector = opening.connect(name, store, operator=operator)
    if connector is None:
        return []
    try:
        return list(connector.flaws(whole=True))
    finally:
        connector.close()


def _tell(refused: Refusal, mark: str, out: Out) -> None:
    said = sentence(refused)
    out(f"{mark} {said.what}\n  {said.next}")
