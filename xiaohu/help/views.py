"""H1 and H2: find an answer, read it, say whether it helped."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST

from xiaohu.access.accounts import TooManyTries
from xiaohu.assistance import feedback
from xiaohu.help import articles, rendering, searching
from xiaohu.help.articles import Article, Topic
from xiaohu.help.forms import RemarkForm
from xiaohu.queue import clock
from xiaohu.registry import policies
from xiaohu.ui.refusals import Refused

THANKS = ("yes", "no", "noted")


def home(request: HttpRequest) -> HttpResponse:
    """H1: search, what is asked most, and every answer by step of the journey."""
    known = _known()
    asked = " ".join(request.GET.get("q", "").replace("\x00", " ").split())[: searching.LONGEST]
    page: dict[str, Any] = {
        "asked": asked,
        "most": _most_asked(known),
        "topics": [(t, [a for a in known.values() if a.topic is t]) for t in Topic],
    }
    if asked:
        found = searching.search(tuple(known.values()), asked, others=_in_the_other_language())
        page["found"] = found
        page["nearest"] = found.alike or page["most"][: searching.NEAREST]
        if not found.answers:
            _note(asked)
    return render(request, "help/home.html", page)


def article(request: HttpRequest, slug: str) -> HttpResponse:
    """H2: one question, answer first; after an answer to "did it help" a word of thanks."""
    known = _known()
    if slug not in known:
        raise Http404
    thanks = request.GET.get("thanks", "")
    form = RemarkForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _remarked(request, slug, form):
        return _thanks(slug, "noted")
    page = {**_shown(known, slug), "form": form, "thanks": thanks if thanks in THANKS else ""}
    if form.errors:
        page["thanks"] = "no"
    return render(request, "help/article.html", page, status=422 if form.errors else 200)


@require_POST
def rate(request: HttpRequest, slug: str) -> HttpResponse:
    """Count whether an article helped."""
    answer = request.POST.get("helped", "")
    if slug not in _known() or answer not in {"yes", "no"}:
        raise Http404
    feedback.rate(
        operator=settings.XIAOHU.operator,
        slug=slug,
        language=_language(),
        helped=answer == "yes",
        address=_reader(request),
        now=clock.now(),
    )
    return _thanks(slug, answer)


def _shown(known: dict[str, Article], slug: str) -> dict[str, object]:
    one, table = known[slug], gettext("help.table")
    return {
        "article": one,
        "answer": rendering.html(one.answer),
        "rest": rendering.html(one.rest, table=table),
        "variants": [known[variant] for variant in one.variants if variant in known],
    }


def _remarked(request: HttpRequest, slug: str, form: RemarkForm) -> bool:
    try:
        feedback.remark(
            operator=settings.XIAOHU.operator,
            slug=slug,
            language=_language(),
            words=form.cleaned_data["words"],
            address=_reader(request),
            now=clock.now(),
        )
    except TooManyTries as refused:
        form.add_error(None, Refused(refused))
        return False
    return True


def _thanks(slug: str, answer: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('help:article', args=[slug])}?thanks={answer}#thanks")


def _note(asked: str) -> None:
    feedback.note_unanswered(
        operator=settings.XIAOHU.operator,
        words=searching.of_ours(tuple(_known().values()), asked, others=_in_the_other_language()),
        language=_language(),
        now=clock.now(),
    )


def _known() -> dict[str, Article]:
    return articles.of(policies.current(settings.XIAOHU.operator), _language())


def _in_the_other_language() -> tuple[Article, ...]:
    other = "zh-hans" if _language() == "en" else "en"
    return tuple(articles.of(policies.current(settings.XIAOHU.operator), other).values())


def _most_asked(known: dict[str, Article]) -> list[Article]:
    ranked = sorted((a for a in known.values() if a.most_asked), key=lambda a: a.most_asked)
    return ranked[: articles.MOST_ASKED]


def _reader(request: HttpRequest) -> str:
    """Return what tells readers at one address apart; it is only counted with, as a hash."""
    return f"{request.META.get('REMOTE_ADDR', '')} {request.META.get('HTTP_USER_AGENT', '')}"


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE
