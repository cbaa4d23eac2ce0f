"""Who asks: whom the law lets ask, what each says and shows, and what only officers learn."""

from uuid import UUID

import pytest

from tests.stories import World, picture
from xiaohu.closures import applying
from xiaohu.closures.applying import ApplicantNotTaken, Details, HolderMissing, NameMissing
from xiaohu.closures.drafting import NotEditable
from xiaohu.closures.models import Case
from xiaohu.core.applicants import APPLICANTS, ApplicantKind, ClosingType, Evidence
from xiaohu.core.comparing import Difference
from xiaohu.core.identity import DocumentKind, DocumentRefused
from xiaohu.proofing.papers import MOST_FILES, TooManyFiles
from xiaohu.registry import lines

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
ME = Details(
    name=" 李  示例 ",
    document_kind=DocumentKind.PASSPORT,
    document_number="e 00000001",
    holder_name="不是机主",
    holder_document="E00000009",
)
FOR_A_PERSON = (ApplicantKind.PROXY, ApplicantKind.GUARDIAN, ApplicantKind.HEIR)


def ask(world: World, case: Case, kind: ApplicantKind, details: Details = ME) -> Case:
    """Say who asks."""
    return applying.set_applicant(case_id=case.pk, kind=kind, details=details, now=world.now)


@pytest.mark.parametrize("kind", FOR_A_PERSON)
def test_takes_whoever_may_ask_for_a_person(world: World, kind: ApplicantKind) -> None:
    case = ask(world, world.draft(), kind)
    assert (case.applicant, applying.applicant(case)["name"]) == (kind, "李 示例")
    assert applying.standing(case, now=world.now).lacking == APPLICANTS[kind].evidence
    assert (case.closing_type == ClosingType.DECEASED) == (kind is ApplicantKind.HEIR)


@pytest.mark.parametrize("kind", [ApplicantKind.ORG_HANDLER, ApplicantKind.OPERATOR])
def test_refuses_whoever_may_not(world: World, kind: ApplicantKind) -> None:
    case = world.draft()
    with pytest.raises(ApplicantNotTaken):
        ask(world, case, kind)
    case.refresh_from_db()
    assert case.applicant == ApplicantKind.HOLDER


@pytest.mark.parametrize(
    ("details", "refusal"),
    [
        (Details(), NameMissing),
        (Details(name="李示例", document_number="1"), DocumentRefused),
        (
            Details(
                name="李示例", document_kind=DocumentKind.PASSPORT, document_number="E00000001"
            ),
            HolderMissing,
        ),
    ],
)
def test_says_what_is_missing(world: World, details: Details, refusal: type[Exception]) -> None:
    case = world.draft()
    with pytest.raises(refusal):
        ask(world, case, ApplicantKind.PROXY, details)
    assert applying.applicant(case) == {}


def test_the_holder_again_forgets_the_other(world: World) -> None:
    case = ask(world, world.draft(), ApplicantKind.PROXY)
    assert ask(world, case, ApplicantKind.HOLDER).applicant == ApplicantKind.HOLDER
    assert applying.applicant(case) == {}


def test_is_refused_once_the_request_is_sent(world: World) -> None:
    with pytest.raises(NotEditable):
        ask(world, world.submitted(), ApplicantKind.PROXY)


def test_officers_learn_how_the_named_holder_differs(world: World) -> None:
    case = world.draft()
    assert applying.holder_differs(case) is None
    ask(world, case, ApplicantKind.PROXY)
    assert applying.holder_differs(case) == (Difference.NAME, Difference.DOCUMENT_NUMBER)
    registered = lines.registered(case.operator, case.holder_id)
    assert registered is not None
    right = Details(
        name="李示例",
        document_kind=DocumentKind.PASSPORT,
        document_number="E00000001",
        holder_name=registered.name,
        holder_document=registered.document_number,
    )
    ask(world, case, ApplicantKind.PROXY, right)
    assert applying.holder_differs(case) == ()


def test_papers_are_kept_and_taken_back(world: World) -> None:
    case = ask(world, world.draft(), ApplicantKind.PROXY)
    kept = applying.add_paper(
        case_id=case.pk, evidence=Evidence.AUTHORISATION, data=picture(), now=world.now
    )
    assert Evidence.AUTHORISATION not in applying.standing(case, now=world.now).lacking
    applying.remove_paper(case_id=case.pk, paper_id=kept[0].id)
    assert Evidence.AUTHORISATION in applying.standing(case, now=world.now).lacking


def test_a_sixth_file_of_a_kind_is_refused_until_one_is_taken_back(world: World) -> None:
    case = ask(world, world.draft(), ApplicantKind.PROXY)

    def add(evidence: Evidence) -> UUID:
        kept = applying.add_paper(case_id=case.pk, evidence=evidence, data=picture(), now=world.now)
        return kept[0].id

    first, *_ = [add(Evidence.AUTHORISATION) for _ in range(MOST_FILES)]
    with pytest.raises(TooManyFiles):
        add(Evidence.AUTHORISATION)
    add(Evidence.ORG_CERTIFICATE)
    applying.remove_paper(case_id=case.pk, paper_id=first)
    add(Evidence.AUTHORISATION)
