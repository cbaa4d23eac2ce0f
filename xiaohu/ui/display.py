"""How large and strong a page is and whether it can be read aloud: the reader's own choice, in one cookie."""

from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE = "xh_display"
YEAR_SECONDS = 365 * 24 * 3600


class Size(StrEnum):
    """Size of the root, and with it of everything: 100 %, 118.75 %, 137.5 %.

    Source of `elder`: 移动互联网应用适老化通用设计规范 (MIIT, 2021): text from 18 px, targets from 60.
    """

    STANDARD = "standard"
    LARGE = "large"
    ELDER = "elder"


@dataclass(frozen=True, slots=True)
class Display:
    """What one reader chose."""

    size: Size = Size.STANDARD
    aloud: bool = True
    contrast: bool = False

    @property
    def other_size(self) -> Size:
        """The size the switch on every page leads to."""
        return Size.STANDARD if self.size is Size.ELDER else Size.ELDER


def display_of(request: HttpRequest) -> Display:
    """Return what the reader chose, or the usual."""
    size, *more = request.COOKIES.get(COOKIE, "").split(".")
    known = Size(size) if size in set(Size) else Size.STANDARD
    return Display(known, aloud="silent" not in more, contrast="contrast" in more)


def remember(answer: HttpResponse, chosen: Display) -> None:
    """Keep the choice in the reader's browser."""
    said = [chosen.size.value, "aloud" if chosen.aloud else "silent"]
    keep(answer, COOKIE, ".".join([*said, "contrast"] if chosen.contrast else said))


def keep(answer: HttpResponse, name: str, value: str) -> None:
    """Keep a choice for a year; it names nobody."""
    answer.set_cookie(
        name,
        value,
        max_age=YEAR_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=settings.SECURE_COOKIES,
    )
