"""Every entrance and its first path segment; the paths below are each entrance's own."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path(prefix, include(f"xiaohu.{room}.urls"))
    for room, prefix in (("ops", ""), ("gateways", "callbacks/"), ("desk", "desk/"), ("portal", ""))
    if (settings.PACKAGE / room / "urls.py").is_file()
]
