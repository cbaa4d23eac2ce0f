"""Every word a page, a paper or a message says exists, in both languages, and no word is idle."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from pydantic import BaseModel

import xiaohu
from xiaohu.closures import pdf_structure
from xiaohu.closures.comparing import ALTERED, Found
from xiaohu.closures.erasing_by_hand import CONFIRM
from xiaohu.closures.erasing_later import ERASED_LATER
from xiaohu.closures.models import DocumentKind, DocumentState
from xiaohu.closures.retrying import TRY_AGAIN
from xiaohu.closures.standing import WAITING
from xiaohu.closures.statements import AMOUNTS
from xiaohu.closures.verifying import Answer
from xiaohu.core import identity
from xiaohu.core.actors import ActorKind
from xiaohu.core.applicants import ApplicantKind, Evidence, HolderKind
from xiaohu.core.assistance import CallOutcome, CallTopic, ComplaintSubject
from xiaohu.core.bindings import OFFICIAL, Binding, LeftBehind
from xiaohu.core.changes import Shown
from xiaohu.core.channels import CaseChannel
from xiaohu.core.checks import Appeal, CheckCode, CheckGroup, Resolver
from xiaohu.core.choices import Choice
from xiaohu.core.comparing import Difference
from xiaohu.core.consents import ConsentKind
from xiaohu.core.destinations import Wallet
from xiaohu.core.evidence import EvidenceKind
from xiaohu.core.exports import Record
from xiaohu.core.facts import LineStatus, RestrictionReason
from xiaohu.core.filings import Purpose
from xiaohu.core.findings import DecisionReason, FindingDecision, FindingKind, FindingSource
from xiaohu.core.involuntary import INVOLUNTARY, Stop
from xiaohu.core.kept import KeptAct
from xiaohu.core.moves import Action
from xiaohu.core.notices import SAMPLES, Channel, Notice, Recipient, Result, sent
from xiaohu.core.ordering import OrderReason
from xiaohu.core.payouts import Returned
from xiaohu.core.profile import (
    ArrearsRule,
    Contact,
    ExitFeeKind,
    FeeStop,
    GiftRule,
    LateClaims,
    Profile,
    RefundRoute,
    RefundStart,
    ReviewRule,
    SourceTag,
)
from xiaohu.core.profile_reading import FORBIDDEN, LIMITS, SHAPES
from xiaohu.core.proofs import OFFERABLE, ProofMethod
from xiaohu.core.readout import HeardBy, ReadItem
from xiaohu.core.reasons import Reason
from xiaohu.core.refusals import Refusal
from xiaohu.core.restrictions import AppealState, CheckAnswer, RestrictionSource
from xiaohu.core.retention import Category
from xiaohu.core.revealing import Masked, RevealReason
from xiaohu.core.review import RefusalReason, ReturnReason, ReviewReason
from xiaohu.core.settlement import ItemKind
from xiaohu.core.states import CaseState
from xiaohu.core.steps import Scope
from xiaohu.core.unclaimed import Owed, Unclaimed
from xiaohu.core.withdrawal import WithdrawReason
from xiaohu.core.working import Part, Works
from xiaohu.desk.asked import OF_COMPLAINTS
from xiaohu.desk.finding import Kind
from xiaohu.desk.money import VIEWS as MONEY_VIEWS
from xiaohu.desk.retaining import VALUES as KEPT_VALUES
from xiaohu.desk.retaining_forms import ASKED_OF_A_CASE
from xiaohu.desk.showing import OUTCOMES, OWN_OUTCOMES
from xiaohu.desk.views.keys import KEYS
from xiaohu.desk.work import VIEWS
from xiaohu.erasure.stores.file import Why
from xiaohu.erasure.stores.shape import IdentityKind
from xiaohu.help.articles import Topic
from xiaohu.notices.models import NoticeState
from xiaohu.ops import drill
from xiaohu.portal.checklist import Tag
from xiaohu.portal.options import ALREADY, CAN_CLOSE, WITH_PAPERS
from xiaohu.portal.shown import ANNOUNCE, RESUBMIT
from xiaohu.portal.views.starting import ALTERNATIVES
from xiaohu.registry.number_list import ListFlaw
from xiaohu.registry.rows import Flaw
from xiaohu.trail.auditing import Wrong
from xiaohu.ui import catalogue
from xiaohu.ui.display import Size
from xiaohu.ui.gallery import SECTIONS as GALLERY
from xiaohu.ui.rules import SECTIONS
from xiaohu.ui.said import ADDRESSED, NOT_ERASED, TROUBLES
from xiaohu.ui.said import STEPS as TROUBLED_AT
from xiaohu.ui.templatetags.words import SAYS_I, SAYS_YOU
from xiaohu.ui.views import OF_STAFF
from xiaohu.vault.escrow import Lack

PACKAGE = Path(xiaohu.__file__).parent
TAG = re.compile(r"\{%\s*(?:t|whole)\s+[\"']([^\"']+)[\"']")
FILTER = re.compile(r"\|(?:words|listed):[\"']([^\"']*)[\"']")
KEY = re.compile(r"[a-z_]+(\.(?![A-Z][a-z])[A-Za-z0-9_]+)+")  # names of models are none
FILE = re.compile(r".*\.(csv|html|jws|json|jsonl|key|log|pdf|py|pub|toml|txt|typ)")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
PLACEHOLDER = re.compile(r"\{(\w+)\}")
SPOKEN = {"gettext", "gettext_lazy", "_"}
# Names of what is counted, where a figure of a rule is never one.
COUNTS = "n|count|keys|records|events|points|asked|again|changed|checkpoints|notes|lines"
SAID_ELSEWHERE = {"draft", "scheduled", "in_review", "awaiting_customer", "settling"}
# The law allows them, and no room does them yet.
NOT_DONE_YET = {
    Action.CHANGE_PAYEE,
    Action.RESCHEDULE,
    Action.BOOK_UNCLAIMED,
}
OTHER_EVENTS = (
    "charge_back",
    "open",
    "issue_document",
    "appeal",
    "split",
    "consent",
    "ask_copy",
    "fetch_copy",
    "clear",
    "withdraw_consent",
    "propose",
    "assign",
    "take",
    "print_form",
    "record_payment",
    "confirm_payment",
    "drop_payment",
    "reveal",
    "release",
    "view_paper",
    "purge_folder",
    "drop_pictures",
    "clear_document",
    "forget_restored",
    "ask_restriction_check",
    "restriction_check",
    "restriction_check_over",
    "take_late_store",
    "try_late_store",
    "postpone",
    "keep_policy",
    "adopt_policy",
    "recompute_deadline",
    "overdue",
    "ask_document_change",
    "drop_document_change",
    "replace_document",
    "revoke_document",
    "send_link",
    "pack_copy",
    "agree_refund",
    "claim",
    "pass_claim_limit",
    "search",
    "import_lines",
    "load_calendar",
    "publish_policy",
    "publish_notices",
    "purge_asked",
    "renew_signing_key",
    "make_journal_anew",
    "propose_finding",
    "reject_finding",
    "decide_finding",
    "record_handing_out",
    "confirm_handing_out",
    "drop_handing_out",
    "complain",
    "take_complaint",
    "answer_complaint",
    "look_at_complaint",
    "ask_call_back",
    "take_call_back",
    "open_incident",
    "update_incident",
    "close_incident",
    "see_kept",
)
LONGEST_ERROR, LONGEST_TEXT = 28, {"zh_Hans": 70, "en": 160}


def refusals(kind: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    """Return every refusal of every room."""
    for sub in kind.__subclasses__():
        yield sub
        yield from refusals(sub)


def rooms() -> None:
    """Import every room, so that every refusal is known."""
    for module in pkgutil.walk_packages(xiaohu.__path__, "xiaohu."):
        if not re.search(r"migrations|wsgi|__main__", module.name):
            importlib.import_module(module.name)


def said(module: str, name: str) -> list[str]:
    """Return the reasons a module refuses with: what it passes by a name, and what its tables hold."""
    tree = ast.parse((PACKAGE / module).read_text(encoding="utf-8"))
    return [
        word.value.value
        for word in ast.walk(tree)
        if isinstance(word, ast.keyword)
        and word.arg == name
        and isinstance(word.value, ast.Constant)
        and isinstance(word.value.value, str)
    ]


PROFILE_WHYS = {
    "unknown_check",
    *(
        why
        for part in ("law", "reading", "cases")
        for why in said(f"core/profile_{part}.py", "why")
    ),
    *said("registry/policies.py", "why"),
    *LIMITS.values(),
    *SHAPES.values(),
    *FORBIDDEN.values(),
}


def fields() -> set[str]:
    """Return the fields of a profile by their paths: they look like keys, and are none."""
    return {
        f"{name}.{inner}"
        for name, field in Profile.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
        for inner in field.annotation.model_fields
    }


def each(names: Iterable[object], *more: str) -> list[str]:
    """Return names, each also with its extensions."""
    return [f"{name}{extra}" for name in names for extra in ("", *more)]


def made() -> Mapping[str, list[str]]:
    """Return what follows each prefix from which a key is made."""
    rooms()
    done = set(Action) - NOT_DONE_YET
    return {
        "calendar.why.": each(said("registry/calendars.py", "why"), ".next"),
        "category.": each(Category),
        "channel.": each(Channel),
        "check.": each(CheckCode, ".way"),
        "check.appeal.": each(Appeal),
        "check.desk.": each(ADDRESSED),
        "check.title.": each(CheckCode),
        "check.resolver.": each(Resolver),
        "tag.": each(Tag),
        "choice.": each(Choice),
        "choice.desk.": each(SAYS_I),
        "kept.act.": each(KeptAct),
        "kept.ask.": each(ASKED_OF_A_CASE),
        "kept.value.": each(KEPT_VALUES),
        "changed.": each(Shown),
        "official.": each(OFFICIAL),
        "official.sign.": each(OFFICIAL),
        "cli.drill.": each(drill.STEPS),
        "copy.": ["title", "lead", "forms", "account", *each(Record)],
        "left.": each(LeftBehind),
        "left.counted.": each(LeftBehind),
        "binding.": each(Binding),
        "consent.": each(ConsentKind, ".other"),
        "consent.desk.": each(ConsentKind),
        "consent.err.": each(ConsentKind),
        "consent.short.": each(ConsentKind),
        "wallet.": each(Wallet),
        "closing_type.": each(INVOLUNTARY),
        "difference.": each(Difference),
        "filing.purpose.": each(Purpose),
        "restriction.appealed.": each(AppealState),
        "restriction.chosen.": each(["restore", "appeal"]),
        "restriction.source.": each(RestrictionSource),
        "restriction.papers.": each(RestrictionReason),
        "restriction.reason.": each(RestrictionReason),
        "restriction.remedy.": each(RestrictionReason),
        "display.": ["language", "size", "contrast", "aloud"],
        "display.contrast.": ["standard", "high"],
        "display.aloud.": ["on", "off"],
        "display.size.": each(Size),
        "display.to.": [Size.ELDER.value, Size.STANDARD.value],
        "document.": each(identity.OF_APPLICANTS),
        "paper.err.": ["size", "kind", "unreadable", "locked", "pages"],
        "restriction_check.found.": each(CheckAnswer),
        "paper_kind.": each(Evidence, ".help"),
        "who.": each(ApplicantKind),
        "desk.confirm.": each({*OUTCOMES, *OWN_OUTCOMES}),
        "desk.decided.": each({*OUTCOMES, *OWN_OUTCOMES, "first"}),
        "desk.outcome.": each({*OUTCOMES, *OWN_OUTCOMES}),
        "desk.channel.": each(CaseChannel),
        "desk.filter.": ["channel", "state", "officer", "line"],
        "desk.key.": [does for _, does in KEYS],
        "desk.masked.": each(Masked),
        "desk.reveal.why.": each(RevealReason),
        "desk.search.kind.": each(Kind),
        "form.": ["signature", "date", "officer"],
        "holder.": each(HolderKind),
        "intake.heard_by.": each(HeardBy),
        "intake.read.": each(ReadItem),
        "refunds.answer.": each(Returned),
        "refunds.done.": [
            "identity",
            "retry",
            "account",
            "record",
            "confirm",
            "drop",
            "agree",
            "decline",
            "wallet",
            "line",
            "counter",
        ],
        "proved.": each(ProofMethod),
        "desk.proof.": each(ProofMethod),
        "desk.state.": each(SAYS_YOU),
        "desk.whose.": ["none", "others"],
        "help.topic.": each(Topic),
        "status.part.": each(Part),
        "status.means.": each(Part),
        "status.works.": each(Works),
        "status.overall.": each(Works),
        "help.call.": each(CallTopic),
        "help.complaint.": each(ComplaintSubject),
        "desk.asked.": each(OF_COMPLAINTS),
        "desk.call.": each(CallOutcome),
        "involuntary.stop.": each(Stop),
        "now.involuntary.": each(["scheduled", "in_review", "withdrawn"]),
        "desk.view.": each(VIEWS),
        "event.": [
            *each(done),
            *each(OTHER_EVENTS),
            *(f"call_{outcome}" for outcome in CallOutcome),
            *(f"{done}{act}_kept" for act in KeptAct for done in ("ask_", "agree_", "drop_", "")),
            ERASED_LATER,
            CONFIRM,
            TRY_AGAIN,
            ANNOUNCE,
            RESUBMIT,
        ],
        "flaw.": each(Flaw),
        "finding.": each(FindingKind),
        "finding.decision.": each(FindingDecision),
        "finding.done.": ["propose", "agree", "reject"],
        "finding.means.": each(FindingKind),
        "finding.source.": each(FindingSource),
        "finding.view.": each(MONEY_VIEWS),
        "finding.why.": each(DecisionReason),
        "by_hand.evidence.": each(EvidenceKind),
        "identity.": each(IdentityKind),
        "store.why.": each(Why, ".next"),
        "outside.why.": each(NOT_ERASED),
        "statement.why.": each(
            said("settlement/statements.py", "why") + said("ops/statements.py", "why"), ".next"
        ),
        "cli.keys.escrow.": each(Lack),
        "cli.settle.column.": ["place", "count", "left", "since", "late"],
        "cli.settle.place.": each(WAITING),
        "cli.reconcile.column.": ["kind", "case", "ours", "theirs", "decided"],
        "gallery.": each(GALLERY),
        "group.": each(CheckGroup),
        "home.balance.": each(RefundStart),
        "late.": each(TROUBLES),
        "line.": each(LineStatus),
        "money.": each(AMOUNTS),
        "money.why.": each(("waived_fen", "unclaimed_fen")),
        "money.item.": each(ItemKind),
        "money.purse.": each(("cash_fen", "deposit_fen", "promotion_fen", "gift_fen")),
        "notice.": each(Notice),
        "notice.state.": each(NoticeState),
        "now.": each(set(CaseState) - SAID_ELSEWHERE),
        "papers.because.": ["by_paper", "by_person", "for_somebody", "large"],
        "page.": each(
            (
                *("400", "400file", "403", "403cookie", "403csrf", "403kept"),
                *("404", "404case", "405", "413", "413typed"),
            ),
            ".next",
        )
        + [f"staff{kind}.next" for kind in OF_STAFF],
        "paper.": each(DocumentKind, ".lead"),
        "paper.gone.": ["line", "account"],
        "order.reason.": each(OrderReason),
        "unclaimed.why.": each(Unclaimed),
        "recipient.": each(set(Recipient) - {Recipient.CODE_ADDRESS}),
        "policies.section.": each(SECTIONS.values()),
        "profile.why.": each(sorted(PROFILE_WHYS), ".next"),
        "proof.": each(OFFERABLE),
        "reason.": each(Reason),
        "refusal.": each((sub.code for sub in refusals()), ".next"),
        "refusal_reason.": each(RefusalReason),
        "result.": each(Result),
        "refusal_rule.": each(RefusalReason),
        "return.": each(ReturnReason),
        "returned.": each(Returned),
        "route.": [*each(RefundRoute), "substitute_account", "corporate_account"],
        "route.means.": [*each(RefundRoute), "substitute_account", "corporate_account"],
        "rule.contact.": each(set(Contact.model_fields) - {"staffed"}),
        "rule.fees.arrears.": each(ArrearsRule),
        "rule.fees.exit.": each(ExitFeeKind),
        "rule.fees.stop.": each(FeeStop),
        "rule.gift.": each(GiftRule),
        "rule.refund.from.": each(RefundStart),
        "rule.refund.late.": each(LateClaims),
        "owed.": each(Owed),
        "owed.means.": each(set(Owed) - {Owed.UNCLAIMED}),
        "rule.review.": [*each(ReviewRule), "days"],
        "scope.": each(Scope, ".means"),
        "alternatives.means.": each(ALTERNATIVES),
        "alternatives.name.": each(ALTERNATIVES),
        "lines.can.": each(can for can, _ in (*CAN_CLOSE.values(), WITH_PAPERS, ALREADY)),
        "upload.flaw.": each(ListFlaw),
        "sms.": each(sent()),
        "source.": each(SourceTag),
        "state.": each(CaseState),
        "cli.verify.": each(set(Found) - {Found.SAME} - ALTERED),
        "cli.verify.altered.": each(ALTERED),
        "audit.actor.": each(ActorKind),
        "audit.wrong.": each(Wrong),
        "document_state.": each(DocumentState),
        "verify.file.": each(Answer),
        "verify.strange.": each(pdf_structure.KINDS),
        "verify.next.": each(set(Answer) - {Answer.GENUINE, Answer.SIGNATURE}),
        "verify.pages.": each(Found),
        "step.": each(TROUBLED_AT),
        "trouble.": each(TROUBLES),
        "why.": each(ReviewReason),
        "withdraw.reason.": each(WithdrawReason),
    }


@cache
def spoken(file: Path) -> set[str]:
    """Return the keys a template or a module says outright, and prefixes ending in a dot."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".html":
        return {*TAG.findall(text), *FILTER.findall(text)}
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= {node.value} if KEY.fullmatch(node.value) else set()
        elif isinstance(node, ast.Call) and node.args:
            found |= _said(node)
    return {key for key in found if not FILE.fullmatch(key)}


