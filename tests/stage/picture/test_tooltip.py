"""Tooltips: they tell what is there, and lie over nothing that they tell of."""

from dataclasses import replace
from itertools import product

import numpy as np
import pygame
import pytest
from messages import after
from recording_canvas import RecordingCanvas
from scenes import flat_scene

from sim.base.languages import LANGUAGES
from sim.base.limits import THEMES
from sim.scene import Scene, load_scene, scene_files
from sim.stage.drawing.layout import SMALLEST, USUAL
from sim.stage.drawing.screen import Screen
from sim.stage.picture.around.timeline import track
from sim.stage.picture.map.site import Map, site_of
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.setting import Setting, setting
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.picture.tips import tooltip
from sim.stage.picture.tips.box import Tip, TipContext, TipRow, box_beside, draw_tip
from sim.stage.picture.tips.tooltip import (
    chart_tip,
    kind_of_place,
    local_values,
    map_tip,
    tip_at,
)
from sim.stage.session.bindings import key_text, keys, label_of
from sim.stage.session.lanes import SelectLane, SetHyperparameter
from sim.stage.session.session import Session, begin
from sim.stage.style.numbers import number, signed
from sim.stage.style.theme import load_theme
from sim.surface.critical.point import CriticalKind
from sim.surface.points import eigenvalues

NAMES = list(scene_files())


@pytest.fixture
def scene() -> Scene:
    return flat_scene("local-minimum")


@pytest.fixture
def session(scene: Scene) -> Session:
    return replace(begin(scene), playing=False, progress=100.0, seen=100)


@pytest.mark.parametrize("name", NAMES)
def test_hovering_tells_what_the_problem_has_there(name: str) -> None:
    problem = flat_scene(name).problem()
    for x, y in np.random.default_rng(2).normal(size=(4, 2)).tolist():
        here = local_values(problem, x, y)
        point = np.array([x, y])
        gradient = problem.train.gradient(point)
        assert here.loss == problem.train.value(point)
        assert here.slope == pytest.approx(np.sqrt(np.sum(gradient**2)))
        np.testing.assert_allclose(here.curvatures, eigenvalues(problem.train.hessian(point)))


def test_places_go_by_the_signs_of_the_curvatures(scene: Scene) -> None:
    problem, theme = scene.problem(), load_theme("light")
    told = [
        kind_of_place(problem, curvatures, theme)
        for curvatures in [(1.0, 2.0), (-1.0, 2.0), (-2.0, -1.0), (0.0, 1.0), (-1.0, 0.0), (0.0, 0.0)]
    ]
    assert len(set(told)) == 6
    assert [told[i].split()[0].rstrip(":") for i in range(3)] == ["convex", "saddle-like", "concave"]
    assert kind_of_place(problem, (float("nan"), 1.0), theme) == ""


def context(here: Setting) -> TipContext:
    return TipContext(here.theme, here.places)


def words(tip: Tip | None) -> list[tuple[str, ...]]:
    assert tip is not None
    return [row.cells for row in tip.rows]


def test_critical_points_are_called_by_their_names(session: Session) -> None:
    here, problem = setting(session, USUAL), session.scene.problem()
    area = here.places.panels[1].map
    named = {}
    for point in problem.critical:
        x, y = here.camera.project(np.array(point.position)).tolist()
        pixel = (round(area.left + x), round(area.top + y))
        named[words(map_tip(problem, Map(here.camera), area, pixel, context(here)))[0][0]] = point
    for index, minimum in enumerate(problem.minima, start=1):
        assert named[f"minimum {index}"] == minimum
    assert named["saddle 1"] == problem.saddles[0]


