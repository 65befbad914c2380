"""What happens over many seeds."""
# ruff: noqa: PLC0415

import argparse
import codecs
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from .. import COMMAND_LINE
from ..console.arguments import (
    FIRST_SEED,
    Parser,
    add_results,
    add_scene,
    add_seed,
    add_seeds,
    add_updates,
    check_output,
    check_seeds,
)
from ..console.output import check_standard_output, file_place, to_standard_output, written
from ..console.terminal import remark, show_json, show_table
from .duration import add_dry_run, foretell, show_cost
from .results_file import add_where, check_files, computed, kept_open, only_told

if TYPE_CHECKING:
    from ...scene import Scene
    from ...study.many.plan import Many
    from ...study.odds.counts import SceneCounts
    from ...study.work.ensemble import Outcomes


REFUTED = 1
"""The exit status where a promise does not hold, as of a test."""


def parser() -> argparse.ArgumentParser:
    """Its arguments."""
    parser = Parser(
        "odds",
        "Run every lane of a scene with many seeds, and report how often each outcome\n"
        "occurs, when lanes escape, and with what loss they end, each number with its\n"
        "95 % interval; and how small and large batches differ.",
        f"""
{COMMAND_LINE} odds
{COMMAND_LINE} odds sharp-and-flat --seeds 500 --updates 1000
{COMMAND_LINE} odds local-minimum --claim
{COMMAND_LINE} odds batch-ladder -o odds.png --theme dark
{COMMAND_LINE} odds egg-box --csv seeds.csv --json > odds.json
""",
    )
    add_scene(parser)
    add_seeds(parser, 2_000, "")
    add_updates(parser)
    add_seed(parser, FIRST_SEED)
    add_where(parser)
    add_dry_run(parser)
    parser.add_argument(
        "--results",
        type=file_place,
        metavar="FILE",
        help="keep each seed's outcome in this file as it comes, and resume from it when started again (default: none)",
    )
    parser.add_argument(
        "--claim",
        action="store_true",
        help="check the shares that the scene file claims, on seeds that had no part in the claim unless --seed names "
        "others; exit status 1 if one is refuted",
    )
    add_results(
        parser,
        "the same",
        "each seed's outcome",
        "where each lane's seeds end, and the shares escaped by each update",
    )
    return parser


def run(arguments: argparse.Namespace) -> None:
    """Compute them, and say what they are."""
    from ...study.many.counting import seed_by_seed
    from ...study.many.plan import Many
    from ...study.odds import contrast, pairs
    from ...study.odds.odds import failures, odds_of
    from ...study.odds.report import page, summary, table, write_csv
    from ..console.selection import chosen_scene

    if arguments.claim:
        _test_claims(chosen_scene(arguments.scene), arguments)
        return
    scene = chosen_scene(arguments.scene, arguments.seed)
    check_seeds(parser(), scene.seed, arguments.seeds)
    check_standard_output(parser(), arguments)
    check_output(parser(), arguments)
    check_files(parser(), {"--results": arguments.results, "--csv": arguments.csv, "--output": arguments.output})
    updates = scene.updates if arguments.updates is None else arguments.updates
    own = len(scene.lanes)
    plan = Many(contrast.with_sides(scene), arguments.seeds, updates)
    if arguments.dry_run:
        _tell_cost(plan, arguments)
        return
    with (
        nullcontext() if arguments.csv is None else written(arguments.csv) as stream,
        counted(plan, own, arguments, arguments.csv is not None) as (counts, outcomes),
    ):
        lanes = counts.lanes[:own]
        if stream is not None:
            write_csv(scene, lanes, seed_by_seed(plan, own, outcomes), codecs.getwriter("utf-8")(stream))
    told = odds_of(scene, lanes, updates)
    for sentence in failures(scene, lanes):
        remark(sentence)
    if arguments.output is not None:
        from ...stage.export.pages import save_page

        save_page(page(told), arguments.size, arguments.theme, arguments.output)
    closing_table = contrast.contrast_of(scene, counts.lanes, updates, contrast.measured(scene))
    compared = pairs.pairs_of(scene, counts.pairs)
    if arguments.json:
        closing = None if closing_table is None else contrast.summary(closing_table)
        show_json({**summary(told), "pairs": pairs.summary(compared), "contrast": closing})
    elif not to_standard_output(arguments):
        between = (pairs.table(compared),) if compared else ()
        show_table(table(told), *between, *(() if closing_table is None else (contrast.table(closing_table),)))


