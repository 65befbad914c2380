"""A rule's recurrence as the field writes it, with the numbers of the coming update beside each line.

It lies on a ground of the panel's colour, on as few lines as there is room for.
"""

from pygame import Rect

from ....drawing.canvas import Canvas
from ....style import text
from ....style.color import Color, mix
from ..context import ViewContext
from .offers import offered
from .places import stands_here
from .plans import GAP, PAD, Plan
from .rows import Row, Tells, bare_rows, rows_of

OPACITY = 232
"""Opacity of the ground, of 255: that there is land below is still to be seen."""


def draw_formula(canvas: Canvas, context: ViewContext) -> None:
    """Draw the rows for which there is room, rather fewer of them than over what is to be seen of the race: at least
    the movement's numbers, if these are not over a marble wherever they lie.
    """
    laid_out = context.once(_laid_out)
    if laid_out is not None:
        rows, plan, ground = laid_out
        pad = round(PAD * context.em)
        canvas.rect(ground, context.theme.panel, corner=pad, opacity=OPACITY)
        _draw_rows(canvas, context, rows, plan, ground.inflate(-2 * pad, -2 * pad))


def _laid_out(context: ViewContext) -> tuple[tuple[Row, ...], Plan, Rect] | None:
    """What is written, how and where; None where there is no room, or nothing to tell."""
    if not context.goes_on:
        return None
    stands = context.once(stands_here)
    stand = next(stand for first, stand in reversed(stands) if first <= context.moment)
    if stand is None:
        return None
    bare, plan = offered(context).plans[stand.size]
    rows = rows_of(context.track, context.moment)
    return bare_rows(rows) if bare else rows, plan, stand.place


def _draw_rows(canvas: Canvas, context: ViewContext, rows: tuple[Row, ...], plan: Plan, place: Rect) -> None:
    theme, y = context.theme, place.top + plan.step / 2
    colors = {
        Tells.MOVEMENT: context.color,
        Tells.GRADIENT: theme.text,
        Tells.STATE: mix(context.color, theme.text, 0.5),
    }
    for index, beside in zip(plan.shown, plan.beside, strict=True):
        row, color = rows[index], colors.get(rows[index].tells, theme.muted)
        canvas.text(row.formula, (place.left, y), plan.size, theme.text if row.whole else theme.muted)
        taken = text.width(row.formula, plan.size) + round(GAP * context.em) if beside and row.formula else 0
        y += 0 if beside else plan.step
        _draw_numbers(canvas, row, plan, (place.right, y), place.width - taken, color)
        y += plan.step


def _draw_numbers(canvas: Canvas, row: Row, plan: Plan, end: tuple[float, float], room: int, color: Color) -> None:
    """The numbers up to there; where some are wider than is usual, those before the update are left out, or digits."""
    forms = row.numbers(plan.brief), row.brief, row.least
    numbers = next((form for form in forms if text.width(form, plan.size) <= room), row.least)
    canvas.text(numbers, end, plan.size, color, align=1)
