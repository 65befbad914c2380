"""A rule from outside that fails ends its own marbles, is told with file and line, and costs the others nothing."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from outside import Blind, Sharpness

from sim.descent.crowd import Crowd
from sim.descent.examples.recipes import TiltedExamples
from sim.descent.lane import Lane, descend
from sim.descent.problem import Problem
from sim.descent.race import Race
from sim.descent.rules import OWN, RULES
from sim.descent.rules.guard import RuleFailure
from sim.descent.rules.plain.gradient_descent import GradientDescent
from sim.descent.rules.plain.momentum import Momentum
from sim.descent.rules.protocol import Rule, Slope
from sim.descent.run import Run
from sim.descent.update import ConstantGradient, evaluations_of, first_state, one_update
from sim.descent.verdict.kinds import KINDS, VerdictKind
from sim.scene import load_scene
from sim.study.maps.basin_map import kept_share
from sim.study.odds.counts import counted
from sim.study.odds.odds import failures
from sim.study.work.ensemble import ensemble
from sim.surface.functions.formula import Formula
from sim.surface.points import Array
from sim.surface.protocol import Window

SCENE = load_scene("local-minimum")
HERE = Path(__file__).name


class Kept(NamedTuple):
    last: Array


@dataclass(frozen=True)
class Odd:
    """Plain descent, with what a test makes of its answer."""

    learning_rate: float = 0.1
    answer: Callable[[Array, Slope, Kept], Any] = lambda _theta, slope, state: (-0.1 * slope.here, state)
    begin: Callable[[Array], Any] = lambda theta: Kept(np.zeros_like(theta))

    def init(self, theta: Array) -> Any:
        return self.begin(theta)

    def step(self, theta: Array, slope: Slope, state: Kept) -> Any:
        return self.answer(theta, slope, state)


def raising(_theta: Array, _slope: Slope, _state: Kept) -> Any:
    return list[Any]()[0]


def leaving(*_: Any) -> Any:
    raise GeneratorExit


class Unsayable(ValueError):
    def __str__(self) -> str:
        raise SystemExit


def raising_what_cannot_be_said(*_: Any) -> Any:
    raise Unsayable


def interrupting(*_: Any) -> Any:
    raise KeyboardInterrupt


def writing_to_theta(theta: Array, slope: Slope, state: Kept) -> Any:
    theta += 1.0
    return slope.here, state


def writing_to_the_gradient(_theta: Array, slope: Slope, state: Kept) -> Any:
    gradient = slope.here
    gradient *= -0.1
    return gradient, state


def writing_to_the_state(_theta: Array, slope: Slope, state: Kept) -> Any:
    state.last[:] = slope.here
    return -slope.here, state


WRONG: dict[str, tuple[Callable[..., Any], str]] = {
    "raising": (raising, "IndexError: list index out of range"),
    "unsayable": (raising_what_cannot_be_said, "Unsayable"),
    "leaving": (leaving, "GeneratorExit"),
    "exit": (lambda *_: sys.exit("bye"), "SystemExit: bye"),
    "θ": (writing_to_theta, "writes to what it was given"),
    "gradient": (writing_to_the_gradient, "writes to what it was given"),
    "state": (writing_to_the_state, "writes to what it was given"),
    "nothing": (lambda *_: None, "step answers with nothing, not with a movement and a state"),
    "alone": (lambda _theta, slope, _state: slope.here, "step answers with ndarray, not with a movement and a state"),
    "list": (lambda _theta, slope, state: (slope.here.tolist(), state), "answers with list for a movement"),
    "shape": (lambda _theta, slope, state: (slope.here[0], state), "a movement of shape (2,), and θ has (1, 2)"),
    "dtype": (lambda _theta, slope, state: (slope.here.astype(np.float32), state), "a movement of float32, not of flo"),
    "nan": (lambda _theta, slope, state: (slope.here * np.nan, state), "step moves by nan, from finite numbers"),
    "infinity": (lambda _theta, slope, state: (slope.here / 0.0, state), "step moves by infinity, from finite numbers"),
    "memory": (lambda _theta, slope, state: (slope.here, Kept(state.last * np.nan)), "step remembers nan, from finite"),
    "bare": (lambda _theta, slope, _state: (slope.here, slope.here), "with ndarray for a state, not with a tuple"),
    "shaped": (
        lambda _theta, slope, _state: (slope.here, Kept(np.zeros(2))),
        "remembers last of shape (2,), and θ has (1, 2): it must be a number, or an array of shape (…, 2) or (…, 1)",
    ),
    "listed": (lambda _theta, slope, _state: (slope.here, Kept([0.0])), "last, list: it must be a number, or an a"),  # type: ignore[arg-type]
}


def lane(rule: Rule[Any], batch_size: int = 20) -> Lane:
    return Lane("odd", rule, batch_size)


@pytest.mark.parametrize("how", WRONG)
def test_what_no_rule_may_do_ends_its_lane_with_a_sentence_and_the_others_go_on(how: str) -> None:
    answer, sentence = WRONG[how]
    others = lane(Momentum(0.05))
    race = Race(SCENE.problem(), [others, lane(Odd(answer=answer))], SCENE.start, 0)
    race.extend(50)
    verdict = race.judges[1].verdict(50)
    assert verdict.kind is VerdictKind.FAILED
    assert (verdict.since, race.tracks[1].updates, race.tracks[0].updates) == (1, 0, 50)
    assert verdict.sentence.startswith("the rule failed: ")
    assert f"{HERE}, line " in verdict.sentence
    assert sentence in verdict.sentence
    alone = Race(SCENE.problem(), [others], SCENE.start, 0)
    alone.extend(50)
    assert (race.tracks[0].theta == alone.tracks[0].theta).all()


def test_one_that_says_that_the_user_interrupts_is_believed() -> None:
    race = Race(SCENE.problem(), [lane(Odd(answer=interrupting))], SCENE.start, 0)
    with pytest.raises(KeyboardInterrupt):
        race.extend(1)


def test_the_line_is_the_one_that_raises_or_where_the_step_begins() -> None:
    def line(rule: Rule[Any]) -> int:
        with pytest.raises(RuleFailure) as found:
            one_update(rule, ConstantGradient(np.ones(2)), np.ones((1, 2)), None, first_state(rule, np.ones((1, 2))))
        return int(str(found.value).split("line ")[1].split(":")[0])

    assert line(Odd(answer=raising)) == raising.__code__.co_firstlineno + 1
    assert line(Odd(answer=writing_to_the_gradient)) == writing_to_the_gradient.__code__.co_firstlineno + 2
    assert line(Odd(answer=lambda *_: None)) == Odd.step.__code__.co_firstlineno


def begun(_theta: Array) -> Any:
    raise RuntimeError("not today")


def test_a_rule_that_fails_before_the_first_update_has_failed_in_it() -> None:
    race = Race(SCENE.problem(), [lane(Odd(begin=begun)), lane(Odd(begin=lambda _: None))], SCENE.start, 0)
    race.extend(10)
    first, second = (judge.verdict(10) for judge in race.judges)
    assert "RuntimeError: not today" in first.sentence
    assert "init answers with nothing for a state" in second.sentence
    assert [track.overflow for track in race.tracks] == [1, 1]
    assert race.tracks[0].state(0) == ()


def test_who_diverges_has_not_failed() -> None:
    """What comes of numbers on their way to infinity is no fault of a rule's."""
    for far in (Odd(answer=lambda _theta, slope, state: (-3.0 * slope.here, state)), Sharpness(50.0)):
        race = Race(load_scene("ravine").problem(), [lane(far)], (1.0, 1.0), 0)
        race.extend(5000)
        assert race.tracks[0].overflow is not None
        assert race.judges[0].verdict(5000).kind is VerdictKind.DIVERGED


