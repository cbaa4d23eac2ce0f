"""Paths that belong to every page."""

from django.urls import path

from xiaohu.ui import brand, choosing, gallery, views

app_name = "ui"
urlpatterns = [
    path("language", choosing.language, name="language"),
    path("size", choosing.size, name="size"),
    path("settings/display", choosing.display, name="display"),
    path("brand/<str:version>.css", brand.colours, name="brand"),
    path("gallery", gallery.gallery, name="gallery"),
    path("stay", views.stay, name="stay"),
]
