"""What was tried and what was found, as one table, kept in `.bench/faults.json`.

Several processes of one run add to the same file; a new run begins it anew.
"""

import fcntl
import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

from tests.faults.seeds import SEED

PATH = Path(__file__).parents[2] / ".bench" / "faults.json"
RUN = os.environ.setdefault("FAULTS_RUN", f"{time.time():.0f}-{os.getpid()}")
NAMES = (
    "modelled cases",
    "cases",
    "kills",
    "stopped workers",
    "races",
    "database crashes",
    "callback permutations",
    "effects lost",
    "effects doubled",
)
SECONDS = "progress after SIGKILL, s"


def add(name: str, count: int) -> None:
    """Count something; 0 says that it was looked for."""
    _change(lambda rows: rows.__setitem__(name, rows.get(name, 0) + count))


def progress(seconds: list[float]) -> None:
    """Note how long killed closings waited before somebody went on with them."""
    _change(lambda rows: rows.__setitem__(SECONDS, [*rows.get(SECONDS, []), *seconds]))


def table(*, since: float = 0.0) -> str:
    """Return the table of the newest run; nothing where nothing was tried since a moment."""
    document = _read()
    if not document or PATH.stat().st_mtime < since:
        return ""
    rows = document["rows"]
    lines = [f"{name:<28} {rows[name]:>8}" for name in NAMES if name in rows]
    if rows.get(SECONDS):
        waited = sorted(rows[SECONDS])
        p50, p99 = (waited[int(len(waited) * share)] for share in (0.5, 0.99))
        lines.append(f"{SECONDS:<28} p50 {p50:.1f}, p99 {p99:.1f}")
    again = f"FAULTS_SEED={document['seed']}"
    return "\n".join([f"faults at {document['commit']}, seed {document['seed']} ({again})", *lines])


def _change(do: Any) -> None:
    PATH.parent.mkdir(exist_ok=True)
    with (PATH.parent / "faults.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        document = _read()
        if document.get("run") != RUN:
            document = {"run": RUN, "commit": _commit(), "seed": SEED, "rows": {}}
        do(document["rows"])
        PATH.write_text(json.dumps(document, indent=1), encoding="utf-8")


def _read() -> dict[str, Any]:
    try:
        found = json.loads(PATH.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _commit() -> str:
    said = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return said.stdout.strip()
