"""What is said while a race runs, in words, and drawn; and the question before it."""

from dataclasses import replace
from functools import cache

import numpy as np
import pygame
import pytest
from messages import after
from recording_canvas import RecordingCanvas
from scenes import flat_scene

from sim.base.languages import LANGUAGES
from sim.descent.race import Race
from sim.scene import Question, Scene, load_scene, scene_files
from sim.scene.lesson import HOLD, as_written, is_particular, revealed_at
from sim.stage.drawing.layout import layout, usual_type
from sim.stage.drawing.screen import Screen
from sim.stage.picture.around.caption import CHANGED, draw_caption, reveal, said_now
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.setting import setting
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.session.playback import Elapsed, Play, Step
from sim.stage.session.problem import OWN_SURFACE, SetFormula
from sim.stage.session.session import Origin, Session, ask, begin
from sim.stage.session.setup import Guess, MoveStart, OpenScene, SkipQuestion
from sim.stage.session.view import Toggle
from sim.stage.style import text
from sim.stage.style.theme import load_theme
from sim.stage.style.wrapping import complete, wrapped

NAMES = list(scene_files())
ENGLISH = load_theme("light")
OPENING = load_scene(NAMES[0])


@cache
def played(name: str) -> tuple[Scene, Race]:
    scene = load_scene(name)
    race = scene.race()
    race.extend(scene.updates + 1)
    return scene, race


# Questions.


def at(tick: int, **changes: object) -> tuple[Session, Race]:
    session = replace(begin(OPENING), playing=False, progress=float(tick), **changes)  # type: ignore[arg-type]
    return session, played(OPENING.name)[1]


def words(tick: int, **changes: object) -> tuple[str, int | None]:
    session, race = at(tick, **changes)
    return said_now(session, race, session.scene.timing("updates"), tick, load_theme("light", session.language))


def test_a_question_waits_for_a_guess_or_for_none() -> None:
    asked = ask(begin(OPENING))
    assert asked.waiting
    assert not asked.playing
    guessed = after(asked, Guess(1))
    assert (guessed.guess, guessed.playing, guessed.waiting) == (1, True, False)
    for message in (SkipQuestion(), Play()):
        watched = after(asked, message)
        assert (watched.guess, watched.playing, watched.waiting) == (None, True, False)
    assert after(asked, Guess(7)) == asked
    assert after(asked, Elapsed(1.0, 100)) == asked
    assert not after(asked, Step(1)).waiting
    assert not after(asked, Toggle("captions")).waiting


def test_opening_a_scene_puts_its_question_and_forgets_the_guess() -> None:
    guessed = after(ask(begin(OPENING)), Guess(1))
    assert after(guessed, OpenScene(1)).waiting
    assert after(guessed, OpenScene(1)).guess is None
    plain = after(guessed, Toggle("captions"), OpenScene(1))
    assert (plain.waiting, plain.playing) == (False, True)


def test_a_scene_without_a_question_plays_at_once() -> None:
    silent = ask(begin(replace(OPENING, question=None)))
    assert (silent.waiting, silent.playing) == (False, True)


def test_the_question_is_said_only_while_it_is_put() -> None:
    assert OPENING.question is not None
    assert OPENING.question.text in words(0, asking=True)[0]
    assert words(0) == ("", None)
    assert words(0, asking=True, captions=False) == ("", None)
    assert "哪颗弹珠" in words(0, asking=True, language="zh")[0]


def test_captions_are_said_with_their_lane_unless_they_are_off() -> None:
    lanes = [lane.name for lane in OPENING.lanes]
    said, lane = words(66)
    assert said == OPENING.captions[1].text
    assert lane == lanes.index("minibatch")
    assert words(66, language="zh")[0] == dict(OPENING.captions[1].translations)["zh"]
    assert words(66, captions=False) == ("", None)


def test_what_passes_by_while_a_later_moment_is_computed_says_nothing() -> None:
    session, race = at(400)
    timing = session.scene.timing("updates")
    spoken = [tick for tick in range(400) if said_now(at(tick)[0], race, timing, tick, ENGLISH)[0]]
    assert spoken
    assert not any(said_now(session, race, timing, tick, ENGLISH)[0] for tick in spoken)
    assert said_now(session, race, timing, 400, ENGLISH)[0]


