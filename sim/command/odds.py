"""What happens over many seeds."""
# ruff: noqa: PLC0415

import argparse
import codecs
from collections.abc import Sequence
from contextlib import closing, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from sim.command.arguments import (
    LARGEST_SEED,
    PROGRAM,
    Parser,
    add_look,
    add_scene,
    add_updates,
    picture,
    whole_number,
)
from sim.command.terminal import show_json, show_table, watched

if TYPE_CHECKING:
    from sim.scene import Scene
    from sim.study.ensemble import Outcomes

MOST_SEEDS = 1_000_000
MOST_WORKERS = 61


def parser() -> argparse.ArgumentParser:
    """Its arguments."""
    parser = Parser(
        "odds",
        "Run every lane of a scene with many seeds, and say how often it ends how and\n"
        "where, when it escapes, and with what loss, each number with its 95 % interval;\n"
        "and what small and large batches differ in.",
        f"""
python {PROGRAM} odds
python {PROGRAM} odds sharp-and-flat --seeds 500 --updates 1000
python {PROGRAM} odds batch-ladder -o odds.png --theme dark
python {PROGRAM} odds egg-box --csv seeds.csv --json > odds.json
""",
    )
    add_scene(parser)
    parser.add_argument(
        "--seeds",
        type=whole_number(1, MOST_SEEDS),
        default=2_000,
        metavar="M",
        help=f"how many seeds, at most {MOST_SEEDS:,} (default: 2,000)",
    )
    add_updates(parser)
    parser.add_argument(
        "--seed",
        type=whole_number(0, LARGEST_SEED),
        metavar="S",
        help="the first seed; the others are the numbers after it (default: the scene's own)",
    )
    parser.add_argument(
        "--workers",
        type=whole_number(1, MOST_WORKERS),
        metavar="K",
        help="how many processes compute at most; the results are the same (default: one a core)",
    )
    parser.add_argument("--json", action="store_true", help="print the same for programs, as JSON")
    parser.add_argument(
        "--csv",
        type=Path,
        metavar="FILE",
        help="write what became of every seed there at full precision, replacing the file if it exists",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=picture,
        metavar="FILE",
        help="draw bars and escape curves there as a PNG file, replacing it if it exists",
    )
    add_look(parser)
    return parser


def run(arguments: argparse.Namespace) -> None:
    """Compute them, and say what they are."""
    from sim.command.chosen import chosen_scene
    from sim.files import whole_file
    from sim.study import contrast
    from sim.study.odds import odds, page, summary, table, write_csv

    scene = chosen_scene(arguments.scene, arguments.seed)
    _check(arguments, scene.seed)
    updates = scene.updates if arguments.updates is None else arguments.updates
    with nullcontext() if arguments.csv is None else whole_file(arguments.csv) as stream:
        outcomes = _computed(contrast.with_sides(scene), arguments.seeds, updates, arguments.workers)
        own = outcomes[: len(scene.lanes)]
        if stream is not None:
            write_csv(scene, own, codecs.getwriter("utf-8")(stream))
    told = odds(scene, own, updates)
    if arguments.output is not None:
        from sim.stage.plot import save_page

        save_page(page(told), arguments.size, arguments.theme, arguments.output)
    closing_table = contrast.contrast(scene, outcomes, updates, contrast.measured(scene))
    if arguments.json:
        show_json({**summary(told), "contrast": None if closing_table is None else contrast.summary(closing_table)})
    else:
        show_table(table(told), *(() if closing_table is None else (contrast.table(closing_table),)))


def _check(arguments: argparse.Namespace, first_seed: int) -> None:
    """What can be known to be impossible before the computing."""
    last = first_seed + arguments.seeds - 1
    if last > LARGEST_SEED:
        parser().error(f"the last seed would be {last:,}, but none is larger than {LARGEST_SEED:,}")
    if arguments.output is None:
        return
    from sim.files import check_writable
    from sim.stage import require_pygame_ce

    if arguments.csv is not None and arguments.csv.resolve() == arguments.output.resolve():
        parser().error(f"--csv and --output name the same file, {arguments.output}")
    check_writable(arguments.output)
    require_pygame_ce()


def _computed(scene: "Scene", seeds: int, updates: int, workers: int | None) -> "Sequence[Outcomes]":
    """The outcomes of every lane, with a progress bar that counts the jobs as they are completed."""
    from sim.study.odds import gather, jobs
    from sim.study.workers import completed

    work = jobs(scene, seeds, updates)
    with closing(completed(work, workers)) as results, watched(range(len(work))) as steps:
        done = dict(result for _, result in zip(steps, results, strict=True))
    return gather(scene, work, done)
