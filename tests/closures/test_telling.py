"""What people are told of a closing, where, when, and never at a number that is off."""

import csv
from datetime import datetime
from pathlib import Path

import pytest

from tests.closures.states import BANK, case_in, claimed, in_review, officer, returned
from tests.stories import ADMIN, CLEAN, OPERATOR, World, closing_of, holder_of
from xiaohu.closures import applying, checking, drafting, paying, refunding, reviewing, submitting
from xiaohu.closures.applying import Details
from xiaohu.closures.models import Case
from xiaohu.core.applicants import ApplicantKind
from xiaohu.core.checks import CheckCode
from xiaohu.core.choices import Choice
from xiaohu.core.facts import GroupNetwork, LineFacts, LineStatus, Payer
from xiaohu.core.identity import DocumentKind
from xiaohu.core.notices import DECEASED, Notice
from xiaohu.core.profile import RefundRoute
from xiaohu.core.retention import Category
from xiaohu.core.review import ReturnReason
from xiaohu.core.states import CaseState
from xiaohu.notices import outbox, reports
from xiaohu.notices.models import NoticeState, QueuedNotice
from xiaohu.registry import importer
from xiaohu.registry.models import Line
from xiaohu.screening import facts as screening
from xiaohu.screening.facts import Gathered
from xiaohu.vault import records, units

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
REGISTERED = "demo00001@example.com"
CONTACT = "subscriber@example.com"


def told(case: Case, notice: Notice) -> list[QueuedNotice]:
    """Return the messages of one kind about a case."""
    return [row for row in outbox.of_case(case.pk) if row.notice == notice]


def facts(monkeypatch: pytest.MonkeyPatch, **changed: object) -> None:
    """Let the operator say something else of every line."""
    really = screening.gather

    def gather(line: Line, *, now: datetime) -> Gathered:
        said = really(line, now=now)
        document = {**said.facts.model_dump(mode="json"), **changed}
        return Gathered(LineFacts.model_validate(document), said.at)

    monkeypatch.setattr(screening, "gather", gather)


def choose_first(world: World, case: Case) -> None:
    """Choose the first way out of whatever blocks a draft."""
    checked = checking.last(case, now=world.now)
    assert checked is not None
    for finding in checked.findings:
        if finding.blocks:
            drafting.choose(case_id=case.pk, check=finding.code, choice=finding.choices[0])


