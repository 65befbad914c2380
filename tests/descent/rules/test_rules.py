"""The update rules against purity, closed forms, their papers, and torch.optim's paths."""

import inspect
import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import FrozenInstanceError, dataclass, fields, replace
from typing import Annotated, Any, TypeVar

import numpy as np
import pytest
from annotated_types import Ge
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.testing import assert_allclose, assert_array_equal
from outside import Newton
from pydantic import TypeAdapter, ValidationError

from sim.descent.rules import RULES, recurrence, rule_name
from sim.descent.rules.adaptive.adadelta import Adadelta
from sim.descent.rules.adaptive.adagrad import Adagrad
from sim.descent.rules.adaptive.adam import Adam
from sim.descent.rules.adaptive.adamw import AdamW
from sim.descent.rules.adaptive.rmsprop import RMSprop
from sim.descent.rules.curvature.sam import SAM
from sim.descent.rules.plain.gradient_descent import GradientDescent
from sim.descent.rules.plain.momentum import Momentum
from sim.descent.rules.plain.nesterov import Nesterov
from sim.descent.rules.plain.torch_nesterov import TorchNesterov
from sim.descent.rules.protocol import KeptShare, Rule, kept_share, letters, state_letters
from sim.descent.rules.registry import Registry
from sim.descent.update import ConstantGradient, one_update
from sim.surface.points import Array

S = TypeVar("S", bound=tuple[Any, ...])
AnyRule = Rule[Any]

RTOL = 1e-12
START = np.array([-1.2, 1.0])
every_rule = pytest.mark.parametrize("kind", RULES.values(), ids=RULES)


def walk(rule: Rule[S], start: Array, gradient: Callable[[Array], Array], updates: int) -> Array:
    """The positions θ₀ … θ_updates, closed loop: the gradient is taken where the marble is."""
    theta, state, positions = start, rule.init(start), [start]
    for _ in range(updates):
        _, movement, state = one_update(rule, ConstantGradient(gradient(theta)), theta, None, state)
        theta = theta + movement
        positions.append(theta)
    return np.array(positions)


def movements(rule: Rule[S], start: Array, gradients: Sequence[Array] | Array) -> Array:
    """The movements that answer given gradients, open loop."""
    theta, state, out = start, rule.init(start), []
    for gradient in gradients:
        _, movement, state = one_update(rule, ConstantGradient(gradient), theta, None, state)
        theta = theta + movement
        out.append(movement)
    return np.array(out)


def some_gradients(updates: int) -> Array:
    """Gradients of a swarm of 7, over many orders of magnitude."""
    rng = np.random.default_rng(20)
    return np.asarray(rng.standard_normal((updates, 7, 2)) * 10 ** rng.uniform(-6, 3, (updates, 7, 2)))


# The registry and the hyperparameters


def test_registry_lists_the_rules_in_the_order_of_the_menus() -> None:
    assert list(RULES) == [
        *("gradient descent", "momentum", "torch momentum", "nesterov", "lookahead nesterov", "torch nesterov"),
        *("adagrad", "adadelta", "rmsprop", "rmsprop momentum", "centered rmsprop"),
        *("adam", "adamax", "amsgrad", "nadam", "radam", "adamw"),
        *("sign sgd", "lion"),
        *("sam", "newton", "saddle free newton"),
        "langevin",
    ]


@pytest.mark.parametrize("name", RULES)
def test_a_rule_knows_its_registered_name(name: str) -> None:
    assert RULES[name].__name__.lower() == name.replace(" ", "")
    assert rule_name(RULES[name]()) == name
    assert rule_name(replace(RULES[name](), learning_rate=0.5)) == name


@every_rule
def test_a_rule_is_a_frozen_value(kind: type[AnyRule]) -> None:
    assert kind() == kind()
    assert hash(kind()) == hash(kind())
    assert replace(kind(), learning_rate=0.5) != kind()
    with pytest.raises(FrozenInstanceError):
        kind().learning_rate = 0.5  # type: ignore[misc]


