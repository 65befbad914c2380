"""What is drawn: the same however one came to the moment, and as it was found good."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pygame
import pytest
from pictures import UNPAINTED, drawn_in_turn, unseen
from PIL import Image
from recording_canvas import RecordingCanvas
from recordings import section
from scenes import flat_scene

from sim.descent.clock import CLOCKS, UPDATES
from sim.descent.race import Race
from sim.scene import Scene, parse_scene, scene_files
from sim.stage.drawing.drawn_state import DrawnState
from sim.stage.drawing.screen import Screen
from sim.stage.export.still import screenshot
from sim.stage.picture.around.footer import status
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.setting import setting
from sim.stage.picture.snapshot import Snapshot, snapshot_of
from sim.stage.session.session import begin
from sim.stage.sheets.scenes import Card
from sim.stage.style.cache import CACHE
from sim.surface.functions.formula import Formula

GOLDEN = Path(__file__).parent / "golden"
Pixels = npt.NDArray[np.int16]


def at(scene: Scene, update: int, running: Race, cards: tuple[Card, ...] = (), **changes: Any) -> Snapshot:
    """A paused session's moment."""
    session = replace(begin(scene), playing=False, progress=float(update), seen=update, **changes)
    return replace(snapshot_of(session, running), cards=cards)


def picture(scene: Scene, updates: list[int], size: tuple[int, int] = (960, 600), **changes: Any) -> Pixels:
    """The picture of the last of the updates, after all of them have been drawn in turn."""
    running, target = unseen(scene, scene.updates + 1), pygame.Surface(size, depth=32)
    for update in updates:
        draw(Screen(target), at(scene, update, running, **changes))
    return pygame.surfarray.array3d(target).astype(np.int16)


def test_what_is_left_alone_would_be_drawn_the_same() -> None:
    scene = flat_scene("local-minimum")
    running = race(scene)
    running.extend(scene.updates + 1)
    moments = [
        at(scene, update, running, theme=theme, notice=notice, help=update == 60)
        for update, theme, notice in [
            (3, "light", "long notice"),
            (50, "light", ""),
            (60, "light", ""),
            (65, "light", ""),  # Where the help lay.
            (70, "dark", ""),
        ]
    ]
    assert all((one != other).any() for one, other in pairwise(drawn_in_turn(moments)))


@pytest.mark.parametrize(("size", "larger"), [((960, 600), 1.0), ((1600, 900), 1.0), ((1600, 900), 1.3)])
def test_a_notice_of_two_lines_leaves_no_trace(size: tuple[int, int], larger: float) -> None:
    running = race(scene := flat_scene("local-minimum"))
    running.extend(scene.updates + 1)
    moments = [
        at(scene, 3, running, notice=notice, larger=larger) for notice in ("", "Ängstlich jagt gequält " * 9, "")
    ]
    first, noticed, last = drawn_in_turn(moments, size)
    assert (noticed != first).any()
    assert (last == first).all()


@pytest.mark.parametrize("name", ["local-minimum", "batch-ladder"])
@pytest.mark.parametrize(("size", "numbers"), [((960, 600), False), ((960, 600), True), ((1600, 900), False)])
def test_update_after_update_each_picture_is_as_if_it_were_the_first(
    name: str, size: tuple[int, int], numbers: bool
) -> None:
    """Where marbles rest, too, and what is written of them stays while updates go by."""
    scene = flat_scene(name)
    running = race(scene)
    running.extend(scene.updates + 1)
    moments = [at(scene, update, running, numbers=numbers) for update in [*range(58, 70), *range(300, 312)]]
    assert len(drawn_in_turn(moments, size)) == len(moments)


def test_what_has_not_changed_around_the_maps_is_not_drawn_again() -> None:
    running = race(scene := flat_scene("local-minimum"))
    running.extend(scene.updates + 1)
    surface, drawn_state = pygame.Surface((960, 600), depth=32), DrawnState()
    first, then, other = at(scene, 3, running, live=True), at(scene, 4, running, live=True), at(scene, 4, running)
    places = setting(first.session, surface.get_size()).places
    marked = [places.panels[0].sliders.center, places.look.midright, places.footer.midleft]
    marked = [(min(x, 958) + 1, y) for x, y in marked]
    draw(Screen(surface, drawn_state), first)
    for pixel in marked:
        surface.set_at(pixel, UNPAINTED)
    draw(Screen(surface, drawn_state), then, first)
    assert [tuple(surface.get_at(pixel)[:3]) for pixel in marked] == [UNPAINTED] * len(marked)
    draw(Screen(surface, drawn_state), replace(other, session=replace(other.session, theme="dark")), then)
    assert UNPAINTED not in [tuple(surface.get_at(pixel)[:3]) for pixel in marked]


