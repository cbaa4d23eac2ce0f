"""Certificate and statement: read, printed, downloaded, sent a link to; what no longer counts says so."""

import pytest

from tests.closures.states import carried_out
from tests.portal.browser import CONTACT, Browser, page, words
from tests.stories import CLEAN, World, document_of
from tests.stories import staff as person
from verifiers import verify_bundle
from xiaohu.closures import bundles, correcting, documents, drafting
from xiaohu.closures.models import Case, Document, DocumentKind
from xiaohu.core.actors import ActorKind
from xiaohu.core.corrections import Change
from xiaohu.trail import checkpoints, published, sequencer
from xiaohu.trail.models import Event

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
OF_A_LINE = (DocumentKind.CERTIFICATE, DocumentKind.STATEMENT)


@pytest.fixture
def case(world: World) -> Case:
    """A case that is done."""
    return world.close()


@pytest.fixture
def browser(world: World, case: Case) -> Browser:
    """Its holder, after the line is gone."""
    return Browser(world).sign_in_by_reference(case)


def change(world: World, kind: DocumentKind, what: Change) -> tuple[Document, Document]:
    """Change a document by two people; return it and what counts now."""
    document = Document.objects.get(kind=kind.value)
    first, second = person("lin", ActorKind.COMPLIANCE), person("zhao", ActorKind.ADMIN)
    facts = {"product": "示例套餐"} if what is Change.REPLACE and document.closing else {}
    correcting.ask(
        number=document.number,
        change=what,
        reason="wrong_fact",
        corrections=facts,
        officer=first,
        now=world.now,
    )
    world.clock.pass_(minutes=1)
    return document, correcting.agree(number=document.number, officer=second, now=world.now)


def test_both_papers_are_pages_of_their_own(case: Case, browser: Browser) -> None:
    for kind in OF_A_LINE:
        answer = browser.open(f"/case/{case.pk}/{kind}")
        assert Document.objects.get(kind=kind.value).number in words(answer)
        assert f"/case/{case.pk}/{kind}.pdf" in page(answer)
        assert "<svg" in page(answer)


def test_the_certificate_leads_to_the_rules_it_was_made_by(case: Case, browser: Browser) -> None:
    shown = page(browser.open(f"/case/{case.pk}/certificate"))
    assert f'href="/policies/{case.policy.version}#checks"' in shown


def test_the_statement_waits_for_the_settlement(world: World) -> None:
    case = carried_out(world, "bill")
    browser = Browser(world).sign_in_by_reference(case)
    assert "退款和删除完成后出具" in words(browser.open(f"/case/{case.pk}/statement"))
    assert browser.open(f"/case/{case.pk}/statement.pdf").status_code == 404


def test_while_it_is_signed_the_page_says_so(world: World) -> None:
    case = carried_out(world, "end_filing")
    browser = Browser(world).sign_in_by_reference(case)
    said = words(browser.open(f"/case/{case.pk}/certificate"))
    assert "证明正在签署" in said
    assert "2026年11月26日" in said


def test_a_link_is_mailed_and_never_what_the_paper_says(
    world: World, case: Case, browser: Browser
) -> None:
    browser.open(f"/case/{case.pk}/certificate")
    answer = browser.send(f"/case/{case.pk}/certificate/send")
    assert "已发送到 su***@example.com" in words(answer)
    world.send_notices()
    mail = world.outside.inbox(CONTACT)[0]
    assert case.reference in mail
    assert "/track" in mail
    secrets = [CLEAN[3:], CLEAN[-4:], *Document.objects.values_list("number", flat=True)]
    assert [one for one in secrets if one in mail] == []


def test_pressing_twice_sends_once_and_often_is_refused(
    world: World, case: Case, browser: Browser
) -> None:
    send = f"/case/{case.pk}/certificate/send"
    browser.send(send)
    browser.send(send)
    world.send_notices()
    assert sum("/track" in text for text in world.outside.inbox(CONTACT)) == 1
    browser.send(send)
    answer = browser.send(send)
    assert answer.status_code == 409
    assert "今天已发送 3 次" in words(answer)
    assert Event.objects.filter(action="send_link").count() == 3


def test_a_number_gets_no_mail(world: World) -> None:
    case = world.ready()
    drafting.set_contact(case_id=case.pk, to="13900000001")
    drafting.confirm_contact(case_id=case.pk)
    world.submit(case)
    browser = Browser(world).sign_in()
    answer = browser.send(f"/case/{case.pk}/certificate/send")
    assert answer.status_code == 409
    assert "不是邮箱" in words(answer)


def test_before_there_is_a_paper_nothing_is_mailed(world: World) -> None:
    case = world.submitted()
    answer = Browser(world).sign_in().send(f"/case/{case.pk}/certificate/send")
    assert answer.status_code == 409


def test_it_is_closed_to_strangers_and_to_looking(world: World, case: Case) -> None:
    stranger = Browser(world).sign_in("+8613000000023")
    assert stranger.send(f"/case/{case.pk}/certificate/send").status_code == 404
    assert stranger.open(f"/case/{case.pk}/statement").status_code == 404
    assert stranger.open(f"/case/{case.pk}/certificate/send").status_code == 404


def test_a_replaced_paper_is_shown_by_its_successor(
    world: World, case: Case, browser: Browser
) -> None:
    old, new = change(world, DocumentKind.CERTIFICATE, Change.REPLACE)
    said = words(browser.open(f"/case/{case.pk}/certificate"))
    assert new.number in said
    assert f"替代的文件 {old.number}" in said
    answer = browser.open(f"/case/{case.pk}/certificate.pdf")
    assert new.number in answer["Content-Disposition"]
    assert new.number in words(Browser(world).open(f"/verify/{old.number}"))


@pytest.mark.parametrize("kind", OF_A_LINE)
def test_a_revoked_paper_is_not_handed_out(
    world: World, case: Case, browser: Browser, kind: DocumentKind
) -> None:
    change(world, kind, Change.REVOKE)
    said = page(browser.open(f"/case/{case.pk}/{kind}"))
    assert "撤销，不再有效" in said
    assert ".pdf" not in said
    assert browser.open(f"/case/{case.pk}/{kind}.pdf")["Content-Type"].startswith("text/html")
    assert browser.at == f"/case/{case.pk}/{kind}"


def test_the_statement_of_a_case_names_what_is_kept(case: Case, browser: Browser) -> None:
    said = words(browser.open(f"/case/{case.pk}/statement"))
    for part in (
        "结算",
        "本服务里的号码、卡号等资料已删除",
        "在申请结束 30 天后删除",
        "下面各项依法单独封存",
        "保存至 2028年11月30日",
        "个人信息保护法",
    ):
        assert part in said
    assert document_of(case, DocumentKind.STATEMENT) is not None


@pytest.mark.parametrize("kind", OF_A_LINE)
def test_a_bundle_is_there_a_minute_later(
    world: World, case: Case, browser: Browser, kind: DocumentKind
) -> None:
    path = f"/case/{case.pk}/{kind}/bundle"
    assert path in page(browser.open(f"/case/{case.pk}/{kind}"))
    assert "还没有准备好" in words(browser.open(path))
    checkpoints.sign(now=world.now)
    proved = verify_bundle.verify(browser.open(path).content, published.keys_file())
    assert proved["kind"] == kind
    assert f"第 {proved['index']} 条" in words(browser.open(f"/case/{case.pk}/{kind}"))


def test_a_replaced_document_keeps_its_bundle_and_the_new_one_gets_its_own(world: World) -> None:
    world.close()
    old, new = change(world, DocumentKind.CERTIFICATE, Change.REPLACE)
    sequencer.run_once()
    checkpoints.sign(now=world.now)
    for document in (old, new):
        proved = verify_bundle.verify(bundles.bundle(document), published.keys_file())
        assert proved["number"] == document.number


def test_there_is_no_bundle_of_another_kind(case: Case, browser: Browser) -> None:
    assert browser.open(f"/case/{case.pk}/receipt/bundle").status_code == 404


def test_an_organisation_reads_one_paper_for_all_its_lines(world: World) -> None:
    case = world.close_firm()
    browser = Browser(world).sign_in_by_reference(case)
    document = document_of(case, DocumentKind.ORGANISATION)
    assert document is not None
    for path in ("", "/organisation", "/certificate"):
        assert f'href="/case/{case.pk}/organisation"' in page(
            browser.open(f"/case/{case.pk}{path}")
        )
    said = words(browser.open(f"/case/{case.pk}/organisation"))
    for line in documents.read(document)["lines"]:
        assert line["line"] in said
        assert line["certificate"] in said
    assert document.number in said
    answer = browser.open(f"/case/{case.pk}/organisation.pdf")
    assert answer["Content-Type"] == "application/pdf"
    sequencer.run_once()
    checkpoints.sign(now=world.now)
    bundle = browser.open(f"/case/{case.pk}/organisation/bundle").content
    proved = verify_bundle.verify(bundle, published.keys_file())
    assert proved["number"] == document.number
    public = words(Browser(world).open(f"/verify/{document.number}"))
    assert all(line["line"] in public for line in documents.read(document)["lines"])


def test_there_is_no_paper_of_an_organisation_for_a_person(case: Case, browser: Browser) -> None:
    assert browser.open(f"/case/{case.pk}/organisation.pdf").status_code == 404
    assert "organisation" not in page(browser.open(f"/case/{case.pk}/organisation"))


@pytest.mark.parametrize("what", list(Change))
def test_a_paper_of_an_organisation_that_counts_no_more_says_so(world: World, what: Change) -> None:
    case = world.close_firm()
    old, newer = change(world, DocumentKind.ORGANISATION, what)
    browser = Browser(world).sign_in_by_reference(case)
    answer = browser.open(f"/case/{case.pk}/organisation")
    assert newer.number in words(answer)
    assert ("撤销" in words(answer)) == (what is Change.REVOKE)
    assert (old.number in words(answer)) == (what is Change.REPLACE or old == newer)
