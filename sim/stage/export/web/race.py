"""A race as what JSON can hold: all that a page shows of it, computed here, so that the page computes nothing.

Columns of numbers are the bytes of their arrays, little-endian, in base64: a page gets the very bits.
"""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ....descent.clock import CLOCKS, UPDATES, Timing
from ....descent.problem import Problem
from ....descent.race import Race
from ....descent.schedules import CONSTANT
from ....descent.track import Track
from ....descent.verdict.events import Event
from ....descent.verdict.kinds.evidence import Part
from ....descent.verdict.track_judge import TrackJudge
from ....report import json_number
from ....scene import Scene
from ....scene.lesson import answer, as_written, caption, end_of, is_particular, revealed_at
from ....surface.critical.point import CriticalKind
from ....surface.protocol import Window
from ...drawing.contours import GRID, losses
from ...drawing.relief.view import first_camera, heights_over, levels_over
from ...picture.chart.axes import axes
from ...picture.map.numbers import MOST_NUMBERS, named_minima
from ...picture.map.terrain import MANY_MARKS
from .ground import ERROR, moved, parts_of, rounded, steps_of

Json: TypeAlias = Any

LEAST_ASPECT, MOST_ASPECT = 0.9, 1.45
"""The ground reaches beyond the window so far that it fills panels as slender as the one, and as wide as the other."""
PANEL = (900, 560)
"""The size of a panel in which land stands as high as it will in a page, whatever that one's panels are."""
LARGEST_BATCHES = 1 << 18
"""Bytes of the batches of a lane; of one that has more, the page shows none."""


@dataclass(frozen=True, slots=True)
class Span:
    """How much of a race a page has: so many ticks of a clock."""

    scene: Scene
    race: Race
    clock: str
    ticks: int

    @property
    def timing(self) -> Timing:
        """How fast the lanes are by that clock."""
        return self.scene.timing(self.clock)

    def updates(self, lane: int) -> int:
        """The last moment of a lane."""
        return min(self.timing.updates(lane, self.ticks), self.race.tracks[lane].updates)


def computed(scene: Scene, clock: str = UPDATES, ticks: int | None = None) -> Span:
    """The race, computed for so many ticks; without a number, for as long as the scene is meant to be watched."""
    timing = scene.timing(clock)
    wanted = end_of(scene, timing) if ticks is None else ticks
    race = scene.race()
    race.extend(max(timing.updates(lane, wanted) for lane in range(len(scene.lanes))))
    return Span(scene, race, clock, wanted)


def packed(numbers: npt.ArrayLike, kind: str) -> str:
    """The bytes of an array of such a kind, little-endian, in base64.

    >>> packed([1.0], "<f4")
    'AACAPw=='
    """
    return base64.b64encode(np.ascontiguousarray(numbers, dtype=kind).tobytes()).decode("ascii")


def race_data(span: Span, others: Sequence[Span] = ()) -> Json:
    """All of the race, but for the words; and of the same scene's races with other seeds what is not the same."""
    scene, problem = span.scene, span.race.problem
    window, own = scene.window, run_data(span)
    shared = {
        "scene": scene.name,
        "clock": span.clock,
        "ticks": span.ticks,
        "paces": list(span.timing.paces),
        "examples": problem.train.count,
        "start": list(scene.start),
        "window": [window.x0, window.x1, window.y0, window.y1],
        "view": _view(span),
        "ground": _ground(problem, window),
        "parts": _parts(problem, window) if any(lane["batches"] for lane in own["lanes"]) else None,
    }
    return {**shared, **own, "others": [_less(run_data(other), own) for other in others]}


def run_data(span: Span) -> Json:
    """What a seed decides."""
    return {
        "seed": span.scene.seed,
        "critical": _critical(span),
        "lanes": [_lane(span, lane) for lane in range(len(span.scene.lanes))],
        "captions": _captions(span),
        "question": _question(span),
        "axis": _axis(span),
        "clocks": {other.clock: _by_clock(other) for other in _other_clocks(span)},
    }


def _other_clocks(span: Span) -> Iterator[Span]:
    """The race by each other clock by which it goes otherwise, as far as it was computed: one tick to a tick."""
    known = [span.timing.paces]
    for clock in CLOCKS:
        other = replace(span, clock=clock)
        lanes = range(len(span.scene.lanes))
        computed_ = all(other.timing.updates(lane, span.ticks) <= span.updates(lane) for lane in lanes)
        if clock != span.clock and computed_ and other.timing.paces not in known:
            known.append(other.timing.paces)
            yield other


