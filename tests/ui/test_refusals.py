"""A refusal in words: what raises it gives all that its sentences name; a fault stays a fault."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.http import Http404, HttpResponse
from django.test import RequestFactory
from django.utils import translation

from tests.laws.test_words import PACKAGE, refusals, rooms
from xiaohu.access.accounts import TooManyTries
from xiaohu.closures.queries import CaseNotFound
from xiaohu.closures.reviewing import NotAReviewer, TakenByOther
from xiaohu.core.checks import Blocked, StaleChecks
from xiaohu.core.refusals import Refusal
from xiaohu.gateways.protocols import GatewayUnavailable
from xiaohu.ui.refusals import STATUS, RefusalMiddleware, page, sentence

LANGUAGES = ("zh-hans", "en")


def made(folder: Path) -> Iterator[tuple[str, Refusal]]:
    """Return every refusal made in a folder, with any value for each parameter, and where."""
    rooms()
    kinds = {kind.__name__: kind for kind in refusals()}
    for file in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            name, params = _made_by(node)
            if name in kinds:
                where = f"{file.relative_to(folder)}:{getattr(node, 'lineno', 0)}"
                yield where, kinds[name](**dict.fromkeys(params, "42"))


def _made_by(node: ast.AST) -> tuple[str, list[str]]:
    if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Name):
        return node.exc.id, []
    if isinstance(node, ast.Call):
        called = getattr(node.func, "id", getattr(node.func, "attr", ""))
        return called, [str(given.arg) for given in node.keywords]
    return "", []


def unsaid(folder: Path) -> list[str]:
    """Return where a refusal is made without all that its sentences name."""
    found = []
    for where, refusal in made(folder):
        try:
            sentence(refusal)
        except KeyError as missing:
            found.append(f"{where} {missing}")
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_raises_a_refusal_gives_all_its_sentences_name(language: str) -> None:
    with translation.override(language):
        assert unsaid(PACKAGE) == []


@pytest.mark.parametrize("planted", ["raise StaleChecks", "raise checks.StaleChecks(hours=1)"])
def test_a_planted_refusal_that_says_too_little_is_noticed(tmp_path: Path, planted: str) -> None:
    (tmp_path / "planted.py").write_text(planted)
    assert unsaid(tmp_path) == ["planted.py:1 'minutes'"]


def test_a_code_belongs_to_one_kind_and_a_status_to_a_code() -> None:
    rooms()
    codes = [kind.code for kind in set(refusals())]
    assert sorted(codes) == sorted(set(codes))
    assert set(STATUS) <= set(codes)


@pytest.mark.parametrize(
    ("language", "what", "then"),
    [
        ("zh-hans", "检查结果已超过 30 分钟", "请重新检查后再提交，已填内容都还在。"),
        ("en", "The checks are older than 30 minutes", "Check again, then submit."),
    ],
)
def test_says_what_happened_and_what_to_do_in_the_reader_s_language(
    language: str, what: str, then: str
) -> None:
    with translation.override(language):
        said = sentence(StaleChecks(minutes=30))
    assert (said.code, said.what) == ("STALE_CHECKS", what)
    assert said.next.startswith(then)


@pytest.mark.parametrize(
    ("language", "named"),
    [("zh-hans", "有欠费 · 合约未到期"), ("en", "There are arrears · A contract is running")],
)
def test_names_what_is_in_the_way_in_words(language: str, named: str) -> None:
    with translation.override(language):
        said = sentence(Blocked(codes="ARREARS CONTRACT_TERM"))
    assert named in said.next
    assert "_" not in said.next


@pytest.mark.usefixtures("pages")
class TestAPage:
    """A whole page for a refusal that no form could show."""

    @pytest.mark.parametrize(
        ("refusal", "status"),
        [
            (CaseNotFound(), 404),
            (TooManyTries(minutes=5), 429),
            (GatewayUnavailable(), 503),
            (NotAReviewer(), 403),
            (StaleChecks(minutes=30), 409),
        ],
    )
    @pytest.mark.parametrize("path", ["/case", "/desk/queue"])
    def test_carries_the_code_its_sentences_and_its_status(
        self, refusal: Refusal, status: int, path: str
    ) -> None:
        answer = page(RequestFactory().get(path), refusal)
        said, text = sentence(refusal), answer.content.decode()
        assert answer.status_code == status
        assert [part for part in (said.code, said.what, said.next) if part not in text] == []

    def test_shows_parameters_as_text(self) -> None:
        refusal = TakenByOther(name="<b>chen</b>", since="12:00")
        text = page(RequestFactory().get("/desk/case"), refusal).content.decode()
        assert "<b>" not in text
        assert "&lt;b&gt;chen" in text

    def test_answers_a_refusal_and_lets_a_fault_be_one(self) -> None:
        middleware = RefusalMiddleware(lambda _: HttpResponse("as ever"))
        request = RequestFactory().get("/case")
        assert middleware(request).content == b"as ever"
        with pytest.raises(Http404):
            middleware(RequestFactory().get("/policies/%00"))
        assert middleware.process_exception(request, ValueError("a fault")) is None
        answer = middleware.process_exception(request, CaseNotFound())
        assert answer is not None
        assert answer.status_code == 404


def test_only_the_component_and_whole_pages_spell_out_a_refusal() -> None:
    by_hand = {"problem.html", "refusal.html", "still_standing.html"}
    spelt = {
        file.name
        for file in PACKAGE.rglob("*.html")
        if re.search(r"\.next(\|\w+)? \}\}", file.read_text(encoding="utf-8"))
    }
    assert spelt == by_hand
