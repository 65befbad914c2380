"""A surface that is a Python function is as good as one with its own derivatives, and says what it is."""

from typing import Any

import numpy as np
import pytest
from critical import critical_points
from numpy.testing import assert_allclose, assert_array_equal
from own import eggs

import sim as tm
from sim.library.surfaces import STEP
from sim.surface.cancellation import Cancelled
from sim.surface.functions import SURFACES
from sim.surface.points import Array
from sim.surface.protocol import Window

SIDES = ((-3.0, 3.0), (-2.0, 3.0))
FEW = ((-1, 2), (-1, 2))
"""A window with few of its critical points."""
SMOOTH = ("himmelblau", "muller-brown", "rastrigin", "six-hump camel", "styblinski-tang")


def as_function(name: str) -> Any:
    surface = SURFACES[name]()
    return surface, lambda x, y: surface.value(np.stack([x, y], axis=-1))


@pytest.mark.parametrize("name", SMOOTH)
def test_differences_are_right_to_nine_digits(name: str) -> None:
    known, function = as_function(name)
    mine = tm.Surface(function, window=known.usual_window)
    points = known.usual_window.grid(31, 23)
    for part in ("gradient", "hessian"):
        wanted = getattr(known, part)(points)
        assert_allclose(getattr(mine, part)(points), wanted, rtol=0, atol=2e-9 * np.abs(wanted).max())


def test_from_a_gradient_that_is_given_the_hessian_is_righter() -> None:
    known, function = as_function("himmelblau")
    gradient = lambda x, y: np.moveaxis(known.gradient(np.stack([x, y], axis=-1)), -1, 0)  # noqa: E731
    mine = tm.Surface(function, gradient, window=known.usual_window)
    points = known.usual_window.grid(31, 23)
    assert_array_equal(mine.gradient(points), known.gradient(points))
    assert_allclose(mine.hessian(points), known.hessian(points), rtol=0, atol=1e-10 * 400)


@pytest.mark.parametrize("name", SMOOTH)
def test_its_critical_points_are_those_of_the_surface(name: str) -> None:
    known, function = as_function(name)
    window = known.usual_window
    mine, wanted = (critical_points(each, window) for each in (tm.Surface(function, window=window), known))
    assert sorted(point.kind.name for point in mine) == sorted(point.kind.name for point in wanted)
    places = np.array([point.position for point in wanted])
    for point in mine:
        assert np.hypot(*(places - point.position).T).min() < 1e-9 * window.diagonal


def test_a_place_has_the_same_bits_alone_and_among_others() -> None:
    surface, points = tm.Surface(eggs, window=SIDES), np.random.default_rng(1).uniform(-3, 3, (1003, 2))
    for part in ("value", "gradient", "hessian"):
        whole = getattr(surface, part)(points)
        for place in range(0, 1003, 97):
            assert_array_equal(getattr(surface, part)(points[place]), whole[place])


def test_a_race_on_it_is_that_on_the_formula() -> None:
    function = tm.Surface(eggs, window=FEW)
    formula = tm.SURFACES["formula"]("sin(2*x)*cos(2*y) + 0.1*(x^2 + y^2)")
    rules = {"mine": tm.RULES["momentum"](0.05)}
    mine = tm.race(tm.scene_on(function, (1, 0.3), rules=rules, sigma=0.5), updates=80)
    other = tm.race(tm.scene_on(formula, (1, 0.3), rules=rules, sigma=0.5), updates=80)
    assert_allclose(mine["mine"].theta, other["mine"].theta, atol=1e-8)
    assert mine["mine"].verdict.kind is other["mine"].verdict.kind


