"""Bundles that are not what was issued: bytes changed, parts changed, and parts signed anew by us."""

import base64
import copy
import hashlib
import json
import random
from collections.abc import Iterator
from typing import Any, NamedTuple

from xiaohu.trail import keys

Json = dict[str, Any]


def resigned(bundle: bytes, *, header: Json | None = None, payload: Json | None = None) -> bytes:
    """Return a bundle whose document says something else, signed with our own key."""
    whole = json.loads(bundle)
    whole["document"] = _signed_again(whole["document"], header or {}, payload or {})
    return _dumped(whole)


def _signed_again(token: str, header: Json, payload: Json) -> str:
    head, body, _ = token.split(".")
    parts = [{**_said(head), **header}, {**_said(body), **payload}]
    start = ".".join(_url(_dumped(part)) for part in parts)
    return f"{start}.{_url(keys.private_key(keys.DOCUMENTS).sign(start.encode()))}"


def _said(part: str) -> Json:
    said: Json = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return said


def _url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Mutant(NamedTuple):
    """A bundle that is not what was issued, and the keys file it is held against.

    Of what our own keys signed again nobody can tell that we never meant it.
    """

    bundle: bytes
    keys: bytes
    ours: bool = False


def mutants(bundle: bytes, known: bytes, *, seed: int) -> Iterator[Mutant]:
    """Return changed bundles and changed keys files without end."""
    dice = random.Random(seed)
    ways = [_bytes, _bytes, _part, _part, _proof, _token]
    while True:
        chance = dice.random()
        if chance < 0.05:
            yield Mutant(bundle, _bytes(known, dice), ours=True)
        elif chance < 0.35:
            signed = dice.choice([_signed, _logged, _note])(bundle, dice)
            yield Mutant(signed, known, ours=True)
        else:
            yield Mutant(dice.choice(ways)(bundle, dice), known)


def _bytes(data: bytes, dice: random.Random) -> bytes:
    """Flip, drop, double, replace or insert a few bytes."""
    place, length = dice.randrange(len(data)), dice.randrange(1, 4)
    some = bytes(dice.choice(b'0aA"{}[],:.\\-e \n\xc3\x00') for _ in range(length))
    flipped = bytes([data[place] ^ 1 << dice.randrange(8)])
    middle = dice.choice([flipped, b"", data[place : place + 1] * 2, some])
    return data[:place] + middle + data[place + 1 :]


ODD: list[Any] = [
    0,
    -1,
    1,
    1.5,
    2**53,
    True,
    None,
    "",
    "x",
    "\u202e",
    "\ufffe",
    [],
    {},
    ["x"],
    10**20,
]


def _part(data: bytes, dice: random.Random) -> bytes:
    """Change, drop or add a part anywhere, in canonical form."""
    whole = json.loads(data)
    place: Any = whole
    while True:
        name = dice.choice(list(place) if isinstance(place, dict) else range(len(place)))
        if not isinstance(place[name], dict | list) or not place[name] or dice.random() < 0.2:
            break
        place = place[name]
    way = dice.randrange(3)
    if way == 0:
        del place[name]
    elif way == 1:
        place[name] = dice.choice([*ODD, place[name]])
    elif isinstance(place, dict):
        place[dice.choice(["a", "__proto__", "type", "constructor"])] = dice.choice(ODD)
    else:
        place.insert(name, dice.choice([*ODD, place[name]]))
    return _dumped(whole)


def _dumped(whole: Json) -> bytes:
    """Return canonical JSON: our names are ASCII; a value that has no such form is left as it is."""
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def _proof(data: bytes, dice: random.Random) -> bytes:
    whole = json.loads(data)
    proof = whole[dice.choice(["proof", "consistency"])]
    place, way = dice.randrange(len(proof)), dice.randrange(5)
    if way == 0:
        proof[place] = hashlib.sha256(dice.randbytes(8)).hexdigest()
    elif way == 1:
        del proof[place]
    elif way == 2:
        proof.insert(place, proof[place])
    elif way == 3:
        proof.reverse()
    else:
        whole["index"] = max(0, whole["index"] + dice.choice([-2, -1, 1, 2, 100]))
    return _dumped(whole)


def _token(data: bytes, dice: random.Random) -> bytes:
    whole = json.loads(data)
    token = whole["document"]
    place = dice.randrange(len(token))
    sign = dice.choice("AZaz09-_.=+/ é")
    whole["document"] = token[:place] + sign + token[place + 1 :]
    return _dumped(whole)


def _signed(data: bytes, dice: random.Random) -> bytes:
    """Sign something else with our key, and log it under the right hash."""
    whole = json.loads(data)
    header = dice.choice([{}, {"alg": "none"}, {"typ": "xiaohu-statement+jws"}, {"jku": "x"}])
    named = {"event": whole["event"]["id"], "root": "AA==", "size": 3}
    logs: list[Any] = [{}, 1, {**named, "event": "x"}, named, {**named, "size": 0}]
    payload: Json = dice.choice(
        [
            {"number": "x"},
            {"line": 1},
            {"issued_at": "x"},
            {"operator": "x"},
            {"log": dice.choice(logs)},
            {"n": 1},
        ]
    )
    whole["document"] = _signed_again(whole["document"], header, payload)
    whole["event"]["evidence"]["sha256"] = hashlib.sha256(whole["document"].encode()).hexdigest()
    return _rooted(whole, dice)


def _logged(data: bytes, dice: random.Random) -> bytes:
    """Change the event, and sign a log that holds it alone, or the one there is."""
    whole = json.loads(data)
    name = dice.choice([*whole["event"], "more"])
    whole["event"][name] = dice.choice(["", "x", 1, {}, {"document": "x"}])
    return _rooted(whole, dice)


def _note(data: bytes, dice: random.Random) -> bytes:
    """Change the checkpoint's text; sometimes sign it again."""
    whole = json.loads(data)
    text, _, _ = whole["checkpoint"].partition("\n\n")
    place = dice.randrange(len(text))
    changed = dice.choice([text[:place] + dice.choice("0 19/\n—x") + text[place + 1 :], text])
    whole["checkpoint"] = _noted(changed.split("\n")[0], changed)
    return _dumped(whole)


def _rooted(whole: Json, dice: random.Random) -> bytes:
    """Put the event into a log of its own, signed by us, where the dice say so."""
    if dice.random() < 0.5:
        whole = copy.deepcopy(whole)
        leaf = hashlib.sha256(b"\x00" + _dumped(whole["event"])).digest()
        origin = whole["checkpoint"].split("\n")[0]
        root = base64.b64encode(leaf).decode()
        whole["checkpoint"] = _noted(origin, f"{origin}\n1\n{root}")
        whole["index"], whole["proof"] = 0, []
        if dice.random() < 0.5:
            whole["consistency"] = []
    return _dumped(whole)


def _noted(origin: str, text: str) -> str:
    """Return a checkpoint over a text, signed with our key."""
    key = keys.private_key(keys.CHECKPOINTS)
    raw = key.public_key().public_bytes_raw()
    name = hashlib.sha256(origin.encode() + b"\n\x01" + raw).digest()[:4]
    signature = base64.b64encode(name + key.sign(f"{text}\n".encode())).decode()
    return f"{text}\n\n\u2014 {origin} {signature}\n"
