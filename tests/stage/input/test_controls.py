"""The panel of controls: what it holds, and that its widgets send what it says."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle, product
from typing import Any

import numpy as np
import pygame
import pygame_gui
import pytest
from driver import screen
from pygame_gui.elements import UIButton

from sim.base.languages import LANGUAGES
from sim.descent.examples.recipes import TiltedExamples
from sim.descent.rules import RULES, title_of
from sim.scene import Scene, SceneError, load_scene, scene_files
from sim.stage.input.control import Buttons, Choice, Control, Slider, TextField
from sim.stage.input.controls import controls, scene_titles, spreads_of
from sim.stage.input.widgets import STEPS, ControlPanel, look, shared_room
from sim.stage.picture.around.transport import knobs
from sim.stage.picture.setting import setting
from sim.stage.session.bindings import Errand, LoadRules, keys
from sim.stage.session.dials import rates_of
from sim.stage.session.lanes import ChooseRule, SelectLane
from sim.stage.session.problem import SetFormula
from sim.stage.session.session import Session, Typed, begin, update
from sim.stage.style import text
from sim.stage.style.theme import load_theme
from sim.stage.window.background.preparation import controls_of
from sim.surface.functions.formula import Formula
from sim.surface.protocol import LARGEST

SIZE = (960, 600)


def opened(name: str = "local-minimum") -> Session:
    return replace(begin(load_scene(name)), controls=True, playing=False)


def held(session: Session) -> dict[str, Control]:
    return {getattr(c, "name", f"row {i}"): c for i, c in enumerate(controls(session, load_theme("light")))}


@pytest.mark.parametrize(("name", "language"), list(zip(scene_files(), cycle(LANGUAGES), strict=False)))
def test_every_scene_can_be_controlled_whatever_the_language(name: str, language: str) -> None:
    session = replace(opened(name), language=language)
    for control in controls(session, load_theme("light", language)):
        match control:
            case Slider():
                assert 0 <= control.position <= 1
                for position in (0.0, 0.37, 1.0):
                    assert update(session, control.message(position)).open
            case Choice():
                for index in range(len(control.options)):
                    assert update(session, control.message(index)).open
            case Buttons():
                for button in control.buttons:
                    assert isinstance(button.does, Errand | LoadRules) or update(session, button.does).open
                    assert button.tip


@pytest.mark.parametrize("position", [0.0, 0.123, 1.0])
@pytest.mark.parametrize("name", ["speed", "sigma", "count", "rate", "memory", "batch"])
def test_a_slider_stands_where_it_was_put(name: str, position: float) -> None:
    session = update(opened(), SelectLane(2))
    slider = held(session)[name]
    assert isinstance(slider, Slider)
    moved = held(update(session, slider.message(position)))[name]
    assert isinstance(moved, Slider)
    step = 0.13 if name == "batch" else 0.06  # From one example to two is a long way.
    assert moved.position == pytest.approx(position, abs=step)


def test_a_change_is_shown_by_the_controls() -> None:
    session = update(update(opened(), SelectLane(1)), ChooseRule("adam"))
    rule, memory = held(session)["rule"], held(session)["memory"]
    assert isinstance(rule, Choice)
    assert isinstance(memory, Slider)
    assert rule.chosen == "Adam"
    assert memory.value == "0.9"
    assert "memory" not in held(update(session, ChooseRule("gradient descent")))


def panel_of(session: Session, size: tuple[int, int]) -> ControlPanel:
    here = setting(session, size)
    panel = ControlPanel(here.places.controls, size, here.theme, here.places.em)
    panel.show(controls(session, here.theme))
    return panel


@pytest.fixture
def panel() -> Iterator[ControlPanel]:
    with screen(SIZE):
        yield panel_of(opened(), SIZE)


def test_a_button_sends_its_message(panel: ControlPanel) -> None:
    event = pygame.Event(pygame_gui.UI_BUTTON_PRESSED, ui_element=panel._widgets["lane1"])
    assert panel.answer(event) == SelectLane(1)


def test_widgets_turn_into_messages(panel: ControlPanel) -> None:
    slider = panel._widgets["rate"]
    event = pygame.Event(pygame_gui.UI_HORIZONTAL_SLIDER_MOVED, ui_element=slider, value=STEPS)
    message = panel.answer(event)
    assert message is not None
    assert not isinstance(message, Errand | LoadRules)
    most = rates_of(opened().scene.problem(), opened().scene.lanes[0].rule)[1]
    assert update(opened(), message).scene.lanes[0].rule.learning_rate == most
    menu = panel._widgets["rule"]
    event = pygame.Event(pygame_gui.UI_DROP_DOWN_MENU_CHANGED, ui_element=menu, text="Adam")
    assert panel.answer(event) == ChooseRule("adam")


def test_the_button_of_languages_can_have_a_type_of_its_own(panel: ControlPanel) -> None:
    assert panel._widgets["language"].object_ids[-1] == "#language"
    assert len({widget.object_ids[-1] for widget in panel._widgets.values() if isinstance(widget, UIButton)}) > 20


@pytest.mark.parametrize("name", scene_files())
def test_sliders_cover_what_scenes_have_and_little_more(name: str) -> None:
    scene = load_scene(name)
    for lane in scene.lanes:
        least, most = rates_of(scene.problem(), lane.rule)
        assert least < lane.rule.learning_rate < most < 1e4 * lane.rule.learning_rate
    sigma = getattr(scene.examples, "sigma", None)
    if sigma is not None:
        least, most = spreads_of(scene)
        assert least < sigma < most < 200 * sigma


def test_the_ends_of_a_slider_do_not_move_while_it_is_dragged() -> None:
    for name in ("local-minimum", "two-weights", "himmelblau"):
        scene: Any = load_scene(name)
        wide = replace(scene, examples=replace(scene.examples, sigma=3 * scene.examples.sigma))
        assert spreads_of(wide) == spreads_of(scene)


def test_no_slider_goes_beyond_what_a_scene_may_have() -> None:
    """However steep the surface is."""
    scene = replace(load_scene("ravine"), surface=Formula("1e6*x^2 + y^2"), examples=TiltedExamples(0.1))
    assert spreads_of(scene)[1] == LARGEST


BY_OTHER_MEANS = {
    "Step",
    "GoToEnd",
    "ChangeSpeed",
    "Lead",
    "OpenScene",
    "SkipQuestion",
    "NextLane",
    "Zoom",
    "Pan",
    "Turn",
} | {
    *("NextRule", "ScaleLearningRate", "ShiftMomentum", "ScaleBatchSize", "ScaleSigma", "StepCount", "NudgeStart"),
    *("ChangeClock", "ChangeSwarm", "ChangeSpread"),
}
"""What sliders, menus, the timeline, the wheel and dragging do, or the buttons below the maps."""


def test_the_mouse_alone_reaches_what_keys_do() -> None:
    session = replace(opened(), playing=False)
    pressed = {b.does for c in controls(session, load_theme("light")) if isinstance(c, Buttons) for b in c.buttons}
    here = setting(session, SIZE)
    pressed |= {knob.does for knob in knobs(here.places, session, here.theme)}
    wanted = {key.does for key in keys() if type(key.does).__name__ not in BY_OTHER_MEANS} - {Errand.BACK}
    assert {deed for deed in wanted if not isinstance(deed, SelectLane)} - pressed == set()
    assert SelectLane(2) in pressed


def test_a_refused_formula_stays_in_its_field_with_its_message() -> None:
    session = update(opened(), SetFormula("x + n"))
    entry = held(session)["formula"]
    assert isinstance(entry, TextField)
    assert (entry.text, entry.mistake) == ("x + n", f"The formula {session.formula.refused}")
    with screen(SIZE):
        plain, marked = (drawn(panel_of(each, SIZE)) for each in (opened(), session))
        field = panel_of(session, SIZE)._widgets["formula"].rect
    ink = np.array(load_theme("light").lane(1))
    below = np.s_[field.left - 60 : field.right, field.bottom + 2 : field.bottom + 2 * field.height]
    assert (marked[field.left + 20, field.top] == ink).all()
    assert (np.abs(marked[below].astype(int) - ink).max(axis=-1) < 40).any()
    assert not (np.abs(plain[below].astype(int) - ink).max(axis=-1) < 40).any()


def drawn(panel: ControlPanel) -> Any:
    target = pygame.Surface(SIZE, depth=32)
    target.fill((255, 255, 255))
    panel.draw(target, 0.0)
    return pygame.surfarray.array3d(target)


def test_an_open_menu_is_folded_first(panel: ControlPanel) -> None:
    assert not panel.fold()
    menu = panel._widgets["rule"]
    menu.current_state.should_transition = True
    menu.update(0.0)
    assert panel.fold()
    assert not panel.fold()


@pytest.mark.parametrize("name", RULES)
def test_the_learning_rate_goes_as_far_as_its_meaning_is_sensible(name: str) -> None:
    """Shares of a step with its own length go up to a few, lengths to part of the window, others by the curvature."""
    scene = opened("adaptive-rules").scene
    steepest = max(minimum.eigenvalues[1] for minimum in scene.problem().minima)
    slopes = (
        "gradient descent",
        "momentum",
        "torch momentum",
        "nesterov",
        "torch nesterov",
        "lookahead nesterov",
        "sam",
        "langevin",
    )
    ends = dict.fromkeys(slopes, 8 / steepest) | dict.fromkeys(("adadelta", "newton", "saddle free newton"), 4.0)
    most = rates_of(scene.problem(), RULES[name]())[1]
    assert most == pytest.approx(ends.get(name, 0.2 * scene.problem().units.length), rel=0.05)


def test_every_rule_can_be_chosen() -> None:
    menu = held(opened())["rule"]
    assert isinstance(menu, Choice)
    assert menu.options == tuple(title_of(name) for name in RULES)
    assert [menu.message(index) for index in range(len(RULES))] == [ChooseRule(name) for name in RULES]


def test_widgets_are_kept_while_values_change(panel: ControlPanel) -> None:
    before = panel._widgets["rate"]
    theme = load_theme("light")
    rate = held(opened())["rate"]
    assert isinstance(rate, Slider)
    panel.show(controls(update(opened(), rate.message(0.9)), theme))
    assert panel._widgets["rate"] is before
    assert before.get_current_value() == pytest.approx(0.9 * STEPS, abs=0.01 * STEPS)
    panel.show(controls(update(opened(), ChooseRule("momentum")), theme))
    assert "memory" in panel._widgets


@pytest.mark.parametrize(
    ("size", "language"),  # Where there is least room, every language.
    [*product([(960, 600)], LANGUAGES), ((1600, 900), LANGUAGES[1]), ((3840, 2160), LANGUAGES[2])],
)
def test_widgets_stay_in_the_panel_and_apart(size: tuple[int, int], language: str) -> None:
    with screen(size):
        panel = panel_of(replace(update(opened("batch-ladder"), ChooseRule("momentum")), language=language), size)
        rects = [widget.rect for widget in panel._widgets.values()]
    assert all(panel.place.contains(rect) for rect in rects)
    assert not any(one.colliderect(other) for i, one in enumerate(rects) for other in rects[:i])


def test_a_scene_whose_file_has_gone_keeps_its_place_in_the_menu(monkeypatch: pytest.MonkeyPatch) -> None:
    session = opened()

    def gone(name: str) -> Scene:
        raise SceneError(f"cannot read {name}")

    scene_titles.cache_clear()
    monkeypatch.setattr("sim.stage.input.controls.load_scene", gone)
    menu = held(session)["scene"]
    assert isinstance(menu, Choice)
    assert menu.options == tuple(scene_files())
    scene_titles.cache_clear()


def test_buttons_are_equally_wide_unless_one_needs_more_and_the_others_can_spare_it() -> None:
    assert shared_room([40, 50, 60], 240, 3) == [80, 80, 80]
    assert shared_room([40, 90, 60], 240, 3) == [56, 106, 76]
    assert shared_room([70, 90, 90], 240, 3) == [80, 80, 80]  # Not all can be whole.
    assert shared_room([90], 240, 3) == [80]  # Alone in the last row, in line with those above.


@pytest.mark.parametrize("language", LANGUAGES)
def test_at_a_usual_size_no_word_on_a_button_is_cut(language: str) -> None:
    with screen((1366, 768)):
        session = replace(opened(), language=language)
        panel = panel_of(session, (1366, 768))
        words = [widget.text for widget in panel._widgets.values() if isinstance(widget, UIButton)]
    assert len(words) > 30
    assert [word for word in words if word.endswith("…")] == []


@pytest.mark.parametrize("size", [(960, 600), (1366, 768), (1920, 1080)])
def test_words_on_buttons_have_room_above_and_below(size: tuple[int, int]) -> None:
    with screen(size):
        session = opened()
        panel = controls_of(session, setting(session, size))
        buttons = [widget for widget in panel._widgets.values() if isinstance(widget, UIButton)]
        assert buttons
        for button in buttons:
            assert button.rect.height >= text.label_size("gÄ", round(0.85 * panel._em))[1] - 2


def ink(height: int, em: int) -> int:
    """How many rows of pixels letters take on a button of that height."""
    manager = pygame_gui.UIManager(SIZE, theme_path=look(load_theme("light"), em), enable_live_theme_updates=False)
    button = UIButton(pygame.Rect(0, 0, 200, height), "gpqjydbkf", manager)
    manager.update(0.0)
    manager.draw_ui(target := pygame.Surface(SIZE, depth=32))
    pixels = pygame.surfarray.array3d(target.subsurface(button.rect))[5:-5, 1:-1].astype(int).sum(axis=-1)
    return int((np.abs(pixels - np.median(pixels)) > 150).any(axis=0).sum())


@pytest.mark.parametrize("refused", ["", "There is no function foo at column 7."])
@pytest.mark.parametrize("size", [(960, 600), (1280, 720), (1366, 768), (1600, 900), (1920, 1080)])
def test_letters_on_buttons_are_whole(size: tuple[int, int], refused: str) -> None:
    with screen(size):
        here = setting(replace(opened(), formula=Typed(refused=refused)), size)
        panel = controls_of(replace(opened(), formula=Typed(refused=refused)), here)
        buttons = [widget for widget in panel._widgets.values() if isinstance(widget, UIButton)]
        lowest, em = min(button.rect.height for button in buttons), here.places.em
        assert ink(lowest, em) == ink(80, em)


def test_what_is_wrong_with_a_formula_has_no_tooltip_laid_over_it() -> None:
    with screen((1366, 768)):
        for refused in ("", "There is no function foo at column 7."):
            session = replace(opened(), formula=Typed(refused=refused))
            panel = controls_of(session, setting(session, (1366, 768)))
            assert (panel._widgets["formula"].tool_tip_text is None) == bool(refused)


def move_over(panel: ControlPanel, widget: Any) -> None:
    panel.answer(pygame.Event(pygame.MOUSEMOTION, pos=widget.rect.center, rel=(1, 0), buttons=(0, 0, 0)))


def tip_over(widget: Any) -> pygame.Rect | None:
    """Where the tip of a widget stands after the mouse has rested on it."""
    for _ in range(2):
        widget.while_hovering(1.0, widget.rect.center)
    return None if widget.tool_tip is None else widget.tool_tip.rect


@pytest.mark.parametrize(
    ("size", "larger"), [((960, 600), 1.0), ((960, 600), 3.0), ((1600, 900), 1.0), ((1600, 900), 3.0)]
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_tip_covers_no_line_of_the_panel(size: tuple[int, int], larger: float, language: str) -> None:
    with screen(size):
        panel = panel_of(replace(opened(), language=language, larger=larger), size)
        for name, widget in panel._widgets.items():
            move_over(panel, widget)
            tip = tip_over(widget)
            assert tip is not None, name
            assert pygame.Rect((0, 0), size).contains(tip), name
            assert not tip.colliderect(panel.place), name
            assert tip.top == widget.rect.top or tip.bottom == size[1], name


def test_who_writes_into_a_line_has_no_tip(panel: ControlPanel) -> None:
    line = panel._widgets["formula"]
    assert tip_over(line) is None, "the panel has come under the mouse"
    move_over(panel, line)
    assert tip_over(line) is not None
    panel._manager.set_focus_set(line)
    assert tip_over(line) is None
    panel.leave()
    assert tip_over(line) is not None


def test_after_a_click_no_tip_comes_until_the_mouse_moves(panel: ControlPanel) -> None:
    button = next(widget for widget in panel._widgets.values() if isinstance(widget, UIButton))
    panel.answer(pygame.Event(pygame.MOUSEBUTTONDOWN, pos=button.rect.center, button=pygame.BUTTON_LEFT))
    panel.answer(pygame.Event(pygame.MOUSEBUTTONUP, pos=button.rect.center, button=pygame.BUTTON_LEFT))
    assert tip_over(button) is None
    move_over(panel, button)
    assert tip_over(button) is not None


def test_a_button_that_a_click_has_lit_has_its_tip_too(panel: ControlPanel) -> None:
    button = panel._widgets["numbers"]
    panel._manager.mouse_position = button.rect.center
    for lit in (True, False, True):
        panel.answer(pygame.Event(pygame.MOUSEBUTTONDOWN, pos=button.rect.center, button=pygame.BUTTON_LEFT))
        panel.answer(pygame.Event(pygame.MOUSEBUTTONUP, pos=button.rect.center, button=pygame.BUTTON_LEFT))
        session = replace(opened(), numbers=lit)
        panel.show(controls(session, load_theme(session.theme)))
        for moved in (False, True):
            if moved:
                move_over(panel, button)
            for _ in range(3):
                button.check_hover(1.0, False)
            assert (button.tool_tip is not None) == moved
        assert (button.is_selected, button.drawable_shape.active_state is button.drawable_shape.states["selected"]) == (
            lit,
            lit,
        )
