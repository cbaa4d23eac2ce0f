"""`xiaohu notice`: the whole list, the words in force, and an operator's own."""

from pathlib import Path

import pytest

from tests.stories import ADMIN, NOON, OPERATOR
from xiaohu.core.notices import NOTICES, Notice
from xiaohu.notices.publishing import TemplateNoticeUnknown
from xiaohu.ops import noticing
from xiaohu.registry import policies

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
WORDS = """[[notice]]
notice = "withdrawn"
zh = "【{sign}】{ref} 已撤销。"
en = "{sign}: {ref} withdrawn."
"""


@pytest.fixture(autouse=True)
def rules(db: None) -> None:
    """Let the operator have rules, and so a name."""
    policies.publish(operator=OPERATOR, toml=policies.shipped("generic-cn"), actor=ADMIN, now=NOON)


def published(folder: Path) -> list[str]:
    """Publish words of an operator's own and return what was printed."""
    file, said = folder / "words.toml", list[str]()
    file.write_text(WORDS, encoding="utf-8")
    noticing.publish_file(file, operator=OPERATOR, out=said.append)
    return said


def test_lists_every_notice_with_whose_words_it_has(tmp_path: Path) -> None:
    published(tmp_path)
    said: list[str] = []
    noticing.list_notices(OPERATOR, out=said.append)
    assert len(said) == len(NOTICES)
    [withdrawn] = [line for line in said if " withdrawn " in line]
    assert "default" not in withdrawn
    assert (
        sum(" default " in line for line in said) == sum(bool(r.to) for r in NOTICES.values()) - 1
    )


def test_shows_the_words_in_force_with_their_variables(tmp_path: Path) -> None:
    said: list[str] = []
    noticing.show_notice("withdrawn", OPERATOR, out=said.append)
    assert "variables: {ref}, {sign}" in said
    published(tmp_path)
    noticing.show_notice("withdrawn", OPERATOR, out=said.append)
    assert "  【示例通信】XH-2611-7K3M-9Q 已撤销。" in said


@pytest.mark.parametrize("name", ["nonsense", Notice.ENTRY.value])
def test_shows_no_words_of_what_is_no_message(name: str) -> None:
    with pytest.raises(TemplateNoticeUnknown):
        noticing.show_notice(name, OPERATOR, out=lambda _: None)


def test_prints_each_wording_with_its_version_and_whether_it_is_new(tmp_path: Path) -> None:
    first, second = published(tmp_path), published(tmp_path)
    assert [line.split()[:3] for line in first] == [
        ["withdrawn", "text", "zh-hans"],
        ["withdrawn", "text", "en"],
    ]
    assert {line.split()[-1] for line in first} != {line.split()[-1] for line in second}
