"""What was drawn before: left alone where it still stands, or painted again, verb by verb.

To paint takes less than to find out what to paint; to write down what is drawn takes time as well, in vain where each
picture shows something new.
"""

from collections.abc import Callable, Hashable
from typing import Any, NamedTuple, cast

from pygame import Rect, Surface

from ..style.cache import CACHE, OBJECT
from .canvas import Canvas, Pixel

VERBS = frozenset(
    {
        "rect",
        "line",
        "segments",
        "curve",
        "outline",
        "rule",
        "polygon",
        "disc",
        "ring",
        "dots",
        "text",
        "label",
        "image",
        "backdrop",
    }
)
"""The verbs of a canvas that paint."""
EACH = 12 * OBJECT  # Bytes of a verb with what it is given, about.


class Reel:
    """A canvas that passes on to another all that is drawn, and remembers what of it paints."""

    def __init__(self, canvas: Canvas, of: Hashable) -> None:
        """of: what determines it."""
        self.of = of
        self._canvas: Canvas | None = canvas
        self._verbs: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []

    @property
    def nbytes(self) -> int:
        """About how much memory it takes."""
        return EACH * len(self._verbs)

    def __getattr__(self, name: str) -> Any:
        verb = getattr(self._canvas, name)
        if name not in VERBS:
            return verb

        def painted(*args: Any, **options: Any) -> Any:
            # A box may be moved on afterwards.
            self._verbs.append((name, tuple(each.copy() if isinstance(each, Rect) else each for each in args), options))
            return verb(*args, **options)

        return painted

    def end(self) -> "Reel":
        """Let go of the canvas."""
        self._canvas = None
        return self

    def show(self, canvas: Canvas) -> None:
        """Paint it all again."""
        for name, args, options in self._verbs:
            getattr(canvas, name)(*args, **options)


class _Once(NamedTuple):
    """What has been drawn a single time."""

    of: Hashable


def draw_again(canvas: Canvas, place: Hashable, key: Hashable, draw: Callable[[Canvas], None]) -> None:
    """Draw on a canvas of pixels what nothing but the key determines: if that was the last to be drawn in a place so
    called, paint the same again. What is drawn a second time is remembered for the third. It clips nothing.
    """
    if not canvas.raster:
        draw(canvas)
        return
    last = CACHE.find((draw_again, place))
    if last is None or last.of != key:
        CACHE.put((draw_again, place), _Once(key))
        draw(canvas)
    elif isinstance(last, Reel):
        last.show(canvas)
    else:
        reel = Reel(canvas, key)
        draw(cast(Canvas, reel))
        CACHE.put((draw_again, place), reel.end())


def draw_unless_there(canvas: Canvas, place: Hashable, key: Hashable, draw: Callable[[], None]) -> None:
    """Draw on ground of its own, in a place so called, what nothing but the key and the setting determines; not if it
    stands there already. Over it nothing else is drawn, unless all of the canvas is drawn anew afterwards.
    """
    if canvas.drawn_state is None or not canvas.drawn_state.holds(place, key):
        draw()


def draw_ground(canvas: Canvas, picture: Surface, corner: Pixel, version: Hashable) -> None:
    """Paint a picture on which others will be drawn, its upper left corner there: where it is to be seen already, and
    the version tells that it has not changed, only what has been drawn over it since is covered again.
    """
    if canvas.drawn_state is None:
        canvas.image(picture, corner)
        return
    box = picture.get_rect(topleft=corner)
    parts = canvas.drawn_state.uncovered(box, picture, version)
    for part in parts:
        canvas.image(picture.subsurface(part.move(-box.left, -box.top)), part.topleft)
    canvas.drawn_state.laid(box, picture, version)
