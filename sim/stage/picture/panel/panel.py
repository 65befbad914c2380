"""One lane's panel: name and settings, verdict, map with trail, marble and arrows, live numbers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum, auto
from functools import cached_property
from itertools import product
from typing import NamedTuple

import numpy as np

from ....descent.rules import rule_name
from ....descent.schedules import CONSTANT
from ....report import epoch_of
from ....scene.value import Scene, unlike
from ....study.maps.swarm import Cloud
from ....study.odds.ends import LaneEnds
from ...drawing.canvas import Canvas
from ...drawing.glyphs import draw_badge
from ...drawing.layout import PanelLayout
from ...drawing.replay import draw_unless_there
from ...style import text
from ...style.numbers import batch_among, hyperparameters, number, plans, rule_in_words, short
from ...style.style import hairline
from ...style.theme import Theme
from ...views import ViewName
from ..map.cloud import draw_shares
from ..views import Layer, ViewContext, draw_views
from .course import Course
from .ends import draw_ends
from .sliders import LaneSlider, draw_sliders, sliders
from .verdict import VerdictLine, alike

RATE = "η"
BESIDE, SMALL = 0.9, 0.75
"""Height of the type beside a name, in ems, and where settings would else be left out."""
NAME = 1.1
"""Height of the type of names, in ems."""
UNDERLINE, BELOW = 0.1, 0.75
"""Height of the line below the chosen lane's badge and name, in ems, and where it ends below their middle, in heights
of their type."""
LESS = (NAME, 1.0, 0.9)
"""Heights of the type of names, in ems, where the learning rate would else be left out."""
LEAST = (*LESS, 0.82, 0.75)
"""Heights of the type of names, in ems, where these would else be cut."""

Line = tuple[str, int]
"""Words, and the height of their type in pixels."""


class LiveNumber(StrEnum):
    """The live numbers by their names in English, the most telling first; the learning rate where it changes."""

    LOSS = "L"
    SLOPE = "‖∇L‖"
    LEAST_CURVATURE = "κmin"
    MOST_CURVATURE = "κmax"
    RATE = RATE
    TEST_LOSS = "test L"
    UPDATE = "update"
    EPOCH = "epoch"
    BATCH = "batch"


FIGURES = {LiveNumber.SLOPE, LiveNumber.LEAST_CURVATURE, LiveNumber.MOST_CURVATURE}
"""The live numbers that are evidence of verdicts as well."""


class Detail(IntEnum):
    """How much is told of a lane's settings beside its name, from all to the least."""

    RULE = auto()
    """The rule and all settings."""
    SETTINGS = auto()
    """All settings without the rule's name."""
    LETTERS = auto()
    """The batch in letters."""
    BATCHLESS = auto()
    """All but the batch."""
    PLANNED_RATE = auto()
    """The learning rate, and how it changes."""
    RATE = auto()


class SettingsForm(NamedTuple):
    """How settings are told beside a name."""

    detail: Detail
    type: float = BESIDE
    """Height of the type, in ems; what sliders leave to be told is not written smaller."""


FORMS = (
    SettingsForm(Detail.RULE),
    SettingsForm(Detail.SETTINGS),
    SettingsForm(Detail.LETTERS),
    SettingsForm(Detail.LETTERS, SMALL),
    SettingsForm(Detail.BATCHLESS),
    SettingsForm(Detail.BATCHLESS, SMALL),
    SettingsForm(Detail.PLANNED_RATE),
    SettingsForm(Detail.RATE),
    SettingsForm(Detail.RATE, SMALL),
)
"""All lanes of a picture tell their settings in one of these: the first for which there is room."""


