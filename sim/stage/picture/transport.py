"""Buttons below the maps: what the mouse alone needs most."""

from dataclasses import dataclass
from functools import lru_cache
from math import cos, sin

import pygame

from ..drawing.canvas import Canvas
from ..drawing.layout import Layout
from ..session.bindings import Deed, sign_of
from ..session.playback import GoToStart, Play, Restart, Step
from ..session.scenes import ShowScenes
from ..session.session import Session
from ..session.setup import NewSeed, SkipQuestion
from ..session.view import ShowControls, ShowHelp, Tilt
from ..style.color import Color, mix
from ..style.style import hairline
from ..style.theme import Theme

WIDTH = 1.9  # Of a button, in ems.
GAP = 0.25  # Between two, in ems.
BELOW = 0.15  # How far they keep from the timeline above them, in ems.
SIGN = 0.5  # Height of what is drawn on one, in ems.


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
    every: tuple[tuple[str, Deed, str, str], ...] = (
        ("pause" if playing else "play", start, sign_of(start), say("pause") if playing else say("play")),
        ("back", Step(-1), sign_of(Step(-1)), say("one update back")),
        ("forward", Step(1), sign_of(Step(1)), say("one update forward")),
        ("start", GoToStart(), sign_of(GoToStart()), say("to the start")),
        ("restart", Restart(), sign_of(Restart()), say("the same race again, bit for bit")),
        ("seed", NewSeed(), sign_of(NewSeed()), say("new seed: other batches of the same examples")),
        ("tilt", Tilt(), sign_of(Tilt()), say("land aslant, or a map; drag with the right button to turn it")),
        ("scenes", ShowScenes(), sign_of(ShowScenes()), say("all scenes, in pictures")),
        ("controls", ShowControls(), sign_of(ShowControls()), say("the panel of controls: all that can be changed")),
        ("help", ShowHelp(), sign_of(ShowHelp()), say("all keys")),
    )
    left, top, _, height = footer
    width, gap, below = round(WIDTH * em), round(GAP * em), round(BELOW * em)
    return tuple(
        Knob(
            name,
            pygame.Rect(left + index * (width + gap), top + below, width, height - below),
            does,
            say("{key}: {meaning}", key=key, meaning=meaning),
        )
        for index, (name, does, key, meaning) in enumerate(every)
    )


def knob_at(found: tuple[Knob, ...], pixel: tuple[int, int]) -> Knob | None:
    """The button at that pixel of the picture."""
    return next((knob for knob in found if knob.place.collidepoint(pixel)), None)


def draw_knobs(canvas: Canvas, found: tuple[Knob, ...], theme: Theme, em: int) -> None:
    """Draw the buttons."""
    for knob in found:
        canvas.rect(knob.place, mix(theme.panel, theme.text, 0.06), corner=em // 4)
        canvas.rect(knob.place, theme.border, width=hairline(em), corner=em // 4)
        if knob.name == "scenes":
            _draw_squares(canvas, knob.place.center, SIGN * em, theme.text)
        else:
            _draw_sign(canvas, knob, theme, em)


def _draw_sign(canvas: Canvas, knob: Knob, theme: Theme, em: int) -> None:
    x, y = knob.place.center
    r, ink = SIGN * em, theme.text
    bar = max(2, round(0.16 * em))
    match knob.name:
        case "play":
            canvas.polygon([(x - 0.7 * r, y - r), (x + r, y), (x - 0.7 * r, y + r)], ink)
        case "pause":
            for side in (-0.55, 0.55):
                canvas.rect(pygame.Rect(round(x + side * r - bar / 2), round(y - r), bar, round(2 * r)), ink)
        case "back" | "forward" | "start":
            way = 1 if knob.name == "forward" else -1
            tip = x - 0.6 * r if knob.name == "start" else x + 0.9 * way * r
            base = tip - 1.1 * way * r
            canvas.polygon([(base, y - 0.85 * r), (tip, y), (base, y + 0.85 * r)], ink)
            edge = pygame.Rect(0, 0, bar, round(1.7 * r))
            edge.center = round(tip - bar if knob.name == "start" else x - 0.6 * way * r), y
            canvas.rect(edge, ink)
        case "restart":
            box = pygame.Rect(0, 0, round(1.8 * r), round(1.8 * r))
            box.center = x, y
            angles = [0.9 + 5.3 * step / 24 for step in range(25)]
            arc = [(x + 0.85 * r * cos(angle), y - 0.85 * r * sin(angle)) for angle in angles]
            canvas.line(arc, ink, max(1, round(0.11 * em)))
            right, low = box.right + 0.15 * r, y - 0.1 * r
            canvas.polygon([(right, low), (right - 0.8 * r, low), (right, low - 0.8 * r)], ink)
        case "seed":
            box = pygame.Rect(0, 0, round(1.9 * r), round(1.9 * r))
            box.center = x, y
            canvas.rect(box, ink, width=max(1, round(0.1 * em)), corner=round(0.35 * r))
            for across, down in ((-0.45, -0.45), (0.45, 0.45), (0, 0), (-0.45, 0.45), (0.45, -0.45)):
                canvas.disc((x + across * r, y + down * r), 0.19 * r, ink)
        case "tilt":
            for points in (
                [(-1, 0.1), (0, -0.5), (1, 0.1), (0, 0.7)],
                [(-1, 0.1), (-1, 0.5), (0, 1.1), (1, 0.5), (1, 0.1)],
            ):
                canvas.line(
                    [(x + a * r, y + (b - 0.3) * r) for a, b in [*points, points[0]]], ink, max(1, round(0.1 * em))
                )
        case "controls":
            for down, knob_at_ in ((-0.7, 0.35), (0.0, -0.4), (0.7, 0.1)):
                canvas.rect(pygame.Rect(round(x - r), round(y + down * r), round(2 * r), hairline(em)), ink)
                canvas.disc((x + knob_at_ * r, y + down * r + hairline(em) / 2), 0.26 * r, ink)
        case _:
            canvas.text("?", (x, y), em, ink, bold=True, align=0.5)


def _draw_squares(canvas: Canvas, center: tuple[int, int], r: float, ink: Color) -> None:
    """Four pictures side by side."""
    side, gap = round(0.85 * r), max(1, round(0.3 * r))
    for across in (-side - gap // 2, gap - gap // 2):
        for down in (-side - gap // 2, gap - gap // 2):
            canvas.rect(pygame.Rect(center[0] + across, center[1] + down, side, side), ink)
