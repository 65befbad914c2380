"""Which of its numbers suit each lane best, and which lane is best then."""
# ruff: noqa: PLC0415

import argparse
import codecs
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from .. import COMMAND_LINE
from ..console.arguments import (
    FIRST_SEED,
    Parser,
    add_results,
    add_scene,
    add_seed,
    add_seeds,
    check_seeds,
    path_ending,
)
from ..console.output import STANDARD_OUTPUT, Place, check_standard_output, to_standard_output, written
from ..console.terminal import remark, show_json, show_table
from .results_file import add_keeping, argument, check_files, kept, only_told, over

if TYPE_CHECKING:
    from ...scene import Scene
    from ...study.sweep.sweep import Result
    from ...study.tuning.budget import Budget
    from ...study.tuning.search import Tuning

BY = ("loss", "test", "escaped")
MOST_OVERS = 3


def parser() -> argparse.ArgumentParser:
    """Its arguments."""
    parser = Parser(
        "tune",
        """
Find the best learning rate for every lane, and the best of whatever else is
asked, with the same budget for all; then compare the lanes at their best.

The search begins with a grid of learning rates around the lane's own, each
twice the one before. All run with few seeds; the better half goes on with
twice as many, and so on; the grid grows where the best is at its end, and is
made finer around the best. The results come from fresh seeds that had no part
in the choice, with 95 % intervals; differences are between runs with the same
seeds. Stopped and started again, it resumes where it was.
""",
        f"""
{COMMAND_LINE} tune
momentum's λ as well, and a chart:
  {COMMAND_LINE} tune --lane momentum --over decay=0.5,0.8,0.95 -o tuned.png
by the time of a parallel machine, saving the scene with the best values:
  {COMMAND_LINE} tune adaptive-rules --budget "600 parallel" --save mine.toml
all rules, with a batch like the minibatch lane's:
  {COMMAND_LINE} tune --every-rule --lane minibatch -o rules.png
by the share that escapes within 20 epochs:
  {COMMAND_LINE} tune batch-ladder --budget "20 epochs" --by escaped
""",
    )
    add_scene(parser)
    _add_question(parser)
    add_seeds(parser, 200, " to choose by, and as many fresh ones for the results")
    add_seed(parser, FIRST_SEED)
    add_keeping(parser)
    parser.add_argument(
        "--save",
        type=_scene_place,
        metavar="FILE",
        help="write the scene with the best values to this TOML file, replacing it if it exists; - is standard output, "
        "on which nothing else is printed then",
    )
    add_results(parser, "all of it", "every trial with fresh seeds", "what became of each learning rate")
    return parser


def _add_question(parser: argparse.ArgumentParser) -> None:
    """What is chosen among, for which lanes, with which budget, and by what."""
    parser.add_argument(
        "--lane", action="append", default=[], metavar="NAME", help="tune this lane; may be repeated (default: all)"
    )
    parser.add_argument(
        "--every-rule",
        action="store_true",
        help="instead of the scene's lanes, compare all rules, each in a lane like the one that is named, or like the "
        "first",
    )
    parser.add_argument(
        "--over",
        action="append",
        default=[],
        type=over,
        metavar="KEY=VALUES",
        help="also choose among these values of another number of the lanes, such as decay=0.5,0.9 or "
        "batch_size=1,5,20 or schedule.length=100,200; learning_rate=VALUES replaces the usual grid, and is made finer "
        f"around the best as well; lanes without that number are left as they are; at most {MOST_OVERS} times",
    )
    parser.add_argument(
        "--budget",
        type=_budget,
        metavar="TIME",
        help="how long each lane may run: '400 updates', '20 epochs', '900 serial' or '900 parallel', the last two in "
        "the scene's units of machine time (default: the scene's updates)",
    )
    parser.add_argument(
        "--by",
        choices=BY,
        help="what counts: the final training loss, the final test loss, or the share escaped (default: escaped in "
        "scenes that ask which marble escapes or stays stuck, loss in others)",
    )


def _budget(text: str) -> "Budget":
    from ...study.tuning.budget import budget

    return argument(budget, text)


def _scene_place(text: str) -> Place:
    return STANDARD_OUTPUT if text == "-" else path_ending(".toml")(text)


