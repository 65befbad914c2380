"""A race as a page for a browser."""
# ruff: noqa: PLC0415

import argparse
from pathlib import Path

from . import COMMAND_LINE
from .console.arguments import CLOCKS, Parser, add_scene, add_seed, add_updates, add_view, quoted
from .console.terminal import show

SUFFIXES = (".html", ".htm")


def parser() -> argparse.ArgumentParser:
    """Its arguments."""
    parser = Parser(
        "page",
        """
Save a race as one HTML file that plays in any browser, without a network and
without this program: maps, losses, verdicts and events, update by update, in
every language of the scene. It loads nothing, and can be opened here again.
""",
        f"""
{COMMAND_LINE} page
{COMMAND_LINE} page himmelblau -o race.html
{COMMAND_LINE} page thousand-examples --clock epochs
{COMMAND_LINE} run race.html
""",
    )
    add_scene(parser)
    add_updates(parser)
    add_seed(parser)
    parser.add_argument(
        "--clock",
        choices=CLOCKS,
        help="what the lanes share: updates, epochs, or the time of a serial or parallel machine (default: updates)",
    )
    add_view(parser)
    parser.add_argument(
        "-o",
        "--output",
        type=page_path,
        metavar="FILE",
        help="the HTML file to write, replaced if it exists (default: one with the scene's name, and a number if that "
        "is taken)",
    )
    return parser


def page_path(text: str) -> Path:
    """The path of an HTML file to be written."""
    path = Path(text)
    if path.suffix.lower() not in ("", *SUFFIXES):
        raise argparse.ArgumentTypeError(f"must end in .html, which is what is written, not in {quoted(path.suffix)}")
    return path


def run(arguments: argparse.Namespace) -> None:
    """Compute and save it."""
    from ..files import check_writable, free_path, named
    from ..stage import require_pygame_ce
    from .console.chosen import chosen_saved, compare

    if arguments.view == "map" and (arguments.tilt is not None or arguments.yaw is not None):
        parser().error("argument --view: a map is not turned or tilted; leave out --yaw and --tilt, or --view map")
    saved = chosen_saved(
        arguments.scene, arguments.seed, arguments.view, arguments.together, (arguments.yaw, arguments.tilt)
    )
    path = arguments.output or free_path(named(saved.scene.name, ".html"))
    require_pygame_ce()
    from ..stage.export.web.file import check_size, save_page

    clock, ticks = arguments.clock or saved.clock, arguments.updates
    check_size(saved.scene, clock, ticks, path)
    check_writable(path)
    span = save_page(saved.scene, path, clock, ticks)
    compare(saved, span.race)
    show(f"saved {path}, {path.stat().st_size / 1e3:.0f} kB")
