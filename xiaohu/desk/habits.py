"""How an officer likes to work; read once at the sign-in and kept in the session."""

from django.db import transaction
from django.http import HttpRequest

from xiaohu.access.models import StaffUser
from xiaohu.desk.models import Habit

KEYS_OFF = "single_keys_off"


@transaction.atomic(durable=True)
def set_single_keys(*, officer: StaffUser, on: bool) -> None:
    """Let single keys do something, or nothing."""
    Habit.objects.update_or_create(officer=officer, defaults={"single_keys": on})


def remember(request: HttpRequest, officer: StaffUser) -> None:
    """Put an officer's habits into the session."""
    off = Habit.objects.filter(officer=officer, single_keys=False).exists()
    request.session[KEYS_OFF] = off
