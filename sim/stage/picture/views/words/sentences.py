"""Sentences on a map, one for each captioned view: at the upper left, unless they would hide a mark there."""

from collections.abc import Sequence
from itertools import product

from ....drawing.canvas import Canvas
from ....style import text
from ....style.cache import cached
from ....style.color import Color
from ....views import CAPTIONED, LAID_OUT_BY, ViewName
from ...map.site import clear_of_land
from ..context import ViewContext
from ..ground.loss_scale import scale_place
from .captions import ABOVE, COVERED, INDENT, ROW, SCALE, captions, draw_line, line_place
from .still import StillMap, signs, still_map_of

CAPTION, SMALLER = 0.9, 0.75
"""Height of their type, and where there is little room, in ems."""
RIM = 0.2
"""From the letters of such a line to the lower edge of its plate, which may touch land, in ems."""
FLAG = 100  # As so many marks counts the flag that is hidden.


def draw_view_caption(
    canvas: Canvas,
    context: ViewContext,
    name: ViewName,
    sentence: str,
    color: Color,
    shorter: str = "",
    others: Sequence[tuple[str, str]] = (),
) -> None:
    """The line of a captioned view, below those of the views before it; a shorter one where that has no room, or would
    hide the flag, a mark or a number. On a map it stands farther right where it would hide less there.

    Where there is no room for either, it is written smaller; if even that is too long, it is left out in all lanes.
    others: what other lanes say meanwhile, and shorter; all of them say it alike.
    """
    down = ABOVE + ROW * captions(context.views, CAPTIONED.index(name))
    room = _room(context, down)
    if not room:
        return
    forms = sentence, shorter or sentence
    sizes = [round(share * context.em) for share in (CAPTION, SMALLER)]
    widths = tuple(
        tuple(
            max(text.width(each, size) for each in (form, *beside))
            for form, *beside in zip(forms, *others, strict=True)
        )
        for size in sizes
    )
    found = _chosen(still_map_of(context, LAID_OUT_BY), down, room, widths)
    if found is not None:
        size, form, aside = found
        right = context.area.left + room if aside else None
        draw_line(canvas, context, forms[form], down, sizes[size], color, right)


@cached
def _chosen(
    still_map: StillMap, down: float, room: int, widths: tuple[tuple[int, ...], ...]
) -> tuple[int, int, bool] | None:
    """In which type lines are, in which of their forms, and whether they stand at the right: what hides least, and of
    that the first; None where there is no room. widths: of the forms in each type.
    """
    context, flat = still_map.at(), still_map.camera.flat
    fitting = list[tuple[int, tuple[int, int, bool]]]()
    for (size, wide), aside in product(enumerate(widths), (False, True) if flat else (False,)):
        for form, width in enumerate(wide):
            if width <= room:
                place = line_place(context, width, down, context.area.left + room if aside else None)
                flag, *marks = signs(still_map)
                hidden = FLAG * place.colliderect(flag) + len(place.collidelistall(marks))
                fitting.append((hidden, (size, form, aside)))
    return min(fitting, key=lambda each: each[0])[1] if fitting else None


def _room(context: ViewContext, down: float) -> int:
    """How wide words may be so many ems below a map's upper edge; nothing where they would hide too much of the land.

    Maps are land from edge to edge, of whose height all lines together take a part; beside a block there is room.
    """
    em, area = context.em, context.area
    scaled = ViewName.LOSS_SCALE in context.views and scale_place(context).width > 0
    room = area.width - round((SCALE if scaled else 1.0) * em)
    if context.camera.flat:
        return room if down <= ABOVE or (down + ROW) * em <= COVERED * area.height else 0
    clear = clear_of_land(context.problem, context.camera, round((down + ROW - RIM) * em))
    return min(room, clear - round(INDENT * em))