def test_the_sheet_of_scenes_is_leafed_through_as_if_each_moment_were_the_first() -> None:
    running = race(scene := flat_scene("local-minimum"))
    running.extend(scene.updates + 1)
    plain = tuple(map(Card, scene_files()))
    told = (replace(plain[0], look="what one sees", picture=pygame.Surface((400, 250), depth=32)), *plain[1:])
    looks: list[tuple[int, dict[str, Any]]] = [
        (60, {}),
        (60, {"picking": 0, "cards": plain}),
        (60, {"picking": 4, "cards": plain}),
        (60, {"picking": 4, "cards": told}),
        (60, {"picking": 4, "cards": told, "help": True}),
        (60, {"picking": 4, "cards": plain, "help": True}),
        (60, {"picking": 5, "cards": told}),
        (61, {"picking": 6, "cards": told}),
        (61, {"picking": 6, "cards": told, "theme": "dark"}),
        (61, {"theme": "dark"}),
    ]
    moments = [at(scene, update, running, **changes) for update, changes in looks]
    assert len(drawn_in_turn(moments)) == len(moments)


def test_where_another_card_is_marked_nothing_but_the_sheet_is_drawn() -> None:
    running = race(scene := flat_scene("local-minimum"))
    cards = tuple(map(Card, scene_files()))
    before, now = (at(scene, 0, running, picking=place, cards=cards) for place in (1, 2))
    whole, canvas = RecordingCanvas((960, 600)), RecordingCanvas((960, 600))
    draw(whole, now)
    draw(canvas, now, before)
    assert canvas.recording.splitlines() == [line[2:] for line in section(whole.recording, "scenes").splitlines()[1:]]


@pytest.mark.parametrize(
    ("name", "clock"),
    [
        ("local-minimum", "updates"),
        ("learning-rate-ladder", "epochs"),
        ("batch-ladder", "serial"),
    ],
)
def test_the_way_to_a_moment_leaves_no_traces(name: str, clock: str) -> None:
    scene = flat_scene(name)
    at_once = picture(scene, [90], clock=clock)
    assert np.array_equal(picture(scene, [0, 1, 45, 89, 90], clock=clock), at_once)
    assert np.array_equal(picture(scene, [scene.updates, 50, 91, 90], clock=clock), at_once)


@pytest.mark.parametrize("clock", CLOCKS)
def test_clocks_change_the_picture_of_lanes_with_different_batches(clock: str) -> None:
    scene = flat_scene("local-minimum")
    assert np.array_equal(picture(scene, [40], clock=clock), picture(scene, [40])) == (clock == "updates")


def test_many_updates_a_pixel_are_drawn_alike_bit_by_bit_and_at_once() -> None:
    scene = replace(flat_scene("local-minimum"), updates=2500)
    at_once = picture(scene, [2000])
    assert np.array_equal(picture(scene, [*range(0, 300, 90), *range(1700, 2000, 90), 2000]), at_once)
    assert np.array_equal(picture(scene, [2500, 2001, 2000]), at_once)


@pytest.mark.parametrize(
    ("name", "update", "theme"), [("local-minimum", 70, "light"), ("learning-rate-ladder", 40, "dark")]
)
def test_golden_pictures(name: str, update: int, theme: str, request: pytest.FixtureRequest) -> None:
    drawn = picture(flat_scene(name), [update], theme=theme)
    path = GOLDEN / f"{name}-{update}-{theme}.png"
    if request.config.getoption("--update-golden"):
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(drawn.astype(np.uint8).swapaxes(0, 1)).save(path, optimize=True)
    golden = np.asarray(Image.open(path).convert("RGB"), dtype=np.int16).swapaxes(0, 1)
    difference = np.abs(drawn - golden).max(axis=-1)
    # Another version of the font or of the smoothing may move an edge; a missing part is far more than that.
    assert np.mean(difference > 48) < 0.004
    assert np.mean(difference) < 1.5


