"""The canaries come in: by the operator's file, by a browser, by the app's backend, by callbacks."""

import base64
import hashlib
import hmac
import io
import json
import re
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from PIL import Image
from playwright.sync_api import BrowserContext, Page

from tests.canaries.marks import CALLED, HOLDERS, SENT, TYPED, Holder
from tests.service import Service
from xiaohu.core import cells
from xiaohu.registry import demo_data
from xiaohu.registry.columns import EVERY

OTHERS = 40  # lines of whoever the demo shows; none of them is a canary
APP_SECRET = "shared with the app, and with nobody else"
CALLBACK_SECRET = "shared with the providers, and with nobody else"
REFERENCE = re.compile(r"XH-\d{4}-[0-9A-Z]{4}-[0-9A-Z]{2}")
MANY = 40  # pages until somebody must be at the end


def export(place: Path, today: Any) -> None:
    """Write the operator's file: some lines like any, and those of the holders."""
    place.parent.mkdir(parents=True)
    others = list(demo_data.rows(OTHERS, seed=3, today=today))
    clean = next(row for row in others if demo_data.is_clean(row))
    with place.open("w", encoding="utf-8", newline="") as file:
        cells.write_row(file, EVERY)
        for row in others:
            cells.write_row(file, (row[name] for name in EVERY))
        for n, one in enumerate(HOLDERS):
            row = {**clean, **one.of_file, "subscription_id": f"sub-of-canary-{n}"}
            cells.write_row(file, (row[name] for name in EVERY))


def codes(service: Service, to: str) -> list[str]:
    """Return the codes an address got, newest first."""
    return [
        code for text in service.messages(to) for code in re.findall(r"(?<!\d)\d{6}(?!\d)", text)
    ]


