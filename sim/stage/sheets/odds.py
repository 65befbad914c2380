"""The odds as figures, in the language of the screen."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from ...study.odds.report import page
from ...study.odds.tally import Tally, odds_of
from ...study.statistics.figure import Figure, Line, Mark, Page, Stack
from ..drawing.canvas import Canvas
from ..plot.page import SHRINKING, PageLayout, arrange, draw_layout
from ..style.theme import Theme

SMALLEST = 0.9
"""How much smaller than the picture's type that on the sheet may be: who looks from afar reads no less of it."""
LEAST = 5.0
"""Height of a plot, in ems, below which the page's title makes way for it, and then the size of the type."""
NUMBERED = re.compile(r"(Escapes from )?minimum (\d+)")


def draw_odds(canvas: Canvas, tally: Tally, theme: Theme, em: int) -> None:
    """Draw the page over the whole canvas."""
    draw_layout(canvas, arranged(tally, theme, em, canvas.size))


@lru_cache(maxsize=3)
def arranged(tally: Tally, theme: Theme, em: int, size: tuple[int, int]) -> PageLayout:
    """The page with everything in its place; in a window with large type plots keep a height at which they tell."""
    page_ = odds_page(tally, theme)
    laid = arrange(page_, theme, em, size, SMALLEST)
    for smallest in (each for each in SHRINKING if each <= SMALLEST):
        if laid.lowest >= LEAST:
            break
        laid = arrange(replace(page_, title=""), theme, em, size, smallest)  # The window has the scene's title, too.
    return laid


def odds_page(tally: Tally, theme: Theme) -> Page:
    """The odds as figures, in the theme's language."""
    told, scene = odds_of(tally), tally.scene
    texts_ = scene.texts(theme.language)
    counts = [lane.seeds for lane in told.lanes]
    title = " · ".join((texts_.title, *counted_in_words(counts, scene.seed, told.updates, theme)))
    drawn = page(told)
    figures = tuple(_said(figure, texts_.lanes, theme) for figure in drawn.figures)
    return Page(title, figures, _word(drawn.note, theme))


def counted_in_words(seeds: Sequence[int], first: int, updates: int, theme: Theme) -> tuple[str, ...]:
    """On how many seeds of each lane the odds stand, and after how many updates.

    While they are counted, there are more of some lanes than of others.
    """
    fewest, most, after = min(seeds), max(seeds), f"{updates:,}"
    told = theme.say("after 1 update") if updates == 1 else theme.say("after {updates} updates", updates=after)
    if not most:
        return (told,)
    if most == 1:
        return theme.say("seed {seed}", seed=first), told
    if fewest < most:
        low, high = f"{fewest:,}", f"{most:,}"
        return theme.say("{low} to {high} seeds from {seed}", low=low, high=high, seed=first), told
    return theme.say("{count} seeds from {seed}", count=f"{most:,}", seed=first), told


def _said(figure: Figure, lanes: tuple[str, ...], theme: Theme) -> Figure:
    """A figure in the theme's language; each of its marks has the hue and the name of its lane."""
    stacks = [mark for mark in figure.marks if isinstance(mark, Stack)]
    x = replace(figure.x, label=_word(figure.x.label, theme), names=lanes if stacks else ())
    y = replace(figure.y, label=_word(figure.y.label, theme))
    marks = tuple(_named(mark, lanes, theme) for mark in figure.marks)
    title, note = _word(figure.title, theme), _word(figure.note, theme)
    bare = None if figure.bare is None else _word(figure.bare, theme)
    return replace(figure, title=title, x=x, y=y, marks=marks, note=note, bare=bare)


def _named(mark: Mark, lanes: tuple[str, ...], theme: Theme) -> Mark:
    match mark:
        case Stack(layers=layers):
            said = tuple(replace(layer, name=_word(layer.name, theme)) for layer in layers)
            return replace(mark, name=lanes[mark.hue], layers=said)
        case Line():
            return replace(mark, name=lanes[mark.hue])
        case _:
            return mark


def _word(word: str, theme: Theme) -> str:
    """What a figure says, in the theme's language."""
    numbered = NUMBERED.fullmatch(word)
    if numbered is None:
        return theme.say(word)
    if numbered[1]:
        return theme.say("Escapes from minimum {number}", number=numbered[2])
    return theme.say("minimum {number}", number=numbered[2])
