"""Documents as JWS (RFC 7515, Ed25519 of RFC 9864): a document of one type never passes as another."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import rfc8785
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from joserfc.util import urlsafe_b64decode

from xiaohu.core.refusals import Refusal
from xiaohu.trail import keys

ALGORITHM = "Ed25519"
LONGEST = 64 * 1024
_REGISTRY = jws.JWSRegistry(algorithms=[ALGORITHM])


class SignatureRefused(Refusal):
    """The document is not one we signed, or not of the type it claims; `why` says which."""

    code = "SIGNATURE_REFUSED"


def sign_document(*, typ: str, payload: Mapping[str, object]) -> str:
    """Return the compact JWS of a payload."""
    private = keys.private_key(keys.DOCUMENTS)
    # In this order, header and payload alike have one text only.
    header = {"alg": ALGORITHM, "kid": keys.key_id(private.public_key()), "typ": typ}
    body = rfc8785.dumps(dict(payload))  # type: ignore[arg-type] # JSON values only
    return jws.serialize_compact(header, body, _signing_key(private), registry=_REGISTRY)


def verify_document(
    token: str, *, typ: str, public_keys: Sequence[Ed25519PublicKey]
) -> dict[str, Any]:
    """Return what a document says.

    Raises:
        SignatureRefused: whatever is wrong, and whatever bytes are given.
    """
    if len(token) > LONGEST or not token.isascii():
        raise SignatureRefused(why="malformed")
    header = _header(token)
    if header.get("alg") != ALGORITHM:
        raise SignatureRefused(why="algorithm")
    if header.get("typ") != typ:
        raise SignatureRefused(why="type")
    key = {keys.key_id(key): key for key in public_keys}.get(str(header.get("kid")))
    if key is None:
        raise SignatureRefused(why="unknown_key")
    return _object(_verified(token, key))


def signed_by(token: str) -> str:
    """Return the name of the key a verified document was signed with."""
    return str(_header(token)["kid"])


def _header(token: str) -> dict[str, Any]:
    try:
        jws.extract_compact(token.encode())
        raw = urlsafe_b64decode(token.partition(".")[0].encode())
    except (JoseError, ValueError, TypeError, AttributeError, RecursionError):
        raise SignatureRefused(why="malformed") from None
    protected = _object(raw)
    # Nothing but these: a key or a key's address in the header is never looked at.
    if set(protected) != {"alg", "typ", "kid"}:
        raise SignatureRefused(why="malformed")
    return protected


def _verified(token: str, key: Ed25519PublicKey) -> bytes:
    try:
        checked = jws.deserialize_compact(token, _verifying_key(key), registry=_REGISTRY)
    except (JoseError, ValueError, TypeError):
        raise SignatureRefused(why="signature") from None
    return bytes(checked.payload)


def _object(body: bytes) -> dict[str, Any]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise SignatureRefused(why="malformed")
        return found

    try:
        parsed = json.loads(body, object_pairs_hook=once, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise SignatureRefused(why="malformed") from None
    if not isinstance(parsed, dict):
        raise SignatureRefused(why="malformed")
    return parsed


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


@lru_cache(maxsize=8)
def _signing_key(key: Ed25519PrivateKey) -> OKPKey:
    pem = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    return OKPKey.import_key(pem)


def _verifying_key(key: Ed25519PublicKey) -> OKPKey:
    pem = key.public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo)
    return OKPKey.import_key(pem)
