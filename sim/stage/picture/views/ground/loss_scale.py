"""A thin scale of the loss beside the map: which shade is which loss, and where on it the marble stands."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

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
from ....style.cache import cached
from ....style.color import Color
from ....style.numbers import brief
from ....style.style import hairline
from ....style.theme import Theme
from ....views import ViewName
from ...map.site import lies_on_land
from ...map.terrain import paled
from ..context import ViewContext
from ..words.captions import SCALE
from .basins import basin_tints, tinted

WIDE, TALL = 0.55, 6.5
"""Width and height of the scale, in ems."""
SHARE = 0.25
"""How much of the map's height the scale takes at most."""
LOWEST = 3.2
"""How low it may be for its numbers, which are above each other, in ems."""
ABOVE, BESIDE = 1.3, 0.1
"""From the map's upper edge to a scale that has numbers above and below it, and from it and the map's right edge to
these, in ems."""
TYPE, LEAST_TYPE = 0.75, 10
"""Height of their type, in ems, and on a flat map in pixels at least: smaller points are lost in the type's rim."""
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
COLUMN = 2
"""Width of the part of the scale that has the tint of a basin, in pixels, at least."""
SMALLEST = 1e-290
"""Smaller losses have no digits to choose from."""
LEVEL = 2
"""Knots of the heights of a map on which all losses are the same, or none is known: then there is nothing to scale."""
ROOM, LOWEST_BARE = 14, 2.0
"""Width of a map, in ems, from which there is room for numbers beside the scale; and how low it may be for numbers
above and below it."""


@dataclass(frozen=True, slots=True)
class _Number:
    """A number beside the scale."""

    label: str
    place: Pixel
    """Its upper left corner on the map."""
    size: tuple[int, int]
    free: bool
    """Whether it hides no corner of land."""
    whole: bool
    """Whether it touches no land."""
    clear: bool
    """Whether it does not even touch an edge of land, with a little space around it."""


@dataclass(frozen=True, slots=True)
class _Scale:
    """The bar, as it stands on its map, and the numbers that it has there."""

    bar: Rect
    numbers: list[_Number]


def draw_loss_scale(canvas: Canvas, context: ViewContext) -> None:
    """Draw the scale at the map's upper right, if there is room for it."""
    scale, flat = _scale(context), context.camera.flat
    if scale is not None and not _is_level(context, _window(context.camera)):
        bar = scale.bar.move(context.area.topleft)
        canvas.backdrop(Backdrop(_draw_bar, (context.theme, flat, _tints(context, bar)), bar.size), bar.topleft)
        _draw_numbers(canvas, context, scale)


def draw_level(canvas: Canvas, context: ViewContext) -> None:
    """Draw a wedge on the scale, at the loss of what the marble stands on."""
    window, scale, em = _window(context.camera), _scale(context), context.em
    if scale is None:
        return
    bar = scale.bar.move(context.area.topleft)
    y = bar.bottom - bar.height * float(_share(_height(context, window)))
    if np.isfinite(y) and not _is_level(context, window):
        tip, back, half = bar.left - hairline(em), bar.left - 0.75 * em, 0.34 * em
        corners = [(back, y - half), (tip, y), (back, y + half)]
        draw_rimmed(canvas, corners, context.color, context.theme.halo, context.stroke)


def _scale(context: ViewContext) -> _Scale | None:
    """The scale on the lane's map, if there is room for it."""
    return _scale_in(context.problem, context.camera, context.area.size, context.em)


@cached
def _scale_in(problem: Problem, camera: Camera, size: tuple[int, int], em: int) -> _Scale | None:
    """The scale on a map of that size: lower where it, or a number beside it, would else hide land.

    Where it is too low for all numbers, or they would hide land, those at its ends stand above and below it; if these
    would hide more, those that may stand beside it do. Where that leaves less than two, there is none: one number alone
    gives no scale.
    """
    tallest, tried = round(min(TALL * em, SHARE * size[1])), list[_Scale]()
    roomy = size[0] >= ROOM * em
    for bar in _bars(problem, camera, size, em, (round(MARGIN * em), LOWEST)) if roomy else ():
        tried.append(_Scale(bar, _numbers(problem, camera, bar, em)))
        if _all_clear(tried[-1]):  # As most are: no other need be looked at.
            return tried[-1] if tried[-1].numbers else None
    usual = _bar_of(size, em, round(MARGIN * em), tallest)
    every = _numbers(problem, camera, usual, em)
    bars = _bars(problem, camera, size, em, (round(ABOVE * em) + 1, LOWEST_BARE))
    lowered = [_Scale(bar, _ends(problem, camera, bar, every[:: NUMBERS - 1], em)) for bar in bars]
    lowered = [scale for scale in lowered if scale.numbers]
    if found := next(filter(_all_clear, lowered), None) or next(filter(_all_free, tried), None):
        return found
    beside = [number for number in every if number.free and roomy and _off_land(problem, camera, usual)]
    for some in (beside, beside[:: max(1, len(beside) - 1)]):
        if len(some) > 1 and _apart(some):
            return _Scale(usual, some)
    whole = (scale for scale in lowered if all(number.whole for number in scale.numbers))
    return next(whole, None) or next(filter(_all_free, lowered), None)


