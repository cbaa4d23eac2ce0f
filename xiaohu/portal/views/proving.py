"""S9: one more proof, of another kind than the sign-in."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext

from xiaohu.access import codes
from xiaohu.access.codes import Limited, Outcome
from xiaohu.closures import applying, checking, consenting, drafting, queries
from xiaohu.closures.models import Case
from xiaohu.core.consents import ConsentKind
from xiaohu.core.facts import LineStatus
from xiaohu.core.numbers import mask_number
from xiaohu.core.proofs import TWO_KINDS, ProofMethod, level, offered
from xiaohu.gateways.protocols import GatewayUnavailable
from xiaohu.notices import outbox
from xiaohu.portal import boxes, journey, pending
from xiaohu.portal.boxes import Box
from xiaohu.portal.codes import explain, limited
from xiaohu.portal.entering import own_draft
from xiaohu.portal.forms import CodeForm
from xiaohu.portal.pending import Pending
from xiaohu.portal.proof_forms import CardForm, FaceForm, SendForm, ServicePassword
from xiaohu.portal.shown import actor_of, subscriber_of
from xiaohu.proofing import proofs
from xiaohu.queue import clock
from xiaohu.registry import lines
from xiaohu.registry.models import Line
from xiaohu.ui import uploads
from xiaohu.ui.plain import PlainForm
from xiaohu.ui.refusals import sentence

BY_PAPER = "paper"


@own_draft
def prove(request: HttpRequest, case: Case) -> HttpResponse:
    """S9: a code to the line, the card's last characters, the service password, or a paper."""
    line = proving_line(case)
    now = clock.now()
    drafting.note_sign_in(case_id=case.pk, subscriber=subscriber_of(request), now=now)
    checked = checking.last(case, now=now)
    status = checked.lines[0].facts.status if checked and checked.lines else LineStatus.ACTIVE
    given = proofs.given(case.pk)
    enough = level(given) >= TWO_KINDS
    taken = queries.profile_of(case).proof.methods
    methods = () if enough else offered(given=given, status=status, taken=taken)
    asked = request.POST if request.method == "POST" else None
    by_secret = asked is not None and "service_password" in asked
    by_face = asked is not None and "face" in asked
    sending = asked is not None and asked.get("send") == ProofMethod.CODE.value
    form = CardForm(asked if not by_secret and not sending and not by_face else None)
    sent = SendForm(asked if sending else None)
    secret = ServicePassword(asked if by_secret else None)
    face = FaceForm(asked if by_face else None, request.FILES if by_face else None)
    answer: HttpResponse | None = None
    if asked is not None and asked.get("by") == BY_PAPER and applying.may_prove_by_paper(case):
        applying.prove_by_paper(case_id=case.pk)
        answer = HttpResponseRedirect(reverse("portal:documents", args=[case.pk]))
    elif ProofMethod.CODE in methods and sent.is_bound and sent.is_valid():
        answer = _send(case, line, sent)
    elif ProofMethod.ICCID_TAIL in methods and form.is_bound and form.is_valid():
        answer = _try_card(case, line, form)
    elif ProofMethod.SERVICE_PASSWORD in methods and secret.is_bound and secret.is_valid():
        answer = _try_secret(case, line, secret)
    elif ProofMethod.FACE in methods and not uploads.refuse_left_out(request, face):
        answer = _try_face(request, case, line, face)
    if answer is not None:
        return answer
    used_up = proofs.used_up(line.pk, now=now)
    wrong = bool(sent.errors or form.errors or secret.errors or face.errors)
    page = {
        "case": case,
        "sent": sent,
        "form": form,
        "secret": secret,
        "face": face,
        # A way that can only fail is not offered, but for the page that says how it failed.
        "methods": [method.value for method in methods if wrong or method not in used_up],
        "stopped": status is not LineStatus.ACTIVE,
        "used_up": used_up,
        "number": lines.shown([line])[0].number,
        "several": len(queries.lines_of_case(case)) > 1,
        "by_paper": bool(applying.standing(case, now=now).papers),
        "may_show_papers": applying.may_prove_by_paper(case),
        "done": enough,
        "go_on": journey.next_page(case, now=now),
    }
    return render(request, "portal/prove.html", page, status=422 if wrong else 200)


