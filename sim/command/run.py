"""A race without a picture."""
# ruff: noqa: PLC0415

import argparse
import codecs
from contextlib import ExitStack
from typing import TYPE_CHECKING

from . import COMMAND_LINE
from .console.arguments import Parser, add_scene, add_seed, add_updates
from .console.output import check_distinct, check_standard_output, file_place, text_place, to_standard_output, written
from .console.terminal import SEARCHING, show_json, show_table, told_if_long, watched

if TYPE_CHECKING:
    from ..descent.race import Race

CHUNK = 1_000  # Updates between two movements of the progress bar.


def parser() -> argparse.ArgumentParser:
    """Its arguments."""
    parser = Parser(
        "run",
        "Run a race without a picture, and report each marble's verdict\nwith its evidence.",
        f"""
{COMMAND_LINE} run
{COMMAND_LINE} run local-minimum --updates 2000 --seed 3
{COMMAND_LINE} run batch-ladder --json > verdicts.json
{COMMAND_LINE} run ravine --csv ravine.csv --npz ravine.npz
""",
    )
    add_scene(parser)
    add_updates(parser)
    add_seed(parser)
    parser.add_argument("--json", action="store_true", help="print the same for programs, as JSON")
    parser.add_argument(
        "--csv",
        type=text_place,
        metavar="FILE",
        help="write every update of every lane to this file at full precision, replacing it if it exists; - is "
        "standard output, on which nothing else is printed then",
    )
    parser.add_argument(
        "--npz",
        type=file_place,
        metavar="FILE",
        help="write the same as arrays for numpy.load, replacing the file if it exists",
    )
    return parser


def run(arguments: argparse.Namespace) -> None:
    """Run it, and say what became of it."""
    from ..report import summary, table, write_csv, write_npz
    from .console.selection import chosen_saved, compare

    saved = chosen_saved(arguments.scene, arguments.seed)
    scene = saved.scene
    updates = scene.updates if arguments.updates is None else arguments.updates
    with told_if_long(SEARCHING):
        race = scene.race()
    check_standard_output(parser(), arguments)
    check_distinct(parser(), {"--csv": arguments.csv, "--npz": arguments.npz})
    with ExitStack() as files:
        rows, arrays = (
            None if path is None else files.enter_context(written(path)) for path in (arguments.csv, arguments.npz)
        )
        _extend(race, updates)
        if rows is not None:
            write_csv(race, updates, codecs.getwriter("utf-8")(rows))
        if arrays is not None:
            from ..descent.digest import digest
            from ..scene.reading import Saved
            from ..scene.saving import saved_text

            write_npz(saved_text(Saved(scene, updates, digest=digest(race, updates))), race, updates, arrays)
    compare(saved, race)
    if arguments.json:
        show_json(summary(scene, race, updates))
    elif not to_standard_output(arguments):
        show_table(table(scene, race, updates))


def _extend(race: "Race", updates: int) -> None:
    with watched([*range(CHUNK, updates, CHUNK), updates]) as steps:
        for step in steps:
            race.extend(step)
