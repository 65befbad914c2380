"""The legend of the chart: it drops no lane, and shortens all long names alike."""

import pytest

from sim.stage.picture.chart import legend_names
from sim.stage.style import text

LONG = ("gradient descent with a very long name", "momentum", "Adam with decay, decoupled", "RMSprop that is centered")
SIZE, BEFORE = 13, 30.0


@pytest.mark.parametrize("room", [400, 500, 700, 2000])
def test_every_lane_is_in_the_legend_and_all_fit(room: int) -> None:
    told = legend_names(LONG, SIZE, room, BEFORE)
    assert len(told) == len(LONG)
    assert all(told)
    assert sum(text.width(name, SIZE) + BEFORE for name in told) <= room
    longest = max(text.width(name, SIZE) for name in told)
    shortened = [name for name, whole in zip(told, LONG, strict=True) if name != whole]
    assert bool(shortened) == (room < 2000)
    assert all(text.width(name, SIZE) > longest - 2 * SIZE for name in shortened)


def test_where_little_would_be_left_of_names_badges_stand_alone() -> None:
    assert legend_names(LONG, SIZE, 200, BEFORE) == [""] * len(LONG)
