"""One lane's panel: name and settings, verdict, map with trail, marble and arrows, live numbers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from itertools import product

import numpy as np

from ....descent.schedules import CONSTANT
from ....report import epoch_of
from ....scene.value import Scene
from ....study.maps.swarm import Cloud
from ....study.odds.ends import LaneEnds
from ...drawing.canvas import Canvas
from ...drawing.glyphs import draw_badge
from ...drawing.layout import PanelLayout
from ...drawing.replay import draw_unless_there
from ...style import text
from ...style.numbers import hyperparameters, number, short
from ...style.shortening import told_apart
from ...style.style import hairline
from ...style.theme import Theme
from ...views import ViewName
from ..map.cloud import draw_shares
from ..views import Layer, ViewContext, draw_views
from .course import Course
from .ends import draw_ends
from .settings import (
    APART,
    BADGE,
    BATCH,
    BESIDE,
    LEAST,
    LESS,
    PLANS,
    SMALL,
    Detail,
    Settings,
    SettingsForm,
    forms,
    settings_of,
    shortest,
)
from .settings import RATE as OWN_RATE
from .sliders import LaneSlider, draw_sliders, sliders
from .verdict import VerdictLine, alike

RATE = "η"
NAME = 1.1
"""Height of the type of names, in ems."""
UNDERLINE, BELOW = 0.1, 0.75
"""Height of the line below the chosen lane's badge and name, in ems, and where it ends below their middle, in heights
of their type."""

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


@dataclass(frozen=True)
class Panel:
    """What it takes to draw one lane at any moment."""

    place: PanelLayout
    em: int
    theme: Theme
    settings: Settings
    """What may be told of the lane's settings, with its name, in the theme's language."""
    sliders: tuple[LaneSlider, ...]
    course: Course
    mark: str = ""
    """What is said of a learning rate unlike the others; without room for it, that itself has its colour."""
    type: float = NAME
    """Height of the name's type, in ems."""
    shown: str = ""
    """As much of the name as there is room for."""
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
        size, right = self.name_size, place.name.right
        end = canvas.text(self.shown, (x + 1.3 * em, y), size, theme.text, bold=True)
        if self.chosen:
            height = max(2, round(UNDERLINE * em))
            low = min(round(y + BELOW * size), place.name.bottom) - height
            canvas.rect((x, low, round(end) - x, height), self.course.color)
        line, small = self.line if self.fits(self.line) else ("", self._beside)
        marked = self.settings.unlike and not self.mark and RATE in line
        canvas.text(line, place.name.midright, small, theme.lane(1) if marked else theme.muted, align=1)
        if self.mark:
            right -= text.width(line, small) + (em if line else 0)
            canvas.text(self.mark, (right, y), self._beside, theme.lane(1), bold=True, align=1)

    @property
    def name_size(self) -> int:
        """Height of the name's type, in pixels."""
        return round(self.type * self.em)

    @property
    def _beside(self) -> int:
        """Height of the type beside the name, in pixels."""
        return round(BESIDE * self.em)

    @property
    def _kept(self) -> int:
        """What the mark takes of the line, with what is free before it."""
        return text.width(self.mark, self._beside, bold=True) + self.em if self.mark else 0

    @property
    def name_room(self) -> int:
        """How wide the name may be beside the mark."""
        return self.place.name.width - round(BADGE * self.em) - self._kept

    @property
    def shows_name(self) -> bool:
        """Whether the mark leaves room for the whole name."""
        return text.width(self.settings.name, self.name_size, bold=True) <= self.name_room

    @property
    def room(self) -> int:
        """What name and mark leave of their line for the settings."""
        name = self.shown or text.fitted(self.settings.name, self.name_size, self.name_room, bold=True)
        return self.name_room - round(APART * self.em) - text.width(name, self.name_size, bold=True)

    def told_in(self, form: SettingsForm) -> Line:
        """The rule and its settings in that form: where sliders tell the settings, little is left."""
        if not self._sliders_tell:
            return self.settings.said(form), round(form.type * self.em)
        settings = self.settings
        told = [settings.rule]
        if form.detail <= Detail.SETTINGS:
            told += [words for key, words in settings.given if key == PLANS]
            told += [] if BATCH in self._turned else [settings.batch[1]]
        return " · ".join(told), self._beside

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
        rate = f"{RATE} = {short(self.course.track.lane.rule.learning_rate)}"
        return bool(self.sliders) or (rate in self.settings.name and (bool(self.mark) or not self.settings.unlike))

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
    marked = _named(_marked(panels))
    found = list(forms([panel.settings for panel in panels]))
    told = [[panel.told_in(form) for form in found] for panel in marked]
    asked = [[panel.fits(line) for line in lines] for panel, lines in zip(marked, told, strict=True)]
    asked = [fitting for fitting in asked if any(fitting)]
    place = next((place for place in range(len(found)) if all(fitting[place] for fitting in asked)), -1)
    return tuple(replace(panel, line=lines[place]) for panel, lines in zip(marked, told, strict=True))


def _named(panels: Sequence[Panel]) -> list[Panel]:
    """The panels with as much of their names as there is room for, each unlike all others.

    A name that has to be shortened anyway leaves room for a learning rate that makes the comparison unfair.
    """
    names, rooms = [panel.settings.name for panel in panels], list[int]()
    for panel in panels:
        rate = panel.told_in(SettingsForm(Detail.SHORT, SMALL, frozenset({OWN_RATE})))
        warns = panel.settings.unlike and not panel.mark and not panel.sliders
        rooms.append(panel.name_room - (text.width(*rate) + panel.em if warns else 0))
    shown = told_apart(names, panels[0].name_size, rooms, bold=True)
    return [replace(panel, shown=name) for panel, name in zip(panels, shown, strict=True)]


def _marked(panels: Sequence[Panel]) -> list[Panel]:
    """The panels with their marks, and their names in type of one size.

    Names are whole before anything else; then all tell what tells them apart, and if there is no room for all of that,
    the first of it: for that, marks make way before type does.
    """
    say = panels[0].theme.say
    long, short_, none = say("not the same η"), say("other η"), ""
    ways = [*_ways(panels, [NAME], [long, short_]), *_ways(panels, (NAME, *LESS), [short_, none])]
    last = list(_ways(panels, (NAME, *LEAST), [short_, none]))
    for form, some in product(shortest([panel.settings for panel in panels]), (ways, last)):
        for way in some:
            if _all_told(way, form, long):
                return way
    return next((way for way in last if all(panel.shows_name for panel in way)), last[-1])


def _ways(panels: Sequence[Panel], types: Sequence[float], marks: Sequence[str]) -> Iterator[list[Panel]]:
    """The panels with names in type of each height, and with each mark."""
    for height, mark in product(types, marks):
        yield [replace(panel, mark=mark if panel.settings.unlike else "", type=height) for panel in panels]


def _all_told(panels: Sequence[Panel], form: SettingsForm, long: str) -> bool:
    """Whether names are whole, and all lanes tell their settings in that form, or else names or sliders tell them.

    The long mark leaves room for the form in any case.
    """
    return all(
        panel.shows_name and (panel.fits(panel.told_in(form)) or (panel.told_anyway and panel.mark != long))
        for panel in panels
    )


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
    settings = settings_of(scene, lane, course.race.problem.train.count, theme.language)
    return Panel(place, em, theme, settings, sliders(scene, lane, place, em), course, told=told, chosen=chosen)
