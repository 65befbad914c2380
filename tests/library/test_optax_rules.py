"""Gradient transformations of optax as rules do what optax does, alone and among others, at once and anew."""

import pickle
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import sim as tm
from sim.descent.lane import Lane
from sim.descent.rules import rule_name
from sim.descent.run import STRETCH, Run
from sim.descent.track import Track
from sim.descent.update import one_update
from sim.library.adapters.of_optax import BLOCK, _double
from sim.library.portable import portable
from sim.report import settings_summary
from sim.scene import load_scene
from sim.surface.points import Array

optax = pytest.importorskip("optax")
jax = pytest.importorskip("jax")

ALL: dict[str, Any] = {
    "sgd": lambda: optax.sgd(0.1, momentum=0.9, nesterov=True),
    "adam": lambda: optax.adam(0.1, b2=0.99),
    "lion": lambda: optax.lion(0.02),
    "rmsprop": lambda: optax.rmsprop(0.02, centered=True),
    "clipped": lambda: optax.chain(optax.clip_by_global_norm(0.5), optax.adam(0.1)),
    "lamb": lambda: optax.lamb(0.05),
    "scheduled": lambda: optax.adamw(optax.cosine_decay_schedule(0.2, 100)),
}
every = pytest.mark.parametrize("which", ALL)
UPDATES = STRETCH + 40


def rule_of(which: str) -> Any:
    return tm.adapters.optax(ALL[which]())


def plain(which: str, track: Track) -> Array:
    """What a loop of optax's own makes of the batches of a track."""
    train, found = load_scene("local-minimum").problem().train, [track.theta[0].copy()]
    with _double():
        transformation, theta = ALL[which](), jax.numpy.array(track.theta[0])
        state = transformation.init(theta)
        for update in range(track.updates):
            gradient = train.gradient(np.array(theta)[None], track.batch(update)[:, None])[0]
            updates, state = transformation.update(jax.numpy.array(gradient), state, theta)
            theta = optax.apply_updates(theta, updates)
            found.append(np.array(theta))
    return np.array(found)


@every
def test_it_moves_as_a_loop_of_optax_does(which: str) -> None:
    (marble,) = [*tm.race(updates=100, seed=3, rules={"mine": (rule_of(which), 2)})][3:]
    assert marble.theta.dtype == np.float64
    assert_allclose(marble.theta, plain(which, marble._track), rtol=0, atol=1e-12)


@every
def test_a_marble_has_the_same_bits_alone_and_among_others(which: str) -> None:
    problem, lane, count = load_scene("local-minimum").problem(), Lane("", rule_of(which), 2), BLOCK + 9
    starts = np.random.default_rng(2).uniform(-2, 2, (count, 2))
    crowd = Run(problem, lane, starts, np.arange(count))
    crowd.extend(30)
    for marble in (0, 3, BLOCK - 1, BLOCK, count - 1):
        alone = Run(problem, lane, starts[marble : marble + 1], np.array([marble]))
        alone.extend(30)
        assert_array_equal(alone.theta[:, 0], crowd.theta[:, marble])


@every
def test_any_moment_is_done_anew_bit_for_bit(which: str) -> None:
    problem = load_scene("local-minimum").problem()
    run = Run(problem, Lane("", rule_of(which), 2), np.array([[-1.0, 0.5], [1.0, 1.0]]), np.array([4, 9]))
    run.extend(100)
    run.extend(UPDATES)
    for moment in (UPDATES - 1, 0, STRETCH, 3, STRETCH + 1):
        for marble in range(2):
            track = Track(run, marble)
            state: Any = track.state(moment)
            one = type(state)(*(part[None] for part in state))
            batch, theta = track.batch(moment)[:, None], track.theta[moment]
            _, movement, _ = one_update(run.lane.rule, problem.train, theta[None], batch, one)
            assert_array_equal(movement[0], track.movement[moment])


def test_no_setting_of_jax_is_changed() -> None:
    before = jax.config.jax_enable_x64
    tm.race(updates=3, rules={"mine": rule_of("adam")})
    assert jax.config.jax_enable_x64 == before
    assert jax.numpy.ones(2).dtype == (np.float64 if before else np.float32)


def test_where_its_learning_rate_is_said_a_schedule_multiplies_its_updates() -> None:
    halved = tm.SCHEDULES["step"](every=40, gamma=0.5)
    own = tm.Lane("", tm.RULES["adam"](0.1, 0.9, 0.99), 2, halved)
    said = tm.adapters.optax(optax.adam(0.1, b2=0.99), learning_rate=0.1)
    made = tm.adapters.optax(optax.adam, learning_rate=0.1, b2=0.99)
    lanes = {"said": tm.Lane("", said, 2, halved), "made": tm.Lane("", made, 2, halved), "own": own}
    race = tm.race(updates=150, rules=lanes)
    assert_allclose(race["said"].theta, race["own"].theta, rtol=0, atol=1e-12)
    assert_array_equal(race["made"].theta, race["said"].theta)
    assert (said.learning_rate, made.learning_rate, rule_of("adam").learning_rate) == (0.1, 0.1, 1.0)


def test_what_is_made_here_is_sent_to_other_processes_and_what_is_brought_is_not() -> None:
    made = tm.adapters.optax(optax.adam, learning_rate=0.1)
    assert made == tm.adapters.optax(optax.adam, learning_rate=0.1) == pickle.loads(pickle.dumps(made))
    assert portable(made)
    assert not portable(rule_of("adam"))
    assert (rule_name(made), rule_name(rule_of("adam"))) == ("optax adam", "optax")
    assert settings_summary(made) == {"learning_rate": 0.1}


def test_odds_maps_and_films_take_it(tmp_path: Any) -> None:
    rules = {"mine": (tm.adapters.optax(optax.lion, learning_rate=0.02), 1)}
    odds = tm.odds(seeds=40, updates=120, rules=rules)
    seed = int(odds.outcomes["mine"].seeds[7])
    assert_array_equal(odds.outcomes["mine"].theta[7], tm.race(seed=seed, updates=120, rules=rules)["mine"].theta[-1])
    shares = [each["share"] for each in tm.basins(rule=rule_of("sgd"), size=(200, 150)).summary()["minima"]]
    assert sum(shares) > 0.9
    film = tm.film(tm.race(updates=6, rules=rules), tmp_path / "race.gif", size=(320, 240), last=6)
    assert film.stat().st_size > 1000


@pytest.mark.parametrize(
    ("made", "settings", "sentence"),
    [
        (lambda: 3, {}, "adapters.optax takes a transformation such as optax.adam"),
        (lambda: optax.adam(0.1), {"b1": 0.9}, "what is made already takes no b1"),
        (lambda: optax.adam, {"lr": 0.1}, "optax adam cannot update.*unexpected keyword argument 'lr'"),
        (lambda: optax.adam(0.1), {"learning_rate": 0}, "learning_rate must be a number above 0, not 0"),
        (optax.polyak_sgd, {}, "missing 1 required keyword-only argument: 'value'"),
    ],
)
def test_what_cannot_be_a_rule_is_told(made: Any, settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(tm.UseError, match=sentence):
        tm.adapters.optax(made(), **settings)
