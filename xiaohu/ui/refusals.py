"""From a refusal's code to a sentence, a remedy and a status; the one place where codes get words."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from xiaohu.core.consents import ConsentMissing
from xiaohu.core.refusals import Refusal
from xiaohu.vault.box import BoxRefused
from xiaohu.vault.keys import KeystoreUnavailable

logger = logging.getLogger(__name__)
STATUS: Mapping[str, HTTPStatus] = {
    "CASE_NOT_FOUND": HTTPStatus.NOT_FOUND,
    "ASKED_NOT_FOUND": HTTPStatus.NOT_FOUND,
    "UNKNOWN_VERSION": HTTPStatus.NOT_FOUND,
    "LINE_NOT_YOURS": HTTPStatus.NOT_FOUND,
    "TOO_MANY_TRIES": HTTPStatus.TOO_MANY_REQUESTS,
    "OPERATOR_UNAVAILABLE": HTTPStatus.SERVICE_UNAVAILABLE,
    "KEYSTORE_UNAVAILABLE": HTTPStatus.SERVICE_UNAVAILABLE,
    "KEY_MISSING": HTTPStatus.SERVICE_UNAVAILABLE,
    "STORE_AWAY": HTTPStatus.SERVICE_UNAVAILABLE,
    "NO_POLICY": HTTPStatus.SERVICE_UNAVAILABLE,
    "NOT_A_REVIEWER": HTTPStatus.FORBIDDEN,
    "ASKED_NOT_FOR_YOU": HTTPStatus.FORBIDDEN,
    "SAME_PERSON": HTTPStatus.FORBIDDEN,
    "NOT_YOURS_TO_TAKE": HTTPStatus.FORBIDDEN,
    "NOT_YOURS_TO_PRINT": HTTPStatus.FORBIDDEN,
    "NOT_YOURS_TO_ANNOUNCE": HTTPStatus.FORBIDDEN,
    "NOT_YOURS_TO_AUDIT": HTTPStatus.FORBIDDEN,
    "NOT_YOURS_TO_KEEP": HTTPStatus.FORBIDDEN,
    "NOT_YOURS_TO_PAY": HTTPStatus.FORBIDDEN,
    "NOT_YOURS_TO_DECIDE": HTTPStatus.FORBIDDEN,
    "SECOND_PERSON_NEEDED": HTTPStatus.FORBIDDEN,
    "FINDING_NOT_FOUND": HTTPStatus.NOT_FOUND,
    "REVEAL_NOT_PERMITTED": HTTPStatus.FORBIDDEN,
}
# Refusals that name a reason of their own: its words and its remedy stand under this prefix.
REASONS: Mapping[str, str] = {
    "PROFILE_REFUSED": "profile.why.",
    "CALENDAR_REFUSED": "calendar.why.",
    "STATEMENT_REFUSED": "statement.why.",
    "STORES_REFUSED": "store.why.",
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """What happened and why, and what to do next."""

    code: str
    what: str
    next: str


class Refused(ValidationError):
    """A refusal that a form shows as a whole, with its code."""

    def __init__(self, refusal: Refusal) -> None:
        self.sentence = sentence(refusal)
        super().__init__(self.sentence.what, code=refusal.code)


def sentence(refusal: Refusal) -> Sentence:
    """Return the words of a refusal in the reader's language."""
    params = dict(refusal.params)
    if "codes" in params:
        params["codes"] = " · ".join(
            gettext(f"check.title.{code}") for code in str(params["codes"]).split()
        )
    if refusal.code == ConsentMissing.code:
        params["consent"] = gettext(f"consent.short.{params['kind']}")
    prefix = REASONS.get(refusal.code)
    if prefix is not None:
        key = f"{prefix}{params['why']}"
        params["remedy"] = gettext(f"{key}.next").format(**params)
        params["why"] = gettext(key).format(**params)
    return Sentence(
        refusal.code,
        gettext(f"refusal.{refusal.code}").format(**params),
        gettext(f"refusal.{refusal.code}.next").format(**params),
    )


def page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Return a whole page for a refusal that no form could show."""
    status = STATUS.get(refusal.code, HTTPStatus.CONFLICT)
    context = {
        "sentence": sentence(refusal),
        "desk": request.path.startswith("/desk"),
        "checking": request.path.startswith("/verify"),
        "status": status.value,
        "problem": uuid4().hex[:8].upper(),
        "no_way_on": refusal.code == "NO_POLICY",  # Every other page would say the same.
    }
    logger.info("problem %s: %s %s", context["problem"], status.value, refusal.code)
    answer = render(request, "ui/refusal.html", context, status=status)
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        answer["Retry-After"] = "300"
    return answer


class RefusalMiddleware:
    """Turns a refusal that reached the top into its page, never into a fault."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; no address has a NUL, and the database could not even look for it."""
        if "\x00" in request.path_info:
            raise Http404
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a refusal; anything else is a fault and stays one."""
        if isinstance(error, BoxRefused):
            logger.warning("what is sealed does not open: xiaohu keys status tells more")
            error = KeystoreUnavailable()
        return page(request, error) if isinstance(error, Refusal) else None
