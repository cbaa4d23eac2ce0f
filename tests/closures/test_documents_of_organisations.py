"""An organisation gets one document for all lines of its request, beside that of each line."""

import json

import pytest
from django.db import IntegrityError, transaction

from tests.closures.test_timing import contract_end, two_lines, waiting
from tests.stories import CLEAN, EMPTY, World, staff
from verifiers import verify_bundle
from xiaohu.closures import (
    bundles,
    correcting,
    documents,
    documents_of_organisations,
    papers,
    splitting,
    verifying,
)
from xiaohu.closures.models import Case, Document, DocumentKind, DocumentState
from xiaohu.closures.verifying import Answer
from xiaohu.core.actors import ActorKind
from xiaohu.core.applicants import HolderKind
from xiaohu.core.corrections import Change, ChangeReason
from xiaohu.registry.models import Holder
from xiaohu.trail import checkpoints, keys, published, sequencer

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def whole(case: Case) -> Document:
    """Return the document of a whole case."""
    found = documents_of_organisations.of_case(case)
    assert found is not None
    return found


def certificates(case: Case) -> list[Document]:
    """Return the certificates of the lines of a case."""
    return list(Document.objects.filter(closing__case=case, kind=DocumentKind.CERTIFICATE.value))


def test_it_names_every_line_as_its_own_certificate_does(world: World) -> None:
    case = world.close_firm()
    said = documents.read(whole(case))
    theirs = [documents.read(one) for one in certificates(case)]
    assert len(theirs) == 2
    assert {
        (one["line"], one["closed_at"], one["certificate"], one["outcome"]) for one in said["lines"]
    } == {(one["line"], one["closed_at"], one["number"], "closed") for one in theirs}
    assert said["closed_at"] == max(one["closed_at"] for one in theirs)
    assert said["holder"] == theirs[0]["holder"]
    assert said["reference"] == case.reference
    assert CLEAN not in whole(case).jws


def test_it_is_issued_once_with_the_last_certificate(world: World) -> None:
    case = world.close_firm()
    found = Document.objects.filter(kind=DocumentKind.ORGANISATION.value)
    assert [one.case_id for one in found] == [case.pk]
    assert documents_of_organisations.issue_if_whole(case, now=world.now) is None
    with pytest.raises(IntegrityError), transaction.atomic():
        documents.issue(case, DocumentKind.ORGANISATION, {}, now=world.now)


def test_a_person_and_an_organisation_of_one_line_get_none(world: World) -> None:
    person, one = world.close(), world.close_firm([EMPTY])
    assert [documents_of_organisations.of_case(each) for each in (person, one)] == [None, None]


def test_a_request_of_more_lines_than_fit_has_those_of_its_lines(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents_of_organisations, "MOST_LINES", 1)
    case = world.close_firm()
    assert documents_of_organisations.of_case(case) is None
    assert len(certificates(case)) == 2


def test_as_many_lines_as_may_be_fit_a_document_that_is_read_back(world: World) -> None:
    case = world.close_firm()
    said = documents_of_organisations.payload(case)
    line = max(said["lines"], key=lambda one: len(json.dumps(one)))
    many = {**said, "lines": [line] * documents_of_organisations.MOST_LINES}
    Document.objects.filter(case=case).update(state=DocumentState.REPLACED.value)
    document = documents.issue(case, DocumentKind.ORGANISATION, many, now=world.now)
    for language in papers.LANGUAGES:
        content = papers.pdf(document, language=language)
        judged = verifying.judge(content, known=keys.public_keys(keys.DOCUMENTS))
        assert judged.answer is Answer.GENUINE, language


@pytest.mark.parametrize("language", papers.LANGUAGES)
def test_it_is_verified_by_file_and_offline_like_the_others(world: World, language: str) -> None:
    document = whole(world.close_firm())
    content = papers.pdf(document, language=language)
    judged = verifying.judge(content, known=keys.public_keys(keys.DOCUMENTS))
    assert judged.answer is Answer.GENUINE
    sequencer.run_once()
    checkpoints.sign(now=world.now)
    proved = verify_bundle.verify(bundles.bundle(document), published.keys_file())
    assert (proved["kind"], proved["number"]) == ("organisation", document.number)


def test_a_line_that_goes_on_apart_is_named_with_its_request(world: World) -> None:
    contract_end(world)
    case = world.submit(waiting(world, two_lines(world)))
    (apart,) = splitting.made_from(case)
    Holder.objects.filter(pk=case.holder_id).update(kind=HolderKind.ORGANISATION.value)
    moved = documents_of_organisations._moved(case)
    assert [(one["outcome"], one["reference"]) for one in moved] == [("moved", apart.reference)]
    assert "****" in moved[0]["line"]


def test_it_is_revoked_and_replaced_like_the_others(world: World) -> None:
    case = world.close_firm()
    first, second = staff("lin", ActorKind.COMPLIANCE), staff("zhao", ActorKind.ADMIN)

    def change(document: Document, what: Change, corrections: dict[str, str]) -> Document:
        correcting.ask(
            number=document.number,
            change=what,
            reason=ChangeReason.WRONG_FACT,
            corrections=corrections,
            officer=first,
            now=world.now,
        )
        world.clock.pass_(minutes=1)
        return correcting.agree(number=document.number, officer=second, now=world.now)

    certificate = certificates(case)[0]
    newer = change(certificate, Change.REPLACE, {"closed_at": "2026-11-01T00:00:00Z"})
    old = whole(case)
    again = change(old, Change.REPLACE, {})
    said = documents.read(again)
    assert said["replaces"] == old.number
    assert ("2026-11-01T00:00:00Z", newer.number) in {
        (one["closed_at"], one["certificate"]) for one in said["lines"]
    }
    old.refresh_from_db()
    assert (old.state, old.replaced_by_id) == (DocumentState.REPLACED, again.number)
    assert change(again, Change.REVOKE, {}).state == DocumentState.REVOKED
    assert whole(case).pk == again.pk
