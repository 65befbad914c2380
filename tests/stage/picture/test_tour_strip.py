"""The strip of the tour: all of it is to be read, and it lies over nothing."""

import re
from dataclasses import replace
from itertools import cycle, islice, product, repeat
from typing import Any

import numpy as np
import pygame
import pytest
from recording_canvas import RecordingCanvas
from recordings import check, section

from sim.base.languages import LANGUAGES
from sim.scene import OPENING, load_scene
from sim.scene.tour import the_tour
from sim.stage.drawing.layout import NUMBERS, usual_type
from sim.stage.input.mouse import Act, Hand, Mouse, respond
from sim.stage.picture.around.caption import said_now
from sim.stage.picture.around.guided import LEAST_MAP
from sim.stage.picture.around.tour import draw_strip, guides
from sim.stage.picture.map.minima import test_minima as minima_of_test_loss
from sim.stage.picture.picture import draw, pointed
from sim.stage.picture.races import race
from sim.stage.picture.setting import setting
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.picture.tips.box import TipContext
from sim.stage.picture.tips.tooltip import knob_tip
from sim.stage.session.bindings import keys_of
from sim.stage.session.lanes import ScaleLearningRate
from sim.stage.session.odds import ChooseSheet, counted_for
from sim.stage.session.playback import ChangeClock, GoToEnd, GoToStart
from sim.stage.session.problem import ScaleSigma
from sim.stage.session.session import SHEETS, Message, Session, Sheet, ask, begin, update
from sim.stage.session.setup import Guess, OpenScene, SkipQuestion
from sim.stage.session.tour import GoBack, GoToStep, Lead, ShowTour
from sim.stage.session.view import Hover
from sim.stage.sheets.contrast import table_arranged
from sim.stage.sheets.sheets import sheet_layout
from sim.stage.style import text
from sim.stage.style.numbers import signed
from sim.stage.style.theme import load_theme
from sim.stage.views import ViewName
from sim.study.odds.contrast import ABOUT
from sim.study.odds.tally import Tally, work
from sim.study.tour.blanks import told

SIZES = ((960, 600), (1280, 720), (1366, 768), (1600, 900))
LARGE = [(960, 600), (1024, 768), (1366, 768), (1920, 1080)]
LARGER = (1.0, 1.1, 1.2, 1.3, 1.6, 4.0)
"""How many times as large as usual type is asked to be."""
COUNT = len(the_tour().step)
PLACED = re.compile(r'" ([\d.]+),[\d.]+ size (\d+)')
"""Where the words of a line of a recording begin, and the height of their type."""


def at(step: int, **changes: Any) -> Session:
    session = update(replace(begin(load_scene(OPENING)), **changes), GoToStep(step))
    return replace(session, playing=False)


def watched(session: Session) -> Session:
    """The session after the end of its race, and back at the start."""
    return update(update(session, GoToEnd()), GoToStart())


def strip(session: Session, size: tuple[int, int]) -> str:
    """What is drawn of it in the picture."""
    running = race(session.scene)
    running.extend(2)
    canvas = RecordingCanvas(size)
    draw(canvas, snapshot_of(replace(session, sheet=""), running))
    return section(canvas.recording, "caption")


def said(drawn: str) -> str:
    """The words in a recording, without blanks."""
    words = [line.split('"')[1] for line in drawn.splitlines() if line.strip().startswith('text "')]
    return "".join("".join(words).split())


@pytest.mark.parametrize(
    ("language", "size", "changes"),
    [
        *product(LANGUAGES, SIZES[:2], ({"controls": True}, {"presenter": True})),  # Where there is least room.
        *zip(LANGUAGES, cycle(SIZES), repeat({}), strict=False),  # Where there is more, a language each.
    ],
    ids=str,
)
def test_every_word_of_every_step_is_there(language: str, size: tuple[int, int], changes: dict[str, Any]) -> None:
    for step in range(COUNT):
        session, canvas = watched(at(step, language=language, **changes)), RecordingCanvas(size)
        here = setting(session, size)
        draw_strip(canvas, here.places, here.theme, session, race(session.scene), 0)
        drawn = said(canvas.recording)
        words = told(the_tour().step[step], language)
        for sentence in (words.title, words.says, words.asks, words.look, words.found):
            assert "".join(signed(sentence).split()) in drawn, sentence


def test_at_the_end_of_what_was_changed_the_way_back_stands_there_and_no_caption() -> None:
    session = update(update(at(1), ChangeClock(-1)), GoToEnd())
    running = race(session.scene)
    running.extend(session.scene.updates)
    assert said_now(session, running, session.scene.timing(session.clock), session.tick, load_theme("light"))[0]
    assert "Measured: at this step as it was · Backspace: back there" in strip(session, SIZES[3])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [*SIZES, (1920, 1080)])
