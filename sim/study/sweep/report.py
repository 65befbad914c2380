"""A sweep's outcome for people and for programs: as a table, a chart, JSON and CSV."""

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ...descent.verdict.kinds import VerdictKind
from ...report import updates_text
from ...scene.words import counted, excerpt
from ...surface.points import Array
from ..statistics.figure import Axis, Figure, HeatMap, Line, Page
from ..statistics.intervals import Estimate
from ..statistics.wording import INTERVALS, estimate_summary, number_texts, share_texts
from ..work.ensemble import VERDICTS
from . import pairs_report
from .measures import DEFAULT, Measure, Names, estimates, measures, names_of
from .pairs import Compared, Sample, compared
from .settings import FULL, Parameter, value_text
from .sweep import Minimum, Result, Sweep, SweepPoint, as_number, certain, gathered

if TYPE_CHECKING:
    from _typeshed import SupportsWrite
    from rich.table import Table

WIDE = 20.0  # Values so many times as large as others are charted by their logarithm.
MOST_MINIMA = 8  # That the table names.
LETTERED = {"batch_size": "batch size B", "learning_rate": "learning rate η"}
"""What figures call numbers of lanes that have a letter; others go by their name in scenes."""
OF_EXAMPLES: dict[tuple[str | int, ...], str] = {
    ("examples", "sigma"): "spread of the examples, σ",
    ("examples", "count"): "number of examples, N",
}
"""What they call those of examples."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one lane at one point."""

    point: SweepPoint
    lane: str
    seeds: int
    certain: bool
    """Whether all seeds are alike, and one was computed for all."""
    undecided: int
    """How many seeds were perhaps about to escape when they had run on to the limit; they count as not escaped."""
    estimates: Mapping[str, Estimate]
    """Estimates of every measure, by name."""


@dataclass(frozen=True, slots=True)
class Told:
    """A sweep and its outcome."""

    sweep: Sweep
    minima: tuple[Minimum, ...]
    """The minima of the scene before it is changed."""
    outcomes: tuple[tuple[Outcome, ...], ...]
    """At each point, of each lane."""
    compared: Compared | None
    """The differences in the measure that was asked for; None, if that is neither a share nor a mean."""


def minima_of(sweep: Sweep) -> tuple[Minimum, ...]:
    """The minima of the scene before it is changed, the lowest first."""
    return tuple(Minimum(*point.position, point.value) for point in sweep.scene.problem().minima)


def told(sweep: Sweep, results: Mapping[int, Result], measure: str = DEFAULT) -> Told:
    """The outcome that follows from the results of all blocks; in one measure, it is compared seed by seed as well."""
    minima = minima_of(sweep)
    cases = gathered(sweep, results)
    sure = {block.case: certain(block.job.experiment) for block in sweep.blocks}
    names = {case: names_of(minima, result.minima) for case, result in cases.items()}
    found = {case: estimates(result, names[case], sure[case]) for case, result in cases.items()}
    kind = measures(len(minima))[measure]
    samples = {
        case: Sample(_each(kind, result, names[case], sweep.seeds), sure[case], found[case][measure].value)
        for case, result in cases.items()
    }
    undecided = {case: _undecided(result, sweep.seeds) for case, result in cases.items()}
    return Told(
        sweep,
        minima,
        tuple(
            tuple(
                Outcome(point, lane, sweep.seeds, sure[case], undecided[case], found[case])
                for lane, case in zip(sweep.lanes, point.cases, strict=True)
            )
            for point in sweep.points
        ),
        None if kind.each is None else compared(sweep, measure, kind, samples),
    )


def failures(sweep: Sweep, results: Mapping[int, Result]) -> Iterator[str]:
    """A sentence for each lane whose rule failed, as one from outside may: in how many of its runs that are told of."""
    failed = {
        case: int(np.count_nonzero(result.outcomes.verdicts == VERDICTS.index(VerdictKind.FAILED)))
        for case, result in gathered(sweep, results).items()
    }
    for place, lane in enumerate(sweep.lanes):
        count = sum(failed[case] for case in {point.cases[place] for point in sweep.points})
        if count:
            yield f"the rule of lane {excerpt(lane)} failed in {counted(count, 'run')}"


def _each(kind: Measure, result: Result, names: Names, seeds: int) -> Array | None:
    """What a measure is made of, with every seed, for all of which one may stand."""
    found = None if kind.each is None else kind.each(result, names)
    return None if found is None else np.broadcast_to(np.asarray(found, dtype=np.float64), (seeds,))


def _undecided(result: Result, seeds: int) -> int:
    """How many of so many seeds, for all of which one may stand, were perhaps about to escape at the limit."""
    return int(np.count_nonzero(result.outcomes.undecided)) * seeds // len(result.outcomes.seeds)


# For programs.


