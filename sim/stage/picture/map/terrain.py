"""The map under the marbles: tints and contours of the training loss, and its critical points."""

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from math import hypot
from typing import NamedTuple

import numpy as np
import pygame

from ....descent.problem import Problem
from ....surface.critical.point import CriticalKind, CriticalPoint
from ....surface.points import Array, Mask, norm
from ...drawing.camera import Camera
from ...drawing.canvas import Backdrop, Canvas
from ...drawing.contours import Contours, contour_lines, loss_grid, losses, map_levels, rings, rings_apart
from ...drawing.relief.paints import Paints, paints
from ...drawing.relief.picture import Pixels
from ...drawing.relief.plan import plan_view
from ...drawing.relief.view import heights_over
from ...drawing.screen import image
from ...style import text
from ...style.cache import cached
from ...style.color import mix
from ...style.theme import Theme
from .site import LandBlock, Map, Site, along, site_of

MANY_MARKS = 40  # Critical points beyond which their marks are smaller.
SMALL_MARK = 0.65  # How large a mark is among many, as a part of its usual size.
RADIUS, RIM = 5.0, 1.8  # Of a mark, and of what is around it, in strokes.
BARS = (1.7, 0.9)  # How far the bars of a cross reach, the way down first, in radii.
PALE = 0.25  # How far the colours of a map are on the way from those of land to the highest tint.
BRIGHT = 0.35
"""How far light brings out the tint of higher land on a map, at most: there shade alone tells heights, and a lit slope
beside a well must not look higher than its rim."""
INK = 0.3  # How far a map's contours are on the way from their own colour to the highest tint.
CROWDED = 13.0
"""Marks that would be nearer to each other than so many strokes make way for the more telling ones."""
RANKS = {CriticalKind.MINIMUM: 0, CriticalKind.SADDLE: 1}
"""Which critical points are marked first."""
HATCH = 9  # From one line to the next where there is no surface, in strokes.


def terrain(problem: Problem, camera: Camera, theme: Theme, stroke: float) -> Backdrop:
    """The map as the camera sees it. `stroke` is the width of thin lines."""
    return Backdrop(draw_terrain, (problem, camera, theme, stroke), (camera.width, camera.height))


def draw_terrain(canvas: Canvas, problem: Problem, camera: Camera, theme: Theme, stroke: float) -> None:
    """Draw the map all over the canvas, or the block of land."""
    site = site_of(problem, camera, theme)
    if isinstance(site, LandBlock):
        draw_block(canvas, problem, site, theme, stroke)
    else:
        _draw_map(canvas, problem, Map(camera), theme, stroke)


def draw_block(canvas: Canvas, problem: Problem, site: LandBlock, theme: Theme, stroke: float) -> None:
    """Draw land aslant, all over the canvas, with the critical points of the training loss."""
    _draw_pixels(canvas, site.relief.pixels, site.relief.stride)
    if site.relief.blank is not None and site.relief.blank.all():
        _say_nothing_is_here(canvas, theme, stroke)
    with canvas.part("critical points"):
        draw_marks(canvas, problem, site, theme, stroke)


def _draw_pixels(canvas: Canvas, pixels: Pixels, stride: int = 1) -> None:
    """Draw cells of so many pixels a side, which may reach beyond the canvas above and to the right."""
    picture = pygame.image.frombuffer(pixels.tobytes(), pixels.shape[1::-1], "RGBX")
    if stride > 1:
        picture = pygame.transform.smoothscale_by(picture, stride)
    canvas.image(picture, (0, canvas.size[1] - picture.get_height()))


def paled(colors: Array, theme: Theme) -> Array:
    """Colours (..., 3) a part of the way to the highest tint, so that trails and words on a map stand out."""
    return colors * (1 - PALE) + PALE * np.array(theme.high)


@lru_cache(maxsize=8)
def _pale_paints(theme: Theme) -> Paints:
    """The colours of a map, from those of land."""
    own = paints(theme, BRIGHT)
    colors = own.table.view(np.uint8).reshape(-1, 4).copy()
    colors[:, :3] = np.rint(paled(colors[:, :3].astype(float), theme))
    red, green, blue = np.rint(paled(np.array(own.behind, dtype=float), theme)).astype(int).tolist()
    return Paints(colors.view(np.uint32)[:, 0], (red, green, blue))


