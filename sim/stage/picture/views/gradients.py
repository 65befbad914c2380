"""The gradients of single examples at the marble: what a batch's gradient is drawn from."""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ....descent.examples.noise import Noise, example_gradients, noise
from ....descent.race import Race
from ....surface.points import Array, norm
from ...drawing.canvas import Canvas
from ...drawing.glyphs import draw_arrow, draw_thin_arrows
from ...style.color import Color, mix
from ...style.kept import kept
from ...style.numbers import number
from .context import ViewContext, draw_view_caption

MOST = 64  # Examples whose gradients are drawn, spread over all of them.
# Length of the longest arrow, in map heights.
REACH = 0.3
# Arrows are shorter where the longest gradient is below this share of the problem's typical slope.
GENTLE = 0.25
ANGLES = np.linspace(0, 2 * np.pi, 40, endpoint=False)
CIRCLE = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=-1)
PAIRS = 2048  # Gradients of examples at moments that are computed at once, at most.


class Fans(NamedTuple):
    """What the gradients of single examples are at some moments."""

    shown: Array
    """Those that are drawn, shape (moments, n, 2)."""
    longest: Sequence[float]
    """The length of the longest of all, at each moment."""
    noise: Noise
    """At each moment, of all."""


def draw_gradients(canvas: Canvas, context: ViewContext) -> None:
    """Arrows −∇ℓ_i, those of the coming batch stronger; −∇L with the ellipses of one σ around its tip."""
    first, last = context.block(PAIRS // context.problem.train.count)
    fans, place = _fans(context.race, context.index, first, last), context.moment - first
    told, longest = fans.noise.at(place), fans.longest[place]
    theme = context.theme
    ratio = told.signal_to_noise
    sentence = theme.say("signal to noise {ratio}", ratio=number(ratio))
    if ratio == np.inf:
        sentence = theme.say("no noise in this lane's gradients")
    draw_view_caption(canvas, context, "gradients", sentence, mix(context.color, theme.text, 0.35))
    center = context.center
    if not (np.isfinite(told.batch).all() and math.isfinite(longest) and context.holds(center)):
        return
    reach = REACH * context.area.height / max(longest, GENTLE * context.problem.units.gradient) / context.camera.scale
    _draw_fan(canvas, context, center - reach * context.vector(fans.shown[place]))
    tip = center - reach * context.vector(told.mean)
    axes = reach * context.vector(np.eye(2))
    ellipses = [(told.example, mix(theme.mark, theme.low, 0.45))]
    if told.batch.any():
        ellipses.append((told.batch, context.color))
    for covariance, color in ellipses:
        with np.errstate(all="ignore"):
            shown = axes.T @ covariance @ axes
        _draw_ellipse(canvas, tip, shown, color, context)
    draw_arrow(canvas, center, tuple(tip.tolist()), mix(context.color, theme.text, 0.35), theme.halo, context.stroke)


@kept
def _fans(race: Race, index: int, first: int, last: int) -> Fans:
    """Those of a lane from the moment `first` up to the one before `last`."""
    track, train = race.tracks[index], race.problem.train
    gradients = example_gradients(train, track.theta[first:last])
    with np.errstate(all="ignore"):
        longest = norm(gradients).max(axis=-1).tolist()
    return Fans(gradients[:, _spread(train.count)], longest, noise(gradients, track.lane.draw))


@lru_cache(maxsize=8)
def _spread(count: int) -> list[int]:
    """Which of so many examples are shown."""
    return list(range(count)) if count <= MOST else np.linspace(0, count - 1, MOST).astype(np.intp).tolist()


def _draw_fan(canvas: Canvas, context: ViewContext, tips: Array) -> None:
    """Thin arrows from the marble to the tips (n, 2), those of the coming batch on top."""
    theme, count = context.theme, context.problem.train.count
    batch = set[int]() if context.track.lane.sees_all(count) else set(context.track.batch(context.moment).tolist())
    lit = [example in batch for example in _spread(count)]
    order = sorted(range(len(lit)), key=lit.__getitem__) if batch else list(range(len(lit)))
    tones = (mix(theme.mark, theme.low, 0.55), context.color)
    draw_thin_arrows(canvas, context.center, tips[order], [tones[lit[arrow]] for arrow in order], 5 * context.stroke)


def _draw_ellipse(canvas: Canvas, center: Array, covariance: Array, color: Color, context: ViewContext) -> None:
    """The ellipse of one standard deviation, in pixels."""
    (xx, xy), (_, yy) = covariance.tolist()
    # The symmetric root of a 2×2 matrix: (C + √det·I)/√(trace + 2√det), by the theorem of Cayley and Hamilton.
    root = math.sqrt(max(xx * yy - xy * xy, 0.0))
    scale = math.sqrt(max(xx + yy + 2 * root, 1e-300))
    line = (center + CIRCLE @ ((covariance + root * np.eye(2)) / scale)).tolist()
    canvas.outline(line, context.theme.halo, max(3, round(3.4 * context.stroke)))
    canvas.outline(line, color, max(1, round(1.6 * context.stroke)))
    canvas.curve(line, color, closed=True)
