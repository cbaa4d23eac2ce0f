"""`xiaohu demo close`: one whole closing through the pages, as a subscriber and an officer see it.

Everything goes through the portal's, the desk's and the inbox's own routes; the officer's code
and the moved clock are what a person at this terminal has as well.
"""

import re
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from xiaohu.config.options import Options
from xiaohu.ops import demo, demo_people, verifying
from xiaohu.ops.browser import Browser, PageProblem
from xiaohu.queue import clock

OK, FAILED, UNREACHABLE = 0, 1, 7
WAIT_SECONDS = 60.0
CLOCK_READ_EVERY = 1.5  # running processes read the clock once a second
COOLING = timedelta(days=3, minutes=1)
_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
_VERIFY = re.compile(r"/case/.+/verify$")
_REFERENCE = re.compile(r"XH-\d{4}-[0-9A-Z]{4}-[0-9A-Z]{2}")
Tell = Callable[[str], None]

STORY = {
    "sign_in": ("机主用短信验证码登录", "The subscriber signs in with a code by text"),
    "checks": ("选择号码，检查通过", "The line is chosen and every check passes"),
    "proof": ("用 SIM 卡号后四位再次验证身份", "Identity is proved once more by the card's number"),
    "refund": ("选择退至本人银行卡", "The refund goes to the holder's bank account"),
    "contact": ("确认销户后的联系方式", "A contact that outlives the line is confirmed"),
    "submit": ("核对并提交，受理编号 {ref}", "Checked and submitted, reference {ref}"),
    "desk": ("审核人员用密码和动态码登录", "A reviewer signs in with password and second factor"),
    "approve": ("审核人员领取、核对并通过", "The reviewer takes the case and approves it"),
    "clock": ("演示时钟拨快 3 天，冷静期结束", "The demo clock moves 3 days, cooling-off ends"),
    "closed": (
        "停机、拆机、结算、退款、删除完成",
        "Stopped, disconnected, settled, refunded, erased",
    ),
    "papers": ("下载销户证明和说明", "Certificate and statement are downloaded"),
    "verified": ("离线核验：{said}", "Verified offline: {said}"),
    "done": (
        "全部办结，用时 {seconds:.1f} 秒，{loads} 次页面",
        "All done in {seconds:.1f} s, {loads} pages",
    ),
}


class Narrator:
    """Tells each step with its time."""

    def __init__(self, tell: Tell, language: str) -> None:
        self.tell = tell
        self.language = 1 if language == "en" else 0
        self.began = time.monotonic()

    def step(self, name: str, **said: object) -> None:
        """Tell one step."""
        passed = time.monotonic() - self.began
        self.tell(f"{passed:6.1f} s  {STORY[name][self.language].format(**said)}")


def close_one(options: Options, *, language: str, tell: Tell) -> int:
    """Close one line; exit code 0 says that both documents verify offline."""
    row = demo.free_line(options.data_dir)
    if row is None:
        tell("没有可以办理的演示号码了 · No demo line is left")
        return FAILED
    narrator = Narrator(tell, language)
    try:
        return _Closing(options, row, narrator, language).run()
    except (PageProblem, httpx.HTTPError) as problem:
        tell(f"✗ {type(problem).__name__}: {problem}")
        return UNREACHABLE if isinstance(problem, httpx.HTTPError) else FAILED


