#!/usr/bin/env python3
"""Verify a bundle of Xiaohu without network and without Xiaohu.

    python3 verify_bundle.py BUNDLE.json --keys xiaohu-keys.json

A bundle holds a signed document, the event of its issue, that event's place in the log, and the
signed checkpoint of the log. The keys file comes from the operator itself, by a way you trust: what
a bundle says of keys proves nothing. Exit code 0: genuine; 1: refused; 2: used wrongly.

A genuine document may have been revoked or replaced since: that only the operator's record says.

Needs Python 3.10 or later and the package `cryptography`.
"""

import argparse
import base64
import binascii
import hashlib
import io
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LARGEST = 512 * 1024
LARGEST_NUMBER = 2**53 - 1
TYPES = {
    "xiaohu-certificate+jws": "certificate",
    "xiaohu-statement+jws": "statement",
    "xiaohu-organisation+jws": "organisation",
}
BUNDLE = {"checkpoint", "consistency", "document", "event", "index", "keys", "proof", "type"}
EVENT = {"action", "actor", "case", "evidence", "from", "id", "operator", "reason", "to", "ts"}
HEADER = {"alg", "kid", "typ"}
KEY = {"algorithm", "id", "public", "purpose"}
Keys = dict[str, dict[str, str]]
MOMENT = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
# Control characters but the line feed, what turns the direction of writing, halves of characters
# and what is no character at all: nothing of that belongs into a document.
ODD = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
    + "]"
)


# Why something is refused, in Chinese, and what whoever reads it does next.
REASONS = {
    "too large": ("文件超过 512 KB", "again"),
    "cut off, or no JSON": ("内容不完整或不是 JSON，可能没有下载完", "again"),
    "not in canonical form": ("写法与原文件不同，可能被编辑或另存过", "again"),
    "a number is no whole number, or too large": ("含有不允许的数值", "again"),
    "odd characters": ("含有不允许的字符", "again"),
    "null is no value": ("含有空值", "again"),
    "a name stands twice": ("同一字段出现两次", "again"),
    "not a keys file": ("这不是公钥文件", "choose"),
    "not a bundle": ("这不是核验包", "choose"),
    "a member is missing, or one too many": ("缺少字段，或多出字段", "again"),
    "not of the right kind": ("字段的内容不合格式", "again"),
    "a key is damaged": ("公钥已损坏", "again"),
    "a key is of another kind": ("公钥不是 Ed25519", "again"),
    "a key has another id": ("公钥与它的编号不符", "again"),
    "a key stands twice": ("同一公钥出现两次", "again"),
    "the bundle names no two keys": ("没有写明两把公钥", "again"),
    "the operator does not publish this key": ("公钥文件里没有签名所用的公钥", "keys"),
    "the operator's key differs": ("与公钥文件里的公钥不一致", "keys"),
    "a key for something else": ("公钥不是用于这里的", "ask"),
    "the document is damaged": ("签名文本已损坏", "again"),
    "the document has another header": ("签名文本的头部不合格式", "ask"),
    "the document is signed in another way": ("签名算法不是 Ed25519", "ask"),
    "a document of another type": ("不认识这种文件", "newer"),
    "the document is signed with another key": ("签名用的是另一把公钥", "ask"),
    "the document was changed": ("签名后内容被改动过", "ask"),
    "the document says too little": ("缺少必要内容", "ask"),
    "the checkpoint is damaged": ("检查点已损坏", "again"),
    "a checkpoint of another log": ("检查点属于另一家运营商", "keys"),
    "the checkpoint is signed with another key": ("检查点用的是另一把公钥", "ask"),
    "the checkpoint was changed": ("检查点签名后被改动过", "ask"),
    "the event tells of something else": ("日志记录的不是出具文件", "ask"),
    "another operator": ("运营商不一致", "keys"),
    "the event tells of another document": ("日志记录的是另一份文件", "ask"),
    "the event is not in the log": ("日志里没有这条记录", "ask"),
    "the document names another event": ("文件写明的是另一条日志记录", "ask"),
    "the log was written anew": ("日志被改写过", "ask"),
    "the document was signed before its key was there": ("出具时间早于公钥启用时间", "ask"),
    "the key was over when it signed": ("出具时公钥已停用", "ask"),
}
FILES = {"keys": ("公钥文件", "the keys file"), "bundle": ("核验包", "the bundle")}
REMEDIES = {
    ("again", "keys"): (
        "请到运营商官方网站重新下载公钥文件，不要编辑或另存。",
        "Download the keys file from the operator's own site again; do not edit it or save it anew.",
    ),
    ("again", "bundle"): (
        "请重新下载核验包，或向出示人索取原文件，不要编辑或另存。",
        "Download the bundle again, or ask for the original; do not edit it or save it anew.",
    ),
    ("choose", ""): (
        "请检查两个文件是否选反或选错。",
        "Check that the two files are not mixed up, and are the right ones.",
    ),
    ("keys", ""): (
        "请到出具单位的官方网站下载最新公钥文件再核验；仍不通过，请勿采信。",
        "Get the newest keys file from the issuer's own site and try again; if it still fails, do not rely on it.",
    ),
    ("newer", ""): (
        "请到出具单位的官方网站下载新版核验工具。",
        "Get the present verifier from the issuer's own site.",
    ),
    ("ask", ""): (
        "请勿采信，并按编号向出具单位核验。",
        "Do not rely on it; check the number with the issuer.",
    ),
}


