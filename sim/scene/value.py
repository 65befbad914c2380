"""The scene: the one value that determines a run."""

from dataclasses import dataclass
from functools import lru_cache

from sim.descent.clock import Machine, Timing, timing
from sim.descent.data import Recipe
from sim.descent.problem import Problem
from sim.descent.race import Race
from sim.descent.track import Lane
from sim.scene.tables import Claim
from sim.surface.protocol import ClosedForm, Window


@dataclass(frozen=True, slots=True)
class Scene:
    """All that determines a run, and what to look at in it. Hashable, so that results can be cached by it."""

    name: str
    title: str
    look: str
    seed: int
    updates: int
    """How many updates the race is meant to be watched for."""
    start: tuple[float, float]
    window: Window
    surface: ClosedForm | None
    examples: Recipe
    machine: Machine
    """What the clocks of machine time reckon with."""
    lanes: tuple[Lane, ...]
    claims: tuple[Claim | None, ...]
    """What the scene promises of each lane at `updates`, with its own seed."""

    def problem(self) -> Problem:
        """What is minimised; the same object for scenes that differ in nothing that matters to it."""
        return _problem(self.surface, self.examples, self.window)

    def timing(self, clock: str) -> Timing:
        """How fast the lanes are by that clock, one of CLOCKS."""
        return timing(clock, [lane.batch_size for lane in self.lanes], self.examples.count, self.machine)

    def race(self) -> Race:
        """A race at its start."""
        return Race(self.problem(), self.lanes, self.start, self.seed)


@lru_cache(maxsize=8)
def _problem(surface: ClosedForm | None, examples: Recipe, window: Window) -> Problem:
    return Problem(*examples.sums(surface), window)
