"""The same three people everywhere (the subscriber, the reviewer, the stranger), and their world."""

import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import Q
from PIL import Image
from starlette.testclient import TestClient

from simulators import messages, operator, payout
from simulators.serving import Settings
from xiaohu.access.models import StaffUser, SubscriberAccount
from xiaohu.access.sessions import Method, Subscriber
from xiaohu.closures import (
    alarms,
    applying,
    checking,
    consenting,
    drafting,
    driver,
    payee_identity,
    paying,
    submitting,
    volunteering,
)
from xiaohu.closures.models import Case, Closing, Document, DocumentKind
from xiaohu.core.actors import Actor, ActorKind
from xiaohu.core.applicants import ApplicantKind, HolderKind
from xiaohu.core.consents import ConsentKind
from xiaohu.core.profile import RefundRoute
from xiaohu.core.proofs import ProofMethod
from xiaohu.core.questions import Question
from xiaohu.core.states import CaseState
from xiaohu.core.steps import Scope
from xiaohu.notices import outbox
from xiaohu.proofing import proofs
from xiaohu.queue import clock
from xiaohu.registry import calendars, demo_data, importer, lines, policies
from xiaohu.registry.models import Holder, Line
from xiaohu.trail import sequencer

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
TODAY = NOON.date()
OPERATOR = "demo"
ADMIN = Actor(ActorKind.ADMIN, "command line")
CLEAN, LARGE, ARREARS, CONTRACT, STOPPED, EMPTY = (f"+861300000000{n}" for n in range(1, 7))