def summary(result: Told) -> dict[str, Any]:
    """The outcome as what JSON can hold: what is unknown or not finite becomes None.

    Each lane at each point has all of `measures` by name, each with the ends of its interval. The shares `escaped`,
    `not-escaped-yet` and `ended-otherwise` add up to one. `undecided` is how many seeds were out of their basin at
    the last update, and neither back nor elsewhere when they had run on to the limit; they count as not escaped yet.

    `pairs` of lanes, and `from_leader`, how much more a lane has than where it leads, are differences over the same
    seeds in the measure that `compared` names, which tells the leaders and how many differences hold at once. There
    are none of a median.
    """
    sweep, found = result.sweep, result.compared
    return {
        "scene": sweep.scene.name,
        "over": [{"path": each.name, "values": each.values} for each in sweep.parameters],
        "ties": [each.text for each in sweep.ties],
        "first_seed": sweep.first_seed,
        "seeds": sweep.seeds,
        "confidence": 0.95,
        "minima": [
            {"name": f"minimum-{place}", "x": minimum.x, "y": minimum.y, "loss": minimum.loss}
            for place, minimum in enumerate(result.minima, 1)
        ],
        "compared": None if found is None else pairs_report.summary(sweep, found),
        "points": [
            {
                "values": pairs_report.values_of(sweep, place),
                "updates": outcomes[0].point.updates,
                "lanes": [
                    {
                        "name": outcome.lane,
                        "all_seeds_alike": outcome.certain,
                        "undecided": outcome.undecided,
                        **{name: estimate_summary(each) for name, each in outcome.estimates.items()},
                        "from_leader": pairs_report.leader_summary(found, place, lane),
                    }
                    for lane, outcome in enumerate(outcomes)
                ],
                "pairs": [] if found is None else pairs_report.pairs_summary(sweep, found, place),
            }
            for place, outcomes in enumerate(result.outcomes)
        ],
    }


def write_csv(result: Told, stream: "SupportsWrite[str]") -> None:
    """A header, and one row a point and lane: the values, the lane, and every measure with its interval.

    - one column a parameter, called by its path; `updates`, after which one looks; `lane`, `seeds`;
    - `undecided`: how many seeds were perhaps about to escape when they had run on to the limit; not escaped yet;
    - each measure under its name, with `_low` and `_high` for the 95 % interval; empty where it is unknown;
    - in the measure that is shown, over the same seeds: `from_leader`, how much more it is than where the lane leads,
      and `less: LANE`, than that lane has; both with their intervals.

    Numbers have as many digits as it takes to read the same bits back.
    """
    sweep = result.sweep
    writer = csv.writer(stream, lineterminator="\n")
    names = list(measures(len(result.minima)))
    ends = ("", "_low", "_high")
    parameters = (each.name for each in sweep.parameters)
    measured = [name + end for name in names for end in ends]
    added = pairs_report.columns(sweep)
    writer.writerow([*parameters, "updates", "lane", "seeds", "undecided", *measured, *added])
    for place, outcomes in enumerate(result.outcomes):
        for lane, outcome in enumerate(outcomes):
            known = [outcome.estimates[name] for name in names]
            numbers = [end for each in known for end in each.numbers]
            numbers += pairs_report.numbers(sweep, result.compared, place, lane)
            point = outcome.point
            first = [*point.values, point.updates, outcome.lane, outcome.seeds, outcome.undecided]
            writer.writerow([*first, *map(_cell, numbers)])


def _cell(value: float) -> float | str:
    return "" if math.isnan(value) else value


# For people.


def tables(result: Told, measure: str) -> Iterator["Table"]:
    """The measure at every point, and what differs seed by seed, where that is known and can be taken in."""
    yield table(result, measure)
    if result.compared is not None and pairs_report.is_shown(result.sweep, result.compared):
        yield pairs_report.table(result.sweep, result.compared, measures(len(result.minima))[result.compared.measure])


def table(result: Told, measure: str) -> "Table":
    """The measure at every point, a column a lane."""
    from rich import box  # noqa: PLC0415  Only those who look at a table wait for it.
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    sweep, kind = result.sweep, measures(len(result.minima))[measure]
    drawn = Table(
        title=Text(f"{sweep.scene.title} · {kind.label}", style="bold"),
        caption=Text("\n".join(_legend(result)), style="dim"),
        caption_justify="left",
        box=box.HORIZONTALS,
    )
    for each in sweep.parameters:
        drawn.add_column(Text(each.name), overflow="fold")
    for lane in sweep.lanes:
        drawn.add_column(Text(lane), justify="right", overflow="fold")
    for outcomes in result.outcomes:
        cells = [Text(value_text(value)) for value in outcomes[0].point.values]
        for outcome in outcomes:
            value, interval = _texts(outcome.estimates[measure], kind)
            cells.append(Text.assemble((value, "bold"), (f"\n{interval}" if interval else "", "dim")))
        drawn.add_row(*cells)
    return drawn


def _texts(estimate: Estimate, kind: Measure) -> tuple[str, str]:
    return (share_texts if kind.percent else number_texts)(estimate)


