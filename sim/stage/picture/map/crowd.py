"""Crowds: marbles that hide each other, and beside them the badges of all that lie there."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from pygame import Rect

from ...drawing.canvas import Canvas, Pixel
from ...drawing.glyphs import draw_badge, draw_dashed
from ...style.style import stroke_of
from ...style.theme import Theme

HIDING = 1.8
"""How near marbles hide each other, in their radii."""
STEP, RADIUS, RIM = 1.05, 0.36, 0.5
"""From one badge of a row to the next, and how large each is without its rim and with it, in ems."""
ABOVE, HIGHER = 1.7, 2.9
"""How far above its marbles the middle of a row stands, and where something is in the way there, in ems."""
FARTHER = (4.1, 5.3, 6.5, 7.7)
"""How far away a row stands where all places closer to its marbles are taken, in ems."""
ASIDE = 0.7
"""How much nearer to its marbles the end of a row beside them is than its middle would be above them, in ems."""
LED = 2.0
"""How far from its marbles a row ends to which a line leads from them, in ems."""
SIDES = ((0, -1), (0, 1), (1, 0), (-1, 0), (1, -1), (-1, -1), (1, 1), (-1, 1))
"""On which side of its marbles a row stands, across and down: the first choice first."""

Line = tuple[Pixel, Pixel]


class Taken(NamedTuple):
    """What badges keep off."""

    places: Sequence[Rect]
    """What they are not to hide, such as words,"""
    lesser: Sequence[Rect] = ()
    """what they hide rather than these, such as marks,"""
    lines: Sequence[Line] = ()
    """and lines that they stand upon no more gladly."""


class Crowd(NamedTuple):
    """The badges of some marbles that hide each other."""

    badges: tuple[tuple[int, Pixel], ...]
    """Each lane with the middle of its badge, side by side."""
    leader: Line | None
    """A line from the marbles to badges that are not close to them."""


def crowds(marbles: Mapping[int, Pixel], radius: float, area: Rect, em: int, taken: Taken) -> list[Crowd]:
    """The crowds of marbles in an area, of which the middles are at these pixels, by their lanes.

    Badges stand on nothing that is taken, on no marble and on no other badges, wherever there is room.
    """
    places, found = [*taken.places, *(_ball(center, radius) for center in marbles.values())], list[Crowd]()
    for lanes in _together([lane for lane in marbles if area.collidepoint(marbles[lane])], marbles, HIDING * radius):
        x, y = (sum(marbles[lane][axis] for lane in lanes) / len(lanes) for axis in (0, 1))
        row, leader = _row((x, y), radius, len(lanes), area, em, taken._replace(places=places))
        middle = 0.5 * (len(lanes) - 1)
        badges = ((lane, (row.centerx + (turn - middle) * STEP * em, row.centery)) for turn, lane in enumerate(lanes))
        found.append(Crowd(tuple(badges), leader))
        places.append(row)
    return found


def _together(lanes: Sequence[int], marbles: Mapping[int, Pixel], near: float) -> list[list[int]]:
    """Which lanes' marbles are near each other, or near others that are: at least two are together."""
    found = list[list[int]]()
    for lane in sorted(lanes):
        joined = [some for some in found if any(math.dist(marbles[lane], marbles[each]) < near for each in some)]
        found = [some for some in found if some not in joined]
        found.append(sorted([lane, *(each for some in joined for each in some)]))
    return sorted(some for some in found if len(some) > 1)


def draw_crowds(canvas: Canvas, found: Sequence[Crowd], theme: Theme, em: int) -> None:
    """Draw the badges of crowds, each in its lane's colour."""
    for crowd in found:
        with canvas.part("crowd"):
            if crowd.leader is not None:
                draw_dashed(canvas, crowd.leader, theme.muted, theme.halo, stroke_of(em))
            for lane, center in crowd.badges:
                draw_badge(canvas, center, RIM * em, lane, theme.halo)
                draw_badge(canvas, center, RADIUS * em, lane, theme.lane(lane))


def _ball(center: Pixel, radius: float) -> Rect:
    """What a marble takes up."""
    place = Rect(0, 0, round(2 * radius), round(2 * radius))
    place.center = round(center[0]), round(center[1])
    return place


def _row(center: Pixel, radius: float, count: int, area: Rect, em: int, taken: Taken) -> tuple[Rect, Line | None]:
    """Where so many badges of marbles stand, and the line that leads there: the first place that hides nothing, or the
    one that hides least.
    """
    size = round(STEP * count * em), em
    rows = (row.clamp(area) for row in _rows(center, size, em))
    offered = [(row, _leader(center, radius, row, em)) for row in rows]
    return min(offered, key=lambda each: _hidden(each[0], each[1], taken))


def _rows(center: Pixel, size: tuple[int, int], em: int) -> Iterator[Rect]:
    """Where badges of marbles might stand, the first choice first."""
    usual = [(0, -1, ABOVE), (0, -1, HIGHER), (0, 1, ABOVE)]
    further = ((across, down, away) for away in (ABOVE, HIGHER, *FARTHER) for across, down in SIDES)
    for across, down, away in (*usual, *further):
        row = Rect((0, 0), size)
        aside = across * (0.5 * size[0] + (away - ASIDE) * em) if not down else across * 0.5 * size[0]
        row.center = round(center[0] + aside), round(center[1] + down * away * em)
        yield row


def _leader(center: Pixel, radius: float, row: Rect, em: int) -> Line | None:
    """The line from marbles to their badges; None where these are close to them."""
    x, y = center
    end = float(min(max(x, row.left), row.right)), float(min(max(y, row.top), row.bottom))
    gap = math.dist(end, center)
    if gap <= LED * em:
        return None
    return (x + radius / gap * (end[0] - x), y + radius / gap * (end[1] - y)), end


def _hidden(row: Rect, leader: Line | None, taken: Taken) -> tuple[int, int]:
    """How much badges there hide of what is taken, in pixels and by a line through it, and of the rest how many."""
    hidden = 0
    for index in row.collidelistall(list(taken.places)):
        under = row.clip(taken.places[index])
        hidden += under.width * under.height
    if leader is not None:
        hidden += sum(bool(place.inflate(-2, -2).clipline(leader)) for place in taken.places)
    lesser = len(row.collidelistall(list(taken.lesser))) + sum(bool(row.clipline(line)) for line in taken.lines)
    return hidden, lesser