class Refused(Exception):
    """The bundle proves nothing: `file` and `member` say where, the message says why."""

    def __init__(self, why: str, member: str = "") -> None:
        super().__init__(why)
        self.why, self.file, self.member = why, "", member

    @property
    def chinese(self) -> str:
        """Why, in Chinese."""
        return REASONS[self.why][0]

    @property
    def remedy(self) -> tuple[str, str]:
        """What to do next, in Chinese and in English."""
        what = REASONS[self.why][1]
        return REMEDIES.get((what, self.file)) or REMEDIES[what, ""]


def need(holds: object, why: str, member: str = "") -> None:
    """Go on only where something holds."""
    if not holds:
        raise Refused(why, member)


@contextmanager
def within(file: str, member: str = "") -> Iterator[None]:
    """Let what is refused say in which file and member it was found."""
    try:
        yield
    except Refused as refused:
        if not refused.file:
            refused.file = file
            refused.member = ".".join(part for part in (member, refused.member) if part)
        raise


# --- Strict JSON: one text for one value (RFC 8785), whole numbers only ----------------------------


def parse(data: bytes) -> Any:
    """Return what a text says, where it is the one text for it."""
    need(len(data) <= LARGEST, "too large")
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_once,
            parse_float=_no_number,
            parse_constant=_no_number,
        )
        again = canonical(value)
    except (ValueError, RecursionError):
        raise Refused("cut off, or no JSON") from None
    need(again == data, "not in canonical form")
    return value


def canonical(value: object) -> bytes:
    """Return the one text of a value."""
    return _text(value).encode("utf-8")


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        need(abs(value) <= LARGEST_NUMBER, "a number is no whole number, or too large")
        return str(value)
    if isinstance(value, str):
        need(not ODD.search(value), "odd characters")
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return "[" + ",".join(map(_text, value)) + "]"
    if not isinstance(value, dict):
        raise Refused("null is no value")
    names = sorted(value, key=lambda name: name.encode("utf-16-be"))
    return "{" + ",".join(f"{_text(name)}:{_text(value[name])}" for name in names) + "}"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    need(len(dict(pairs)) == len(pairs), "a name stands twice")
    return dict(pairs)


def _no_number(_: str) -> None:
    raise Refused("a number is no whole number, or too large")


def shaped(value: Any, names: set[str]) -> dict[str, Any]:
    """Return an object that has these names and no others."""
    need(isinstance(value, dict), "not of the right kind")
    off = sorted(set(value) ^ names)
    need(not off, "a member is missing, or one too many", off[0] if off else "")
    return dict(value)


