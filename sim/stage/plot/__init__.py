"""The drawing of study results: a page of figures onto a surface, or as a PNG."""

from .page import draw_page, save_page

__all__ = ["draw_page", "save_page"]
