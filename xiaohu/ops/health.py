"""Is it alive, and is it ready: for load balancers and for people."""

from collections.abc import Callable

from django.conf import settings
from django.db import Error, connections
from django.http import HttpRequest, JsonResponse

from xiaohu.closures import reconciling
from xiaohu.core.calendar import day_of
from xiaohu.queue import clock, heartbeat
from xiaohu.registry import policies
from xiaohu.trail import monitoring


def live(_request: HttpRequest) -> JsonResponse:
    """Say that this process answers."""
    return JsonResponse({"ok": True})


def ready(_request: HttpRequest) -> JsonResponse:
    """Say of each part whether it works: database, keystore, worker, and the rules in force.

    A comparison of money that is late, or a log that is not whole, makes nobody unready: it is said
    beside them, for people to look into.
    """
    parts = {
        "database": _works(lambda: _answers("default")),
        "keystore": _works(lambda: _answers("keystore")),
        "worker": _works(heartbeat.any_alive),
        "policy": _works(lambda: policies.any_in_force(_operator())),
    }
    well = all(parts.values())
    named = {name: "ok" if works else "unavailable" for name, works in parts.items()}
    compared = _works(lambda: not reconciling.is_stale(_operator(), today=day_of(clock.now())))
    named["log"] = "ok" if _works(monitoring.whole) else "broken"
    named["comparison"] = "ok" if compared else "late"
    return JsonResponse({"ok": well, **named}, status=200 if well else 503)


def _operator() -> str:
    return str(settings.XIAOHU.operator)


def _answers(database: str) -> bool:
    with connections[database].cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone())


def _works(question: Callable[[], bool]) -> bool:
    try:
        return question()
    except Error:
        return False