def stage_of(session: Session, size: tuple[int, int]) -> tuple[Setting, tooltip.Stage]:
    """What draw would hand to the tooltips."""
    kept: list[tooltip.Stage] = []
    running = race(session.scene)
    running.extend(session.horizon + 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.stage.picture.picture.draw_pointed", lambda _target, _pixel, stage, *_: kept.append(stage))
        draw(Screen(pygame.Surface(size, depth=32)), snapshot_of(replace(session, pointer=(0, 0)), running))
    return setting(session, size), kept[0]


@pytest.mark.parametrize("clock", ["updates", "epochs"])
def test_the_chart_tells_every_lane_s_losses_at_that_time(session: Session, clock: str) -> None:
    here, stage = stage_of(replace(session, clock=clock), USUAL)
    tick, timing = 60, session.scene.timing(clock)
    x = here.places.chart.left + stage.chart.plot.left + stage.chart.plot.width * tick / session.horizon
    rows = words(chart_tip(stage, (round(x), here.places.chart.centery), context(here)))
    assert rows[0] == ({"updates": "update 60", "epochs": "epoch 3"}[clock],)
    for lane, (running, row) in enumerate(zip(stage.race.tracks, rows[2:], strict=True)):
        at = timing.updates(lane, tick)
        assert row == (running.lane.name, number(float(running.loss[at])), number(float(running.test_loss[at])))


def test_the_chart_does_not_tell_what_is_to_come(session: Session) -> None:
    here, stage = stage_of(session, USUAL)
    x = here.places.chart.right - 40
    assert len(words(chart_tip(stage, (x, here.places.chart.centery), context(here)))) == 2


def test_a_mark_tells_its_event(session: Session) -> None:
    here, stage = stage_of(session, USUAL)
    area = track(here.places)
    event = next(event for event in stage.race.judges[1].events if event.kind == "escaped")
    pixel = (round(area.left + area.width * event.update / session.horizon) + 2, area.centery)
    told = words(tip_at(pixel, stage, context(here)))
    assert told[0] == (f"update {event.update}",)
    assert ("minibatch: escaped at update 54: minimum 2 → 1",) in told


@pytest.mark.parametrize("size", [SMALLEST, USUAL, (960, 1400), (2600, 600)])
@pytest.mark.parametrize("name", ["local-minimum", "learning-rate-ladder"])
def test_tooltips_stay_in_the_picture_and_off_what_they_tell_of(name: str, size: tuple[int, int]) -> None:
    scene = flat_scene(name)
    here, stage = stage_of(
        replace(begin(scene), playing=False, progress=float(scene.updates), seen=scene.updates), size
    )
    places = here.places
    areas = [*(panel.map for panel in places.panels), places.timeline, stage.chart.plot.move(places.chart.topleft)]
    target = pygame.Surface(size, depth=32)
    for area in areas:
        for x, y in product((area.left, area.centerx, area.right - 1), (area.top, area.centery, area.bottom - 1)):
            tip = tip_at((x, y), stage, context(here))
            assert tip is not None
            box = draw_tip(Screen(target), tip, context(here))
            assert target.get_rect().contains(box)
            assert tip.inside in (None, area)
            assert not box.colliderect(tip.about)
            assert not box.collidepoint(x, y)


@pytest.mark.parametrize("size", [SMALLEST, USUAL])
@pytest.mark.parametrize("controls", [False, True])
def test_a_tooltip_stays_in_the_map_that_it_is_about(session: Session, size: tuple[int, int], controls: bool) -> None:
    here, stage = stage_of(replace(session, controls=controls), size)
    target = pygame.Surface(size, depth=32)
    for panel in here.places.panels:
        area = panel.map
        for x, y in product(range(area.left, area.right, 71), range(area.top, area.bottom, 53)):
            tip = tip_at((x, y), stage, context(here))
            assert tip is not None
            box = draw_tip(Screen(target), tip, context(here))
            # On a low map there may be no place that leaves the marble free as well.
            assert area.contains(box) or (box.height > 0.45 * area.height and target.get_rect().contains(box))


def test_a_tooltip_leaves_the_mark_free_that_it_tells_of(session: Session) -> None:
    here, stage = stage_of(session, USUAL)
    area, (x, y) = here.places.panels[0].map, here.camera.project(np.array(stage.race.problem.minima[0].position))
    for across, down in product((-5, 0, 5), (-5, 0, 5)):
        pixel = (round(area.left + x) + across, round(area.top + y) + down)
        tip = tip_at(pixel, stage, context(here))
        assert tip is not None
        box = draw_tip(Screen(pygame.Surface(USUAL, depth=32)), tip, context(here))
        assert not box.collidepoint(area.left + x, area.top + y)
        assert any("ring" in cell for row in tip.rows for cell in row.cells)


def test_every_chip_says_what_it_means(session: Session) -> None:
    assert tooltip.POINT_MEANINGS.keys() == set(CriticalKind)
    here, stage = stage_of(session, USUAL)
    for lane, panel in enumerate(here.places.panels):
        verdict = stage.race.judges[lane].verdict(100)
        tip = tip_at(panel.chip.center, stage, context(here))
        assert tip is not None
        assert panel.frame.contains(draw_tip(Screen(pygame.Surface(USUAL, depth=32)), tip, context(here)))
        told = words(tip)
        assert told[0] == (verdict.kind.words,)
        said = " ".join(cell for row in told for cell in row)
        assert verdict.kind.traits.meaning in said
        assert signed(verdict.evidence[0]) in said


def test_the_mark_of_another_learning_rate_says_what_it_means(session: Session) -> None:
    other = after(session, SelectLane(1), SetHyperparameter("learning_rate", 0.02))
    here, stage = stage_of(other, USUAL)
    tips = [tip_at(panel.name.center, stage, context(here)) for panel in here.places.panels]
    assert [tip is not None for tip in tips] == [False, True, False]
    assert words(tips[1])[0] == ("not the same η",)


@pytest.mark.parametrize("language", LANGUAGES)
def test_buttons_below_the_maps_say_what_they_do_and_name_their_key(session: Session, language: str) -> None:
    here, stage = stage_of(replace(session, language=language), SMALLEST)
    signs = {key.does: key_text(key.sign) for key in keys() if not key.aside}
    assert len(stage.knobs) > 5
    for knob in stage.knobs:
        told = words(tip_at(knob.place.center, stage, context(here)))
        assert told[0][0].startswith(label_of(signs[knob.does], load_theme("light", language).say))
        assert here.places.footer.contains(knob.place)
        tip = tip_at(knob.place.center, stage, context(here))
        assert tip is not None
        box = draw_tip(Screen(pygame.Surface(SMALLEST, depth=32)), tip, context(here))
        assert box.collidelist([other.place for other in stage.knobs]) < 0


def test_where_nothing_fits_beside_the_box_still_stays_inside() -> None:
    whole = pygame.Rect(0, 0, 100, 100)
    for about in [pygame.Rect(0, 0, 100, 100), pygame.Rect(40, 40, 20, 20)]:
        assert whole.contains(box_beside(about, (90, 90), whole))


def test_long_names_are_cut_to_half_the_picture(scene: Scene) -> None:
    here = setting(begin(scene), SMALLEST)
    rows = tuple(TipRow(("a lane whose name " * 9, "1", "2"), (1, 2, 3)) for _ in range(6))
    tip = Tip((*rows, TipRow(("and a long sentence, too " * 9,))), pygame.Rect(950, 590, 4, 4))
    assert draw_tip(Screen(pygame.Surface(SMALLEST)), tip, context(here)).width <= SMALLEST[0] // 2


@pytest.mark.parametrize("theme", THEMES)
def test_a_tooltip_leaves_no_traces(session: Session, theme: str) -> None:
    running = race(session.scene)
    running.extend(session.horizon + 1)
    session = replace(session, theme=theme)
    places = setting(session, SMALLEST).places
    target, fresh = pygame.Surface(SMALLEST, depth=32), pygame.Surface(SMALLEST, depth=32)
    before, plain = None, snapshot_of(session, running)
    draw(Screen(fresh), plain)
    for pixel in [places.panels[0].map.center, places.timeline.center, places.chart.center, None]:
        now = snapshot_of(replace(session, pointer=pixel), running)
        draw(Screen(target), now, before)
        same = np.array_equal(pygame.surfarray.array3d(target), pygame.surfarray.array3d(fresh))
        assert same == (pixel is None)
        before = now


@pytest.mark.parametrize(
    ("name", "size", "aslant"),
    [  # Each scene in each size and each way, each size each way.
        *(("local-minimum", size, size == SMALLEST) for size in (SMALLEST, (1366, 768), USUAL)),
        *(("egg-box", size, size == (1366, 768)) for size in (SMALLEST, (1366, 768), USUAL)),
        *(("learning-rate-ladder", size, size == USUAL) for size in (SMALLEST, (1366, 768), USUAL)),
    ],
)
def test_a_tooltip_lies_over_no_marble_no_head_of_a_trail_and_no_other_panel(
    name: str, size: tuple[int, int], aslant: bool
) -> None:
    scene = load_scene(name) if aslant else flat_scene(name)
    here, stage = stage_of(replace(begin(scene), playing=False, progress=60.0, seen=60), size)
    site, target = site_of(stage.race.problem, here.camera, here.theme), pygame.Surface(size, depth=32)
    for lane, panel in enumerate(here.places.panels):
        area, others = panel.map, [other.frame for other in here.places.panels if other is not panel]
        track, timing = stage.race.tracks[lane], scene.timing("updates")
        update = timing.updates(lane, 60)
        points = site.project(track.theta[update - 2 : update + 1]) + area.topleft
        moving = [pygame.Rect(round(x) - 3, round(y) - 3, 6, 6) for x, y in points.tolist() if area.collidepoint(x, y)]
        pixels = list(product(range(area.left + 2, area.right, 97), range(area.top + 2, area.bottom, 61)))
        for pixel in [*pixels, panel.chip.center, *((round(x), round(y)) for x, y in points.tolist())]:
            tip = tip_at(pixel, stage, context(here))
            if tip is None:
                continue
            box = draw_tip(Screen(target), tip, context(here))
            assert box.collidelist(others) < 0
            assert box.collidelist(moving) < 0


def test_the_flag_says_what_it_is_for(session: Session) -> None:
    here, stage = stage_of(session, USUAL)
    area = here.places.panels[1].map
    x, y = (here.camera.project(np.array(session.scene.start)) + area.topleft).tolist()
    for above in (0, 6, 14):
        tip = tip_at((round(x), round(y) - above), stage, context(here))
        assert words(tip)[0] == ("the start, (−2.9000, −0.6000)",)
        assert "drag it" in " ".join(cell for row in words(tip) for cell in row)
        assert tip is not None
        assert not draw_tip(Screen(pygame.Surface(USUAL, depth=32)), tip, context(here)).collidepoint(x, y - above)
    assert words(tip_at((round(x) + 40, round(y)), stage, context(here)))[0][0] == "θ"


def test_while_the_mouse_moves_there_is_no_tooltip_but_the_chart_s_line(session: Session) -> None:
    running = race(session.scene)
    running.extend(session.horizon + 1)
    places = setting(session, SMALLEST).places

    def drawn(pixel: tuple[int, int] | None, rests: bool) -> str:
        canvas = RecordingCanvas(SMALLEST)
        draw(canvas, snapshot_of(replace(session, pointer=pixel, rests=rests), running))
        return canvas.recording

    plain = drawn(None, True)
    assert drawn(places.panels[0].map.center, False) == plain
    assert drawn(places.panels[0].map.center, True) != plain
    moving, resting = (drawn(places.chart.center, rests) for rests in (False, True))
    assert len(plain.splitlines()) < len(moving.splitlines()) < len(resting.splitlines())
