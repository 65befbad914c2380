"""The scenes that come with the program."""
# ruff: noqa: PLC0415

import argparse

from . import COMMAND_LINE
from .console.arguments import Parser
from .console.terminal import show_table


def parser() -> argparse.ArgumentParser:
    """Its arguments."""
    return Parser(
        "scenes",
        "List the scenes that come with the program: the key that opens each in the\n"
        "window (Shift O is the sheet of all scenes), its name, and what to look at.",
        f"""
{COMMAND_LINE} scenes
""",
    )


def run(_: argparse.Namespace) -> None:
    """List them."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from ..scene import load_scene, scene_files

    table = Table(box=box.SIMPLE_HEAD, show_lines=False, pad_edge=False)
    table.add_column("key", justify="right")
    table.add_column("name", no_wrap=True)
    table.add_column("what to look at", overflow="fold")
    for number, name in enumerate(scene_files(), 1):
        scene = load_scene(name)
        look = Text.assemble((scene.title, "bold"), f"\n{scene.look}")
        table.add_row(str(number) if number <= 9 else "Shift O", Text(name, "bold"), look, end_section=True)
    show_table(table)