def test_a_guess_is_answered_when_the_answer_is_there() -> None:
    scene, race = played(OPENING.name)
    timing = scene.timing("updates")
    moment = revealed_at(scene, race, timing, scene.updates)
    assert moment == next(event.seen for event in race.judges[0].events if event.kind == "stuck")
    wrong, right = (replace(begin(scene), guess=guess) for guess in (1, 0))
    assert reveal(wrong, race, timing, moment - 1, ENGLISH) == ""
    assert reveal(wrong, race, timing, moment, ENGLISH) == "You guessed minibatch; it was full batch."
    assert reveal(right, race, timing, moment, ENGLISH).endswith("you are right: it was full batch.")
    assert reveal(wrong, race, timing, moment + HOLD, ENGLISH) == ""
    assert reveal(begin(scene), race, timing, moment, ENGLISH) == ""
    chinese = reveal(wrong, race, timing, moment, load_theme("light", "zh"))
    assert chinese == "你猜的是小批量；答案是全批量。"


def test_the_answer_is_that_of_the_race_that_was_run() -> None:
    _, race = played(OPENING.name)
    timing = OPENING.timing("updates")

    def told(question: Question, guess: int, tick: int) -> str:
        return reveal(replace(begin(replace(OPENING, question=question)), guess=guess), race, timing, tick, ENGLISH)

    several = Question(text="?", answer=("minibatch", "momentum"), on="escaped")
    assert told(several, 2, 66) == "You guessed momentum, and you are right: it was minibatch and momentum."
    never = Question(text="?", answer=("full batch",), on="diverged")
    assert told(never, 0, 399) == ""
    assert told(never, 0, 400) == "You guessed full batch; it was none of them."
    gone = Question(text="?", answer=("somebody else",), on="stuck")
    assert told(gone, 0, 400).endswith("it was full batch.")
    assert told(gone, 5, 400) == ""


# Drawing.


@pytest.mark.parametrize("size", [(960, 600), (1600, 900)])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_all_of_it_fits(name: str, language: str, size: tuple[int, int]) -> None:
    scene = load_scene(name)
    texts = scene.texts(language)
    places = layout(size, len(scene.lanes), scene.window.width / scene.window.height)
    theme = load_theme("light", language)
    question = f"{texts.question} {theme.say('Click a panel to guess, or press Enter to watch.')}"
    for sentence, bold in [(texts.look, False), (question, True), *((each, True) for each in texts.captions)]:
        lines = wrapped(sentence, places.em, places.look.width - 2 * places.em, places.look_lines, bold)
        assert "".join(lines).replace(" ", "") == sentence.replace(" ", "")


