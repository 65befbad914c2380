"""How a scene wants to be seen."""

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, Le

from ..base.limits import LEAST_TILT, MOST_TILT


@dataclass(frozen=True, slots=True)
class LandView:
    """Maps, or blocks of land, and on which ground the marbles stand."""

    kind: Literal["map", "relief"] = "map"
    yaw: Annotated[float, Ge(-180), Le(180)] = -16.0
    """Degrees by which a block of land is turned clockwise, seen from above."""
    tilt: Annotated[float, Ge(LEAST_TILT), Le(MOST_TILT)] = 44.0
    """Degrees by which it is looked at aslant: 0 would be straight down."""
    ground: Literal["still", "moving"] = "still"
    """The training loss, or in each lane the loss that its next update descends."""
    maps: Literal["apart", "together"] = "apart"
    """One for each lane, or one on which all marbles run."""


USUAL_VIEW = LandView()
"""What is seen of a scene that does not say how it wants to be seen."""
