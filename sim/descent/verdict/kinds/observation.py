"""What verdicts follow from: what is seen of marbles, and what is remembered of them."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ....surface.points import Array, Mask
from ...examples.chance import Indices
from ..sight.sight import Sight


class Observation(NamedTuple):
    """What verdicts on M marbles follow from, at K moments (K, M) or at one (M,): what is seen and remembered."""

    sight: Sight
    stay: Indices
    """For how many updates it has been in its basin, since it reached the core; or outside of all that are known."""
    inside: Mask
    """Whether it is in one of these."""
    reached: Mask
    """Whether it has been in the core of one."""
    dwelt: Indices
    """For how many updates it has been in the one that it is in: since it came to the core, or else over a ridge."""
    moved: Mask
    """Whether it has come to such a basin from somewhere else."""
    swing: Array
    """The longest of the movements before the present verdict began, (M,)."""
    strayed: Mask
    """Whether it is farther from where that began than one may come who rests on no minimum; (M,)."""
    lull: Mask
    """Whether it has once started up from a rest in its basin, and lies still for no longer than between bursts; (M,).
    """
    roams: Mask
    """Whether it is in no known basin for long, and swung from well to well when that was asked last; (M,)."""
    span: int
    """Over how many updates a marble of this lane must make no progress to rattle."""
    calm: "Calm"
    """Who makes no progress in noise, over so many spans, of those of whom that is asked."""
    straying: Mask
    """Whether it is in noise outside of the window, and has got farther from it block by block for long."""
    falling: Mask
    """Whether its loss goes on falling in noise, as was seen over the last of ever longer spans, and η does not."""

    def at(
        self, index: int | tuple[int, Indices], swing: Array, strayed: Mask, lull: Mask, roams: Mask
    ) -> "Observation":
        """What is seen at one of the moments, of all runs or of some, whose present verdicts have these parts."""
        return self._replace(
            sight=self.sight.at_look(index),
            stay=self.stay[index],
            inside=self.inside[index],
            reached=self.reached[index],
            dwelt=self.dwelt[index],
            moved=self.moved[index],
            swing=swing,
            strayed=strayed,
            lull=lull,
            roams=roams,
            straying=self.straying[index],
            falling=self.falling[index],
        )


Calm = Callable[[int, Mask], Mask]
"""Asked of those alone of whom all else is true, since the answer costs much; all others have a no."""


def granted(_: int, asked: Mask) -> Mask:
    """A yes to all, who are not known to be calm: what is then not true does not turn on it."""
    return asked


def denied(_: int, asked: Mask) -> Mask:
    """A no to all."""
    return np.zeros_like(asked)
