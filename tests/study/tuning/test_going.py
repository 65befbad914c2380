"""How far a search has come, what is ahead in it, whether its best is better, and what counts where nobody says so."""

from functools import cache

import pytest
from command_line import mistake, output

from sim.scene import load_scene
from sim.study.sweep.sweep import Result
from sim.study.tuning.budget import Budget
from sim.study.tuning.progress import NEARLY, Going, going, is_better
from sim.study.tuning.search import Tuning, plan
from sim.study.tuning.tuned import tuned
from sim.study.tuning.usual import usual_criterion


def search(lane: str, by: str = "escaped", updates: int = 40) -> Tuning:
    return plan(load_scene("local-minimum"), [lane], (), Budget(updates, "updates"), by, 20)


@cache
def followed(lane: str, by: str = "escaped", updates: int = 40) -> tuple[Tuning, list[Going], dict[int, Result]]:
    """A search, and what is told after each of its blocks, in the order in which they are wanted."""
    tuning, told, results = search(lane, by, updates), list[Going](), dict[int, Result]()
    while missing := tuning.missing(results):
        for place in missing:
            results[place] = tuning.blocks[place].run()
            told.append(going(tuning, results, told[-1] if told else None))
    return tuning, told, results


@pytest.mark.parametrize(("lane", "by"), [("full batch", "escaped"), ("minibatch", "escaped"), ("minibatch", "loss")])
def test_a_search_comes_nearer_to_its_end_and_ends_near_it_with_the_best_ahead(lane: str, by: str) -> None:
    tuning, told, results = followed(lane, by)
    shares = [each.share for each in told]
    assert shares == sorted(shares)
    assert 0 < shares[0] < 0.1
    assert 0.8 < shares[-1] <= NEARLY
    assert None not in [each.rate for each in told]
    assert told[-1].rate == tuned(tuning, results).lanes[0].best.values["learning_rate"]


def test_before_anything_has_run_nothing_is_ahead() -> None:
    assert going(search("minibatch"), {}) == Going(0.0, None)
    assert going(search("minibatch"), {}, Going(0.4, 0.1)) == Going(0.4, 0.1)


@pytest.mark.parametrize(("updates", "better"), [(40, True), (200, False)])
def test_better_is_what_is_known_to_be_better_on_fresh_seeds(updates: int, better: bool) -> None:
    """Within 200 updates nearly every seed escapes with the scene's own learning rate; within 40 few do."""
    tuning, _, results = followed("minibatch", updates=updates)
    (lane,) = tuned(tuning, results).lanes
    assert is_better(tuning, lane) is better


@pytest.mark.parametrize(
    ("name", "by"),
    [
        ("local-minimum", "escaped"),
        ("on-the-saddle", "escaped"),
        ("two-weights", "escaped"),
        ("himmelblau", "escaped"),
        ("ravine", "loss"),
        ("learning-rate-ladder", "loss"),
        ("plateau", "loss"),
    ],
)
def test_what_counts_is_the_escape_where_the_scene_asks_about_it(name: str, by: str) -> None:
    assert usual_criterion(load_scene(name)) == by


@pytest.mark.usefixtures("_elsewhere")
def test_the_command_goes_by_it_unless_it_is_told_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("tune", "--lane", "full batch", "--seeds", "20", "--budget", "20 updates", "--workers", "1", "--json")
    assert '"by": "escaped"' in output(capsys, *words, "--results", "one")
    assert '"by": "loss"' in output(capsys, *words, "--by", "loss", "--results", "two")
    assert "invalid choice: 'lost'" in mistake(capsys, "tune", "--by", "lost")
