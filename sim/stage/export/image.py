"""Moments as images and files for who calls the program from Python: in any language, with any views."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pygame

from ...descent.race import Race
from ...files import OutputError, check_writable, whole_file
from ...languages import ENGLISH
from ...scene import Scene
from ...study.statistics.figure import Page
from ..drawing.screen import Screen
from ..drawing.vector import Vector
from ..plot.page import arrange, draw_layout
from ..session.session import RACES, Session, carried_by
from ..style.color import Color
from ..style.theme import load_theme
from .pages import saved_em
from .png import opaque_image, save_image, transparent_image
from .still import MOST_DOTS, SVG, Size, lane_index, painter, paused, scaled_size

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True, slots=True)
class Wish:
    """How a moment is to be shown."""

    size: Size
    scale: float = 1.0
    theme: str = "light"
    language: str = ENGLISH
    views: frozenset[str] | None = None
    """None for the usual ones, and those that the scene wants."""
    profile: bool = False
    numbers: bool = False
    lane: str | None = None
    """The name of one that fills the picture."""
    transparent: bool = False


def known_race(scene: Scene, running: Race) -> None:
    """Let a race that has been computed be that of its scene, wherever it is asked for, unless there is one."""
    RACES.get(scene, lambda: running)


def drawn(scene: Scene, update: int, wish: Wish, running: Race | None = None) -> "Image":
    """The picture of a scene's race after so many updates; of `running`, if that is it.

    Raises:
        SceneError: there is no such lane.
        OutputError: it would be too large or too small.
    """
    pixels, alone = _asked(scene, wish)
    session, race = _paused(scene, update, wish, running)
    paint = painter(session, race, wish.size, wish.scale, alone)

    def painted(background: Color | None) -> pygame.Surface:
        picture = pygame.Surface(pixels, depth=32)
        paint(Screen(picture), background)
        return picture

    if not wish.transparent:
        return opaque_image(painted(None))
    return transparent_image(painted, load_theme(wish.theme).background)


def saved(scene: Scene, update: int, wish: Wish, path: Path, running: Race | None = None) -> None:
    """Save that picture as a PNG, or if the path ends in .svg as an SVG, which carry the scene if a file can hold it.

    Raises:
        SceneError: there is no such lane.
        OutputError: the picture cannot be, or the file cannot be written; nothing half-written is left.
    """
    check_writable(path)
    session, race = _paused(scene, update, wish, running)
    if path.suffix.lower() != SVG:
        save_image(drawn(scene, update, wish, race), path, carried_by(session))
        return
    _, alone = _asked(scene, wish)
    lanes = len(scene.lanes) if alone is None else 1
    if (update + 1) * lanes > MOST_DOTS:
        most = MOST_DOTS // lanes - 1
        raise OutputError(f"{path}: an SVG has a dot for each update, so show one up to {most:,}, or save a PNG")
    ground = load_theme(wish.theme).background if wish.transparent else None
    canvas = Vector(wish.size, scene.texts(wish.language).title, carried_by(session), without=ground)
    painter(session, race, wish.size, 1.0, alone)(canvas, None)
    with whole_file(path) as stream:
        stream.write(canvas.written(wish.scale))


def page_image(page: Page, size: Size, theme_name: str, language: str = ENGLISH) -> "Image":
    """A page of figures as an image."""
    picture = pygame.Surface(size, depth=32)
    draw_layout(Screen(picture), arrange(page, load_theme(theme_name, language), saved_em(size), size))
    return opaque_image(picture)


def _asked(scene: Scene, wish: Wish) -> tuple[Size, int | None]:
    """The size of the picture in pixels, and the lane that fills it."""
    return scaled_size(wish.size, wish.scale), None if wish.lane is None else lane_index(scene, wish.lane)


def _paused(scene: Scene, update: int, wish: Wish, running: Race | None) -> tuple[Session, Race]:
    """A session at rest at that moment, and its race."""
    if running is not None:
        known_race(scene, running)
    session, race = paused(scene, update, wish.theme)
    views = session.views if wish.views is None else wish.views
    seen = replace(session, language=wish.language, views=views, profile=wish.profile, numbers=wish.numbers)
    return seen, race
