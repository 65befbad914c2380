"""What is said of the lowest minimum is true: proved where it is the lowest of all, never where it is not."""

from dataclasses import replace

import numpy as np
import pytest
from critical import critical_points

from sim.descent.examples.models import MODELS
from sim.descent.examples.recipes import RegressionExamples, ShiftedExamples, TiltedExamples
from sim.descent.problem import Problem
from sim.scene import load_scene
from sim.surface.critical.proof import Bends, Proof, bends, exhausted, lower_bound, lower_bound_of_mean
from sim.surface.functions import SURFACES
from sim.surface.functions.formula import Formula
from sim.surface.functions.formula.bounds import bounds
from sim.surface.functions.formula.reading import parse
from sim.surface.functions.gaussian import Bowl, Landscape, Well
from sim.surface.functions.polynomial import DoubleWellSaddle, Himmelblau, Quadratic
from sim.surface.points import Array, norm
from sim.surface.protocol import Window

SQUARE = Window(-2.0, 2.0, -2.0, 2.0)
POINTS = np.random.default_rng(2).normal(0, 3, (20_000, 2))
BOWL = Bowl((0.4, 0.0), (0.25, 0.35))
TWO = Landscape(BOWL, (Well((-1.2, 0.0), 0.7, 0.35), Well((1.6, -0.1), 1.2, 0.9)))


def typed(formula: str, window: Window = SQUARE) -> Problem:
    return Problem(*TiltedExamples(0.2, count=6).sums(Formula(formula)), window)


@pytest.mark.parametrize(
    ("scene", "proof"),
    [
        ("local-minimum", Proof.EXHAUSTED),
        ("on-the-saddle", Proof.BOUND),
        ("sharp-and-flat", Proof.EXHAUSTED),
        ("two-weights", Proof.BOUND),
        ("ravine", Proof.CONVEX),
        ("himmelblau", Proof.BOUND),
        ("plateau", None),  # A lone well in a plain, which says nothing of the plain.
        ("egg-box", None),
        ("muller-brown", None),
    ],
)
def test_what_is_proved_of_the_scenes(scene: str, proof: Proof | None) -> None:
    problem = load_scene(scene).problem()
    assert problem.proof is proof
    if proof is not None:
        assert problem.lowest is not None
        assert (problem.train.value(POINTS) >= problem.lowest - 1e-12).all()


@pytest.mark.parametrize("formula", ["x^3 - 3*x + y^2", "x^4 - 2*x^2 + 0.3*x + y^2", "sin(x)*sin(y) + 0.01*x^2"])
def test_nothing_is_proved_of_what_is_only_searched(formula: str) -> None:
    problem = typed(formula)
    assert problem.minima
    assert problem.proof is None


@pytest.mark.parametrize(
    ("formula", "half"),
    [
        ("(x^2 + y^2)^2", 5.0),
        ("(x*y - 1)^2", 5.0),
        ("abs(x) + y^2", 5.0),
        ("x^2 + 2*y^2 - 0.3*cos(3*pi*x) - 0.4*cos(4*pi*y) + 0.7", 5.0),
        (
            "-(1 + cos(12*sqrt(x^2 + y^2)))/(0.5*(x^2 + y^2) + 2)",
            1.0,
        ),  # Rings are costly: one around the middle will do.
        ("-cos(x)*cos(y)*exp(-(x - pi)^2 - (y - pi)^2)", 5.0),
        ("x*x + y^4 + 3", 5.0),
    ],
)
def test_a_formula_that_is_as_low_as_its_parts_allow_is_the_lowest(formula: str, half: float) -> None:
    window = Window(-half, half, -half, half)
    problem = typed(formula, window)
    assert problem.proof is Proof.BOUND
    assert problem.lowest is not None
    assert problem.lowest <= problem.train.value(window.grid(200, 200)).min() + 1e-12


@pytest.mark.parametrize("depth", [1e-8, 1e-10])
def test_a_minimum_on_a_crease_is_not_proved_to_be_the_lowest_if_another_one_is_lower_by_little(depth: float) -> None:
    """As far from a crease as its place is known the loss changes by more than that; but its height is known better."""
    window = Window(-3.0, 3.0, -3.0, 3.0)
    folds = "abs(sin(x)) + abs(sin(y))"
    assert typed(folds, window).proof is Proof.BOUND
    dented = typed(f"{folds} - {depth}*exp(-(x - 31.4159265)^2 - y^2)", window)
    assert dented.lowest is not None
    assert dented.train.value(np.array([[10 * np.pi, 0.0]]))[0] < dented.lowest - 0.5 * depth
    assert dented.proof is None


