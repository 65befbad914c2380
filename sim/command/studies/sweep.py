"""What happens as one or two numbers of a scene change."""
# ruff: noqa: PLC0415

import argparse
import codecs
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from .. import COMMAND_LINE
from ..console.arguments import (
    FIRST_SEED,
    Parser,
    add_results,
    add_scene,
    add_seed,
    add_seeds,
    add_updates,
    add_workers,
    check_seeds,
)
from ..console.ending import before_the_end, no_longer
from ..console.terminal import escaped, remark, show_json, show_table, watched

if TYPE_CHECKING:
    from ...study.sweep.settings import Over
    from ...study.sweep.store import Store
    from ...study.sweep.sweep import Sweep
    from ...study.sweep.ties import Tie
    from ...study.work.cluster import Address

T = TypeVar("T")

MOST_PARAMETERS = 2  # As many as a chart has axes.


def parser() -> argparse.ArgumentParser:
    """Its arguments."""
    parser = Parser(
        "sweep",
        """
Run every lane of a scene with many seeds for each of several values of one or
two of its numbers, and chart what becomes of it, with 95 % intervals. Stopped
and started again, it goes on where it was.

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
    where = parser.add_mutually_exclusive_group()
    add_workers(where)
    where.add_argument(
        "--cluster",
        type=_address,
        metavar="ADDRESS",
        help="HOST:PORT of a dask.distributed scheduler, whose workers compute instead",
    )
    parser.add_argument(
        "--results",
        type=Path,
        metavar="FILE",
        help="keep what has been computed there, and go on from it (default: a name made of scene and sweep)",
    )
    add_results(parser, "all measures", "all measures, a row for each value and lane,", "the chart")
    return parser


def _add_question(parser: argparse.ArgumentParser) -> None:
    """What is charted against what."""
    parser.add_argument(
        "--over",
        action="append",
        required=True,
        type=_over,
        metavar="PATH=VALUES",
        help="the number to change, and its values; once or twice",
    )
    parser.add_argument(
        "--tie",
        action="append",
        default=[],
        type=_tie,
        metavar="PATH~PATH",
        help="let the first number go in proportion to the second, from what both are in the scene; with ^POWER "
        "after it, to a power of it; as often as wanted",
    )
    parser.add_argument(
        "--measure",
        default="global",
        metavar="M",
        help="what is charted: global (share of seeds that end in the basin of the lowest known minimum), "
        "minimum-1, minimum-2 … (in that one's), escaped, not-escaped-yet, ended-otherwise, "
        "escape (median update), train-loss, test-loss, gap (test loss minus training loss), "
        "or the share with a verdict such as settled, stuck or diverged (default: global)",
    )


def _over(text: str) -> "Over":
    from ...study.sweep.settings import over

    return _argument(over, text)


def _tie(text: str) -> "Tie":
    from ...study.sweep.ties import tie

    return _argument(tie, text)


def _address(text: str) -> "Address":
    from ...study.work.cluster import address

    return _argument(address, text)


def _argument(parse: Callable[[str], T], text: str) -> T:
    try:
        return parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def run(arguments: argparse.Namespace) -> None:
    """Compute it, as far as it has not been, and say what came of it."""
    from ...study.sweep.store import Store, default_path
    from ...study.sweep.sweep import plan
    from ..console.chosen import chosen_scene

    scene = chosen_scene(arguments.scene, arguments.seed)
    check_seeds(parser(), scene.seed, arguments.seeds)
    if len(arguments.over) > MOST_PARAMETERS:
        parser().error(f"argument --over: may be given once or twice, not {len(arguments.over)} times")
    sweep = plan(scene, arguments.over, arguments.seeds, arguments.updates, arguments.tie)
    path = default_path(sweep) if arguments.results is None else arguments.results
    _check(arguments, sweep, path)
    store = Store(path, sweep)
    with _kept(store):
        with store:
            _complete(store, arguments)
        _show(sweep, store, arguments)


def _show(sweep: "Sweep", store: "Store", arguments: argparse.Namespace) -> None:
    """Say what came of it."""
    from ...files import whole_file
    from ...study.sweep.report import page, summary, table, told, write_csv

    outcome = told(sweep, store.results)
    if arguments.csv is not None:
        with whole_file(arguments.csv) as stream:
            write_csv(outcome, codecs.getwriter("utf-8")(stream))
    if arguments.output is not None:
        from ...stage.export.pages import save_page

        save_page(page(outcome, arguments.measure), arguments.size, arguments.theme, arguments.output)
    if arguments.json:
        show_json(summary(outcome))
    else:
        show_table(table(outcome, arguments.measure))
    if arguments.results is None:
        remark(f"the results are kept in {store.path}")


def _check(arguments: argparse.Namespace, sweep: "Sweep", results: Path) -> None:
    """What can be known to be impossible before the computing."""
    from ...files import check_writable, located
    from ...scene import did_you_mean
    from ...stage import require_pygame_ce
    from ...study.sweep.measures import measures

    known = measures(len(sweep.scene.problem().minima))
    if arguments.measure not in known:
        parser().error(f"argument --measure: there is no measure {did_you_mean(arguments.measure, known)}")
    files = {"--results": results, "--csv": arguments.csv, "--output": arguments.output}
    places: dict[Path, str] = {}
    for option, path in files.items():
        if path is not None and (other := places.setdefault(located(path), option)) != option:
            parser().error(f"{other} and {option} name the same file, {path}")
    for path in (arguments.csv, arguments.output):
        if path is not None:
            check_writable(path)
    if arguments.output is not None:
        require_pygame_ce()


@contextmanager
def _kept(store: "Store") -> Iterator[None]:
    """If the end comes within the block, the results are kept, and it is said where."""

    def leave() -> str:
        return escaped(store.leave())

    before_the_end(leave)
    try:
        yield
    finally:
        no_longer(leave)


def _complete(store: "Store", arguments: argparse.Namespace) -> None:
    """Compute what is missing, with a progress bar that counts the blocks as they are written down."""
    from ...study.work.cluster import completed_on
    from ...study.work.workers import completed

    missing = store.missing
    if not missing:
        return
    jobs = [store.sweep.blocks[place] for place in missing]
    results = completed(jobs, arguments.workers) if arguments.cluster is None else completed_on(arguments.cluster, jobs)
    with closing(results), watched(range(len(missing))) as steps:
        for _, (index, result) in zip(steps, results, strict=True):
            store.put(missing[index], result)
