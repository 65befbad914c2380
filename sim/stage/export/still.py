"""Moments as pictures in files, drawn without a display: at any scale, one lane alone, with or without a ground."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pygame
from pygame import Rect

from ...base.files import OutputError, whole_file
from ...base.limits import LARGEST_SIZE
from ...descent.clock import UPDATES
from ...descent.race import Race
from ...scene import Scene, SceneError
from ...scene.words import did_you_mean
from ..drawing.canvas import Canvas
from ..drawing.layout import SMALLEST, Layout, More, PanelLayout, layout, panel_layout
from ..drawing.screen import Screen
from ..drawing.vector import Vector
from ..picture.map.site import camera_on
from ..picture.panel.course import course_of
from ..picture.panel.panel import headed, panel_of
from ..picture.picture import draw
from ..picture.races import RACES
from ..picture.races import race as race_of
from ..picture.setting import Setting, places_in, setting
from ..picture.snapshot import snapshot_of
from ..session.odds import ends_seen
from ..session.session import Session, begin
from ..style.color import Color
from ..style.style import hairline
from ..style.theme import Theme, load_theme
from .carried import carried_by
from .looks import USUAL_LOOK, Look
from .png import opaque_image, save_image, transparent_image

if TYPE_CHECKING:
    from PIL.Image import Image

SVG = ".svg"
MOST_DOTS = 100_000  # Of all trails in an SVG together: larger files are of no use to anyone.
SMALLEST_SIZE = (160, 120)

USUAL = tuple(field.name for field in fields(Setting))

Size = tuple[int, int]


def screenshot(
    scene: Scene,
    update: int,
    size: Size,
    theme: str,
    path: Path,
    *,
    scale: float = 1.0,
    lane: str | None = None,
    transparent: bool = False,
    clock: str = UPDATES,
    look: Look = USUAL_LOOK,
) -> None:
    """Save the scene's race after `update` updates as a window of that size in pixels would show it.

    As a PNG, or if the path ends in .svg as an SVG: the same picture in lines and type.

    By another clock than that of updates, these are updates of the fastest lane.

    Each pixel of the window becomes `scale` ones across and down: the layout stays, type and strokes grow with it.
    With a lane's name, its panel alone fills the picture. Where `transparent`, the background is left out, and of a
    lane alone the panel's own ground, too.

    Raises:
        SceneError: there is no such lane.
        OutputError: the picture would be too large or too small, or the way of the marbles too long for an SVG, or the
            file cannot be written; nothing half-written is left.

    >>> from three_marbles.scene import load_scene
    >>> screenshot(load_scene("ravine"), 100, (1280, 720), "dark", Path("ravine.png"))  # doctest: +SKIP
    """
    scaled_size(size, scale)  # Before the race is computed.
    alone, vector = None if lane is None else lane_index(scene, lane), path.suffix.lower() == SVG
    if vector:
        _check_dots(path, update, len(scene.lanes) if alone is None else 1)
    session, race = paused(scene, update, theme, clock, look)
    carried = carried_by(session)
    if not vector:
        save_image(_image(session, race, size, scale, alone, transparent), path, carried)
        return
    ground = _ground(session, alone) if transparent else None
    canvas = Vector(size, scene.texts(session.language).title, carried, without=ground)
    painter(session, race, size, 1.0, alone)(canvas, ground)
    with whole_file(path) as stream:
        stream.write(canvas.written(scale))


def picture(
    scene: Scene,
    update: int,
    size: Size,
    theme: str,
    *,
    scale: float = 1.0,
    lane: str | None = None,
    transparent: bool = False,
    look: Look = USUAL_LOOK,
) -> "Image":
    """The image that `screenshot` saves.

    Raises:
        SceneError: there is no such lane.
        OutputError: it would be too large or too small.
    """
    scaled_size(size, scale)  # Before the race is computed.
    alone = None if lane is None else lane_index(scene, lane)
    return _image(*paused(scene, update, theme, look=look), size, scale, alone, transparent)


def keep_race(scene: Scene, running: Race) -> None:
    """Let a race that has been computed be that of its scene, wherever it is asked for, unless there is one."""
    RACES.get(scene, lambda: running)


def _image(session: Session, race: Race, size: Size, scale: float, lane: int | None, transparent: bool) -> "Image":
    """A session's moment as an image, with or without a ground."""
    pixels, paint = scaled_size(size, scale), painter(session, race, size, scale, lane)

    def painted(background: Color | None) -> pygame.Surface:
        picture = pygame.Surface(pixels, depth=32)
        paint(Screen(picture), background)
        return picture

    if transparent:
        return transparent_image(painted, _ground(session, lane))
    return opaque_image(painted(None))


