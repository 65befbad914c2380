"""Words about critical points: which type they have, and what they keep off."""

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, pairwise, product
from typing import Any

import numpy as np
import pygame
import pytest
from pygame import Rect
from recording_canvas import RecordingCanvas
from recordings import section

from sim.base.languages import LANGUAGES
from sim.scene import Scene, load_scene
from sim.scene.view import USUAL_VIEW
from sim.stage.drawing.camera import Pose
from sim.stage.drawing.canvas import Pixel
from sim.stage.drawing.glyphs import draw_dashed
from sim.stage.export.step import still
from sim.stage.picture.map.numbers import number_stands
from sim.stage.picture.panel.course import course_of
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.setting import setting
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.picture.views import ViewContext
from sim.stage.picture.views.arrows import step_and_movement
from sim.stage.picture.views.context import MOMENTS
from sim.stage.picture.views.hessian import bar_length
from sim.stage.picture.views.labels.places import marked_places
from sim.stage.picture.views.labels.words import rounded_to
from sim.stage.picture.views.words.still import still_places
from sim.stage.session.session import Session, begin
from sim.stage.style.color import Color
from sim.stage.style.numbers import number
from sim.stage.style.theme import load_theme
from sim.stage.views import ViewName
from sim.surface.critical.point import CriticalKind
from sim.surface.points import eigenvectors

HIMMELBLAU = load_scene("himmelblau")
VIEWS = {"map": USUAL_VIEW, "relief": HIMMELBLAU.view}
PRESENTED = [(1366, 768), (1600, 900), (1920, 1080)]


def labelled(scene: Scene, update: int, size: tuple[int, int], **more: Any) -> list[tuple[ViewContext, str]]:
    """What is drawn as labels of each lane, and the moment of it."""
    session = replace(begin(scene), playing=False, progress=float(update), **more)
    return labels_in(replace(session, views=session.views | {ViewName.LABELS}), size)


def labels_in(session: Session, size: tuple[int, int]) -> list[tuple[ViewContext, str]]:
    """The same, of a session that shows them."""
    running, here = race(session.scene), setting(session, size)
    running.extend(session.horizon + 1)
    draw(canvas := RecordingCanvas(size), snapshot_of(session, running))
    found = []
    for index, place in enumerate(here.places.panels):
        areas, em = (place.map, place.strip), here.places.em
        context = course_of(running, index, areas, em, here.theme, here.camera).context(session.tick, session.views)
        found.append((context, section(section(canvas.recording, f"lane {index + 1}"), "labels")))
    return found


def plates(drawn: str) -> list[Rect]:
    found = re.findall(r"rect (\S+),(\S+) (\S+)x(\S+) ", drawn)
    return [Rect(*(round(float(side)) for side in each)) for each in found]


def leaders(drawn: str) -> list[tuple[Pixel, Pixel]]:
    """Lines from marks to words: each is drawn twice, in dashes."""
    found = dict.fromkeys(re.findall(r"^ *segments (.*?) #", drawn, re.MULTILINE))
    dashes = [[tuple(map(float, end.split(","))) for end in re.findall(r"[-\d.]+,[-\d.]+", each)] for each in found]
    return [((ends[0][0], ends[0][1]), (ends[-1][0], ends[-1][1])) for ends in dashes]


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
    (_, drawn), *_ = labels_in(replace(still(10, "de", "light"), presenter=True), (1366, 768))
    assert '"κ = −46, −16"' in drawn


@pytest.mark.parametrize("name", ["egg-box", "himmelblau", "muller-brown"])
@pytest.mark.parametrize("size", [(960, 600), *PRESENTED])
def test_no_two_of_their_leaders_cross(name: str, size: tuple[int, int]) -> None:
    for _, drawn in labelled(load_scene(name), 400 if name == "egg-box" else 0, size):
        assert not any(crossing(*both) for both in combinations(leaders(drawn), 2))


