"""A document is judged by the form it was printed in: a changed page has another number."""

import hashlib
import json
from importlib.resources import files
from typing import Any

import pytest

from tests.stories import World, document_of
from xiaohu.closures import (
    documents,
    documents_of_organisations,
    papers,
    pdf_contents,
    statements,
    verifying,
)
from xiaohu.closures.comparing import Found
from xiaohu.closures.models import DocumentKind, Outcome
from xiaohu.closures.verifying import Answer
from xiaohu.core.retention import RETENTION, Category
from xiaohu.core.settlement import BASES, ItemKind
from xiaohu.trail import keys

AT = "2026-11-24T04:00:00Z"
COMMON: dict[str, Any] = {
    "issuer": {"zh": "示例通信", "en": "Example Telecom"},
    "reference": "XH-0000-0000",
    "subject": "line",
    "line": "100••••0001",
    "holder": "尤*例",
    "closed_at": AT,
    "number": "C000-0000-0000",
    "issued_at": AT,
    "policy": "generic-cn 1",
    "verify": "https://closing.example/verify/C000-0000-0000",
    "log": {"size": 7, "event": "00000000-0000-0000-0000-000000000001", "root": "AA=="},
    "replaces": "C000-0000-0001",
}
SAID: dict[DocumentKind, dict[str, Any]] = {
    DocumentKind.CERTIFICATE: {
        **COMMON,
        "product": "电销卡",
        "number_free_on": "2027-02-22",
        "filing_ended_at": AT,
        "filing_reference": "BA-1",
    },
    DocumentKind.ORGANISATION: {
        **COMMON,
        "subject": "organisation",
        "holder": "示***司",
        "lines": [
            {
                "line": "100••••0001",
                "outcome": Outcome.CLOSED.value,
                "closed_at": AT,
                "certificate": "C000-0000-0003",
            },
            {
                "line": "100••••0002",
                "outcome": documents_of_organisations.MOVED,
                "reference": "XH-0000-0001",
            },
        ],
    },
    DocumentKind.STATEMENT: {
        **COMMON,
        "certificate": "C000-0000-0002",
        "settlement": {
            **dict.fromkeys(statements.AMOUNTS, 100),
            "items": [
                {
                    "kind": ItemKind.USAGE.value,
                    "on": "2026-11-20",
                    "paid_fen": 40,
                    "owed_fen": 40,
                    "borne_fen": 20,
                    "basis": BASES[ItemKind.USAGE],
                }
            ],
        },
        "claim": {"until": "2029-11-24", "at": "https://closing.example/claim"},
        "erased": {"at": AT, "keys": 3, "records": 21},
        "kept": [
            {
                "category": Category.SERVICE_NUMBER.value,
                "basis": RETENTION[Category.SERVICE_NUMBER].basis,
                "until": "2028-11-30",
            }
        ],
    },
}


PRINTED = {
    DocumentKind.CERTIFICATE: (1, "2262d58de7a5c825"),
    DocumentKind.STATEMENT: (2, "ce11deed61634be2"),
    DocumentKind.ORGANISATION: (1, "3a33ff16a68bcd5f"),
}


def form(kind: DocumentKind) -> str:
    """Return a digest of everything our pages say of the same facts, and of how they are set."""
    printed = [
        papers.printed(kind, SAID[kind], token="", language=language)
        for language in papers.LANGUAGES
    ]
    # Lines end elsewhere with another font: what they say together is what counts.
    pages = [["".join(page) for page in one.words or []] for one in pdf_contents.read(*printed)]
    setting = (files("xiaohu.closures") / "paper.typ").read_bytes()
    return hashlib.sha256(json.dumps(pages).encode() + setting).hexdigest()[:16]


@pytest.mark.parametrize("kind", list(DocumentKind))
def test_a_changed_page_has_another_number(kind: DocumentKind) -> None:
    # Where this fails the page has changed: raise its number, and write down the new digest.
    assert (documents.FORMS[kind], form(kind)) == PRINTED[kind]


@pytest.mark.django_db(databases=["default", "keystore"])
def test_a_document_of_an_earlier_form_is_not_called_altered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = document_of(world.close(), DocumentKind.CERTIFICATE)
    assert document is not None
    content = papers.pdf(document, language="zh")
    monkeypatch.setattr(documents, "FORMS", dict.fromkeys(DocumentKind, 0))
    judged = verifying.judge(content, known=keys.public_keys(keys.DOCUMENTS))
    assert judged.answer is Answer.PARTLY
    assert judged.compared is not None
    assert judged.compared.found is Found.OTHER_FORM
