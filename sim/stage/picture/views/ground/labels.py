"""What the marks on the map are: kind, loss and eigenvalues of each critical point."""

from collections.abc import Iterator

import numpy as np
import pygame

from .....surface.critical.point import CriticalPoint
from ....drawing.canvas import Canvas
from ....style import text
from ....style.numbers import number
from ..context import ViewContext

ROUNDING = 1e-12
NUMBERED = 9  # Minima carry their numbers on the map unless there are more of them.


def draw_labels(canvas: Canvas, context: ViewContext) -> None:
    """Two lines at each critical point, the lowest first; none where they would lie over another's."""
    taken = [mark(context, point) for point in context.problem.critical]
    if len(context.problem.minima) <= NUMBERED:
        taken += [
            rect.move(rect.width, -rect.height // 2) for rect in (mark(context, m) for m in context.problem.minima)
        ]
    for point in context.problem.critical:
        lines, size = _lines(context, point), round(0.8 * context.em)
        sizes = [text.label_size(line, size) for line in lines]
        step = sizes[0][1] - 2 * max(1, size // 10) - size // 4
        width = max(wide for wide, _ in sizes)
        for place in _places(mark(context, point), (width, step + sizes[1][1])):
            if context.area.contains(place) and place.collidelist(taken) < 0:
                for row, (line, (wide, _)) in enumerate(zip(lines, sizes, strict=True)):
                    corner = (place.left + (width - wide) // 2, place.top + row * step)
                    canvas.label(line, corner, size, context.theme.text, context.theme.halo)
                taken.append(place)
                break


def mark(context: ViewContext, point: CriticalPoint) -> pygame.Rect:
    """What the point's own mark takes up."""
    rect = pygame.Rect(0, 0, round(0.9 * context.em), round(0.9 * context.em))
    rect.center = tuple(round(part) for part in context.pixel(np.array(point.position)))
    return rect


def _places(mark: pygame.Rect, size: tuple[int, int]) -> Iterator[pygame.Rect]:
    """Below the mark, above it, to its right and to its left."""
    place = pygame.Rect((0, 0), size)
    place.midtop = mark.midbottom
    yield place.copy()
    place.midbottom = mark.midtop
    yield place.copy()
    place.midleft = mark.midright
    yield place.copy()
    place.midright = mark.midleft
    yield place


def _rounded(context: ViewContext, loss: float) -> float:
    """The loss without what rounding has left of a zero."""
    return 0.0 if abs(loss) < ROUNDING * context.problem.units.loss else loss


def _lines(context: ViewContext, point: CriticalPoint) -> tuple[str, str]:
    theme = context.theme
    lower, upper = (number(value) for value in point.eigenvalues)
    loss = number(_rounded(context, point.value))
    return theme.say("{kind}, L = {loss}", kind=theme.say(point.kind.value), loss=loss), f"κ = {lower}, {upper}"
