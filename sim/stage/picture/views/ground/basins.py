"""Basins of attraction: the map tinted by the minimum in which full-batch descent ends."""

import numpy as np
import pygame

from .....descent.problem import Problem
from .....study.maps.basin_map import Cellwise, basin_cells
from .....study.work.steps import finished
from .....surface.basins import NO_BASIN
from .....surface.points import Array, pair
from ....drawing.camera import Camera, interpolated
from ....drawing.canvas import Canvas
from ....drawing.screen import image
from ....style.cache import cached
from ....style.color import Color
from ....style.theme import Theme
from ....style.tints import basin_color
from ...map.site import Site
from ..context import ViewContext

# Cells along the map's longer side at first.
COARSE = 24
# How often cells at the borders of basins are halved.
HALVINGS = 2
# Cells are halved as long as no more flows than this are followed, counted in examples.
PAIRS = 150_000
STRENGTH = 0.24  # Of a tint.
BAND = 64  # Rows of pixels of which it is found at once where on the land they lie.
DRAPED = 4  # So many times as finely labels are told for a block of land.
FEW = 9  # Basins whose borders are smoothed.


def draw_basins(canvas: Canvas, context: ViewContext) -> None:
    """Lay a quiet tint over each basin; what belongs to none is left as it is."""
    if context.camera.flat:
        picture = _on_map(context.problem, context.camera, context.theme)
    else:
        labels = basin_grid(context.problem, context.camera)
        picture = _tinted(_draped(labels, context.site), labels, context.theme)
    canvas.image(picture, context.area.topleft)


@cached
def basin_tints(problem: Problem, camera: Camera, theme: Theme) -> tuple[Color | None, ...]:
    """The tints that there are on a map, the lowest minimum's first; last None, if a part of it has none."""
    there: list[int] = np.unique(basin_grid(problem, camera)).tolist()
    tints = [basin_color(theme, label) for label in there if label != NO_BASIN]
    return (*tints, None) if NO_BASIN in there else tuple(tints)


def tinted(colors: Array, tint: Color) -> Array:
    """Colours (..., 3) of land as they are seen through a tint."""
    return colors + (np.array(tint) - colors) * (round(255 * STRENGTH) / 255)


@cached
def _on_map(problem: Problem, camera: Camera, theme: Theme) -> pygame.Surface:
    """The tints of a map, which stay whatever moves under them."""
    labels = basin_grid(problem, camera)
    return _tinted(_smooth(labels, camera.width, camera.height)[::-1], labels, theme)


def _tinted(shown: Cellwise, labels: Cellwise, theme: Theme) -> pygame.Surface:
    """A picture of pixels with these labels (height, width), of all that there are."""
    count = int(labels.max(initial=NO_BASIN)) + 1
    palette = np.array(
        [(*basin_color(theme, index), round(255 * STRENGTH)) for index in range(count)] + [(0, 0, 0, 0)],
        dtype=np.uint8,
    )
    return image(palette[shown.T])  # NO_BASIN takes the last colour.


def _smooth(labels: Cellwise, width: int, height: int) -> Cellwise:
    """Labels of pixels (height, width): that of the nearest cell, but with smooth borders where basins are few."""
    rows, columns = labels.shape
    if labels.max(initial=0) >= FEW:
        nearest: Cellwise = labels[np.arange(height)[:, None] * rows // height, np.arange(width) * columns // width]
        return nearest
    most, chosen = np.full((height, width), -np.inf), np.full((height, width), NO_BASIN, dtype=labels.dtype)
    for name in np.unique(labels):
        mask = np.pad((labels == name).astype(float), 1, mode="edge")
        mask = mask[:-2] + 2 * mask[1:-1] + mask[2:]
        mask = mask[:, :-2] + 2 * mask[:, 1:-1] + mask[:, 2:]
        share = interpolated(mask, np.linspace(0, rows - 1, height), np.linspace(0, columns - 1, width))
        chosen[share > most] = name
        np.maximum(most, share, out=most)
    return chosen


def _draped(labels: Cellwise, site: Site) -> Cellwise:
    """Labels of pixels (height, width) of a block of land; NO_BASIN where there is none."""
    wide = _smooth(labels, DRAPED * labels.shape[1], DRAPED * labels.shape[0])
    pixels = np.arange(site.camera.height, dtype=float)
    bands = (pixels[first : first + BAND] for first in range(0, len(pixels), BAND))
    return np.concatenate([_on_band(wide, site, band) for band in bands])


def _on_band(wide: Cellwise, site: Site, pixels: Array) -> Cellwise:
    """Labels of the pixels in some rows (n,) of a block of land, from labels all over the window."""
    view, (rows, columns) = site.camera.view, wide.shape
    x, y = np.moveaxis(site.under(pair(*np.meshgrid(np.arange(float(site.camera.width)), pixels))), -1, 0)
    land = np.isfinite(x)
    row = np.clip((np.where(land, y, view.y0) - view.y0) / view.height * rows, 0, rows - 1).astype(np.intp)
    column = np.clip((np.where(land, x, view.x0) - view.x0) / view.width * columns, 0, columns - 1).astype(np.intp)
    return np.where(land, wide[row, column], NO_BASIN)


@cached
def basin_grid(problem: Problem, camera: Camera) -> Cellwise:
    """Labels of cells that cover the map (rows, columns), row 0 at the bottom; not to be written to."""
    longer = max(camera.width, camera.height)
    halvings, side = (HALVINGS, COARSE) if problem.train.count <= 100 else (HALVINGS + 1, COARSE // 2)
    shape = max(1, side * camera.height // longer), max(1, side * camera.width // longer)
    most = PAIRS // problem.train.count
    return finished(basin_cells(problem.basins, camera.view, shape, halvings, problem.basins.minima, most)).labels