def test_what_is_no_number_since_numbers_grew_too_large_is_no_failure() -> None:
    """As the square of a gradient beyond 1e154, which is infinite, and 0 times that."""

    def climbing(_theta: Array, slope: Slope, state: Kept) -> Any:
        return 1e9 * slope.here + 0.0 * slope.here * slope.here, state

    race = Race(load_scene("ravine").problem(), [lane(Odd(answer=climbing))], (1.0, 1.0), 0)
    race.extend(100)
    assert race.judges[0].verdict(100).kind is VerdictKind.DIVERGED
    assert np.isfinite(race.tracks[0].full_gradient).all()


def test_in_a_crowd_each_marble_ends_as_it_would_alone() -> None:
    """Those with which the rule fails are told apart, and the others have their bits."""
    starts = np.random.default_rng(0).uniform(-0.6, 0.6, (40, 2))
    seeds = np.arange(40)
    way = lane(Blind(0.1), 1)
    together = Run(SCENE.problem(), way, starts, seeds)
    together.extend(12)
    assert 0 < len(together.failures) < 40
    for marble in range(40):
        alone = Run(SCENE.problem(), way, starts[marble : marble + 1], seeds[marble : marble + 1])
        alone.extend(12)
        end = int(alone.ends[0])
        assert end == together.ends[marble]
        assert alone.failures.get(0) == together.failures.get(marble)
        assert (alone.theta[: end + 1 or None, 0] == together.theta[: end + 1 or None, marble]).all()
        assert alone.updates == (12 if end < 0 else end + 1)


def test_what_a_rule_remembers_goes_with_its_marble_past_the_failures_of_others() -> None:
    def answer(theta: Array, slope: Slope, state: Kept) -> Any:
        if (theta[:, 0] > 0.4).any():
            raise ValueError("too far right")
        last = 0.5 * state.last - 0.02 * slope.here
        return last, Kept(last)

    starts = np.random.default_rng(1).uniform(-0.5, 0.5, (9, 2))
    run = Run(SCENE.problem(), lane(Odd(answer=answer), 1), starts, np.arange(9))
    run.extend(12)
    assert 0 < len(run.failures) < 9
    survivor = next(marble for marble in range(9) if marble not in run.failures)
    same = Run(SCENE.problem(), lane(Momentum(0.02, 0.5), 1), starts, np.arange(9))
    same.extend(12)
    assert (run.theta[:, survivor] == same.theta[:, survivor]).all()
    assert (run.state(12)[0][survivor] == same.state(12)[0][survivor]).all()


