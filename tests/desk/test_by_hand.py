"""D4: what a person erases in another system, as an officer finds and records it."""

import pytest

from tests.desk.officers import officer
from tests.erasure.archive import rows, waits
from tests.portal.browser import words
from tests.stories import World
from xiaohu.closures.models import Closing
from xiaohu.erasure import outside

__all__ = ["waits"]
pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def test_the_desk_leads_there_and_records_it(world: World, waits: Closing) -> None:
    forms, _ = rows(waits)
    desk = officer(world).sign_in()
    path = f"/case/{waits.case.reference}"
    shown = words(desk.open(path))
    assert "外部系统 纸质档案室（forms）：等待人工清除" in shown
    page = f"{path}/erased/{forms.pk}"
    assert "销毁入网登记表原件。" in words(desk.open(page))
    wrong = desk.send(page, evidence="ticket", reference="13800000000", count="1")
    assert wrong.status_code == 422
    assert "凭证编号不对，或像是客户号码" in words(wrong)
    assert desk.send(page, evidence="ticket", reference="gd-1", count="2").status_code == 302
    forms.refresh_from_db()
    assert (forms.state, forms.found, forms.reference) == ("done", 2, "GD-1")
    assert desk.open(page).status_code == 404


def test_a_number_that_may_be_somebody_elses_is_checked_first(world: World, waits: Closing) -> None:
    forms, _ = rows(waits)
    forms.why = outside.PASSED_ON
    forms.save(update_fields=["why"])
    desk, path = officer(world).sign_in(), f"/case/{waits.case.reference}"
    assert "号码现在可能归别人使用，要人工核对后清除" in words(desk.open(path))
    shown = words(desk.open(f"{path}/erased/{forms.pk}"))
    assert "请逐条核对，只清除本户的数据。" in shown
    assert "销毁入网登记表原件。" not in shown
