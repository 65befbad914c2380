"""The gradients of single examples at the marble: what a batch's gradient is drawn from."""

import math

import numpy as np

from ....descent.examples.noise import example_gradients, noise
from ....surface.points import Array, norm
from ...drawing.canvas import Canvas
from ...drawing.glyphs import draw_arrow, draw_thin_arrows
from ...style.color import Color, mix
from ...style.numbers import number
from .context import ViewContext, draw_view_caption

MOST = 64  # Examples whose gradients are drawn, spread over all of them.
# Length of the longest arrow, in map heights.
REACH = 0.3
# Arrows are shorter where the longest gradient is below this share of the problem's typical slope.
GENTLE = 0.25
ANGLES = np.linspace(0, 2 * np.pi, 40, endpoint=False)
CIRCLE = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=-1)


def draw_gradients(canvas: Canvas, context: ViewContext) -> None:
    """Arrows −∇ℓ_i, those of the coming batch stronger; −∇L with the ellipses of one σ around its tip."""
    gradients = example_gradients(context.problem.train, context.theta)
    told = noise(gradients, context.track.lane.draw)
    theme = context.theme
    ratio = told.signal_to_noise
    sentence = theme.say("signal to noise {ratio}", ratio=number(ratio))
    if ratio == np.inf:
        sentence = theme.say("no noise in this lane's gradients")
    draw_view_caption(canvas, context, "gradients", sentence, mix(context.color, theme.text, 0.35))
    center = context.center
    if not (np.isfinite(told.batch).all() and np.isfinite(gradients).all() and context.holds(center)):
        return
    longest = max(float(norm(gradients).max()), GENTLE * context.problem.units.gradient)
    reach = REACH * context.area.height / longest / context.camera.scale
    _draw_fan(canvas, context, center - reach * context.vector(gradients))
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


def _draw_fan(canvas: Canvas, context: ViewContext, tips: Array) -> None:
    """Thin arrows from the marble to the tips (N, 2), those of the coming batch on top."""
    count, theme = len(tips), context.theme
    shown = np.arange(count) if count <= MOST else np.linspace(0, count - 1, MOST).astype(np.intp)
    batch = (
        context.track.batch(context.moment) if not context.track.lane.sees_all(count) else np.array([], dtype=np.intp)
    )
    drawn = np.zeros(count, dtype=bool)
    drawn[batch] = True
    chosen = drawn[shown]
    order = np.argsort(chosen, kind="stable")
    tones = (mix(theme.mark, theme.low, 0.55), context.color)
    colors = [tones[lit] for lit in chosen[order].tolist()]
    draw_thin_arrows(canvas, context.center, tips[shown[order]], colors, 5 * context.stroke)


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
