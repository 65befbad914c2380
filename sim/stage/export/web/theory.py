"""The page of theory for a browser."""

from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ....base.files import whole_file
from ....base.resources import asset
from .file import HOME
from .no_script import plain_page


def save_theory(path: Path) -> None:
    """Save what assets/theory.md says.

    Raises:
        OutputError: the file cannot be written.
    """
    with whole_file(path) as stream:
        stream.write(theory().encode("utf-8"))


def theory() -> str:
    """The whole file."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    for kind in ("th_open", "td_open"):
        reader.add_render_rule(kind, _cell)
    text = reader.render(asset("theory.md").read_text(encoding="utf-8"))
    return plain_page("Theory – Three Marbles", f"<p>{HOME}</p>\n{text}")


def _cell(renderer: Any, tokens: list[Token], place: int, options: Any, env: Any) -> str:
    """A cell says on which side its text stands without a style of its own, which the page's policy would forbid."""
    token = tokens[place]
    style = str(token.attrs.pop("style", ""))
    if style:
        token.attrSet("data-side", style.partition(":")[2])
    rendered: str = renderer.renderToken(tokens, place, options, env)
    return rendered
