"""The tour: what a lecture claims, step by step, in the window, as a picture or as text."""
# ruff: noqa: PLC0415

import argparse
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..base.languages import ENGLISH, LANGUAGES
from . import COMMAND_LINE
from .console.arguments import Parser, add_look, add_presenter, png_path, quoted
from .console.terminal import show, show_table

if TYPE_CHECKING:
    from rich.table import Table


def parser() -> argparse.ArgumentParser:
    """Its arguments."""
    parser = Parser(
        "tour",
        """
Open the window on the tour: thirteen claims of a lecture, each with the scene
that shows it, a question, what to look at, and the number that bears it out.
Where there is no display, a picture of the step is saved instead.
""",
        f"""
{COMMAND_LINE} tour
{COMMAND_LINE} tour 6
{COMMAND_LINE} tour --list
{COMMAND_LINE} tour 6 --theme dark -o step-6.png
""",
    )
    parser.add_argument(
        "step",
        nargs="?",
        type=_step,
        default=1,
        metavar="STEP",
        help="the step to begin with, counted from 1 (default: 1)",
    )
    parser.add_argument("--list", action="store_true", help="print all steps, with what was measured, and open nothing")
    parser.add_argument(
        "-o",
        "--output",
        type=png_path,
        metavar="FILE",
        help="save the step to this PNG file instead, as the window shows it, replacing it if it exists",
    )
    parser.add_argument(
        "--language",
        default=ENGLISH,
        metavar="CODE",
        help=f"language of the list, the picture and the window: {', '.join(LANGUAGES)} (default: {ENGLISH})",
    )
    add_look(parser)
    add_presenter(parser)
    return parser


def _step(text: str) -> int:
    """The number of a step; how many there are, only the tour knows."""
    if not re.fullmatch(r"[+-]?[0-9]{1,9}", text):
        raise argparse.ArgumentTypeError(f"must be the number of a step, such as 6, not {quoted(text)}")
    return int(text)


def run(arguments: argparse.Namespace) -> None:
    """List the steps, save one, or open the window on it."""
    from ..scene.tour import the_tour
    from ..scene.words import did_you_mean

    steps = the_tour().step
    if not 1 <= arguments.step <= len(steps):
        parser().error(f"there is no step {arguments.step}; the tour has {len(steps)} steps")
    if arguments.language not in LANGUAGES:
        parser().error(f"argument --language: there is no language {did_you_mean(arguments.language, LANGUAGES)}")
    if arguments.list and arguments.output is not None:
        parser().error("argument -o/--output: not allowed with argument --list, which saves nothing")
    if arguments.list:
        show_table(table(arguments.language))
        return
    if arguments.output is not None:
        _save(arguments, arguments.output)
        return
    from ..scene import OPENING
    from ..stage import require_pygame_ce
    from .console.selection import chosen_saved
    from .window import opened_or_saved

    require_pygame_ce()
    from ..stage.window.opening import open_window

    def opened() -> None:
        open_window(
            partial(chosen_saved, OPENING),
            arguments.step - 1,
            theme=arguments.theme,
            language=arguments.language,
            presenter=arguments.presenter,
        )

    opened_or_saved(opened, lambda path: _draw(arguments, path), "the step")


def _save(arguments: argparse.Namespace, path: Path) -> None:
    from ..base.files import check_writable
    from ..stage import require_pygame_ce

    check_writable(path)
    require_pygame_ce()
    _draw(arguments, path)
    show(f"saved {path}")


def _draw(arguments: argparse.Namespace, path: Path) -> None:
    from ..stage.export.step import save_step

    save_step(arguments.step - 1, arguments.language, arguments.size, arguments.theme, path, arguments.presenter)


def table(language: str) -> "Table":
    """The steps, in that language, for a terminal of 80 columns or more."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from ..scene.tour import the_tour
    from ..stage.style.numbers import on_seeds
    from ..study.tour.blanks import first_seed, told

    drawn = Table(box=box.SIMPLE_HEAD, show_lines=False, pad_edge=False)
    drawn.add_column("step", justify="right")
    drawn.add_column("scene", no_wrap=True)
    drawn.add_column("what it claims, and what was measured", overflow="fold")
    for number, step in enumerate(the_tour().step, 1):
        words = told(step, language)
        found = on_seeds(words.found, step.seeds, first_seed(step), step.sampled, language)
        claim = Text.assemble((words.title, "bold"), f"\n{words.says}\n", (found, "dim"))
        drawn.add_row(f"{number}", Text(step.scene, "bold"), claim, end_section=True)
    return drawn