def _said(call: ast.Call) -> set[str]:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    said = call.args[0]
    if name not in SPOKEN:
        return set()
    if isinstance(said, ast.Constant):
        return {str(said.value)}
    if isinstance(said, ast.JoinedStr) and isinstance(said.values[0], ast.Constant):
        return {str(said.values[0].value)}
    return set()


def used(folder: Path, rooms_of_keys: set[str]) -> set[str]:
    """Return every key that templates and modules under a folder use."""
    files = [*folder.rglob("*.html"), *folder.rglob("*.py")]
    told = {key for file in files for key in spoken(file)}
    prefixes = {key for key in told if key.endswith(".")}
    unknown = prefixes - set(made())
    assert not unknown, f"say in made() what follows: {unknown}"
    plain = {key for key in told - prefixes if key.partition(".")[0] in rooms_of_keys} - fields()
    return plain | {f"{prefix}{name}" for prefix in made() for name in made()[prefix]}


def words(language: str) -> dict[str, Message]:
    """Return the words of a language by key."""
    return {str(message.id): message for message in catalogue.read(language) if message.id}


@pytest.fixture(scope="module")
def chinese() -> dict[str, Message]:
    """Return the Chinese words."""
    return words("zh_Hans")


@pytest.fixture(scope="module")
def english() -> dict[str, Message]:
    """Return the English words."""
    return words("en")


