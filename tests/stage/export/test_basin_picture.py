"""Maps of basins as pictures: everything in its place, colours where the labels are, shares that are told."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pygame
import pytest

from sim.base.languages import LANGUAGES
from sim.base.limits import THEMES
from sim.descent.problem import Problem
from sim.descent.rules.adaptive.adam import Adam
from sim.descent.rules.plain.momentum import Momentum
from sim.scene import load_scene
from sim.stage.drawing.camera import Camera
from sim.stage.drawing.screen import Screen, painted
from sim.stage.export import basins
from sim.stage.export.basins import STRENGTH, MapLayout, draw_basin_map, legend_rows, map_layout, rule_line, save_basins
from sim.stage.picture.map.terrain import terrain
from sim.stage.style.theme import Theme, load_theme
from sim.stage.style.tints import basin_color
from sim.study.maps.basin_map import DIVERGED, MOVING, BasinMap
from sim.surface.basins import NO_BASIN
from sim.surface.protocol import Window

SIZES = [(1600, 900), (320, 240), (960, 600), (600, 1000), (3840, 2160), (7680, 600)]


def invented(quarters: Any) -> BasinMap:
    """A map with these labels of quarters of pixels; a pixel has that of its lower left one."""
    quarters = np.asarray(quarters, dtype=np.int16)
    return BasinMap(quarters[::2, ::2], quarters, 0)


def colored_map(problem: Problem, found: BasinMap, place: MapLayout, theme: Theme) -> pygame.Surface:
    """The map with basins and marks."""
    picture = pygame.Surface(place.map.size, depth=32)
    basins._draw_map(Screen(picture), problem, found, Camera(problem.window, *place.map.size), theme, place.stroke)
    return picture


def bare(place: MapLayout, problem: Problem, theme: str) -> Any:
    """The pixels (width, height, 3) of the map without basins."""
    camera = Camera(problem.window, *place.map.size)
    return pygame.surfarray.array3d(painted(terrain(problem, camera, load_theme(theme), place.stroke))).astype(float)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("shape", [(7.0, 4.2), (12.0, 9.8), (1.0, 20.0), (20.0, 1.0), (2.0, 2.0)])
def test_everything_has_its_place(size: tuple[int, int], shape: tuple[float, float]) -> None:
    window = Window(-1.0, shape[0] - 1, 2.0, shape[1] + 2)
    place = map_layout(size, window)
    whole = pygame.Rect((0, 0), size)
    parts = [place.title, place.map, place.legend]
    assert all(whole.contains(part) for part in parts)
    assert all(part.collidelist([other for other in parts if other is not part]) < 0 for part in parts)
    # A pixel is as wide as it is high, but for rounding.
    width, height = (extent / pixels for extent, pixels in zip(shape, place.map.size, strict=True))
    assert abs(width / height - 1) < 0.5 / min(place.map.size) + 1e-9
    assert place.legend.height >= 2 * place.em
    assert place.legend.width >= 10 * place.em


def test_the_legend_stands_where_it_leaves_more_room() -> None:
    wide, tall = (load_scene(name).window for name in ("ravine", "himmelblau"))
    assert map_layout((1600, 900), tall).legend.left > map_layout((1600, 900), tall).map.right
    assert map_layout((600, 900), wide).legend.top > map_layout((600, 900), wide).map.bottom
    assert map_layout((1600, 900), tall).map.height > 800


@pytest.mark.parametrize("theme", THEMES)
def test_each_quarter_of_a_pixel_adds_its_colour(theme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Upper half in the second minimum's basin, right edge in none, one pixel of each kind on its own."""
    problem = load_scene("himmelblau").problem()
    place = replace(map_layout((320, 240), problem.window), map=pygame.Rect(0, 0, 60, 49))
    labels = np.zeros((98, 120), dtype=np.int16)
    labels[49:] = 1  # Row 49 is the upper half of pixel row 24, the middle one.
    labels[:, 100:] = NO_BASIN
    labels[0:2, 0:2] = [[0, DIVERGED], [DIVERGED, MOVING]]
    monkeypatch.setattr(basins, "STRIP", 11)
    monkeypatch.setattr(basins, "draw_numbers", lambda *_: None)  # They would take up much of so small a map.
    looks = load_theme(theme)
    before = bare(place, problem, theme)
    after = pygame.surfarray.array3d(colored_map(problem, invented(labels), place, looks)).astype(float)
    assert (after[50:, [2, 47]] == before[50:, [2, 47]]).all()  # Away from marks.

    def mixture(pixel: Any, *colors: Any) -> Any:
        return np.mean([pixel * (1 - strength) + np.array(color) * strength for color, strength in colors], axis=0)

    lower, upper = (basin_color(looks, 0), STRENGTH), (basin_color(looks, 1), STRENGTH)
    x = 3
    for row, colors in ((5, (upper,)), (40, (lower,)), (24, (lower, upper))):
        assert np.abs(after[x, row] - mixture(before[x, row], *colors)).max() <= 1
    corner = mixture(before[0, 48], lower, (looks.text, 0.8), (looks.text, 0.8), (looks.muted, 0.8))
    assert np.abs(after[0, 48] - corner).max() <= 1
    assert (bare(place, problem, theme) == before).all()  # It is shared with the window.


