"""The page that needs no network: in a real browser, beside the Python file, on the same bundles."""

import base64
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from playwright.sync_api import Browser, Page

from tests.verifiers.conftest import Issued
from tests.verifiers.mutants import mutants, resigned
from verifiers import verify_bundle
from verifiers.verify_bundle import Refused
from xiaohu.closures.models import DocumentKind
from xiaohu.trail import tree

pytestmark = [pytest.mark.browser, pytest.mark.django_db(databases=["default", "keystore"])]
PAGE = Path(verify_bundle.__file__).with_name("verify.html")
MUTANTS, AT_NIGHT, BATCH = 10_000, 100_000, 1000
JUDGE = """async ([cases, keys]) => {
  const raw = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const answers = [];
  for (const [bundle, known] of cases) {
    try {
      answers.push(await verifyBundle(raw(bundle), raw(known === null ? keys : known)));
    } catch (error) {
      const refused = error instanceof Refusal && !error.told().join().includes("undefined");
      answers.push(refused ? { refused: error.file } : `${error.name}: ${error.message}`);
    }
  }
  return answers;
}"""


@pytest.fixture
def verifier(real_browser: Browser) -> Iterator[Page]:
    """The page, opened as a file, without a network."""
    context = real_browser.new_context(offline=True)
    opened = context.new_page()
    opened.goto(PAGE.as_uri())
    yield opened
    context.close()


def by_page(verifier: Page, cases: list[tuple[bytes, bytes]], known: bytes) -> list[Any]:
    """Return what the page says of each: what is proved, or which of the files is refused."""
    told = [[_text(bundle), None if keys is known else _text(keys)] for bundle, keys in cases]
    answers: list[Any] = verifier.evaluate(JUDGE, [told, _text(known)])
    return answers


def by_python(bundle: bytes, known: bytes) -> Any:
    """Return what the Python file says, in the same way."""
    try:
        return verify_bundle.verify(bundle, known)
    except Refused as refused:
        return {"refused": refused.file if verify_bundle.explained(refused) else ""}


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def agree(verifier: Page, issued: Issued, *, seed: int, count: int) -> int:
    """Hold both against each other on mutants; return how many were found genuine."""
    endless = mutants(issued.certificate, issued.keys, seed=seed)
    genuine = 0
    while count:
        cases = list(itertools.islice(endless, min(BATCH, count)))
        count -= len(cases)
        told = [(mutant.bundle, mutant.keys) for mutant in cases]
        for mutant, answer in zip(cases, by_page(verifier, told, issued.keys), strict=True):
            mine = by_python(mutant.bundle, mutant.keys)
            assert answer == mine, f"{answer} and {mine} of {mutant}"
            proved = "refused" not in mine
            assert not proved or mutant.ours or mutant.bundle == issued.certificate, mutant
            genuine += proved
    return genuine


def test_both_say_the_same_of_what_we_issue(verifier: Page, issued: Issued) -> None:
    cases = [(issued.bundles[kind], issued.keys) for kind in DocumentKind]
    answers = by_page(verifier, cases, issued.keys)
    assert answers == [by_python(*case) for case in cases]
    assert [answer["kind"] for answer in answers] == ["certificate", "statement", "organisation"]


def test_every_flipped_byte_is_refused(verifier: Page, issued: Issued) -> None:
    bundle = issued.certificate
    flipped = [
        (bundle[:place] + bytes([bundle[place] ^ 1]) + bundle[place + 1 :], issued.keys)
        for place in range(len(bundle))
    ]
    answers = by_page(verifier, flipped, issued.keys)
    assert [one for one in answers if one != {"refused": "bundle"}] == []


def test_both_agree_on_ten_thousand_mutants(verifier: Page, issued: Issued) -> None:
    assert 0 < agree(verifier, issued, seed=20261123, count=MUTANTS) < MUTANTS // 10


@pytest.mark.nightly
@pytest.mark.timeout(1800)
def test_both_agree_on_a_hundred_thousand_mutants(verifier: Page, issued: Issued) -> None:
    assert 0 < agree(verifier, issued, seed=20261124, count=AT_NIGHT) < AT_NIGHT // 10


@pytest.mark.parametrize(
    "header", [{"alg": "EdDSA"}, {"typ": "xiaohu-receipt+jws"}, {"jku": "x"}, {"kid": "0" * 16}]
)
def test_a_header_is_ours_or_refused(
    verifier: Page, issued: Issued, header: dict[str, str]
) -> None:
    bundle = resigned(issued.certificate, header=header)
    assert by_page(verifier, [(bundle, issued.keys)], issued.keys) == [{"refused": "bundle"}]


