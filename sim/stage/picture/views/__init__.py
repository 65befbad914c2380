"""What more can be shown in a panel: one line a view in the registry; its key stands in the table of keys."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from pygame import Rect

from ....descent.race import Race
from ...drawing.camera import Camera
from ...drawing.canvas import Backdrop, Canvas
from ...drawing.glyphs import draw_flag
from ...drawing.replay import draw_again
from ...style.style import stroke_of
from ...style.theme import Theme
from ...views import ViewName
from ..map.moving_map import draw_moving_map
from ..map.site import Shaken, Site, moving_site, site_of
from ..map.terrain import draw_block, terrain
from .batch_strip import draw_batch_strip
from .batch_surface import draw_batch_minimum, draw_batch_surface
from .context import Draw, Layer, View, ViewContext
from .formula.formula import draw_formula
from .gradients import draw_gradients, draw_mean_gradient
from .ground.basins import draw_basins
from .ground.loss_scale import draw_level, draw_loss_scale
from .ground.test_surface import draw_test_surface
from .hessian import draw_hessian
from .labels.labels import draw_labels
from .momentum import draw_momentum
from .moving_ground import draw_moving_ground
from .next_step import draw_next_step

__all__ = ["VIEWS", "Layer", "View", "ViewContext", "draw_views", "map_backdrop"]

VIEWS: dict[ViewName, View] = {
    ViewName.BATCH_STRIP: View(
        "batch strip",
        "One cell an example: lit in the coming batch, half lit once it has had its turn in this epoch.",
        Layer.STRIP,
        draw_batch_strip,
    ),
    ViewName.MOVING_GROUND: View(
        "moving ground",
        "Each marble stands on the loss that its next update descends, anew with each batch.",
        Layer.OVER,
        draw_moving_ground,
    ),
    ViewName.LOSS_SCALE: View(
        "loss scale",
        "Which shade is which loss, and the loss of what the marble stands on.",
        Layer.GROUND,
        draw_loss_scale,
        draw_level,
        last=True,
    ),
    ViewName.BATCH_SURFACE: View(
        "batch loss",
        "Contours of the coming batch's own loss over the map, and its minimum nearest to the marble.",
        Layer.UNDER,
        draw_batch_surface,
        draw_batch_minimum,
    ),
    ViewName.GRADIENTS: View(
        "gradients",
        "The gradients of single examples as a fan, with the noise of a batch as an ellipse and as a number.",
        Layer.WORDS,
        draw_gradients,
        draw_mean_gradient,
    ),
    ViewName.MOMENTUM: View(
        "momentum",
        "The next movement as a sum of arrows and in numbers, and how much past gradients weigh in it.",
        Layer.OVER,
        draw_momentum,
    ),
    ViewName.FORMULA: View(
        "formula",
        "The rule's recurrence and the numbers of the next update: g is the batch's gradient, Δθ the movement.",
        Layer.OVER,
        draw_formula,
    ),
    ViewName.NEXT_STEP: View(
        "next step",
        "A ring where the marble will be after the next update.",
        Layer.OVER,
        draw_next_step,
    ),
    ViewName.HESSIAN: View(
        "curvature",
        "The directions of most and least curvature at the marble; arrow heads where negative curvature leads down.",
        Layer.OVER,
        draw_hessian,
    ),
    ViewName.BASINS: View(
        "basins",
        "The map tinted by the minimum in which full-batch descent ends.",
        Layer.GROUND,
        draw_basins,
    ),
    ViewName.TEST_SURFACE: View(
        "test loss",
        "Dashed contours of the test loss over the map, at the same losses, and its minima.",
        Layer.GROUND,
        draw_test_surface,
    ),
    ViewName.LABELS: View(
        "critical points",
        "Kind, loss and eigenvalues of the critical points.",
        Layer.WORDS,
        draw_labels,
    ),
}
"""Every view by the name that a session knows it by, in the order of menus; within a layer also that of drawing, but
for the last."""


def draw_views(canvas: Canvas, context: ViewContext, layer: Layer) -> None:
    """Draw what is shown of the views that belong to the layer.

    What lies over maps is the same in all the pictures between two updates, while marbles glide.
    """
    drawing = _drawing(context.views, layer)
    if not drawing:
        return
    if layer in (Layer.UNDER, Layer.WORDS, Layer.OVER):
        place = (layer, context.index, *context.area)
        draw_again(canvas, place, context.key, lambda under: _draw_layer(under, context, drawing))
    else:
        _draw_layer(canvas, context, drawing)


def _draw_layer(canvas: Canvas, context: ViewContext, drawing: Sequence[tuple[ViewName, Draw]]) -> None:
    for name, draw in drawing:
        with canvas.part(name):
            draw(canvas, context)


@lru_cache(maxsize=64)  # Asked for a dozen times with every picture.
def _drawing(views: frozenset[ViewName], layer: Layer) -> tuple[tuple[ViewName, Draw], ...]:
    """The views of a layer, of those that are shown, and what draws what of them belongs to it."""
    shown = sorted((name for name in VIEWS if name in views), key=lambda name: VIEWS[name].last)
    draws = ((name, _part(VIEWS[name], layer)) for name in shown)
    return tuple((name, draw) for name, draw in draws if draw is not None)


def _part(view: View, layer: Layer) -> Draw | None:
    """What draws what of a view belongs to a layer."""
    return view.draw if view.layer is layer else view.over if layer is Layer.OVER else None


def map_backdrop(context: ViewContext) -> Backdrop:
    """The map with the flag and those of the views that are drawn once for all moments."""
    views = context.views if _drawing(context.views, Layer.GROUND) else frozenset[ViewName]()
    what = (context.race, context.camera, context.theme, context.em)
    if context.shaken is not None:
        passing = context.shaken.stride > 1
        return Backdrop(_draw_moving, (*what, context.shaken, views), context.area.size, passing)
    return Backdrop(_draw_ground, (*what, views), context.area.size)


def _draw_moving(
    canvas: Canvas, race: Race, camera: Camera, theme: Theme, em: int, shaken: Shaken, views: frozenset[ViewName]
) -> None:
    if camera.flat:
        draw_moving_map(canvas, race.problem, camera, theme, stroke_of(em), shaken)
        _draw_on(canvas, race, site_of(race.problem, camera, theme), theme, em, views)
        return
    site = moving_site(race.problem, camera, theme, shaken)
    draw_block(canvas, race.problem, site, theme, stroke_of(em))
    _draw_on(canvas, race, site, theme, em, views)


def _draw_ground(canvas: Canvas, race: Race, camera: Camera, theme: Theme, em: int, views: frozenset[ViewName]) -> None:
    canvas.backdrop(terrain(race.problem, camera, theme, stroke_of(em)), (0, 0))
    _draw_on(canvas, race, site_of(race.problem, camera, theme), theme, em, views)


def _draw_on(canvas: Canvas, race: Race, site: Site, theme: Theme, em: int, views: frozenset[ViewName]) -> None:
    """The flag, and the views that are drawn once for all moments."""
    start, area = np.array(race.start), Rect((0, 0), canvas.size)
    if not site.hidden(start[None])[0]:
        x, y = site.project(start).tolist()
        draw_flag(canvas, (x, y), theme, stroke_of(em))
    draw_views(canvas, ViewContext(race, 0, 0, site, area, area.move(0, area.height), theme, em, views), Layer.GROUND)
