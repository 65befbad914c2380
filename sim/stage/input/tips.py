"""Where the tips of the panel of controls stand: beside it, where they cover none of its lines."""

from typing import Any

import pygame
from pygame_gui import UIManager
from pygame_gui.core.interfaces import IUIElementInterface, IUITooltipInterface
from pygame_gui.elements import UITooltip

GAP = 4  # Pixels between the panel and a tip.


class TipsBeside(UIManager):
    """pygame_gui's manager, but that a tip stands left of the panel, as high as what it is about.

    Where there is no room it stands as pygame_gui has it. After a click none comes until the mouse moves.
    """

    def __init__(self, size: tuple[int, int], panel: pygame.Rect, look: dict[str, Any]) -> None:
        super().__init__(size, theme_path=look, enable_live_theme_updates=False)
        self._panel = panel
        self._clicked = False  # Whether the mouse has clicked, and not moved since.

    def process_events(self, event: pygame.Event) -> bool:
        """As pygame_gui's own."""
        if event.type in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEMOTION):
            self._clicked = event.type == pygame.MOUSEBUTTONDOWN
        return bool(super().process_events(event))

    def create_tool_tip(  # type: ignore[override]  # Of none, pygame_gui asks again.
        self,
        text: str,
        position: tuple[int, int],
        hover_distance: tuple[int, int],
        parent_element: IUIElementInterface,
        *more: Any,
        **options: Any,
    ) -> IUITooltipInterface | None:
        """A tip, as pygame_gui's own; none after a click."""
        if self._clicked:
            return None
        tip = super().create_tool_tip(text, position, hover_distance, parent_element, *more, **options)
        assert isinstance(tip, UITooltip)
        whole, box = pygame.Rect((0, 0), self.window_resolution), tip.rect.copy()
        box.topright = self._panel.left - GAP, parent_element.get_abs_rect().top
        box.bottom = min(box.bottom, whole.bottom)
        if whole.contains(box):
            tip.set_position(box.topleft)
        return tip
