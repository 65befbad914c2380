"""The sheet of keys."""

import pygame

from sim.stage import text
from sim.stage.theme import Theme

SHEET = (
    ("Space", "play or pause"),
    ("← →", "one update back or forward; with Shift ten"),
    ("Home End", "to the start, to the end"),
    ("R", "restart, the same race again"),
    ("N", "new seed: other batches"),
    ("1 … 9", "scene; Page Up and Page Down go through all"),
    ("+ −", "faster, slower"),
    ("C", "clock: updates, epochs, serial or parallel machine"),
    ("Click", "drop all marbles there"),
    ("S", "save a screenshot"),
    ("T", "light or dark"),
    ("F", "full screen"),
    ("H ?", "this sheet"),
    ("Esc", "quit"),
)
LEGEND = (
    ("coloured arrow", "last movement, up to four times as long"),
    ("plain arrow", "−η·∇L of the coming batch, on the same scale"),
    ("ring, cross, triangle", "minimum, saddle (long bar: the way down), maximum"),
    ("λmin λmax", "eigenvalues of the Hessian of the full loss"),
)


def draw_help(target: pygame.Surface, theme: Theme, em: int) -> None:
    """Draw the sheet over the middle of the picture."""
    line = round(1.75 * em)
    keys = max(text.width(key, em, bold=True) for key, _ in SHEET + LEGEND)
    words = max(text.width(meaning, em) for _, meaning in SHEET + LEGEND)
    sheet = pygame.Rect(0, 0, keys + words + 5 * em, (len(SHEET) + len(LEGEND) + 2) * line)
    sheet.center = target.get_rect().center
    pygame.draw.rect(target, theme.panel, sheet, border_radius=em)
    pygame.draw.rect(target, theme.faint, sheet, max(1, em // 12), border_radius=em)
    y = sheet.top + 1.25 * line
    for block in (SHEET, LEGEND):
        for key, meaning in block:
            text.put(target, key, (sheet.left + 1.5 * em + keys, y), em, theme.text, bold=True, align=1)
            text.put(target, meaning, (sheet.left + 3 * em + keys, y), em, theme.muted)
            y += line
        y += 0.5 * line
