"""Rules that differ from the generic ones, published while cases go on."""

from datetime import datetime

from tests.stories import ADMIN, OPERATOR
from xiaohu.core.calendar import CHINA
from xiaohu.registry import policies
from xiaohu.registry.models import PolicyVersion

__all__ = ["ADMIN", "CASES", "CHINA", "FREEZE", "FROZEN", "publish"]

FREEZE = """
[[calendar.freezes]]
from_day = -1
to_day = 6
words = { zh = "每月最后一天和 1 至 6 日出账，不办理销户", en = "No closing from the last day of a month to day 6" }
"""
FROZEN = '"calendar.freezes" = { tag = "O", text = "企业说明" }\n'
# The generic cases whose dates and choices these rules change take their names.
CASES = "".join(
    f'\n[[tests]]\nname = "{name}"\ntoday = 2026-11-23\nblockers = []\n'
    for name in ("普通号码：三天冷静期，三个工作日", "等合约到期再销户", "欠费从余额抵扣")
)


def publish(version: str, rules: str = "", sources: str = "", *, now: datetime) -> PolicyVersion:
    """Publish a version built upon the generic one that differs in some tables."""
    generic = policies.shipped("generic-cn")
    own = generic[generic.index("[names]") : generic.index("# No days on which")]
    head = f'key = "example"\nversion = "{version}"\nextends = "generic-cn"\nunconfirmed = true\n'
    toml = f"{head}{own}{rules}\n[provenance]\n{sources}\n{CASES}"
    return policies.publish(operator=OPERATOR, toml=toml, actor=ADMIN, now=now)
