"""The tips of the panel of controls: beside it, where they cover none of its lines, and of lit buttons, too."""

from typing import Any

import pygame
from pygame_gui import UIManager
from pygame_gui.core.interfaces import IUIElementInterface, IUITooltipInterface
from pygame_gui.elements import UIButton, UITooltip

GAP = 4  # Pixels between the panel and a tip.


class TipsBeside(UIManager):
    """pygame_gui's manager, but that a tip stands left of the panel, as high as what it is about.

    Where there is no room it stands as pygame_gui has it. None comes until the mouse moves: not after a click, nor in a
    panel that has come under it.
    """

    def __init__(self, size: tuple[int, int], panel: pygame.Rect, look: dict[str, Any]) -> None:
        super().__init__(size, theme_path=look, enable_live_theme_updates=False)
        self._panel = panel
        self._moved = False  # Whether the mouse has moved since it clicked, or since the panel came.

    def process_events(self, event: pygame.Event) -> bool:
        """As pygame_gui's own."""
        if event.type in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEMOTION):
            self._moved = event.type == pygame.MOUSEMOTION
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
        """A tip, as pygame_gui's own; none before the mouse has moved."""
        if not self._moved:
            return None
        tip = super().create_tool_tip(text, position, hover_distance, parent_element, *more, **options)
        assert isinstance(tip, UITooltip)
        whole, box = pygame.Rect((0, 0), self.window_resolution), tip.rect.copy()
        box.topright = self._panel.left - GAP, parent_element.get_abs_rect().top
        box.bottom = min(box.bottom, whole.bottom)
        if whole.contains(box):
            tip.set_position(box.topleft)
        return tip


class TellingButton(UIButton):
    """pygame_gui's button, but that it has its tip while it is lit, too, and stays lit under the mouse."""

    def can_hover(self) -> bool:
        """Whether it may have a tip now."""
        return bool(self.is_enabled and not self.held)

    def on_hovered(self) -> None:
        """As pygame_gui's own."""
        super().on_hovered()  # type: ignore[no-untyped-call]
        self._set_inactive()

    def _set_inactive(self) -> None:
        if self.drawable_shape is not None:
            state = self._get_appropriate_state_name()  # type: ignore[no-untyped-call]
            self.drawable_shape.set_active_state(state)
