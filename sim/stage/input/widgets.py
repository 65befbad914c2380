"""The panel of controls on screen: pygame_gui's widgets show the controls and send their messages."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import pygame
import pygame_gui
from pygame_gui.elements import UIDropDownMenu, UIHorizontalSlider

from ...base.languages import following
from ..drawing.screen import Screen
from ..session.bindings import Deed
from ..session.view import Notify
from ..style import text
from ..style.color import Color, mix
from ..style.style import hairline
from ..style.theme import Theme
from ..style.wrapping import wrapped
from .control import MISTAKE_LINES, Buttons, Choice, Control, Slider, TextField, rows_of
from .line import Line
from .tips import TellingButton, TipsBeside

STEPS = 1000  # Of a slider from end to end; whole numbers, for pygame_gui rounds others by itself.
WORDS = 0.8  # Height of the type on widgets, in ems.
LABEL_SHARE = 0.3  # Of a row's width, left of a menu.
TALLEST_LINE = 2.1  # Height of a row at most, in ems.
EDGES = 2  # Pixels of a row above and below its words, at least: in a lower one, the letters on a button are cut.
APART = 3  # Between two buttons, one above the other, in pixels; less where rows are low.
PAD = 0.7  # Room around all rows, in ems.
RIM = 2  # Of a line of text with which something is wrong, in pixels.
BESIDE = 3  # Room beside the words on a button, in pixels.
TIP_WIDTH = 20  # Of a tooltip, in ems.


class Written(NamedTuple):
    """What keys write into a line of text."""

    name: str
    """The name of the line."""
    words: str
    before: int
    """How many characters are in front of the next one."""


class ControlPanel:
    """Widgets for a list of controls in a rectangle; made anew when the list's shape changes, else only set."""

    def __init__(self, place: pygame.Rect, size: tuple[int, int], theme: Theme, em: int) -> None:
        self.place = place
        self._theme = theme
        self._em = em
        pygame.font.init()
        self._manager = TipsBeside(size, place, look(theme, em))
        self._controls: tuple[Control, ...] = ()
        self._shape: tuple[object, ...] = ()
        self._widgets: dict[str, Any] = {}
        self._replaced: dict[str, Any] = {}  # Those before: what was typed into a line of them may still be on its way.
        self._labels: list[tuple[str, str, pygame.Rect]] = []
        self._entered: Written | None = None  # What Enter has given: one goes on with it if it is refused.
        self._refused: Notify | None = None  # Why a line has not copied or pasted what the last event asked for.

    @property
    def lines(self) -> int:
        """How many lines of controls can be read."""
        return self._inner.height // self._lowest

    @property
    def _lowest(self) -> int:
        """Height of a line in which letters are whole, in pixels."""
        return text.label_size("g", round(WORDS * self._em))[1] + EDGES

    @property
    def _inner(self) -> pygame.Rect:
        pad = round(PAD * self._em)
        return self.place.inflate(-2 * pad, -2 * pad)

    def show(self, controls: tuple[Control, ...]) -> None:
        """Let the widgets stand where the controls do."""
        shape, held = tuple(_shape(control) for control in controls), self._held
        if shape != self._shape:
            self._shape = shape
            self._manager.clear_and_reset()  # type: ignore[no-untyped-call]
            self._replaced, self._widgets = self._widgets, {}
            self._build(controls)
        self._controls = controls
        self._labels = self._labels_of(controls)
        for control in controls:
            self._set(control)
        refused = {control.name for control in controls if isinstance(control, TextField) and control.mistake}
        if held is None and self._entered is not None and self._entered.name in refused:
            held = self._entered
        self._entered = None
        if held is not None and not self.typing:
            self._hold(held)

    @property
    def _held(self) -> Written | None:
        """What is being written."""
        for name, widget in self._widgets.items():
            if isinstance(widget, Line) and widget.is_focused:
                return Written(name, widget.get_text(), widget.edit_position)
        return None

    def _hold(self, written: Written) -> None:
        """Let keys go on writing that, if its line is there."""
        entry = self._widgets.get(written.name)
        if entry is not None:
            entry.set_text(written.words)
            self._manager.set_focus_set(entry)
            entry.edit_position = written.before
            entry.cursor_has_moved_recently = True

    def answer(self, event: pygame.Event) -> Deed | None:
        """What the user asks for with an event, if it is for one of the widgets."""
        self._refused = None
        self._manager.process_events(event)
        if pygame.key.get_repeat() != (0, 0):  # A line of text wants it, but keys act again by our own clock.
            pygame.key.set_repeat(0)
        if self._refused is not None:
            return self._refused
        widget = getattr(event, "ui_element", None)
        for control in self._controls if widget is not None else ():
            for name in _names(control):
                if widget is self._widgets[name] or (
                    isinstance(control, TextField) and widget is self._replaced.get(name)
                ):
                    if event.type == pygame_gui.UI_TEXT_ENTRY_FINISHED:
                        self._entered = self._held
                        self.leave()
                    return _asked(control, name, event)
        return None

    def _refuse(self, why: Notify) -> None:
        self._refused = why

    @property
    def typing(self) -> bool:
        """Whether keys write into one of the lines of text."""
        return self._held is not None

    def leave(self) -> None:
        """Keys go back to what they usually do."""
        self._manager.set_focus_set(None)

    def fold(self) -> bool:
        """Close the menu that is open; says whether one was."""
        for widget in self._widgets.values():
            if isinstance(widget, UIDropDownMenu) and widget.current_state is widget.menu_states["expanded"]:
                widget.current_state.should_transition = True
                widget.update(0.0)
                return True
        return False

    def holds(self, pixel: tuple[int, int]) -> bool:
        """Whether the pixel belongs to the panel, an open menu included."""
        return self.place.collidepoint(pixel) or self._manager.get_hovering_any_element()

    def draw(self, target: pygame.Surface, seconds: float, seen: tuple[int, int] | None = None) -> None:
        """Draw the panel over the picture; seen: as how large the mouse finds it, if that is another size."""
        drawn = target.get_size()
        self._manager.mouse_pos_scale_factor = [one / other for one, other in zip(drawn, seen or drawn, strict=True)]
        theme, em = self._theme, self._em
        canvas = Screen(target)
        canvas.rect(self.place, theme.panel, corner=em // 2)
        canvas.rect(self.place, theme.border, width=hairline(em), corner=em // 2)
        size = round(0.92 * em)
        for label, value, row in self._labels:
            room = row.width - (text.width(value, size) + em // 2 if value else 0)
            canvas.text(text.fitted(label, size, room), row.midleft, size, theme.muted)
            canvas.text(value, row.midright, size, theme.text, align=1)
        for control, row in zip(self._controls, self._rows(self._controls), strict=True):
            if isinstance(control, TextField) and control.mistake:
                self._draw_mistake(canvas, control, row)
        self._manager.update(seconds)
        self._manager.draw_ui(target)  # Last: an open menu, or a tooltip, is mixed up with nothing that lies below it.

    def _draw_mistake(self, canvas: Screen, entry: TextField, row: pygame.Rect) -> None:
        """Say below a line of text what is wrong with it."""
        color, line, size = self._theme.lane(1), row.height / rows_of(entry), round(0.85 * self._em)
        lines = wrapped(entry.mistake, size, row.width, MISTAKE_LINES)
        for number, words in enumerate(lines, start=1):
            canvas.text(words, (row.left, row.top + (number + 0.5) * line), size, color)

    def _rows(self, controls: tuple[Control, ...]) -> list[pygame.Rect]:
        """Where each control stands: all have the same line height, and fill the panel."""
        inner = self._inner
        lines = sum(rows_of(control) for control in controls)
        line = min(inner.height / lines, TALLEST_LINE * self._em)
        rects, top = [], float(inner.top)
        for control in controls:
            height = line * rows_of(control)
            rects.append(pygame.Rect(inner.left, round(top), inner.width, round(top + height) - round(top)))
            top += height
        return rects

    def _labels_of(self, controls: tuple[Control, ...]) -> list[tuple[str, str, pygame.Rect]]:
        """What is written beside the widgets: label, value and place."""
        labels = []
        for control, rect in zip(controls, self._rows(controls), strict=True):
            width = round(LABEL_SHARE * rect.width) if isinstance(control, Choice | TextField) else rect.width
            row = pygame.Rect(rect.left, rect.top, width, rect.height // rows_of(control))
            labels.append((control.label, control.value if isinstance(control, Slider) else "", row))
        return [entry for entry in labels if entry[0]]

    def _build(self, controls: tuple[Control, ...]) -> None:
        for control, rect in zip(controls, self._rows(controls), strict=True):
            line = rect.height // rows_of(control)
            match control:
                case Slider():
                    bar = pygame.Rect(rect.left, rect.top + line, rect.width, max(10, round(0.7 * line)))
                    self._add(control.name, control.tip, UIHorizontalSlider(bar, 0, (0, STEPS), self._manager))
                case Choice():
                    left = rect.left + round(LABEL_SHARE * rect.width)
                    box = pygame.Rect(left, rect.top + 1, rect.right - left, line - 1)
                    known = control.chosen in control.options
                    options: list[str | tuple[str, str]] = [*([] if known else [control.chosen]), *control.options]
                    self._add(control.name, control.tip, UIDropDownMenu(options, control.chosen, box, self._manager))
                case TextField():
                    left = rect.left + round(LABEL_SHARE * rect.width)
                    box = pygame.Rect(left, rect.top + 1, rect.right - left, line - 1)
                    entry = Line(box, self._manager, control, self._theme.language, self._refuse)
                    # Who reads what is wrong has no other words laid over it.
                    self._add(control.name, "" if control.mistake else control.tip, entry)
                case Buttons():
                    self._build_buttons(control, rect, line)

    def _build_buttons(self, control: Buttons, rect: pygame.Rect, line: int) -> None:
        top, gap = rect.top + (line if control.label else 0), round(0.25 * self._em)
        high = line - max(1, min(APART, line - self._lowest + 1))
        size, room = round(0.85 * self._em), rect.width - (control.columns - 1) * gap
        for first in range(0, len(control.buttons), control.columns):
            row = control.buttons[first : first + control.columns]
            needs = [text.width(button.label, size) + 2 * BESIDE for button in row]
            left = rect.left
            for button, width in zip(row, shared_room(needs, room, control.columns), strict=True):
                box = pygame.Rect(left, top + 1, width, high)
                label = text.fitted(button.label, size, width - 2 * BESIDE)
                mark = f"#{button.name}".replace(" ", "-")
                self._add(button.name, button.tip, TellingButton(box, label, self._manager, object_id=mark))
                left += width + gap
            top += line

    def _add(self, name: str, tip: str, widget: Any) -> None:
        if tip:
            widget.set_tooltip(tip, delay=0.4, wrap_width=TIP_WIDTH * self._em)
        self._widgets[name] = widget

    def _set(self, control: Control) -> None:
        match control:
            case Slider():
                slider = self._widgets[control.name]
                if not slider.sliding_button.held:
                    slider.set_current_value(round(control.position * STEPS), warn=False)
            case TextField():
                entry = self._widgets[control.name]
                if not entry.is_focused and entry.get_text() != control.text:
                    entry.set_text(control.text)
            case Buttons():
                for button in control.buttons:
                    widget = self._widgets[button.name]
                    if widget.is_selected != button.lit:
                        (widget.select if button.lit else widget.unselect)()
            case _:
                pass


def shared_room(needs: Sequence[int], room: int, columns: int) -> list[int]:
    """Widths of the buttons in a row of so many columns: equal, unless one needs more and the others less."""
    equal = room // columns
    spare = room - sum(needs)
    if max(needs) <= equal or spare < 0 or len(needs) < columns:
        return [equal] * len(needs)
    return [need + spare // columns for need in needs]


def _names(control: Control) -> tuple[str, ...]:
    """The names of the widgets that show a control."""
    return tuple(button.name for button in control.buttons) if isinstance(control, Buttons) else (control.name,)


def _asked(control: Control, name: str, event: pygame.Event) -> Deed | None:
    """What an event of the widget of that name asks for."""
    match control:
        case Slider() if event.type == pygame_gui.UI_HORIZONTAL_SLIDER_MOVED:
            return control.message(float(event.value) / STEPS)
        case Choice() if event.type == pygame_gui.UI_DROP_DOWN_MENU_CHANGED and event.text != control.chosen:
            return control.message(control.options.index(event.text))
        case Buttons() if event.type == pygame_gui.UI_BUTTON_PRESSED:
            return next(button.does for button in control.buttons if button.name == name)
        case TextField() if event.type == pygame_gui.UI_TEXT_ENTRY_FINISHED:
            return control.does(event.text)
        case TextField(typed=typed) if event.type == pygame_gui.UI_TEXT_ENTRY_CHANGED and typed is not None:
            return typed(event.text)
        case _:
            return None


def _shape(control: Control) -> tuple[object, ...]:
    """What of a control needs other widgets when it changes."""
    match control:
        case Slider():
            return ("slider", control.name, control.tip)
        case Choice():
            return ("choice", control.name, control.options, control.chosen, control.tip)
        case TextField():
            return ("entry", control.name, control.tip, bool(control.mistake))
        case Buttons():
            return ("buttons", bool(control.label), *((b.name, b.label, b.tip) for b in control.buttons))


def look(theme: Theme, em: int) -> dict[str, Any]:
    """The theme in pygame_gui's terms: flat, in our colours, in our type."""
    raised, lit = mix(theme.panel, theme.text, 0.06), mix(theme.panel, theme.lane(0), 0.3)
    colors = {
        "normal_bg": raised,
        "hovered_bg": mix(theme.panel, theme.text, 0.12),
        "active_bg": lit,
        "selected_bg": lit,
        "disabled_bg": theme.panel,
        "dark_bg": mix(theme.panel, theme.text, 0.03),
        "normal_text": theme.text,
        "hovered_text": theme.text,
        "active_text": theme.text,
        "selected_text": theme.text,
        "disabled_text": theme.faint,
        "normal_border": theme.border,
        "hovered_border": theme.faint,
        "active_border": theme.lane(0),
        "selected_border": theme.lane(0),
        "disabled_border": theme.border,
    }
    font = _font(theme.language, em)
    misc = {"shape": "rounded_rectangle", "shape_corner_radius": f"{em // 4}", "shadow_width": "0", "border_width": "1"}
    every = {"colours": {name: _hex(color) for name, color in colors.items()}, "font": font, "misc": misc}
    kinds = (
        "button",
        "drop_down_menu",
        "horizontal_slider",
        "tool_tip",
        "text_box",
        "text_entry_line",
        "selection_list",
        "panel",
    )
    knob = {"normal_bg": _hex(theme.muted), "hovered_bg": _hex(theme.text), "active_bg": _hex(theme.lane(0))}
    look: dict[str, Any] = {kind: {"misc": misc, "font": font} for kind in kinds}
    other = {"font": _font(following(theme.language), em)}  # That button has the next language's name on it.
    rims = ("normal_border", "hovered_border", "active_border", "selected_border")
    marked = {"colours": dict.fromkeys(rims, _hex(theme.lane(1))), "misc": misc | {"border_width": f"{RIM}"}}
    special = {
        "horizontal_slider.#sliding_button": {"colours": knob, "misc": misc},
        "#language": other,
        "#mistake": marked | {"font": font},
    }
    return {"defaults": every, **look, **special}


def _font(language: str, em: int) -> dict[str, str]:
    """The type of a language in pygame_gui's terms, in which a widget has one family for all that it shows."""
    number = text.family_of(language)
    files = {f"{name}_path": str(text.font_file(number, bold)) for name, bold in (("regular", False), ("bold", True))}
    return {"name": text.families()[number], "size": f"{round(WORDS * em)}", "bold": "0", "italic": "0", **files}


def _hex(color: Color) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)
