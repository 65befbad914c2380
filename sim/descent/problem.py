"""What is minimised: training and test loss on a window, and what is known of them."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ..surface.basins import FAR, NO_BASIN, Basins, Labels, find_basins, flow_step
from ..surface.critical.ground import Ground
from ..surface.critical.newton import CIRCLE
from ..surface.critical.point import CriticalKind, CriticalPoint
from ..surface.critical.proof import Proof, proof
from ..surface.critical.search import Search, look_up, search
from ..surface.points import Array, eigenvalues, norm
from ..surface.protocol import Window
from ..surface.surroundings import CROWDED, with_surroundings
from .examples.finite_sum import FiniteSum

UNKNOWN = "There may be more critical points than are marked."
"""What is said where the search of the window may have missed some."""
SAME = 1e-6  # Critical points are one that are this near, in diagonals.
DESCENT = 200  # Steps for which a descent is followed to a minimum that is not known: two diagonals at most.
APART = 1e-4  # Descents end at the same place if they end this near, in diagonals.
WIDER = 2.0  # Half a side of the widest square in which lower minima are looked for, over how far away they may be.
SHIFT = float(np.exp(-1.0))
"""Share of a side by which squares are shifted: no border lies at a round number, as minima often do."""
# What does not change when more becomes known.
SEARCHED = ("_search", "_looked_about", "_grid_losses", "_grid_slopes", "units")
SEARCH = 1 << 16  # Bytes that a search's points and scales take, about.
MOST_LOOKED = 1_000  # Of so many places is it remembered at once what lies around them: each takes a search.
LOOKED = 230  # Bytes of one of these: its four numbers, its loss, and the room of a dictionary.
# On a window that a plateau fills but for little, most curvatures are next to nothing: no scale of those that matter.
BEND = 1e-2
SCALE_GRID = 32  # Points along each side from which a problem's own scales are read.
NEARLY = 1e-8  # How near a minimum is known for sure, in diagonals, also where it has no curvature.
ROUNDED = 8.0  # So many times what the loss changes as near as that, and the spacing of numbers, rounding may come to,
AS_LOW = 1e-8  # but no more than such a share of the scale of losses.
PROVED = 1e-12  # The same of a proof: on a crease the place may be off by more than the height, which is met exactly.


@dataclass(frozen=True, slots=True)
class Units:
    """The problem's own units: every tolerance is relative to one of these."""

    length: float
    """The window's diagonal."""
    loss: float
    """Median training loss over the window, above its least there."""
    gradient: float
    """Median ‖∇L‖ over the window."""
    curvature: float
    """Median largest |eigenvalue| of ∇²L over the window, or what bends by BEND of the loss' unit over it, if more."""


@dataclass(frozen=True, slots=True)
class Found:
    """A critical point that was looked up."""

    point: CriticalPoint
    ground: Ground | None
    """What it lies on if it is a minimum; None if it is none."""