def test_it_says_how_its_derivatives_are_known() -> None:
    bare = tm.Surface(eggs, window=SIDES)
    steps = "by central differences with a step of 0.0002 of the window's sides"
    assert repr(bare) == f"Surface(eggs, gradient and Hessian {steps})"
    race = tm.race(bare, start=(1, 0.3), updates=20)
    assert race["full batch"].evidence[-1] == f"gradient and Hessian {steps}"
    assert f"gradient and Hessian {steps}" in repr(race)
    assert race.scene.look == f"The surface is the Python function eggs: gradient and Hessian {steps}."
    assert "function eggs" not in tm.race(updates=1)["momentum"].evidence

    def bowl(x: Array, y: Array) -> Array:
        return np.asarray(x**2 + 2 * y**2)

    half = tm.Surface(bowl, lambda x, y: (2 * x, 4 * y), window=SIDES, step=1e-3)
    assert half.derivatives == (
        "gradient given, Hessian by central differences with a step of 0.001 of the window's sides"
    )
    full = tm.Surface(bowl, lambda x, y: (2 * x, 4 * y), lambda x, _: (2.0, 0.0, np.full_like(x, 4.0)), window=SIDES)
    assert repr(full) == "Surface(bowl, gradient and Hessian given)"
    assert full.hessian(np.array([[1.0, 2.0]])).tolist() == [[[2.0, 0.0], [0.0, 4.0]]]
    known = tm.race(full, start=(1, 0.3), updates=20)
    assert known["full batch"].evidence == known["full batch"].verdict.evidence


def test_a_step_is_what_it_is_said_to_be() -> None:
    """Of x⁵, a difference of fourth order is wrong by 4 h⁴ to the digit."""
    surface = tm.Surface(lambda x, y: x**5 + 0 * y, window=SIDES, step=0.01)
    step = 0.01 * 6
    (wrong,) = surface.gradient(np.array([[1.0, 0.0]]))[:, 0] - 5.0
    assert wrong == pytest.approx(-4 * step**4, rel=1e-6)
    assert STEP == 2e-4


def test_the_scene_on_it_has_the_surface_as_its_training_loss_and_lanes_that_it_bears() -> None:
    scene = tm.scene_on(tm.Surface(eggs, window=SIDES), (1, 0.3), title="Mine", updates=33)
    points = scene.window.grid(9, 9)
    assert scene.surface is not None
    assert_array_equal(scene.problem().train.value(points), scene.surface.value(points))
    assert [lane.batch_size for lane in scene.lanes] == [20, 1, 20]
    assert (scene.title, scene.updates, scene.name) == ("Mine", 33, "eggs")
    assert tm.race(scene)["full batch"].verdict.kind.code in ("stuck", "settled", "under_way")
    assert scene.examples.count == 20


def test_no_file_holds_it_and_its_picture_says_nothing_of_it(tmp_path: Any) -> None:
    scene = tm.scene_on(tm.Surface(eggs, window=FEW), (1, 0.3))
    path = tm.figure(scene, tmp_path / "mine.png", size=(320, 240), update=5)
    with pytest.raises(tm.SceneError):
        tm.load(path)
    with pytest.raises(tm.SceneError, match=r'surface.kind cannot be written to a file, .*, but not "Surface"'):
        tm.sweep(scene, {"updates": [5, 6]}, seeds=3, results=tmp_path / "x.sweep")
    with pytest.raises(tm.UseError, match="has no numbers to sweep"):
        tm.sweep(scene, {"surface.curvatures[0]": [5, 6]}, seeds=3)


def divided(_x: Array, _y: Array) -> Any:
    raise ZeroDivisionError("by\n0")


def clipped(x: Array, y: Array) -> Any:
    return x - x.mean() + y