def text_of(value: Any, why: str = "not of the right kind") -> str:
    """Return a text."""
    need(isinstance(value, str), why)
    return str(value)


def count_of(value: Any) -> int:
    """Return a whole number that is not negative."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    need(whole and value >= 0, "not of the right kind")
    return int(value)


def decoded(text: str, why: str, *, url: bool = False) -> bytes:
    """Return the bytes of a base64 text, where it is the one text for them."""
    try:
        if url:
            raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            again = base64.urlsafe_b64encode(raw).decode().rstrip("=")
        else:
            raw = base64.b64decode(text, validate=True)
            again = base64.b64encode(raw).decode()
    except (ValueError, binascii.Error):
        raise Refused(why) from None
    need(again == text, why)
    return raw


def hashes_of(value: Any) -> list[bytes]:
    """Return the hashes of a proof."""
    why = "not of the right kind"
    need(isinstance(value, list) and len(value) <= 128, why)
    need(all(isinstance(one, str) and re.fullmatch("[0-9a-f]{64}", one) for one in value), why)
    return [bytes.fromhex(one) for one in value]


# --- Keys: those the operator publishes -----------------------------------------------------------


def read_keys(data: bytes) -> tuple[str, Keys]:
    """Return the operator's name and its keys by id."""
    file = named(parse(data), "xiaohu-keys", {"keys", "operator", "type"}, "not a keys file")
    need(isinstance(file["operator"], str), "not of the right kind", "operator")
    need(isinstance(file["keys"], list), "not of the right kind", "keys")
    known: Keys = {}
    for place, entry in enumerate(file["keys"]):
        with within("keys", f"keys[{place}]"):
            key = read_key(entry)
            need(key["id"] not in known, "a key stands twice")
            known[key["id"]] = key
    return file["operator"], known


def named(value: Any, type_: str, names: set[str], why: str) -> dict[str, Any]:
    """Return what a file says, where it says that it is one of this type."""
    need(isinstance(value, dict) and value.get("type") == type_, why)
    return shaped(value, names)


def read_key(entry: Any) -> dict[str, str]:
    """Return a key and its dates."""
    key = shaped(entry, KEY | {"since", "until"})
    for name, part in key.items():
        need(isinstance(part, str), "not of the right kind", name)
    raw = decoded(key["public"], "a key is damaged")
    need(key["algorithm"] == "Ed25519" and len(raw) == 32, "a key is of another kind")
    need(key["id"] == hashlib.sha256(raw).hexdigest()[:16], "a key has another id")
    for name in ("since", "until"):
        open_end = name == "until" and key[name] == ""
        need(open_end or MOMENT.fullmatch(key[name]), "not of the right kind", name)
    return key


def signed(key: dict[str, str], signature: bytes, message: bytes, why: str) -> None:
    """Go on only where a key signed a message."""
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(key["public"])).verify(
            signature, message
        )
    except (InvalidSignature, ValueError):
        raise Refused(why) from None


def named_keys(entries: Any, known: Keys) -> tuple[dict[str, str], dict[str, str]]:
    """Return the two keys a bundle names, where the operator publishes them just so."""
    need(isinstance(entries, list) and len(entries) == 2, "the bundle names no two keys")
    for place, purpose in enumerate(("checkpoints", "documents")):
        with within("bundle", f"keys[{place}]"):
            entry = shaped(entries[place], KEY)
            mine = known.get(entry["id"]) if isinstance(entry["id"], str) else None
            need(mine, "the operator does not publish this key")
            same = mine and all(mine[part] == entry[part] for part in KEY)
            need(same, "the operator's key differs")
            need(entry["purpose"] == purpose, "a key for something else")
    return known[entries[0]["id"]], known[entries[1]["id"]]


# --- Document: a JWS of one of our types -----------------------------------------------------------


