"""What more can be shown in a panel: one line a view in the registry; its key stands in the table of keys."""

from collections.abc import Set as AbstractSet
from functools import lru_cache

import pygame

from ....descent.race import Race
from ...drawing.camera import Camera
from ...style.theme import Theme
from .basins import draw_basins
from .batch_strip import draw_batch_strip
from .batch_surface import draw_batch_minimum, draw_batch_surface
from .gradients import draw_gradients
from .hessian import draw_hessian
from .labels import draw_labels
from .look import Layer, Look, View
from .momentum import draw_momentum
from .next_step import draw_next_step
from .test_surface import draw_test_surface

__all__ = ["USUAL", "VIEWS", "Layer", "Look", "View", "draw_views", "ground"]

VIEWS: dict[str, View] = {
    "batch strip": View(
        "batch strip",
        "One cell an example: lit in the coming batch, half lit once it has had its turn in this epoch.",
        Layer.STRIP,
        draw_batch_strip,
    ),
    "batch surface": View(
        "batch loss",
        "Contours of the coming batch's own loss over the map, and its minimum nearest to the marble.",
        Layer.UNDER,
        draw_batch_surface,
        draw_batch_minimum,
    ),
    "gradients": View(
        "gradients",
        "The gradients of single examples as a fan, with the noise of a batch as an ellipse and as a number.",
        Layer.OVER,
        draw_gradients,
    ),
    "momentum": View(
        "momentum",
        "The next movement as a sum of arrows and in numbers, and how much past gradients weigh in it.",
        Layer.OVER,
        draw_momentum,
    ),
    "next step": View(
        "next step",
        "A ring where the marble will be after the next update.",
        Layer.OVER,
        draw_next_step,
    ),
    "hessian": View(
        "curvature",
        "The directions of most and least curvature at the marble; arrow heads where negative curvature leads down.",
        Layer.OVER,
        draw_hessian,
    ),
    "basins": View(
        "basins",
        "The map tinted by the minimum in which full-batch descent ends.",
        Layer.GROUND,
        draw_basins,
    ),
    "test surface": View(
        "test loss",
        "Dashed contours of the test loss over the map, at the same losses, and its minima.",
        Layer.GROUND,
        draw_test_surface,
    ),
    "labels": View(
        "critical points",
        "Kind, loss and eigenvalues of the critical points.",
        Layer.GROUND,
        draw_labels,
    ),
}
"""Every view by the name that a session knows it by, in the order of menus; within a layer also that of drawing."""

USUAL = frozenset({"batch strip"})
"""What is shown unless somebody says otherwise."""


def draw_views(target: pygame.Surface, look: Look, layer: Layer) -> None:
    """Draw those of the look's views that belong to the layer."""
    for name, view in VIEWS.items():
        if name not in look.views:
            continue
        if view.layer is layer:
            view.draw(target, look)
        elif view.over is not None and layer is Layer.OVER:
            view.over(target, look)


def ground(
    terrain: pygame.Surface, views: AbstractSet[str], race: Race, camera: Camera, theme: Theme, em: int
) -> pygame.Surface:
    """The map with those of the views that are drawn once for all moments; shared, so not to be drawn upon."""
    if any(name in views and view.layer is Layer.GROUND for name, view in VIEWS.items()):
        return _ground(terrain, frozenset(views), race, camera, theme, em)
    return terrain


@lru_cache(maxsize=4)
def _ground(
    terrain: pygame.Surface, views: frozenset[str], race: Race, camera: Camera, theme: Theme, em: int
) -> pygame.Surface:
    picture = terrain.copy()
    area = picture.get_rect()
    look = Look(race, 0, 0, camera, area, area.move(0, area.height), theme, em, views)
    draw_views(picture, look, Layer.GROUND)
    return picture
