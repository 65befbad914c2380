"""Sentences of views at a map's edges: whole where there is a shorter form, and nothing stands on them."""

import re
from dataclasses import replace
from typing import Any

import pytest
from pygame import Rect
from recording_canvas import RecordingCanvas
from recordings import section

from sim.base.languages import LANGUAGES
from sim.scene import load_scene
from sim.stage.drawing.camera import FLAT
from sim.stage.drawing.layout import SMALLEST
from sim.stage.export.step import still
from sim.stage.picture.panel.course import course_of
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.setting import setting
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.picture.views.words.still import signs, still_map_of
from sim.stage.picture.views.words.stretch import marble_place
from sim.stage.session.session import begin
from sim.stage.views import STANDING, ViewName

LADDER = "learning-rate-ladder"

Drawn = list[tuple[str, list[Rect]]]


def lanes(name: str, update: int, size: tuple[int, int], views: set[ViewName], **more: Any) -> Drawn:
    """What is drawn of each lane, and what its marble takes up, as views know it."""
    scene = load_scene(name)
    running = race(scene)
    running.extend(update + 2)
    session = replace(begin(scene), playing=False, progress=float(update), views=frozenset(views), **more)
    here, canvas = setting(session, size), RecordingCanvas(size)
    draw(canvas, snapshot_of(session, running))
    found = []
    for index, place in enumerate(here.places.panels):
        areas, em = (place.map, place.strip), here.places.em
        context = course_of(running, index, areas, em, here.theme, here.camera).context(update, session.views)
        marble = marble_place(context, context.center, bool(context.site.beside(context.theta)))
        found.append((section(canvas.recording, f"lane {index + 1}"), [marble]))
    return found


@pytest.mark.parametrize(
    ("name", "update", "size", "views"),
    [
        (LADDER, 60, (1600, 900), {ViewName.GRADIENTS, ViewName.HESSIAN}),
        ("ravine", 40, (1920, 1080), {ViewName.GRADIENTS}),
        (LADDER, 25, SMALLEST, {ViewName.MOMENTUM}),
        (LADDER, 60, SMALLEST, {ViewName.GRADIENTS, ViewName.HESSIAN, ViewName.MOMENTUM}),
    ],
)
def test_the_mark_of_a_marble_that_is_away_stands_on_no_sentence(
    name: str, update: int, size: tuple[int, int], views: set[ViewName]
) -> None:
    wedges = 0
    for presenter in (False, True):
        for drawn, marbles in lanes(name, update, size, views, presenter=presenter):
            plates = [
                Rect(*(round(float(side)) for side in sides))
                for sides in re.findall(r"rect (\S+),(\S+) (\S+)x(\S+) \S+ opacity", drawn)
            ]
            assert plates
            for line in re.findall(r"^ *polygon (.*) #", drawn, re.MULTILINE):
                corners = [tuple(map(float, pixel.split(","))) for pixel in line.split()]
                if len(corners) == 4:
                    wedges += 1
                    assert not any(plate.collidepoint(corner) for plate in plates for corner in corners)
                    assert all(marbles[0].collidepoint(corner) for corner in corners), "words keep off it there"
    assert wedges == 2


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("presenter", [False, True])
def test_that_there_is_no_noise_is_said_in_full_in_narrow_lanes(language: str, presenter: bool) -> None:
    views = {ViewName.GRADIENTS, ViewName.LOSS_SCALE}
    for drawn, _ in lanes(LADDER, 25, SMALLEST, views, language=language, presenter=presenter):
        (said,) = re.findall(r'text "(.*?)" ', section(drawn, "gradients"))
        assert not said.endswith("…")


@pytest.mark.parametrize("larger", [1.0, 1.3, 1.6])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("step", [2, 7])
def test_where_a_shorter_form_or_another_place_hides_no_flag_and_no_mark_none_is_hidden(
    step: int, language: str, larger: float
) -> None:
    for size in ((1366, 768), (1920, 1080)):
        session = replace(still(step, language, "light"), presenter=True, larger=larger)
        session = replace(session, views=session.views | {ViewName.TEST_SURFACE})
        running, here, canvas = race(session.scene), setting(session, size), RecordingCanvas(size)
        running.extend(session.horizon + 1)
        draw(canvas, snapshot_of(session, running))
        place, em = here.places.panels[0], here.places.em
        course = course_of(running, 0, (place.map, place.strip), em, here.theme, here.camera)
        context = course.context(session.tick, session.views)
        words = re.escape(context.theme.say("dashed: test loss"))
        plate = re.search(rf'rect (\S+),(\S+) (\S+)x(\S+) .*\n\s*text "{words}', canvas.recording)
        assert plate
        assert Rect(*map(int, plate.groups())).collidelist(list(signs(still_map_of(context, STANDING)))) < 0


@pytest.mark.parametrize("name", ["local-minimum", LADDER, "batch-ladder"])
@pytest.mark.parametrize("size", [SMALLEST, (1366, 768), (1560, 800)])
def test_no_sentence_is_cut_however_large_type_is(size: tuple[int, int], name: str) -> None:
    views = {ViewName.MOVING_GROUND, ViewName.TEST_SURFACE, ViewName.LOSS_SCALE}
    for language in LANGUAGES:
        for drawn, _ in lanes(name, 40, size, views, presenter=True, larger=4.0, language=language, pose=FLAT):
            assert not re.search(r'text "[^"]*…"', drawn)
