"""`xiaohu settle`: carried on, shown, tried again by somebody proved, handed to finance."""

import csv
import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.closures.states import BANK, in_review, officer
from tests.closures.test_refund import came_back
from tests.stories import World, closing_of, staff
from tests.template import Template
from xiaohu.access import mfa
from xiaohu.access.models import StaffUser
from xiaohu.closures import reviewing, standing
from xiaohu.closures.models import Case
from xiaohu.core.actors import ActorKind
from xiaohu.core.findings import FindingKind, FindingSource
from xiaohu.gateways import http
from xiaohu.ops.cli import app
from xiaohu.queue import clock
from xiaohu.queue.models import Effect
from xiaohu.settlement import findings

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
PASSWORD = "a long example password"
OK, FAILED, REFUSED, LATE = 0, 1, 5, 6
DIFFERENT = 6


@pytest.fixture
def world(template: Template, db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world with two people of finance."""
    clock.forget()
    made = template.world(tmp_path)
    monkeypatch.setattr(http, "_exchange", made.outside.exchange)
    monkeypatch.setattr(clock, "now", made.clock)
    for name in ("qian", "sun"):
        person = staff(name, ActorKind.FINANCE)
        person.set_password(PASSWORD)
        person.save()
        mfa.enrol(person)
    return made


def run(*arguments: object, by: str = "", password: str = PASSWORD) -> Result:
    """Run a command as somebody."""
    typed = ""
    if by:
        code = mfa.current_code(StaffUser.objects.get(username=by))
        typed, arguments = f"{password}\n{code}\n", (*arguments, "--by", by)
    given = [*map(str, arguments), "--lang", "zh"]
    return CliRunner().invoke(app, ["settle", *given], input=typed)


def status() -> dict[str, dict[str, dict[str, int]]]:
    """Return what the command says in JSON."""
    document: dict[str, dict[str, dict[str, int]]] = json.loads(run("status", "--json").stdout)
    return document


def test_nothing_waits_where_nothing_happened(world: World) -> None:
    assert run("status").exit_code == OK
    assert {one["count"] for one in status()["waiting"].values()} == {0}


def test_what_waits_is_counted_where_it_waits(world: World) -> None:
    case = came_back(world)
    place = status()["waiting"]["came_back"]
    assert (place["count"], place["left_fen"]) == (1, 12640)
    shown = run("status").stdout
    assert "退款被退回" in shown
    assert "126.40" in shown
    assert closing_of(case).pk.hex not in shown


def test_what_is_late_ends_with_six(world: World) -> None:
    came_back(world)
    world.clock.pass_(days=16)
    assert run("status").exit_code == LATE
    assert status()["waiting"]["came_back"]["late"] == 1


def test_what_people_must_decide_is_counted(world: World) -> None:
    findings.note(
        operator="demo",
        kind=FindingKind.UNREADABLE,
        source=FindingSource.CALLBACK,
        now=world.now,
    )
    assert "回执无法读懂 1" in run("status").stdout


def test_what_is_due_is_carried_on(world: World) -> None:
    world.outside.fault("payout", asynchronous=True)
    case = world.close()
    world.outside.fault("payout")
    world.clock.pass_(minutes=1)
    assert "已推进 1 笔" in run("run").stdout
    assert "已推进 0 笔" in run("run").stdout
    assert Effect.objects.get(kind="refund").state in {"done", "unknown"}
    assert closing_of(case).step != "settle"


def test_a_refund_that_came_back_is_tried_again(world: World) -> None:
    case = came_back(world)
    world.outside.fault("payout")
    assert run("retry", case.reference.lower(), by="qian").exit_code == OK
    world.work()
    assert len(world.outside.truth("payout")) == 1
    again = run("retry", case.reference, by="sun")
    assert again.exit_code == REFUSED
    assert "NOTHING_TO_TRY" in again.output


def test_one_effect_is_tried_again(world: World) -> None:
    came_back(world)
    assert run("retry", Effect.objects.get(kind="refund").pk, by="qian").exit_code == OK


@pytest.mark.parametrize(
    "what", ["XH-2611-0000-00", "nonsense", "00000000-0000-4000-8000-000000000001"]
)
def test_what_is_unknown_is_refused(world: World, what: str) -> None:
    answer = run("retry", what, by="qian")
    assert answer.exit_code == REFUSED
    assert "CASE_NOT_FOUND" in answer.output


def test_nobody_tries_again_without_proving_who_they_are(world: World) -> None:
    case = came_back(world)
    assert run("retry", case.reference, by="qian", password="x").exit_code == REFUSED
    assert closing_of(case).state == "refund_attention"


def refunds(file: Path) -> list[dict[str, str]]:
    """Return the rows of an export."""
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def test_refunds_are_handed_to_finance(world: World, tmp_path: Path) -> None:
    case = to_a_bank(world)
    file = tmp_path / "refunds.csv"
    file.touch(mode=0o644)
    assert run("export", "-o", file).exit_code == OK
    assert file.stat().st_mode & 0o777 == 0o600
    [row] = refunds(file)
    assert (row["case"], row["refunded_yuan"], row["left_yuan"]) == (
        case.reference,
        "126.40",
        "0.00",
    )
    assert (row["route"], row["account_tail"]) == ("bank_account", "0001")
    assert row["provider_reference"] == "PAY-000001"
    text = file.read_text(encoding="utf-8-sig")
    assert BANK["account"] not in text
    assert BANK["bank"] not in text


def to_a_bank(world: World) -> Case:
    """Return a case whose money went to a bank, as an officer agreed."""
    case = in_review(world)
    reviewing.claim(case_id=case.pk, officer=officer(), now=world.now)
    reviewing.approve(case_id=case.pk, officer=officer(), now=world.now)
    world.clock.pass_(days=3, minutes=1)
    world.skip_until(case, lambda: not closing_of(case).is_open)
    return case


def test_days_bound_what_is_handed_over(world: World, tmp_path: Path) -> None:
    world.close()
    file = tmp_path / "refunds.csv"
    for days, count in (
        (("--since", "2026-11-26"), 1),
        (("--since", "2026-11-27"), 0),
        (("--until", "2026-11-26"), 1),
        (("--until", "2026-11-25"), 0),
    ):
        assert run("export", "-o", file, *days).exit_code == OK
        assert len(refunds(file)) == count


def test_a_place_that_cannot_be_written_is_told(world: World, tmp_path: Path) -> None:
    answer = run("export", "-o", tmp_path)
    assert answer.exit_code == FAILED
    assert "写不进去" in answer.output


def test_many_ask_no_more_questions(
    world: World, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    came_back(world)
    with django_assert_max_num_queries(1):  # type: ignore[operator] # pytest-django's own
        standing.waiting("demo", now=world.now)


def reconcile(*arguments: object) -> Result:
    """Run the comparison."""
    given = ["reconcile", *map(str, arguments), "--lang", "zh"]
    return CliRunner().invoke(app, given)


def test_the_comparison_ends_as_its_page_says(world: World, tmp_path: Path) -> None:
    world.close()
    assert (reconcile().exit_code, reconcile("--json").exit_code) == (OK, OK)
    world.outside.fault("payout", down=True)
    assert reconcile().exit_code == REFUSED
    world.outside.fault("payout")
    Effect.objects.filter(kind="refund").update(first_sent_at=world.now - timedelta(days=30))
    differs = reconcile("--json", "--note")
    assert differs.exit_code == DIFFERENT
    assert json.loads(differs.stdout)["differences"][0]["kind"] == "without_approval"
    assert findings.open_ones("demo").count() == 1
    statement = tmp_path / "s.csv"
    statement.write_text("商户订单号,平台流水号,金额,币种,状态\n", encoding="utf-8")
    refused = reconcile("--statement", statement)
    assert refused.exit_code == REFUSED
    assert "日期" in refused.output
    statement.write_text(
        "商户订单号,平台流水号,金额,币种,状态,日期\nX,P-9,5.00,CNY,成功,2026-11-20\n",
        encoding="gb18030",
    )
    assert reconcile("--statement", statement).exit_code == DIFFERENT