@dataclass(frozen=True)
class Panel:
    """What it takes to draw one lane at any moment."""

    place: PanelLayout
    em: int
    theme: Theme
    name: str
    """The lane's name, in the theme's language."""
    sliders: tuple[LaneSlider, ...]
    unlike: bool
    """Whether its learning rate makes the comparison with the others unfair."""
    course: Course
    mark: str = ""
    """What is said of that; without room for it, the learning rate itself has its colour."""
    type: float = NAME
    """Height of the name's type, in ems."""
    line: Line = ("", 0)
    """What is told of its settings beside its name, if there is room."""
    told: tuple[str, ...] = ()
    """Which of the numbers stand before the others where there is no room for all, by their names in English."""
    chosen: bool = False
    """Whether its name is underlined: it is this lane that keys and controls are about."""

    def draw(self, canvas: Canvas, update: int, views: frozenset[ViewName], ends: LaneEnds | None = None) -> None:
        """Draw the lane after so many updates; its frame and names are there."""
        with canvas.part("map"):
            self.course.draw(canvas, (update, 0.0), views, None, ends=ends)
        (line,) = alike([self.verdict_line(update)])
        self.draw_words(canvas, update, views, line, None, ends)

    def verdict_line(self, update: int) -> VerdictLine:
        """What is said of the verdict after so many updates."""
        course, track = self.course, self.course.track
        loss = number(float(track.loss[min(update, track.updates)]))
        verdict, events = course.judge.verdict(update), tuple(course.judge.events_until(update))
        below = self._names.keys() >= FIGURES
        return VerdictLine(self.place, self.em, self.theme, course.color, verdict, events, loss, below)

    def draw_words(
        self,
        canvas: Canvas,
        update: int,
        views: frozenset[ViewName],
        line: VerdictLine,
        cloud: Cloud | None,
        ends: LaneEnds | None = None,
    ) -> None:
        """Draw all but the map."""
        with canvas.part("strip"):
            self._draw_strip(canvas, self.course.context(update, views - {ViewName.MOVING_GROUND}))
            if cloud is not None and self.place.shares.height:
                draw_shares(canvas, self.place.shares, cloud, self.theme, self.em)
        if self.place.ends.height:
            with canvas.part("ends"):
                draw_ends(canvas, self.place.ends, ends, self.theme, self.em)
        numbers, lane = self._numbers(min(update, self.course.track.updates)), self.course.index
        with canvas.part("verdict"):
            draw_unless_there(canvas, ("verdict", lane), line, lambda: line.draw(canvas))
        with canvas.part("numbers"):
            # A single one, the loss, may lie on the ground of the verdict's line: it is gone where that has been drawn,
            # and must not be drawn upon itself where that stays.
            key = (numbers[LiveNumber.LOSS], line) if len(self.place.numbers) == 1 else tuple(numbers.values())
            draw_unless_there(canvas, ("numbers", lane), key, lambda: self._draw_numbers(canvas, numbers))
        if self.place.sliders.height:
            with canvas.part("sliders"):
                draw_unless_there(canvas, ("sliders", lane), self.sliders, lambda: self._draw_sliders(canvas))

    def draw_frame(self, canvas: Canvas) -> None:
        """Draw what does not change from moment to moment."""
        place, theme, em = self.place, self.theme, self.em
        canvas.rect(place.frame, theme.panel, corner=em // 2)
        canvas.rect(place.frame, theme.border, width=hairline(em), corner=em // 2)
        x, y = place.name.left, place.name.centery
        draw_badge(canvas, (x + 0.45 * em, y), 0.42 * em, self.course.index, self.course.color)
        size, right = self._name_size, place.name.right
        end = canvas.text(self._shown_name, (x + 1.3 * em, y), size, theme.text, bold=True)
        if self.chosen:
            height = max(2, round(UNDERLINE * em))
            low = min(round(y + BELOW * size), place.name.bottom) - height
            canvas.rect((x, low, round(end) - x, height), self.course.color)
        line, small = self.line if self.fits(self.line) else ("", self._beside)
        marked = self.unlike and not self.mark and RATE in line
        canvas.text(line, place.name.midright, small, theme.lane(1) if marked else theme.muted, align=1)
        if self.mark:
            right -= text.width(line, small) + (em if line else 0)
            canvas.text(self.mark, (right, y), self._beside, theme.lane(1), bold=True, align=1)

    @property
    def _name_size(self) -> int:
        """Height of the name's type, in pixels."""
        return round(self.type * self.em)

    @property
    def _beside(self) -> int:
        """Height of the type beside the name, in pixels."""
        return round(BESIDE * self.em)

    @property
    def _shown_name(self) -> str:
        """As much of the name as there is room for beside the mark."""
        room = self.place.name.width - round(1.3 * self.em) - self._kept
        return text.fitted(self.name, self._name_size, room, bold=True)

    @property
    def _kept(self) -> int:
        """What the mark takes of the line, with what is free before it."""
        return text.width(self.mark, self._beside, bold=True) + self.em if self.mark else 0

    @property
    def shows_name(self) -> bool:
        """Whether the mark leaves room for the whole name."""
        return self._shown_name == self.name

    @property
    def room(self) -> int:
        """What name and mark leave of their line for the settings."""
        name = round(2.3 * self.em) + text.width(self._shown_name, self._name_size, bold=True)
        return self.place.name.width - name - self._kept

    def lines(self) -> dict[SettingsForm, Line]:
        """The rule and its settings that sliders do not tell, in each form."""
        words, usual = {detail: " · ".join(told) for detail, told in self._details().items()}, self._beside
        return {
            form: (words[form.detail], usual if self._sliders_tell else round(form.type * self.em)) for form in FORMS
        }

    def _details(self) -> dict[Detail, list[str]]:
        """What is told of the rule and its settings, in each detail: where sliders tell these, little is left."""
        lane, language = self.course.track.lane, self.theme.language
        count = self.course.race.problem.train.count
        rule, planned = rule_in_words(rule_name(lane.rule), language), plans(lane, language)
        batch, brief = batch_among(lane, count, language), f"B {lane.batch_size}/{count}"
        if self._sliders_tell:
            told = [rule, *planned, *([] if "batch" in self._turned else [brief])]
            return {detail: told if detail <= Detail.SETTINGS else [rule] for detail in Detail}
        given, rate = hyperparameters(lane.rule), f"{RATE} {short(lane.rule.learning_rate)}"
        return {
            Detail.RULE: [rule, *given, *planned, batch],
            Detail.SETTINGS: [*given, *planned, batch],
            Detail.LETTERS: [*given, *planned, brief],
            Detail.BATCHLESS: [*given, *planned],
            Detail.PLANNED_RATE: [rate, *planned],
            Detail.RATE: [rate],
        }

    @property
    def _turned(self) -> set[str]:
        """What sliders turn, and tell."""
        return {slider.dial.name for slider in self.sliders}

    @property
    def _sliders_tell(self) -> bool:
        """Whether sliders tell all the hyperparameters."""
        turned = self._turned
        return bool(turned) and len(hyperparameters(self.course.track.lane.rule)) <= len(turned - {"batch"})

    @property
    def told_anyway(self) -> bool:
        """Whether name or slider tell the learning rate."""
        return bool(self.sliders) or f"{RATE} = {short(self.course.track.lane.rule.learning_rate)}" in self.name

    @property
    def tells(self) -> bool:
        """Whether there is room for some of the settings."""
        return any(map(self.fits, self.lines().values()))

    def fits(self, line: Line) -> bool:
        """Whether there is room for that beside the name."""
        return text.width(*line) <= self.room

    def _draw_strip(self, canvas: Canvas, context: ViewContext) -> None:
        place = self.place.strip
        if place.height:
            canvas.rect(place, self.theme.panel)
            with canvas.clip(place):
                draw_views(canvas, context, Layer.STRIP)

    def _draw_sliders(self, canvas: Canvas) -> None:
        canvas.rect(self.place.sliders, self.theme.panel)
        draw_sliders(canvas, self.sliders, self.course.color, self.theme, self.em)

    def _draw_numbers(self, canvas: Canvas, numbers: Mapping[LiveNumber, tuple[str, str]]) -> None:
        cells = self.place.numbers
        em, theme = self.em, self.theme
        size = round(0.92 * em)
        if len(cells) == 1:
            (label, value), (cell,) = numbers[LiveNumber.LOSS], cells
            if cell.top >= self.place.chip.bottom:  # Else it lies on the ground of the verdict's line.
                canvas.rect(cell, theme.panel)
            canvas.text(value, cell.midright, size, theme.text, align=1)
            canvas.text(
                label, (cell.right - text.width(value, size) - em // 2, cell.centery), size, theme.muted, align=1
            )
            return
        canvas.rect(cells[0].unionall(cells[1:]), self.theme.panel)
        for cell, (label, value) in zip(cells, map(numbers.__getitem__, self._names), strict=False):
            if text.width(label, size) + text.width(value, size) + em // 3 <= cell.width:
                canvas.text(label, cell.midleft, size, theme.muted)
            canvas.text(value, cell.midright, size, theme.text, align=1)

    @property
    def _planned(self) -> bool:
        """Whether the learning rate is another one in the course of the race."""
        return self.course.track.lane.schedule != CONSTANT

    @cached_property
    def _names(self) -> dict[LiveNumber, None]:
        """The numbers that have cells, in the order in which they stand."""
        names, told = [name for name in LiveNumber if name is not LiveNumber.RATE or self._planned], self.told
        if len(self.place.numbers) < len(names):
            names.sort(key=lambda name: told.index(name) if name in told else len(told))
        return dict.fromkeys(names[: len(self.place.numbers)])

    def _numbers(self, moment: int) -> dict[LiveNumber, tuple[str, str]]:
        """Labels and values of all numbers."""
        track, say = self.course.track, self.theme.say
        lower, upper = track.curvatures[moment].tolist()
        epoch = epoch_of(track, moment)
        batch = moment - max(epoch - 1, 0) * track.updates_per_epoch
        rate = short(float(f"{track.rate(moment):.3g}")) if self._planned else ""
        return {
            LiveNumber.LOSS: ("L", number(float(track.loss[moment]))),
            LiveNumber.SLOPE: ("‖∇L‖", number(float(np.hypot(*track.full_gradient[moment])))),
            LiveNumber.LEAST_CURVATURE: ("κmin", number(lower)),
            LiveNumber.MOST_CURVATURE: ("κmax", number(upper)),
            LiveNumber.RATE: (RATE, rate),
            LiveNumber.TEST_LOSS: (say("test L"), number(float(track.test_loss[moment]))),
            LiveNumber.UPDATE: (say("update"), self.theme.count(moment)),
            LiveNumber.EPOCH: (say("epoch"), self.theme.count(epoch)),
            LiveNumber.BATCH: (say("batch"), f"{batch}/{track.updates_per_epoch}"),
        }


def headed(panels: Sequence[Panel]) -> tuple[Panel, ...]:
    """The panels of one picture: beside their names all tell of the same settings, as many as there is room for.

    A lane whose name leaves no room for any is not asked.
    """
    marked = _marked(panels)
    lines = [panel.lines() for panel in marked]
    asked = [(panel, told) for panel, told in zip(marked, lines, strict=True) if any(map(panel.fits, told.values()))]
    fitting = (form for form in FORMS if all(panel.fits(told[form]) for panel, told in asked))
    form = next(fitting, FORMS[-1])
    return tuple(replace(panel, line=told[form]) for panel, told in zip(marked, lines, strict=True))


def _marked(panels: Sequence[Panel]) -> list[Panel]:
    """The panels with their marks, and their names in type of one size.

    Names are whole before anything else; then all tell their learning rate: for that, marks make way before type does.
    """
    say = panels[0].theme.say
    long, short_, none = say("not the same η"), say("other η"), ""
    for way in _ways(panels, [NAME], [long, short_]):
        if _all_told(way) and all(panel.tells for panel in way if panel.mark):
            return way
    for way in _ways(panels, LESS, [short_, none]):
        if _all_told(way):
            return way
    others = list(_ways(panels, LEAST, [short_, none]))
    return next((way for way in others if all(panel.shows_name for panel in way)), others[-1])


def _ways(panels: Sequence[Panel], types: Sequence[float], marks: Sequence[str]) -> Iterator[list[Panel]]:
    """The panels with names in type of each height, and with each mark."""
    for height, mark in product(types, marks):
        yield [replace(panel, mark=mark if panel.unlike else "", type=height) for panel in panels]


def _all_told(panels: Sequence[Panel]) -> bool:
    """Whether names are whole, and all learning rates are told."""
    return all(panel.shows_name and (panel.told_anyway or panel.tells) for panel in panels)


def panel_of(
    scene: Scene,
    place: PanelLayout,
    em: int,
    theme: Theme,
    course: Course,
    told: tuple[str, ...] = (),
    *,
    chosen: bool = False,
) -> Panel:
    """One lane's panel at a place, with its course; what is told of stands before other numbers."""
    lane = course.index
    name, unfair = scene.texts(theme.language).lanes[lane], unlike(scene)[lane]
    return Panel(place, em, theme, name, sliders(scene, lane, place, em), unfair, course, told=told, chosen=chosen)
