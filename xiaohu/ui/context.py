"""What every page knows: whose service it is, and in which language."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from xiaohu.access import sessions
from xiaohu.core.refusals import Refusal
from xiaohu.registry import policies
from xiaohu.ui import app_return, reachable
from xiaohu.ui.brand import has_own
from xiaohu.ui.display import display_of

STAFF_IDLE = timedelta(seconds=settings.SESSION_COOKIE_AGE)
STAFF_WARNED_AFTER = STAFF_IDLE - timedelta(minutes=3)


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the operator's names, hours and hotline from the rules in force."""
    language = get_language() or "zh-hans"
    try:
        profile = policies.current(settings.XIAOHU.operator)
        reachable.note(profile.contact)
    except Refusal:
        profile = None
    return {
        "profile": profile,
        "own_colours": has_own(profile),
        "operator_name": profile.names.read(language) if profile else "",
        "language": language,
        "other_language": ("zh-hans", "中文") if language == "en" else ("en", "English"),
        "display": display_of(request),
        "idle": _idle(request),
        "app_return": app_return.of(request, profile),
        "here": request.get_full_path(),
        "gap": " " if language == "en" else "",  # between sentences
        "demo_inbox": settings.XIAOHU.simulator_url(3) if settings.XIAOHU.demo else "",
    }


def _idle(request: HttpRequest) -> tuple[int, int] | None:
    """Return after how many silent seconds to warn and to end, where somebody is signed in."""
    if request.path.startswith("/desk"):
        user = getattr(request, "user", None)
        limits = (STAFF_WARNED_AFTER, STAFF_IDLE) if user and user.is_authenticated else None
    else:
        subscriber = getattr(request, "subscriber", None)
        limits = (sessions.WARNED_AFTER, sessions.IDLE) if subscriber else None
    return limits and (int(limits[0].total_seconds()), int(limits[1].total_seconds()))
