"""What an operator may choose, and what no operator may.

A profile is a TOML file; published, it becomes an immutable policy version. A value the law
does not allow is refused with a sentence, not corrected.
"""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from xiaohu.core.checks import CheckCode
from xiaohu.core.refusals import Refusal

MAX_REVIEW_WORKING_DAYS = 15  # App rules (国信办秘字〔2019〕191号) item 6; GB/T 35273-2020 8.5
MIN_QUARANTINE_DAYS = 90  # operator contracts; no shorter period is found in any
MAX_REFUND_DAYS = 15  # 侵害消费者权益行为处罚办法 art. 10
MAX_COOLING_OFF_DAYS = 7

Text = Annotated[str, Field(min_length=1, max_length=200)]
# A name signs every text to a phone, which must fit one message (see core/notices.py).
ShortText = Annotated[str, Field(min_length=1, max_length=10)]


class ProfileRefused(Refusal):
    """The profile is unlawful, incomplete or has an unknown field; names field and reason."""

    code = "PROFILE_REFUSED"


class ReviewRule(StrEnum):
    """When a person must decide."""

    WHEN_NEEDED = "when_needed"
    ALWAYS = "always"


class RefundRoute(StrEnum):
    """Where money can go, always to the holder's own means."""

    ORIGINAL = "original"
    BANK_ACCOUNT = "bank_account"
    OTHER_LINE = "other_line"
    COUNTER = "counter"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Bilingual(_Part):
    """The operator's own words in both languages."""

    zh: Text
    en: Text

    def read(self, language: str) -> str:
        """Return the words for a reader of a language: English, or else Chinese."""
        return self.en if language == "en" else self.zh


class Names(Bilingual):
    """The operator's name; short in Chinese, since it signs every text to a phone."""

    zh: ShortText


class Contact(_Part):
    """Where a person gets a person."""

    hotline: Bilingual
    hours: Bilingual
    complaint: Bilingual


class Review(_Part):
    """How a request is decided; `working_days` is the promise to the subscriber."""

    rule: Annotated[ReviewRule, Field(strict=False)]
    working_days: Annotated[int, Field(ge=1, le=MAX_REVIEW_WORKING_DAYS)]


class Cooling(_Part):
    """Days between acceptance and execution; ten minutes of undo remain whatever is set."""

    days: Annotated[int, Field(ge=0, le=MAX_COOLING_OFF_DAYS)]


class Number(_Part):
    """How long a number rests before it may be issued again."""

    quarantine_days: Annotated[int, Field(ge=MIN_QUARANTINE_DAYS, le=365)]


class Refund(_Part):
    """Order of routes, the promised days, and the amount above which a person confirms.

    Above `heirs_consent_above_fen` all heirs consent to a refund, never to the closing itself.
    """

    routes: Annotated[
        tuple[Annotated[RefundRoute, Field(strict=False)], ...], Field(min_length=1, strict=False)
    ]
    working_days: Annotated[int, Field(ge=1, le=MAX_REFUND_DAYS)]
    review_above_fen: Annotated[int, Field(ge=0)]
    heirs_consent_above_fen: Annotated[int, Field(ge=0)] = 500_000


class Profile(_Part):
    """One operator's rules. `unconfirmed` marks an example the operator has not signed off."""

    key: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$")]
    version: Annotated[str, Field(pattern=r"^[0-9]{4}\.[0-9]{2}(\.[0-9]+)?$")]
    unconfirmed: bool
    names: Names
    contact: Contact
    review: Review
    cooling_off: Cooling
    number: Number
    refund: Refund
    checks: Annotated[tuple[Annotated[CheckCode, Field(strict=False)], ...], Field(strict=False)]
    provenance: dict[str, Text]


MANDATORY_CHECKS = frozenset(
    {
        CheckCode.NOT_HOLDER,
        CheckCode.REALNAME_MISSING,
        CheckCode.ALREADY_CLOSING,
        CheckCode.ALREADY_CLOSED,
        CheckCode.LEGAL_HOLD,
    }
)


def parse_profile(data: Mapping[str, Any]) -> Profile:
    """Return the profile of a parsed TOML document.

    Raises:
        ProfileRefused: names the first field that is wrong, and why.
    """
    try:
        profile = Profile.model_validate(dict(data))
    except ValidationError as refused:
        first = refused.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise ProfileRefused(field=field, why=first["msg"]) from None
    missing = MANDATORY_CHECKS - set(profile.checks)
    if missing:
        raise ProfileRefused(field="checks", why=f"{min(missing)} cannot be switched off")
    return profile


def canonical(profile: Profile) -> bytes:
    """Return the one form of a profile that is hashed and stored."""
    document = profile.model_dump(mode="json")
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