@every_rule
def test_every_hyperparameter_is_bounded_on_both_sides(kind: type[AnyRule]) -> None:
    adapter = TypeAdapter(kind)
    defaults = {field.name: field.default for field in fields(kind)}
    assert adapter.validate_python(defaults) == kind()
    for name in defaults:
        for outside in (-0.1, 1e7, math.inf, -math.inf, math.nan):
            with pytest.raises(ValidationError):
                adapter.validate_python({**defaults, name: outside})


@pytest.mark.parametrize(
    ("kind", "name", "edge", "allowed"),
    [
        (GradientDescent, "learning_rate", 0.0, False),
        (GradientDescent, "learning_rate", 1e6, True),
        (Momentum, "decay", 0.0, True),
        (Momentum, "decay", 1.0, False),
        (Adam, "epsilon", 0.0, False),
        (Adam, "epsilon", 1.0, True),
        (AdamW, "weight_decay", 0.0, True),
    ],
)
def test_edges_of_the_ranges(kind: type[AnyRule], name: str, edge: float, allowed: bool) -> None:
    adapter = TypeAdapter(kind)
    if allowed:
        assert getattr(adapter.validate_python({name: edge}), name) == edge
    else:
        with pytest.raises(ValidationError):
            adapter.validate_python({name: edge})


# The recurrence, in letters


@every_rule
def test_the_recurrence_is_that_of_the_docstring(kind: type[AnyRule]) -> None:
    """Line by line, and none is left out; where a docstring says how a letter begins, that stands after a comma."""
    formulas = re.findall(r"^ {4}(\S+ [←=] .*)$", inspect.cleandoc(kind.__doc__ or ""), re.MULTILINE)
    assert len(formulas) == len(recurrence(kind()))
    for line, formula in zip(recurrence(kind()), formulas, strict=True):
        assert formula.startswith(line)
        assert re.fullmatch(r"(, +.₀ = [01])?", formula.removeprefix(line))


@every_rule
def test_each_thing_that_is_remembered_has_a_letter_and_a_line_and_all_other_letters_are_known(
    kind: type[AnyRule],
) -> None:
    state = type(kind().init(START))
    remembered = set(state_letters(state).values())
    assert len(remembered) == len(state._fields)
    lines = recurrence(kind())
    assert sorted(line.split(" ←")[0] for line in lines if "←" in line) == sorted({*remembered, "θ"})
    assert "g" in said_in(lines) or "∇L(θ + " in "".join(lines)
    given = {letter.sign for letter in letters(kind).values() if not letter.option}
    assert said_in(lines) | {"g"} == {*remembered, *given, *defined_in(lines), "θ", "g"}


NO_LETTERS = r"∇²?L|1e−6|ξ|√|\b(sign|max|min|but|at|while|I)\b"
"""What stands in recurrences and is no letter of theirs: loss, a number, noise, functions, words, the unit matrix."""


def said_in(lines: Sequence[str]) -> set[str]:
    """The letters in lines of a recurrence."""
    return set(re.findall(r"[^\W\d_ᵗ²⁻¹][₁₂∞]?", re.sub(NO_LETTERS, "", " ".join(lines))))


def defined_in(lines: Sequence[str]) -> set[str]:
    """Those that such a line says what they are."""
    return said_in(re.findall(r"\S+(?= = )", " ".join(lines)))


def test_a_rule_from_outside_need_not_say_a_recurrence_nor_has_it_that_of_what_it_is_made_from() -> None:
    class Backwards(GradientDescent):
        pass

    assert recurrence(Backwards()) == ()
    assert recurrence(GradientDescent()) == ("θ ← θ − η g",)
    assert recurrence(Newton()) == ()
    assert state_letters(type(Newton().init(START))) == {}


@every_rule
def test_with_all_options_on_their_lines_stand_first_and_speak_of_them(kind: type[AnyRule]) -> None:
    options = {name: letter.sign for name, letter in letters(kind).items() if letter.option}
    rule = replace(kind(), **dict.fromkeys(options, 0.5))
    lines = recurrence(rule)
    assert lines[len(options) :] == recurrence(kind())
    assert all(line.startswith("g ← ") for line in lines[: len(options)])
    assert said_in(lines[: len(options)]) - {"g", "θ"} == set(options.values())


