"""What the odds of a scene say: to programs as JSON and CSV, to people as a table, as a page of figures."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy as np

from ...descent.examples.chance import Indices
from ...descent.problem import Problem
from ...descent.rules import rule_name
from ...descent.verdict.kinds import VerdictKind
from ...descent.verdict.sight.saddles import NO_SADDLE, holding_saddles
from ...report import lane_lines, plan_summary, settings_summary, updates_text
from ...scene import Scene
from ...surface.basins import NO_BASIN
from ..statistics.end_kind import ORDER, EndKind
from ..statistics.fates import Fates, Quantile, ShareCurve
from ..statistics.figure import Axis, Figure, Layer, Line, Page, Stack
from ..statistics.intervals import Estimate, Share, exact, wilson
from ..statistics.wording import INTERVALS, estimate_summary, number_texts, share_texts
from ..work.ensemble import NEVER, VERDICTS, Outcomes, last_followed
from .counts import LaneCounts, knowing, named_basins
from .ends import LaneEnds
from .odds import Average, LaneOdds, Odds

if TYPE_CHECKING:
    from _typeshed import SupportsWrite
    from rich.table import Table

MOST_BASINS = 8  # Basins that are named; what ends in the others is summed up.
MOST_LAYERS = 6
"""Minima that have a part of their own in a bar of all seeds, and a colour that one can tell from the others'."""
LEAST_LAYER = 0.02
"""Share of a lane's seeds below which a part could hardly be seen."""
QUARTILES = (0.25, 0.5, 0.75)

NOWHERE = "no known basin"
ELSEWHERE = "other basins"

ESCAPED, WAITING, ENDED = "escaped", "not escaped yet", "ended otherwise"
"""The three shares that add up to one."""

End = tuple[EndKind, int]
"""Where seeds end: the kind of a part of a lane's ends, and its minimum."""

WHERE, ESCAPES, SADDLE_ESCAPES = "Where the seeds end", "Escapes from a basin or a saddle", "Escapes from the saddle"
WHISKERS = "A whisker is the interval of all that lies below an edge."
WANDERERS = "Marbles that still wander between basins count as under way."
BOTH = f"{WHISKERS} {WANDERERS}"
PASSING = "In a basin at last are, besides those who end there, some who wander on."
ESCAPE = "A marble has escaped once it has left its start's basin or saddle, or a saddle at which it had stalled."
STAYED = "No marble has left its start's basin or saddle, or a saddle at which it had stalled."

COLUMNS = (
    "lane",
    "seed",
    "updates",
    "verdict",
    "basin",
    "escape_update",
    "end_update",
    "undecided",
    "x",
    "y",
    "train_loss",
    "test_loss",
)


# For programs.


def summary(result: Odds) -> dict[str, Any]:
    """The odds as what JSON can hold: what is unknown or not finite becomes None.

    Basins are given by their index in `minima`; None is no basin. Verdicts and basins that did not occur
    are left out. Of each lane there is, beside its settings and losses:

    - `escaped`: the share that has left a basin or a saddle by the last update;
    - `escaped_by`, `not_escaped_yet`, `ended_otherwise`: three shares against updates, in steps. Entry i of `share`,
      with its `count` and the ends `low` and `high` of its 95 % interval, holds from `update[i]` until before
      `update[i + 1]`, the last one until `watched_until`. The updates are the same in all three, and at each of them
      the three shares add up to one: who has diverged, left the surface or had its rule fail without having escaped
      before has ended otherwise, and is not among those that have not escaped yet;
    - `not_escaped_yet` also has `value`: 1 minus the share escaped by then, those that ended otherwise included;
    - `escape_update`: by which update a quarter, a half and three quarters of all seeds had escaped, `value` with
      `low` and `high` (None: later than was watched); None where so many have not;
    - `undecided`: how many runs were out of their basin at the last update, and not back or elsewhere either when they
      had run on until the update `followed_until`. They count as not escaped yet.
    """
    scene = result.scene
    return {
        "scene": scene.name,
        "first_seed": scene.seed,
        "updates": result.updates,
        "confidence": 0.95,
        "minima": [
            {"index": i, "name": _minimum(i), "x": point.position[0], "y": point.position[1], "loss": point.value}
            for i, point in enumerate(result.minima)
        ],
        "lanes": [_lane_summary(lane) for lane in result.lanes],
    }