def namespaces(keys: Iterable[str]) -> set[str]:
    """Return the first parts of keys."""
    return {key.partition(".")[0] for key in keys}


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_every_key_in_use_has_words(language: str) -> None:
    keys = set(words(language))
    assert sorted(used(PACKAGE, namespaces(keys)) - keys) == []


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_no_key_is_idle(language: str) -> None:
    keys = set(words(language))
    assert sorted(keys - used(PACKAGE, namespaces(keys))) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("planted.html", '{% load words %}{% t "btn.planted" %}'),
        ("planted.html", '{% load words %}{% whole "btn.planted" n=1 %}'),
        ("planted.py", 'from x import gettext\ngettext("btn.planted")\n'),
        ("table.py", 'KEYS = {"a": "btn.planted"}\n'),
    ],
)
def test_a_planted_key_without_words_is_noticed(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    keys = set(words("en"))
    assert used(tmp_path, namespaces(keys)) - keys == {"btn.planted"}


def test_a_planted_prefix_nobody_listed_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "planted.html").write_text('{{ x|words:"planted." }}')
    with pytest.raises(AssertionError, match=r"planted\."):
        used(tmp_path, {"planted"})


def test_both_languages_have_the_same_keys_and_placeholders(
    chinese: dict[str, Message], english: dict[str, Message]
) -> None:
    assert set(chinese) == set(english)
    for key, message in chinese.items():
        there = set(PLACEHOLDER.findall(str(message.string)))
        assert there == set(PLACEHOLDER.findall(str(english[key].string))), key


