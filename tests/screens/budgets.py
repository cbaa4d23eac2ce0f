"""What a page may weigh, and how large what one presses must be.

Sources: WCAG 2.2 (2.5.8), GB/T 37668-2019, 移动互联网应用适老化通用设计规范 (MIIT, 2021).
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Budget:
    """Compressed KiB of a first visit by kind, and requests."""

    kib: Mapping[str, int]
    requests: int


@dataclass(frozen=True, slots=True)
class Targets:
    """Least height in px of what one presses, by selector, and least size of letters."""

    least: Mapping[str, int]
    letters: float


SUBSCRIBER = Budget({"all": 60, "css": 12, "js": 25, "html": 12}, requests=8)
STAFF = Budget({"all": 120}, requests=12)
_BUTTONS = ".button"
_FIELDS = "input:not([type=hidden]):not([type=radio]):not([type=checkbox]):not([type=file]), select, textarea"
_LINKS = (
    ".toolbar a, .link-button, .back, .footer nav a, .tasks a, .tabs a, .chip, summary, .option"
)
_DENSE = ".button, .link-button, nav a, td a, th a, .chip, summary"
ROOMY = Targets({_BUTTONS: 44, _FIELDS: 44, _LINKS: 44}, letters=14)
DENSE = Targets({_DENSE: 24, _FIELDS: 24}, letters=12)
ELDER = Targets({_BUTTONS: 60, _FIELDS: 60, ".option": 60}, letters=18)


def budget_of(path: str) -> Budget:
    """Return the budget of a page by its path."""
    return STAFF if path.startswith(("/desk", "/admin")) else SUBSCRIBER
