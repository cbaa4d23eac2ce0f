"""What a process of ours needs once the rooms are loaded: both databases, and known fault points."""

from urllib.parse import urlsplit

from django.conf import settings
from django.db import OperationalError, connections

from xiaohu.config.options import PREFIX
from xiaohu.ops.sentences import USAGE, CannotStart
from xiaohu.queue import faults


def require_databases() -> None:
    """Refuse to go on without both databases; which setting is wrong is named, no password shown."""
    for alias in ("keystore", "default"):
        try:
            connections[alias].ensure_connection()
        except OperationalError:
            raise unreachable(alias) from None


def unreachable(alias: str) -> CannotStart:
    """Return the sentence for a database that does not answer."""
    name = "keystore_url" if alias == "keystore" else "database_url"
    url = getattr(settings.XIAOHU, name)
    if not url:
        return CannotStart(
            "数据库没有响应，请先启动服务：make run",
            "The database does not answer; start the service first: make run",
        )
    parts = urlsplit(url)
    where = f"{parts.hostname}:{parts.port or 5432}"
    return CannotStart(
        f"{PREFIX}{name.upper()}：{where} 的数据库连不上，请检查地址、库名、用户和密码。",
        f"{PREFIX}{name.upper()}: the database at {where} cannot be reached; check address,"
        " database, user and password.",
    )


def require_known_faults(text: str) -> None:
    """Refuse a rehearsal of something that no step has."""
    try:
        faults.arm_from(text)
    except (faults.UnknownPoint, ValueError):
        known = ", ".join(sorted(faults.POINTS)[:3])
        raise CannotStart(
            f"XIAOHU_FAULTS：有未知的故障点或故障，写法为 点:故障，点如 {known}，"
            "故障为 kill、pause、raise。",
            f"XIAOHU_FAULTS names an unknown point or fault; write point:fault, points such as"
            f" {known}, faults kill, pause and raise.",
            code=USAGE,
        ) from None
