"""People who ask to be called, and people who complain."""

from tests.stories import OPERATOR, World
from xiaohu.assistance import calling, complaining
from xiaohu.assistance.calling import Wish
from xiaohu.assistance.complaining import Grievance
from xiaohu.assistance.models import CallBack, Complaint
from xiaohu.core.assistance import CallTopic, ComplaintSubject

NUMBER = "+8613000000088"
MAIL = "asker@example.com"
WORDS = "销户超过承诺日期五天，请说明原因并退还多收的月费。"


def call(world: World, number: str = NUMBER, **wish: object) -> CallBack:
    """Ask to be called back."""
    asked = Wish(name="张示例", number=number, topic=CallTopic.MONEY, **wish)  # type: ignore[arg-type]
    return calling.ask(
        operator=OPERATOR, wish=asked, language="zh-hans", address="192.0.2.1", now=world.now
    )


def complaint(world: World, to: str = MAIL, words: str = WORDS, **said: object) -> Complaint:
    """Complain."""
    grievance = Grievance(
        name="张示例",
        to=to,
        subject=ComplaintSubject.DELAY,
        words=words,
        **said,  # type: ignore[arg-type]
    )
    return complaining.complain(
        operator=OPERATOR, said=grievance, language="zh-hans", address="192.0.2.1", now=world.now
    )