def _test_claims(scene: "Scene", arguments: argparse.Namespace) -> None:
    """Say which of the shares that the scene promises are borne out by fresh seeds, and end accordingly.

    Where seeds are named that may have had a part in the promise, it says so.
    """
    from ...scene.words import excerpt
    from ...study.many.plan import Many
    from ...study.odds import claims
    from ...study.work.workers import StudyError

    for option in ("csv", "output", "updates"):
        if getattr(arguments, option) is not None:
            parser().error(f"argument --claim: not allowed with argument --{option}")
    if not any(claim is not None and (claim.escaped or claim.lowest) for claim in scene.claims):
        raise StudyError(
            f"the scene {excerpt(scene.name)} claims no shares: no lane's claim has one, such as "
            "escaped = { least = 0.95, by = 200 } or lowest = { most = 0.1 }"
        )
    fresh = claims.fresh(scene)
    seeds = fresh if arguments.seed is None else replace(scene, seed=arguments.seed)
    are_fresh = seeds.seed >= fresh.seed
    check_seeds(parser(), seeds.seed, arguments.seeds)
    plan = Many(seeds, arguments.seeds, scene.updates)
    if arguments.dry_run:
        _tell_cost(plan, arguments)
        return
    with counted(plan, 0, arguments) as (counts, _):
        found = claims.checked(seeds, counts.lanes, scene.updates)
    if arguments.json:
        told = {"scene": scene.name, "first_seed": seeds.seed, "seeds": arguments.seeds, "fresh": are_fresh}
        told["error"] = claims.ERROR
        show_json({**told, "claims": claims.summary(found)})
    else:
        show_table(claims.table(seeds, found, arguments.seeds))
    if not are_fresh:
        remark(
            f"seeds below {fresh.seed:,} may have had a part in the claim, so they do not test it; "
            "without --seed all are fresh"
        )
    if any(claim.standing == claims.REFUTED for claim in found):
        raise SystemExit(REFUTED)


def _tell_cost(plan: "Many", arguments: argparse.Namespace) -> None:
    """Say how long it would take to compute what is not in the file, if one is named."""
    from ...study.sweep.store import Store

    if arguments.results is None:
        show_cost(plan, {}, arguments)
    else:
        only_told(Store(arguments.results, plan, lambda *_: None), arguments)


Counted: TypeAlias = "tuple[SceneCounts, Callable[[int], Outcomes]]"


@contextmanager
def counted(plan: "Many", paired: int, arguments: argparse.Namespace, again: bool = False) -> "Iterator[Counted]":
    """What is counted of a plan, of the first lanes also two by two; and a function that finds a block's outcomes.

    They are kept in a file if one is named. What is found by the function must be wanted `again`, and only meanwhile.
    """
    from ...study.many.counting import CountAccumulator
    from ...study.many.spool import Spool
    from ...study.sweep.store import Store

    counting = CountAccumulator(plan, paired)
    if arguments.results is not None:
        plan.description()  # A scene that no file can hold is told before the computing.
        with kept_open(Store(arguments.results, plan, counting.add), arguments) as store:
            yield counting.counts, lambda place: store.stored(place).outcomes
        return
    foretell(plan, {}, arguments)
    with Spool() if again else nullcontext() as spool:
        for place, result in computed(plan.blocks, arguments.workers, arguments.cluster):
            counting.add(place, result)
            if spool is not None:
                spool.put(place, result.outcomes)

        def outcomes(place: int) -> "Outcomes":
            assert spool is not None
            return spool.get(place)

        yield counting.counts, outcomes


def counts_of(scene: "Scene", seeds: int, updates: int) -> "SceneCounts":
    """What is counted of all lanes of a scene, with a progress bar."""
    from ...study.many.counting import CountAccumulator
    from ...study.many.plan import Many

    plan = Many(scene, seeds, updates)
    counting = CountAccumulator(plan, 0)
    for place, result in computed(plan.blocks, None, None):
        counting.add(place, result)
    return counting.counts
