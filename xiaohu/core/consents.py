"""Consents that are asked for apart from everything else, each with another way that needs none.

Source: 个人信息保护法 art. 14, 15, 29. Each row
names the words that are agreed to; changed words are another version.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from xiaohu.core.refusals import Refusal


class ConsentMissing(Refusal):
    """What was asked for is used only with a consent of its own; `kind` names which."""

    code = "CONSENT_MISSING"


class ConsentKind(StrEnum):
    """What is agreed to."""

    FACE = "face"
    ID_PHOTO = "id_photo"
    BANK_ACCOUNT = "bank_account"
    LATER_SETTLEMENT = "later_settlement"
    WAIVER = "waiver"


@dataclass(frozen=True, slots=True)
class ConsentRule:
    """`version` names the words agreed to, which the catalogue keeps under `consent.<kind>`."""

    version: str
    basis: str


_SENSITIVE = "个人信息保护法第二十九条"

CONSENTS: Mapping[ConsentKind, ConsentRule] = {
    ConsentKind.FACE: ConsentRule("2026.12", f"{_SENSITIVE}；人脸识别技术应用安全管理办法"),
    ConsentKind.ID_PHOTO: ConsentRule("2026.12.2", _SENSITIVE),
    ConsentKind.BANK_ACCOUNT: ConsentRule("2026.12", _SENSITIVE),
    ConsentKind.LATER_SETTLEMENT: ConsentRule("2026.11", "民法典第五百六十七条"),
    ConsentKind.WAIVER: ConsentRule("2026.11", "民法典第五百七十五条；消费者权益保护法第二十六条"),
}
