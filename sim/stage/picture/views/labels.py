"""What the marks on the map are: kind, loss and eigenvalues of each critical point."""

from collections.abc import Iterator

import numpy as np
import pygame

from ....surface.critical import CriticalPoint
from ...style import text
from ...style.numbers import number
from .look import Look

ROUNDING = 1e-12
NUMBERED = 9  # Minima carry their numbers on the map unless there are more of them.


def draw_labels(target: pygame.Surface, look: Look) -> None:
    """Two lines at each critical point, the lowest first; none where they would lie over another's."""
    taken = [mark(look, point) for point in look.problem.critical]
    if len(look.problem.minima) <= NUMBERED:
        taken += [rect.move(rect.width, -rect.height // 2) for rect in (mark(look, m) for m in look.problem.minima)]
    for point in look.problem.critical:
        picture = _label(look, point)
        for place in _places(mark(look, point), picture.get_size()):
            if look.area.contains(place) and place.collidelist(taken) < 0:
                target.blit(picture, place)
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


def _label(look: Look, point: CriticalPoint) -> pygame.Surface:
    theme, size = look.theme, round(0.8 * look.em)
    lower, upper = (number(value) for value in point.eigenvalues)
    lines = [
        theme.say("{kind}, L = {loss}", kind=theme.say(point.kind.value), loss=number(_rounded(look, point.value))),
        f"λ = {lower}, {upper}",
    ]
    pictures = [text.haloed(line, size, theme.text, theme.halo) for line in lines]
    step = pictures[0].get_height() - 2 * max(1, size // 10) - size // 4
    width = max(picture.get_width() for picture in pictures)
    label = pygame.Surface((width, step + pictures[1].get_height()), pygame.SRCALPHA)
    label.fill((*theme.halo, 0))
    for row, picture in enumerate(pictures):
        label.blit(picture, ((width - picture.get_width()) // 2, row * step))
    return label
