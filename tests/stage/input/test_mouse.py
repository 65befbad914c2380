"""The mouse: gestures and messages without a window, then events under SDL's dummy driver."""

from collections.abc import Iterator
from dataclasses import replace
from math import dist

import numpy as np
import pygame
import pytest
from driver import computed, press, screen
from scenes import flat_scene

from sim.scene import Scene, scene_files
from sim.stage.drawing.camera import Pose
from sim.stage.drawing.layout import SMALLEST, USUAL
from sim.stage.input.mouse import Act, Carrying, Free, Hand, Mouse, Panning, Pressing, Scrubbing, respond
from sim.stage.picture.around.timeline import track
from sim.stage.picture.around.transport import knobs
from sim.stage.picture.map.site import site_of
from sim.stage.picture.setting import Setting, setting
from sim.stage.session.bindings import Deed, Errand, LoadRules
from sim.stage.session.playback import GoToEnd, Scrub
from sim.stage.session.session import Session, begin, update
from sim.stage.session.setup import Drop, MoveStart, OpenScene
from sim.stage.session.view import ZOOMS, Hover, Notify, Pan, ResetView, Rest, Turn, Zoom
from sim.stage.window import showing
from sim.stage.window import window as stage_window
from sim.stage.window.background import preparation

SIZE = SMALLEST
NAMES = list(scene_files())


@pytest.fixture
def scene() -> Scene:
    return flat_scene("local-minimum")


@pytest.fixture
def session(scene: Scene) -> Session:
    return replace(begin(scene), playing=False, progress=100.0, seen=100)


class Player:
    """Plays the mouse's acts on a session, and keeps what was said."""

    def __init__(self, session: Session, size: tuple[int, int] = SIZE) -> None:
        self.session = session
        self.size = size
        self.hand = Hand()
        self.said: list[Deed] = []

    @property
    def here(self) -> Setting:
        return setting(self.session, self.size)

    def do(self, act: Act, pixel: tuple[int, int] = (0, 0), **more: float) -> list[Deed]:
        held, right = bool(more.get("held", True)), bool(more.get("right", False))
        mouse = Mouse(act, pixel, more.get("seconds", 0.0), more.get("notches", 0.0), held, right)
        self.hand, messages = respond(self.hand, mouse, self.session, self.size)
        for message in messages:
            assert not isinstance(message, Errand | LoadRules)
            self.session = update(self.session, message)
        self.said = [message for message in messages if not isinstance(message, Hover)]
        return self.said

    def on_map(self, panel: int, x: float, y: float) -> tuple[int, int]:
        """The pixel at these shares of a map's width and height."""
        area = self.here.places.panels[panel].map
        return round(area.left + x * area.width), round(area.top + y * area.height)

    def flag(self, panel: int) -> tuple[int, int]:
        area = self.here.places.panels[panel].map
        x, y = self.here.camera.project(np.array(self.session.scene.start)).tolist()
        return round(area.left + x), round(area.top + y - 5)

    def plane(self, panel: int, pixel: tuple[int, int]) -> tuple[float, float]:
        area = self.here.places.panels[panel].map
        x, y = self.here.camera.unproject(np.array(pixel, dtype=np.float64) - area.topleft).tolist()
        return x, y


@pytest.fixture
def player(session: Session) -> Player:
    return Player(session)


def test_a_click_drops_the_marbles(player: Player) -> None:
    pixel = player.on_map(1, 0.7, 0.3)
    assert player.do(Act.DOWN, pixel) == []
    assert isinstance(player.hand.gesture, Pressing)
    assert player.do(Act.MOVE, (pixel[0] + 1, pixel[1] + 1)) == []
    assert player.do(Act.UP, pixel) == [Drop(player.plane(1, pixel))]
    assert player.session.scene.start == player.plane(1, pixel)
    assert (player.session.tick, player.session.playing) == (0, True)


