"""Every path of the subscriber's pages."""

from django.urls import path

from xiaohu.portal.views import (
    answering,
    applying,
    checking,
    following,
    hearing,
    papers,
    proving,
    settings,
    signing_in,
    starting,
    submitting,
)

app_name = "portal"
CASE = "case/<uuid:case_id>"

urlpatterns = [
    path("", starting.home, name="home"),
    path("start", starting.start, name="start"),
    path("sign-in", signing_in.sign_in, name="sign_in"),
    path("sign-in/code", signing_in.code, name="code"),
    path("sign-out", signing_in.sign_out, name="sign_out"),
    path("scope", starting.scope, name="scope"),
    path("lines", starting.choose_line, name="lines"),
    path("cases", starting.cases, name="cases"),
    path("track", starting.track, name="track"),
    path("settings", settings.me, name="settings"),
    path("settings/security", settings.security, name="security"),
    path(f"{CASE}/who", applying.who, name="who"),
    path(f"{CASE}/documents", applying.documents, name="documents"),
    path(f"{CASE}/checks", checking.checks, name="checks"),
    path(f"{CASE}/checks/<str:code>", checking.one_check, name="one_check"),
    path(f"{CASE}/restriction", checking.restriction, name="restriction"),
    path(f"{CASE}/verify", proving.prove, name="prove"),
    path(f"{CASE}/verify/code", proving.prove_code, name="prove_code"),
    path(f"{CASE}/balance", answering.balance, name="balance"),
    path(f"{CASE}/balance/account", answering.bank_account, name="bank_account"),
    path(f"{CASE}/contact", answering.contact, name="contact"),
    path(f"{CASE}/contact/code", answering.contact_code, name="contact_code"),
    path(f"{CASE}/effects", answering.effects, name="effects"),
    path(f"{CASE}/check", submitting.review, name="review"),
    path(f"{CASE}/submitted", submitting.submitted, name="submitted"),
    path(f"{CASE}/receipt.pdf", submitting.receipt, name="receipt"),
    path(CASE, following.progress, name="case"),
    path(f"{CASE}/withdraw", following.withdraw, name="withdraw"),
    path(f"{CASE}/stop", hearing.stop, name="stop"),
    path(f"{CASE}/object", hearing.object_to, name="object"),
    path(f"{CASE}/fix", following.fix, name="fix"),
    path(f"{CASE}/refund", following.refund, name="refund"),
    path(f"{CASE}/refused", following.refused, name="refused"),
    path(f"{CASE}/certificate", papers.certificate, name="certificate"),
    path(f"{CASE}/<str:kind>.pdf", papers.pdf, name="pdf"),
    path("verify", papers.verify, name="verify"),
    path("verify/key", papers.public_key, name="public_key"),
    path("verify/<str:number>", papers.verify_result, name="verify_result"),
]