def _bars(problem: Problem, camera: Camera, size: tuple[int, int], em: int, ends: tuple[int, float]) -> Iterator[Rect]:
    """The bars with that upper end, in pixels, that hide no land: the tallest first, none lower than so many ems."""
    top, lowest = ends
    for tall in range(round(min(TALL * em, SHARE * size[1])), round(lowest * em) - 1, -max(1, em // 4)):
        bar = _bar_of(size, em, top, tall)
        if _off_land(problem, camera, bar):
            yield bar


def _bar_of(size: tuple[int, int], em: int, top: int, tall: int) -> Rect:
    """A bar so many pixels below the upper edge of a map of that size."""
    wide = max(3, round(WIDE * em))
    return Rect(size[0] - round(MARGIN * em) - wide, top, wide, tall)


def _off_land(problem: Problem, camera: Camera, bar: Rect) -> bool:
    """Whether a bar hides no land aslant; a flat map is land all over."""
    return camera.flat or not lies_on_land(problem, camera, bar.topleft, bar.bottomright)


def _all_clear(scale: _Scale) -> bool:
    return all(number.clear for number in scale.numbers)


def _all_free(scale: _Scale) -> bool:
    return all(number.free for number in scale.numbers)


def _apart(numbers: list[_Number]) -> bool:
    """Whether none of them touches the next, from below."""
    return all(low.place[1] >= high.place[1] + high.size[1] for low, high in pairwise(numbers))


def _ends(problem: Problem, camera: Camera, bar: Rect, numbers: list[_Number], em: int) -> list[_Number]:
    """The numbers of its ends, from below, as they stand below and above it."""
    moved = list[_Number]()
    for number, below in zip(numbers, (True, False), strict=False):
        wide, high = number.size
        left = bar.right + (MARGIN - BESIDE) * em - wide
        y = bar.bottom + BESIDE * em if below else bar.top - BESIDE * em - high
        moved.append(_placed(problem, camera, number.label, (left, y), em))
    return moved


def scale_place(context: ViewContext) -> Rect:
    """What the scale takes up, with its numbers and the wedge; empty where there is none."""
    scale, area = _scale(context), context.area
    if scale is None:
        return Rect(area.topright, (0, 0))
    left = round(area.right - SCALE * context.em)
    ends = [area.top + math.ceil(number.place[1]) + number.size[1] for number in scale.numbers]
    bottom = max(area.top + scale.bar.bottom + round(context.em), *ends)
    return Rect(left, area.top, area.right - left, bottom - area.top)


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


def _tints(context: ViewContext, bar: Rect) -> tuple[Color | None, ...]:
    """The tints of the land, of which the bar has a column each: plain land has none, and so has what is too motley."""
    if ViewName.BASINS not in context.views:
        return (None,)
    tints = basin_tints(context.problem, context.camera, context.theme)
    return tints if len(tints) * COLUMN <= bar.width else (None,)


def _draw_bar(canvas: Canvas, theme: Theme, flat: bool, tints: tuple[Color | None, ...]) -> None:
    width, height = canvas.size
    heights = SPARE + (1 - 2 * SPARE) * (1 - (np.arange(height) + 0.5) / height)
    colors = level_colors(theme, heights)
    colors = paled(colors, theme) if flat else colors
    shades = [colors if tint is None else tinted(colors, tint) for tint in tints]
    columns = np.stack([shades[column * len(shades) // width] for column in range(width)])
    opaque = np.concatenate([np.rint(columns), np.full((width, height, 1), 255)], axis=-1).astype(np.uint8)
    canvas.image(image(np.ascontiguousarray(opaque)), (0, 0))
    canvas.rect((0, 0, width, height), theme.border, width=1)


def _draw_numbers(canvas: Canvas, context: ViewContext, scale: _Scale) -> None:
    """Round numbers at its ends and where the loss near its middle is; but none that would hide a corner of land."""
    left, top = context.area.topleft
    for number in scale.numbers:
        corner = (number.place[0] + left, number.place[1] + top)
        canvas.label(number.label, corner, _type(context.camera, context.em), context.theme.text, context.theme.halo)


def _type(camera: Camera, em: int) -> int:
    """Height of the type of its numbers, in pixels; beside land they stand on plain ground."""
    return max(LEAST_TYPE if camera.flat else 0, round(TYPE * em))


def _numbers(problem: Problem, camera: Camera, bar: Rect, em: int) -> list[_Number]:
    """The numbers beside a bar on a map, from below; none, if they would tell nothing apart."""
    heights, size = heights_over(problem, _window(camera)), _type(camera, em)
    losses = scale_numbers(heights, 0.5 / bar.height)
    if len(set(losses)) < NUMBERS:
        return []
    numbers = list[_Number]()
    for loss, share in zip(losses, _share(heights.of(np.array(losses))).tolist(), strict=True):
        wide, high = text.label_size(brief(loss), size)
        corner = (bar.left - 0.95 * em - wide, bar.bottom - share * bar.height - high / 2)
        numbers.append(_placed(problem, camera, brief(loss), corner, em))
    return numbers


def _placed(problem: Problem, camera: Camera, label: str, corner: Pixel, em: int) -> _Number:
    """A number with its upper left corner there."""
    wide, high = text.label_size(label, _type(camera, em))
    whole = Rect(corner, (wide, high))
    free, untouched, clear = (
        camera.flat or not lies_on_land(problem, camera, place.topleft, place.bottomright)
        for place in (whole.inflate(-wide // 2, -high // 2), whole, whole.inflate(em, 0))
    )
    return _Number(label, corner, (wide, high), free, untouched, clear)


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
