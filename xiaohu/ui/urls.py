"""Paths that belong to every page."""

from django.urls import path

from xiaohu.ui import views

app_name = "ui"
urlpatterns = [path("language", views.language, name="language")]
