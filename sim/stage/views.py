"""The views by their names, and how they lie on maps, by which words are laid out there.

What each is called, shows and draws stands in `picture.views`, under the same names.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


@dataclass(frozen=True, slots=True)
class OnMap:
    """What words on a map go by of a view: nothing where it lies below them, or elsewhere."""

    row: int = 0
    """Which row of sentences at the map's upper left is its own, counted from 1; 0: it has no sentence there."""
    stands: bool = False
    """Whether it stands on the map in one place, and takes that from words; one with a sentence does so, too."""
    moves_words: bool = False
    """Whether words keep off what it draws there from moment to moment; they keep off all that stands, anyhow."""


class ViewName(StrEnum):
    """Every view, in the order of menus and, within a layer, of drawing."""

    BATCH_STRIP = "batch strip"
    """The examples, a cell each."""
    MOVING_GROUND = "moving ground", OnMap(row=1)
    """Each marble stands on the loss that its next update descends."""
    LOSS_SCALE = "loss scale", OnMap(stands=True)
    BATCH_SURFACE = "batch surface", OnMap(row=3)
    GRADIENTS = "gradients", OnMap(row=2)
    MOMENTUM = "momentum", OnMap(moves_words=True)
    FORMULA = "formula", OnMap(moves_words=True)
    NEXT_STEP = "next step", OnMap(moves_words=True)
    HESSIAN = "hessian", OnMap(row=5)
    BASINS = "basins"
    TEST_SURFACE = "test surface", OnMap(row=4)
    LABELS = "labels"

    on_map: OnMap

    def __new__(cls, name: str, on_map: OnMap = OnMap()) -> Self:
        """The view that is called so in the tour, in scripts and, with hyphens, on the command line."""
        view = str.__new__(cls, name)
        view._value_ = name
        view.on_map = on_map
        return view


CAPTIONED = tuple(sorted((view for view in ViewName if view.on_map.row), key=lambda view: view.on_map.row))
"""Views with a sentence at the map's upper left, in the order of their rows."""
STANDING = frozenset((*CAPTIONED, *(view for view in ViewName if view.on_map.stands)))
"""Views that stand on maps at all moments, and take room from words."""
LAID_OUT_BY = STANDING.union(view for view in ViewName if view.on_map.moves_words)
"""Views that stand on maps at all moments, and others that have a part in where words may stand."""
