"""What time it is in a race: by updates, by epochs, or by machine time.

Lanes with different batch sizes pass through different numbers of updates in the same time. A race is
played in ticks, the updates of its fastest lane; a lane's pace says how many of its own updates
go into one of them.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, Gt, Le

from ..surface.protocol import LARGEST
from .lane import Lane
from .update import evaluations_of

ROUNDING = 1e-9  # A time this little short of an update counts as there.


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine that evaluates a batch's gradient in overhead + example · ⌈B/width⌉ units of time.

    The parallel machine computes `width` examples at once, the serial one a single one: there a large
    batch always costs more, here it costs the same until the batch is wider than the machine.

    Most rules evaluate the gradient once an update. One that asks again pays the overhead again, too: it needs
    the first answer to know where to ask next, so that the machine has to be set to work on the batch anew, and
    the little that is done once an update, to draw the batch and to move, is cheap beside that.
    """

    overhead: Annotated[float, Ge(0), Le(LARGEST)] = 1.0
    """What every evaluation costs, whatever its batch."""
    example: Annotated[float, Gt(0), Le(LARGEST)] = 1.0
    """What one example costs, or as many as fit side by side."""
    width: Annotated[int, Ge(1), Le(int(LARGEST))] = 256
    """How many examples the parallel machine computes at once."""


Cost = Callable[[Lane, int, Machine], float]
"""How much time an update takes: of the lane, the number of examples N and the machine."""


def _update(_lane: Lane, _count: int, _machine: Machine) -> float:
    return 1.0


def _epoch(lane: Lane, count: int, _machine: Machine) -> float:
    return 1.0 / lane.updates_per_epoch(count)


def _serial(lane: Lane, _count: int, machine: Machine) -> float:
    return evaluations_of(lane.rule) * (machine.overhead + machine.example * lane.batch_size)


def _parallel(lane: Lane, _count: int, machine: Machine) -> float:
    return evaluations_of(lane.rule) * parallel_evaluation(lane.batch_size, machine)


def parallel_evaluation(batch_size: int, machine: Machine) -> float:
    """How much time the parallel machine takes for the gradient of a batch."""
    return machine.overhead + machine.example * math.ceil(batch_size / machine.width)


UPDATES = "updates"
"""The clock by which every lane makes an update at every tick."""

CLOCKS: dict[str, Cost] = {
    UPDATES: _update,
    "epochs": _epoch,
    "serial": _serial,
    "parallel": _parallel,
}
"""The clocks, in the order of menus."""
MACHINE_TIME = ("serial", "parallel")
"""The clocks that reckon with a machine."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How fast the lanes of a race are by one clock."""

    unit: float
    """Time that one tick takes."""
    paces: tuple[float, ...]
    """Updates of each lane in one tick, at most 1."""

    def updates(self, lane: int, tick: int) -> int:
        """How many updates the lane has finished by that tick."""
        return math.floor(tick * self.paces[lane] + ROUNDING)

    def tick(self, lane: int, update: int) -> int:
        """The first tick by which the lane has finished that many updates."""
        tick = max(0, math.ceil((update - ROUNDING) / self.paces[lane]) - 1)  # Division may round up past the tick.
        while self.updates(lane, tick) < update:
            tick += 1
        return tick


def timing(clock: str, lanes: Sequence[Lane], count: int, machine: Machine) -> Timing:
    """The timing of these lanes on `count` examples."""
    costs = [CLOCKS[clock](lane, count, machine) for lane in lanes]
    unit = min(costs)
    return Timing(unit, tuple(unit / cost for cost in costs))
