"""Tokens made with our own key that still are not documents, and every change of one that is."""

import base64

import pytest
from joserfc.util import urlsafe_b64encode

from xiaohu.trail import keys, signing
from xiaohu.trail.signing import SignatureRefused

TYP = "test+jws"


def why(token: str) -> object:
    """Return why a token is refused."""
    with pytest.raises(SignatureRefused) as caught:
        signing.verify_document(token, typ=TYP, public_keys=[keys.public_key(keys.DOCUMENTS)])
    return caught.value.params["why"]


def signed(header: str, payload: bytes = b"{}") -> str:
    """Return a token with our signature over whatever is given."""
    kid = keys.key_id(keys.public_key(keys.DOCUMENTS))
    text = header.replace("KID", kid).encode()
    start = urlsafe_b64encode(text) + b"." + urlsafe_b64encode(payload)
    signature = keys.private_key(keys.DOCUMENTS).sign(start)
    return (start + b"." + urlsafe_b64encode(signature)).decode()


PROPER = '{"alg":"Ed25519","kid":"KID","typ":"test+jws"}'


def test_accepts_what_these_tests_change() -> None:
    key = keys.public_key(keys.DOCUMENTS)
    assert signing.verify_document(signed(PROPER), typ=TYP, public_keys=[key]) == {}


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ('{"alg":"none","alg":"Ed25519","kid":"KID","typ":"test+jws"}', "malformed"),
        ('{"alg":"none","kid":"KID","typ":"test+jws"}', "algorithm"),
        ('{"alg":"EdDSA","kid":"KID","typ":"test+jws"}', "algorithm"),
        ('{"alg":"HS256","kid":"KID","typ":"test+jws"}', "algorithm"),
        ('{"alg":"Ed25519","kid":"KID","typ":"other"}', "type"),
        ('{"alg":"Ed25519","kid":["KID"],"typ":"test+jws"}', "unknown_key"),
        ('{"alg":"Ed25519","jku":"https://a.example","kid":"KID","typ":"test+jws"}', "malformed"),
        ('{"alg":"Ed25519","jwk":{},"kid":"KID","typ":"test+jws"}', "malformed"),
        ('{"alg":"Ed25519","typ":"test+jws"}', "malformed"),
        ("[]", "malformed"),
        ("[" * 20_000, "malformed"),
    ],
)
def test_refuses_a_header_that_is_not_ours(header: str, reason: str) -> None:
    assert why(signed(header)) == reason


@pytest.mark.parametrize(
    "payload",
    [b'{"a":1,"a":2}', b'{"a":{"b":1,"b":1}}', b'{"a":NaN}', b"[]", b"", b'"\xff"', b"[" * 40_000],
)
def test_refuses_a_payload_that_is_no_object(payload: bytes) -> None:
    assert why(signed(PROPER, payload)) == "malformed"


def test_refuses_what_is_too_long() -> None:
    assert why(signed(PROPER, b'{"a":"' + b"x" * signing.LONGEST + b'"}')) == "malformed"


def test_refuses_every_other_character_at_every_place() -> None:
    token = signed(PROPER)
    for place, character in enumerate(token):
        for bit in range(7):
            assert why(token[:place] + chr(ord(character) ^ 1 << bit) + token[place + 1 :])


@pytest.mark.parametrize("added", ["\n", " ", "=", "=="])
def test_refuses_additions_at_either_end(added: str) -> None:
    token = signed(PROPER)
    assert why(token + added)
    assert why(added + token)


def test_signs_the_canonical_form() -> None:
    token = signing.sign_document(typ=TYP, payload={"b": 1, "a": "电话"})
    body = token.split(".")[1]
    assert base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)) == '{"a":"电话","b":1}'.encode()
