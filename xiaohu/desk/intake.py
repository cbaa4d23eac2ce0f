"""D6, behind the page: what is known of a line, and how what was typed becomes a request."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError
from django.forms import BoundField
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext

from xiaohu.access.models import StaffUser
from xiaohu.closures import assisting, knowing, queries, sitting
from xiaohu.closures.applying import Details
from xiaohu.closures.assisting import Asked, Heard
from xiaohu.closures.models import Case
from xiaohu.core.applicants import ApplicantKind
from xiaohu.core.checks import CheckCode, Finding
from xiaohu.core.choices import Choice
from xiaohu.core.consents import ConsentKind
from xiaohu.core.facts import LineFacts
from xiaohu.core.identity import DocumentKind
from xiaohu.core.numbers import NumberRefused, normalise
from xiaohu.core.profile import RefundRoute
from xiaohu.core.readout import HeardBy
from xiaohu.core.reasons import Reason
from xiaohu.core.refusals import Refusal
from xiaohu.desk.intake_form import EVIDENCE, SHOWN, Intake
from xiaohu.proofing import proofs
from xiaohu.registry import lines, policies
from xiaohu.registry.lines import ShownHolder, ShownLine
from xiaohu.registry.models import Line
from xiaohu.screening import facts as screening
from xiaohu.screening.facts import Gathered
from xiaohu.ui.refusals import Refused, sentence
from xiaohu.ui.said import to_staff
from xiaohu.ui.templatetags.words import yuan

MOST_OTHERS = 50


@dataclass(frozen=True, slots=True)
class Known:
    """What the system knows of a line without anybody telling it, and of what is closed with it.

    `others` are the holder's other lines that could go too; `more` are those ticked.
    """

    line: Line
    shown: ShownLine
    holder: ShownHolder
    kind: str
    gathered: Gathered
    findings: tuple[Finding, ...]
    words: tuple[tuple[Finding, str], ...]
    others: tuple[ShownLine, ...] = ()
    more: tuple[tuple[Line, Gathered], ...] = ()

    @property
    def refundable_fen(self) -> int:
        """What the holder may get back of all lines together."""
        return sum(facts.refundable_fen for facts in self.facts)

    @property
    def facts(self) -> list[LineFacts]:
        """What the operator says of each line."""
        return [said.facts for said in (self.gathered, *dict(self.more).values())]

    @property
    def lapsing(self) -> list[str]:
        """What lapses with all lines together, as it is read out: how much of each."""
        gift_fen = sum(facts.gift_fen for facts in self.facts)
        points = sum(facts.points for facts in self.facts)
        coupons = sum(facts.coupons for facts in self.facts)
        told = [
            (gift_fen, gettext("lapses.gift_rest").format(amount=yuan(gift_fen))),
            (points, gettext("lapses.points").format(points=points)),
            (coupons, gettext("lapses.coupons").format(n=coupons)),
        ]
        return [words for amount, words in told if amount]


@dataclass(frozen=True, slots=True)
class Shown:
    """A box for papers of one kind: which applicants show them, and the pages of each file given."""

    box: BoundField
    of: str
    files: Mapping[UUID, int]


def routes(operator: str) -> tuple[RefundRoute, ...]:
    """Return the ways money can go back, in the operator's order."""
    return policies.current(operator).refund.routes


def look_up(operator: str, typed: QueryDict, form: Intake, *, now: datetime) -> Known | None:
    """Return what is known of the line whose number was typed; what is wrong is said on the form."""
    try:
        number = normalise(typed.get("number", "").replace("\x00", ""))
    except NumberRefused:
        if "number" not in form.errors:
            form.add_error("number", gettext("signin.err.number"))
        return None
    line = lines.find(operator, number)
    if line is None:
        form.add_error("number", gettext("desk.new.err.number"))
        return None
    try:
        known = _known(line, typed.get("applicant", ""), set(typed.getlist("also")), now=now)
        form.offer(known.others, ticked=[str(more.pk) for more, _ in known.more])
        return known
    except Refusal as refused:
        form.add_error(None, Refused(refused))
        return None


def take(
    request: HttpRequest,
    officer: StaffUser,
    form: Intake,
    known: Known,
    sitting_id: UUID,
    *,
    now: datetime,
) -> Case | None:
    """Return the submitted request, or nothing, with what was wrong said on the form."""
    given = form.cleaned_data
    try:
        knowing.require_holder(
            line=known.line,
            name=given["holder_name"],
            document=given["holder_document"],
            now=now,
        )
        agrees = _card_agrees(form, known.line, now=now)
        to_line = _to_line(form, known.line)
        if form.errors:
            return None
        return assisting.take(
            officer=officer,
            line=known.line,
            asked=_asked(request, form, known, sitting_id, agrees=agrees, to_line=to_line),
            gathered=known.gathered,
            more=known.more,
            now=now,
        )
    except IntegrityError:
        sent_twice = sitting.case_of(sitting_id)
        if sent_twice is None:
            raise
        return sent_twice
    except Refusal as refused:
        place = TOLD_AT.get(refused.code)
        form.add_error(place, sentence(refused).what if place else Refused(refused))
        return None


TOLD_AT = {
    "ALREADY_CLOSING": "number",
    "CONTACT_REFUSED": "contact",
    "CONTACT_SAME_NUMBER": "contact",
    "DOCUMENT_REFUSED": "document_number",
    "NAME_MISSING": "name",
    "HOLDER_MISSING": "holder_name",
    "HOLDER_DIFFERS": "holder_name",
    "APPLICANT_NOT_TAKEN": "applicant",
    "ROUTE_NOT_OFFERED": "route",
    "NOT_ALL_READ": "heard_at",
    "CONSENT_MISSING": "consents",
}


