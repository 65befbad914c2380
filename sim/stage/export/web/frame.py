"""A page within another one, as in a notebook: a frame that holds all of it and may do nothing but run its script."""

from .file import expected_size, page
from .race import Span

LARGEST_FRAME = 2 << 20
"""Bytes that a page may have in a notebook, which is loaded, saved and compared as one file."""
TALL = 740
"""Pixels of height: with the width of a notebook, all of the page without scrolling."""


def framed(span: Span) -> str | None:
    """The page of a race as the markup of a frame; None where it would be too large."""
    if expected_size(span.scene, span.clock, span.ticks) > 4 * LARGEST_FRAME:  # Sizes are expected too large.
        return None
    text = page(span)
    if len(text.encode("utf-8")) > LARGEST_FRAME:
        return None
    content = text.replace("&", "&amp;").replace("'", "&#39;")
    style = f"width: 100%; height: {TALL}px; border: 0"
    return f"<iframe sandbox='allow-scripts' style='{style}' title='Three Marbles' srcdoc='{content}'></iframe>"
