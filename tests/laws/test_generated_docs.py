"""Pages that follow from the code are written from it, and say nothing else."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_each_page_is_what_the_code_says(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "write_docs.py")], cwd=tmp_path, check=True
    )
    written = {
        page.name: page.read_text(encoding="utf-8") for page in (tmp_path / "docs").iterdir()
    }
    assert set(written) == {
        "settings.md",
        "import.md",
        "notices.md",
        "profiles.md",
        "personal-data.md",
        "stores.md",
    }
    for name, text in written.items():
        assert text == (ROOT / "docs" / name).read_text(encoding="utf-8")
