"""What an update costs on this computer."""
# ruff: noqa: PLC0415

import argparse
import codecs
from contextlib import nullcontext
from pathlib import Path

from sim.command.arguments import PROGRAM, Parser, add_look, add_scene, picture, whole_number
from sim.command.progress import result_of
from sim.command.terminal import show_json, show_table

MOST_EXAMPLES = 1_000_000


def parser() -> argparse.ArgumentParser:
    """Its arguments."""
    parser = Parser(
        "cost",
        "Measure on this computer what an update and an epoch cost, against the batch\n"
        "size, with the batch's examples computed all at once and one after the other,\n"
        "and fit the model of the machine-time clock to it. Takes some seconds.",
        f"""
python {PROGRAM} cost
python {PROGRAM} cost -o cost.png --theme dark
python {PROGRAM} cost two-weights --examples 10000 --csv cost.csv --json
""",
    )
    add_scene(parser)
    parser.add_argument(
        "--examples",
        type=whole_number(1, MOST_EXAMPLES),
        default=60_000,
        metavar="N",
        help=f"how many training examples the scene is given, at most {MOST_EXAMPLES:,} (default: 60,000, as many as "
        "MNIST has)",
    )
    parser.add_argument("--json", action="store_true", help="print the same for programs, as JSON")
    parser.add_argument(
        "--csv",
        type=Path,
        metavar="FILE",
        help="write the times there at full precision, replacing the file if it exists",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=picture,
        metavar="FILE",
        help="draw both curves there as a PNG file, replacing it if it exists",
    )
    add_look(parser)
    return parser


def run(arguments: argparse.Namespace) -> None:
    """Measure it, and say what came of it."""
    from sim.command.chosen import chosen_scene
    from sim.files import check_writable, whole_file
    from sim.stage import require_pygame_ce
    from sim.study.cost import measure, page, summary, tables, write_csv

    scene = chosen_scene(arguments.scene)
    if arguments.output is not None:
        if arguments.csv is not None and arguments.csv.resolve() == arguments.output.resolve():
            parser().error(f"--csv and --output name the same file, {arguments.output}")
        check_writable(arguments.output)
        require_pygame_ce()
    with nullcontext() if arguments.csv is None else whole_file(arguments.csv) as stream:
        costs = result_of(measure(scene, arguments.examples))
        if stream is not None:
            write_csv(costs, codecs.getwriter("utf-8")(stream))
    if arguments.output is not None:
        from sim.stage.plot import save_page

        save_page(page(costs), arguments.size, arguments.theme, arguments.output)
    if arguments.json:
        show_json(summary(costs))
    else:
        show_table(*tables(costs))
