"""Basins as a map: in which minimum the full-batch descent from every pixel ends, by gradient flow or by any rule.

The flow's basins have smooth borders. A rule takes steps, and one with momentum carries marbles past minima and
over ridges: which of them holds a marble at last depends on the start as finely as one cares to look.
"""

from collections.abc import Generator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from ...descent.problem import Problem
from ...descent.rules.guard import RuleFailure
from ...descent.rules.protocol import Rule, with_parts
from ...descent.update import ConstantGradient, first_state, one_update
from ...descent.verdict.sight.sight import FAR_AWAY
from ...surface.basins import NO_BASIN, STEP, Labels, flow_step
from ...surface.points import Array, Mask, components, norm, pair, vectors
from ...surface.protocol import Window

if TYPE_CHECKING:
    from rich.table import Table

DIVERGED = -2
"""The label of a start from which the rule diverges; NO_BASIN is that of one that comes to rest in no minimum."""
MOVING = -3
"""The label of a start from which the rule has come to no end within the updates that it was given."""

ELSEWHERE = {NO_BASIN: "none of them", MOVING: "still moving", DIVERGED: "diverged"}
"""What ends in no minimum, by its label."""

USUAL_UPDATES = 2_000  # After which a marble counts as still moving.

BLOCK = 1 << 15  # Points that are followed at once.
LOOK = 4  # Updates from one look at where the marbles are to the next.
# Updates from one look to the next for those at rest outside every disc.
REST_LOOK = 32
INNER = 0.5  # Share of a certain disc's radius within which a slow marble counts as caught, if the rule allows.
LEAST_INNER = 0.05  # Where a rule does not, that share is halved as often as it takes, down to this one.
SLOW = 0.5  # How far a caught marble would still coast at most, in radii of that inner disc.
# How far a marble at rest, and the flow from there, would still come at most, in window diagonals.
AT_REST = 1e-4
TRIALS = 16  # Directions in which it is tried whether an inner disc holds a marble.
TRIAL = 400  # Updates of each such trial.
NEARER = 0.999  # Share of its first distance within which a marble on trial must end.
IMPULSES = 64  # Updates after which what is left of a single push tells how a rule forgets.
LONGEST_MEMORY = 1 - 1e-6

FLOW_HALVINGS, RULE_HALVINGS = 4, 2  # From the first cells to pixels; those of a rule must be small to miss little.
ROUNDING = 1e-12  # A loss so small, over the scale of losses, is shown as 0.
NEARBY = 2  # Cells so close to another label are looked at again.


class Descent(Protocol):
    """What leads from a point to a minimum: gradient flow, which is `Problem.basins`, or a rule."""

    def labels(self, points: Array, /) -> Labels:
        """The index of the minimum in which the descent from each point (n, 2) ends, or one below 0; shape (n,)."""
        ...


