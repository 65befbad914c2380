"""A race without a picture: as data for programs, as a table for people, as rows for a spreadsheet.

All three tell of the moment after a given number of updates, which the race must have computed; a lane
that diverged before, or whose rule failed, is shown where it stopped.
"""

import csv
import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from .descent.lane import Lane
from .descent.problem import Problem
from .descent.race import Race
from .descent.rules import rule_name
from .descent.rules.protocol import Rule, settings_of, told_by
from .descent.schedules import CONSTANT, schedule_settings
from .descent.track import Track
from .descent.verdict.events import Escape, Event
from .descent.verdict.kinds import Place, VerdictKind
from .descent.verdict.track_judge import TrackJudge
from .descent.verdict.verdict import Verdict
from .scene import Scene
from .scene.words import counted
from .surface.critical.point import CriticalPoint
from .surface.points import norm
from .surface.protocol import Window

if TYPE_CHECKING:
    from _typeshed import SupportsWrite
    from rich.table import Table

BLOCK = 4096  # Rows that are turned into numbers at once.
MOST_EVENTS = 8  # Events of a lane that the table shows.

COLUMNS = (
    "lane",
    "update",
    "epoch",
    "x",
    "y",
    "batch_loss",
    "train_loss",
    "test_loss",
    "batch_gradient_x",
    "batch_gradient_y",
    "movement_x",
    "movement_y",
    "full_gradient_x",
    "full_gradient_y",
)

OF_MOMENTS = ("theta", "loss", "test_loss", "full_gradient", "curvatures")
OF_UPDATES = ("batch_loss", "gradient", "movement")
"""Which columns of a track have a row a moment, and which a row an update."""

OF_A_BASIN = (Place.MINIMUM, Place.BASIN)
"""Where marbles are of whom the verdict itself says that they are in a basin."""


def summary(scene: Scene, race: Race, updates: int) -> dict[str, Any]:
    """The race after so many updates, as what JSON can hold: a number that is not finite becomes None.

    Places are given by their index in `critical_points`, by the name that sentences call them, and by
    position. They are `complete` where the search of the window can have missed none, as far as its finest grid tells.

    >>> from three_marbles.scene import load_scene
    >>> scene = load_scene("local-minimum")
    >>> race = scene.race()
    >>> race.extend(400)
    >>> [(lane["name"], lane["verdict"]) for lane in summary(scene, race, 400)["lanes"]]
    [('full batch', 'stuck'), ('minibatch', 'rattling'), ('momentum', 'settled')]
    """
    problem = problem_with_found(race, updates)
    return {
        "scene": scene.name,
        "seed": race.seed,
        "updates": updates,
        "critical_points": {
            "minima": [_critical(_place("minimum", i, problem), point) for i, point in enumerate(problem.minima)],
            "saddles": [_critical(_place("saddle", i, problem), point) for i, point in enumerate(problem.saddles)],
            "complete": problem.complete,
        },
        "lanes": [_lane(track, judge, problem, updates) for track, judge in zip(race.tracks, race.judges, strict=True)],
    }


def problem_with_found(race: Race, updates: int) -> Problem:
    """The race's problem, with the minima that its marbles have found by resting there."""
    verdicts = [judge.verdict(updates) for judge in race.judges]
    return race.problem.knowing(np.array([verdict.found for verdict in verdicts if verdict.found]).reshape(-1, 2))


def _lane(track: Track, judge: TrackJudge, problem: Problem, updates: int) -> dict[str, Any]:
    verdict = judge.verdict(updates)
    return {
        "name": track.lane.name,
        "rule": rule_name(track.lane.rule),
        "batch_size": track.lane.batch_size,
        **settings_summary(track.lane.rule),
        **plan_summary(track.lane),
        "verdict": verdict.kind.code,
        "sentence": verdict.sentence,
        "since": verdict.since,
        "evidence": _evidence(verdict, problem),
        "events": [_event(event, problem) for event in judge.events_until(updates)],
        "final": _moment(track, min(updates, track.updates)),
    }


