"""A study's result as a figure to be drawn: what stands where, but no colour and no pixel."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Axis:
    """One direction of a figure."""

    label: str
    """What is measured, with its unit."""
    low: float | None = None
    """Where it begins; None: where the data does."""
    high: float | None = None
    log: bool = False
    names: tuple[str, ...] = ()
    """If there are any, the places 0, 1, 2 … are not numbers but these."""


@dataclass(frozen=True, slots=True)
class Line:
    """Points joined by a line."""

    name: str
    """What the legend says; empty: nothing."""
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    """The lower ends of the intervals, one a point; empty: none are known."""
    high: tuple[float, ...] = ()
    hue: int = 0
    """Which of the theme's lane colours."""
    dashed: bool = False
    dots: bool = True
    """Whether the points are marked."""
    steps: bool = False
    """Whether it stays as it is until the next point, as a survival curve does."""


@dataclass(frozen=True, slots=True)
class Bars:
    """Shares of a whole, side by side at the places 0, 1, 2 … of the x axis."""

    name: str
    heights: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    hue: int = 0


@dataclass(frozen=True, slots=True)
class HeatMap:
    """A number for each pair of values; the places of both axes are 0, 1, 2 …"""

    name: str
    """What the colour means."""
    rows: tuple[tuple[float, ...], ...]
    """From the bottom to the top; a NaN is left blank."""
    low: float = 0.0
    """The number that has the faintest colour."""
    high: float = 1.0
    """The number that has the strongest colour."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Marks in one frame."""

    title: str
    x: Axis
    y: Axis
    marks: tuple[Line | Bars | HeatMap, ...]
    note: str = ""
    """A sentence below it: how many runs, what the intervals are."""


@dataclass(frozen=True, slots=True)
class Page:
    """Figures side by side under one title."""

    title: str
    figures: tuple[Figure, ...]
    note: str = ""
