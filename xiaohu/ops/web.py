"""The web server: granian's workers around Django."""

import logging
import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

from xiaohu.config.options import Options
from xiaohu.ops import alive

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiaohu.config.settings")

THREADS = 4
FORMAT = "[%(time)s] %(method)s %(path)s %(status)d %(dt_ms).1f"


def serve(options: Options) -> None:
    """Run until stopped. The access log holds paths without what follows the question mark."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        "xiaohu.ops.web:application",
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        workers=options.web_workers,
        blocking_threads=THREADS,
        websockets=False,
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
        log_access=True,
        log_access_format=FORMAT,
        log_dictconfig=_logging(options.data_dir / "logs" / "access.log"),
    ).serve()


class OneLine(logging.Formatter):
    """Writes each entry on one line, whatever a path holds: what does not print is escaped."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the entry as one line of printable characters."""
        said = super().format(record)
        return said if said.isprintable() else "".join(map(_printable, said))


def _printable(sign: str) -> str:
    return sign if sign.isprintable() else quote(sign, errors="surrogatepass")


def _logging(file: Path) -> dict[str, Any]:
    handler = {"class": "logging.FileHandler", "filename": str(file), "formatter": "line"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "bare": {"format": "%(message)s"},
            "line": {"()": OneLine, "format": "%(message)s"},
        },
        "handlers": {
            "access": handler,
            "stderr": {"class": "logging.StreamHandler", "formatter": "bare"},
        },
        "loggers": {
            "_granian": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
            "granian.access": {"handlers": ["access"], "level": "INFO", "propagate": False},
        },
    }


def __getattr__(name: str) -> Any:
    """Build the application in granian's worker, when it asks for it, and not before."""
    if name != "application":
        raise AttributeError(name)
    alive.exit_with_supervisor()
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()
