"""The root key, and the keys of purposes derived from it. Purposes never share keys."""

import os
import secrets
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from xiaohu.vault import epoch_files

KEY_BYTES = 32
WRAPPING = "epoch"


class RootKeyRefused(Exception):
    """The root key cannot be used; the message is a sentence for the person at the terminal, in both languages."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f"{chinese} · {english}")
        self.chinese = chinese
        self.english = english


@lru_cache(maxsize=32)
def purpose_key(purpose: str) -> bytes:
    """Return the 32-byte key of a purpose ("blind", "epoch", "codes", ...).

    Raises:
        RootKeyRefused: the root key is missing, cannot be read, or is none.
    """
    return derived(_text(), purpose)


def wrapping_keys() -> list[bytes]:
    """Return what may wrap the keys of epochs: the root key, and the next one while it is changed.

    Read anew each time: no process may go on wrapping by a root key that was changed.
    """
    following = _next_file()
    more = [derived(_read(following), WRAPPING)] if following.exists() and not _given() else []
    return [derived(_text(), WRAPPING), *more]


def draw_next() -> bytes:
    """Draw the root key that comes next, or go on with one drawn before; return what it wraps with.

    Only what wraps keys changes: the second line is the key all other purposes go on with, since
    nothing that was indexed under it could be indexed anew without reading everything.

    Raises:
        RootKeyRefused: the environment gives the root key, and nobody but its owner can change it.
    """
    if _given():
        raise RootKeyRefused(
            "根密钥由 XIAOHU_ROOT_KEY 给出，请改放到 keys/root.key 再更换。",
            "XIAOHU_ROOT_KEY gives the root key; put it into keys/root.key instead, then change it.",
        )
    lasting = _text().split()[-1]
    if not _next_file().exists():
        draft = _next_file().with_suffix(f".{secrets.token_hex(4)}")
        _write(draft, f"{secrets.token_hex(KEY_BYTES)}\n{lasting}\n")
        draft.replace(_next_file())
    return derived(_read(_next_file()), WRAPPING)


def accept_next() -> None:
    """Make the next root key the root key. Everything it wraps must be wrapped by it already."""
    _next_file().replace(root_file())
    handle = os.open(root_file().parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    purpose_key.cache_clear()


def derived(text: str, purpose: str) -> bytes:
    """Return the key of a purpose under a root key: 64 hex digits, and 64 more once it was changed.

    The first wraps the keys of epochs, the last is for all other purposes.

    Raises:
        RootKeyRefused: it is none.
    """
    derive = HKDF(
        algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"xiaohu {purpose}".encode()
    )
    return derive.derive(_bytes(text)[0 if purpose == WRAPPING else -1])


def _bytes(text: str) -> list[bytes]:
    try:
        keys = [bytes.fromhex(one) for one in text.split()]
    except ValueError:
        keys = []
    if len(keys) not in {1, 2} or any(len(key) != KEY_BYTES for key in keys):
        raise _no_key("XIAOHU_ROOT_KEY" if _given() else str(root_file()))
    return keys


def _text() -> str:
    given = _given()
    if given is not None:
        return given
    try:
        return _from_file(root_file())
    except UnicodeDecodeError:
        raise _no_key(str(root_file())) from None
    except OSError as error:
        raise RootKeyRefused(
            f"根密钥 {root_file()} 无法读取（{error.strerror}），请改正权限，或从托管副本恢复。",
            f"The root key {root_file()} cannot be read ({error.strerror}); put its permissions"
            " right, or bring it back from escrow.",
        ) from None


def _given() -> str | None:
    """Return the root key the environment gives."""
    given = settings.XIAOHU.root_key
    return given.get_secret_value() if given is not None else None


def _no_key(where: str) -> RootKeyRefused:
    return RootKeyRefused(
        f"根密钥 {where} 不是 64 位十六进制数字，请从托管副本恢复。",
        f"The root key {where} is not 64 hex digits; bring it back from escrow.",
    )


def root_file() -> Path:
    """Return where the root key lies unless the environment gives it."""
    return Path(settings.XIAOHU.data_dir) / "keys" / "root.key"


def _next_file() -> Path:
    return root_file().with_name("root.next")


def _from_file(path: Path) -> str:
    if not path.exists():
        if epoch_files.kept():
            # Another one would open nothing, and be taken for the right one.
            raise RootKeyRefused(
                f"根密钥 {path} 不在，而已有密钥文件；请从托管副本恢复。",
                f"The root key {path} is gone while there are key files; bring it back from escrow.",
            )
        with suppress(FileExistsError):
            _write(path, secrets.token_hex(KEY_BYTES))
    return _read(path)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path) -> str:
    if path.stat().st_mode & 0o077:
        raise RootKeyRefused(
            f"根密钥 {path} 能被他人读取，请运行：chmod 600 {path}",
            f"The root key {path} is open to others; run: chmod 600 {path}",
        )
    return path.read_text(encoding="ascii")
