"""A picture of a race, without a window."""
# ruff: noqa: PLC0415

import argparse

from ..base.limits import MOST_UPDATES
from ..stage.export.limits import PICTURES
from . import COMMAND_LINE
from .console.arguments import (
    Parser,
    add_look,
    add_scale,
    add_scene,
    add_seed,
    add_shown,
    add_view,
    chosen_look,
    path_ending,
    whole_number,
)
from .console.terminal import show


def parser() -> argparse.ArgumentParser:
    """Its arguments."""
    parser = Parser(
        "screenshot",
        """
Save a picture of a race as the window would show it, or of one lane alone. No
display is needed. A file whose name ends in .svg has the same picture in lines
and text instead of pixels, which stay sharp at any size.
""",
        f"""
{COMMAND_LINE} screenshot
{COMMAND_LINE} screenshot sharp-and-flat --update 150 --seed 7
{COMMAND_LINE} screenshot ravine --size 1920x1080 --scale 4 -o slide.png
{COMMAND_LINE} screenshot --lane minibatch --size 800x600 --transparent
{COMMAND_LINE} screenshot himmelblau --together -o figure.svg
{COMMAND_LINE} screenshot on-the-saddle --tilt 60 --show hessian
{COMMAND_LINE} screenshot batch-ladder --clock epochs --presenter
""",
    )
    add_scene(parser)
    parser.add_argument(
        "--update",
        type=whole_number(0, MOST_UPDATES),
        metavar="N",
        help=f"the moment to show, in updates from the start, at most {MOST_UPDATES:,} (default: the one "
        "at which a picture, film or page was saved, else the scene's own last)",
    )
    add_look(parser)
    add_scale(
        parser,
        1.0,
        "pixels of the file for each pixel of --size: 2 draws the same picture twice as large, with text and "
        "strokes in proportion (default: 1)",
    )
    parser.add_argument("--lane", metavar="NAME", help="show only this lane of the scene, filling the picture")
    parser.add_argument("--transparent", action="store_true", help="leave the background out")
    add_view(parser)
    add_shown(parser)
    add_seed(parser)
    parser.add_argument(
        "-o",
        "--output",
        type=path_ending(*PICTURES),
        metavar="FILE",
        help="the PNG or SVG file to write, replaced if it exists (default: a PNG named after the scene, with a "
        "number if that name is taken)",
    )
    return parser


def run(arguments: argparse.Namespace) -> None:
    """Draw and save it."""
    from ..base.files import check_writable, free_path, named
    from ..stage import require_pygame_ce
    from .console.selection import chosen_view, compare, tell_of_boxes, tell_of_failures

    if arguments.lane is not None and arguments.together:
        parser().error("argument --together: not allowed with argument --lane, which shows one marble alone")
    look = chosen_look(parser(), arguments)
    saved = chosen_view(arguments, arguments.scene)
    path = arguments.output or free_path(named(saved.scene.name, ".png"))
    check_writable(path)
    require_pygame_ce()
    from ..stage.export.still import screenshot
    from ..stage.picture.races import race

    screenshot(
        saved.scene,
        saved.opening_tick if arguments.update is None else arguments.update,
        arguments.size,
        arguments.theme,
        path,
        scale=arguments.scale,
        lane=arguments.lane,
        transparent=arguments.transparent,
        clock=arguments.clock or saved.clock,
        look=look,
    )
    compare(saved, race(saved.scene))
    tell_of_failures(race(saved.scene))
    if path.suffix.lower() != ".svg":  # What shows an SVG has fonts of its own.
        tell_of_boxes(saved.scene)
    show(f"saved {path}")
