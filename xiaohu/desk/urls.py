"""Every path of the desk."""

from django.urls import path

from xiaohu.desk import starting, views

app_name = "desk"
urlpatterns = [
    path("", views.my_work, name="work"),
    path("sign-in", views.sign_in, name="sign_in"),
    path("sign-out", views.sign_out, name="sign_out"),
    path("queue", views.queue, name="queue"),
    path("new", starting.new, name="new"),
    path("case/<str:reference>", views.one_case, name="case"),
    path("case/<str:reference>/paper/<uuid:paper_id>", views.paper, name="paper"),
    path("case/<str:reference>/decide", views.decide, name="decide"),
]