@pytest.mark.parametrize(
    ("function", "others", "sentence"),
    [
        (
            lambda x, y: 1.0 if x > y else 0.0,
            {},
            "value must be a function of two arrays, x and y, but says: The",
        ),
        (lambda x: x, {}, "value must be a function of two arrays"),
        (lambda x, y: (x + y)[0], {}, "value must give a number for each place, shape"),
        (lambda x, y: (x + y).astype(np.float32), {}, "value must give numbers of double precision.*, not float32"),
        (lambda x, y: x + 1j * y, {}, "double precision"),
        (clipped, {}, "what it gives for a place must not depend on the others"),
        (eggs, {"gradient": lambda x, y: x + y}, r"gradient must give 2 arrays, \(df/dx, df/dy\)"),
        (eggs, {"gradient": lambda x, y: (x, y)}, "gradient is not that of value: at .* it gives"),
        (eggs, {"hessian": lambda x, y: (x, y, x)}, "hessian is not that of value"),
        (eggs, {"hessian": lambda x, y: (x * np.nan, x, y)}, "hessian is not that of value"),
        (eggs, {"hessian": lambda x, y: (x, y)}, "hessian must give 3 arrays"),
        (eggs, {"window": (1, 2)}, r"window must be \(\(x0, x1\), \(y0, y1\)\), not \(1, 2\)"),
        (eggs, {"window": ((1, 0), (0, 1))}, "window must have x0 < x1 and y0 < y1"),
        (eggs, {"window": ("12", "34")}, r"window must be \(\(x0, x1\), \(y0, y1\)\), not \('12', '34'\)"),
        (eggs, {"window": {1: 2, 3: 4}}, "window must be"),
        (eggs, {"window": ((False, True), (0, 1))}, "window must have x0 < x1"),
        (eggs, {"window": Window(1, 0, 0, 1)}, "window must have x0 < x1"),
        (eggs, {"step": True}, "step must be a number above 0 and below 0.1, .* not True"),
        (divided, {}, "value must be a function of two arrays, x and y, but raises ZeroDivisionError: by 0$"),
        (lambda x, y: {"x": x, "y": y}["a"], {}, "value must be .* but raises KeyError: 'a'$"),
        (eggs, {"gradient": divided}, "gradient must be .* but raises ZeroDivisionError"),
        (eggs, {"hessian": divided}, "hessian must be .* but raises ZeroDivisionError"),
        (eggs, {"step": "fine"}, "step must be a number above 0 and below 0.1, in sides of the window, not 'fine'"),
        (eggs, {"step": 0}, "step must be a number above 0 and below 0.1"),
    ],
)
def test_what_is_no_surface_is_told(function: Any, others: dict[str, Any], sentence: str) -> None:
    with pytest.raises(tm.UseError, match=sentence):
        tm.Surface(function, **{"window": SIDES, **others})


def test_a_function_that_fails_during_a_race_is_told_as_well() -> None:
    def holed(x: Array, y: Array) -> Array:
        if (x < -2.9).any():
            raise LookupError("nothing is there")
        return np.asarray(x**2 + y**2)

    with pytest.raises(tm.UseError, match=r"value must be .* but raises LookupError: nothing is there"):
        tm.race(tm.Surface(holed, window=SIDES), start=(1, 1))


@pytest.mark.parametrize("error", [KeyboardInterrupt, Cancelled])
def test_who_stops_a_function_is_not_its_mistake(error: type[BaseException]) -> None:
    def stopped(_x: Array, _y: Array) -> Array:
        raise error

    with pytest.raises(error):
        tm.Surface(stopped, window=SIDES)


@pytest.mark.parametrize("step", [1e-300, 1e-16, 1e-12, 1e-10, 1e-8, 1e-6])
def test_a_step_that_rounding_spoils_is_refused(step: float) -> None:
    with pytest.raises(tm.UseError, match=f"step must be at least 4e-06, in sides of the window, not {step}: below"):
        tm.Surface(eggs, window=SIDES, step=step)


@pytest.mark.parametrize("given", [False, True])
@pytest.mark.parametrize(("size", "far"), [(0.0, 0.0), (1e3, 0.0), (0.0, 1e3)])
def test_the_least_step_leaves_five_digits_and_a_smaller_one_does_not_pass(
    given: bool, size: float, far: float
) -> None:
    """Whatever is added to the loss, and wherever its window lies."""

    def value(x: Array, y: Array) -> Array:
        return np.asarray(size + np.cos(x - far) + np.sin(2 * y))

    gradient = (lambda x, y: (-np.sin(x - far), 2 * np.cos(2 * y))) if given else None
    window = ((far - 1, far + 1), (0, 3))
    with pytest.raises(tm.UseError, match="step must be at least") as refused:
        tm.Surface(value, gradient, window=window, step=1e-14)
    least = float(str(refused.value).split(",")[0].split()[-1])
    surface = tm.Surface(value, gradient, window=window, step=least)
    points = surface.usual_window.grid(31, 23)
    x, y = points[..., 0], points[..., 1]
    found = surface.hessian(points)
    assert np.abs(found[..., 0, 0] + np.cos(x - far)).max() * 4 < 36 * 1e-5
    assert np.abs(found[..., 1, 1] + 4 * np.sin(2 * y)).max() * 9 < 36 * 1e-5
    with pytest.raises(tm.UseError, match="step must be at least"):
        tm.Surface(value, gradient, window=window, step=0.9 * least)