def run(arguments: argparse.Namespace) -> None:
    """Search, as far as it has not been done, and say what came of it."""
    from ...study.sweep.store import Store, default_path
    from ...study.tuning.budget import Budget
    from ...study.tuning.candidates import of_every_rule
    from ...study.tuning.search import FEWEST_SEEDS, plan
    from ...study.tuning.usual import usual_criterion
    from ..console.selection import chosen_scene

    scene = chosen_scene(arguments.scene, arguments.seed)
    check_seeds(parser(), scene.seed, 2 * arguments.seeds)
    if arguments.seeds < FEWEST_SEEDS:
        parser().error(f"argument --seeds: must be {FEWEST_SEEDS} or more for a comparison, not {arguments.seeds}")
    _check_lanes(arguments, scene)
    by = arguments.by or usual_criterion(scene)
    if arguments.every_rule:
        scene = of_every_rule(scene, arguments.lane[0] if arguments.lane else scene.lanes[0].name)
    _check_overs(arguments, scene)
    wanted = [] if arguments.every_rule else arguments.lane
    lanes = [lane.name for lane in scene.lanes if not wanted or lane.name in wanted]
    budget = Budget(scene.updates, "updates") if arguments.budget is None else arguments.budget
    tuning = plan(scene, lanes, arguments.over, budget, by, arguments.seeds)
    path = default_path(tuning) if arguments.results is None else arguments.results
    _check(arguments, path)
    store = Store(path, tuning)
    if only_told(store, arguments):
        return
    with kept(store, arguments) as results:
        _show(tuning, results, arguments)


def _check_lanes(arguments: argparse.Namespace, scene: "Scene") -> None:
    """Names of lanes that there are not."""
    from ...scene.words import did_you_mean

    names = [lane.name for lane in scene.lanes]
    for name in arguments.lane:
        if name not in names:
            parser().error(f"argument --lane: there is no lane {did_you_mean(name, names)}")
    if arguments.every_rule and len(arguments.lane) > 1:
        parser().error("argument --lane: --every-rule takes one lane, which all are like, not several")


def _check_overs(arguments: argparse.Namespace, scene: "Scene") -> None:
    """Names of numbers that there are not."""
    from ...scene.words import did_you_mean
    from ...study.tuning.candidates import keys_of

    if len(arguments.over) > MOST_OVERS:
        parser().error(f"argument --over: may be given {MOST_OVERS} times, not {len(arguments.over)}")
    known, seen = keys_of(scene), set[str]()
    for each in arguments.over:
        if each.text not in known:
            parser().error(f"argument --over: no lane has a number {did_you_mean(each.text, known)}")
        if each.text in seen:
            parser().error(f"argument --over: {each.text} is given twice")
        seen.add(each.text)


def _check(arguments: argparse.Namespace, results: Path) -> None:
    """What can be known to be impossible before the computing."""
    from ...base.files import located
    from ...stage import require_pygame_ce

    scene, save = arguments.scene, arguments.save
    if isinstance(save, Path) and scene is not None and located(save) == located(Path(scene)):
        parser().error(f"argument --save: {save} is the scene itself, which holds more than would be written to it")
    files = {"--results": results, "--csv": arguments.csv, "--output": arguments.output, "--save": arguments.save}
    check_standard_output(parser(), arguments)
    check_files(parser(), files)
    if arguments.output is not None:
        require_pygame_ce()


def _show(tuning: "Tuning", results: "Mapping[int, Result]", arguments: argparse.Namespace) -> None:
    """Say what came of it."""
    from ...scene.words import excerpt
    from ...scene.writing import scene_text
    from ...study.tuning.report import page, summary, table, write_csv
    from ...study.tuning.tuned import tuned

    found = tuned(tuning, results)
    for lane in found.lanes:
        if lane.failed:
            told = f"the rule of lane {excerpt(lane.lane)} failed in {lane.failed:,} of the runs"
            remark(f"{told}; each counts as if it had stayed at the start")
    if arguments.csv is not None:
        with written(arguments.csv) as stream:
            write_csv(found, codecs.getwriter("utf-8")(stream))
    if arguments.output is not None:
        from ...stage.export.pages import save_page

        save_page(page(found), arguments.size, arguments.theme, arguments.output)
    if arguments.save is not None:
        with written(arguments.save) as stream:
            stream.write(scene_text(found.scene).encode())
    if arguments.json:
        show_json(summary(found))
    elif not to_standard_output(arguments):
        show_table(table(found))
    if isinstance(arguments.save, Path):
        remark(f"the tuned scene is in {arguments.save}")
