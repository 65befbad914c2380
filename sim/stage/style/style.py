"""How a page looks: its colours, and the sizes of type and strokes, which all follow from one em."""

from dataclasses import dataclass

from .theme import Theme


def stroke_of(em: int) -> float:
    """The width of thin lines beside type of that height, in pixels: 1 at the usual size."""
    return em / 15


def hairline(em: int) -> int:
    """The width of frames, grids and cursors, in pixels, beside type of that height."""
    return max(1, round(stroke_of(em)))


@dataclass(frozen=True, slots=True)
class Style:
    """Colours and sizes, and what there is room for."""

    theme: Theme
    em: int
    notes: bool = True
    """Whether there is room for the figures' notes."""
    names: bool = True
    """Whether there is room for the names of axes."""

    @property
    def heading(self) -> int:
        """Height of the page's title."""
        return round(1.4 * self.em)

    @property
    def title(self) -> int:
        """Height of a figure's title."""
        return round(1.1 * self.em)

    @property
    def small(self) -> int:
        """Height of what stands around a plot."""
        return max(10, round(0.88 * self.em))

    @property
    def tiny(self) -> int:
        """Height of numbers within a plot, and of notes."""
        return max(9, round(0.78 * self.em))

    @property
    def line(self) -> int:
        """Width of a line of data."""
        return max(2, round(0.15 * self.em))

    @property
    def thin(self) -> int:
        """Width of the line of an interval."""
        return max(1, round(0.09 * self.em))

    @property
    def hair(self) -> int:
        """Width of the grid's lines."""
        return max(1, round(0.06 * self.em))

    @property
    def dot(self) -> float:
        """Radius of a point."""
        return max(2.5, 0.27 * self.em)
