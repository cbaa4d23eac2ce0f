"""Callbacks in, an empty answer out."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from xiaohu.gateways import callbacks
from xiaohu.gateways.callbacks import CallbackRefused
from xiaohu.queue import clock


@csrf_exempt
@require_POST
def payout(request: HttpRequest) -> HttpResponse:
    """Take a callback of the payout provider."""
    return _take(request, "payout")


@csrf_exempt
@require_POST
def messages(request: HttpRequest) -> HttpResponse:
    """Take a report of the message provider."""
    return _take(request, "messages")


@csrf_exempt
@require_POST
def operator(request: HttpRequest) -> HttpResponse:
    """Take what the operator says of a bill."""
    return _take(request, "operator")


def _take(request: HttpRequest, source: str) -> HttpResponse:
    """Take a callback; its age is judged by real time: providers know nothing of a demo clock."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        callbacks.receive(
            source=source,
            headers=headers,
            body=request.body,
            now=datetime.now(UTC),
            business_now=clock.now(),
        )
    except CallbackRefused:
        return HttpResponse(status=400)
    return HttpResponse(status=204)
