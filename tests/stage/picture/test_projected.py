"""What a step of the tour speaks of is to be seen for a projector, too, and in the smallest window."""

import math
from dataclasses import replace
from itertools import product

import numpy as np
import pygame
import pytest
from recording_canvas import RecordingCanvas
from recordings import section

from sim.base.languages import LANGUAGES
from sim.descent.race import Race
from sim.descent.schedules import CONSTANT
from sim.scene import load_scene
from sim.scene.tour import the_tour
from sim.stage.drawing.camera import FLAT
from sim.stage.drawing.layout import LOW_PRESENTED
from sim.stage.drawing.screen import Screen
from sim.stage.export.step import still
from sim.stage.picture.around.guided import LOW_MAP
from sim.stage.picture.map.site import site_of
from sim.stage.picture.panel.course import course_of
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.setting import setting
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.picture.views.arrows import SHORTEST_ARROW, step_and_movement
from sim.stage.picture.views.words.stretch import marble_place
from sim.stage.session.session import Session, begin
from sim.stage.session.setup import NewSeed
from sim.stage.style.theme import load_theme
from sim.stage.views import CAPTIONED, ViewName

SMALLEST, MIDDLE, USUAL = (960, 600), (1024, 768), (1366, 768)
HIDDEN = 0.02
"""Of the land that is to be seen, as much as sentences may hide."""
LEAST_MAP = 9.0
"""Height of a map beside a step's strip in the smallest window, in ems, at least."""
CAPTIONS = 0.4
"""Of a map's height, as much as several sentences may take."""


class Plates(Screen):
    """A surface that notes what lies behind words on maps."""

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__(pygame.Surface(size, depth=32))
        self.plates: list[pygame.Rect] = []

    def rect(self, box, color, *, width=0, corner=0, opacity=255) -> None:  # type: ignore[no-untyped-def]
        super().rect(box, color, width=width, corner=corner, opacity=opacity)
        if opacity < 255:
            self.plates.append(pygame.Rect(box))


def projected(step: int, language: str) -> tuple[Session, Race]:
    """A step, counted from 1, in a picture for a projector, without its sheet; and its race."""
    session = replace(still(step - 1, language, "light"), presenter=True, sheet="")
    running = race(session.scene)
    running.extend(session.horizon + 1)
    return session, running


@pytest.mark.parametrize(("size", "language"), [*product((SMALLEST, USUAL), LANGUAGES)])
@pytest.mark.parametrize("step", [1, 6, 8])
def test_sentences_leave_land_to_be_seen(step: int, size: tuple[int, int], language: str) -> None:
    session, running = projected(step, language)
    here, canvas = setting(session, size), Plates(size)
    draw(canvas, snapshot_of(session, running))
    site = site_of(running.problem, here.camera, here.theme)
    land = np.isfinite(site.under(here.camera.screen())[..., 0])
    for panel in here.places.panels:
        covered = np.zeros_like(land)
        for plate in canvas.plates:
            part = plate.clip(panel.map).move(-panel.map.left, -panel.map.top)
            covered[part.top : part.bottom, part.left : part.right] = True
        assert (covered & land).sum() <= HIDDEN * land.sum()


def with_test_surface(session: Session) -> Session:
    """The session with a second sentence on its maps, and numbers and chart below these, so that they are lower."""
    return replace(session, views=session.views | {ViewName.TEST_SURFACE}, numbers=True, profile=True)


def test_where_land_has_room_sentences_are_whole() -> None:
    session, running = projected(6, "en")
    session = with_test_surface(session)
    canvas = RecordingCanvas((1920, 1080))
    draw(canvas, snapshot_of(session, running))
    for sentence in ("stands on the loss of 1 of 20 examples", "dashed: test loss, ◇ its minima"):
        assert f'text "{sentence}"' in canvas.recording


def test_lanes_say_the_same_in_as_many_words() -> None:
    session, running = projected(6, "de")
    session = with_test_surface(session)
    canvas = RecordingCanvas(USUAL)
    draw(canvas, snapshot_of(session, running))
    said = section(canvas.recording, "moving ground")
    assert said.count('text "Verlust aller 20 Beispiele"') == 2
    assert said.count('text "Verlust von 1 der 20 Beispiele"') == 1


def test_sentences_take_a_part_of_a_low_map() -> None:
    shown = frozenset(CAPTIONED)
    session = replace(begin(load_scene("local-minimum")), playing=False, presenter=True, pose=FLAT, views=shown)
    session = replace(session, numbers=True, profile=True)
    running, canvas = race(session.scene), Plates(SMALLEST)
    running.extend(session.horizon + 1)
    draw(canvas, snapshot_of(session, running))
    for panel in setting(session, SMALLEST).places.panels:
        plates = [plate for plate in canvas.plates if panel.map.contains(plate)]
        assert plates
        assert max(plate.bottom for plate in plates) - panel.map.top <= CAPTIONS * panel.map.height


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("step", range(1, 14))
def test_the_chart_makes_way_for_low_maps(step: int, language: str) -> None:
    session, _ = projected(step, language)
    low, high = (setting(session, size).places for size in (SMALLEST, USUAL))
    alone = setting(replace(session, profile=True), SMALLEST).places
    assert high.chart.height
    assert alone.chart.height
    assert alone.profile.height
    assert alone.panels[0].map.height < LOW_MAP * alone.em
    assert not low.chart.height
    assert low.panels[0].map.height >= LEAST_MAP * low.em
    assert low.panels[0].frame.bottom <= low.timeline.top


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("step", [1, 5, 7, 9])  # Those with four lanes.
def test_words_beside_names_make_way_before_the_chart(step: int, language: str) -> None:
    session, _ = projected(step, language)
    places = setting(session, MIDDLE).places
    assert places.chart.height
    assert places.panels[0].map.height >= LOW_MAP * places.em
    assert len({panel.frame.top for panel in places.panels}) == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("profile", [False, True])
