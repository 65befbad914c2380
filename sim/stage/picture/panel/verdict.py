"""The line of a lane's verdict: a chip, and beside it what there is to say of it, as much as there is room for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pygame import Rect

from ....descent.verdict.events import Escape, Event
from ....descent.verdict.kinds import Rank, VerdictKind
from ....descent.verdict.verdict import Verdict
from ...drawing.canvas import Canvas
from ...drawing.layout import PanelLayout
from ...style import text
from ...style.color import Color, mix, readable
from ...style.numbers import evidence, way
from ...style.style import hairline
from ...style.theme import Theme

ENDS = frozenset(kind for kind in VerdictKind if kind.rank != Rank.GOING)
"""Verdicts that will not change any more, as far as is known: their chips are filled."""
CHIP = (0.95, 0.85, 0.75)
"""Height of a chip's type, in ems: where its word would be cut, it is smaller."""
WHERE, FOLDER = re.compile(r", line \d+$"), re.compile(r"^.*[/\\]")
"""How the place in a file ends at which a rule failed, and what of it may be left out."""
USUAL_LOSS = "−0.0000"
"""Room is kept for a loss of this width at least: else words came and went with its digits."""

Told = tuple[tuple[str, ...], Color]
"""What is told, at length and then in fewer words, and its colour."""


