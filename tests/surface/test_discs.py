"""Discs, however many, against one look at each after the other."""

from collections.abc import Callable, Mapping

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sim.surface import basins as basins_module
from sim.surface.basins import NO_BASIN, Basins
from sim.surface.critical.newton import FEW, apart
from sim.surface.discs import Tiles
from sim.surface.functions.polynomial import Himmelblau
from sim.surface.points import Array, norm

FIGURES: Mapping[str, Callable[[Array], Array]] = {
    "all over a square": lambda places: places,
    "on a diagonal": lambda places: places[:, [0, 0]],
    "on a line": lambda places: places * [1.0, 0.0],
    "at the same few places": lambda places: np.round(places, 1),
    "crowded at one corner": lambda places: np.concatenate([1e-3 * places, places]),
    "with one far away": lambda places: np.concatenate([places, [[1e4, -1e4]]]),
    "so small that squares are nothing": lambda places: 1e-170 * places,
}
"""How centers may lie, by places (n, 2) in the unit square."""


def some_discs(figure: str) -> tuple[Array, Array]:
    """Centers and radii of many discs that overlap, of which some are points."""
    generator = np.random.default_rng(0)
    centers = FIGURES[figure](generator.uniform(size=(700, 2)))
    radii = 0.1 * generator.uniform(size=len(centers)) ** 3 * np.ptp(centers)
    radii[::7] = 0.0
    return centers, radii


def some_points(centers: Array, radii: Array) -> Array:
    """Points at centers, on rims, elsewhere, far out and nowhere."""
    generator = np.random.default_rng(1)
    turns = generator.uniform(0.0, 2 * np.pi, len(centers))
    rims = centers + radii[:, None] * np.stack([np.cos(turns), np.sin(turns)], axis=-1)
    elsewhere = centers + np.ptp(centers) * generator.normal(size=centers.shape)
    odd = [[np.nan, 0.5], [np.inf, np.inf], [-np.inf, 0.5], [0.5, -1e200], [np.nan, np.nan]]
    return np.concatenate([centers, rims, elsewhere, odd])


@pytest.mark.parametrize("figure", FIGURES)
def test_of_many_discs_the_last_around_each_point_is_found(figure: str) -> None:
    centers, radii = some_discs(figure)
    points = some_points(centers, radii)
    with np.errstate(all="ignore"):
        offsets = points[:, None] - centers
        squares = offsets[..., 0] * offsets[..., 0] + offsets[..., 1] * offsets[..., 1]
    inside, core = squares <= radii * radii, squares <= (0.5 * radii) * (0.5 * radii)
    last = np.where(inside.any(axis=1), len(radii) - 1 - inside[:, ::-1].argmax(axis=1), -1)
    found, inner = Tiles(centers, radii).last(points, 0.5, -1)
    assert_array_equal(found, last)
    assert_array_equal(inner, core[np.arange(len(points)), last] & (last >= 0))
    assert len(np.unique(found)) > 1


def test_no_more_of_the_discs_are_looked_at_than_are_near() -> None:
    centers, radii = some_discs("all over a square")
    tiles = Tiles(centers, np.minimum(radii, 0.01))
    assert tiles.nbytes < 10 * 8 * len(centers)


@pytest.mark.parametrize("count", [1, 40, 3000])
def test_basins_are_the_same_whether_all_discs_are_looked_at_or_those_that_are_near(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    centers, radii = some_discs("all over a square")
    basins = Basins(Himmelblau(), Himmelblau.usual_window, centers, radii, radii == 0, ())
    points = some_points(centers, radii)[:count]
    near, before = basins.discs(points, 0.5), basins.nbytes
    assert before > 0
    monkeypatch.setattr(basins_module, "MANY", len(centers))
    every = basins.discs(points, 0.5)
    for one, other in zip(near, every, strict=True):
        assert_array_equal(one, other)
    assert_array_equal(basins.nearest(points), every[0])
    assert (every[0] != NO_BASIN).any()


@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize("count", [0, 1, 3, FEW, 5 * FEW])
def test_the_way_to_the_nearest_other_is_that_to_any_other(figure: str, count: int) -> None:
    others = some_discs(figure)[0][::-1][:count]
    gaps = norm(others[::2, None] - others)
    assert_array_equal(apart(others[::2], others), np.min(gaps, axis=1, initial=np.inf, where=gaps > 0))
