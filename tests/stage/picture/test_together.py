"""All marbles on one map: each is where its own race has it, and views tell of the chosen lane alone."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pygame
import pytest
from recording_canvas import RecordingCanvas
from recordings import section
from scenes import flat_scene

from sim.command.entry import obey
from sim.scene import Scene, load_scene
from sim.scene.reading import load_saved
from sim.stage.drawing.layout import SMALLEST
from sim.stage.drawing.screen import Screen
from sim.stage.picture.map.crowd import Taken, crowds
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.setting import setting
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.session.session import Session, as_it_is_seen, begin, update
from sim.stage.session.view import Toggle
from sim.stage.style import text
from sim.stage.style.theme import load_theme
from sim.stage.views import ViewName


def at(scene: Scene, tick: int, **changes: Any) -> Session:
    race(scene).extend(scene.updates + 1)
    return replace(begin(scene), playing=False, together=True, progress=float(tick), seen=tick, **changes)


def recorded(session: Session, size: tuple[int, int] = SMALLEST) -> str:
    canvas = RecordingCanvas(size)
    draw(canvas, snapshot_of(session, race(session.scene)))
    return canvas.recording


def test_there_is_one_map_and_every_marble_is_on_it_where_its_race_has_it() -> None:
    scene = flat_scene("local-minimum")
    session = at(scene, 57)
    theme = load_theme(session.theme)
    here, drawn = setting(session, SMALLEST), recorded(session)
    assert len({tuple(panel.map) for panel in here.places.panels}) == 1
    assert drawn.count("\nmap\n") == 1
    for lane, track in enumerate(race(scene).tracks):
        x, y = here.camera.project(track.theta[57]) + here.places.panels[0].map.topleft
        color = "#{:02x}{:02x}{:02x}".format(*theme.lane(lane))
        discs = [line.split() for line in drawn.splitlines() if " disc " in line and color in line]
        places = [tuple(map(float, words[1].split(","))) for words in discs]
        assert min(np.hypot(x - across, y - down) for across, down in places) < 1


def test_views_are_about_the_chosen_lane_alone() -> None:
    scene = load_scene("local-minimum")
    for lane in range(3):
        drawn = recorded(at(scene, 57, lane=lane, views=frozenset({ViewName.NEXT_STEP})))
        assert drawn.count(" next step\n") == 1
    first, second = (recorded(at(scene, 57, lane=lane, views=frozenset({ViewName.GRADIENTS}))) for lane in (0, 1))
    assert first != second


def test_the_land_stands_still_for_it_is_no_single_lane_s() -> None:
    scene = load_scene("local-minimum")
    assert ViewName.MOVING_GROUND in at(scene, 20).views
    lands = {recorded(at(scene, tick, lane=1)).split("image ")[1].split("\n")[0] for tick in (20, 21, 22)}
    assert len(lands) == 1


@pytest.mark.parametrize("aslant", [False, True])
def test_the_picture_of_a_moment_is_the_same_however_one_came_to_it(aslant: bool) -> None:
    scene = load_scene("batch-ladder") if aslant else flat_scene("batch-ladder")
    pictures = []
    for ticks in ((200,), (3, 150, 199, 200), (390, 200)):
        target, before = pygame.Surface(SMALLEST, depth=32), None
        for tick in ticks:
            now = snapshot_of(at(scene, tick), race(scene))
            draw(Screen(target), now, before)
            before = now
        pictures.append(pygame.surfarray.array3d(target))
    assert all(np.array_equal(pictures[0], other) for other in pictures[1:])


def test_a_picture_keeps_that_it_was_together_and_so_does_the_command(tmp_path: Path) -> None:
    path = tmp_path / "all.png"
    obey(["screenshot", "ravine", "--together", "--size", "960x600", "--update", "30", "-o", str(path)])
    there = load_saved(str(path)).scene
    assert there.view.maps == "together"
    assert begin(there).together
    apart = update(begin(there), Toggle("together"))
    assert as_it_is_seen(apart).view.maps == "apart"


def test_one_lane_alone_is_not_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "all.png"
    with pytest.raises(SystemExit) as ended:
        obey(["screenshot", "--lane", "momentum", "--together", "-o", str(path)])
    assert ended.value.code == 2
    assert "--together: not allowed with argument --lane" in capsys.readouterr().err
    assert not path.exists()


def test_cards_that_have_no_room_for_a_swarm_s_shares_leave_them_out() -> None:
    scene = replace(flat_scene("batch-ladder"), seed=2024)  # No other test's: its swarm is still at the start.
    session = at(scene, 0, swarm=100)
    canvas = RecordingCanvas(SMALLEST)
    draw(canvas, snapshot_of(session, race(scene)))
    assert not setting(session, SMALLEST).places.panels[0].shares.height
    assert "100 marbles" in canvas.recording
    assert "100 %" not in canvas.recording


def test_marbles_that_hide_each_other_show_the_badges_of_all_that_lie_there() -> None:
    scene = flat_scene("local-minimum")
    start, apart = recorded(at(scene, 0)), recorded(at(scene, 20))
    assert start.count(" crowd\n") == 1
    badges = start.split(" crowd\n")[1].split("\nlane 1")[0]
    theme = load_theme(at(scene, 0).theme)
    assert all("#{:02x}{:02x}{:02x}".format(*theme.lane(lane)) in badges for lane in range(3))
    track = race(scene).tracks
    gaps = [np.hypot(*(one.theta[20] - other.theta[20])) for one, other in ((track[0], track[1]), (track[0], track[2]))]
    assert gaps[1] > 1  # Momentum is elsewhere by then, and alone.
    momentum = "#{:02x}{:02x}{:02x}".format(*theme.lane(2))
    assert all(momentum not in part.split("\nlane 1")[0] for part in apart.split(" crowd\n")[1:])


@pytest.mark.parametrize("update", [10, 11, 12, 14, 20])
def test_badges_of_marbles_that_hide_each_other_stand_beside_numbers_of_minima(update: int) -> None:
    scene = load_scene("local-minimum")
    drawn = recorded(at(scene, update))
    crowds, numbers = drawn.split("    minima\n")[0].split(" crowd\n")[1:], drawn.split("    minima\n")[1]
    digits = list[pygame.Rect]()
    for words, left, top, size in re.findall(r'^ +label "(\d)" (\S+?),(\S+) size (\d+)', numbers, re.MULTILINE):
        wide, tall = text.label_size(words, int(size), bold=True)
        digits.append(pygame.Rect(float(left), float(top), wide, tall).inflate(0, -round(0.3 * tall)))
    assert crowds
    assert len(digits) == 2
    for crowd in crowds:
        badges = re.findall(r"disc (\S+),(\S+) radius (\S+) ", crowd)
        assert badges
        for x, y, radius in badges:
            box = pygame.Rect(0, 0, round(2 * float(radius)), round(2 * float(radius)))
            box.center = round(float(x)), round(float(y))
            assert box.collidelist(digits) < 0


def badges_of(drawn: str) -> list[pygame.Rect]:
    """A box in each badge of marbles that hide each other: what is certainly covered of it."""
    found = list[pygame.Rect]()
    for verb, points in re.findall(r"^ +(disc|polygon) ((?:\S+,\S+ )+)", section(drawn, "crowd"), re.MULTILINE):
        places = np.array([tuple(map(float, point.split(","))) for point in points.split()])
        middle = places[0] if verb == "disc" else 0.5 * (places.min(axis=0) + places.max(axis=0))
        left, top = np.rint(middle - 4).astype(int).tolist()
        found.append(pygame.Rect(left, top, 8, 8))
    return found


def labels_of(drawn: str) -> list[pygame.Rect]:
    """What words at critical points cover."""
    boxes = re.findall(r"^ +rect (\S+),(\S+) (\d+)x(\d+) ", section(drawn, "labels"), re.MULTILINE)
    return [pygame.Rect(*(round(float(each)) for each in box)) for box in boxes]


@pytest.mark.parametrize("name", ["batch-ladder", "local-minimum"])
@pytest.mark.parametrize("aslant", [False, True])
def test_badges_of_marbles_that_hide_each_other_are_upon_no_words_at_critical_points(name: str, aslant: bool) -> None:
    scene, seen = load_scene(name) if aslant else flat_scene(name), 0
    for tick in (0, 8, 20, 36, 58, 94):
        drawn = recorded(at(scene, tick, views=frozenset({ViewName.LABELS})), (1600, 900))
        badges, labels = badges_of(drawn), labels_of(drawn)
        assert len(labels) >= 2
        assert all(badge.collidelist(labels) < 0 for badge in badges)
        seen += len(badges)
    assert seen


def test_a_marble_between_two_that_it_hides_has_its_badge_beside_theirs() -> None:
    area = pygame.Rect(0, 0, 400, 300)
    [crowd] = crowds(
        {0: (100.0, 100.0), 1: (130.0, 100.0), 2: (115.0, 100.0), 3: (300.0, 90.0)}, 10.0, area, 15, Taken([])
    )
    assert [lane for lane, _ in crowd.badges] == [0, 1, 2]


@pytest.mark.parametrize("corner", [(0, 0), (399, 0), (0, 299), (399, 299), (200, 2)])
def test_badges_of_marbles_at_an_edge_of_the_map_are_whole_on_it(corner: tuple[int, int]) -> None:
    area, (x, y) = pygame.Rect(0, 0, 400, 300), corner
    [crowd] = crowds({lane: (float(x), float(y)) for lane in range(6)}, 7.5, area, 15, Taken([]))
    assert len(crowd.badges) == 6
    assert all(area.contains(pygame.Rect(round(x) - 6, round(y) - 6, 12, 12)) for _, (x, y) in crowd.badges)


def test_badges_for_which_there_is_no_room_close_to_their_marbles_have_a_line_that_leads_there() -> None:
    area, words = pygame.Rect(0, 0, 400, 300), pygame.Rect(140, 90, 120, 120)
    marbles = {0: (200.0, 150.0), 1: (202.0, 150.0)}
    [beside], [away] = (crowds(marbles, 7.5, area, 15, Taken(taken)) for taken in ([], [words]))
    assert beside.leader is None
    assert away.leader is not None
    assert all(not words.collidepoint(center) for _, center in away.badges)
