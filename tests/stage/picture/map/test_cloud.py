"""A swarm as it is drawn: every marble where it is, and a bar that adds up."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pygame
import pytest
from pictures import drawn_in_turn

from sim.scene import load_scene
from sim.stage.drawing.camera import Camera
from sim.stage.drawing.layout import More, layout
from sim.stage.drawing.screen import Screen
from sim.stage.picture.map.cloud import FEW, CloudPart, draw_cloud, draw_shares, occupied, parts
from sim.stage.picture.map.site import Map
from sim.stage.picture.races import race
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.picture.tips.box import TipContext
from sim.stage.picture.tips.tooltip import MOST_PARTS, shares_tip
from sim.stage.session.session import begin
from sim.stage.style.theme import load_theme
from sim.study.maps.swarm import Cloud, swarm
from sim.surface.protocol import Window

AREA = pygame.Rect(30, 20, 300, 200)
CAMERA = Camera(Window(-3.0, 3.0, -2.0, 2.0), 300, 200)
THEME = load_theme("light")


def cloud(
    theta: npt.NDArray[np.float64],
    counts: tuple[int, ...] = (0, 0),
    each: int = 1,
    ended: tuple[int, int, int] = (0, 0, 0),
) -> Cloud:
    return Cloud(theta, each, counts, each * len(theta) - sum(counts) - sum(ended), *ended)


def drawn(told: Cloud, camera: Camera = CAMERA) -> npt.NDArray[np.bool_]:
    """Which pixels of a target it changes."""
    target = pygame.Surface((400, 260), depth=32)
    target.fill(THEME.high)
    target.set_clip(AREA)
    draw_cloud(Screen(target), AREA, Map(camera), told, THEME.lane(1), THEME, 1.0)
    changed: npt.NDArray[np.bool_] = (pygame.surfarray.array3d(target) != THEME.high).any(axis=-1)
    return changed


@pytest.mark.parametrize("size", [60, 600, 6_000])
def test_marbles_are_where_they_are_and_nowhere_else(size: int) -> None:
    point = np.array([-1.2, 0.7])
    changed = drawn(cloud(np.tile(point, (size, 1))))
    x, y = CAMERA.project(point) + AREA.topleft
    spots = np.argwhere(changed)
    assert changed[int(x), int(y)]
    assert np.abs(spots.mean(axis=0) - (x, y)).max() < 1.5
    assert np.abs(spots - (x, y)).max() < 8


@pytest.mark.parametrize("size", [60, 600, 6_000])
def test_a_map_that_shows_another_place_shows_none_of_them(size: int) -> None:
    told = cloud(np.random.default_rng(0).normal((-1.2, 0.7), 0.1, (size, 2)))
    assert drawn(told).any()
    assert not drawn(told, replace(CAMERA, window=Window(1.0, 3.0, -2.0, 0.0))).any()
    outside = drawn(replace(told, theta=np.random.default_rng(0).normal((-1.2, 0.7), 9.0, (size, 2))))
    outside[AREA.left : AREA.right, AREA.top : AREA.bottom] = False
    assert not outside.any()
    assert not drawn(cloud(np.full((size, 2), np.nan))).any()


@pytest.mark.parametrize("size", [60, 6_000])
def test_where_more_marbles_are_it_is_darker(size: int) -> None:
    def depth(count: int) -> int:
        theta = np.tile([[9.0, 9.0]], (size, 1))
        theta[:count] = (0.05, 0.05)
        target = pygame.Surface((400, 260), depth=32)
        target.fill(THEME.high)
        draw_cloud(Screen(target), AREA, Map(CAMERA), cloud(theta), THEME.lane(0), THEME, 1.0)
        return int(pygame.surfarray.array3d(target).sum(axis=-1).min())

    assert depth(size) < depth(5) < depth(1) < sum(THEME.high)


@pytest.mark.parametrize("size", [100, 10_000])
def test_marbles_that_are_all_the_same_are_as_dark_as_so_many(size: int) -> None:
    pictures = []
    for told in (cloud(np.zeros((1, 2)), each=size), cloud(np.zeros((size, 2)))):
        target = pygame.Surface((400, 260), depth=32)
        draw_cloud(Screen(target), AREA, Map(CAMERA), told, THEME.lane(0), THEME, 1.0)
        pictures.append(pygame.surfarray.array3d(target))
    one, other = pictures
    assert np.array_equal(one, other)


@pytest.mark.parametrize("size", [FEW // 2, 5 * FEW])
@pytest.mark.parametrize("cell", [1, 3])
def test_all_marbles_on_the_map_are_counted(size: int, cell: int) -> None:
    theta = np.random.default_rng(1).normal(0.0, 1.5, (size, 2))
    across, down, counts = occupied(Map(CAMERA), theta, cell)
    x, y = CAMERA.project(theta).T
    inside = (x >= 0) & (x < CAMERA.width) & (y >= 0) & (y < CAMERA.height)
    assert inside.sum() <= counts.sum() <= inside.sum() + 5 * cell  # Cells may reach a little beyond the map.
    assert len(set(zip(across.tolist(), down.tolist(), strict=True))) == len(counts)
    first = (int(x[inside][0] // cell), int(y[inside][0] // cell))
    assert first in set(zip(across.tolist(), down.tolist(), strict=True))


def told_of(
    counts: tuple[int, ...], each: int = 1, size: int = 200, ended: tuple[int, int, int] = (0, 0, 0)
) -> list[CloudPart]:
    return list(parts(cloud(np.zeros((size, 2)), counts, each, ended), THEME))


def test_parts_are_the_places_where_there_are_marbles() -> None:
    found = told_of((50, 0, 100), ended=(10, 6, 4))
    assert [(part.name, part.count) for part in found] == [
        ("minimum 1", 50),
        ("minimum 3", 100),
        ("elsewhere", 30),
        ("diverged", 10),
        ("left the surface", 6),
        ("the rule failed", 4),
    ]
    assert [part.figure for part in found] == ["25 %", "50 %", "15 %", "5 %", "3 %", "2 %"]
    assert len({part.color for part in found}) == len(found)
    assert found[1].interval == "43–57"


def test_what_chance_has_no_hand_in_has_no_interval() -> None:
    (part,) = told_of((10_000,), each=10_000, size=1)
    assert (part.figure, part.interval) == ("100 %", "")
    assert next(part.wordings(THEME, True)) == "minimum 1: 100 %, all at one point"


def test_few_are_not_none_and_nearly_all_not_all() -> None:
    few, rest = told_of((1,), size=5_000)
    assert (few.figure, rest.figure) == ("0.1 %", "99.9 %")


@pytest.mark.parametrize("width", [40, 333, 900])
def test_the_bar_is_divided_as_the_marbles_are(width: int) -> None:
    told = cloud(np.zeros((200, 2)), (50, 90), ended=(20, 0, 0))
    target = pygame.Surface((width + 20, 40), depth=32)
    target.fill((1, 2, 3))
    place = pygame.Rect(10, 10, width, 20)
    draw_shares(Screen(target), place, told, THEME, 15)
    pixels = pygame.surfarray.array3d(target)
    line = pixels[place.left : place.right, place.top + 2]  # Above the words.
    for part in parts(told, THEME):
        share = np.mean((line == part.color).all(axis=-1))
        assert share == pytest.approx(part.count / 200, abs=3 / width)
    pixels[place.left : place.right, place.top : place.bottom] = (1, 2, 3)
    assert (pixels == (1, 2, 3)).all()


def test_many_places_do_not_make_an_endless_tooltip() -> None:
    told = cloud(np.zeros((2_000, 2)), tuple(range(1, 41)))
    context = TipContext(THEME, layout((960, 600), 3, 1.5, more=More(swarm=True)))
    tip = shares_tip(told, pygame.Rect(0, 0, 200, 20), (50, 5), context)
    assert len(tip.rows) == 1 + MOST_PARTS + 1
    assert tip.rows[-1].cells == ("now; at a minimum: marbles that are near it, staying or not",)
    assert any("minimum 40: 40" in row.cells[0] for row in tip.rows)


def test_a_swarm_comes_and_goes_without_traces() -> None:
    scene = load_scene("local-minimum")
    running = race(scene)
    running.extend(scene.updates + 1)
    moments = []
    for size, tick in ((0, 40), (100, 40), (100, 41), (10_000, 41), (0, 41)):
        session = replace(begin(scene), playing=False, progress=float(tick), seen=tick, swarm=size)
        if size:
            swarm(scene, size, session.spread, session.clock).follow(tick, 60.0)
        moments.append(snapshot_of(session, running))
    assert all((one != other).any() for one, other in pairwise(drawn_in_turn(moments)))
