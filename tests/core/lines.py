"""The plain line of the profiles' test cases, and the same line with something said differently."""

from typing import Any

from xiaohu.core.facts import LineFacts
from xiaohu.core.profile_cases import PLAIN


def facts(**said: Any) -> LineFacts:
    """Return the plain line with some facts said differently, judged like an operator's answer."""
    return LineFacts.model_validate({**PLAIN.model_dump(), **said})
