"""What stands still on a map: the ground that words are laid out on, and the marks that they keep off."""

from typing import NamedTuple

from pygame import Rect

from .....descent.race import Race
from ....drawing.camera import Camera
from ....drawing.glyphs import flag_place
from ....style.cache import cached
from ....style.theme import Theme
from ....views import ViewName
from ...map.minima import test_minima
from ...map.numbers import number_stands
from ...map.site import site_of
from ...map.terrain import marks_of
from ..context import ViewContext
from ..ground.loss_scale import scale_place
from .captions import captions_height

DIAMOND = 8.5
"""Half of what the mark of a minimum of the test loss takes up, in strokes."""


class StillMap(NamedTuple):
    """What words on a map are laid out by: the ground of the training loss, as it is shown there."""

    race: Race
    camera: Camera
    theme: Theme
    area: tuple[int, ...]
    """The map."""
    em: int
    views: frozenset[ViewName]

    def at(self, index: int = 0, moment: int = 0, beside: tuple[tuple[int, int], ...] = ()) -> ViewContext:
        """A moment of a lane on it."""
        race, camera, theme, area, em, views = self
        site, none = site_of(race.problem, camera, theme), Rect(0, 0, 0, 0)
        return ViewContext(race, index, moment, site, Rect(area), none, theme, em, views, beside=beside)


def still_map_of(context: ViewContext, views: frozenset[ViewName]) -> StillMap:
    """The ground under a context, for those of its views that are among these."""
    race, camera, theme, area = context.race, context.camera, context.theme, tuple(context.area)
    return StillMap(race, camera, theme, area, context.em, context.views & views)


def still_places(context: ViewContext) -> tuple[Rect, ...]:
    """What stands still on a map, and has its place before all words: flag, sentences, scale, and minima of the test
    loss.
    """
    area, stroke, site = context.area, context.stroke, site_of(context.problem, context.camera, context.theme)
    x, y = site.pixel(*context.race.start)
    found = [flag_place((x + area.left, y + area.top), stroke)]
    found.append(Rect(area.topleft, (area.width, round(captions_height(context.views) * context.em))))
    if ViewName.LOSS_SCALE in context.views:
        found.append(scale_place(context))
    return (*found, *_diamonds(context))


def _diamonds(context: ViewContext) -> list[Rect]:
    """What the marks of minima of the test loss take up."""
    if ViewName.TEST_SURFACE not in context.views:
        return []
    site = site_of(context.problem, context.camera, context.theme)
    half, places = round(DIAMOND * context.stroke), site.project(test_minima(context.problem)) + context.area.topleft
    return [Rect(round(x) - half, round(y) - half, 2 * half, 2 * half) for x, y in places.tolist()]


@cached
def signs(still_map: StillMap) -> tuple[Rect, ...]:
    """What the flag takes up on a map, and all marks and numbers."""
    context = still_map.at()
    return (still_places(context)[0], *mark_places(context), *_diamonds(context))


def mark_places(context: ViewContext) -> list[Rect]:
    """What the marks of critical points take up on ground at rest, and the numbers of minima, if all have them."""
    problem, camera, theme, stroke = context.problem, context.camera, context.theme, context.stroke
    marks = marks_of(problem, camera, theme, stroke)
    places = [mark.place.move(context.area.topleft) for mark in marks if mark.drawn]
    taken = tuple(map(tuple, context.once(still_places)))
    stands = number_stands(problem, camera, theme, stroke, tuple(context.area), (), taken)
    return [*places, *(stand.place for stand in stands if not stand.hidden)]