@pytest.mark.parametrize(
    "changes",
    [{}, {"controls": True}, *({"presenter": True, "larger": larger} for larger in (1.0, 1.3, 1.6, 4.0))],
    ids=str,
)
def test_type_is_equally_large_at_all_steps_and_what_to_try_is_there(
    size: tuple[int, int], language: str, changes: dict[str, Any]
) -> None:
    heights = []
    for step in range(COUNT):
        begun = at(step, language=language, **changes)
        here = setting(begun, size)
        words = here.theme.say("Try: {words}", words=told(the_tour().step[step], language).play)
        for session in (begun, watched(begun), replace(begun, live=False)):
            canvas = RecordingCanvas(size)
            draw_strip(canvas, here.places, here.theme, session, race(session.scene), 0)
            drawn = [line for line in canvas.recording.splitlines() if 'text "' in line]
            begins = next(place for place, line in enumerate(drawn) if f'text "{words[:4]}' in line)
            assert said("\n".join(drawn[begins:])) == "".join(words.split())
            heights.append(int(PLACED.findall(drawn[begins - 1])[-1][1]))
            for line in drawn[begins:]:
                left, height = PLACED.findall(line)[-1]
                assert float(left) + text.width(line.split('"')[1], int(height)) <= here.places.look.right
                assert int(height) >= 0.85 * heights[-1]
        session = watched(begun)
        button = next(each for each in guides(here.places, session, here.theme) if each.does == GoBack())
        lines = knob_tip(button, TipContext(here.theme, here.places)).rows
        assert "".join(words.split()) in "".join("".join(row.cells).replace(" ", "") for row in lines)
    assert min(heights) >= 0.85 * max(heights)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", LARGE)
def test_a_table_is_as_large_while_type_beside_it_grows(size: tuple[int, int], language: str) -> None:
    session, tables = at(12, language=language, presenter=True), []
    for larger in LARGER:
        here = setting(replace(session, larger=larger), size)
        body = sheet_layout(here.places, here.theme).body
        tables.append(table_arranged(body.size, len(ABOUT), here.theme, here.places.em))
    assert min(table.em for table in tables) >= 0.93 * max(table.em for table in tables)
    assert min(table.small for table in tables) == tables[0].small


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("presenter", [False, True])
@pytest.mark.parametrize("size", LARGE)
def test_type_that_is_asked_for_larger_is_no_smaller_and_leaves_maps_to_be_seen(
    size: tuple[int, int], presenter: bool, language: str
) -> None:
    for step in range(COUNT):
        session, heights = at(step, language=language, presenter=presenter), []
        for larger in LARGER:
            places = setting(replace(session, larger=larger), size).places
            heights.append(places.em)
            assert places.panels[0].map.height >= 0.95 * LEAST_MAP * usual_type(size)
        assert heights == sorted(heights), step


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("changes", [{}, {"controls": True}, {"presenter": True}], ids=str)
def test_the_strip_lies_over_nothing_and_keeps_its_place_within_a_step(
    size: tuple[int, int], changes: dict[str, Any]
) -> None:
    for step in range(COUNT):
        session = at(step, **changes)
        places = setting(session, size).places
        assert setting(watched(session), size).places == places
        for other in (places.title, places.chart, places.timeline, *(panel.frame for panel in places.panels)):
            assert not places.look.colliderect(other)
        assert min(panel.map.height for panel in places.panels) > 60
    usual = setting(begin(load_scene(OPENING)), size).places
    assert usual.look.height < places.look.height


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("presenter", [False, True])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_step_leaves_a_line_of_the_strip_blank(size: tuple[int, int], presenter: bool, language: str) -> None:
    for step in range(COUNT):
        session, canvas = watched(at(step, presenter=presenter, language=language)), RecordingCanvas(size)
        here = setting(session, size)
        draw_strip(canvas, here.places, here.theme, replace(session, live=False), race(session.scene), 0)
        drawn = [line.split('" ')[-1].split()[0] for line in canvas.recording.splitlines() if 'text "' in line]
        assert len({place.split(",")[1] for place in drawn}) == here.places.look_lines, step


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [(960, 600), (1366, 768)])
def test_contours_of_the_test_loss_are_seen_from_above_beside_those_at_rest(
    size: tuple[int, int], language: str
) -> None:
    """With all minima of both losses in sight, and the numbers that are told of below."""
    step = next(place for place, each in enumerate(the_tour().step) if "test surface" in each.views)
    session = at(step, presenter=True, language=language)
    here, problem = setting(session, size), session.scene.problem()
    assert here.camera.flat
    assert ViewName.MOVING_GROUND not in session.views
    area = here.places.panels[0].map
    assert area.height >= 6.5 * here.places.em
    own, others = (minimum.position for minimum in problem.minima), minima_of_test_loss(problem).tolist()
    for one, other in zip(own, others, strict=True):
        (x, y), (beyond, above) = (here.camera.project(np.array([*place])).tolist() for place in (one, other))
        assert area.move(-area.left, -area.top).inflate(-20, -20).collidepoint(x, y)
        assert np.hypot(x - beyond, y - above) > 2 * here.places.em
    assert len(here.places.panels[0].numbers) < NUMBERS
    running = race(session.scene)
    running.extend(10)
    canvas = RecordingCanvas(size)
    draw(canvas, snapshot_of(session, running))
    cells = section(canvas.recording, "numbers")
    assert all(f'text "{label}"' in cells for label in ("L", here.theme.say("test L")))


