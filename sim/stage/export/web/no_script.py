"""Pages without a script: text, tables and pictures, in the colours that the reader's system asks for."""

from html import escape

from ....base.resources import asset
from .file import filled, hashed, themes


def plain_page(title: str, body: str) -> str:
    """The whole file. Nothing is loaded from anywhere, and pictures are within.

    body: HTML, in which all that comes from elsewhere has been made text.
    """
    style = "\n".join([_colors(), asset("page", "plain.css").read_text(encoding="utf-8")])
    policy = f"default-src 'none'; style-src '{hashed(style)}'; img-src data:; base-uri 'none'; form-action 'none'"
    blanks = {"policy": policy, "style": style, "title": escape(title), "body": body}
    return filled(asset("page", "plain.html").read_text(encoding="utf-8"), blanks)


def _colors() -> str:
    """Variables for the colours of both themes."""
    rules = {
        name: "; ".join(f"--{key}: {color}" for key, color in theme.items() if isinstance(color, str))
        for name, theme in themes().items()
    }
    return f":root {{ {rules['light']} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {rules['dark']} }} }}"
