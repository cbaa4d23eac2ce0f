"""H4: is it working, from what is seen here, and what was announced; also as a feed."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import Error
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import feedgenerator
from django.utils.translation import get_language, gettext

from xiaohu.assistance import incidents
from xiaohu.assistance.models import Incident
from xiaohu.closures.models import Closing, HumanQueue
from xiaohu.core.working import (
    LATE_AFTER,
    UNNUMBERED_AFTER,
    Part,
    Signals,
    Works,
    judge,
    part_of,
    worst,
)
from xiaohu.gateways import sight
from xiaohu.queue import clock, heartbeat
from xiaohu.registry import policies
from xiaohu.trail import monitoring
from xiaohu.trail.models import Pending
from xiaohu.vault import epochs

AWAY = ("OPERATOR_UNAVAILABLE", "KEYSTORE_UNAVAILABLE", "OperationalError")


@dataclass(frozen=True, slots=True)
class ShownPart:
    """One part of the service, and how it works."""

    part: Part
    works: Works


def status(request: HttpRequest) -> HttpResponse:
    """H4: each part with how it works, what is announced, and what was lately."""
    now = clock.now()
    announced = incidents.recent(settings.XIAOHU.operator, now=now)
    said, seen = incidents.told(announced), judge(signals(now))
    parts = [ShownPart(p, worst(works, said.get(p, Works.OK))) for p, works in seen.items()]
    page = {
        "parts": parts,
        "overall": worst(*(shown.works for shown in parts)),
        "now": now,
        "open": [row for row in announced if row.ended_at is None],
        "over": [row for row in announced if row.ended_at is not None],
        "days": incidents.SHOWN_FOR.days,
    }
    return render(request, "help/status.html", page)


def feed(request: HttpRequest) -> HttpResponse:
    """The same announcements for a reader of feeds, in one language."""
    language = request.GET.get("lang", get_language() or "")
    site, operator = settings.XIAOHU.address, settings.XIAOHU.operator
    made = feedgenerator.Atom1Feed(
        title=f"{gettext('status.h1')} – {policies.current(operator).names.read(language)}",
        link=site + reverse("help:status"),
        description="",
        language="en" if language == "en" else "zh-CN",
        feed_url=site + reverse("help:feed"),
    )
    for row in incidents.recent(operator, now=clock.now()):
        for news in reversed(row.news.all()):
            made.add_item(
                title=_heading(row),
                link=f"{site}{reverse('help:status')}#incident-{row.pk}",
                description=news.read(language),
                unique_id=f"{site}{reverse('help:status')}#news-{news.pk}",
                pubdate=news.said_at,
                updateddate=news.said_at,
            )
    return HttpResponse(
        made.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )


def signals(now: datetime) -> Signals:
    """Return what is seen: keys, a worker, the neighbours, what is late."""
    return Signals(
        keystore=_keystore(),
        worker=heartbeat.any_alive(),
        answers=sight.answering(now=now),
        late=_late(now),
        log_whole=monitoring.whole(),
        events_wait=Pending.objects.filter(event__at__lt=now - UNNUMBERED_AFTER).exists(),
    )


def _keystore() -> bool:
    try:
        return epochs.current() > 0
    except Error:
        return False


def _late(now: datetime) -> frozenset[Part]:
    """Return the parts with a step that is due for long, or waits because something is away."""
    due = Q(next_action_at__lt=now - LATE_AFTER)
    away = Q(owner=HumanQueue.OPERATIONS.value) & (
        Q(trouble__in=AWAY) | Q(trouble__endswith="_unknown")
    )
    steps = Closing.objects.filter(due | away, is_open=True, operator=settings.XIAOHU.operator)
    return frozenset(part_of(step) for step in steps.values_list("step", flat=True).distinct())


def _heading(row: Incident) -> str:
    return " · ".join(gettext(f"status.part.{part}") for part in row.parts)
