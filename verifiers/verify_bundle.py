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
import json
import re
import sys
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LARGEST = 512 * 1024
LARGEST_NUMBER = 2**53 - 1
TYPES = {
    "xiaohu-certificate+jws": "certificate",
    "xiaohu-statement+jws": "statement",
}
BUNDLE = {"checkpoint", "consistency", "document", "event", "index", "keys", "proof", "type"}
EVENT = {"action", "actor", "case", "evidence", "from", "id", "operator", "reason", "to", "ts"}
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


class Refused(Exception):
    """The bundle proves nothing; the message says why."""


def need(holds: object, why: str) -> None:
    """Go on only where something holds."""
    if not holds:
        raise Refused(why)


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
        need(canonical(value) == data, "not in canonical form")
    except (ValueError, RecursionError):
        raise Refused("not canonical JSON") from None
    return value


def canonical(value: object) -> bytes:
    """Return the one text of a value."""
    return _text(value).encode("utf-8")


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        need(abs(value) <= LARGEST_NUMBER, "a number is too large")
        return str(value)
    if isinstance(value, str):
        need(not ODD.search(value), "a text has odd characters")
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


def _no_number(text: str) -> None:
    raise Refused(f"{text[:20]} is not a whole number")


def shaped(value: Any, names: set[str], why: str) -> dict[str, Any]:
    """Return an object that has these names and no others."""
    need(isinstance(value, dict) and set(value) == names, why)
    return dict(value)


def text_of(value: Any, why: str) -> str:
    """Return a text."""
    need(isinstance(value, str), why)
    return str(value)


def count_of(value: Any, why: str) -> int:
    """Return a whole number that is not negative."""
    need(isinstance(value, int) and not isinstance(value, bool) and value >= 0, why)
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


def hashes_of(value: Any, why: str) -> list[bytes]:
    """Return the hashes of a proof."""
    need(isinstance(value, list) and len(value) <= 128, why)
    need(all(isinstance(one, str) and re.fullmatch("[0-9a-f]{64}", one) for one in value), why)
    return [bytes.fromhex(one) for one in value]


# --- Keys: those the operator publishes -----------------------------------------------------------


def read_keys(data: bytes) -> tuple[str, Keys]:
    """Return the operator's name and its keys by id."""
    file = shaped(parse(data), {"keys", "operator", "type"}, "not a keys file")
    need(file["type"] == "xiaohu-keys", "not a keys file")
    text_of(file["operator"], "not a keys file")
    need(isinstance(file["keys"], list), "not a keys file")
    known: Keys = {}
    for key in file["keys"]:
        shaped(key, KEY | {"since", "until"}, "not a keys file")
        need(all(isinstance(part, str) for part in key.values()), "not a keys file")
        raw = decoded(key["public"], "a key is damaged")
        need(key["algorithm"] == "Ed25519" and len(raw) == 32, "a key is of another kind")
        need(key["id"] == hashlib.sha256(raw).hexdigest()[:16], "a key has another id")
        need(key["id"] not in known, "a key stands twice")
        need(key["until"] == "" or MOMENT.fullmatch(key["until"]), "not a keys file")
        known[key["id"]] = key
    return file["operator"], known


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
    for entry, purpose in zip(entries, ("checkpoints", "documents"), strict=True):
        shaped(entry, KEY, "the bundle names no key")
        mine = known.get(entry["id"]) if isinstance(entry["id"], str) else None
        need(mine, "the operator does not publish this key")
        need(mine and all(mine[part] == entry[part] for part in KEY), "the operator's key differs")
        need(entry["purpose"] == purpose, "a key for something else")
    return known[entries[0]["id"]], known[entries[1]["id"]]


# --- Document: a JWS of one of our types -----------------------------------------------------------


def read_document(token: Any, key: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """Return kind and payload of a signed document."""
    need(isinstance(token, str) and token.isascii(), "the document is damaged")
    parts = token.split(".")
    need(len(parts) == 3, "the document is damaged")
    header, payload, signature = (decoded(part, "not base64url", url=True) for part in parts)
    said = shaped(parse(header), {"alg", "kid", "typ"}, "the document has another header")
    need(said["alg"] == "Ed25519", "the document is signed in another way")
    need(isinstance(said["typ"], str) and said["typ"] in TYPES, "a document of another type")
    need(said["kid"] == key["id"], "the document is signed with another key")
    signed(key, signature, token.rpartition(".")[0].encode(), "the document was changed")
    told = parse(payload)
    need(isinstance(told, dict), "the document says nothing")
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
    raw, tree = decoded(signature, "not base64"), decoded(root, "not base64")
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
    operator, known = read_keys(keys)
    given = shaped(parse(bundle), BUNDLE, "not a bundle")
    need(given["type"] == "xiaohu-bundle", "not a bundle")
    of_log, of_documents = named_keys(given["keys"], known)
    kind, told = read_document(given["document"], of_documents)
    size, root = read_checkpoint(given["checkpoint"], operator, of_log)

    event = shaped(given["event"], EVENT, "not an event")
    need(all(isinstance(event[name], str) for name in EVENT - {"evidence"}), "not an event")
    need(event["action"] == "issue_document", "the event tells of something else")
    need(event["operator"] == told.get("operator") == operator, "another operator")
    digest = hashlib.sha256(given["document"].encode()).hexdigest()
    tells_of = {"document": told.get("number"), "kind": kind, "sha256": digest}
    need(event["evidence"] == tells_of, "the event tells of another document")

    index = count_of(given["index"], "not a place")
    path = hashes_of(given["proof"], "not a proof")
    leaf = leaf_hash(canonical(event))
    need(included(leaf, index, size, path, root), "the event is not in the log")

    seen = shaped(told.get("log"), {"event", "root", "size"}, "the document names no log")
    need(seen["event"] == event["id"], "the document names another event")
    older = count_of(seen["size"], "the document names no log")
    older_root = decoded(text_of(seen["root"], "the document names no log"), "not base64")
    growth = hashes_of(given["consistency"], "not a proof")
    need(grown(older, older_root, size, root, growth), "the log was written anew")

    for name in ("number", "issued_at", "closed_at"):
        text_of(told.get(name), "the document says too little")
    need(MOMENT.fullmatch(told["issued_at"]), "the document has no moment")
    until = of_documents["until"]
    need(until == "" or told["issued_at"] <= until, "the key was over when it signed")
    return {
        "number": told["number"],
        "kind": kind,
        "operator": operator,
        "closed_at": told["closed_at"],
        "issued_at": told["issued_at"],
        "line": text_of(told.get("line", ""), "the document says too little"),
        "key": of_documents["id"],
        "index": index,
        "size": size,
    }


def main(arguments: list[str]) -> int:
    """Verify a file, and say what it came to."""
    wanted = argparse.ArgumentParser(description="Verify a bundle of Xiaohu offline.")
    wanted.add_argument("bundle", type=Path, help="the bundle, a JSON file")
    wanted.add_argument("--keys", type=Path, required=True, help="the operator's keys file")
    given = wanted.parse_args(arguments)
    try:
        bundle, keys = given.bundle.read_bytes(), given.keys.read_bytes()
    except OSError as error:
        wanted.error(str(error))
    try:
        proved = verify(bundle, keys)
    except Refused as why:
        sys.stdout.write(f"REFUSED 不可信: {why}\n")
        return 1
    sys.stdout.write("GENUINE 真实\n")
    for name, value in proved.items():
        sys.stdout.write(f"  {name}  {value}\n")
    sys.stdout.write(
        "Whether it still counts only the operator's record says. 是否仍有效以核验页面为准。\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
