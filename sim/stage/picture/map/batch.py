"""The loss of one batch over a whole map, fast enough to be drawn anew for each batch."""

import numpy as np

from ....descent.examples.chance import Indices
from ....descent.problem import Problem
from ....surface.points import Array
from ...drawing.camera import Camera, smoothed
from ...style.cache import cached

COARSE = 48  # Nodes along a side at which it is computed how a batch's loss differs, at most.
FEWEST = 12  # Nodes along such a side at least.
PAIRS = 1_000_000  # Losses of examples at nodes that are computed beforehand and kept, at most.
BATCH_PAIRS = 60_000  # Losses computed anew for each batch, where examples are too many to keep theirs.


def batch_heights(problem: Problem, camera: Camera, batch: Indices, fine_side: int) -> Array:
    """L_B on a grid, so many nodes along the longer side: L there, and the smoother difference from a coarse one."""
    train, fine = problem.train, _full_heights(problem, camera, fine_side)
    with np.errstate(all="ignore"):
        if train.count * FEWEST**2 <= PAIRS:
            side = _side(camera, PAIRS // train.count)
            coarse = _example_heights(problem, camera)[batch].mean(axis=0)
        else:
            side = _side(camera, BATCH_PAIRS // len(batch))
            coarse = train.value(camera.grid(side), batch)
        difference = coarse - _full_heights(problem, camera, side)
        places = (np.linspace(0, nodes - 1, size) for nodes, size in zip(difference.shape, fine.shape, strict=True))
        return np.asarray(fine + smoothed(difference, *places))


@cached
def _full_heights(problem: Problem, camera: Camera, side: int) -> Array:
    with np.errstate(all="ignore"):
        return problem.train.value(camera.grid(side))


@cached
def _example_heights(problem: Problem, camera: Camera) -> Array:
    """ℓ of each example on the grid (N, rows, columns): a batch's loss is the mean of some."""
    train = problem.train
    grid = camera.grid(_side(camera, PAIRS // train.count))
    with np.errstate(all="ignore"):
        return np.stack([train.value(grid, np.array([example])) for example in range(train.count)])


def _side(camera: Camera, nodes: int) -> int:
    """Nodes along the map's longer side for about so many in all, within the limits."""
    shape = max(camera.width, camera.height) / min(camera.width, camera.height)
    return int(np.clip(np.sqrt(nodes * shape), FEWEST, COARSE))