@pytest.mark.parametrize("step", range(1, 14))
def test_nothing_that_stands_beside_a_step_is_cut(step: int, profile: bool, language: str) -> None:
    session, running = projected(step, language)
    shown = replace(session, live=True, profile=profile)
    for now in (shown, NewSeed().apply(shown)):
        canvas = RecordingCanvas(SMALLEST)
        draw(canvas, snapshot_of(now, running))
        assert '…"' not in canvas.recording
        head = section(canvas.recording, "caption").splitlines()
        assert any("align 1" in line for line in head)  # The keys that lead on.


def test_nothing_is_drawn_or_told_of_a_chart_that_made_way() -> None:
    session, running = projected(12, "en")
    canvas, pixels = RecordingCanvas(SMALLEST), Screen(pygame.Surface(SMALLEST, depth=32))
    draw(canvas, snapshot_of(session, running))
    assert '  text "loss"' not in canvas.recording
    places = setting(session, SMALLEST).places
    for y in range(places.panels[0].frame.bottom - 20, places.timeline.top + 20, 2):
        draw(pixels, snapshot_of(replace(session, pointer=(480, y), rests=True), running))


@pytest.mark.parametrize("size", [SMALLEST, USUAL, (1920, 1080)])
@pytest.mark.parametrize("larger", [1.0, 1.3, 1.6, 2.0])
def test_the_chart_makes_way_for_maps_where_large_type_leaves_them_low(size: tuple[int, int], larger: float) -> None:
    shown = replace(begin(load_scene("local-minimum")), presenter=True, live=True)
    places = setting(replace(shown, larger=larger), size).places
    map_height = places.panels[0].map.height
    assert map_height >= 0.3 * size[1]
    assert map_height >= LOW_PRESENTED * places.em or not places.chart.height
    assert places.chart.height or larger > 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_and_strips_that_a_step_tells_of_are_there(language: str) -> None:
    telling = [(number, step.tells) for number, step in enumerate(the_tour().step, 1) if step.tells]
    assert len(telling) == 5
    theme = load_theme("light", language)
    for number, tells in telling:
        session, running = projected(number, language)
        canvas = RecordingCanvas(SMALLEST)
        draw(canvas, snapshot_of(session, running))
        lanes, numbers = len(session.scene.lanes), section(canvas.recording, "numbers")
        for name in tells:
            if name == "batch strip":
                assert section(canvas.recording, "batch strip").count("batch strip") == lanes
            else:
                assert numbers.count(f'text "{theme.say(name)}"') == lanes, (number, name)


@pytest.mark.parametrize("size", [SMALLEST, USUAL])
def test_the_thin_arrow_is_seen_beside_the_other_from_under_the_marble(size: tuple[int, int]) -> None:
    session, running = projected(12, "en")
    here, seen = setting(session, size), 0
    place, camera = here.places.panels[2], here.camera
    course = course_of(running, 2, (place.map, place.strip), here.places.em, here.theme, camera)
    for update in range(4, 13):
        context = course.context(update, frozenset())
        step, movement = step_and_movement(context)
        assert step is not None
        assert movement is not None
        long, short = (math.dist(context.center, arrow.tip) for arrow in (movement, step))
        if long > SHORTEST_ARROW * context.stroke and not step.goes_on:
            assert short >= 0.99 * SHORTEST_ARROW * context.stroke
            assert short > 40 * context.stroke  # Its shaft, too, leads out from under the marble.
            along = context.vector(-context.track.gradient[update])
            towards = np.array(step.tip) - context.center
            assert along @ towards == pytest.approx(math.hypot(*along) * math.hypot(*towards))
            seen += 1
    assert seen >= 3


def test_the_sum_of_arrows_is_told_in_as_many_lines_as_leave_a_low_map_to_be_seen() -> None:
    session, running = projected(10, "en")
    session = replace(session, profile=True)
    here, canvas = setting(session, SMALLEST), Plates(SMALLEST)
    draw(canvas, snapshot_of(session, running))
    place = here.places.panels[2]
    course = course_of(running, 2, (place.map, place.strip), here.places.em, here.theme, here.camera)
    now = course.context(session.tick, frozenset())
    marble = marble_place(now, now.center)
    plates = [plate for plate in canvas.plates if place.map.colliderect(plate)]
    assert plates
    assert marble.collidelist(plates) < 0
    assert place.map.bottom - min(plate.top for plate in plates) <= CAPTIONS * place.map.height


@pytest.mark.parametrize("size", [(960, 600), (1366, 768), (1600, 900)])
def test_a_lane_whose_learning_rate_changes_has_all_numbers_and_that(size: tuple[int, int]) -> None:
    scene, theme = load_scene("warm-restarts"), load_theme("light")
    session = replace(begin(scene), playing=False, progress=100.0, seen=100, numbers=True)
    race(scene).extend(scene.updates + 1)
    canvas = RecordingCanvas(size)
    draw(canvas, snapshot_of(session, race(scene)))
    numbers = section(canvas.recording, "numbers")
    planned = sum(lane.schedule != CONSTANT for lane in scene.lanes)
    assert 0 < planned < len(scene.lanes)
    assert numbers.count('text "η"') == planned
    for name in ("L", "test L", "update", "epoch", "batch"):
        assert numbers.count(f'text "{theme.say(name)}"') == len(scene.lanes)
