"""Land as it is seen at first: so that it fills its panel, and one sees what lies in its wells."""

import math
from dataclasses import replace

import numpy as np

from ....descent.problem import Problem
from ....scene.view import USUAL_VIEW
from ....surface.critical.point import CriticalPoint
from ....surface.protocol import Window
from ...style.cache import cached
from ..camera import MARGIN, Camera
from ..contours import GRID, floor_in, losses
from .heights import SPARE, Heights, heights_of

YAW, TILT = USUAL_VIEW.yaw, USUAL_VIEW.tilt
# How high a height of 1 stands, at most, over the geometric mean of the window's sides.
RISE = 0.43
# How far the block reaches down below a height of 0.
FOOT = 0.05
SEEN = 0.995  # The share of the land that is not to fall away from the eye more steeply than this looks down.
WIDEST, DEEPEST = 2.0, 1.4  # How much wider and deeper the block may be than the window.
# The least rise, over the highest one, even if it hides a minimum.
LEAST = 0.3
# The rise, over the one at which a minimum would be just hidden.
OPEN = 0.92
SIGHTS = 96  # Points on the way from a minimum to the eye that are to be lower than this line.
# Contours at equal steps of height.
LEVELS = 15
# Contours at equal steps make way for one through a pass that is nearer than this.
CROWDED = 0.025


@cached
def first_camera(problem: Problem, window: Window, width: int, height: int) -> Camera:
    """What first looks at a window on a problem's training loss as land in a panel of that size, alike for all."""
    size = math.sqrt(window.width * window.height)
    camera = Camera(window, width, height, YAW, TILT, RISE * size, FOOT * size)
    camera = replace(camera, window=filling(camera))
    for _ in range(2):  # How high it may stand depends on how much is shown, and that on how high it stands.
        heights = heights_over(problem, camera.window)
        clear = min(_clear_rise(problem, camera, heights), _open_rise(problem, camera, heights))
        camera = replace(camera, window=window, rise=min(max(clear, LEAST * RISE * size), RISE * size))
        camera = replace(camera, window=filling(camera))
    return camera


@cached
def heights_over(problem: Problem, window: Window) -> Heights:
    """How high losses stand on a block of that window, whatever it is seen from."""
    passes = tuple(saddle.value for saddle in problem.saddles)
    return heights_of(losses(problem, block_camera(window).grid(GRID)), passes, floor_in(problem, window))


@cached
def levels_over(problem: Problem, window: Window) -> tuple[float, ...]:
    """The heights at which such a block has contours, ascending."""
    return contour_heights(heights_over(problem, window), problem.minima, problem.saddles)


def block_camera(window: Window) -> Camera:
    """Some camera on a block of that window: its grid is the same from wherever it is seen."""
    return Camera(window, 1, 1, tilt=TILT)


def contour_heights(
    heights: Heights, minima: tuple[CriticalPoint, ...], saddles: tuple[CriticalPoint, ...]
) -> tuple[float, ...]:
    """Heights to draw contours at: equal steps, and one through the lowest pass above each minimum."""
    above = [min((saddle.value for saddle in saddles if saddle.value > low.value), default=np.nan) for low in minima]
    passes: list[float] = []
    for level in np.unique(heights.of(np.array(above))).tolist():
        if level - (passes[-1] if passes else -1.0) > CROWDED:
            passes.append(level)
    steps = np.linspace(SPARE, 1 - SPARE, LEVELS + 2)[1:-1].tolist()
    return tuple(sorted(passes + [step for step in steps if all(abs(step - each) > CROWDED for each in passes)]))


def _open_rise(problem: Problem, camera: Camera, heights: Heights) -> float:
    """The rise at which no land stands between the eye and the window's minima."""
    minima = np.array([minimum.position for minimum in problem.minima]).reshape(-1, 2)
    minima = minima[camera.window.contains(minima)]
    if not len(minima):
        return math.inf
    turn, way = camera.turn, camera.window.diagonal * np.arange(1, SIGHTS + 1) / SIGHTS
    nearer = minima[:, None] - way[:, None] * np.array([-turn.yaw_sine, turn.yaw_cosine])
    climbs = heights.of(losses(problem, nearer)) - heights.of(losses(problem, minima))[:, None]
    before = camera.window.contains(nearer) & (climbs > 0)
    line = np.broadcast_to(way, before.shape)[before] / climbs[before]
    return OPEN * turn.tilt_cosine / turn.tilt_sine * float(line.min(initial=np.inf))


def _clear_rise(problem: Problem, camera: Camera, heights: Heights) -> float:
    """The rise at which nearly all of the land falls away from the eye less steeply than this looks down."""
    stands, window, turn = heights.of(losses(problem, camera.grid(GRID))), camera.window, camera.turn
    rows, columns = stands.shape
    along = np.diff(stands, axis=1)[:-1] * ((columns - 1) / window.width)
    up = np.diff(stands, axis=0)[:, :-1] * ((rows - 1) / window.height)
    falls = turn.yaw_sine * along - turn.yaw_cosine * up
    falls = falls[np.isfinite(falls)]
    steep = float(np.quantile(falls, SEEN)) if falls.size else 0.0
    return turn.tilt_cosine / (turn.tilt_sine * steep) if steep > 0 else math.inf


def filling(camera: Camera) -> Window:
    """The camera's window, with one side made longer until the block is as wide and as high as the panel, or nearly.

    Both lengths of its picture are sums of both sides; which one is to grow, and how far, follows from their ratio.
    """
    turn, margin = camera.turn, 2 * MARGIN * min(camera.width, camera.height)
    aspect = (camera.width - margin) / (camera.height - margin)
    cosine, sine, lower = abs(turn.yaw_cosine), abs(turn.yaw_sine), aspect * turn.tilt_cosine
    stand = aspect * (camera.rise + camera.foot) * turn.tilt_sine
    width, height = camera.window.width, camera.window.height
    across, up = camera.extent
    if across < aspect * up:
        rest = cosine - lower * sine
        wanted = (height * (lower * cosine - sine) + stand) / rest if rest > 0 else width
        width = min(max(width, wanted), WIDEST * width)
    else:
        rest = lower * cosine - sine
        wanted = (width * (cosine - lower * sine) - stand) / rest if rest > 0 else height
        height = min(max(height, wanted), DEEPEST * height)
    x, y = camera.window.center.tolist()
    return Window(x - 0.5 * width, x + 0.5 * width, y - 0.5 * height, y + 0.5 * height)
