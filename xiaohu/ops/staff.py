"""Adding people to the desk."""

from collections.abc import Sequence
from urllib.parse import quote

from django.conf import settings
from django.db import IntegrityError, transaction

from xiaohu.access import mfa
from xiaohu.access.accounts import LONGEST_PASSWORD, SHORTEST_PASSWORD, PasswordRefused
from xiaohu.access.models import StaffUser
from xiaohu.core.actors import ActorKind
from xiaohu.core.refusals import Refusal

DESK_ROLES = ("officer", "reviewer", "finance", "compliance", "admin")


class RoleUnknown(Refusal):
    """No such role at the desk."""

    code = "ROLE_UNKNOWN"


class NameTaken(Refusal):
    """Somebody else has this account."""

    code = "NAME_TAKEN"


@transaction.atomic(durable=True)
def add(*, username: str, display_name: str, roles: Sequence[str], password: str) -> str:
    """Add somebody and return the address their authenticator app reads, shown this once.

    Raises:
        RoleUnknown, NameTaken, PasswordRefused: say what to change.
    """
    unknown = set(roles) - set(DESK_ROLES)
    if unknown:
        raise RoleUnknown(role=min(unknown), known=", ".join(DESK_ROLES))
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise PasswordRefused(shortest=SHORTEST_PASSWORD, longest=LONGEST_PASSWORD)
    try:
        with transaction.atomic():
            user = StaffUser(
                username=username,
                display_name=display_name,
                operator=settings.XIAOHU.operator,
                roles=[ActorKind(role).value for role in roles],
            )
            user.set_password(password)
            user.save()
    except IntegrityError:
        raise NameTaken(name=username) from None
    secret = mfa.enrol(user)
    label = quote(f"Xiaohu:{username}")
    return f"otpauth://totp/{label}?secret={secret}&issuer=Xiaohu"
