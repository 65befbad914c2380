"""Numbers on the screen: what is measured is written by one convention, wherever it stands."""

import math

import pytest

from sim.descent.clock import Timing
from sim.stage.picture.chart.axes import Axes, loss_marks
from sim.stage.picture.views.labels.words import rounded_to
from sim.stage.style.numbers import brief, number, signed


@pytest.mark.parametrize(
    ("value", "live", "short"),
    [
        (0.0, "0.0000", "0"),
        (8e4, "80000", "80000"),
        (99999.9, "1.0e+05", "99999.9"),
        (1e5, "1.0e+05", "1e+05"),
        (1.8e7, "1.8e+07", "1.8e+07"),
        (-2.5e5, "−2.5e+05", "−2.5e+05"),
        (1e-3, "0.0010", "0.001"),
        (2e-4, "2.0e−04", "2e−04"),
        (-1e-120, "−1.0e−120", "−1e−120"),
        (0.5, "0.5000", "0.5"),
        (-0.0, "0.0000", "0"),
        (123456.0, "1.2e+05", "1.23456e+05"),
    ],
)
def test_powers_of_ten_begin_and_end_at_the_same_sizes(value: float, live: str, short: str) -> None:
    assert number(value) == live
    assert brief(value) == short


@pytest.mark.parametrize("loss", [1e-4, 1e-2, 1e3, 1e4, 1e5, 1e6])
def test_a_loss_is_written_alike_on_both_kinds_of_axes_and_beside_a_critical_point(loss: float) -> None:
    linear = dict(loss_marks(0.0, 2.2 * loss))
    power = math.log10(loss)
    logarithmic = Axes(10, Timing(1.0, (1.0,)), "updates", power - 0.5, power + 0.5, logarithmic=True)
    assert linear[loss] == rounded_to(3, loss) == brief(loss)
    assert [label for _, label in logarithmic.marks()] == [brief(loss)]


def test_losses_that_differ_by_little_are_told_apart_without_a_power_of_ten() -> None:
    assert [label for _, label in loss_marks(123456.2, 123456.9)] == ["123456.2", "123456.4", "123456.6", "123456.8"]


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        ("κ = -1.12, 3.4e-07", "κ = −1.12, 3.4e−07"),
        ("it leads down along (-0.71, -1)", "it leads down along (−0.71, −1)"),
        ("-2.5e-05", "−2.5e−05"),
        ("B-20, x-1 and 1-2, full-batch", "B-20, x-1 and 1-2, full-batch"),
        ("从 -3 起", "从 −3 起"),
    ],
)
def test_numbers_within_words_have_minus_signs_and_words_their_hyphens(data: str, shown: str) -> None:
    assert signed(data) == shown
