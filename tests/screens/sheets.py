"""One contact sheet for each language and width, from the pictures of the scenes."""

import sys
from pathlib import Path

from PIL import Image, ImageDraw

from tests.screens.windows import SHOTS

COLUMNS = {390: 6, 1280: 3}
SCALE = 0.6
TALLEST = 1600
GAP = 24


def sheet(folder: Path, width: int) -> Path | None:
    """Write the sheet of one language and width; None where there is no picture."""
    files = sorted(folder.glob(f"*-{width}.png"))
    if not files:
        return None
    pictures = [_shrunk(file) for file in files]
    rows = [pictures[i : i + COLUMNS[width]] for i in range(0, len(pictures), COLUMNS[width])]
    cell = int(width * SCALE) + GAP
    heights = [max(picture.height for picture in row) + 2 * GAP for row in rows]
    whole = Image.new("RGB", (cell * COLUMNS[width], sum(heights)), "#d5dbe1")
    pen = ImageDraw.Draw(whole)
    names = iter(file.stem for file in files)
    top = 0
    for row, height in zip(rows, heights, strict=True):
        for place, picture in enumerate(row):
            pen.text((place * cell + GAP // 2, top + 4), next(names), fill="#16212b")
            whole.paste(picture, (place * cell + GAP // 2, top + GAP))
        top += height
    target = folder.parent / f"sheet-{folder.name}-{width}.png"
    whole.save(target)
    return target


def _shrunk(file: Path) -> Image.Image:
    with Image.open(file) as opened:
        shown = opened.crop((0, 0, opened.width, min(opened.height, TALLEST))).convert("RGB")
    return shown.resize((int(shown.width * SCALE), int(shown.height * SCALE)))


if __name__ == "__main__":
    for language in ("zh", "en"):
        for width in COLUMNS:
            written = sheet(SHOTS / language, width)
            if written is not None:
                sys.stdout.write(f"{written}\n")
