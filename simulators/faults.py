"""Faults that can be switched on while a simulator runs, to rehearse a bad day."""

import asyncio
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from starlette.responses import JSONResponse


class FaultRefused(ValueError):
    """The request names an unknown fault or a value of the wrong kind."""


@dataclass
class Faults:
    """What goes wrong, and for how many calls (`times`; None is until switched off)."""

    slow_s: float = 0.0
    error: bool = False
    timeout_after_success: bool = False
    hang_s: float = 30.0
    duplicate_callbacks: int = 0
    late_callback_s: float = 0.0
    refuse: list[str] = field(default_factory=list)
    down: bool = False
    asynchronous: bool = False
    times: int | None = None

    def change(self, wanted: dict[str, Any]) -> None:
        """Set what is named and leave the rest off.

        Raises:
            FaultRefused: names the field.
        """
        kinds = {item.name: type(getattr(Faults(), item.name)) for item in fields(Faults)}
        for name, value in wanted.items():
            if name not in kinds:
                raise FaultRefused(name)
            if name == "times":
                good = value is None or (isinstance(value, int) and value > 0)
            elif kinds[name] is float:
                good = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
            elif name == "refuse":
                good = isinstance(value, list) and all(isinstance(part, str) for part in value)
            else:
                good = type(value) is kinds[name]
            if not good:
                raise FaultRefused(name)
        self.__init__(**wanted)  # type: ignore[misc] # every other fault goes back to off

    def shown(self) -> dict[str, Any]:
        """Return the faults as JSON."""
        return asdict(self)

    async def before(self) -> JSONResponse | None:
        """Let happen what happens before anything is done; an answer ends the call."""
        if self.slow_s:
            await asyncio.sleep(self.slow_s)
        if self.down:
            return self._spent(JSONResponse({"error": "down"}, 503))
        if self.error:
            return self._spent(JSONResponse({"error": "broken"}, 500))
        return None

    async def after(self, answer: JSONResponse) -> JSONResponse:
        """Let happen what happens once it is done."""
        if self.timeout_after_success:
            hang = self.hang_s
            self._spent(answer)
            await asyncio.sleep(hang)
            return answer
        return self._spent(answer)

    def _spent(self, answer: JSONResponse) -> JSONResponse:
        if self.times is not None:
            self.times -= 1
            if self.times == 0:
                self.change({})
        return answer
