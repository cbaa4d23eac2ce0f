"""Kept records end with their month, are held or opened for an authority, and never by one person alone."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from tests.stories import World, staff
from xiaohu.access.models import StaffUser
from xiaohu.core.actors import ActorKind
from xiaohu.core.kept import KeptAct
from xiaohu.core.retention import Category
from xiaohu.erasure import holds, kept
from xiaohu.erasure.models import KeptRequest
from xiaohu.trail.models import Event
from xiaohu.vault import buckets, keys, units
from xiaohu.vault.buckets import Month, ToKeep
from xiaohu.vault.models import BucketRecord

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])

IDENTITY, NUMBER = Category.REGISTRATION_IDENTITY, Category.SERVICE_NUMBER
UNTIL = date(2026, 11, 30)
LATER = date(2027, 12, 31)
ORDER = "示例公信〔2026〕12号"
COURT = "示例法执〔2026〕7号"


@pytest.fixture
def closing(world: World) -> UUID:
    """A closing of which identity ends this month, and the number much later."""
    made = uuid4()
    keep(made, ToKeep(IDENTITY, {"name": "李示例"}, UNTIL), ToKeep(NUMBER, {"number": "1"}, LATER))
    return made


@pytest.fixture
def pair(world: World) -> tuple[StaffUser, StaffUser]:
    """Two people of compliance."""
    return staff("wei", ActorKind.COMPLIANCE), staff("xu", ActorKind.COMPLIANCE)


def keep(closing: UUID, *records: ToKeep) -> None:
    """Keep something of a closing."""
    buckets.keep(operator="demo", subject_id=closing, kept=records)


def opened(*closings: UUID) -> dict[tuple[UUID, Category], dict[str, str]]:
    """Return what can still be read."""
    return buckets.open_kept(operator="demo", subjects=closings)


def destroyed(world: World, pair: tuple[StaffUser, StaffUser]) -> KeptRequest:
    """Let two people agree that the identities of the month are destroyed."""
    asked = kept.ask_to_destroy(category=IDENTITY, until=UNTIL, officer=pair[0], now=world.now)
    return kept.agree(request_id=asked.pk, officer=pair[1], now=world.now)


def released(world: World, pair: tuple[StaffUser, StaffUser], hold: KeptRequest) -> KeptRequest:
    """Let two people end a hold."""
    asked = kept.ask_to_release(hold_id=hold.pk, authority=ORDER, officer=pair[0], now=world.now)
    return kept.agree(request_id=asked.pk, officer=pair[1], now=world.now)


def both(
    world: World,
    pair: tuple[StaffUser, StaffUser],
    act: KeptAct,
    *closings: UUID,
    authority: str = ORDER,
) -> KeptRequest:
    """Let one ask and the other agree."""
    asked = kept.ask(
        act=act, closings=closings, authority=authority, officer=pair[0], now=world.now
    )
    return kept.agree(request_id=asked.pk, officer=pair[1], now=world.now)


class TestTheEndOfAMonth:
    """Agreed on ahead, destroyed on its day."""

    @pytest.mark.usefixtures("closing")
    def test_what_ends_within_two_months_is_listed(self, world: World) -> None:
        assert kept.months(operator="demo", today=world.now.date()) == [
            Month(IDENTITY, UNTIL, records=1, held=0)
        ]

    def test_it_is_agreed_on_ahead_and_done_when_it_is_over(
        self, world: World, closing: UUID, pair: tuple[StaffUser, StaffUser]
    ) -> None:
        request = destroyed(world, pair)
        assert kept.carry_out(now=world.now) == 0
        assert (closing, IDENTITY) in opened(closing)
        world.clock.at = world.now + timedelta(days=8)  # 1 December in China
        assert (kept.carry_out(now=world.now), kept.carry_out(now=world.now)) == (1, 0)
        assert set(opened(closing)) == {(closing, NUMBER)}
        request.refresh_from_db()
        assert (request.records, request.done_at) == (1, world.now)
        record = Event.objects.get(action="destroy_kept")
        assert record.evidence["records"] == "1"
        assert (record.evidence["category"], record.evidence["until"]) == (IDENTITY, "2026-11-30")

    def test_agreed_on_late_it_is_done_at_once(
        self, world: World, closing: UUID, pair: tuple[StaffUser, StaffUser]
    ) -> None:
        world.clock.at = world.now + timedelta(days=30)
        assert destroyed(world, pair).records == 1
        assert (closing, IDENTITY) not in opened(closing)

    @pytest.mark.usefixtures("closing")
    def test_the_key_of_the_month_is_gone_for_good(
        self, world: World, pair: tuple[StaffUser, StaffUser]
    ) -> None:
        world.clock.at = world.now + timedelta(days=30)
        destroyed(world, pair)
        bucket = units.bucket(operator="demo", category=IDENTITY, until=UNTIL)
        assert keys.was_destroyed("demo", [bucket]) == {bucket}
        with pytest.raises(keys.Erased):
            keep(uuid4(), ToKeep(IDENTITY, {"name": "x"}, UNTIL))

    @pytest.mark.usefixtures("closing")
    def test_a_month_of_which_nothing_is_kept_cannot_be_asked_for(
        self, world: World, pair: tuple[StaffUser, StaffUser]
    ) -> None:
        for until in (date(2026, 10, 31), LATER):
            with pytest.raises(kept.NothingKept):
                kept.ask_to_destroy(category=IDENTITY, until=until, officer=pair[0], now=world.now)

    @pytest.mark.usefixtures("closing")
    def test_it_is_asked_for_once(self, world: World, pair: tuple[StaffUser, StaffUser]) -> None:
        destroyed(world, pair)
        with pytest.raises(kept.AskedForBefore):
            kept.ask_to_destroy(category=IDENTITY, until=UNTIL, officer=pair[1], now=world.now)


class TestAHold:
    """For an authority: the month ends without what it holds."""

    def test_what_is_held_outlives_its_month(
        self, world: World, closing: UUID, pair: tuple[StaffUser, StaffUser]
    ) -> None:
        other = uuid4()
        keep(other, ToKeep(IDENTITY, {"name": "周示例"}, UNTIL))
        assert both(world, pair, KeptAct.HOLD, closing).records == 2
        assert kept.months(operator="demo", today=UNTIL) == [Month(IDENTITY, UNTIL, 1, 1)]
        world.clock.at = world.now + timedelta(days=30)
        destroyed(world, pair)
        assert set(opened(closing, other)) == {(closing, IDENTITY), (closing, NUMBER)}

    def test_released_late_it_is_gone_and_the_rest_is_back_under_its_month(
        self, world: World, closing: UUID, pair: tuple[StaffUser, StaffUser]
    ) -> None:
        other = uuid4()
        keep(other, ToKeep(IDENTITY, {"name": "周示例"}, UNTIL))
        hold = both(world, pair, KeptAct.HOLD, closing)
        world.clock.at = world.now + timedelta(days=30)
        destroyed(world, pair)
        assert released(world, pair, hold).records == 2
        assert set(opened(closing)) == {(closing, NUMBER)}
        assert BucketRecord.objects.filter(subject_id=closing).count() == 1
        unit = units.hold(hold.pk)
        assert keys.was_destroyed("demo", [unit]) == {unit}

    def test_released_in_time_everything_is_as_before(
        self, world: World, closing: UUID, pair: tuple[StaffUser, StaffUser]
    ) -> None:
        before = opened(closing)
        released(world, pair, both(world, pair, KeptAct.HOLD, closing))
        assert opened(closing) == before
        assert not BucketRecord.objects.exclude(hold=None).exists()


class TestHoldsOfSeveralAuthorities:
    """Each has its own; the end of one frees nothing that another holds."""

    @pytest.mark.parametrize("first_ends", [True, False])
    def test_what_another_still_holds_outlives_its_month(
        self, world: World, closing: UUID, pair: tuple[StaffUser, StaffUser], first_ends: bool
    ) -> None:
        before = opened(closing)
        keep(uuid4(), ToKeep(IDENTITY, {"name": "周示例"}, UNTIL))
        one = both(world, pair, KeptAct.HOLD, closing)
        two = both(world, pair, KeptAct.HOLD, closing, authority=COURT)
        assert (one.records, two.records) == (2, 2)
        ends, stays = (one, two) if first_ends else (two, one)
        released(world, pair, ends)
        world.clock.at = world.now + timedelta(days=30)
        destroyed(world, pair)
        assert opened(closing) == before
        assert list(holds.standing("demo")) == [stays]
        released(world, pair, stays)
        assert set(opened(closing)) == {(closing, NUMBER)}
        keys_of_holds = {units.hold(one.pk), units.hold(two.pk)}
        assert not BucketRecord.objects.exclude(hold=None).exists()
        assert keys.was_destroyed("demo", keys_of_holds) >= {units.hold(one.pk)}

    def test_of_several_closings_only_those_another_holds_stay_held(
        self, world: World, closing: UUID, pair: tuple[StaffUser, StaffUser]
    ) -> None:
        other = uuid4()
        keep(other, ToKeep(IDENTITY, {"name": "周示例"}, UNTIL))
        wide = both(world, pair, KeptAct.HOLD, closing, other)
        narrow = both(world, pair, KeptAct.HOLD, other, authority=COURT)
        released(world, pair, wide)
        held = BucketRecord.objects.exclude(hold=None)
        assert set(held.values_list("subject_id", "hold")) == {(other, narrow.pk)}

    def test_an_authority_holds_the_same_once(
        self, world: World, closing: UUID, pair: tuple[StaffUser, StaffUser]
    ) -> None:
        both(world, pair, KeptAct.HOLD, closing)
        with pytest.raises(kept.AskedForBefore):
            both(world, pair, KeptAct.HOLD, closing)

    def test_two_authorities_may_ask_at_the_same_time(
        self, world: World, closing: UUID, pair: tuple[StaffUser, StaffUser]
    ) -> None:
        for authority in (ORDER, COURT):
            kept.ask(
                act=KeptAct.HOLD,
                closings=[closing],
                authority=authority,
                officer=pair[0],
                now=world.now,
            )
        assert [one.authority for one in kept.undecided("demo")] == [ORDER, COURT]

    def test_only_what_stands_can_end_and_only_once(
        self, world: World, closing: UUID, pair: tuple[StaffUser, StaffUser]
    ) -> None:
        hold = both(world, pair, KeptAct.HOLD, closing)
        kept.ask_to_release(hold_id=hold.pk, authority=ORDER, officer=pair[0], now=world.now)
        with pytest.raises(kept.AskedForBefore):
            released(world, pair, hold)
        with pytest.raises(kept.NotHeld):
            kept.ask_to_release(hold_id=uuid4(), authority=ORDER, officer=pair[0], now=world.now)
        (waiting,) = kept.undecided("demo")
        kept.agree(request_id=waiting.pk, officer=pair[1], now=world.now)
        with pytest.raises(kept.NotHeld):
            released(world, pair, hold)

    def test_the_database_knows_one_end_of_each_hold(
        self, world: World, closing: UUID, pair: tuple[StaffUser, StaffUser]
    ) -> None:
        hold = both(world, pair, KeptAct.HOLD, closing)
        end = released(world, pair, hold)
        end.pk = None
        end._state.adding = True
        with pytest.raises(IntegrityError), transaction.atomic():
            end.save()
        with pytest.raises(IntegrityError), transaction.atomic():
            KeptRequest.objects.filter(pk=hold.pk).update(ends=end.ends_id)


class TestOpening:
    """For an authority: two people, an hour, every look on record."""

    def test_either_of_the_two_reads_it_for_an_hour(
        self, world: World, closing: UUID, pair: tuple[StaffUser, StaffUser]
    ) -> None:
        request = both(world, pair, KeptAct.OPEN, closing)
        for officer in pair:
            found = kept.read(request_id=request.pk, officer=officer, now=world.now)
            assert found[closing, IDENTITY] == {"name": "李示例"}
        assert Event.objects.filter(action="see_kept").count() == 2
        world.clock.at = world.now + timedelta(hours=1)
        with pytest.raises(kept.NotOpenNow):
            kept.read(request_id=request.pk, officer=pair[0], now=world.now)

    def test_nobody_else_and_nothing_before_the_second_agreed(
        self, world: World, closing: UUID, pair: tuple[StaffUser, StaffUser]
    ) -> None:
        request = kept.ask(
            act=KeptAct.OPEN, closings=[closing], authority=ORDER, officer=pair[0], now=world.now
        )
        with pytest.raises(kept.NotOpenNow):
            kept.read(request_id=request.pk, officer=pair[0], now=world.now)
        kept.agree(request_id=request.pk, officer=pair[1], now=world.now)
        third = staff("yan", ActorKind.COMPLIANCE)
        with pytest.raises(kept.NotOpenNow):
            kept.read(request_id=request.pk, officer=third, now=world.now)

    def test_no_event_says_what_was_read(
        self, world: World, closing: UUID, pair: tuple[StaffUser, StaffUser]
    ) -> None:
        request = both(world, pair, KeptAct.OPEN, closing)
        kept.read(request_id=request.pk, officer=pair[0], now=world.now)
        assert not any("李示例" in str(event.evidence) for event in Event.objects.all())


class TestTwoPeople:
    """In the verbs, and in the database."""

    @pytest.mark.parametrize(
        "authority",
        [
            "",
            "   ",
            "号" * 65,
            "张三",
            "张三 13800000000",
            "13800000000",
            "张三〔2026〕13800000000号",
        ],
    )
    def test_an_authority_is_named_and_nobody_else(
        self, world: World, closing: UUID, pair: tuple[StaffUser, StaffUser], authority: str
    ) -> None:
        with pytest.raises(kept.AuthorityMissing):
            kept.ask(
                act=KeptAct.OPEN,
                closings=[closing],
                authority=authority,
                officer=pair[0],
                now=world.now,
            )

    @pytest.mark.parametrize(
        ("authority", "written"),
        [
            ("示例公信[2026]12号", "示例公信〔2026〕12号"),
            ("（2026）示01刑初 12 号之1", None),
            ("（2026）示01刑初 12 号", "〔2026〕示01刑初12号"),
            ("lt 2026-7", "LT2026-7"),
        ],
    )
    def test_an_order_is_written_in_one_way(
        self,
        world: World,
        closing: UUID,
        pair: tuple[StaffUser, StaffUser],
        authority: str,
        written: str | None,
    ) -> None:
        given = {"act": KeptAct.OPEN, "closings": [closing], "authority": authority}
        if written is None:
            with pytest.raises(kept.AuthorityMissing):
                kept.ask(**given, officer=pair[0], now=world.now)  # type: ignore[arg-type]
        else:
            asked = kept.ask(**given, officer=pair[0], now=world.now)  # type: ignore[arg-type]
            assert asked.authority == written

    def test_whoever_asked_does_not_agree(
        self, world: World, closing: UUID, pair: tuple[StaffUser, StaffUser]
    ) -> None:
        asked = kept.ask(
            act=KeptAct.HOLD, closings=[closing], authority=ORDER, officer=pair[0], now=world.now
        )
        with pytest.raises(kept.SamePersonAgrees):
            kept.agree(request_id=asked.pk, officer=pair[0], now=world.now)
        with pytest.raises(IntegrityError), transaction.atomic():
            KeptRequest.objects.filter(pk=asked.pk).update(agreed_by=pair[0], agreed_at=world.now)
        with pytest.raises(IntegrityError), transaction.atomic():
            KeptRequest.objects.filter(pk=asked.pk).update(done_at=world.now)

    @pytest.mark.parametrize("role", [ActorKind.REVIEWER, ActorKind.FINANCE, ActorKind.OFFICER])
    def test_others_of_the_desk_touch_nothing(
        self, world: World, closing: UUID, role: ActorKind
    ) -> None:
        officer = staff("zhu", role)
        with pytest.raises(kept.NotYoursToKeep):
            kept.ask(
                act=KeptAct.OPEN,
                closings=[closing],
                authority=ORDER,
                officer=officer,
                now=world.now,
            )

    def test_what_was_dropped_cannot_be_agreed_to(
        self, world: World, closing: UUID, pair: tuple[StaffUser, StaffUser]
    ) -> None:
        asked = kept.ask(
            act=KeptAct.HOLD, closings=[closing], authority=ORDER, officer=pair[0], now=world.now
        )
        kept.drop(request_id=asked.pk, officer=pair[1], now=world.now)
        with pytest.raises(kept.NotAskedFor):
            kept.agree(request_id=asked.pk, officer=pair[1], now=world.now)
        assert kept.undecided("demo") == []


def test_each_line_of_a_case_keeps_its_own_number(world: World) -> None:
    closings = [uuid4(), uuid4()]
    for number, closing in enumerate(closings):
        keep(closing, ToKeep(NUMBER, {"number": str(number)}, LATER))
    assert [opened(one)[one, NUMBER] for one in closings] == [{"number": "0"}, {"number": "1"}]
