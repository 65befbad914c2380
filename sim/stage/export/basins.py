"""A map of basins as a picture: each basin in its colour over the contours, with a legend that tells its share."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pygame

from ...descent.problem import Problem
from ...descent.rules import rule_name
from ...descent.rules.protocol import Rule
from ...scene import Scene
from ...study.maps.basin_map import DIVERGED, MOVING, BasinMap
from ...surface.basins import NO_BASIN
from ...surface.protocol import Window
from ..drawing.camera import Camera
from ..drawing.canvas import Backdrop, Canvas
from ..drawing.layout import USUAL
from ..drawing.screen import Screen, image
from ..picture.map.numbers import draw_numbers
from ..picture.map.site import Map
from ..picture.map.terrain import draw_marks, terrain
from ..style import text
from ..style.color import Color, mix
from ..style.numbers import hyperparameters, percent, rule_in_words
from ..style.style import stroke_of
from ..style.theme import Theme, load_theme
from ..style.tints import basin_color
from .png import opaque_image, save_image

if TYPE_CHECKING:
    from PIL.Image import Image

# How strong a basin's colour is over the map.
STRENGTH = 0.55
# How strong the colour is of what ends in no basin.
SPECIAL = 0.8
LEGEND = 15  # Width of the legend at the map's side, in ems.
LINES = 4  # Lines of it below the map.
STRIP = 256  # Rows of pixels that are coloured at once.


@dataclass(frozen=True, slots=True)
class MapLayout:
    """Where things stand, in pixels."""

    em: int
    title: pygame.Rect
    map: pygame.Rect
    """As large as there is room for, and of the window's own shape."""
    legend: pygame.Rect
    """Beside the map or below it, whichever leaves more room for the map."""

    @property
    def stroke(self) -> float:
        """Width of thin lines."""
        return stroke_of(self.em)


