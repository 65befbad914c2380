"""Sliders at the foot of each lane's panel: what of the lane is turned most."""

from collections.abc import Iterator
from dataclasses import dataclass

from pygame import Rect

from ....descent.problem import Problem
from ....scene import Scene
from ...drawing.canvas import Canvas
from ...drawing.layout import Layout, PanelLayout
from ...session.dials import Dial, dials
from ...style import text
from ...style.color import Color, mix
from ...style.style import stroke_of
from ...style.theme import Theme

SIGN, VALUE, RATE = 1.3, 3.0, 4.0
"""Room for the letter before a slider, for the number after it, and for that of a learning rate, in ems."""
TRACK = 2.7
"""Length of a bar, in ems, below which a knob on it cannot be set to what is wanted."""
GAP = 0.7
"""Between two sliders, in ems."""
KNOB = 0.36
"""Radius of the knob, in ems."""
BAR = 0.2
"""Height of the bar on which it runs, in ems."""

MINUS = "−"


@dataclass(frozen=True, slots=True)
class LaneSlider:
    """One of them, where it stands."""

    lane: int
    dial: Dial
    place: Rect
    bar: Rect
    """What the knob runs along."""

    @property
    def stand(self) -> tuple[str, str, float]:
        """What is seen of it: its letter, its number, and where its knob is."""
        return self.dial.sign, self.dial.value, self.dial.position

    def position(self, x: float) -> float:
        """Where on it a pixel lies, from 0 to 1."""
        return min(max((x - self.bar.left) / max(self.bar.width, 1), 0.0), 1.0)


def sliders(
    scene: Scene, lane: int, place: PanelLayout, em: int, known: Problem | None = None
) -> tuple[LaneSlider, ...]:
    """The sliders of a lane: where there is no room for all, those first that tell lanes apart, if there is for any.

    known: the problem that says where they end, if the scene's own may still have to be looked into.
    """
    if not place.sliders.height:
        return ()
    found = dials(scene, lane, known)
    rows = (_in_a_row(lane, some, place.sliders, em) for some in _fewer(found, scene, known))
    return next((row for row in rows if all(slider.bar.width >= TRACK * em for slider in row)), ())


def _fewer(found: tuple[Dial, ...], scene: Scene, known: Problem | None) -> Iterator[tuple[Dial, ...]]:
    """All dials of a lane, and fewer and fewer of them in the same order: what all lanes share goes first."""
    yield found
    every = [dial for lane in range(len(scene.lanes)) for dial in dials(scene, lane, known)]
    differ = [len({other.value for other in every if other.name == dial.name}) > 1 for dial in found]
    places = sorted(range(len(found)), key=lambda place: not differ[place])
    for count in range(len(found) - 1, 0, -1):
        yield tuple(found[place] for place in sorted(places[:count]))


def _in_a_row(lane: int, found: tuple[Dial, ...], row: Rect, em: int) -> tuple[LaneSlider, ...]:
    """A slider for each dial, with bars of one length."""
    gap, before, tall = round(GAP * em), round(SIGN * em), max(2, round(BAR * em))
    after = [round((RATE if dial.name == "rate" else VALUE) * em) for dial in found]
    long = (row.width - gap * (len(found) - 1) - before * len(found) - sum(after)) // len(found)
    made, left = list[LaneSlider](), row.left
    for dial, room in zip(found, after, strict=True):
        cell = Rect(left, row.top, before + long + room, row.height)
        made.append(LaneSlider(lane, dial, cell, Rect(left + before, cell.centery - tall // 2, long, tall)))
        left = cell.right + gap
    return tuple(made)


def slider_at(scene: Scene, places: Layout, pixel: tuple[int, int], known: Problem | None = None) -> LaneSlider | None:
    """The slider at that pixel of the picture; known: as for `sliders`."""
    for lane, panel in enumerate(places.panels):
        if panel.sliders.collidepoint(pixel):
            found = sliders(scene, lane, panel, places.em, known)
            return next((slider for slider in found if slider.place.collidepoint(pixel)), None)
    return None


def draw_sliders(canvas: Canvas, found: tuple[LaneSlider, ...], color: Color, theme: Theme, em: int) -> None:
    """Draw a lane's."""
    size, track, rim = round(0.92 * em), mix(theme.panel, theme.text, 0.18), stroke_of(em)
    for slider in found:
        bar, y = slider.bar, slider.place.centery
        x = bar.left + slider.dial.position * bar.width
        canvas.text(slider.dial.sign, (slider.place.left, y), size, theme.muted, bold=True)
        canvas.rect(bar, track, corner=bar.height // 2)
        canvas.rect(Rect(bar.left, bar.top, round(x) - bar.left, bar.height), color, corner=bar.height // 2)
        canvas.disc((x, y), KNOB * em, color)
        canvas.disc((x, y), KNOB * em - 2.2 * rim, theme.panel)
        room = slider.place.right - bar.right - round(0.55 * em)
        canvas.text(_written(slider.dial.value, size, room), (slider.place.right - room, y), size, theme.text)


def draw_turned(canvas: Canvas, places: Layout, scene: Scene, shown: Scene, theme: Theme) -> None:
    """Draw the sliders of lanes that have been turned since a picture was drawn, over it; they end where they do there.

    shown: the scene as it is on the picture, with as many lanes.
    """
    for lane, panel in enumerate(places.panels):
        now, then = (sliders(each, lane, panel, places.em, shown.problem()) for each in (scene, shown))
        if [slider.stand for slider in now] != [slider.stand for slider in then]:
            canvas.rect(panel.sliders, theme.panel)
            draw_sliders(canvas, now, theme.lane(lane), theme, places.em)


def _written(value: str, size: int, room: int) -> str:
    """A number that fits, in fewer signs if need be: a part of its digits would be another number."""
    for digits in (2, 1, 0):
        if text.width(value, size) <= room:
            break
        mantissa, _, power = f"{float(value.replace(MINUS, '-')):.{digits}e}".partition("e")
        value = f"{mantissa}e{int(power)}".replace("-", MINUS)
    return value
