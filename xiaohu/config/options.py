"""Everything that can be set, from the environment (`XIAOHU_*`) alone.

An unknown or malformed value stops the start with a sentence a person can act on.
"""

import os
import re
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "XIAOHU_"
NOT_AN_ADDRESS = (
    "须为 https://名称 或 http://名称:端口 · must be an address such as https://close.example.com"
)
_ADDRESS = re.compile(r"https?://(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?(/[^\s?#]*)?")


class OptionsRefused(Exception):
    """The environment asks for something the service does not know or cannot accept."""


def default_data_dir() -> Path:
    """Return the system folder for root (PostgreSQL refuses to run as root), else the user's."""
    if os.geteuid() == 0:
        return Path("/var/lib/xiaohu")
    return platformdirs.user_data_path("xiaohu")


class Options(BaseSettings):
    """The settings of one installation; each field documents itself in docs/settings.md."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    data_dir: Path = Field(
        default_factory=default_data_dir,
        description="Folder of the embedded databases, keys and checkpoints."
        " Default: /var/lib/xiaohu for root, else the user's own.",
    )
    checkpoint_dir: Path | None = Field(
        default=None,
        description="Folder of the signed checkpoints; best on another volume. Default: in data_dir.",
    )
    key_copy_dir: Path | None = Field(
        default=None,
        description="Folder of the second copy of epoch keys and erasure journal, never part of a"
        " backup of data; best on another volume. Default: in data_dir.",
    )
    epoch_days: int = Field(
        default=7,
        ge=1,
        le=7,
        description="Days after which all unit keys are wrapped anew and older backups of keys"
        " open nothing; see docs/keys.md.",
    )
    statements_dir: Path | None = Field(
        default=None,
        description="Folder watched for the payout provider's statements; see docs/reconciling.md."
        " Default: in data_dir.",
    )
    host: str = Field(default="127.0.0.1", description="Address the web server listens on.")
    port: int = Field(default=8000, ge=1, le=65532, description="Port of the web server.")
    public_url: str | None = Field(
        default=None,
        description="Address people use, printed in QR codes; `serve` needs it."
        " Default: local, in the demo.",
    )
    database_url: str | None = Field(
        default=None, description="External PostgreSQL for everything but keys. Default: embedded."
    )
    keystore_url: str | None = Field(
        default=None,
        description="External PostgreSQL for keys, another cluster. Default: embedded.",
    )
    demo: bool = Field(
        default=False, description="Invented people, simulators, and a clock that can be moved."
    )
    allow_examples: bool = Field(
        default=False,
        description="Serve on rules the operator has not signed off; for rehearsals. The demo always may.",
    )
    operator: str = Field(
        default="demo", pattern=r"^[a-z0-9-]{1,32}$", description="Key of the operator served."
    )
    root_key: SecretStr | None = Field(
        default=None, description="Root key, 64 hex digits. Default: a file (0600) in data_dir."
    )
    secret_key: SecretStr | None = Field(
        default=None, description="Key of signed cookies. Default: a file (0600) in data_dir."
    )
    operator_url: str | None = Field(
        default=None,
        description="The operator's system; `serve` needs it. Default: the simulator, in the demo.",
    )
    payout_url: str | None = Field(
        default=None,
        description="The payout provider; `serve` needs it. Default: the simulator, in the demo.",
    )
    messages_url: str | None = Field(
        default=None,
        description="The SMS and mail provider; `serve` needs it. Default: the simulator, in the demo.",
    )
    callback_secret: SecretStr | None = Field(
        default=None,
        description="Shared secret that signs callbacks. Default: a file (0600) in data_dir.",
    )
    app_secret: SecretStr | None = Field(
        default=None,
        min_length=32,
        description="Shared secret of the operator's own app, 32 characters or more; see"
        " docs/app-entry.md. Default: none, and no tickets are given.",
    )
    stores_file: Path | None = Field(
        default=None,
        description="List of the operator's own systems in which a closing erases too; see"
        " docs/stores.md. Default: none.",
    )
    web_workers: int = Field(default=1, ge=1, le=64, description="Web processes.")
    faults: str | None = Field(
        default=None,
        description="Fault points to fire, for rehearsals in demo mode only. Default: none.",
    )

    @field_validator("database_url", "keystore_url")
    @classmethod
    def _is_postgresql(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("postgresql://", "postgres://")):
            raise ValueError("须以 postgresql:// 开头 · must start with postgresql://")
        return value

    @field_validator("data_dir", "checkpoint_dir", "key_copy_dir", "statements_dir", "stores_file")
    @classmethod
    def _is_absolute(cls, value: Path | None) -> Path | None:
        """Every process of ours means the same folder, wherever it was started."""
        return value if value is None else Path(os.path.abspath(value.expanduser()))  # noqa: PTH100 - links stay as given

    @field_validator("public_url", "operator_url", "payout_url", "messages_url")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        if value is not None and not _ADDRESS.fullmatch(value):
            raise ValueError(NOT_AN_ADDRESS)
        return value

    @field_validator("public_url")
    @classmethod
    def _is_whole_site(cls, value: str | None) -> str | None:
        if value is not None and urlsplit(value).path not in {"", "/"}:
            raise ValueError(NOT_AN_ADDRESS)
        return value

    @field_validator("root_key")
    @classmethod
    def _is_a_key(cls, value: SecretStr | None) -> SecretStr | None:
        # One key, and a second once the first was changed: see docs/keys.md.
        if value is not None and not re.fullmatch(
            r"[0-9a-fA-F]{64}(\s+[0-9a-fA-F]{64})?", value.get_secret_value().strip()
        ):
            raise ValueError("须为 64 位十六进制数字 · must be 64 hex digits")
        return value

    @property
    def public_host(self) -> str:
        """The name in the address people use, as browsers send it."""
        host = urlsplit(self.address).hostname or ""
        return f"[{host}]" if ":" in host else host

    @property
    def address(self) -> str:
        """The address people type or scan, without a trailing slash."""
        return (self.public_url or f"http://localhost:{self.port}").rstrip("/")

    @property
    def checkpoints(self) -> Path:
        """Where signed checkpoints are written."""
        return self.checkpoint_dir or self.data_dir / "checkpoints"

    @property
    def key_copies(self) -> Path:
        """Where the second copy of epoch keys and erasure journal is."""
        return self.key_copy_dir or self.data_dir / "key-copies"

    @property
    def statements(self) -> Path:
        """Where statements of the payout provider are put."""
        return self.statements_dir or self.data_dir / "statements"

    def simulator_url(self, offset: int) -> str:
        """Return the local address of a simulator; they listen beside the web server."""
        return f"http://127.0.0.1:{self.port + offset}"


@lru_cache(maxsize=1)
def load() -> Options:
    """Read the environment once.

    Raises:
        OptionsRefused: one sentence for each variable that is unknown or has a bad value.
    """
    known = {PREFIX + name.upper() for name in Options.model_fields}
    unknown = sorted(k for k in os.environ if k.startswith(PREFIX) and k not in known)
    if unknown:
        raise OptionsRefused(
            f"没有 {', '.join(unknown)} 这项设置，可用的见 docs/settings.md"
            f" · Unknown setting {', '.join(unknown)}; known ones are in docs/settings.md"
        )
    try:
        return Options()
    except ValidationError as refused:
        raise OptionsRefused(_sentences(refused)) from None


def _sentences(refused: ValidationError) -> str:
    # The given value is left out: it may be a secret.
    return " ".join(
        f"{PREFIX}{'_'.join(str(part) for part in error['loc']).upper()}: {_reason(error['msg'])}."
        for error in refused.errors(include_input=False, include_url=False)
    )


def _reason(said: str) -> str:
    """Return a reason in both languages; what pydantic says itself is English."""
    ours = said.removeprefix("Value error, ")
    return (
        ours if ours != said else f"值不合要求，见 docs/settings.md · {said}; see docs/settings.md"
    )
