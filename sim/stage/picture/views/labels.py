"""What the marks on the map are: kind, loss and eigenvalues of each critical point."""

from collections.abc import Iterator

import numpy as np
import pygame

from ....surface.critical.point import CriticalPoint
from ...drawing.canvas import Canvas
from ...style import text
from ...style.numbers import number
from .look import Look

ROUNDING = 1e-12
NUMBERED = 9  # Minima carry their numbers on the map unless there are more of them.


def draw_labels(canvas: Canvas, look: Look) -> None:
    """Two lines at each critical point, the lowest first; none where they would lie over another's."""
    taken = [mark(look, point) for point in look.problem.critical]
    if len(look.problem.minima) <= NUMBERED:
        taken += [rect.move(rect.width, -rect.height // 2) for rect in (mark(look, m) for m in look.problem.minima)]
    for point in look.problem.critical:
        lines, size = _lines(look, point), round(0.8 * look.em)
        sizes = [text.label_size(line, size) for line in lines]
        step = sizes[0][1] - 2 * max(1, size // 10) - size // 4
        width = max(wide for wide, _ in sizes)
        for place in _places(mark(look, point), (width, step + sizes[1][1])):
            if look.area.contains(place) and place.collidelist(taken) < 0:
                for row, (line, (wide, _)) in enumerate(zip(lines, sizes, strict=True)):
                    corner = (place.left + (width - wide) // 2, place.top + row * step)
                    canvas.label(line, corner, size, look.theme.text, look.theme.halo)
                taken.append(place)
                break


def mark(look: Look, point: CriticalPoint) -> pygame.Rect:
    """What the point's own mark takes up."""
    rect = pygame.Rect(0, 0, round(0.9 * look.em), round(0.9 * look.em))
    rect.center = tuple(round(part) for part in look.pixel(np.array(point.position)))
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


def _rounded(look: Look, loss: float) -> float:
    """The loss without what rounding has left of a zero."""
    return 0.0 if abs(loss) < ROUNDING * look.problem.scale.loss else loss


def _lines(look: Look, point: CriticalPoint) -> tuple[str, str]:
    theme = look.theme
    lower, upper = (number(value) for value in point.eigenvalues)
    loss = number(_rounded(look, point.value))
    return theme.say("{kind}, L = {loss}", kind=theme.say(point.kind.value), loss=loss), f"λ = {lower}, {upper}"
