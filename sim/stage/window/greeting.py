"""What a window shows until its first picture is there: three marbles that lie side by side, and the program's name."""

import numpy as np
import pygame

from ...surface.protocol import Window
from .. import TITLE
from ..drawing.camera import Camera
from ..drawing.layout import type_of
from ..drawing.relief.ball import ball, draw_centered, roll, shadow
from ..drawing.screen import Screen
from ..style.theme import Theme

RADIUS, APART = 2.2, 5.8
"""Radius of a marble, and how far it is from one to the next, in ems."""
NAME, BELOW = 2.4, 5.4
"""Size of the name, and how far below the marbles its middle stands, in ems."""
TILT = 35.0
ROLLED = (0.3, 1.9, 5.1)
"""How far each has rolled, in radii: their patterns differ."""


def draw_greeting(surface: pygame.Surface, theme: Theme) -> None:
    """Draw it over all of a surface of any size: nothing of it is computed from a race."""
    screen, (width, height) = Screen(surface), surface.get_size()
    em = type_of((width, height))
    camera = Camera(Window(-1.0, 1.0, -1.0, 1.0), width, height, tilt=TILT)
    foot = camera.turn.tilt_sine * RADIUS * em
    screen.rect(surface.get_rect(), theme.background)
    for number, rolled in enumerate(ROLLED):
        x, y = width / 2 + (number - (len(ROLLED) - 1) / 2) * APART * em, height / 2 - BELOW * em / 2
        turned = roll(np.eye(3), np.array([rolled, 0.4 * rolled, 0.0]), 1.0)
        draw_centered(screen, shadow(RADIUS * em, camera), (x, y + foot))
        draw_centered(screen, ball(RADIUS * em, theme.lane(number), camera, turned), (x, y))
    screen.text(TITLE, (width / 2, height / 2 + BELOW * em / 2), round(NAME * em), theme.text, bold=True, align=0.5)
