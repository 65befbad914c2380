"""Optimizers of torch as rules do what torch does, alone and among others, at once and anew."""

import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import sim as tm
from sim.descent.examples.finite_sum import FiniteSum
from sim.descent.lane import Lane
from sim.descent.rules import rule_name
from sim.descent.run import STRETCH, Run
from sim.descent.track import Track
from sim.descent.update import one_update
from sim.library.portable import portable
from sim.report import lane_lines, settings_summary, summary
from sim.scene import load_scene
from sim.surface.points import Array

torch = pytest.importorskip("torch")

ALL: dict[str, tuple[str, dict[str, Any]]] = {
    "SGD": ("SGD", {"lr": 0.1}),
    "momentum": ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    "Adam": ("Adam", {"lr": 0.1, "betas": [0.9, 0.99]}),
    "amsgrad": ("Adam", {"lr": 0.1, "amsgrad": True}),
    "AdamW": ("AdamW", {"lr": 0.1}),
    "NAdam": ("NAdam", {"lr": 0.05}),
    "RAdam": ("RAdam", {"lr": 0.05}),
    "Adamax": ("Adamax", {"lr": 0.05}),
    "Adagrad": ("Adagrad", {"lr": 0.3, "initial_accumulator_value": 0.1}),
    "Adadelta": ("Adadelta", {}),
    "RMSprop": ("RMSprop", {"lr": 0.02, "centered": True, "momentum": 0.5}),
    "Rprop": ("Rprop", {"lr": 0.02}),
    "ASGD": ("ASGD", {"lr": 0.1}),
    "LBFGS": ("LBFGS", {"lr": 0.1, "max_iter": 1}),
    "Adafactor": ("Adafactor", {"lr": 0.1}),
    "foreach": ("Adam", {"lr": 0.1, "foreach": True}),
}
every = pytest.mark.parametrize("which", ALL)
UPDATES = STRETCH + 40


def rule_of(which: str) -> Any:
    name, settings = ALL[which]
    return tm.adapters.torch(getattr(torch.optim, name), **settings)


def train() -> FiniteSum:
    return load_scene("local-minimum").problem().train


def plain(which: str, track: Track) -> Array:
    """What a loop of torch's own makes of the batches of a track."""
    name, settings = ALL[which]
    theta = torch.nn.Parameter(torch.tensor(track.theta[0].copy()))
    optimizer, found = getattr(torch.optim, name)([theta], **settings), [track.theta[0].copy()]
    for update in range(track.updates):
        here = theta.detach().numpy()[None].copy()
        gradient = torch.tensor(train().gradient(here, track.batch(update)[:, None])[0])

        def closure(gradient: Any = gradient) -> Any:
            theta.grad = gradient
            return torch.tensor(0.0)

        closure()
        optimizer.step(closure)
        found.append(theta.detach().numpy().copy())
    return np.array(found)


@every
def test_it_moves_as_a_loop_of_torch_does(which: str) -> None:
    (marble,) = [*tm.race(updates=150, seed=3, rules={"mine": (rule_of(which), 2)})][3:]
    assert_allclose(marble.theta, plain(which, marble._track), rtol=0, atol=1e-12)


@every
def test_a_marble_has_the_same_bits_alone_and_among_others(which: str) -> None:
    problem, lane = load_scene("local-minimum").problem(), Lane("", rule_of(which), 2)
    count = 700 if lane.rule.elementwise else 5  # type: ignore[attr-defined]
    starts = np.random.default_rng(2).uniform(-2, 2, (count, 2))
    crowd = Run(problem, lane, starts, np.arange(count))
    crowd.extend(30)
    for marble in (0, 3, 4, 255, 511, 512, 698, 699):
        if marble < count:
            alone = Run(problem, lane, starts[marble : marble + 1], np.array([marble]))
            alone.extend(30)
            assert_array_equal(alone.theta[:, 0], crowd.theta[:, marble])


@every
def test_any_moment_is_done_anew_bit_for_bit(which: str) -> None:
    race = load_scene("local-minimum").problem()
    run = Run(race, Lane("", rule_of(which), 2), np.array([[-1.0, 0.5], [1.0, 1.0]]), np.array([4, 9]))
    run.extend(100)
    run.extend(UPDATES)
    for moment in (UPDATES - 1, 0, STRETCH, 3, STRETCH - 1, STRETCH + 1):
        for marble in range(2):
            track = Track(run, marble)
            state: Any = track.state(moment)
            one = type(state)(*(part[None] if isinstance(part, np.ndarray) else part for part in state))
            batch, theta = track.batch(moment)[:, None], track.theta[moment]
            _, movement, _ = one_update(run.lane.rule, race.train, theta[None], batch, one)
            assert_array_equal(movement[0], track.movement[moment])


@every
def test_a_step_writes_to_nothing_that_it_is_given(which: str) -> None:
    rule, theta = rule_of(which), np.array([[-1.0, 0.5], [1.0, 1.0]])
    state = rule.init(theta)
    for _ in range(3):
        before = pickle.dumps((theta, tuple(state)))
        slope, movement, after = one_update(rule, train(), theta, None, state)
        again = one_update(rule, train(), theta, None, state)[1]
        assert pickle.dumps((theta, tuple(state))) == before
        assert_array_equal(again, movement)
        assert_array_equal(slope.here, train().gradient(theta))
        theta, state = theta + movement, after