class Somebody:
    """A person with a browser, going by the names of fields."""

    def __init__(self, context: BrowserContext, service: Service) -> None:
        self.page: Page = context.new_page()
        self.service = service

    def go(self, path: str) -> None:
        """Open an address of the service."""
        self.page.goto(self.service.url + path)

    @property
    def path(self) -> str:
        """Where they are."""
        return urlsplit(self.page.url).path

    def send(self, press: str = "", **typed: str) -> None:
        """Fill in fields, choose, tick, and send the form."""
        for name, value in typed.items():
            field = self.page.locator(f'main [name="{name}"]').first
            kind = field.get_attribute("type")
            if kind in {"radio", "checkbox"} and value != "on":
                self.page.check(f'main [name="{name}"][value="{value}"]')
            elif kind == "checkbox":
                field.check()
            elif field.evaluate("e => e.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        first = next(iter(typed), "")
        form = self.page.locator(f'main form:has([name="{first}"])' if first else "main form").last
        button = self.page.locator(f"main {press}") if press else form.locator("button")
        with self.page.expect_navigation():
            button.first.click()

    def code(self, to: str, press: Any) -> None:
        """Have a code sent, read it where it arrives, and type it."""
        before = len(codes(self.service, to))
        press()
        until = time.monotonic() + 20
        while len(codes(self.service, to)) == before:
            assert time.monotonic() < until, f"no code arrived for {self.path}"
            time.sleep(0.1)
        self.send(code=codes(self.service, to)[0])

    def close(self, one: Holder, *, reason: str = "", proxy: bool = False) -> str:
        """Ask that a line and its account be closed; return the reference."""
        self._recover(one)
        self.go("/scope")
        self.send(choice="both")
        self._choose()
        if proxy:
            self._stand_in(one)
        for _ in range(MANY):
            if self.path.endswith("/submitted"):
                break
            self._answer(one, reason)
        found = REFERENCE.search(self.page.content())
        assert found is not None, self.path
        return found.group()

    def _recover(self, one: Holder) -> None:
        """Come in by a forgotten password: no canary has one."""
        asked = {"username": one.username, "to": "recover_line", "number": one.number}
        self.go("/sign-in/recover")
        self.code(one.number, lambda: self.send(**asked))
        self.send(password=f"{TYPED['wrong_password']}{one.username}")

    def _choose(self) -> None:
        if self.path == "/lines":
            self.page.locator('main [name="choice"]').first.check()
            self.send()

    def _stand_in(self, one: Holder) -> None:
        case = re.match(r"/case/[0-9a-f-]{36}", self.path)
        assert case is not None
        self.go(f"{case.group()}/who")
        self.send(kind="proxy")
        self.send(
            name=TYPED["proxy_name"],
            document_kind="passport",
            document_number=TYPED["proxy_document"],
            holder_name=one.holder_name,
            holder_document=one.document_number,
        )

    def _answer(self, one: Holder, reason: str) -> None:
        """Answer the page they are on."""
        page = self.path.split("/", 3)[3]
        answers: dict[str, Callable[[], None]] = {
            "checks": self._go_on,
            "verify": lambda: self.send(tail=one.iccid[-4:]),
            "documents": self._show_papers,
            "export": self._copy,
            "tidy": lambda: self.send(press='[name="pass"]'),
            "reason": lambda: self._say_why(reason),
            "balance": lambda: self.send(
                choice="bank_account" if one in HOLDERS[:3] else "original"
            ),
            "balance/account": lambda: self._name_account(one),
            "contact": lambda: self.code(one.contact, lambda: self.send(to=one.contact)),
            "effects": self.send,
            "check": lambda: self._declare(one),
        }
        answers[page]()

    def _say_why(self, reason: str) -> None:
        if reason:
            self.send(choice="other", words=reason)
        else:
            self.send(choice="not_said")

    def _name_account(self, one: Holder) -> None:
        """Name the account, once with a number that is too short."""
        self.send(bank="示例银行", account=TYPED["misspelt_account"], agreed="on")
        self.send(bank="示例银行", account=one.account, agreed="on")

    def _declare(self, one: Holder) -> None:
        asked = self.page.locator('main [name="tail"]').count()
        self.send(**({"tail": one.number[-4:]} if asked else {}), declared="on")

    def _copy(self) -> None:
        """Have a copy made of everything, wait for it, have it packed, and go on."""
        if self.page.locator('main [name="choice"]').count():
            self.send(choice="calls")
            for _ in range(MANY):
                if self.page.locator('main [name="unlock"]').count():
                    break
                time.sleep(0.5)
                self.page.reload()
            self.send(press='[name="unlock"]')
        self.send(press='[name="pass"]')

    def _show_papers(self) -> None:
        """Show a paper of every kind that is asked for."""
        for _ in range(MANY):
            if not self.page.get_by_text("待上传", exact=True).count():
                break
            self.page.set_input_files(
                'main [name="file"]',
                {"name": TYPED["paper_name"], "mimeType": "image/jpeg", "buffer": paper()},
            )
            agreed = self.page.locator('main [name="agreed"]')
            if agreed.count():
                agreed.check()
            with self.page.expect_navigation():
                self.page.locator('main form:has([name="file"]) .actions button').first.click()
        self._go_on()

    def _go_on(self) -> None:
        with self.page.expect_navigation():
            self.page.locator("main .actions a.button").first.click()


def paper() -> bytes:
    """Return a picture that says by whom it was made, and what is on it."""
    picture = Image.new("RGB", (60, 40), "white")
    exif = Image.Exif()
    exif[0x010F] = TYPED["paper_maker"]
    exif[0x010E] = TYPED["paper_words"]
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif)
    return out.getvalue()


def ask_for_a_ticket(service: Service) -> None:
    """The app's backend asks for numbers we do not have; one request is not signed."""
    for name, secret in (("ticket_number", APP_SECRET), ("ticket_unsigned", "another")):
        body = json.dumps({"number": SENT[name]}).encode()
        answer = httpx.post(
            f"{service.url}/app/tickets", content=body, headers=signed(body, secret)
        )
        assert answer.status_code in {401, 404}, answer.text


