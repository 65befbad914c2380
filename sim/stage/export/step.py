"""A step of the tour as a picture, without a display."""

from dataclasses import replace
from pathlib import Path

import pygame

from ...scene import OPENING, load_scene
from ...study.odds import contrast
from ...study.odds.tally import Tally, work
from ..drawing.layout import SMALLEST
from ..drawing.screen import Screen
from ..picture.picture import draw
from ..picture.races import race as race_of
from ..picture.snapshot import snapshot_of
from ..session.session import Session, begin
from ..session.tour import GoToStep, step_of
from .carried import carried_by
from .png import opaque_image, save_image


def save_step(step: int, language: str, size: tuple[int, int], theme: str, path: Path, presenter: bool = False) -> None:
    """Save a step, by its place, as a window of that size would show it, with what is counted on its sheet.

    Raises:
        OutputError: the file cannot be written.
    """
    session = replace(still(step, language, theme), presenter=presenter)
    race = race_of(session.scene)
    race.extend(session.horizon + 1)
    drawn = max(size[0], SMALLEST[0]), max(size[1], SMALLEST[1])
    picture = pygame.Surface(drawn, depth=32)
    draw(Screen(picture), snapshot_of(session, race))
    if drawn != size:
        picture = pygame.transform.smoothscale(picture, size)  # As a window so small shows it.
    save_image(opaque_image(picture), path, carried_by(session))


def still(step: int, language: str, theme: str) -> Session:
    """The session at that step, at rest, with all that its sheet counts."""
    fresh = replace(begin(load_scene(OPENING), theme), language=language)
    session = GoToStep(step).apply(fresh)
    named = step_of(session)
    assert named is not None
    tick = min(named.picture, session.scene.updates) if named.update is None else named.update
    session = replace(session, playing=False, live=False, progress=float(tick), seen=tick)
    return replace(session, tally=counted(session)) if session.sheet else session


def counted(session: Session) -> Tally:
    """All that the sheet tells of the session's scene."""
    scene = session.scene
    results = tuple((place, job.run()) for place, job in enumerate(work(scene)))
    return Tally(scene, results, contrast.measured(scene))
