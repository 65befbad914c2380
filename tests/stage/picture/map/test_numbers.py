"""The numbers of minima on maps: those that are spoken of are there, and nothing hides them."""

import math
from dataclasses import replace
from itertools import product

import numpy as np
import pygame
import pytest

from sim.base.languages import LANGUAGES
from sim.descent.verdict.events import Escape, Event
from sim.descent.verdict.kinds import VerdictKind
from sim.scene import load_scene, scene_files
from sim.scene.reading import parse_scene
from sim.scene.view import USUAL_VIEW, LandView
from sim.stage.drawing.canvas import Pixel
from sim.stage.drawing.screen import Screen
from sim.stage.export.step import still
from sim.stage.picture.map.numbers import MOST_NUMBERS, draw_numbers, named_minima
from sim.stage.picture.map.site import site_of
from sim.stage.picture.map.terrain import marks_of
from sim.stage.picture.panel.course import course_of
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.setting import setting
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.picture.views.words.still import still_places
from sim.stage.session.session import Session, as_it_wants, begin
from sim.stage.style import text
from sim.stage.style.color import Color
from sim.stage.style.style import stroke_of
from sim.stage.style.theme import load_theme
from sim.stage.views import ViewName
from sim.study.odds.ends import EndPart, LaneEnds
from sim.study.statistics.end_kind import EndKind
from sim.study.statistics.intervals import exact


class Marked(Screen):
    """A canvas that remembers which digits were written on maps, where and how large."""

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__(pygame.Surface(size, depth=32))
        self.labels: list[tuple[str, Pixel, int]] = []

    def label(self, words: str, corner: Pixel, size: int, color: Color, halo: Color, *, bold: bool = False) -> None:
        self.labels.append((words, corner, size))
        super().label(words, corner, size, color, halo, bold=bold)


def drawn(session: Session, size: tuple[int, int]) -> Marked:
    running = race(session.scene)
    running.extend(session.scene.updates + 1)
    canvas = Marked(size)
    draw(canvas, snapshot_of(session, running))
    return canvas


def legible(canvas: Marked, session: Session) -> list[tuple[str, Pixel]]:
    """The numbers whose every pixel is to be seen, and where they are."""
    theme, found = load_theme(session.theme), list[tuple[str, Pixel]]()
    for words, corner, size in canvas.labels:
        alone = text.haloed(words, size, theme.mark, theme.halo, True)
        solid = pygame.surfarray.array_alpha(alone) == 255
        left, top = round(corner[0]), round(corner[1])
        seen = canvas.surface.subsurface(pygame.Rect((left, top), alone.get_size()))
        if np.array_equal(pygame.surfarray.array3d(seen)[solid], pygame.surfarray.array3d(alone)[solid]):
            found.append((words, corner))
    return found


def named_on(session: Session, size: tuple[int, int], lane: int) -> tuple[set[str], set[str]]:
    """The numbers of minima that are spoken of beside a lane's map, and those that can be read on it."""
    here, judge = setting(session, size), race(session.scene).judges[lane]
    moves = [event for event in judge.events_until(session.tick) if event.kind == "escaped"]
    wanted = {f"{place + 1}" for place in (moves[-1].source, moves[-1].target) if place is not None} if moves else set()
    basin = judge.verdict(session.tick).basin
    wanted |= {f"{basin + 1}"} if basin is not None else set()
    area = here.places.panels[lane].map
    return wanted, {words for words, corner in legible(drawn(session, size), session) if area.collidepoint(corner)}


@pytest.mark.parametrize(("size", "presenter"), [((960, 600), False), ((1366, 768), True)])
def test_a_step_that_speaks_of_minima_has_their_numbers_whole(size: tuple[int, int], presenter: bool) -> None:
    session = replace(still(7, LANGUAGES[0], "light"), presenter=presenter)
    assert session.scene.name == "sharp-and-flat"
    for lane in range(3):
        wanted, there = named_on(session, size, lane)
        assert wanted
        assert wanted <= there


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("size", [(960, 600), (1920, 1080)])
def test_where_minima_are_many_those_that_are_spoken_of_have_numbers(
    size: tuple[int, int], flat: bool, together: bool
) -> None:
    scene = load_scene("egg-box")
    scene = replace(scene, view=USUAL_VIEW) if flat else scene
    session = replace(as_it_wants(begin(scene)), playing=False, together=together, progress=240.0, seen=240)
    assert len(scene.problem().minima) > MOST_NUMBERS
    for lane in range(3):
        wanted, there = named_on(session, size, lane)
        assert wanted <= there
        assert len(there) <= 3 * MOST_NUMBERS