@pytest.mark.parametrize(
    "function", [lambda x, y: 0 * (x + y), lambda x, y: 7 + 0 * (x + y), np.add, lambda x, y: x + y * np.nan]
)
def test_a_surface_that_does_not_bend_takes_small_steps(function: Any) -> None:
    assert tm.Surface(function, window=SIDES, step=2e-5).step == 2e-5


def test_small_waves_take_small_steps() -> None:
    surface = tm.Surface(lambda x, y: np.sin(5000 * x) + 0 * y, window=SIDES, step=1e-6)
    (found,) = surface.hessian(np.array([[0.1, 0.0]]))[:, 0, 0]
    assert found == pytest.approx(-(5000**2) * np.sin(500), rel=1e-5)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"surface": None}, "surface must be a Surface or one of SURFACES, not None"),
        ({"surface": 5}, "surface must be a Surface or one of SURFACES, not 5"),
        ({"surface": np.ones(3)}, "surface must be a Surface or one of SURFACES, not array"),
        ({"surface": "beale"}, r'must be a surface, such as SURFACES\["beale"\]\(\), not its name, \'beale\''),
        ({"surface": eggs}, r"surface is a function; make a Surface of it, such as Surface\(f, window="),
        ({"surface": tm.SURFACES["himmelblau"]}, r"is the class Himmelblau; make one of it: Himmelblau\(…\)"),
        ({"surface": tm.SURFACES["formula"]}, r'give it one: SURFACES\["formula"\]\("x\^2 \+ y\^2"\)'),
        (
            {"surface": tm.SURFACES["quadratic"]((1e7, 1.0))},
            r"the curvature\[0\] of the surface must be from -1000000 to",
        ),
        ({"surface": tm.SURFACES["quadratic"]([1.0, 2.0])}, "the curvature of the surface must be a tuple"),
        ({"title": "a\nb"}, "title must be one line of printable characters"),
        ({"title": "a\0"}, "title must be one line of printable characters"),
        ({"title": "\ud800"}, "title must be one line of printable characters"),
        ({"title": 5}, "title must be a text, not 5"),
        ({"title": ""}, "title must not be blank: ''"),
        ({"title": "x" * 61}, "title must have at most 60 characters, not 61"),
        ({"look": ["a"]}, r"look must be a text, not \['a'\]"),
        ({"look": "a\rb"}, "look must be one line"),
        ({"look": "x" * 401}, "look must have at most 400 characters"),
        ({"sigma": True}, "sigma must be a number from 0 to 1,000,000, not True"),
        ({"sigma": "1"}, "sigma must be a number"),
        ({"sigma": np.nan}, "sigma must be a number"),
        ({"rules": 5}, "rules must be a dictionary"),
        ({"rules": 0}, "rules must be a dictionary"),
    ],
)
def test_what_makes_no_scene_is_told(asked: dict[str, Any], sentence: str) -> None:
    with pytest.raises(tm.UseError, match=sentence):
        tm.scene_on(**{"surface": tm.SURFACES["himmelblau"](), "start": (1, 1), **asked})


def test_numbers_of_numpy_are_a_spread() -> None:
    spread: Any = (np.float32(0.5), np.int64(2), np.float64(0.5))
    scenes = [tm.scene_on(tm.SURFACES["himmelblau"](), (1, 1), sigma=sigma) for sigma in spread]
    assert [getattr(scene.examples, "sigma", None) for scene in scenes] == [0.5, 2.0, 0.5]


