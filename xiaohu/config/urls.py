"""Every entrance and its first path segment; the paths below are each entrance's own."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path(prefix, include(f"xiaohu.{room}.urls"))
    for room, prefix in (
        ("ops", ""),
        ("ui", ""),
        ("gateways", "callbacks/"),
        ("desk", "desk/"),
        ("help", ""),
        ("portal", ""),
    )
]

handler400 = "xiaohu.ui.views.bad_request"
handler403 = "xiaohu.ui.views.forbidden"
handler404 = "xiaohu.ui.views.not_found"
handler500 = "xiaohu.ui.views.broken"
