"""Words about critical points: which type they have, and what they keep off."""

import re
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pygame
import pytest
from pygame import Rect
from recording_canvas import RecordingCanvas
from recordings import section

from sim.languages import LANGUAGES
from sim.scene import Scene, load_scene
from sim.scene.view import USUAL_VIEW
from sim.stage.drawing.canvas import Pixel
from sim.stage.picture.map.numbers import number_stands
from sim.stage.picture.panel.course import course_of
from sim.stage.picture.picture import draw, snapshot_of
from sim.stage.picture.setting import setting
from sim.stage.picture.views import ViewContext
from sim.stage.picture.views.room import still_places
from sim.stage.session.session import begin, race

HIMMELBLAU = load_scene("himmelblau")
VIEWS = {"map": USUAL_VIEW, "relief": HIMMELBLAU.view}
PRESENTED = [(1366, 768), (1600, 900), (1920, 1080)]


def labelled(scene: Scene, update: int, size: tuple[int, int], **more: Any) -> list[tuple[ViewContext, str]]:
    """What is drawn as labels of each lane, and the moment of it."""
    running = race(scene)
    running.extend(update + 2)
    session = replace(begin(scene), playing=False, progress=float(update), **more)
    session = replace(session, views=session.views | {"labels"})
    here = setting(session, size)
    draw(canvas := RecordingCanvas(size), snapshot_of(session, running))
    found = []
    for index, place in enumerate(here.places.panels):
        areas, em = (place.map, place.strip), here.places.em
        context = course_of(running, index, areas, em, here.theme, here.camera).context(update, session.views)
        found.append((context, section(section(canvas.recording, f"lane {index + 1}"), "labels")))
    return found


def plates(drawn: str) -> list[Rect]:
    found = re.findall(r"rect (\S+),(\S+) (\S+)x(\S+) ", drawn)
    return [Rect(*(round(float(side)) for side in each)) for each in found]


def leaders(drawn: str) -> list[tuple[Pixel, Pixel]]:
    found = dict.fromkeys(re.findall(r"line (\S+),(\S+) (\S+),(\S+) ", drawn))
    return [((float(x), float(y)), (float(right), float(below))) for x, y, right, below in found]


def crossing(one: tuple[Pixel, Pixel], other: tuple[Pixel, Pixel]) -> bool:
    """Whether two lines have a point in common, by solving for it."""
    (x, y), (a, b) = one[0], (one[1][0] - one[0][0], one[1][1] - one[0][1])
    (u, v), (c, d) = other[0], (other[1][0] - other[0][0], other[1][1] - other[0][1])
    if not (parted := a * d - b * c):
        return False
    return all(0 < share / parted < 1 for share in ((u - x) * d - (v - y) * c, (u - x) * b - (v - y) * a))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("view", VIEWS)
def test_they_leave_the_numbers_of_minima_to_be_seen(language: str, view: str) -> None:
    for size in PRESENTED:
        scene = replace(HIMMELBLAU, view=VIEWS[view])
        for context, drawn in labelled(scene, 60, size, presenter=True, language=language):
            still, area = tuple(map(tuple, still_places(context))), tuple(context.area)
            told = number_stands(context.problem, context.camera, context.theme, context.stroke, area, (), still)
            numbers = [stand.place for stand in told]
            assert len(numbers) == 4
            assert len(plates(drawn)) == 9
            assert [plate for plate in plates(drawn) if plate.collidelist(numbers) >= 0] == []


def test_before_an_audience_their_type_is_larger_and_numbers_are_shorter_where_all_have_no_room() -> None:
    sizes = []
    for presenter in (False, True):
        (_, drawn), *_ = labelled(HIMMELBLAU, 60, (1366, 768), presenter=presenter)
        sizes.append({int(size) for size in re.findall(r"size (\d+)", drawn)})
        assert len(plates(drawn)) == 9
    assert max(sizes[0]) < min(sizes[1])
    assert '"κ = 28.7, 105"' in drawn


@pytest.mark.parametrize("name", ["egg-box", "himmelblau", "muller-brown"])
@pytest.mark.parametrize("size", [(960, 600), *PRESENTED])
def test_no_two_of_their_leaders_cross(name: str, size: tuple[int, int]) -> None:
    for _, drawn in labelled(load_scene(name), 400 if name == "egg-box" else 0, size):
        assert not any(crossing(*both) for both in combinations(leaders(drawn), 2))


def test_they_go_where_no_arrow_is() -> None:
    scene, arrows, under = replace(HIMMELBLAU, view=USUAL_VIEW), 0, 0
    for update in (*range(12), 60):
        for context, drawn in labelled(scene, update, (1600, 900)):
            for arrow in filter(None, context.arrows):
                arrows += 1
                under += sum(bool(plate.clipline(context.center, arrow.tip)) for plate in plates(drawn))
    assert arrows > 50
    assert 4 * under < arrows, "but where there is no room beside all of them, for as long as words stand still"


def test_one_that_another_mark_seems_to_have_has_a_leader() -> None:
    scene = replace(HIMMELBLAU, view=VIEWS["relief"])
    for context, drawn in labelled(scene, 60, (1920, 1080), presenter=True):
        marks = [pygame.Vector2(context.pixel(np.array(point.position))) for point in context.problem.critical]
        ends = [end for _, end in leaders(drawn)]
        assert len(plates(drawn)) == len(marks)
        for own, plate in enumerate(plates(drawn)):
            near = [mark for mark in marks if plate.inflate(2 * context.em, 2 * context.em).collidepoint(mark)]
            stray = any(mark.distance_to(plate.center) < marks[own].distance_to(plate.center) for mark in near)
            led = any(plate.inflate(2, 2).collidepoint(end) for end in ends)
            assert led or not stray, own
