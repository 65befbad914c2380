"""What an update costs on this computer."""
# ruff: noqa: PLC0415

import argparse
import codecs
from contextlib import nullcontext

from .. import COMMAND_LINE
from ..console.arguments import Parser, add_results, add_scene, check_output, whole_number
from ..console.output import check_standard_output, to_standard_output, written
from ..console.progress import result_of
from ..console.terminal import show_json, show_table

MOST_EXAMPLES = 1_000_000


def parser() -> argparse.ArgumentParser:
    """Its arguments."""
    parser = Parser(
        "cost",
        "Measure on this computer what an update and an epoch cost, against the batch\n"
        "size, with the batch's examples computed all at once and one after the other,\n"
        "and fit the model of the machine-time clock to it. This takes some seconds.",
        f"""
{COMMAND_LINE} cost
{COMMAND_LINE} cost -o cost.png --theme dark
{COMMAND_LINE} cost two-weights --examples 10000 --csv cost.csv --json
""",
    )
    add_scene(parser)
    parser.add_argument(
        "--examples",
        type=whole_number(1, MOST_EXAMPLES),
        default=60_000,
        metavar="N",
        help=f"how many training examples to give the scene, at most {MOST_EXAMPLES:,} (default: 60,000, as many as "
        "MNIST has)",
    )
    add_results(parser, "the same", "the times", "both curves")
    return parser


def run(arguments: argparse.Namespace) -> None:
    """Measure it, and say what came of it."""
    from ...study.cost.cost import measure, page, summary, tables, write_csv
    from ..console.selection import chosen_scene

    scene = chosen_scene(arguments.scene)
    check_standard_output(parser(), arguments)
    check_output(parser(), arguments)
    with nullcontext() if arguments.csv is None else written(arguments.csv) as stream:
        costs = result_of(measure(scene, arguments.examples))
        if stream is not None:
            write_csv(costs, codecs.getwriter("utf-8")(stream))
    if arguments.output is not None:
        from ...stage.export.pages import save_page

        save_page(page(costs), arguments.size, arguments.theme, arguments.output)
    if arguments.json:
        show_json(summary(costs))
    elif not to_standard_output(arguments):
        show_table(*tables(costs))