@dataclass(frozen=True, eq=False)
class RuleDescent:
    """A rule's full-batch updates, followed until it is certain where they end.

    A marble is caught by a minimum when it is within an inner part of the disc that flow cannot leave, and so
    slow that its momentum would carry it no farther than half of that part's radius. How large that part may be is
    tried with the rule itself, from rest, all around: a rule that is unstable at a minimum is not
    caught there. What has come to rest elsewhere belongs where the flow from there ends: on
    the floor of a valley to the valley, on a saddle to no basin.

    Adam's and RMSprop's denominators forget: after thousands of updates at the bottom their steps may grow again until
    one throws the marble out. A map tells where it comes to stay first.
    """

    problem: Problem
    rule: Rule[Any]
    updates: int = USUAL_UPDATES
    """After how many updates a marble counts as still moving."""

    def labels(self, points: Array) -> Labels:
        """The minimum that holds the marble from each of the points (n, 2), or NO_BASIN, DIVERGED or MOVING."""
        labels = np.full(len(points), MOVING, dtype=np.intp)
        left, theta = np.arange(len(points)), vectors(components(points))
        state = first_state(self.rule, theta)
        with np.errstate(all="ignore"):
            for update in range(1, self.updates + 1):
                # The slope is let go of at once: with its gradients there would be less room in the cache.
                movement, state = one_update(self.rule, self.problem.train, theta, None, state)[1:]
                theta = theta + movement
                last = update == self.updates
                if update % LOOK and not last:
                    continue
                ends = self._ends(theta, movement, last or update % REST_LOOK == 0)
                going = ends == MOVING
                if not going.all():
                    labels[left] = ends
                    left, theta = left[going], _those(theta, going)
                    kept = (_those(part, going) if isinstance(part, np.ndarray) else part for part in state)
                    state = with_parts(state, kept)
                if not len(left):
                    break
        return labels

    def _ends(self, theta: Array, movement: Array, rest: bool) -> Labels:
        """Labels of those marbles at θ (n, 2) that have come to an end by this last movement, MOVING for the others."""
        problem, diagonal = self.problem, self.problem.window.diagonal
        labels = np.full(len(theta), MOVING, dtype=np.intp)
        coast = norm(movement) / (1 - self._memory)
        slow = np.flatnonzero(coast <= SLOW * self.inner.max(initial=0.0))
        near = theta[slow]
        for index, (minimum, radius) in enumerate(zip(problem.basins.minima, self.inner, strict=True)):
            labels[slow[(norm(near - minimum) <= radius) & (coast[slow] <= SLOW * radius)]] = index
        if rest:
            still = np.flatnonzero((labels == MOVING) & (coast <= AT_REST * diagonal))
            if len(still):
                flow = flow_step(problem.train, theta[still], STEP * diagonal)
                still = still[norm(flow) <= AT_REST * diagonal]
                labels[still] = problem.basins.labels(theta[still])
        labels[~(norm(theta - problem.window.center) <= FAR_AWAY * diagonal)] = DIVERGED
        return labels

    @cached_property
    def _memory(self) -> float:
        return kept_share(self.rule)

    @cached_property
    def inner(self) -> Array:
        """Radii within which the minima hold a slow marble, shape (K,); 0 where the rule is not known to stay."""
        basins, inner, share = self.problem.basins, np.zeros(len(self.problem.basins.radii)), INNER
        while share >= LEAST_INNER:
            untried = np.flatnonzero((inner == 0) & (basins.radii > 0))
            radii = share * basins.radii[untried]
            inner[untried] = np.where(self._holds(basins.minima[untried], radii), radii, 0.0)
            share *= 0.5
        return inner

    def _holds(self, minima: Array, radii: Array) -> Mask:
        """Whether marbles that are let go so far (k,) from the minima (k, 2), all around, come nearer; shape (k,)."""
        angles = np.linspace(0, 2 * np.pi, TRIALS, endpoint=False)
        starts = minima[:, None] + radii[:, None, None] * pair(np.cos(angles), np.sin(angles))
        theta = vectors(components(starts.reshape(-1, 2)))
        state = first_state(self.rule, theta)
        with np.errstate(all="ignore"):
            for _ in range(TRIAL if len(theta) else 0):
                movement, state = one_update(self.rule, self.problem.train, theta, None, state)[1:]
                theta = theta + movement
            gaps = norm(theta.reshape(starts.shape) - minima[:, None])
        return np.asarray((gaps <= NEARER * radii[:, None]).all(axis=1))


def kept_share(rule: Rule[Any]) -> float:
    """Which share of a movement lives on in the next where there is no gradient: λ for momentum, 0 for plain descent.

    A movement m then goes on to m / (1 − memory) in all. Of a rule that answers no gradient with no number, nothing
    is known, and it is given the longest memory.
    """
    nowhere = np.zeros((1, 2))
    try:
        share = _kept_share(rule, nowhere)
    except RuleFailure:
        return LONGEST_MEMORY
    return share if share < LONGEST_MEMORY else LONGEST_MEMORY


def _kept_share(rule: Rule[Any], nowhere: Array) -> float:
    state, last, share = first_state(rule, nowhere), 0.0, 0.0
    with np.errstate(all="ignore"):
        for update in range(IMPULSES):
            impulse = ConstantGradient(np.full(2, float(update == 0)))
            _, movement, state = one_update(rule, impulse, nowhere, None, state)
            size = abs(float(movement[0, 0]))
            share, last = size / last if last else 0.0, size
    return share


def _those(points: Array, chosen: Mask) -> Array:
    """Some of the points (n, 2), in the memory layout that gradients are fastest with."""
    return vectors(components(points)[:, chosen])


