"""The Python file: what we issue is genuine, everything else is refused, whatever it is."""

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.verifiers.conftest import Issued
from tests.verifiers.mutants import resigned
from verifiers import verify_bundle
from verifiers.verify_bundle import Refused
from xiaohu.closures.models import Case, DocumentKind
from xiaohu.trail import keys, published, tree

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
FILE = Path(verify_bundle.__file__)


def refused(bundle: bytes, known: bytes) -> str:
    """Return why a bundle is refused."""
    with pytest.raises(Refused) as caught:
        verify_bundle.verify(bundle, known)
    return str(caught.value)


def changed(bundle: bytes, **parts: Any) -> bytes:
    """Return a bundle with some parts changed."""
    return rfc8785.dumps({**json.loads(bundle), **parts})


@pytest.mark.parametrize("kind", list(DocumentKind))
def test_what_we_issue_is_genuine(issued: Issued, kind: DocumentKind) -> None:
    proved = verify_bundle.verify(issued.bundles[kind], issued.keys)
    assert proved["kind"] == kind.value
    one_line = kind is not DocumentKind.ORGANISATION
    assert proved["line"].startswith("130 **** 000" if one_line else "")
    assert proved["index"] < proved["size"]
    assert json.loads(issued.bundles[kind])["consistency"]


def test_every_flipped_byte_is_refused(issued: Issued) -> None:
    bundle = issued.certificate
    for place in range(len(bundle)):
        flipped = bytes([bundle[place] ^ 128])
        refused(bundle[:place] + flipped + bundle[place + 1 :], issued.keys)


def test_every_truncation_is_refused(issued: Issued) -> None:
    for place in range(0, len(issued.certificate), 7):
        refused(issued.certificate[:place], issued.keys)


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":2}',
        '{"a":1.5}',
        '{"a":1.0}',
        '{"a":1e3}',
        '{"a":-0}',
        '{"a":NaN}',
        '{"a":null}',
        '{"a":9007199254740993}',
        '{"a": 1}',
        '{"b":1,"a":1}',
        '{"a":"\\u0041"}',
        '{"a":"\\ud800"}',
        '{"a":"\u202e"}',
        '{"a":"\\u0000"}',
        '{"a":"\ufffe"}',
        '\ufeff{"a":1}',
        '{"a":1}\n',
        "[" * 100_000,
        "9" * 5000,
    ],
)
def test_json_has_one_text_only(text: str) -> None:
    with pytest.raises(Refused):
        verify_bundle.parse(text.encode("utf-8", "surrogatepass"))


def test_json_that_is_not_unicode_is_refused() -> None:
    for data in (b'"\xff"', b'"\xed\xa0\x80"', b"", b'"\xc0\x80"'):
        with pytest.raises(Refused):
            verify_bundle.parse(data)


def test_keys_come_from_the_operator_alone(issued: Issued) -> None:
    bundle = json.loads(issued.certificate)
    stranger = published.entry(Ed25519PrivateKey.generate().public_key(), keys.DOCUMENTS)
    assert "publish" in refused(
        changed(issued.certificate, keys=[bundle["keys"][0], stranger]), issued.keys
    )
    swapped = changed(issued.certificate, keys=bundle["keys"][::-1])
    assert refused(swapped, issued.keys) == "a key for something else"
    known = json.loads(issued.keys)
    other = rfc8785.dumps({**known, "operator": "another"})
    assert refused(issued.certificate, other) == "a checkpoint of another log"
    assert refused(issued.certificate, rfc8785.dumps({**known, "keys": []}))


@pytest.mark.parametrize(
    ("header", "why"),
    [
        ({"alg": "EdDSA"}, "the document is signed in another way"),
        ({"alg": "none"}, "the document is signed in another way"),
        ({"typ": "xiaohu-receipt+jws"}, "a document of another type"),
        ({"typ": "xiaohu-statement+jws"}, "the event tells of another document"),
        ({"jku": "https://a.example/keys"}, "the document has another header"),
        ({"jwk": {"kty": "OKP"}}, "the document has another header"),
        ({"kid": "0" * 16}, "the document is signed with another key"),
    ],
)
def test_a_header_is_ours_or_refused(issued: Issued, header: dict[str, Any], why: str) -> None:
    assert refused(resigned(issued.certificate, header=header), issued.keys) == why


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        ({"number": "0000-0000-0000"}, "the event tells of another document"),
        ({"operator": "another"}, "another operator"),
        ({"line": "130 **** 9999"}, "the event tells of another document"),
    ],
)
def test_what_was_signed_but_not_logged_is_refused(
    issued: Issued, payload: dict[str, Any], why: str
) -> None:
    assert refused(resigned(issued.certificate, payload=payload), issued.keys) == why


def test_a_log_written_anew_is_refused(issued: Issued) -> None:
    bundle = json.loads(issued.certificate)
    for growth in ([], bundle["consistency"][1:], [*bundle["consistency"], "0" * 64]):
        again = changed(issued.certificate, consistency=growth)
        assert refused(again, issued.keys) == "the log was written anew"


def test_a_key_that_was_over_signed_nothing_since(issued: Issued) -> None:
    known = json.loads(issued.keys)
    for key in known["keys"]:
        key["until"] = "2026-01-01T00:00:00Z"
    over = rfc8785.dumps(known)
    assert refused(issued.certificate, over) == "the key was over when it signed"