@dataclass(frozen=True, eq=False)
class Problem:
    """A finite sum to train on, one to test on, and the window in which both are looked at."""

    train: FiniteSum
    test: FiniteSum
    window: Window
    found: tuple[Found, ...] = ()
    """Critical points that the search has not shown, in the order in which they became known."""
    margin: float = 0.5
    """How far around the window it is searched as well, in widths and heights of the window."""

    @property
    def nbytes(self) -> int:
        """About how many bytes all takes that is known by now."""
        basins: Basins | None = self.__dict__.get("basins")
        looked = self.__dict__.get("_looked_about", ())
        return SEARCH + LOOKED * len(looked) + (basins.nbytes if basins else 0)

    @cached_property
    def _search(self) -> Search:
        return with_surroundings(self.train, self.window, search(self.train, self.window), self.margin)

    @cached_property
    def critical(self) -> tuple[CriticalPoint, ...]:
        """The critical points known of the training loss: in and around the window, the lowest first, then others."""
        return (*self._search.points, *(found.point for found in self.found))

    @cached_property
    def minima(self) -> tuple[CriticalPoint, ...]:
        """The minima among them; their order is that of the basins' labels.

        A degenerate point counts where it is lower than all around it, or where it stands for a valley of equal minima.
        """
        return tuple(self._grounds)

    @cached_property
    def _grounds(self) -> dict[CriticalPoint, Ground]:
        """What each of the minima lies on."""
        searched = zip(self._search.points, self._search.grounds, strict=True)
        others = ((found.point, found.ground) for found in self.found)
        return {point: ground for point, ground in (*searched, *others) if ground is not None}

    def lookup(self, points: Array) -> list[Found | None]:
        """The critical point at which each of the points (n, 2) rests, in the window or outside; None if at none.

        What is known already is given as it is known.
        """
        valleys = self.basins.at_rest(points).tolist()
        return [self._at(point, label) for point, label in zip(points, valleys, strict=True)]

    def _at(self, point: Array, valley: int) -> Found | None:
        if valley != NO_BASIN:
            return Found(self.minima[valley], self._grounds[self.minima[valley]])
        found = look_up(self.train, self.window, self._search.scales, point)
        if found is None:
            return None
        for known in self.critical:
            if np.hypot(*np.subtract(known.position, found[0].position)) <= SAME * self.window.diagonal:
                return Found(known, self._grounds.get(known))
        return Found(*found)

    def knowing(self, points: Array) -> "Problem":
        """This problem, with what is found where the points (n, 2) rest: itself if that is nothing new.

        What is known keeps its place, so that labels and indices mean what they meant; what is new comes behind it.
        Points that are NaN are passed over.
        """
        known: Problem = self
        points = points[np.isfinite(points).all(axis=-1)]
        for point in points[np.sort(self._different(points)[0])]:
            (found,) = known.lookup(point[None])
            if found is not None and found.point not in known.critical:
                known = replace(known, found=(*known.found, found))
                known.__dict__.update({name: self.__dict__[name] for name in SEARCHED if name in self.__dict__})
        return known

    def beyond(self, points: Array) -> Array:
        """Where descents from the points (n, 2) end, if in a minimum that is not known; else NaN; shape (n, 2)."""
        labels, ends = self.basins.follow(points, DESCENT)
        place = np.full_like(ends, np.nan)
        still = norm(flow_step(self.train, ends, self.window.diagonal)) <= SAME * self.window.diagonal
        near = norm(ends - self.window.center) < FAR * self.window.diagonal  # Whoever diverges need not be looked for.
        lost = np.flatnonzero((labels == NO_BASIN) & still & near)
        if len(lost):
            first, which = self._different(ends[lost])
            found = self.lookup(ends[lost[first]])
            new = [each is not None and each.ground is not None and each.point not in self.minima for each in found]
            there = lost[np.array(new)[which]]
            place[there] = ends[there]
        return place

    def lowest_about(self, places: Array) -> Array:
        """The loss (n,) of the lowest minimum that is found around each of the places (n, 2); +∞ where there is none.

        It is looked for as far around as half a window of this one's size, and in a window so wide that it shows this
        one, too. Places that are near to one another share both: the answer depends on nothing but the place. In a
        window with a crowd of critical points nothing is looked for: it has been searched, and goes on like that.
        """
        lowest = np.full(len(places), np.inf)
        asked = ~(self.window.contains(places) & (len(self._search.points) > CROWDED))
        if asked.any():
            lowest[asked] = self._lowest_about(places[asked])
        return lowest

    def _lowest_about(self, places: Array) -> Array:
        """The loss (n,) of the lowest minimum around each of the places (n, 2); it is looked for around all of them."""
        sides = np.array([self.window.width, self.window.height])
        offsets = places - self.window.center
        middles = self.window.center + (np.floor(offsets / sides + SHIFT) + 0.5 - SHIFT) * sides
        far = np.maximum(np.abs(offsets).max(axis=1, initial=0.0), 0.5 * sides.max())
        reaches = WIDER * SHIFT * sides.max() * np.exp2(np.ceil(np.log2(far / (SHIFT * sides.max()))))
        x, y = self.window.center.tolist()
        near = [self._lowest_in(*middle, *sides.tolist()) for middle in middles.tolist()]
        wide = [self._lowest_in(x, y, reach, reach) for reach in reaches.tolist()]
        return np.minimum(near, wide)

    def _lowest_in(self, x: float, y: float, across: float, up: float) -> float:
        """The loss of the lowest minimum that is found so far around a place; remembered, for it is asked for again."""
        key = x, y, across, up
        known = self._looked_about.get(key)
        if known is not None:
            return known
        found = search(self.train, Window(x - across, x + across, y - up, y + up), halvings=0)
        minima = zip(found.points, found.grounds, strict=True)
        lowest = min((point.value for point, ground in minima if ground is not None), default=np.inf)
        if len(self._looked_about) >= MOST_LOOKED:
            self._looked_about.clear()
        self._looked_about[key] = lowest
        return lowest

    @cached_property
    def _looked_about(self) -> dict[tuple[float, float, float, float], float]:
        return {}

    def _different(self, points: Array) -> tuple[Labels, Labels]:
        """The index of one of the points (n, 2) at each place, and the place of each of them, (n,)."""
        rounded = np.round(points / (APART * self.window.diagonal))
        _, first, which = np.unique(rounded, axis=0, return_index=True, return_inverse=True)
        return first, which.reshape(-1)

    @property
    def complete(self) -> bool:
        """Whether the search of the window can have missed none, as far as its finest grid tells; no proof."""
        return self._search.complete

    @cached_property
    def saddles(self) -> tuple[CriticalPoint, ...]:
        """The saddles among them, the lowest first."""
        return tuple(point for point in self.critical if point.kind is CriticalKind.SADDLE)

    @cached_property
    def basins(self) -> Basins:
        """In which of the minima the full-batch descent ends."""
        return find_basins(self.train, self.window, self.minima, tuple(self._grounds.values()))

    @cached_property
    def lowest(self) -> float | None:
        """The loss of the lowest known minimum; None if none is known."""
        return min((minimum.value for minimum in self.minima), default=None)

    @cached_property
    def as_low(self) -> float:
        """Up to which loss a minimum is as low as the lowest known one, but for rounding; −∞ if none is known."""
        if self.lowest is None:
            return -np.inf
        low = [point.position for point in self.minima if point.value <= self.lowest + AS_LOW * self.units.loss]
        return self.lowest + float(self.rounding(np.array(low)).max())

    def rounding(self, places: Array) -> Array:
        """What the losses of minima that were found at the places (n, 2) may be more or less, for rounding; (n,).

        It is read off right beside them: what the loss comes to far up the walls of a window says nothing of it.
        """
        with np.errstate(all="ignore"):
            loss = self.train.value(places)
            beside = self.train.value(places[:, None] + NEARLY * self.window.diagonal * CIRCLE)
            change = np.abs(beside - loss[:, None]).max(axis=1) + np.spacing(np.abs(loss))
        return np.asarray(np.fmin(ROUNDED * change, AS_LOW * self.units.loss))

    @cached_property
    def proof(self) -> Proof | None:
        """Why the training loss is nowhere lower than that, in the window or out of it; None if that is not proved."""
        if self.lowest is None:
            return None
        equal = min(self.as_low - self.lowest, PROVED * self.units.loss)
        return proof(self.train, self.critical, self.lowest, equal)

    @property
    def _grid(self) -> Array:
        return self.window.grid(SCALE_GRID, SCALE_GRID).reshape(-1, 2)

    @cached_property
    def _grid_losses(self) -> Array:
        with np.errstate(all="ignore"):
            return self.train.value(self._grid)

    @cached_property
    def _grid_slopes(self) -> Array:
        with np.errstate(all="ignore"):
            return norm(self.train.gradient(self._grid))

    @property
    def smooth(self) -> bool:
        """Whether the training loss has a gradient wherever it is finite, as far as a grid over the window tells."""
        return bool(np.isfinite(self._grid_slopes[np.isfinite(self._grid_losses)]).all())

    @cached_property
    def units(self) -> Units:
        """The problem's own units, from a regular grid over the window."""
        with np.errstate(all="ignore"):
            loss, slope = self._grid_losses, self._grid_slopes
            curvature = np.max(np.abs(eigenvalues(self.train.hessian(self._grid))), axis=-1)
            height = loss - np.min(loss[np.isfinite(loss)], initial=np.inf)
        length, scale = self.window.diagonal, _median(height)
        return Units(
            length=length,
            loss=scale,
            gradient=_median(slope),
            curvature=max(_median(curvature), BEND * scale / length**2),
        )


def _median(values: Array) -> float:
    """The median of the finite values; 1 where it is 0 or there are none."""
    finite = values[np.isfinite(values)]
    return (float(np.median(finite)) if len(finite) else 0.0) or 1.0
