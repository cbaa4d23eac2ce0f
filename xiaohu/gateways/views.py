"""Callbacks in, an empty answer out."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from xiaohu.gateways import callbacks
from xiaohu.gateways.callbacks import CallbackRefused


@csrf_exempt
@require_POST
def payout(request: HttpRequest) -> HttpResponse:
    """Take a callback of the payout provider.

    Its age is judged by real time: the provider knows nothing of a demo clock.
    """
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        callbacks.receive(
            source="payout", headers=headers, body=request.body, now=datetime.now(UTC)
        )
    except CallbackRefused:
        return HttpResponse(status=400)
    return HttpResponse(status=204)
