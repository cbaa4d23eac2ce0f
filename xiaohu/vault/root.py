"""The root key, and the keys of purposes derived from it. Purposes never share keys."""

import os
import secrets
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

KEY_BYTES = 32


class RootKeyRefused(Exception):
    """The root key cannot be used; the message is a sentence for the person at the terminal, in both languages."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f"{chinese} · {english}")
        self.chinese = chinese
        self.english = english


@lru_cache(maxsize=32)
def purpose_key(purpose: str) -> bytes:
    """Return the 32-byte key of a purpose ("blind", "epoch", "codes", ...)."""
    given = settings.XIAOHU.root_key
    if given is not None:
        return derived(given.get_secret_value(), purpose)
    try:
        return derived(_from_file(root_file()), purpose)
    except UnicodeDecodeError:
        raise _no_key(str(root_file())) from None
    except OSError as error:
        raise RootKeyRefused(
            f"根密钥 {root_file()} 无法读取（{error.strerror}），请改正权限，或从托管副本恢复。",
            f"The root key {root_file()} cannot be read ({error.strerror}); put its permissions"
            " right, or bring it back from escrow.",
        ) from None


def derived(text: str, purpose: str) -> bytes:
    """Return the key of a purpose under a root key of 64 hex digits.

    Raises:
        RootKeyRefused: it is not one.
    """
    derive = HKDF(
        algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"xiaohu {purpose}".encode()
    )
    return derive.derive(_bytes(text))


def _bytes(text: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise _no_key("XIAOHU_ROOT_KEY" if settings.XIAOHU.root_key else str(root_file()))
    return key


def _no_key(where: str) -> RootKeyRefused:
    return RootKeyRefused(
        f"根密钥 {where} 不是 64 位十六进制数字，请从托管副本恢复。",
        f"The root key {where} is not 64 hex digits; bring it back from escrow.",
    )


def root_file() -> Path:
    """Return where the root key lies unless the environment gives it."""
    return Path(settings.XIAOHU.data_dir) / "keys" / "root.key"


def _from_file(path: Path) -> str:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read(path)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    return _read(path)


def _read(path: Path) -> str:
    if path.stat().st_mode & 0o077:
        raise RootKeyRefused(
            f"根密钥 {path} 能被他人读取，请运行：chmod 600 {path}",
            f"The root key {path} is open to others; run: chmod 600 {path}",
        )
    return path.read_text(encoding="ascii")