def _draw_map(canvas: Canvas, problem: Problem, site: Map, theme: Theme, stroke: float) -> None:
    camera, grid = site.camera, loss_grid(problem, site.camera)
    drawn = contour_lines(grid, camera, map_levels(problem, camera))
    whole = Contours(drawn, camera)
    for minimum in problem.minima:
        around = contour_lines(grid, camera, rings(problem, camera, minimum))
        place = np.array(minimum.position)
        drawn += rings_apart(Contours(around, camera).around(place), whole.around(place))
    draw_flat(canvas, problem, site, theme, stroke, _pixel_losses(problem, camera), drawn)


def draw_flat(
    canvas: Canvas,
    problem: Problem,
    site: Map,
    theme: Theme,
    stroke: float,
    fine: Array,
    contours: list[Array],
    stride: int = 1,
) -> None:
    """Draw a map all over the canvas, with the critical points of the training loss.

    fine: the loss in cells of `stride` by `stride` pixels (rows, columns), the uppermost row first.
    contours: lines (n, 2).
    """
    camera, width, blank = site.camera, max(1, round(stroke)), np.isnan(fine)
    stands = heights_over(problem, camera.view).of(fine)
    _draw_pixels(canvas, plan_view(camera, stands, _pale_paints(theme)), stride)
    ink = mix(theme.level, theme.high, INK)
    with canvas.part("contours"):
        for line in map(site.project, contours):
            canvas.curve(line.tolist(), ink, width=width)
    if blank.any():
        _draw_blank(canvas, blank.repeat(stride, axis=0).repeat(stride, axis=1), theme, stroke)
    if blank.all():
        _say_nothing_is_here(canvas, theme, stroke)
    with canvas.part("critical points"):
        draw_marks(canvas, problem, site, theme, stroke)


def draw_marks(canvas: Canvas, problem: Problem, site: Site, theme: Theme, stroke: float) -> None:
    """The critical points of the training loss."""
    size = mark_stroke(problem, stroke)
    for point in _marked(problem, site, stroke):
        draw_mark(canvas, site, point, theme, size)


def _marked(problem: Problem, site: Site, stroke: float) -> list[CriticalPoint]:
    """The critical points that are marked on that ground: what land stands before is not, nor what would crowd."""
    places = np.array([point.position for point in problem.critical]).reshape(-1, 2)
    seen = [point for point, hidden in zip(problem.critical, site.hidden(places), strict=True) if not hidden]
    return thinned(seen, site, CROWDED * stroke)


