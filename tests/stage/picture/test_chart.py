"""What stands beside the chart: numbers that differ are written differently, and none is wider than its room."""

import pytest

from sim.descent.clock import Timing
from sim.stage.picture.chart import SIGNS, Axes, loss_marks


@pytest.mark.parametrize(
    ("low", "high"),
    [
        (-0.3, 1.2),
        (3 - 1.8e-10, 3 + 1.8e-10),
        (3 - 1.8e-7, 3 + 1.8e-7),
        (-1e-13, 1e-13),
        (-1e150, 3e150),
        (1e200, 1.0000001e200),
        (-1.7e308, 1.7e308),
        (123456.2, 123456.9),
        (-1e-320, 1e-320),
    ],
)
def test_losses_are_told_apart_in_few_signs(low: float, high: float) -> None:
    marks = loss_marks(low, high)
    labels = [label for _, label in marks]
    assert labels
    assert len(set(labels)) == len(labels)
    assert all(len(label) <= SIGNS for label in labels)
    assert not {"-0", "−0"} & set(labels)
    assert all(low <= loss <= high for loss, _ in marks)


def test_numbers_are_written_as_people_write_them() -> None:
    assert loss_marks(-0.3, 1.2) == [(0.0, "0"), (0.5, "0.5"), (1.0, "1")]
    assert [label for _, label in loss_marks(3 - 1e-10, 3 + 1e-10)] == ["3"]
    assert [label for _, label in loss_marks(-1.2e151, 0.4e151)] == ["−1e151", "−5e150", "0"]


def test_a_logarithmic_axis_may_end_near_the_largest_number() -> None:
    axes = Axes(10, Timing(1.0, (1.0,)), "updates", 298.0, 308.9, logarithmic=True)
    labels = [label for _, label in axes.marks()]
    assert labels[0] == "1e298"
    assert len(set(labels)) == len(labels) > 2
