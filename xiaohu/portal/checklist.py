"""S6: the rows of the task list, each with a tag that says where it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from xiaohu.closures.checking import Checked
from xiaohu.core.checks import CheckGroup, CheckKind, Finding
from xiaohu.ui import shown


class Tag(StrEnum):
    """Where a row of the list stands."""

    PASSED = "passed"
    CHOSEN = "chosen"
    NOTICE = "notice"
    TODO = "todo"
    CHECKING = "checking"
    OTHER_WAY = "other_way"
    AWAY = "away"


TONES = {Tag.PASSED: "ok", Tag.CHOSEN: "ok", Tag.CHECKING: "", Tag.NOTICE: "", Tag.AWAY: ""}
TO_BE_KNOWN = frozenset({CheckKind.WARNING, CheckKind.HOLD})


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what was found, in words and with the line where it is not all of them."""

    group: CheckGroup
    findings: Sequence[tuple[Finding, str, str]]
    tag: Tag
    is_first_open: bool = False

    @property
    def tone(self) -> str:
        """The colour of the tag; its words say the same."""
        return TONES.get(self.tag, "warn")


def rows(checked: Checked | None, *, asked: bool, pending: bool) -> list[Row]:
    """Return every row; `asked` says that people were asked to look at what stands in the way.

    `pending` says that the operator has been asked and has not answered yet.
    """
    found = shown.findings(checked) if checked is not None else []
    made: list[Row] = []
    open_before = False
    for group in CheckGroup:
        own = [entry for entry in found if entry[0].group is group]
        known = tag_of([entry[0] for entry in own], asked=asked) if checked else Tag.AWAY
        tag = Tag.CHECKING if pending else known
        is_open = tag in {Tag.TODO, Tag.OTHER_WAY, Tag.CHECKING}
        made.append(Row(group, own, tag, is_first_open=is_open and not open_before))
        open_before = open_before or is_open
    return made


def tag_of(findings: Sequence[Finding], *, asked: bool) -> Tag:
    """Return where a row stands by what was found of it."""
    blocking = [finding for finding in findings if finding.blocks]
    if blocking and asked:
        return Tag.CHECKING
    if any(finding.kind is CheckKind.ASSISTED for finding in blocking):
        return Tag.OTHER_WAY
    if blocking:
        return Tag.TODO
    if any(finding.chosen is not None for finding in findings):
        return Tag.CHOSEN
    if any(finding.kind in TO_BE_KNOWN for finding in findings):
        return Tag.NOTICE
    return Tag.PASSED
