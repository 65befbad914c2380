"""What is noted down of M runs: what has happened, and how their verdicts have changed."""

import numpy as np

from ...surface.basins import Labels
from ..examples.chance import Indices
from .events import EVENT_KINDS, Escape, Event, EventKind
from .kinds import KINDS, RANKS, Rank, VerdictKind

NEVER = -1
"""The update of what did not happen."""
NOWHERE = -1
"""An event's source or target, if it has none."""

_FLIGHTS = np.array([isinstance(kind, Escape) for kind in EVENT_KINDS])


class Log:
    """Events and changes of verdict of M runs, all of which begin under way."""

    def __init__(self, marbles: int) -> None:
        """An empty log of so many runs."""
        self._events: list[Indices] = []  # Rows of run, update, seen, kind, source, target.
        self._changes: list[Indices] = [np.stack([np.arange(marbles), *np.zeros((2, marbles), dtype=np.intp)], axis=1)]
        self.escapes = np.full(marbles, NEVER)
        """The update at which each first left a basin or a saddle, or NEVER; shape (M,)."""

    def tell(
        self,
        kind: EventKind,
        runs: Indices,
        update: Indices,
        seen: Indices | int,
        source: Labels | int,
        target: Labels | int,
    ) -> None:
        """Note down an event of these runs."""
        if not len(runs):
            return
        number = EVENT_KINDS.index(kind)
        self._events.append(np.stack(np.broadcast_arrays(runs, update, seen, number, source, target), axis=1))
        if isinstance(kind, Escape):
            fresh = np.flatnonzero(self.escapes[runs] == NEVER)[::-1]  # Of several escapes of a run the first is kept.
            self.escapes[runs[fresh]] = update[fresh]

    def change(self, runs: Indices, update: Indices | int, kinds: Indices) -> None:
        """Note down that the verdicts on these runs are others now, as indices into KINDS."""
        if len(runs):
            self._changes.append(np.stack(np.broadcast_arrays(runs, update, kinds), axis=1))

    def events(self, run: int = 0) -> list[Event]:
        """What has happened in a run, in the order in which it became certain."""
        rows = [row for part in self._events for row in part[part[:, 0] == run].tolist()]
        return [
            Event(update, seen, EVENT_KINDS[kind], *(None if place == NOWHERE else place for place in places))
            for _, update, seen, kind, *places in sorted(rows, key=lambda row: row[2])
        ]

    def changes(self, run: int = 0) -> list[tuple[int, VerdictKind]]:
        """Every verdict on a run with the update from which on it held, the first at 0."""
        rows = (row for part in self._changes for row in part[part[:, 0] == run].tolist())
        return [(update, KINDS[kind]) for _, update, kind in rows]

    @property
    def ends(self) -> Indices:
        """The update at which each diverged, left the surface or had its rule fail, or NEVER; shape (M,)."""
        ends = np.full_like(self.escapes, NEVER)
        run, update, kind = np.concatenate(self._changes).T
        # One that has come back goes on.
        ends[run] = np.where(RANKS[kind] == Rank.FOR_GOOD, update, NEVER)
        return ends

    def escaped(self, updates: int) -> Indices:
        """The update of each one's first escape within so many, as far as is certain by now, or NEVER; shape (M,)."""
        first = np.full_like(self.escapes, updates + 1)
        if self._events:
            run, update, _, kind, *_ = np.concatenate(self._events).T
            flight = _FLIGHTS[kind]
            np.minimum.at(first, run[flight], update[flight])
        return np.where(first > updates, NEVER, first)
