"""A load as on a busy day: closings, pages and papers at once, and what memory they took at most."""

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx

from tests.bench.memory import MIB, pss
from tests.service import Service
from xiaohu.ops.browser import Browser

AT_ONCE, EACH = 8, 40
PAGES = ("", "/certificate", "/certificate.pdf", "/statement.pdf", "/receipt.pdf")
REFERENCE = re.compile(r"XH-\d{4}-[0-9A-Z]{4}-[0-9A-Z]{2}")


class Peaks:
    """Looks at the memory of some processes until told to stop, and keeps the most it saw."""

    def __init__(self, service: Service, names: tuple[str, ...]) -> None:
        self.service = service
        self.most = dict.fromkeys(names, 0.0)
        self._stop = threading.Event()
        self._looking = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Peaks":
        self._looking.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._looking.join()

    def _look(self) -> None:
        while not self._stop.wait(0.3):
            for name in self.most:
                self.most[name] = max(self.most[name], pss(self.service, name) / MIB)


def put_on(service: Service) -> None:
    """Close a line; then read its pages and papers from several browsers while another one closes."""
    first = service.run("demo", "close")
    reference = REFERENCE.search(first.stdout)
    assert first.returncode == 0, first.stdout + first.stderr
    assert reference is not None
    visitor = _signed_in(service, reference.group())
    home = urlsplit(visitor.page.url).path
    cookies = dict(visitor.client.cookies)
    with ThreadPoolExecutor(AT_ONCE + 1) as crowd:
        closing = crowd.submit(service.run, "demo", "close")
        reading = [crowd.submit(_read, service, home, cookies) for _ in range(AT_ONCE)]
        for one in reading:
            one.result()
        assert closing.result().returncode == 0


def _signed_in(service: Service, reference: str) -> Browser:
    service.run("demo", "clock", "+2m")  # a minute must pass between two codes to one address
    time.sleep(1.5)  # running processes read the clock once a second
    newest = httpx.get(f"{service.inbox_url}/inbox.json", timeout=10.0).json()
    contact = next(message["to"] for message in newest if reference in message["text"])
    before = len(service.messages(contact))
    visitor = Browser(service.url, language="zh")
    visitor.go("/sign-in?method=reference&next=/cases")
    visitor.send(reference=reference)
    visitor.send(code=service.code_sent_to(contact, after=before))
    return visitor


def _read(service: Service, home: str, cookies: dict[str, str]) -> None:
    with httpx.Client(base_url=service.url, cookies=cookies, timeout=60.0) as browser:
        for number in range(EACH):
            answer = browser.get(home + PAGES[number % len(PAGES)])
            assert answer.status_code == httpx.codes.OK, answer.url.path
