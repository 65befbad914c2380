"""A line of text in the panel of controls: pygame_gui's, but that the clipboard may fail, and writers see no tip."""

from collections.abc import Callable
from typing import Any

import pygame
from pygame_gui import UIManager
from pygame_gui.elements import UITextEntryLine

from ..session.view import Notify
from ..style.theme import say
from .clipboard import copied, pasted
from .control import TextField

MOST_CHARACTERS = 400


class Line(UITextEntryLine):
    """Where it cannot copy or paste, it stays as it is, and `refuse` is told why."""

    def __init__(
        self,
        place: pygame.Rect,
        manager: UIManager,
        control: TextField,
        language: str,
        refuse: Callable[[Notify], None],
    ) -> None:
        super().__init__(
            place,
            manager,
            initial_text=control.text,
            placeholder_text=control.hint,
            object_id="#mistake" if control.mistake else None,
        )
        self.set_text_length_limit(MOST_CHARACTERS)
        self._language = language
        self._refuse = refuse

    def while_hovering(self, time_delta: float, mouse_pos: Any) -> None:
        """Show the tip, but not to who is writing."""
        if not self.is_focused:
            super().while_hovering(time_delta, mouse_pos)
        elif self.tool_tip is not None:
            self.tool_tip.kill()  # type: ignore[no-untyped-call]
            self.tool_tip = None

    def _do_paste(self) -> None:
        text, (first, last) = pasted(self._language), sorted(self.select_range)
        room = MOST_CHARACTERS - len(self.text) + last - first
        if isinstance(text, Notify):
            self._refuse(text)
        elif len(text) > room:
            self._refuse(Notify(say(self._language, "What is on the clipboard is too long for this line.")))
        else:
            super()._do_paste()  # type: ignore[no-untyped-call]

    def _do_copy(self) -> None:
        self._copy(super()._do_copy)

    def _do_cut(self) -> None:
        self._copy(super()._do_cut)

    def _copy(self, does: Callable[[], None]) -> None:
        failed = copied(self._language, does)
        if failed is not None:
            self._refuse(failed)
