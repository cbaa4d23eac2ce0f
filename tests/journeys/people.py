"""What the subscriber and the officer do, told in steps, in either language."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from tests.service import Service
from tests.stories import picture
from xiaohu.registry import demo_data
from xiaohu.ui.catalogue import read

if TYPE_CHECKING:
    from tests.journeys.walking import Walker

CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
CASE = re.compile(r"/case/[0-9a-f-]{36}")
REFERENCE = re.compile(r"XH-\d{4}-[0-9A-Z]{4}-[0-9A-Z]{2}")
_WORDS = {"zh": read("zh_Hans"), "en": read("en")}


@dataclass(frozen=True)
class Person:
    """One invented holder, as the export has them."""

    number: str
    iccid: str
    contact: str
    subscription_id: str
    username: str
    holder_name: str
    document_number: str


def person_of(row: dict[str, str]) -> Person:
    """Return the person of a row of the export."""
    return Person(**{field.name: row[field.name] for field in fields(Person)})


def export(service: Service) -> list[dict[str, str]]:
    """Return the rows of the export."""
    with (service.data / "demo" / "lines.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def free_people(service: Service) -> Iterator[Person]:
    """Return clean lines from the end of the export, each of another holder.

    A holder's contact gets one code a minute, so nobody is met twice.
    """
    met: set[str] = set()
    for row in reversed(export(service)):
        if demo_data.is_clean(row):
            if row["contact"] in met:
                continue
            met.add(row["contact"])
            yield person_of(row)


class Told:
    """A visitor who knows the words of their language."""

    def __init__(self, visitor: "Walker") -> None:
        self.v = visitor
        self.words = _WORDS[visitor.language]

    def say(self, key: str) -> str:
        """Return the words of a key."""
        found = self.words.get(key)
        assert found is not None, key
        return str(found.string)

    def press(self, key: str) -> None:
        """Press what has these words."""
        self.v.press(self.say(key))

    def type(self, key: str, value: str) -> None:
        """Type into the field of these words."""
        self.v.type(self.say(key), value)

    def code(self, to: str, before: int) -> None:
        """Read the code in the inbox and type it."""
        self.type("code.label", self.v.house.code_sent_to(to, after=before))
        self.press("btn.continue")


class Subscriber(Told):
    """Goes from the home page to the receipt."""

    def sign_in_by_code(self, person: Person) -> None:
        """S1 to S3."""
        self.v.go("/")
        self.press("btn.start")
        self.press("signin.by_code")
        self.type("signin.number", "12345")
        self.press("btn.send_code")
        before = len(self.v.house.messages(person.number))
        self.type("signin.number", person.number)
        self.press("btn.send_code")
        self.code(person.number, before)

    def sign_in_by_password(self, username: str, password: str) -> None:
        """S1, S2 and S3b."""
        self.v.go("/")
        self.press("btn.start")
        self.type("signin.username", username)
        self.type("signin.password", password)
        self.press("btn.continue")

    def fill_in(self, person: Person, *, bank: bool = False) -> None:
        """S4 to S15."""
        self.choose_line()
        self.press("btn.continue")
        self.type("verify.card", "0000")
        self.press("btn.continue")
        self.prove(person)
        self.get_paid(bank=bank)
        self.give_contact(person)
        self.press("effects.go")

    def choose_line(self) -> None:
        """S4, or S3b and S4: the one line there is; its checks may take a moment."""
        self.v.tick()
        self.press("btn.continue")
        while self.v.says(self.say("tag.checking")):
            self.v.go(self.v.path)

    def settle(self, code: str, choice: str) -> None:
        """S7: choose a way out of an obstacle, and come back to the list."""
        self.v.go(f"{self.case()}/checks/{code}")
        self.v.choose(self.say(f"choice.{choice}"))
        self.press("btn.save_check")

    def apply_for(self, person: Person, kind: str) -> None:
        """S5: say who asks for the holder, and who the holder is."""
        self.v.choose(self.say(f"who.{kind}"))
        self.press("btn.continue")
        self.type("who.name", "李示例")
        self.v.page.get_by_label(self.say("who.document_kind")).select_option("passport")
        self.type("who.document_number", "E00000001")
        self.type("who.holder_name", person.holder_name)
        self.type("who.holder_document", person.document_number)
        self.press("btn.continue")

    def prove(self, person: Person) -> None:
        """S9: the last characters on the card."""
        self.type("verify.card", person.iccid[-4:])
        self.press("btn.continue")
        self.pass_by()

    def pass_by(self) -> None:
        """S8 to S11: answer no question that need not be answered."""
        if self.v.page.url.endswith("/export"):
            self.press("export.no")
        if self.v.page.url.endswith("/tidy"):
            skip = self.say("tidy.skip")
            self.press("tidy.skip" if self.v.says(skip) else "btn.continue")
        if self.v.page.url.endswith("/reason"):
            self.press("btn.continue")

    def show_papers(self) -> None:
        """S10: upload every paper the page asks for."""
        for _ in range(6):
            if not self.v.page.get_by_text(self.say("papers.lacking"), exact=True).count():
                break
            self.v.page.get_by_label(self.say("papers.file")).set_input_files(
                {"name": "paper.jpg", "mimeType": "image/jpeg", "buffer": picture()}
            )
            agreed = self.v.page.get_by_role("checkbox")
            if agreed.count():
                agreed.check()
            self.press("papers.upload")
        self.press("btn.continue")
        self.pass_by()

    def get_paid(self, *, bank: bool = False, stands_in: bool = False) -> None:
        """S12 and S13; whoever stands in for the holder names an account of their own."""
        account = "route.substitute_account" if stands_in else "route.bank_account"
        self.v.choose(self.say(account if bank else "route.original"))
        self.press("btn.continue")
        if bank:
            self.type("account.bank", "示例银行")
            self.type("account.number", "6222 0000 0000 0000 004")
            self.v.tick()
            self.press("btn.continue")

    def give_contact(self, person: Person) -> None:
        """S14, once wrong."""
        self.type("contact.label", person.number)
        self.press("btn.send_code")
        before = len(self.v.house.messages(person.contact))
        self.type("contact.label", person.contact)
        self.press("btn.send_code")
        self.code(person.contact, before)

    def case(self) -> str:
        """Return the path of the case the page is about."""
        found = CASE.search(self.v.page.url)
        assert found is not None, self.v.page.url
        return found.group()

    def submit(self) -> str:
        """S16 and S17; return the reference."""
        self.press("review.submit")
        hint = self.v.page.locator("#id_tail-help")
        if hint.count():
            self.type("review.tail", hint.inner_text().partition("**** ")[2][:4])
        self.v.tick()
        self.press("review.submit")
        found = REFERENCE.search(self.v.page.content())
        assert found is not None
        return found.group()

    def come_back(self, reference: str, person: Person) -> None:
        """Stay on the page until the line is gone with its sign-in, then follow where that leads."""
        send = self.v.page.get_by_role("button", name=self.say("btn.send_code"), exact=True)
        for _ in range(60):
            self.v.page.reload()
            if send.count():
                break
            self.v.page.wait_for_timeout(1000)
        self.v.look()
        assert self.v.page.get_by_role("heading", name=self.say("session.closed.h1")).count()
        filled = self.v.page.get_by_label(self.say("track.reference"), exact=True)
        assert filled.input_value() == reference
        before = len(self.v.house.messages(person.contact))
        self.press("btn.send_code")
        self.code(person.contact, before)

    def wait_for(self, state: str) -> None:
        """Reload the progress page until the case is in a state, not only a line of it."""
        name = self.say(f"state.{state}")
        for _ in range(60):
            if self.v.page.get_by_role("heading", name=name, exact=True).count():
                self.v.look()
                return
            self.v.page.wait_for_timeout(1000)
            self.v.page.reload()
        raise AssertionError(f"never {state}: {self.v.page.content()}")


class Officer(Told):
    """Takes a case and decides."""

    def __init__(self, visitor: "Walker", running: Service) -> None:
        super().__init__(visitor)
        self.running = running

    def sign_in(self, place: int) -> None:
        """D1; the authenticator's code works once, so a second sign-in waits for the next."""
        person = self.running.people()["staff"][place]
        self.v.go("/desk")
        for _ in range(40):
            self.type("desk.username", person["username"])
            self.type("signin.password", person["password"])
            code = self.running.run("demo", "code", person["username"]).stdout.strip()
            self.type("desk.code", code)
            self.press("desk.go")
            if self.v.page.get_by_role("heading", name=self.say("desk.work"), level=1).count():
                self.v.look()
                return
            self.v.page.wait_for_timeout(31_000)
        raise AssertionError("the officer cannot sign in")

    def open_own(self, person: Person, ground: str) -> str:
        """Open a closing of the operator's own, once wrong; return its reference."""
        self.v.go("/desk")
        self.press("desk.new.h1")
        self.type("signin.number", person.number)
        self.press("desk.new.go")
        self.type("involuntary.ground", ground)
        self.press("desk.new.go")
        found = REFERENCE.search(self.v.page.content())
        assert found is not None
        return found.group()

    def decide(self, reference: str, outcome: str, reason: str = "") -> None:
        """D3 to D5."""
        self.press("desk.queue")
        self.v.press(reference)
        self.press("desk.take")
        label = "desk.decide" if outcome == "approve" else f"desk.outcome.{outcome}"
        self.press(label)
        compared = self.v.page.get_by_label(self.say("desk.compared"))
        if compared.count():
            self.press("desk.papers_show")
            for shown in self.v.page.locator("figure img").all():
                shown.scroll_into_view_if_needed()
            self.v.page.wait_for_load_state("networkidle")
            compared.check()
        if reason:
            self.press(f"desk.confirm.{outcome}")
            self.v.page.get_by_label(self.say(reason)).check()
        self.press(f"desk.confirm.{outcome}")