def _ground(session: Session, lane: int | None) -> Color:
    """What lies under all that is drawn: of a lane alone, which fills the picture, that is its panel."""
    theme = load_theme(session.theme)
    return theme.background if lane is None else theme.panel


def _check_dots(path: Path, update: int, lanes: int) -> None:
    if (update + 1) * lanes > MOST_DOTS:
        most = MOST_DOTS // lanes - 1
        raise OutputError(f"{path}: an SVG has a dot for each update, so show one up to {most:,}, or save a PNG")


Painter = Callable[[Canvas, Color | None], None]
"""Paints a still all over a canvas, on a ground of the given colour, or None for the theme's own."""


def painter(session: Session, race: Race, size: Size, scale: float, lane: int | None) -> Painter:
    """What paints a session's moment as a window of that size would show it, enlarged by `scale`; or one lane alone."""
    if lane is not None:
        return partial(_draw_lane, session=session, race=race, lane=lane, size=size, scale=scale)
    # Where a window could not be as small, the picture is one of the smallest, made smaller.
    grown = max(1.0, *(least / side for least, side in zip(SMALLEST, size, strict=True)))
    window = (round(grown * size[0]), round(grown * size[1]))
    return partial(_draw_still, session=session, race=race, size=window, scale=scale / grown)


def paused(
    scene: Scene, update: int, theme: str, clock: str = UPDATES, look: Look = USUAL_LOOK
) -> tuple[Session, Race]:
    """A session at rest after so many updates of the fastest lane by that clock, and its race, computed that far."""
    session = replace(
        look.applied(begin(scene, theme)),
        playing=False,
        live=False,
        progress=float(update),
        seen=update,
        horizon=max(scene.updates, update),
        clock=clock,
    )
    race = race_of(scene)
    race.extend(session.horizon + 1)
    return session, race


def lane_index(scene: Scene, name: str) -> int:
    """The number of the lane of that name.

    Raises:
        SceneError: there is none.
    """
    names = [lane.name for lane in scene.lanes]
    if name not in names:
        raise SceneError(f"{scene.name} has no lane {did_you_mean(name, names)}")
    return names.index(name)


def scaled_size(size: Size, scale: float) -> Size:
    """Width and height of a picture whose window has that size.

    Raises:
        OutputError: it is beyond what can be drawn.
    """
    width, height = (round(scale * side) for side in size)
    if width > LARGEST_SIZE[0] or height > LARGEST_SIZE[1] or width < SMALLEST_SIZE[0] or height < SMALLEST_SIZE[1]:
        limits = "from {}x{} to {}x{}".format(*SMALLEST_SIZE, *LARGEST_SIZE)
        raise OutputError(
            f"{size[0]}x{size[1]} at scale {scale:g} is {width}x{height} pixels; a picture can have {limits}"
        )
    return width, height


@dataclass(frozen=True, slots=True)
class Still(Setting):
    """The setting of a picture that is no window: at any scale, and on any ground."""

    window: Size = (0, 0)
    """The size of the window whose layout this is, enlarged."""
    scale: float = 1.0
    background: Color | None = None
    """What lies under the panels; None for the theme's own."""

    @property
    def theme(self) -> Theme:
        """How things look and read."""
        return _theme(self.colors, self.language, self.background)

    @property
    def places(self) -> Layout:
        """Where things stand: where they stand in the window, enlarged."""
        return replace(enlarged(places_in(self, self.window), self.scale), size=self.size)