def _by_clock(span: Span) -> Json:
    """What a clock decides: the paces, what is told when, the chart's axis, and the ticks of the events."""
    ends = [span.updates(lane) for lane in range(len(span.scene.lanes))]
    return {
        "paces": list(span.timing.paces),
        "captions": _captions(span),
        "question": _question(span),
        "axis": _axis(span),
        "ticks": [
            [span.timing.tick(lane, event.update) for event in judge.events_until(end)]
            for lane, (judge, end) in enumerate(zip(span.race.judges, ends, strict=True))
        ],
    }


def _axis(span: Span) -> Json:
    """The losses between the chart's lower and upper edge, or their decimal logarithms: as in the window."""
    frame = axes(span.race, span.timing, span.clock, span.ticks, span.ticks)
    low, high = np.nan_to_num([frame.low, frame.high]).tolist()  # A margin may reach beyond all numbers.
    return {"low": low, "high": high, "logarithmic": bool(frame.logarithmic)}


def _less(run: Json, first: Json) -> Json:
    """A run without what is the same in the first one."""
    return {key: value for key, value in run.items() if value != first[key]}


def _view(span: Span) -> Json:
    view, camera = span.scene.view, first_camera(span.race.problem, span.scene.window, *PANEL)
    return {
        "kind": view.kind,
        "together": view.maps == "together",
        "moving": view.ground == "moving",
        "yaw": view.yaw,
        "tilt": view.tilt,
        "rise": camera.rise,
        "foot": camera.foot,
    }


def ground_window(window: Window) -> Window:
    """The window, with one side made longer where it is slender."""
    x, y = window.center.tolist()
    width = max(window.width, LEAST_ASPECT * window.height)
    height = max(window.height, window.width / MOST_ASPECT)
    return Window(x - 0.5 * width, x + 0.5 * width, y - 0.5 * height, y + 0.5 * height)


def ground_losses(problem: Problem, window: Window) -> npt.NDArray[np.float32]:
    """The training loss at the nodes of a grid over the ground (rows, columns), row 0 at the bottom; NaN: none."""
    ground = ground_window(window)
    unit = GRID / max(ground.width, ground.height)
    points = ground.grid(max(2, round(unit * ground.width)), max(2, round(unit * ground.height)))
    with np.errstate(over="ignore"):
        return losses(problem, points).astype(np.float32)


def _ground(problem: Problem, window: Window) -> Json:
    grid, ground = ground_losses(problem, window), ground_window(window)
    heights = heights_over(problem, ground)
    levels = levels_over(problem, ground)
    return {
        "window": [ground.x0, ground.x1, ground.y0, ground.y1],
        "rows": grid.shape[0],
        "columns": grid.shape[1],
        "losses": packed(grid, "<f4"),
        "knots": packed(heights.losses, "<f8"),
        "heights": packed(heights.heights, "<f8"),
        "levels": [float(level) for level in levels],
        "complete": problem.complete,
    }


def _parts(problem: Problem, window: Window) -> Json:
    """How the loss of each example differs from that of all, so that the loss of any batch can be drawn."""
    ground = ground_window(window)
    parts = parts_of(problem, ground)
    rows, columns = parts.grids.shape[1:]
    weights = None if parts.weights is None else packed(parts.weights, "<f4")
    told = {"rows": rows, "columns": columns, "weights": weights}
    if moved(problem, ground, parts.differences(), rounded(parts).differences()) > ERROR:
        return {**told, "step": None, "values": packed(parts.grids, "<f4")}
    steps, size = steps_of(parts.grids)
    return {**told, "step": packed(size, "<f8"), "values": packed(steps, "<i2")}


def _critical(span: Span) -> Json:
    """Minima have numbers; where there are many, those that are spoken of in the race."""
    problem, race = span.race.problem, span.race
    lasts = [(judge, span.updates(lane)) for lane, judge in enumerate(race.judges)]
    named = {place for judge, last in lasts for place in named_minima(judge.basin(last), judge.events_until(last))}
    few = len(problem.minima) <= MOST_NUMBERS
    told = [(place, point) for place, point in enumerate(problem.minima) if few or place in named]
    numbers = {id(point): place + 1 for place, point in told}
    shown = sorted(problem.critical, key=lambda point: (point.kind is not CriticalKind.MINIMUM, point.value))
    return {
        "small": len(shown) > MANY_MARKS,
        "points": [
            {
                "kind": point.kind.value,
                "at": list(point.position),
                "loss": json_number(point.value),
                "eigenvalues": [json_number(value) for value in point.eigenvalues],
                "along": [list(vector) for vector in point.eigenvectors],
                "number": numbers.get(id(point)),
            }
            for point in shown
        ],
    }


