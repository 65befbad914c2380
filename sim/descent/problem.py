"""What is minimised: training and test loss on a window, and what is known of them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..surface.basins import Basins, find_basins
from ..surface.critical import CriticalPoint, Kind, Search, search
from ..surface.ground import Ground
from ..surface.points import Array, eigenvalues, norm
from ..surface.proof import Proof, proof
from ..surface.protocol import Window
from .examples import FiniteSum

SCALE_GRID = 32  # Points along each side from which a problem's own scales are read.


@dataclass(frozen=True, slots=True)
class Scale:
    """The problem's own units: every tolerance is relative to one of these."""

    length: float
    """The window's diagonal."""
    loss: float
    """Median training loss over the window, above its least there."""
    gradient: float
    """Median ‖∇L‖ over the window."""
    curvature: float
    """Median largest |eigenvalue| of ∇²L over the window."""


@dataclass(frozen=True, eq=False)
class Problem:
    """A finite sum to train on, one to test on, and the window in which both are looked at."""

    train: FiniteSum
    test: FiniteSum
    window: Window

    @cached_property
    def _search(self) -> Search:
        return search(self.train, self.window)

    @property
    def critical(self) -> tuple[CriticalPoint, ...]:
        """The critical points of the training loss that are known in the window, the lowest first."""
        return self._search.points

    @cached_property
    def minima(self) -> tuple[CriticalPoint, ...]:
        """The minima among them, the lowest first; their order is that of the basins' labels.

        A degenerate point counts where it is lower than all around it, or where it stands for a valley of equal minima.
        """
        return tuple(self._grounds)

    @cached_property
    def _grounds(self) -> dict[CriticalPoint, Ground]:
        """What each of the minima lies on."""
        found = zip(self._search.points, self._search.grounds, strict=True)
        return {point: ground for point, ground in found if ground is not None}

    @property
    def complete(self) -> bool:
        """Whether the search of the window can have missed none, as far as its finest grid tells; no proof."""
        return self._search.complete

    @cached_property
    def saddles(self) -> tuple[CriticalPoint, ...]:
        """The saddles among them, the lowest first."""
        return tuple(point for point in self.critical if point.kind is Kind.SADDLE)

    @cached_property
    def basins(self) -> Basins:
        """In which of the minima the full-batch descent ends."""
        return find_basins(self.train, self.window, self.minima, tuple(self._grounds.values()))

    @property
    def lowest(self) -> float | None:
        """The loss of the lowest known minimum; None if none is known."""
        return min((minimum.value for minimum in self.minima), default=None)

    @cached_property
    def proof(self) -> Proof | None:
        """Why the training loss is nowhere lower than that, in the window or out of it; None if that is not proved."""
        return None if self.lowest is None else proof(self.train, self.critical, self.lowest, self.scale.loss)

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
    def scale(self) -> Scale:
        """The problem's own units, from a regular grid over the window."""
        with np.errstate(all="ignore"):
            loss, slope = self._grid_losses, self._grid_slopes
            curvature = np.max(np.abs(eigenvalues(self.train.hessian(self._grid))), axis=-1)
        return Scale(
            length=self.window.diagonal,
            loss=_median(loss - np.min(loss[np.isfinite(loss)], initial=np.inf)),
            gradient=_median(slope),
            curvature=_median(curvature),
        )


def _median(values: Array) -> float:
    """The median of the finite values; 1 where it is 0 or there are none."""
    finite = values[np.isfinite(values)]
    return (float(np.median(finite)) if len(finite) else 0.0) or 1.0
