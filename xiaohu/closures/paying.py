"""Where the money of a request goes: one of the operator's ways, always to the holder's own means."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiaohu.closures import drafting, queries
from xiaohu.closures.drafting import EDITABLE
from xiaohu.closures.models import Case, Closing
from xiaohu.core.actors import Actor
from xiaohu.core.applicants import APPLICANTS, ApplicantKind, HolderKind
from xiaohu.core.consents import ConsentKind
from xiaohu.core.destinations import DESTINATIONS, WITH_CONSENT, Asks, possible
from xiaohu.core.profile import RefundRoute
from xiaohu.core.refusals import Refusal
from xiaohu.core.retention import Category
from xiaohu.core.states import CaseState
from xiaohu.proofing import consents
from xiaohu.registry import lines
from xiaohu.registry.models import Line
from xiaohu.screening import facts as screening
from xiaohu.vault import records, units
from xiaohu.vault.index import blind_index

LINE = "line"


class RouteNotOffered(Refusal):
    """The operator's rules do not offer this way of returning money, or it does not fit the request."""

    code = "ROUTE_NOT_OFFERED"


@transaction.atomic(durable=True)
def set_refund(
    *,
    case_id: UUID,
    route: RefundRoute,
    bank: str = "",
    account: str = "",
    to_line: str = "",
) -> None:
    """Record where the money goes: always to the holder, so the name is not asked.

    `to_line` is the id of another line of the holder.

    Raises:
        RouteNotOffered: not among the ways this request can choose from.
        ConsentMissing: an account is used, and money waived, only with a consent of its own.
        NotEditable: already submitted.
    """
    case = drafting.editable(case_id)
    write_refund(case, route=route, bank=bank, account=account, to_line=to_line)


def write_refund(case: Case, *, route: RefundRoute, bank: str, account: str, to_line: str) -> None:
    """Write the way of the money on a locked case. Call inside a transaction."""
    if route not in routes(case):
        raise RouteNotOffered
    value = {}
    if DESTINATIONS[route].asks in WITH_CONSENT:
        consents.require(case.pk, ConsentKind.BANK_ACCOUNT)
        value = {"bank": bank.strip(), "account": "".join(account.split())}
    elif route is RefundRoute.WAIVE:
        consents.require(case.pk, ConsentKind.WAIVER)
    elif DESTINATIONS[route].asks is Asks.LINE:
        value = {LINE: _own_line(case, to_line)}
    number = value.get("account") or value.get(LINE)
    case.payee_index = (
        blind_index(operator=case.operator, purpose="payee", value=number) if number else None
    )
    records.seal(
        operator=case.operator, unit=units.case(case.pk), category=Category.PAYEE, value=value
    )
    case.refund_route = route.value
    case.save(update_fields=["refund_route", "payee_index"])


def routes(case: Case) -> tuple[RefundRoute, ...]:
    """Return the ways money can go back in a case, in the operator's order."""
    return possible(
        queries.profile_of(case).refund.routes,
        holder=HolderKind(case.holder.kind),
        paid=APPLICANTS[ApplicantKind(case.applicant)].paid,
        other_lines=bool(other_lines(case)),
        waivable=waivable(case),
    )


def waivable(case: Case) -> bool:
    """Say whether what is left is little enough to be waived, and its holder asks alone.

    Only while the way of the money is first chosen: nobody is led there by a refund that failed.
    """
    limit_fen = queries.profile_of(case).refund.waiver_up_to_fen
    if not limit_fen or CaseState(case.state) not in EDITABLE:
        return False
    closings = [closing.pk for closing in queries.closings_of(case) if closing.line_id is not None]
    known = screening.last_of(closings)
    facts = [each.facts for each in known.values()]
    sure = len(known) == len(closings) and not any(each.balance_unknown for each in facts)
    registered = all(each.is_registered for each in facts)
    left_fen = sum(each.refundable_fen for each in facts)
    by_holder = case.applicant == ApplicantKind.HOLDER.value
    return sure and registered and by_holder and 0 < left_fen <= limit_fen


def other_lines(case: Case) -> list[Line]:
    """Return the holder's own lines that stay in use and so can take the money."""
    closing = Closing.objects.filter(case__holder_id=case.holder_id, line__isnull=False)
    busy = set(closing.filter(is_open=True).values_list("line_id", flat=True))
    busy |= set(closing.filter(case=case).values_list("line_id", flat=True))
    return [line for line in lines.of_holder(case.holder_id) if line.pk not in busy]


def payee(case: Case) -> dict[str, str]:
    """Return where the money goes; empty where it goes back the way it came."""
    return records.open_one(
        operator=case.operator, unit=units.case(case.pk), category=Category.PAYEE
    )


def line_paid(case: Case) -> Line | None:
    """Return the other line that takes the money, where one was chosen."""
    chosen = payee(case).get(LINE, "")
    return lines.get(UUID(chosen)) if chosen else None


def reaches(case: Case) -> bool:
    """Say whether money still reaches the holder; a line may have changed hands, or be closing."""
    if case.refund_route != RefundRoute.OTHER_LINE.value:
        return True
    line = line_paid(case)
    if line is None or line.closed_at is not None or line.holder_id != case.holder_id:
        return False
    ending = (CaseState.EXECUTING.value, CaseState.SETTLING.value, CaseState.REFUND_ATTENTION.value)
    return not Closing.objects.filter(line=line, is_open=True, state__in=ending).exists()


def forget_payee(case: Case) -> None:
    """Ask anew where the money goes. Call inside a transaction that holds the case."""
    case.refund_route, case.payee_index = "", None
    records.delete_one(operator=case.operator, unit=units.case(case.pk), category=Category.PAYEE)
    case.save(update_fields=["refund_route", "payee_index"])


def rests_on(case: Case) -> ConsentKind | None:
    """Return the consent that the way of the money rests on."""
    if case.refund_route == RefundRoute.WAIVE.value:
        return ConsentKind.WAIVER
    chosen = RefundRoute(case.refund_route) if case.refund_route else None
    with_account = chosen is not None and DESTINATIONS[chosen].asks in WITH_CONSENT
    return ConsentKind.BANK_ACCOUNT if with_account else None


def drop_unused(case: Case, *, actor: Actor, now: datetime) -> None:
    """Take back consents to ways the money of a locked case no longer goes.

    Call inside a transaction.
    """
    for kind in (ConsentKind.BANK_ACCOUNT, ConsentKind.WAIVER):
        if kind is not rests_on(case):
            consents.withdraw(
                operator=case.operator, case_id=case.pk, kind=kind, actor=actor, now=now
            )


def _own_line(case: Case, to_line: str) -> str:
    if to_line not in {str(line.pk) for line in other_lines(case)}:
        raise RouteNotOffered
    return to_line
