"""How long each lane may run: the same by a clock that is chosen, whatever that is in its own updates."""

import math
import re
from dataclasses import dataclass

from ...descent.clock import CLOCKS, ROUNDING, Machine
from ...descent.lane import Lane

FORM = re.compile(r"\s*([0-9]{1,9}(?:\.[0-9]{0,9})?)\s*([a-z]+)\s*")
UNITS = {"update": "updates", "epoch": "epochs"}
"""Other words for clocks."""


@dataclass(frozen=True, slots=True)
class Budget:
    """An amount of time by one of CLOCKS."""

    amount: float
    clock: str

    def updates(self, lane: Lane, count: int, machine: Machine) -> int:
        """How many updates the lane finishes in it, with so many examples on such a machine."""
        return math.floor(self.amount / CLOCKS[self.clock](lane, count, machine) + ROUNDING)

    @property
    def text(self) -> str:
        """As it is told."""
        if self.amount == 1 and self.clock in UNITS.values():
            return f"1 {self.clock[:-1]}"
        names = {"serial": "units of serial time", "parallel": "units of parallel time"}
        return f"{self.amount:,.10g} {names.get(self.clock, self.clock)}"


def budget(text: str) -> Budget:
    """What was typed: a number and a clock.

    Raises:
        ValueError: the message says what would be right.

    >>> budget("20 epochs")
    Budget(amount=20.0, clock='epochs')
    """
    found = FORM.fullmatch(text)
    clock = UNITS.get(found[2], found[2]) if found else ""
    if found is None or clock not in CLOCKS or float(found[1]) <= 0:
        raise ValueError(
            "must be a number above 0 and a clock, such as '400 updates', '20 epochs', '900 serial' or "
            f"'900 parallel' (the last two in the scene's own units of machine time), not {text[:60]!r}"
        )
    return Budget(float(found[1]), clock)
