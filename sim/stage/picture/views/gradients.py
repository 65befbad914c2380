"""The gradients of single examples at the marble: what a batch's gradient is drawn from."""

import math

import numpy as np

from ....descent.examples.noise import example_gradients, noise
from ....surface.points import Array, norm
from ...drawing.canvas import Canvas
from ...drawing.glyphs import draw_arrow, draw_thin_arrows
from ...style.color import Color, mix
from ...style.numbers import number
from .look import Look, draw_caption

MOST = 64  # Examples whose gradients are drawn, spread over all of them.
REACH = 0.3  # Length of the longest arrow, in map heights,
GENTLE = 0.25  # where it is longer than this share of the problem's typical slope: else shorter.
ANGLES = np.linspace(0, 2 * np.pi, 40, endpoint=False)
CIRCLE = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=-1)


def draw_gradients(canvas: Canvas, look: Look) -> None:
    """Arrows −∇ℓ_i, those of the coming batch stronger; −∇L with the ellipses of one σ around its tip."""
    gradients = example_gradients(look.problem.train, look.theta)
    told = noise(gradients, look.track.lane.batch_size)
    theme = look.theme
    ratio = told.signal_to_noise
    sentence = theme.say("signal to noise {ratio}", ratio=number(ratio))
    if ratio == np.inf:
        sentence = theme.say("no noise in this lane's gradients")
    draw_caption(canvas, look, "gradients", sentence, mix(look.color, theme.text, 0.35))
    center = look.pixel(look.theta)
    if not (np.isfinite(told.batch).all() and np.isfinite(gradients).all() and look.holds(center)):
        return
    longest = max(float(norm(gradients).max()), GENTLE * look.problem.scale.gradient)
    reach = REACH * look.area.height / longest / look.camera.scale
    _draw_fan(canvas, look, center - reach * look.vector(gradients))
    tip = center - reach * look.vector(told.mean)
    axes = reach * look.vector(np.eye(2))
    ellipses = [(told.example, mix(theme.mark, theme.low, 0.45))]
    if told.batch.any():
        ellipses.append((told.batch, look.color))
    for covariance, color in ellipses:
        _draw_ellipse(canvas, tip, axes.T @ covariance @ axes, color, look)
    draw_arrow(canvas, center, tuple(tip.tolist()), mix(look.color, theme.text, 0.35), theme.halo, look.stroke)


def _draw_fan(canvas: Canvas, look: Look, tips: Array) -> None:
    """Thin arrows from the marble to the tips (N, 2), those of the coming batch on top."""
    count, theme = len(tips), look.theme
    shown = np.arange(count) if count <= MOST else np.linspace(0, count - 1, MOST).astype(np.intp)
    batch = look.track.batch(look.moment) if not look.track.lane.sees_all(count) else np.array([], dtype=np.intp)
    chosen = np.isin(shown, batch)
    order = np.argsort(chosen, kind="stable")
    tones = (mix(theme.mark, theme.low, 0.55), look.color)
    colors = [tones[lit] for lit in chosen[order].tolist()]
    draw_thin_arrows(canvas, look.pixel(look.theta), tips[shown[order]], colors, 5 * look.stroke)


def _draw_ellipse(canvas: Canvas, center: Array, covariance: Array, color: Color, look: Look) -> None:
    """The ellipse of one standard deviation, in pixels."""
    (xx, xy), (_, yy) = covariance.tolist()
    # The symmetric root of a 2×2 matrix: (C + √det·I)/√(trace + 2√det), by the theorem of Cayley and Hamilton.
    root = math.sqrt(max(xx * yy - xy * xy, 0.0))
    scale = math.sqrt(max(xx + yy + 2 * root, 1e-300))
    line = (center + CIRCLE @ ((covariance + root * np.eye(2)) / scale)).tolist()
    canvas.outline(line, look.theme.halo, max(3, round(3.4 * look.stroke)))
    canvas.outline(line, color, max(1, round(1.6 * look.stroke)))
    canvas.curve(line, color, closed=True)
