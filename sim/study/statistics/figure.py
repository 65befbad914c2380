"""A study's result as a figure to be drawn: what stands where, but no colour and no pixel."""

from dataclasses import dataclass

from .end_kind import EndKind


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
    percent: bool = False
    """Whether its numbers are shares of a whole, to be written in per cent."""
    counts: bool = False
    """Whether there is nothing between whole numbers."""
    told: tuple[float, ...] = ()
    """Its numbers, where there is room for all of them; else such as are usual."""


@dataclass(frozen=True, slots=True)
class Line:
    """Points joined by a line, with a gap wherever one is not finite."""

    name: str
    """What the legend says; empty: nothing."""
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    """The lower ends of the intervals, one a point; empty: none are known. NaN: not this one, −∞: beyond the axis."""
    high: tuple[float, ...] = ()
    hue: int = 0
    """Which of the theme's lane colours."""
    dashed: bool = False
    dots: bool = True
    """Whether the points are marked."""
    steps: bool = False
    """Whether it stays as it is until the next point."""
    badge: bool = False
    """Whether the badge of the lane that has its hue stands on it."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One of the shares that a stack consists of."""

    name: str
    share: float
    low: float
    """The ends of its interval; NaN: none is known. Where they are equal, nothing is left to chance."""
    high: float
    end: EndKind
    """Where these seeds end, which decides the colour."""
    minimum: int = -1
    """Which minimum it is, if it is one."""


@dataclass(frozen=True, slots=True)
class Stack:
    """Shares of a whole that add up to it, one upon the other as one bar, at a place of the x axis."""

    name: str
    place: int
    layers: tuple[Layer, ...]
    """From the bottom to the top; empty: nothing is known yet."""
    low: tuple[float, ...] = ()
    """The lower ends of the intervals of all that lies below an edge, for each edge between two layers."""
    high: tuple[float, ...] = ()
    hue: int = 0


@dataclass(frozen=True, slots=True)
class HeatMap:
    """A number for each pair of values.

    The places of an axis are 0, 1, 2 …, unless it has no names but both ends: then they share the stretch between.
    """

    name: str
    """What the colour means."""
    rows: tuple[tuple[float, ...], ...]
    """From the bottom to the top; a NaN is left blank."""
    low: float = 0.0
    """The number that has the faintest colour."""
    high: float = 1.0
    """The number that has the strongest colour."""
    percent: bool = False
    """Whether they are shares of a whole, to be written in per cent."""


Mark = Line | Stack | HeatMap


@dataclass(frozen=True, slots=True)
class Figure:
    """Marks in one frame."""

    title: str
    x: Axis
    y: Axis
    marks: tuple[Mark, ...]
    note: str = ""
    """A sentence below it: how many runs, what the intervals are."""
    bare: str | None = None
    """What stands there instead where no interval beside a stacked bar is long enough to be seen; None: the same."""


@dataclass(frozen=True, slots=True)
class Page:
    """Figures side by side under one title."""

    title: str
    figures: tuple[Figure, ...]
    note: str = ""
