"""Which of the operator's own pages settles an obstacle, where settling it happens elsewhere."""

from collections.abc import Mapping
from enum import StrEnum

from xiaohu.core.checks import CheckCode


class OwnPage(StrEnum):
    """A page of the operator's own, outside this service."""

    PAY = "pay"
    PLAN = "plan"
    STORE = "store"
    APP = "app"


_MONEY = (OwnPage.PAY, OwnPage.APP)
_PLAN = (OwnPage.PLAN, OwnPage.APP)
_IN_PERSON = (OwnPage.STORE,)
# The first page an operator has is named; where it has none, people are called.
SETTLED_AT: Mapping[CheckCode, tuple[OwnPage, ...]] = {
    CheckCode.ARREARS: _MONEY,
    CheckCode.ARREARS_SUSPENDED: _MONEY,
    CheckCode.DEVICE_INSTALMENT: _MONEY,
    CheckCode.ROAMING_PENDING: _MONEY,
    CheckCode.CONTRACT_TERM: _PLAN,
    CheckCode.VANITY_MIN_SPEND: _PLAN,
    CheckCode.BUNDLE_BROADBAND: _PLAN,
    CheckCode.PRIMARY_WITH_SUBLINES: _PLAN,
    CheckCode.OPEN_ORDER: _PLAN,
    CheckCode.TRANSFER_IN_PROGRESS: _PLAN,
    CheckCode.PORT_OUT_IN_PROGRESS: _PLAN,
    CheckCode.INVOICE_PENDING: (OwnPage.APP,),
    CheckCode.EQUIPMENT_RETURN: _IN_PERSON,
    CheckCode.NOT_HOLDER: _IN_PERSON,
    CheckCode.REALNAME_MISSING: _IN_PERSON,
}
