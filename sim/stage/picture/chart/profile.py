"""The loss along the line from the start by the minimum of its basin to the lowest one, with the marbles as balls.

A marble off the line stands where it is nearest to it, as high as its own loss, and a thread leads down to the line's.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from pygame import Rect

from ....descent.problem import Problem
from ....descent.race import Race
from ....descent.track import Track
from ....surface.points import Array, norm
from ...drawing.canvas import Backdrop, Canvas, Pixel
from ...drawing.glyphs import POLE, draw_flag, draw_marble, draw_wedge, flag_place
from ...drawing.strokes import pieces
from ...style import text
from ...style.cache import cached
from ...style.color import Color, mix
from ...style.style import hairline, stroke_of
from ...style.theme import Theme
from ..map.crowd import Taken, crowds, draw_crowds
from .axes import loss_marks
from .frame import draw_card, draw_losses, plot_area

SAMPLES = 240
"""Points of the line at which the loss is computed."""
BEYOND = 0.16
"""So much of the line is seen beyond either of its ends."""
NO_WAY = 1e-6
"""What is shorter than so many diagonals of the window is no way."""
HEADROOM = 0.14
"""Room above and below the losses along the line, over all that these span."""
TITLE = (0.85, 0.78, 0.7)
"""Height of the type of what is said above it, in ems: where that would be cut, it is smaller."""
FLAG = 0.4
"""How much of the plot's height the flag at the start takes at most: where it would be more, it is smaller."""
RIM = 2.0
"""How far its rim reaches above its pole, in strokes."""
RADIUS, BALL = 6.0, 7.5
"""Radius of a ball, in strokes, which rests upon the curve, and with its rim."""


@dataclass(frozen=True, eq=False)
class Profile:
    """The line: where it runs, and the training loss along it."""

    corners: Array
    """Where it begins, bends and ends (n, 2)."""
    minima: tuple[int, ...]
    """The minima at all corners but the first, by their numbers, the lowest being 1."""
    at: Array
    """How far along the line its points lie (SAMPLES,): 0 at the start."""
    losses: Array
    low: float
    high: float

    @property
    def lengths(self) -> Array:
        """How far along the line its corners lie (n,)."""
        return np.concatenate([[0.0], np.cumsum(norm(np.diff(self.corners, axis=0)))])

    def points(self, at: Array) -> Array:
        """The points (..., 2) that lie so far along the line (...), which goes on straight at both ends."""
        lengths, ways = self.lengths, np.diff(self.corners, axis=0)
        part = np.clip(np.searchsorted(lengths, at, side="right") - 1, 0, len(ways) - 1)
        share = (at - lengths[part]) / np.diff(lengths)[part]
        return np.asarray(self.corners[part] + share[..., None] * ways[part])

    def nearest(self, point: Array) -> float:
        """How far along the line that point of it lies which is nearest to a point (2,)."""
        lengths, ways = self.lengths, np.diff(self.corners, axis=0)
        with np.errstate(all="ignore"):
            shares = np.sum((point - self.corners[:-1]) * ways, axis=-1) / np.sum(ways * ways, axis=-1)
            last = len(ways) - 1
            first_ends = np.array([-np.inf if part == 0 else 0.0 for part in range(last + 1)])
            last_ends = np.array([np.inf if part == last else 1.0 for part in range(last + 1)])
            shares = np.clip(shares, first_ends, last_ends)
            gaps = norm(self.corners[:-1] + shares[:, None] * ways - point)
        found = int(np.argmin(gaps))
        return float(lengths[found] + shares[found] * (lengths[found + 1] - lengths[found]))


@cached
def profile_of(problem: Problem, start: tuple[float, float]) -> Profile | None:
    """The line from a start by the minimum of its basin to the lowest that is known; None where there is none.

    There is none if no minimum is known, or if the start is at the lowest.
    """
    if not problem.minima:
        return None
    own = int(problem.basins.follow(np.array([start]))[0][0])
    minima = [index for index in (own, 0) if index >= 0]
    corners = [np.array(start)]
    kept_: list[int] = []
    for index in minima:
        position = np.array(problem.minima[index].position)
        if norm(position - corners[-1]) > NO_WAY * problem.window.diagonal:
            corners.append(position)
            kept_.append(index + 1)
    if not kept_:
        return None
    line = Profile(np.array(corners), tuple(kept_), np.zeros(0), np.zeros(0), 0.0, 1.0)
    length = float(line.lengths[-1])
    at = np.linspace(-BEYOND * length, (1 + BEYOND) * length, SAMPLES)
    with np.errstate(all="ignore"):
        losses = problem.train.value(line.points(at))
    between = losses[(at >= 0) & (at <= length) & np.isfinite(losses)]
    if not between.size:
        return None
    low, high = float(between.min()), float(between.max())
    room = HEADROOM * max(high - low, 1e-9 * max(abs(high), 1.0))
    return replace(line, at=at, losses=losses, low=low - room, high=high + 2 * room)


