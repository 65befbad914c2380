"""The odds as figures, in the language of the screen."""

import math
import re
from dataclasses import replace
from functools import lru_cache

from ...study.odds.report import page
from ...study.odds.tally import Tally, odds_of
from ...study.statistics.figure import Axis, Bars, Figure, Page, Parts
from ..drawing.canvas import Canvas
from ..plot.page import PageLayout, arrange, draw_layout
from ..style.theme import Theme

MINIMUM = re.compile(r"minimum (\d+)")


def draw_odds(canvas: Canvas, tally: Tally, theme: Theme, em: int) -> None:
    """Draw the page over the whole canvas."""
    draw_layout(canvas, arranged(tally, theme, em, canvas.size))


@lru_cache(maxsize=3)
def arranged(tally: Tally, theme: Theme, em: int, size: tuple[int, int]) -> PageLayout:
    """The page with everything in its place."""
    return arrange(odds_page(tally, theme), theme, em, size)


def odds_page(tally: Tally, theme: Theme) -> Page:
    """The odds as figures, in the theme's language."""
    told, scene = odds_of(tally), tally.scene
    seeds = min(lane.seeds for lane in told.lanes)
    texts_ = scene.texts(theme.language)
    title = theme.say(
        "{title} · {count} seeds from {seed} · after {updates} updates",
        title=texts_.title,
        count=f"{seeds:,}",
        seed=scene.seed,
        updates=f"{told.updates:,}",
    )
    drawn = page(told)
    figures = tuple(_said(figure, texts_.lanes, theme) for figure in drawn.figures)
    return Page(title, figures, _word(drawn.note, theme))


def _said(figure: Figure, lanes: tuple[str, ...], theme: Theme) -> Figure:
    if not figure.x.names and any(isinstance(mark, Bars) for mark in figure.marks):  # Nothing is known yet.
        empty = tuple(Bars(mark.name, (math.nan,), hue=mark.hue) for mark in figure.marks if isinstance(mark, Bars))
        figure = replace(figure, x=Axis("", names=("",)), marks=empty)

    def axis(told: Axis) -> Axis:
        return replace(told, label=_word(told.label, theme), names=tuple(_word(name, theme) for name in told.names))

    # Each mark has the hue of its lane.
    marks = tuple(
        replace(mark, name=lanes[mark.hue]) if isinstance(mark, Bars | Parts) else mark for mark in figure.marks
    )
    y, strips = axis(figure.y), [mark for mark in marks if isinstance(mark, Parts)]
    if strips:
        y = replace(y, names=tuple(strip.name for strip in sorted(strips, key=lambda strip: strip.place)))
    return replace(figure, title=_word(figure.title, theme), x=axis(figure.x), y=y, marks=marks)


def _word(word: str, theme: Theme) -> str:
    """What a figure says, in the theme's language."""
    minimum = MINIMUM.fullmatch(word)
    if minimum:
        return theme.say("minimum {number}", number=minimum[1])
    return theme.say(word)
