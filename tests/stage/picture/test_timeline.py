"""The timeline: marks where things were certain, ticks under pixels, and nothing rebuilt while the race runs."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pygame
import pytest
from recording_canvas import RecordingCanvas

from sim.base.limits import THEMES
from sim.descent.clock import CLOCKS
from sim.descent.race import Race
from sim.scene import Scene, load_scene
from sim.stage.drawing.layout import SMALLEST, USUAL, Layout, layout
from sim.stage.drawing.screen import Screen
from sim.stage.picture.around import timeline
from sim.stage.picture.around.timeline import (
    epoch_ends,
    event_marks,
    event_marks_near,
    event_text,
    tick_at,
    track,
    x_of,
)
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.session.session import begin
from sim.stage.style.cache import CACHE
from sim.stage.style.theme import load_theme

TICKS = 400
ALL = 10**9  # As if all had been watched.


@pytest.fixture(scope="module")
def scene() -> Scene:
    return load_scene("local-minimum")


@pytest.fixture(scope="module")
def running(scene: Scene) -> Race:
    running = race(scene)
    running.extend(TICKS + 1)
    return running


@pytest.fixture
def places() -> Layout:
    return layout(USUAL, 3, 1.5)


@pytest.mark.parametrize("clock", CLOCKS)
def test_marks_stand_at_the_first_tick_by_which_the_event_had_happened(scene: Scene, running: Race, clock: str) -> None:
    """By then the marble had made the update that the mark tells of."""
    timing = scene.timing(clock)
    marked = event_marks(running, timing, TICKS, ALL)
    assert marked
    assert [mark.tick for mark in marked] == sorted(mark.tick for mark in marked)
    for mark in marked:
        assert timing.updates(mark.lane, mark.tick) >= mark.event.update
        assert not mark.tick or timing.updates(mark.lane, mark.tick - 1) < mark.event.update
    assert any(mark.event.update < mark.event.seen for mark in marked)


def test_by_epochs_the_full_batch_takes_twenty_ticks_an_update(scene: Scene, running: Race) -> None:
    timing = scene.timing("epochs")
    assert [timing.tick(lane, 3) for lane in range(3)] == [60, 3, 60]
    late = event_marks(running, timing, 20 * TICKS, ALL)
    for lane in range(3):
        events = [mark.event for mark in late if mark.lane == lane]
        assert sorted(events, key=running.judges[lane].events.index) == running.judges[lane].events


def test_marks_beyond_the_end_are_left_out(scene: Scene, running: Race) -> None:
    assert all(mark.tick <= 60 for mark in event_marks(running, scene.timing("updates"), 60, ALL))


def test_what_was_not_watched_is_not_given_away(scene: Scene, running: Race) -> None:
    """An event appears when it is certain, not when its tick has come."""
    timing = scene.timing("updates")
    everything = event_marks(running, timing, TICKS, ALL)
    [escape] = [mark for mark in everything if mark.event.kind == "escaped" and mark.lane == 1]
    for seen in (60, escape.tick, escape.event.seen - 1, escape.event.seen):
        certain = tuple(mark for mark in everything if mark.event.seen <= seen)
        assert event_marks(running, timing, TICKS, seen) == certain
        assert (escape in certain) == (seen >= escape.event.seen)
    assert not event_marks(running, timing, TICKS, 0)


def test_news_of_the_race_become_marks(scene: Scene) -> None:
    fresh, timing = scene.race(), scene.timing("updates")
    before = event_marks(fresh, timing, TICKS, ALL)
    fresh.extend(TICKS + 1)
    assert len(event_marks(fresh, timing, TICKS, ALL)) > len(before)


@pytest.mark.parametrize("size", [SMALLEST, USUAL])
def test_ticks_and_pixels_agree(size: tuple[int, int]) -> None:
    places = layout(size, 3, 1.5)
    for tick in range(0, TICKS + 1, 7):
        assert tick_at(places, x_of(places, tick, TICKS), TICKS) == tick
    assert tick_at(places, -1e6, TICKS) == 0
    assert tick_at(places, 1e6, TICKS) == TICKS
    assert places.timeline.contains(track(places))


def test_the_nearest_mark_is_meant_and_only_from_near(scene: Scene, running: Race, places: Layout) -> None:
    marked = event_marks(running, scene.timing("updates"), TICKS, ALL)
    for mark in marked:
        assert mark in event_marks_near(places, x_of(places, mark.tick, TICKS) + 2, TICKS, marked)
    assert not event_marks_near(places, x_of(places, TICKS, TICKS) + 40, TICKS, marked)
    assert not event_marks_near(places, 0, TICKS, ())


def test_events_are_told_in_words(running: Race) -> None:
    theme = load_theme("light")
    assert "escaped at update 54: minimum 2 → 1" in {event_text(event, theme) for event in running.judges[1].events}
    assert any("stuck in a local minimum" in event_text(event, theme) for event in running.judges[0].events)


def test_epochs_end_where_the_smallest_batches_have_all_had_their_turn(scene: Scene, running: Race) -> None:
    timing = scene.timing("updates")
    assert epoch_ends(running, timing, 100, 1000) == (20, 40, 60, 80, 100)
    assert epoch_ends(running, timing, 100, 10) == ()


def test_nothing_is_built_anew_while_the_race_runs(scene: Scene, running: Race, places: Layout) -> None:
    target, theme = pygame.Surface(USUAL, depth=32), load_theme("dark")
    session = replace(begin(scene), clock="serial", horizon=TICKS, seen=TICKS)
    timeline.draw_timeline(Screen(target), places, theme, session, running, 1)
    built = CACHE.made
    for tick in range(2, 200, 9):
        timeline.draw_timeline(Screen(target), places, theme, session, running, tick)
    assert CACHE.made == built


@pytest.mark.parametrize("theme", THEMES)
def test_the_played_part_grows_and_leaves_no_traces(scene: Scene, running: Race, theme: str) -> None:
    target = pygame.Surface(SMALLEST, depth=32)
    strip = layout(SMALLEST, 3, scene.window.width / scene.window.height).timeline
    session = replace(begin(scene, theme), playing=False)

    def shown(tick: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
        draw(Screen(target), snapshot_of(replace(session, progress=float(tick), seen=300), running))
        return pygame.surfarray.array3d(target.subsurface(strip))

    first, later, again = shown(30), shown(300), shown(30)
    assert (first != later).any()
    assert np.array_equal(first, again)


def lanes_alike(count: int) -> Scene:
    """A scene of which so many lanes go the same way: all that happens in one happens in each."""
    scene = load_scene("local-minimum")
    return replace(scene, lanes=(scene.lanes[2],) * count, captions=(), question=None, claims=(None,) * count)


@pytest.mark.parametrize("count", [2, 6])
@pytest.mark.parametrize("size", [SMALLEST, USUAL])
def test_marks_of_lanes_to_which_the_same_happens_are_all_to_be_seen(count: int, size: tuple[int, int]) -> None:
    scene = lanes_alike(count)
    running, places = race(scene), layout(size, count, 1.5)
    running.extend(TICKS + 1)
    session, theme = replace(begin(scene), horizon=TICKS, seen=TICKS), load_theme("light")
    canvas = RecordingCanvas(size)
    timeline.draw_timeline(canvas, places, theme, session, running, TICKS)
    heads, notches = set[str](), set[str]()
    for lane in range(count):
        color = "#{:02x}{:02x}{:02x}".format(*theme.lane(lane))
        drawn = [line.split() for line in canvas.recording.splitlines() if color in line]
        heads |= {words[1] for words in drawn if words[0] == "disc"}
        notches |= {words[1] for words in drawn if words[0] == "rect"}
    across = sorted({float(place.split(",")[0]) for place in heads})
    assert len(across) == count
    assert all(right - left >= 0.5 * places.em for left, right in pairwise(across))
    assert len(notches) % count == 0 < len(notches)
    assert all(places.timeline.left <= x <= places.timeline.right for x in across)
    marked = event_marks(running, scene.timing("updates"), TICKS, ALL)
    [tick] = {mark.tick for mark in marked if mark.event.kind == "escaped"}
    for x in across:
        assert {mark.tick for mark in event_marks_near(places, x, TICKS, marked)} == {tick}


def test_marks_side_by_side_leave_no_traces_when_time_goes_back() -> None:
    scene = lanes_alike(3)
    running, places, theme = race(scene), layout(USUAL, 3, 1.5), load_theme("light")
    running.extend(TICKS + 1)
    session = replace(begin(scene), horizon=TICKS, seen=TICKS)
    [tick] = {mark.tick for mark in event_marks(running, scene.timing("updates"), TICKS, ALL) if mark.lane == 0} & {6}

    def head_colors(now: int) -> set[tuple[int, ...]]:
        target = pygame.Surface(USUAL, depth=32)
        timeline.draw_timeline(Screen(target), places, theme, session, running, now)
        x, top = round(x_of(places, tick, TICKS)), places.timeline.top
        box = pygame.Rect(x - 2 * places.em, top, 4 * places.em, round(0.5 * places.em))
        return {
            tuple(target.get_at((a, b)))[:3] for a in range(box.left, box.right) for b in range(box.top, box.bottom)
        }

    for now in (tick - 1, tick, tick + 1, 100):
        own = [tuple(theme.lane(lane)) in head_colors(now) for lane in range(3)]
        assert own == [now >= tick] * 3
