"""The window, driven by events under SDL's dummy driver."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pygame
import pytest
from driver import click, computed, pixels, press, screen, written
from PIL import Image
from scenes import flat_scene

from sim.scene import load_scene, scene_files
from sim.scene.reading import load_saved
from sim.stage.drawing.camera import Camera
from sim.stage.drawing.screen import Screen
from sim.stage.export.still import picture
from sim.stage.picture.around.footer import status
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.setting import setting
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.session.playback import ChooseSpeed, GoToEnd, Play, ToggleDrama
from sim.stage.session.session import SPEEDS, Session, begin
from sim.stage.session.setup import MoveStart, NewSeed
from sim.stage.session.view import ToggleView, Turn
from sim.stage.sheets.scenes import Card
from sim.stage.views import ViewName
from sim.stage.window import display, showing
from sim.stage.window.background import swarming
from sim.stage.window.files import saving
from sim.stage.window.window import MainWindow
from sim.study.maps.swarm import swarm
from sim.surface.functions.formula import Formula

NAMES = list(scene_files())


@pytest.fixture
def window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    monkeypatch.chdir(tmp_path)
    with screen():
        yield MainWindow(begin(flat_scene(NAMES[0])))


def test_it_plays_by_itself_and_space_pauses(window: MainWindow) -> None:
    race(window.session.scene).extend(20)  # A frame computes what it has time for: here it need not.
    window.send(ToggleDrama())
    for _ in range(5):
        window.advance([], 0.1)
    assert window.session.tick == 10
    press(window, pygame.K_SPACE)
    window.advance([], 0.1)
    assert window.session.tick == 10


def test_arrows_step_and_shift_steps_by_ten(window: MainWindow) -> None:
    press(window, pygame.K_RIGHT, mod=pygame.KMOD_SHIFT)
    press(window, pygame.K_RIGHT)
    press(window, pygame.K_RIGHT)
    press(window, pygame.K_LEFT)
    assert window.session.tick == 11


def test_while_nothing_is_done_the_race_is_computed_to_its_end_a_bit_a_frame() -> None:
    with screen():
        scene = replace(flat_scene("local-minimum"), updates=90, seed=4711)
        window = MainWindow(replace(begin(scene), playing=False))
        seen = [0]
        for _ in range(500):
            if seen[-1] <= window.session.horizon:
                window.advance([], 0.0)
                seen.append(race(scene).updates)
        assert len(set(seen)) > 3
        assert seen[-1] == window.session.horizon + 1
        assert window.session.tick == 0
        window.close()


def test_home_and_end(window: MainWindow) -> None:
    press(window, pygame.K_END)
    assert window.session.tick == window.session.scene.updates
    press(window, pygame.K_HOME)
    assert window.session.tick == 0


@pytest.mark.parametrize("character", list("259"))
def test_numbers_open_scenes(window: MainWindow, character: str) -> None:
    press(window, pygame.K_UNKNOWN, character)
    assert window.session.scene.name == NAMES[int(character) - 1]


def test_other_keys(window: MainWindow) -> None:
    press(window, pygame.K_PAGEDOWN)
    assert window.session.scene.name == NAMES[1]
    press(window, pygame.K_n)
    assert window.session.scene.seed == load_scene(NAMES[1]).seed + 1
    press(window, pygame.K_t)
    assert window.session.theme == "dark"
    press(window, pygame.K_UNKNOWN, "?")
    assert window.session.help
    press(window, pygame.K_ESCAPE)
    assert not window.session.help
    speed = window.session.speed
    press(window, pygame.K_UNKNOWN, "+")
    press(window, pygame.K_UNKNOWN, "+")
    press(window, pygame.K_UNKNOWN, "-")
    assert window.session.speed == speed + 1
    press(window, pygame.K_ESCAPE)
    assert window.session.open
    press(window, pygame.K_ESCAPE)
    assert not window.session.open


def test_control_keys_are_left_to_the_desktop(window: MainWindow) -> None:
    press(window, pygame.K_n, mod=pygame.KMOD_CTRL)
    assert window.session.scene.seed == load_scene(NAMES[0]).seed


def test_closing_the_window_ends_it_even_with_help_open(window: MainWindow) -> None:
    press(window, pygame.K_h)
    window.advance([pygame.Event(pygame.QUIT)], 0.0)
    assert not window.session.open


def test_a_click_in_any_panel_drops_all_marbles_there(window: MainWindow) -> None:
    scene = window.session.scene
    for place in setting(window.session, (960, 600)).places.panels:
        pixel = (place.map.left + 70, place.map.top + 40)
        click(window, pixel)
        camera = Camera(scene.window, place.map.width, place.map.height)
        np.testing.assert_allclose(window.session.scene.start, camera.unproject(np.array([70.0, 40.0])))
        assert window.session.tick == 0


def test_a_click_elsewhere_does_nothing(window: MainWindow) -> None:
    before = window.session.scene
    window.advance([pygame.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=(5, 5))], 0.0)
    window.advance([pygame.Event(pygame.MOUSEBUTTONDOWN, button=3, pos=(300, 300))], 0.0)
    assert window.session.scene == before


def test_screenshots_overwrite_nothing(window: MainWindow, tmp_path: Path) -> None:
    press(window, pygame.K_RIGHT)
    for _ in range(2):
        press(window, pygame.K_s)
    written(window)
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == [f"{NAMES[0]}-1-2.png", f"{NAMES[0]}-1.png"]
    assert files[0].name in window.session.notice
    with Image.open(files[0]) as image:
        assert image.size == (960, 600)


def test_that_a_picture_is_being_saved_is_seen_before_it_is_and_not_in_it(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    press(window, pygame.K_SPACE)
    window.advance([], 0.0)
    before, seen, save = pixels(), list[bool](), window._saving.begin

    def watched(session: Session, size: tuple[int, int], cards: tuple[Card, ...]) -> None:
        seen.append(bool((pixels()[:, :45] != before[:, :45]).any()))
        save(session, size, cards)

    monkeypatch.setattr(window._saving, "begin", watched)
    press(window, pygame.K_s)
    assert seen == [True]
    written(window)
    window.advance([], 0.0)
    np.testing.assert_array_equal(pixels()[:, :45], before[:, :45])
    with Image.open(next(tmp_path.iterdir())) as image:
        np.testing.assert_array_equal(np.asarray(image).swapaxes(0, 1)[:, :45], before[:, :45])


def test_a_screenshot_that_cannot_be_saved_is_said_on_screen(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "free_path", lambda path: Path("nowhere") / path)
    press(window, pygame.K_s)
    written(window)
    assert "nowhere" in window.session.notice
    assert window.session.open

    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(saving, "save_png", fail)
    press(window, pygame.K_s)
    written(window)
    assert window.session.notice == "No picture was saved: MemoryError"


def test_it_fits_any_window(window: MainWindow) -> None:
    for size in [(1500, 700), (700, 400), (960, 600), (1, 1)]:
        pygame.display.set_mode(size, pygame.RESIZABLE)
        window.advance([pygame.Event(pygame.WINDOWSIZECHANGED, x=size[0], y=size[1])], 0.1)
        assert pixels().shape[:2] == size
        assert size == (1, 1) or len(np.unique(pixels())) > 20


def test_a_resting_picture_is_not_drawn_again(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    press(window, pygame.K_SPACE)
    computed(window)
    drawn = []
    monkeypatch.setattr(showing, "draw", lambda *_: drawn.append(1))
    for _ in range(3):
        window.advance([], 0.1)
    assert not drawn
    window.advance([pygame.Event(pygame.WINDOWEXPOSED)], 0.1)
    assert len(drawn) == 1


def test_a_swarm_follows_and_then_rests(window: MainWindow) -> None:
    press(window, pygame.K_SPACE)
    scene = window.session.scene
    computed(window)
    press(window, pygame.K_END)
    press(window, pygame.K_HOME)
    before = pixels()
    press(window, pygame.K_z, "z")
    assert window.session.swarm == 100
    for key, mod in ((pygame.K_RIGHT, pygame.KMOD_SHIFT), (pygame.K_END, 0), (pygame.K_LEFT, 0), (pygame.K_HOME, 0)):
        press(window, key, mod=mod)
        while followed(window) != window.session.tick:
            assert window._busy()
            now = snapshot_of(window.session, race(scene))
            assert now.tick == followed(window)  # Of chips, chart and swarm alike.
            assert status(now).startswith(f"computing … update {followed(window)} of")
            window.advance([], 0.0)
        assert not window._busy()
        assert "100 marbles a lane ·" in status(snapshot_of(window.session, race(scene)))
    press(window, pygame.K_z, "Z", pygame.KMOD_LSHIFT)
    assert window.session.spread == "close together"
    for _ in range(3):
        press(window, pygame.K_z, "z")
    assert window.session.swarm == 0
    assert np.array_equal(pixels(), before)


def followed(window: MainWindow) -> int:
    """The update that the window's swarm has come to."""
    session = window.session
    return swarm(session.scene, session.swarm, session.spread, session.clock).glimpse.tick


