"""The gradients of single examples at the marble: what a batch's gradient is drawn from."""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ....descent.examples.noise import Noise, example_gradients, noise
from ....descent.race import Race
from ....surface.points import Array, Mask, norm
from ...drawing.canvas import Canvas, Pixel
from ...drawing.glyphs import draw_arrow, thin_arrows
from ...drawing.relief.paints import level_colors
from ...style.cache import cached
from ...style.color import Color, mix, readable
from ...style.numbers import number
from ...style.theme import Theme
from ...views import ViewName
from ..map.site import Site
from ..map.terrain import paled
from .context import ViewContext
from .words.sentences import draw_view_caption

MOST = 64  # Examples whose gradients are drawn, spread over all of them.
# Length of the longest arrow, in map heights.
REACH = 0.3
# Arrows are shorter where the longest gradient is below this share of the problem's typical slope.
GENTLE = 0.25
ANGLES = np.linspace(0, 2 * np.pi, 36, endpoint=False)
CIRCLE = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=-1)
PAIRS = 2048  # Gradients of examples at moments that are computed at once, at most.
BARB = 5.0  # Length of an arrow's barbs, in strokes.
SHAFT = 2  # Points of an arrow's path without its head.
BEHIND = 0.35  # So much of the land's own colour is in their grey, that they stand behind arrows of lanes.
# Their grey is that for land as high as this, from the lowest to the highest: they are looked at where land is low. One
# for land as high as each marble would turn from dark to light, and back.
LOW = 0.2
SHORTEST = 1.0  # Pixels; shorter arrows would not show.
LINE, RIM = (2, 1.6), (5, 3.6)  # Width of an ellipse, and with its rim: at least so many pixels, or strokes.
BESIDE = 1.0  # From one thin line of these to the next, in pixels.


class Fans(NamedTuple):
    """What is drawn at some moments, in pixels."""

    arrows: Array
    """A path from the marble for each of the gradients that are shown, (moments, n, 5, 2)."""
    show: Mask
    """Which of these are long enough, (moments, n)."""
    tips: Array
    """From the marble to the tip of −∇L, (moments, 2)."""
    ellipses: tuple[Array, Array]
    """Bands around that tip, one standard deviation of an example's noise and of a batch's, (moments, lines, n, 2)."""
    noise: Noise
    known: Sequence[bool]
    """Whether all of it is finite, at each moment."""


def draw_gradients(canvas: Canvas, context: ViewContext) -> None:
    """Arrows −∇ℓ_i, those of the coming batch stronger, and the ellipses of one σ around the tip of −∇L."""
    fans, place = context.once(_found)
    theme, center, told = context.theme, context.center, fans.noise.at(place)
    ratio = told.signal_to_noise
    sentence = shorter = theme.say("signal to noise {ratio}", ratio=number(ratio))
    if ratio == np.inf:
        sentence, shorter = theme.say("no noise in this lane's gradients"), theme.say("no gradient noise")
    draw_view_caption(canvas, context, ViewName.GRADIENTS, sentence, _strong(context), shorter)
    if not (fans.known[place] and context.holds(center)):
        return
    grey = _grey(theme, context.camera.flat)
    _draw_fan(canvas, context, (center + fans.arrows[place]).tolist(), fans.show[place].tolist(), grey)
    tip = center + fans.tips[place]
    one, several = (line[place] for line in fans.ellipses)
    draw_band(canvas, tip + one, context.stroke, (theme.halo, theme.muted))
    if told.batch.any():
        draw_band(canvas, tip + several, context.stroke, (theme.halo, context.color))


def draw_mean_gradient(canvas: Canvas, context: ViewContext) -> None:
    """The arrow −∇L, over words as all arrows of the marble are."""
    fans, place = context.once(_found)
    if fans.known[place] and context.holds(context.center):
        tip = tuple((context.center + fans.tips[place]).tolist())
        draw_arrow(canvas, context.center, tip, _strong(context), context.theme.halo, context.stroke)


def _strong(context: ViewContext) -> Color:
    return mix(context.color, context.theme.text, 0.35)


