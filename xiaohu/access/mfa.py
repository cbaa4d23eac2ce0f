"""The second factor of staff: time-based codes, their secrets encrypted."""

import base64
import time
from datetime import datetime, timedelta

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp

from xiaohu.access import counters
from xiaohu.access.models import StaffUser
from xiaohu.vault import box
from xiaohu.vault.root import purpose_key

_OWNER = ("staff second factor",)
TRIES = 5
WINDOW = timedelta(minutes=15)
ONE_USE = timedelta(minutes=5)


class EncryptedMfaAdapter(DefaultMFAAdapter):  # type: ignore[misc] # allauth ships no types
    """Keeps the secrets of authenticators under a key of their own."""

    def encrypt(self, text: str) -> str:
        """Return the text sealed, in letters."""
        sealed = box.seal(purpose_key("mfa"), text.encode(), belongs_to=_OWNER)
        return base64.b64encode(sealed).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return what `encrypt` was given."""
        sealed = base64.b64decode(encrypted_text)
        return box.open_box(purpose_key("mfa"), sealed, belongs_to=_OWNER).decode()


def enrol(user: StaffUser) -> str:
    """Give a person a new secret, replacing an earlier one, and return it."""
    Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).delete()
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    return str(secret)


def current_code(user: StaffUser) -> str | None:
    """Return the code a person's authenticator shows now, for demo people without a phone."""
    secret = _secret(user)
    if secret is None:
        return None
    counter = int(time.time()) // 30
    return str(totp.format_hotp_value(totp.hotp_value(secret, counter)))


def check(user: StaffUser, code: str, *, now: datetime) -> bool:
    """Say whether a code is right; each works once, and five wrong ones stop for a while."""
    verdict = counters.hit("totp", str(user.pk), limit=TRIES, window=WINDOW, now=now)
    secret = _secret(user)
    digits = "".join(code.split())
    if not verdict.allowed or secret is None or not totp.validate_totp_code(secret, digits):
        return False
    used = counters.hit("totp used", str(user.pk), digits, limit=1, window=ONE_USE, now=now)
    if used.allowed:
        counters.clear("totp", str(user.pk))
    return used.allowed


def _secret(user: StaffUser) -> str | None:
    found = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if found is None:
        return None
    return EncryptedMfaAdapter().decrypt(found.data["secret"])
