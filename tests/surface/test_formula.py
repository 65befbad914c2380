"""Typed surfaces: what they mean, what is refused, and how they are seen."""

import pickle
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pygame
import pytest
from critical import critical_points
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from sim.base.limits import THEMES
from sim.descent.examples.recipes import ShiftedExamples, TiltedExamples
from sim.descent.problem import Problem
from sim.scene import Scene, SceneError, load_scene, parse_scene
from sim.stage.drawing.camera import Camera
from sim.stage.drawing.screen import painted
from sim.stage.export.still import screenshot
from sim.stage.picture.map.terrain import terrain as drawn_terrain
from sim.stage.style.theme import load_theme
from sim.surface.basins import find_basins, flow_step
from sim.surface.critical.point import CriticalKind, CriticalPoint
from sim.surface.critical.suggestion import suggest_window
from sim.surface.critical.suggestion.window import bounds
from sim.surface.functions import usual_window
from sim.surface.functions.formula import Formula, FormulaError, _program
from sim.surface.functions.formula.graph import FUNCTIONS, PAIRED
from sim.surface.functions.formula.reading import DEEPEST, LONGEST, MOST_PARTS
from sim.surface.functions.polynomial import Beale, Himmelblau, MonkeySaddle, Rosenbrock, SixHumpCamel
from sim.surface.functions.ripple import Rastrigin
from sim.surface.points import Array, pair
from sim.surface.protocol import ClosedForm, Surface, Window

Function = Callable[[Array, Array], Array]
Mask = npt.NDArray[np.bool_]
EPS = float(np.finfo(float).eps)
STEP = float(np.cbrt(EPS))
POINTS = np.random.default_rng(3).uniform(-2, 2, (40, 2))

HIMMELBLAU = "(x^2 + y - 11)^2 + (x + y^2 - 7)^2"
BEALE = "(1.5 - x + x*y)^2 + (2.25 - x + x*y^2)^2 + (2.625 - x + x*y^3)^2"
CAMEL = "(4 - 2.1*x^2 + x^4/3)*x^2 + x*y + (4*y^2 - 4)*y^2"


def value(formula: str, x: float, y: float = 0.0) -> float:
    return float(Formula(formula).value(np.array([x, y])))


# What a formula means.


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("1 + 2*3", 7.0),
        ("(1 + 2)*3", 9.0),
        ("x - y - 1", -2.0),
        ("x / y / 4", 2 / 3 / 4),
        ("x*y/4*2", 3.0),
        ("-x^2", -4.0),
        ("(-x)^2", 4.0),
        ("-x^2*y", -12.0),
        ("2^-x", 0.25),
        ("x^y^2", 512.0),
        ("x**y**2", 512.0),
        ("2^x", 4.0),
        ("e^x", np.e**2),
        ("x^y", 8.0),
        ("2*-x", -4.0),
        ("x--y", 5.0),
        ("x+-+y", -1.0),
        ("x²·y³ − π×x ÷ y", 4 * 27 - np.pi * 2 / 3),
        ("x¹²", 4096.0),
        ("x²^3", 64.0),
        ("1.5e1*x + .5 + 2.", 32.5),
        ("1E-2*x", 0.02),
        ("2*e", 2 * np.e),
        ("min(x, y) + 10*max(x, y)", 32.0),
        ("ln(x) + arctan(y)", np.log(2) + np.arctan(3)),
        ("log(exp(x))", 2.0),
        ("abs(-x) + sqrt(y + 1) + cbrt(-8)", 2.0),
        ("\tsin ( x ) ", np.sin(2)),
        ("x^0 + y^1", 4.0),
        ("x^-1", 0.5),
        ("x^0.5", np.sqrt(2)),
        ("x^-1.5", 2**-1.5),
        ("(x + 2)^(1/3)", 4 ** (1 / 3)),
        ("3", 3.0),
    ],
)
def test_mathematicians_would_read_it_so(formula: str, expected: float) -> None:
    assert value(formula, 2.0, 3.0) == pytest.approx(expected, rel=1e-14)


@dataclass(frozen=True)
class Typed:
    """A formula with no more parentheses than it needs, and what it means."""

    text: str
    rank: int
    """0 a sum, 1 a product, 2 with a sign in front, 3 a power, 4 whatever needs no parentheses."""
    function: Function

    def at_least(self, rank: int) -> str:
        return self.text if self.rank >= rank else f"({self.text})"


def sum_of(sign: str, left: Typed, right: Typed) -> Typed:
    operation = np.add if sign == "+" else np.subtract
    text = f"{left.text} {sign} {right.at_least(1)}"
    return Typed(text, 0, lambda x, y: operation(left.function(x, y), right.function(x, y)))


def product_of(sign: str, left: Typed, right: Typed) -> Typed:
    operation = np.multiply if sign == "*" else np.divide
    text = f"{left.at_least(1)}{sign}{right.at_least(2)}"
    return Typed(text, 1, lambda x, y: operation(left.function(x, y), right.function(x, y)))


def negative_of(inner: Typed) -> Typed:
    return Typed(f"-{inner.at_least(3)}", 2, lambda x, y: np.negative(inner.function(x, y)))


def power_of(sign: str, inner: Typed) -> Typed:
    def function(x: Array, y: Array) -> Array:
        base = inner.function(x, y)
        if not np.ndim(base):  # A power of constants is one, too.
            return np.power(base, {"^2": 2.0, "³": 3.0, "**-1": -1.0, "^0.5": 0.5}[sign])
        return {"^2": base * base, "³": base * base * base, "**-1": 1 / base, "^0.5": np.sqrt(base)}[sign]

    return Typed(f"{inner.at_least(4)}{sign}", 3, function)


def call_of(name: str, inner: Typed) -> Typed:
    return Typed(f"{name}({inner.text})", 4, lambda x, y: FUNCTIONS[name](inner.function(x, y)))


def choice_of(name: str, left: Typed, right: Typed) -> Typed:
    text = f"{name}({left.text}, {right.text})"
    return Typed(text, 4, lambda x, y: FUNCTIONS[name](left.function(x, y), right.function(x, y)))


def constant(text: str, number: float) -> Typed:
    return Typed(text, 4, lambda *_: np.asarray(number))


