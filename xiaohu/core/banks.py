"""Banks a refund can be sent to, by their short names; any other is written by hand.

Source: the register of banking institutions of 国家金融监督管理总局: state-owned, joint-stock, and
the largest city, rural and online banks.
"""

import unicodedata
from collections.abc import Mapping

BANKS: Mapping[str, str] = {
    "中国工商银行": "ICBC 工行 工商银行",
    "中国农业银行": "ABC 农行 农业银行",
    "中国银行": "BOC 中行",
    "中国建设银行": "CCB 建行 建设银行",
    "交通银行": "BOCOM 交行",
    "中国邮政储蓄银行": "PSBC 邮储 邮政银行",
    "招商银行": "CMB 招行",
    "中信银行": "CITIC",
    "中国光大银行": "CEB 光大",
    "华夏银行": "HXB",
    "中国民生银行": "CMBC 民生",
    "广发银行": "CGB 广发",
    "平安银行": "PAB 平安",
    "兴业银行": "CIB 兴业",
    "上海浦东发展银行": "SPDB 浦发",
    "浙商银行": "CZB 浙商",
    "恒丰银行": "HFB 恒丰",
    "渤海银行": "CBHB 渤海",
    "北京银行": "BOB",
    "上海银行": "BOS",
    "江苏银行": "JSB",
    "宁波银行": "NBCB",
    "南京银行": "NJCB",
    "杭州银行": "HZCB",
    "上海农商银行": "SRCB",
    "北京农商银行": "BRCB",
    "微众银行": "WEBANK",
    "网商银行": "MYBANK",
}


def matching(typed: str) -> tuple[str, ...]:
    """Return the banks whose name or short name contains what was typed, in the list's order."""
    wanted = "".join(unicodedata.normalize("NFKC", typed).split()).casefold()
    return tuple(name for name, short in BANKS.items() if wanted in f"{name}{short}".casefold())