def test_the_basin_comes_first_then_the_last_escape_and_then_where_seeds_end() -> None:
    moves = [
        Event(3, 4, Escape.SADDLE, 2, 9),
        Event(5, 7, Escape.BASIN, 9, 1),
        Event(9, 12, Escape.BASIN, 1, 4),
        Event(15, 15, VerdictKind.RATTLING),
    ]
    assert named_minima(4, moves) == (4, 1, 9)
    none = np.zeros(0, dtype=np.int64)
    parts = [EndPart(EndKind.MINIMUM, place, exact(count, 100), none) for place, count in ((7, 5), (8, 70), (1, 10))]
    parts.append(EndPart(EndKind.UNDER_WAY, -1, exact(15, 100), none))
    ends = LaneEnds(100, tuple(parts), exact(80, 100), (), (), False)
    assert named_minima(4, moves, ends) == (4, 1, 9, 8, 7)
    wandering = [Event(each, each, Escape.BASIN, each, each + 1) for each in range(40)]
    assert named_minima(4, wandering)[:3] == (4, 39, 40)
    assert len(named_minima(4, wandering)) == MOST_NUMBERS


def test_numbers_stand_still_while_marbles_move() -> None:
    places = dict[tuple[str, int], set[Pixel]]()
    for update in range(0, 60, 3):
        session = replace(begin(load_scene("local-minimum")), playing=False, progress=float(update), views=frozenset())
        for words, corner, _ in drawn(session, (960, 600)).labels:
            places.setdefault((words, int(corner[0]) // 320), set()).add(corner)
    assert len(places) == 6
    assert all(len(corners) == 1 for corners in places.values())


@pytest.mark.parametrize(
    "views", [frozenset({ViewName.MOMENTUM}), frozenset({ViewName.MOMENTUM, ViewName.MOVING_GROUND})]
)
def test_on_ground_that_moves_they_go_with_their_minima(views: frozenset[ViewName]) -> None:
    scene, sides = load_scene("local-minimum"), dict[str, set[Pixel]]()
    for update in range(16, 52, 4):
        session = replace(begin(scene), playing=False, progress=float(update), views=views)
        canvas, here = drawn(session, (1200, 700)), setting(session, (1200, 700))
        for index, place in enumerate(here.places.panels):
            areas, em = (place.map, place.strip), here.places.em
            course = course_of(race(scene), index, areas, em, here.theme, here.camera)
            context = course.context(update, views)
            for words, corner, _ in canvas.labels:
                if place.map.collidepoint(corner):
                    x, y = context.pixel(np.array(context.problem.minima[int(words) - 1].position))
                    sides.setdefault(words, set()).add((round((corner[0] - x) / 3), round((corner[1] - y) / 3)))
    assert sides.keys() == {"1", "2"}
    for offsets in sides.values():
        across, down = zip(*offsets, strict=True)
        assert max(across) - min(across) <= 1, "in all lanes alike, but for what rounding leaves"
        assert max(down) - min(down) <= 1


@pytest.mark.parametrize("name", ["local-minimum", "warm-restarts", "himmelblau", "muller-brown"])
@pytest.mark.parametrize("view", [USUAL_VIEW, None], ids=["map", "own"])
@pytest.mark.parametrize("size", [(960, 600), (1600, 900)])
def test_each_is_nearer_to_its_minimum_than_to_any_other_mark_that_is_drawn(
    size: tuple[int, int], view: LandView | None, name: str
) -> None:
    scene = load_scene(name)
    session = replace(begin(replace(scene, view=view or scene.view)), playing=False, views=frozenset())
    canvas, here = drawn(session, size), setting(session, size)
    problem, place = scene.problem(), here.places.panels[0]
    course = course_of(race(session.scene), 0, (place.map, place.strip), here.places.em, here.theme, here.camera)
    context, found = course.context(0, frozenset()), 0
    marks = marks_of(problem, here.camera, here.theme, context.stroke)
    drawn_points = [point for point, mark in zip(problem.critical, marks, strict=True) if mark.drawn]
    for words, corner, height in canvas.labels:
        if place.map.collidepoint(corner):
            middle = pygame.Rect(corner, text.label_size(words, height, bold=True)).center
            own = problem.minima[int(words) - 1]
            away = {point: math.dist(middle, context.pixel(np.array(point.position))) for point in drawn_points}
            assert away[own] <= 1 + min(away.values()), words
            found += 1
    assert found >= 2


EGGS = """
title = "Eggs"
look = "Eight minima on land that is small where lanes are many."
updates = 400
start = [-2.2, -0.8]
[surface]
kind = "formula"
formula = "0.3*x^2 + 0.3*y^2 + sin(3*x)*cos(2*y)"
[examples]
kind = "shifted"
sigma = 0.2
[lane.one]
rule = "gradient descent"
learning_rate = 0.15
batch_size = 1
"""
SHOWN = [*scene_files(), "eggs"]
SEEN_FROM = {"map": USUAL_VIEW, "relief": LandView("relief"), "low": LandView("relief", yaw=-70.0, tilt=24.0)}
LAYOUTS = list(product(range(1, 7), [(960, 600), (1366, 768), (1920, 1080)], [1.0, 1.6], [False, True]))


@pytest.mark.parametrize("view", SEEN_FROM)
@pytest.mark.parametrize("name", SHOWN)
def test_in_every_layout_each_is_plainly_that_of_its_ring_and_on_the_land(name: str, view: str) -> None:
    scene, found = parse_scene(EGGS, name) if name == "eggs" else load_scene(name), 0
    problem, theme = scene.problem(), load_theme("dark")
    for lanes, size, larger, presenter in LAYOUTS[SHOWN.index(name) % 3 :: 1 if name == "eggs" else 5]:
        several = replace(scene, view=SEEN_FROM[view], lanes=(scene.lanes * 6)[:lanes])
        here = setting(replace(begin(several), presenter=presenter, larger=larger), size)
        area, camera, stroke = here.places.panels[0].map, here.camera, stroke_of(here.places.em)
        named, site = tuple(range(min(len(problem.minima), MOST_NUMBERS))), site_of(problem, camera, theme)
        canvas = Marked(size)
        draw_numbers(canvas, problem, site, theme, stroke, area, named)
        marks = marks_of(problem, camera, theme, stroke)
        rings = {
            problem.minima.index(point): mark.place.move(area.topleft).center
            for point, mark in zip(problem.critical, marks, strict=True)
            if point in problem.minima and mark.drawn
        }
        for words, corner, height in canvas.labels:
            box = pygame.Rect(corner, text.label_size(words, height, bold=True))
            away = {number: math.dist(box.center, ring) for number, ring in rings.items()}
            x, y = problem.minima[int(words) - 1].position
            own = math.dist(box.center, site.pixel(x, y) + pygame.Vector2(area.topleft))
            assert min([far for number, far in away.items() if number != int(words) - 1], default=own) >= own
            digits = np.array([box.midleft, box.center, box.midright]) - area.topleft
            assert not np.isnan(site.under(digits + 0.0)).any()
            found += 1
    assert found >= 2


@pytest.mark.parametrize("view", [USUAL_VIEW, LandView("relief")], ids=["map", "relief"])
@pytest.mark.parametrize("larger", [1.0, 1.6, 4.0])
def test_in_large_type_neither_another_number_nor_the_flag_comes_before_its_ring(larger: float, view: LandView) -> None:
    session, size = begin(replace(load_scene("local-minimum"), view=view)), (1560, 800)
    session = replace(session, playing=False, presenter=True, larger=larger)
    canvas, here, found = drawn(session, size), setting(session, size), 0
    for lane, place in enumerate(here.places.panels):
        areas, em = (place.map, place.strip), here.places.em
        context = course_of(race(session.scene), lane, areas, em, here.theme, here.camera).context(0, session.views)
        flag = still_places(context)[0]
        boxes = {
            int(words): pygame.Rect(corner, text.label_size(words, height, bold=True))
            for words, corner, height in canvas.labels
            if place.map.collidepoint(corner) and words in {"1", "2"}
        }
        for number, box in boxes.items():
            minimum = context.pixel(np.array(context.problem.minima[number - 1].position))
            own = math.dist(box.center, minimum)
            assert all(math.dist(box.center, other.center) >= own - 1 for key, other in boxes.items() if key != number)
            assert not flag.clipline(box.center, minimum)
            found += 1
    assert found >= 3
