"""One lane's course on a map: trail, marble, arrows and views; alone on its own map, or together with others on one."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from pygame import Rect

from ....descent.race import Race
from ....descent.track import Track
from ....descent.verdict.track_judge import TrackJudge
from ....study.maps.swarm import Cloud
from ....study.odds.ends import LaneEnds
from ....surface.points import Array
from ...drawing.camera import Camera
from ...drawing.canvas import Canvas, Pixel, Unseen
from ...drawing.glyphs import draw_arrow, draw_marble, draw_wedge
from ...drawing.replay import draw_again
from ...style.color import Color, mix
from ...style.style import stroke_of
from ...style.theme import Theme
from ...views import ViewName
from ..map.ball import RADIUS, Rolling, draw_ball, rolling
from ..map.cloud import draw_cloud
from ..map.crowd import Taken, crowds, draw_crowds
from ..map.numbers import LIES, digits_of, draw_numbers, named_minima, number_stands
from ..map.site import LandBlock, Site, moving_site, site_of
from ..map.trail import BLOCK, Trail, fading
from ..views import Layer, ViewContext, draw_views, map_backdrop
from ..views.arrows import step_and_movement
from ..views.context import MOMENTS
from ..views.labels.labels import words_here
from ..views.moving_ground import shaken
from ..views.words.still import mark_places, still_places
from ..views.words.stretch import wedge_area

THICK = (0.6, 1.0)
"""How thick the arrows of the gradient and of the movement are."""
RINGING = 9.0
"""Updates for which a ring stands around a marble of which something has become certain."""
WIDE = (12.0, 34.0)
"""How wide that ring is, at first and in the end, in strokes."""
FLAT = 7.5
"""Radius of a marble on a map that is seen from straight above, in strokes."""


@dataclass(frozen=True, slots=True)
class Course:
    """What it takes to draw one lane's marble and its way at any moment, on the map in that area."""

    race: Race
    index: int
    area: Rect
    strip: Rect
    em: int
    theme: Theme
    site: Site
    """The land of the training loss."""
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

    def context(self, update: int, views: frozenset[ViewName], share: float = 0.0, stride: int = 1) -> ViewContext:
        """What the views are given after `update` updates, and such a part of the next movement.

        Of land that moves, one of so many by so many pixels is computed.
        """
        moment, site, moves = min(update, self.track.updates), self.site, None
        if ViewName.MOVING_GROUND in views:
            moves = shaken(self.track, moment, share, stride)
            if moves and not site.camera.flat:
                site = moving_site(self.race.problem, site.camera, self.theme, moves)
        return ViewContext(
            self.race, self.index, moment, site, self.area, self.strip, self.theme, self.em, views, moves
        )

    def draw(
        self,
        canvas: Canvas,
        glide: tuple[int, float],
        views: frozenset[ViewName],
        cloud: Cloud | None,
        ways: tuple[Array, ...] = (),
        stride: int = 1,
        ends: LaneEnds | None = None,
    ) -> None:
        """Draw the map after so many updates, and such a part of the next movement.

        Of land that moves, one of so many by so many pixels is computed. The minima that `ends` speaks of have numbers.

        With a cloud, all its marbles are drawn instead of the way of the first of them. `ways` are whole ways (n, 2)
        to be seen besides: as it was before a slider was taken, and as it is to be.
        """
        update, share = glide
        context, corner = self.context(update, views, share, stride), self.area.topleft
        with canvas.clip(self.area):
            if cloud is None:
                # From straight above, the way lies on the screen where it lies, whatever the land does.
                stays = context.shaken is None or context.camera.flat
                trail = self.trail if stays else self._passing_trail(context)
                stretch = trail.stretch(context.moment, share)
                trail.draw_past(canvas, map_backdrop(context), corner, stretch, context.shaken is not None)
                self.draw_ways(canvas, context, ways)
                draw_views(canvas, context, Layer.UNDER)
                trail.draw_last(canvas, corner, stretch)
                self.draw_marble(canvas, context, share, stretch.marble)
            else:
                canvas.backdrop(map_backdrop(context), corner)
                draw_views(canvas, context, Layer.UNDER)
                self.draw_cloud(canvas, context, cloud)
            draw_minima(canvas, context, self.named(context.moment, ends))  # Nothing hides a number.

    def lay_out(self, block: int, views: frozenset[ViewName]) -> None:
        """Find out what views say in a block of MOMENTS moments, and where it stands, before the marble comes there."""
        rest = self.context(MOMENTS * block, views - {ViewName.MOVING_GROUND})
        for layer in (Layer.UNDER, Layer.WORDS, Layer.OVER):
            draw_views(cast(Canvas, Unseen()), replace(rest, views=views), layer)

    def named(self, moment: int, ends: LaneEnds | None = None) -> tuple[int, ...]:
        """The minima that are spoken of beside the map."""
        return named_minima(self.judge.basin(moment), self.judge.events_until(moment), ends)

    def draw_cloud(self, canvas: Canvas, context: ViewContext, cloud: Cloud) -> None:
        """Draw the marbles of a swarm, and the lane's own among them."""
        draw_cloud(canvas, self.area, context.site, cloud, self.color, self.theme, stroke_of(self.em))
        x, y = context.center
        self.draw_marble(canvas, context, 0.0, (x - self.area.left, y - self.area.top), alone=False)

    def draw_marble(
        self, canvas: Canvas, context: ViewContext, share: float, marble: tuple[float, float], alone: bool = True
    ) -> None:
        """Draw the marble at a pixel of the map, with what is to be seen around it; with arrows if it is alone."""
        area, stroke = self.area, stroke_of(self.em)
        center = area.left + marble[0], area.top + marble[1]
        for layer in (Layer.WORDS, Layer.OVER):
            draw_views(canvas, context, layer)
        if not context.holds(center) or context.site.beside(context.theta):
            draw_wedge(canvas, wedge_area(context), center, self.color, self.theme.halo, stroke)
            return
        if alone and ViewName.MOMENTUM not in context.views:  # Which has the same arrows, put together.
            self._draw_arrows(canvas, context)
        self._draw_landing(canvas, context, center, share)
        with canvas.part("marble"):
            self._draw_ball(canvas, context, center, share)

    def draw_ways(self, canvas: Canvas, context: ViewContext, ways: tuple[Array, ...]) -> None:
        """The way as it was in grey, and as it is to be in the lane's colour."""
        if not ways:
            return
        theme, stroke = self.theme, stroke_of(self.em)
        widths = (max(3, round(4.5 * stroke)), max(1, round(2 * stroke)))
        with canvas.part("ways"):
            for way, color in zip(ways, (theme.mark, self.color), strict=False):
                for piece in context.lines(way):
                    for tone, width in zip((theme.halo, color), widths, strict=True):
                        canvas.line(piece.tolist(), tone, width)

    def _draw_landing(self, canvas: Canvas, context: ViewContext, center: tuple[float, float], share: float) -> None:
        """A ring around a marble of which something has just become certain: it widens and fades, if that may be."""
        events = [event for event in self.judge.events_until(context.moment) if event.kind.momentous]
        age = context.moment + share - events[-1].seen if events else RINGING
        if age < RINGING:
            stroke, fading_ = stroke_of(self.em), 0.5 if self.steady else age / RINGING
            color = mix(self.color, self.theme.high, 0.15 + 0.85 * fading_)
            canvas.ring(center, (WIDE[0] + (WIDE[1] - WIDE[0]) * fading_) * stroke, color, max(1, round(1.6 * stroke)))

    def _draw_ball(self, canvas: Canvas, context: ViewContext, center: tuple[float, float], share: float) -> None:
        color, halo, stroke, site = self.color, self.theme.halo, stroke_of(self.em), context.site
        if not isinstance(site, LandBlock) or not math.isfinite(self.track.loss[context.moment]):
            draw_marble(canvas, center, color, halo, stroke)
            return
        turned = self.rolling.turned(context.moment, share)
        draw_ball(
            canvas, site, self.track.between(context.moment, share), turned, context.area.topleft, color, halo, stroke
        )

    def _passing_trail(self, context: ViewContext) -> Trail:
        """The way on land that will have moved before long."""
        tones, before = fading(self.color, self.theme), max(0, self.trail.stretch(context.moment).start - BLOCK)
        return Trail(self.track, context.site, tones, stroke_of(self.em), lasting=False, like=self.trail, before=before)

    def _draw_arrows(self, canvas: Canvas, context: ViewContext) -> None:
        """The next movement, and thinner the step that the coming batch asks for."""
        theme, stroke = self.theme, context.stroke
        tones = (theme.mark, mix(self.color, theme.mark, 0.25))
        for arrow, color, thick in zip(step_and_movement(context), tones, THICK, strict=True):
            if arrow is not None:
                draw_arrow(canvas, context.center, arrow.tip, color, theme.halo, thick * stroke, goes_on=arrow.goes_on)


