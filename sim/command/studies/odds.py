"""What happens over many seeds."""
# ruff: noqa: PLC0415

import argparse
import codecs
from collections.abc import Sequence
from contextlib import closing, nullcontext
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
    check_output,
    check_seeds,
)
from ..console.terminal import remark, show_json, show_table, watched
from .keeping import add_where

if TYPE_CHECKING:
    from ...scene import Scene
    from ...study.work.cluster import Address
    from ...study.work.ensemble import Outcomes


REFUTED = 1
"""The exit status where a promise does not hold, as of a test."""


def parser() -> argparse.ArgumentParser:
    """Its arguments."""
    parser = Parser(
        "odds",
        "Run every lane of a scene with many seeds, and say how often it ends how and\n"
        "where, when it escapes, and with what loss, each number with its 95 % interval;\n"
        "and what small and large batches differ in.",
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
    parser.add_argument(
        "--claim",
        action="store_true",
        help="test what the scene promises of shares, on seeds that had no part in it; exit status 1 if it is refuted",
    )
    add_results(
        parser,
        "the same",
        "what became of every seed",
        "where each lane's seeds end, and the shares escaped by each update",
    )
    return parser


def run(arguments: argparse.Namespace) -> None:
    """Compute them, and say what they are."""
    from ...files import whole_file
    from ...study.odds import contrast, pairs
    from ...study.odds.counts import counted
    from ...study.odds.odds import failures, odds
    from ...study.odds.report import page, summary, table, write_csv
    from ..console.chosen import chosen_scene

    scene = chosen_scene(arguments.scene, arguments.seed)
    if arguments.claim:
        _test_claims(scene, arguments)
        return
    check_seeds(parser(), scene.seed, arguments.seeds)
    check_output(parser(), arguments)
    updates = scene.updates if arguments.updates is None else arguments.updates
    with nullcontext() if arguments.csv is None else whole_file(arguments.csv) as stream:
        outcomes = outcomes_of(
            contrast.with_sides(scene), arguments.seeds, updates, arguments.workers, arguments.cluster
        )
        own = outcomes[: len(scene.lanes)]
        if stream is not None:
            write_csv(scene, own, codecs.getwriter("utf-8")(stream))
    told = odds(scene, own, updates)
    for sentence in failures(scene, counted(scene, own)):
        remark(sentence)
    if arguments.output is not None:
        from ...stage.export.pages import save_page

        save_page(page(told), arguments.size, arguments.theme, arguments.output)
    closing_table = contrast.contrast(scene, outcomes, updates, contrast.measured(scene))
    compared = pairs.pairs(scene, own)
    if arguments.json:
        closing = None if closing_table is None else contrast.summary(closing_table)
        show_json({**summary(told), "pairs": pairs.summary(compared), "contrast": closing})
    else:
        between = (pairs.table(compared),) if compared else ()
        show_table(table(told), *between, *(() if closing_table is None else (contrast.table(closing_table),)))


def _test_claims(scene: "Scene", arguments: argparse.Namespace) -> None:
    """Say which of the shares that the scene promises are borne out by fresh seeds, and end accordingly."""
    from ...scene.words import excerpt
    from ...study.odds import claims
    from ...study.odds.counts import counted
    from ...study.work.workers import StudyError

    for option in ("csv", "output", "updates"):
        if getattr(arguments, option) is not None:
            parser().error(f"argument --claim: not allowed with argument --{option}")
    if not any(claim is not None and (claim.escaped or claim.lowest) for claim in scene.claims):
        raise StudyError(
            f"the scene {excerpt(scene.name)} promises no shares: a lane's claim has none, such as "
            "escaped = { least = 0.95, by = 200 } or lowest = { most = 0.1 }"
        )
    seeds = scene if arguments.seed is not None else claims.fresh(scene)
    check_seeds(parser(), seeds.seed, arguments.seeds)
    outcomes = outcomes_of(seeds, arguments.seeds, scene.updates, arguments.workers, arguments.cluster)
    found = claims.checked(seeds, counted(seeds, outcomes), scene.updates)
    if arguments.json:
        told = {"scene": scene.name, "first_seed": seeds.seed, "seeds": arguments.seeds, "error": claims.ERROR}
        show_json({**told, "claims": claims.summary(found)})
    else:
        show_table(claims.table(seeds, found, arguments.seeds))
    if any(claim.standing == claims.REFUTED for claim in found):
        raise SystemExit(REFUTED)


def outcomes_of(
    scene: "Scene", seeds: int, updates: int, workers: int | None, cluster: "Address | None" = None
) -> "Sequence[Outcomes]":
    """The outcomes of every lane, with a progress bar that counts the jobs as they are completed."""
    from ...study.odds.odds import gather, jobs
    from ...study.work.cluster import completed_on
    from ...study.work.workers import completed

    work = jobs(scene, seeds, updates)
    found = completed(work, workers) if cluster is None else completed_on(cluster, work)
    with closing(found) as results, watched(range(len(work))) as steps:
        done = dict(result for _, result in zip(steps, results, strict=True))
    return gather(scene, work, done)
