"""Shipped profiles are lawful and tested; what no operator may choose is refused by name."""

import tomllib
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from xiaohu.core.applicants import APPLICANTS, ApplicantKind
from xiaohu.core.calendar import WorkingCalendar
from xiaohu.core.checks import CHECKS, CheckCode
from xiaohu.core.choices import Choice
from xiaohu.core.notices import Notice
from xiaohu.core.profile import Bilingual, Profile, ProfileRefused, SourceTag
from xiaohu.core.profile_law import MAY_BE_OFF, figures
from xiaohu.core.profile_reading import canonical, parse_profile, problems, resolve, stored
from xiaohu.core.schedule import SHORTEST_UNDO, decision_due, execution_time

FOLDER = Path(__file__).parents[2] / "xiaohu" / "registry" / "profiles"
NAMES = sorted(file.stem for file in FOLDER.glob("*.toml") if "." not in file.stem)
NOW = datetime(2026, 9, 28, 2, tzinfo=UTC)
WORDS = {"zh": "月末不办理", "en": "No closing at the turn of the month"}
SOURCE = {"tag": "O", "text": "企业说明"}


def document(name: str) -> dict[str, Any] | None:
    """Return a shipped profile as parsed."""
    file = FOLDER / f"{name}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else None


def shipped(name: str) -> dict[str, Any]:
    """Return a shipped profile with what it extends filled in."""
    own = document(name)
    assert own is not None
    return dict(resolve(own, document))


GENERIC = shipped("generic-cn")


def changed(path: str, value: object, **sources: bool) -> dict[str, Any]:
    """Return the generic profile with one field said differently."""
    profile = deepcopy(GENERIC)
    *tables, name = path.split(".")
    table = profile
    for part in tables:
        table = table.setdefault(part, {})
    table[name] = value
    told = (key.replace("__", ".") for key, wanted in sources.items() if wanted)
    if path != "provenance":
        profile["provenance"] |= dict.fromkeys(told, SOURCE)
    return profile


def extending(**own: Any) -> dict[str, Any]:
    """Return a small profile built upon the generic one, filled in."""
    mine = {
        **{key: GENERIC[key] for key in ("names", "contact", "unconfirmed")},
        "key": "example",
        "version": "2026.11",
        "extends": "generic-cn",
        **own,
    }
    return dict(resolve(mine, document))


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_profile_is_lawful_and_says_where_its_figures_come_from(name: str) -> None:
    assert problems(shipped(name)) == ()
    profile = parse_profile(shipped(name))
    assert profile.key == name
    assert profile.unconfirmed
    assert set(figures(profile.model_dump(mode="json"))) <= set(profile.provenance)


def test_the_profiles_of_brands_are_there_and_build_upon_the_generic_one() -> None:
    assert {"generic-cn", "example-telecom", "china-unicom", "huaji", "wuyi"} == set(NAMES)
    huaji = parse_profile(shipped("huaji"))
    assert huaji.extends == f"generic-cn@{GENERIC['version']}"
    assert huaji.review.working_days == 7
    assert huaji.provenance["review.working_days"].tag is SourceTag.HEARSAY
    assert huaji.cooling_off == parse_profile(GENERIC).cooling_off