def course_of(
    race: Race,
    lane: int,
    areas: tuple[Rect, Rect],
    em: int,
    theme: Theme,
    camera: Camera,
    lasting: bool = True,
    steady: bool = False,
) -> Course:
    """One lane's course on a map in the first of the areas, with a strip in the second, seen by that camera.

    Of a lasting one, the older part of the trail is kept as pixels: it has the map to itself. A steady one is drawn
    with reduced motion.
    """
    track, site = race.tracks[lane], site_of(race.problem, camera, theme)
    trail = Trail(track, site, fading(theme.lane(lane), theme), stroke_of(em), lasting=lasting)
    return Course(race, lane, *areas, em, theme, site, trail, rolling(track, race.problem.window.diagonal), steady)


def draw_together(
    canvas: Canvas,
    courses: Sequence[Course],
    glides: Sequence[tuple[int, float]],
    views: frozenset[ViewName],
    chosen: int,
    clouds: Sequence[Cloud | None],
    ways: Sequence[tuple[Array, ...]],
    ends: Sequence[LaneEnds | None],
) -> None:
    """Draw all the courses on their one map, on the land of the training loss.

    Views that are about a marble are about that of the chosen lane, which is drawn last; those of the map are there.
    """
    still = views - {ViewName.MOVING_GROUND}
    contexts = [
        course.context(update, still if course.index == chosen else frozenset(), share)
        for course, (update, share) in zip(courses, glides, strict=True)
    ]
    others = [context for index, context in enumerate(contexts) if index != chosen]
    beside = tuple((each.index, each.moment // MOMENTS) for each in others)
    contexts[chosen] = replace(contexts[chosen], beside=beside)
    area = courses[0].area
    order = sorted(range(len(courses)), key=lambda index: index == chosen)
    with canvas.clip(area):
        canvas.backdrop(map_backdrop(contexts[chosen]), area.topleft)
        draw_views(canvas, contexts[chosen], Layer.UNDER)
        for index in order:
            courses[index].draw_ways(canvas, contexts[index], ways[index])
        moments = ((contexts[index].moment, share) for index, (_, share) in enumerate(glides))
        stretches = {
            index: course.trail.stretch(*moment)
            for index, (course, moment, cloud) in enumerate(zip(courses, moments, clouds, strict=True))
            if cloud is None
        }
        # Where several went the same way, the one that went no farther lies above those that went on.
        for index in sorted(stretches, key=lambda index: -stretches[index].length):
            courses[index].trail.draw_whole(canvas, area.topleft, stretches[index])
        marbles = {index: stretch.marble for index, stretch in stretches.items()}
        told = zip(courses, contexts, ends, strict=True)
        named = [number for course, context, some in told for number in course.named(context.moment, some)]
        for index in order:
            course, context, cloud = courses[index], contexts[index], clouds[index]
            if cloud is None:
                course.draw_marble(canvas, context, glides[index][1], marbles[index])
            else:
                course.draw_cloud(canvas, context, cloud)
        _draw_crowds(canvas, contexts[chosen], marbles, named)
        draw_minima(canvas, contexts[chosen], named)


def draw_minima(canvas: Canvas, context: ViewContext, named: Sequence[int]) -> None:
    """Draw the numbers of minima, of those that are named and of all that have them, beside what else stands still."""
    area, stroke, problem, site, theme = context.area, context.stroke, context.problem, context.site, context.theme

    def draw(under: Canvas) -> None:
        draw_numbers(under, problem, site, theme, stroke, area, named, context.once(still_places))

    with canvas.part("minima"):
        key = (context.race, site, theme, context.em, context.views, tuple(named))
        draw_again(canvas, ("minima", context.index, *area), key, draw)


def _draw_crowds(canvas: Canvas, context: ViewContext, marbles: Mapping[int, Pixel], named: Sequence[int]) -> None:
    """Draw the badges of marbles that hide each other, which are at these pixels of the map."""
    (left, top), em, theme = context.area.topleft, context.em, context.theme
    radius, lies = (FLAT, 0.0) if context.camera.flat else (RADIUS, LIES)
    middles = {lane: (left + x, top + y - lies * context.stroke) for lane, (x, y) in marbles.items()}
    found = crowds(middles, radius * context.stroke, context.area, em, _taken(context, named))
    draw_crowds(canvas, found, theme, em)


def _taken(context: ViewContext, named: Sequence[int]) -> Taken:
    """What badges of marbles on a map keep off: all words there with the lines that lead to these, and all marks."""
    words, leaders = words_here(context)
    return Taken([*_digits(context, named), *context.once(still_places), *words], mark_places(context), leaders)


def _digits(context: ViewContext, named: Sequence[int]) -> list[Rect]:
    """What the numbers of minima cover on ground at rest."""
    boxes = tuple(map(tuple, context.once(still_places)))
    where = context.stroke, tuple(context.area), tuple(named), boxes
    return digits_of(number_stands(context.problem, context.site.camera, context.theme, *where))
