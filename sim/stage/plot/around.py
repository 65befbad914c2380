"""The words around a plot: title, names of axes, numbers along them, note."""

from pygame import Rect

from ..style import text
from ..style.style import Style
from ..style.wrapping import wrapped
from .axes import TickLabel, placed
from .plan import Plan
from .words import Label, label, pitch, spoken, stacked

TITLE_LINES, NOTE_LINES = 2, 3
# Em above the plot, for the upper half of its highest number.
GAP = 0.6
# Em between the plot and the numbers below it.
GAP_BELOW = 0.3
# Em between the plot and the numbers on its left.
GAP_LEFT = 0.5


def title_height(plan: Plan, inner: Rect, style: Style) -> int:
    """The height of a figure's title."""
    lines = _title(plan, inner, style)
    return len(lines) * pitch(style.title) + (round(0.2 * style.em) if lines else 0)


def names_height(plan: Plan, inner: Rect, style: Style) -> int:
    """The height of the names right above the plot, and of the gap below them."""
    return _names_lines(plan, inner, style) * pitch(style.small) + round(GAP * style.em)


def foot_height(plan: Plan, inner: Rect, style: Style) -> int:
    """The height of what stands below the numbers."""
    note = _note(plan, inner, style)
    height = pitch(style.small) if _across(plan, style) else 0
    return height + (len(note) * pitch(style.tiny) + round(0.4 * style.em) if note else 0)


def tick_labels_height(marks: tuple[TickLabel, ...], style: Style) -> int:
    """The height of the numbers below the plot."""
    return round(GAP_BELOW * style.em) + _lines(marks) * pitch(style.small)


def heading(plan: Plan, inner: Rect, plot: Rect, style: Style) -> list[Label]:
    """The title, and the names right above the plot."""
    labels = stacked(_title(plan, inner, style), inner.topleft, style.title, style.theme.text, bold=True)
    left, right = _upward(plan, style)
    y = plot.top - GAP * style.em - pitch(style.small) / 2
    higher = (_names_lines(plan, inner, style) - 1) * pitch(style.small)
    for words, align, place in (
        (left, 0.0, (inner.left, y)),
        (right, 1.0, (inner.right, y - higher)),
    ):
        if words:
            labels.append(
                label(text.fitted(words, style.small, inner.width), place, style.small, style.theme.muted, align)
            )
    return labels


def numbers(
    below: tuple[TickLabel, ...], beside: tuple[TickLabel, ...], inner: Rect, plot: Rect, style: Style
) -> list[Label]:
    """The numbers and names along both axes."""
    size, color = style.small, style.theme.muted
    labels = []
    for mark in below:
        left, right = placed(mark, size, (inner.left, inner.right))
        labels += stacked(mark.lines, ((left + right) / 2, plot.bottom + GAP_BELOW * style.em), size, color, 0.5)
    for mark in beside:
        top = mark.pixel - len(mark.lines) * pitch(size) / 2
        labels += stacked(mark.lines, (plot.left - GAP_LEFT * style.em, top), size, color, 1.0)
    return labels


def footing(plan: Plan, below: tuple[TickLabel, ...], inner: Rect, plot: Rect, style: Style) -> list[Label]:
    """The name of the axis that runs to the right, and the note at the bottom."""
    note, name = _note(plan, inner, style), _across(plan, style)
    labels = stacked(note, (inner.left, inner.bottom - len(note) * pitch(style.tiny)), style.tiny, style.theme.muted)
    if name:
        name = text.fitted(name, style.small, inner.width)
        half = text.width(name, style.small) / 2
        middle = max(min(plot.centerx, inner.right - half), inner.left + half)
        y = plot.bottom + tick_labels_height(below, style) + pitch(style.small) / 2
        labels.append(label(name, (middle, y), style.small, style.theme.muted, 0.5))
    return labels


def _title(plan: Plan, inner: Rect, style: Style) -> tuple[str, ...]:
    return wrapped(spoken(style.theme, plan.figure.title), style.title, inner.width, TITLE_LINES, True)


def _note(plan: Plan, inner: Rect, style: Style) -> tuple[str, ...]:
    note = spoken(style.theme, plan.figure.note) if style.notes else ""
    return wrapped(note, style.tiny, inner.width, NOTE_LINES)


def _across(plan: Plan, style: Style) -> str:
    """The name of the axis that runs to the right."""
    axis = plan.figure.x
    return spoken(style.theme, axis.label) if style.names else ""


def _upward(plan: Plan, style: Style) -> tuple[str, str]:
    """What stands above the plot on the left and on the right: the axis that runs up, and a heat map's colours."""
    axis = plan.figure.y
    own = spoken(style.theme, axis.label) if style.names else ""
    return own, "" if plan.heat is None else spoken(style.theme, plan.heat.name)


def _names_lines(plan: Plan, inner: Rect, style: Style) -> int:
    names = [name for name in _upward(plan, style) if name]
    beside = sum(text.width(name, style.small) for name in names) + 2 * style.em <= inner.width
    return min(len(names), 1) if beside else len(names)


def _lines(marks: tuple[TickLabel, ...]) -> int:
    return max((len(mark.lines) for mark in marks), default=0)