# Purity, and marbles that do not know of each other


def frozen(value: Any) -> Any:
    """A copy that raises when written to; numbers pass through."""
    if not isinstance(value, np.ndarray):
        return value
    copy = value.copy()
    copy.flags.writeable = False
    return copy


def bits(*values: Any) -> list[bytes]:
    return [np.asarray(value).tobytes() for value in values]


@every_rule
def test_a_step_is_pure(kind: type[AnyRule]) -> None:
    rule = kind()
    theta = frozen(np.linspace(-2.0, 3.0, 14).reshape(7, 2))
    state = rule.init(theta)
    for gradient in map(frozen, some_gradients(5)):
        state = type(state)(*map(frozen, state))
        before = bits(theta, gradient, *state)
        _, movement, after = one_update(rule, ConstantGradient(gradient), theta, None, state)
        _, again, after_again = one_update(rule, ConstantGradient(gradient), theta, None, state)
        assert type(after) is type(state)
        assert movement.shape == theta.shape
        assert bits(theta, gradient, *state) == before
        assert bits(again, *after_again) == bits(movement, *after)
        theta, state = frozen(theta + movement), after


@st.composite
def swarms(draw: st.DrawFn) -> tuple[Array, Array]:
    """Starts (..., 2) and gradients (updates, ..., 2)."""
    leading = draw(array_shapes(min_dims=1, max_dims=2, max_side=9))
    numbers = st.floats(-1e6, 1e6)
    starts = draw(arrays(np.float64, (*leading, 2), elements=numbers))
    gradients = draw(arrays(np.float64, (3, *leading, 2), elements=numbers))
    return starts, gradients


@every_rule
@given(swarm=swarms())
@settings(deadline=None, max_examples=15)
def test_a_marble_has_the_same_bits_alone_and_in_a_swarm(kind: type[AnyRule], swarm: tuple[Array, Array]) -> None:
    starts, gradients = swarm
    together = movements(kind(), starts, gradients)
    for index in np.ndindex(starts.shape[:-1]):
        alone = movements(kind(), starts[index], gradients[:, *index])
        assert bits(together[:, *index]) == bits(alone)


@every_rule
def test_a_large_swarm_in_any_memory_layout_has_the_same_bits(kind: type[AnyRule]) -> None:
    rng = np.random.default_rng(1)
    starts, gradients = rng.standard_normal((1001, 2)), rng.standard_normal((3, 1001, 2))
    together = movements(kind(), starts, gradients)
    transposed = movements(kind(), np.asfortranarray(starts), [np.asfortranarray(g) for g in gradients])
    some = [*range(0, 1001, 13), *range(990, 1001)]  # Also where processors have less than a vector left.
    alone = [movements(kind(), starts[i], gradients[:, i]) for i in some]
    assert bits(together) == bits(transposed)
    assert bits(together[:, some]) == bits(np.stack(alone, axis=1))


@every_rule
def test_an_empty_swarm_passes(kind: type[AnyRule]) -> None:
    assert movements(kind(), np.empty((0, 2)), np.empty((3, 0, 2))).shape == (3, 0, 2)


@every_rule
def test_a_gradient_of_zero_leaves_a_marble_at_the_origin_there(kind: type[AnyRule]) -> None:
    assert_array_equal(walk(kind(), np.zeros(2), np.zeros_like, 5), 0.0)


@every_rule
def test_a_mirrored_marble_takes_the_mirrored_path_exactly(kind: type[AnyRule]) -> None:
    gradients = some_gradients(20)
    starts = gradients[-1]
    assert_array_equal(movements(kind(), -starts, -gradients), -movements(kind(), starts, gradients))


# Closed forms

CURVATURE = np.array([0.5, 3.0])


def quadratic_gradient(theta: Array) -> Array:
    """∇ of ½ Σ kᵢ θᵢ²."""
    return CURVATURE * theta


@pytest.mark.parametrize("learning_rate", [0.01, 0.3, 0.6, 0.8])
def test_gradient_descent_on_a_quadratic_is_a_geometric_series(learning_rate: float) -> None:
    positions = walk(GradientDescent(learning_rate), START, quadratic_gradient, 30)
    powers = np.arange(31)[:, None]
    assert_allclose(positions, (1 - learning_rate * CURVATURE) ** powers * START, rtol=RTOL)