def test_a_state_that_is_a_plain_tuple_goes_past_the_failures_of_others_too() -> None:
    def answer(theta: Array, slope: Slope, state: Any) -> Any:
        if (theta[:, 0] > 0.4).any():
            raise ValueError("too far right")
        return -0.02 * slope.here, (0.5 * state[0], state[1] + 1)

    starts = np.random.default_rng(1).uniform(-0.5, 0.5, (9, 2))
    run = Run(SCENE.problem(), lane(Odd(answer=answer, begin=lambda theta: (theta, 0)), 1), starts, np.arange(9))
    run.extend(30)
    assert 0 < len(run.failures) < 9
    halved, count = run.state(30)
    survivor = next(marble for marble in range(9) if marble not in run.failures)
    assert (halved[survivor] == starts[survivor] / 2**30).all()
    assert count == 30


def test_with_whom_it_would_fail_after_the_end_it_has_not_failed() -> None:
    """In a crowd a rule is still asked about marbles that have left the surface, and alone it is not."""

    def answer(_theta: Array, slope: Slope, state: Any) -> Any:
        if state[0] == 9:
            raise ValueError("broken")
        return -0.1 * slope.here, (state[0] + 1,)

    rule = Odd(answer=answer, begin=lambda _: (0,))
    problem = Problem(*TiltedExamples(0.05, count=20).sums(Formula("sqrt(x) + y^2")), Window(-1.0, 4.0, -1.0, 1.0))
    starts, way = np.array([(0.2, 0.0), (3.5, 0.0)]), lane(rule, 1)
    crowd = Crowd(problem, way, starts, np.arange(2))
    crowd.extend(40)
    kinds = [KINDS[kind] for kind in crowd.judge.kinds.tolist()]
    assert kinds == [VerdictKind.OFF_SURFACE, VerdictKind.FAILED]
    assert list(crowd.run.failures) == [1]
    for seed, (start, kind) in enumerate(zip(starts.tolist(), kinds, strict=True)):
        race = Race(problem, [way], (start[0], start[1]), seed)
        race.extend(40)
        assert race.judges[0].verdict(40).kind is kind


def test_crowds_ensembles_and_sentences_of_odds_tell_it() -> None:
    way = lane(Blind(0.3), 1)
    scene = replace(SCENE, lanes=(way,), claims=(None,), start=(0.3, 0.3), question=None, captions=())
    crowd = Crowd(scene.problem(), way, np.tile(scene.start, (30, 1)), np.arange(30))
    crowd.extend(100)
    failed = crowd.judge.kinds == KINDS.index(VerdictKind.FAILED)
    assert set(np.flatnonzero(failed)) == set(crowd.run.failures)
    outcomes = ensemble(scene.problem(), way, scene.start, np.arange(30), 100)
    assert (outcomes.verdicts == crowd.judge.kinds).all()
    assert (outcomes.ends[failed] > 0).all()
    (sentence,) = failures(scene, counted(scene, [outcomes]))
    first = int(np.flatnonzero(failed)[0])
    assert sentence.startswith(f'the rule of lane "odd" failed with {failed.sum()} of 30 seeds, first with {first}: ')
    assert sentence.endswith("LookupError: too far out")
    assert (
        list(
            failures(
                scene,
                counted(scene, [ensemble(scene.problem(), lane(GradientDescent(0.1)), scene.start, np.arange(3), 9)]),
            )
        )
        == []
    )


def test_what_is_found_out_by_trying_a_rule_is_found_of_one_that_fails_too() -> None:
    assert evaluations_of(Odd(answer=raising)) == 1
    assert evaluations_of(Sharpness()) == 2
    assert kept_share(Odd(answer=raising)) == kept_share(Odd(begin=begun)) == pytest.approx(1 - 1e-6)


def test_rules_of_the_program_are_not_asked_with_care(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.descent.update.guarded_step", lambda *_: pytest.fail("guarded"))
    monkeypatch.setattr("sim.descent.update.guarded_init", lambda *_: pytest.fail("guarded"))
    assert set(RULES.values()) == OWN
    for kind in RULES.values():
        list(islice(descend(SCENE.problem().train, lane(kind()), np.zeros((2, 2)), np.arange(2)), 3))


def test_what_a_rule_is_given_can_be_written_to_again_by_its_owner() -> None:
    theta, state = np.ones((1, 2)), Kept(np.ones((1, 2)))
    one_update(Odd(), ConstantGradient(np.ones(2)), theta, None, state)
    assert theta.flags.writeable
    assert state.last.flags.writeable
