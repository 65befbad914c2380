"""What an update costs: its time against the batch size, measured on this computer, as the lecture shows it.

An update is what it is in a run: the batch is taken out of the epoch's order, its mean gradient is computed, and the
rule answers it. All examples of the batch are computed at once by NumPy's loops over arrays, on one core; for
comparison, also one after the other, a call for each. The shuffle at the beginning of an epoch is in the time
of an epoch, not in that of an update.

The machine-time clock's model of an evaluation of the gradient, overhead + example · ⌈B/width⌉, is fitted to what is
measured; a rule that asks again takes several of them an update. What such data tell is
the cost of a small batch, overhead + example, and that of each further example of a large one,
example/width. A width by itself shows only where the time grows in steps, and no ordinary processor's does:
so several widths may fit equally well, and all of those are told.
"""

import csv
import math
from collections.abc import Generator, Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import count, cycle
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from ...descent.clock import Machine, parallel_evaluation
from ...descent.examples.batches import batch_of
from ...descent.examples.chance import Indices, epoch_orders
from ...descent.examples.finite_sum import FiniteSum
from ...descent.examples.recipes import of_count
from ...descent.update import evaluations_of, first_state, one_update
from ...scene import Scene
from ...scene.words import counted
from ...surface.points import Array
from ..statistics.figure import Axis, Figure, Line, Page
from .serial import InTurn
from .timing import Action, Clock, timed

if TYPE_CHECKING:
    from _typeshed import SupportsWrite
    from rich.table import Table

BUDGET = 5.0  # Seconds that are spent on measuring.
MOST_SERIAL = 1_000  # Examples that are computed one after the other.
AS_GOOD = (1.1, 0.002)  # A width fits as well if its error is at most so many times the least, and so much, larger.
NOTHING = 1e-9  # What an example costs, over the overhead, if larger batches take no longer.
CURVE = 200  # Points of a fitted curve.

COLUMNS = ("way", "batch_size", "seconds", "low", "high", "model", "epoch_seconds")
AT_ONCE, IN_TURN = "all at once", "one after the other"


@dataclass(frozen=True, slots=True)
class TimeCurve:
    """Times of one update in seconds, against the batch size: over all rounds, their median and quartiles."""

    sizes: tuple[int, ...]
    seconds: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Fit:
    """The clock's model of a curve."""

    machine: Machine
    """What an evaluation of the gradient takes, in seconds."""
    error: float
    """The root mean square of the model's relative errors."""
    largest_error: float
    """The largest of them."""
    widths: tuple[int, int]
    """From the least to the greatest of those that fit about as well."""

    @property
    def further(self) -> float:
        """What each further example costs in a large batch, in seconds an evaluation."""
        return self.machine.example / self.machine.width


@dataclass(frozen=True, slots=True)
class Costs:
    """What updates and epochs cost on this computer."""

    scene: str
    """Its name."""
    count: int
    """N."""
    rounds: int
    """How often each time was measured."""
    shuffle: float
    """What the order of an epoch costs, in seconds."""
    at_once: TimeCurve
    at_once_fit: Fit
    in_turn: TimeCurve
    in_turn_fit: Fit
    evaluations: float = 1.0
    """How often an update evaluates the gradient."""

    def model(self, fit: Fit, size: int) -> float:
        """What an update takes by the clock's model, in seconds."""
        return self.evaluations * parallel_evaluation(size, fit.machine)


def doubled(machine: Machine) -> int:
    """The largest batch that costs at most twice as much as a single example."""
    return machine.width * math.floor(2 + machine.overhead / machine.example)


def ladder(most: int) -> tuple[int, ...]:
    """1, 2, 5, 10, 20, 50 … up to a number, and that number itself."""
    steps = (digit * 10**power for power in count() for digit in (1, 2, 5))
    sizes: list[int] = []
    for size in steps:
        if size >= most:
            return (*sizes, most)
        sizes.append(size)
    raise AssertionError  # The steps have no end.


def curve(sizes: Iterable[int], samples: Iterable[Sequence[float]]) -> TimeCurve:
    """Medians and quartiles of the samples for each size."""
    low, middle, high = np.array([np.quantile(each, (0.25, 0.5, 0.75)) for each in samples]).T.tolist()
    return TimeCurve(tuple(sizes), tuple(middle), tuple(low), tuple(high))


def fit(sizes: Sequence[int], seconds: Sequence[float], widths: Sequence[int]) -> Fit:
    """The machine that comes nearest to the times in relative errors, by least squares for each of the widths.

    Relative errors, since times span orders of magnitude. Of widths that fit equally well, the least is taken.
    """
    times = np.array(seconds)
    machines = [_machine(np.ceil(np.array(sizes) / width), times, width) for width in widths]
    models = np.array([[parallel_evaluation(size, machine) for size in sizes] for machine in machines])
    errors = models / times - 1
    means = np.sqrt(np.mean(errors * errors, axis=1))
    best = int(np.argmin(means))
    factor, more = AS_GOOD
    good = [width for width, mean in zip(widths, means, strict=True) if mean <= factor * means[best] + more]
    return Fit(machines[best], float(means[best]), float(np.abs(errors[best]).max()), (min(good), max(good)))


