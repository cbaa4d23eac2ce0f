"""The floor of a page: fifteen fields rendered from one indexed SELECT, same framework."""

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

from xiaohu.config.urls import handler400, handler403, handler404, handler500
from xiaohu.registry.models import Line

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

_FIELDS = ("subscription_id", "product", "status", "activated_on", "balance_fen") * 3
_TEMPLATE = engines["django"].from_string(
    "<!doctype html><html lang='en'><head><title>{{ line.pk }}</title></head><body><dl>"
    + "".join(f"<dt>{name}</dt><dd>{{{{ line.{name} }}}}</dd>" for name in _FIELDS)
    + "</dl></body></html>"
)


def floor(request: HttpRequest) -> HttpResponse:
    """Render one line."""
    line = Line.objects.get(operator="demo", subscription_id="SUB00000500")
    return HttpResponse(_TEMPLATE.render({"line": line}, request))


urlpatterns = [path("floor", floor), path("", include("xiaohu.config.urls"))]