def reissue(world: World, folder: Path) -> None:
    """Issue the number of the clean line to somebody else, as a new line."""
    with (folder / "lines.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    new = {**rows[8], "number": rows[0]["number"], "subscription_id": "SUB-NEW"}
    path = folder / "new.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(new))
        writer.writeheader()
        writer.writerow(new)
    report = importer.import_lines(
        path=path, operator=OPERATOR, actor=ADMIN, now=world.now, progress=lambda _: None
    )
    assert report.added == 1


def test_the_holder_hears_of_a_request_wherever_the_holder_can_be_reached(world: World) -> None:
    world.submitted()
    world.send_notices()
    for address in (CONTACT, REGISTERED, CLEAN):
        assert len(world.outside.inbox(address)) == 1
    assert "撤销" in world.outside.inbox(CLEAN)[0]
    assert "联系客服" in world.outside.inbox(REGISTERED)[0]


def test_what_could_not_be_delivered_is_learned_by_asking(world: World) -> None:
    world.outside.fault("messages", undelivered=[CONTACT])
    case = world.submitted()
    world.send_notices()
    world.clock.pass_(minutes=10)
    assert reports.ask(now=world.now) == 3
    became = {row.recipient: (row.state, row.result) for row in outbox.of_case(case.pk)}
    assert became == {
        "case_contact": ("failed", "undelivered"),
        "registered_contact": ("delivered", ""),
        "line": ("delivered", ""),
    }


def test_a_reissued_number_gets_nothing_of_its_former_holder(world: World, tmp_path: Path) -> None:
    case = world.close()
    assert case.state == CaseState.DONE
    before = world.outside.inbox(CLEAN)
    world.clock.pass_(days=100)
    reissue(world, tmp_path)
    for row in QueuedNotice.objects.all():
        # Everything once more, and once to the line whatever the table says.
        QueuedNotice.objects.filter(pk=row.pk).update(
            state=NoticeState.QUEUED.value, next_action_at=world.now
        )
        QueuedNotice.objects.create(
            operator=row.operator,
            notice=row.notice,
            case_id=row.case_id,
            recipient="line",
            subject_id=closing_of(case).line_id,
            language=row.language,
            params=row.params,
            next_action_at=world.now,
            created_at=world.now,
        )
    world.send_notices()
    assert not QueuedNotice.objects.filter(state=NoticeState.QUEUED.value).exists()
    assert world.outside.inbox(CLEAN) == before
    off = closing_of(case).disconnected_at
    assert off is not None
    lines = QueuedNotice.objects.filter(recipient="line", created_at__gt=off)
    assert set(lines.values_list("result", flat=True)) == {"line_closed"}


def test_a_number_is_no_channel_from_the_moment_it_is_disconnected(world: World) -> None:
    line = world.line()
    world.outside.fault("operator", refuse=["quarantine"])
    case = world.close()
    world.outside.fault("operator")
    assert Line.objects.get(subscription_id=line.subscription_id).closed_at is None
    assert closing_of(case).disconnected_at is not None
    before = len(world.outside.inbox(CLEAN))
    submitting.tell(case, Notice.PAYEE_CHANGED, now=world.now)
    world.send_notices()
    assert "line" not in {row.recipient for row in told(case, Notice.PAYEE_CHANGED)}
    assert len(world.outside.inbox(CLEAN)) == before


def test_a_registered_contact_that_is_the_closed_number_is_not_used(world: World) -> None:
    line = world.line()
    records.seal(
        operator=OPERATOR,
        unit=units.holder(line.holder_id),
        category=Category.CONTACT,
        value={"to": CLEAN},
    )
    world.submitted()
    world.send_notices()
    assert len(world.outside.inbox(CLEAN)) == 1


def test_a_changed_payee_is_told_on_the_old_channels(world: World) -> None:
    case = returned(world)
    world.agree(case)
    paying.set_refund(
        case_id=case.pk, route=RefundRoute.BANK_ACCOUNT, bank="示例银行", account="6222000000000002"
    )
    checking.run(case_id=case.pk, now=world.now)
    world.submit(case)
    recipients = {row.recipient for row in told(case, Notice.PAYEE_CHANGED)}
    assert recipients == {"case_contact", "registered_contact", "line"}


def test_an_unchanged_payee_is_no_news(world: World) -> None:
    case = returned(world)
    checking.run(case_id=case.pk, now=world.now)
    world.submit(case)
    assert told(case, Notice.PAYEE_CHANGED) == []


def test_another_way_of_the_refund_is_told_but_not_to_the_closed_line(world: World) -> None:
    case = case_in(world, CaseState.REFUND_ATTENTION)
    world.agree(case)
    world.show_identity(case)
    refunding.choose_another_way(
        case_id=case.pk,
        route=RefundRoute.BANK_ACCOUNT,
        **BANK,
        actor=holder_of(case),
        now=world.now,
    )
    recipients = {row.recipient for row in told(case, Notice.PAYEE_HELD)}
    assert recipients == {"case_contact", "registered_contact"}


@pytest.mark.parametrize(
    ("changed", "notice"),
    [
        ({"payer": Payer.OTHER.value}, Notice.AFFECTED_PAYER),
        ({"payer": Payer.ORGANISATION.value}, Notice.AFFECTED_PAYER),
        ({"group_network": GroupNetwork.FAMILY.value}, Notice.AFFECTED_GROUP),
        ({"sublines": 2}, Notice.AFFECTED_SUBLINES),
    ],
)
def test_the_operator_is_asked_to_tell_whom_the_closing_touches(
    world: World, monkeypatch: pytest.MonkeyPatch, changed: dict[str, object], notice: Notice
) -> None:
    facts(monkeypatch, **changed)
    case = world.ready()
    choose_first(world, case)
    world.submit(case)
    world.send_notices()
    [passed_on] = world.outside.truth("operator", "notice")
    assert passed_on["party"] == notice
    assert passed_on["subscription_id"] == world.line().subscription_id
    secrets = (case.reference, CLEAN[3:], CONTACT)
    assert [secret for secret in secrets if secret in passed_on["text"]] == []
    [row] = told(case, notice)
    assert (row.state, row.channel, row.reference) == ("sent", "operator", "TOLD-000001")


def test_nobody_else_is_told_where_nobody_is_touched(world: World) -> None:
    world.submitted()
    world.send_notices()
    assert world.outside.truth("operator", "notice") == []


def test_others_are_told_once_for_each_date(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    facts(monkeypatch, payer=Payer.OTHER.value)
    case = claimed(world)
    assert told(case, Notice.AFFECTED_PAYER) == []
    reviewing.approve(case_id=case.pk, officer=officer(), now=world.now)
    [row] = told(case, Notice.AFFECTED_PAYER)
    assert (row.params, row.language) == ({"day": "2026-11-26"}, "zh-hans")


def test_a_hold_is_told_once_with_the_day_it_is_looked_at_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts(monkeypatch, legal_hold=True, hold_review_on="2027-02-01")
    case = world.close()
    for _ in range(3):
        world.clock.pass_(days=1)
        world.work()
    [row] = told(case, Notice.HELD)
    assert row.params["date"] == "2027-02-01"


def test_a_restricted_line_brings_reason_remedy_and_appeal(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts(monkeypatch, status=LineStatus.RESTRICTED.value, restriction="complaints")
    case = world.ready()
    drafting.choose(case_id=case.pk, check=CheckCode.RESTRICTED_GRADED, choice=Choice.CLOSE_ANYWAY)
    case = world.submit(case)
    assert len(told(case, Notice.RESTRICTED)) == 1


def test_an_ordinary_line_brings_none_of_it(world: World) -> None:
    assert told(world.submitted(), Notice.RESTRICTED) == []


def test_after_a_death_every_step_is_said_gently(world: World) -> None:
    case = world.draft()
    applying.set_applicant(
        case_id=case.pk,
        kind=ApplicantKind.HEIR,
        details=Details(
            name="李示例",
            document_kind=DocumentKind.PASSPORT,
            document_number="E00000001",
            holder_name="王示例",
            holder_document="E00000009",
        ),
        now=world.now,
    )
    case.refresh_from_db()
    checking.run(case_id=case.pk, now=world.now)
    world.show_papers(case)
    world.agree(case)
    paying.set_refund(case_id=case.pk, route=RefundRoute.BANK_ACCOUNT, **BANK)
    drafting.set_contact(case_id=case.pk, to=CONTACT)
    drafting.confirm_contact(case_id=case.pk)
    drafting.note_effects_read(case_id=case.pk)
    world.submit(case)
    for name in ("chen", "zhou"):
        reviewing.claim(case_id=case.pk, officer=officer(name), now=world.now)
        reviewing.approve(case_id=case.pk, officer=officer(name), now=world.now)
    world.clock.pass_(days=3, minutes=1)
    world.work()
    kinds = [row.notice for row in outbox.of_case(case.pk)]
    assert set(kinds) >= {DECEASED[n] for n in DECEASED if n is not Notice.RETURNED}
    assert set(kinds) & set(DECEASED) == set()
    assert all("请剪毁" not in text for text in world.outside.inbox(CONTACT))
    assert any("遗产" in text for text in world.outside.inbox(CONTACT))


def test_a_return_after_a_death_is_said_gently_too(world: World) -> None:
    case = in_review(world)
    Case.objects.filter(pk=case.pk).update(closing_type="deceased")
    reviewing.claim(case_id=case.pk, officer=officer(), now=world.now)
    reviewing.return_case(
        case_id=case.pk, officer=officer(), reasons=[ReturnReason.UNCLEAR_ANSWERS], now=world.now
    )
    assert len(told(case, Notice.DECEASED_RETURNED)) == 1