def test_they_go_where_no_arrow_is() -> None:
    scene, arrows, under = replace(HIMMELBLAU, view=USUAL_VIEW), 0, 0
    for update in (*range(12), 60):
        for context, drawn in labelled(scene, update, (1600, 900)):
            for arrow in filter(None, step_and_movement(context)):
                arrows += 1
                under += sum(bool(plate.clipline(context.center, arrow.tip)) for plate in plates(drawn))
    assert arrows > 50
    assert 5 * under < arrows, "but where there is no room beside them"


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


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [(960, 600), *PRESENTED])
def test_one_that_has_another_mark_at_an_end_of_its_lines_has_a_leader_or_its_own_at_one(
    size: tuple[int, int], language: str
) -> None:
    for context, drawn in labels_in(replace(still(10, language, "light"), presenter=True), size):
        marks = [pygame.Vector2(context.pixel(np.array(point.position))) for point in context.problem.critical]
        ends = [end for _, end in leaders(drawn)]
        curvatures = np.array([point.eigenvalues for point in context.problem.critical])
        for (_, told), plate in zip(words_at(drawn), plates(drawn), strict=True):
            values = [float(value.replace("−", "-")) for value in told.removeprefix("κ = ").split(", ")]
            own = int(np.abs(curvatures - values).sum(axis=1).argmin())
            lines = plate.inflate(2 * context.em, 0)
            led = any(plate.inflate(2, 2).collidepoint(end) for end in ends)
            at_an_end = [number for number, mark in enumerate(marks) if lines.collidepoint(mark)]
            assert led or own in at_an_end or not at_an_end, own


def test_in_a_crowd_the_mark_closest_to_words_without_a_leader_is_theirs() -> None:
    without = 0
    for size, presenter in product(((960, 600), *PRESENTED), (False, True)):
        for context, drawn in labelled(replace(load_scene("egg-box"), view=USUAL_VIEW), 60, size, presenter=presenter):
            points, ends = context.problem.critical, [end for _, end in leaders(drawn)]
            for lines, plate in zip(words_at(drawn), plates(drawn), strict=True):
                if not any(plate.inflate(2, 2).collidepoint(end) for end in ends):
                    away = [math.dist(plate.center, context.pixel(np.array(point.position))) for point in points]
                    closest = points[int(np.argmin(away))]
                    assert lines[0].startswith(closest.kind.value)
                    assert float(lines[0].rpartition(" ")[2]) == pytest.approx(closest.value, rel=1e-3)
                    without += 1
    assert without > 0


def words_at(drawn: str) -> list[tuple[str, ...]]:
    """Both lines of each of the words, in their order."""
    lines = re.findall(r'text "(.*?)" ', drawn)
    return list(zip(lines[::2], lines[1::2], strict=True))


@pytest.mark.parametrize("view", VIEWS)
def test_they_stay_where_they_are_while_marbles_are_fast(view: str) -> None:
    scene, places = replace(HIMMELBLAU, view=VIEWS[view]), list[set[tuple[Any, ...]]]()
    for update in range(0, 32, 3):
        for lane, (_, drawn) in enumerate(labelled(scene, update, (1366, 768), views=frozenset({ViewName.FORMULA}))):
            told = zip(words_at(drawn), map(tuple, plates(drawn)), strict=True)
            places += [set()] * (lane + 1 - len(places))
            places[lane] = places[lane] | set(told)
    hops = [len(each) - len({words for words, _ in each}) for each in places]
    assert sum(hops) <= 6, "where else an arrow would be hidden"
    assert min(map(len, places)) >= 5


@pytest.mark.parametrize(("name", "most"), [("muller-brown", 12), ("himmelblau", 6)])
def test_they_stay_where_they_are_from_block_to_block(name: str, most: int) -> None:
    scene, hops, seen = load_scene(name), 0, 0
    for update in range(MOMENTS, scene.updates, MOMENTS):
        turn = (labelled(scene, tick, (960, 600), views=frozenset()) for tick in (update - 1, update))
        for before, after in zip(*turn, strict=True):
            was, now = (
                set(zip(words_at(drawn), map(tuple, plates(drawn)), strict=True)) for _, drawn in (before, after)
            )
            seen += len(now)
            hops += len(now - was)
    assert seen > 100
    assert hops <= most, "where else an arrow would be hidden"


def test_on_ground_that_moves_they_go_with_their_marks_unless_a_line_leads_there() -> None:
    places, offsets = (dict[tuple[float, float], list[pygame.Vector2]]() for _ in range(2))
    for update in range(33, 63, 3):
        _, (context, drawn), _ = labelled(load_scene("local-minimum"), update, (1366, 768))
        assert context.shaken is not None
        for point in context.problem.critical:
            at = next(n for n, lines in enumerate(words_at(drawn)) if number(point.value) in lines[0])
            middle = pygame.Vector2(plates(drawn)[at].center)
            places.setdefault(point.position, []).append(middle)
            offsets.setdefault(point.position, []).append(middle - context.pixel(np.array(point.position)))
    assert len(places) == 3
    for position, there in places.items():
        ways = (combinations(each, 2) for each in (there, offsets[position]))
        assert min(max(one.distance_to(other) for one, other in way) for way in ways) <= 3, position