def read_document(token: Any, key: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """Return kind and payload of a signed document."""
    need(isinstance(token, str) and token.isascii(), "the document is damaged")
    parts = token.split(".")
    need(len(parts) == 3, "the document is damaged")
    damaged = "the document is damaged"
    header, payload, signature = (decoded(part, damaged, url=True) for part in parts)
    said = parse(header)
    need(isinstance(said, dict) and set(said) == HEADER, "the document has another header")
    need(said["alg"] == "Ed25519", "the document is signed in another way")
    need(isinstance(said["typ"], str) and said["typ"] in TYPES, "a document of another type")
    need(said["kid"] == key["id"], "the document is signed with another key")
    signed(key, signature, token.rpartition(".")[0].encode(), "the document was changed")
    told = parse(payload)
    need(isinstance(told, dict), "the document says too little")
    return TYPES[said["typ"]], told


# --- Log: the checkpoint (C2SP note) and the proofs of RFC 9162 ---------------------------------------


def read_checkpoint(note: Any, operator: str, key: dict[str, str]) -> tuple[int, bytes]:
    """Return size and root of a signed checkpoint."""
    lines = text_of(note, "the checkpoint is damaged").split("\n")
    need(len(lines) in {6, 7}, "the checkpoint is damaged")
    origin, size, root, *more = lines[:-3]
    signature = lines[-2].split(" ")[-1]
    erasures = "erasures (0|[1-9][0-9]{0,15}) [A-Za-z0-9+/]{43}="
    need(all(re.fullmatch(erasures, line) for line in more), "the checkpoint is damaged")
    need(re.fullmatch("[1-9][0-9]{0,15}", size), "the checkpoint is damaged")
    body = "".join(f"{line}\n" for line in (origin, size, root, *more))
    need(note == f"{body}\n\u2014 {origin} {signature}\n", "the checkpoint is damaged")
    need(origin == f"xiaohu/{operator}", "a checkpoint of another log")
    damaged = "the checkpoint is damaged"
    raw, tree = decoded(signature, damaged), decoded(root, damaged)
    need(len(raw) == 68 and len(tree) == 32, "the checkpoint is damaged")
    public = base64.b64decode(key["public"])
    name = hashlib.sha256(origin.encode() + b"\n\x01" + public).digest()[:4]
    need(raw[:4] == name, "the checkpoint is signed with another key")
    signed(key, raw[4:], body.encode(), "the checkpoint was changed")
    return int(size), tree


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def included(leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> bool:
    """Say whether a leaf stands in the tree (RFC 9162, 2.1.3.2)."""
    if index >= size:
        return False
    at, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(step, found)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, step)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def grown(
    first: int, first_root: bytes, second: int, second_root: bytes, proof: list[bytes]
) -> bool:
    """Say whether one tree grew into another (RFC 9162, 2.1.4.2)."""
    if first == 0:
        return not proof and first_root == hashlib.sha256(b"").digest()
    if first >= second:
        return first == second and not proof and first_root == second_root
    path = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    if not proof or not path:
        return False
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, step)
        at, last = at >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


# --- The whole -------------------------------------------------------------------------------------


def verify(bundle: bytes, keys: bytes) -> dict[str, Any]:
    """Return what a bundle proves, as names and values.

    Raises:
        Refused: it proves nothing.
    """
    with within("keys"):
        operator, known = read_keys(keys)
    with within("bundle"):
        return proved(bundle, operator, known)