LEAVES = [
    Typed("x", 4, lambda x, _: x),
    Typed("y", 4, lambda _, y: y),
    *(constant(text, float(text)) for text in ("2", "0.5", "3e-1", ".75")),
    constant("pi", np.pi),
]
SINGLE = sorted(FUNCTIONS.keys() - set(PAIRED))


def larger(inner: st.SearchStrategy[Typed]) -> st.SearchStrategy[Typed]:
    return st.one_of(
        st.builds(sum_of, st.sampled_from("+-"), inner, inner),
        st.builds(product_of, st.sampled_from("*/"), inner, inner),
        st.builds(negative_of, inner),
        st.builds(power_of, st.sampled_from(["^2", "³", "**-1", "^0.5"]), inner),
        st.builds(call_of, st.sampled_from(SINGLE), inner),
        st.builds(choice_of, st.sampled_from(PAIRED), inner, inner),
    )


TYPED = st.recursive(st.sampled_from(LEAVES), larger, max_leaves=8)
LONG = settings(deadline=None, derandomize=True, max_examples=120, suppress_health_check=[HealthCheck.filter_too_much])


def read_or_assume(typed: Typed) -> Formula:
    """The formula, unless some constant in it is no finite real number."""
    try:
        return Formula(typed.text)
    except FormulaError as error:
        assume(not any(word in str(error) for word in ("divides by zero", "real number", "finite number")))
        raise


@given(typed=TYPED)
@LONG
def test_values_are_those_of_the_text(typed: Typed) -> None:
    x, y = POINTS.T.copy()
    with np.errstate(all="ignore"):
        expected = np.broadcast_to(typed.function(x, y), x.shape)
    assert_array_equal(read_or_assume(typed).value(POINTS), expected)


# Derivatives.


def slopes(function: Callable[[Array], Array], step: float) -> Array:
    """Central differences of it along x and y at the points, on a new last axis."""
    quotients = [
        (function(POINTS + step * direction) - function(POINTS - step * direction)) / (2 * step)
        for direction in np.eye(2)
    ]
    return np.stack(quotients, axis=-1)


def check_slopes(function: Callable[[Array], Array], derivative: Array) -> None:
    """Where differences with several steps agree, the derivative agrees with them."""
    with np.errstate(all="ignore"):
        near, middle, far = (slopes(function, factor * STEP) for factor in (1, 2, 4))
        doubt = 4 * (np.abs(near - middle) + np.abs(middle - far))
        size = np.abs(function(POINTS)).reshape(*function(POINTS).shape, 1)
        doubt += 1e-8 * np.maximum(1.0, np.abs(near)) + 100 * EPS * size / STEP
        good = np.isfinite(doubt) & (doubt < 1e-2 * np.maximum(1.0, np.abs(near)))
        # A difference over a place without a derivative can be as even as any other.
        good &= np.isfinite(derivative)
        assert not (good & ~(np.abs(derivative - near) <= doubt)).any()


@given(typed=TYPED)
@LONG
def test_derivatives_are_those_of_the_value(typed: Typed) -> None:
    surface = read_or_assume(typed)
    check_slopes(surface.value, surface.gradient(POINTS))
    check_slopes(surface.gradient, surface.hessian(POINTS))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_has_its_derivatives(name: str) -> None:
    """All over the square, with no allowance but for the differences' own error."""
    inner = "0.6*sin(x + 2*y)" if name in ("asin", "acos", "atanh", "tan") else "2.1 + sin(x + 2*y)"
    surface = Formula(f"{name}({inner}, x*y + 3)" if name in PAIRED else f"{name}({inner})*exp(x/4)")
    assert_allclose(surface.gradient(POINTS), slopes(surface.value, STEP), rtol=1e-6, atol=1e-7)
    assert_allclose(surface.hessian(POINTS), slopes(surface.gradient, STEP), rtol=1e-6, atol=1e-7)
    assert np.abs(surface.gradient(POINTS)).min() < np.abs(surface.gradient(POINTS)).max()


@pytest.mark.parametrize(
    "formula", ["x^5 - y^3*x", "(2.5 + x)^-3", "(3 + y)^2.7*x", "(3 + x)^(y/2)", "1.5^(x*y)", "e^(x - y)"]
)
def test_every_power_has_its_derivatives(formula: str) -> None:
    surface = Formula(formula)
    assert_allclose(surface.gradient(POINTS), slopes(surface.value, STEP), rtol=1e-5, atol=1e-6)
    assert_allclose(surface.hessian(POINTS), slopes(surface.gradient, STEP), rtol=1e-5, atol=1e-6)


def place(point: CriticalPoint) -> tuple[float, float]:
    x, y = point.position
    return round(x, 4), round(y, 4)


