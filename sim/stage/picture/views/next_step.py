"""Where the marble will be after the next update."""

import pygame

from .look import Look


def draw_next_step(target: pygame.Surface, look: Look) -> None:
    """A ring in the lane's colour at the next position, and a thin line that leads there."""
    if not look.goes_on:
        return
    stroke, theme = look.stroke, look.theme
    here, there = look.pixel(look.theta), look.pixel(look.track.theta[look.moment + 1])
    pygame.draw.aaline(target, theme.halo, here, there, max(3, round(3 * stroke)))
    pygame.draw.aaline(target, look.color, here, there, max(1, round(stroke)))
    if look.holds(there):
        # Wider than the marble, so that it shows around one that hardly moves.
        pygame.draw.aacircle(target, theme.halo, there, 10.5 * stroke, max(3, round(5 * stroke)))
        pygame.draw.aacircle(target, look.color, there, 9.5 * stroke, max(1, round(2 * stroke)))
