"""Buttons below the maps: what the mouse alone needs most."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from math import cos, sin

import pygame

from ...drawing.canvas import Canvas, Pixel
from ...drawing.layout import Layout
from ...session.bindings import Deed, keys_of
from ...session.playback import GoToStart, Play, Restart, Step
from ...session.scenes import ShowScenes
from ...session.session import Session
from ...session.setup import NewSeed, SkipQuestion
from ...session.view import ShowControls, ShowHelp, Tilt, Toggle
from ...style.color import Color, mix
from ...style.style import hairline
from ...style.theme import Theme

ROOMY, NARROW = (2.3, 0.25), (1.9, 0.15)
"""Width of a button and gap between two, in ems, where there is plenty of room and where there is not."""
PLENTY = 64
"""Width of the line of buttons from which there is plenty of room, in ems."""
BELOW = 0.15
"""How far buttons keep from the timeline above them, in ems."""
SIGN = 0.56
"""Half the height of what is drawn on one, in ems."""


@dataclass(frozen=True, slots=True)
class Knob:
    """A button below the maps."""

    name: str
    place: pygame.Rect
    does: Deed
    says: str
    """What it does, in the language of the screen, after the key that does the same."""


def knobs(places: Layout, session: Session, theme: Theme) -> tuple[Knob, ...]:
    """The buttons of a session, from left to right; a picture in a file has none."""
    if not session.live:
        return ()
    return _knobs(tuple(places.footer), places.em, session.playing, session.waiting, theme)


@lru_cache(maxsize=4)  # Asked for with every picture.
def _knobs(footer: tuple[int, int, int, int], em: int, playing: bool, waiting: bool, theme: Theme) -> tuple[Knob, ...]:
    say = theme.say
    start: Deed = SkipQuestion() if waiting else Play()
    every: tuple[tuple[str, Deed, str], ...] = (
        ("pause" if playing else "play", start, say("pause") if playing else say("play")),
        ("back", Step(-1), say("one update back")),
        ("forward", Step(1), say("one update forward")),
        ("start", GoToStart(), say("to the start")),
        ("restart", Restart(), say("the same race again, bit for bit")),
        ("seed", NewSeed(), say("new seed: other batches of the same examples")),
        ("tilt", Tilt(), say("land aslant, or a map; drag with the right button to turn it")),
        (
            "together",
            Toggle("together"),
            say("all marbles on one large map, or each on its own"),
        ),
        ("scenes", ShowScenes(), say("all scenes, in pictures")),
        ("controls", ShowControls(), say("the panel of controls: all that can be changed")),
        ("help", ShowHelp(), say("all keys")),
    )
    left, top, room, height = footer
    wide, apart = ROOMY if room > PLENTY * em else NARROW
    width, gap, below = round(wide * em), round(apart * em), round(BELOW * em)
    return tuple(
        Knob(
            name,
            pygame.Rect(left + index * (width + gap), top + below, width, height - below),
            does,
            say("{key}: {meaning}", key=keys_of(theme.say, does), meaning=meaning),
        )
        for index, (name, does, meaning) in enumerate(every)
    )


def knob_at(found: tuple[Knob, ...], pixel: tuple[int, int]) -> Knob | None:
    """The button at that pixel of the picture."""
    return next((knob for knob in found if knob.place.collidepoint(pixel)), None)


def draw_knobs(canvas: Canvas, found: tuple[Knob, ...], theme: Theme, em: int) -> None:
    """Draw the buttons."""
    for knob in found:
        canvas.rect(knob.place, mix(theme.panel, theme.text, 0.06), corner=em // 4)
        canvas.rect(knob.place, theme.border, width=hairline(em), corner=em // 4)
        pen = Pen(canvas, *knob.place.center, SIGN * em, theme.text, em)
        SIGNS.get(knob.name, _help)(pen)


@dataclass(frozen=True, slots=True)
class Pen:
    """What a sign is drawn with, about the middle of its button."""

    canvas: Canvas
    x: float
    y: float
    r: float
    """Half the height of a sign."""
    ink: Color
    em: int

    @property
    def line(self) -> int:
        """Width of a line."""
        return max(1, round(0.1 * self.em))

    def at(self, across: float, down: float) -> Pixel:
        """A place, in half heights of the sign from its middle."""
        return self.x + across * self.r, self.y + down * self.r

    def box(self, width: float, height: float, across: float = 0.0, down: float = 0.0) -> pygame.Rect:
        """A box about a place, in half heights of the sign."""
        box = pygame.Rect(0, 0, round(width * self.r), round(height * self.r))
        box.center = round(self.x + across * self.r), round(self.y + down * self.r)
        return box

    def spots(self, radius: float, *places: Pixel) -> None:
        """Discs at such places."""
        for across, down in places:
            self.canvas.disc(self.at(across, down), radius * self.r, self.ink)


def _play(pen: Pen) -> None:
    pen.canvas.polygon([pen.at(-0.7, -1), pen.at(1, 0), pen.at(-0.7, 1)], pen.ink)


def _pause(pen: Pen) -> None:
    for across in (-0.55, 0.55):
        pen.canvas.rect(pen.box(0.32, 2, across), pen.ink)


def _step(pen: Pen, way: int, tip: float, edge: float) -> None:
    """An arrow head that points one way, and an edge."""
    pen.canvas.polygon([pen.at(tip - 1.1 * way, -0.85), pen.at(tip, 0), pen.at(tip - 1.1 * way, 0.85)], pen.ink)
    pen.canvas.rect(pen.box(0.32, 1.7, edge), pen.ink)


def _restart(pen: Pen) -> None:
    angles = [0.9 + 5.3 * step / 24 for step in range(25)]
    pen.canvas.line([pen.at(0.85 * cos(angle), -0.85 * sin(angle)) for angle in angles], pen.ink, pen.line)
    pen.canvas.polygon([pen.at(1.05, -0.1), pen.at(0.25, -0.1), pen.at(1.05, -0.9)], pen.ink)


def _seed(pen: Pen) -> None:
    pen.canvas.rect(pen.box(1.9, 1.9), pen.ink, width=pen.line, corner=round(0.35 * pen.r))
    pen.spots(0.19, (-0.45, -0.45), (0.45, 0.45), (0, 0), (-0.45, 0.45), (0.45, -0.45))


def _tilt(pen: Pen) -> None:
    for corners in (
        [(-1, -0.2), (0, -0.8), (1, -0.2), (0, 0.4)],
        [(-1, -0.2), (-1, 0.2), (0, 0.8), (1, 0.2), (1, -0.2)],
    ):
        pen.canvas.line([pen.at(*corner) for corner in (*corners, corners[0])], pen.ink, pen.line)


def _together(pen: Pen) -> None:
    pen.canvas.rect(pen.box(2.2, 1.9), pen.ink, width=pen.line, corner=round(0.2 * pen.r))
    pen.spots(0.26, (-0.5, -0.25), (0.1, 0.35), (0.55, -0.35))


def _scenes(pen: Pen) -> None:
    for across in (-0.58, 0.58):
        for down in (-0.58, 0.58):
            pen.canvas.rect(pen.box(0.85, 0.85, across, down), pen.ink)


def _controls(pen: Pen) -> None:
    for across, down in ((0.35, -0.7), (-0.4, 0.0), (0.1, 0.7)):
        bar = pen.box(2, 0, 0, down)
        pen.canvas.rect((bar.left, bar.top, bar.width, hairline(pen.em)), pen.ink)
        pen.spots(0.26, (across, down))


def _away(pen: Pen) -> None:
    for way in (-1, 1):
        pen.canvas.line([pen.at(-0.6, -0.6 * way), pen.at(0.6, 0.6 * way)], pen.ink, pen.line)


def _help(pen: Pen) -> None:
    pen.canvas.text("?", (pen.x, pen.y), pen.em, pen.ink, bold=True, align=0.5)


SIGNS: dict[str, Callable[[Pen], None]] = {
    "play": _play,
    "pause": _pause,
    "back": partial(_step, way=-1, tip=-0.9, edge=0.6),
    "forward": partial(_step, way=1, tip=0.9, edge=-0.6),
    "start": partial(_step, way=-1, tip=-0.6, edge=-0.9),
    "restart": _restart,
    "seed": _seed,
    "tilt": _tilt,
    "together": _together,
    "scenes": _scenes,
    "controls": _controls,
    "away": _away,
}
"""What is drawn on a button, by its name."""
