"""One lane's panel: name and settings, verdict, map with trail, marble and arrows, live numbers."""

import math
from dataclasses import dataclass

import numpy as np
import pygame

from ...descent.race import Race
from ...descent.track import Track
from ...descent.track_judge import TrackJudge
from ...descent.verdict import Event, Kind, Verdict
from ...study.swarm import Cloud
from ..drawing.camera import Camera
from ..drawing.glyphs import draw_arrow
from ..drawing.layout import PanelLayout
from ..style import text
from ..style.color import Color, mix, readable
from ..style.numbers import evidence, number, settings, way
from ..style.style import hairline, stroke_of
from ..style.theme import Theme
from .cloud import draw_cloud, draw_shares
from .trail import Trail
from .views import Layer, Look, draw_views, ground

ARROW_SCALE = 4.0  # Arrows show movements so many times as long as they are,
LONGEST_ARROW = 0.4  # unless one would be longer than this share of the map's height: then both by less.
ENDS = frozenset(
    {Kind.SETTLED, Kind.STUCK, Kind.STALLED, Kind.BALANCED, Kind.LEVEL, Kind.HELD, Kind.DIVERGED, Kind.OFF_SURFACE}
)
"""Verdicts that will not change any more, as far as is known: their chips are filled."""


@dataclass(frozen=True, slots=True)
class Panel:
    """What it takes to draw one lane at any moment."""

    place: PanelLayout
    em: int
    theme: Theme
    race: Race
    index: int
    name: str
    """The lane's name, in the theme's language."""
    unlike: bool
    """Whether its learning rate makes the comparison with the others unfair."""
    camera: Camera
    trail: Trail
    terrain: pygame.Surface
    """The map without views."""

    @property
    def track(self) -> Track:
        """The lane's track."""
        return self.race.tracks[self.index]

    @property
    def judge(self) -> TrackJudge:
        """The lane's judge."""
        return self.race.judges[self.index]

    @property
    def color(self) -> Color:
        """The lane's colour."""
        return self.theme.lane(self.index)

    def draw(
        self,
        target: pygame.Surface,
        update: int,
        views: frozenset[str] = frozenset(),
        cloud: Cloud | None = None,
    ) -> None:
        """Draw the lane after `update` updates; the panel's frame and names are on the target already.

        With a cloud, all its marbles are drawn instead of the way of the first of them.
        """
        verdict = self.judge.verdict(update)
        look = self.look(update, views)
        self._draw_map(target, look, cloud)
        self._draw_strip(target, look)
        if cloud is not None:
            draw_shares(target, self.place.shares, cloud, self.theme, self.em)
        self._draw_chip(target, verdict)
        self._draw_events(target, verdict, self.judge.events_until(update))
        self._draw_numbers(target, min(update, self.track.updates))

    def look(self, update: int, views: frozenset[str]) -> Look:
        """What the views are given after `update` updates."""
        moment, place = min(update, self.track.updates), self.place
        return Look(self.race, self.index, moment, self.camera, place.map, place.strip, self.theme, self.em, views)

    def draw_frame(self, target: pygame.Surface) -> None:
        """Draw what does not change from moment to moment."""
        place, theme, em = self.place, self.theme, self.em
        pygame.draw.rect(target, theme.panel, place.frame, border_radius=em // 2)
        pygame.draw.rect(target, theme.border, place.frame, hairline(em), border_radius=em // 2)
        x, y = place.name.left, place.name.centery
        pygame.draw.aacircle(target, self.color, (x + 0.45 * em, y), 0.42 * em)
        size, small = round(1.1 * em), round(0.9 * em)
        name = text.fitted(self.name, size, place.name.right - x - round(1.3 * em), bold=True)
        end = text.put(target, name, (x + 1.3 * em, y), size, theme.text, bold=True) + em
        details = settings(self.track.lane, self.race.problem.train.count, theme)
        if place.settings.height:
            text.put(target, text.fitted(details, em, place.settings.width), place.settings.midleft, em, theme.muted)
        else:
            line = text.fitted(details, small, place.name.right - end)
            end = place.name.right - text.width(line, small) - em
            text.put(target, line, place.name.midright, small, theme.muted, align=1)
        mark = theme.say("not the same η")
        if self.unlike and text.width(mark, small, bold=True) < place.name.right - end:
            text.put(target, mark, place.name.midright, small, theme.lane(1), bold=True, align=1)

    def _draw_map(self, target: pygame.Surface, look: Look, cloud: Cloud | None) -> None:
        area, moment = self.place.map, look.moment
        target.set_clip(area)
        map_ = ground(self.terrain, look.views, self.race, self.camera, self.theme, self.em)
        stroke = stroke_of(self.em)
        if cloud is None:
            self.trail.lay(map_)
            marble = self.trail.draw(target, area.topleft, moment, lambda: draw_views(target, look, Layer.UNDER))
            center = (area.left + marble[0], area.top + marble[1])
        else:
            target.blit(map_, area)
            draw_views(target, look, Layer.UNDER)
            draw_cloud(target, area, self.camera, cloud, self.color, self.theme, stroke)
            center = look.pixel(look.theta)
        draw_views(target, look, Layer.OVER)
        if area.inflate(self.em, self.em).collidepoint(center):
            if cloud is None and "momentum" not in look.views:  # Which has the same arrows, put together.
                self._draw_arrows(target, center, moment, stroke)
            pygame.draw.aacircle(target, self.theme.halo, center, 7.5 * stroke)
            pygame.draw.aacircle(target, self.color, center, 6 * stroke)
            shine = (center[0] - 2 * stroke, center[1] - 2 * stroke)
            pygame.draw.aacircle(target, mix(self.color, (255, 255, 255), 0.55), shine, 1.6 * stroke)
        else:
            self._draw_beyond(target, center, stroke)
        target.set_clip(None)

    def _draw_strip(self, target: pygame.Surface, look: Look) -> None:
        place = self.place.strip
        if place.height:
            pygame.draw.rect(target, self.theme.panel, place)
            target.set_clip(place)
            draw_views(target, look, Layer.STRIP)
            target.set_clip(None)

    def _draw_arrows(self, target: pygame.Surface, center: tuple[float, float], moment: int, stroke: float) -> None:
        """The last movement, and the step −η∇L_B that the coming batch asks for, enlarged alike."""
        track, theme = self.track, self.theme
        last = track.movement[moment - 1].tolist() if moment > 0 else (0.0, 0.0)
        rate = track.lane.rule.learning_rate
        asked = [-rate * slope for slope in track.gradient[moment].tolist()] if moment < track.updates else (0.0, 0.0)
        longest = max(math.hypot(*last), math.hypot(*asked), 1e-300) * self.camera.scale
        scale = min(ARROW_SCALE, LONGEST_ARROW * self.place.map.height / longest) * self.camera.scale
        for (dx, dy), color in ((last, mix(self.color, theme.mark, 0.25)), (asked, theme.mark)):
            tip = (center[0] + dx * scale, center[1] - dy * scale)
            draw_arrow(target, center, tip, color, theme.halo, stroke)

    def _draw_beyond(self, target: pygame.Surface, center: tuple[float, float], stroke: float) -> None:
        """A wedge at the map's edge that points to a marble out of sight."""
        area = self.place.map
        offset = np.array(center) - area.center
        reach = np.max(np.abs(offset) / (area.width / 2 - 12 * stroke, area.height / 2 - 12 * stroke))
        tip = np.array(area.center) + offset / reach
        along = offset / np.hypot(*offset) * 9 * stroke
        across = np.array([-along[1], along[0]])
        corners = [tuple((tip + side).tolist()) for side in (along, across - along, -across - along)]
        pygame.draw.polygon(target, self.color, corners)
        pygame.draw.aalines(target, self.theme.halo, True, corners)

    def _draw_chip(self, target: pygame.Surface, verdict: Verdict) -> None:
        place, em, theme = self.place.chip, self.em, self.theme
        size, room, label = round(0.95 * em), place.width - 2 * em, theme.say(verdict.kind.value)
        if text.width(label, size, bold=True) > room:
            label = label.split(" in ")[0]  # Settled or stuck; the evidence tells in what.
        label = text.fitted(label, size, room, bold=True)
        chip = pygame.Rect(place.left, place.top, text.width(label, size, bold=True) + round(1.4 * em), place.height)
        ended = verdict.kind in ENDS
        ground = self.color if ended else mix(theme.panel, self.color, 0.14)
        pygame.draw.rect(target, theme.panel, place)
        pygame.draw.rect(target, ground, chip, border_radius=chip.height // 2)
        if not ended:
            pygame.draw.rect(target, self.color, chip, hairline(em), border_radius=chip.height // 2)
        ink = readable(self.color) if ended else mix(self.color, theme.text, 0.35)
        text.put(target, label, chip.center, size, ink, bold=True, align=0.5)
        since = theme.say("since update {update}", update=verdict.since)
        if verdict.since and chip.right + em + text.width(since, em) < place.right:
            text.put(target, since, (chip.right + 0.7 * em, chip.centery), em, theme.muted)

    def _draw_events(self, target: pygame.Surface, verdict: Verdict, events: list[Event]) -> None:
        place, em, theme = self.place.events, self.em, self.theme
        if not place.height:
            return
        pygame.draw.rect(target, theme.panel, place)
        moves = [event for event in events if event.kind in ("escaped", "left_saddle")]
        x = place.left
        if moves:
            words = [_event_text(event, theme) for event in moves[-2:]]
            label = ", ".join(words) if text.width(", ".join(words), em) <= place.width else words[-1]
            label = text.fitted(label, em, place.width)
            x = text.put(target, label, (x, place.centery), em, mix(self.color, theme.text, 0.35)) + em
        pieces = [evidence(piece, theme) for piece in verdict.evidence]
        while pieces and text.width(", ".join(pieces), em) > place.right - x:
            pieces.pop()
        text.put(target, ", ".join(pieces), (x, place.centery), em, theme.muted)

    def _draw_numbers(self, target: pygame.Surface, moment: int) -> None:
        cells = self.place.numbers
        em, theme = self.em, self.theme
        pygame.draw.rect(target, theme.panel, cells[0].unionall(cells[1:]))
        for cell, (label, value) in zip(cells, self._numbers(moment), strict=False):
            size = round(0.92 * em)
            if text.width(label, size) + text.width(value, size) + em // 3 <= cell.width:
                text.put(target, label, cell.midleft, size, theme.muted)
            text.put(target, value, cell.midright, size, theme.text, align=1)

    def _numbers(self, moment: int) -> list[tuple[str, str]]:
        """Labels and values, the most telling first."""
        track, say = self.track, self.theme.say
        lower, upper = track.curvatures[moment].tolist()
        epoch, batch = divmod(moment, track.updates_per_epoch)
        return [
            ("L", number(float(track.loss[moment]))),
            ("‖∇L‖", number(float(np.hypot(*track.full_gradient[moment])))),
            ("λmin", number(lower)),
            ("λmax", number(upper)),
            (say("test L"), number(float(track.test_loss[moment]))),
            (say("update"), f"{moment}"),
            (say("epoch"), f"{epoch + 1}"),
            (say("batch"), f"{batch + 1}/{track.updates_per_epoch}"),
        ]


def with_flag(terrain: pygame.Surface, pixel: tuple[float, float], theme: Theme, stroke: float) -> pygame.Surface:
    """A copy of the map with a small flag where all lanes begin."""
    picture = terrain.copy()
    x, y = pixel
    top = y - 15 * stroke
    cloth = [(x, top), (x + 9 * stroke, top + 3.5 * stroke), (x, top + 7 * stroke)]
    for color, width in ((theme.halo, 4 * stroke), (theme.mark, 1.5 * stroke)):
        pygame.draw.aaline(picture, color, (x, y), (x, top), max(1, round(width)))
    pygame.draw.polygon(picture, theme.mark, cloth)
    pygame.draw.aalines(picture, theme.mark, True, cloth)
    return picture


def _event_text(event: Event, theme: Theme) -> str:
    """An escape in few words; minima go by their numbers on the map."""
    if event.kind == "left_saddle":
        return theme.say("left the saddle at {update}", update=event.update)
    return theme.say("escaped at {update}: {way}", update=event.update, way=way(event, theme))