def map_layout(size: tuple[int, int], window: Window) -> MapLayout:
    """The places in a picture of that size."""
    width, height = size
    em = max(10, round(18 * min(width / USUAL[0], height / USUAL[1])))
    gap, line = round(0.8 * em), round(1.6 * em)
    whole = pygame.Rect(gap, gap // 2, width - 2 * gap, height - gap // 2 - gap)
    title = pygame.Rect(whole.left, whole.top, whole.width, round(2.2 * em))
    below = whole.bottom - title.bottom

    def fitting(room: tuple[int, int]) -> pygame.Rect:
        scale = min(room[0] / window.width, room[1] / window.height)
        shape = max(1, round(scale * window.width)), max(1, round(scale * window.height))
        return pygame.Rect(whole.left, title.bottom, *shape)

    beside = fitting((whole.width - LEGEND * em - gap, below))
    above = fitting((whole.width, below - LINES * line - gap // 2))
    if beside.width >= above.width:
        beside.left += (whole.width - beside.width - gap - LEGEND * em) // 2
        legend = pygame.Rect(beside.right + gap, title.bottom, LEGEND * em, below)
        title.left, title.width = beside.left, legend.right - beside.left
        return MapLayout(em, title, beside, legend)
    above.centerx = whole.centerx
    legend = pygame.Rect(whole.left, above.bottom + gap // 2, whole.width, whole.bottom - above.bottom - gap // 2)
    return MapLayout(em, title, above, legend)


def save_basins(
    scene: Scene, rule: Rule[Any] | None, found: BasinMap, size: tuple[int, int], theme_name: str, path: Path
) -> None:
    """Save a map of the scene's basins as a PNG of that size in pixels; it must have the shape of `map_layout(…).map`.

    Raises:
        OutputError: the file cannot be written; nothing half-written is left.
    """
    save_image(basins_image(scene, rule, found, size, theme_name), path)


def basins_image(
    scene: Scene, rule: Rule[Any] | None, found: BasinMap, size: tuple[int, int], theme_name: str
) -> "Image":
    """A map of the scene's basins as an image of that size in pixels."""
    picture = pygame.Surface(size, depth=32)
    draw_basin_map(Screen(picture), scene, rule, found, load_theme(theme_name))
    return opaque_image(picture)


def draw_basin_map(canvas: Canvas, scene: Scene, rule: Rule[Any] | None, found: BasinMap, theme: Theme) -> None:
    """Draw a map of the scene's basins, by gradient flow or by a rule, all over the canvas."""
    here, problem = map_layout(canvas.size, scene.window), scene.problem()
    canvas.rect((0, 0, *canvas.size), theme.background)
    size = round(1.35 * here.em)
    title = text.fitted(scene.texts(theme.language).title, size, here.title.width, bold=True)
    end = canvas.text(title, here.title.midleft, size, theme.text, bold=True) + here.em
    details = text.fitted(rule_line(rule, theme), here.em, max(0, here.title.right - end))
    canvas.text(details, (end, here.title.centery), here.em, theme.muted)
    camera = Camera(problem.window, *here.map.size)
    canvas.backdrop(Backdrop(_draw_map, (problem, found, camera, theme, here.stroke), here.map.size), here.map.topleft)
    _draw_legend(canvas, problem, found, here, theme)


def _draw_map(canvas: Canvas, problem: Problem, found: BasinMap, camera: Camera, theme: Theme, stroke: float) -> None:
    """The map with its contours, each basin in its colour, and the critical points above."""
    canvas.backdrop(terrain(problem, camera, theme, stroke), (0, 0))
    canvas.image(colored(found, camera, _palette(len(problem.minima), theme)), (0, 0))
    draw_marks(canvas, problem, Map(camera), theme, stroke)
    draw_numbers(canvas, problem, Map(camera), theme, stroke, pygame.Rect((0, 0), canvas.size))


def rule_line(rule: Rule[Any] | None, theme: Theme) -> str:
    """What the basins are those of: the rule and its hyperparameters in one line."""
    if rule is None:
        return theme.say("basins of gradient flow")
    return " · ".join(
        [theme.say("basins of {rule}", rule=rule_in_words(rule_name(rule), theme.language)), *hyperparameters(rule)]
    )


def colored(found: BasinMap, camera: Camera, palette: npt.NDArray[np.float32]) -> pygame.Surface:
    """Each basin in its colour, to be laid over the map.

    A pixel has the mean colour of its four quarters: so edges are smooth, and dust becomes a haze.
    """
    pixels = np.empty((camera.width, camera.height, 4), dtype=np.uint8)
    for top in range(0, camera.height, STRIP):
        rows = slice(top, min(top + STRIP, camera.height))
        # Row 0 of the labels is the lowest one of the picture.
        quarters = found.quarters[2 * (camera.height - rows.stop) : 2 * (camera.height - rows.start)]
        layer = palette[quarters].reshape(-1, 2, camera.width, 2, 4).mean(axis=(1, 3))[::-1].transpose(1, 0, 2)
        strength = layer[..., 3:]
        colors = np.divide(layer[..., :3], strength, out=np.zeros_like(layer[..., :3]), where=strength > 0)
        pixels[:, rows] = np.round(np.concatenate([colors, 255 * strength], axis=-1)).astype(np.uint8)
    return image(pixels)


def _palette(count: int, theme: Theme) -> npt.NDArray[np.float32]:
    """Colours times their strength, and the strength, of labels 0 … count − 1; those below 0 count from the end."""
    colors = [(basin_color(theme, index), STRENGTH) for index in range(count)]
    colors += [(special, SPECIAL) for special in (_special(MOVING, theme), _special(DIVERGED, theme))]
    colors.append(((0, 0, 0), 0.0))
    return np.array([(*(strength * part for part in color), strength) for color, strength in colors], np.float32)


def _special(label: int, theme: Theme) -> Color:
    return {MOVING: theme.muted, DIVERGED: theme.text}[label]


@dataclass(frozen=True, slots=True)
class LegendRow:
    """A line of the legend."""

    color: Color | None
    """None: several together."""
    name: str
    share: float


def legend_rows(problem: Problem, found: BasinMap, theme: Theme, most: int) -> list[LegendRow]:
    """The minima, the lowest first, then what ends in none of them, if anything does; at most so many lines."""
    ground = mix(theme.low, theme.high, 0.5)
    specials = (
        (NO_BASIN, ground, theme.say("none of them")),
        (MOVING, mix(ground, _special(MOVING, theme), SPECIAL), theme.say("still moving")),
        (DIVERGED, mix(ground, _special(DIVERGED, theme), SPECIAL), theme.say("diverged")),
    )
    others = [LegendRow(color, name, share) for label, color, name in specials if (share := found.share(label)) > 0]
    count, room = len(problem.minima), max(0, most - len(others))
    shown = count if count <= room else max(0, room - 1)
    shares = [found.share(index) for index in range(count)]
    entries = [
        LegendRow(
            mix(ground, basin_color(theme, index), STRENGTH), theme.say("minimum {number}", number=index + 1), share
        )
        for index, share in enumerate(shares[:shown])
    ]
    if shown < count:
        entries.append(LegendRow(None, theme.say("{count} more minima", count=count - shown), sum(shares[shown:])))
    return entries + others


def _draw_legend(canvas: Canvas, problem: Problem, found: BasinMap, here: MapLayout, theme: Theme) -> None:
    """Colours, names and shares of the window, in as many columns as there is room for."""
    em, place = here.em, here.legend
    line, width = round(1.6 * em), min(LEGEND * em, place.width)
    columns = max(1, (place.width + em) // (width + em))
    rows = max(1, place.height // line) - 1
    head = theme.say("share of the window")
    canvas.text(text.fitted(head, em, width), (place.left, place.top + 0.5 * line), em, theme.muted)
    for number, entry in enumerate(legend_rows(problem, found, theme, rows * columns)):
        column, row = divmod(number, rows)
        left, middle = place.left + column * (width + em), place.top + (row + 1.5) * line
        if entry.color is not None:
            swatch = pygame.Rect(left, round(middle - 0.5 * em), round(1.4 * em), em)
            canvas.rect(swatch, entry.color, corner=em // 5)
        share = f"{percent(entry.share)} %"
        canvas.text(share, (left + width, middle), em, theme.text, align=1)
        room = width - round(2.4 * em) - text.width(share, em)
        canvas.text(text.fitted(entry.name, em, room), (left + 1.9 * em, middle), em, theme.text)
