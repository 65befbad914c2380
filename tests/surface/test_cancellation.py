"""Computing that is not wanted any more ends at its next evaluation, in its own thread alone."""

from threading import Thread

import pytest

from sim.descent.problem import Problem
from sim.scene import load_scene
from sim.surface.cancellation import Cancelled, cancel_when, raise_if_cancelled
from sim.surface.functions import usual_window
from sim.surface.functions.formula import Formula


class Soon:
    """Wanted for so many looks."""

    def __init__(self, looks: int) -> None:
        self.left = looks

    def __call__(self) -> bool:
        self.left -= 1
        return self.left < 0


@pytest.mark.parametrize("name", ["local-minimum", "himmelblau", "two-weights"])
@pytest.mark.parametrize("looks", [0, 7])
def test_a_search_is_given_up_and_can_be_made_again(name: str, looks: int) -> None:
    scene = load_scene(name)
    problem = Problem(*scene.examples.sums(scene.surface), scene.window)
    with pytest.raises(Cancelled), cancel_when(Soon(looks)):
        _ = problem.critical
    assert "_search" not in problem.__dict__
    assert problem.critical == scene.problem().critical


def test_a_formulas_window_is_given_up() -> None:
    with pytest.raises(Cancelled), cancel_when(Soon(3)):
        usual_window(Formula("x^2 + 3*y^2 + 0.1*sin(7*x)"))
    assert usual_window(Formula("x^2 + 3*y^2 + 0.1*sin(7*x)")).width > 0


def test_other_threads_are_not_concerned() -> None:
    went_on = []

    def other() -> None:
        raise_if_cancelled()
        went_on.append(True)

    with cancel_when(lambda: True):
        thread = Thread(target=other)
        thread.start()
        thread.join()
    raise_if_cancelled()
    assert went_on