def test_a_key_signed_nothing_before_it_was_there(issued: Issued) -> None:
    known = json.loads(issued.keys)
    for key in known["keys"]:
        key["since"] = "2027-01-01T00:00:00Z"
    early = rfc8785.dumps(known)
    why = "the document was signed before its key was there"
    assert refused(issued.certificate, early) == why
    for key in known["keys"]:
        key["since"] = ""
    assert refused(issued.certificate, rfc8785.dumps(known)) == "not of the right kind"


def told(bundle: bytes, known: bytes) -> str:
    """Return what is said of a bundle that is refused."""
    with pytest.raises(Refused) as caught:
        verify_bundle.verify(bundle, known)
    return verify_bundle.explained(caught.value)


def test_a_refusal_names_file_and_member_and_what_to_do(issued: Issued) -> None:
    cut = "内容不完整或不是 JSON，可能没有下载完。请"
    assert told(issued.certificate[:-9], issued.keys).startswith(f"核验包：{cut}重新下载核验包")
    assert told(issued.certificate, issued.keys[:-9]).startswith(f"公钥文件：{cut}到运营商官方网站")
    swapped = told(issued.keys, issued.certificate)
    assert "In the keys file: not a keys file. Check that the two files are not mixed up" in swapped
    known = json.loads(issued.keys)
    known["keys"][1]["until"] = "soon"
    assert told(issued.certificate, rfc8785.dumps(known)).startswith("公钥文件 · keys[1].until：")
    assert told(changed(issued.certificate, index=-1), issued.keys).startswith("核验包 · index：")
    header = resigned(issued.certificate, header={"alg": "none"})
    assert told(header, issued.keys).startswith("核验包 · document：签名算法不是 Ed25519。请勿采信")


def test_every_reason_is_told_in_both_languages_with_what_to_do() -> None:
    whole = FILE.read_text(encoding="utf-8")
    said = {
        node.value
        for node in ast.walk(ast.parse(whole[whole.index("class Refused") :]))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(verify_bundle.REASONS) <= said
    for why in verify_bundle.REASONS:
        for file in verify_bundle.FILES:
            refused = Refused(why)
            refused.file = file
            assert refused.chinese in verify_bundle.explained(refused)


def test_the_proofs_are_those_of_the_tree() -> None:
    leaves = [tree.leaf_hash(bytes([n])) for n in range(40)]
    node = tree.stored(leaves)
    for size in range(1, 41):
        root = tree.root(node, size)
        for index in range(size):
            path = tree.inclusion_proof(node, index, size)
            assert verify_bundle.included(leaves[index], index, size, path, root)
            assert not verify_bundle.included(leaves[index], index + 1, size, path, root)
        for first in range(size + 1):
            growth = tree.consistency_proof(node, first, size)
            older = tree.root(node, first)
            assert verify_bundle.grown(first, older, size, root, growth)
            assert not verify_bundle.grown(first, older, size, root, [*growth, root])


def test_it_runs_alone(issued: Issued, tmp_path: Path) -> None:
    (tmp_path / "b.json").write_bytes(issued.certificate)
    (tmp_path / "k.json").write_bytes(issued.keys)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", str(FILE), *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    good = run("b.json", "--keys", "k.json")
    assert good.returncode == 0, good.stderr
    assert "GENUINE" in good.stdout
    (tmp_path / "b.json").write_bytes(issued.certificate[:-1])
    assert run("b.json", "--keys", "k.json").returncode == 1
    assert run("nowhere.json", "--keys", "k.json").returncode == 2
    assert run("b.json").returncode == 2


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "gbk", "utf-8"])
def test_it_ends_as_it_judged_whatever_the_console_can_write(
    issued: Issued, tmp_path: Path, encoding: str
) -> None:
    (tmp_path / "good.json").write_bytes(issued.certificate)
    (tmp_path / "cut.json").write_bytes(issued.certificate[:-1])
    (tmp_path / "k.json").write_bytes(issued.keys)
    for name, code, said in (("good", 0, b"GENUINE"), ("cut", 1, b"REFUSED")):
        command = [sys.executable, str(FILE), f"{name}.json", "--keys", "k.json"]
        told = {"PYTHONIOENCODING": encoding}
        ended = subprocess.run(command, cwd=tmp_path, env=told, capture_output=True, check=False)
        assert (ended.returncode, ended.stderr) == (code, b"")
        assert ended.stdout.startswith(said)


def test_it_needs_nothing_of_ours() -> None:
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(FILE.read_text(encoding="utf-8")))
        for name in (
            [each.name for each in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported - sys.stdlib_module_names == {"cryptography"}


def test_a_statement_does_not_pass_as_a_certificate(case: Case, issued: Issued) -> None:
    kinds = [verify_bundle.verify(b, issued.keys)["kind"] for b in issued.bundles.values()]
    assert kinds == ["certificate", "statement", "organisation"]
    one, other, _ = (json.loads(bundle) for bundle in issued.bundles.values())
    mixed = rfc8785.dumps({**one, "document": other["document"]})
    assert refused(mixed, issued.keys) == "the event tells of another document"