def draw_profile(
    canvas: Canvas,
    place: Rect,
    race: Race,
    moments: list[tuple[int, float]],
    theme: Theme,
    em: int,
    moving: bool,
) -> None:
    """Draw it in that place, each lane's marble after its update and such a part of its next movement.

    moving: whether the loss of each lane's coming batch is drawn as well.
    """
    canvas.backdrop(Backdrop(_draw_frame, (race.problem, race.start, theme, em), place.size), place.topleft)
    plot, stroke = plot_area(place.size, em).move(place.topleft), stroke_of(em)
    profile = fitted(race.problem, race.start, plot.height, stroke)
    if profile is None:
        return
    with canvas.clip(plot):
        if moving:
            for lane, track in enumerate(race.tracks):
                _draw_batch(canvas, plot, profile, track, moments[lane][0], theme.lane(lane), stroke)
        stands = [_stand(plot, profile, track, moment) for track, moment in zip(race.tracks, moments, strict=True)]
        for lane, stand in enumerate(stands):
            with canvas.part(f"ball {lane + 1}"):
                if stand is not None:
                    _draw_ball(canvas, plot, stand, theme.lane(lane), theme, stroke)
        there = {lane: stand.middle(stroke) for lane, stand in enumerate(stands) if stand is not None}
        foot = _foot(plot, profile, race.problem, race.start)
        flags = [] if foot is None else [flag_place(foot, _flag_stroke(plot.height, stroke))]
        draw_crowds(canvas, crowds(there, BALL * stroke, plot, em, Taken(flags)), theme, em)


def _draw_batch(
    canvas: Canvas, plot: Rect, profile: Profile, track: Track, update: int, color: Color, stroke: float
) -> None:
    """The loss of the batch that the next update goes by, along the line."""
    train = track.problem.train
    if update >= track.updates or track.lane.sees_all(train.count):
        return
    with np.errstate(all="ignore"):
        losses = train.value(profile.points(profile.at), track.batch(update))
    _draw_curve(canvas, plot, profile, losses, color, max(1, round(1.2 * stroke)))


class Stand(NamedTuple):
    """Where a marble is seen in a plot of the profile."""

    x: float
    own: float
    """How high its own loss is,"""
    under: float
    """and how high the line's, where it is nearest to it."""

    def middle(self, stroke: float) -> Pixel:
        """The middle of a ball that rests there."""
        return self.x, self.own - RADIUS * stroke


def _stand(plot: Rect, profile: Profile, track: Track, moment: tuple[int, float]) -> Stand | None:
    """Where a track's marble is seen after so many updates and such a part of the next movement; None where there is no
    loss.
    """
    theta = track.between(min(moment[0], track.updates), moment[1])
    with np.errstate(all="ignore"):
        along = np.array(profile.nearest(theta))
        losses = track.problem.train.value(np.stack([theta, profile.points(along)]))
    if not np.isfinite(losses).all():
        return None
    own, under = _y(plot, profile, losses).tolist()
    return Stand(float(_x(plot, profile, along)), own, under)


def _draw_ball(canvas: Canvas, plot: Rect, stand: Stand, color: Color, theme: Theme, stroke: float) -> None:
    x, own, under = stand
    if not plot.inflate(8 * stroke, 8 * stroke).collidepoint(x, own):
        draw_wedge(canvas, plot, (x, own), color, theme.halo, stroke)
        return
    canvas.line(((x, own), (x, under)), mix(color, theme.panel, 0.4), max(1, round(stroke)))
    draw_marble(canvas, stand.middle(stroke), color, theme.halo, stroke)


def _draw_curve(canvas: Canvas, plot: Rect, profile: Profile, losses: Array, color: Color, width: int) -> None:
    """A curve over the line, in pieces where the loss has no value."""
    for piece in _pieces(plot, profile, losses):
        canvas.line(piece, color, width)


def _pieces(plot: Rect, profile: Profile, losses: Array) -> list[list[Pixel]]:
    """What there is of losses along the line, in pixels."""
    y = _y(plot, profile, losses)
    curve = np.stack([_x(plot, profile, profile.at), y], axis=-1)
    return [[(across, down) for across, down in piece.tolist()] for piece in pieces(curve, np.isfinite(y))]


