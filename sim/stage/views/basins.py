"""Basins of attraction: the map tinted by the minimum in which full-batch descent ends."""

import colorsys
from functools import lru_cache

import numpy as np
import pygame

from sim.descent.problem import Problem
from sim.stage.camera import Camera
from sim.stage.terrain import enlarged
from sim.stage.theme import Color, Theme, mix
from sim.stage.views.look import Look
from sim.surface.basins import NO_BASIN, Labels, Mask
from sim.surface.points import Array, pair

COARSE = 24  # Cells along the map's longer side at first; at the borders of basins they are halved,
HALVINGS = 2  # so many times,
PAIRS = 150_000  # as long as no more flows than this are followed, counted in examples.
STRENGTH = 0.24  # Of a tint.
FEW = 9  # Basins whose borders are smoothed.
GOLDEN_ANGLE = 0.381966  # Of a turn: so many hues one after the other are as different as they can be.
FIRST_HUE = 0.43


def draw_basins(target: pygame.Surface, look: Look) -> None:
    """Lay a quiet tint over each basin; what belongs to none is left as it is."""
    labels = basin_grid(look.problem, look.camera)
    count = int(labels.max(initial=NO_BASIN)) + 1
    palette = np.array([(*tint(look.theme, index), round(255 * STRENGTH)) for index in range(count)] + [(0, 0, 0, 0)])
    pixels = palette[_smooth(labels, look.area.width, look.area.height)[::-1].T]  # NO_BASIN takes the last one.
    picture = pygame.Surface(look.area.size, pygame.SRCALPHA)
    pygame.surfarray.blit_array(picture, pixels[..., :3])
    pygame.surfarray.pixels_alpha(picture)[:] = pixels[..., 3]
    target.blit(picture, look.area)


def _smooth(labels: Labels, width: int, height: int) -> Labels:
    """Labels of pixels (height, width): that of the nearest cell, but with smooth borders where basins are few."""
    rows, columns = labels.shape
    if labels.max(initial=0) >= FEW:
        nearest: Labels = labels[np.arange(height)[:, None] * rows // height, np.arange(width) * columns // width]
        return nearest
    names = np.unique(labels)
    shares = []
    for name in names:
        mask = np.pad((labels == name).astype(float), 1, mode="edge")
        mask = mask[:-2] + 2 * mask[1:-1] + mask[2:]
        mask = mask[:, :-2] + 2 * mask[:, 1:-1] + mask[:, 2:]
        shares.append(enlarged(mask, width, height))
    return np.asarray(names[np.argmax(shares, axis=0)])


def tint(theme: Theme, index: int) -> Color:
    """The colour of a basin, of the same strength in each theme."""
    lightness = colorsys.rgb_to_hls(*(part / 255 for part in mix(theme.low, theme.mark, 0.3)))[1]
    red, green, blue = colorsys.hls_to_rgb((FIRST_HUE + index * GOLDEN_ANGLE) % 1.0, lightness, 0.55)
    return round(255 * red), round(255 * green), round(255 * blue)


@lru_cache(maxsize=8)
def basin_grid(problem: Problem, camera: Camera) -> Labels:
    """Labels of cells that cover the map (rows, columns), row 0 at the bottom; not to be written to."""
    longer = max(camera.width, camera.height)
    halvings, side = (HALVINGS, COARSE) if problem.train.count <= 100 else (HALVINGS + 1, COARSE // 2)
    shape = max(1, side * camera.height // longer), max(1, side * camera.width // longer)
    wanted: Mask = np.ones(shape, dtype=np.bool_)
    labels = np.full(shape, NO_BASIN, dtype=np.intp)
    followed = 0
    for level in range(halvings + 1):
        if level:
            labels = labels.repeat(2, axis=0).repeat(2, axis=1)
            wanted = _uncertain(problem, camera, labels)
        followed += int(wanted.sum()) * problem.train.count
        if level and followed > PAIRS:
            break
        labels[wanted] = problem.basins.labels(_centers(camera, labels.shape)[wanted])
    return labels


def _centers(camera: Camera, shape: tuple[int, ...]) -> Array:
    (rows, columns), view = shape, camera.view
    x = view.x0 + (np.arange(columns) + 0.5) * view.width / columns
    y = view.y0 + (np.arange(rows) + 0.5) * view.height / rows
    return pair(x[None, :], y[:, None])


def _uncertain(problem: Problem, camera: Camera, labels: Labels) -> Mask:
    """Cells close to a border, or to a minimum that may have a basin smaller than a cell was before."""
    border: Mask = np.zeros(labels.shape, dtype=np.bool_)
    padded = np.pad(labels, 2, mode="edge")
    rows, columns = labels.shape
    for down in (0, 2, 4):
        for across in (0, 2, 4):
            border |= padded[down : down + rows, across : across + columns] != labels
    for index, minimum in enumerate(problem.minima):
        x, y = camera.project(np.array(minimum.position)).tolist()
        row, column = int((1 - y / camera.height) * rows), int(x / camera.width * columns)
        if 0 <= row < rows and 0 <= column < columns and labels[row, column] != index:
            border[max(row - 2, 0) : row + 3, max(column - 2, 0) : column + 3] = True
    return border