@pytest.mark.parametrize("larger", [1.0, 1.6])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [(960, 600), *PRESENTED])
def test_no_line_leads_through_a_mark_or_to_none_and_minima_come_first(
    size: tuple[int, int], language: str, larger: float
) -> None:
    session = replace(still(10, language, "light"), presenter=True, larger=larger)
    (context, drawn), *_ = labels_in(session, size)
    found = marked_places(context)
    for start, end in leaders(drawn):
        own = min(found.values(), key=lambda mark: math.dist(mark.center, start))
        assert math.dist(own.center, start) <= 0.5 * max(own.size) + 1
        others = [mark.inflate(-6, -6) for mark in found.values() if mark is not own]
        assert [mark for mark in others if mark.clipline(start, end)] == []
    told = {kind: drawn.count(f'"{context.theme.say(kind.value)}') for kind in CriticalKind}
    count = drawn.count('"κ')
    assert count == len(found) or larger > 1 or size == (960, 600)
    assert count >= 6
    if count == len(found):
        assert min(told[point.kind] for point in found) > 0


@pytest.mark.parametrize("name", ["warm-restarts", "egg-box"])
def test_only_marks_that_are_drawn_have_words(name: str) -> None:
    scene = load_scene(name)
    scene = replace(scene, view=USUAL_VIEW, lanes=(scene.lanes * 6)[:6])
    for context, drawn in labelled(scene, 0, (960, 600), presenter=True):
        at = marked_places(context)
        assert len(at) < len(context.problem.critical)
        for lines in words_at(drawn):
            assert any(
                lines[0].endswith(f"L = {told}".replace("-", "−"))
                for point in at
                for told in (number(point.value), *(rounded_to(digits, point.value) for digits in (3, 2)))
            )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [(960, 600), (1366, 768)])
def test_none_lies_on_the_bars_of_a_cross(size: tuple[int, int], language: str) -> None:
    for context, drawn in labels_in(still(10, language, "light"), size):
        told = plates(drawn)
        assert len(told) == 9
        for point in context.problem.critical:
            if point.kind is CriticalKind.SADDLE:
                x, y = context.pixel(np.array(point.position))
                for axis, reach in zip(point.eigenvectors, (8.5, 4.5), strict=True):
                    along = pygame.Vector2(axis[0], -axis[1]) * reach * context.stroke
                    bar = (x - along.x, y - along.y), (x + along.x, y + along.y)
                    assert [plate for plate in told if plate.clipline(*bar)] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_lines_to_their_marks_are_dashed_and_quiet_as_no_arrow_is(view: str, theme: str) -> None:
    quiet = "#{:02x}{:02x}{:02x}".format(*load_theme(theme).muted)
    for _, drawn in labelled(replace(HIMMELBLAU, view=VIEWS[view]), 60, (1366, 768), theme=theme):
        assert not re.findall(r"^ *(?:line|curve|polygon) ", drawn, re.MULTILINE)
        dashes = re.findall(r"^ *segments .* (#\w+) width \d+$", drawn, re.MULTILINE)
        assert len(leaders(drawn)) == dashes.count(quiet) == len(dashes) / 2


def test_dashes_lead_from_end_to_end_with_gaps_between_them() -> None:
    class Dashes(RecordingCanvas):
        def segments(self, segments: Sequence[tuple[Pixel, Pixel]], color: Color, width: int = 1) -> None:
            drawn[color, width] = [(start[0], end[0]) for start, end in segments]

    for length in (0.0, 3.0, 17.0, 240.0):
        drawn = dict[tuple[Color, int], list[tuple[float, float]]]()
        draw_dashed(Dashes((300, 300)), ((10.0, 20.0), (10.0 + length, 20.0)), (0, 0, 0), (9, 9, 9), 1.0)
        rim, dashes = drawn[(9, 9, 9), 3], drawn[(0, 0, 0), 1]
        assert rim == dashes
        assert [dashes[0][0], dashes[-1][1]] == pytest.approx([10.0, 10.0 + length])
        assert all(other[0] >= one[1] + 1.4 * (one[1] - one[0]) for one, other in pairwise(dashes))
        assert len(dashes) >= max(2, length / 12)