def test_what_was_measured_is_told_when_the_race_has_been_seen_and_not_before() -> None:
    """The claim as well, which is the answer to the question."""
    session, claim = at(5), "The full batch stops at a critical point of L."
    measured, hint = "Measured: Full batch: 0 % escape", "Measured: at the end of the race · End: go there"
    ended = update(session, GoToEnd())
    others = update(update(ended, GoToStep(7)), GoToStep(5))
    for unseen in (session, update(ended, GoBack()), others):
        drawn = strip(unseen, SIZES[3])
        assert hint in drawn
        assert measured not in drawn
        assert claim not in drawn
    for seen in (ended, watched(session), replace(session, live=False)):
        drawn = strip(seen, SIZES[3])
        assert measured in drawn
        assert claim in drawn
        assert hint not in drawn


@pytest.mark.parametrize(
    "messages", [[OpenScene(1)], [ScaleSigma(2)], [ScaleLearningRate(2)], [ChangeClock()]], ids=str
)
def test_what_was_measured_does_not_stand_over_what_it_is_not_about(messages: list[Message]) -> None:
    session = update(at(10), GoToEnd())
    measured, way = "Measured: Here are 4 minima", "Measured: at this step as it was · Backspace: back there"
    assert measured in strip(session, SIZES[3])
    for message in messages:
        session = update(session, message)
    for other in (session, update(session, GoToEnd()), replace(session, live=False)):
        there = replace(other, captions=False)
        drawn = strip(there, SIZES[3])
        assert measured not in drawn
        assert (way in drawn) is other.live
        assert "Measured: at this step as it was" in drawn
    assert measured in strip(update(update(session, GoBack()), GoToEnd()), SIZES[3])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("changes", [{}, {"controls": True}, {"presenter": True}], ids=str)
def test_how_to_come_back_to_what_was_measured_is_there_in_full(
    size: tuple[int, int], language: str, changes: dict[str, Any]
) -> None:
    for step in range(COUNT):
        session = update(at(step, language=language, captions=False, **changes), ChangeClock())
        here, canvas = setting(session, size), RecordingCanvas(size)
        draw_strip(canvas, here.places, here.theme, session, race(session.scene), 0)
        say = here.theme.say
        back = say("Measured: at this step as it was · {key}: back there", key=keys_of(say, GoBack()))
        for sentence in (back, say("Try: {words}", words=told(the_tour().step[step], language).play)):
            assert "".join(sentence.split()) in said(canvas.recording), step


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_said_of_the_race_stands_where_what_was_measured_is_to_come(language: str) -> None:
    for step in range(COUNT):
        session = replace(at(step, language=language), sheet="")
        running = race(session.scene)
        running.extend(session.scene.updates)
        theme = load_theme("light", language)
        for tick in range(0, session.scene.updates, 10):
            here = replace(session, progress=float(tick), seen=tick)
            words, _ = said_now(here, running, here.scene.timing(here.clock), tick, theme)
            if words:
                canvas = RecordingCanvas(SIZES[0])
                places = setting(here, SIZES[0]).places
                draw_strip(canvas, places, theme, here, running, tick)
                for sentence in (told(the_tour().step[step], language).look, words):
                    assert "".join(sentence.split()) in said(canvas.recording), (step, tick)


def test_a_step_that_was_changed_says_how_to_come_back() -> None:
    session = at(8)
    assert "Page Up Page Down: steps · Shift H Esc: end" in strip(session, SIZES[2])
    assert "Changed by hand · Backspace: this step as it was" in strip(update(session, ScaleLearningRate(2)), SIZES[2])


def test_its_buttons_do_what_the_keys_do() -> None:
    session, size = at(3), SIZES[0]
    here = setting(session, size)
    buttons = guides(here.places, session, here.theme)
    assert [button.does for button in buttons] == [Lead(-1), Lead(1), GoBack(), ShowTour()]
    for button in buttons:
        assert here.places.look.contains(button.place)
        _, messages = respond(Hand(), Mouse(Act.DOWN, button.place.center), session, size)
        assert messages[0] == button.does
        assert button.says.startswith(("Page Up", "Page Down", "Backspace", "Shift H"))
    running = race(session.scene)
    running.extend(2)
    assert pointed(replace(update(session, Hover(buttons[1].place.center)), rests=True), running, size)
    assert guides(here.places, replace(session, live=False), here.theme) == ()
    assert guides(here.places, begin(load_scene(OPENING)), load_theme("light")) == ()