class _Closing:
    """One run: two browsers, one inbox."""

    def __init__(
        self, options: Options, row: dict[str, str], narrator: Narrator, language: str
    ) -> None:
        self.options = options
        self.row = row
        self.narrator = narrator
        base_url = f"http://127.0.0.1:{options.port}"
        self.holder = Browser(base_url, language=language)
        self.officer = Browser(base_url, language=language)
        self._seen: set[str] = set()
        self.inbox = httpx.Client(base_url=options.simulator_url(3), timeout=10.0)

    def run(self) -> int:
        """Go the whole way."""
        reference = self._file_request()
        self._decide(reference)
        clock.move(by=COOLING)
        time.sleep(CLOCK_READ_EVERY)
        self.narrator.step("clock")
        path = self._wait_until_done(reference)
        verified = self._verify(path)
        passed = time.monotonic() - self.narrator.began
        loads = self.holder.loads + self.officer.loads
        self.narrator.step("done", seconds=passed, loads=loads)
        return OK if verified else FAILED

    def _file_request(self) -> str:
        number, email = self.row["number"], self.row["contact"]
        for address in (number, email):
            self._seen |= set(self._codes(address))  # of earlier runs
        page = self.holder
        page.go("/")
        page.go("/sign-in?method=code")
        page.send(number=number)
        page.send(code=self._code(number))
        self.narrator.step("sign_in")
        page.send(choice=page.page.offered("choice")[0])
        self._wait_for_checks()
        page.go(page.link(_VERIFY.pattern))
        self.narrator.step("checks")
        page.send(tail=self.row["iccid"][-4:])
        self._pass_by()
        self.narrator.step("proof")
        page.send(choice="bank_account")
        page.send(bank="示例银行", account="6222 0000 0000 0000 004", agreed="on")
        self.narrator.step("refund")
        page.send(to=email)
        page.send(code=self._code(email))
        self.narrator.step("contact")
        page.send()
        page.send(declared="on")
        found = _REFERENCE.search(page.page.text)
        if found is None:
            raise PageProblem(f"no reference on {page.page.url}")
        self.narrator.step("submit", ref=found.group())
        return found.group()

    def _wait_for_checks(self) -> None:
        """Look again until the page leads on: while the operator is silent it only shows itself."""
        until = time.monotonic() + WAIT_SECONDS
        while not any(_VERIFY.search(link) for link in self.holder.page.links):
            if time.monotonic() > until:
                return  # Whoever asks for the link is told that it is not there.
            self.holder.go(self.holder.page.url)

    def _pass_by(self) -> None:
        """Answer no question that need not be answered."""
        while urlsplit(self.holder.page.url).path.endswith(("/export", "/tidy")):
            self.holder.send(press=("pass", "1"))
        if urlsplit(self.holder.page.url).path.endswith("/reason"):
            self.holder.send(choice="not_said")

    def _decide(self, reference: str) -> None:
        person = demo_people.read(self.options.data_dir)["staff"][0]
        page = self.officer
        page.go("/desk")
        self._sign_in_officer(person)
        self.narrator.step("desk")
        page.go("/desk/queue?view=waiting")
        page.go(f"/desk/case/{reference}")
        page.send(press=("claim", "1"))
        page.go(f"/desk/case/{reference}/decide?outcome=approve")
        page.send(outcome="approve")
        self.narrator.step("approve")

    def _sign_in_officer(self, person: dict[str, str]) -> None:
        """Sign in; a code of the authenticator works once, so a second run may wait for the next."""
        used = ""
        for _ in range(2):
            code = self._second_factor(person["username"])
            while code == used:
                time.sleep(1.0)
                code = self._second_factor(person["username"])
            try:
                self.officer.send(
                    username=person["username"], password=person["password"], code=code
                )
            except PageProblem:
                used = code
                continue
            return
        raise PageProblem("the demo officer cannot sign in")

    def _wait_until_done(self, reference: str) -> str:
        """Stay on its page; the line's sign-in ends with the line, and a code to the contact follows."""
        page = self.holder
        path = urlsplit(page.link(r"/case/[0-9a-f-]{36}$")).path
        until = time.monotonic() + WAIT_SECONDS
        while urlsplit(page.go(path).url).path == path and time.monotonic() < until:
            time.sleep(1.0)
        if page.page.filled("reference") != reference:
            raise PageProblem(f"no way back to {reference} on {page.page.url}")
        page.send(reference=reference)
        page.send(code=self._code(self.row["contact"]))
        while time.monotonic() < until:
            page.go(path)
            if any(link.endswith("/statement") for link in page.page.links):
                page.go(f"{path}/statement")
                if any(link.endswith("/statement.pdf") for link in page.page.links):
                    self.narrator.step("closed")
                    return path
            time.sleep(1.0)
        raise PageProblem("the closing did not end in a minute")

    def _verify(self, path: str) -> bool:
        """Verify both documents with nothing but the files and the public key."""
        well = True
        with tempfile.TemporaryDirectory() as folder:
            public = Path(folder) / "key.pub"
            public.write_bytes(self.holder.fetch("/verify/key"))
            self.narrator.step("papers")
            for kind in ("certificate", "statement"):
                file = Path(folder) / f"{kind}.pdf"
                file.write_bytes(self.holder.fetch(f"{path}/{kind}.pdf"))
                told: list[str] = []
                judged = verifying.verify_file(file, key=public, say=told.append, out=told.append)
                well = well and judged == verifying.OK
                self.narrator.step("verified", said=told[0])
        return well

    def _code(self, to: str) -> str:
        """Read the newest code in the inbox."""
        until = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < until:
            for code in self._codes(to):
                if code not in self._seen:
                    self._seen.add(code)
                    return code
            time.sleep(0.2)
        raise PageProblem("no code arrived in the inbox")

    def _codes(self, to: str) -> list[str]:
        messages = self.inbox.get("/inbox.json", params={"to": to}).json()
        return [code for message in messages for code in _CODE.findall(message["text"])]

    def _second_factor(self, username: str) -> str:
        code = demo.staff_code(username)
        if code is None:
            raise PageProblem("the demo officer has no authenticator")
        return code