Cellwise = npt.NDArray[np.int16]
"""Labels by the million."""


@dataclass(frozen=True, eq=False, slots=True)
class LabelGrid:
    """A window in equal cells, row 0 at the bottom."""

    labels: Cellwise
    """Labels of the cells' middles, shape (rows, columns)."""
    followed: int
    """How many descents were followed for it."""


@dataclass(frozen=True, eq=False, slots=True)
class BasinMap:
    """The basins of a window, pixel by pixel; row 0 is at the bottom."""

    labels: Cellwise
    """Labels of the pixels' middles, shape (rows, columns)."""
    quarters: Cellwise
    """Labels of the middles of pixels' quarters, shape (2·rows, 2·columns), found where a pixel beside has another."""
    followed: int
    """How many descents were followed for it; the other pixels have the label of all around them."""

    def share(self, label: int) -> float:
        """The share of the window's pixels that have the label."""
        return float(np.mean(self.labels == label))


def summary(problem: Problem, found: BasinMap) -> dict[str, Any]:
    """A map as what JSON can hold: shares of the window, and what they are based on."""
    rows, columns = found.labels.shape
    return {
        "pixels": [columns, rows],
        "followed": found.followed,
        "minima": [
            {"name": f"minimum {label + 1}", "x": x, "y": y, "loss": minimum.value, "share": found.share(label)}
            for label, minimum in enumerate(problem.minima)
            for x, y in [minimum.position]
        ],
        **{name.replace(" ", "_"): found.share(label) for label, name in ELSEWHERE.items()},
    }


def table(problem: Problem, found: BasinMap, title: str) -> "Table":
    """The map for people; a row for each minimum, and for what ends elsewhere if anything does."""
    from rich import box  # noqa: PLC0415  Nobody waits for what is not shown.
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    rounding = ROUNDING * problem.units.loss
    result = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=Text(title), title_justify="left", title_style="bold")
    for name in ("ends in", "at", "loss", "share of the window"):
        result.add_column(name, justify="left" if name in ("ends in", "at") else "right")
    for label, minimum in enumerate(problem.minima):
        loss = 0.0 if abs(minimum.value) < rounding else minimum.value
        result.add_row(
            f"minimum {label + 1}", problem.window.spot(minimum.position), f"{loss:z.4g}", _percent(found, label)
        )
    for label, name in ELSEWHERE.items():
        if found.share(label) > 0:
            result.add_row(name, "", "", _percent(found, label))
    return result


def _percent(found: BasinMap, label: int) -> str:
    return f"{100 * found.share(label):.2f} %"


Labelling = Generator[float, None, LabelGrid]
"""Yields the share of the work that is done, and returns the cells."""


def basin_map(
    problem: Problem,
    shape: tuple[int, int],
    rule: Rule[Any] | None = None,
    updates: int = USUAL_UPDATES,
    *,
    exact: bool = False,
) -> Generator[float, None, BasinMap]:
    """The basins of the problem's window in so many rows and columns of pixels; yields the share that is done.

    rule: whose full-batch updates are followed, by default gradient flow.
    updates: after how many of them a marble counts as still moving.
    exact: whether every pixel is followed, and not only those with another label nearby.

    >>> from three_marbles.scene import load_scene
    >>> from three_marbles.study.work.steps import finished
    >>> found = finished(basin_map(load_scene("local-minimum").problem(), (24, 32)))
    >>> [round(found.share(minimum), 1) for minimum in range(2)]
    [0.7, 0.3]
    """
    descent: Descent = problem.basins if rule is None else RuleDescent(problem, rule, updates)
    halvings = 0 if exact else FLOW_HALVINGS if rule is None else RULE_HALVINGS
    (rows, columns), window = shape, problem.window
    coarse = -(-rows >> halvings), -(-columns >> halvings)  # Rounded up: the last cells reach beyond the window.
    height, width = window.height * (coarse[0] << halvings) / rows, window.width * (coarse[1] << halvings) / columns
    reach = Window(window.x0, window.x0 + width, window.y0, window.y0 + height)
    cells = yield from _part(basin_cells(descent, reach, coarse, halvings, problem.basins.minima), 0.0, 0.5)
    labels = cells.labels[:rows, :columns]
    quarters = yield from _part(_quarters(descent, window, labels), 0.5, 1.0)
    return BasinMap(labels, quarters.labels, cells.followed + quarters.followed)


