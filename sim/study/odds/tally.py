"""What becomes of many seeds of a scene, as far as it has been counted: a value that grows while it is computed."""
# ruff: noqa: PLC0415  The window's first frame does not wait for what counts.

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ...scene import Scene

if TYPE_CHECKING:
    from ..work.ensemble import Job, Outcomes
    from .contrast import Contrast, Speed
    from .odds import Odds

SEEDS = 1_000
"""How many seeds of each lane are run, from the scene's own on."""
BLOCK = 125
"""How many seeds are run at a time: bars and curves move whenever so many more have been counted."""


@dataclass(frozen=True, eq=False, slots=True)
class Tally:
    """The outcomes of one scene so far."""

    scene: Scene
    results: "tuple[tuple[int, Outcomes], ...]" = ()
    """The places of finished jobs in `work(scene)`, and what came of them, in the order in which they came."""
    speeds: "tuple[Speed, Speed] | None" = None
    """How fast updates with a small and with a large batch are on this computer, once that has been measured."""
    failed: bool = False
    """Whether the processes that compute it could not be started, or died."""

    @property
    def missing(self) -> tuple[int, ...]:
        """The places of the jobs that are still to be done."""
        known = {place for place, _ in self.results}
        return tuple(place for place in range(len(work(self.scene))) if place not in known)

    @property
    def complete(self) -> bool:
        """Whether there is nothing left to do."""
        return not self.missing and self.speeds is not None

    @property
    def share(self) -> float:
        """How much has been done, from 0 to 1."""
        return len(self.results) / len(work(self.scene))


@lru_cache(maxsize=4)
def work(scene: Scene) -> "tuple[Job, ...]":
    """All there is to compute: the seeds of the scene's lanes, and of those that the lecture's table needs besides."""
    from .contrast import with_sides
    from .odds import jobs

    return tuple(jobs(with_sides(scene), SEEDS, scene.updates, BLOCK))


@lru_cache(maxsize=3)
def odds_of(tally: Tally) -> "Odds":
    """The odds of the scene's own lanes."""
    from .odds import odds

    scene = tally.scene
    return odds(scene, _outcomes(tally)[: len(scene.lanes)], scene.updates)


@lru_cache(maxsize=3)
def contrast_of(tally: Tally) -> "Contrast | None":
    """Small against large batch; None where there is only one example."""
    from .contrast import Speed, contrast

    untimed = Speed(math.nan, math.nan)
    return contrast(tally.scene, _outcomes(tally), tally.scene.updates, tally.speeds or (untimed, untimed))


def _outcomes(tally: Tally) -> "tuple[Outcomes, ...]":
    from .contrast import with_sides
    from .odds import gather

    return gather(with_sides(tally.scene), work(tally.scene), dict(tally.results))
