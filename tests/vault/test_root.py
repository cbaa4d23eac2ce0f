"""The root key: made once, closed to others, and never another one in its place."""

from pathlib import Path

import pytest
from django.conf import settings
from pydantic import SecretStr

from tests.vault.test_changing_the_root import root_file
from xiaohu.vault import epochs, root
from xiaohu.vault.root import RootKeyRefused

__all__ = ["root_file"]
pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def refused(says: str) -> None:
    """Want the root key refused with these words."""
    root.purpose_key.cache_clear()
    with pytest.raises(RootKeyRefused, match=says):
        root.purpose_key("blind")


def test_it_is_made_at_first_use_and_stays(root_file: Path) -> None:
    root.purpose_key.cache_clear()
    first = root.purpose_key("blind")
    assert len(bytes.fromhex(root_file.read_text())) == 32
    assert root_file.stat().st_mode & 0o077 == 0
    root.purpose_key.cache_clear()
    assert root.purpose_key("blind") == first
    assert root.purpose_key("codes") != first


def test_another_is_never_made_while_there_are_keys_it_wraps(root_file: Path) -> None:
    epochs.current()
    root_file.unlink()
    refused("is gone while there are key files")
    assert not root_file.exists()


@pytest.mark.parametrize(
    "text", ["", "5a" * 31, "5a" * 33, "zz" * 32, " ".join(["5a" * 32] * 3), "5a" * 32 + " 5a"]
)
def test_what_is_no_key_is_refused(root_file: Path, text: str) -> None:
    root_file.parent.mkdir(exist_ok=True)
    root_file.write_text(text)
    root_file.chmod(0o600)
    refused(f"The root key {root_file} is not 64 hex digits")


def test_what_is_no_text_is_refused(root_file: Path) -> None:
    root_file.parent.mkdir(exist_ok=True)
    root_file.write_bytes(b"\xff" * 64)
    root_file.chmod(0o600)
    refused("is not 64 hex digits")


def test_what_cannot_be_read_is_refused(root_file: Path) -> None:
    root_file.mkdir(parents=True, mode=0o700)
    refused("cannot be read")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_what_others_may_read_is_refused(root_file: Path, mode: int) -> None:
    root.purpose_key.cache_clear()
    root.purpose_key("blind")
    root_file.chmod(mode)
    refused("open to others")


def test_a_key_the_environment_gives_is_not_changed_here() -> None:
    with pytest.raises(RootKeyRefused, match="XIAOHU_ROOT_KEY gives the root key"):
        root.draw_next()


def test_the_next_key_is_drawn_once_and_opens_beside_the_present_one(root_file: Path) -> None:
    root.purpose_key.cache_clear()
    root.purpose_key("blind")
    assert len(root.wrapping_keys()) == 1
    present = root.derived(root_file.read_text(), root.WRAPPING)
    following = root.draw_next()
    assert root.draw_next() == following
    assert root.wrapping_keys() == [present, following]
    root.accept_next()
    assert root.wrapping_keys() == [following]


def test_a_key_of_the_environment_that_is_none_is_named_as_such(
    root_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = settings.XIAOHU.model_copy(update={"root_key": SecretStr("5a")})
    monkeypatch.setattr(settings, "XIAOHU", given)
    refused("The root key XIAOHU_ROOT_KEY is not")
