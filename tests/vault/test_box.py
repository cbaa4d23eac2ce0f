"""The box: every flipped byte and every other owner is refused."""

import pytest

from xiaohu.vault import box

KEY = bytes(range(32))
OWNER = ("demo", "holder", "1", "identity")


def test_opens_with_key_and_owner() -> None:
    assert box.open_box(KEY, box.seal(KEY, b"word", belongs_to=OWNER), belongs_to=OWNER) == b"word"


def test_refuses_every_flipped_byte() -> None:
    whole = box.seal(KEY, b"word", belongs_to=OWNER)
    for place in range(len(whole)):
        broken = bytearray(whole)
        broken[place] ^= 1
        with pytest.raises(box.BoxRefused):
            box.open_box(KEY, bytes(broken), belongs_to=OWNER)


@pytest.mark.parametrize("owner", [("demo", "holder", "1"), ("demo", "holder1", "", "identity")])
def test_refuses_another_owner_even_with_the_same_letters(owner: tuple[str, ...]) -> None:
    with pytest.raises(box.BoxRefused):
        box.open_box(KEY, box.seal(KEY, b"word", belongs_to=OWNER), belongs_to=owner)


@pytest.mark.parametrize("short", [b"", b"\x01", b"\x01\x01" + bytes(5)])
def test_refuses_what_is_no_box(short: bytes) -> None:
    with pytest.raises(box.BoxRefused):
        box.open_box(KEY, short, belongs_to=OWNER)
