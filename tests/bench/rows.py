"""One measured line of the table."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    name: str
    ours: float
    floor: float | None
    ratio: float | None
    unit: str
    note: str = ""


def against(name: str, pairs: Sequence[tuple[float, float]], unit: str, note: str = "") -> Row:
    """Return a row from rounds of (ours, floor): medians, and the median of their ratios."""
    ours = statistics.median(mine for mine, _ in pairs)
    floor = statistics.median(theirs for _, theirs in pairs)
    ratio = statistics.median(mine / theirs for mine, theirs in pairs)
    return Row(name, round(ours, 2), round(floor, 2), round(ratio, 3), unit, note)
