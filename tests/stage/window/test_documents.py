"""What one made in the window leaves it, and comes back."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import av
import numpy as np
import pygame
import pytest
from driver import click, computed, press, screen, written
from PIL import Image
from waiting import WAIT, until

from sim.descent.digest import digest
from sim.scene import load_scene
from sim.scene.reading import LARGEST_FILE, Saved, load_saved, parse_saved
from sim.scene.saving import saved_text
from sim.stage.drawing.screen import Screen
from sim.stage.export.png import save_png
from sim.stage.input.line import Line
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.session.lanes import ScaleLearningRate
from sim.stage.session.problem import SetFormula
from sim.stage.session.session import Session, begin, update
from sim.stage.session.setup import Drop, OpenScene, Return
from sim.stage.session.view import Kept, Notify, Toggle, ToggleView
from sim.stage.views import ViewName
from sim.stage.window.files import documents, saving
from sim.stage.window.files.documents import OpenSaved, open_file, open_text, resume
from sim.stage.window.files.saving import Saving
from sim.stage.window.window import MainWindow
from sim.surface.functions.formula import Formula


@pytest.fixture
def window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    monkeypatch.chdir(tmp_path)
    with screen():
        yield MainWindow(replace(begin(load_scene("local-minimum")), playing=False, progress=37.0))


def test_a_saved_picture_dropped_on_the_window_opens_the_very_race(window: MainWindow, tmp_path: Path) -> None:
    window.send(Drop((-2.0, 1.0)))
    window.session = replace(window.session, progress=37.0, playing=False)
    press(window, pygame.K_s)
    written(window)
    (picture,) = tmp_path.glob("*.png")
    assert picture.name == "local-minimum-37.png"
    before = window.session
    window.session = begin(load_scene("ravine"))
    window.advance([pygame.Event(pygame.DROPFILE, file=str(picture))], 0.0)
    after = window.session
    assert after.scene == before.scene
    assert (after.tick, after.playing, after.clock) == (37, False, "updates")
    assert race(after.scene) is race(before.scene)


def test_a_saved_moment_keeps_its_clock(window: MainWindow) -> None:
    scene = load_scene("twenty-against-one")
    after = update(window.session, OpenSaved(Saved(scene, 700, "epochs")))
    assert (after.tick, after.clock, after.horizon, after.playing) == (700, "epochs", 700, False)


def test_a_scene_without_a_moment_plays_from_its_start_and_asks(window: MainWindow) -> None:
    after = update(replace(window.session, clock="epochs"), OpenSaved(Saved(load_scene("on-the-saddle"))))
    assert (after.tick, after.clock) == (0, "epochs")
    assert after.asking
    assert resume(Saved(replace(load_scene("ravine"), question=None)), "dark").playing


def test_what_cannot_be_opened_gets_a_sentence_and_changes_nothing(window: MainWindow, tmp_path: Path) -> None:
    before = window.session
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\nrest")
    for path, says in (("a.png", "damaged"), ("none.toml", "no such file"), (".", "folder")):
        window.advance([pygame.Event(pygame.DROPFILE, file=path)], 0.0)
        assert says in window.session.notice
        assert window.session.scene == before.scene


def test_copied_text_is_opened_again(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    clipboard: list[str] = []
    monkeypatch.setattr(pygame.scrap, "put_text", clipboard.append)
    monkeypatch.setattr(pygame.scrap, "get_text", lambda: clipboard[-1] if clipboard else "")
    press(window, pygame.K_v, mod=pygame.KMOD_LCTRL)
    assert window.session.notice == "There is no text on the clipboard."
    before = window.session
    press(window, pygame.K_c, mod=pygame.KMOD_LCTRL)
    window.session = begin(load_scene("ravine"))
    press(window, pygame.K_v, mod=pygame.KMOD_LMETA)
    assert (window.session.scene, window.session.tick) == (before.scene, 37)


def lines_of(window: MainWindow) -> dict[str, Line]:
    """The lines of text in the panel of controls."""
    assert window._controls.panel is not None
    return {name: line for name, line in window._controls.panel._widgets.items() if isinstance(line, Line)}


def written_into(window: MainWindow) -> Iterator[str]:
    """The names of these lines, with an x in each while it is written into."""
    press(window, pygame.K_TAB)
    for name, line in lines_of(window).items():
        click(window, line.rect.center)
        assert line.is_focused
        line.set_text("x")
        line.edit_position = 1
        yield name


def test_pasted_nonsense_gets_a_sentence() -> None:
    for text, says in (
        ("hello", "The text is no scene; as a formula, at column 1: there is no hello"),
        ("2x^2 + y^2", "a sign is missing between 2 and x"),
        ("y = 3", "The text is no scene; as a formula, "),
        ("x^2\n+ y^2", "a formula must be on one line"),
        ("#" * (LARGEST_FILE + 1), "must have at most"),
        ("a = 1\nb", "The text is not valid TOML"),
        ("a = 1\n" + "#" * LARGEST_FILE, "larger than a scene"),
    ):
        answer = open_text(text)
        assert isinstance(answer, Notify)
        assert says in answer.sentence


def test_a_pasted_formula_is_played_on() -> None:
    for text in ("x^2 + y^2/2", "  sin(x)*cos(y)\n", "abs(y)", "3"):
        assert open_text(text) == SetFormula(text.strip())


@pytest.mark.parametrize("blank", ["\t", "\u00a0", "\u3000"])
def test_a_surface_whose_formula_came_with_other_blanks_can_be_opened_again(blank: str) -> None:
    formula = f"x^2 +{blank}y^2"
    played = update(begin(load_scene("local-minimum")), open_text(formula))
    assert played.scene.title == "f = x^2 + y^2"
    again = parse_saved(saved_text(Saved(played.scene)), "again").scene
    assert again.surface == played.scene.surface == Formula(formula)


def refuse(*_: str) -> str:
    raise pygame.error("no clipboard")


def foreign() -> str:
    return b"caf\xe9".decode()


def late() -> str:
    pygame.set_error("Selection timeout")  # So does SDL where ten megabytes should come.
    return ""


UNREADABLE = [
    (refuse, "The clipboard cannot be read, perhaps because it holds too much: no clipboard"),
    (late, "The clipboard cannot be read, perhaps because it holds too much: Selection timeout"),
    (foreign, "The text on the clipboard cannot be read: it is not in UTF-8."),
    (lambda: " \n", "There is no text on the clipboard."),
]


def test_a_scene_that_cannot_be_copied_gets_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pygame.scrap, "put_text", refuse)
    assert documents.copy_scene(begin(load_scene("ravine"))) == Notify("Nothing can be copied: no clipboard")


@pytest.mark.parametrize(("reading", "sentence"), UNREADABLE)
def test_a_clipboard_that_cannot_be_read_gets_a_sentence(
    window: MainWindow, reading: Callable[[], str], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pygame.scrap, "get_text", reading)
    before = window.session.scene
    pygame.set_error("something else that went wrong before")
    press(window, pygame.K_v, mod=pygame.KMOD_LCTRL)
    assert (window.session.notice, window.session.scene) == (sentence, before)


@pytest.mark.parametrize(
    ("reading", "sentence"), [*UNREADABLE, (lambda: 401 * "x", "What is on the clipboard is too long for this line.")]
)
def test_a_line_into_which_nothing_can_be_pasted_says_so_and_stays(
    window: MainWindow, reading: Callable[[], str], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pygame.scrap, "get_text", reading)
    for name in written_into(window):
        press(window, pygame.K_v, mod=pygame.KMOD_LCTRL)
        assert window.session.notice == sentence
        assert lines_of(window)[name].get_text() == "x"
        monkeypatch.setattr(pygame.scrap, "get_text", lambda: "yz")
        press(window, pygame.K_v, mod=pygame.KMOD_LCTRL)
        assert lines_of(window)[name].get_text() == "xyz"
        monkeypatch.setattr(pygame.scrap, "get_text", reading)


@pytest.mark.parametrize("key", [pygame.K_c, pygame.K_x])
def test_a_line_of_which_nothing_can_be_copied_says_so_and_stays(
    window: MainWindow, key: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pygame.scrap, "put_text", refuse)
    for name in written_into(window):
        press(window, pygame.K_a, mod=pygame.KMOD_LCTRL)
        press(window, key, mod=pygame.KMOD_LCTRL)
        assert window.session.notice == "Nothing can be copied: no clipboard"
        assert lines_of(window)[name].get_text() == "x"


def test_a_picture_that_cannot_be_saved_gets_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(saving, "named", lambda name, rest: tmp_path / "none" / f"{name}{rest}")
    pictures = Saving()
    pictures.begin(begin(load_scene("ravine")), (640, 400))
    pictures.close()
    answer = pictures.told()
    assert isinstance(answer, Notify)
    assert f"there is no folder {tmp_path / 'none'}" in answer.sentence


def test_the_window_goes_on_while_a_picture_is_written_and_tells_of_each_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    held = threading.Event()

    def slowly(picture: pygame.Surface, path: Path, text: str) -> None:
        assert held.wait(WAIT)
        save_png(picture, path, text)

    monkeypatch.setattr(saving, "save_png", slowly)
    pictures, session = Saving(), begin(load_scene("ravine"))
    for progress in (1.0, 2.0):
        pictures.begin(replace(session, progress=progress), (640, 400))
    assert pictures.running
    assert pictures.told() is None
    held.set()
    pictures.close()
    told = [pictures.told(), pictures.told()]
    assert [message.sentence.partition("ravine-")[2] for message in told if isinstance(message, Kept)] == [
        "1.png",
        "2.png",
    ]
    assert not pictures.running
    assert pictures.told() is None


def test_a_picture_is_of_the_moment_at_which_it_was_asked_for_and_closing_waits_for_it(
    window: MainWindow, tmp_path: Path
) -> None:
    computed(window)
    before, expected = (
        replace(window.session, live=False, pointer=None, notice=""),
        pygame.Surface((960, 600), depth=32),
    )
    draw(Screen(expected), snapshot_of(before, race(before.scene)))
    press(window, pygame.K_s)
    window.send(ToggleView(ViewName.HESSIAN))
    window.advance([], 0.0)
    window.close()
    with Image.open(tmp_path / "local-minimum-37.png") as image:
        shown = np.asarray(image).swapaxes(0, 1)
    np.testing.assert_array_equal(shown, pygame.surfarray.array3d(expected))


def test_a_session_that_was_saved_is_opened_at_its_moment(tmp_path: Path) -> None:
    session = Session(load_scene("ravine"), progress=12.0)
    path = tmp_path / "a.toml"
    path.write_text(saved_text(Saved(session.scene, session.tick, session.clock)), encoding="utf-8")
    assert open_file(str(path)) == OpenSaved(Saved(session.scene, 12, "updates"))


def test_v_films_what_one_sees_until_v_is_pressed_again(window: MainWindow, tmp_path: Path) -> None:
    window.session = replace(window.session, progress=0.0, horizon=400, playing=True)
    press(window, pygame.K_v)
    assert "local-minimum.mp4" in window.session.notice
    for _ in range(12):
        pygame.time.wait(40)
        window.advance([], 0.05)
    assert list(tmp_path.glob("*.mp4")) == []
    press(window, pygame.K_v)
    assert "Saved" in window.session.notice
    with av.open(str(tmp_path / "local-minimum.mp4")) as film:
        stream = film.streams.video[0]
        assert (stream.width, stream.height) == (960, 600)
        assert 5 <= sum(1 for _ in film.decode(stream)) <= 40
    assert load_saved(str(tmp_path / "local-minimum.mp4")).scene == window.session.scene


def test_a_film_ends_with_the_size_of_the_window_or_with_the_window(window: MainWindow, tmp_path: Path) -> None:
    press(window, pygame.K_v)
    window.advance([], 0.0)
    pygame.display.set_mode((1000, 640))
    window.advance([], 0.0)
    assert (tmp_path / "local-minimum.mp4").exists()
    press(window, pygame.K_v)
    window.advance([], 0.0)
    window.close()
    assert (tmp_path / "local-minimum-2.mp4").exists()
    assert len(list(tmp_path.iterdir())) == 2


def test_a_race_that_goes_otherwise_here_is_told_once_it_has_been_computed(window: MainWindow) -> None:
    saved = Saved(load_scene("local-minimum"), 30)
    running = saved.scene.race()
    running.extend(31)
    told = digest(running, 30)
    theirs = (*told[:12], *((number, "0000") for number, _ in told[12:]))
    after = update(window.session, OpenSaved(replace(saved, digest=theirs)))
    assert documents.compared(after, saved.scene.race()) is None
    message = documents.compared(after, running)
    assert message is not None
    there = update(after, message)
    assert there.notice == "From update 12 on, what is computed and shown here differs from the file."
    assert documents.compared(there, running) is None


@pytest.mark.parametrize("changed", [False, True])
def test_a_race_as_in_the_file_or_one_that_was_changed_since_gets_no_word(window: MainWindow, changed: bool) -> None:
    saved = Saved(load_scene("local-minimum"), 30)
    running = saved.scene.race()
    running.extend(31)
    told = ((0, "0000"),) if changed else digest(running, 30)
    after = update(window.session, OpenSaved(replace(saved, digest=told)))
    if changed:
        after = replace(after, scene=replace(after.scene, seed=1))
    message = documents.compared(after, running)
    assert message is not None
    assert update(after, message).notice == after.notice == "Opened local-minimum"


def test_the_window_compares_what_it_opens(window: MainWindow) -> None:
    told = ((0, "0000"), (30, "0000"))
    window.send(OpenSaved(Saved(load_scene("local-minimum"), 30, digest=told)))
    until(partial(compared, window))
    assert window.session.notice.startswith("From update 0 on, ")


def compared(window: MainWindow) -> bool:
    window.advance([], 0.0)
    return window.session.opened is None


@pytest.mark.parametrize("together", [True, False])
def test_a_picture_is_opened_as_it_was_seen_on_one_map_or_several(together: bool) -> None:
    scene = load_scene("ravine")
    saved = replace(scene, view=replace(scene.view, maps="together" if together else "apart"))
    there = update(replace(begin(scene), together=not together, riding=True), OpenSaved(Saved(saved, 12)))
    assert (there.together, there.riding) == (together, False)


def test_who_comes_back_to_a_changed_scene_sees_it_as_it_was_seen() -> None:
    changed_ = update(update(begin(load_scene("ravine")), ScaleLearningRate(2)), Toggle("together"))
    back = update(update(changed_, OpenScene(0)), Return())
    assert (back.together, back.pose, back.views) == (changed_.together, changed_.pose, changed_.views)