@pytest.mark.parametrize("size", [(960, 600), (1366, 768), (1600, 900)])
def test_in_a_crowd_those_that_are_spoken_of_come_first_and_none_says_the_same(size: tuple[int, int]) -> None:
    for context, drawn in labelled(load_scene("egg-box"), 400, size):
        told, judge = words_at(drawn), context.race.judges[context.index]
        assert len(told) == len(set(told)) > 2
        for leader in leaders(drawn):
            assert sum(bool(plate.inflate(-2, -2).clipline(*leader)) for plate in plates(drawn)) == 0
        basin = judge.basin(400)
        if basin is not None:
            assert any(f"L = {number(context.problem.minima[basin].value)}" in lines[0] for lines in told)


def test_no_ellipse_of_gradients_is_drawn_over_them() -> None:
    """They keep off arrows, but not off what shows the noise, which may be large: it lies below them."""
    session = replace(begin(load_scene("sharp-and-flat")), playing=False, progress=60.0)
    session = replace(session, views=frozenset({ViewName.GRADIENTS, ViewName.LABELS}))
    running = race(session.scene)
    running.extend(session.horizon + 1)
    draw(canvas := RecordingCanvas((1366, 768)), snapshot_of(session, running))
    for lane in range(1, 4):
        drawn = section(canvas.recording, f"lane {lane}").splitlines()
        ellipses = [number for number, line in enumerate(drawn) if "curve" in line and "(36 points" in line]
        words = [number for number, line in enumerate(drawn) if '"κ = ' in line and "align" in line]
        assert ellipses[-1] < words[0]


def test_bars_of_curvature_do_not_strike_them_through() -> None:
    for context, drawn in labelled(load_scene("newton"), 30, (1366, 768), views=frozenset({ViewName.HESSIAN})):
        theta = context.theta
        axes = eigenvectors(context.problem.train.hessian(theta))
        for axis, curvature in zip(context.vector(axes), context.track.curvatures[30].tolist(), strict=True):
            along = bar_length(context, curvature) * pygame.Vector2(*axis.tolist()).normalize()
            middle = pygame.Vector2(context.center)
            struck = [
                plate for plate in plates(drawn) if plate.inflate(-4, -4).clipline(middle - along, middle + along)
            ]
            assert struck == []


def test_curvatures_that_are_none_have_no_bars_to_keep_off() -> None:
    two = load_scene("two-weights")
    lanes = tuple(replace(lane, rule=replace(lane.rule, learning_rate=0.9)) for lane in two.lanes)
    session = begin(replace(two, lanes=lanes))
    shown = replace(session, progress=12.0, views=frozenset({ViewName.HESSIAN, ViewName.LABELS}), pose=Pose(10.0, 40.0))
    running = race(shown.scene)
    running.extend(40)
    draw(RecordingCanvas((960, 600)), snapshot_of(shown, running))


@pytest.mark.parametrize(
    ("digits", "value", "told"),
    [(3, 181.617, "182"), (2, 181.617, "182"), (2, 104.02, "104"), (2, 0.12345, "0.12"), (3, 1234.5, "1234")],
)
def test_with_few_digits_no_whole_number_is_rounded_to_tens(digits: int, value: float, told: str) -> None:
    assert rounded_to(digits, value) == told


def test_one_that_makes_way_for_arrows_does_not_go_upon_the_trail() -> None:
    session, moved = replace(still(10, "en", "light"), presenter=True), 0
    for update in (8, 16):
        turn = (labels_in(replace(session, progress=float(tick)), (1920, 1080))[1] for tick in (update - 1, update))
        (_, before), (context, after) = turn
        was, now = (set(zip(words_at(each), map(tuple, plates(each)), strict=True)) for each in (before, after))
        way = [context.pixel(theta) for theta in context.track.theta[: update + 8]]
        for _, place in now - was:
            struck = [Rect(place).clipline(*piece) for piece in pairwise(way)]
            assert sum(math.dist(*piece) for piece in struck if piece) < 0.25 * Rect(place).width
            moved += 1
    assert moved > 0