def test_english_counts_nothing_in_the_plural(english: dict[str, Message]) -> None:
    # "1 items" would be wrong, so a count stands after its noun.
    plural = re.compile(rf"\{{({COUNTS})\}} (of \{{\w+\}} )?([a-z]+ )?[a-z]+s\b(?! is)")
    assert [key for key, m in english.items() if plural.search(str(m.string))] == []
    # What a rule says in days may be one day; of texts it is sure to be.
    days = re.compile(r"\{\w+\} days")
    texts = {key: str(m.string) for key, m in english.items() if key.startswith("sms.")}
    assert [key for key, text in texts.items() if days.search(text)] == []


def test_english_apostrophes_are_the_printer_s(english: dict[str, Message]) -> None:
    # A text to a phone keeps the straight one: with the other it is sent in an alphabet that takes
    # more than twice the room (3GPP TS 23.038).
    printed = {key: str(m.string) for key, m in english.items() if not key.startswith("sms.")}
    assert [key for key, text in printed.items() if "'" in text] == []
    assert [
        key for key, m in english.items() if key.startswith("sms.") and "’" in str(m.string)
    ] == []


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_no_entry_is_empty_fuzzy_or_left_over(language: str) -> None:
    assert [key for key, message in words(language).items() if not message.string] == []
    assert [key for key, message in words(language).items() if message.fuzzy] == []
    assert list(catalogue.read(language).obsolete) == []


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_no_key_stands_there_twice(language: str) -> None:
    keys = re.findall(r'^msgid "(.+)"$', catalogue.source(language).read_text("utf-8"), re.M)
    assert len(keys) == len(set(keys))


def test_chinese_is_chinese_and_english_is_not(
    chinese: dict[str, Message], english: dict[str, Message]
) -> None:
    own_name = {"language.en"}
    said = {key: str(message.string) for key, message in chinese.items() if key not in own_name}
    assert [key for key, text in said.items() if not CHINESE.search(text)] == []
    looked_for = {
        "official.sign.lookup",
        "official.sign.renewal",
    }  # Found on the site by these signs alone.
    told = {key: str(m.string) for key, m in english.items() if key not in looked_for}
    assert [key for key, text in told.items() if CHINESE.search(text)] == []


def test_chinese_errors_are_short(chinese: dict[str, Message]) -> None:
    errors = {key: str(m.string) for key, m in chinese.items() if ".err." in key}
    assert errors
    assert {key: text for key, text in errors.items() if len(text) > LONGEST_ERROR} == {}


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_a_text_fits_into_one_message(language: str) -> None:
    texts = {k: str(m.string) for k, m in words(language).items() if k.startswith("sms.")}
    lengths = {key: len(text.format(**SAMPLES)) for key, text in texts.items()}
    assert {key: n for key, n in lengths.items() if n > LONGEST_TEXT[language]} == {}