FREEZE = "calendar.freezes"
REFUSED = [
    ("review.working_days", 16, "review_days"),
    ("review.working_days", 0, "too_small"),
    ("review.working_days", "3", "wrong_kind"),
    ("review.working_days", 3.0, "wrong_kind"),
    ("review.working_days", True, "wrong_kind"),
    ("review.rule", "never", "unknown_value"),
    ("cooling_off.days", 8, "cooling_days"),
    ("number.quarantine_days", 89, "quarantine_days"),
    ("refund.working_days", 16, "refund_days"),
    ("refund.working_days", 11, "refund_days"),
    ("refund.routes", [], "empty"),
    ("refund.routes", ["agent"], "unknown_value"),
    ("refund.routes", ["original", "original"], "repeated"),
    ("refund.review_above_fen", 1.5, "wrong_kind"),
    ("refund.review_above_fen", -1, "too_small"),
    ("refund.routes", ["original", "waive"], "waiver_listed"),
    ("refund.waiver_up_to_fen", 5001, "too_large"),
    ("refund.counted_from", "whenever", "unknown_value"),
    ("fees.closing_fen", 100, "closing_is_free"),
    ("gift.rule", "refunded", "gift_as_cash"),
    ("key", "Generic CN", "wrong_form"),
    ("version", "1", "wrong_form"),
    ("names.zh", "一个长得短信里放不下的名字", "too_long"),
    ("reason_required", True, "reason_required"),
    ("balance_blocks", True, "balance_blocks"),
    ("refund.balance_blocks", True, "balance_blocks"),
    ("proof.methods", ["face"], "face"),
    ("proof.methods", ["face", "code"], "face"),
    ("proof.methods", ["face_only", "code"], "face"),
    ("proof.methods", ["code"], "one_proof"),
    ("proof.methods", ["code", "password"], "unknown_value"),
    ("retension", {}, "unknown_key"),
    ("review.speed", 1, "unknown_key"),
    ("checks", ["ARREARS"], "mandatory_check"),
    ("checks", [*GENERIC["checks"], "MOOD"], "unknown_check"),
    ("choices.MOOD", ["pay"], "unknown_check"),
    ("choices.ARREARS", ["restore"], "unknown_value"),
    ("choices.ARREARS", [], "empty"),
    ("choices.CONTRACT_TERM", ["wait_for_contract_end"], "choice_must_stay"),
    ("applicants.elsewhere", ["holder"], "must_ask_here"),
    ("applicants.elsewhere", ["heir", "heir"], "repeated"),
    ("documents.proxy", ["holder_id", "dissolution"], "more_papers"),
    ("documents.holder", ["holder_id"], "more_papers"),
    ("documents.heir", [], "no_papers"),
    (FREEZE, [{"from_day": 1, "words": WORDS}], "freeze_span"),
    (FREEZE, [{"from_day": 0, "to_day": 3, "words": WORDS}], "freeze_span"),
    (FREEZE, [{"from_day": 1, "to_day": 20, "words": WORDS}], "freeze_long"),
    (FREEZE, [{"from_day": 29, "to_day": 3, "words": WORDS}], "too_large"),
    (
        FREEZE,
        [{"from_on": date(2027, 2, 20), "to_on": date(2027, 2, 1), "words": WORDS}],
        "freeze_span",
    ),
    ("arrears_closing.unpaid_days", 20, "arrears_early"),
    ("arrears_closing.suspended_days", 30, "arrears_early"),
    ("arrears_closing.notice_days", [1, 7, 30], "notice_order"),
    ("arrears_closing.notice_days", [], "empty"),
    ("involuntary", ["deceased"], "unknown_value"),
    ("involuntary", ["arrears", "regulator_order"], "unknown_value"),
    ("brand.colour", "#2f80ed", "contrast"),
    ("brand.dark", "#767676", "contrast"),
    ("brand.colour", "blue", "wrong_form"),
    ("links.pay", "http://pay.example.com", "not_https"),
    ("links.plan", "https://me@pay.example.com/", "not_https"),
    ("links.store", "https://localhost/", "not_https"),
    ("links.app", 'https://example.com/"onclick', "not_https"),
    ("links.blog", "https://example.com", "unknown_key"),
    ("brand.font", "Comic Sans", "unknown_key"),
    ("retention.registration_identity", {"months": 12}, "retention_short"),
    ("retention.registration_identity", {"months": 36}, "retention_basis"),
    ("retention.payee", {"months": 12, "basis": "想留着"}, "not_kept"),
    ("notices.off", ["refused"], "notice_owed"),
    ("notices.off", ["fireworks"], "unknown_value"),
    ("unconfirmed", False, "sign_off_missing"),
    ("sign_off", {"by": "法务部", "on": date(2026, 11, 1)}, "sign_off_unconfirmed"),
    ("provenance", {}, "no_source"),
]


@pytest.mark.parametrize(("path", "value", "why"), REFUSED)
def test_what_no_operator_may_choose_is_refused_by_field_and_reason(
    path: str, value: object, why: str
) -> None:
    found = problems(changed(path, value))
    fields = {str(one.params["why"]): str(one.params["field"]) for one in found}
    assert why in fields
    if path not in {"provenance", "unconfirmed"}:
        assert fields[why].startswith((path, path.rpartition(".")[0] or path))
    with pytest.raises(ProfileRefused):
        parse_profile(changed(path, value))


