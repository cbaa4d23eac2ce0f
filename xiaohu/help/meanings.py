"""What people say, in the words of our articles: wordings that mean the same, and words that only ask.

One table for the whole search; a single article only lists words of its own subject.
"""

import re

# Said around a question and telling nothing of it. Longer ones first, so that none is cut in two.
_ONLY_ASKING = re.compile(
    "怎么样才能|怎样才能|如何才能|怎么才能|可不可以|怎么样|有没有|是不是|会不会|能不能|要不要|为什么"
    "|我想要|怎样|怎么|如何|什么|请问|请教|告诉|我想|我要|想要|想问|才能|可以|能够|是否|能否|可否|一下|哪些|我的"
    "|给我|帮我|吗|呢|吧|啊|把|将|咋|我"
    r"|\b(?:my|the|a|an|your|this|it|to|of|i|do|can)\b"
)
_BETWEEN_SIGNS = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")

# What people say, and what it means in our articles. It is found inside a longer question too; of
# several that are found the longest counts.
_SAID_AND_MEANT = (
    (
        "号码注销|注销号码|注销手机号|手机号注销|注销手机卡|注销电话|注销卡|卡注销|销号|销卡|消号|消户|退网",
        "网上办理 自助",
    ),
    (
        "cancel number|cancel line|terminate line|deactivate number|get rid number|close number|close line",
        "网上办理 自助 online steps website",
    ),
    ("注销用户名|账号注销|删除账号|delete account", "注销登录账号 用户名 username account"),
    ("退费|返钱|返还|提现|取钱|拿回钱|钱退|退押金|money back|get money|reimburse", "退款 退回 refund returned"),
    ("钱没到|没收到钱|没收到退款|not received refund|still waiting money", "退款没到账 refund arrived failed"),
    ("多长时间|几时|什么时候好|等几天|要几天|how many days|how soon|how fast", "多久 时长 long time"),
    ("过世|死了|身故|不在了|passed away|late father|late mother", "去世 逝者 died deceased"),
    ("丢失|遗失|弄丢|不见了|被偷|stolen", "卡丢 挂失 lost missing"),
    ("不想销|后悔|取消申请|撤回|take back|undo request|revoke", "反悔 撤销 change mind withdraw"),
    ("真人|打电话|有人接|talk human|real person|speak somebody", "人工 客服 person hotline"),
    ("办到哪|进展|什么程度|how far", "进度 到哪一步 follow track"),
    ("花钱|要钱|收钱|多少钱|how much", "收费 费用 charge cost"),
    ("没有验证码|短信没来|no text|no sms", "收不到 验证码 code"),
    ("辞职|走了员工|前同事|ex-employee|quit", "离职 前员工 former staff"),
)  # fmt: skip
_WORDINGS = sorted(
    ((said, meant) for wordings, meant in _SAID_AND_MEANT for said in wordings.split("|")),
    key=lambda wording: -len(wording[0]),
)


def in_our_words(asked: str) -> tuple[str, str]:
    """Return what was asked, without what only asks, and what part of it means in our articles.

    Takes folded text.
    """
    text = " ".join(_ONLY_ASKING.sub(" ", asked).split())
    joined = _BETWEEN_SIGNS.sub("", text)
    for said, meant in _WORDINGS:
        if said in joined:
            return joined.replace(said, " "), meant
    return text or asked, ""