def test_lanes_that_diverged_and_long_names_can_be_drawn() -> None:
    text = """
        title = "A title that is as long as titles may be, and no longer!"
        look = "x"
        updates = 600
        start = [1.0, 1.0]
        [surface]
        kind = "quadratic"
        [examples]
        kind = "tilted"
        sigma = 0.0
        """
    for number in range(6):
        name = f"a lane with a name as long as allowed {number}"
        text += f'[lane."{name}"]\nrule = "adamw"\nlearning_rate = {10.0 ** (number - 1)}\nbatch_size = 7\n'
    scene = parse_scene(text, "long")
    for size in [(960, 600), (1600, 900)]:
        assert picture(scene, [0, 600], size).any()


def test_screenshots_are_the_window_s_own_picture(tmp_path: Path) -> None:
    scene = flat_scene("local-minimum")
    path = tmp_path / "picture.png"
    screenshot(scene, 70, (960, 600), "light", path)
    saved = np.asarray(Image.open(path), dtype=np.int16).swapaxes(0, 1)
    drawn = picture(scene, [70], live=False)  # In the window, sliders stand below each map.
    panels = slice(0, 560)  # The footer tells how the race is being played.
    assert np.array_equal(saved[:, panels], drawn[:, panels])
    assert race(scene).updates >= 70


def test_where_the_search_may_have_missed_some_the_picture_says_so() -> None:
    scene = flat_scene("local-minimum")
    creased = replace(scene, surface=Formula("abs(x) + y^2"), captions=(), question=None)
    right_of_the_title = np.s_[800:940, 12:30]
    for shown, said in ((scene, False), (creased, True)):
        assert np.ptp(picture(shown, [0])[right_of_the_title], axis=(0, 1)).any() == said


@pytest.mark.parametrize(
    ("language", "every", "fastest"),
    [
        ("en", "update 2 of 400", "fastest lane's update 2 of 400 by "),
        ("de", "Schritt 2 von 400", "Schritt 2 von 400 der schnellsten Bahn nach "),
        ("zh", "第 2 次更新，共 400 次", "最快赛道第 2 次更新，共 400 次（按"),
    ],
)
def test_it_is_said_whose_updates_are_told_where_lanes_have_made_different_numbers(
    language: str, every: str, fastest: str
) -> None:
    running = race(scene := flat_scene("thousand-examples"))
    running.extend(4)
    computing = {"en": "computing … ", "de": "rechnet … ", "zh": "计算中…… "}[language]
    for clock in CLOCKS:
        now = at(scene, 2, running, clock=clock, language=language)
        said = every + " · " if clock == UPDATES else fastest
        assert status(now).startswith(said)
        assert status(now, brief=True).startswith(said.removesuffix(" by ").removesuffix(" nach ").removesuffix("（按"))
        late = replace(now, session=replace(now.session, progress=9.0))
        assert late.tick == 3
        assert status(late).startswith(computing + said.rstrip(" ·").replace("2", "3"))


def test_a_long_notice_takes_the_place_of_the_status_and_is_said_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    scene, notice = flat_scene("local-minimum"), "Esc again to quit: what you have changed is not saved, S saves it."
    running, written = scene.race(), []
    running.extend(3)
    put = Screen.text

    def noted(canvas: Screen, words: str, *where: Any, **how: Any) -> int:
        written.append(words)
        return put(canvas, words, *where, **how)

    monkeypatch.setattr(Screen, "text", noted)
    for said in ("Saved.", notice):
        draw(Screen(pygame.Surface((960, 600), depth=32)), at(scene, 1, running, notice=said, controls=True))
        assert written[-1] == said
        assert any(words.startswith("update 1 of") for words in written) == (said == "Saved.")
        written.clear()
    longer = f"{notice} What one line cannot hold stands on two."
    draw(Screen(pygame.Surface((960, 600), depth=32)), at(scene, 1, running, notice=longer, controls=True))
    assert " ".join(written[-2:]) == longer


def test_what_is_kept_of_another_start_is_right_for_this_one_and_not_for_another_name() -> None:
    scene = flat_scene("local-minimum")
    moved = replace(scene, start=(scene.start[0] + 0.4, scene.start[1]), seed=scene.seed + 1)
    CACHE.clear()
    fresh = picture(moved, [40])
    CACHE.clear()
    picture(scene, [40])
    np.testing.assert_array_equal(picture(moved, [40]), fresh)
    called = replace(scene, lanes=(replace(scene.lanes[0], name="another"), *scene.lanes[1:]))
    assert not np.array_equal(picture(scene, [40])[:300, 70:95], picture(called, [40])[:300, 70:95])