def test_a_field_left_out_is_named() -> None:
    profile = deepcopy(GENERIC)
    del profile["refund"]["routes"]
    assert [(p.params["field"], p.params["why"]) for p in problems(profile)] == [
        ("refund.routes", "missing")
    ]


def test_choices_of_a_check_that_is_off_are_refused() -> None:
    profile = changed("checks", [code for code in GENERIC["checks"] if code != "ARREARS"])
    profile["choices"] = {"ARREARS": ["pay"]}
    assert "choice_without_check" in {p.params["why"] for p in problems(profile)}


def test_every_problem_is_told_at_once() -> None:
    profile = changed("review.working_days", 16)
    profile["cooling_off"]["days"] = 8
    assert {p.params["why"] for p in problems(profile)} == {"review_days", "cooling_days"}


LAWFUL = [
    ("review.rule", "always"),
    ("cooling_off.days", 0),
    ("brand", {"colour": "#b00020", "dark": "#7f0017"}),
    ("choices.ARREARS", ["pay"]),
    ("documents.proxy", ["authorisation"]),
    (FREEZE, [{"from_day": -1, "to_day": 6, "words": WORDS}]),
    (FREEZE, [{"from_on": date(2026, 12, 31), "to_on": date(2027, 1, 3), "words": WORDS}]),
    ("involuntary", ["arrears"]),
    ("retention.refund_proof", {"months": 360, "basis": "会计档案管理办法"}),
    ("retention.refund_proof", {"months": 120}),
    ("notices.off", sorted(MAY_BE_OFF)),
]


@pytest.mark.parametrize(("path", "value"), LAWFUL)
def test_what_an_operator_may_choose_is_taken(path: str, value: object) -> None:
    profile = parse_profile(changed(path, value, calendar__freezes=path == FREEZE))
    assert stored(profile.model_dump(mode="json")) == profile


def test_a_mobile_contract_may_close_for_arrears_sooner_where_it_names_its_clause() -> None:
    profile = changed("arrears_closing.suspended_days", 30)
    profile["arrears_closing"]["mobile_contract_clause"] = "入网协议第六条"
    assert problems(profile) == ()


def test_a_freeze_without_a_source_is_refused() -> None:
    frozen = changed(FREEZE, [{"from_day": -1, "to_day": 6, "words": WORDS}])
    assert [p.params["field"] for p in problems(frozen)] == [FREEZE]


def test_a_source_of_nothing_is_refused() -> None:
    profile = deepcopy(GENERIC)
    profile["provenance"]["review.speed"] = SOURCE
    assert [p.params["why"] for p in problems(profile)] == ["source_of_nothing"]


def test_a_profile_states_only_what_its_source_says() -> None:
    profile = parse_profile(extending())
    assert profile.review == parse_profile(GENERIC).review
    assert profile.extends == f"generic-cn@{GENERIC['version']}"
    assert profile.key == "example"


def test_a_figure_stated_anew_needs_a_source_of_its_own() -> None:
    lacking = problems(extending(review={"working_days": 5}))
    assert [(p.params["field"], p.params["why"]) for p in lacking] == [
        ("review.working_days", "no_source")
    ]
    told = extending(review={"working_days": 5}, provenance={"review.working_days": SOURCE})
    assert parse_profile(told).review.working_days == 5


def test_what_a_profile_says_of_itself_is_not_taken_over() -> None:
    own = {"key": "example", "version": "2026.11", "extends": "generic-cn"}
    missing = {p.params["field"] for p in problems(resolve(own, document))}
    assert missing == {"names", "contact", "unconfirmed"}


@pytest.mark.parametrize(("extends", "why"), [("nobody", "unknown_parent"), (7, "wrong_kind")])
def test_what_is_extended_must_be_there(extends: object, why: str) -> None:
    with pytest.raises(ProfileRefused) as refused:
        parse_profile(resolve({**GENERIC, "extends": extends}, document))
    assert refused.value.params["why"] == why


def test_a_profile_that_extends_itself_is_refused() -> None:
    circle = {"a": {**GENERIC, "extends": "b"}, "b": {**GENERIC, "extends": "a"}}
    with pytest.raises(ProfileRefused) as refused:
        resolve(circle["a"], circle.get)
    assert refused.value.params["why"] == "extends_itself"


