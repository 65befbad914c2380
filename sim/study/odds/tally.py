"""What becomes of many seeds of a scene, as far as it has been counted: a value that grows while it is computed."""
# ruff: noqa: PLC0415  The window's first frame does not wait for what counts.

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from ...scene import Scene

if TYPE_CHECKING:
    from ..work.ensemble import Job, Outcomes
    from .contrast import Contrast, Speed
    from .ends import LaneEnds
    from .odds import Odds

SEEDS = 1_000
"""How many seeds of each lane are run, from the scene's own on."""
BLOCKS = (50, 150, 300, 500)
"""How many seeds are run at a time, the last again and again: few at first, so that there is soon something to see."""


@dataclass(frozen=True, eq=False, slots=True)
class Tally:
    """The outcomes of one scene so far."""

    scene: Scene
    results: "tuple[tuple[int, Outcomes], ...]" = ()
    """The places of finished jobs in `work(scene)`, and what came of them, in the order in which they came."""
    speeds: "tuple[Speed, Speed] | None" = None
    """How fast updates with a small and with a large batch are on this computer, once that has been measured."""
    failed: bool = False
    """Whether no more of it can be computed."""
    why: str = ""
    """What has gone wrong then; nothing where the processes that compute it could not be started, or died."""

    @property
    def missing(self) -> tuple[int, ...]:
        """The places of the jobs that are still to be done."""
        known = {place for place, _ in self.results}
        return tuple(place for place in range(len(work(self.scene))) if place not in known)

    @property
    def own_missing(self) -> tuple[int, ...]:
        """The places of the missing jobs that are about the scene's own lanes."""
        jobs, lanes = work(self.scene), len(self.scene.lanes)
        return tuple(place for place in self.missing if jobs[place].lane < lanes)

    @property
    def complete(self) -> bool:
        """Whether there is nothing left to do."""
        return not self.missing and self.speeds is not None

    @property
    def share(self) -> float:
        """How much has been done, from 0 to 1."""
        jobs = work(self.scene)
        return sum(jobs[place].count for place, _ in self.results) / sum(job.count for job in jobs)

    def holds_of(self, scene: Scene) -> bool:
        """Whether it is about that scene: which seed is watched makes no difference to what many seeds do."""
        return replace(scene, seed=self.scene.seed) == self.scene

    def taken_over(self, scene: Scene) -> "Tally | None":
        """What of it holds of a changed scene: the outcomes of lanes that are as they were; None if there are none."""
        if not self.results:
            return None
        former, jobs = work(self.scene), work(scene)
        one, other = former[0], jobs[0]
        if (replace(one.experiment, lanes=()), one.updates) != (replace(other.experiment, lanes=()), other.updates):
            return None
        lanes, known = one.experiment.lanes, other.experiment.lanes
        places = {
            (known.index(lanes[job.lane]), job.first_seed, job.count): outcomes
            for job, outcomes in ((former[place], outcomes) for place, outcomes in self.results)
            if lanes[job.lane] in known
        }
        keys = enumerate((job.lane, job.first_seed, job.count) for job in jobs)
        kept = tuple((place, places[key]) for place, key in keys if key in places)
        return Tally(scene, kept) if kept else None

    def with_result(self, place: int, outcomes: "Outcomes") -> "Tally":
        """The tally with what came of one more job."""
        return replace(self, results=(*self.results, (place, outcomes)))


@lru_cache(maxsize=4)
def work(scene: Scene) -> "tuple[Job, ...]":
    """All there is to compute: the seeds of the scene's lanes, and of those that the lecture's table needs besides."""
    from .contrast import with_sides
    from .odds import growing_jobs

    return tuple(growing_jobs(with_sides(scene), SEEDS, scene.updates, BLOCKS))


def own(scene: Scene) -> Tally:
    """The tally of the scene's own lanes, computed here and now by as many processes as there are cores."""
    from ..work.workers import completed

    jobs, tally = work(scene), Tally(scene)
    places = tally.own_missing
    for index, outcomes in completed([jobs[place] for place in places]):
        tally = tally.with_result(places[index], outcomes)
    return tally


@lru_cache(maxsize=3)
def odds_of(tally: Tally) -> "Odds":
    """The odds of the scene's own lanes."""
    from .odds import odds

    scene = tally.scene
    return odds(scene, _outcomes(tally)[: len(scene.lanes)], scene.updates)


@lru_cache(maxsize=3)
def ends_of(tally: Tally) -> "tuple[LaneEnds | None, ...]":
    """Where the marbles of each of the scene's own lanes end; None where none has been counted."""
    from .ends import lane_ends

    scene = tally.scene
    minima, count = len(scene.problem().minima), scene.examples.count
    return tuple(
        lane_ends(found, minima, not lane.chance(count)) if len(found.seeds) else None
        for lane, found in zip(scene.lanes, _outcomes(tally), strict=False)
    )


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
