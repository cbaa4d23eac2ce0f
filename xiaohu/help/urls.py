"""Every path of the help centre."""

from django.urls import path

from xiaohu.help import views

app_name = "help"
urlpatterns = [
    path("help", views.home, name="home"),
    path("help/<slug:slug>", views.article, name="article"),
    path("help/<slug:slug>/rate", views.rate, name="rate"),
]
