"""Which examples are in the coming batch: a row of N cells that fills up in an epoch and then starts anew."""

import numpy as np
import pygame

from ....descent.examples.batches import Draw
from ....descent.track import order_of
from ....surface.points import Array
from ...drawing.canvas import Canvas
from ...drawing.screen import image
from ...style.cache import cached
from ...style.color import Color, mix
from .context import ViewContext

WAITING, USED, COMING = range(3)
"""What an example is to the present epoch."""
NARROW = 3  # Cells of fewer pixels have no gaps between them.

States = np.ndarray[tuple[int], np.dtype[np.intp]]


def states(count: int, draw: Draw, seed: int, moment: int) -> States:
    """For each of N examples what it is at that moment, shape (N,): drawn without putting back, each is used once."""
    size = min(draw.batch_size, count)
    if draw.sees_all(count):
        return np.full(count, COMING, dtype=np.intp)
    epoch, place = divmod(moment, draw.updates_per_epoch(count))
    (order,) = order_of(draw, seed, epoch, count)
    found = np.full(count, WAITING, dtype=np.intp)
    found[order[: place * size]] = USED
    found[order[place * size : (place + 1) * size]] = COMING
    return found


def draw_batch_strip(canvas: Canvas, context: ViewContext) -> None:
    """A cell for each example, by its number: lit if it is in the coming batch, half lit if it has had its turn."""
    area, theme = context.strip, context.theme
    if not (area.width and area.height):
        return
    count = context.problem.train.count
    found = states(count, context.track.lane.draw, context.track.seed, context.moment)
    tones = (mix(theme.panel, theme.faint, 0.45), mix(theme.panel, context.color, 0.42), context.color)
    canvas.image(_strip(found.tobytes(), tones, theme.panel, area.size), area.topleft)


@cached
def _strip(found: bytes, tones: tuple[Color, Color, Color], gap: Color, size: tuple[int, int]) -> pygame.Surface:
    """The strip of examples in these states, as a picture of that size: most are the same again and again."""
    cells = np.array(tones, float)[np.frombuffer(found, np.intp)]
    row = np.round(columns(cells, size[0], np.array(gap, float))).astype(np.uint8)
    return pygame.transform.scale(image(row[:, None]), size)


def columns(cells: Array, width: int, gap: Array) -> Array:
    """Colours (width, 3) of a row of pixels for cells (N, 3): with gaps if they are wide, means if they are many."""
    count = len(cells)
    if count > width:
        bounds = np.arange(width) * count // width
        lengths = np.diff(np.append(bounds, count))
        return np.asarray(np.add.reduceat(cells, bounds, axis=0) / lengths[:, None])
    owner = np.arange(width) * count // width
    row = cells[owner]
    if width >= NARROW * count:
        row[np.append(np.diff(owner) > 0, False)] = gap
    return row
