"""Documents by their form, with the traps that naive checks fall into."""

from datetime import date

import pytest

from xiaohu.core.identity import (
    DocumentFlaw,
    DocumentKind,
    DocumentRefused,
    IccidRefused,
    check_character,
    normalise_document,
    normalise_iccid,
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
        ("130503670401001", DocumentFlaw.FORM),
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
    "raw", ["89860000000000000001", "8986 0000 0000 0000 001", "898600a0000000000001"]
)
def test_cards_of_both_lengths_and_with_letters(raw: str) -> None:
    assert normalise_iccid(raw).startswith("8986")


@pytest.mark.parametrize(
    "raw", ["", "8985000000000000000", "898600000000000000", "8986000000000000000G"]
)
def test_other_cards_are_refused(raw: str) -> None:
    with pytest.raises(IccidRefused):
        normalise_iccid(raw)
