"""What the odds of a scene say: to programs as JSON and CSV, to people as a table, as a page of figures."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from ..descent.rules import rule_name
from ..report import settings, updates_text
from ..scene import Scene
from .ensemble import NEVER, VERDICTS, Outcomes
from .figure import Axis, Bars, Figure, Line, Page
from .odds import Average, LaneOdds, Odds
from .statistics import Share, wilson
from .telling import INTERVALS, ends_summary, estimate_summary, number_texts, share_texts

if TYPE_CHECKING:
    from _typeshed import SupportsWrite
    from rich.table import Table

MOST_BASINS = 8  # Basins that are named; what ends in the others is summed up.
QUARTILES = (0.25, 0.5, 0.75)

NOWHERE = "no basin"
ELSEWHERE = "other basins"

COLUMNS = (
    "lane",
    "seed",
    "updates",
    "verdict",
    "basin",
    "escape_update",
    "x",
    "y",
    "train_loss",
    "test_loss",
)


# For programs.


def summary(result: Odds) -> dict[str, Any]:
    """The odds as what JSON can hold: what is unknown or not finite becomes None.

    Basins are given by their index in `minima`; None is no basin. Verdicts and basins that did not occur
    are left out.
    """
    scene = result.scene
    return {
        "scene": scene.name,
        "first_seed": scene.seed,
        "updates": result.updates,
        "confidence": 0.95,
        "minima": [
            {"index": i, "name": _minimum(i), "x": point.position[0], "y": point.position[1], "loss": point.value}
            for i, point in enumerate(scene.problem().minima)
        ],
        "lanes": [_lane_summary(lane) for lane in result.lanes],
    }


def _lane_summary(told: LaneOdds) -> dict[str, Any]:
    lane, waiting, minima = told.lane, told.waiting, len(told.basins) - 1
    return {
        "name": lane.name,
        "rule": rule_name(lane.rule),
        "batch_size": lane.batch_size,
        **asdict(lane.rule),
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
        "escape_update": {
            name: {"value": waiting.quantile(share), **ends_summary(*waiting.quantile_interval(share))}
            for name, share in zip(("lower_quartile", "median", "upper_quartile"), QUARTILES, strict=True)
        },
        "not_escaped_yet": {
            "update": waiting.times,
            "share": waiting.shares,
            "low": waiting.low,
            "high": waiting.high,
            "watched_until": waiting.end,
        },
        "train_loss": _average_summary(told.train_loss),
        "test_loss": _average_summary(told.test_loss),
        "gap": _average_summary(told.gap),
    }


def _share(share: Share) -> dict[str, Any]:
    return {"count": share.count, **estimate_summary(share.estimate)}


def _average_summary(average: Average) -> dict[str, Any]:
    return {**estimate_summary(average.estimate), "finite": average.finite, "not_finite": average.not_finite}


def _minimum(index: int) -> str:
    return f"minimum {index + 1}"


def _basin(index: int, minima: int) -> str:
    return _minimum(index) if index < minima else NOWHERE


def write_csv(scene: Scene, outcomes: Sequence[Outcomes], stream: "SupportsWrite[str]") -> None:
    """What became of every seed, lane after lane: a header, and one row a seed.

    - `lane`, `seed`;
    - `updates`: how many were made, fewer than asked for where the numbers overflowed;
    - `verdict`, `basin`: the last verdict, and the minimum in whose basin the marble is at last;
    - `escape_update`: when it first left a basin or a saddle, empty if it never did;
    - `x`, `y`, `train_loss`, `test_loss`: where it is at last, and the losses there.

    Numbers have as many digits as it takes to read the same bits back.
    """
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    minima = len(scene.problem().minima)
    codes = [kind.code for kind in VERDICTS]
    names = [_basin(i, minima) for i in range(minima + 1)]  # So that the last, which is −1, is none.
    for lane, told in zip(scene.lanes, outcomes, strict=True):
        columns = (
            told.seeds.tolist(),
            told.updates.tolist(),
            [codes[verdict] for verdict in told.verdicts.tolist()],
            [names[basin] for basin in told.basins.tolist()],
            ["" if update == NEVER else update for update in told.escapes.tolist()],
            *told.theta.T.tolist(),
            told.losses.tolist(),
            told.test_losses.tolist(),
        )
        writer.writerows((lane.name, *row) for row in zip(*columns, strict=True))


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
        name, *rest = settings(told.lane, result.scene.examples.count)
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(width=24, overflow="fold")
        grid.add_column(min_width=8, justify="right")
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
    minima = result.scene.problem().minima
    for index in _named_basins(result):
        point = minima[index]
        yield "{}: ({:.4g}, {:.4g}), loss {:.4g}".format(_minimum(index), *point.position, point.value)
    yield INTERVALS
    yield "Escapes by Kaplan–Meier: a run without one counts as long as it was watched."


def _rows(told: LaneOdds, named: Sequence[int]) -> Iterator[tuple[str, str, str]]:
    """What is said of a lane: the quantity, its value, its interval."""
    for kind, share in zip(VERDICTS, told.verdicts, strict=True):
        if share.count:
            yield kind.value, *share_texts(share.estimate)
    for name, share in _basin_shares(told, named):
        if share.count:
            yield name if name in (NOWHERE, ELSEWHERE) else f"basin of {name}", *share_texts(share.estimate)
    yield "escaped", *share_texts(told.escaped.estimate)
    for name, part in zip(("a quarter", "half", "three quarters"), QUARTILES, strict=True):
        update = told.waiting.quantile(part)
        if update is not None:
            low, high = told.waiting.quantile_interval(part)
            later = "later" if high is None else f"{high:,.0f}"
            yield f"{name} by update", f"{update:,.0f}", f"{low or 0:,.0f} … {later}"
    for name, average in ("training loss", told.train_loss), ("test loss", told.test_loss), ("gap", told.gap):
        value, interval = number_texts(average.estimate)
        yield name, value, "every seed alike" if average.finite > 1 and not interval else interval
        if average.not_finite:
            yield "  not finite, left out", f"{average.not_finite:,}", ""


# As figures.


def page(result: Odds) -> Page:
    """Bars of the shares by verdict and by basin, and the escape curves."""
    names = [told.lane.name for told in result.lanes]
    kinds = [i for i in range(len(VERDICTS)) if any(told.verdicts[i].count for told in result.lanes)]
    basins = _named_basins(result)
    by_basin = [_basin_shares(told, basins) for told in result.lanes]
    places = [i for i, shares in enumerate(zip(*by_basin, strict=True)) if any(share.count for _, share in shares)]
    whole = Axis("share of seeds", 0.0, 1.0, percent=True)
    verdicts = Figure(
        "Verdicts",
        Axis("", names=tuple(VERDICTS[i].value for i in kinds)),
        whole,
        tuple(
            _bars(name, [told.verdicts[i] for i in kinds], hue)
            for hue, (name, told) in enumerate(zip(names, result.lanes, strict=True))
        ),
    )
    where = Figure(
        "Basins",
        Axis("", names=tuple(by_basin[0][i][0] for i in places)),
        whole,
        tuple(
            _bars(name, [shares[i][1] for i in places], hue)
            for hue, (name, shares) in enumerate(zip(names, by_basin, strict=True))
        ),
    )
    escapes = Figure(
        "Not escaped yet",
        Axis("update", 0.0, float(max(result.updates, 1))),
        whole,
        tuple(_curve(told, hue, float(result.updates)) for hue, told in enumerate(result.lanes) if told.seeds),
    )
    return Page(_title(result), (verdicts, where, escapes), INTERVALS)


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
        (ELSEWHERE, wilson(others, told.seeds)),
        (NOWHERE, nowhere),
    ]


def _bars(name: str, shares: Sequence[Share], hue: int) -> Bars:
    estimates = [share.estimate for share in shares]
    return Bars(
        name,
        heights=tuple(estimate.value for estimate in estimates),
        low=tuple(estimate.low for estimate in estimates),
        high=tuple(estimate.high for estimate in estimates),
        hue=hue,
    )


def _curve(told: LaneOdds, hue: int, updates: float) -> Line:
    """The escape curve, drawn on until the last was watched, or to the end where all have escaped."""
    waiting = told.waiting
    end = waiting.end if waiting.shares[-1] else max(waiting.end, updates)
    return Line(
        told.lane.name,
        x=(*waiting.times, end),
        y=(*waiting.shares, waiting.shares[-1]),
        low=(*waiting.low, waiting.low[-1]),
        high=(*waiting.high, waiting.high[-1]),
        hue=hue,
        dots=False,
        steps=True,
    )
