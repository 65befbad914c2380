"""How the window opens: at once, with a poster or a greeting, while what computes and draws races is being loaded."""
# ruff: noqa: PLC0415  What is loaded behind them takes most of the time until the first picture.

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pygame

from ...base.languages import ENGLISH
from ...base.limits import THEMES
from ..style.theme import load_theme
from . import display
from .poster import draw_poster, keep_poster, poster

if TYPE_CHECKING:
    from ...scene.reading import Saved
    from ..session.session import Session


def open_window(
    find: "Callable[[], Saved]",
    step: int | None = None,
    *,
    scale: float | None = None,
    steady: bool = False,
    theme: str = THEMES[0],
    language: str = ENGLISH,
    presenter: bool = False,
    usual: bool = False,
) -> None:
    """Show a scene, at the moment at which it was left, until the user closes the window.

    find: finds it, once there is a window.
    step: the step of the tour with which it begins, by its place; None: it begins without.
    scale: how large type and strokes are, over the usual size; None for what suits the desktop.
    steady: whether motion is reduced.
    theme, language, presenter: how it looks and reads at first.
    usual: whether it is the opening scene as it comes with the program, of which there is a poster.

    Raises:
        NoDisplay: there is none.
        SceneError: from `find`.
    """
    with display.opened(scale) as larger:
        size = display.screen().get_size()
        usual = usual and size == display.canvas_size()
        kept = poster(size, scale, larger, steady, theme, language, presenter) if usual else None
        foreseen = kept is not None and draw_poster(display.screen(), kept)
        if not foreseen:
            from .greeting import draw_greeting

            draw_greeting(display.screen(), load_theme(theme))
        pygame.display.flip()
        from ..picture.races import race
        from ..session.scenes import brought_along
        from ..session.session import update
        from ..session.tour import GoToStep
        from .background.memory import keep_little
        from .enlarging import lack_of_room
        from .files import documents
        from .window import MainWindow

        session = replace(documents.resume(find(), theme), larger=larger, steady=steady, language=language, ends=True)
        session = replace(session, presenter=presenter, brought=brought_along(session, session.scene))
        session = session if step is None else update(session, GoToStep(step))
        told = None if scale is None else lack_of_room(session, display.canvas_size())
        session = session if told is None else update(session, told)
        keep_little()
        if foreseen:  # Else the chart's numbers would move once more while it is computed.
            race(session.scene).extend(session.horizon + 1)
        window = MainWindow(session)
        try:
            while window.session.open:
                window.frame()
        finally:
            window.close()
    if kept is not None and not foreseen:
        keep_poster(first_picture(session, size), kept)


def first_picture(session: "Session", size: tuple[int, int]) -> pygame.Surface:
    """What a window of that size shows of a session before anything is done in it and any marbles are counted."""
    from ..drawing.screen import Screen
    from ..picture.picture import draw
    from ..picture.snapshot import snapshot_of

    running, surface = session.scene.race(), pygame.Surface(size, depth=32)
    running.extend(session.horizon + 1)
    draw(Screen(surface), snapshot_of(session, running))
    return surface
