"""What the marks on the map are: kind, loss and eigenvalues of each critical point."""

from collections.abc import Iterator

import numpy as np
import pygame

from .....surface.critical.point import CriticalPoint
from ....drawing.canvas import Canvas
from ....style import text
from ....style.numbers import number
from ..context import PLATE, ViewContext, captions_height

ROUNDING = 1e-12
LINE = 1.25  # From one line to the next, in heights of the type.
FLAG = (12, 17)  # Width and height of the flag, in strokes, with some room.
FARTHEST = 3  # Marks by which words stand away from theirs, where there is no room closer to it.
CORNERS = (
    ("midtop", "midbottom"),
    ("midbottom", "midtop"),
    ("midleft", "midright"),
    ("midright", "midleft"),
    ("topleft", "bottomright"),
    ("topright", "bottomleft"),
    ("bottomleft", "topright"),
    ("bottomright", "topleft"),
)
"""Which place of the words stands at which of the mark."""
NUMBERED = 9  # Minima carry their numbers on the map unless there are more of them.


def draw_labels(canvas: Canvas, context: ViewContext) -> None:
    """Two lines at each critical point, the lowest first; none where they would lie over another's."""
    taken = [mark(context, point) for point in context.problem.critical]
    if len(context.problem.minima) <= NUMBERED:
        taken += [
            rect.move(rect.width, -rect.height // 2) for rect in (mark(context, m) for m in context.problem.minima)
        ]
    taken += [_flag(context), _captions(context)]
    size, theme = round(0.8 * context.em), context.theme
    step = round(LINE * size)
    for point in context.problem.critical:
        lines = _lines(context, point)
        width = max(text.width(line, size) for line in lines) + size
        for place in _places(mark(context, point), (width, len(lines) * step)):
            if context.area.contains(place) and place.collidelist(taken) < 0:
                canvas.rect(place, theme.panel, opacity=PLATE)
                for row, line in enumerate(lines):
                    y = place.top + (row + 0.5) * step
                    canvas.text(line, (place.centerx, y), size, theme.text, align=0.5)
                taken.append(place)
                break


def _flag(context: ViewContext) -> pygame.Rect:
    """What the flag at the start takes up."""
    x, y = context.pixel(np.array(context.race.start))
    wide, tall = round(FLAG[0] * context.stroke), round(FLAG[1] * context.stroke)
    return pygame.Rect(round(x) - wide // 4, round(y) - tall, wide, tall)


def _captions(context: ViewContext) -> pygame.Rect:
    """What the lines at the upper edge take up."""
    return pygame.Rect(context.area.topleft, (context.area.width, round(captions_height(context.views) * context.em)))


def mark(context: ViewContext, point: CriticalPoint) -> pygame.Rect:
    """What the point's own mark takes up."""
    rect = pygame.Rect(0, 0, round(0.9 * context.em), round(0.9 * context.em))
    rect.center = tuple(round(part) for part in context.pixel(np.array(point.position)))
    return rect


def _places(mark: pygame.Rect, size: tuple[int, int]) -> Iterator[pygame.Rect]:
    """Below the mark, above it, to its right and to its left, and aslant: first close to it, and then farther away."""
    for away in range(FARTHEST + 1):
        about, place = mark.inflate(2 * away * mark.width, 2 * away * mark.height), pygame.Rect((0, 0), size)
        for own, its in CORNERS:
            setattr(place, own, getattr(about, its))
            yield place.copy()


def _rounded(context: ViewContext, loss: float) -> float:
    """The loss without what rounding has left of a zero."""
    return 0.0 if abs(loss) < ROUNDING * context.problem.units.loss else loss


def _lines(context: ViewContext, point: CriticalPoint) -> tuple[str, str]:
    theme = context.theme
    lower, upper = (number(value) for value in point.eigenvalues)
    loss = number(_rounded(context, point.value))
    return theme.say("{kind}, L = {loss}", kind=theme.say(point.kind.value), loss=loss), f"κ = {lower}, {upper}"
