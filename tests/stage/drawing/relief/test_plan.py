"""Land from straight above: what is deep is dark, what faces the light is bright, and holes do no harm."""

import numpy as np
import numpy.typing as npt
import pytest

from sim.base.limits import THEMES
from sim.stage.drawing.camera import Camera
from sim.stage.drawing.relief.paints import level_colors, paints
from sim.stage.drawing.relief.plan import plan_view
from sim.stage.style.theme import load_theme
from sim.surface.points import Array
from sim.surface.protocol import Window

CAMERA = Camera(Window(-1.5, 1.5, -1.0, 1.0), 90, 60)
ACROSS, UP = np.meshgrid(np.linspace(-1, 1, 90), np.linspace(1, -1, 60))  # As on the screen, the uppermost row first.


def tones(heights: Array, theme: str = "light") -> npt.NDArray[np.float64]:
    pixels = plan_view(CAMERA, heights, paints(load_theme(theme)))
    assert pixels.shape == (60, 90, 4)
    return np.asarray(pixels[..., :3].mean(axis=-1))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("height", [0.0, 0.3, 0.7, 1.0])
def test_level_ground_has_the_tint_of_its_height(theme: str, height: float) -> None:
    found = plan_view(CAMERA, np.full((60, 90), height), paints(load_theme(theme)))[..., :3]
    wanted = level_colors(load_theme(theme), np.array([height]))[0]
    assert np.abs(found - wanted).max() < 6


@pytest.mark.parametrize("theme", THEMES)
def test_what_is_deep_is_dark(theme: str) -> None:
    found = [tones(np.full((60, 90), height), theme).mean() for height in np.linspace(0, 1, 9)]
    assert found == sorted(found)
    assert found[-1] - found[0] > 60


def test_what_faces_the_upper_left_is_bright() -> None:
    slope = 0.4 * ACROSS
    assert tones(0.5 + slope)[:, 45].mean() > 8 + tones(0.5 - slope)[:, 45].mean()  # It rises to the right.
    rise = 0.4 * UP
    assert tones(0.5 - rise)[30].mean() > 4 + tones(0.5 + rise)[30].mean()  # It falls upwards.


def test_a_map_is_not_upside_down() -> None:
    pit = 0.8 - 0.7 * np.exp(-8 * ((ACROSS - 0.5) ** 2 + (UP - 0.5) ** 2))
    row, column = np.unravel_index(tones(pit).argmin(), pit.shape)
    assert (UP[row, column], ACROSS[row, column]) == (pytest.approx(0.5, abs=0.3), pytest.approx(0.5, abs=0.3))


def test_a_hole_casts_no_shadow() -> None:
    heights = np.full((60, 90), 0.6)
    whole = tones(heights)
    heights[20:40, 30:60] = np.nan
    around = np.ones_like(heights, dtype=bool)
    around[19:41, 29:61] = False
    np.testing.assert_array_equal(tones(heights)[around], whole[around])
    assert np.isfinite(tones(np.full((60, 90), np.nan))).all()
