"""Write docs/settings.md from the options themselves, so that it cannot lag behind."""

from pathlib import Path

from xiaohu.config.options import PREFIX, Options

HEAD = """# Settings

From the environment only. An unknown or malformed value stops the start with a sentence.
This page is written by `scripts/write_settings_doc.py`.

| variable | default | meaning |
|---|---|---|
"""


def page() -> str:
    """Return the page as Markdown."""
    rows = []
    for name, field in Options.model_fields.items():
        default = "–" if field.default is None or field.default_factory else str(field.default)
        rows.append(f"| `{PREFIX}{name.upper()}` | {default} | {field.description} |")
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    Path("docs/settings.md").write_text(page(), encoding="utf-8")
