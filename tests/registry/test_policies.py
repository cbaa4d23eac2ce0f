"""Published rules are lawful and tested, and never change."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from xiaohu.core.actors import Actor, ActorKind
from xiaohu.core.profile import ProfileRefused
from xiaohu.registry import policies
from xiaohu.registry.models import PolicyVersion
from xiaohu.registry.policies import NoPolicy, NotSignedOff, UnknownVersion, VersionTaken
from xiaohu.trail.models import Event

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
ADMIN = Actor(ActorKind.ADMIN, "command line")
GENERIC = policies.shipped("generic-cn")
HUAJI = policies.shipped("huaji")
SIGNED = GENERIC.replace("unconfirmed = true", "unconfirmed = false") + (
    '\n[sign_off]\nby = "示例法务部"\non = 2026-11-20\n'
)


def publish(toml: str) -> PolicyVersion:
    """Publish for the demo operator."""
    return policies.publish(operator="demo", toml=toml, actor=ADMIN, now=NOON)


def why(toml: str) -> str:
    """Return why a profile is not published."""
    with pytest.raises(ProfileRefused) as refused:
        publish(toml)
    assert not PolicyVersion.objects.exists()
    return str(refused.value.params["why"])


def test_puts_a_profile_in_force() -> None:
    published = publish(GENERIC)
    assert policies.in_force("demo").pk == published.pk
    assert policies.profile(published.pk).cooling_off.days == 3


def test_the_same_again_changes_nothing() -> None:
    assert publish(GENERIC).pk == publish(GENERIC).pk


def test_a_version_never_changes() -> None:
    publish(GENERIC)
    with pytest.raises(VersionTaken):
        publish(GENERIC.replace("working_days = 5", "working_days = 4", 1))


def test_a_version_from_before_more_could_be_said_is_the_same_version() -> None:
    made = publish(GENERIC)
    early = {name: value for name, value in made.document.items() if name != "brand"}
    PolicyVersion.objects.filter(pk=made.pk).update(document=early, sha256="0" * 64)
    assert publish(GENERIC).pk == made.pk


@pytest.mark.parametrize("name", policies.shipped_names())
def test_every_shipped_profile_can_be_published(name: str) -> None:
    assert policies.untested(policies.read(policies.shipped(name))) == ()
    made = publish(policies.shipped(name))
    assert policies.profile(made.pk).key == name


def test_what_is_published_is_the_whole_and_records_what_it_extends() -> None:
    document = publish(HUAJI).document
    assert document["extends"] == "generic-cn@2026.11.1"
    assert document["cooling_off"] == {"days": 3}
    assert document["review"]["working_days"] == 7
    assert document["provenance"]["review.working_days"]["tag"] == "S"
    assert "tests" not in document


def test_that_it_was_tested_is_recorded() -> None:
    made = publish(GENERIC)
    evidence = Event.objects.get(action="publish_policy").evidence
    assert evidence["sha256"] == made.sha256
    assert int(evidence["cases"]) > 30


def test_refuses_what_is_unreadable_unlawful_or_untested() -> None:
    rules = GENERIC.partition("[[tests]]")[0]
    assert why("key = ") == "unreadable"
    assert why(GENERIC.replace("working_days = 3", "working_days = 16")) == "review_days"
    assert why(GENERIC.replace("\ndays = 3", "\ndays = 4")) == "case_fails"
    assert why(rules) == "untested"
    assert why(HUAJI.partition("[[tests]]")[0]) == "untested"
    assert why(GENERIC.replace('blockers = ["ARREARS"]', "blockers = []")) == "check_untested"


def test_tells_every_problem_of_a_file() -> None:
    assert policies.problems(GENERIC) == ()
    broken = GENERIC.replace("working_days = 3", "working_days = 16").replace(
        "quarantine_days = 90", "quarantine_days = 30"
    )
    whys = [refused.params["why"] for refused in policies.problems(broken)]
    assert whys == ["review_days", "quarantine_days"]
    strange = GENERIC.replace("sublines = 2", "sublimes = 2")
    assert [refused.params["why"] for refused in policies.problems(strange)] == ["unknown_key"]
    assert [p.params["why"] for p in policies.problems('extends = "nobody"')] == ["unknown_parent"]


def test_the_example_of_the_docs_can_be_published() -> None:
    page = (Path(__file__).parents[2] / "docs" / "profiles.md").read_text(encoding="utf-8")
    toml = page.partition("```toml\n")[2].partition("```")[0]
    assert policies.problems(toml) == ()
    assert policies.untested(policies.read(toml)) == ()


def test_knows_an_example_from_what_somebody_signed() -> None:
    with pytest.raises(NotSignedOff):
        policies.require_signed_off(policies.read(GENERIC).profile)
    policies.require_signed_off(policies.read(SIGNED).profile)


def test_lists_versions_newest_first_and_finds_one() -> None:
    first = publish(GENERIC)
    later = GENERIC.replace('version = "2026.11.1"', 'version = "2026.12"')
    second = policies.publish(operator="demo", toml=later, actor=ADMIN, now=NOON.replace(month=12))
    assert [made.pk for made in policies.versions("demo")] == [second.pk, first.pk]
    assert policies.version("demo", "2026.12").pk == second.pk
    with pytest.raises(UnknownVersion):
        policies.version("demo", "2027.01")


def test_says_when_nothing_was_published() -> None:
    with pytest.raises(NoPolicy):
        policies.in_force("nobody")
