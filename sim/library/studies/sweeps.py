"""Sweeps, as Python has them."""

from collections.abc import Iterable, Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any

from ...base.limits import LARGEST_SEED, MOST_SEEDS
from ...scene import OPENING, Scene
from ...study.statistics.figure import Page
from ...study.sweep import pairs_report, report
from ...study.sweep.measures import DEFAULT, measures
from ...study.sweep.outsiders import foreign_surface
from ...study.sweep.settings import Value
from ...study.sweep.sweep import plan
from ...study.sweep.ties import Tie, tie
from ..lanes import Added
from ..mistakes import UseError, known_name, shown, whole_number
from ..scenes import SceneLike, resolve_scene, updates_of
from ..tables import frame_of, plain_text
from .arguments import computed
from .arguments import overs as overs_of
from .odds import workers_for
from .pictured import SHOWN, Pictured, image_of

if TYPE_CHECKING:
    from pandas import DataFrame
    from PIL.Image import Image

USUAL_SEEDS = 500
MOST_PARAMETERS = 2
OVER = 'a dictionary with one number or two, such as {"lane.minibatch.batch_size": [1, 2, 5]}'


class Sweep(Pictured):
    """SceneLike becomes of a scene's lanes as one or two of its numbers change. In a notebook it is its chart."""

    def __init__(self, told: report.Told, measure: str) -> None:
        """The sweep that was run, and what its chart shows."""
        self.told = told
        self.measure = measure

    @property
    def scene(self) -> Scene:
        """The scene before it is changed."""
        return self.told.sweep.scene

    def rows(self) -> list[dict[str, Any]]:
        """A row for each point and lane: the values by their paths, `lane`, `seeds`, and each measure.

        A measure's interval is from `…_low` to `…_high`; NaN is what is not known. `from_leader` is how much more of
        the measure that is charted the lane has than where it leads, on the same seeds; see `leaders`.
        """
        return [
            {
                **pairs_report.values_of(self.told.sweep, place),
                "updates": outcome.point.updates,
                "lane": outcome.lane,
                "seeds": outcome.seeds,
                "undecided": outcome.undecided,
                **{
                    name + end: number
                    for name, each in outcome.estimates.items()
                    for end, number in (("", each.value), ("_low", each.low), ("_high", each.high))
                },
                **pairs_report.leader_cells(self.told.compared, place, lane),
            }
            for place, outcomes in enumerate(self.told.outcomes)
            for lane, outcome in enumerate(outcomes)
        ]

    def pairs(self) -> list[dict[str, Any]]:
        """A row for each point and every two lanes: the values by their paths, `lane`, `than`, `seeds`, `difference`.

        The difference is what `lane` has of the measure that is charted less what `than` has, on the same seeds; its
        interval is from `difference_low` to `difference_high`, and all of them hold at once with 95 % confidence. Of
        the median "escape" there are none.
        """
        return pairs_report.pairs_rows(self.told.sweep, self.told.compared)

    @property
    def leaders(self) -> dict[str, dict[str, Value]]:
        """Where each lane has the largest share, or the lowest mean, of the measure that is charted: the values there.

        Lanes that no number touches have none. That it leads was seen on the same seeds; `from_leader` allows for it.
        """
        found, sweep = self.told.compared, self.told.sweep
        leaders = () if found is None else zip(sweep.lanes, found.leaders, strict=True)
        return {lane: pairs_report.values_of(sweep, leader) for lane, leader in leaders if leader is not None}

    def to_frame(self) -> "DataFrame":
        """The rows as a pandas.DataFrame.

        Raises:
            UseError: pandas is not installed.
        """
        return frame_of(self.rows())

    def summary(self) -> dict[str, Any]:
        """All of it as JSON can hold it, as `sweep --json` prints it."""
        return report.summary(self.told)

    def picture(self, size: tuple[int, int] = SHOWN, theme: str = "light", measure: str | None = None) -> "Image":
        """Its chart of a measure, as an image; if none is said, of the one that was asked for.

        Raises:
            UseError: there is no such measure or theme, or it would be too small or too large.
        """
        charted = self.measure if measure is None else known_name("measure", measure, measures(len(self.told.minima)))
        return image_of(report.page(self.told, charted), size, theme)

    def _page(self) -> Page:
        return report.page(self.told, self.measure)

    def __repr__(self) -> str:
        return "\n".join(map(plain_text, report.tables(self.told, self.measure)))


def sweep(
    scene: SceneLike = OPENING,
    over: Mapping[str, Iterable[Value] | str] | None = None,
    seeds: int = USUAL_SEEDS,
    *,
    ties: Iterable[str] = (),
    measure: str = DEFAULT,
    seed: int | None = None,
    updates: int | None = None,
    rules: Mapping[str, Added] | None = None,
    start: Any = None,
    workers: int | None = None,
    results: str | PathLike[str] | None = None,
) -> Sweep:
    """Run every lane of a scene with many seeds for each of several values of one or two of its numbers.

    scene, seed, rules, start: as for `race`; workers: as for `odds`.
    over: the values by the number's path, such as {"lane.minibatch.batch_size": [1, 2, 5]}; a text such as
        "log:0.01:1:20" is a range. A value that is given twice counts once, as on the command line. The learning rate
        is the only number of a rule that is none of the program's own.
    ties: numbers that follow, such as "lane.minibatch.learning_rate~lane.minibatch.batch_size".
    measure: what is charted, such as "escaped", "global" or "train-loss".
    updates: after how many one looks; after the scene's own number, if None.
    results: a file in which results are kept as they come, and from which they are taken up; none, if None.

    Raises:
        SceneError: there is no such scene or number, or no file can hold the scene where `results` names one.
        UseError: something is asked for wrongly.
        StudyError: it is too much, or processes cannot be started, or the file holds something else.
        OutputError: the file cannot be written.

    >>> told = sweep("local-minimum", {"lane.minibatch.batch_size": [1, 20]}, seeds=20, updates=150)
    >>> [round(row["escaped"], 2) for row in told.rows() if row["lane"] == "minibatch"]
    [1.0, 0.0]
    """
    meant = resolve_scene(scene, seed=seed, rules=rules, start=start)
    count = whole_number("seeds", seeds, 1, min(MOST_SEEDS, LARGEST_SEED - meant.seed + 1))
    overs = overs_of(over, MOST_PARAMETERS, OVER)
    if foreign_surface(meant) and any(each.steps[:1] == ("surface",) for each in overs):
        raise UseError("a surface that is a Python function has no numbers to sweep: make a sweep of several of them")
    made = None if updates is None else updates_of(meant, updates)
    planned = plan(meant, overs, count, made, _ties(ties))
    charted = known_name("measure", measure, measures(len(planned.scene.problem().minima)))
    most = workers_for(meant, workers)
    return Sweep(report.told(planned, computed(planned, most, results), charted), charted)


def _ties(wanted: Any) -> list[Tie]:
    """SceneLike follows from the values."""
    texts: list[str] = []
    listed = isinstance(wanted, Iterable) and not isinstance(wanted, str)
    for text in wanted if listed else ():
        listed = isinstance(text, str)
        if not listed:
            break
        texts.append(text)
    if not listed:
        example = '["lane.minibatch.learning_rate~lane.minibatch.batch_size"]'
        raise UseError(f"ties must be a list of texts, such as {example}, not {shown(wanted)}")
    try:
        return [tie(text) for text in texts]
    except ValueError as error:
        raise UseError(f"ties {error}") from None
