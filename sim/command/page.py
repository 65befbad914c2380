"""A race as a page for a browser."""
# ruff: noqa: PLC0415

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ..base.limits import MOST_SEEDS as MOST_ODDS
from . import COMMAND_LINE
from .console.arguments import (
    Parser,
    add_clock,
    add_scene,
    add_seed,
    add_updates,
    add_view,
    check_seeds,
    check_view,
    whole_number,
    with_ending,
)
from .console.output import STANDARD_OUTPUT, Place, text_place, written
from .console.terminal import remark, show, watched

if TYPE_CHECKING:
    from ..scene import Scene
    from ..study.odds.odds import Odds

MOST_SEEDS = 50
"""Whose races a page can have."""
LARGE = 1_000_000  # Bytes from which on it is said beforehand how many there may be.
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
{COMMAND_LINE} page --seeds 20 --odds 2000
{COMMAND_LINE} page --all -o pages
{COMMAND_LINE} run race.html
""",
    )
    add_scene(parser)
    add_updates(parser, "the scene's own number, or that of a picture, film or page if it is larger")
    add_seed(parser)
    add_clock(parser)
    parser.add_argument(
        "--seeds",
        type=whole_number(1, MOST_SEEDS),
        default=1,
        metavar="M",
        help=f"how many seeds to include, at most {MOST_SEEDS}, from the scene's own on; a die in the page leads from "
        "one race to the next (default: 1)",
    )
    parser.add_argument(
        "--odds",
        type=whole_number(1, MOST_ODDS),
        metavar="M",
        help="add a table of what becomes of every lane over this many seeds, as `odds` computes it (default: none)",
    )
    add_view(parser)
    parser.add_argument(
        "-o",
        "--output",
        type=text_place,
        metavar="FILE",
        help="the HTML file to write, replaced if it exists, or - for standard output (default: named after the "
        "scene, with a number if that name is taken); with --all, the folder, which is created if needed",
    )
    parser.add_argument(
        "--all",
        action="store_true",
        help="save a page for every scene of the program, the page of theory, and an index.html that links to them; "
        "an index.html that this program did not write is not replaced",
    )
    return parser


def _check(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> None:
    """What cannot be meant is a sentence."""
    path: Place | None = arguments.output
    check_view(parser, arguments)
    if arguments.all and arguments.scene is not None:
        parser.error("argument --all: not allowed with argument SCENE, which is one of them")
    if arguments.all and path is None:
        parser.error("argument --all: needs -o FOLDER for the pages")
    if arguments.all and not isinstance(path, Path):
        parser.error("argument --all: -o must be a folder, not -, which means standard output")
    if not arguments.all and isinstance(path, Path):
        try:
            with_ending(path, *SUFFIXES)
        except argparse.ArgumentTypeError as error:
            parser.error(f"argument -o/--output: {error}")


def run(arguments: argparse.Namespace) -> None:
    """Compute and save it."""
    from ..stage import require_pygame_ce

    _check(parser(), arguments)
    require_pygame_ce()
    if arguments.all:
        _save_all(arguments)
    elif arguments.output is STANDARD_OUTPUT:
        with TemporaryDirectory() as folder:
            path = Path(folder, "page.html")
            _save(arguments, arguments.scene, path, quietly=True)
            with written(STANDARD_OUTPUT) as stream:
                stream.write(path.read_bytes())
    else:
        _save(arguments, arguments.scene, arguments.output)


def _save(arguments: argparse.Namespace, name: str | None, path: Path | None, quietly: bool = False) -> "Scene":
    """Compute and save a scene's race; the scene. Where it is saved is said unless that is to be done quietly."""
    from ..base.files import check_writable, free_path, named
    from ..scene.lesson import end_of
    from ..stage.export.web.file import check_size, with_seeds, write_page
    from ..stage.export.web.race import computed
    from .console.selection import chosen_view, compare, tell_of_failures

    saved = chosen_view(arguments, name)
    path = path or free_path(named(saved.scene.name, ".html"))
    clock, ticks = arguments.clock or saved.clock, arguments.updates
    if ticks is None and saved.tick is not None and clock == saved.clock:  # A longer race stays as long as it was.
        ticks = max(saved.tick, end_of(saved.scene, saved.scene.timing(clock)))
    most = max(arguments.seeds, arguments.odds or 1)
    check_seeds(parser(), saved.scene.seed, most)
    size = check_size(saved.scene, clock, ticks, path, arguments.seeds)
    check_writable(path)
    if size > LARGE and not quietly:
        remark(f"{path} will have at most {size / 1e6:.1f} MB")
    with watched(with_seeds(saved.scene, arguments.seeds)) as scenes:
        span, *others = [computed(scene, clock, ticks) for scene in scenes]
    write_page(path, span, others, _odds(arguments, saved.scene, clock), among=arguments.all)
    compare(saved, span.race)
    tell_of_failures(span.race)
    if not quietly:
        show(f"saved {path}, {path.stat().st_size / 1e3:.0f} kB")
    return saved.scene


def _odds(arguments: argparse.Namespace, scene: "Scene", clock: str) -> "Odds | None":
    """What becomes of its lanes over many seeds, if that is asked for."""
    from ..descent.clock import UPDATES
    from ..study.odds.odds import odds_of
    from .studies.odds import counts_of

    if arguments.odds is None:
        return None
    asked = arguments.updates if clock == UPDATES else None  # By another clock lanes have made different numbers.
    updates = scene.updates if asked is None else asked
    return odds_of(scene, counts_of(scene, arguments.odds, updates).lanes, updates)


def _save_all(arguments: argparse.Namespace) -> None:
    """Save a page for every scene, that of theory, and the index, which is written last."""
    from ..base.files import OutputError, why
    from ..scene import scene_files
    from ..stage.export.web.file import INDEX
    from ..stage.export.web.index import THEORY, check_folder, save_index
    from ..stage.export.web.theory import save_theory

    folder: Path = arguments.output
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the folder {folder}: {why(error)}") from None
    check_folder(folder)
    scenes = [_save(arguments, name, folder / f"{name}.html") for name in scene_files()]
    save_theory(folder / THEORY)
    save_index(scenes, folder / INDEX)
    show(f"saved {folder / INDEX}")