def _lane_summary(told: LaneOdds) -> dict[str, Any]:
    lane, fates, minima = told.lane, told.fates, len(told.basins) - 1
    return {
        "name": lane.name,
        "rule": rule_name(lane.rule),
        "batch_size": lane.batch_size,
        **settings_summary(lane.rule),
        **plan_summary(lane),
        "seeds": told.seeds,
        "verdicts": [
            {"verdict": kind.code, **_share(share)}
            for kind, share in zip(VERDICTS, told.verdicts, strict=True)
            if share.count
        ],
        "basins": [
            {"index": None if i == minima else i, "name": _basin(i, minima), **_share(share)}
            for i, share in enumerate(told.basins)
            if share.count
        ],
        "escaped": _share(told.escaped),
        "escaped_by": _curve_summary(fates, fates.escaped),
        "not_escaped_yet": {
            "value": [1 - share for share in fates.escaped.shares],
            **_curve_summary(fates, fates.waiting),
        },
        "ended_otherwise": _curve_summary(fates, fates.ended),
        "escape_update": {
            name: _quantile_summary(fates.quantile(share))
            for name, share in zip(("lower_quartile", "median", "upper_quartile"), QUARTILES, strict=True)
        },
        "undecided": {"count": told.undecided, "followed_until": last_followed(fates.until)},
        "train_loss": _average_summary(told.train_loss),
        "test_loss": _average_summary(told.test_loss),
        "gap": _average_summary(told.gap),
    }


def _share(share: Share) -> dict[str, Any]:
    return {"count": share.count, **estimate_summary(share.estimate)}


def _curve_summary(fates: Fates, curve: ShareCurve) -> dict[str, Any]:
    return {
        "update": fates.updates,
        "count": curve.counts,
        "share": curve.shares,
        "low": curve.low,
        "high": curve.high,
        "watched_until": fates.until,
    }


def _quantile_summary(quantile: Quantile | None) -> dict[str, Any] | None:
    return None if quantile is None else {"value": quantile.update, "low": quantile.low, "high": quantile.high}


def _average_summary(average: Average) -> dict[str, Any]:
    return {**estimate_summary(average.estimate), "finite": average.finite, "not_finite": average.not_finite}


def _minimum(index: int) -> str:
    return f"minimum {index + 1}"


def _basin(index: int, minima: int) -> str:
    return _minimum(index) if index < minima else NOWHERE


def write_csv(
    scene: Scene, lanes: Sequence[LaneCounts], blocks: Iterable[tuple[int, Outcomes]], stream: "SupportsWrite[str]"
) -> None:
    """What became of every seed: a header, and one row a seed, in the order of the blocks, as they come.

    `lanes` are what was counted of all seeds; each block comes with the place of its lane. Of a row there is

    - `lane`, `seed`;
    - `updates`: how many were made, fewer than asked for where the numbers overflowed or the rule failed;
    - `verdict`, `basin`: the last verdict, and the minimum in whose basin the marble is at last;
    - `escape_update`: when it first left a basin or a saddle, empty if it has not by the last update;
    - `end_update`: when it diverged, left the surface or had its rule fail, empty if it did not; where `escape_update`
      is empty, the run has ended otherwise;
    - `undecided`: 1 if it was perhaps about to escape when it had run on to the limit, and so counts as not escaped
      yet, else 0;
    - `x`, `y`, `train_loss`, `test_loss`: where it is at last, and the losses there.

    Numbers have as many digits as it takes to read the same bits back.
    """
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    problem = scene.problem()
    known = knowing(problem, lanes)
    codes = [kind.code for kind in VERDICTS]
    minima = len(known.minima)
    names = [_basin(i, minima) for i in range(minima + 1)]  # So that the last, which is −1, is none.
    for lane, told in blocks:
        columns = (
            told.seeds.tolist(),
            told.updates.tolist(),
            [codes[verdict] for verdict in told.verdicts.tolist()],
            [names[basin] for basin in named_basins(problem, known, told).tolist()],
            _moments(told.escapes),
            _moments(told.ends),
            told.undecided.astype(int).tolist(),
            *told.theta.T.tolist(),
            told.losses.tolist(),
            told.test_losses.tolist(),
        )
        writer.writerows((scene.lanes[lane].name, *row) for row in zip(*columns, strict=True))


def _moments(updates: Indices) -> list[int | str]:
    return ["" if update == NEVER else update for update in updates.tolist()]


# For people.


