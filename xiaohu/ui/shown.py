"""What every page shows of a case: masks, states, money, papers and messages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from xiaohu.closures import applying, documents, hearing, moves, queries, statements, timing
from xiaohu.closures.checking import Checked, CheckedLine
from xiaohu.closures.models import Case, Closing, Document, DocumentKind
from xiaohu.closures.statements import MoneyRow
from xiaohu.core.applicants import ClosingType
from xiaohu.core.checks import Finding
from xiaohu.core.involuntary import INVOLUNTARY
from xiaohu.core.notices import Notice, Result
from xiaohu.core.numbers import mask_document, mask_name
from xiaohu.core.profile import ExitFee
from xiaohu.core.refusals import Refusal
from xiaohu.core.settlement import Line
from xiaohu.core.states import CaseState
from xiaohu.notices import outbox
from xiaohu.notices.models import NoticeState
from xiaohu.registry import filings, lines, restrictions
from xiaohu.registry.filings import Filing
from xiaohu.registry.lines import ShownHolder, ShownLine
from xiaohu.registry.restrictions import Restriction
from xiaohu.screening import facts as screening
from xiaohu.settlement import bills, ledger
from xiaohu.settlement.models import SettledClosing
from xiaohu.ui.awaited import AwaitedBill, awaited_bills
from xiaohu.ui.said import said


@dataclass(frozen=True, slots=True)
class ShownClosing:
    """One line or account of a case: where it stands, its money and its papers."""

    closing: Closing
    state: CaseState
    line: ShownLine | None
    settled: SettledClosing | None
    money: Sequence[MoneyRow]
    certificate: Document | None
    statement: Document | None
    awaited: AwaitedBill | None = None
    filing: Filing | None = None
    restriction: Restriction | None = None


def closings(case: Case) -> list[ShownClosing]:
    """Return every line or account of a case as pages show it, lines by their numbers."""
    found = queries.closings_of(case)
    papers = queries.documents_of(case)
    settled = ledger.of_closings(closing.pk for closing in found)
    items = bills.lines_of_many(list(settled)) if settled else {}
    exit_fee = queries.profile_of(case).fees.exit
    awaited = awaited_bills(found)
    masks = {mask.id: mask for mask in lines.shown(c.line for c in found if c.line)}
    order: dict[UUID | None, int] = {line_id: place for place, line_id in enumerate(masks)}
    found.sort(key=lambda closing: order.get(closing.line_id, len(order)))
    return [
        ShownClosing(
            closing=closing,
            state=moves.state_of(closing),
            line=_line(
                masks.get(closing.line_id) if closing.line_id else None,
                papers.get((closing.pk, _CERTIFICATE)),
            ),
            settled=settled.get(closing.pk),
            money=_money(settled.get(closing.pk), items.get(closing.pk, []), exit_fee),
            certificate=papers.get((closing.pk, _CERTIFICATE)),
            statement=papers.get((closing.pk, DocumentKind.STATEMENT)),
            awaited=awaited.get(closing.pk),
        )
        for closing in found
    ]


def _money(
    settled: SettledClosing | None, items: Sequence[Line], exit_fee: ExitFee | None
) -> list[MoneyRow]:
    """Return the money of a closing line by line, once it is settled."""
    if settled is None:
        return []
    return statements.rows(statements.of_settled(settled, items, exit_fee))


@dataclass(frozen=True, slots=True)
class LaterLine:
    """A line that is closed later than the others of its case, and when."""

    number: str
    at: datetime


def later_lines(case: Case, *, now: datetime) -> list[LaterLine]:
    """Return the lines that would wait longer than the first, if a case were accepted now."""
    planned = timing.of_lines(case, accepted_at=now)
    first = min((each.at for each in planned.values()), default=now)
    found = [line for line in queries.lines_of_case(case) if line.pk in planned]
    return [
        LaterLine(mask.number, planned[mask.id].at)
        for mask in lines.shown(found)
        if planned[mask.id].at > first
    ]


def with_registry(shown: list[ShownClosing]) -> list[ShownClosing]:
    """Return closings with what the registry keeps of their lines, for those who decide."""
    return [
        replace(
            each,
            filing=filings.of_line(each.closing.line),
            restriction=restrictions.of_line(each.closing.line),
        )
        if each.closing.line is not None
        else each
        for each in shown
    ]


def applicant(case: Case) -> ShownHolder | None:
    """Return whoever asks for the holder, masked; nothing where the holder asks."""
    said = applying.applicant(case)
    if not said:
        return None
    return ShownHolder(
        name=mask_name(said["name"]), document=mask_document(said["document_number"])
    )


def involuntary(case: Case) -> dict[str, Any]:
    """Return what pages show of a closing the operator started; nothing of a holder's own."""
    if not case.by_operator:
        return {}
    known = screening.last(queries.closings_of(case)[0].pk)
    heard = hearing.said(case)
    return {
        "rule": INVOLUNTARY[ClosingType(case.closing_type)],
        "ground": heard.get(hearing.GROUND, ""),
        "statement": heard.get(hearing.STATEMENT, ""),
        "owed_fen": known.arrears_fen if known is not None else 0,
    }