def test_it_is_the_programs_own_rule() -> None:
    race = tm.race(updates=200, rules={"torch": rule_of("Adam"), "own": tm.RULES["adam"](0.1, 0.9, 0.99)})
    assert_allclose(race["torch"].theta, race["own"].theta, rtol=0, atol=1e-12)


def test_a_schedule_of_the_lane_changes_its_lr() -> None:
    halved = tm.SCHEDULES["step"](every=40, gamma=0.5)
    lanes = {
        "torch": tm.Lane("", rule_of("Adam"), 2, halved),
        "own": tm.Lane("", tm.RULES["adam"](0.1, 0.9, 0.99), 2, halved),
    }
    race = tm.race(updates=150, rules=lanes)
    assert_allclose(race["torch"].theta, race["own"].theta, rtol=0, atol=1e-12)
    constant = tm.race(updates=150, rules={"torch": (rule_of("Adam"), 2)})
    assert (race["torch"].theta[41:] != constant["torch"].theta[41:]).any()
    assert replace(rule_of("LBFGS"), learning_rate=0.05).learning_rate == 0.05


def test_it_is_a_value_that_is_sent_to_other_processes() -> None:
    rule = rule_of("Adam")
    assert rule == rule_of("Adam") == pickle.loads(pickle.dumps(rule))
    assert hash(rule) == hash(rule_of("Adam"))
    assert rule != rule_of("amsgrad")
    assert portable(rule)


def test_it_says_what_it_is() -> None:
    rule = rule_of("Adam")
    assert rule_name(rule) == "torch Adam"
    assert settings_summary(rule) == {"learning_rate": 0.1, "betas": "(0.9, 0.99)"}
    assert [*lane_lines(Lane("mine", rule, 2), 20)] == [
        *("mine", "torch Adam", "batch 2 of 20"),
        *("learning rate 0.1", "betas (0.9, 0.99)"),
    ]
    race = tm.race(updates=5, rules={"mine": rule})
    assert summary(race.scene, race.running(), 5)["lanes"][3]["rule"] == "torch Adam"


def test_which_are_known_to_treat_every_number_by_itself() -> None:
    assert {which for which in ALL if not rule_of(which).elementwise} == {"LBFGS", "Adafactor", "foreach"}


def test_a_class_of_ones_own_takes_norms_over_a_marble_alone() -> None:
    class Normalized(torch.optim.Optimizer):  # type: ignore[misc, name-defined]
        def __init__(self, parameters: Any, lr: float = 0.1) -> None:
            super().__init__(parameters, {"lr": lr})

        @torch.no_grad()  # type: ignore[untyped-decorator, unused-ignore]
        def step(self, closure: Any = None) -> None:
            del closure
            for group in self.param_groups:
                for parameter in group["params"]:
                    parameter.sub_(group["lr"] * parameter.grad / parameter.grad.norm())

    rule = tm.adapters.torch(Normalized, lr=0.05)
    assert not portable(rule)
    starts = np.array([[-1.0, 0.5], [1.0, 1.0], [0.3, -0.7]])
    run = Run(load_scene("local-minimum").problem(), Lane("", rule, 20), starts, np.arange(3))
    run.extend(10)
    assert_allclose(np.hypot(*run.movement[0].T), 0.05)


def test_odds_sweeps_maps_and_films_take_it(tmp_path: Any) -> None:
    rules = {"mine": (rule_of("Adam"), 1)}
    odds = tm.odds(seeds=40, updates=100, rules=rules)
    assert odds["mine"].escaped.count > 0
    seed = int(odds.outcomes["mine"].seeds[7])
    assert_array_equal(odds.outcomes["mine"].theta[7], tm.race(seed=seed, updates=100, rules=rules)["mine"].theta[-1])
    told = tm.sweep(
        over={"lane.mine.learning_rate": [0.001, 0.1]}, seeds=10, updates=80, rules=rules, measure="escaped"
    )
    assert [row["escaped"] for row in told.rows() if row["lane"] == "mine"] == [0.0, 1.0]
    shares = [each["share"] for each in tm.basins(rule=rule_of("Adam"), size=(320, 240)).summary()["minima"]]
    assert sum(shares) > 0.9
    film = tm.film(tm.race(updates=6, rules=rules), tmp_path / "race.gif", size=(320, 240), last=6)
    assert film.stat().st_size > 1000


@pytest.mark.parametrize(
    ("name", "settings", "sentence"),
    [
        ("Adam", {"lr": -1}, "Adam does not take these settings: Invalid learning rate: -1"),
        ("Adam", {"decay": 1}, "Adam does not take these settings: .*unexpected keyword argument 'decay'"),
        (
            "LBFGS",
            {},
            "^torch LBFGS evaluates its closure more than once in an update.*; give max_iter=1 where it has that$",
        ),
        ("SparseAdam", {}, r"^SparseAdam cannot update a parameter of two numbers: (?!.*\.py, line)"),
        ("Muon", {}, "Muon does not take these settings: Muon only supports 2D parameters"),
    ],
)
def test_what_cannot_be_a_rule_is_told(name: str, settings: dict[str, Any], sentence: str) -> None:
    if not hasattr(torch.optim, name):
        pytest.skip(f"this torch has no {name}")
    with pytest.raises(tm.UseError, match=sentence):
        tm.adapters.torch(getattr(torch.optim, name), **settings)


def test_what_is_no_optimizer_is_told() -> None:
    with pytest.raises(tm.UseError, match=r"adapters.torch takes a class such as torch.optim.Adam, not 3"):
        tm.adapters.torch(3)  # type: ignore[arg-type]