def table(result: Odds) -> "Table":
    """Lanes with their odds, for a terminal of 80 columns or more."""
    from rich import box  # noqa: PLC0415  Only those who look at a table wait for it.
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    named = _named_basins(result)
    drawn = Table(
        title=Text(_title(result), style="bold"),
        caption=Text("\n".join(_legend(result)), style="dim"),
        caption_justify="left",
        box=box.HORIZONTALS,
        show_header=False,
        show_lines=True,
        expand=False,
    )
    drawn.add_column(max_width=20, overflow="fold")
    drawn.add_column()
    for told in result.lanes:
        name, *rest = lane_lines(told.lane, result.scene.examples.count)
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(width=24, overflow="fold")
        grid.add_column(min_width=10, justify="right")
        grid.add_column(overflow="fold")
        for what, value, interval in _rows(told, named):
            grid.add_row(Text(what), Text(value, "bold"), Text(interval, "dim"))
        drawn.add_row(Text.assemble((name, "bold"), *(f"\n{line}" for line in rest)), grid)
    return drawn


def _title(result: Odds) -> str:
    scene, count = result.scene, max(told.seeds for told in result.lanes)
    seeds = f"{count:,} seed{'' if count == 1 else 's'} from {scene.seed}"
    return f"{scene.title} · {seeds} · after {updates_text(result.updates)}"


def _legend(result: Odds) -> Iterator[str]:
    """Where the minima lie that the table speaks of, and what the intervals are."""
    for index in _named_basins(result):
        point = result.minima[index]
        yield f"{_minimum(index)}: {result.scene.window.spot(point.position)}, loss {point.value:z.4g}"
    yield INTERVALS
    wandering = VERDICTS.index(VerdictKind.WANDERING)
    if any(told.verdicts[wandering].count for told in result.lanes):
        yield PASSING
    if any(told.ended.count for told in result.lanes):
        yield f"Ended otherwise: {_endings(result)} without having escaped before."
    if any(average.not_finite for told in result.lanes for average in (told.train_loss, told.test_loss, told.gap)):
        yield "Left out: seeds that diverge or fail, or whose loss is not finite."
    if any(told.undecided for told in result.lanes):
        last = last_followed(result.updates)
        yield f"Undecided: out of its basin, but neither back nor elsewhere even by update {last:,}; not escaped."


def _endings(result: Odds) -> str:
    failed = any(told.verdicts[VERDICTS.index(VerdictKind.FAILED)].count for told in result.lanes)
    return "diverged, left the surface or had its rule fail" if failed else "diverged or left the surface"


def _rows(told: LaneOdds, named: Sequence[int]) -> Iterator[tuple[str, str, str]]:
    """What is said of a lane: the quantity, its value, its interval."""
    for kind, share in zip(VERDICTS, told.verdicts, strict=True):
        if share.count:
            yield kind.words, *share_texts(share.estimate)
    for name, share in _basin_shares(told, named):
        if share.count:
            yield name if name in (NOWHERE, ELSEWHERE) else f"basin of {name}", *share_texts(share.estimate)
    yield ESCAPED, *share_texts(told.escaped.estimate)
    for name, part in zip(("a quarter", "half", "three quarters"), QUARTILES, strict=True):
        quantile = told.fates.quantile(part)
        if quantile is not None:
            later = "later" if quantile.high is None else f"{quantile.high:,}"
            yield f"  {name} by update", f"{quantile.update:,}", f"{quantile.low:,} … {later}"
    yield WAITING, *share_texts(told.waiting.estimate)
    if told.undecided:
        yield "  undecided", f"{told.undecided:,}", ""
    if told.ended.count:
        yield ENDED, *share_texts(told.ended.estimate)
    for name, average in ("training loss", told.train_loss), ("test loss", told.test_loss), ("gap", told.gap):
        value, interval = number_texts(average.estimate)
        yield name, value, "every seed alike" if average.finite > 1 and not interval else interval
        if average.not_finite:
            yield "  left out", f"{average.not_finite:,}", ""


# As figures.


def page(result: Odds) -> Page:
    """Where the seeds of each lane end, as one bar, and beside it on the same scale who has escaped by each update.

    Of whiskers and intervals is spoken where there are any.
    """
    shares = Axis("share of seeds", 0.0, 1.0, percent=True)
    layers = _layers([told.ends for told in result.lanes])
    stacks = tuple(_stack(told, place, layers) for place, told in enumerate(result.lanes))
    curves = tuple(_escape_curve(told, hue) for hue, told in enumerate(result.lanes))
    whiskers = any(stack.low != stack.high for stack in stacks)
    moving = any(layer.end is EndKind.UNDER_WAY for stack in stacks for layer in stack.layers)
    where = Figure(
        WHERE,
        Axis("", names=tuple(told.lane.name for told in result.lanes)),
        shares,
        stacks,
        {(True, True): BOTH, (True, False): WHISKERS, (False, True): WANDERERS}.get((whiskers, moving), ""),
        WANDERERS if moving else "",
    )
    seeds = any(told.seeds for told in result.lanes)
    escapes = Figure(
        _escapes_title(result.scene.problem(), result.scene.start),
        Axis("update", 0.0, float(max(result.updates, 1)), counts=True),
        shares,
        curves,
        ESCAPE if any(map(any, (curve.y for curve in curves))) else STAYED if seeds else "",
    )
    intervals = whiskers or any(curve.low != curve.high for curve in curves)
    return Page(_title(result), (where, escapes), INTERVALS if intervals else "")


