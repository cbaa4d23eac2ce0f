"""Leave to set another password, for a browser whose code was right: ten minutes, and once.

The cookie names an account by its blind index; with the password it changes it is void.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import get_language

from xiaohu.access import accounts
from xiaohu.access.models import SubscriberAccount
from xiaohu.notices import holders
from xiaohu.portal import pending, ways

COOKIE = "xh_reset"
FOR = timedelta(minutes=10)
_SALT = "leave to set another password"


@dataclass(frozen=True, slots=True)
class Leave:
    """Whose password may be set, and where to go afterwards."""

    account: SubscriberAccount
    back: str


def allow(shown: str, back: str) -> HttpResponse:
    """Lead to the page of a new password, with leave to set it.

    Without such an account, as after it was closed, that page will say that leave is over.
    """
    answer = HttpResponseRedirect(reverse("portal:new_password"))
    account = ways.account_of(shown)
    if account is not None:
        answer.set_cookie(
            COOKIE,
            signing.dumps([shown, _mark(account), back], salt=_SALT),
            max_age=FOR,
            httponly=True,
            samesite="Lax",
            secure=settings.SECURE_COOKIES,
        )
    answer.delete_cookie(pending.COOKIE)
    return answer


def leave(request: HttpRequest) -> Leave | None:
    """Return the leave this browser has, if it has any."""
    try:
        shown, mark, back = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=FOR)
        account = ways.account_of(shown)
    except (signing.BadSignature, ValueError):
        return None
    if account is None or not constant_time_compare(mark, _mark(account)):
        return None
    return Leave(account, back)


@transaction.atomic(durable=True)
def set_password(leave: Leave, password: str, *, now: datetime) -> None:
    """Set another password, end every session, and tell the holder of it.

    Raises:
        PasswordRefused: it is not 8 to 128 characters.
    """
    account = leave.account
    accounts.recover(account_id=account.pk, password=password, now=now)
    holders.password_recovered(
        operator=account.operator,
        holder_id=account.holder_id,
        language=get_language() or "zh-hans",
        now=now,
    )


def _mark(account: SubscriberAccount) -> str:
    return salted_hmac(_SALT, account.password, algorithm="sha256").hexdigest()[:24]
