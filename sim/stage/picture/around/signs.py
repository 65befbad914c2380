"""What is said over a picture, and is not in it: that something is computed, saved or recorded."""

from pygame import Rect

from ...drawing.canvas import Canvas
from ...drawing.layout import Layout
from ...session.bindings import Errand, keys_of
from ...style import text
from ...style.style import hairline
from ...style.theme import Theme

RED = (214, 48, 49)
"""What tells, on both themes, that a film is being made."""


def recording_place(places: Layout, seconds: int, size: tuple[int, int], beside: Rect | None = None) -> Rect:
    """Where on a screen of that size it stands for how long a film has been made.

    beside: what stands there already, if anything does.
    """
    em = places.em
    box = Rect(0, 0, text.width(_minutes(seconds), em, bold=True) + round(2.4 * em), round(1.6 * em))
    box.midright = beside.move(-em // 2, 0).midleft if beside else places.title.midright
    return box.clamp(Rect((0, 0), size))


def _minutes(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02}"


def draw_recording(canvas: Canvas, box: Rect, em: int, theme: Theme, seconds: int) -> None:
    """Show a red dot, and for how long a film has been made, over the picture."""
    canvas.rect(box, theme.panel, corner=em // 2)
    canvas.rect(box, RED, width=hairline(em), corner=em // 2)
    canvas.disc((box.left + em, box.centery), 0.4 * em, RED)
    canvas.text(_minutes(seconds), (box.right - 0.7 * em, box.centery), em, theme.text, bold=True, align=1)


def draw_computing(canvas: Canvas, places: Layout, theme: Theme) -> Rect:
    """Say, over a picture that stays meanwhile, that the next one is being computed; returns where."""
    key = keys_of(theme.say, Errand.BACK)
    return _draw_sign(canvas, places, theme, theme.say("computing … · {key}: stop", key=key))


def draw_saving(canvas: Canvas, places: Layout, theme: Theme) -> Rect:
    """Say, over a picture, that it is being saved; returns where."""
    return _draw_sign(canvas, places, theme, theme.say("saving …"))


def _draw_sign(canvas: Canvas, places: Layout, theme: Theme, words: str) -> Rect:
    em = places.em
    box = Rect(0, 0, text.width(words, em) + 2 * em, round(1.6 * em))
    box.midright = places.title.midright
    canvas.rect(box, theme.panel, corner=em // 2)
    canvas.rect(box, theme.border, width=hairline(em), corner=em // 2)
    canvas.text(words, box.center, em, theme.text, align=0.5)
    return box
