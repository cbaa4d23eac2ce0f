"""The door for callbacks."""

from django.urls import path

from xiaohu.gateways import views

app_name = "gateways"
urlpatterns = [
    path("payout", views.payout, name="payout"),
    path("operator", views.operator, name="operator"),
    path("messages", views.messages, name="messages"),
]