@pytest.mark.parametrize("larger", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_above_maps_there_is_room_for_the_longest_sentence_and_no_more(name: str, language: str, larger: float) -> None:
    scene, race = played(name)
    asked = replace(ask(begin(scene)), larger=larger, language=language)
    guessing = [replace(asked, asking=False, guess=guess) for guess in (None, *range(len(scene.lanes)))]
    timing, theme = scene.timing("updates"), load_theme("light", language)
    ticks = (0, *range(1, scene.updates, 7), scene.updates)
    told = {said_now(each, race, timing, tick, theme) for each in guessing for tick in ticks}
    told.add(said_now(asked, race, timing, 0, theme))
    every = [(scene.texts(language).look, False, 0.0)]
    every += [(words, True, 0.0 if lane is None else 1.4) for words, lane in told if words]
    for size in [(960, 600), (1366, 768)]:
        places = setting(asked, size).places
        least, room = min(places.em, usual_type(size)), places.look.width
        for words, bold, badge in every:
            lines = wrapped(words, least, room - round(badge * places.em), places.look_lines, bold)
            assert complete(lines, words)
        longest = max(text.width(words, least, bold) for words, bold, _ in every)
        assert places.look_lines == 1 or longest >= 0.92 * room


def test_a_scene_of_few_words_has_one_line_above_its_maps_and_room_stays_while_it_runs() -> None:
    brief = replace(flat_scene("local-minimum"), name="brief", look="Look.", captions=(), translations=())
    shown = begin(brief)
    for presenter in (False, True):
        now, later = (replace(shown, presenter=presenter, progress=progress) for progress in (0.0, 9.0))
        assert setting(now, (960, 600)).places == setting(later, (960, 600)).places
        assert setting(now, (960, 600)).places.look_lines == 1
    wordy = replace(brief, look="One sentence after the other, none of which is short at all. " * 3)
    assert setting(begin(wordy), (960, 600)).places.look_lines == 2


def test_a_caption_leaves_no_traces() -> None:
    size = (960, 600)
    places = layout(size, 3, 1.6)
    target = pygame.Surface(size, depth=32)
    pictures = []
    for tick, guess in [(0, None), (15, None), (63, 1), (63, None), (0, None)]:
        session, race = at(tick, guess=guess)
        draw_caption(Screen(target), places, ENGLISH, session, race, tick)
        pictures.append(pygame.surfarray.array3d(target))
    assert np.array_equal(pictures[0], pictures[-1])
    for one, other in [(0, 1), (1, 2), (2, 3)]:
        assert not np.array_equal(pictures[one], pictures[other])
    outside = pygame.surfarray.array3d(target)
    outside[places.look.left : places.look.right, places.look.top : places.look.bottom] = 0
    assert not outside.any()


def test_numbers_are_told_of_the_race_that_they_are_about_and_of_no_other() -> None:
    scene = load_scene("egg-box")
    own = replace(begin(scene), playing=False, progress=float(scene.updates), seen=scene.updates)

    def told(session: Session) -> str:
        running = race(session.scene)
        running.extend(session.scene.updates + 1)
        theme = load_theme("light")
        return said_now(session, running, session.scene.timing(session.clock), session.tick, theme)[0]

    assert any(character.isdigit() for character in told(own))
    for other in (replace(scene, seed=5), replace(scene, start=(-3.0, 2.4))):
        assert not as_written(other)
        session = replace(own, scene=other)
        assert not any(character.isdigit() for character in told(session))
        assert not any(character.isdigit() for character in told(replace(session, origin=Origin(other))))
    assert any(is_particular(words) for words in scene.captions)


@pytest.mark.parametrize("known", [True, False], ids=["begun as it was", "begun as it is"])
def test_a_scene_that_was_changed_does_not_say_what_it_was_made_to_show(known: bool) -> None:
    """One from Python, and one that a picture carries, are not known to have been another."""
    scene = flat_scene("local-minimum")
    for shown in (scene, replace(scene, start=(1.0, 0.2))):
        running = race(shown)
        running.extend(scene.updates + 1)
        session = replace(begin(scene if known else shown), scene=shown, playing=False, captions=False)
        canvas = RecordingCanvas((1600, 900))
        draw(canvas, snapshot_of(session, running))
        assert (scene.look in canvas.recording) == (shown is scene)
        assert (CHANGED in canvas.recording) == (shown is not scene)


def test_a_surface_of_one_s_own_stands_under_a_sentence_of_its_own() -> None:
    typed = after(begin(flat_scene("local-minimum")), SetFormula("x^2 + y^2"), MoveStart((0.5, 0.5)))
    canvas = RecordingCanvas((1600, 900))
    draw(canvas, snapshot_of(replace(typed, notice=""), race(typed.scene)))
    assert OWN_SURFACE in canvas.recording
    assert CHANGED not in canvas.recording


def test_what_is_said_at_a_time_is_said_of_the_race_that_its_author_saw() -> None:
    scene = load_scene("on-the-saddle")
    moved = replace(scene, start=(scene.start[0], scene.start[1] + 0.05))
    ended = {}
    for each in (scene, moved):
        running = race(each)
        running.extend(each.updates + 1)
        session = replace(begin(scene), scene=each, playing=False, progress=float(each.updates), seen=each.updates)
        ended[each] = said_now(session, running, each.timing(session.clock), session.tick, load_theme("light"))[0]
    assert "still on the line" in ended[scene]
    assert "still on the line" not in ended[moved]


def test_a_scene_of_one_s_own_is_taken_at_its_word_whatever_it_is_called() -> None:
    own = load_scene("egg-box")
    others = (own.captions[0].model_copy(update={"text": "Out of its dip."}), *own.captions[1:])
    for scene in (replace(own, name="mine"), replace(own, captions=others), replace(own, look="See for yourself.")):
        assert as_written(replace(scene, seed=9))
    assert not as_written(replace(own, seed=9))
    assert as_written(replace(own, seed=9), any_seed=True)
    fewer = replace(own, lanes=own.lanes[:1], captions=own.captions[:1])
    assert not as_written(fewer, any_seed=True)
