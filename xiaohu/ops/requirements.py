"""What must be given before the service starts, each with a sentence where it is not.

Asked by the supervisor, which stays small: no framework here.
"""

import errno
import json
import socket
from pathlib import Path

from xiaohu.config.options import PREFIX, Options
from xiaohu.ops.sentences import USAGE, CannotStart

REFUSED = 5
PRODUCTION = ("public_url", "operator_url", "payout_url", "messages_url")


def require_production(options: Options) -> None:
    """Refuse to serve real people without the operator's own systems and an address of its own."""
    missing = [PREFIX + name.upper() for name in PRODUCTION if not getattr(options, name)]
    if missing and not options.demo:
        names = ", ".join(missing)
        raise CannotStart(
            f"正式运行缺少设置 {names}，请按 docs/settings.md 设置；演示请用 make run。",
            f"Settings {names} are missing; set them as docs/settings.md says, or run the demo by"
            " make run.",
            code=USAGE,
        )


def require_demo_folder(data_dir: Path) -> None:
    """Believe what the data folder says of itself: invented people live in a demo folder alone."""
    try:
        demo = json.loads((data_dir / "instance.json").read_text(encoding="utf-8"))["demo"]
    except (OSError, ValueError, KeyError, TypeError):
        raise CannotStart(
            f"{data_dir} 里没有演示环境，请先运行 make run，或设置 XIAOHU_DATA_DIR。",
            f"There is no demo in {data_dir}; start it by make run, or set XIAOHU_DATA_DIR.",
            code=REFUSED,
        ) from None
    if demo is not True:
        raise CannotStart(
            f"{data_dir} 是正式环境，演示命令不在其中运行；请把 XIAOHU_DATA_DIR 设为演示目录。",
            f"{data_dir} is a production installation, where demo commands do nothing; set"
            " XIAOHU_DATA_DIR to a demo folder.",
            code=REFUSED,
        )


def require_free_ports(host: str, ports: list[int]) -> None:
    """Refuse an address that is not this machine's, and a port that cannot be had."""
    for port in ports:
        try:
            family, kind, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            with socket.socket(family, kind) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(place)
        except OSError as error:
            raise _unbindable(host, port, error) from None


def free_ports(count: int) -> int:
    """Return the first of so many ports in a row of this machine that nobody has.

    Raises:
        CannotStart: there are none.
    """
    for first in range(20_000, 60_000, count):
        try:
            require_free_ports("127.0.0.1", list(range(first, first + count)))
        except CannotStart:
            continue
        return first
    raise CannotStart("本机没有空闲端口。", "No ports of this machine are free.")


def _unbindable(host: str, port: int, error: OSError) -> CannotStart:
    if error.errno == errno.EADDRINUSE:
        return CannotStart(
            f"端口 {port} 已被占用，请停掉占用者，或把 XIAOHU_PORT 设为别的端口。",
            f"Port {port} is taken; stop what uses it, or set XIAOHU_PORT to another.",
        )
    if error.errno in {errno.EACCES, errno.EPERM}:
        return CannotStart(
            f"端口 {port} 需要系统权限，请把 XIAOHU_PORT 设为 1024 以上的端口。",
            f"Port {port} needs a privilege; set XIAOHU_PORT to one above 1023.",
        )
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return CannotStart(
            f"XIAOHU_HOST：{host} 不是本机地址，请改为本机地址，如 127.0.0.1。",
            f"XIAOHU_HOST: {host} is not an address of this machine; set one that is, such as"
            " 127.0.0.1.",
        )
    return CannotStart(
        f"无法在 {host} 的端口 {port} 上监听（{error.strerror}），请检查 XIAOHU_HOST 和 XIAOHU_PORT。",
        f"Nothing can listen on {host}, port {port} ({error.strerror}); look at XIAOHU_HOST and"
        " XIAOHU_PORT.",
    )