def _lane(span: Span, lane: int) -> Json:
    track, judge, last = span.race.tracks[lane], span.race.judges[lane], span.updates(lane)
    parts, judged = Parts(), min(span.timing.updates(lane, span.ticks), track.overflow or last)
    return {
        "updates": last,
        "overflow": track.overflow is not None,
        "batch": track.lane.batch_size,
        "per_epoch": track.updates_per_epoch,
        "theta": packed(track.theta[: last + 1], "<f8"),
        "loss": packed(track.loss[: last + 1], "<f8"),
        "test": packed(track.test_loss[: last + 1], "<f8"),
        "rates": _rates(track, last),
        "batches": _batches(track, last),
        "verdicts": list(_verdicts(judge, judged)),
        "evidence": [parts.of(judge.verdict(update).parts) for update in range(judged + 1)],
        "parts": parts.known,
        "events": [_event(event, span.timing, lane) for event in judge.events_until(judged)],
    }


def _rates(track: Track, last: int) -> str | None:
    """The learning rate of each update, where it changes."""
    if track.lane.schedule == CONSTANT:
        return None
    return packed([track.rate(update) for update in range(last)], "<f8")


def _batches(track: Track, last: int) -> Json:
    """The examples of every batch up to that which comes after the last update, one after the other, and how many each
    has; None: all of them, or too many.
    """
    count, size = track.problem.train.count, track.lane.batch_size
    if size >= count or 2 * size * (last + 1) > LARGEST_BATCHES or count > np.iinfo(np.uint16).max:
        return None
    batches = [track.batch(update) for update in range(last + 1)]
    return {"sizes": packed([len(batch) for batch in batches], "<u2"), "of": packed(np.concatenate(batches), "<u2")}


def _verdicts(judge: TrackJudge, last: int) -> Iterator[Json]:
    """Every verdict with the update from which on it held."""
    for update, kind in judge.changes:
        if update <= last:
            yield [update, kind.code]


class Parts:
    """Evidence in parts: a part is a formula, which is the same in every language, or a sentence and its blanks."""

    def __init__(self) -> None:
        self.known: list[Json] = []
        self._places: dict[Part, int] = {}

    def of(self, evidence: tuple[Part, ...]) -> list[int]:
        """The places of the parts of one evidence."""
        return [self._place(part) for part in evidence]

    def _place(self, part: Part) -> int:
        if part not in self._places:
            self._places[part] = len(self.known)
            self.known.append(part.formula if part.saying is None else [part.saying.value, dict(part.blanks)])
        return self._places[part]


def _event(event: Event, timing: Timing, lane: int) -> Json:
    return {
        "update": event.update,
        "seen": event.seen,
        "tick": timing.tick(lane, event.update),
        "kind": event.kind.code,
        "source": event.source,
        "target": event.target,
    }


def _captions(span: Span) -> Json:
    """Which caption stands from which tick on, None: none."""
    scene, race, timing = span.scene, span.race, span.timing
    particular = as_written(scene)
    if not any(particular or not is_particular(words) for words in scene.captions):
        return []
    changes: list[Json] = []
    for tick in range(span.ticks + 1):
        now = caption(scene, race, timing, tick, particular)
        if not changes or changes[-1][1] != now:
            changes.append([tick, now])
    return changes


def _question(span: Span) -> Json:
    """When it is answered, and which lanes are the answer then, and which ones as more of it happens."""
    scene, race, timing = span.scene, span.race, span.timing
    if scene.question is None:
        return None
    revealed = revealed_at(scene, race, timing, span.ticks)
    if revealed is None:
        return {"revealed": None, "answers": []}
    changes: list[Json] = []
    for tick in range(revealed, span.ticks + 1):
        now = list(answer(scene, race, timing, tick))
        if not changes or changes[-1][1] != now:
            changes.append([tick, now])
    return {"revealed": revealed, "answers": changes}
