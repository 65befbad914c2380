"""One lane's panel: name and settings, verdict, map with trail, marble and arrows, live numbers."""

import math
from dataclasses import dataclass

import numpy as np
import pygame

from ...descent.race import Race
from ...descent.track import Track
from ...descent.verdict.kinds import Event, Kind, Verdict
from ...descent.verdict.track_judge import TrackJudge
from ...report import epoch_of
from ...scene.value import Scene, unlike
from ...study.maps.swarm import Cloud
from ..drawing.camera import Camera
from ..drawing.canvas import Canvas
from ..drawing.glyphs import draw_arrow, draw_marble, draw_wedge
from ..drawing.layout import PanelLayout
from ..session.drama import MOMENTOUS
from ..session.session import MOVING_GROUND
from ..style import text
from ..style.color import Color, mix, readable
from ..style.numbers import evidence, number, settings, way
from ..style.style import hairline, stroke_of
from ..style.theme import Theme
from .map.ball import Rolling, draw_ball
from .map.cloud import draw_cloud, draw_shares
from .map.site import Block, Site, moving_site, site_of
from .map.trail import Trail, fading
from .views import Layer, Look, draw_views, ground
from .views.moving_ground import shaken

THICK = (0.6, 1.0)  # How thick the arrows of the gradient and of the movement are;
SAME = 0.02  # that of the gradient is left out if it differs from the other by less than this share.
ARROW_SCALE = 4.0  # Arrows show movements so many times as long as they are,
RINGING = 9.0  # Updates for which a ring stands around a marble of which something has become certain,
WIDE = (12.0, 34.0)  # and how wide it is, at first and in the end, in strokes.
PASSING = 400  # Updates whose way is drawn on land that moves.
LONGEST_ARROW = 0.4  # unless one would be longer than this share of the map's height: then both by less.
ENDS = frozenset(
    {Kind.SETTLED, Kind.STUCK, Kind.STALLED, Kind.BALANCED, Kind.LEVEL, Kind.HELD, Kind.DIVERGED, Kind.OFF_SURFACE}
)
"""Verdicts that will not change any more, as far as is known: their chips are filled."""
SHORT = {Kind.SETTLED: "settled", Kind.STUCK: "stuck"}
"""Long verdicts in a word, where there is little room; the evidence tells in what."""


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
    rolling: Rolling
    steady: bool = False
    """Whether nothing grows."""

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

    @property
    def site(self) -> Site:
        """The land of the training loss."""
        return site_of(self.race.problem, self.camera, self.theme)

    def draw(
        self,
        canvas: Canvas,
        glide: tuple[int, float],
        views: frozenset[str] = frozenset(),
        cloud: Cloud | None = None,
    ) -> None:
        """Draw the lane after so many updates, and such a part of the next movement; its frame and names are there.

        With a cloud, all its marbles are drawn instead of the way of the first of them.
        """
        update = glide[0]
        verdict = self.judge.verdict(update)
        look = self.look(update, views)
        self.draw_map(canvas, glide, views, cloud)
        with canvas.part("strip"):
            self._draw_strip(canvas, look)
            if cloud is not None:
                draw_shares(canvas, self.place.shares, cloud, self.theme, self.em)
        with canvas.part("verdict"):
            self._draw_chip(canvas, verdict)
            self._draw_events(canvas, verdict, self.judge.events_until(update))
        with canvas.part("numbers"):
            self._draw_numbers(canvas, min(update, self.track.updates))

    def draw_map(self, canvas: Canvas, glide: tuple[int, float], views: frozenset[str], cloud: Cloud | None) -> None:
        """Draw what moves between two updates, and nothing else."""
        update, share = glide
        with canvas.part("map"):
            self._draw_map(canvas, self.look(update, views, share), share, cloud)

    def look(self, update: int, views: frozenset[str], share: float = 0.0) -> Look:
        """What the views are given after `update` updates, and such a part of the next movement."""
        moment, place, moves = min(update, self.track.updates), self.place, None
        site = self.site
        if MOVING_GROUND in views and not self.camera.flat:
            moves = shaken(self.track, moment, share)
            site = moving_site(self.race.problem, self.camera, self.theme, moves) if moves else site
        return Look(self.race, self.index, moment, site, place.map, place.strip, self.theme, self.em, views, moves)

    def draw_frame(self, canvas: Canvas) -> None:
        """Draw what does not change from moment to moment."""
        place, theme, em = self.place, self.theme, self.em
        canvas.rect(place.frame, theme.panel, corner=em // 2)
        canvas.rect(place.frame, theme.border, width=hairline(em), corner=em // 2)
        x, y = place.name.left, place.name.centery
        canvas.disc((x + 0.45 * em, y), 0.42 * em, self.color)
        size, small = round(1.1 * em), round(0.9 * em)
        name = text.fitted(self.name, size, place.name.right - x - round(1.3 * em), bold=True)
        end = canvas.text(name, (x + 1.3 * em, y), size, theme.text, bold=True) + em
        details = settings(self.track.lane, self.race.problem.train.count, theme)
        if place.settings.height:
            canvas.text(text.fitted(details, em, place.settings.width), place.settings.midleft, em, theme.muted)
        else:
            line = text.fitted(details, small, place.name.right - end)
            end = place.name.right - text.width(line, small) - em
            canvas.text(line, place.name.midright, small, theme.muted, align=1)
        mark = theme.say("not the same η")
        if self.unlike and text.width(mark, small, bold=True) < place.name.right - end:
            canvas.text(mark, place.name.midright, small, theme.lane(1), bold=True, align=1)

    def _draw_map(self, canvas: Canvas, look: Look, share: float, cloud: Cloud | None) -> None:
        area, moment, stroke = self.place.map, look.moment, stroke_of(self.em)
        map_ = ground(look)
        with canvas.clip(area):
            if cloud is None:
                trail = self.trail if look.shaken is None else self._passing_trail(look)
                stretch = trail.stretch(moment, share)
                trail.draw_past(canvas, map_, area.topleft, stretch)
                draw_views(canvas, look, Layer.UNDER)
                trail.draw_last(canvas, area.topleft, stretch)
                center = area.left + stretch.marble[0], area.top + stretch.marble[1]
            else:
                canvas.backdrop(map_, area.topleft)
                draw_views(canvas, look, Layer.UNDER)
                draw_cloud(canvas, area, look.site, cloud, self.color, self.theme, stroke)
                center = look.pixel(look.theta)
            draw_views(canvas, look, Layer.OVER)
            gone = bool(look.site.beside(look.theta))
            if area.inflate(self.em, self.em).collidepoint(center) and not gone:
                if cloud is None and "momentum" not in look.views:  # Which has the same arrows, put together.
                    self._draw_arrows(canvas, look.site, look.pixel(look.theta), moment, stroke)
                self._draw_landing(canvas, look, center, share)
                with canvas.part("marble"):
                    self._draw_marble(canvas, look, center, share)
            else:
                draw_wedge(canvas, area, center, self.color, self.theme.halo, stroke)

    def _draw_landing(self, canvas: Canvas, look: Look, center: tuple[float, float], share: float) -> None:
        """A ring around a marble of which something has just become certain: it widens and fades, if that may be."""
        events = [event for event in self.judge.events_until(look.moment) if event.kind in MOMENTOUS]
        age = look.moment + share - events[-1].seen if events else RINGING
        if age < RINGING:
            stroke, fading_ = stroke_of(self.em), 0.5 if self.steady else age / RINGING
            color = mix(self.color, self.theme.high, 0.15 + 0.85 * fading_)
            canvas.ring(center, (WIDE[0] + (WIDE[1] - WIDE[0]) * fading_) * stroke, color, max(1, round(1.6 * stroke)))

    def _draw_marble(self, canvas: Canvas, look: Look, center: tuple[float, float], share: float) -> None:
        color, halo, stroke, site = self.color, self.theme.halo, stroke_of(self.em), look.site
        if not isinstance(site, Block) or not math.isfinite(self.track.loss[look.moment]):
            draw_marble(canvas, center, color, halo, stroke)
            return
        theta = look.theta if not share or not look.goes_on else look.theta + share * self.track.movement[look.moment]
        turned = self.rolling.turned(look.moment, share)
        draw_ball(canvas, site, theta, turned, look.area.topleft, color, halo, stroke)

    def _passing_trail(self, look: Look) -> Trail:
        """The last part of the way, on land that will have moved before long."""
        tones = fading(self.color, self.theme.high)
        first = max(0, look.moment - PASSING)
        return Trail(self.track, look.site, tones, stroke_of(self.em), first, lasting=False)

    def _draw_strip(self, canvas: Canvas, look: Look) -> None:
        place = self.place.strip
        if place.height:
            canvas.rect(place, self.theme.panel)
            with canvas.clip(place):
                draw_views(canvas, look, Layer.STRIP)

    def _draw_arrows(self, canvas: Canvas, site: Site, center: tuple[float, float], moment: int, stroke: float) -> None:
        """The next movement, and thinner the step −η∇L_B that the coming batch asks for, enlarged alike."""
        track, theme = self.track, self.theme
        if moment >= track.updates:
            return
        with np.errstate(all="ignore"):
            vectors = np.stack([-track.lane.rule.learning_rate * track.gradient[moment], track.movement[moment]])
            shown = site.vector(vectors, track.theta[moment]).tolist()
        longest = max(math.hypot(*shown[0]), math.hypot(*shown[1]), 1e-300)
        scale = min(ARROW_SCALE, LONGEST_ARROW * self.place.map.height / longest)
        same = math.dist(*shown) <= SAME * longest
        for (dx, dy), color, thick in zip(shown, (theme.mark, mix(self.color, theme.mark, 0.25)), THICK, strict=True):
            if thick == 1 or not same:
                tip = center[0] + dx * scale, center[1] + dy * scale
                draw_arrow(canvas, center, tip, color, theme.halo, thick * stroke)

    def _draw_chip(self, canvas: Canvas, verdict: Verdict) -> None:
        place, em, theme = self.place.chip, self.em, self.theme
        size, room, label = round(0.95 * em), place.width - 2 * em, theme.say(verdict.kind.value)
        if verdict.kind in SHORT and text.width(label, size, bold=True) > room:
            label = theme.say(SHORT[verdict.kind])
        label = text.fitted(label, size, room, bold=True)
        chip = pygame.Rect(place.left, place.top, text.width(label, size, bold=True) + round(1.4 * em), place.height)
        ended = verdict.kind in ENDS
        ground = self.color if ended else mix(theme.panel, self.color, 0.14)
        canvas.rect(place, theme.panel)
        canvas.rect(chip, ground, corner=chip.height // 2)
        if not ended:
            canvas.rect(chip, self.color, width=hairline(em), corner=chip.height // 2)
        ink = readable(self.color) if ended else mix(self.color, theme.text, 0.35)
        canvas.text(label, chip.center, size, ink, bold=True, align=0.5)
        since = theme.say("since update {update}", update=verdict.since)
        if verdict.since and chip.right + em + text.width(since, em) < place.right:
            canvas.text(since, (chip.right + 0.7 * em, chip.centery), em, theme.muted)

    def _draw_events(self, canvas: Canvas, verdict: Verdict, events: list[Event]) -> None:
        place, em, theme = self.place.events, self.em, self.theme
        if not place.height:
            return
        canvas.rect(place, theme.panel)
        moves = [event for event in events if event.kind in ("escaped", "left_saddle")]
        x = place.left
        if moves:
            words = [_event_text(event, theme) for event in moves[-2:]]
            label = ", ".join(words) if text.width(", ".join(words), em) <= place.width else words[-1]
            label = text.fitted(label, em, place.width)
            x = canvas.text(label, (x, place.centery), em, mix(self.color, theme.text, 0.35)) + em
        pieces = [evidence(piece, theme) for piece in verdict.evidence]
        while pieces and text.width(", ".join(pieces), em) > place.right - x:
            pieces.pop()
        canvas.text(", ".join(pieces), (x, place.centery), em, theme.muted)

    def _draw_numbers(self, canvas: Canvas, moment: int) -> None:
        cells = self.place.numbers
        em, theme = self.em, self.theme
        canvas.rect(cells[0].unionall(cells[1:]), theme.panel)
        for cell, (label, value) in zip(cells, self._numbers(moment), strict=False):
            size = round(0.92 * em)
            if text.width(label, size) + text.width(value, size) + em // 3 <= cell.width:
                canvas.text(label, cell.midleft, size, theme.muted)
            canvas.text(value, cell.midright, size, theme.text, align=1)

    def _numbers(self, moment: int) -> list[tuple[str, str]]:
        """Labels and values, the most telling first."""
        track, say = self.track, self.theme.say
        lower, upper = track.curvatures[moment].tolist()
        epoch = epoch_of(track, moment)
        batch = moment - max(epoch - 1, 0) * track.updates_per_epoch
        return [
            ("L", number(float(track.loss[moment]))),
            ("‖∇L‖", number(float(np.hypot(*track.full_gradient[moment])))),
            ("λmin", number(lower)),
            ("λmax", number(upper)),
            (say("test L"), number(float(track.test_loss[moment]))),
            (say("update"), f"{moment}"),
            (say("epoch"), f"{epoch}"),
            (say("batch"), f"{batch}/{track.updates_per_epoch}"),
        ]


def panel_of(
    scene: Scene,
    race: Race,
    lane: int,
    place: PanelLayout,
    em: int,
    theme: Theme,
    camera: Camera,
    steady: bool = False,
) -> Panel:
    """One lane's panel at a place, its map seen by that camera; steady: with reduced motion."""
    track, site = race.tracks[lane], site_of(race.problem, camera, theme)
    trail = Trail(track, site, fading(theme.lane(lane), theme.high), stroke_of(em))
    name, unfair = scene.texts(theme.language).lanes[lane], unlike(scene)[lane]
    rolling = Rolling(track, race.problem.window.diagonal)
    return Panel(place, em, theme, race, lane, name, unfair, camera, trail, rolling, steady)


def _event_text(event: Event, theme: Theme) -> str:
    """An escape in few words; minima go by their numbers on the map."""
    if event.kind == "left_saddle":
        return theme.say("left the saddle at {update}", update=event.update)
    return theme.say("escaped at {update}: {way}", update=event.update, way=way(event, theme))