def _known(line: Line, applicant: str, ticked: Collection[str], *, now: datetime) -> Known:
    shown, holder = lines.shown_with_holder(line)
    others = _others(line)
    chosen = [line, *(other for other in others if str(other.pk) in ticked)]
    gathered = [(each, screening.gather(each, now=now)) for each in chosen]
    kind = ApplicantKind(applicant) if applicant in set(ApplicantKind) else ApplicantKind.HOLDER
    found = {
        each.pk: assisting.to_choose(line=each, applicant=kind, facts=said.facts, now=now)
        for each, said in gathered
    }
    findings = {finding.code: finding for of_line in found.values() for finding in of_line}
    return Known(
        line,
        shown,
        holder,
        lines.holder_kind(line.holder_id).value,
        gathered[0][1],
        tuple(findings.values()),
        tuple(_words(found, chosen).items()),
        tuple(lines.shown(others)),
        tuple(gathered[1:]),
    )


def _others(line: Line) -> list[Line]:
    """Return the holder's other lines that nothing is asked of yet."""
    own = [other for other in lines.of_holder(line.holder_id) if other.pk != line.pk]
    closing = queries.closing_now([other.pk for other in own])
    return [other for other in own if other.pk not in closing][:MOST_OTHERS]


def _words(
    found: Mapping[UUID, tuple[Finding, ...]], chosen: Collection[Line]
) -> dict[Finding, str]:
    """Return each finding once with its words; of several lines, what is said of which."""
    masks = {mask.id: mask.number for mask in lines.shown(chosen)} if len(chosen) > 1 else {}
    told: dict[CheckCode, tuple[Finding, list[str]]] = {}
    for line_id, findings in found.items():
        for finding in findings:
            words = f"{masks[line_id]} {to_staff(finding)}" if masks else to_staff(finding)
            told.setdefault(finding.code, (finding, []))[1].append(words)
    return {finding: " ".join(words) for finding, words in told.values()}


def _card_agrees(form: Intake, line: Line, *, now: datetime) -> bool:
    typed = form.cleaned_data["card"]
    if not typed:
        return False
    tried = proofs.compare_card(line=line, tail=typed, now=now)
    if not tried.right:
        form.add_error("card", gettext("intake.err.card").format(n=tried.tries_left))
    return tried.right


def _to_line(form: Intake, line: Line) -> str:
    """Return the id of the holder's other line that takes the money; empty where none does."""
    typed = form.cleaned_data["to_line"]
    if not typed:
        return ""
    found = lines.find(line.operator, typed)
    if found is None or found.holder_id != line.holder_id or found.pk == line.pk:
        form.add_error("to_line", gettext("intake.err.to_line"))
        return ""
    return str(found.pk)


def _asked(
    request: HttpRequest,
    form: Intake,
    known: Known,
    sitting_id: UUID,
    *,
    agrees: bool,
    to_line: str,
) -> Asked:
    given = form.cleaned_data
    return Asked(
        applicant=ApplicantKind(given["applicant"]),
        details=Details(
            name=given["name"],
            document_kind=DocumentKind(given["document_kind"] or DocumentKind.RESIDENT_ID),
            document_number=given["document_number"],
            holder_name=given["holder_name"],
            holder_document=given["holder_document"],
        ),
        contact=given["contact"],
        heard=Heard(items=given["read"], by=HeardBy(given["heard_by"]), at=given["heard_at"]),
        route=RefundRoute(given["route"]) if given["route"] else None,
        bank=given["bank"],
        account=given["account"],
        to_line=to_line,
        reason=Reason(given["reason"]),
        consents=[ConsentKind(kind) for kind in given["consents"]],
        card_agrees=agrees,
        visit=given["visit"],
        sitting=sitting_id,
        choices=_chosen(request, known),
    )


def papers(form: Intake, sitting_id: UUID) -> list[Shown]:
    """Return the boxes for papers, each with the files of its kind that were given already."""
    given = sitting.shown(sitting_id)
    return [
        Shown(
            box=form[f"paper-{kind}"],
            of=" ".join(who for who, kinds in SHOWN.items() if kind in kinds),
            files={file_id: len(pages) for file_id, pages in given.get(kind, {}).items()},
        )
        for kind in EVIDENCE
    ]


def keep_papers(
    request: HttpRequest, sitting_id: UUID, officer: StaffUser, *, now: datetime
) -> dict[str, str]:
    """Keep the files that came with a form; return what is wrong with any, by the name of its field."""
    wrong: dict[str, str] = {}
    for kind in EVIDENCE:
        for file in request.FILES.getlist(f"paper-{kind}"):
            try:
                sitting.show(
                    sitting=sitting_id, officer=officer, evidence=kind, data=file.read(), now=now
                )
            except Refusal as refused:
                wrong[f"paper-{kind}"] = sentence(refused).what
    return wrong


def _chosen(request: HttpRequest, known: Known) -> dict[CheckCode, Choice]:
    """Return what was chosen of what was offered; anything else counts as not chosen."""
    return {
        finding.code: Choice(value)
        for finding in known.findings
        if (value := request.POST.get(finding.code.value, "")) in set(finding.choices)
    }
