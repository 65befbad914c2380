"""A thin scale of the loss beside the map: which shade is which loss, and where on it the marble stands."""

import math

import numpy as np
from pygame import Rect

from .....surface.points import Array
from .....surface.protocol import Window
from ....drawing.canvas import Backdrop, Canvas, Pixel
from ....drawing.glyphs import draw_rimmed
from ....drawing.relief.heights import SPARE, Heights
from ....drawing.relief.paints import level_colors
from ....drawing.relief.view import heights_over
from ....drawing.screen import image
from ....style import text
from ....style.numbers import rounded
from ....style.style import hairline
from ....style.theme import Theme
from ...map.site import lies_on_land
from ...map.terrain import paled
from ..context import SCALE, ViewContext

WIDE, TALL = 0.55, 6.5
"""Of the scale, in ems."""
SHARE = 0.25
"""Of the map's height that it takes at most."""
MARGIN = 0.8
"""From the map's upper right corner, in ems."""
TICKS = (0.0, 0.5, 1.0)
"""Near which it has a number, as shares of its height."""
NEAR = 0.06
"""How near, as a share of its height: round numbers are nowhere else."""
DIGITS = 6
"""Of a number, as many as are shown."""
SMALLEST = 1e-290
"""Smaller losses have no digits to choose from."""
LEVEL = 2
"""Knots of the heights of a map on which all losses are the same, or none is known: then there is nothing to scale."""
ROOM = 14
"""Width of a map, in ems, from which there is room for numbers."""


def draw_loss_scale(canvas: Canvas, context: ViewContext) -> None:
    """Draw the scale at the map's upper right."""
    window = _window(context)
    if _is_level(context, window):
        return
    bar, flat = _bar(context), context.camera.flat
    canvas.backdrop(Backdrop(_draw_bar, (context.theme, flat), bar.size), bar.topleft)
    if context.area.width >= ROOM * context.em:
        _draw_numbers(canvas, bar, context, window)


def draw_level(canvas: Canvas, context: ViewContext) -> None:
    """Draw a wedge on the scale, at the loss of what the marble stands on."""
    window, bar, em = _window(context), _bar(context), context.em
    y = bar.bottom - bar.height * float(_share(_height(context, window)))
    if np.isfinite(y) and not _is_level(context, window):
        tip, back, half = bar.left - hairline(em), bar.left - 0.75 * em, 0.34 * em
        corners = [(back, y - half), (tip, y), (back, y + half)]
        draw_rimmed(canvas, corners, context.color, context.theme.halo, context.stroke)


def _bar(context: ViewContext) -> Rect:
    """Where the scale stands."""
    em, area = context.em, context.area
    tall, wide = round(min(TALL * em, SHARE * area.height)), max(3, round(WIDE * em))
    return Rect(area.right - round(MARGIN * em) - wide, area.top + round(MARGIN * em), wide, tall)


def scale_place(context: ViewContext) -> Rect:
    """What the scale takes up, with its numbers and the wedge."""
    bar, area = _bar(context), context.area
    left = round(area.right - SCALE * context.em)
    return Rect(left, area.top, area.right - left, bar.bottom + round(context.em) - area.top)


def _window(context: ViewContext) -> Window:
    """The part of the plane whose losses it scales."""
    return context.camera.view if context.camera.flat else context.camera.window


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


def _draw_numbers(canvas: Canvas, bar: Rect, context: ViewContext, window: Window) -> None:
    """Round numbers, each of which stands where its own loss is; but none that would hide a corner of land."""
    heights, size, theme = heights_over(context.problem, window), round(0.75 * context.em), context.theme
    chosen = [_round_loss(heights, share, 0.5 / bar.height) for share in TICKS]
    losses = [loss for loss in chosen if loss is not None]
    if len(set(losses)) < len(TICKS):
        return  # Numbers that tell nothing apart.
    labels, area = list[tuple[str, Pixel]](), context.area
    for loss, share in zip(losses, _share(heights.of(np.array(losses))).tolist(), strict=True):
        label = rounded(loss, theme.language)
        wide, high = text.label_size(label, size)
        left, top = bar.left - 0.95 * context.em - wide, bar.bottom - share * bar.height - high / 2
        middle = Rect(left - area.left, top - area.top, wide, high).inflate(-wide // 2, -high // 2)
        if context.camera.flat or not lies_on_land(context.problem, context.camera, middle.topleft, middle.bottomright):
            labels.append((label, (left, top)))
    for label, corner in labels if len(labels) > 1 else ():  # One number alone gives no scale.
        canvas.label(label, corner, size, theme.text, theme.halo)


def _round_loss(heights: Heights, share: float, beyond: float) -> float | None:
    """The loss of the fewest digits that stands near that share of the scale; None if it takes more than are shown.

    No loss stands farther beyond an end of the scale than is seen.
    """
    near = np.clip((share - NEAR, share, share + NEAR), -beyond, 1 + beyond)
    low, middle, high = heights.loss(SPARE + (1 - 2 * SPARE) * near).tolist()
    if low <= 0 <= high:
        return 0.0
    largest = max(abs(low), abs(high))
    if not SMALLEST < largest < np.inf:
        return None
    for digits in range(DIGITS):
        step = 10.0 ** (math.floor(math.log10(largest)) - digits)
        loss = float(f"{min(max(round(middle / step), math.ceil(low / step)), math.floor(high / step)) * step:g}")
        if low <= loss <= high:
            return loss
    return None