def test_one_document_has_one_form() -> None:
    reordered = dict(reversed(list(GENERIC.items())))
    assert canonical(parse_profile(GENERIC)) == canonical(parse_profile(reordered))
    other = canonical(parse_profile(changed("cooling_off.days", 2)))
    assert other != canonical(parse_profile(GENERIC))


def test_a_version_published_before_more_could_be_said_is_still_read() -> None:
    early = deepcopy(GENERIC)
    for later in ("proof", "fees", "gift", "arrears_closing", "tests"):
        early.pop(later, None)
    early["refund"].pop("counted_from")
    early["provenance"] = {"review.working_days": "客户指南"}
    read = stored(early)
    assert isinstance(read, Profile)
    assert read.arrears_closing.notice_days == (30, 7, 1)
    assert read.provenance["review.working_days"].tag is SourceTag.OURS


def test_ten_minutes_of_undo_hold_whatever_the_profile_says() -> None:
    at_once = parse_profile(changed("cooling_off.days", 0))
    assert execution_time(at_once, accepted_at=NOW) == NOW + SHORTEST_UNDO
    assert execution_time(parse_profile(GENERIC), accepted_at=NOW) == NOW + timedelta(days=3)


def test_a_decision_is_owed_in_working_days() -> None:
    holidays = {date(2026, 10, day): False for day in range(1, 8)}
    calendar = WorkingCalendar(working=holidays, official_years=frozenset({2026}))
    due = decision_due(parse_profile(GENERIC), calendar, requested_at=NOW)
    assert due.on == date(2026, 10, 8)


def test_every_choice_and_paper_and_notice_of_the_tables_can_be_named() -> None:
    for code, rule in CHECKS.items():
        if rule.choices:
            assert parse_profile(changed(f"choices.{code}", list(rule.choices))).choices[code]
    for kind in set(ApplicantKind):
        papers = [paper.value for paper in APPLICANTS[kind].evidence]
        assert parse_profile(changed(f"documents.{kind}", papers)).documents[kind] is not None
    assert Notice.CODE not in MAY_BE_OFF
    assert Choice.APPEAL in CHECKS[CheckCode.RESTRICTED_GRADED].choices


def test_addresses_are_an_operator_s_own_and_never_taken_over() -> None:
    parent = {**GENERIC, "links": {"pay": "https://pay.example.com/bills?from=closing"}}
    assert parse_profile(parent).links.pay == "https://pay.example.com/bills?from=closing"
    own = ("names", "contact", "unconfirmed")
    mine = {key: GENERIC[key] for key in own} | {"key": "example", "version": "2026.11"}
    child = dict(resolve({**mine, "extends": "generic-cn"}, lambda _: parent))
    assert parse_profile(child).links.pay is None


def test_words_are_read_in_english_or_else_in_chinese() -> None:
    words = Bilingual(zh="人工台", en="The desk")
    assert [words.read(each) for each in ("en", "zh-hans", "fr")] == [
        "The desk",
        "人工台",
        "人工台",
    ]


def test_a_complaint_goes_to_the_operator_first_then_beyond_it() -> None:
    here, beyond = {"zh": "找我们。", "en": "Tell us."}, {"zh": "再找他们。", "en": "Then them."}
    document = changed("contact.complaint", here)
    document["contact"]["outside"] = beyond
    contact = parse_profile(document).contact
    assert contact.complaints("zh-hans") == "找我们。再找他们。"
    assert contact.complaints("en") == "Tell us. Then them."
    document["contact"]["outside"] = None
    assert parse_profile(document).contact.complaints("en") == "Tell us."


def test_the_share_of_an_exit_fee_is_told_where_a_formula_is_known() -> None:
    exit_fee = {"kind": "share_of_remaining", "percent": 30, "clause": {"zh": "协", "en": "T"}}
    with_one = parse_profile(changed("fees.exit", exit_fee, fees__exit__percent=True))
    assert with_one.fees.exit_percent == 30
    assert parse_profile(GENERIC).fees.exit_percent is None


def test_a_day_that_is_none_is_refused_by_field() -> None:
    freeze = {"from_on": "2026-13-01", "to_on": "2026-12-31", "words": WORDS}
    (problem,) = problems(changed(FREEZE, [freeze], calendar__freezes=True))
    assert problem.params["field"] == f"{FREEZE}.0.from_on"
