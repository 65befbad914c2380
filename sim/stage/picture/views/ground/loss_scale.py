"""A thin scale of the loss beside the map: which shade is which loss, and where on it the marble stands."""

import math
from dataclasses import dataclass

import numpy as np
from pygame import Rect

from .....descent.problem import Problem
from .....surface.points import Array
from .....surface.protocol import Window
from ....drawing.camera import Camera
from ....drawing.canvas import Backdrop, Canvas, Pixel
from ....drawing.glyphs import draw_rimmed
from ....drawing.relief.heights import SPARE, Heights
from ....drawing.relief.paints import level_colors
from ....drawing.relief.view import heights_over
from ....drawing.screen import image
from ....style import text
from ....style.kept import kept
from ....style.numbers import brief
from ....style.style import hairline
from ....style.theme import Theme
from ...map.site import lies_on_land
from ...map.terrain import paled
from ..context import SCALE, ViewContext

WIDE, TALL = 0.55, 6.5
"""Of the scale, in ems."""
SHARE = 0.25
"""Of the map's height that it takes at most."""
LOWEST = 3.2
"""How low it may be for its numbers, which are above each other, in ems."""
TYPE = 0.75
"""Height of their type, in ems."""
MARGIN = 0.8
"""From the map's upper right corner, in ems."""
NEAR = 0.06
"""How near to its middle there is a round number, as a share of its height."""
ZERO = 0.03
"""How far from an end, as a share of its height, 0 may be to stand there for a number of more digits."""
ROUNDED, OUTWARDS = 0.05, 0.02
"""By how much of itself, or of the range if that is less, the number at an end may differ from the loss there; and by
how much, if no loss of the map is as low or as high as that number."""
NUMBERS, DIGITS = 3, 6
"""How many numbers it has, and of how many digits at most."""
SMALLEST = 1e-290
"""Smaller losses have no digits to choose from."""
LEVEL = 2
"""Knots of the heights of a map on which all losses are the same, or none is known: then there is nothing to scale."""
ROOM = 14
"""Width of a map, in ems, from which there is room for numbers."""


@dataclass(frozen=True, slots=True)
class _Number:
    """A number beside the scale."""

    label: str
    place: Pixel
    """Its upper left corner on the map."""
    free: bool
    """Whether it hides no corner of land."""


def draw_loss_scale(canvas: Canvas, context: ViewContext) -> None:
    """Draw the scale at the map's upper right."""
    window = _window(context.camera)
    if _is_level(context, window):
        return
    bar, flat = _bar(context), context.camera.flat
    canvas.backdrop(Backdrop(_draw_bar, (context.theme, flat), bar.size), bar.topleft)
    if context.area.width >= ROOM * context.em:
        _draw_numbers(canvas, bar, context)


def draw_level(canvas: Canvas, context: ViewContext) -> None:
    """Draw a wedge on the scale, at the loss of what the marble stands on."""
    window, bar, em = _window(context.camera), _bar(context), context.em
    y = bar.bottom - bar.height * float(_share(_height(context, window)))
    if np.isfinite(y) and not _is_level(context, window):
        tip, back, half = bar.left - hairline(em), bar.left - 0.75 * em, 0.34 * em
        corners = [(back, y - half), (tip, y), (back, y + half)]
        draw_rimmed(canvas, corners, context.color, context.theme.halo, context.stroke)


def _bar(context: ViewContext) -> Rect:
    """Where the scale stands."""
    return _bar_in(context.problem, context.camera, context.area.size, context.em).move(context.area.topleft)


