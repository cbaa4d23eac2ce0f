"""Who may ask for a closing, what each shows, and in whose name money goes back."""

import pytest

from xiaohu.core.applicants import (
    APPLICANTS,
    ApplicantKind,
    ClosingType,
    Evidence,
    HolderKind,
    Paid,
    closing_type,
    evidence_needed,
    first_asked,
    may_apply,
    paid,
)

K = ApplicantKind
LIMIT_FEN = 1_000_000


def papers(
    kind: ApplicantKind,
    *,
    by_paper: bool = False,
    estate_fen: int = 0,
    asked: tuple[Evidence, ...] | None = None,
) -> tuple[Evidence, ...]:
    """Return what a request needs where heirs agree above a limit."""
    return evidence_needed(
        kind,
        proof_by_paper=by_paper,
        estate_fen=estate_fen,
        consent_above_fen=LIMIT_FEN,
        asked=asked,
    )


def test_the_operator_itself_is_never_offered_as_an_applicant() -> None:
    assert may_apply(holder=HolderKind.INDIVIDUAL) == (K.HOLDER, K.PROXY, K.GUARDIAN, K.HEIR)
    assert may_apply(holder=HolderKind.ORGANISATION) == (K.ORG_HANDLER, K.LIQUIDATOR)


def test_a_person_asks_alone_and_a_firm_by_its_handler_until_somebody_says_otherwise() -> None:
    assert first_asked(holder=HolderKind.INDIVIDUAL) is K.HOLDER
    assert first_asked(holder=HolderKind.ORGANISATION) is K.ORG_HANDLER


@pytest.mark.parametrize("kind", K)
def test_without_a_sound_registration_nobody_is_paid(kind: ApplicantKind) -> None:
    assert paid(kind, registered=True) is APPLICANTS[kind].paid
    assert paid(kind, registered=False) is Paid.NOBODY


def test_a_holder_shows_a_document_only_where_the_proof_needs_paper() -> None:
    assert papers(K.HOLDER) == ()
    assert papers(K.HOLDER, by_paper=True) == (Evidence.HOLDER_ID,)
    assert papers(K.GUARDIAN, by_paper=True) == APPLICANTS[K.GUARDIAN].evidence


def test_all_heirs_agree_only_above_the_limit() -> None:
    plain = APPLICANTS[K.HEIR].evidence
    assert papers(K.HEIR, estate_fen=LIMIT_FEN) == plain
    assert papers(K.HEIR, estate_fen=LIMIT_FEN + 1) == (*plain, Evidence.HEIRS_CONSENT)
    assert papers(K.PROXY, estate_fen=LIMIT_FEN + 1) == APPLICANTS[K.PROXY].evidence


def test_an_operator_may_ask_for_fewer_papers_and_even_for_none() -> None:
    fewer = (Evidence.DEATH_CERTIFICATE,)
    assert papers(K.HEIR, asked=fewer) == fewer
    assert papers(K.PROXY, asked=()) == ()


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (K.HOLDER, ClosingType.VOLUNTARY),
        (K.PROXY, ClosingType.VOLUNTARY),
        (K.GUARDIAN, ClosingType.VOLUNTARY),
        (K.HEIR, ClosingType.DECEASED),
        (K.ORG_HANDLER, ClosingType.BULK_ORG),
        (K.LIQUIDATOR, ClosingType.BULK_ORG),
    ],
)
def test_the_type_of_a_closing_follows_from_who_asks(
    kind: ApplicantKind, expected: ClosingType
) -> None:
    assert closing_type(kind) is expected


def test_whoever_is_paid_in_the_holder_s_place_is_decided_by_two() -> None:
    alone = {kind for kind, rule in APPLICANTS.items() if rule.deciders == 1}
    assert alone == {kind for kind, rule in APPLICANTS.items() if rule.paid is Paid.HOLDER}
    assert {rule.deciders for rule in APPLICANTS.values()} == {1, 2}
