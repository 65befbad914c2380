"""Where the tips of the panel of controls stand: beside it, where they cover none of its lines."""

from typing import Any

import pygame
from pygame_gui import UIManager
from pygame_gui.core.interfaces import IUIElementInterface, IUITooltipInterface
from pygame_gui.elements import UITooltip

GAP = 4  # Pixels between the panel and a tip.


class TipsBeside(UIManager):
    """pygame_gui's manager, but that a tip stands left of the panel, as high as what it is about.

    Where there is no room it stands as pygame_gui has it.
    """

    def __init__(self, size: tuple[int, int], panel: pygame.Rect, look: dict[str, Any]) -> None:
        super().__init__(size, theme_path=look, enable_live_theme_updates=False)
        self._panel = panel

    def create_tool_tip(
        self,
        text: str,
        position: tuple[int, int],
        hover_distance: tuple[int, int],
        parent_element: IUIElementInterface,
        *more: Any,
        **options: Any,
    ) -> IUITooltipInterface:
        """As pygame_gui's own."""
        tip = super().create_tool_tip(text, position, hover_distance, parent_element, *more, **options)
        assert isinstance(tip, UITooltip)
        whole, box = pygame.Rect((0, 0), self.window_resolution), tip.rect.copy()
        box.topright = self._panel.left - GAP, parent_element.get_abs_rect().top
        box.bottom = min(box.bottom, whole.bottom)
        if whole.contains(box):
            tip.set_position(box.topleft)
        return tip
