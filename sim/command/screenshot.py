"""A picture of a race, without a window."""
# ruff: noqa: PLC0415

import argparse
from pathlib import Path

from sim.command.arguments import MOST_UPDATES, PROGRAM, Parser, add_look, add_scene, add_seed, picture, whole_number
from sim.command.terminal import show


def parser() -> argparse.ArgumentParser:
    """Its arguments."""
    parser = Parser(
        "screenshot",
        "Save a picture of a race as the window would show it. No display is needed.",
        f"""
python {PROGRAM} screenshot
python {PROGRAM} screenshot sharp-and-flat --update 150 --seed 7
python {PROGRAM} screenshot ravine --size 3840x2160 --theme dark -o slide.png
""",
    )
    add_scene(parser)
    parser.add_argument(
        "--update",
        type=whole_number(0, MOST_UPDATES),
        metavar="N",
        help=f"the moment to show, in updates from the start, at most {MOST_UPDATES:,} (default: the scene's own last)",
    )
    add_look(parser)
    add_seed(parser)
    parser.add_argument(
        "-o",
        "--output",
        type=picture,
        metavar="FILE",
        help="the PNG file to write, replaced if it exists (default: the scene's name, and a number if that is taken)",
    )
    return parser


def run(arguments: argparse.Namespace) -> None:
    """Draw and save it."""
    from sim.command.chosen import chosen_scene
    from sim.files import check_writable, free_path
    from sim.stage import require_pygame_ce

    scene = chosen_scene(arguments.scene, arguments.seed)
    path = arguments.output or free_path(Path(f"{scene.name}.png"))
    check_writable(path)
    require_pygame_ce()
    from sim.stage.export import screenshot

    update = scene.updates if arguments.update is None else arguments.update
    screenshot(scene, update, arguments.size, arguments.theme, path)
    show(f"saved {path}")