def findings(
    checked: Checked, *, say: Callable[[Finding], str] = said
) -> list[tuple[Finding, str, str]]:
    """Return every finding in words, once where all lines share it, else with their masks."""
    shared: dict[tuple[str, str, bool], tuple[Finding, list[str]]] = {}
    for each, mask in masked(checked):
        for finding in each.findings:
            alike = (finding.code.value, say(finding), finding.blocks)
            shared.setdefault(alike, (finding, []))[1].append(mask)
    return [
        (finding, words, "" if len(masks) == len(checked.lines) else " · ".join(masks))
        for (_, words, _), (finding, masks) in shared.items()
    ]


def masked(checked: Checked) -> list[tuple[CheckedLine, str]]:
    """Return the lines that were checked, each with its mask."""
    masks = {mask.id: mask.number for mask in lines.shown(each.line for each in checked.lines)}
    return [(each, masks[each.line.pk]) for each in checked.lines]


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """One message about a case: what it said, to whom, and whether it arrived; never an address."""

    notice: str
    recipient: str
    state: str
    result: str
    channel: str
    template: str
    reference: str
    params: Mapping[str, str]
    queued_at: datetime
    ended_at: datetime | None

    @property
    def lost(self) -> bool:
        """Say whether it was sent, or was to be, and did not arrive."""
        return self.state == NoticeState.FAILED.value


def messages(case: Case) -> list[ShownMessage]:
    """Return every message about a case, oldest first."""
    return [
        ShownMessage(
            notice=row.notice,
            recipient=row.recipient,
            state=row.state,
            result=row.result,
            channel=row.channel,
            template=row.template,
            reference=row.reference,
            params=row.params,
            queued_at=row.created_at,
            ended_at=row.delivered_at or row.failed_at or row.sent_at,
        )
        for row in outbox.of_case(case.pk)
    ]


def told(messages: list[ShownMessage]) -> list[ShownMessage]:
    """Return the messages that say something to whoever asked: not those nobody was to get."""
    quiet = {Result.NO_ADDRESS.value, Result.SAME_ADDRESS.value}
    return [message for message in messages if message.result not in quiet]


def promised(messages: list[ShownMessage]) -> date | None:
    """Return the day promised in place of the last one we missed; nothing where none was missed."""
    late = [message for message in messages if message.notice == Notice.OVERDUE.value]
    return date.fromisoformat(late[-1].params["date"]) if late else None


def holder(closings: list[ShownClosing]) -> ShownHolder | None:
    """Return the holder of a case as pages show them; nothing once they are erased."""
    line = closings[0].closing.line
    try:
        return lines.shown_holder(line) if line is not None else None
    except Refusal:
        return None  # Erased with the closing: nothing is left to show.


_CERTIFICATE = DocumentKind.CERTIFICATE


def _line(shown: ShownLine | None, certificate: Document | None) -> ShownLine | None:
    """Return the line; once its number is erased, the mask that its certificate keeps."""
    if shown is None or certificate is None:
        return shown
    return replace(shown, number=documents.read(certificate)["line"])