def _found(context: ViewContext) -> tuple[Fans, int]:
    """What is drawn at some moments, and the place of this one among them."""
    first, last = context.block(PAIRS // context.problem.train.count)
    find = _fans if context.passing else _kept_fans
    fans = find(context.race, context.index, context.site, context.area.height, context.stroke, first, last)
    return fans, context.moment - first


def _fans(race: Race, index: int, site: Site, height: int, stroke: float, first: int, last: int) -> Fans:
    """The fans of a lane from the moment `first` up to the one before `last`, on a map of that height."""
    track, problem = race.tracks[index], race.problem
    theta, train = track.theta[first:last], problem.train
    gradients = example_gradients(train, theta)
    told = noise(gradients, track.lane.draw)
    with np.errstate(all="ignore"):
        longest = norm(gradients).max(axis=-1)
        reach = REACH * height / np.maximum(longest, GENTLE * problem.units.gradient) / site.camera.scale
        axes = reach[:, None, None] * np.stack([site.vector(np.eye(2), at) for at in theta])
        offsets = -gradients[:, _spread(train.count)] @ axes
        tips = -(told.mean[:, None] @ axes)[:, 0]
        ellipses = (_ellipses(axes.swapaxes(-1, -2) @ each @ axes) for each in (told.example, told.batch))
        one, several = (band(ellipse, stroke) for ellipse in ellipses)
        known = np.isfinite(longest) & np.isfinite(told.batch).all(axis=(-1, -2))
        arrows, show = thin_arrows(offsets, BARB * stroke), norm(offsets) >= SHORTEST
    return Fans(arrows, show, tips, (one, several), told, known.tolist())


_kept_fans = cached(_fans)


@lru_cache(maxsize=8)
def _spread(count: int) -> list[int]:
    """Which of so many examples are shown."""
    return list(range(count)) if count <= MOST else np.linspace(0, count - 1, MOST).astype(np.intp).tolist()


def _draw_fan(
    canvas: Canvas, context: ViewContext, paths: Sequence[Sequence[Pixel]], show: Sequence[bool], grey: Color
) -> None:
    """Draw gradients that show: the coming batch's as arrows, on top; others as lines, or heads would fill the map."""
    count = context.problem.train.count
    batch = set[int]() if context.track.lane.sees_all(count) else set(context.track.batch(context.moment).tolist())
    lit = [example in batch for example in _spread(count)]
    tones = (grey, context.color)
    for above in (False, True):
        for path, shows, coming in zip(paths, show, lit, strict=True):
            if shows and coming is above:
                canvas.curve(path if coming else path[:SHAFT], tones[above])


@lru_cache(maxsize=4)
def _grey(theme: Theme, flat: bool) -> Color:
    """What stands out from low land, on maps and aslant."""
    tints = level_colors(theme, np.array([LOW]))
    red, green, blue = np.rint(paled(tints, theme) if flat else tints).astype(int)[0].tolist()
    return mix(readable((red, green, blue)), (red, green, blue), BEHIND)


def _ellipses(covariances: Array) -> Array:
    """The ellipses of one standard deviation (..., n, 2) of covariances (..., 2, 2)."""
    xx, xy, yy = covariances[..., 0, 0], covariances[..., 0, 1], covariances[..., 1, 1]
    # The symmetric root of a 2×2 matrix: (C + √det·I)/√(trace + 2√det), by the theorem of Cayley and Hamilton.
    root = np.sqrt(np.maximum(xx * yy - xy * xy, 0.0))
    scale = np.sqrt(np.maximum(xx + yy + 2 * root, 1e-300))
    return np.asarray(CIRCLE @ ((covariances + root[..., None, None] * np.eye(2)) / scale[..., None, None]))


def band(line: Array, stroke: float) -> Array:
    """Thin lines side by side (..., lines, n, 2) that are a closed line (..., n, 2) and, before it, its rim: thick ones
    have nicks where their pieces meet.
    """
    along = np.roll(line, -1, axis=-2) - np.roll(line, 1, axis=-2)
    across = along[..., ::-1] * (1, -1) / np.maximum(norm(along), 1e-300)[..., None]
    away = np.array([offset for part in _offsets(stroke) for offset in part])
    return np.asarray(line[..., None, :, :] + away[:, None, None] * across[..., None, :, :])


def draw_band(canvas: Canvas, lines: Array, stroke: float, colors: tuple[Color, Color]) -> None:
    """Draw such lines (lines, n, 2) in the colours of rim and line."""
    tones = [color for part, color in zip(_offsets(stroke), colors, strict=True) for _ in part]
    for line, tone in zip(lines.tolist(), tones, strict=True):
        canvas.curve(line, tone, closed=True)


@lru_cache(maxsize=8)
def _offsets(stroke: float) -> tuple[list[float], list[float]]:
    """How far to a side of a line the thin ones of its rim lie, and those that it is made of, in pixels."""
    edge, rim = (0.5 * (max(least, round(strokes * stroke)) - 1) for least, strokes in (LINE, RIM))
    around = np.arange(rim, edge, -BESIDE)
    return [*-around, *around], np.linspace(-edge, edge, 1 + math.ceil(2 * edge / BESIDE)).tolist()
