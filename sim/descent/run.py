"""M marbles of one lane, computed as far as asked: their columns, of all moments or of the last ones."""

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np

from ..surface.points import Array, eigenvalues
from ..surface.protocol import value_and_gradient
from .examples.chance import Indices, Seeds
from .examples.finite_sum import FiniteSum
from .lane import Lane, Update, descend, remembered
from .problem import Problem
from .rules.guard import RuleFailure
from .update import first_state

COLUMNS: dict[str, tuple[int, ...]] = {
    "theta": (2,),
    "loss": (),
    "full_gradient": (2,),
    "gradient": (2,),
    "movement": (2,),
}
"""What is recorded of every moment of a marble, and the shape of one entry."""

DERIVED: dict[str, tuple[int, ...]] = {"test_loss": (), "curvatures": (2,), "batch_loss": ()}
"""What costs much and follows from the rest: it is computed when it is asked for."""

FEW = 64  # Rows to begin with, where all moments are kept.
STRETCH = 256  # Updates after which what a rule remembers is kept; in between it is found by doing them again.


class Run:
    """The runs of M marbles of one lane, one seed each.

    Every marble has the bits that it would have alone, however the computing was spread over calls. Row r of a column
    belongs to the moment after `first` + r updates, 0 being the start; rows of `gradient`, `batch_loss` and `movement`
    to the update that leaves this moment. The columns, shape (rows, M, …), are views of what grows or moves on with the
    run: take them anew from it, do not keep them. Rows after a marble's end repeat where it last was.

    The training loss and its gradient are computed at once where all moments are kept, else of those asked for.
    """

    def __init__(self, problem: Problem, lane: Lane, starts: Array, seeds: Seeds, kept: int | None = None) -> None:
        """Marbles at the starts (M, 2) with the seeds (M,), not moved yet.

        kept: how many moments are kept, the last ones, 2 or more; None for all. Memory does not grow beyond them.
        """
        self.problem = problem
        self.lane = lane
        self.seeds = seeds
        self.updates = 0
        """How many updates have been made."""
        self.first = 0
        """The first moment that is kept."""
        self.ends = np.full(len(seeds), -1, dtype=np.intp)
        """How many updates a marble made before its numbers overflowed or its rule failed, −1 if it goes on; (M,)."""
        self.failures: Mapping[int, str] = {}
        """How a rule from outside failed, by the numbers of the marbles that ended so."""
        self._kept = kept and max(kept, 2)
        self._updates = descend(problem.train, lane, starts, seeds)
        self._alive: object = None  # As in the last update.
        self._columns = {name: self._empty(shape, 1 if kept else FEW) for name, shape in COLUMNS.items()}
        self._derived: dict[str, tuple[Array, int]] = {}  # With how many of their rows are known.
        self._columns["theta"][0] = starts
        self._states: list[tuple[Any, ...]] = [_first(lane, starts)]  # Of some moments.
        self._stretch = 0, self._states[:]  # The last moments that were asked for: the first's number, and states.
        self._diagnose(slice(0, 1))

    def extend(self, updates: int) -> None:
        """Go on until so many updates are made, or until every marble's numbers overflow or its rule fails."""
        while self.updates < updates and (self.ends < 0).any():
            steps = updates - self.updates
            if self._kept is not None:
                steps = min(steps, self._kept - 1)
            self._make_room(steps)
            begun = self._row
            self._record(islice(self._updates, steps))
            if self._kept is None:
                self._diagnose(slice(begun + 1, self._row + 1))

    @property
    def made(self) -> Indices:
        """How many updates each marble has made before its numbers overflowed or its rule failed, shape (M,)."""
        return np.where(self.ends < 0, self.updates, self.ends)

    @property
    def nbytes(self) -> int:
        """Bytes of all columns, with the rows that are there to be filled."""
        derived = (column for column, _ in self._derived.values())
        return sum(column.nbytes for column in (*self._columns.values(), *derived))

    @property
    def theta(self) -> Array:
        """Positions, shape (rows, M, 2)."""
        return self._columns["theta"][: self._row + 1]

    @property
    def loss(self) -> Array:
        """Training loss L, shape (rows, M)."""
        self._diagnose_all()
        return self._columns["loss"][: self._row + 1]

    @property
    def full_gradient(self) -> Array:
        """∇L of the training loss, shape (rows, M, 2)."""
        self._diagnose_all()
        return self._columns["full_gradient"][: self._row + 1]

    def ground(self, rows: Indices, runs: Indices | slice) -> tuple[Array, Array]:
        """L (…) and ∇L (…, 2) at these rows of these marbles, and no more of them computed than that.

        rows, runs: as they index a column.
        """
        if isinstance(runs, slice):
            rows, runs = rows[..., None], np.arange(len(self.ends))[runs]
        loss, gradient = self._columns["loss"], self._columns["full_gradient"]
        unknown = np.isnan(loss[rows, runs])
        if unknown.any():
            row, run = (index[unknown] for index in np.broadcast_arrays(rows, runs))
            with np.errstate(all="ignore"):
                loss[row, run], gradient[row, run] = value_and_gradient(self.problem.train, self.theta[row, run])
        return loss[rows, runs], gradient[rows, runs]

    @property
    def gradient(self) -> Array:
        """∇L_B of the batch that makes the next update, shape (rows − 1, M, 2)."""
        return self._columns["gradient"][: self._row]

    @property
    def movement(self) -> Array:
        """θ[u + 1] − θ[u] as the rule gave it, shape (rows − 1, M, 2)."""
        return self._columns["movement"][: self._row]

    @property
    def test_loss(self) -> Array:
        """Mean loss over the test examples, shape (rows, M)."""
        return self._derive("test_loss", self._row + 1, lambda rows: self.problem.test.value(self.theta[rows]))

    @property
    def curvatures(self) -> Array:
        """Both eigenvalues of ∇²L, the smaller first, shape (rows, M, 2)."""
        return self._derive("curvatures", self._row + 1, lambda rows: self.curvatures_at(self.theta[rows]))

    @property
    def batch_loss(self) -> Array:
        """L_B of the batch that makes the next update, shape (rows − 1, M)."""
        return self._derive("batch_loss", self._row, self._batch_losses)

    def curvatures_at(self, theta: Array) -> Array:
        """Both eigenvalues of ∇²L at points (..., 2), where not all of the column is wanted."""
        with np.errstate(all="ignore"):
            return eigenvalues(self.problem.train.hessian(theta))

    def state(self, moment: int) -> tuple[Any, ...]:
        """What the rule remembers after so many updates of all marbles, in a run that keeps all moments; to be read.

        Few of them are kept: the others are computed again, one after the other, from the last one that is.
        """
        if not self._states[0]:  # What remembers nothing is the same at all times.
            return self._states[0]
        first, states = self._stretch
        if not first <= moment <= first + STRETCH:
            first = moment - moment % STRETCH
            states = [self._states[first // STRETCH]]
        if len(states) <= moment - first:
            done = first + len(states) - 1
            train, made = self.problem.train, (self.theta[done:moment], self.gradient[done:moment])
            states = [*states, *remembered(train, self.lane, made, self.seeds, states[-1], done)]
        self._stretch = first, states
        return states[moment - first]

    @property
    def _row(self) -> int:
        """The row of the last moment."""
        return self.updates - self.first

    def _empty(self, shape: tuple[int, ...], rows: int) -> Array:
        """A column without numbers, component by component in memory."""
        column = np.empty((rows, *shape, len(self.ends)))
        return column.transpose(0, 2, 1) if shape else column

    def _make_room(self, steps: int) -> None:
        """Have rows for so many more updates; let go of the first moments if not all are kept."""
        needed, rows = self._row + 1 + steps, len(self._columns["theta"])
        if needed <= rows:
            return
        most = self._kept or max(needed, 2 * rows)
        kept = min(self._row + 1, most - steps)
        old = slice(self._row + 1 - kept, self._row + 1)
        wider = needed if 2 * needed <= most else most  # Soon all of it: there is no need to move twice.
        for name, shape in COLUMNS.items():
            column = self._columns[name] if wider <= rows else self._empty(shape, wider)
            column[:kept] = self._columns[name][old]
            self._columns[name] = column
        if old.start:
            self._derived.clear()
        self.first += old.start

    def _record(self, updates: "islice[Update]") -> None:
        theta, loss, gradient, movement = (self._columns[name] for name in ("theta", "loss", "gradient", "movement"))
        for row, update in enumerate(updates, self._row):
            loss[row + 1] = np.nan
            gradient[row] = update.gradient
            movement[row] = update.movement
            theta[row + 1] = update.theta
            if update.alive is not self._alive:
                self.ends[(self.ends < 0) & ~update.alive] = self.updates
                self._alive, self.failures = update.alive, update.failures
            self.updates += 1
            if self._kept is None and self.updates % STRETCH == 0:
                self._states.append(update.state)

    def _diagnose(self, rows: slice) -> None:
        """The numbers of these moments that do not depend on a batch, all at once."""
        columns = self._columns
        with np.errstate(all="ignore"):
            loss, gradient = value_and_gradient(self.problem.train, columns["theta"][rows])
        columns["loss"][rows], columns["full_gradient"][rows] = loss, gradient

    def _diagnose_all(self) -> None:
        """Compute L and ∇L at all moments that are kept, if that is still to be done."""
        if self._kept is not None:
            self.ground(np.arange(self._row + 1), slice(None))

    def _derive(self, name: str, end: int, compute: Callable[[slice], Array]) -> Array:
        """A column up to that row, of which nothing is computed twice."""
        column, known = self._derived.get(name, (self._empty(DERIVED[name], 0), 0))
        if known < end:
            if len(column) < end:
                wider = self._empty(DERIVED[name], len(self._columns["theta"]))
                wider[:known] = column[:known]
                column = wider
            with np.errstate(all="ignore"):
                column[known:end] = compute(slice(known, end))
            self._derived[name] = column, end
        return column[:end]

    def _batch_losses(self, rows: slice) -> Array:
        """L_B of these moments, for batches that are drawn again."""
        train, lane, count = self.problem.train, self.lane, rows.stop - rows.start
        if lane.sees_all(train.count):
            return self.loss[rows]
        drawn = lane.draw.batches(self.seeds, train.count, self.first + rows.start)
        return _losses(train, self.theta[rows], list(islice(drawn, count)))


def _first(lane: Lane, starts: Array) -> tuple[Any, ...]:
    """What the lane's rule remembers at first: nothing, if it fails even there."""
    try:
        return first_state(lane.rule, np.array(starts, np.float64))
    except RuleFailure:
        return ()


def _losses(train: FiniteSum, theta: Array, drawn: Sequence[Indices]) -> Array:
    """L_B (rows, M) at θ (rows, M, 2) of as many batches (B, M), those that are equally long all at once."""
    losses, sizes = np.empty(theta.shape[:2]), np.array([len(batch) for batch in drawn])
    for size in np.unique(sizes):
        rows = np.flatnonzero(sizes == size)
        batch = np.stack([drawn[row] for row in rows.tolist()], axis=1).reshape(size, -1)
        losses[rows] = train.value(theta[rows].reshape(-1, 2), batch).reshape(len(rows), -1)
    return losses