def test_a_picture_of_a_scene_with_words_of_ones_own_opens_again(tmp_path: Any) -> None:
    rules = {"x" * 40: tm.RULES["adam"](0.1), "é, η": tm.RULES["momentum"](0.1)}
    words = {"title": "T" * 60, "look": "l" * 400}
    for kind in ("himmelblau", "beale", "rastrigin"):
        scene = tm.scene_on(tm.SURFACES[kind](), (1, 1), rules=rules, **words)  # type: ignore[arg-type]
        path = tm.figure(scene, tmp_path / f"{kind}.png", size=(320, 240), update=3)
        assert [lane.name for lane in tm.load(path).lanes] == [*rules]
        assert (tm.load(path).title, tm.load(path).look) == (words["title"], words["look"])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x+", r"the formula 'x\+', at column 3: something is missing"),
        ("", "the formula '' is empty; write for instance"),
        (5, r'a formula must be a text, such as "x\^2 \+ y\^2", not 5'),
    ],
)
def test_what_is_no_formula_is_told(text: Any, sentence: str) -> None:
    with pytest.raises(tm.UseError, match=sentence):
        tm.SURFACES["formula"](text)


def test_a_surface_too_steep_for_the_usual_spread_of_examples_asks_for_one() -> None:
    steep = tm.Surface(lambda x, y: 1e300 * (x**2 + y**2), window=SIDES)
    with pytest.raises(tm.UseError, match=r"surface is so steep that sigma would be .*e\+300, more than 1,000,000"):
        tm.scene_on(steep, (1, 1))
    assert tm.scene_on(steep, (1, 1), sigma=0.0).examples.count == 20


def test_what_is_masked_is_no_number() -> None:
    surface = tm.Surface(lambda x, y: np.ma.masked_where(x > 1, x + y), window=SIDES)
    assert_array_equal(surface.value(np.array([[0.5, 1.0], [1.5, 1.0]])), [1.5, np.nan])


def test_a_surface_needs_a_start() -> None:
    with pytest.raises(tm.UseError, match="a surface says not where the marbles start"):
        tm.race(tm.Surface(eggs, window=SIDES))


def test_one_that_is_not_defined_everywhere_is_one() -> None:
    surface = tm.Surface(lambda x, y: np.sqrt(1.5 - x) + y**2, window=SIDES)
    with np.errstate(all="ignore"):
        assert np.isnan(surface.value(np.array([2.0, 0.0])))
    assert tm.race(surface, start=(0, 1), updates=30)["full batch"].updates > 0


def test_a_single_place_is_an_array_to_the_function() -> None:
    def holed(x: Array, y: Array) -> Array:
        found = x**2 + y**2
        found[x > 1] = 0.0
        return found

    assert tm.Surface(holed, window=SIDES).value(np.array([0.5, 1.0])).item() == 1.25


def test_equal_surfaces_are_one_to_a_cache() -> None:
    assert tm.Surface(eggs, window=SIDES) == tm.Surface(eggs, window=SIDES)
    assert len({tm.Surface(eggs, window=SIDES), tm.Surface(eggs, window=SIDES)}) == 1
    assert tm.Surface(eggs, window=SIDES) != tm.Surface(eggs, window=SIDES, step=1e-3)


def test_a_marble_that_is_thrown_out_has_diverged_however_far_away_it_is() -> None:
    """Where a step of the differences would be lost to rounding, the ground would seem level."""
    steep = tm.Surface(lambda x, y: x**4 + y**2, window=((-3.0, 3.0), (-3.0, 3.0)))
    race = tm.race(steep, start=(2.5, 0.1), updates=100, rules={"descent": tm.RULES["gradient descent"](0.2)})
    assert race["descent"].verdict.kind.value == "diverged"
    far = steep.gradient(np.array([4.9e25, 0.1]))
    assert_allclose(far[0], 4 * 4.9e25**3, rtol=1e-5)
