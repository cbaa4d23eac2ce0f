"""Every path of the desk."""

from django.urls import path

from xiaohu.desk import starting
from xiaohu.desk.views import (
    announcing,
    audit,
    by_hand,
    calling,
    complaints,
    day,
    deciding,
    handing_out,
    keys,
    money,
    one_case,
    queueing,
    refunding,
    retaining,
    revealing,
    searching,
    signing_in,
    taking,
)

app_name = "desk"
urlpatterns = [
    path("", day.my_work, name="work"),
    path("sign-in", signing_in.sign_in, name="sign_in"),
    path("sign-out", signing_in.sign_out, name="sign_out"),
    path("queue", queueing.queue, name="queue"),
    path("refunds", refunding.listed, name="refunds"),
    path("refunds/<uuid:closing_id>", refunding.repair, name="refund"),
    path("money", money.listed, name="money"),
    path("money/<uuid:finding_id>", money.finding, name="finding"),
    path("unclaimed", handing_out.listed, name="unclaimed"),
    path("unclaimed/<uuid:closing_id>", handing_out.hand_out, name="hand_out"),
    path("search", searching.search, name="search"),
    path("keys", keys.keys, name="keys"),
    path("callbacks", calling.callbacks, name="callbacks"),
    path("callbacks/<str:reference>", calling.callback, name="callback"),
    path("complaints", complaints.complaints, name="complaints"),
    path("complaints/<str:reference>", complaints.complaint, name="complaint"),
    path("incidents", announcing.listed, name="incidents"),
    path("incidents/<int:number>", announcing.one, name="incident"),
    path("audit", audit.audit, name="audit"),
    path("retention", retaining.retention, name="retention"),
    path("retention/holds/<uuid:hold_id>", retaining.end_hold, name="end_hold"),
    path("retention/opened/<uuid:request_id>", retaining.opened, name="opened"),
    path("new", taking.take, name="new"),
    path("own", starting.new, name="own"),
    path("case/<str:reference>", one_case.one_case, name="case"),
    path("case/<str:reference>/paper/<uuid:paper_id>", one_case.paper, name="paper"),
    path("case/<str:reference>/reveal/<str:what>", revealing.reveal, name="reveal"),
    path("case/<str:reference>/erased/<uuid:row_id>", by_hand.erased, name="by_hand"),
    path("case/<str:reference>/form", taking.printed, name="form"),
    path("case/<str:reference>/decide", deciding.decide, name="decide"),
]
