"""Where things stand: nothing overlaps and nothing is cut, at any size."""

from itertools import combinations

import pytest
from pygame import Rect

from sim.stage.drawing.layout import LEAST_TYPE, LOW_MAP, LOWEST, NUMBERS, SMALLEST, Layout, More, layout

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
            panel.ends,
            panel.chip,
            panel.events,
            *panel.numbers,
            panel.sliders,
        ]
        areas |= {f"panel {index}, part {part}": area for part, area in enumerate(parts) if area.height}
    return areas


BESIDE = (
    More(),
    More(swarm=True),
    More(numbers=True),
    More(sliders=True),
    More(together=True),
    More(swarm=True, numbers=True, sliders=True),
    More(swarm=True, numbers=True, sliders=True, together=True),
    More(ends=True),
    More(sliders=True, ends=True),
    More(together=True, ends=True),
    More(swarm=True, numbers=True, sliders=True, profile=True, ends=True),
    More(swarm=True, numbers=True, sliders=True, together=True, profile=True, ends=True),
)
"""What else may be shown."""


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lanes", range(1, 7))
@pytest.mark.parametrize(("controls", "presenter"), [(False, False), (True, False), (False, True)])
def test_nothing_overlaps_and_nothing_is_cut(
    size: tuple[int, int], lanes: int, controls: bool, presenter: bool
) -> None:
    for more in BESIDE:
        apart_and_whole(size, lanes, controls, presenter, more)


def apart_and_whole(size: tuple[int, int], lanes: int, controls: bool, presenter: bool, more: More) -> None:
    """See that in this layout nothing overlaps, and nothing is cut."""
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
        assert bool(panel.ends.height) == more.ends or more.together
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
@pytest.mark.parametrize("controls", [False, True])
@pytest.mark.parametrize("larger", [1.0, 1.1**2, 1.4, 1.1**5, 2.0])
def test_low_panels_have_sliders_and_a_map_worth_looking_at(
    size: tuple[int, int], lanes: int, controls: bool, larger: float
) -> None:
    places = layout(size, lanes, 1.43, controls, more=More(sliders=True), larger=larger)
    without = layout(size, lanes, 1.43, controls, larger=larger)
    assert places.em >= 0.86 * without.em
    for panel in places.panels:
        assert panel.sliders.height
        assert panel.map.height >= LOWEST * places.em


@pytest.mark.parametrize("size", [(960, 600), (1366, 768), (1600, 900)])
@pytest.mark.parametrize("presenter", [False, True])
def test_where_maps_are_low_numbers_of_which_nothing_is_told_make_way_for_them(
    size: tuple[int, int], presenter: bool
) -> None:
    usual, told = (layout(size, 3, 1.5, presenter=presenter, lines=7, more=More(numbers=True, told=n)) for n in (0, 2))
    (area, cells), (larger, fewer) = ((each.panels[0].map, each.panels[0].numbers) for each in (usual, told))
    assert len(fewer) >= 2
    if area.height >= LOW_MAP * usual.em or len(cells) < NUMBERS:
        assert (larger, fewer) == (area, cells)
    else:
        assert larger.height > 1.1 * area.height
        assert len({cell.top for cell in fewer}) == 1


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


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lanes", [1, 3, 6])
@pytest.mark.parametrize(("controls", "presenter"), [(False, False), (True, False), (False, True)])
def test_larger_type_leaves_room_for_the_maps_and_smaller_type_can_be_read(
    size: tuple[int, int], lanes: int, controls: bool, presenter: bool
) -> None:
    ems = []
    for larger in (0.1, 0.5, 1.0, 1.1, 1.5, 2.0, 6.0):
        places = layout(size, lanes, 1.5, controls, presenter, larger=larger)
        ems.append(places.em)
        for name, area in _areas(places).items():
            assert Rect((0, 0), size).contains(area), name
        assert places.panels[0].map.height > 3 * places.em
    usual = layout(size, lanes, 1.5, controls, presenter).em
    assert ems == sorted(ems)
    assert ems[0] == LEAST_TYPE
    assert ems[2] == usual
    assert ems[-1] > usual or presenter  # Which may have taken all the room there is.


def test_type_and_strokes_are_as_much_larger_as_is_asked_for() -> None:
    usual = layout((1600, 900), 3, 1.5)
    larger = layout((1600, 900), 3, 1.5, larger=1.6)
    assert larger.em == round(1.6 * usual.em)
    assert larger.stroke == pytest.approx(1.6 * usual.stroke)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lanes", [3, 4, 5, 6])
