"""The stamp over every kept copy of a paper: the operator, what it is for, and the day.

Source: 电话用户真实身份信息登记规定（工信部令第25号）art. 9.
"""

from datetime import date
from functools import lru_cache
from importlib.resources import files

import typst
from django.utils import translation
from django.utils.translation import gettext

from xiaohu.registry.models import Operator

# With Chinese characters; one of them is on every machine that prints.
FONTS = frozenset({"Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei"})
_DOTS_AN_INCH = 144


def stamp(operator: str, *, on: date) -> bytes:
    """Return the stamp of an operator on a day as PNG one can see through."""
    names = Operator.objects.values_list("name_zh", "name_en").get(key=operator)
    return _drawn(*names, on)


@lru_cache(maxsize=32)
def _drawn(name_zh: str, name_en: str, on: date) -> bytes:
    # The fonts are read once a day and given back: they are larger than all else held in memory.
    fonts = typst.Fonts(include_system_fonts=True)
    # A copy is stamped in English rather than with boxes where no Chinese font is installed.
    chinese = not FONTS.isdisjoint(fonts.families())
    name, language = (name_zh, "zh-hans") if chinese else (name_en, "en")
    with translation.override(language):
        words = gettext("papers.stamp").format(operator=name, on=on.isoformat())
    made = typst.compile(
        (files("xiaohu.proofing") / "stamp.typ").read_bytes(),
        format="png",
        ppi=_DOTS_AN_INCH,
        font_paths=fonts,
        sys_inputs={"words": words},
    )
    if not isinstance(made, bytes):
        raise TypeError("one stamp is one page")
    return made
