"""Is it alive, and is it ready: for load balancers and for people."""

from collections.abc import Callable

from django.conf import settings
from django.db import Error, connections
from django.http import HttpRequest, JsonResponse

from xiaohu.queue import heartbeat
from xiaohu.registry import policies


def live(_request: HttpRequest) -> JsonResponse:
    """Say that this process answers."""
    return JsonResponse({"ok": True})


def ready(_request: HttpRequest) -> JsonResponse:
    """Say of each part whether it works: database, keystore, worker, and the rules in force."""
    parts = {
        "database": _works(lambda: _answers("default")),
        "keystore": _works(lambda: _answers("keystore")),
        "worker": _works(heartbeat.any_alive),
        "policy": _works(lambda: policies.any_in_force(settings.XIAOHU.operator)),
    }
    well = all(parts.values())
    named = {name: "ok" if works else "unavailable" for name, works in parts.items()}
    return JsonResponse({"ok": well, **named}, status=200 if well else 503)


def _answers(database: str) -> bool:
    with connections[database].cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone())


def _works(question: Callable[[], bool]) -> bool:
    try:
        return question()
    except Error:
        return False
