"""The scene that a picture or film carries, or that a name stands for."""
# ruff: noqa: PLC0415

import argparse

from sim.command.arguments import PROGRAM, Parser
from sim.command.terminal import show


def parser() -> argparse.ArgumentParser:
    """Its arguments."""
    parser = Parser(
        "show",
        "Print the scene that a picture or film of this program carries, as a scene file\n"
        "that it can open again, with the moment at which it was saved.",
        f"""
python {PROGRAM} show local-minimum-120.png
python {PROGRAM} show race.mp4 > mine.toml
""",
    )
    parser.add_argument(
        "scene", metavar="FILE", help="a PNG, GIF, WebP, MP4 or WebM that the program saved, or a scene"
    )
    return parser


def run(arguments: argparse.Namespace) -> None:
    """Print it."""
    from sim.scene.reading import load_saved
    from sim.scene.saving import saved_text

    show(saved_text(load_saved(arguments.scene)).rstrip())
