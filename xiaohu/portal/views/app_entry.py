"""The way in from the operator's own app, and back to it: one ticket, one press, no number in sight."""

from datetime import UTC, datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from xiaohu.access import sessions, tickets
from xiaohu.access.sessions import Method
from xiaohu.core.numbers import NumberRefused, normalise
from xiaohu.portal import app_requests
from xiaohu.portal.app_requests import NotOurs
from xiaohu.portal.entering import enter
from xiaohu.queue import clock
from xiaohu.registry import lines
from xiaohu.registry.models import Line
from xiaohu.ui import app_return


@csrf_exempt
@require_POST
def give_ticket(request: HttpRequest) -> HttpResponse:
    """Give the app's backend a ticket for one of its users; each request counts once."""
    secret = settings.XIAOHU.app_secret
    if secret is None:
        raise Http404
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        asked = app_requests.read(
            headers,
            request.body,
            secret=secret.get_secret_value(),
            now=datetime.now(UTC),  # of the backend's clock, which knows nothing of a demo's
        )
        line = lines.find(settings.XIAOHU.operator, normalise(asked.number))
    except NotOurs:
        return JsonResponse({"code": "APP_REQUEST_REFUSED"}, status=401)
    except NumberRefused:
        line = None
    if line is None:
        return JsonResponse({"code": "LINE_NOT_FOUND"}, status=404)
    made = tickets.issue(
        operator=settings.XIAOHU.operator, line_id=line.pk, request_id=asked.id, now=clock.now()
    )
    if made is None:
        return JsonResponse({"code": "APP_REQUEST_REPEATED"}, status=409)
    url = f"{settings.XIAOHU.address}{reverse('portal:start')}?ticket={made.token}"
    body = {"ticket": made.token, "url": url, "expires_at": made.expires_at.isoformat()}
    return JsonResponse(body, status=201)


def start(request: HttpRequest) -> HttpResponse:
    """Enter from anywhere: with a ticket of the app after one press, else by signing in."""
    token = request.GET.get("ticket", "")
    if not token:
        return app_return.remember(request, HttpResponseRedirect(reverse("portal:scope")))
    line = _line(token, uses=request.method == "POST")
    if line is None:
        return app_return.remember(request, _over(request))
    if request.method == "POST":
        token = sessions.begin(operator=line.operator, method=Method.APP, line_id=line.pk)
        return enter(token, reverse("portal:scope"))
    page = {"line": lines.shown([line])[0]}
    return app_return.remember(request, render(request, "portal/from_app.html", page))


def _line(token: str, *, uses: bool) -> Line | None:
    take = tickets.use if uses else tickets.look
    line_id = take(token, operator=settings.XIAOHU.operator, now=clock.now())
    return Line.objects.filter(pk=line_id, closed_at=None).first() if line_id else None


def _over(request: HttpRequest) -> HttpResponse:
    page = {"minutes": int(tickets.VALID.total_seconds()) // 60}
    return render(request, "portal/ticket_over.html", page, status=410)