@pytest.mark.parametrize(("presenter", "larger"), [(False, 1.5), (False, 3.0), (True, 1.0), (True, 2.0)])
def test_larger_type_leaves_cards_as_high_as_their_words(
    size: tuple[int, int], lanes: int, presenter: bool, larger: float
) -> None:
    usual = layout(size, lanes, 1.5, more=More(together=True))
    places = layout(size, lanes, 1.5, False, presenter, More(together=True), larger=larger)
    for panel in places.panels:
        assert min(panel.name.height, panel.chip.height) >= 1.5 * places.em or places.em == usual.em


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lanes", range(1, 7))
@pytest.mark.parametrize("larger", [1.0, 1.1**6, 3.0])
def test_a_verdict_has_room_for_a_word_whatever_the_size_of_type(
    size: tuple[int, int], lanes: int, larger: float
) -> None:
    places = layout(size, lanes, 1.5, larger=larger, more=More(sliders=True))
    for panel in places.panels:
        assert panel.chip.width >= 6.5 * places.em
        assert not panel.chip.collidelistall(panel.numbers)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lanes", range(1, 5))
@pytest.mark.parametrize("sliders", [False, True])
def test_cards_beside_one_map_have_a_strip_of_examples(size: tuple[int, int], lanes: int, sliders: bool) -> None:
    for card in layout(size, lanes, 1.5, more=More(together=True, sliders=sliders)).panels:
        assert card.strip.height >= 3
        assert card.name.bottom <= card.strip.top
        assert card.strip.bottom < card.chip.top


def test_for_a_projector_lanes_stand_in_rows_where_words_would_have_no_room() -> None:
    places = layout((1600, 900), 5, 1.5, presenter=True)
    assert len({panel.frame.top for panel in places.panels}) == 2
    assert places.em > layout((1600, 900), 5, 1.5).em


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lanes", range(1, 7))
def test_the_chart_has_what_maps_taller_than_wide_would_leave_empty(size: tuple[int, int], lanes: int) -> None:
    places = layout(size, lanes, 1.4)
    area, share = places.panels[0].map, places.chart.height / size[1]
    assert area.height <= 1.15 * area.width + 2 or share == pytest.approx(0.3, abs=0.01)
    assert area.height >= 1.1 * area.width or share <= 0.15 or places.chart.height == 7 * places.em
    tall = layout(size, lanes, 0.25)
    narrow, usual = tall.panels[0].map, max(0.151 * size[1], 7 * tall.em)
    assert tall.chart.height <= usual or narrow.height >= 3.9 * narrow.width


@pytest.mark.parametrize("lanes", range(1, 5))
@pytest.mark.parametrize("lines", range(1, 9))
def test_for_a_projector_bars_of_ends_have_room_for_words(lanes: int, lines: int) -> None:
    places = layout(SMALLEST, lanes, 1.5, presenter=True, more=More(ends=True), lines=lines)
    assert places.panels[0].ends.height >= 1.1 * places.em
    assert places.panels[0].map.height >= 5 * places.em - 1


@pytest.mark.parametrize("sliders", [False, True])
def test_a_card_has_no_empty_rows(sliders: bool) -> None:
    places = layout((1366, 768), 3, 1.5, more=More(together=True, sliders=sliders))
    for card in places.panels:
        assert card.strip.top - card.name.bottom < places.em


@pytest.mark.parametrize("sliders", [False, True])
@pytest.mark.parametrize("lanes", [3, 4, 5, 6])
@pytest.mark.parametrize("size", [(960, 600), (1366, 768), (1600, 900), (2560, 1440)])
def test_no_card_has_an_empty_row_between_name_and_verdict(size: tuple[int, int], lanes: int, sliders: bool) -> None:
    places = layout(size, lanes, 1.5, more=More(together=True, sliders=sliders))
    for card in places.panels:
        inside = [card.strip] if card.strip.height else []
        edges = [card.name.bottom, *(edge for place in inside for edge in (place.top, place.bottom)), card.chip.top]
        free = max(below - above for above, below in zip(edges[::2], edges[1::2], strict=True))
        assert free < 1.2 * places.em


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080)])
def test_five_lanes_for_a_projector_stand_in_one_row_with_type_that_is_a_little_smaller(size: tuple[int, int]) -> None:
    places, usual = (layout(size, 5, 1.43, presenter=presenter) for presenter in (True, False))
    assert len({panel.frame.top for panel in places.panels}) == 1
    assert places.panels[0].map.height > usual.panels[0].map.height
    assert layout(size, 4, 1.43, presenter=True).em > places.em > usual.em