@pytest.mark.parametrize("learning_rate", [0.01, 0.3, 1.5])
@pytest.mark.parametrize("decay", [0.0, 0.5, 0.9, 0.99])
def test_momentum_on_a_quadratic_obeys_its_recurrence(learning_rate: float, decay: float) -> None:
    x = walk(Momentum(learning_rate, decay), START, quadratic_gradient, 60)
    expected = (1 + decay - learning_rate * CURVATURE) * x[1:-1] - decay * x[:-2]
    assert_allclose(x[1], (1 - learning_rate * CURVATURE) * START, rtol=RTOL)
    assert_allclose(x[2:], expected, rtol=RTOL, atol=RTOL * np.abs(x).max())


def test_momentum_is_a_weighted_sum_of_all_past_gradients() -> None:
    learning_rate, decay, gradients = 0.05, 0.8, some_gradients(12)
    moved = movements(Momentum(learning_rate, decay), np.zeros((7, 2)), gradients)
    for t, movement in enumerate(moved):
        weights = decay ** np.arange(t, -1, -1.0)
        expected = -learning_rate * np.tensordot(weights, gradients[: t + 1], axes=1)
        assert_allclose(movement, expected, rtol=1e-9, atol=1e-12)


def test_momentum_under_a_steady_gradient_reaches_its_terminal_speed() -> None:
    gradient = np.array([2.0, -0.5])
    moved = movements(Momentum(0.1, 0.9), START, [gradient] * 400)
    assert_allclose(moved[-1], -0.1 * gradient / (1 - 0.9), rtol=RTOL)


@pytest.mark.parametrize("decay", [0.0, 0.5, 0.9])
def test_nesterov_is_the_published_form_at_its_point_of_looking_ahead(decay: float) -> None:
    def gradient(theta: Array) -> Array:
        return theta**3 - theta + 0.3 * theta[..., ::-1]

    learning_rate = 0.05
    positions = walk(Nesterov(learning_rate, decay), START, gradient, 40)
    # Sutskever et al. (2013), equations 3 and 4, as printed.
    phi, velocity = START, np.zeros(2)
    for theta in positions:
        assert_allclose(theta, phi + decay * velocity, rtol=1e-11)
        velocity = decay * velocity - learning_rate * gradient(phi + decay * velocity)
        phi = phi + velocity


def test_the_first_step_of_adagrad_is_the_learning_rate_per_axis() -> None:
    (first,) = movements(Adagrad(0.3), np.zeros(2), [np.array([1e3, -0.02])])
    assert_allclose(first, [-0.3, 0.3], rtol=1e-8)


def test_the_first_step_of_rmsprop_is_the_learning_rate_over_the_root_of_what_is_let_in() -> None:
    (first,) = movements(RMSprop(0.3, alpha=0.96), np.zeros(2), [np.array([1e3, -20.0])])
    assert_allclose(first, [-0.3 / 0.2, 0.3 / 0.2], rtol=1e-8)


def test_the_first_step_of_adam_is_the_learning_rate_per_axis() -> None:
    (first,) = movements(Adam(0.3), np.zeros(2), [np.array([1e3, -20.0])])
    assert_allclose(first, [-0.3, 0.3], rtol=1e-8)


EPSILON = 0.25
STEADY = np.array([[0.5, -2.0], [0.0, 1e-3]])
AGES = np.arange(1.0, 31)[:, None, None]


@pytest.mark.parametrize(
    ("rule", "root"),
    [
        (Adagrad(0.1, EPSILON), np.sqrt(AGES)),
        (RMSprop(0.1, 0.8, EPSILON), np.sqrt(1 - 0.8**AGES)),
        (Adam(0.1, 0.7, 0.9, EPSILON), np.ones_like(AGES)),
    ],
    ids=["adagrad", "rmsprop", "adam"],
)
def test_adaptive_steps_under_a_steady_gradient(rule: AnyRule, root: Array) -> None:
    """The root mean square is |g| times a known root, ε is added outside it, at every age."""
    moved = movements(rule, np.zeros((2, 2)), [STEADY] * 30)
    assert_allclose(moved, -0.1 * STEADY / (root * np.abs(STEADY) + EPSILON), rtol=RTOL)