@pytest.mark.parametrize(
    ("formula", "low", "high"),
    [
        ("x^2", 0.0, np.inf),
        ("x*x", 0.0, np.inf),
        ("x*y", -np.inf, np.inf),
        ("x^3", -np.inf, np.inf),
        ("3 - exp(-x^2)*2", 1.0, 3.0),
        ("1/(2 + cos(x))", 1 / 3, 1.0),
        ("1/x", -np.inf, np.inf),
        ("sqrt(x)", 0.0, np.inf),
        ("atan(y)", -np.pi / 2, np.pi / 2),
        ("tanh(x) + sin(y)", -2.0, 2.0),
        ("log(1 + x^2)", 0.0, np.inf),
        ("cosh(x) - 1", 0.0, np.inf),
        ("min(x^2, 3)", 0.0, 3.0),
        ("max(x, 3)", 3.0, np.inf),
        ("abs(sin(x))^1.5", 0.0, 1.0),
        ("2^x", 0.0, np.inf),
        ("x^-2", 0.0, np.inf),
        ("0*x", 0.0, 0.0),
    ],
)
def test_between_which_numbers_a_formula_lies(formula: str, low: float, high: float) -> None:
    least, most = bounds(*parse(formula))
    assert [least, most] == pytest.approx([low, high], abs=1e-12)
    with np.errstate(all="ignore"):
        values = Formula(formula).value(POINTS)
    values = values[np.isfinite(values)]
    assert (values >= least).all()
    assert (values <= most).all()


@pytest.mark.parametrize("name", [name for name in SURFACES if name != "formula"])
def test_no_surface_is_anywhere_below_its_bound(name: str) -> None:
    surface = SURFACES[name]()
    minima = [point.value for point in critical_points(surface, surface.usual_window)]
    bound = lower_bound(surface)
    assert (surface.value(POINTS) >= bound).all()
    assert min(minima, default=np.inf) >= bound - 1e-12


def test_a_mean_of_shifted_double_wells_is_nowhere_below_its_bound() -> None:
    shifts = np.random.default_rng(1).normal(0.1, 0.4, (12, 2))
    train, _ = ShiftedExamples(0.0, count=1).sums(DoubleWellSaddle())
    mean = replace(train, shifts=shifts)  # type: ignore[type-var]
    bound = lower_bound_of_mean(DoubleWellSaddle(), shifts)
    heights = mean.value(Window(-2, 2, -2, 2).grid(401, 401))
    assert bound <= heights.min() <= bound + 1e-4


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("sigma", [0.0, 0.3])
def test_no_loss_of_a_model_is_below_its_bound(model: str, sigma: float) -> None:
    train, _ = RegressionExamples(model, sigma, (1.2, 0.8)).sums(None)
    bound = lower_bound(train)
    assert train.value(POINTS).min() >= bound - 1e-15
    if model == "product":
        assert train.value(np.array([1.2, 0.8])) == pytest.approx(bound, abs=1e-12)


def test_tilts_that_do_not_cancel_take_the_bound_away() -> None:
    train, _ = TiltedExamples(0.2, count=6).sums(Himmelblau())
    assert lower_bound(train) == 0.0
    tilted = replace(train, tilts=np.array([[0.1, 0.0], [0.0, 0.2]]))  # type: ignore[type-var]
    assert lower_bound(tilted) == -np.inf


def test_a_saddle_is_not_convex() -> None:
    train, test = TiltedExamples(0.2, count=6).sums(Quadratic((1.0, -1.0)))
    assert Problem(train, test, SQUARE).proof is None


def steepest_and_sharpest(well: Well) -> tuple[float, float]:
    surface, offsets = Landscape(wells=(well,)), np.linspace(0, 8 * well.width, 4001)
    line = np.stack([offsets, np.zeros_like(offsets)], axis=-1) + well.center
    curvatures: Array = surface.hessian(line)[:, 0, 0]
    return float(norm(surface.gradient(line)).max()), float(np.abs(np.gradient(curvatures, offsets)).max())


@pytest.mark.parametrize("well", [Well((0.3, 1.0), 0.7, 0.35), Well((-1.0, 0.0), -2.0, 1.3)])
def test_a_landscape_bends_no_more_than_it_says(well: Well) -> None:
    steepest, sharpest = steepest_and_sharpest(well)
    said = bends(Landscape(BOWL, (well,)))
    assert said is not None
    assert steepest <= said.pull <= 1.001 * steepest
    assert 0.999 * sharpest <= said.third <= 1.01 * sharpest
    assert said.depth == max(well.depth, 0.0)


def test_a_landscape_with_an_unknown_lower_well_is_not_exhausted() -> None:
    known = critical_points(TWO, Landscape.usual_window)
    said = bends(TWO)
    assert said is not None
    assert exhausted(TWO, said, known, known[0].value)
    assert not exhausted(TWO, said, known[1:], known[1].value)
    train, test = TiltedExamples(0.0, count=1).sums(TWO)
    assert Problem(train, test, Window(-2.0, -0.5, -1.0, 1.0)).proof is None  # The window shows the higher well alone.
    assert Problem(train, test, Landscape.usual_window).proof is Proof.EXHAUSTED


def test_a_plain_is_never_exhausted() -> None:
    assert not exhausted(TWO, Bends((0.0, 0.0), (0.0, 1.0), 1.0, 1.0, 1.0), [], 0.0)
