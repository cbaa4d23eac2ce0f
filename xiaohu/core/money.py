"""Money in whole fen (1/100 yuan). Never a float, and rounded in one place only: `share`."""

import re
from dataclasses import dataclass
from typing import Self

from xiaohu.core.refusals import Refusal

FEN_PER_YUAN = 100
_YUAN = re.compile(r"(?P<sign>-?)(?P<yuan>[0-9]{1,12})(?:\.(?P<fen>[0-9]{1,2}))?")


class AmountRefused(Refusal):
    """The text is not an amount in yuan with at most two decimals."""

    code = "AMOUNT_REFUSED"


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount of renminbi in fen; may be negative."""

    fen: int

    @classmethod
    def of_yuan(cls, text: str) -> Self:
        """Read "126.40" as 12640 fen.

        Raises:
            AmountRefused: not digits with at most two decimals.
        """
        found = _YUAN.fullmatch(text.strip())
        if found is None:
            raise AmountRefused
        fen = int(found["yuan"]) * FEN_PER_YUAN + int((found["fen"] or "0").ljust(2, "0"))
        return cls(-fen if found["sign"] else fen)

    def yuan(self) -> str:
        """Write 12640 fen as "126.40"."""
        sign = "-" if self.fen < 0 else ""
        return f"{sign}{abs(self.fen) // FEN_PER_YUAN}.{abs(self.fen) % FEN_PER_YUAN:02d}"

    def __add__(self, other: Self) -> Self:
        return type(self)(self.fen + other.fen)

    def __sub__(self, other: Self) -> Self:
        return type(self)(self.fen - other.fen)


def share(fen: int, numerator: int, denominator: int) -> int:
    """Return a share of an amount to the nearest fen; exactly half a fen is left to the holder.

    Half goes down, never up: a term that says nothing of it is read against whoever wrote it
    (民法典 art. 498), and every share we work out is one the holder pays. None is negative.
    """
    return -((denominator - 2 * fen * numerator) // (2 * denominator))
