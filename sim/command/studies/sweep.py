"""What happens as one or two numbers of a scene change."""
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
    add_updates,
    check_seeds,
)
from ..console.output import check_standard_output, to_standard_output, written
from ..console.terminal import SEARCHING, remark, show_json, show_table, told_if_long
from .results_file import add_keeping, argument, check_files, kept, only_told, over

if TYPE_CHECKING:
    from ...scene import Scene
    from ...study.sweep.sweep import Result, Sweep
    from ...study.sweep.ties import Tie

MOST_PARAMETERS = 2  # As many as a chart has axes.


def parser() -> argparse.ArgumentParser:
    """Its arguments."""
    parser = Parser(
        "sweep",
        """
Run every lane of a scene with many seeds for each of several values of one or
two of its numbers, and chart the outcomes, with 95 % intervals. All run with
the same seeds: lanes are compared seed by seed, and so is each setting of a
lane with the one that has the largest share, or the lowest mean. Stopped and
started again, it resumes where it was.

A number is named by its path in the scene's file: lane.minibatch.batch_size,
'lane."full batch".learning_rate', lane.*.learning_rate for every lane,
examples.sigma, surface.wells[0].depth, start[0], updates. Its values are
1,2,5 or log:FIRST:LAST:COUNT or linear:FIRST:LAST:COUNT, and full for a batch
size; a sampling is reshuffled, fixed or replacement, drop_last false or true.
""",
        f"""
larger batches do worse:
  {COMMAND_LINE} sweep --over lane.minibatch.batch_size=1,2,4,5,10,20
small batches find the flat minimum:
  {COMMAND_LINE} sweep sharp-and-flat --measure minimum-2 -o flat.png
    --over lane.minibatch.batch_size=1,2,3,4,5,10,20
learning rate against momentum:
  {COMMAND_LINE} sweep --over lane.momentum.learning_rate=log:0.01:1:20
    --over lane.momentum.decay=linear:0:0.95:20 --measure global
larger batches with a learning rate in proportion (the linear scaling rule):
  {COMMAND_LINE} sweep --over lane.minibatch.batch_size=1,2,4,5,10
    --tie lane.minibatch.learning_rate~lane.minibatch.batch_size
on a cluster:
  {COMMAND_LINE} sweep --over examples.sigma=linear:0:0.4:9 --seeds 5000
    --cluster 192.0.2.1:8786
""",
    )
    add_scene(parser)
    _add_question(parser)
    add_seeds(parser, 500, " for each value and lane")
    add_updates(parser)
    add_seed(parser, FIRST_SEED)
    add_keeping(parser)
    add_results(parser, "all measures", "all measures, a row for each value and lane,", "the chart")
    return parser


def _add_question(parser: argparse.ArgumentParser) -> None:
    """What is charted against what."""
    parser.add_argument(
        "--over",
        action="append",
        required=True,
        type=over,
        metavar="PATH=VALUES",
        help="the number to vary, and its values; given once or twice",
    )
    parser.add_argument(
        "--tie",
        action="append",
        default=[],
        type=_tie,
        metavar="PATH~PATH",
        help="keep the first number in proportion to the second, starting from what both are in the scene; with "
        "^POWER at the end, to that power of it; may be repeated",
    )
    parser.add_argument(
        "--measure",
        default="global",
        metavar="M",
        help="what is charted and compared: global (share of seeds that end in the basin of the lowest known minimum), "
        "minimum-1, minimum-2 … (in the basin of that one), escaped, not-escaped-yet, ended-otherwise, "
        "escape (median update), train-loss, test-loss, gap (test loss minus training loss), "
        "or the share with a verdict such as settled, stuck or diverged (default: global)",
    )


def _tie(text: str) -> "Tie":
    from ...study.sweep.ties import tie

    return argument(tie, text)


def run(arguments: argparse.Namespace) -> None:
    """Compute it, as far as it has not been, and say what came of it."""
    from ...study.sweep.store import Store, default_path
    from ...study.sweep.sweep import plan
    from ..console.selection import chosen_scene

    scene = chosen_scene(arguments.scene, arguments.seed)
    check_seeds(parser(), scene.seed, arguments.seeds)
    if len(arguments.over) > MOST_PARAMETERS:
        parser().error(f"argument --over: may be given once or twice, not {len(arguments.over)} times")
    _check_paths(arguments, scene)
    sweep = plan(scene, arguments.over, arguments.seeds, arguments.updates, arguments.tie)
    path = default_path(sweep) if arguments.results is None else arguments.results
    _check(arguments, sweep, path)
    store = Store(path, sweep)
    if only_told(store, arguments):
        return
    with kept(store, arguments) as results:
        _show(sweep, results, arguments)


def _show(sweep: "Sweep", results: "Mapping[int, Result]", arguments: argparse.Namespace) -> None:
    """Say what came of it."""
    from ...study.sweep.report import failures, page, summary, tables, told, write_csv

    outcome = told(sweep, results, arguments.measure)
    for sentence in failures(sweep, results):
        remark(sentence)
    if arguments.csv is not None:
        with written(arguments.csv) as stream:
            write_csv(outcome, codecs.getwriter("utf-8")(stream))
    if arguments.output is not None:
        from ...stage.export.pages import save_page

        save_page(page(outcome, arguments.measure), arguments.size, arguments.theme, arguments.output)
    if arguments.json:
        show_json(summary(outcome))
    elif not to_standard_output(arguments):
        show_table(*tables(outcome, arguments.measure))


def _check_paths(arguments: argparse.Namespace, scene: "Scene") -> None:
    """Paths of numbers that there are not, with where to see those that there are."""
    from ...scene import OPENING, SceneError
    from ...study.sweep.outsiders import open_tables
    from ...study.sweep.settings import paths_of

    tables = open_tables(scene)
    paths = [("--over", each.text, each.steps) for each in arguments.over]
    for each in arguments.tie:
        paths += [("--tie", each.target, each.steps), ("--tie", each.source, each.source_steps)]
    for option, text, steps in paths:
        try:
            paths_of(text, steps, tables)
        except SceneError as error:
            where = f"{COMMAND_LINE} show {arguments.scene or OPENING}"
            parser().error(f"argument {option}: {error} (the scene with its numbers: {where})")


def _check(arguments: argparse.Namespace, sweep: "Sweep", results: Path) -> None:
    """What can be known to be impossible before the computing."""
    from ...scene import did_you_mean
    from ...stage import require_pygame_ce
    from ...study.sweep.measures import measures

    with told_if_long(SEARCHING):
        known = measures(len(sweep.scene.problem().minima))
    names = {name.replace("_", "-"): name for name in known}  # Files have the codes of verdicts, such as under_way.
    measure = arguments.measure.replace("_", "-")
    if measure not in names:
        parser().error(f"argument --measure: there is no measure {did_you_mean(arguments.measure, names)}")
    arguments.measure = names[measure]
    check_standard_output(parser(), arguments)
    check_files(parser(), {"--results": results, "--csv": arguments.csv, "--output": arguments.output})
    if arguments.output is not None:
        require_pygame_ce()
