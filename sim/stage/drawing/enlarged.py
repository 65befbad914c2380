"""Where things stand in type that is larger than usual: all else makes way before the maps become much smaller."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache, partial

from .layout import LOW_PRESENTED, Layout, More, Yields, asked_type, layout

KEPT = 0.85
"""How large a map is at least in enlarged type, as a share of what it is in type that is not: type ends there."""


@lru_cache(maxsize=32)
def enlarged_layout(
    size: tuple[int, int], lanes: int, aspect: float, controls: bool, presenter: bool, more: More, larger: float = 1.0
) -> Layout:
    """The layout as `layout` has it, but for what makes way for maps: in a presentation, and where type is enlarged.

    There words beside names make way first, then what the chart is higher than it has to be, and at last the chart. A
    presentation has no smaller type than the same window without one.
    """
    laid = partial(layout, size, lanes, aspect, controls, presenter)
    if presenter:
        places = _presented(partial(laid, larger=larger), more)
        usual = enlarged_layout(size, lanes, aspect, controls, False, more, larger)
        return places if places.em >= usual.em else usual
    if larger <= 1:
        return laid(more, larger=larger)
    most = asked_type(size, presenter, larger)

    def in_type(way: Yields, em: int) -> Layout:
        return laid(replace(more, yields=way), larger=larger * em / most)

    ways = (Yields.NOTHING, Yields.WORDS) if more.profile else tuple(Yields)
    return _with_land([partial(in_type, way) for way in ways], most, laid(more), aspect)


def _presented(laid: Callable[[More], Layout], more: More) -> Layout:
    """The layout for a projector: what it has to, makes way for maps of a certain height."""
    places = laid(more)
    if more.profile:
        return places
    for way in (Yields.WORDS, Yields.CHART_TOO):
        if places.panels[0].map.height >= LOW_PRESENTED * places.em:
            break
        other = laid(replace(more, yields=way))
        places = other if other.em >= places.em else places  # Nothing makes way for smaller type.
    return places


def _with_land(ways: Sequence[Callable[[int], Layout]], most: int, first: Layout, aspect: float) -> Layout:
    """The layout with the largest type that leaves maps what they need, and in which as little as may be makes way.

    ways: the layouts for type of a height in pixels, or less, as more and more makes way.
    most: the largest type that is asked for.
    first: the layout for type that is not enlarged.
    """
    found, least = first, KEPT * _land(first, aspect)
    largest = [laid(most).em for laid in ways]
    em = max(largest)
    while em > found.em:
        for other in (laid(em) for laid, end in zip(ways, largest, strict=True) if em <= end):
            if other.em > found.em and _land(other, aspect) >= least:
                found = other
        em -= 1
    return found


def _land(places: Layout, aspect: float) -> float:
    """Width of the land on a map, if it is seen from straight above: how it is turned decides nothing."""
    area = places.panels[0].map
    return min(area.width, area.height * aspect)
