"""What hangs on a number at other firms: the typical list, and where all of it can be looked up.

Source: 工信部“一证通查”与“二次号焕新”服务 (run by 中国信息通信研究院): MIIT has operators remind
people of their bindings at opening, transfer and closing.
"""

from collections.abc import Mapping
from enum import StrEnum


class Binding(StrEnum):
    """Accounts that commonly use a number."""

    BANK = "bank"
    PAYMENT = "payment"
    WECHAT = "wechat"
    RAILWAY = "railway"
    EMAIL = "email"
    TAX = "tax"
    SOCIAL_SECURITY = "social_security"


OFFICIAL: Mapping[str, str] = {
    "lookup": "https://getsimnum.caict.ac.cn/",  # 一证通查
    "renewal": "https://getsimnum.caict.ac.cn/",  # 二次号焕新 is reached from the same site
}


class LeftBehind(StrEnum):
    """What a holder has saved at the operator itself, and may clear before leaving."""

    PAYEES = "payees"
    CONTACTS = "contacts"
    RECORDINGS = "recordings"
    CONSENTS = "consents"  # who agreed to be called
