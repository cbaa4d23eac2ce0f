"""Every path of the help centre."""

from django.urls import path

from xiaohu.help import people, status, views

app_name = "help"
urlpatterns = [
    path("help", views.home, name="home"),
    path("help/contact", people.contact, name="contact"),
    path("help/complaint", people.complain, name="complain"),
    path("help/answer", people.answer, name="answer"),
    path("help/asked/<str:reference>", people.asked, name="asked"),
    path("status", status.status, name="status"),
    path("status/feed", status.feed, name="feed"),
    path("help/<slug:slug>", views.article, name="article"),
    path("help/<slug:slug>/rate", views.rate, name="rate"),
]