def _legend(result: Told) -> Iterator[str]:
    for place, minimum in enumerate(result.minima[:MOST_MINIMA], 1):
        yield f"minimum {place}: {result.sweep.scene.window.spot((minimum.x, minimum.y))}, loss {minimum.loss:z.4g}"
    yield f"{_note(result)} {INTERVALS}"


def _note(result: Told) -> str:
    """How it was found."""
    sweep = result.sweep
    updates = {point.updates for point in sweep.points}
    seeds = f"{sweep.seeds:,} seed{'' if sweep.seeds == 1 else 's'} from {sweep.first_seed}"
    after = updates_text(updates.pop()) if len(updates) == 1 else "the updates of each point"
    alike = any(outcome.certain for outcomes in result.outcomes for outcome in outcomes)
    open_ = sum(outcome.undecided for outcomes in result.outcomes for outcome in outcomes)
    return (
        f"{seeds}, after {after}."
        + "".join(f" {tie.text}." for tie in sweep.ties)
        + (" Full batches know no chance: their seeds are all alike." if alike else "")
        + (f" Of {counted(open_, 'run')} it stayed undecided whether they escaped; they count as not." if open_ else "")
    )


# As figures.


def page(result: Told, measure: str) -> Page:
    """The measure against the parameter, a line a lane; against two of them, a heat map a lane that they touch."""
    kind = measures(len(result.minima))[measure]
    over = ", ".join(map(in_words, result.sweep.parameters))
    title, note = f"{result.sweep.scene.title} · over {over}", _note(result)
    if len(result.sweep.parameters) == 1:
        return Page(title, (_chart(result, measure, kind),), f"{note} {INTERVALS}")
    return Page(title, _maps(result, measure, kind), note)


def in_words(parameter: Parameter) -> str:
    """What takes several values, as the axes of figures have it: of a lane's numbers their name and letter."""
    if len(parameter.paths) == 1 and (named := OF_EXAMPLES.get(parameter.paths[0])) is not None:
        return named
    numbers = {path[2] for path in parameter.paths if len(path) == 3 and path[0] == "lane"}
    if len(numbers) != 1 or any(len(path) != 3 for path in parameter.paths):
        return parameter.name
    number, lanes = str(numbers.pop()), [str(path[1]) for path in parameter.paths]
    whose = lanes[0] if len(lanes) == 1 else f"{len(lanes)} lanes"
    return f"{LETTERED.get(number, number.replace('_', ' '))} of {whose}"


def _chart(result: Told, measure: str, kind: Measure) -> Figure:
    sweep = result.sweep
    (parameter,) = sweep.parameters
    words = any(isinstance(value, str) and value != FULL for value in parameter.values)
    places = [float(at) if words else as_number(point.values[0], point) for at, point in enumerate(sweep.points)]
    order = sorted(range(len(places)), key=places.__getitem__)
    x = tuple(places[place] for place in order)
    lines = []
    for hue, lane in enumerate(sweep.lanes):
        found = [result.outcomes[place][hue].estimates[measure] for place in order]
        lines.append(
            Line(
                lane,
                x,
                tuple(each.value for each in found),
                tuple(each.low for each in found),
                tuple(each.high for each in found),
                hue,
                dashed=not sweep.touches(lane),
                dots=sweep.touches(lane),
            )
        )
    log = x[0] > 0 and (parameter.log or x[-1] >= WIDE * x[0])
    names = tuple(map(value_text, parameter.values)) if words else ()
    whole = not any(isinstance(value, float) for value in parameter.values)
    told = () if words or parameter.log else x
    along = Axis(in_words(parameter), log=log and not words, counts=whole, names=names, told=told)
    return Figure("", along, _axis(kind), tuple(lines))


def _axis(kind: Measure) -> Axis:
    return Axis(kind.label, 0.0, 1.0, percent=True) if kind.percent else Axis(kind.label)


def _maps(result: Told, measure: str, kind: Measure) -> tuple[Figure, ...]:
    sweep = result.sweep
    across, up = sweep.parameters
    x, y = (Axis(in_words(each), names=tuple(map(value_text, each.values))) for each in (across, up))
    shown = [place for place, lane in enumerate(sweep.lanes) if sweep.touches(lane)]
    values = np.array([[outcomes[lane].estimates[measure].value for outcomes in result.outcomes] for lane in shown])
    grids = values.reshape(len(shown), len(across.values), len(up.values)).transpose(0, 2, 1)
    low, high = (0.0, 1.0) if kind.percent else _ends(values[np.isfinite(values)])
    return tuple(
        Figure(
            sweep.lanes[lane],
            x,
            y,
            (HeatMap(kind.label, tuple(map(tuple, grid.tolist())), low, high, kind.percent),),
        )
        for lane, grid in zip(shown, grids, strict=True)
    )


def _ends(values: "np.ndarray[Any, np.dtype[np.float64]]") -> tuple[float, float]:
    """Where the colours begin and end."""
    if not len(values):
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    return (low, high) if low < high else (low - 0.5, high + 0.5)