def test_a_step_is_drawn_as_it_was_found_good(request: pytest.FixtureRequest) -> None:
    check(strip(at(5), SIZES[0]), "tour", request)


@pytest.mark.parametrize(
    ("language", "step", "scene"), [("en", "step of the tour", "scene"), ("de", "Station", "Szene")]
)
def test_the_line_of_keys_says_that_pages_are_steps(language: str, step: str, scene: str) -> None:
    guided = at(2, language=language)
    for session, there, away in ((guided, step, scene), (replace(guided, tour=None), scene, step)):
        canvas = RecordingCanvas((2800, 1000))
        draw(canvas, snapshot_of(session, race(session.scene)))
        line = section(canvas.recording, "footer")
        keys = keys_of(load_theme("light", language).say, Lead(-1), Lead(1))
        assert f"{keys} {there}" in line
        assert f"{keys} {away}" not in line


def test_without_a_tour_nothing_of_it_is_drawn() -> None:
    session = replace(begin(load_scene(OPENING)), playing=False)
    assert "Step 1 of" not in strip(session, SIZES[0])
    assert pygame.Rect(setting(session, SIZES[0]).places.look).height < 40


@pytest.mark.parametrize("step", [6, 12])
def test_a_step_s_sheet_does_not_answer_before_the_end_of_the_race(step: int) -> None:
    session = at(step)
    tally = Tally(session.scene)
    for place, job in islice(enumerate(work(session.scene)), len(session.scene.lanes)):
        tally = tally.with_result(place, job.run())
    session = replace(session, tally=tally)
    for here, shown in ((session, False), (update(session, GoToEnd()), True), (replace(session, live=False), True)):
        running = race(here.scene)
        running.extend(here.horizon + 1)
        canvas = RecordingCanvas(SIZES[2])
        draw(canvas, snapshot_of(here, running))
        assert ("Measured: at the end of the race" in canvas.recording) is not shown
        assert ("End: show the answer" in canvas.recording) is not shown
        told = snapshot_of(here, running).tally
        assert told is not None
        assert bool(told.results) is shown
        assert "No marble has left" not in canvas.recording


@pytest.mark.parametrize("step", [6, 12])
def test_a_table_that_waits_with_its_answer_tells_no_number(step: int) -> None:
    session = update(at(step), ChooseSheet("contrast"))
    for here, shown in ((session, False), (update(session, GoToEnd()), True)):
        running = race(here.scene)
        running.extend(here.horizon + 1)
        canvas = RecordingCanvas(SIZES[2])
        draw(canvas, snapshot_of(here, running))
        table = canvas.recording[canvas.recording.index("gradient noise at the start") :]
        values = re.findall(r'text "([^"]*)" .* bold align 1', table[: table.index("gradient noise at the end")])
        assert len(values) == 2
        assert (set(values) == {"–"}) is not shown


@pytest.mark.parametrize("sheet", SHEETS)
def test_a_sheet_tells_no_answer_of_a_scene_whose_question_is_open(sheet: Sheet) -> None:
    """While it waits for a guess, and then for the race to tell; whoever only watches is told."""
    scene = load_scene("local-minimum")
    asking = ask(update(Session(scene, 0.0, horizon=scene.updates), ChooseSheet(sheet)))
    assert asking.waiting
    look, question = scene.texts("en").look, scene.texts("en").question
    guessed = replace(update(asking, Guess(0)), playing=False)
    for session, shown in ((asking, False), (guessed, False), (update(asking, SkipQuestion()), True)):
        assert (counted_for(session) is session.tally) == shown
        running = race(scene)
        running.extend(session.horizon + 1)
        canvas = RecordingCanvas(SIZES[2])
        draw(canvas, snapshot_of(session, running))
        assert (look[:20] in canvas.recording, question[:20] in canvas.recording) == (shown, not shown)


def test_whoever_opens_a_sheet_of_another_scene_is_shown_it_at_once() -> None:
    session = update(update(at(6), ScaleLearningRate(2)), ChooseSheet("odds"))
    assert counted_for(session) is session.tally


def test_keys_are_called_as_on_a_german_keyboard() -> None:
    drawn = strip(at(8, language="de"), SIZES[2])
    assert "Bild↑ Bild↓: Stationen" in drawn
    assert "Ende: dorthin" in drawn
    assert "Page Up" not in drawn
