"""Signed documents: ours verify, everything else is refused without another exception."""

import stat

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from xiaohu.trail import keys, signing
from xiaohu.trail.signing import SignatureRefused

TYP = "test+jws"
PAYLOAD = {"number": "C7K3-M9QX-4T2P", "closed": "2026-12-01"}


def verify(token: str, *, typ: str = TYP) -> dict[str, object]:
    """Verify with our key."""
    return signing.verify_document(token, typ=typ, public_keys=[keys.public_key(keys.DOCUMENTS)])


def refused(token: str, *, typ: str = TYP) -> object:
    """Return why a document is refused."""
    with pytest.raises(SignatureRefused) as caught:
        verify(token, typ=typ)
    return caught.value.params["why"]


def test_verifies_what_it_signed() -> None:
    assert verify(signing.sign_document(typ=TYP, payload=PAYLOAD)) == PAYLOAD


def test_refuses_every_changed_character() -> None:
    token = signing.sign_document(typ=TYP, payload=PAYLOAD)
    for place, character in enumerate(token):
        changed = token[:place] + ("A" if character != "A" else "g") + token[place + 1 :]
        assert refused(changed)


def test_refuses_a_document_of_another_type() -> None:
    assert refused(signing.sign_document(typ=TYP, payload=PAYLOAD), typ="other+jws") == "type"


def test_refuses_a_key_it_does_not_know() -> None:
    token = signing.sign_document(typ=TYP, payload=PAYLOAD)
    stranger = Ed25519PrivateKey.generate().public_key()
    with pytest.raises(SignatureRefused) as caught:
        signing.verify_document(token, typ=TYP, public_keys=[stranger])
    assert caught.value.params == {"why": "unknown_key"}


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda b: b.hex() + "." + b.hex() + "."))
@settings(max_examples=300, deadline=None)
def test_whatever_is_given_is_refused_and_nothing_else(text: str) -> None:
    assert refused(text)


def test_private_keys_are_closed_to_others() -> None:
    keys.private_key(keys.DOCUMENTS)
    file = keys.public_file(keys.DOCUMENTS)
    assert stat.S_IMODE(file.with_suffix(".key").stat().st_mode) == 0o600
    published = keys.read_public_keys(file.read_bytes())
    assert published == keys.public_keys(keys.DOCUMENTS)
    assert published[0] == keys.public_key(keys.DOCUMENTS)