def test_adamw_without_a_gradient_only_shrinks() -> None:
    positions = walk(AdamW(0.2, weight_decay=0.3), START, np.zeros_like, 10)
    assert_allclose(positions, (1 - 0.2 * 0.3) ** np.arange(11)[:, None] * START, rtol=RTOL)


def test_adamw_keeps_the_decay_out_of_the_averages() -> None:
    gradients = some_gradients(10)
    adam, adamw = (last_state(rule, gradients) for rule in (Adam(0.2), AdamW(0.2, weight_decay=0.3)))
    assert bits(*adam) == bits(*adamw)


def last_state(rule: Rule[S], gradients: Array) -> S:
    theta = np.ones(gradients.shape[1:])
    state = rule.init(theta)
    for gradient in gradients:
        _, movement, state = one_update(rule, ConstantGradient(gradient), theta, None, state)
        theta = theta + movement
    return state


# Rules that become each other


@pytest.mark.parametrize(
    ("rule", "simpler"),
    [
        (Momentum(0.1, decay=0), GradientDescent(0.1)),
        (Nesterov(0.1, decay=0), GradientDescent(0.1)),
        (AdamW(0.1, weight_decay=0), Adam(0.1)),
        (Adam(0.1, beta1=0, beta2=0, epsilon=EPSILON), RMSprop(0.1, alpha=0, epsilon=EPSILON)),
    ],
)
def test_a_rule_with_its_memory_switched_off_is_the_simpler_rule(rule: AnyRule, simpler: AnyRule) -> None:
    gradients, start = some_gradients(10), np.ones((7, 2))
    assert_array_equal(movements(rule, start, gradients), movements(simpler, start, gradients))


def test_adam_without_memory_follows_the_signs() -> None:
    gradients = some_gradients(10)
    moved = movements(Adam(0.1, beta1=0, beta2=0, epsilon=EPSILON), np.ones((7, 2)), gradients)
    assert_allclose(moved, -0.1 * gradients / (np.abs(gradients) + EPSILON), rtol=RTOL)


def test_whoever_goes_through_the_rules_goes_on_through_what_they_were() -> None:
    rules = Registry({"adam": Adam, "momentum": Momentum})
    shown: list[Iterable[object]] = [rules.items(), rules.values(), rules]
    for came, each in enumerate(shown):
        before, way = list(each), iter(each)
        seen = [next(way)]
        rules.exchange(["momentum"], {f"mine {came}": GradientDescent, "momentum": Nesterov})
        assert [*seen, *way] == before
    assert list(rules) == ["adam", "mine 0", "mine 1", "mine 2", "momentum"]
    with pytest.raises(KeyError):
        rules.exchange(["adam", "none"], {})
    assert rules["adam"] is Adam


@dataclass(frozen=True)
class Own:
    """Hyperparameters of a rule from outside, some of which are called as those of ours."""

    learning_rate: float = 0.1
    radius: Annotated[float, Ge(0)] = 0.5
    gamma: float = 5.0
    friction: float = 0.9
    beta1: bool = True


@dataclass(frozen=True)
class Marked:
    """One that says of which of its hyperparameters it is."""

    learning_rate: float = 0.1
    momentum: float = 0.5
    inertia: KeptShare = 0.9


@pytest.mark.parametrize(
    ("rule", "name"),
    [
        (GradientDescent(), None),
        (Adagrad(), None),
        (Momentum(), "decay"),
        (TorchNesterov(), "decay"),
        (Adam(), "beta1"),
        (Adadelta(), "rho"),
        (RMSprop(), "alpha"),
        (SAM(), None),
        (Own(), "friction"),
        (Marked(), "inertia"),
        (Marked(momentum=0.2), "inertia"),
    ],
)
def test_the_share_of_the_past_is_known_by_its_type_or_else_by_its_name(rule: Any, name: str | None) -> None:
    assert kept_share(rule) == name
