"""The window, which is what the program does if no command is named."""
# ruff: noqa: PLC0415

import argparse
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..base.limits import THEMES
from ..base.version import VERSION
from . import COMMAND_LINE, COMMANDS, PROGRAM
from .console.arguments import Parser, add_motion, add_scale, add_scene
from .console.terminal import remark, show

if TYPE_CHECKING:
    from ..scene.reading import Saved

NO_DISPLAY_PICTURE = Path("three-marbles.png")


def parser() -> argparse.ArgumentParser:
    """Its arguments."""
    width = max(map(len, COMMANDS))
    commands = "\n".join(f"  {PROGRAM} {name:<{width}}  {purpose}" for name, purpose in COMMANDS.items())
    parser = Parser(
        "",
        f"""
Three marbles start at the same point of the same loss surface: one follows
the full batch, one a small batch, one momentum. See which gets stuck, where
and why, and which escapes.

other commands, each with its own --help:
{commands}
""",
        f"""
{COMMAND_LINE}                    the opening scene
{COMMAND_LINE} on-the-saddle      a scene by its name
{COMMAND_LINE} lecture/mine.toml  a scene of your own
{COMMAND_LINE} ./run              a scene whose file is called like a command
""",
        usage=f"{PROGRAM} [-h] [--version] [--scale F] [--reduced-motion] [--rules FILE.py]\n"
        f"       {' ' * len(PROGRAM)} [SCENE]\n"
        f"       {PROGRAM} COMMAND [-h] ...",
    )
    add_scene(parser)
    add_scale(
        parser,
        None,
        "scale factor for the window's text and strokes; the window is never larger than the desktop (default: "
        "what suits the desktop's size)",
    )
    add_motion(parser)
    parser.add_argument("--version", action="store_true", help="show the version and exit")
    return parser


def run(arguments: argparse.Namespace) -> None:
    """Open the window; where there is no display, save the final picture instead."""
    if arguments.version:
        show(f"three-marbles {VERSION}")
        return
    from ..stage import require_pygame_ce

    @cache
    def find() -> "Saved":
        from .console.selection import chosen_saved

        return chosen_saved(arguments.scene)

    if arguments.scene is not None:
        find()  # What is wrong with a file is told instead of opening a window.
    require_pygame_ce()
    from ..stage.window.opening import open_window

    def save(path: Path) -> None:
        from ..stage.export.still import screenshot

        saved = find()
        screenshot(saved.scene, saved.opening_tick, (1600, 900), THEMES[0], path, clock=saved.clock)

    usual = arguments.scene is None and not arguments.rules
    opened_or_saved(
        partial(open_window, find, scale=arguments.scale, steady=arguments.reduced_motion, usual=usual),
        save,
        "the race's final picture",
    )


def opened_or_saved(open_: Callable[[], None], save: Callable[[Path], None], what: str) -> None:
    """Open a window; where there is no display, save what it would show under a name that is not taken.

    Raises:
        OutputError: that cannot be saved.
    """
    from ..base.files import OutputError, check_writable, free_path, located
    from ..stage.window.display import NoDisplay

    try:
        open_()
    except NoDisplay as reason:
        path = free_path(NO_DISPLAY_PICTURE)
        try:
            check_writable(path)
        except OutputError as error:
            raise OutputError(f"{reason}; {error}") from None
        remark(f"{reason}; {what} is saved instead")
        save(path)
        show(f"saved {located(path)}")
