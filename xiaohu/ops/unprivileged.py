"""Who PostgreSQL runs as: it refuses root, so root gives it a user of its own."""

import fcntl
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import NamedTuple

from xiaohu.ops.sentences import CannotStart

USER = "xiaohu"


class Identity(NamedTuple):
    """A numeric user and group."""

    uid: int
    gid: int


@cache
def identity() -> Identity | None:
    """Return the unprivileged user, made at first use; None when not started as root."""
    if os.geteuid() != 0:
        return None
    with _one_at_a_time():
        try:
            entry = pwd.getpwnam(USER)
        except KeyError:
            _create()
            entry = pwd.getpwnam(USER)
    return Identity(entry.pw_uid, entry.pw_gid)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let one process of this machine look and create: two useradd at once make two users of one name.

    The second overwrites the first, and files given to the first number belong to nobody.
    """
    folder = os.open("/etc", os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _create() -> None:
    command = shutil.which("useradd")
    if command is None:
        raise CannotStart(
            f"PostgreSQL 不能以 root 运行，又没有 useradd 来建立用户 {USER}，请用普通用户启动。",
            f"PostgreSQL does not run as root and there is no useradd to make the user {USER};"
            " start as an ordinary user instead.",
        )
    made = subprocess.run(  # noqa: S603 - a constant command
        [command, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", USER],
        capture_output=True,
        check=False,
    )
    if made.returncode != 0:
        raise CannotStart(
            f"无法建立用户 {USER}，请运行：useradd --system {USER}",
            f"The user {USER} could not be made; run: useradd --system {USER}",
        )


def own(folder: Path, who: Identity | None) -> None:
    """Give a folder of ours to the unprivileged user."""
    if who is not None and folder.stat().st_uid != who.uid:
        os.chown(folder, who.uid, who.gid)


def require_reachable(data_dir: Path) -> None:
    """Refuse a data folder the unprivileged user cannot reach; nothing outside it is changed."""
    if identity() is None:
        return
    for parent in data_dir.resolve().parents:
        if not parent.stat().st_mode & 0o001:
            raise CannotStart(
                f"目录 {parent} 不对其他用户开放，PostgreSQL 到不了 {data_dir}，"
                "请把 XIAOHU_DATA_DIR 设为 /var/lib/xiaohu 之类的目录。",
                f"The folder {parent} is closed to other users, so PostgreSQL cannot reach its"
                f" data in {data_dir}; set XIAOHU_DATA_DIR to a folder such as /var/lib/xiaohu.",
            )
