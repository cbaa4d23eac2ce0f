"""docs/settings.md is written from the options, and says nothing else."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_page_is_what_the_options_say(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "write_settings_doc.py")], cwd=tmp_path, check=True
    )
    written = (tmp_path / "docs" / "settings.md").read_text(encoding="utf-8")
    assert written == (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