def proved(bundle: bytes, operator: str, known: Keys) -> dict[str, Any]:
    """Return what a bundle proves to whoever trusts an operator's keys."""
    given = named(parse(bundle), "xiaohu-bundle", BUNDLE, "not a bundle")
    with within("bundle", "keys"):
        of_log, of_documents = named_keys(given["keys"], known)
    with within("bundle", "document"):
        kind, told = read_document(given["document"], of_documents)
    with within("bundle", "checkpoint"):
        size, root = read_checkpoint(given["checkpoint"], operator, of_log)
    with within("bundle", "event"):
        event = read_event(given["event"])
        need(event["operator"] == told.get("operator") == operator, "another operator")
        digest = hashlib.sha256(given["document"].encode()).hexdigest()
        tells_of = {"document": told.get("number"), "kind": kind, "sha256": digest}
        need(event["evidence"] == tells_of, "the event tells of another document")
    with within("bundle", "index"):
        index = count_of(given["index"])
    with within("bundle", "proof"):
        path = hashes_of(given["proof"])
        leaf = leaf_hash(canonical(event))
        need(included(leaf, index, size, path, root), "the event is not in the log")
    with within("bundle", "document"):
        older, older_root = seen_log(told, event["id"])
    with within("bundle", "consistency"):
        growth = hashes_of(given["consistency"])
        need(grown(older, older_root, size, root, growth), "the log was written anew")
    with within("bundle", "document"):
        line = in_time(told, of_documents)
    return {
        "number": told["number"],
        "kind": kind,
        "operator": operator,
        "closed_at": told["closed_at"],
        "issued_at": told["issued_at"],
        "line": line,
        "key": of_documents["id"],
        "index": index,
        "size": size,
    }


def read_event(value: Any) -> dict[str, Any]:
    """Return the event of an issue."""
    event = shaped(value, EVENT)
    for name in sorted(EVENT - {"evidence"}):
        need(isinstance(event[name], str), "not of the right kind", name)
    need(event["action"] == "issue_document", "the event tells of something else")
    return event


def seen_log(told: dict[str, Any], event: str) -> tuple[int, bytes]:
    """Return size and root of the log as it was when a document was signed."""
    seen = told.get("log")
    if not isinstance(seen, dict) or set(seen) != {"event", "root", "size"}:
        raise Refused("the document says too little", "log")
    need(seen["event"] == event, "the document names another event")
    with within("bundle", "document.log"):
        return count_of(seen["size"]), decoded(text_of(seen["root"]), "not of the right kind")


def in_time(told: dict[str, Any], key: dict[str, str]) -> str:
    """Return the line of a document that was signed while its key was in use."""
    why = "the document says too little"
    for name in ("number", "issued_at", "closed_at"):
        need(isinstance(told.get(name), str), why, name)
    line = text_of(told.get("line", ""), why)
    need(MOMENT.fullmatch(told["issued_at"]), why, "issued_at")
    need(key["since"] <= told["issued_at"], "the document was signed before its key was there")
    over = key["until"] != "" and key["until"] < told["issued_at"]
    need(not over, "the key was over when it signed")
    return line


def explained(refused: Refused) -> str:
    """Return where something is wrong, why, and what to do, in both languages."""
    chinese, english = FILES[refused.file]
    at = f" · {refused.member}" if refused.member else ""
    do_chinese, do_english = refused.remedy
    return (
        f"{chinese}{at}：{refused.chinese}。{do_chinese}\n"
        f"In {english}{at}: {refused.why}. {do_english}\n"
    )


def main(arguments: list[str]) -> int:
    """Verify a file, and say what it came to."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # A console without Chinese is told the rest.
    wanted = argparse.ArgumentParser(description="Verify a bundle of Xiaohu offline.")
    wanted.add_argument("bundle", type=Path, help="the bundle, a JSON file")
    wanted.add_argument("--keys", type=Path, required=True, help="the operator's keys file")
    given = wanted.parse_args(arguments)
    try:
        bundle, keys = given.bundle.read_bytes(), given.keys.read_bytes()
    except OSError as error:
        wanted.error(str(error))
    try:
        facts = verify(bundle, keys)
    except Refused as refused:
        sys.stdout.write(f"REFUSED 不可信\n{explained(refused)}")
        return 1
    sys.stdout.write("GENUINE 真实\n")
    for name, value in facts.items():
        sys.stdout.write(f"  {name}  {value}\n")
    sys.stdout.write(
        "Whether it still counts only the operator's record says. 是否仍有效以核验页面为准。\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