@dataclass
class Clock:
    """Business time of a test."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        """Return the moment."""
        return self.at

    def pass_(self, **span: float) -> None:
        """Let time pass."""
        self.at += timedelta(**span)


class RealClock(Clock):
    """Business time itself, as the worker reads it."""

    def __call__(self) -> datetime:
        """Return the moment it is now."""
        return clock.now()


APPLICATIONS = {1: operator, 2: payout, 3: messages}


class _Clients(dict[int, TestClient]):
    """The simulators by the last digit of their ports, each started when it is first called."""

    def __init__(self, folder: Path, inventory: str) -> None:
        super().__init__()
        self.folder = folder
        self.inventory = inventory

    def __missing__(self, number: int) -> TestClient:
        simulator = APPLICATIONS[number]
        name = simulator.__name__.rpartition(".")[2]
        told = Settings(data=str(self.folder / name), inventory=self.inventory)
        self[number] = TestClient(simulator.application(told))
        self[number].__enter__()
        return self[number]


@dataclass
class Outside:
    """The three simulators, reached without a network."""

    folder: Path
    clients: dict[int, TestClient] = field(default_factory=dict)

    def start(self, inventory: Path) -> None:
        """Start all three, or start them again with what they remember."""
        self.stop()
        self.clients = _Clients(self.folder, str(inventory))

    def stop(self) -> None:
        """Stop all three; their truth stays."""
        for client in self.clients.values():
            client.__exit__(None, None, None)
        self.clients = {}

    def exchange(
        self,
        base_url: str,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        content: bytes | None,
        **_limits: float,
    ) -> tuple[int, bytes]:
        """Answer a call: the last digit of the port tells which of the three it is for."""
        client = self.clients[int(base_url[-1])]
        answer = client.request(method, path, headers=dict(headers), content=content)
        return answer.status_code, answer.content

    def fault(self, which: str, **faults: Any) -> None:
        """Switch faults on, or all off."""
        number = {"operator": 1, "payout": 2, "messages": 3}[which]
        assert self.clients[number].put("/faults", json=faults).status_code == 200

    def truth(self, which: str, kind: str | None = None) -> list[dict[str, Any]]:
        """Return what really happened at one of them."""
        file = self.folder / which / "truth.jsonl"
        text = file.read_text() if file.exists() else ""
        records = [json.loads(line) for line in text.splitlines()]
        return [record for record in records if kind is None or record.get("kind") == kind]

    def inbox(self, to: str) -> list[str]:
        """Return what was texted to an address, newest first."""
        return [m["text"] for m in self.clients[3].get("/inbox.json", params={"to": to}).json()]

    def change(self, line: Line, **facts: Any) -> None:
        """Change facts of a line at the operator."""
        changed = self.clients[1].patch(f"/lines/{line.subscription_id}", json=facts)
        assert changed.status_code == 200


@dataclass
class World:
    """An operator with its rules, thirty lines, and the outside."""

    clock: Clock
    outside: Outside

    @property
    def now(self) -> datetime:
        """The moment it is."""
        return self.clock()

    def line(self, number: str = CLEAN) -> Line:
        """Return the line of a number."""
        found = lines.find(OPERATOR, number)
        assert found is not None
        return found

    def subscriber(self, number: str = CLEAN) -> Subscriber:
        """Return the holder of a line, signed in by password."""
        account = SubscriberAccount.objects.get(holder_id=self.line(number).holder_id)
        return signed_in(account)

    def draft(self, number: str = CLEAN, *, scope: Scope = Scope.LINE) -> Case:
        """Open a draft."""
        return drafting.open_case(
            subscriber=self.subscriber(number),
            scope=scope,
            line_ids=[self.line(number).pk] if scope is not Scope.ACCOUNT else [],
            language="zh-hans",
            now=self.now,
        )

    def ready(self, number: str = CLEAN, *, scope: Scope = Scope.LINE) -> Case:
        """Return a draft with every answer given and checks just run."""
        case = self.draft(number, scope=scope)
        self.answer(case)
        return case

    def answer(self, case: Case) -> None:
        """Give every answer of a draft."""
        checking.run(case_id=case.pk, now=self.now)
        proofs.note(case_id=case.pk, method=ProofMethod.ICCID_TAIL, now=self.now)
        self.show_papers(case)
        paying.set_refund(case_id=case.pk, route=RefundRoute.ORIGINAL)
        drafting.set_contact(case_id=case.pk, to="subscriber@example.com")
        drafting.confirm_contact(case_id=case.pk)
        drafting.note_effects_read(case_id=case.pk)
        for question in Question:
            volunteering.pass_by(case_id=case.pk, question=question)

    def show_papers(self, case: Case) -> None:
        """Upload every paper a draft still needs."""
        self.agree(case, ConsentKind.ID_PHOTO)
        for kind in applying.standing(case, now=self.now).lacking:
            applying.add_paper(case_id=case.pk, evidence=kind, data=picture(), now=self.now)

    def agree(self, case: Case, *kinds: ConsentKind) -> None:
        """Agree to something as the holder; to the use of a bank account unless told otherwise."""
        for kind in kinds or (ConsentKind.BANK_ACCOUNT,):
            consenting.give(case_id=case.pk, kind=kind, actor=holder_of(case), now=self.now)

    def show_identity(self, case: Case, actor: Actor | None = None) -> None:
        """Show again who names another payee, as the holder unless told otherwise."""
        payee_identity.show(
            case_id=case.pk, data=picture(), actor=actor or holder_of(case), now=self.now
        )

    def submit(self, case: Case) -> Case:
        """Submit a draft as its holder; after a return, what closing means is read again first."""
        if Case.objects.filter(pk=case.pk, state=CaseState.AWAITING_CUSTOMER).exists():
            drafting.note_effects_read(case_id=case.pk)
        return submitting.submit_case(
            case_id=case.pk, declared=True, actor=holder_of(case), now=self.now
        )

    def submitted(self, number: str = CLEAN, *, scope: Scope = Scope.LINE) -> Case:
        """Return a submitted case."""
        return self.submit(self.ready(number, scope=scope))

    def work(self) -> None:
        """Let the worker do everything that is due now."""
        for _ in range(30):
            ids = alarms.due(now=self.now)
            if not ids:
                break
            for closing_id in ids:
                driver.advance(closing_id=closing_id, clock=self.clock)
        self.send_notices()
        sequencer.run_once()

    def work_until(self, done: Callable[[], bool], *, hours: int = 240) -> None:
        """Let time pass by the minute until something is so."""
        for _ in range(hours * 60):
            self.work()
            if done():
                return
            self.clock.pass_(minutes=1)
        raise AssertionError("it never happened")

    def skip_until(self, case: Case, done: Callable[[], bool]) -> None:
        """Let time jump to whatever is due next until something is so."""
        for _ in range(100):
            self.work()
            if done():
                return
            due = closing_of(case).next_action_at
            assert due is not None, "nothing is due any more"
            self.clock.at = max(self.clock.at, due) + timedelta(seconds=1)
        raise AssertionError("it never happened")

    def send_notices(self) -> None:
        """Send what is queued."""
        while outbox.flush(now=self.now):
            pass

    def close(self, number: str = CLEAN, *, scope: Scope = Scope.LINE) -> Case:
        """Carry a clean line from request to the end."""
        case = self.submitted(number, scope=scope)
        self.clock.pass_(days=3, minutes=1)
        self.work()
        case.refresh_from_db()
        return case

    def close_firm(self, numbers: Sequence[str] = (CLEAN, EMPTY)) -> Case:
        """Carry clean lines of one organisation from one request to the end."""
        first, *others = [self.line(number) for number in numbers]
        Line.objects.filter(pk__in=[one.pk for one in others]).update(holder_id=first.holder_id)
        case = drafting.open_case(
            subscriber=self.subscriber(numbers[0]),
            scope=Scope.LINE,
            line_ids=[first.pk, *(one.pk for one in others)],
            language="zh-hans",
            now=self.now,
        )
        self.answer(case)
        self.submit(case)
        # The papers a handler shows, and who looks at them, are told by other tests.
        Holder.objects.filter(pk=first.holder_id).update(kind=HolderKind.ORGANISATION.value)
        Case.objects.filter(pk=case.pk).update(applicant=ApplicantKind.ORG_HANDLER.value)
        self.clock.pass_(days=3, minutes=1)
        self.work()
        case.refresh_from_db()
        return case


def set_up(folder: Path, *, today: date = TODAY, count: int = 30) -> World:
    """Make a world: rules published, calendar seeded, lines imported, simulators ready."""
    policies.publish(operator=OPERATOR, toml=policies.shipped("generic-cn"), actor=ADMIN, now=NOON)
    calendars.seed(today=today)
    export = folder / "lines.csv"
    demo_data.write(path=export, lines=count, seed=1, today=today)
    importer.import_lines(path=export, operator=OPERATOR, actor=ADMIN, now=NOON)
    outside = Outside(folder)
    outside.start(export)
    return World(Clock(), outside)


def set_up_rows(export: Path, *, now: datetime) -> World:
    """Make a world in real time around an export; its outside runs elsewhere."""
    policies.publish(operator=OPERATOR, toml=policies.shipped("generic-cn"), actor=ADMIN, now=now)
    calendars.seed(today=now.date())
    importer.import_lines(path=export, operator=OPERATOR, actor=ADMIN, now=now)
    return World(RealClock(), Outside(export.parent))


def signed_in(account: SubscriberAccount) -> Subscriber:
    """Return somebody signed in by password."""
    return Subscriber(
        session_id=account.pk,
        operator=account.operator,
        method=Method.PASSWORD,
        account_id=account.pk,
        holder_id=account.holder_id,
        line_id=None,
        case_id=None,
    )


def holder_of(case: Case) -> Actor:
    """Return the subscriber of a case as an actor."""
    return Actor(ActorKind.SUBSCRIBER, str(case.prepared_by))


def document_of(case: Case, kind: DocumentKind) -> Document | None:
    """Return the newest document of a kind issued for a case."""
    issued = Document.objects.filter(Q(closing__case=case) | Q(case=case), kind=kind.value)
    return issued.order_by("-issued_at").first()


def picture(*, width: int = 40, height: int = 30, kind: str = "JPEG") -> bytes:
    """Return a small picture of nothing."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(out, kind)
    return out.getvalue()


def staff(name: str = "chen", *roles: ActorKind, pk: UUID | None = None) -> StaffUser:
    """Return somebody of the desk; a reviewer unless other roles are given."""
    kinds = roles or (ActorKind.OFFICER, ActorKind.REVIEWER)
    extra = {"pk": pk} if pk is not None else {}
    return StaffUser.objects.create(
        username=name,
        display_name=f"{name}示例",
        operator=OPERATOR,
        roles=[kind.value for kind in kinds],
        **extra,
    )


def closing_of(case: Case) -> Closing:
    """Return the closing of a case, fresh."""
    return Closing.objects.get(case=case)
