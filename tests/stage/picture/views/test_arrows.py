"""Arrows end on the map, whatever they show."""

from dataclasses import replace
from typing import Any

import numpy as np
import pygame
import pytest
from pygame import Rect
from recording_canvas import RecordingCanvas

from sim.scene import load_scene
from sim.stage.drawing.camera import FLAT, Pose
from sim.stage.drawing.glyphs import draw_arrow, draw_rimmed, draw_wedge
from sim.stage.drawing.screen import Screen
from sim.stage.picture.map.site import site_of
from sim.stage.picture.panel import course
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.setting import setting
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.picture.views import hessian, momentum
from sim.stage.session.session import begin
from sim.stage.style.theme import load_theme
from sim.stage.views import ViewName

SIZE = (960, 600)
SCENES = ("local-minimum", "learning-rate-ladder", "himmelblau")


@pytest.mark.parametrize("views", [frozenset[ViewName](), frozenset({ViewName.MOMENTUM})])
@pytest.mark.parametrize("aslant", [False, True])
def test_no_arrow_leaves_the_map(aslant: bool, views: frozenset[ViewName], monkeypatch: pytest.MonkeyPatch) -> None:
    ends: list[tuple[tuple[float, float], bool]] = []

    def watched(canvas: Any, start: Any, tip: Any, color: Any, halo: Any, stroke: Any, goes_on: bool = False) -> None:
        ends.append((tip, goes_on))
        draw_arrow(canvas, start, tip, color, halo, stroke, goes_on=goes_on)

    monkeypatch.setattr(course, "draw_arrow", watched)
    monkeypatch.setattr(momentum, "draw_arrow", watched)
    cut = 0
    for name in SCENES:
        scene = load_scene(name)
        race(scene).extend(60)
        pose = Pose(scene.view.yaw, scene.view.tilt) if aslant else FLAT
        session = replace(begin(scene), views=views, pose=pose, playing=False)
        places = setting(session, SIZE).places
        maps = [panel.map for panel in places.panels]
        for update in (0, 7, 14):
            ends.clear()
            draw(RecordingCanvas(SIZE), snapshot_of(replace(session, progress=float(update), seen=update), race(scene)))
            assert all(any(area.collidepoint(tip) for area in maps) for tip, _ in ends), (name, update)
            cut += sum(goes_on for _, goes_on in ends)
    assert bool(cut) is not bool(views)


@pytest.mark.parametrize(
    ("name", "pose", "size", "update", "views"),
    [
        ("learning-rate-ladder", Pose(20.0, 40.0), (1366, 768), 12, ()),
        ("learning-rate-ladder", Pose(20.0, 40.0), (1366, 768), 12, (ViewName.MOMENTUM,)),
        ("himmelblau", Pose(20.0, 50.0), (1920, 1080), 8, ()),
        ("muller-brown", Pose(90.0, 74.0), (1600, 900), 60, ()),
        ("on-the-saddle", Pose(20.0, 60.0), (1600, 900), 20, (ViewName.HESSIAN,)),
    ],
)
def test_no_arrow_ends_before_the_sides_of_a_block(
    name: str,
    pose: Pose,
    size: tuple[int, int],
    update: int,
    views: tuple[ViewName, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tips: list[tuple[float, float]] = []

    def watched(canvas: Any, start: Any, tip: Any, color: Any, halo: Any, stroke: Any, goes_on: bool = False) -> None:
        tips.append(tip)
        draw_arrow(canvas, start, tip, color, halo, stroke, goes_on=goes_on)

    for drawing in (course, momentum, hessian):
        monkeypatch.setattr(drawing, "draw_arrow", watched)
    scene = load_scene(name)
    race(scene).extend(update + 2)
    session = replace(begin(scene), views=frozenset(views), pose=pose, playing=False)
    here = setting(session, size)
    site = site_of(scene.problem(), here.camera, load_theme("light"))
    draw(RecordingCanvas(size), snapshot_of(replace(session, progress=float(update), seen=update), race(scene)))
    assert tips
    for x, y in tips:
        area = next(panel.map for panel in here.places.panels if panel.map.collidepoint((x, y)))
        across, down = np.array(x - area.left), y - area.top
        # Just below the place at which no land may be seen any more there is none.
        assert np.isnan(site.under(np.array([float(across), float(site.front(across)) + 3.0]))).all()
        assert down <= float(site.front(across))


@pytest.mark.parametrize("stroke", [1.0, 1.5, 3.0])
def test_a_head_has_a_rim_so_that_it_shows_on_ground_of_its_own_colour(stroke: float) -> None:
    color, halo, tip = (9, 40, 120), (255, 255, 255), (120.0, 40.0)
    surface = pygame.Surface((160, 80))
    surface.fill(color)
    draw_arrow(Screen(surface), (20.0, 40.0), tip, color, halo, stroke)
    for side in (-1, 1):  # The middles of both slopes of a head that is as wide as long.
        x, y = tip[0] - 4 * stroke, tip[1] + side * 2 * stroke
        outside, inside = ((round(x + out * 0.45), round(y + out * side * 0.9)) for out in (1.5, -2.0))
        assert surface.get_at(outside)[0] > 130
        assert surface.get_at(inside)[0] < 60


def test_what_is_filled_lies_on_its_rim_and_is_not_cut_by_it() -> None:
    color, halo = (9, 40, 120), (255, 255, 255)
    corners = [(20.0, 20.0), (50.0, 31.0), (20.0, 42.0)]
    surface = pygame.Surface((80, 60))
    surface.fill(halo)
    draw_rimmed(Screen(surface), corners, color, halo, 1.0)
    shown = pygame.mask.from_threshold(surface, color, (200, 200, 120))
    assert len(shown.connected_components()) == 1
    assert all(surface.get_at((20, y))[:3] == color for y in range(22, 41))


@pytest.mark.parametrize("draw_one", ["wedge", "level"])
def test_wedges_are_filled_after_their_rims(draw_one: str) -> None:
    canvas, color, halo = RecordingCanvas(SIZE), (9, 40, 120), (255, 255, 255)
    if draw_one == "wedge":
        draw_wedge(canvas, Rect(0, 0, 160, 80), (600.0, 90.0), color, halo, 1.0)
    else:
        session = replace(begin(load_scene("local-minimum")), playing=False, views=frozenset({ViewName.LOSS_SCALE}))
        race(session.scene).extend(2)
        draw(canvas, snapshot_of(session, race(session.scene)))
    lines = canvas.recording.splitlines()
    if draw_one == "level":
        first = max(n for n, line in enumerate(lines) if line.strip() == "loss scale")
        lines = lines[first + 1 : first + 6]
    assert [line.split()[0] for line in lines[-2:]] == ["polygon", "curve"]
    assert all(line.split()[0] == "line" and "#ffffff" in line for line in lines[:-2])
    assert not any("#ffffff" in line for line in lines[-2:])
