"""Critical points for tests that ask for nothing else of a search."""

from sim.surface.critical.point import CriticalPoint
from sim.surface.critical.search import CELLS, search
from sim.surface.protocol import Surface, Window


def critical_points(surface: Surface, window: Window, cells: int = CELLS) -> tuple[CriticalPoint, ...]:
    """Every critical point of the surface in the window, the lowest first."""
    return search(surface, window, cells).points