def test_a_swarm_plays_with_the_race_and_follows_a_carried_flag(window: MainWindow) -> None:
    press(window, pygame.K_z, "z")
    while window.session.tick < 10:  # It waits for a swarm that lags.
        window.advance([], 0.05)
    assert window.session.tick == 10
    window.send(MoveStart((-2.0, 0.5)))
    window.advance([], 0.0)
    while followed(window) < 10:
        window.advance([], 0.0)
    session = window.session
    marbles = swarm(session.scene, 100, session.spread, session.clock)
    for lane, cloud in enumerate(marbles.glimpse.clouds):
        assert np.array_equal(cloud.theta[0], race(session.scene).tracks[lane].theta[10])


def test_playing_waits_for_a_swarm_that_lags(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    computed(window)
    window.send(NewSeed())  # A swarm of its own.
    monkeypatch.setattr(swarming, "follow", lambda *_: None)
    press(window, pygame.K_z, "z")
    window.send(ChooseSpeed(len(SPEEDS) - 1))
    for _ in range(9):
        window.advance([], 0.1)
    assert followed(window) == 0
    assert window.session.tick <= SPEEDS[-1] / 60 + 2


def test_a_hidden_swarm_rests(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window._counting, "go_on", lambda *_: [])
    press(window, pygame.K_SPACE)
    press(window, pygame.K_z, "z")
    press(window, pygame.K_j, "j")
    before = followed(window)
    press(window, pygame.K_END)
    for _ in range(5):
        window.advance([], 0.0)
    assert followed(window) == before
    press(window, pygame.K_j, "j")
    while followed(window) < window.session.tick:
        window.advance([], 0.0)


def test_far_jumps_show_what_there_is_while_computing(window: MainWindow) -> None:
    for _ in range(60):
        window.send(GoToEnd())
        window.send(Play())
        window.send(Play())
    press(window, pygame.K_END)
    assert window.session.horizon > 20_000
    assert pixels().any()


def test_a_formula_is_typed_into_the_panel(window: MainWindow) -> None:
    def happen(*events: pygame.Event) -> None:
        for event in events:
            pygame.event.post(event)
        for _ in range(2):
            window.advance(pygame.event.get(), 0.02)

    happen(pygame.Event(pygame.KEYDOWN, key=pygame.K_TAB, unicode="\t", mod=0))
    assert window._controls.panel is not None
    place = window._controls.panel._widgets["formula"].rect.center
    happen(pygame.Event(pygame.MOUSEMOTION, pos=place, rel=(0, 0), buttons=(0, 0, 0)))
    happen(pygame.Event(pygame.MOUSEBUTTONDOWN, pos=place, button=1))
    happen(pygame.Event(pygame.MOUSEBUTTONUP, pos=place, button=1))
    seed = window.session.scene.seed
    for character in "x^2+n":
        happen(
            pygame.Event(pygame.KEYDOWN, key=ord(character), unicode=character, mod=0),
            pygame.Event(pygame.TEXTINPUT, text=character),
        )
    assert window.session.scene.seed == seed  # N was a letter, and no new seed.
    happen(pygame.Event(pygame.KEYDOWN, key=pygame.K_RETURN, unicode="\r", mod=0))
    assert "there is no n" in window.session.formula.refused
    for character in "+3":  # One goes on with it, and no lane is chosen.
        happen(
            pygame.Event(pygame.KEYDOWN, key=ord(character), unicode=character, mod=0),
            pygame.Event(pygame.TEXTINPUT, text=character),
        )
    assert (window.session.formula.text, window.session.formula.refused) == ("x^2+n+3", "")
    left, back = pygame.K_LEFT, pygame.K_BACKSPACE
    for key in (left, left, back, back, pygame.K_RETURN):
        happen(pygame.Event(pygame.KEYDOWN, key=key, unicode="", mod=0, scancode=0))
    assert window.session.scene.surface == Formula("x^2+3")
    happen(pygame.Event(pygame.KEYDOWN, key=pygame.K_n, unicode="n", mod=0))
    assert window.session.scene.seed == seed + 1


def test_a_key_starts_the_tour_and_page_keys_lead_through_it(window: MainWindow) -> None:
    before = window.session.scene
    press(window, pygame.K_h, "H", pygame.KMOD_SHIFT)
    press(window, pygame.K_PAGEDOWN)
    assert window.session.tour is not None
    assert (window.session.tour.step, window.session.scene.name) == (1, "twenty-against-one")
    press(window, pygame.K_UNKNOWN, "]")
    press(window, pygame.K_5, "5")
    assert "kept" not in window.session.notice  # Backspace is the step's.
    press(window, pygame.K_BACKSPACE)
    assert window.session.scene == load_scene("twenty-against-one")
    press(window, pygame.K_ESCAPE)
    assert window.session.tour is None
    assert window.session.scene == before
    assert window.session.open


def test_a_picture_of_a_step_is_one_of_its_scene(window: MainWindow) -> None:
    press(window, pygame.K_h, "H", pygame.KMOD_SHIFT)
    press(window, pygame.K_SPACE)
    press(window, pygame.K_HOME)
    press(window, pygame.K_s, "s")
    written(window)
    (path,) = Path().glob("*.png")
    assert path.name == "batch-ladder-0.png"
    saved, session = np.asarray(Image.open(path).convert("RGB")), window.session
    alone = pygame.Surface((960, 600), depth=32)
    still = replace(session, tour=None, live=False, pointer=None, notice="", seen=0)
    draw(Screen(alone), snapshot_of(still, race(session.scene)))
    assert np.array_equal(saved.swapaxes(0, 1), pygame.surfarray.array3d(alone))


def test_a_saved_picture_is_what_is_drawn_of_its_scene(window: MainWindow, tmp_path: Path) -> None:
    press(window, pygame.K_1, "1")
    assert window.session.waiting
    click(window, setting(window.session, (960, 600)).places.panels[1].map.center)
    press(window, pygame.K_SPACE)
    for key, character in [(pygame.K_END, ""), (pygame.K_q, "q"), (pygame.K_TAB, ""), (pygame.K_HOME, "")] * 2:
        press(window, key, character)
        computed(window)
    assert window.session.judged
    press(window, pygame.K_h, "h")
    press(window, pygame.K_s, "s")
    written(window)
    (path,) = tmp_path.glob("*.png")
    saved = load_saved(str(path))
    drawn = picture(saved.scene, saved.opening_tick, (960, 600), window.session.theme)
    assert np.array_equal(np.asarray(Image.open(path).convert("RGB")), np.asarray(drawn.convert("RGB")))


def test_words_at_critical_points_wait_until_land_has_been_turned(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To lay them out anew takes longer than a frame has; no event need come for them to be there again."""
    now = 100.0
    monkeypatch.setattr(display, "now", lambda: now)
    window.send(Play())
    window.send(ToggleView(ViewName.LABELS))
    computed(window)
    for _ in range(3):
        now += 0.1
        window.send(Turn(3.0, 0.0))
        computed(window)
        shown = window._showing.moment
        assert shown is not None
        assert ViewName.LABELS not in shown.session.views
        assert ViewName.LABELS in window.session.views
        assert window._busy()
    now += showing.SETTLED
    computed(window)
    assert window._showing.moment is not None
    assert window._showing.moment.session == window.session
    assert not window._showing.unsettled
