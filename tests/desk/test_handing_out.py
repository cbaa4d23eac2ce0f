"""D9: money that waits is listed with its last day, and handed out by two."""

import pytest

from tests.closures.test_claiming import at_counter, claimed
from tests.desk.test_refunds import finance
from tests.portal.browser import page, words
from tests.stories import OPERATOR, World, closing_of
from xiaohu.closures.models import AssistedPayment
from xiaohu.core.identity import DocumentKind
from xiaohu.registry import lines
from xiaohu.registry.models import Holder

RECORD = {
    "do": "record",
    "slip": "SJ-1234",
    "document_kind": "passport",
    "document_number": "E00000001",
    "identity_seen": "on",
}
pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def test_none_says_so(world: World) -> None:
    assert "没有待领取的款项" in words(finance(world).open("/unclaimed"))


def test_two_hand_it_out(world: World) -> None:
    case, qian, sun = at_counter(world), finance(world), finance(world, "sun")
    path = f"/unclaimed/{closing_of(case).pk}"
    said = words(qian.open("/unclaimed"))
    for part in (case.reference, "126.40", "选择营业厅领取", "2029年11月26日"):
        assert part in said
    for wrong in ({"identity_seen": ""}, {"slip": "张三"}, {"document_number": ""}):
        assert qian.send(path, **{**RECORD, **wrong}).status_code == 422
    refused = qian.send(path, **{**RECORD, "document_number": "E1"})
    assert "证件号码不正确" in words(refused)
    assert qian.send(path, **RECORD).status_code == 302
    assert 'value="confirm"' not in page(qian.open(path))
    assert "与机主登记的证件不同" in words(sun.open(path))
    assert qian.send(path, do="confirm").status_code == 409
    assert sun.send(path, do="confirm").status_code == 302
    assert sun.open(path).status_code == 404
    assert "没有待领取的款项" in words(sun.open("/unclaimed"))


def test_what_is_claimed_online_is_not_handed_out(world: World) -> None:
    case, desk = at_counter(world), finance(world)
    claimed(world, case)
    path = f"/unclaimed/{closing_of(case).pk}"
    assert "已在线领取" in words(desk.open(path))
    assert desk.send(path, **RECORD).status_code == 409


def test_what_nobody_asks_for_is_not_found(world: World) -> None:
    case, desk = at_counter(world), finance(world)
    assert desk.send(f"/unclaimed/{closing_of(case).pk}", do="nonsense").status_code == 404
    assert desk.open("/unclaimed/00000000-0000-0000-0000-000000000000").status_code == 404


def test_the_document_the_line_was_registered_with_is_known_again(world: World) -> None:
    sun, closing = finance(world, "sun"), closing_of(at_counter(world))
    index = lines.document_index(OPERATOR, DocumentKind.PASSPORT, "E00000001")
    Holder.objects.filter(pk=closing.case.holder_id).update(document_index=index)
    path = f"/unclaimed/{closing.pk}"
    assert finance(world).send(path, **RECORD).status_code == 302
    assert "与机主登记的证件一致" in words(sun.open(path))
    kept = AssistedPayment.objects.get()
    assert (kept.document_kind, b"E00000001" in bytes(kept.document_index or b"")) == (
        "passport",
        False,
    )
