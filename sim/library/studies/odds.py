"""The odds of a scene, as Python has them."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ...base.limits import LARGEST_SEED, MOST_SEEDS, MOST_WORKERS
from ...scene import OPENING, Scene
from ...study.odds import report
from ...study.odds.odds import LaneOdds, gather, jobs, named_outcomes
from ...study.odds.odds import Odds as Counted
from ...study.odds.odds import odds as counted
from ...study.odds.pairs import Pair, pairs
from ...study.statistics.figure import Page
from ...study.work.ensemble import NEVER, VERDICTS, Outcomes
from ...study.work.workers import completed
from ...surface.basins import NO_BASIN
from ..lanes import Added
from ..mistakes import known_name, whole_number
from ..portable import portable
from ..scenes import SceneLike, resolve_scene, updates_of
from ..tables import plain_text
from .pictured import Pictured

if TYPE_CHECKING:
    from pandas import DataFrame

USUAL_SEEDS = 1_000


class Odds(Pictured):
    """What becomes of a scene's lanes over many seeds. In a notebook it is its chart.

    `odds["minibatch"].escaped.estimate` is a share with its interval.
    """

    def __init__(self, scene: Scene, outcomes: tuple[Outcomes, ...], updates: int) -> None:
        """The odds that follow from what became of every seed of each lane."""
        self.scene = scene
        self.updates = updates
        self.outcomes = {lane.name: found for lane, found in zip(scene.lanes, outcomes, strict=True)}
        """What became of every seed, by the lanes' names: arrays of seeds, verdicts, basins, escapes, losses."""
        self.told: Counted = counted(scene, outcomes, updates)
        """Shares, averages and curves of all lanes."""

    def __getitem__(self, name: str) -> LaneOdds:
        known = {told.lane.name: told for told in self}
        return known[known_name("lane", name, known)]

    def __iter__(self) -> Iterator[LaneOdds]:
        return iter(self.told.lanes)

    def __len__(self) -> int:
        return len(self.told.lanes)

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """Every two lanes compared on the same seeds: by how much `one` is above `other` in `escaped` and in `loss`.

        The intervals of each kind hold at once with 95 % confidence.
        """
        return pairs(self.scene, [*self.outcomes.values()])

    def summary(self) -> dict[str, Any]:
        """All of it but the pairs and the closing table as JSON can hold it, as `odds --json` prints it."""
        return report.summary(self.told)

    def to_frame(self) -> "DataFrame":
        """A row for each seed of each lane, as a pandas.DataFrame; what did not happen is missing.

        Raises:
            UseError: pandas is not installed.
        """
        from ..tables import pandas  # noqa: PLC0415

        known = pandas()
        minima, named = named_outcomes(self.scene.problem(), [*self.outcomes.values()])
        codes = np.array([kind.code for kind in VERDICTS])
        basins = np.array([*(f"minimum {place + 1}" for place in range(len(minima))), ""])  # The last, −1, is none.
        assert NO_BASIN == -1
        tables = [
            known.DataFrame(
                {
                    "lane": name,
                    "seed": each.seeds,
                    "updates": each.updates,
                    "verdict": codes[each.verdicts],
                    "basin": basins[each.basins],
                    "escape_update": np.where(each.escapes == NEVER, np.nan, each.escapes),
                    "end_update": np.where(each.ends == NEVER, np.nan, each.ends),
                    "undecided": each.undecided,
                    "x": each.theta[:, 0],
                    "y": each.theta[:, 1],
                    "loss": each.losses,
                    "test_loss": each.test_losses,
                }
            )
            for name, each in zip(self.outcomes, named, strict=True)
        ]
        found: DataFrame = known.concat(tables, ignore_index=True)
        return found

    def _page(self) -> Page:
        return report.page(self.told)

    def __repr__(self) -> str:
        return plain_text(report.table(self.told))


def odds(
    scene: SceneLike = OPENING,
    seeds: int = USUAL_SEEDS,
    *,
    seed: int | None = None,
    updates: int | None = None,
    rules: Mapping[str, Added] | None = None,
    start: Any = None,
    workers: int | None = None,
) -> Odds:
    """Run every lane of a scene with many seeds, from the scene's own or `seed` on.

    scene, updates, rules, start: as for `race`.
    workers: how many processes compute at most; one a core, if None. Where a rule or a surface cannot be sent to
        another process, as one from a notebook's cell or a lambda, this one computes alone. The results are the same.

    Raises:
        SceneError: there is no such scene.
        UseError: something is asked for wrongly.
        StudyError: processes cannot be started, or die.

    >>> told = odds("local-minimum", seeds=50, updates=200)
    >>> [f"{lane.lane.name}: {lane.escaped.count} of {lane.seeds}" for lane in told]
    ['full batch: 0 of 50', 'minibatch: 49 of 50', 'momentum: 50 of 50']
    """
    meant = resolve_scene(scene, seed=seed, rules=rules, start=start)
    count = whole_number("seeds", seeds, 1, min(MOST_SEEDS, LARGEST_SEED - meant.seed + 1))
    made = updates_of(meant, updates)
    work = jobs(meant, count, made)
    return Odds(meant, gather(meant, work, dict(completed(work, workers_for(meant, workers)))), made)


def workers_for(scene: Scene, workers: int | None) -> int | None:
    """How many processes may compute: one, where the scene cannot be sent to another."""
    most = None if workers is None else whole_number("workers", workers, 1, MOST_WORKERS)
    return most if most == 1 or portable(scene) else 1
