"""Where runs are at the ends of blocks, and what may hold them there: what is looked at."""

from collections.abc import Callable
from typing import NamedTuple

from ....surface.basins import Labels
from ....surface.points import Array, Mask


class Ends(NamedTuple):
    """Where M runs are at the ends of K blocks, and how they came there."""

    theta: Array
    """Shape (K, M, 2)."""
    ground: Callable[[Mask], tuple[Array, Array]]
    """L (n,) and ∇L (n, 2) there, of those n of (K, M) of whom that is asked."""
    basin: Labels
    """Shape (K, M)."""
    way: Callable[[Mask], Array]
    """The points of the last block, the one before it included, of those n of (K, M) of whom that is asked:
    (DWELL + 1, n, 2)."""
    restless: Mask
    """Who has moved too far for a rest in each of many blocks in a row; (K, M)."""


class Held(NamedTuple):
    """What may hold the marbles of a lane on a slope."""

    factors: Array | None
    """η over the lane's own, of a rule that shrinks θ besides, so that this and the gradient may balance; (K, 1)."""
    for_good: bool | Mask
    """Who takes no step for long never will: the rule answers the same at the same place, or η rises no more; or (K, 1)
    """
    steps: Array
    """All steps that are still to come, as so many of the present η at most, where η fades; else infinite: (K, 1)."""
    noisy: bool
    """Whether there is noise, in which movements shrink and grow by chance."""
    by_itself: Mask
    """Whether movements that grow do so neither by noise nor by a learning rate that rises; (K, 1)."""
    falling: Mask
    """Whether the learning rate is to fall below what it is or was SWING updates before: what grew since may shrink;
    (K, 1)."""
    unstable: Array
    """The curvature from which on a marble swings ever farther by all η that are to come; (K, 1)."""
    to_come: Array
    """What all η that are still to come add up to at most; infinite if to no number, or if unknown: (K, 1)."""
    rising: Mask
    """Whether η has risen since as many updates before as movements are looked at; (K, 1)."""
    ended: Mask
    """Whose η is next to nothing from then on, and who has taken no step any more; (K, M)."""
