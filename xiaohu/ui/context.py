"""What every page knows: whose service it is, and in which language."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from xiaohu.core.refusals import Refusal
from xiaohu.registry import policies


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the operator's names, hours and hotline from the rules in force."""
    language = get_language() or "zh-hans"
    try:
        profile = policies.current(settings.XIAOHU.operator)
    except Refusal:
        profile = None
    return {
        "profile": profile,
        "operator_name": profile.names.read(language) if profile else "",
        "language": language,
        "other_language": ("zh-hans", "中文") if language == "en" else ("en", "English"),
        "here": request.get_full_path(),
        "demo_inbox": settings.XIAOHU.simulator_url(3) if settings.XIAOHU.demo else "",
    }