def _theme(name: str, language: str, background: Color | None) -> Theme:
    theme = load_theme(name, language)
    return theme if background is None else replace(theme, background=background)


def enlarged(places: Layout, scale: float) -> Layout:
    """The layout with `scale` pixels to each; equally large places stay so."""
    em = max(1, round(scale * places.em))
    return Layout(
        size=(round(scale * places.size[0]), round(scale * places.size[1])),
        em=em,
        title=_enlarged(places.title, scale),
        look=_enlarged(places.look, scale),
        look_lines=places.look_lines,
        panels=tuple(_enlarged_panel(panel, scale, em, places.together) for panel in places.panels),
        together=_enlarged(places.together, scale),
        chart=_enlarged(places.chart, scale),
        profile=_enlarged(places.profile, scale),
        timeline=_enlarged(places.timeline, scale),
        footer=_enlarged(places.footer, scale),
        controls=_enlarged(places.controls, scale),
    )


def _enlarged_panel(place: PanelLayout, scale: float, em: int, together: Rect | None = None) -> PanelLayout:
    names = ("frame", "name", "strip", "shares", "ends", "chip", "events", "sliders")
    grown = {name: _enlarged(getattr(place, name), scale) for name in names}
    area, line = _enlarged(place.map, scale), hairline(em)
    if together is not None and together.width:
        area = _enlarged(together, scale).inflate(-2 * line, -2 * line)
        return PanelLayout(**grown, map=area, numbers=tuple(_enlarged(cell, scale) for cell in place.numbers))
    frame = grown["frame"]
    # The frame's line is a whole number of pixels wide, and nothing is to be seen between it and the map.
    area = Rect(frame.left + line, area.top, frame.width - 2 * line, area.height)
    return PanelLayout(**grown, map=area, numbers=tuple(_enlarged(cell, scale) for cell in place.numbers))


def _enlarged(rect: Rect, scale: float) -> Rect:
    return Rect(*(round(scale * side) for side in rect))


def _draw_still(
    canvas: Canvas, background: Color | None, *, session: Session, race: Race, size: Size, scale: float
) -> None:
    """Draw what `draw` would, at that scale and on that ground."""
    usual = setting(session, canvas.size)
    if scale == 1 and background is None:
        draw(canvas, snapshot_of(session, race))
        return
    here = Still(**{name: getattr(usual, name) for name in USUAL}, window=size, scale=scale, background=background)
    draw(canvas, snapshot_of(session, race), here=here)


def _draw_lane(
    canvas: Canvas,
    background: Color | None,
    *,
    session: Session,
    race: Race,
    lane: int,
    size: Size,
    scale: float,
) -> None:
    """Draw one lane's panel, as large as the picture."""
    scene, theme = session.scene, _theme(session.theme, session.language, background)
    if background is not None:
        theme = replace(theme, panel=background)
    usual = layout(size, 1, scene.window.width / scene.window.height, presenter=session.presenter)
    em = max(1, round(scale * usual.em))
    more = More(numbers=session.numbers, ends=session.ends)
    place = _enlarged_panel(panel_layout(Rect((0, 0), size), usual.em, more), scale, em)
    camera = camera_on(race.problem, session.focus or scene.window, place.map.size, session.pose)
    course = course_of(race, lane, (place.map, place.strip), em, theme, camera)
    (panel,) = headed([panel_of(scene, place, em, theme, course)])
    canvas.rect((0, 0, *canvas.size), theme.background)
    panel.draw_frame(canvas)
    update = scene.timing(session.clock).updates(lane, session.tick)
    panel.draw(canvas, update, session.views, ends_seen(session)[lane])
