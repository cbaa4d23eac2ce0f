"""Numbers for people: a slip is told from an unknown number."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaohu.core.references import (
    ALPHABET,
    CertificateNumberLength,
    CertificateNumberRefused,
    assistance_reference,
    case_reference,
    certificate_number,
    normalise_certificate_number,
    normalise_reference,
)

RANDOM = st.binary(min_size=8, max_size=8)


def test_a_reference_names_its_month_in_china() -> None:
    opened = datetime(2026, 10, 31, 16, tzinfo=UTC)
    assert case_reference(now=opened, random=b"\x01\x02\x03\x04").startswith("XH-2611-")


@pytest.mark.parametrize(
    "typed",
    ["xh2611 7k3m 9q", "XH-2611-7K3M-9Q", "ＸＨ－２６１１－７Ｋ３Ｍ－９Ｑ", "XH—26l1—7K3M—9Q"],
)
def test_a_reference_is_understood_as_people_type_it(typed: str) -> None:
    assert normalise_reference(typed) == "XH-2611-7K3M-9Q"


@pytest.mark.parametrize("typed", ["", "13000000001", "XH-2611", "受理编号"])
def test_what_can_be_no_reference_stays_as_typed(typed: str) -> None:
    assert normalise_reference(typed) == typed


@given(RANDOM)
def test_look_alikes_and_spacing_are_understood(random: bytes) -> None:
    number = certificate_number(random=random)
    sloppy = f" {number.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')} "
    assert normalise_certificate_number(sloppy) == number


@given(RANDOM, st.integers(min_value=0, max_value=11), st.sampled_from(ALPHABET))
def test_every_single_slip_is_found(random: bytes, place: int, other: str) -> None:
    typed = list(certificate_number(random=random).replace("-", ""))
    if typed[place] == other:
        return
    typed[place] = other
    with pytest.raises(CertificateNumberRefused):
        normalise_certificate_number("".join(typed))


@pytest.mark.parametrize(
    ("raw", "given"),
    [("", 0), ("C7K3", 4), ("C7K3-M9QX-4T2PP", 13), ("证明编号", 4), ("C7K3-M9QX-4T2!", 11)],
)
def test_a_wrong_length_is_named_first(raw: str, given: int) -> None:
    with pytest.raises(CertificateNumberLength) as refused:
        normalise_certificate_number(raw)
    assert refused.value.params == {"length": 12, "given": given}


def test_other_characters_are_refused() -> None:
    with pytest.raises(CertificateNumberRefused):
        normalise_certificate_number("C7K3-M9QX-4T2证")


# Worked out by hand from ISO/IEC 7812-1: numbers once given must stay right.
KNOWN = ("C7K3-M9QX-4T2K", "0123-4567-89AB", "ZZZZ-ZZZZ-ZZZB", "1000-0000-000Y", "0000-0000-001Y")


@pytest.mark.parametrize("number", KNOWN)
def test_the_check_character_is_the_one_of_the_standard(number: str) -> None:
    assert normalise_certificate_number(number) == number


def test_numbers_are_printed_in_groups_people_can_read_aloud() -> None:
    opened = datetime(2026, 11, 23, 4, tzinfo=UTC)
    assert case_reference(now=opened, random=bytes(5)) == "XH-2611-0000-00"
    assert assistance_reference("HD", now=opened, random=bytes(5)) == "HD-2611-0000-00"
    assert certificate_number(random=bytes(8)) == "0000-0000-0000"
