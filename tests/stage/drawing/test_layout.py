"""Where things stand: nothing overlaps and nothing is cut, at any size."""

from itertools import combinations

import pytest
from pygame import Rect

from sim.stage.drawing.layout import NUMBERS, SMALLEST, Layout, More, layout

SIZES = [SMALLEST, (1280, 720), (1366, 768), (1600, 900), (1080, 1920), (2560, 1080), (3840, 2160)]


def _areas(places: Layout) -> dict[str, Rect]:
    """Everything that holds text or a picture, frames aside."""
    areas = {
        "title": places.title,
        "look": places.look,
        "chart": places.chart,
        "profile": places.profile,
        "timeline": places.timeline,
        "footer": places.footer,
    }
    for index, panel in enumerate(places.panels):
        own_map = panel.map if not (index and places.together.width) else Rect(0, 0, 0, 0)
        parts = [
            panel.name,
            own_map,
            panel.strip,
            panel.shares,
            panel.chip,
            panel.events,
            *panel.numbers,
            panel.sliders,
        ]
        areas |= {f"panel {index}, part {part}": area for part, area in enumerate(parts) if area.height}
    return areas


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lanes", range(1, 7))
@pytest.mark.parametrize(("controls", "presenter"), [(False, False), (True, False), (False, True)])
@pytest.mark.parametrize(
    "more",
    [
        More(),
        More(swarm=True),
        More(numbers=True),
        More(sliders=True),
        More(together=True),
        More(True, True, True),
        More(True, True, True, True),
    ],
)
def test_nothing_overlaps_and_nothing_is_cut(
    size: tuple[int, int], lanes: int, controls: bool, presenter: bool, more: More
) -> None:
    places = layout(size, lanes, 1.5, controls, presenter, more)
    areas = _areas(places)
    assert bool(places.controls.width) == controls
    if controls:
        areas["controls"] = places.controls
    whole = Rect((0, 0), size)
    assert bool(places.profile.width) == more.profile
    for name, area in areas.items():
        assert whole.contains(area), name
    for (one, first), (other, second) in combinations(areas.items(), 2):
        assert not first.colliderect(second), f"{one} lies over {other}"
    for panel in places.panels:
        for part in (panel.name, panel.chip, *panel.numbers):
            assert panel.frame.contains(part)
        assert (places.together if more.together else panel.frame).contains(panel.map)
        assert bool(panel.shares.height) == more.swarm or more.together
        assert panel.map.height > 3 * places.em
        assert len(panel.numbers) == 1 or more.numbers
    assert bool(places.together.width) == more.together


@pytest.mark.parametrize("size", SIZES)
def test_all_numbers_and_sliders_are_there_where_they_are_asked_for(size: tuple[int, int]) -> None:
    for panel in layout(size, 3, 1.5, more=More(numbers=True, sliders=True)).panels:
        assert len(panel.numbers) == NUMBERS
        assert panel.sliders.height


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lanes", range(1, 7))
def test_maps_have_one_size_and_are_worth_looking_at(size: tuple[int, int], lanes: int) -> None:
    maps = [panel.map for panel in layout(size, lanes, 1.5).panels]
    assert len({area.size for area in maps}) == 1
    assert min(maps[0].size) >= 0.12 * min(size)
    assert sum(area.width * area.height for area in maps) >= 0.2 * size[0] * size[1]


def test_panels_are_read_like_a_page() -> None:
    frames = [panel.frame for panel in layout((1600, 900), 6, 1.5).panels]
    assert frames == sorted(frames, key=lambda frame: (frame.top, frame.left))
