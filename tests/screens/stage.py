"""Where a scene is arranged: the world, the address of the pages, and who sits at the browser."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.http import HttpResponse
from django.test import Client, RequestFactory

from tests.stories import CLEAN, OPERATOR, World, staff
from xiaohu.access import sessions
from xiaohu.access.models import StaffUser, SubscriberAccount
from xiaohu.access.sessions import Method
from xiaohu.closures.models import Case
from xiaohu.core.actors import ActorKind
from xiaohu.desk.entering import SECOND_FACTOR
from xiaohu.erasure import outside
from xiaohu.erasure.stores import file
from xiaohu.ui import maintenance
from xiaohu.ui import typed as kept


@dataclass
class Stage:
    """A world in which something is the case, the cookies of whoever looks at it, and what they type."""

    world: World
    url: str
    language: str = "zh-hans"  # of whoever sits at the browser, while the scene is arranged
    cookies: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    file: bytes = b""  # chosen in the first file field before a button is pressed
    undo: list[Callable[[], object]] = field(default_factory=list)  # once the scene is over

    def holder(self, number: str = CLEAN) -> SubscriberAccount:
        """Sign in the holder of a line, as by password."""
        account = SubscriberAccount.objects.get(holder_id=self.world.line(number).holder_id)
        self._session(Method.PASSWORD, account_id=account.pk)
        return account

    def line(self, number: str = CLEAN) -> None:
        """Sign in somebody who proved a line by a code."""
        self._session(Method.CODE, line_id=self.world.line(number).pk)

    def contact_of(self, case: Case) -> None:
        """Sign in somebody who proved the contact of a case."""
        self._session(Method.CASE_CODE, case_id=case.pk)

    def officer(self, name: str = "chen", *roles: ActorKind) -> StaffUser:
        """Sign in somebody of the desk with both factors."""
        officer = StaffUser.objects.filter(username=name).first() or staff(name, *roles)
        client = Client()
        client.force_login(officer)
        session = client.session
        session[SECOND_FACTOR] = True
        session.save()
        self.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)
        return officer

    def stop(self, *, until: datetime) -> None:
        """Stop the service on purpose, for as long as the scene lasts."""
        folder = settings.XIAOHU.data_dir
        maintenance.begin(folder, until=until)
        self.undo.append(lambda: maintenance.end(folder))

    def replace(self, owner: object, name: str, value: object) -> None:
        """Put something in the place of what a page uses, for as long as the scene lasts."""
        before = getattr(owner, name)
        setattr(owner, name, value)
        self.undo.append(lambda: setattr(owner, name, before))

    def list_stores(self, text: str) -> None:
        """Let an operator have systems of its own, for as long as the scene lasts."""
        stores, wrong = file.parse(text)
        assert not wrong
        self.replace(outside, "listed", lambda: stores)

    def nobody(self) -> None:
        """Sign everybody out."""
        self.cookies.clear()

    def keep(self, client: Client) -> None:
        """Take over the cookies of a test client, with whatever it has begun."""
        self.cookies.update({name: morsel.value for name, morsel in client.cookies.items()})

    def send(self, path: str, **answers: str | list[str]) -> None:
        """Send a form as whoever sits at the browser."""
        client = Client()
        client.cookies.load({**self.cookies, "xh_lang": self.language})
        assert client.post(path, answers).status_code == 302

    def type(self, path: str, **answers: str) -> str:
        """Let a page come up with something typed, as after a session that ended; return its path."""
        sent = RequestFactory().post(path, answers)
        self.cookies[kept.COOKIE] = kept.keep(sent, HttpResponse()).cookies[kept.COOKIE].value
        return path

    def _session(self, method: Method, **proved: object) -> None:
        token = sessions.begin(operator=OPERATOR, method=method, **proved)  # type: ignore[arg-type]
        self.cookies[sessions.COOKIE] = token