def _x(plot: Rect, profile: Profile, at: Array) -> Array:
    first, last = float(profile.at[0]), float(profile.at[-1])
    return np.asarray(plot.left + plot.width * np.clip((at - first) / (last - first), -1, 2))


def _y(plot: Rect, profile: Profile, losses: Array) -> Array:
    with np.errstate(all="ignore"):
        return plot.bottom - plot.height * np.clip((losses - profile.low) / (profile.high - profile.low), -1, 2)


def _draw_frame(canvas: Canvas, problem: Problem, start: tuple[float, float], theme: Theme, em: int) -> None:
    """Frame, ticks and the training loss along the line."""
    plot, line, small = plot_area(canvas.size, em), hairline(em), round(0.85 * em)
    draw_card(canvas, theme, em)
    profile = fitted(problem, start, plot.height, stroke_of(em))
    with np.errstate(all="ignore"):
        stands = problem.train.value(np.array([start]))
    room, words = canvas.size[0] - round(1.6 * em), _said(problem, profile, bool(np.isfinite(stands).all()), theme)
    sizes = [round(height * em) for height in TITLE]
    size = next((size for size in sizes if text.width(words, size) <= room), sizes[-1])
    canvas.text(text.fitted(words, size, room), (0.8 * em, 0.85 * em), size, theme.muted)
    if profile is None:
        return
    marks = loss_marks(profile.low, profile.high)
    draw_losses(canvas, plot, marks, _y(plot, profile, np.array([loss for loss, _ in marks])), theme, em)
    names = [theme.say("start"), *(theme.say("minimum {number}", number=number) for number in profile.minima)]
    for at, label in zip(profile.lengths.tolist(), names, strict=True):
        x = round(float(_x(plot, profile, np.array(at))))
        canvas.rule((x, plot.top), (x, plot.bottom), theme.grid, line)
        canvas.text(label, (x, plot.bottom + 0.75 * em), small, theme.muted, align=0.5)
    with canvas.clip(plot):
        _draw_ground(canvas, plot, profile, theme)
        _draw_curve(canvas, plot, profile, profile.losses, theme.text, max(1, round(1.8 * stroke_of(em))))
        foot = _foot(plot, profile, problem, start)
        if foot is not None:
            draw_flag(canvas, foot, theme, _flag_stroke(plot.height, stroke_of(em)))


def _foot(plot: Rect, profile: Profile, problem: Problem, start: tuple[float, float]) -> Pixel | None:
    """Where the flag at the start stands in a plot; None where there is no loss."""
    with np.errstate(all="ignore"):
        height = float(_y(plot, profile, problem.train.value(np.array([start])))[0])
    return (float(_x(plot, profile, np.zeros(1))[0]), height) if np.isfinite(height) else None


def _flag_stroke(height: int, stroke: float) -> float:
    """What stands for the width of thin lines in the flag, in a plot of that height."""
    return _flag(height, stroke) / (POLE + RIM)


def _flag(height: int, stroke: float) -> float:
    """How high the flag is, in pixels, in a plot of that height."""
    return min((POLE + RIM) * stroke, FLAG * height)


@cached
def fitted(problem: Problem, start: tuple[float, float], height: int, stroke: float) -> Profile | None:
    """The profile in a plot of that height, up to where the flag at its start has room; None where there is none."""
    profile = profile_of(problem, start)
    if profile is None:
        return None
    with np.errstate(all="ignore"):
        loss = float(problem.train.value(np.array([start]))[0])
    if not np.isfinite(loss):
        return profile
    high = profile.low + (loss - profile.low) / (1 - _flag(height, stroke) / height)
    return replace(profile, high=max(profile.high, high))


def _said(problem: Problem, profile: Profile | None, stands: bool, theme: Theme) -> str:
    """What the profile shows, or why there is none; stands: whether there is a loss at the start."""
    if not problem.minima:
        return theme.say("No lowest minimum is known to draw a line to.")
    if not stands:
        return theme.say("Where the race starts, the loss has no finite value.")
    if profile is None:
        return theme.say("The start is at the lowest known minimum: there is no line to it.")
    if len(profile.minima) == 1:
        return theme.say("loss along the line from the start to minimum {number}", number=profile.minima[-1])
    near, far = profile.minima
    return theme.say("loss along the line from the start by minimum {near} to minimum {far}", near=near, far=far)


def _draw_ground(canvas: Canvas, plot: Rect, profile: Profile, theme: Theme) -> None:
    """What lies under the curve."""
    tone = mix(theme.panel, theme.land[len(theme.land) // 2], 0.35)
    for corners in _pieces(plot, profile, profile.losses):
        canvas.polygon([*corners, (corners[-1][0], plot.bottom), (corners[0][0], plot.bottom)], tone)