@own_draft
def prove_code(request: HttpRequest, case: Case) -> HttpResponse:
    """S9: the code box for the code sent to the line."""
    waiting = pending.recall(request)
    here = reverse("portal:prove", args=[case.pk])
    told, called = f"prove:{case.pk}", f"prove:{case.pk}:voice"
    if waiting is None or waiting.typed not in {told, called}:
        return HttpResponseRedirect(here)
    form: PlainForm = CodeForm(request.POST or None)
    number = codes.shown_to(waiting.code_id)
    way = "voice" if waiting.typed == called else "code"
    shown = mask_number(number) if number else ""
    box = Box(waiting, way, shown, begin=here, other=here, can_call=True)
    answer = None
    if request.method == "POST" and "again" in request.POST:
        form = PlainForm({})
        typed = called if box.calls(request) else told
        answer = boxes.another(request, box, form, typed=typed)
    elif request.method == "POST" and form.is_valid():
        answer = _try_code(case, waiting, form)
    return answer or boxes.page(request, box, form)


def _try_code(case: Case, waiting: Pending, form: PlainForm) -> HttpResponse | None:
    now = clock.now()
    code = form.cleaned_data["code"]
    tried = proofs.try_code(case_id=case.pk, code_id=waiting.code_id, code=code, now=now)
    if tried.outcome is not Outcome.OK:
        explain(form, tried)
        return None
    answer = HttpResponseRedirect(journey.next_page(case, now=now))
    answer.delete_cookie(pending.COOKIE)
    return answer


def proving_line(case: Case) -> Line:
    """Return the line a proof is about: the case's, or for an account one of its holder's."""
    line = next(iter(queries.lines_of_case(case)), None)
    if line is None:
        line = Line.objects.filter(holder_id=case.holder_id, closed_at=None).first()
    if line is None:
        raise queries.LineNotYours
    return line


def _try_card(case: Case, line: Line, form: CardForm) -> HttpResponse | None:
    now = clock.now()
    tried = proofs.try_card(case_id=case.pk, line=line, tail=form.cleaned_data["tail"], now=now)
    if tried.right:
        return HttpResponseRedirect(journey.next_page(case, now=now))
    form.add_error("tail", gettext("verify.err.wrong").format(n=tried.tries_left))
    return None


def _try_secret(case: Case, line: Line, secret: ServicePassword) -> HttpResponse | None:
    now = clock.now()
    typed = secret.cleaned_data["service_password"]
    try:
        tried = proofs.try_service_password(case_id=case.pk, line=line, password=typed, now=now)
    except GatewayUnavailable as refused:
        secret.add_error("service_password", sentence(refused).what)
        return None
    if tried.right:
        return HttpResponseRedirect(journey.next_page(case, now=now))
    secret.add_error("service_password", gettext("verify.err.wrong").format(n=tried.tries_left))
    return None


def _try_face(request: HttpRequest, case: Case, line: Line, face: FaceForm) -> HttpResponse | None:
    if not face.is_bound or not face.is_valid():
        return None
    now = clock.now()
    consenting.give(case_id=case.pk, kind=ConsentKind.FACE, actor=actor_of(request), now=now)
    photo = face.cleaned_data["file"].read()
    try:
        with uploads.refusals_told(face):
            tried = proofs.try_face(case_id=case.pk, line=line, photo=photo, now=now)
    except GatewayUnavailable as refused:
        face.add_error("file", sentence(refused).what)
    if face.errors:
        return None
    if tried.right:
        return HttpResponseRedirect(journey.next_page(case, now=now))
    face.add_error("file", gettext("verify.err.face").format(n=tried.tries_left))
    return None


def _send(case: Case, line: Line, form: PlainForm) -> HttpResponse | None:
    now = clock.now()
    with transaction.atomic(durable=True):
        issued = proofs.send_code(line=line, now=now)
        if not isinstance(issued, Limited):
            outbox.queue_code(
                operator=case.operator,
                code_id=issued.code_id,
                language=get_language() or "zh-hans",
                now=now,
            )
    if isinstance(issued, Limited):
        form.add_error(None, limited(issued.again_at, now=now))
        return None
    answer = HttpResponseRedirect(reverse("portal:prove_code", args=[case.pk]))
    return pending.remember(
        answer, Pending(issued.code_id, f"prove:{case.pk}", issued.again_at, "")
    )