def _machine(blocks: Array, times: Array, width: int) -> Machine:
    """Overhead and cost of a block, neither below 0, that fit best to times for so many blocks."""
    columns = np.stack([1 / times, blocks / times], axis=1)
    overhead, example = np.linalg.lstsq(columns, np.ones(len(times)), rcond=None)[0].tolist()
    if overhead < 0:
        overhead, example = 0.0, float(columns[:, 1].sum() / (columns[:, 1] ** 2).sum())
    if example <= 0:
        overhead = float(columns[:, 0].sum() / (columns[:, 0] ** 2).sum())
        example = NOTHING * overhead
    return Machine(overhead, example, width)


def possible_widths(count: int) -> tuple[int, ...]:
    """Powers of 2, as computers have them, up to half of the examples: beyond, no batch would take a second block."""
    return tuple(2**power for power in range(max(1, count.bit_length() - 1)))


def epoch_seconds(times: TimeCurve, seconds: Sequence[float], count: int, shuffle: float) -> tuple[float, ...]:
    """How long an epoch of `count` examples takes with each of the batch sizes.

    Its last batch may be a short one: that takes what lies on the straight line between the measured times.
    """
    short = np.interp([count % size for size in times.sizes], times.sizes, seconds).tolist()
    return tuple(
        shuffle + (count // size) * second + (rest if count % size else 0.0)
        for size, second, rest in zip(times.sizes, seconds, short, strict=True)
    )


def measure(
    scene: Scene, examples: int, clock: Clock = perf_counter, budget: float = BUDGET
) -> Generator[float, None, Costs]:
    """Measure the scene's first rule with so many of its examples, at its start; yields the share that is done.

    Examples that were measured are taken again from the first one where there are not so many.
    """
    train, _ = of_count(scene.examples, examples).sums(scene.surface)
    evaluations = evaluations_of(scene.lanes[0].rule)
    sizes, few = ladder(examples), ladder(min(examples, MOST_SERIAL))
    orders = epoch_orders(np.array([scene.seed]), 0, examples)
    actions = [
        lambda: epoch_orders(np.array([scene.seed]), 0, examples),
        *(update_action(scene, train, orders, size) for size in sizes),
        *(update_action(scene, train, orders, size, in_turn=True) for size in few),
    ]
    with np.errstate(all="ignore"):
        shuffle, *samples = yield from timed(actions, clock, budget)
    at_once, in_turn = curve(sizes, samples[: len(sizes)]), curve(few, samples[len(sizes) :])
    return Costs(
        scene=scene.name,
        count=examples,
        rounds=len(shuffle),
        shuffle=float(np.median(shuffle)),
        at_once=at_once,
        at_once_fit=fit(sizes, [second / evaluations for second in at_once.seconds], possible_widths(examples)),
        in_turn=in_turn,
        in_turn_fit=fit(few, [second / evaluations for second in in_turn.seconds], (1,)),
        evaluations=evaluations,
    )


def update_action(scene: Scene, train: FiniteSum, orders: Indices, size: int, *, in_turn: bool = False) -> Action:
    """One update at the scene's start with a batch of that size, the next one of an epoch's order (1, N) at each call.

    The full batch is all examples in their own order, as in a run.
    """
    theta, rule = np.array([scene.start]), scene.lanes[0].rule
    state, places = first_state(rule, theta), cycle(range(train.count // size))
    full = np.arange(train.count) if size >= train.count else None
    loss = InTurn(train) if in_turn else train

    def once() -> None:
        one_update(rule, loss, theta, batch_of(orders, next(places), size) if full is None else full, state)

    return once


# For programs and people.


def summary(costs: Costs) -> dict[str, Any]:
    """As what JSON can hold, all times in seconds."""
    rows = list(_rows(costs))
    return {
        "scene": costs.scene,
        "examples": costs.count,
        "rounds": costs.rounds,
        "shuffle_seconds": costs.shuffle,
        "evaluations": costs.evaluations,
        **{
            way.replace(" ", "_"): {
                "updates": [dict(zip(COLUMNS[1:], row[1:], strict=True)) for row in rows if row[0] == way],
                "model": {
                    **asdict(found.machine),
                    "widths_as_good": list(found.widths),
                    "error": found.error,
                    "largest_error": found.largest_error,
                    "further_example": found.further,
                    "doubled_at": min(costs.count, doubled(found.machine)),
                },
            }
            for way, found in ((AT_ONCE, costs.at_once_fit), (IN_TURN, costs.in_turn_fit))
        },
    }


def write_csv(costs: Costs, stream: "SupportsWrite[str]") -> None:
    """A row for each way and batch size, all times in seconds at full precision."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_rows(costs))


def _rows(costs: Costs) -> Iterable[tuple[str, int, float, float, float, float, float]]:
    ways = ((AT_ONCE, costs.at_once, costs.at_once_fit), (IN_TURN, costs.in_turn, costs.in_turn_fit))
    for way, times, found in ways:
        epochs = epoch_seconds(times, times.seconds, costs.count, costs.shuffle)
        for size, *seconds, epoch in zip(times.sizes, times.seconds, times.low, times.high, epochs, strict=True):
            middle, low, high = seconds
            yield way, size, middle, low, high, costs.model(found, size), epoch


def tables(costs: Costs) -> "tuple[Table, Table]":
    """The times for people, and what has been fitted to them."""
    from rich import box  # noqa: PLC0415  Nobody waits for what is not shown.
    from rich.table import Table  # noqa: PLC0415

    title = f"{costs.scene} · {counted(costs.count, 'example')}"
    times = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=title, title_justify="left", title_style="bold")
    for name in ("batch size", "one update", "quartiles", "model", "one epoch", "one by one"):
        times.add_column(name, justify="right", no_wrap=True)
    in_turn = dict(zip(costs.in_turn.sizes, costs.in_turn.seconds, strict=True))
    for way, size, second, low, high, model, epoch in _rows(costs):
        if way == AT_ONCE:
            quartiles = f"{duration(low)} … {duration(high)}"
            serial = duration(in_turn[size]) if size in in_turn else ""
            times.add_row(f"{size:,}", duration(second), quartiles, duration(model), duration(epoch), serial)
    told = Table(box=None, pad_edge=False, show_header=False)
    told.add_column()
    told.add_column(overflow="fold")
    for words in _facts(costs):
        told.add_row(*words)
    return times, told


def _facts(costs: Costs) -> Iterable[tuple[str, str]]:
    found, serial = costs.at_once_fit, costs.in_turn_fit
    machine, (least, most) = found.machine, found.widths
    blocks = "B" if machine.width == 1 else f"⌈B/{machine.width}⌉"
    yield "model", _times(costs, f"{duration(machine.overhead)} + {duration(machine.example)} · {blocks}")
    error = f"{found.error:.0%} (root mean square), {found.largest_error:.0%} at most"
    also = "" if least == most else f"; widths from {least:,} to {most:,} fit as well"
    yield "its error", error + also
    alike = min(costs.count, doubled(machine))
    yield "a small batch", f"{duration(costs.model(found, 1))}, and up to B = {alike:,} at most twice"
    yield "each further example", f"{duration(costs.evaluations * found.further)} in a large batch"
    yield "one by one", _times(costs, f"{duration(serial.machine.overhead)} + {duration(serial.machine.example)} · B")
    yield "the order of an epoch", f"{duration(costs.shuffle)}, in the times of epochs"
    yield "measured", f"medians of {counted(costs.rounds, 'round')}, on one core"


def _times(costs: Costs, evaluation: str) -> str:
    """What an update takes whose evaluations take this."""
    return evaluation if costs.evaluations == 1 else f"{costs.evaluations:.3g} · ({evaluation})"


def duration(seconds: float) -> str:
    """A time in the unit in which it is easiest to read: 41 µs, 3.2 ms, 2.4 s."""
    for factor, unit in ((1.0, "s"), (1e3, "ms"), (1e6, "µs"), (1e9, "ns")):
        if seconds * factor >= 1 or unit == "ns":
            return f"{seconds * factor:.3g} {unit}" if seconds * factor < 999.5 else f"{seconds * factor:,.0f} {unit}"
    raise AssertionError  # Nanoseconds are the last resort.


def page(costs: Costs) -> Page:
    """Time of an update and of an epoch against the batch size, as the lecture shows them."""

    def lines(epochs: bool) -> tuple[Line, ...]:
        marks = []
        for hue, name, model, times, found in (
            (0, "all at once", "the clock's model", costs.at_once, costs.at_once_fit),
            (1, "one after the other", "its model, carried on", costs.in_turn, costs.in_turn_fit),
        ):

            def shown(seconds: Sequence[float], times: TimeCurve = times) -> tuple[float, ...]:
                if epochs:
                    return epoch_seconds(times, seconds, costs.count, costs.shuffle)
                return tuple(1e3 * second for second in seconds)

            marks.append(Line(name, times.sizes, shown(times.seconds), shown(times.low), shown(times.high), hue))
            sizes = tuple(sorted({round(size) for size in np.geomspace(1, costs.count, CURVE).tolist()}))
            fitted = [costs.model(found, size) for size in sizes]
            smooth = TimeCurve(sizes, tuple(fitted), (), ())
            marks.append(Line(model, sizes, shown(fitted, smooth), hue=hue, dashed=True, dots=False))
        return tuple(marks)

    size = Axis("batch size", log=True, counts=True)
    return Page(
        "What an update costs on this computer",
        (
            Figure("One update", size, Axis("time in milliseconds", log=True), lines(epochs=False)),
            Figure("One epoch", size, Axis("time in seconds", log=True), lines(epochs=True)),
        ),
        f"{counted(costs.count, 'example')} of {costs.scene}, on one core. Points: medians of "
        f"{counted(costs.rounds, 'round')}, with quartiles. "
        "Dashed: overhead + example · B/width, rounded up, fitted to them.",
    )