@pytest.mark.parametrize(
    ("formula", "known"),
    [
        (HIMMELBLAU, Himmelblau()),
        (CAMEL, SixHumpCamel()),
        ("(1 - x)^2 + 100*(y - x^2)^2", Rosenbrock()),
        (BEALE, Beale()),
        ("x^3 - 3*x*y^2", MonkeySaddle()),
        ("20 + x^2 - 10*cos(2*pi*x) + y^2 - 10*cos(2*pi*y)", Rastrigin()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_surfaces_of_the_literature_can_be_typed(formula: str, known: ClosedForm) -> None:
    typed = Formula(formula)
    for name in ("value", "gradient", "hessian"):
        expected = getattr(known, name)(POINTS)
        assert_allclose(getattr(typed, name)(POINTS), expected, rtol=1e-13, atol=1e-13 * np.abs(expected).max())
    window = Window(-2.0, 3.9, -2.1, 4.0)
    found, expected = (sorted(critical_points(surface, window), key=place) for surface in (typed, known))
    assert [point.kind for point in found] == [point.kind for point in expected]
    assert_allclose([p.position for p in found], [p.position for p in expected], rtol=0, atol=1e-7)


def test_what_is_odd_is_odd_to_the_last_bit() -> None:
    surface, mirror = Formula("0.5*x^2 + 0.25*y^4 - 0.5*y^2 + 0.01*y^6"), np.array([1.0, -1.0])
    assert_array_equal(surface.gradient(POINTS * mirror), surface.gradient(POINTS) * mirror)
    assert not surface.gradient(pair(POINTS[:, 0], np.zeros(len(POINTS))))[:, 1].any()


def test_value_and_gradient_together_are_as_alone() -> None:
    for formula in ("log(x) + y^2", CAMEL):
        surface = Formula(formula)
        together = surface.value_and_gradient(POINTS.reshape(5, 8, 2))
        assert_array_equal(together[0], surface.value(POINTS.reshape(5, 8, 2)))
        assert_array_equal(together[1], surface.gradient(POINTS.reshape(5, 8, 2)))


def test_many_points_are_computed_in_blocks() -> None:
    surface, points = Formula(CAMEL), np.random.default_rng(1).uniform(-2, 2, (10_000, 2))
    assert_array_equal(surface.hessian(points)[9_000:], surface.hessian(points[9_000:]))


@pytest.mark.parametrize(
    "formula",
    [
        "*".join(f"sin({k}*x + y)" for k in range(1, 36)),
        "1/(x*y + " * 30 + "x" + ")" * 30,
        "sin(exp(" * 19 + "x*y" + "*y)*x)" * 19,
        "*".join(f"(x + {k}*y)^{97 - k}.3" for k in range(33)),
    ],
    ids=["products", "quotients", "nested", "powers"],
)
def test_derivatives_do_not_explode(formula: str) -> None:
    """Expanded, the second derivatives of these would fill the memory."""
    assert max(len(_program(formula, order, True)[0].steps) for order in (0, 1, 2)) < 2000
    assert Formula(formula).hessian(POINTS).shape == (40, 2, 2)


# Where there is no surface.


NO_LEFT = ["log(x)", "sqrt(x)", "x^0.5", "x^1.3", "x^y", "acosh(1 + x)", "log(x)*0 + y"]
TO_NOTHING = ["log(x)^0 + y", "sqrt(x)⁰*y", "(log(x)^0)^0", "2^(y*log(x)^0)", "1^log(x) + y", "max(log(x), 3)"]


@pytest.mark.parametrize("formula", [*NO_LEFT, *TO_NOTHING])
def test_there_is_nothing_left_of_the_axis(formula: str) -> None:
    surface, here, there = Formula(formula), np.array([0.3, 0.2]), np.array([-0.3, 0.2])
    for function in (surface.value, surface.gradient, surface.hessian):
        assert np.isfinite(function(here)).all()
        assert np.isnan(function(there)).all()


def test_what_is_raised_to_nothing_is_one_where_it_is_a_number() -> None:
    surface = Formula("log(x)^0 + y^0")
    assert surface.value(np.array([[0.3, 0.0], [1.0, -2.0]])).tolist() == [2.0, 2.0]
    assert not surface.gradient(np.array([0.3, 0.2])).any()
    assert np.isnan(Formula("(1/x)^0").value(np.zeros(2)))
    assert Formula("sqrt(x)^0 + 2").lower_bound() == pytest.approx(3.0)


def test_a_pole_is_infinite_and_has_no_slope() -> None:
    surface = Formula("1/x + y")
    assert surface.value(np.zeros(2)) == np.inf
    assert np.isnan(surface.gradient(np.zeros(2))).all()


@pytest.mark.parametrize("formula", ["abs(x) + y", "max(x, 0) + y", "min(x, 2*x)*y", "sqrt(x^2) + y", "cbrt(x) + y"])
def test_a_kink_has_a_height_but_no_slope(formula: str) -> None:
    surface, kink = Formula(formula), np.array([0.0, 0.5])
    assert np.isfinite(surface.value(kink))
    assert not np.isfinite(surface.gradient(kink)).all()
    assert not np.isfinite(surface.hessian(kink)).any()
    for side in (-1e-9, 1e-9):
        assert np.isfinite(surface.gradient(kink + np.array([side, 0.0]))).all()


@pytest.mark.parametrize(
    "formula", ["log(x) + y^2", "sqrt(1 - x^2 - y^2)", "log(x^2 + y^2)", "1/(x^2 + y^2 - 1) + 0.5*x^2", "1/x + y^2"]
)
def test_edges_and_poles_are_no_minima(formula: str) -> None:
    surface, window = Formula(formula), Window(-2.0, 2.0, -2.1, 2.0)
    points = critical_points(surface, window)
    assert not any(point.kind is CriticalKind.MINIMUM for point in points)
    labels = find_basins(surface, window, []).labels(POINTS[:4])
    assert (labels < 0).all()


def test_a_tip_is_a_minimum_still() -> None:
    (tip,) = critical_points(Formula("sqrt((x - 0.3)^2 + y^2)"), Window(-2.0, 2.0, -2.0, 2.0))
    assert tip.kind is CriticalKind.MINIMUM
    assert_allclose(tip.position, (0.3, 0.0), rtol=0, atol=1e-9)


SHIFTED, TILTED = ShiftedExamples(0.2, count=2), TiltedExamples(0.2, count=2)


@pytest.mark.parametrize(
    ("formula", "examples"),
    [
        ("log(x) + y^2", SHIFTED),
        ("log(-1 - x^2)", TILTED),
        ("1/(x^2 + y^2 - 1)", SHIFTED),
        ("sqrt(max(x, 0)) + 0.1*y", TILTED),
        ("3", TILTED),
        ("x*1e6^51", TILTED),
        ("-exp(709*x^2)", SHIFTED),
    ],
)
def test_a_problem_with_gaps_has_finite_scales(formula: str, examples: ShiftedExamples | TiltedExamples) -> None:
    problem = Problem(*examples.sums(Formula(formula)), Window(-2.0, 2.0, -2.0, 2.0))
    scale = problem.units
    assert np.isfinite([scale.loss, scale.gradient, scale.curvature]).all()
    assert min(scale.loss, scale.gradient, scale.curvature) > 0
    assert problem.smooth == ("max" not in formula)
    assert problem.basins.labels(POINTS[:4]).shape == (4,)


def test_flows_that_jump_about_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a terrain finer than their steps they would go on for ever, and nobody could wait for it."""
    surface, window = Formula("sin(200*x)*sin(200*y) + 0.1*(x^2 + y^2)"), Window(-2.0, 2.0, -2.0, 2.0)
    made = []

    def counted(surface: Surface, theta: Array, longest: float) -> Array:
        made.append(len(theta))
        return flow_step(surface, theta, longest)

    monkeypatch.setattr("sim.surface.basins.flow_step", counted)
    minima = [point for point in critical_points(surface, window, 8) if point.kind is CriticalKind.MINIMUM][:1]
    find_basins(surface, window, minima).follow(POINTS)
    assert minima
    assert 0 < len(made) < 400


# What is refused.

HOSTILE = [
    ("", None, "is empty"),
    (" \t ", None, "is empty"),
    ("x +", 4, "something is missing after +"),
    ("2x", 2, "write 2*x"),
    ("x y", 3, "write x*y"),
    ("x(2)", 2, "a sign is missing"),
    ("2 sin(x)", 3, "write 2*sin"),
    ("(x + 1", 1, "never closed"),
    ("sin(x", 4, "never closed"),
    ("x)", 2, "closes nothing"),
    ("()", 2, "after ("),
    ("x^", 3, "after ^"),
    ("x//2", 3, "after /"),
    ("x, y", 2, ", has no place here"),
    ("sin x", 1, "sin(x)"),
    ("sin(x, y)", 1, "takes one value, not 2"),
    ("max(x)", 1, "takes two values, not 1"),
    ("sinn(x)", 1, "did you mean sin"),
    ("X + 1", 1, "did you mean x"),
    ("x + foo", 5, "there are x, y, pi, e, sin"),
    ("a" * 900, 1, "there is no aaa"),
    ("x.real", 2, "has no place"),
    ("x.__class__.__mro__", 2, "has no place"),
    ("__import__('os').system('true')", 12, "an apostrophe"),
    ("eval(x)", 1, "there is no eval"),
    ("__builtins__", 1, "there is no __builtins__"),
    ("[x for x in y]", 1, "has no place"),
    ("lambda: 0", 7, "has no place"),
    ("(x := 3)", 4, "has no place"),
    ('f"{x}"', 2, "a quotation mark"),
    ("x if y else 1", 3, "a sign is missing"),
    ("x = 3", 3, "what f(x, y) is equal to"),
    ("x\n+ 1", 2, "one line"),
    ("x;y", 2, "has no place"),
    ("x\\y", 2, "has no place"),
    ("x # y", 3, "has no place"),
    ("x\0", 2, "U+0000"),
    ("\ud800", 1, "U+D800"),
    ("\u202ex", 1, "U+202E"),
    ("х + 1", 1, "Latin x"),
    ("x – 1", 3, "en dash"),
    ("𝑥^2", 1, "write x"),
    ("x＋1", 2, "write +"),
    ("|x|", 1, "abs(x)"),
    ("√x", 1, "sqrt(x)"),
    ("½*x", 1, "½"),
    ("x!", 2, "factorials"),
    ("9**9**9**9", 7, "exponent"),
    ("x**9999999999", 4, "at most 1000000"),
    ("x^101", 3, "from -100 to 100, not 101"),
    ("x^(50*3)", 3, "not 150"),
    ("x¹⁰¹", 2, "not 101"),
    ("1e7*x", 1, "at most 1000000"),
    ("1e999", 1, "at most 1000000"),
    ("9" * 999, 1, "at most 1000000"),
    ("1/0", 2, "divides by zero"),
    ("x/(1 - 1)", 2, "divides by zero"),
    ("0^-1", 1, "0^-1 is not a finite number"),
    ("sqrt(-1)", 1, "sqrt(-1) is not a real number"),
    ("y + log(-2)*x", 5, "log(-2) is not a real number"),
    ("x + log\t(-2)", 5, "log (-2) is not a real number"),
    ("log(-\u3000\xa02)", 1, "log(-  2) is not a real number"),
    ("(-8)^(1/3)", 1, "(-8)^(1/3) is not a real number"),
    ("log(0)", 1, "not a finite number"),
    ("exp(1000)", 1, "not a finite number"),
    ("(-2)^x", 1, "must be positive, not -2"),
    ("x*0^y", 3, "must be positive, not 0"),
    ("(" * 400 + "x" + ")" * 400, DEEPEST + 2, "nested more than"),
    ("x" + "^y" * 60, 2 * DEEPEST + 3, "nested more than"),
    ("sin(" * 100 + "x" + ")" * 100, 4 * DEEPEST + 5, "nested more than"),
    ("-" * 900 + "x", None, f"at most {MOST_PARTS} numbers, names and signs, not 901"),
    ("+x" * 499, None, f"at most {MOST_PARTS} numbers, names and signs, not 998"),
    ("x" * (LONGEST + 1), None, "at most 1000 characters, not 1001"),
    ("x+" * 500_000, None, "at most 1000 characters, not 1000000"),
    ("(" * 1_000_000, None, "at most 1000 characters"),
]


@pytest.mark.parametrize(("formula", "column", "words"), HOSTILE, ids=[repr(text[:24]) for text, _, _ in HOSTILE])
def test_what_is_no_formula_gets_a_sentence(formula: str, column: int | None, words: str) -> None:
    with pytest.raises(FormulaError) as caught:
        Formula(formula)
    error, message = caught.value, str(caught.value)
    assert words in message
    assert error.column == column
    assert message.startswith(f"at column {column}: ") == (column is not None)
    assert message.isprintable()
    assert len(message) < 250
    assert str(pickle.loads(pickle.dumps(error))) == message


@given(text=st.text(max_size=60) | st.text(alphabet="xy0123456789.e+-*/^(),sincoqrtpi² ", max_size=60))
@settings(deadline=None, derandomize=True, max_examples=150)
def test_any_text_is_a_formula_or_gets_a_sentence(text: str) -> None:
    refusal = None
    try:
        assert Formula(text).hessian(POINTS).shape == (40, 2, 2)
    except FormulaError as error:
        refusal = error
    if refusal is not None:
        assert refusal.column is None or 1 <= refusal.column <= len(text) + 1
        assert str(refusal).isprintable()


def test_what_is_just_within_the_limits_is_accepted() -> None:
    x, y = POINTS.T
    for opening, closing in (("(", ")"), ("abs(", ")")):
        deep = Formula(opening * DEEPEST + "x" + closing * DEEPEST)
        assert_array_equal(deep.value(POINTS), x if opening == "(" else np.abs(x))
    assert_allclose(Formula("+".join("xy" * (MOST_PARTS // 4))).value(POINTS), (x + y) * (MOST_PARTS // 4), rtol=1e-12)
    assert_array_equal(Formula("x".rjust(LONGEST)).value(POINTS), x)
    assert_allclose(Formula("x^100").gradient(POINTS)[:, 0], 100 * x**99, rtol=1e-12)


def test_reading_leaves_the_recursion_limit_alone() -> None:
    limit = sys.getrecursionlimit()
    with pytest.raises(FormulaError, match="nested"):
        Formula("(" * 990)
    assert sys.getrecursionlimit() == limit


def test_a_formula_travels_as_its_text() -> None:
    surface = Formula(CAMEL)
    before = surface.hessian(POINTS)
    packed = pickle.dumps(surface)
    assert len(packed) < len(CAMEL) + 100
    again = pickle.loads(packed)
    assert again == surface
    assert hash(again) == hash(surface)
    assert_array_equal(again.hessian(POINTS), before)


# Where to look.


@pytest.mark.parametrize(
    ("formula", "inside"),
    [
        (HIMMELBLAU, [(3.0, 2.0), (-3.78, -3.28), (3.58, -1.85), (-2.81, 3.13)]),
        (CAMEL, [(1.7, -0.8), (-1.7, 0.8)]),
        (BEALE, [(3.0, 0.5), (0.0, 1.0)]),  # The saddle alone would be found first.
        ("(x - 100)^2 + (y - 250)^2", [(100.0, 250.0), (0.0, 0.0)]),
        # Nothing is within 512 of the origin, but ways down from there lead to these.
        ("(x - 1000)^2 + (y + 3)^2", [(1000.0, -3.0), (0.0, 0.0)]),
        ("(x - 600)^2 + y^2", [(600.0, 0.0), (0.0, 0.0)]),
        ("(1000 - x)^2 + 100*(y - 2*x)^2", [(1000.0, 2000.0), (0.0, 0.0)]),
        ("(x + 300000)^2 + (y - 3000)^2", [(-300000.0, 3000.0), (0.0, 0.0)]),
        ("((x - 2000)^2 + y^2 - 250000)^2", [(1500.0, 0.0), (2500.0, 0.0), (2000.0, 500.0), (2000.0, -500.0)]),
        ("(x^2 - 0.0001)^2 + y^2", [(0.01, 0.0), (-0.01, 0.0)]),
        ("x - log(x) + y^2", [(1.0, 0.0)]),
        ("sin(x)*sin(y)", [(np.pi / 2, -np.pi / 2)]),
        ("exp(-x^2 - y^2)", [(0.0, 0.0)]),
        ("(x^2 + y^2 - 1)^2", [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)]),  # A ring of minima, seen whole,
        ("((x - 20)^2 + (y - 10)^2 - 4)^2", [(18.0, 10.0), (22.0, 10.0), (20.0, 8.0), (20.0, 12.0)]),  # here too.
        ("(x^2/4 + y^2/9 - 1)^2", [(2.0, 0.0), (-2.0, 0.0), (0.0, 3.0), (0.0, -3.0)]),
        ("x + y", [(0.0, 0.0)]),
        ("exp(-x) + y^2", [(0.0, 0.0)]),  # Down without end.
        ("log(-1 - x^2)", [(0.0, 0.0)]),
        ("3", [(0.0, 0.0)]),
    ],
)
def test_a_window_is_suggested_around_what_is_there(formula: str, inside: list[tuple[float, float]]) -> None:
    window = suggest_window(Formula(formula))
    assert window.contains(np.array(inside)).all()
    extent = np.ptp(np.array(inside), axis=0).max()
    assert max(window.width, window.height) <= max(5 * extent, 12.0)
    assert 0.4 <= window.width / window.height <= 2.5


def test_the_same_window_is_suggested_again() -> None:
    window = suggest_window(Formula(CAMEL))
    bounds.cache_clear()
    suggest_window.cache_clear()
    assert suggest_window(Formula(CAMEL)) == window


def test_a_tiny_structure_gets_a_tiny_window() -> None:
    assert suggest_window(Formula("(x^2 - 0.0001)^2 + y^2")).width < 0.1


RING = [(np.cos(turn), np.sin(turn)) for turn in np.linspace(0.0, 2 * np.pi, 9)]


def ring(x: float, y: float) -> list[tuple[float, float]]:
    return [(x + right, y + up) for right, up in RING]


@pytest.mark.parametrize(
    ("formula", "inside", "least", "most"),
    [
        ("(sqrt(x^2 + y^2) - 2)^2", 2 * np.array(RING), 5.0, 12.0),
        ("((x - 3)^2 + (y + 1)^2 - 4)^2", 2 * np.array(RING) + (3, -1), 5.0, 14.0),  # Squares around the origin cut it.
        ("(sqrt((x - 3)^2 + (y + 1)^2) - 2)^2", 2 * np.array(RING) + (3, -1), 5.0, 14.0),
        ("(x^2 + y^2 - 400)^2", 20 * np.array(RING), 50.0, 120.0),  # The top amid it is found first.
        ("(x^2 - 400)^2/1000 + y^2", [(-20, 0), (20, 0)], 50.0, 120.0),  # And here the saddle.
        ("(x^2 - 10000)^2/100000 + y^2", [(-100, 0), (100, 0)], 250.0, 600.0),
        ("sin(x^2 + y^2)", np.sqrt(1.5 * np.pi) * np.array(RING), 5.0, 15.0),  # Rings without end: some of them.
        ("max(0, x^2 + y^2 - 400)", 20 * np.array(RING), 50.0, 120.0),
        ("max(0, abs(x) - 3) + y^2", [(-3, 0), (3, 0)], 8.0, 18.0),
        ("max(0, abs(x) - 30) + y^2", [(-30, 0), (30, 0)], 80.0, 180.0),  # Wider than the squares that are searched.
        ("max(0, sin(x)) + y^2", [(-np.pi, 0), (np.pi / 2, 0)], 5.0, 20.0),  # No end of bottoms: one of them.
        ("max(0, cos(x)) + y^2", [(np.pi / 2, 0), (3 * np.pi / 2, 0)], 9.0, 30.0),
        ("min(1, x^2 + y^2)", RING, 3.0, 6.0),  # A dish has about half the picture, whatever its size.
        ("min(0.01, x^2 + y^2)", 0.1 * np.array(RING), 0.3, 0.6),
        ("min(9, (x - 5)^2 + y^2)", 3 * np.array(RING) + (5, 0), 9.0, 18.0),
        ("(x^2 + y^2)*exp(-x^2 - y^2)", RING, 3.0, 6.0),  # A ring of maxima, its crest.
        ("(x^2 + y^2)*exp(-(x^2 + y^2)/100)", 10 * np.array(RING), 30.0, 60.0),
        ("-exp(-(x^2 + y^2)/50)", 5 * np.array(RING), 12.0, 40.0),  # Steepest at 5.
        ("sin(x)", [(-3 * np.pi / 2, 0), (np.pi / 2, 0)], 7.0, 20.0),
        ("x^6 + y^2", [(-1, 0), (1, 0)], 2.0, 6.0),  # All but level, and yet no floor.
        ("abs(x*y)", [(-1, -1), (1, 1)], 2.0, 6.0),
        ("abs(x - y)", [(-1, -1), (1, 1)], 2.0, 6.0),
        ("tanh(x) + y^2", [(-1, -1), (1, 1)], 2.0, 8.0),  # Nothing but rounding on its tails.
        ("exp(-x^2 - y^2)", [(-1, -1), (1, 1)], 2.0, 6.0),
        ("(1 - x)^2 + 100*(y - x^2)^2", [(1, 1), (0, 0)], 2.0, 6.0),  # Its valley's walls go on behind the bend.
        ("log(1 + 100*(y - x^2)^2 + (1 - x)^2)", [(1, 1), (0, 0)], 2.0, 6.0),  # And a logarithm's walls for ever.
        ("-cos(x)*cos(y)*exp(-((x - pi)^2 + (y - pi)^2))", [(np.pi, np.pi)], 4.0, 12.0),  # All else is faint.
        ("(tanh(5*x) - 0.8)^2 + (y - 1)^2", [(-0.2, 1), (0.4, 1)], 0.6, 4.0),  # Low wall, high wall.
        ("(tanh(x) - 0.99)^2 + y^2", [(0, 0), (3, 0)], 3.0, 12.0),
        ("(y - x^3)^2 + (x - 1)^2/2", [(1, 1), (0, 0)], 2.0, 6.0),  # The wall of a bend has a crest on one side.
        ("(x - 1)^2*(x - 4)^2 + y^2", [(1, 0), (4, 0)], 4.0, 9.0),  # The same again behind the saddle,
        ("x*(x - 1)*(x - 3)*(x - 6)/5 + y^2", [(0.45, 0), (4.96, 0)], 6.0, 14.0),  # or something lower.
        ("(x*y - 20)^2", [(20**0.5, 20**0.5), (-(20**0.5), -(20**0.5))], 10.0, 30.0),  # Two floors that leave it.
        # One ring that small squares see as two floors,
        ("(x^2/100 + y^2 - 1)^2", [(-10, 0), (10, 0)], 25.0, 40.0),
        ("(x^2/10000 + y^2 - 1)^2", [(-100, 0), (100, 0)], 250.0, 400.0),
        ("abs(x^2/100 + y^2 - 1)", [(-10, 0), (10, 0)], 25.0, 40.0),
        ("(x*y*(x + y - 2))^2", [(0, 0), (2, 0), (0, 2)], 2.5, 5.0),  # and valleys that cross thrice,
        ("((x - 1)*(y - 2)*(x + y))^2", [(1, -1), (1, 2), (-2, 2)], 3.5, 7.0),
        ("(x^2 - y)^2*(y - 1)^2", [(-1, 1), (1, 1), (0, 0)], 2.5, 5.0),  # or twice.
        ("(x^2 - y)^2*(y - 4)^2", [(-2, 4), (2, 4), (0, 0)], 5.0, 10.0),
        # And one that touches the border of the square that shows it first.
        ("((x^2 + y^2 - 1)^3 - x^2*y^3)^2", [(0, -1), (0, 1), (-1.13, 0.5), (1.13, 0.5)], 3.0, 5.0),
        # Bottoms that are lower than the first one and that it does not lead down to.
        ("-exp(-x^2 - y^2) - 2*exp(-(x - 12)^2 - (y - 3)^2)", [(0, 0), (12, 3)], 15.0, 30.0),
        ("min(x^2 + y^2, (x - 10)^2 + y^2 - 1)", [(0, 0), (10, 0)], 12.0, 25.0),
        ("min(x^2 + y^2, abs(x - 10) + abs(y) - 1)", [(0, 0), (10, 0)], 12.0, 25.0),
        ("0.001*(x^2 + y^2) - exp(-((x - 15)^2 + (y - 9)^2))", [(0, 0), (15, 9)], 18.0, 35.0),
        ("sin(x + y) + (x - y)^2 - 1.5*x + 2.5*y + 1", [(-0.547, -1.547)], 2.5, 6.0),  # On a slope they have no end.
        # Walls that rise by many orders end where they become steep.
        ("cosh(10*x) + y^2", [(-0.5, 0), (0.5, 0)], 1.0, 2.0),
        ("cosh(10*(x - 3)) + y^2", [(2.5, 0), (3.5, 0)], 1.0, 2.0),
        ("exp(5*(x^2 + y^2))", [(-0.5, 0), (0.5, 0)], 1.0, 2.0),
        ("exp(20*x) + exp(-x) + y^2", [(-0.14, 0)], 0.5, 2.0),
        ("exp(x^2 + y^2)", [(-1.5, 0), (1.5, 0)], 3.0, 5.0),
        ("x^20 + y^20", [(-1.5, 0), (1.5, 0)], 3.0, 7.0),  # Nowhere else is this one less steep.
        # Around a single one it is as wide as curvature is seen to change, whatever the unit of length.
        ("(1 - 4*x)^2 + 100*(4*y - 16*x^2)^2", [(0, 0), (0.25, 0.25)], 0.5, 2.5),
        ("(1 - 64*x)^2 + 100*(64*y - 4096*x^2)^2", [(0, 0), (1 / 64, 1 / 64)], 0.03, 0.16),
        ("log(1 + 10000*(x^2 + y^2))", [(-0.03, 0), (0.03, 0)], 0.06, 0.3),
        ("x^2 + y^2 - 0.001*exp(-100000*(x^2 + y^2))", [(-1, 0), (1, 0)], 3.0, 5.0),  # A bowl, for all that is in it,
        ("x^2 + y^2 + sqrt(0.000001 + x^2 + y^2)", [(-1, 0), (1, 0)], 3.0, 5.0),
        ("sqrt(x^2 + y^2 + 0.0001)", [(-1, 0), (1, 0)], 3.0, 5.0),  # or a cone.
        ("cosh(50*x) + y^2", [(-0.1, 0), (0.1, 0)], 0.2, 0.4),
        # However high they rise, a lower bottom behind a ridge is no less lower.
        ("(x^2 - 1)^2 + 0.3*x + y^2 + (2*y)^20", [(-1.036, 0), (0.96, 0)], 2.2, 5.0),
        ("(x^2 - 1)^2 + 0.3*x + exp(20*y) + exp(-20*y)", [(-1.036, 0), (0.96, 0)], 2.2, 5.0),
        # Rings far away that the first square to show them sees as a place,
        ("((x - 20)^2 + y^2 - 1)^2", ring(20, 0), 3.0, 5.0),
        ("((x - 10)^2 + y^2 - 1)^2", ring(10, 0), 3.0, 5.0),
        ("((x - 20)^2 + y^2 - 0.01)^2", 0.1 * np.array(RING) + (20, 0), 0.3, 0.5),
        ("((x - 200)^2 + (y - 3)^2 - 1)^2", ring(200, 3), 3.0, 5.0),
        ("(sqrt((x - 20)^2 + y^2) - 1)^2", ring(20, 0), 3.0, 5.0),
        ("max(0, (x - 20)^2 + y^2 - 1)", ring(20, 0), 3.0, 5.0),
        ("abs((x - 20)^2 + y^2 - 1)", ring(20, 0), 3.0, 5.0),  # or not at all.
        ("sqrt(abs(y - x^2)) + 0.1*x^2", [(-1, 1), (1, 1)], 3.0, 6.0),  # Places that no smaller square tells apart.
        ("(y - x^2)^2*(y + x^2 - 4)^2", [(-(2**0.5), 2), (2**0.5, 2), (0, 0), (0, 4)], 5.0, 8.0),
        ("(sin(x) - y)^2*(x - y)^2", [(-1, -1), (1, 1)], 3.0, 6.0),  # Valleys that meet without crossing.
        ("(x^2 + y^2 - 4)^2*(x - 1)^2", 2 * np.array(RING), 5.0, 10.0),
    ],
)
def test_a_suggested_window_is_as_wide_as_what_is_there(
    formula: str, inside: list[tuple[float, float]], least: float, most: float
) -> None:
    window = suggest_window(Formula(formula))
    assert window.contains(np.array(inside)).all()
    assert least <= max(window.width, window.height) <= most


@pytest.mark.parametrize(
    "formula",
    ["min(1, x^2 + y^2)", "abs(x*y)", "(x^2 + y^2)*exp(-x^2 - y^2)", "tanh(x) + y^2", "(sqrt(x^2 + y^2) - 2)^2"],
)
def test_a_window_is_suggested_no_farther_to_one_side_than_to_the_other(formula: str) -> None:
    window = suggest_window(Formula(formula))
    assert_allclose(window.center, [0.0, 0.0], atol=0.05 * window.width)


@pytest.mark.parametrize(
    ("start", "minimum"),
    [((-2.0, 0.5), (-2.447, 0.0)), ((-0.8, -1.6), (-1.461, -1.35)), ((1.6, 1.6), (2.423, 1.323))],
)
def test_with_a_start_the_minimum_nearest_to_it_is_seen(
    start: tuple[float, float], minimum: tuple[float, float]
) -> None:
    surface = Formula("0.3*x^2 + 0.3*y^2 + sin(3*x)*cos(2*y)")  # Full of minima without end.
    assert not suggest_window(surface).contains(np.array(minimum))
    window = suggest_window(surface, start)
    x, y = minimum
    room = 0.04 * max(window.width, window.height)
    assert Window(window.x0 + room, window.x1 - room, window.y0 + room, window.y1 - room).contains(np.array([x, y]))
    assert window.contains(np.array(start))


@pytest.mark.parametrize(
    "formula",
    ["0.3*x^2 + 0.3*y^2 + sin(3*x)*cos(2*y)", "sin(x)*sin(y)", "x^4 - 2*x^2 + y^2 + 0.3*x", "x^2 + y^2 + 2*cos(3*x)"],
)
def test_no_edge_of_a_suggested_window_cuts_through_a_minimum(formula: str) -> None:
    surface = Formula(formula)
    window = suggest_window(surface)
    longer = max(window.width, window.height)
    sides = np.array([[window.x0, window.y0], [window.x1, window.y1]])
    x, y = (np.linspace(low - 0.1 * longer, high + 0.1 * longer, 401) for low, high in sides.T)
    grid = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1)
    losses = surface.value(grid)
    around = np.lib.stride_tricks.sliding_window_view(losses, (3, 3))
    minima = grid[1:-1, 1:-1][losses[1:-1, 1:-1] == around.min(axis=(-1, -2))]
    assert len(minima) > 1
    least = 0.04 * longer  # The window's sides are round, so that one may be a little nearer than wanted.
    seen = minima[((minima > sides[0] - least) & (minima < sides[1] + least)).all(axis=1)]
    assert (np.abs(seen[:, None] - sides) > least).all()
    # No scene may have a smaller one than this gets.
    assert scene_of("min((x - 0.0002)^2, (x + 0.0002)^2) + y^2", start=(0.0, 0.0)).window.width < 0.01


def test_what_is_to_be_seen_is_in_the_window() -> None:
    bowl = Formula("x^2 + y^2")
    assert usual_window(bowl) == Window(-2.0, 2.0, -2.0, 2.0)
    assert usual_window(bowl, (-5.0, 4.0)).contains(np.array([[-5.0, 4.0], [0.0, 0.0], [1.9, -1.9]])).all()
    assert usual_window(Himmelblau(), (-50.0, 4.0)) == Himmelblau.usual_window
    well = usual_window(Formula("-exp(-(x - 30)^2 - (y + 20)^2)"), (0.0, 0.0))
    assert well.contains(np.array([[0.0, 0.0], [34.0, -24.0]])).all()  # It is not cut by an edge.


# In a scene.


def scene_text(formula: str, start: tuple[float, float] = (1.5, 1.0), window: str = "", key: str = "formula") -> str:
    rate = 0.01 if HIMMELBLAU in formula else 0.1
    return f"""
title = "Typed"
look = "Look."
updates = 40
start = [{start[0]}, {start[1]}]
{window}
[surface]
kind = "formula"
{key} = {formula}

[examples]
kind = "tilted"
sigma = 0.2

[lane."full batch"]
rule = "gradient descent"
learning_rate = {rate}
batch_size = "full"

[lane.minibatch]
rule = "momentum"
learning_rate = 0.1
batch_size = 1
"""


def scene_of(formula: str, start: tuple[float, float] = (1.5, 1.0), window: str = "") -> Scene:
    return parse_scene(scene_text(f"'{formula}'", start, window), "typed")


def test_a_scene_may_have_a_formula_and_need_not_name_a_window(tmp_path: Path) -> None:
    path = tmp_path / "typed.toml"
    path.write_text(scene_text(f"'{HIMMELBLAU}'"), encoding="utf-8")
    scene = load_scene(str(path))
    assert scene.surface == Formula(HIMMELBLAU)
    assert scene.window == suggest_window(Formula(HIMMELBLAU), (1.5, 1.0))
    assert scene_of(HIMMELBLAU, window="window = [[-5.0, 5.0], [-4.0, 4.0]]").window == Window(-5.0, 5.0, -4.0, 4.0)
    assert scene_of("x^2 + y^2", start=(-7.0, 3.0)).window.contains(np.array([-7.0, 3.0]))
    race = scene.race()
    race.extend(40)
    assert race.tracks[0].loss[40] < 0.1 < race.tracks[0].loss[0]


@pytest.mark.parametrize(
    ("formula", "key", "words"),
    [
        ("'x + foo'", "formula", "surface.formula at column 5: there is no foo"),
        ("''", "formula", "surface.formula is empty"),
        ("'x'", "formla", "surface.formula is missing; surface.formla is not known here; did you mean formula?"),
        ("'x'\nformla = 'x'", "formula", "surface.formla is not known here; did you mean formula?"),
        ("3", "formula", "surface.formula must be a text, not 3"),
        ("'" + "x" * 2000 + "'", "formula", "surface.formula must have at most 1000 characters, not 2000"),
        ("'''x\n+ y'''", "formula", "surface.formula at column 2: a formula must be on one line"),
    ],
)
def test_a_mistake_in_a_scene_s_formula_is_named(formula: str, key: str, words: str) -> None:
    with pytest.raises(SceneError) as caught:
        parse_scene(scene_text(formula, key=key), "typed")
    assert words in str(caught.value)


GAPS = {
    "walks off": ("log(x) + y^2", (0.5, 1.0)),
    "starts outside": ("log(x) + y^2", (-1.0, 1.0)),
    "starts on a kink": ("abs(x) + y^2", (0.0, 1.0)),
    "nothing there": ("log(-1 - x^2)", (0.0, 1.0)),
}


@pytest.mark.parametrize("name", GAPS)
def test_a_marble_stops_where_there_is_no_surface(name: str) -> None:
    formula, start = GAPS[name]
    race = scene_of(formula, start).race()
    race.extend(40)
    track, judge = race.tracks[0], race.judges[0]
    assert track.overflow is not None
    assert track.updates < 40
    assert np.isfinite(track.theta).all()
    assert not np.isfinite(track.full_gradient[-1]).all()
    assert judge.verdict(40).sentence


# As a picture.


def terrain(formula: str) -> tuple[Array, Mask]:
    """Its map on a window from −2 to 2 in pixels (100, 100, 3), and which of them are blank."""
    window, theme = Window(-2.0, 2.0, -2.0, 2.0), load_theme("dark")
    problem = Problem(*TiltedExamples(0.1).sums(Formula(formula)), window)
    picture = painted(drawn_terrain(problem, Camera(window, 100, 100), theme, 1.0))
    pixels = pygame.surfarray.array3d(picture).astype(float)
    colors = np.array([theme.panel, theme.border])
    return pixels, (pixels[:, :, None] == colors).all(axis=-1).any(axis=-1)


@pytest.mark.parametrize(
    ("formula", "there"),
    [
        ("log(x) + y^2", lambda x, _: x > 0),
        ("sqrt(x^2 + y^2 - 1)", lambda x, y: x * x + y * y >= 1),
        ("y^2 + sqrt(max(x - 0.5, 0))", lambda x, _: x > 0.5),
        ("x^2 + y^2", lambda x, _: x < 9),
        ("log(y + x/2) + x^2", lambda x, y: y + x / 2 > 0),
        ("log(-1 - x^2)", lambda x, _: x > 9),
        ("abs(x) + y^2", lambda x, _: x < 9),
    ],
)
def test_the_map_is_blank_where_there_is_no_surface_to_the_pixel(
    formula: str, there: Callable[[Array, Array], Mask]
) -> None:
    _, blank = terrain(formula)
    x, y = Camera(Window(-2.0, 2.0, -2.0, 2.0), 100, 100).pixels().T
    expected = ~np.asarray(there(x, y))
    # A mark of a critical point may lie over the edge; where there is nothing at all, a sentence says so.
    assert (blank == expected).mean() > (0.9 if expected.all() else 0.99)
    assert not (blank & ~expected).any()


def test_contours_are_spread_over_a_surface_without_a_bottom() -> None:
    pixels, _ = terrain("1/(x^2 + y^2 - 1) + 0.5*x^2")
    corner = pixels[:30, :30].reshape(-1, 3)
    assert len(np.unique(corner, axis=0)) > 5


@pytest.mark.parametrize("theme", THEMES)
def test_a_race_on_a_formula_with_a_gap_is_drawn(theme: str, tmp_path: Path) -> None:
    path = tmp_path / "race.png"
    screenshot(scene_of("log(x) + y^2", (0.5, 1.0)), 40, (960, 600), theme, path)
    assert path.stat().st_size > 5_000
