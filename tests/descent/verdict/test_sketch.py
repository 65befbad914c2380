"""A rough training loss: how rough it is at most, and that no verdict is another one by it."""

import numpy as np
import pytest

from sim.descent import crowd
from sim.descent.crowd import MANY, Crowd
from sim.descent.verdict.sketch import CELLS, Sketch, sketch_of
from sim.scene import load_scene
from sim.surface.points import norm, pair


def _sketch(scene: str) -> Sketch:
    sketch = sketch_of(load_scene(scene).problem())
    assert sketch is not None
    return sketch


@pytest.mark.parametrize("scene", ["local-minimum", "sharp-and-flat"])
def test_no_loss_and_no_gradient_is_off_by_more_than_the_errors_told(scene: str) -> None:
    problem, sketch = load_scene(scene).problem(), _sketch(scene)
    window, random = problem.window, np.random.default_rng(0)
    points = pair(random.uniform(window.x0, window.x1, 5000), random.uniform(window.y0, window.y1, 5000))
    loss, slope = sketch.at(points)
    off, aside = np.abs(loss - problem.train.value(points)), norm(slope - problem.train.gradient(points))
    assert off.max() <= sketch.loss_error
    assert aside.max() <= sketch.slope_error
    assert off.max() > 0.05 * sketch.loss_error  # The errors are not told to be much larger than they are.
    assert aside.max() > 0.05 * sketch.slope_error


def test_the_middle_of_a_cell_is_exact_but_for_rounding() -> None:
    problem, sketch = load_scene("local-minimum").problem(), _sketch("local-minimum")
    window = problem.window
    places = np.array([[3, 5], [CELLS - 1, 0], [64, 90]]) + 0.5
    points = np.array([window.x0, window.y0]) + places * [window.width / CELLS, window.height / CELLS]
    loss, slope = sketch.at(points)
    np.testing.assert_allclose(loss, problem.train.value(points), rtol=1e-12)
    np.testing.assert_allclose(slope, problem.train.gradient(points), rtol=0, atol=1e-12)


def test_nothing_is_known_outside_the_window() -> None:
    sketch = _sketch("local-minimum")
    points = np.array([[-3.5, 0.0], [0.0, 2.2], [np.nan, 0.0], [np.inf, 0.0], [1e300, -1e300], [0.0, 0.0]])
    with np.errstate(all="ignore"):
        loss, _ = sketch.at(points)
    assert np.isnan(loss).tolist() == [True] * 5 + [False]


def test_a_surface_without_a_bound_has_no_sketch() -> None:
    assert sketch_of(load_scene("egg-box").problem()) is None


@pytest.mark.parametrize(("scene", "lane"), [("local-minimum", 1), ("sharp-and-flat", 1), ("batch-ladder", 2)])
def test_a_crowd_is_judged_the_same_without_a_sketch(scene: str, lane: int, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = load_scene(scene)
    problem, starts, seeds = loaded.problem(), np.tile(loaded.start, (MANY, 1)), np.arange(MANY)

    def judged() -> tuple[Crowd, int]:
        """The crowd, and how many losses of the moments that are at hand have been computed."""
        them = Crowd(problem, loaded.lanes[lane], starts, seeds)
        for updates in (100, 200, 300):
            them.extend(updates)
        losses = them.run._columns["loss"][: them.run.updates - them.run.first + 1]
        return them, int(np.isfinite(losses).sum())

    roughly, some = judged()
    monkeypatch.setattr(crowd, "sketch_of", lambda _: None)
    exactly, all_ = judged()
    for seed in range(MANY):
        assert roughly.judge.log.changes(seed) == exactly.judge.log.changes(seed)
        assert roughly.judge.log.events(seed) == exactly.judge.log.events(seed)
    assert some < all_ / 2
