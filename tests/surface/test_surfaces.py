"""Each surface against its own differences, and against what is printed about it."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError, dataclass, replace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.surface.functions import SURFACES
from sim.surface.functions.formula import Formula
from sim.surface.functions.gaussian import Bowl, Landscape, MullerBrown, Well
from sim.surface.functions.polynomial import (
    Beale,
    DoubleWellSaddle,
    Himmelblau,
    MonkeySaddle,
    Quadratic,
    Rosenbrock,
    SixHumpCamel,
    StyblinskiTang,
)
from sim.surface.functions.ripple import Ackley, Rastrigin
from sim.surface.points import Array, norm, pair
from sim.surface.protocol import ClosedForm

THREE_WELLS = Landscape(
    Bowl((0.4, -0.2), (0.3, 0.2)),
    (
        Well((-1.2, 0.3), 0.7, 0.35),
        Well((1.6, -0.1), 1.2, 0.9),
        Well((0.2, 1.4), 0.5, 0.6),
        Well((0.1, -0.9), -0.8, 0.5),
    ),
)
TYPED = Formula("0.4*x^2 + sin(2*x - y)*cos(y/2) + log(1 + x^2*y^2) + exp(-x*y/4) + 0.1*y^4")
EXAMPLES: dict[str, ClosedForm] = {
    name: THREE_WELLS if surface is Landscape else TYPED if surface is Formula else surface()
    for name, surface in SURFACES.items()
}
STEP = float(np.cbrt(np.finfo(float).eps))

every_surface = pytest.mark.parametrize("surface", EXAMPLES.values(), ids=EXAMPLES)
UNIT = st.floats(0.0, 1.0, allow_subnormal=False)


def inside(surface: ClosedForm, u: float, v: float) -> Array:
    window = surface.usual_window
    return np.array([window.x0 + u * window.width, window.y0 + v * window.height])


def swarm(surface: ClosedForm, *shape: int) -> Array:
    uv = np.random.default_rng(7).random((*shape, 2))
    window = surface.usual_window
    return pair(window.x0 + uv[..., 0] * window.width, window.y0 + uv[..., 1] * window.height)


def slopes(function: Callable[[Array], Array], points: Array, steps: Array) -> Array:
    """Central differences along x and y on a new last axis, with a step for each point."""
    quotients = []
    for axis, direction in enumerate(np.eye(2)):
        ahead, behind = points + steps[..., None] * direction, points - steps[..., None] * direction
        rise, span = function(ahead) - function(behind), (ahead - behind)[..., axis]
        quotients.append(rise / span.reshape(span.shape + (1,) * (rise.ndim - span.ndim)))
    return np.stack(quotients, axis=-1)


def steps_at(points: Array) -> Array:
    return np.asarray(STEP * np.maximum(1.0, np.abs(points).max(axis=-1)))


def scales(surface: ClosedForm) -> tuple[float, float]:
    """Typical gradient and curvature in the window: differences are no better than their rounding."""
    points = swarm(surface, 500)
    return (
        float(np.median(norm(surface.gradient(points)))),
        float(np.median(np.abs(surface.hessian(points)).max(axis=(-2, -1)))),
    )


def check_derivatives(surface: ClosedForm, points: Array) -> None:
    steps = steps_at(points)
    slope, curvature = scales(surface)
    gradient, hessian = surface.gradient(points), surface.hessian(points)
    # Third and fourth derivatives may exceed the lower ones by 2π a time, and more near a cone's tip.
    assert slopes(surface.value, points, steps) == pytest.approx(gradient, rel=1e-6, abs=2e-7 * (1 + slope))
    assert slopes(surface.gradient, points, steps) == pytest.approx(hessian, rel=1e-6, abs=2e-7 * (1 + curvature))


@every_surface
@given(u=UNIT, v=UNIT)
@settings(deadline=None, derandomize=True, max_examples=60)
def test_derivatives_are_those_of_the_value(surface: ClosedForm, u: float, v: float) -> None:
    point = inside(surface, u, v)
    if isinstance(surface, Ackley) and norm(point) < 0.05:
        return  # beside the tip of the cone no difference quotient means much
    check_derivatives(surface, point)


@every_surface
def test_derivatives_all_over_the_window(surface: ClosedForm) -> None:
    points = swarm(surface, 400)
    check_derivatives(surface, points[norm(points) > 0.3] if isinstance(surface, Ackley) else points)


@every_surface
def test_the_hessian_is_symmetric(surface: ClosedForm) -> None:
    hessian = surface.hessian(swarm(surface, 50))
    assert (hessian == np.swapaxes(hessian, -1, -2)).all()


@every_surface
@pytest.mark.parametrize("shape", [(), (1,), (7,), (3, 5), (2, 3, 4), (0,)])
def test_shapes(surface: ClosedForm, shape: tuple[int, ...]) -> None:
    points = swarm(surface, *shape)
    for result, tail in (
        (surface.value(points), ()),
        (surface.gradient(points), (2,)),
        (surface.hessian(points), (2, 2)),
    ):
        assert result.shape == shape + tail
        assert result.dtype == float


LAYOUTS: dict[str, Callable[[Array], Array]] = {
    "contiguous": lambda points: points,
    "Fortran": np.asfortranarray,
    "strided": lambda points: np.repeat(points, 3, axis=1)[:, ::3],
    "reversed": lambda points: np.ascontiguousarray(points[::-1, ::-1])[::-1, ::-1],
    "components first": lambda points: np.moveaxis(np.ascontiguousarray(np.moveaxis(points, -1, 0)), 0, -1),
    "columns of a table": lambda points: np.concatenate([points, points, points], axis=-1)[..., 2:4],
}


@every_surface
@pytest.mark.parametrize("layout", LAYOUTS)
def test_no_bit_depends_on_company_or_layout(surface: ClosedForm, layout: str) -> None:
    points = swarm(surface, 13, 11)
    arranged = LAYOUTS[layout](points)
    assert (arranged == points).all()
    for function in (surface.value, surface.gradient, surface.hessian):
        together = function(arranged)
        alone = np.array([[function(points[i, j].copy()) for j in range(11)] for i in range(13)])
        assert (together == alone).all()
        assert (function(arranged[4:6]) == together[4:6]).all()
        assert (function(arranged[:, 3]) == together[:, 3]).all()


@every_surface
def test_inputs_are_not_written(surface: ClosedForm) -> None:
    points = swarm(surface, 20)
    points.flags.writeable = False
    for function in (surface.value, surface.gradient, surface.hessian):
        first = function(points).copy()
        result = function(points)
        result += 1.0  # what is handed out is nobody else's
        assert (function(points) == first).all()


@every_surface
def test_a_surface_is_a_value(surface: ClosedForm) -> None:
    assert hash(surface) == hash(replace(cast(Any, surface)))
    assert surface == replace(cast(Any, surface))
    assert surface.usual_window.width > 0 < surface.usual_window.height
    with pytest.raises((FrozenInstanceError, AttributeError, TypeError)):
        cast(Any, surface).anything = 1


@dataclass(frozen=True)
class Known:
    """A printed stationary point, with as many digits as the source gives."""

    surface: ClosedForm
    position: tuple[float, float]
    value: float
    near: float = 5e-7
    """How far the point may be off in each coordinate."""
    off: float = 5e-6
    """How far its value may be off."""


CAMEL, MULLER, HIMMELBLAU, TANG = SixHumpCamel(), MullerBrown(), Himmelblau(), StyblinskiTang()
KNOWN = [
    Known(MULLER, (-0.558, 1.442), -146.700, 5e-4, 5.1e-4),
    Known(MULLER, (0.623, 0.028), -108.167, 5e-4, 5.1e-4),
    Known(MULLER, (-0.050, 0.467), -80.768, 5e-4, 5.1e-4),
    Known(MULLER, (-0.822, 0.624), -40.665, 5e-4, 5.1e-4),
    Known(MULLER, (0.212, 0.293), -72.249, 5e-4, 5.1e-4),
    Known(HIMMELBLAU, (3.0, 2.0), 0.0, 1e-15, 1e-15),
    Known(HIMMELBLAU, (-2.805118, 3.131312), 0.0),
    Known(HIMMELBLAU, (-3.779310, -3.283186), 0.0),
    Known(HIMMELBLAU, (3.584428, -1.848126), 0.0),
    Known(HIMMELBLAU, (-0.270845, -0.923039), 181.617, off=5e-4),
    Known(CAMEL, (0.0898, -0.7126), -1.0316, 6e-5, 5e-5),
    Known(CAMEL, (-0.0898, 0.7126), -1.0316, 6e-5, 5e-5),
    Known(Rosenbrock(), (1.0, 1.0), 0.0, 1e-15, 1e-15),
    Known(Beale(), (3.0, 0.5), 0.0, 1e-15, 1e-15),
    Known(Beale(), (0.0, 1.0), 14.203125, 1e-15, 1e-15),
    Known(TANG, (-2.903534, -2.903534), -78.33233),
    Known(TANG, (-2.903534, 2.746803), -64.19561),
    Known(TANG, (2.746803, 2.746803), -50.05889),
    Known(TANG, (0.156731, 0.156731), 0.391225, off=2e-5),
    Known(Rastrigin(), (0.0, 0.0), 0.0, 1e-15, 0.0),
    Known(Ackley(), (0.0, 0.0), 0.0, 1e-15, 0.0),
    Known(MonkeySaddle(), (0.0, 0.0), 0.0, 1e-15, 0.0),
    Known(DoubleWellSaddle(), (0.0, 0.0), 0.0, 1e-15, 0.0),
    Known(DoubleWellSaddle(), (0.0, 1.0), -0.25, 1e-15, 0.0),
    Known(DoubleWellSaddle(), (0.0, -1.0), -0.25, 1e-15, 0.0),
    Known(Quadratic(), (0.0, 0.0), 0.0, 1e-15, 0.0),
]


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: f"{type(known.surface).__name__}{known.position}")
def test_what_the_literature_prints(known: Known) -> None:
    point = np.array(known.position)
    curvature = np.abs(known.surface.hessian(point)).max()
    assert norm(known.surface.gradient(point)) <= 3 * known.near * max(curvature, 1.0)
    # A printed position is half a digit off, and the value there by a parabola's height.
    error = known.off + min(curvature, 1e6) * known.near * known.near
    assert known.surface.value(point) == pytest.approx(known.value, rel=0, abs=error)


@pytest.mark.parametrize(
    ("surface", "position", "value"),
    [
        (Rosenbrock(), (-1.2, 1.0), 24.2),  # the classic start
        (Beale(), (1.0, 1.0), 14.203125),  # likewise, and level with the saddle
        (Beale(), (0.0, 0.0), 14.203125),
        (Himmelblau(), (0.0, 0.0), 170.0),
        (Himmelblau(), (1.0, 1.0), 106.0),
        (SixHumpCamel(), (1.0, 1.0), 4 - 2.1 + 1 / 3 + 1),
        (StyblinskiTang(), (1.0, 1.0), -10.0),
        (Rastrigin(), (1.0, 1.0), 2.0),
        (Rastrigin(), (0.5, 0.5), 40.5),
        (Ackley(), (1.0, 1.0), 20 * (1 - np.exp(-0.2))),
        (Ackley(), (0.5, 0.5), 20 + np.e - 20 * np.exp(-0.1) - np.exp(-1)),
        (MonkeySaddle(), (1.0, 0.0), 1.0),
        (MonkeySaddle(), (1.0, 1.0), -2.0),
        (MonkeySaddle(), (-0.5, np.sqrt(0.75)), 1.0),
        (Quadratic(), (1.0, 1.0), 25.5),
    ],
)
def test_values_by_hand(surface: ClosedForm, position: tuple[float, float], value: float) -> None:
    assert surface.value(np.array(position)) == pytest.approx(value, rel=1e-14)


def test_a_lone_well_is_as_deep_and_as_curved_as_it_says() -> None:
    well = Landscape(wells=(Well((0.5, -0.25), 2.0, 0.4),))
    center = np.array([0.5, -0.25])
    assert well.value(center) == -2.0
    assert not well.gradient(center).any()
    assert well.hessian(center) == pytest.approx(2.0 / 0.16 * np.eye(2))
    # The pull is steepest one width out: depth / width · exp(−½).
    assert well.gradient(np.array([0.9, -0.25])) == pytest.approx([2.0 / 0.4 * np.exp(-0.5), 0.0])


def test_a_negative_depth_is_a_hill() -> None:
    well, hill = Well((0.5, 0.5), 2.0, 0.4), Well((0.5, 0.5), -2.0, 0.4)
    points = swarm(Landscape(), 30)
    assert (Landscape(wells=(well,)).value(points) == -Landscape(wells=(hill,)).value(points)).all()
    assert not Landscape(wells=(well, hill)).gradient(points).any()


def test_a_landscape_without_wells_is_its_bowl() -> None:
    bowl = Landscape(Bowl((1.0, -1.0), (2.0, 3.0)))
    assert bowl.value(np.array([2.0, 1.0])) == 7.0
    assert bowl.gradient(np.array([2.0, 1.0])).tolist() == [2.0, 6.0]
    assert bowl.hessian(np.array([2.0, 1.0])).tolist() == [[2.0, 0.0], [0.0, 3.0]]


def test_mirrored_wells_leave_the_axis_exactly_level() -> None:
    twins = Landscape(
        Bowl((0.3, 0.0), (0.2, 0.4)),
        (
            Well((-0.7, 0.6), 0.9, 0.31),
            Well((0.4, 1.1), -0.3, 0.47),
            Well((-0.7, -0.6), 0.9, 0.31),
            Well((0.4, -1.1), -0.3, 0.47),
        ),
    )
    axis = pair(np.linspace(-3, 3, 1001), np.zeros(1001))
    assert not twins.gradient(axis)[:, 1].any()
    assert not twins.hessian(axis)[:, 0, 1].any()


@pytest.mark.parametrize("surface", [DoubleWellSaddle(), Quadratic(), Rastrigin(), Ackley()], ids=str)
def test_symmetric_surfaces_are_symmetric_to_the_last_bit(surface: ClosedForm) -> None:
    points = swarm(surface, 200)
    for mirror in ([-1.0, 1.0], [1.0, -1.0], [-1.0, -1.0]):
        assert (surface.value(points * mirror) == surface.value(points)).all()
        assert (surface.gradient(points * mirror) == surface.gradient(points) * mirror).all()


def test_ackley_is_quiet_at_its_tip() -> None:
    origin = np.zeros(2)
    assert Ackley().value(origin) == 0.0
    assert not Ackley().gradient(origin).any()
    assert np.isfinite(Ackley().hessian(origin)).all()
    for direction in ([1.0, 0.0], [0.6, 0.8], [-0.8, 0.6]):
        step = 1e-9 * np.array(direction)
        assert Ackley().value(step) == pytest.approx(np.sqrt(8) * 1e-9, rel=1e-6)
        assert Ackley().gradient(step) == pytest.approx(np.sqrt(8) * np.array(direction), rel=1e-6)