def test_the_proofs_are_those_of_the_tree(verifier: Page) -> None:
    leaves = [tree.leaf_hash(bytes([n])) for n in range(24)]
    node = tree.stored(leaves)
    cases = [
        {
            "leaf": leaves[index].hex(),
            "index": index,
            "size": size,
            "path": [step.hex() for step in tree.inclusion_proof(node, index, size)],
            "root": tree.root(node, size).hex(),
            "older": tree.root(node, index).hex(),
            "growth": [step.hex() for step in tree.consistency_proof(node, index, size)],
        }
        for size in range(1, 25)
        for index in range(size)
    ]
    right = verifier.evaluate(
        """async (cases) => {
          const raw = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
          for (const one of cases) {
            const [index, size, root] = [BigInt(one.index), BigInt(one.size), raw(one.root)];
            const reached = await rootByPath(raw(one.leaf), index, size, one.path.map(raw));
            if (!same(reached, root)) return one;
            const growth = one.growth.map(raw);
            if (!(await grewInto(index, raw(one.older), size, root, growth))) return one;
            if (await grewInto(index, raw(one.older), size, root, [...growth, root])) return one;
          }
          return cases.length;
        }""",
        cases,
    )
    assert right == len(cases)


def chosen(verifier: Page, bundle: bytes, known: bytes) -> str:
    """Choose both files by hand, and return what the page says."""
    for name, content in (("keys", known), ("bundle", bundle)):
        verifier.locator(f"#{name}").set_input_files(
            {"name": f"{name}.json", "mimeType": "application/json", "buffer": content}
        )
    verifier.locator("#answer.good, #answer.bad").wait_for()
    return verifier.locator("main").inner_text()


def test_a_person_reads_the_answer(verifier: Page, issued: Issued) -> None:
    said = chosen(verifier, issued.certificate, issued.keys)
    assert "真实" in said
    assert "130 **** 000" in said
    assert "Genuine" in said


def test_a_person_reads_the_refusal(verifier: Page, issued: Issued) -> None:
    bundle = json.loads(issued.certificate)
    bundle["index"] += 1
    said = chosen(verifier, rfc8785.dumps(bundle), issued.keys)
    assert "不可信" in said
    assert "核验包 · proof：日志里没有这条记录。请勿采信" in said
    assert "In the bundle · proof: the event is not in the log. Do not rely on it" in said
    assert "130 **** 000" not in said


def test_a_person_reads_which_file_is_broken_and_what_to_do(verifier: Page, issued: Issued) -> None:
    said = chosen(verifier, issued.certificate[:-9], issued.keys)
    assert "核验包：内容不完整或不是 JSON，可能没有下载完。请重新下载核验包" in said
    assert "In the bundle: it is cut off, or no JSON. Download the bundle again" in said
    said = chosen(verifier, issued.certificate, issued.keys[:-9])
    assert (
        "公钥文件：内容不完整或不是 JSON，可能没有下载完。请到运营商官方网站重新下载公钥文件"
        in said
    )
    said = chosen(verifier, issued.keys, issued.certificate)
    assert "公钥文件：这不是公钥文件。请检查两个文件是否选反" in said
    fewer = {name: part for name, part in json.loads(issued.certificate).items() if name != "event"}
    said = chosen(verifier, rfc8785.dumps(fewer), issued.keys)
    assert "核验包 · event：缺少字段，或多出字段" in said


def test_both_refuse_what_was_signed_before_its_key_was_there(
    verifier: Page, issued: Issued
) -> None:
    known = json.loads(issued.keys)
    for key in known["keys"]:
        key["since"] = "2027-01-01T00:00:00Z"
    cases = [(issued.certificate, rfc8785.dumps(known))]
    assert (
        by_page(verifier, cases, issued.keys) == [by_python(*cases[0])] == [{"refused": "bundle"}]
    )


def test_nothing_is_asked_of_anybody(real_browser: Browser, issued: Issued) -> None:
    context = real_browser.new_context()
    opened = context.new_page()
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(PAGE.as_uri())
    assert "真实" in chosen(opened, issued.certificate, issued.keys)
    context.close()
    assert asked == [PAGE.as_uri()]