@lru_cache(maxsize=2)
def _escapes_title(problem: Problem, start: tuple[float, float]) -> str:
    """What marbles escape from that start there: the basin of a minimum, or a saddle; kept while seeds are counted."""
    point = np.array([start])
    label = int(problem.basins.labels(point)[0])
    if label != NO_BASIN:
        return f"Escapes from {_minimum(label)}"
    held = int(holding_saddles(problem, point)[0])
    return ESCAPES if held == NO_SADDLE else SADDLE_ESCAPES


def _layers(lanes: Sequence[LaneEnds]) -> dict[End, End]:
    """In which part of the bars each end is shown, the same in all lanes: its own, or that of several minima.

    Minima have their own where the most end of any lane, but for slivers. The others are put together, with those that
    are not known, unless there is but one.
    """
    largest: dict[End, float] = {}
    for ends in lanes:
        for part in ends.parts:
            end = part.kind, part.minimum
            largest[end] = max(largest.get(end, 0.0), part.share.count / ends.seeds)
    minima = sorted((end for end in largest if end[0] is EndKind.MINIMUM), key=lambda end: (-largest[end], end))
    small = [end for place, end in enumerate(minima) if place >= MOST_LAYERS or largest[end] < LEAST_LAYER]
    joined = {*small, (EndKind.ELSEWHERE, NO_BASIN)} if len(small) > 1 else set()
    return {end: (EndKind.OTHERS, NO_BASIN) if end in joined else end for end in largest}


def _stack(told: LaneOdds, place: int, layers: dict[End, End]) -> Stack:
    """The parts in which the seeds of a lane end, one upon the other, the lowest minimum at the bottom."""
    counts: Counter[End] = Counter()
    for part in told.ends.parts:
        counts[layers[part.kind, part.minimum]] += part.share.count
    found = sorted(counts, key=lambda end: (ORDER.index(end[0]), end[1]))
    estimates = _estimates(told.ends, [counts[end] for end in found])
    below = _estimates(told.ends, list(accumulate(counts[end] for end in found))[:-1])
    return Stack(
        told.lane.name,
        place,
        tuple(_layer(*end, estimate) for end, estimate in zip(found, estimates, strict=True)),
        low=tuple(edge.low for edge in below),
        high=tuple(edge.high for edge in below),
        hue=place,
    )


def _layer(kind: EndKind, minimum: int, share: Estimate) -> Layer:
    name = _minimum(minimum) if kind is EndKind.MINIMUM else kind.value
    return Layer(name, share.value, share.low, share.high, kind, minimum)


def _estimates(ends: LaneEnds, counts: Sequence[int]) -> list[Estimate]:
    """The shares of all seeds that these counts are."""
    found = [exact(count, ends.seeds) for count in counts] if ends.alike else [wilson(n, ends.seeds) for n in counts]
    return [share.estimate for share in found]


def _escape_curve(told: LaneOdds, hue: int) -> Line:
    """The share escaped by each update, drawn on to the last one."""
    fates, curve = told.fates, told.fates.escaped
    sides = (curve.shares, curve.low, curve.high)
    y, low, high = ((*side, side[-1]) if side else () for side in sides)
    return Line(
        told.lane.name,
        x=(*map(float, fates.updates), float(fates.until)) if y else (),
        y=y,
        low=low,
        high=high,
        hue=hue,
        dashed=hue % 2 == 1,
        dots=False,
        steps=True,
        badge=True,
    )


def _named_basins(result: Odds) -> list[int]:
    """The minima in whose basins the most marbles of all lanes are, ascending."""
    counts = np.sum([[share.count for share in told.basins[:-1]] for told in result.lanes], axis=0)
    largest = np.argsort(-counts, kind="stable")[:MOST_BASINS]
    return sorted(index for index in largest.tolist() if counts[index])


def _basin_shares(told: LaneOdds, named: Sequence[int]) -> list[tuple[str, Share]]:
    """The shares of the named basins, of all others together, and of none."""
    *basins, nowhere = told.basins
    others = sum(share.count for share in basins) - sum(basins[index].count for index in named)
    return [
        *((_minimum(index), basins[index]) for index in named),
        (ELSEWHERE, (exact if told.alike else wilson)(others, told.seeds)),
        (NOWHERE, nowhere),
    ]
