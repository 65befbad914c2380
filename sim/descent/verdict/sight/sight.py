"""What a judge sees of many runs at the ends of blocks: where they are on the surface, and how they move on it.

Every length is held against one of the surface where the marble is: the way to its minimum, the reach of a saddle.
"""

from typing import NamedTuple

import numpy as np

from ....surface.basins import Labels
from ....surface.points import Array, Mask, norm
from ...examples.chance import Indices
from ...problem import Problem
from ..blocks import Progress
from .creases import creased
from .ends import Ends, Held
from .leaving import GROWING, grows_on, swells
from .plateaus import on_plateaus
from .rests import LEVEL, MAXIMUM, MINIMUM, MOVING, RIDGE, SADDLE, SLOPE, resting, still_resting
from .saddles import lingering
from .tolerances import AT_HAND, LEAVING

REST_DISTANCE = 2e-3  # How far a marble at rest may still come, in window diagonals: a pixel or two of a panel.
REST_WAY = 1e-4  # The longest way of a block that begins a rest, in window diagonals.
# The longest way of such a block on a slope, where a rule with weight decay may rest as well; others must stand still.
BALANCED_WAY = 5e-6
# The way of a block that goes on with a rest, over the first one's; of one at a minimum it may be of any length.
RESTLESS = 10.0
ROUNDING = 1e-15  # Length of a movement that is no more than rounding, in window diagonals.
FAR_AWAY = 1e6  # Distance from the window's centre, in diagonals, below which nothing counts as diverging.


class Sight(NamedTuple):
    """What is seen of M runs at the ends of K blocks; each part of shape (K, M), or one look's of shape (M,)."""

    basin: Labels
    """The label of the basin."""
    rest: Labels
    """On what it has come to rest, or MOVING."""
    stays: Labels
    """On what one that has come to rest still does."""
    lowest: Mask
    """Whether the minimum on which it has come to rest, if it has, is as low as the lowest known."""
    stays_lowest: Mask
    """Whether the minimum on which it still rests is as low as the lowest known."""
    at: Labels
    """Index of the saddle at which it lingers."""
    still_at: Labels
    """Index of the saddle at which one that has lingered still does."""
    plateau: Mask
    """Whether it crosses a plateau."""
    still_plateau: Mask
    """Whether one that has been crossing a plateau still does."""
    bouncing: tuple[Mask, ...]
    """Whether it swings to and fro and no less than before, over each of BOUNCES, not by noise: see `Progress`."""
    turning: Mask
    """Whether it swings to and fro by however little, not by noise."""
    crease: Mask
    """Whether the gradient jumps where one turns that swings to and fro."""
    longest: Array
    """The longest of the last SWING movements."""
    swelling: Mask
    """Whether it is outside of the window and gets farther at a growing pace: that is no bounce which might stay."""
    diverging: Mask
    """Whether it does so far away, and no learning rate that is still to come ends that."""
    adrift: Mask
    """Whether it is far away while one is: it stays nowhere there, however it moves."""
    unmoved: Mask
    """Whether it has taken no step lately that is more than rounding."""
    ended: Mask
    """Whether it is known that it takes none any more."""

    def at_look(self, index: int | tuple[int, Indices]) -> "Sight":
        """What is seen at the end of one of the blocks, of all runs or of some."""
        parts = (tuple(one[index] for one in part) if isinstance(part, tuple) else part[index] for part in self)
        return Sight._make(parts)


def see(problem: Problem, ends: Ends, progress: Progress, held: Held) -> Sight:
    """What is seen of these runs."""
    length = problem.units.length
    with np.errstate(all="ignore"):
        unmoved = (progress.longest <= ROUNDING * length) | held.ended
        spent = progress.longest * held.steps <= REST_DISTANCE * length
        arriving = ((progress.remaining <= REST_DISTANCE * length) & progress.surely) | unmoved
        short = progress.path <= REST_WAY * length
        stilled = spent & short & held.noisy  # By η alone, however movements shrink and grow by chance.
        still = (arriving & short) | stilled | held.ended
        rest, lowest = resting(problem, ends, still, AT_HAND * length)
        # Where there is no minimum, who was thrown there may go on ever faster; and where η rises, beside one as well.
        stopped = unmoved | (progress.path <= ROUNDING * length) | stilled
        still &= ((rest == MINIMUM) & ~held.rising) | progress.slowing | stopped
        rest[~still] = MOVING
        # Where the loss bends down, movements may grow by more than η falls.
        rest[stilled & ~(arriving | held.ended) & np.isin(rest, (SADDLE, MAXIMUM, RIDGE))] = MOVING
        slow = (progress.path <= RESTLESS * REST_WAY * length) | held.ended
        stays, stays_lowest = still_resting(problem, ends, slow, LEAVING * AT_HAND * length)
        for part, slack in ((rest, 1.0), (stays, RESTLESS)):
            stands = (held.for_good & unmoved) | (still & spent) | (spent & slow & held.noisy)
            if held.factors is not None:  # A way is short as well where η is: it must be without that, to begin with.
                stands |= progress.path <= slack * BALANCED_WAY * length * (held.factors if slack == 1 else 1.0)
            part[(part == SLOPE) & ~stands] = MOVING
        stays[(progress.growing > 1) & held.by_itself & np.isin(stays, (RIDGE, LEVEL, SLOPE))] = MOVING
        at, still_at = lingering(problem, ends, progress.path)
        plateau, still_plateau = on_plateaus(problem, ends)
        swinging = np.any(progress.bouncing, axis=0)
        swelling = swells(problem, ends.theta, progress.grown)
        far = norm(ends.theta - problem.window.center) > FAR_AWAY * length
        diverging = swelling & (progress.growing >= GROWING) & far
        unsure = diverging & held.falling
        if unsure.any():
            unstable, to_come = (np.broadcast_to(part, unsure.shape)[unsure] for part in (held.unstable, held.to_come))
            diverging[unsure] = grows_on(problem, ends.theta[unsure], unstable, to_come)
        crease = np.zeros(still.shape, dtype=np.bool_)
        if swinging.any():
            crease[swinging] = creased(problem, ends.way(swinging))
        return Sight(
            basin=ends.basin,
            rest=rest,
            stays=stays,
            lowest=lowest,
            stays_lowest=stays_lowest,
            at=at,
            still_at=still_at,
            plateau=plateau,
            still_plateau=still_plateau,
            bouncing=progress.bouncing,
            turning=progress.turning,
            crease=crease,
            longest=progress.longest,
            swelling=swelling,
            diverging=diverging,
            adrift=far & held.falling,
            unmoved=unmoved,
            ended=held.ended,
        )
