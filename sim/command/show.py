"""The scene that a picture, film or page carries, or that a name stands for."""
# ruff: noqa: PLC0415

import argparse

from . import COMMAND_LINE
from .console.arguments import Parser, add_rules
from .console.terminal import show


def parser() -> argparse.ArgumentParser:
    """Its arguments."""
    parser = Parser(
        "show",
        "Print the scene that a picture, film or page of this program carries, as a scene\n"
        "file that can be opened again, with the moment at which it was saved.",
        f"""
{COMMAND_LINE} show local-minimum-120.png
{COMMAND_LINE} show race.mp4 > mine.toml
""",
    )
    parser.add_argument(
        "scene", metavar="FILE", help="a PNG, SVG, GIF, WebP, MP4, WebM or HTML file of this program, or a scene"
    )
    add_rules(parser)
    return parser


def run(arguments: argparse.Namespace) -> None:
    """Print it."""
    from ..scene.reading import load_saved
    from ..scene.saving import saved_text

    show(saved_text(load_saved(arguments.scene)).rstrip())