def call_back(service: Service, effect: str) -> None:
    """Providers report, and say more than they should; one report is forged, one nobody can read."""
    known = {"type": "payout.accepted", "key": effect, "amount_fen": 100, "payee": CALLED["payee"]}
    for source, body, secret in (
        ("payout", json.dumps(known, ensure_ascii=False).encode(), CALLBACK_SECRET),
        ("messages", json.dumps(known).encode(), CALLBACK_SECRET),
        ("operator", json.dumps({**known, "type": "bill.ready"}).encode(), CALLBACK_SECRET),
        ("payout", CALLED["unreadable"].encode(), CALLBACK_SECRET),
        ("payout", CALLED["forged"].encode(), "another"),
    ):
        answer = httpx.post(
            f"{service.url}/callbacks/{source}", content=body, headers=signed(body, secret)
        )
        assert answer.status_code in {204, 400}, answer.text


def signed(body: bytes, secret: str) -> dict[str, str]:
    """Return the headers of a signed request, in the form of Standard Webhooks."""
    request_id, sent = str(uuid.uuid4()), str(int(time.time()))
    said = f"{request_id}.{sent}.".encode() + body
    mac = base64.b64encode(hmac.new(secret.encode(), said, hashlib.sha256).digest()).decode()
    return {
        "content-type": "application/json",
        "webhook-id": request_id,
        "webhook-timestamp": sent,
        "webhook-signature": f"v1,{mac}",
    }


def wander(somebody: Somebody) -> None:
    """Type what comes to mind, in the wrong places too."""
    somebody.go("/sign-in?method=code")
    somebody.send(number=TYPED["unknown_number"])
    somebody.go("/sign-in")
    somebody.send(username=TYPED["unknown_username"], password=TYPED["wrong_password"])
    somebody.go(f"/help?q={TYPED['help_search']}")
    somebody.go("/help/apply-online")
    somebody.send(press='[name="helped"][value="no"]')
    somebody.send(words=TYPED["remark"])
    somebody.go("/help/contact")
    called = {"name": TYPED["caller_name"], "number": TYPED["caller_number"]}
    somebody.send(**called, topic="money", time="soon")
    somebody.go("/help/complaint")
    said = {"words": TYPED["complaint"], "name": TYPED["complainer"]}
    somebody.send(**said, to=TYPED["complaint_contact"], subject="delay")


def list_numbers(somebody: Somebody) -> None:
    """Paste a list of numbers, one of them a stranger's."""
    somebody.go("/lines/upload")
    somebody.send(numbers=TYPED["listed_number"])


def decide(officer: Somebody, references: list[str]) -> None:
    """Sign in at the desk, once wrong, look for somebody, and agree to every request."""
    person = officer.service.people()["staff"][0]
    officer.go("/desk")
    officer.send(username=TYPED["desk_username"], password="wrong password", code="000000")
    code = officer.service.run("demo", "code", person["username"]).stdout.strip()
    officer.send(username=person["username"], password=person["password"], code=code)
    officer.go("/desk/search")
    officer.send(find=TYPED["desk_search"])
    for number, reference in enumerate(references):
        officer.go(f"/desk/case/{reference}")
        assert REFERENCE.search(officer.page.content()), officer.path
        if not officer.page.locator('main [name="claim"]').count():
            continue  # nothing about it needs a person
        officer.send(press='[name="claim"]')
        if number == 0:
            officer.page.fill('main [name="note"]', TYPED["note"])
            officer.send(press='[name="write"]')
        officer.go(f"/desk/case/{reference}/decide?outcome=approve")
        compared = officer.page.locator('main [name="compared"]')
        if compared.count():
            officer.go(f"/desk/case/{reference}/decide?outcome=approve&papers=1")
            for shown in officer.page.locator("figure img").all():
                shown.scroll_into_view_if_needed()
            officer.page.wait_for_load_state("networkidle")
            compared.check()
        officer.send(press="form .actions button")