def _evidence(verdict: Verdict, problem: Problem) -> dict[str, Any]:
    return {
        "gradient_norm": json_number(verdict.gradient_norm),
        "eigenvalues": [json_number(value) for value in verdict.curvatures],
        "basin": _place("minimum", _basin(verdict, problem), problem),
        "loss_above_lowest_minimum": json_number(verdict.height),
        "saddle": _place("saddle", verdict.saddle, problem),
        "way_down": None if verdict.way_down is None else [json_number(value) for value in verdict.way_down],
    }


def _basin(verdict: Verdict, problem: Problem) -> int | None:
    """The index of the minimum in whose basin the marble is, be it one that it found itself."""
    if verdict.found is None:
        return verdict.basin
    return int(problem.basins.labels(np.array([verdict.found]))[0])


def _event(event: Event, problem: Problem) -> dict[str, Any]:
    return {
        "update": event.update,
        "kind": event.kind.code,
        "seen": event.seen,
        "from": _place("saddle" if event.kind is Escape.SADDLE else "minimum", event.source, problem),
        "to": _place("minimum", event.target, problem),
    }


def _moment(track: Track, update: int) -> dict[str, Any]:
    x, y = track.theta[update].tolist()
    return {
        "update": update,
        "epoch": epoch_of(track, update),
        "x": json_number(x),
        "y": json_number(y),
        "loss": json_number(float(track.loss[update])),
        "test_loss": json_number(float(track.test_loss[update])),
        "gradient_norm": json_number(float(norm(track.full_gradient[update]))),
        "eigenvalues": [json_number(value) for value in track.curvatures[update].tolist()],
    }


def _critical(place: dict[str, Any] | None, point: CriticalPoint) -> dict[str, Any]:
    eigenvalues = [json_number(value) for value in point.eigenvalues]
    return {**(place or {}), "loss": json_number(point.value), "eigenvalues": eigenvalues}


def _place(kind: str, index: int | None, problem: Problem) -> dict[str, Any] | None:
    """A minimum or saddle: its index from 0, its name, which counts from 1, and its position."""
    if index is None:
        return None
    x, y = _points(kind, problem)[index].position
    return {"index": index, "name": f"{kind} {index + 1}", "x": x, "y": y}


def _points(kind: str, problem: Problem) -> tuple[CriticalPoint, ...]:
    return problem.minima if kind == "minimum" else problem.saddles


def json_number(value: float | None) -> float | None:
    """A number as JSON can hold it: None where it is not finite."""
    return value if value is not None and math.isfinite(value) else None


