"""Leaders: the lines that lead from words to marks that are not beside them."""

import math
from collections.abc import Sequence

import pygame

from ..words.stretch import Line


def leader_of(mark: pygame.Rect, place: pygame.Rect) -> Line:
    """From a mark to words there; the mark itself is to be seen."""
    x, y = mark.center
    end = min(max(x, place.left), place.right), min(max(y, place.top), place.bottom)
    short = min(1.0, 0.5 * mark.width / max(math.dist(end, (x, y)), 1.0))
    return (x + short * (end[0] - x), y + short * (end[1] - y)), end


def runs_over(leader: Line, places: Sequence[pygame.Rect], leaders: Sequence[Line]) -> bool:
    """Whether a leader runs through other words, or over another leader."""
    (x0, y0), (x1, y1) = leader
    about = pygame.Rect(min(x0, x1) - 1, min(y0, y1) - 1, abs(x1 - x0) + 3, abs(y1 - y0) + 3)
    near = (places[number] for number in about.collidelistall(places))
    return any(place.clipline(*leader) for place in near) or any(_cross(leader, other) for other in leaders)


def _cross(one: Line, other: Line) -> bool:
    """Whether two lines cross: the ends of each are on both sides of the other."""
    return _parts(one, other) and _parts(other, one)


def _parts(line: Line, other: Line) -> bool:
    (x, y), (right, below) = line
    sides = [(right - x) * (down - y) - (below - y) * (across - x) for across, down in other]
    return sides[0] * sides[1] < 0