def thinned(points: Sequence[CriticalPoint], site: Site, apart: float) -> list[CriticalPoint]:
    """The critical points that are marked: no two of them are nearer to each other than so many pixels.

    Where some crowd, minima come before saddles and these before the rest, and the lower before the higher; but the
    first of each kind comes before all others than minima.
    """
    ranked = sorted(points, key=lambda point: (RANKS.get(point.kind, len(RANKS)), point.value))
    order = sorted(foremost(ranked), key=lambda point: point.kind is not CriticalKind.MINIMUM)
    places = site.project(np.array([each.position for each in order]).reshape(-1, 2)).tolist()
    size = max(apart, 1.0)
    squares, shown = defaultdict[tuple[int, int], list[tuple[float, float]]](list), set[int]()
    for point, (x, y) in zip(order, places, strict=True):
        column, row = int(x // size), int(y // size)
        beside = ((column + i, row + j) for i in (-1, 0, 1) for j in (-1, 0, 1))
        near = (place for square in beside if square in squares for place in squares[square])
        if all(hypot(x - other[0], y - other[1]) >= apart for other in near):
            squares[column, row].append((x, y))
            shown.add(id(point))
    return [point for point in ranked if id(point) in shown]


def foremost(points: Sequence[CriticalPoint]) -> list[CriticalPoint]:
    """The first of each kind, and then the others: so there are all kinds where there is no room for all points."""
    first = {point.kind: index for index, point in reversed(list(enumerate(points)))}
    return sorted(points, key=lambda point: points[first[point.kind]] is not point)


def _pixel_losses(problem: Problem, camera: Camera) -> Array:
    """The training loss at each pixel, the uppermost row first: along curves through the nodes.

    Where some of the nodes around a pixel have none, it is computed there: so the edge of what is blank is sharp.
    """
    grid = loss_grid(problem, camera)
    fine = camera.at_pixels(grid)
    known = np.isfinite(grid)
    if not known.all():
        edge = np.isnan(fine) & (camera.at_pixels(known.astype(float)) > 0)
        fine[edge] = losses(problem, camera.pixels()[edge])
    return fine


def _draw_blank(canvas: Canvas, blank: Mask, theme: Theme, stroke: float) -> None:
    """Blank, but for a pale hatching, the pixels at which there is no surface (rows, columns).

    They may reach beyond the canvas above and to the right.
    """
    mask = blank[-canvas.size[1] :, : canvas.size[0]].T
    hatched = np.add.outer(*map(np.arange, mask.shape)) % round(HATCH * stroke) < max(1, round(stroke))
    colors = np.where(hatched[..., None], np.array(theme.border), np.array(theme.panel))
    canvas.image(image(np.concatenate([colors, 255 * mask[..., None]], axis=-1).astype(np.uint8)), (0, 0))


def _say_nothing_is_here(canvas: Canvas, theme: Theme, stroke: float) -> None:
    """Where a marble that is ridden along with has gone, there may be no land at all."""
    size, (width, height) = round(12 * stroke), canvas.size
    words = text.fitted(theme.say("The loss has no finite value anywhere here."), size, round(0.96 * width))
    corner = (0.5 * (width - text.label_size(words, size)[0]), 0.5 * height)
    canvas.label(words, corner, size, theme.text, theme.panel)


def mark_stroke(problem: Problem, stroke: float) -> float:
    """What stands for the width of thin lines in marks of critical points: these are smaller where there are many."""
    return stroke if len(problem.critical) <= MANY_MARKS else SMALL_MARK * stroke


class Mark(NamedTuple):
    """What the mark of a critical point takes up with its rim; a saddle's, as far as its bars reach."""

    place: pygame.Rect
    drawn: bool
    """Whether the point is marked: no land stands before it, and it does not crowd others."""


@cached
def marks_of(problem: Problem, camera: Camera, theme: Theme, stroke: float) -> tuple[Mark, ...]:
    """The marks of all critical points, from the land's corner, on the ground of the training loss."""
    site, points, size = site_of(problem, camera, theme), problem.critical, mark_stroke(problem, stroke)
    places = np.array([point.position for point in points]).reshape(-1, 2)
    ends = np.zeros((len(points), 2, 2))
    for which in (0, 1):
        ends[:, which] = along(site, places, np.array([point.eigenvectors[which] for point in points]).reshape(-1, 2))
    with np.errstate(all="ignore"):
        bars = np.abs(ends) * (np.array(BARS)[:, None] / norm(ends)[..., None])
    found, drawn = [], set(map(id, _marked(problem, site, stroke)))
    for point, (x, y), reach in zip(points, site.project(places).tolist(), bars.max(axis=1).tolist(), strict=True):
        wide, tall = reach if point.kind is CriticalKind.SADDLE else (1.0, 1.0)
        across, down = (round((RADIUS * side + RIM) * size) for side in (wide, tall))
        found.append(
            Mark(pygame.Rect(round(x) - across, round(y) - down, 2 * across + 1, 2 * down + 1), id(point) in drawn)
        )
    return tuple(found)


def draw_mark(canvas: Canvas, site: Site, point: CriticalPoint, theme: Theme, stroke: float) -> None:
    """A critical point: a ring for a minimum, a cross for a saddle, a triangle for a maximum, else a dot.

    The cross lies along the saddle's eigenvectors, its longer bar along the way down.
    """
    place, (x, y) = np.array(point.position), site.pixel(*point.position)
    radius, width = RADIUS * stroke, max(1, round(1.6 * stroke))
    rim = width + 2 * max(1, round(stroke))
    for color, thick in ((theme.halo, rim), (theme.mark, width)):
        match point.kind:
            case CriticalKind.MINIMUM:
                canvas.ring((x, y), radius + 0.5 * thick, color, thick)
            case CriticalKind.SADDLE:
                for (vx, vy), length in zip(point.eigenvectors, BARS, strict=True):
                    along_it = site.vector(np.array((vx, vy)), place)
                    dx, dy = (length * radius * along_it / np.hypot(*along_it)).tolist()
                    canvas.line(((x - dx, y - dy), (x + dx, y + dy)), color, thick)
            case CriticalKind.MAXIMUM:
                corners = [
                    (x, y - radius),
                    (x + 0.87 * radius, y + 0.5 * radius),
                    (x - 0.87 * radius, y + 0.5 * radius),
                ]
                for start, end in zip(corners, corners[1:] + corners[:1], strict=True):
                    canvas.line((start, end), color, thick)
            case CriticalKind.DEGENERATE:
                canvas.disc((x, y), 0.5 * radius + 0.5 * (thick - width), color)
