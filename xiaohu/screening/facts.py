"""Gathering the facts of a line, and keeping them for the checks."""

from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

from xiaohu.core.checks import LineFacts, LineStatus
from xiaohu.gateways import providers
from xiaohu.registry.models import Line
from xiaohu.screening.models import CheckRun


def gather(line: Line, *, holder_matches: bool, now: datetime) -> LineFacts:
    """Ask the operator about a line. Call outside any transaction.

    Raises:
        GatewayUnavailable: the operator does not answer.
        UnknownLine: the operator has no such line.
    """
    said = providers.operator().facts(line.subscription_id)
    return LineFacts(
        gathered_at=now,
        status=said.status,
        holder_matches=holder_matches,
        realname_ok=said.registered,
        open_closing=False,
        arrears_fen=said.arrears_fen,
        unbilled_fen=said.unbilled_fen,
        cash_fen=said.cash_fen,
        deposit_fen=said.deposit_fen,
        promotion_fen=said.promotion_fen,
        gift_fen=said.gift_fen,
        points=said.points,
        contract_end_on=said.contract_end_on,
        exit_fee_fen=said.exit_fee_fen,
        port_out=said.port_out,
        open_order=said.open_order,
        legal_hold=said.legal_hold,
        has_filing=said.filing,
    )


def keep(closing_id: UUID, facts: LineFacts) -> None:
    """Keep the facts of a closing, in place of earlier ones. Call inside a transaction."""
    document = asdict(facts)
    del document["gathered_at"]
    ends = document["contract_end_on"]
    document["contract_end_on"] = ends.isoformat() if ends else None
    run = CheckRun(closing_id=closing_id, facts=document, gathered_at=facts.gathered_at)
    CheckRun.objects.bulk_create(
        [run],
        update_conflicts=True,
        unique_fields=["closing_id"],
        update_fields=["facts", "gathered_at"],
    )


def last(closing_id: UUID) -> LineFacts | None:
    """Return the facts last kept."""
    run = CheckRun.objects.filter(pk=closing_id).first()
    if run is None:
        return None
    ends = run.facts["contract_end_on"]
    return LineFacts(
        **{
            **run.facts,
            "gathered_at": run.gathered_at,
            "status": LineStatus(run.facts["status"]),
            "contract_end_on": date.fromisoformat(ends) if ends else None,
        }
    )
