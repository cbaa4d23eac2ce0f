"""What lives for minutes opens while its epoch lasts, and never again."""

from pathlib import Path

import pytest

from xiaohu.vault import epochs, fleeting

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
Keyring = tuple[Path, Path]
OURS = ("demo", "7")


def sealed() -> bytes:
    """Seal something for a purpose."""
    return fleeting.seal("codes", b"123456", belongs_to=OURS)


def test_it_opens_for_its_purpose_and_owner_alone(keyring: Keyring) -> None:
    box = sealed()
    assert fleeting.open_box("codes", box, belongs_to=OURS) == b"123456"
    assert fleeting.open_box("links", box, belongs_to=OURS) is None
    assert fleeting.open_box("codes", box, belongs_to=("demo", "8")) is None


def test_it_opens_while_a_roll_goes_on_and_not_after_it(keyring: Keyring) -> None:
    older = sealed()
    epochs.begin()
    newer = sealed()
    assert fleeting.open_box("codes", older, belongs_to=OURS) == b"123456"
    while epochs.roll_on():
        pass
    assert fleeting.open_box("codes", older, belongs_to=OURS) is None
    assert fleeting.open_box("codes", newer, belongs_to=OURS) == b"123456"


def test_a_lost_key_opens_nothing_and_keeps_no_other_from_opening(keyring: Keyring) -> None:
    older = sealed()
    epochs.begin()
    for folder in keyring:
        (folder / f"{epochs.current()}.key").write_bytes(b"")
    epochs._key_of.cache_clear()
    assert fleeting.open_box("codes", older, belongs_to=OURS) == b"123456"
