"""What was given beside what is registered: every difference, and no false one."""

import pytest

from xiaohu.core.comparing import Difference, Registered, differences
from xiaohu.core.identity import DocumentKind, check_character

BODY = "99999919900101001"
NUMBER = BODY + check_character(BODY)
OLD = "999999900101001"
ZHANG = Registered(name="张示例", document_kind=DocumentKind.RESIDENT_ID, document_number=NUMBER)


@pytest.mark.parametrize(
    ("name", "number", "found"),
    [
        ("张示例", NUMBER, ()),
        ("张示例", f" {NUMBER[:6]} {NUMBER[6:]}", ()),
        ("张示例", OLD, ()),
        ("张 示例", NUMBER, (Difference.NAME_WRITING,)),
        ("张·示例", NUMBER, (Difference.NAME_WRITING,)),
        ("李示例", NUMBER, (Difference.NAME,)),
        ("张示例", NUMBER[:-2] + "0" + NUMBER[-1], (Difference.DOCUMENT_NUMBER,)),
        ("", "", (Difference.NAME, Difference.DOCUMENT_NUMBER)),
    ],
)
def test_says_what_differs(name: str, number: str, found: tuple[Difference, ...]) -> None:
    assert differences(name=name, document_number=number, registered=ZHANG) == found


def test_a_variant_of_a_character_is_a_way_of_writing() -> None:
    registered = Registered(
        name="𠮷示例", document_kind=DocumentKind.PASSPORT, document_number="E00000001"
    )
    said = differences(name="吉示例", document_number="e00000001", registered=registered)
    assert said == (Difference.NAME_WRITING,)


def test_a_first_generation_registration_equals_its_successor() -> None:
    registered = Registered(
        name="张示例", document_kind=DocumentKind.RESIDENT_ID_15, document_number=OLD
    )
    assert differences(name="张示例", document_number=NUMBER, registered=registered) == ()
