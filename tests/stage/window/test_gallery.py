"""The sheet of scenes: pictures that come beside the window, and one scene that is chosen."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pygame
import pytest
from driver import click, computed, pixels, press, screen, written
from messages import after
from recording_canvas import RecordingCanvas
from recordings import section
from scenes import flat_scene
from waiting import until

from sim.base.languages import LANGUAGES
from sim.base.limits import THEMES
from sim.scene import Scene, SceneError, load_scene, scene_files
from sim.scene.reading import Saved
from sim.stage.drawing.layout import SMALLEST, layout
from sim.stage.export.thumbnail import small_picture
from sim.stage.picture.picture import draw
from sim.stage.picture.races import RACES, race
from sim.stage.picture.setting import setting
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.session.playback import Elapsed
from sim.stage.session.scenes import MOST_BROUGHT, Choose, Pick, ShowScenes, count
from sim.stage.session.session import begin, update
from sim.stage.sheets.scenes import PICTURE, Card, Cards, _sentences, dealt, draw_scenes, keys_here
from sim.stage.style import text
from sim.stage.style.theme import load_theme
from sim.stage.window import display
from sim.stage.window.background import gallery
from sim.stage.window.events import layers
from sim.stage.window.files.documents import OpenSaved
from sim.stage.window.window import MainWindow

NAMES = list(scene_files())
MINE = replace(flat_scene("ravine"), name="mine", title="My ravine", look="It is mine.", updates=60)
SIZES = [SMALLEST, (1366, 768), (1600, 900), (960, 1400), (2600, 600)]


def drawn(scene: Scene, theme: str, size: tuple[int, int], asks: bool) -> pygame.Surface:
    """A small picture that takes no time; one whose blue says whether its question is still to be answered."""
    picture = pygame.Surface(size, depth=32)
    picture.fill(
        (NAMES.index(scene.name) + 1 if scene.name in NAMES else 99, 7 if theme == "dark" else 200, 90 if asks else 3)
    )
    return picture


@pytest.fixture
def window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(gallery, "small_picture", drawn)
    with screen():
        made = MainWindow(replace(begin(flat_scene(NAMES[0])), playing=False))
        computed(made)
        yield made
        made.close()


def sheet_of(window: MainWindow) -> Cards:
    """The sheet of scenes in the window."""
    return layers.cards(window.session, display.canvas_size())


def all_there(window: MainWindow) -> bool:
    window.advance([], 0.0)
    return all(card.picture is not None for card in window._gallery.cards(window.session))


def rests(window: MainWindow) -> bool:
    window.advance([], 0.0)
    return not window._gallery.busy


def open_sheet(window: MainWindow) -> None:
    press(window, pygame.K_o, "O", pygame.KMOD_LSHIFT)


# What is chosen.


def test_arrows_go_about_and_enter_opens_what_is_marked(window: MainWindow) -> None:
    open_sheet(window)
    assert window.session.picking == 0
    press(window, pygame.K_RIGHT)
    columns = sheet_of(window).columns
    press(window, pygame.K_DOWN)
    assert window.session.picking == 1 + columns
    press(window, pygame.K_UP)
    press(window, pygame.K_LEFT)
    press(window, pygame.K_LEFT)
    assert (window.session.picking, window.session.tick, window.session.lane) == (0, 0, 0)
    press(window, pygame.K_RIGHT)
    press(window, pygame.K_RETURN, "\r")
    assert window.session.scene.name == NAMES[1]
    assert window.session.picking is None


def test_a_click_opens_a_scene_and_the_mouse_marks_what_it_is_over(window: MainWindow) -> None:
    open_sheet(window)
    start = window.session.scene.start
    place = sheet_of(window).places[3]
    window.advance([pygame.Event(pygame.MOUSEMOTION, pos=place.center, rel=(0, 0), buttons=(0, 0, 0))], 0.0)
    assert window.session.picking == 3
    click(window, (place.right + 2, place.top))  # Between the cards.
    assert (window.session.scene.name, window.session.scene.start) == (NAMES[0], start)
    click(window, place.center)
    assert window.session.scene.name == NAMES[3]


def test_esc_and_the_key_put_it_away_and_leave_no_trace(window: MainWindow) -> None:
    before = pixels()
    for code, character, mod in ((pygame.K_ESCAPE, "", 0), (pygame.K_o, "O", pygame.KMOD_LSHIFT)):
        open_sheet(window)
        until(partial(all_there, window))
        assert not np.array_equal(pixels(), before)
        press(window, code, character, mod)
        assert (window.session.picking, window.session.open) == (None, True)
        assert np.array_equal(pixels(), before)


def test_a_saved_picture_shows_the_sheet_as_the_window_does(window: MainWindow, tmp_path: Path) -> None:
    open_sheet(window)
    until(partial(all_there, window))
    shown, sheet = pixels(), sheet_of(window).whole
    press(window, pygame.K_s, "s")
    written(window)
    (path,) = tmp_path.glob("*.png")
    saved = pygame.surfarray.array3d(pygame.image.load(path))
    columns, rows = slice(sheet.left, sheet.right), slice(sheet.top, sheet.bottom)
    assert np.array_equal(saved[columns, rows], shown[columns, rows])


def test_time_stands_still_while_it_is_open() -> None:
    playing = replace(begin(flat_scene(NAMES[0])), playing=True)
    assert after(playing, ShowScenes(), Elapsed(1.0, 100)).progress == 0
    assert after(playing, ShowScenes(), ShowScenes(), Elapsed(1.0, 100)).progress > 0


def test_the_scene_that_is_shown_can_be_chosen_again() -> None:
    session = after(begin(load_scene(NAMES[4])), ShowScenes())
    assert session.picking == 4
    there = after(replace(session, progress=9.0), Choose())
    assert (there.scene.name, there.tick) == (NAMES[4], 0)
    assert there.picking is None


def test_scenes_from_elsewhere_are_offered_again() -> None:
    session = after(begin(flat_scene(NAMES[0])), OpenSaved(Saved(MINE)), OpenSaved(Saved(load_scene(NAMES[2]))))
    assert [scene.name for scene in session.brought] == ["mine"]
    last = count(session) - 1
    there = after(session, ShowScenes(), Pick(last + 5), Choose())
    assert there.scene == MINE
    assert there.picking is None
    many = after(session, *(OpenSaved(Saved(replace(MINE, name=f"mine {n}"))) for n in range(MOST_BROUGHT + 3)))
    assert len(many.brought) == MOST_BROUGHT
    assert many.brought[-1].name == f"mine {MOST_BROUGHT + 2}"


# Pictures.


def test_outlines_stand_in_until_pictures_are_there_and_keys_act_meanwhile(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Event()

    def late(scene: Scene, theme: str, size: tuple[int, int], asks: bool) -> pygame.Surface:
        gate.wait()
        return drawn(scene, theme, size, asks)

    monkeypatch.setattr(gallery, "small_picture", late)
    begun = time.perf_counter()
    open_sheet(window)
    for _ in range(10):
        press(window, pygame.K_RIGHT)
    assert time.perf_counter() - begun < 5.0  # Nothing has waited.
    assert window.session.picking == 10
    assert window._busy()
    center = sheet_of(window).picture(0).center
    assert tuple(pixels()[center]) == load_theme("light").panel
    gate.set()
    until(partial(all_there, window))
    window.advance([], 0.0)
    np.testing.assert_allclose(pixels()[center], (1, 200, 90), atol=2)
    assert not window._gallery.busy
    press(window, pygame.K_t, "t")
    until(partial(all_there, window))
    window.advance([], 0.0)
    np.testing.assert_allclose(pixels()[center], (1, 7, 90), atol=2)


def test_nothing_is_made_while_nobody_looks(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def noted(scene: Scene, theme: str, size: tuple[int, int], asks: bool) -> pygame.Surface:
        made.append(scene.name)
        return drawn(scene, theme, size, asks)

    monkeypatch.setattr(gallery, "small_picture", noted)
    for _ in range(5):
        window.advance([], 0.0)
    assert made == []
    open_sheet(window)
    until(lambda: bool(made))
    press(window, pygame.K_ESCAPE)
    until(partial(rests, window))
    begun = len(made)
    for _ in range(5):
        window.advance([], 0.0)
    assert len(made) == begun < len(NAMES)


def test_a_scene_that_cannot_be_read_keeps_its_outline(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(name: str) -> Scene:
        if name == NAMES[2]:
            raise SceneError("gone")
        return load_scene(name)

    monkeypatch.setattr(gallery, "load_scene", load)
    open_sheet(window)
    until(partial(rests, window))
    told = window._gallery.cards(window.session)
    assert [card.picture is None for card in told].index(True) == 2
    assert sum(card.picture is None for card in told) == 1
    assert (told[2].title, told[3].title) == (NAMES[2], load_scene(NAMES[3]).title)


def test_a_picture_that_fails_is_said_and_its_outline_stays(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(scene: Scene, theme: str, size: tuple[int, int], asks: bool) -> pygame.Surface:
        if scene.name == NAMES[2]:
            raise MemoryError("too large")
        return drawn(scene, theme, size, asks)

    monkeypatch.setattr(gallery, "small_picture", fail)
    open_sheet(window)
    until(partial(rests, window))
    assert window.session.notice == "The picture of a scene cannot be made: MemoryError: too large"
    told = window._gallery.cards(window.session)
    assert [place for place, card in enumerate(told) if card.picture is None] == [2]


def test_pictures_are_kept_within_a_stated_sum(window: MainWindow) -> None:
    open_sheet(window)
    until(partial(all_there, window))
    store = window._gallery._pictures
    assert store.weight <= store.limit == gallery.MEMORY <= 32 << 20
    largest = (len(NAMES) + MOST_BROUGHT) * len(THEMES) * 4 * PICTURE[0] * PICTURE[1]
    assert largest < gallery.MEMORY


@pytest.mark.parametrize(("scene", "theme"), [(load_scene(NAMES[0]), "dark"), (MINE, "light")], ids=["aslant", "map"])
def test_a_small_picture_is_the_scene_s_own_drawing(scene: Scene, theme: str) -> None:
    known = RACES.find(scene)
    picture = small_picture(scene, theme, PICTURE)
    seen = pygame.surfarray.array3d(picture)
    assert picture.get_size() == PICTURE
    assert len(np.unique(seen.reshape(-1, 3), axis=0)) > 100
    for lane in range(len(scene.lanes)):
        color = load_theme(theme).lane(lane)
        assert (np.abs(seen.astype(int) - color).max(axis=-1) < 60).sum() > 20, "the marble, and its trail"
    assert RACES.find(scene) is known
    again = pygame.surfarray.array3d(small_picture(scene, theme, PICTURE))
    assert np.array_equal(seen, again)


def test_until_a_scene_s_question_is_answered_its_picture_is_of_the_start(window: MainWindow) -> None:
    scene = load_scene(NAMES[0])
    asked, story = (small_picture(scene, "light", PICTURE, asks) for asks in (True, False))
    trails = [sum(_of_color(picture, load_theme("light").lane(lane)) for lane in (0, 1)) for picture in (asked, story)]
    assert 0 < trails[0] < trails[1] / 2
    open_sheet(window)
    until(partial(all_there, window))

    def blue() -> list[int]:
        window.advance([], 0.0)
        pictures = [card.picture for card in window._gallery.cards(window.session)]
        return [picture.get_at((0, 0)).b for picture in pictures if picture is not None]

    expected = [90 if load_scene(name).question is not None else 3 for name in NAMES]
    assert blue() == expected
    window.session = replace(window.session, judged=((scene, False),))
    assert len(blue()) == len(NAMES), "the former one stands in"
    until(partial(rests, window))
    assert blue() == [3, *expected[1:]]
    window.session = replace(window.session, captions=False)
    until(lambda: blue() == [3] * len(NAMES))


def _of_color(picture: pygame.Surface, color: tuple[int, int, int]) -> int:
    """How many pixels have about that colour."""
    return int((np.abs(pygame.surfarray.array3d(picture).astype(int) - color).max(axis=-1) < 40).sum())


# Where it stands.


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("number", [1, 15, 24])
def test_cards_stand_side_by_side_in_the_picture(size: tuple[int, int], number: int) -> None:
    places = layout(size, 3, 1.5)
    here = dealt(places, number)
    assert len(here.places) == number
    assert not here.whole.colliderect(places.footer)
    for place, card in enumerate(here.places):
        assert here.whole.contains(card)
        assert card.contains(here.picture(place))
        assert card.collidelist(here.places[:place]) < 0
        assert here.at(card.center) == place
    assert here.picture(0).width >= 6 * places.em


@pytest.mark.parametrize("size", SIZES)
def test_for_a_projector_pictures_of_scenes_are_no_smaller(size: tuple[int, int]) -> None:
    usual, larger = (dealt(layout(size, 3, 1.5, presenter=presenter), len(NAMES)) for presenter in (False, True))
    assert larger.em > usual.em
    assert larger.picture(0).width >= 0.9 * usual.picture(0).width


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("presenter", [False, True])
def test_the_line_of_keys_names_those_that_choose(language: str, presenter: bool) -> None:
    session = replace(begin(flat_scene(NAMES[0])), language=language, presenter=presenter, playing=False)
    canvas, running = RecordingCanvas(SMALLEST), race(session.scene)
    running.extend(2)
    draw(canvas, snapshot_of(update(session, ShowScenes()), running))
    footer = section(canvas.recording, "footer")
    assert keys_here(load_theme("light", language)) in footer
    assert load_theme("light", language).say("new seed") not in footer


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks_the_language_of_the_screen(language: str) -> None:
    theme, places = load_theme("light", language), setting(begin(flat_scene(NAMES[0])), SMALLEST).places
    texts = [load_scene(name).texts(language) for name in NAMES]
    canvas = RecordingCanvas(SMALLEST)
    cards = tuple(Card(each.title, each.look) for each in texts)
    draw_scenes(canvas, places, theme, replace(begin(flat_scene(NAMES[0])), picking=2), cards)
    for each in texts:
        assert f'text "{each.title}"' in canvas.recording or f'text "{each.title[:8]}' in canvas.recording
    assert f'text "{theme.say("Scenes")}"' in canvas.recording
    assert canvas.recording.count(f'text "{theme.say("being drawn …")}"') == len(NAMES)
    written = "".join(re.findall(r'text "(.*?)" \d', canvas.recording))
    assert "".join(texts[2].look.split()) in "".join(written.split()), "all that the marked one says"


def test_titles_and_sentences_are_there_before_any_picture(window: MainWindow) -> None:
    window._gallery.close()
    told = [load_scene(name).texts("en") for name in NAMES]
    cards = window._gallery.cards(replace(window.session, picking=0))
    expected = [(each.title, each.question or each.look, None) for each in told]
    assert [(card.title, card.look, card.picture) for card in cards] == expected


def test_a_card_asks_its_scene_s_question_until_that_has_been_answered(window: MainWindow) -> None:
    session = replace(window.session, picking=0)
    texts = load_scene(NAMES[0]).texts("en")

    def look(**changes: Any) -> str:
        return window._gallery.cards(replace(session, **changes))[0].look

    assert look() == texts.question != texts.look
    assert look(judged=((load_scene(NAMES[0]), False),)) == texts.look
    assert look(judged=((load_scene(NAMES[1]), True),)) == texts.question
    assert look(captions=False) == texts.look


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("One is here. Two are not.", "One is here."),
        ("一句在这里。第二句不在这里。", "一句在这里。"),
        ("It is 1.5 wide.", "It is 1.5 wide."),
    ],
)
def test_a_card_ends_with_a_sentence_that_is_whole(told: str, shown: str) -> None:
    assert _sentences(told, 12, text.width(shown, 12) + 2, 1) == (shown,)


def test_cards_are_told_in_the_language_of_the_screen(window: MainWindow) -> None:
    open_sheet(window)
    until(partial(all_there, window))
    for language in LANGUAGES:
        session = replace(window.session, language=language, captions=False)
        cards = window._gallery.cards(session)
        told = [load_scene(name).texts(language) for name in NAMES]
        assert [(card.title, card.look) for card in cards] == [(each.title, each.look) for each in told]
