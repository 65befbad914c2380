"""How far the search for a lane's learning rate has come: a slim bar at the foot of its map, and a line above it."""

from pygame import Rect

from ...drawing.canvas import Canvas
from ...drawing.glyphs import draw_badge
from ...session.bindings import keys_of
from ...session.session import Search
from ...session.tuning import Tune
from ...style import text
from ...style.color import mix
from ...style.numbers import short
from ...style.theme import Theme

TALL = 1.7
"""Height of it, in ems."""
BAR = 0.28
"""Height of the bar, in ems."""


def draw_search(canvas: Canvas, area: Rect, search: Search, lane: int, theme: Theme, em: int) -> None:
    """Draw it over the foot of a map."""
    tall, thin = round(TALL * em), max(3, round(BAR * em))
    box = Rect(area.left, area.bottom - tall, area.width, tall)
    bar = Rect(box.left, box.bottom - thin, box.width, thin)
    canvas.rect(box, theme.panel)
    canvas.rect(bar, mix(theme.panel, theme.text, 0.18))
    color = theme.lane(lane)
    canvas.rect(Rect(bar.left, bar.top, round(search.share * bar.width), thin), color)
    middle, size = (box.top + bar.top) / 2, round(0.92 * em)
    draw_badge(canvas, (box.left + 0.9 * em, middle), 0.36 * em, lane, color)
    left = box.left + round(1.7 * em)
    line = text.fitted(_line(search, theme, size, box.right - em // 2 - left), size, box.right - em // 2 - left)
    canvas.text(line, (left, middle), size, theme.text)


def _line(search: Search, theme: Theme, size: int, room: int) -> str:
    """How far it has come, what is ahead and what stops it: of these as much as there is room for."""
    share = f"{100 * search.share:.0f}"
    parts = [theme.say("finding η: {share} %", share=share)]
    if search.rate is not None:
        parts.append(theme.say("{rate} is ahead", rate=short(search.rate)))
    parts.append(theme.say("{key} stops it", key=keys_of(theme.say, Tune())))
    while len(parts) > 1 and text.width(" · ".join(parts), size) > room:
        parts.pop()
    return " · ".join(parts)
