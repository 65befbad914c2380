"""Tables as plain text."""

from io import StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import RenderableType

WIDTH = 100
"""Characters of a line."""


def plain_text(table: "RenderableType") -> str:
    """A table as it is printed without colours."""
    from rich.console import Console  # noqa: PLC0415  Only who looks at a table waits for it.

    stream = StringIO()
    Console(file=stream, width=WIDTH, highlight=False, color_system=None, force_jupyter=False).print(table)
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines())