def epoch_of(track: Track, update: int) -> int:
    """The epoch, counted from 1, that the update with this number belongs to; 0 for the start."""
    return -(-update // track.updates_per_epoch)


def write_csv(race: Race, updates: int, stream: "SupportsWrite[str]") -> None:
    """Every update of every lane, lane after lane: a header, then the start and one row an update.

    Row u is the moment after u updates; a lane that diverged, or whose rule failed, ends with its last moment before.

    - `lane`, `update`, `epoch`: the lane's name, u, and the epoch of update u, counted from 1 (0 at the start);
    - `x`, `y`, `train_loss`, `test_loss`, `full_gradient_x`, `full_gradient_y`: where the marble is now, and
      the loss and its gradient there over all training examples;
    - `batch_loss`, `batch_gradient_x`, `batch_gradient_y`: loss and gradient of the batch that made update
      u, at the place that it left;
    - `movement_x`, `movement_y`: update u itself, x and y now minus x and y before, as the rule gave it.

    What belongs to update u is empty at the start. Numbers have as many digits as it takes to read the same
    bits back.

    >>> import io
    >>> from three_marbles.scene import load_scene
    >>> race, stream = load_scene("local-minimum").race(), io.StringIO()
    >>> race.extend(3)
    >>> write_csv(race, 3, stream)
    >>> stream.getvalue().count("full batch")
    4
    """
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for track in race.tracks:
        writer.writerows(_rows(track, min(updates, track.updates)))


def _rows(track: Track, updates: int) -> Iterator[Iterable[object]]:
    name = track.lane.name
    x, y = track.theta[0].tolist()
    yield (
        *(name, 0, 0, x, y, ""),
        *(float(track.loss[0]), float(track.test_loss[0]), "", "", "", ""),
        *track.full_gradient[0].tolist(),
    )
    for first in range(1, updates + 1, BLOCK):
        last = min(first + BLOCK, updates + 1)
        now, made = slice(first, last), slice(first - 1, last - 1)
        numbers = np.column_stack(
            [
                track.theta[now],
                track.batch_loss[made],
                track.loss[now],
                track.test_loss[now],
                track.gradient[made],
                track.movement[made],
                track.full_gradient[now],
            ]
        )
        for update, row in enumerate(numbers.tolist(), first):
            yield name, update, epoch_of(track, update), *row


def write_npz(scene_text: str, race: Race, updates: int, stream: BinaryIO) -> None:
    """Every update of every lane as the arrays of an NPZ file, for numpy.load.

    With L lanes and U updates, NaN where a lane had diverged before, or its rule failed:

    - `lanes` (L,): the lanes' names; `updates` (L,): how many updates each made; `scene`: the scene's text;
    - `theta` (L, U + 1, 2), `loss`, `test_loss` (L, U + 1), `full_gradient`, `curvatures` (L, U + 1, 2): row u is the
      moment after u updates, as in `Track`;
    - `batch_loss` (L, U), `gradient`, `movement` (L, U, 2): row u belongs to the update that leaves moment u.
    """
    arrays: dict[str, Any] = {
        "lanes": np.array([track.lane.name for track in race.tracks]),
        "updates": np.array([min(updates, track.updates) for track in race.tracks]),
        "scene": np.array(scene_text),
    }
    for name, moments in (*((name, updates + 1) for name in OF_MOMENTS), *((name, updates) for name in OF_UPDATES)):
        columns = [getattr(track, name)[:moments] for track in race.tracks]
        arrays[name] = np.full((len(columns), moments, *columns[0].shape[1:]), np.nan)
        for lane, column in zip(arrays[name], columns, strict=True):
            lane[: len(column)] = column
    np.savez_compressed(stream, **arrays)


def table(scene: Scene, race: Race, updates: int) -> "Table":
    """Lanes with their verdicts, evidence and events, for a terminal of 80 columns or more."""
    from rich import box  # noqa: PLC0415  Only those who look at a table wait for it.
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    result = Table(
        title=Text(f"{scene.title} · seed {race.seed} · after {updates_text(updates)}", style="bold"),
        caption=Text("\n".join(_legend(race, updates)), style="dim"),
        caption_justify="left",
        box=box.HORIZONTALS,
        show_header=False,
        show_lines=True,
        expand=False,
    )
    result.add_column(max_width=26, overflow="fold")
    result.add_column(overflow="fold")
    for track, judge in zip(race.tracks, race.judges, strict=True):
        name, *lines = lane_lines(track.lane, race.problem.train.count)
        sentence, *facts = _facts(track, judge, race.problem.window, updates)
        result.add_row(
            Text.assemble((name, "bold"), *(f"\n{line}" for line in lines)),
            Text.assemble((sentence, "bold"), *(f"\n{line}" for line in facts)),
        )
    return result


def plan_summary(lane: Lane) -> dict[str, Any]:
    """How the lane's learning rate changes and its batches are drawn, as what JSON can hold."""
    schedule = None if lane.schedule == CONSTANT else {"kind": lane.schedule.name, **asdict(lane.schedule)}
    return {"schedule": schedule, "sampling": lane.sampling, "drop_last": lane.drop_last}


def lane_lines(lane: Lane, count: int) -> Iterator[str]:
    """The lane's name, its rule, its batch of so many examples, and its hyperparameters; no options that are off."""
    yield lane.name
    yield rule_name(lane.rule)
    yield f"batch {lane.batch_size} of {count}"
    for key, value in settings_of(lane.rule).items():
        yield f"{key.replace('_', ' ')} {f'{value:g}' if isinstance(value, float) else value}"
    yield from plan_words(lane)


def plan_words(lane: Lane) -> Iterator[str]:
    """What is unusual in how the lane's learning rate changes, and in how its batches are drawn; English.

    >>> from three_marbles.descent.rules.plain.momentum import Momentum
    >>> from three_marbles.descent.schedules import Cosine
    >>> list(plan_words(Lane("", Momentum(0.1), 1, Cosine(length=300, warmup=20), "fixed")))
    ['schedule cosine, length 300, floor 0, warmup 20, warmup from 0.1', 'sampling fixed']
    """
    if lane.schedule != CONSTANT:
        settings = (f"{key.replace('_', ' ')} {value}" for key, value in schedule_settings(lane.schedule).items())
        yield ", ".join([f"schedule {lane.schedule.name}", *settings])
    if lane.sampling != "reshuffled":
        yield f"sampling {lane.sampling}"
    if lane.drop_last:
        yield "last batch dropped"


def settings_summary(rule: Rule[Any]) -> dict[str, Any]:
    """A rule's hyperparameters as JSON can hold them; of one from outside, what is no finite number is told as a text.

    Such a rule may have a method `told` that gives them as people are to read them.

    >>> from three_marbles.descent.rules.plain.momentum import Momentum
    >>> settings_summary(Momentum(0.1))
    {'learning_rate': 0.1, 'clip_value': 0.0, 'clip_norm': 0.0, 'weight_decay': 0.0, 'decay': 0.9}
    """
    told = told_by(rule)
    found = {name: getattr(rule, name) for name in _fields(rule)} if told is None else told
    return {name: value if _in_json(value) else str(value) for name, value in found.items()}


def _in_json(value: object) -> bool:
    return isinstance(value, int | str | None) or (isinstance(value, float) and math.isfinite(value))


def _fields(rule: Rule[Any]) -> list[str]:
    return [field.name for field in fields(rule)]


def _facts(track: Track, judge: TrackJudge, window: Window, updates: int) -> Iterator[str]:
    verdict = judge.verdict(updates)
    moment = min(updates, track.updates)
    loss, test_loss = (_loss(float(losses[moment])) for losses in (track.loss, track.test_loss))
    yield verdict.sentence
    yield f"since update {verdict.since:,}"
    yield f"at {window.spot(track.theta[moment])}, loss {loss}, test loss {test_loss}"
    events = judge.events_until(updates)
    shown = events if len(events) <= MOST_EVENTS else events[: MOST_EVENTS - 1]
    for event in shown:
        yield f"update {event.update:,}: {_story(event)}"
    if len(shown) < len(events):
        yield f"and {len(events) - len(shown):,} more events"


def _loss(value: float) -> str:
    return "undefined" if math.isnan(value) else f"{value:z.4g}".replace("inf", "infinity")


def _story(event: Event) -> str:
    target = "" if event.target is None else f"minimum {event.target + 1}"
    kind = event.kind
    if isinstance(kind, VerdictKind):
        place = (f" ({target})" if kind.place in OF_A_BASIN else f", in the basin of {target}") if target else ""
        return f"{kind.words}{place}"
    source = "" if event.source is None else f" {kind.place} {event.source + 1}"
    return f"{kind.verb}{source}{f' for {target}' if target else ''}"


def _legend(race: Race, updates: int) -> Iterator[str]:
    """Where the minima and saddles lie that the table speaks of."""
    problem = problem_with_found(race, updates)
    minima: set[int | None] = set()
    saddles: set[int | None] = set()
    for judge in race.judges:
        verdict = judge.verdict(updates)
        minima.add(_basin(verdict, problem))
        saddles.add(verdict.saddle)
        for event in judge.events_until(updates):
            minima.add(event.target)
            (saddles if event.kind is Escape.SADDLE else minima).add(event.source)
    for kind, mentioned in ("minimum", minima), ("saddle", saddles):
        for index in sorted(index for index in mentioned if index is not None):
            point = _points(kind, problem)[index]
            yield f"{kind} {index + 1}: {problem.window.spot(point.position)}, loss {point.value:z.4g}"
    if not problem.complete:
        yield "there may be more minima and saddles than were found"


def updates_text(count: int) -> str:
    """So many updates, in words."""
    return counted(count, "update")
