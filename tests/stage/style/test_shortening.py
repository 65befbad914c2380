"""Names that are shortened: none reads as another, and no number as another one."""

import pytest

from sim.stage.style import text
from sim.stage.style.shortening import told_apart

NAMES = (
    *("full batch of all twenty (the baseline)", "minibatch of ten without replacement"),
    *("momentum of 0.9 on the full batch", "momentum of 0.9 on single examples"),
)
SIZE = 18


@pytest.mark.parametrize("room", [100, 150, 190, 1000])
def test_names_that_begin_alike_are_cut_in_the_middle(room: int) -> None:
    told = told_apart(NAMES, SIZE, [room] * len(NAMES), bold=True)
    assert len(set(told)) == len(NAMES)
    assert all(text.width(name, SIZE, bold=True) <= room for name in told)
    assert told[:2] == [text.fitted(name, SIZE, room, bold=True) for name in NAMES[:2]]
    assert (told[2][-2:], told[3][-2:]) == ("ch", "es")
    assert (told == list(NAMES)) is (room == 1000)


def test_no_number_is_cut_in_its_middle() -> None:
    names = [f"a learning rate of {rate}" for rate in ("0.15", "0.25")]
    for room in range(40, 170):
        for name, shown in zip(names, told_apart(names, SIZE, [room, room]), strict=True):
            assert "…" not in shown or shown.endswith(("…", name[-4:]))


def test_names_that_nothing_tells_apart_keep_their_beginnings() -> None:
    assert told_apart(["the very same name"] * 2, SIZE, [80, 80]) == [text.fitted("the very same name", SIZE, 80)] * 2