@dataclass(frozen=True, slots=True)
class VerdictLine:
    """What one lane's line says at a moment."""

    place: PanelLayout
    em: int
    theme: Theme
    color: Color
    verdict: Verdict
    events: tuple[Event, ...]
    loss: str
    """As it is written at the line's end."""
    figures: bool = False
    """Whether the gradient's length and the curvatures stand among the numbers below, and need not be told twice."""
    brief: bool = False
    """Whether the verdict is said in a word."""
    type: float = CHIP[0]
    """Height of the chip's type, in ems."""

    @property
    def crowded(self) -> bool:
        """Whether the verdict has to be said in a word: there is no room for more, or none but so for the last move."""
        if not self.verdict.kind.traits.short:
            return False
        full = self.theme.say(self.verdict.kind.words)
        if text.width(full, self._bold, bold=True) > self._end - self.place.chip.left - self._padding:
            return True
        forms = () if self.place.events.height else self._moves()
        return next((brief for form in forms for brief in (False, True) if self._leaves(form, brief)), False)

    def draw(self, canvas: Canvas) -> None:
        """Draw the line, and the one below it if there is one, on their ground."""
        place, theme = self.place, self.theme
        canvas.rect(place.chip.union(place.numbers[0]) if self._beside else place.chip, theme.panel)
        left = self._draw_chip(canvas) + self._gap
        told, line = self._told(), Rect(left, place.chip.top, self._end - left, place.chip.height)
        if place.events.height:
            canvas.rect(place.events, theme.panel)
            self._draw_words(canvas, self._since(), line)
            self._draw_words(canvas, told, place.events)
        else:
            self._draw_words(canvas, [*told, *self._since()], line)

    @property
    def _bold(self) -> int:
        """Height of the chip's type, in pixels."""
        return round(self.type * self.em)

    @property
    def _size(self) -> int:
        """Height of the other words' type, in pixels."""
        return round(0.92 * self.em)

    @property
    def _padding(self) -> int:
        """What the chip has left and right of its words."""
        return round(1.4 * self.em)

    @property
    def _gap(self) -> int:
        """What is free beside the chip."""
        return round(0.7 * self.em)

    @property
    def _beside(self) -> bool:
        """Whether the loss stands at this line's end."""
        chip, cell = self.place.chip, self.place.numbers[0]
        return cell.left >= chip.right and cell.top < chip.bottom

    @property
    def _end(self) -> int:
        """Up to where there may be words."""
        if not self._beside:
            return self.place.chip.right
        wide = max(text.width(each, self._size) for each in (self.loss, USUAL_LOSS))
        return self.place.numbers[0].right - wide - self.em // 2 - text.width("L", self._size) - self._gap

    @property
    def _label(self) -> str:
        traits = self.verdict.kind.traits
        return self.theme.say(traits.short if self.brief and traits.short else traits.words)

    @property
    def whole(self) -> bool:
        """Whether the chip has room for all that it says."""
        return self._leaves("", self.brief)

    def _leaves(self, words: str, brief: bool) -> bool:
        """Whether a verdict of that length leaves room for these words."""
        chip = text.width(replace(self, brief=brief)._label, self._bold, bold=True) + self._padding
        beside = self._gap + text.width(words, self._size) if words else 0
        return self.place.chip.left + chip + beside <= self._end

    def _draw_chip(self, canvas: Canvas) -> int:
        """The verdict in a few words; returns where it ends."""
        place, color, theme = self.place.chip, self.color, self.theme
        label = text.fitted(self._label, self._bold, self._end - place.left - self._padding, bold=True)
        chip = Rect(place.left, place.top, text.width(label, self._bold, bold=True) + self._padding, place.height)
        ended = self.verdict.kind in ENDS
        canvas.rect(chip, color if ended else mix(theme.panel, color, 0.14), corner=chip.height // 2)
        if not ended:
            canvas.rect(chip, color, width=hairline(self.em), corner=chip.height // 2)
        ink = readable(color) if ended else mix(color, theme.text, 0.35)
        canvas.text(label, chip.center, self._bold, ink, bold=True, align=0.5)
        return chip.right

    def _since(self) -> list[Told]:
        """Since when the verdict has held."""
        since = self.theme.say("since update {update}", update=self.verdict.since)
        return [((since,), self.theme.muted)] if self.verdict.since else []

    def _moves(self) -> tuple[str, ...]:
        """The last move from place to place, at length and then in fewer words; nothing if there was none."""
        moves = [event for event in self.events if isinstance(event.kind, Escape)]
        return _event_texts(moves[-1], self.theme) if moves else ()

    def _told(self) -> list[Told]:
        """The last move from place to place, and the verdict's evidence."""
        theme, moves = self.theme, self._moves()
        said = [(moves, mix(self.color, theme.text, 0.35))] if moves else []
        pieces = (piece for piece in self.verdict.parts if piece.saying is not None or not self.figures)
        forms = _failure_texts if self.verdict.kind is VerdictKind.FAILED else lambda words: (words,)
        return said + [(forms(evidence(piece, theme)), theme.muted) for piece in pieces]

    def _draw_words(self, canvas: Canvas, words: list[Told], place: Rect) -> None:
        """Draw these one after the other, those that there is room for."""
        x = place.left
        for index, (forms, color) in enumerate(words):
            signs = [f"· {form}" if index else form for form in forms]
            sign = next((each for each in signs if x + text.width(each, self._size) <= place.right), None)
            if sign is None:
                break
            x = canvas.text(sign, (x, place.centery), self._size, color) + self.em // 2


def alike(lines: Sequence[VerdictLine]) -> list[VerdictLine]:
    """The lines of one picture: a verdict that one lane has to say in a word, all say so, in type of one size."""
    brief = {line.verdict.kind for line in lines if line.crowded}
    said = [replace(line, brief=line.verdict.kind in brief) for line in lines]
    height = next((each for each in CHIP if all(replace(line, type=each).whole for line in said)), CHIP[-1])
    return said if height == CHIP[0] else [replace(line, type=height) for line in said]


def _failure_texts(words: str) -> tuple[str, ...]:
    """How a rule failed: with its file and line, without the folder, and without either.

    >>> _failure_texts("/home/me/mine.py, line 3: KeyError: 'a'")[1:]
    ("mine.py, line 3: KeyError: 'a'", "KeyError: 'a'")
    """
    place, mark, what = words.partition(": ")
    if not WHERE.search(place):  # Also where a folder has a colon in its name.
        return (words,)
    return words, f"{FOLDER.sub('', place)}{mark}{what}", what


def _event_texts(event: Event, theme: Theme) -> tuple[str, str]:
    """An escape in few words, and in fewer; minima go by their numbers on the map."""
    brief = theme.say("escaped at {update}", update=event.update)
    if event.kind is Escape.SADDLE:
        return theme.say("left the saddle at {update}", update=event.update), brief
    return theme.say("escaped at {update}: {way}", update=event.update, way=way(event, theme)), brief
