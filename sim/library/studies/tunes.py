"""Searches for the best of each lane's numbers, as Python has them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING, Any

from ...base.limits import LARGEST_SEED, MOST_SEEDS, MOST_UPDATES
from ...scene import OPENING, Scene, did_you_mean
from ...study.statistics.figure import Page
from ...study.sweep.settings import Over, Value
from ...study.tuning import report
from ...study.tuning.budget import Budget
from ...study.tuning.budget import budget as budget_of
from ...study.tuning.candidates import keys_of, of_every_rule
from ...study.tuning.search import CRITERIA, FEWEST_SEEDS, plan
from ...study.tuning.tuned import LaneTuned, Pair, Tuned, tuned
from ...study.tuning.usual import usual_criterion
from ..lanes import Added
from ..mistakes import UseError, known_name, shown, truth, whole_number
from ..scenes import SceneLike, resolve_scene
from ..tables import frame_of, plain_text
from .arguments import computed
from .arguments import overs as overs_of
from .odds import workers_for
from .pictured import Pictured

if TYPE_CHECKING:
    from pandas import DataFrame

USUAL_SEEDS = 200
MOST_OVERS = 3
OVER = f'a dictionary with one to {MOST_OVERS} numbers of lanes, such as {{"decay": [0.5, 0.9]}}'


@dataclass(frozen=True, eq=False, repr=False)
class Tune(Pictured):
    """Each lane with the best of its numbers, the best lane first. In a notebook it is its chart.

    `found["momentum"].best.values` are that lane's numbers, and `.best.estimate` is what they are worth on fresh seeds:
    of what is made small, the training or test loss or the share that has not escaped, the mean with its 95 % interval.
    `.own` is the same of the scene's own numbers, `.curve` of every learning rate that was looked at, `.behind` how
    much more the lane has than the best one, on the same seeds.
    """

    told: Tuned

    @property
    def scene(self) -> Scene:
        """The scene in which each lane has the best of its numbers, for `race`, `odds` and all else.

        It lasts as long as the lane that makes the most updates. Of more lanes than a scene may have it has the best.
        """
        return self.told.scene

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """Every two lanes at their best: how much further behind `lane` is `than` another, and whether they are `tied`.

        Differences are between runs with the same fresh seeds; their intervals are so wide that all of them hold at
        once with 95 % confidence.
        """
        return self.told.pairs

    def __getitem__(self, name: str) -> LaneTuned:
        known = {lane.lane: lane for lane in self}
        return known[known_name("lane", name, known)]

    def __iter__(self) -> Iterator[LaneTuned]:
        return iter(self.told.lanes)

    def __len__(self) -> int:
        return len(self.told.lanes)

    def rows(self) -> list[dict[str, Any]]:
        """A row for each trial on the fresh seeds: `lane`, `what` it is, its values by name, and what came of it.

        `what` is "curve", "best" or "own"; a value that a lane has not is None. `mean` is of what is made small,
        `behind` how much more that is than the lane's best; their intervals are from `…_low` to `…_high`.
        """
        names = report.columns(self.told)
        return [dict(zip(names, row, strict=True)) for row in report.rows(self.told)]

    def to_frame(self) -> "DataFrame":
        """The rows as a pandas.DataFrame.

        Raises:
            UseError: pandas is not installed.
        """
        return frame_of(self.rows())

    def summary(self) -> dict[str, Any]:
        """All of it as JSON can hold it, as `tune --json` prints it."""
        return report.summary(self.told)

    def _page(self) -> Page:
        return report.page(self.told)

    def __repr__(self) -> str:
        return plain_text(report.table(self.told))


def tune(
    scene: SceneLike = OPENING,
    *lanes: str,
    budget: str | int | None = None,
    by: str | None = None,
    seeds: int = USUAL_SEEDS,
    over: Mapping[str, Iterable[Value] | str] | None = None,
    every_rule: bool = False,
    seed: int | None = None,
    rules: Mapping[str, Added] | None = None,
    start: Any = None,
    workers: int | None = None,
    results: str | PathLike[str] | None = None,
) -> Tune:
    """Find the learning rate that suits each lane best, and what else is asked, with the same budget for all.

    Candidates run with few seeds first, and the better half of them with twice as many, time and again; what is told
    then comes from fresh seeds that had no part in the choice. With `race`, `odds` and others the lanes can then be
    compared at their best: `tm.race(tm.tune("ravine").scene)`.

    scene, seed, rules, start: as for `race`; workers: as for `odds`.
    lanes: which of the scene's, by name; all, if none is named.
    budget: how long each lane may run: so many updates, or "20 epochs", "900 serial" or "900 parallel", in the scene's
        own units of machine time; the scene's updates, if None.
    by: what is made small: "loss", the training loss at last; "test", the test loss; "escaped", the share that has not.
        None: "escaped" in scenes that ask who escapes or stays stuck, "loss" in others.
    seeds: how many choose; as many fresh ones tell. 20 or more.
    over: values of other numbers to be chosen among, too, such as {"decay": [0.5, 0.9]} or {"batch_size": [1, 5, 20]};
        {"learning_rate": …} instead of the usual grid. Lanes that have no such number are left as they are.
    every_rule: instead of the scene's lanes, all rules of the program, each in a lane like the named one, or the first.
    results: a file in which results are kept as they come, and from which they are taken up; none, if None.

    Raises:
        SceneError: there is no such scene, or no file can hold it where `results` names one, or a value makes none.
        UseError: something is asked for wrongly.
        StudyError: it is too little or too much, or processes cannot be started, or the file holds something else.
        OutputError: the file cannot be written.

    >>> found = tune("local-minimum", "full batch", "momentum", budget="100 updates", seeds=20)
    >>> [(lane.lane, lane.best.values, "tied" if lane.tied else "worse") for lane in found][1:]
    [('momentum', {'learning_rate': 0.0375}, 'tied')]
    """
    meant = resolve_scene(scene, seed=seed, rules=rules, start=start)
    count = whole_number("seeds", seeds, FEWEST_SEEDS, min(MOST_SEEDS, (LARGEST_SEED - meant.seed + 1) // 2))
    by = usual_criterion(meant) if by is None else by
    if not isinstance(by, str) or by not in CRITERIA:
        raise UseError(f"by must be one of {', '.join(CRITERIA)}, not {shown(by)}")
    all_rules = truth("every_rule", every_rule)
    names = _lanes(meant, lanes, all_rules)
    if all_rules:
        meant = of_every_rule(meant, names[0])
        names = [lane.name for lane in meant.lanes]
    tuning = plan(meant, names, _overs(over, meant), _budget(budget, meant), by, count)
    return Tune(tuned(tuning, computed(tuning, workers_for(meant, workers), results)))


def _lanes(scene: Scene, wanted: tuple[Any, ...], every_rule: bool) -> list[str]:
    """The names of the lanes that are meant, in the order of the scene.

    Raises:
        UseError: there is none of such a name, or more than one is what all rules are to be like.
    """
    known = [lane.name for lane in scene.lanes]
    for name in wanted:
        known_name("lane", name, known)
    if every_rule and len(wanted) > 1:
        raise UseError("with every_rule one lane is what all are like, not several")
    return [name for name in known if not wanted or name in wanted]


def _overs(wanted: Any, scene: Scene) -> list[Over]:
    """Values of numbers that lanes have.

    Raises:
        UseError: something else, or no lane has such a number, or one is given twice.
    """
    if wanted is None:
        return []
    found, known = overs_of(wanted, MOST_OVERS, OVER), keys_of(scene)
    for place, each in enumerate(found):
        if each.text not in known:
            raise UseError(f"over: no lane has a number {did_you_mean(each.text, known)}")
        if each.text in [other.text for other in found[:place]]:
            raise UseError(f"over: {each.text} is given twice")
    return found


def _budget(wanted: Any, scene: Scene) -> Budget:
    """How long each lane may run.

    Raises:
        UseError: that is no amount of time.
    """
    if wanted is None:
        return Budget(scene.updates, "updates")
    if not isinstance(wanted, str):
        return Budget(whole_number("budget", wanted, 1, MOST_UPDATES), "updates")
    try:
        return budget_of(wanted)
    except ValueError as error:
        raise UseError(f"budget {error}") from None
