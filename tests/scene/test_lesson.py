"""What scenes say while their races run: true, in time, and for long enough."""

import re
from dataclasses import replace

import pytest
from runs import played

from sim.descent.verdict.kinds import VerdictKind
from sim.scene import Caption, Scene, load_scene, scene_files
from sim.scene.lesson import HOLD, answer, caption, revealed_at, said_at, same_race
from sim.scene.view import LandView

NAMES = list(scene_files())
OPENING = load_scene(NAMES[0])


# The program's own scenes.


@pytest.mark.parametrize("name", NAMES)
def test_every_caption_comes_true_and_stands_for_a_while(name: str) -> None:
    scene, race = played(name)
    timing = scene.timing("updates")
    moments = [said_at(each, scene, race, timing, scene.updates) for each in scene.captions]
    assert 2 <= len(moments) <= 4
    assert None not in moments
    assert moments == sorted(moments, key=lambda moment: moment or 0)
    shown = [caption(scene, race, timing, tick) for tick in range(0, scene.updates + 1, 5)]
    for index in range(len(scene.captions) - 1):
        assert shown.count(index) >= 4, scene.captions[index].text
    assert shown[-1] == len(scene.captions) - 1
    assert shown[0] is None


@pytest.mark.parametrize("name", NAMES)
def test_captions_and_questions_are_short_and_the_answer_is_right(name: str) -> None:
    scene, race = played(name)
    question = scene.question
    assert question is not None
    for sentence in (question.text, *(each.text for each in scene.captions)):
        assert len(sentence) <= 90
        assert sentence[-1] in ".?"
    timing = scene.timing("updates")
    right = tuple(scene.lanes[lane].name for lane in answer(scene, race, timing, scene.updates))
    assert right == question.answer
    assert 0 < len(right) < len(scene.lanes)
    moment = revealed_at(scene, race, timing, scene.updates)
    assert moment is not None
    assert moment <= scene.updates


@pytest.mark.parametrize("name", NAMES)
def test_no_marble_is_said_to_be_still_that_rattles(name: str) -> None:
    scene, race = played(name)
    timing = scene.timing("updates")
    for each in scene.captions:
        if re.search(r"\bno noise\b|\bat rest\b|\blies still\b|came to rest", each.text) and each.lane is not None:
            moment = said_at(each, scene, race, timing, scene.updates)
            assert moment is not None
            verdict = race.judges[[lane.name for lane in scene.lanes].index(each.lane)].verdict(moment)
            assert verdict.kind is not VerdictKind.RATTLING, each.text


@pytest.mark.parametrize(("name", "clock"), [("local-minimum", "updates"), ("batch-ladder", "epochs")])
def test_what_is_said_does_not_depend_on_what_comes_later(name: str, clock: str) -> None:
    scene, race = played(name)
    timing, live = scene.timing(clock), scene.race()
    for tick in range(0, 200, 9):
        live.extend(tick)
        assert caption(scene, live, timing, tick) == caption(scene, race, timing, tick)
        assert answer(scene, live, timing, tick) == answer(scene, race, timing, tick)
        assert revealed_at(scene, live, timing, tick) == revealed_at(scene, race, timing, tick)


# Captions.


def with_captions(*captions: Caption) -> Scene:
    return replace(OPENING, captions=captions)


def shown(scene: Scene, tick: int, clock: str = "updates") -> int | None:
    return caption(scene, played(OPENING.name)[1], scene.timing(clock), tick)


def test_a_race_is_the_same_with_other_words_and_another_view_and_no_other() -> None:
    scene = OPENING
    other = replace(scene, title="x", updates=7, captions=(), view=LandView("relief", yaw=30.0))
    assert same_race(other, scene)
    for changed in (
        replace(scene, seed=scene.seed + 1),
        replace(scene, start=(0.0, 0.0)),
        replace(scene, window=replace(scene.window, x0=scene.window.x0 - 1)),
        replace(scene, lanes=scene.lanes[1:], claims=scene.claims[1:]),
    ):
        assert not same_race(changed, scene)


def test_a_caption_stands_until_the_next_or_for_long_enough() -> None:
    scene = with_captions(
        Caption(on="start", text="a"),
        Caption(on="update", text="b", update=30),
        Caption(on="escaped", text="c", lane="minibatch"),
    )
    events = played(OPENING.name)[1].judges[1].events
    escape = next(event for event in events if event.kind == "escaped")
    assert escape.update < escape.seen  # It is said when it is certain, not when it has begun.
    assert [shown(scene, tick) for tick in (0, 29, 30, escape.seen - 1)] == [0, 0, 1, 1]
    assert [shown(scene, escape.seen + later) for later in (0, HOLD - 1, HOLD)] == [2, 2, None]


def test_what_is_said_of_the_end_is_not_said_of_a_race_that_is_played_on() -> None:
    scene = with_captions(Caption(on="end", text="a"))
    assert [shown(scene, tick) for tick in (399, 400, 401, 400 + 2 * HOLD)] == [None, 0, None, None]


def test_what_is_said_of_the_end_stands_as_long_as_that_lasts() -> None:
    scene = with_captions(Caption(on="end", text="a", lane="full batch"))
    ticks = [400 * 20 - 1, 400 * 20, 400 * 20 + 19, 400 * 20 + 20]  # By epochs a full batch takes twenty to go on.
    assert [shown(scene, tick, "epochs") for tick in ticks] == [None, 0, 0, None]


def test_a_lane_s_own_updates_count_by_every_clock() -> None:
    scene = with_captions(
        Caption(on="update", text="a", lane="full batch", update=2), Caption(on="end", text="b", lane="full batch")
    )
    assert shown(scene, 2) == 0
    assert (shown(scene, 39, "epochs"), shown(scene, 40, "epochs")) == (None, 0)
    assert shown(scene, 400, "epochs") is None


def test_a_lane_that_is_gone_is_not_spoken_of() -> None:
    scene = with_captions(Caption(on="update", text="a", lane="somebody else", update=2))
    assert shown(scene, 10) is None