def test_a_drag_pans_and_drops_nothing(player: Player, session: Session) -> None:
    pixel, there = player.on_map(1, 0.7, 0.3), player.on_map(1, 0.5, 0.6)
    held = player.plane(1, pixel)
    player.do(Act.DOWN, pixel)
    said = player.do(Act.MOVE, there)
    assert [type(message) for message in said] == [Pan]
    assert isinstance(player.hand.gesture, Panning)
    np.testing.assert_allclose(player.plane(1, there), held)
    player.do(Act.MOVE, (5000, -300))  # Outside the window.
    player.do(Act.MOVE, pixel)
    np.testing.assert_allclose(player.plane(1, pixel), held)
    player.do(Act.UP, pixel)
    assert replace(player.session, focus=None, pointer=None, rests=True) == session
    assert player.do(Act.MOVE, there) == []


def test_a_double_click_shows_everything_and_drops_nothing(player: Player, session: Session) -> None:
    pixel = player.on_map(2, 0.6, 0.3)
    player.session = update(player.session, Zoom(3.0))
    for act, seconds in [(Act.DOWN, 1.0), (Act.UP, 1.1), (Act.DOWN, 1.3), (Act.UP, 1.4)]:
        player.do(act, pixel, seconds=seconds)
    assert replace(player.session, pointer=None, rests=True) == session


def test_two_slow_clicks_are_two_drops(player: Player) -> None:
    first, second = player.on_map(2, 0.6, 0.3), player.on_map(0, 0.3, 0.8)
    player.do(Act.DOWN, first, seconds=1.0)
    player.do(Act.UP, first, seconds=1.1)
    player.do(Act.DOWN, second, seconds=1.2)
    assert player.do(Act.UP, second, seconds=1.3) == [Drop(player.plane(0, second))]


@pytest.mark.parametrize("panel", range(3))
def test_the_flag_is_carried_without_a_jump(player: Player, panel: int) -> None:
    flag, before = player.flag(panel), player.session.scene.start
    assert player.do(Act.DOWN, flag) == []
    assert isinstance(player.hand.gesture, Carrying)
    said = player.do(Act.MOVE, (flag[0] + 30, flag[1] - 20))
    assert [type(message) for message in said] == [MoveStart]
    scale = player.here.camera.scale
    np.testing.assert_allclose(player.session.scene.start, (before[0] + 30 / scale, before[1] + 20 / scale))
    assert (player.session.tick, player.session.playing) == (100, False)
    carried = player.session.scene.start
    player.do(Act.UP, (flag[0] + 30, flag[1] - 20))
    player.do(Act.MOVE, (flag[0], flag[1]))
    assert player.session.scene.start == carried


