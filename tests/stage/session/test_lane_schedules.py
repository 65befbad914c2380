"""Schedules and sampling by hand: what the panel offers, and what becomes of the lane."""

from dataclasses import replace
from typing import Any

import pytest
from messages import after

from sim.descent.schedules import CONSTANT, SCHEDULES, Cosine, OneCycle, StepDecay
from sim.scene import load_scene
from sim.scene.reading import parse_scene
from sim.scene.writing import scene_text
from sim.stage.input.control import Buttons, Choice, Slider, rows_of
from sim.stage.input.controls import controls, fitting
from sim.stage.session.lanes import (
    ChooseRule,
    ChooseSampling,
    ChooseSchedule,
    DropLast,
    SelectLane,
    SetBatchSize,
    SetSchedule,
)
from sim.stage.session.session import Session, begin
from sim.stage.session.view import TurnLeaf
from sim.stage.style.numbers import settings
from sim.stage.style.theme import load_theme

LIGHT = load_theme("light")
MOST = 40  # Lines that can be read.


def minibatch() -> Session:
    """The opening scene with its minibatch lane selected."""
    return SelectLane(1).apply(begin(load_scene("local-minimum")))


def named(session: Session) -> dict[str, Any]:
    """The controls by their names, and buttons by theirs."""
    found: dict[str, Any] = {}
    for control in controls(session, LIGHT):
        if isinstance(control, Buttons):
            found |= {button.name: button for button in control.buttons}
        else:
            found[control.name] = control
    return found


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule_can_be_chosen_and_each_of_its_numbers_set(name: str) -> None:
    session = ChooseSchedule(name).apply(minibatch())
    lane = session.scene.lanes[1]
    assert type(lane.schedule) is SCHEDULES[name]
    there = named(session)
    choice = there["schedule"]
    assert isinstance(choice, Choice)
    assert choice.chosen == name
    assert choice.message(list(SCHEDULES).index("cosine")).apply(session).scene.lanes[1].schedule.name == "cosine"
    for control in controls(session, LIGHT):
        if isinstance(control, Slider) and hasattr(lane.schedule, control.name):
            for position in (0.0, 0.3, 1.0):
                changed = control.message(position).apply(session)
                assert parse_scene(scene_text(changed.scene), changed.scene.name).lanes == changed.scene.lanes
            assert control.message(0.0).apply(session) != control.message(1.0).apply(session)


def test_a_schedule_that_ends_ends_with_the_race_and_the_warm_up_stays() -> None:
    session = SetSchedule("warmup", 25).apply(ChooseSchedule("step").apply(minibatch()))
    assert session.scene.lanes[1].schedule == StepDecay(warmup=25)
    assert ChooseSchedule("cosine").apply(session).scene.lanes[1].schedule == Cosine(length=400, warmup=25)
    assert ChooseSchedule("one cycle").apply(session).scene.lanes[1].schedule == OneCycle(length=400, warmup=25)
    assert SetSchedule("nonsense", 3).apply(session) == session


def test_time_is_counted_in_epochs_at_a_press() -> None:
    session = ChooseSchedule("exponential").apply(minibatch())
    pressed = named(session)["per"].does.apply(session)
    assert pressed.scene.lanes[1].schedule.per == "epoch"
    assert named(pressed)["per"].lit
    assert named(pressed)["per"].does.apply(pressed).scene.lanes[1].schedule.per == "update"


def test_a_constant_learning_rate_shows_no_numbers_of_a_schedule() -> None:
    there = named(minibatch())
    assert minibatch().scene.lanes[1].schedule == CONSTANT
    assert "per" not in there
    assert "warmup" not in there


def test_how_batches_are_drawn_is_offered_where_it_matters() -> None:
    session = minibatch()
    assert "sampling" not in named(begin(load_scene("local-minimum")))
    assert "drop" not in named(session)
    chosen = named(session)["sampling"].message(1).apply(session)
    assert chosen.scene.lanes[1].sampling == "fixed"
    assert ChooseSampling("replacement").apply(chosen).scene.lanes[1].sampling == "replacement"
    odd = SetBatchSize(3).apply(session)
    dropped = named(odd)["drop"].does.apply(odd)
    assert dropped.scene.lanes[1].drop_last
    assert not DropLast().apply(dropped).scene.lanes[1].drop_last


def test_the_line_of_settings_says_what_is_unusual() -> None:
    lane = load_scene("local-minimum").lanes[1]
    changed = replace(lane, schedule=Cosine(), sampling="fixed", drop_last=True)
    assert settings(lane, 20) == "gradient descent · η 0.15 · B 1 of 20"
    assert (
        settings(changed, 20)
        == "gradient descent · η 0.15 · cosine · one order for ever · last batch dropped · B 1 of 20"
    )


def test_of_momentum_it_is_said_that_there_are_two_forms() -> None:
    session = SelectLane(2).apply(begin(load_scene("local-minimum")))
    there = ChooseSchedule("cosine").apply(session)
    assert there.notice.startswith("The lecture's form")
    assert after(there, ChooseRule("torch momentum"), ChooseSchedule("step")).notice.startswith("Torch's form")
    assert not after(there, ChooseSchedule("constant")).notice
    assert not after(minibatch(), ChooseSchedule("cosine")).notice


def names(shown: tuple[Any, ...]) -> set[str]:
    """What controls and buttons are called."""
    named = (control.buttons if isinstance(control, Buttons) else (control,) for control in shown)
    return {each.name for some in named for each in some}


def test_a_panel_with_too_many_lines_has_two_leaves_that_hold_all_controls() -> None:
    session = ChooseSchedule("warm restarts").apply(minibatch())
    leaves = [fitting(replace(session, leaf=leaf), LIGHT, MOST) for leaf in (False, True)]
    whole = controls(session, LIGHT)
    assert sum(map(rows_of, whole)) > MOST >= max(sum(map(rows_of, leaf)) for leaf in leaves)
    turn = leaves[0][0]
    assert isinstance(turn, Buttons)
    does = turn.buttons[0].does
    assert isinstance(does, TurnLeaf)
    assert does.apply(session).leaf
    assert not does.apply(does.apply(session)).leaf
    shown = {name for leaf in leaves for name in names(leaf)}
    assert shown == {*names(whole), "leaf"}
    assert names(fitting(minibatch(), LIGHT, MOST)) == names(controls(minibatch(), LIGHT))
