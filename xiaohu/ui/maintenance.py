"""A planned stop: a file in the data folder, so that it can be told while databases are away.

Every web machine has its own. Health checks, static files and callbacks are answered all the same.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation

from xiaohu.ui import reachable

FILE = "maintenance.json"
OPEN = ("/healthz", "/readyz", "/static/", "/callbacks/")
SOONEST_S = 60


@dataclass(frozen=True, slots=True)
class Stop:
    """A planned stop and when it is to be over."""

    until: datetime

    def is_late(self, *, now: datetime) -> bool:
        """Say whether it should be over already."""
        return now >= self.until


def begin(folder: Path, *, until: datetime) -> None:
    """Stop the pages of this machine; in one move, so that nobody reads half of it."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{FILE}"
    draft.write_text(json.dumps({"until": until.astimezone(UTC).isoformat()}), encoding="ascii")
    draft.replace(folder / FILE)


def end(folder: Path) -> bool:
    """Serve again; say whether there was a stop."""
    there = (folder / FILE).exists()
    (folder / FILE).unlink(missing_ok=True)
    return there


def planned(folder: Path) -> Stop | None:
    """Return the stop of this machine; one that cannot be read is a stop without an end."""
    try:
        text = (folder / FILE).read_text(encoding="ascii")
    except OSError:
        return None
    try:
        return Stop(datetime.fromisoformat(json.loads(text)["until"]))
    except (ValueError, KeyError, TypeError):
        return Stop(datetime.min.replace(tzinfo=UTC))


class MaintenanceMiddleware:
    """Answers calmly while the service is stopped on purpose; it asks no database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on, or say when the service is back."""
        stop = None
        if not request.path.startswith(OPEN):
            stop = planned(settings.XIAOHU.data_dir)
        return self.get_response(request) if stop is None else _page(request, stop)


def _page(request: HttpRequest, stop: Stop) -> HttpResponse:
    now = datetime.now(UTC)
    language = translation.get_language_from_request(request)
    with translation.override(language):
        page = {
            "until": None if stop.is_late(now=now) else stop.until,
            "language": language,
            "reach": reachable.known(),
        }
        answer = HttpResponse(render_to_string("ui/stopped.html", page), status=503)
    left = 0 if stop.is_late(now=now) else int((stop.until - now).total_seconds())
    answer["Retry-After"] = str(max(SOONEST_S, left))
    answer["Cache-Control"] = "no-store"
    return answer
