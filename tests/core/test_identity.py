"""Documents by their form, with the traps that naive checks fall into."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaohu.core.applicants import HolderKind
from xiaohu.core.identity import (
    OF_APPLICANTS,
    OF_ORGANISATIONS,
    DocumentFlaw,
    DocumentKind,
    DocumentRefused,
    check_character,
    eighteen,
    holder_kind,
    normalise_document,
)

TODAY = date(2026, 11, 23)


def _resident(body: str) -> str:
    return body + check_character(body)


INVENTED = _resident("99999919900101001")  # no county has this code, so no person has this number


def _read(raw: str, kind: DocumentKind = DocumentKind.RESIDENT_ID) -> str:
    return normalise_document(raw, kind=kind, today=TODAY)


def test_a_county_younger_than_its_people_is_accepted() -> None:
    assert _read(_resident("37060219500101001"))


@pytest.mark.parametrize("county", ["330113", "330114", "810000", "820000", "830000", "999999"])
def test_counties_that_lists_do_not_know_are_accepted(county: str) -> None:
    assert _read(_resident(f"{county}19900101001"))


def test_spaces_small_letters_and_full_width_are_read() -> None:
    number = next(
        n for n in (_resident(f"999999199001010{i:02d}") for i in range(40)) if n[-1] == "X"
    )
    assert _read(f" {number[:6]} {number[6:14]} {number[14:].lower()} ") == number
    assert _read(number.translate({ord(str(d)): ord("０") + d for d in range(10)})) == number


@pytest.mark.parametrize("place", range(17))
def test_every_single_wrong_digit_is_found(place: int) -> None:
    for digit in "0123456789":
        wrong = INVENTED[:place] + digit + INVENTED[place + 1 :]
        if wrong != INVENTED:
            with pytest.raises(DocumentRefused):
                _read(wrong)


@pytest.mark.parametrize(
    ("number", "flaw"),
    [
        ("", DocumentFlaw.FORM),
        ("130503670401001", DocumentFlaw.FIRST_GENERATION),
        (_resident("99999920301301001"), DocumentFlaw.BIRTH_DATE),
        (_resident("99999920261124001"), DocumentFlaw.BIRTH_DATE),
        (_resident("99999918000101001"), DocumentFlaw.BIRTH_DATE),
        (INVENTED[:-1] + ("0" if INVENTED[-1] != "0" else "1"), DocumentFlaw.CHECK_CHARACTER),
    ],
)
def test_says_what_is_wrong(number: str, flaw: DocumentFlaw) -> None:
    with pytest.raises(DocumentRefused) as refused:
        _read(number)
    assert refused.value.params["flaw"] == flaw


def test_passports_have_no_check() -> None:
    assert _read("e0000 0001", DocumentKind.PASSPORT) == "E00000001"
    with pytest.raises(DocumentRefused):
        _read("E-1", DocumentKind.PASSPORT)


@pytest.mark.parametrize(
    ("kind", "raw", "read"),
    [
        (DocumentKind.HM_PERMIT, "h0000 0001", "H00000001"),
        (DocumentKind.HM_PERMIT, "M0000000101", "M0000000101"),
        (DocumentKind.TAIWAN_PERMIT, "00000001", "00000001"),
        (DocumentKind.TAIWAN_PERMIT, "0000000001a", "0000000001A"),
        (
            DocumentKind.RESIDENCE_PERMIT,
            _resident("81000019900101001"),
            _resident("81000019900101001"),
        ),
        (DocumentKind.FOREIGNER_RESIDENCE, "xxx000000000000", "XXX000000000000"),
        (
            DocumentKind.FOREIGNER_RESIDENCE,
            _resident("91000019900101001"),
            _resident("91000019900101001"),
        ),
        (DocumentKind.MILITARY, "示例字第 0001 号", "示例字第0001号"),
        (DocumentKind.USCC, "91350100m000100y43", "91350100M000100Y43"),
        (DocumentKind.RESIDENT_ID_15, "999999900101001", "999999900101001"),
        (DocumentKind.BUSINESS_LICENCE, "000000000000001", "000000000000001"),
    ],
)
def test_each_kind_is_read_by_its_own_form(kind: DocumentKind, raw: str, read: str) -> None:
    assert _read(raw, kind) == read


@pytest.mark.parametrize(
    ("kind", "raw", "flaw"),
    [
        (DocumentKind.HM_PERMIT, "T00000001", DocumentFlaw.FORM),
        (DocumentKind.TAIWAN_PERMIT, "1234567", DocumentFlaw.FORM),
        (DocumentKind.RESIDENCE_PERMIT, INVENTED, DocumentFlaw.FORM),
        (DocumentKind.FOREIGNER_RESIDENCE, "911000199001010010", DocumentFlaw.CHECK_CHARACTER),
        (DocumentKind.FOREIGNER_RESIDENCE, _resident("81000019900101001"), DocumentFlaw.FORM),
        (DocumentKind.MILITARY, "一" * 21, DocumentFlaw.FORM),
        (DocumentKind.USCC, "91350100M000100Y44", DocumentFlaw.CHECK_CHARACTER),
        (DocumentKind.USCC, "91350100I000100Y43", DocumentFlaw.FORM),
        (DocumentKind.RESIDENT_ID_15, "999999901301001", DocumentFlaw.BIRTH_DATE),
        (DocumentKind.BUSINESS_LICENCE, "1234", DocumentFlaw.FORM),
    ],
)
def test_each_kind_says_what_is_wrong(kind: DocumentKind, raw: str, flaw: DocumentFlaw) -> None:
    with pytest.raises(DocumentRefused) as refused:
        _read(raw, kind)
    assert refused.value.params["flaw"] == flaw


@given(st.text(max_size=30), st.sampled_from(DocumentKind))
def test_any_text_is_read_or_refused_and_read_again_alike(raw: str, kind: DocumentKind) -> None:
    try:
        number = _read(raw, kind)
    except DocumentRefused:
        return
    assert _read(number, kind) == number


@given(st.dates(date(1900, 1, 1), date(1999, 12, 31)), st.integers(0, 999))
def test_a_first_generation_number_has_one_successor(born: date, order: int) -> None:
    old = f"999999{born:%y%m%d}{order:03d}"
    assert _read(eighteen(old)) == eighteen(old)
    assert _read(old, DocumentKind.RESIDENT_ID_15) == old


def test_only_two_kinds_name_an_organisation() -> None:
    firms = {kind for kind in DocumentKind if holder_kind(kind) is HolderKind.ORGANISATION}
    assert firms == OF_ORGANISATIONS
    assert not firms & set(OF_APPLICANTS)


@pytest.mark.parametrize("body", ["", "1" * 16, "1" * 18, "1" * 16 + "X", "１" * 17])
def test_a_check_character_follows_seventeen_digits_only(body: str) -> None:
    with pytest.raises(ValueError, match="seventeen"):
        check_character(body)
