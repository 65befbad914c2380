"""How the window opens: at once, with a greeting, while what computes and draws races is still being loaded."""
# ruff: noqa: PLC0415  What is loaded behind the greeting takes most of the time until the first picture.

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pygame

from ...languages import ENGLISH
from ..style.theme import THEMES, load_theme
from . import display
from .greeting import draw_greeting

if TYPE_CHECKING:
    from ...scene.reading import Saved


def open_window(
    find: "Callable[[], Saved]",
    step: int | None = None,
    *,
    scale: float | None = None,
    steady: bool = False,
    theme: str = THEMES[0],
    language: str = ENGLISH,
    presenter: bool = False,
) -> None:
    """Show a scene, at the moment at which it was left, until the user closes the window.

    find: finds it, once there is a window.
    step: the step of the tour with which it begins, by its place; None: it begins without.
    scale: how large type and strokes are, over the usual size; None for what suits the desktop.
    steady: whether motion is reduced.
    theme, language, presenter: how it looks and reads at first.

    Raises:
        NoDisplay: there is none.
        SceneError: from `find`.
    """
    with display.opened(scale) as larger:
        draw_greeting(display.screen(), load_theme(theme))
        pygame.display.flip()
        from ..picture.setting import type_at
        from ..session.session import update
        from ..session.tour import GoToStep
        from ..session.view import TellOfRoom
        from .beside.memory import keep_little
        from .files import documents
        from .window import MainWindow

        session = replace(documents.resume(find(), theme), larger=larger, steady=steady, language=language, ends=True)
        session = replace(session, presenter=presenter)
        session = session if step is None else update(session, GoToStep(step))
        height = partial(type_at, session=session, size=display.canvas_size())
        keep_little()
        window = MainWindow(session if scale is None else update(session, TellOfRoom(height)))
        try:
            while window.session.open:
                window.frame()
        finally:
            window.close()
