"""The sources our rules rest on, by their English names.

What is signed and shown names its source in Chinese, as it is cited; readers of English get the same
clause by clause.
"""

import re
from collections.abc import Mapping

SOURCES: Mapping[str, str] = {
    "个人信息保护法": "Personal Information Protection Law",
    "电话用户真实身份信息登记规定（工信部令第25号）": (
        "Rules on Registration of Telephone Users' True Identity (MIIT Order 25)"
    ),
    "工信部令第25号": "MIIT Order 25",
    "税收征收管理法实施细则": "Implementing Rules of the Tax Collection Law",
    "反电信网络诈骗法": "Anti-Telecom and Online Fraud Law",
    "电信网络诈骗及其关联违法犯罪联合惩戒办法": "Measures on Joint Punishment of Telecom Fraud",
    "民法典": "Civil Code",
    "电信条例": "Telecommunications Regulations",
    "电信用户申诉处理办法": "Measures on Complaints of Telecom Users",
    "公司法关于清算的规定": "Company Law on liquidation",
    "发票管理办法": "Measures on Invoices",
    "侵害消费者权益行为处罚办法": "Measures on Punishing Harm to Consumers",
    "携号转网服务管理规定": "Rules on Number Portability",
    "工信部暖心服务十件实事（2025）": "MIIT ten service measures (2025)",
    "工信部关于二次号码的要求": "MIIT requirements on re-issued numbers",
    "GB/T 35273-2020 第 8.5 条": "GB/T 35273-2020, clause 8.5",
    "主管部门依法作出的决定": "a decision of the authority in charge",
    "依法协助调查": "assistance to an investigation, by law",
    "运营商服务协议": "the operator's service agreement",
    "靓号协议": "the agreement on a premium number",
    "主副卡业务规则": "rules on main and secondary cards",
    "集团虚拟网业务规则": "rules on group networks",
    "家庭网业务规则": "rules on family networks",
    "融合套餐业务规则": "rules on bundles",
    "赠送活动规则": "rules of the gift offer",
    "积分规则": "rules on points",
    "卡券规则": "rules on coupons",
    "防止代理商代收用户余额": "so that no agent takes a user's balance",
    "防止他人冒名销户": "so that nobody closes another person's line",
    "销户后原号码收不到通知": "a closed number receives no notice",
    "退款只退给机主本人，不退至将要销户的号码": (
        "refunds go to the holder alone, not to a line that closes"
    ),
    "过户与销户不能同时办理": "a line is not transferred and closed at once",
    "在途业务与销户不能同时办理": "an open order and a closing do not go together",
    "外呼报备随销户终止": "a filing ends with its line",
    "国际漫游话单可能延迟到达": "roaming records may arrive late",
    "号码是其他账号的第二重验证": "the number is the second factor of other accounts",
    "号码已经销户": "the line is closed already",
    "卡片无需交回": "the card need not be returned",
    "停机号码可以直接销户，无需先复机": "a stopped line is closed as it is",
    "代付关系随销户解除": "paying for others ends with the line",
    "一个号码同时只能有一个销户申请": "one request for a line at a time",
}
_ARTICLE = re.compile(r"第([一二三四五六七八九十百千]+)条")
_DIGITS = {digit: value for value, digit in enumerate("一二三四五六七八九", start=1)}
_TENS = {"十": 10, "百": 100, "千": 1000}


def in_english(basis: str) -> str:
    """Return "个人信息保护法第五十条、第六十九条" as "Personal Information Protection Law, Art. 50, 69"."""
    return "; ".join(_clause(part) for part in basis.split("；"))


def _clause(clause: str) -> str:
    if clause in SOURCES:
        return SOURCES[clause]
    articles = [str(_number(found)) for found in _ARTICLE.findall(clause)]
    source = _ARTICLE.sub("", clause).strip("、")
    named = SOURCES.get(source, source)
    return f"{named}, Art. {', '.join(articles)}" if articles else named


def _number(chinese: str) -> int:
    """Return 一千一百四十七 as 1147."""
    total, digit = 0, 0
    for sign in chinese:
        if sign in _TENS:
            total, digit = total + (digit or 1) * _TENS[sign], 0
        else:
            digit = _DIGITS[sign]
    return total + digit
