"""A swarm on a map: a soft dot for each marble, darker where many lie together; and a bar of where they are."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pygame

from ....study.maps.swarm import Cloud
from ....study.statistics.end_kind import EndKind
from ....study.statistics.intervals import wilson
from ....surface.basins import NO_BASIN, Labels
from ....surface.points import Array
from ...drawing.canvas import Canvas
from ...drawing.screen import image
from ...style import text
from ...style.color import Color, mix
from ...style.numbers import interval, percent
from ...style.style import hairline
from ...style.theme import Theme
from ...style.tints import end_color, quiet_basin_color
from .site import Site

FEW = 1_000  # Marbles up to which each has a round dot; of more, cells of the map are filled.
RADII = {100: 3.4, FEW: 2.2}  # Of the dots, in strokes, where there are so many marbles or fewer.
CELL = 1.7  # Side of a cell, in strokes.
CROWDED = (2, 4, 8, 16, 32)  # Marbles in one place from which it has the next tone.
OPACITY = (0.56, 0.66, 0.76, 0.86, 0.94, 1.0)  # Opacity of each tone.
DEPTH = (0.0, 0.0, 0.0, 0.1, 0.25, 0.45)  # How far each tone is on the way to the colour of marks.
NARROW = 0.4  # Room beside the words in a part of the bar, in ems.
TIGHT, ROOMY = 1.0, 6.0  # Room, in ems, too little for words, and from where on there is some for an interval.


def draw_cloud(
    canvas: Canvas, area: pygame.Rect, site: Site, cloud: Cloud, color: Color, theme: Theme, stroke: float
) -> None:
    """Draw the marbles on the map that fills that area of the canvas, which is expected to be clipped to it."""
    few = cloud.size <= FEW
    cell = 1 if few else max(1, round(CELL * stroke))
    margin = round(4 * stroke) if few else 0
    across, down, counts = occupied(site, cloud.theta, cell, margin)
    tones = np.searchsorted(CROWDED, counts * cloud.each, side="right")
    colors = [mix(color, theme.mark, share) for share in DEPTH]
    if few:
        _draw_dots(canvas, area, (across, down, tones), colors, _radius(cloud.size) * stroke)
    else:
        _draw_cells(canvas, area, (across, down, tones), colors, cell)


def occupied(site: Site, theta: Array, cell: int, margin: int = 0) -> tuple[Labels, Labels, Labels]:
    """The cells of the map in which there are marbles, columns (n,) and rows (n,), and how many are in each (n,).

    A cell is so many pixels wide and high; so many cells around the map count as well.
    """
    camera = site.camera
    columns, rows = -(-camera.width // cell) + 2 * margin, -(-camera.height // cell) + 2 * margin
    x, y = site.project(theta).T / cell + margin
    seen = (x >= 0) & (x < columns) & (y >= 0) & (y < rows) & ~site.hidden(theta)
    every = y[seen].astype(np.intp) * columns + x[seen].astype(np.intp)
    if len(every) <= FEW:
        cells, counts = np.unique(every, return_counts=True)
    else:  # Then to count in all the cells is quicker than to sort the marbles.
        counts = np.bincount(every)
        cells = np.flatnonzero(counts)
        counts = counts[cells]
    down, across = np.divmod(cells, columns)
    return across - margin, down - margin, counts


def _radius(size: int) -> float:
    return next(radius for most, radius in RADII.items() if size <= most)


def _draw_dots(
    canvas: Canvas,
    area: pygame.Rect,
    marbles: tuple[Labels, Labels, Labels],
    colors: list[Color],
    radius: float,
) -> None:
    across, down, tones = marbles
    for tone, color in enumerate(colors):
        x, y = across[tones == tone] + area.left, down[tones == tone] + area.top
        canvas.dots(list(zip(x.tolist(), y.tolist(), strict=True)), radius, color, opacity=OPACITY[tone])


def _draw_cells(
    canvas: Canvas, area: pygame.Rect, marbles: tuple[Labels, Labels, Labels], colors: list[Color], cell: int
) -> None:
    """Small pixels, enlarged smoothly: that costs less than as many dots, and no more on a large screen."""
    across, down, tones = marbles
    if not len(tones):
        return
    left, top = int(across.min()), int(down.min())
    pixels = np.empty((int(across.max()) - left + 1, int(down.max()) - top + 1, 4), dtype=np.uint8)
    pixels[:] = (*colors[0], 0)
    opacity = np.round(255 * np.array(OPACITY))[:, None]
    pixels[across - left, down - top] = np.concatenate([colors, opacity], axis=1).astype(np.uint8)[tones]
    picture = image(pixels)
    if cell > 1:
        picture = pygame.transform.smoothscale_by(picture, cell)
    canvas.image(picture, (area.left + cell * left, area.top + cell * top))


@dataclass(frozen=True, slots=True)
class CloudPart:
    """The marbles of a cloud that are in one place."""

    name: str
    """Where they are, in words."""
    short: str
    """Where they are in a sign or two, or nothing where the colour must do."""
    color: Color
    count: int
    cloud: Cloud

    @property
    def figure(self) -> str:
        """Their share in per cent."""
        return f"{percent(self.count / self.cloud.size)} %"

    @property
    def interval(self) -> str:
        """The 95 % interval of the share, in per cent; empty where nothing is left to chance."""
        if self.cloud.each > 1:
            return ""
        estimate = wilson(self.count, self.cloud.size).estimate
        return "–".join(interval(estimate.low, estimate.high))

    def wordings(self, theme: Theme, roomy: bool) -> Iterator[str]:
        """What can be said of it, the longest first."""
        figures = [self.figure]
        if roomy:
            more = f" ({self.interval})" if self.interval else theme.say(", all at one point")
            figures.insert(0, self.figure + more)
        for name in (f"{self.name}: ", self.short):
            yield from (f"{name}{figure}" for figure in figures)
        yield self.figure


def parts(cloud: Cloud, theme: Theme) -> Iterator[CloudPart]:
    """Where the marbles are, the lowest minimum first; places without any are left out."""
    for index, count in enumerate(cloud.counts):
        if count:
            color = quiet_basin_color(theme, index)
            yield CloudPart(theme.say("minimum {number}", number=index + 1), f"{index + 1}: ", color, count, cloud)
    if cloud.elsewhere:
        yield CloudPart(theme.say("elsewhere"), "", theme.grid, cloud.elsewhere, cloud)
    ended = {EndKind.DIVERGED: cloud.diverged, EndKind.OFF_SURFACE: cloud.off_surface, EndKind.FAILED: cloud.failed}
    for end, count in ended.items():
        if count:
            yield CloudPart(theme.say(end.value), "", end_color(theme, end, NO_BASIN), count, cloud)


def draw_shares(canvas: Canvas, place: pygame.Rect, cloud: Cloud, theme: Theme, em: int) -> None:
    """A bar of the shares of the marbles, each with as many words as it has room for."""
    done, size = 0, round(0.85 * em)
    for part in parts(cloud, theme):
        left, right = (place.left + place.width * count // cloud.size for count in (done, done + part.count))
        done += part.count
        box = pygame.Rect(left, place.top, right - left, place.height)
        canvas.rect(box, part.color)
        room = box.width - round(NARROW * em)
        if room > TIGHT * em:
            wordings = part.wordings(theme, room > ROOMY * em)
            words = next((words for words in wordings if text.width(words, size) <= room), "")
            canvas.text(words, box.center, size, theme.text, align=0.5)
        if left > place.left:
            canvas.rect((left, box.top, hairline(em), box.height), theme.panel)
    canvas.rect(place, theme.border, width=hairline(em))
