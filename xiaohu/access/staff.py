"""Staff proving who they are, at the desk and at a terminal: account, password, authenticator code."""

from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password

from xiaohu.access import counters, mfa
from xiaohu.access.accounts import TRIES, WINDOW, too_many
from xiaohu.access.models import StaffUser
from xiaohu.core.refusals import Refusal


class StaffNotProved(Refusal):
    """Account, password or code is wrong; which one is not said."""

    code = "STAFF_NOT_PROVED"


def prove(*, operator: str, name: str, password: str, code: str, now: datetime) -> StaffUser:
    """Return the person, if all three are right; nothing tells which one was wrong.

    Raises:
        TooManyTries: five in a quarter of an hour, whether there is such an account or not.
        StaffNotProved: one of them is wrong.
    """
    tries = counters.hit("staff", name.casefold(), limit=TRIES, window=WINDOW, now=now)
    if not tries.allowed:
        raise too_many(tries.resets_at, now)
    found = StaffUser.objects.filter(operator=operator, username=name, is_active=True).first()
    known = found.password if found is not None else make_password(None)
    if not check_password(password, known) or found is None:
        raise StaffNotProved
    if not mfa.check(found, code, now=now):
        raise StaffNotProved
    counters.clear("staff", name.casefold())
    return found
