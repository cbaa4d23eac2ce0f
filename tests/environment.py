"""The environment of a test run, settled before Django reads its settings.

Loaded as a plugin (see pyproject.toml), since conftest files come after Django's settings.
"""

import os
import tempfile
from pathlib import Path

from xiaohu.ui import catalogue

# Each worker of a parallel run has ports, clusters and a data folder of its own.
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
PORTS = 18400 + 1000 * WORKER

DATA = Path(tempfile.mkdtemp(prefix="xiaohu-test-"))
DATA.chmod(0o711)  # PostgreSQL's own user passes through.
(DATA / "static").mkdir()
(DATA / "keys").mkdir(mode=0o700)
for _purpose in ("documents", "checkpoints"):  # older than everything that tests sign
    (DATA / "keys" / f"{_purpose}.made").write_text("2026-01-01T00:00:00+00:00", encoding="ascii")

for _name in [name for name in os.environ if name.startswith("XIAOHU_")]:
    del os.environ[_name]
os.environ.update(
    XIAOHU_DATA_DIR=str(DATA),
    XIAOHU_DEMO="1",
    XIAOHU_PORT=str(PORTS),
    XIAOHU_ROOT_KEY="5a" * 32,
    XIAOHU_SECRET_KEY="for tests only" * 4,
    XIAOHU_CALLBACK_SECRET="shared by the tests and nobody else",
)
catalogue.compile_all()