def test_critical_points_are_marked_above_the_colours() -> None:
    problem, looks = load_scene("himmelblau").problem(), load_theme("light")
    place = map_layout((640, 480), problem.window)
    labels = np.zeros((2 * place.map.height, 2 * place.map.width))
    picture = colored_map(problem, invented(labels), place, looks)
    x, y = Camera(problem.window, *place.map.size).project(np.array(problem.minima[2].position)).tolist()
    around = {tuple(picture.get_at((round(x) + i, round(y) + j))[:3]) for i in range(-9, 10) for j in range(-9, 10)}
    assert looks.mark in around
    assert looks.halo in around


def shares(*counts: tuple[int, int]) -> BasinMap:
    """A map in which each label has so many of a hundred pixels."""
    labels = np.repeat([label for label, _ in counts], [count for _, count in counts]).reshape(10, 10)
    return invented(labels.repeat(2, axis=0).repeat(2, axis=1))


def test_the_legend_tells_the_shares() -> None:
    problem, looks = load_scene("himmelblau").problem(), load_theme("light")
    told = legend_rows(problem, shares((0, 50), (1, 20), (2, 10), (MOVING, 15), (DIVERGED, 5)), looks, 20)
    assert [(entry.name, round(100 * entry.share)) for entry in told] == [
        ("minimum 1", 50),
        ("minimum 2", 20),
        ("minimum 3", 10),
        ("minimum 4", 0),
        ("still moving", 15),
        ("diverged", 5),
    ]
    assert len({entry.color for entry in told}) == 6


@pytest.mark.parametrize("most", range(2, 45))
def test_a_short_legend_sums_up_what_it_leaves_out(most: int) -> None:
    problem, looks = load_scene("egg-box").problem(), load_theme("dark")
    told = legend_rows(problem, shares((0, 40), (20, 9), (34, 21), (NO_BASIN, 30)), looks, most)
    assert len(told) <= most
    assert sum(entry.share for entry in told) == pytest.approx(1)
    assert [entry.name for entry in told][-1] == "none of them"
    assert ("more minima" in told[-2].name) == (most < 36)
    if most < 36:
        assert told[-2].name == f"{len(problem.minima) - (most - 2)} more minima"


def test_what_the_basins_are_those_of() -> None:
    looks = load_theme("light")
    assert rule_line(None, looks) == "basins of gradient flow"
    assert rule_line(Momentum(0.15, 0.9), looks) == "basins of momentum · η 0.15 · λ 0.9"
    assert rule_line(Adam(0.5, beta1=0.8), looks) == "basins of Adam · η 0.5 · β₁ 0.8"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [(320, 240), (600, 700)])
def test_nothing_is_drawn_where_it_does_not_belong(size: tuple[int, int], language: str) -> None:
    scene, looks = load_scene("egg-box"), load_theme("dark", language)
    place = map_layout(size, scene.window)
    found = invented(np.arange(4 * place.map.width * place.map.height).reshape(2 * place.map.height, -1) % 35)
    target = pygame.Surface(size, depth=32)
    draw_basin_map(Screen(target), scene, Momentum(0.004, 0.9), found, looks)
    for part in (place.title, place.map, place.legend):
        assert len({tuple(target.get_at((x, y))) for x in range(*_ends(part, 0)) for y in range(*_ends(part, 1))}) > 9
        target.fill(looks.background, part)
    assert (pygame.surfarray.array3d(target) == looks.background).all()


def _ends(part: pygame.Rect, axis: int) -> tuple[int, int, int]:
    first, length = part[axis], part[2 + axis]
    return first, first + length, max(1, length // 40)


def test_a_picture_is_saved(tmp_path: Path) -> None:
    scene = load_scene("himmelblau")
    place = map_layout((320, 240), scene.window)
    found = invented(np.zeros((2 * place.map.height, 2 * place.map.width)))
    save_basins(scene, None, found, (320, 240), "light", tmp_path / "a.png")
    assert pygame.image.load(tmp_path / "a.png").get_size() == (320, 240)
