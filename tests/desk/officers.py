"""An officer at the desk: account, password, authenticator, and cases that need a decision."""

import time
from dataclasses import dataclass, field

from django.test import Client

from tests.portal.browser import Answer
from tests.stories import CLEAN, World, staff
from xiaohu.access import mfa
from xiaohu.access.models import StaffUser
from xiaohu.closures import paying
from xiaohu.closures.models import Case
from xiaohu.core.actors import ActorKind
from xiaohu.core.profile import RefundRoute

PASSWORD = "a long example password"
STEP = 30
OTHERS = ["+8613000000023", "+8613000000026", "+8613000000027"]


@dataclass
class Desk:
    """One officer's browser."""

    world: World
    officer: StaffUser
    client: Client = field(default_factory=Client)

    def sign_in(self) -> "Desk":
        """Sign in with all three."""
        answer = self.try_to(code=code(self.officer))
        assert answer.status_code == 302, answer.content.decode()
        return self

    def try_to(self, *, code: str, password: str = PASSWORD, path: str = "") -> Answer:
        """Try to sign in."""
        answers = {"username": self.officer.username, "password": password, "code": code}
        return self.client.post(path or "/desk/sign-in", answers)

    def open(self, path: str) -> Answer:
        """Open a page of the desk."""
        return self.client.get(f"/desk{path}")

    def send(self, path: str, **answers: str | list[str]) -> Answer:
        """Send a form of the desk."""
        return self.client.post(f"/desk{path}", answers)

    def decide(self, case: Case, outcome: str, *reasons: str) -> Answer:
        """Decide a case."""
        path = f"/case/{case.reference}/decide"
        return self.send(path, outcome=outcome, reasons=list(reasons))


def officer(world: World, name: str = "chen", *roles: ActorKind) -> Desk:
    """Return somebody of the desk, not signed in yet."""
    made = staff(name, *roles)
    made.set_password(PASSWORD)
    made.save()
    mfa.enrol(made)
    return Desk(world, made)


def code(of: StaffUser) -> str:
    """Return what the officer's authenticator shows, not in the last moments it is shown."""
    if time.time() % STEP > STEP - 3:
        time.sleep(3)
    shown = mfa.current_code(of)
    assert shown is not None
    return shown


def waiting(world: World, number: str = CLEAN) -> Case:
    """Return a case that waits for a decision, as its money goes to a bank."""
    case = world.ready(number)
    world.agree(case)
    paying.set_refund(
        case_id=case.pk,
        route=RefundRoute.BANK_ACCOUNT,
        bank="示例银行",
        account="6222000000051234",
    )
    return world.submit(case)
