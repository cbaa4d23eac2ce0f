"""Where the two databases are: embedded in the data folder, or external by URL."""

import hashlib
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from xiaohu.config.options import Options

MAX_SOCKET_PATH = 100  # The kernel allows 107 bytes, and PostgreSQL adds its own file name.
SOCKET_NAME = ".s.PGSQL.5432"


def socket_dir(data_dir: Path, cluster: str) -> Path:
    """Return the folder of a cluster's socket: in the data folder where the path is short enough."""
    inside = data_dir / cluster / "socket"
    if len(str(inside / SOCKET_NAME).encode()) <= MAX_SOCKET_PATH:
        return inside
    digest = hashlib.sha256(str(inside).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"xiaohu-{digest}"


def databases(options: Options) -> dict[str, dict[str, Any]]:
    """Return Django's DATABASES for these options."""
    return {
        "default": _database(options.database_url, options.data_dir, "main"),
        "keystore": _database(options.keystore_url, options.data_dir, "keystore"),
    }


def _database(url: str | None, data_dir: Path, cluster: str) -> dict[str, Any]:
    place = _external(url) if url else _embedded(data_dir, cluster)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        **place,
    }


def _embedded(data_dir: Path, cluster: str) -> dict[str, Any]:
    return {
        "NAME": "xiaohu",
        "USER": "xiaohu",
        "PASSWORD": "",
        "HOST": str(socket_dir(data_dir, cluster)),
        "PORT": "",
        # Nothing stands between us and this server, so statements can be prepared; it takes a
        # tenth off a closing. Behind an external pooler they could not.
        "OPTIONS": {"server_side_binding": True, "prepare_threshold": 3},
    }


def _external(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    return {
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": {"connect_timeout": "10", **dict(parse_qsl(parts.query))},
    }