def basin_cells(
    descent: Descent, view: Window, shape: tuple[int, int], halvings: int, minima: Array, most: int | None = None
) -> Labelling:
    """The basins of a view in cells: large ones at first, and smaller ones where another label is nearby.

    shape: rows and columns of the first cells; each halving doubles both.
    minima: positions (K, 2) around which labels are made sure of, so that no small basin falls through the cells.
    most: how many descents may be followed; cells are not halved where that would take more.
    """
    labels = np.full(shape, NO_BASIN, dtype=np.int16)
    wanted: Mask = np.ones(shape, dtype=np.bool_)
    followed, levels = 0, 2 ** (halvings + 1) - 1
    for level in range(halvings + 1):
        if level:
            labels = labels.repeat(2, axis=0).repeat(2, axis=1)
            wanted = _uncertain(labels, view, minima)
        followed += int(wanted.sum())
        if level and most is not None and followed > most:
            followed -= int(wanted.sum())
            break
        # Every halving takes about twice as long as the one before.
        done, with_it = (2**level - 1) / levels, (2 ** (level + 1) - 1) / levels
        labels[wanted] = (yield from _part(_followed(descent, _middles(view, wanted)), done, with_it)).labels
    return LabelGrid(labels, followed)


def _middles(view: Window, chosen: Mask) -> Array:
    """The middles (n, 2) of the chosen ones of the cells (rows, columns) that fill the view."""
    rows, columns = chosen.shape
    row, column = np.nonzero(chosen)
    return pair(view.x0 + (column + 0.5) * view.width / columns, view.y0 + (row + 0.5) * view.height / rows)


def _uncertain(labels: Cellwise, view: Window, minima: Array) -> Mask:
    """Cells close to another label, or to a minimum that may have a basin smaller than a cell was before."""
    border: Mask = np.zeros(labels.shape, dtype=np.bool_)
    padded = np.pad(labels, NEARBY, mode="edge")
    rows, columns = labels.shape
    for down in (0, NEARBY, 2 * NEARBY):
        for across in (0, NEARBY, 2 * NEARBY):
            border |= padded[down : down + rows, across : across + columns] != labels
    places = np.floor((minima - (view.x0, view.y0)) / (view.width, view.height) * (columns, rows)).astype(np.intp)
    for index, (column, row) in enumerate(places.tolist()):
        if 0 <= row < rows and 0 <= column < columns and labels[row, column] != index:
            border[max(row - NEARBY, 0) : row + NEARBY + 1, max(column - NEARBY, 0) : column + NEARBY + 1] = True
    return border


def _quarters(descent: Descent, view: Window, labels: Cellwise) -> Labelling:
    """Labels of quarters of cells: their cell's own, but looked at where one of the four beside it has another."""
    edge: Mask = np.zeros(labels.shape, dtype=np.bool_)
    for beside, cell in (((slice(1, None), ...), (slice(-1), ...)), ((..., slice(1, None)), (..., slice(-1)))):
        differs = labels[beside] != labels[cell]
        edge[beside] |= differs
        edge[cell] |= differs
    quarters, wanted = labels.repeat(2, axis=0).repeat(2, axis=1), edge.repeat(2, axis=0).repeat(2, axis=1)
    followed = yield from _followed(descent, _middles(view, wanted))
    quarters[wanted] = followed.labels
    return LabelGrid(quarters, followed.followed)


def _followed(descent: Descent, points: Array) -> Labelling:
    """Labels (n,) of the points (n, 2), in blocks."""
    labels = np.empty(len(points), dtype=np.int16)
    for first in range(0, len(points), BLOCK):
        yield first / len(points)
        labels[first : first + BLOCK] = descent.labels(points[first : first + BLOCK])
    return LabelGrid(labels, len(points))


def _part(progress: Labelling, begin: float, end: float) -> Labelling:
    """The labelling, its progress being that of a part of something larger."""
    while True:
        try:
            share = next(progress)
        except StopIteration as stop:
            cells: LabelGrid = stop.value
            return cells
        yield begin + share * (end - begin)