@kept
def _bar_in(problem: Problem, camera: Camera, size: tuple[int, int], em: int) -> Rect:
    """Where it stands on a map of that size: lower where a number beside it would else hide a corner of land."""
    usual, wide = round(min(TALL * em, SHARE * size[1])), max(3, round(WIDE * em))
    bars = [
        Rect(size[0] - round(MARGIN * em) - wide, round(MARGIN * em), wide, tall)
        for tall in range(usual, round(LOWEST * em) - 1, -max(1, em // 4))
    ]
    free = (bar for bar in bars if all(number.free for number in _numbers(problem, camera, bar, em)))
    return next(free, None) or Rect(size[0] - round(MARGIN * em) - wide, round(MARGIN * em), wide, usual)


def scale_place(context: ViewContext) -> Rect:
    """What the scale takes up, with its numbers and the wedge."""
    bar, area = _bar(context), context.area
    left = round(area.right - SCALE * context.em)
    return Rect(left, area.top, area.right - left, bar.bottom + round(context.em) - area.top)


def _window(camera: Camera) -> Window:
    """The part of the plane whose losses it scales."""
    return camera.view if camera.flat else camera.window


def _is_level(context: ViewContext, window: Window) -> bool:
    return len(heights_over(context.problem, window).losses) == LEVEL


def _height(context: ViewContext, window: Window) -> Array:
    """How high what the marble stands on is: its batch's loss where the ground moves, else the training loss."""
    loss = context.track.loss[context.moment]
    if context.shaken is not None and context.goes_on:
        loss = context.track.batch_loss[context.moment]
    return heights_over(context.problem, window).of(np.asarray(loss))


def _share(heights: Array) -> Array:
    """Where on the scale heights lie: it leaves out the spare ones."""
    return np.clip((heights - SPARE) / (1 - 2 * SPARE), 0.0, 1.0)


def _draw_bar(canvas: Canvas, theme: Theme, flat: bool) -> None:
    width, height = canvas.size
    heights = SPARE + (1 - 2 * SPARE) * (1 - (np.arange(height) + 0.5) / height)
    colors = level_colors(theme, heights)
    colors = paled(colors, theme) if flat else colors
    pixels = np.broadcast_to(np.rint(colors).astype(np.uint8)[None], (width, height, 3))
    opaque = np.concatenate([pixels, np.full((width, height, 1), 255, np.uint8)], axis=-1)
    canvas.image(image(np.ascontiguousarray(opaque)), (0, 0))
    canvas.rect((0, 0, width, height), theme.border, width=1)


def _draw_numbers(canvas: Canvas, bar: Rect, context: ViewContext) -> None:
    """Round numbers at its ends and where the loss near its middle is; but none that would hide a corner of land."""
    left, top = context.area.topleft
    numbers = _numbers(context.problem, context.camera, bar.move(-left, -top), context.em)
    free = [number for number in numbers if number.free]
    for number in free if len(free) > 1 else ():  # One number alone gives no scale.
        corner = (number.place[0] + left, number.place[1] + top)
        canvas.label(number.label, corner, round(TYPE * context.em), context.theme.text, context.theme.halo)


def _numbers(problem: Problem, camera: Camera, bar: Rect, em: int) -> list[_Number]:
    """The numbers beside a bar on a map, from below; none, if they would tell nothing apart."""
    heights, size = heights_over(problem, _window(camera)), round(TYPE * em)
    losses = scale_numbers(heights, 0.5 / bar.height)
    if len(set(losses)) < NUMBERS:
        return []
    numbers = list[_Number]()
    for loss, share in zip(losses, _share(heights.of(np.array(losses))).tolist(), strict=True):
        label = brief(loss)
        wide, high = text.label_size(label, size)
        left, top = bar.left - 0.95 * em - wide, bar.bottom - share * bar.height - high / 2
        middle = Rect(left, top, wide, high).inflate(-wide // 2, -high // 2)
        free = camera.flat or not lies_on_land(problem, camera, middle.topleft, middle.bottomright)
        numbers.append(_Number(label, (left, top), free))
    return numbers


def scale_numbers(heights: Heights, beyond: float) -> list[float]:
    """Losses of few digits: those at the lower end, near the middle and at the upper end, as far as there are such.

    beyond: what is seen of the scale's height: 0 that lies so near to an end is there.
    """
    low, high = heights.loss(np.array([SPARE, 1 - SPARE])).tolist()
    with np.errstate(over="ignore"):
        chosen = (_at_end(heights, low, high, beyond), _in_between(heights), _at_end(heights, high, low, beyond))
    return [loss for loss in chosen if loss is not None]


def _at_end(heights: Heights, end: float, other: float, beyond: float) -> float | None:
    """The number of the fewest digits that tells the loss at an end of the scale; None if it takes more than shown."""
    zero, own, far = (heights.of(np.array([0.0, end, other])) / (1 - 2 * SPARE)).tolist()
    inwards = (zero - own) * math.copysign(1.0, far - own)
    if -beyond <= inwards <= ZERO:
        return 0.0
    if not SMALLEST < abs(end) < np.inf:
        return None
    for digits in range(1, DIGITS + 1):
        loss = float(f"{end:.{digits}g}")
        most = ROUNDED if min(end, other) <= loss <= max(end, other) else OUTWARDS
        if abs(loss - end) <= most * min(abs(end), abs(end - other)):
            return loss
    return None


def _in_between(heights: Heights) -> float | None:
    """The loss of the fewest digits that stands near the middle of the scale; None if it takes more than are shown."""
    low, middle, high = heights.loss(
        np.array([0.5 - (1 - 2 * SPARE) * NEAR, 0.5, 0.5 + (1 - 2 * SPARE) * NEAR])
    ).tolist()
    if low <= 0 <= high:
        return 0.0
    largest = max(abs(low), abs(high))
    if not SMALLEST < largest < np.inf:
        return None
    power = math.floor(math.log10(largest))
    for step in (factor * 10.0 ** (power - digits) for digits in range(DIGITS) for factor in (1.0, 0.5)):
        loss = float(
            f"{min(max(round(middle / step), math.ceil(low / step)), math.floor(high / step)) * step:.{DIGITS}g}"
        )
        if low <= loss <= high:
            return loss
    return None