def test_the_flag_stays_on_its_map(player: Player) -> None:
    player.do(Act.DOWN, player.flag(0))
    for pixel in [(-9999, -9999), (9999, 9999), (SIZE[0] // 2, SIZE[1] // 2)]:
        player.do(Act.MOVE, pixel)
        assert player.here.camera.view.contains(np.array(player.session.scene.start))


def test_a_click_on_the_flag_moves_nothing(player: Player, session: Session) -> None:
    player.do(Act.DOWN, player.flag(1))
    player.do(Act.UP, player.flag(1))
    assert replace(player.session, pointer=None, rests=True) == session


def test_the_timeline_scrubs(player: Player) -> None:
    area, horizon = track(player.here.places), player.session.horizon
    player.session = replace(player.session, playing=True)
    assert player.do(Act.DOWN, (area.left + area.width // 2, area.centery)) == [Scrub(horizon // 2)]
    assert isinstance(player.hand.gesture, Scrubbing)
    assert not player.session.playing
    player.do(Act.MOVE, (99999, 0))
    assert player.session.tick == horizon
    player.do(Act.MOVE, (-99999, 0))
    assert player.session.tick == 0
    player.do(Act.UP, (-99999, 0))
    assert player.do(Act.MOVE, area.center) == []


def test_the_wheel_enlarges_about_the_pointer(player: Player) -> None:
    pixel = player.on_map(1, 0.2, 0.8)
    fixed, scale = player.plane(1, pixel), player.here.camera.scale
    player.do(Act.WHEEL, pixel, notches=2.0)
    np.testing.assert_allclose(player.plane(1, pixel), fixed)
    np.testing.assert_allclose(player.here.camera.scale, 1.25**2 * scale)
    player.do(Act.WHEEL, pixel, notches=-2.0)
    np.testing.assert_allclose(player.here.camera.scale, scale)
    assert player.do(Act.WHEEL, (3, 3), notches=1.0) == []


def test_a_release_that_was_missed_ends_the_drag(player: Player, session: Session) -> None:
    player.do(Act.DOWN, player.flag(0))
    assert player.do(Act.MOVE, player.on_map(0, 0.5, 0.5), held=0) == []
    assert isinstance(player.hand.gesture, Free)
    player.do(Act.DOWN, track(player.here.places).center)
    player.do(Act.LEAVE, held=0)
    assert player.hand.gesture == Free()
    assert player.session.scene == session.scene


@pytest.mark.parametrize("grab", ["flag", "map", "timeline"])
def test_another_scene_ends_what_is_dragged(player: Player, grab: str) -> None:
    places = {"flag": player.flag(2), "map": player.on_map(2, 0.9, 0.9), "timeline": track(player.here.places).center}
    player.do(Act.DOWN, places[grab])
    player.session = update(player.session, OpenScene(1))
    before = player.session
    assert player.do(Act.MOVE, (400, 300)) == []
    assert player.do(Act.UP, (400, 300)) == []
    assert replace(player.session, pointer=None, rests=True) == replace(before, pointer=None, rests=True)


def test_the_pointer_is_known_only_inside_the_picture(player: Player) -> None:
    player.do(Act.MOVE, (17, 23))
    assert player.session.pointer == (17, 23)
    player.do(Act.MOVE, (17, SIZE[1]))
    assert player.session.pointer is None
    player.do(Act.MOVE, (0, 0))
    player.do(Act.LEAVE)
    assert player.session.pointer is None


def test_any_order_of_acts_is_survived(player: Player) -> None:
    rng = np.random.default_rng(4)
    places = [player.flag(0), player.on_map(1, 0.5, 0.5), player.here.places.timeline.center, (-5, 5), (959, 599)]
    for step in range(300):
        player.size = (SMALLEST, USUAL)[int(rng.integers(2))]
        act, pixel = list(Act)[int(rng.integers(len(Act)))], places[int(rng.integers(len(places)))]
        player.do(act, pixel, seconds=0.1 * step, notches=float(rng.integers(-9, 9)), held=float(rng.integers(2)))
        assert np.isfinite(player.session.scene.start).all()


def test_scrubbing_pauses_and_stays_between_start_and_horizon(session: Session) -> None:
    playing = replace(session, playing=True)
    assert update(playing, Scrub(37)) == replace(session, progress=37.0)
    assert update(session, Scrub(-4)).tick == 0
    assert update(session, Scrub(10**9)).tick == session.horizon


def test_moving_the_start_keeps_the_moment(session: Session) -> None:
    there = update(replace(session, playing=True), MoveStart((0.5, 0.25)))
    assert there == replace(session, scene=replace(session.scene, start=(0.5, 0.25)))


def test_zooming_has_two_ends(session: Session) -> None:
    whole = session.scene.window
    for factor, end in ((1.25, ZOOMS[1]), (0.8, ZOOMS[0])):
        there = session
        for _ in range(60):
            there = update(there, Zoom(factor, (0.3, 0.2)))
        assert there.focus is not None
        assert whole.width / there.focus.width == pytest.approx(end)
        assert whole.height / there.focus.height == pytest.approx(end)


def test_panning_does_not_get_lost(session: Session) -> None:
    there = update(session, Pan(0.5, -0.25))
    whole = session.scene.window
    assert there.focus is not None
    assert there.focus.x0 == pytest.approx(whole.x0 + 0.5 * whole.width)
    assert there.focus.y0 == pytest.approx(whole.y0 - 0.25 * whole.height)
    for _ in range(50):
        there = update(there, Pan(1.0, 1.0))
    assert there.focus is not None
    assert there.focus.x0 <= whole.x1 + whole.width
    assert update(there, ResetView()).focus is None
    assert update(there, OpenScene(2)).focus is None


@pytest.fixture
def window() -> Iterator[stage_window.MainWindow]:
    with screen(SIZE):
        yield stage_window.MainWindow(
            replace(begin(flat_scene("local-minimum")), playing=False, progress=40.0, seen=40)
        )


def move(pixel: tuple[int, int], held: int = 0) -> pygame.Event:
    return pygame.Event(pygame.MOUSEMOTION, pos=pixel, rel=(1, 1), buttons=(held, 0, 0))


def grasp(pixel: tuple[int, int]) -> pygame.Event:
    return pygame.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=pixel)


def release(pixel: tuple[int, int]) -> pygame.Event:
    return pygame.Event(pygame.MOUSEBUTTONUP, button=1, pos=pixel)


def wheel(notches: int) -> pygame.Event:
    return pygame.Event(pygame.MOUSEWHEEL, x=0, y=notches, precise_x=0.0, precise_y=float(notches))


def test_a_resting_pointer_is_drawn_once(window: stage_window.MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    computed(window)
    drawn = []
    monkeypatch.setattr(showing, "draw", lambda *_: drawn.append(1))
    window.advance([move((300, 300))], 0.1)
    assert len(drawn) == 1
    for _ in range(3):
        window.advance([move((300, 300))], 0.1)
    assert len(drawn) == 1
    window.advance([pygame.Event(pygame.WINDOWLEAVE)], 0.1)
    assert window.session.pointer is None
    assert len(drawn) == 2


def test_the_flag_can_be_dragged_in_the_window(window: stage_window.MainWindow) -> None:
    flag = Player(window.session).flag(0)
    there = (flag[0] + 40, flag[1] - 30)
    before = window.session.scene.start
    window.advance([grasp(flag), move((flag[0] + 9, flag[1]), 1), move(there, 1)], 0.1)
    window.advance([release(there), move(flag)], 0.1)
    assert dist(before, window.session.scene.start) > 0
    assert np.allclose(Player(window.session).flag(0), there, atol=1)
    assert (window.session.tick, window.session.playing) == (40, False)


def test_many_turns_of_the_wheel_in_a_frame_draw_one_picture(
    window: stage_window.MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    center = setting(window.session, SIZE).places.panels[0].map.center
    drawn = []
    for room in (showing, preparation):
        monkeypatch.setattr(room, "draw", lambda *_: drawn.append(1))
    window.advance([wheel(1), move(center), *[wheel(1)] * 5], 0.0)
    whole, focus = window.session.scene.window, window.session.focus
    assert focus is not None
    assert whole.width / focus.width == pytest.approx(1.25**5)
    assert len(drawn) == 1


def test_keys_zoom_and_pan(window: stage_window.MainWindow) -> None:
    press(window, pygame.K_PAGEUP, mod=pygame.KMOD_CTRL)
    press(window, pygame.K_UP, mod=pygame.KMOD_CTRL)
    assert window.session.focus is not None
    assert window.session.tick == 40
    press(window, pygame.K_HOME, mod=pygame.KMOD_CTRL)
    assert window.session.focus is None


def test_scenes_and_sizes_may_change_during_a_drag(window: stage_window.MainWindow) -> None:
    spots = [Player(window.session).flag(2), setting(window.session, SIZE).places.timeline.center, (900, 280)]
    for size, spot in zip([(1300, 700), (700, 400), (1, 1)], spots, strict=True):
        window.advance([grasp(spot), move((spot[0] + 20, spot[1]), 1)], 0.0)
        window.send(OpenScene(len(NAMES) - 1))
        pygame.display.set_mode(size, pygame.RESIZABLE)
        window.advance([move((0, 0), 1), wheel(3), move((9000, 9000), 1), release((-3, -3))], 0.0)
        window.advance([release((0, 0)), pygame.Event(pygame.WINDOWFOCUSLOST)], 0.0)
        pygame.display.set_mode(SIZE, pygame.RESIZABLE)
        window.send(OpenScene(0))
    assert window.session.open


@pytest.mark.parametrize("zoom", [200.0, 0.5])
def test_the_farthest_and_nearest_views_can_be_drawn(window: stage_window.MainWindow, zoom: float) -> None:
    window.send(GoToEnd())
    for about in (window.session.scene.start, (window.session.scene.window.x1, window.session.scene.window.y0)):
        window.send(ResetView())
        window.send(Zoom(zoom, about))
        window.advance([move((300, 250))], 0.0)
    assert window.session.focus is not None


def test_while_something_is_dragged_nothing_is_pointed_at(player: Player) -> None:
    start, there = player.on_map(1, 0.7, 0.3), player.on_map(1, 0.5, 0.6)
    places = player.here.places
    for first, second in ((start, there), (player.flag(0), there), (places.timeline.center, places.timeline.midleft)):
        player.do(Act.MOVE, first)
        assert player.session.pointer == first
        player.do(Act.DOWN, first)
        player.do(Act.MOVE, second)
        assert player.session.pointer is None
        player.do(Act.UP, second)
        assert player.session.pointer == second


def test_after_a_click_that_did_something_nothing_is_pointed_at_until_the_mouse_moves(player: Player) -> None:
    """Else a tooltip would lie over what comes of it."""
    button = knobs(player.here.places, player.session, player.here.theme)[0].place.center
    for place in (player.on_map(1, 0.7, 0.3), button):
        player.do(Act.MOVE, place)
        player.session = update(player.session, Rest())
        said = [*player.do(Act.DOWN, place, seconds=9.0), *player.do(Act.UP, place, seconds=9.0)]
        assert said
        pointed = [player.session.pointer]
        player.do(Act.MOVE, (place[0] + 1, place[1]))
        assert [*pointed, player.session.pointer] == [None, (place[0] + 1, place[1])]
        assert not player.session.rests


def test_a_click_that_does_nothing_leaves_what_is_pointed_at(player: Player) -> None:
    place = player.here.places.title.center
    for act in (Act.MOVE, Act.DOWN, Act.UP):
        assert player.do(act, place) == []
        assert player.session.pointer == place


def test_the_right_button_turns_and_tilts_land_and_does_nothing_else(session: Session) -> None:
    player = Player(replace(session, pose=Pose(-16.0, 46.0)))
    start = player.on_map(0, 0.5, 0.5)
    assert player.do(Act.DOWN, start, right=True) == []
    [turn] = player.do(Act.MOVE, (start[0] + 20, start[1] + 10))
    assert turn == Turn(-8.0, -4.0)
    assert player.session.pose == Pose(-24.0, 42.0)
    assert player.do(Act.UP, (start[0] + 20, start[1] + 10), right=True) == []
    assert player.do(Act.MOVE, (start[0] + 50, start[1]), held=False) == []
    assert player.session.scene == session.scene
    assert player.do(Act.DOWN, (2, 2), right=True) == []
    assert player.do(Act.MOVE, (30, 30)) == []


@pytest.mark.parametrize("panel", range(3))
def test_on_land_a_click_drops_the_marbles_where_it_is_seen(session: Session, panel: int) -> None:
    player = Player(replace(session, pose=Pose(-16.0, 46.0)))
    here, area = player.here, player.here.places.panels[panel].map
    site = site_of(session.scene.problem(), here.camera, here.theme)
    point = np.array([0.4, -0.3])
    assert not site.hidden(point[None])[0]
    x, y = (site.project(point) + area.topleft).tolist()
    player.do(Act.DOWN, (round(x), round(y)))
    [drop] = player.do(Act.UP, (round(x), round(y)))
    assert isinstance(drop, Drop)
    np.testing.assert_allclose(drop.point, point, atol=0.1)


def test_a_click_beside_the_land_or_on_its_side_drops_nothing_and_that_is_said(session: Session) -> None:
    player = Player(replace(session, pose=Pose(-16.0, 44.0)))
    area = player.here.places.panels[0].map
    foot = site_of(session.scene.problem(), player.here.camera, player.here.theme).under
    column = [(area.centerx, y) for y in range(area.top, area.bottom)]
    land = [pixel for pixel in column if np.isfinite(foot(np.array(pixel, float) - area.topleft)).all()]
    side = (area.centerx, land[-1][1] + 3)
    assert side[1] < area.bottom
    for place in (player.on_map(0, 0.03, 0.05), side):
        player.do(Act.DOWN, place)
        assert player.do(Act.UP, place) == [Notify("No marble can lie there: click on top of the land.")]
        assert player.session.scene == session.scene
