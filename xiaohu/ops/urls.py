"""Health."""

from django.urls import path

from xiaohu.ops import health

app_name = "ops"
urlpatterns = [
    path("healthz", health.live, name="healthz"),
    path("readyz", health.ready, name="readyz"),
]
