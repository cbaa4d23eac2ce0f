"""The worker's entrances. A job says which closing; the row says what to do."""

from uuid import UUID

from procrastinate.contrib.django import app

from xiaohu.closures import alarms, driver, waking
from xiaohu.gateways.callbacks import WAKE
from xiaohu.queue import clock


@app.task(name=alarms.TASK)
def advance(closing_id: str) -> None:
    """Carry a closing on."""
    driver.advance(closing_id=UUID(closing_id), clock=clock.now)


@app.task(name=alarms.SEVERAL)
def advance_several(closing_ids: list[str]) -> None:
    """Carry closings on, one after the other."""
    for closing_id in closing_ids:
        advance(closing_id)


@app.task(name=WAKE)
def wake(effect_id: str) -> None:
    """Look again at an effect the outside has told about."""
    waking.wake(effect_id=UUID(effect_id), now=clock.now())
