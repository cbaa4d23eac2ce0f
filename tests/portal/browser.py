"""A person at the subscriber's pages: opens, fills in, reads codes, and follows where it leads."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Protocol, cast
from urllib.parse import urlencode

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from tests.stories import CLEAN, World, picture
from xiaohu.access import accounts
from xiaohu.access.models import SubscriberAccount
from xiaohu.closures.models import Case

PASSWORD = "a long example password"
CONTACT = "subscriber@example.com"
CODE = re.compile(r"(?<![0-9])[0-9]{6}(?![0-9])")
# What is sent where a question is passed by.
PASSED_BY = {
    "export": {"pass": "1"},
    "tidy": {"pass": "1"},
    "reason": {"choice": "not_said"},
}
WHOLE = re.compile(r'<span class="nowrap">(.*?)</span>', re.S)  # kept on one line, as one word
# What differs between any two pages: tokens against forgery, ids, and numbers of problems.
VARYING = re.compile(
    r'name="csrfmiddlewaretoken" value="[^"]*"|问题编号 [0-9A-F]{8}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
)


class Answer(Protocol):
    """What a page answered."""

    @property
    def status_code(self) -> int:
        """The status."""

    @property
    def content(self) -> bytes:
        """The page."""

    def __getitem__(self, header: str) -> str:
        """Return a header."""


@dataclass
class Browser:
    """One browser with its cookies."""

    world: World
    client: Client = field(default_factory=Client)
    at: str = "/"

    def open(self, path: str, **headers: str) -> Answer:
        """Open a page and follow wherever it leads."""
        return self._follow(self.client.get(path, headers=headers), path)

    def send(self, path: str = "", **answers: str) -> Answer:
        """Send a form, of this page unless another is named, and follow."""
        path = path or self.at
        return self._follow(self.client.post(path, answers), path)

    def sign_in(self, number: str = CLEAN) -> "Browser":
        """Sign in by password, through the page."""
        give_password(self.world, number)
        self.open("/sign-in")
        self.send(username=facts(self.world, number)["username"], password=PASSWORD)
        assert self.at == "/scope"
        return self

    def sign_in_by_code(self, number: str = CLEAN) -> "Browser":
        """Sign in by a code to the line."""
        self.open("/sign-in?method=code")
        self.send(number=number)
        self.send(code=self.code(number))
        return self

    def sign_in_by_reference(self, case: Case) -> "Browser":
        """Sign in by a code to the contact of a case."""
        self.open("/sign-in?method=reference&next=/cases")
        self.send(reference=case.reference)
        self.send(code=self.code(CONTACT))
        return self

    def code(self, to: str) -> str:
        """Return the newest code that reached an address."""
        self.world.send_notices()
        # What else was sent at the same moment may have arrived before or after it.
        codes = [found for text in self.world.outside.inbox(to) if (found := CODE.search(text))]
        return codes[0].group()

    def choose_line(self, number: str = CLEAN, *, scope: str = "line") -> Answer:
        """Answer what is to end and which line."""
        self.open("/scope")
        self.send(choice=scope)
        return self.send(choice=str(self.world.line(number).pk))

    def prove(self, number: str = CLEAN) -> Answer:
        """Give the last four characters of the card."""
        self.send(f"{self.home}/verify", tail=tail(self.world, number))
        return self.pass_by()

    def pass_by(self) -> Answer:
        """Answer no question that need not be answered."""
        while self.at.rpartition("/")[2] in PASSED_BY:
            self.send(**PASSED_BY[self.at.rpartition("/")[2]])
        return self.open(self.at)

    def show_papers(self) -> None:
        """Upload every paper the page still asks for."""
        while self.at.endswith("/documents"):
            answer = self.open(self.at)
            wanted = re.search(r'<option value="([a-z_]+)" selected', page(answer))
            lacking = "待上传" in page(answer)
            if not lacking or wanted is None:
                self.open(re.findall(r'<a class="button" href="([^"]+)"', page(answer))[-1])
                self.pass_by()
                return
            self.upload(wanted.group(1))

    def upload(self, kind: str, data: bytes | None = None) -> Answer:
        """Upload one paper."""
        file = SimpleUploadedFile("paper.jpg", data if data is not None else picture())
        path = f"{self.home}/documents"
        sent = {"kind": kind, "file": file, "agreed": "on"}
        return self._follow(self.client.post(path, sent), path)

    def show_identity(self, case: Case) -> Answer:
        """Show who names another payee."""
        path = f"/case/{case.pk}/refund/identity"
        sent = {"file": SimpleUploadedFile("id.jpg", picture()), "agreed": "on"}
        return self._follow(self.client.post(path, sent), path)

    def confirm_contact(self, to: str = CONTACT) -> Answer:
        """Give a contact and the code that reaches it."""
        self.send(f"{self.home}/contact", to=to)
        return self.send(code=self.code(to))

    @property
    def home(self) -> str:
        """The address of the case this browser is at."""
        return "/".join(self.at.split("/")[:3])

    def _follow(self, response: Answer, path: str) -> Answer:
        for _ in range(5):
            self.at = path
            if response.status_code != 302:
                return response
            path = response["Location"]
            response = self.client.get(path)
        raise AssertionError(f"it goes round in circles at {path}")


def switch(
    client: Client, what: str, to: str, *, back: str = "/", **typed: str | list[str]
) -> HttpResponse:
    """Press another language or size on a page, with what is typed there."""
    path = f"/{what}?{urlencode({'to': to, 'next': back})}"
    return cast(HttpResponse, client.post(path, typed))


def give_password(world: World, number: str = CLEAN) -> None:
    """Give the holder of a line the password of these tests."""
    account = SubscriberAccount.objects.get(holder_id=world.line(number).holder_id)
    accounts.set_password(account_id=account.pk, password=PASSWORD)


def facts(world: World, number: str = CLEAN) -> dict[str, str]:
    """Return the row of a line in the operator's export."""
    head, *rows = (world.outside.folder / "lines.csv").read_text("utf-8-sig").splitlines()
    found = next(row for row in rows if number[3:] in row)
    return dict(zip(head.split(","), found.split(","), strict=True))


def tail(world: World, number: str = CLEAN) -> str:
    """Return the last four characters on a line's card."""
    return facts(world, number)["iccid"][-4:]


def page(response: Answer) -> str:
    """Return a page as text."""
    return response.content.decode()


def still(response: Answer) -> str:
    """Return a page without what differs between any two."""
    return VARYING.sub("", page(response))


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def words(response: Answer) -> str:
    """Return what a page says, without its markup."""
    parser = _Text()
    parser.feed(WHOLE.sub(r"\1", page(response)))
    return " ".join(" ".join(parser.parts).split())
