"""One measured line of the table."""

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
