"""What the Linux kernel lets a process give up for good: files that are not code or fonts, and the network.

Landlock (since Linux 5.13) needs no rights of its own. Constants are those of `linux/landlock.h`; the
three calls have the same numbers on every machine Linux runs on.
"""

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446
_ASK_VERSION, _RULE_IS_PATH = 1, 1
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
_FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
_NETWORK_SINCE, _TCP = 4, 0b11  # bind, connect
_SCOPES_SINCE, _SCOPES = 6, 0b11  # abstract sockets, signals
_NO_NEW_PRIVILEGES = 38
FONTS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))

_libc = ctypes.CDLL(None, use_errno=True)


def version() -> int:
    """Return what the kernel can of it; 0 where it can nothing."""
    return max(int(_libc.syscall(_CREATE, None, ctypes.c_size_t(0), _ASK_VERSION)), 0)


def read_only(folders: Iterable[Path]) -> bool:
    """Give up everything but reading below some folders; say whether the kernel takes it.

    Holds for this process and its children, and cannot be taken back.
    """
    known = version()
    if not known:
        return False
    rules = _ruleset(known)
    try:
        for folder in folders:
            _allow(rules, folder)
        _libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        return bool(_libc.syscall(_RESTRICT, rules, 0) == 0)
    finally:
        os.close(rules)


def code() -> tuple[Path, ...]:
    """Return where what this process runs is read from; nothing secret lies there."""
    ours = Path(__file__).parents[1]
    return Path(sys.prefix), Path(sys.base_prefix), ours


def _ruleset(known: int) -> int:
    files = max(rights for since, rights in _FILE_RIGHTS.items() if since <= known)
    network = _TCP if known >= _NETWORK_SINCE else 0
    scopes = _SCOPES if known >= _SCOPES_SINCE else 0
    size = 24 if scopes else 16 if network else 8  # what an older kernel does not know it refuses
    said = struct.pack("=QQQ", files, network, scopes)[:size]
    return int(_libc.syscall(_CREATE, said, ctypes.c_size_t(size), 0))


def _allow(rules: int, folder: Path) -> None:
    try:
        place = os.open(folder, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # A machine without it needs no leave to read it.
    try:
        said = struct.pack("=Qi", _READ_FILE | _READ_FOLDER, place)
        _libc.syscall(_ADD_RULE, rules, _RULE_IS_PATH, said, 0)
    finally:
        os.close(place)
