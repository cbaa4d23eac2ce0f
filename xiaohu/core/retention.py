"""What becomes of each category of personal data when a line closes.

One sealed record exists per unit and category; this table says whether it is erased at once or
kept apart until a date, and on which legal basis.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum


class UnitKind(StrEnum):
    """What a key belongs to: destroying it makes the unit's data unreadable."""

    HOLDER = "holder"
    LINE = "line"
    ACCOUNT = "account"
    CASE = "case"
    ASSISTANCE = "assistance"
    OUTSIDE = "outside"
    COPY = "copy"


class Category(StrEnum):
    """The kinds of personal data the service holds."""

    REGISTRATION_IDENTITY = "registration_identity"
    SERVICE_NUMBER = "service_number"
    CREDENTIALS = "credentials"
    CONTACT = "contact"
    PAYEE = "payee"
    APPLICANT = "applicant"
    HEARING = "hearing"
    REASON = "reason"
    REFUND_PROOF = "refund_proof"
    CLOSING_TRAIL = "closing_trail"
    CALL_BACK = "call_back"
    COMPLAINT = "complaint"
    REMARK = "remark"
    CERTIFICATE = "certificate"


class Disposal(StrEnum):
    """What happens to a category at closing."""

    ERASE = "erase"
    SEAL = "seal"
    ERASE_WITH_FOLDER = "erase_with_folder"
    ERASE_AFTER = "erase_after"  # so many months after it was answered; no closing touches it
    CLEAR_AFTER = "clear_after"  # the words of what was issued, so many months after


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """`months` count from the end of service, the answer or the issue; `basis` names the source."""

    disposal: Disposal
    months: int
    basis: str


RETENTION: Mapping[Category, RetentionRule] = {
    Category.REGISTRATION_IDENTITY: RetentionRule(
        Disposal.SEAL, 24, "电话用户真实身份信息登记规定（工信部令第25号）第十一条"
    ),
    Category.SERVICE_NUMBER: RetentionRule(
        Disposal.SEAL, 24, "电话用户真实身份信息登记规定（工信部令第25号）第十一条"
    ),
    Category.CREDENTIALS: RetentionRule(Disposal.ERASE, 0, "个人信息保护法第四十七条"),
    Category.CONTACT: RetentionRule(Disposal.ERASE_WITH_FOLDER, 1, "个人信息保护法第四十七条"),
    Category.PAYEE: RetentionRule(Disposal.ERASE_WITH_FOLDER, 1, "个人信息保护法第四十七条"),
    Category.APPLICANT: RetentionRule(Disposal.ERASE_WITH_FOLDER, 1, "个人信息保护法第四十七条"),
    Category.HEARING: RetentionRule(Disposal.ERASE_WITH_FOLDER, 1, "个人信息保护法第四十七条"),
    Category.REASON: RetentionRule(Disposal.ERASE_WITH_FOLDER, 1, "个人信息保护法第四十七条"),
    Category.REFUND_PROOF: RetentionRule(Disposal.SEAL, 120, "税收征收管理法实施细则第二十九条"),
    Category.CLOSING_TRAIL: RetentionRule(Disposal.SEAL, 36, "个人信息保护法第五十条、第六十九条"),
    Category.CALL_BACK: RetentionRule(Disposal.ERASE_AFTER, 1, "个人信息保护法第四十七条"),
    # The authority takes complaints of the last two years.
    Category.COMPLAINT: RetentionRule(Disposal.ERASE_AFTER, 24, "电信用户申诉处理办法"),
    Category.REMARK: RetentionRule(Disposal.ERASE_AFTER, 3, "个人信息保护法第四十七条"),
    # The masks and sums of a certificate or statement, as long as the trail of its closing.
    Category.CERTIFICATE: RetentionRule(
        Disposal.CLEAR_AFTER, 36, "个人信息保护法第五十条、第六十九条"
    ),
}

FOLDER_KEPT_DAYS = 30
MAY_BE_LONGER = frozenset({Disposal.SEAL, Disposal.CLEAR_AFTER})  # by a profile, with a basis


def rules_with(
    overrides: Mapping[Category, tuple[int, str | None]],
) -> Mapping[Category, RetentionRule]:
    """Return the table with an operator's months, and its own basis where it names one.

    Overrides are lawful: never shorter than the table, longer only on a basis.
    """
    changed = {
        category: replace(
            RETENTION[category], months=months, basis=basis or RETENTION[category].basis
        )
        for category, (months, basis) in overrides.items()
    }
    return {**RETENTION, **changed}
