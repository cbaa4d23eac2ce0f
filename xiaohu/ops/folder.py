"""The data folder: its form, its owner, its keys, and one process at a time in it."""

import errno
import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

from xiaohu.ops.sentences import CannotStart

FORMAT = 1
NEEDED_BYTES = 300 * 1024 * 1024


class DataFolder:
    """A folder held by this process until it ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: int | None = None

    def take(self, *, demo: bool) -> None:
        """Make the folder at first use and hold it.

        Raises:
            CannotStart: in use, of a newer form, of another mode, not writable, or disk full.
        """
        try:
            self.path.mkdir(mode=0o711, parents=True, exist_ok=True)
            self._hold()
            self._require_space()
            self._note_form(demo=demo)
            (self.path / "logs").mkdir(mode=0o700, exist_ok=True)
            self.secret("secret")
            self.secret("callback")
        except OSError as error:
            raise why(error, self.path) from None

    def hold(self) -> Callable[[], None]:
        """Hold a folder that is there, and return what lets go of it.

        Raises:
            CannotStart: it is in use.
        """
        held = self._hold()
        return lambda: os.close(held)

    def secret(self, name: str) -> str:
        """Return a secret of this installation, made at first use, 0600."""
        file = self.path / "keys" / f"{name}.key"
        file.parent.mkdir(mode=0o700, exist_ok=True)
        if not file.exists():
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as opened:
                opened.write(secrets.token_hex(32))
        return file.read_text(encoding="ascii").strip()

    def _hold(self) -> int:
        handle = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise CannotStart(
                f"{self.path} 里已有服务在运行，请先停止（在那里按 Ctrl-C），或另设 XIAOHU_DATA_DIR。",
                f"Xiaohu is already running in {self.path}; stop it first (Ctrl-C there), or set"
                " XIAOHU_DATA_DIR to another folder.",
            ) from None
        self._lock = handle
        return handle

    def _require_space(self) -> None:
        free = shutil.disk_usage(self.path).free
        if free < NEEDED_BYTES:
            raise OSError(errno.ENOSPC, "full")

    def _note_form(self, *, demo: bool) -> None:
        file = self.path / "instance.json"
        if not file.exists():
            file.write_text(json.dumps({"format": FORMAT, "demo": demo}), encoding="utf-8")
            return
        try:
            known = json.loads(file.read_text(encoding="utf-8"))
            form, was_demo = int(known["format"]), bool(known["demo"])
        except (ValueError, KeyError, TypeError):
            raise CannotStart(
                f"{file} 无法读取，请从备份恢复。",
                f"{file} cannot be read; restore it from a backup.",
            ) from None
        if form > FORMAT:
            raise CannotStart(
                f"{self.path} 由更新的版本写成（格式 {form}，本版本只认到 {FORMAT}），"
                "请安装新版本，或另设 XIAOHU_DATA_DIR。",
                f"{self.path} was written by a newer version of Xiaohu (form {form}, this one"
                f" knows {FORMAT}); install the newer one, or set XIAOHU_DATA_DIR to another folder.",
            )
        if was_demo != demo:
            raise CannotStart(
                f"{self.path} 属于{'演示' if was_demo else '正式'}环境，请另设 XIAOHU_DATA_DIR。",
                f"{self.path} belongs to a {'demo' if was_demo else 'production'} installation;"
                " set XIAOHU_DATA_DIR to another folder.",
            )


def why(error: OSError, path: Path) -> CannotStart:
    """Return one sentence for a folder that cannot be used."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return CannotStart(
            f"{path} 所在磁盘已满（需要 300 MB），请腾出空间再启动。",
            f"The disk of {path} is full (300 MB are needed); free some space and start again.",
        )
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return CannotStart(
            f"XIAOHU_DATA_DIR：{path} 不能写入，请设为您能写入的目录。",
            f"XIAOHU_DATA_DIR: {path} cannot be written; set it to a folder of yours.",
        )
    if error.errno in {errno.EEXIST, errno.ENOTDIR}:
        return CannotStart(
            f"XIAOHU_DATA_DIR：{path} 不是目录，请设为一个目录。",
            f"XIAOHU_DATA_DIR: {path} is not a folder; set it to one.",
        )
    return CannotStart(
        f"XIAOHU_DATA_DIR：{path} 不能使用（{error.strerror}），请设为别的目录。",
        f"XIAOHU_DATA_DIR: {path} cannot be used ({error.strerror}); set it to another folder.",
    )
