"""The filing of a line ends with the line, on the operator's word; its restriction goes with its unit."""

from datetime import date

import pytest

from tests.stories import World, document_of
from xiaohu.closures import documents
from xiaohu.closures.models import DocumentKind
from xiaohu.core.facts import RestrictionReason
from xiaohu.core.filings import FilingStatus, Purpose
from xiaohu.core.restrictions import AppealState, RestrictionSource
from xiaohu.registry import filings, restrictions
from xiaohu.registry.models import Line, LineRestriction, OutboundFiling

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def filed(line: Line) -> Line:
    """Give a line a filing for surveys."""
    OutboundFiling.objects.update_or_create(
        line=line,
        defaults={"purposes": [Purpose.SURVEY.value], "daily_cap": 300, "region": "浙江省"},
    )
    return line


def restricted(line: Line) -> Line:
    """Restrict a line for complaints."""
    LineRestriction.objects.create(
        line=line,
        source=RestrictionSource.OPERATOR.value,
        reason=RestrictionReason.COMPLAINTS.value,
        grade=2,
        since=date(2026, 11, 1),
    )
    return line


def test_a_filing_says_what_it_allows(world: World) -> None:
    filing = filings.of_line(filed(world.line()))
    assert filing is not None
    assert (filing.status, filing.purposes) == (FilingStatus.ACTIVE, (Purpose.SURVEY,))
    assert (filing.daily_cap, filing.region) == (300, "浙江省")


def test_a_closing_ends_the_filing_with_the_operators_word(world: World) -> None:
    line = filed(world.line())
    world.close()
    confirmed = world.outside.truth("operator", "end_filing")
    filing = filings.of_line(line)
    assert filing is not None
    assert (filing.status, filing.end_reference) == (FilingStatus.ENDED, confirmed[0]["reference"])
    assert filing.ended_at == world.now


def test_a_filing_the_operator_no_longer_knows_ends_without_its_word(world: World) -> None:
    line = filed(world.line())
    world.outside.change(line, filing=False)
    world.close()
    assert world.outside.truth("operator", "end_filing") == []
    filing = filings.of_line(line)
    assert filing is not None
    assert (filing.status, filing.end_reference) == (FilingStatus.ENDED, "")


def test_the_certificate_proves_the_end_of_a_filing(world: World) -> None:
    line = filed(world.line())
    certificate = document_of(world.close(), DocumentKind.CERTIFICATE)
    filing = filings.of_line(line)
    assert certificate is not None
    assert filing is not None
    assert documents.read(certificate)["filing_reference"] == filing.end_reference != ""


def test_a_line_without_a_filing_has_none_to_prove(world: World) -> None:
    OutboundFiling.objects.filter(pk=world.line().pk).delete()
    world.outside.change(world.line(), filing=False)
    certificate = document_of(world.close(), DocumentKind.CERTIFICATE)
    assert certificate is not None
    assert "filing_reference" not in documents.read(certificate)


def test_ending_twice_keeps_the_first_word(world: World) -> None:
    line = filed(world.line())
    filings.end(line=line, reference="OP-1", now=world.now)
    filings.end(line=line, reference="OP-2", now=world.now)
    filing = filings.of_line(line)
    assert filing is not None
    assert filing.end_reference == "OP-1"


def test_a_restriction_says_why_and_what_lifts_it(world: World) -> None:
    line = world.line()
    assert restrictions.of_line(line) is None
    restriction = restrictions.of_line(restricted(line))
    assert restriction is not None
    assert (restriction.reason, restriction.grade) == (RestrictionReason.COMPLAINTS, 2)
    assert (restriction.since, restriction.appeal) == (date(2026, 11, 1), AppealState.NONE)


def test_a_restriction_goes_with_the_lines_unit(world: World) -> None:
    line = restricted(world.line())
    world.close()
    world.clock.pass_(days=3)  # in which a person may look before it goes
    world.work()
    assert restrictions.of_line(line) is None
