"""Colours: lanes are told apart with any common colour vision, and text can be read."""

from itertools import combinations

import numpy as np
import pytest

from sim.base.limits import THEMES
from sim.stage.style.color import Color, readable
from sim.stage.style.theme import load_theme
from sim.stage.style.tints import end_color, quiet_basin_color
from sim.study.odds.ends import PLACELESS
from sim.study.odds.report import MOST_BASINS
from sim.study.statistics.end_kind import EndKind
from sim.surface.basins import NO_BASIN
from sim.surface.points import Array

# Linear RGB as people see it who lack one kind of cone: Machado, Oliveira and Fernandes 2009, "A physiologically-based
# model for simulation of color vision deficiency", IEEE TVCG 15, table of severity 1.0.
VISION = {
    "all cones": np.eye(3),
    "no long ones": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no middle ones": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no short ones": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])  # sRGB, D65.
WHITE = np.array([0.9505, 1.0, 1.089])
NOTICEABLE = 10.0  # CIELAB distance that is seen at a glance; about 2 can just be told apart side by side.


def linear(color: Color) -> Array:
    """sRGB to linear light (IEC 61966-2-1)."""
    value = np.array(color) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def lab(light: Array) -> Array:
    """CIELAB of linear RGB (CIE 15)."""
    ratio = TO_XYZ @ np.clip(light, 0, 1) / WHITE
    x, y, z = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def contrast(one: Color, other: Color) -> float:
    """Ratio of luminances (WCAG 2.1)."""
    dark, bright = sorted(float(TO_XYZ[1] @ linear(color)) for color in (one, other))
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("name", THEMES)
def test_basins_can_be_told_apart_in_bars(name: str, vision: str) -> None:
    """As many as odds name."""
    theme = load_theme(name)
    basins = [lab(np.array(VISION[vision]) @ linear(quiet_basin_color(theme, index))) for index in range(MOST_BASINS)]
    panel = lab(np.array(VISION[vision]) @ linear(theme.panel))
    for (i, one), (j, other) in combinations(enumerate([*basins, panel], start=1), 2):
        assert np.linalg.norm(one - other) >= NOTICEABLE, f"minima {i} and {j}"


@pytest.mark.parametrize("name", THEMES)
def test_of_many_basins_no_two_are_alike_and_words_on_each_can_be_read(name: str) -> None:
    colors = [quiet_basin_color(load_theme(name), index) for index in range(100)]
    assert len(set(colors)) == len(colors)
    contrasts = [contrast(color, readable(color)) for color in colors]
    assert min(contrasts[:MOST_BASINS]) >= 4.5
    assert min(contrasts) >= 4


@pytest.mark.parametrize("name", THEMES)
def test_words_on_the_parts_that_end_in_no_minimum_can_be_read_and_those_for_good_are_unlike(name: str) -> None:
    theme = load_theme(name)
    colors = {end: end_color(theme, end, NO_BASIN) for end in PLACELESS}
    assert len(set(colors.values())) == len(colors)
    for color in colors.values():
        assert contrast(theme.text, color) >= 4
    for one, other in combinations((EndKind.DIVERGED, EndKind.OFF_SURFACE, EndKind.FAILED), 2):
        assert np.linalg.norm(lab(linear(colors[one])) - lab(linear(colors[other]))) >= 6


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("name", THEMES)
def test_lanes_can_be_told_apart(name: str, vision: str) -> None:
    lanes = [lab(np.array(VISION[vision]) @ linear(color)) for color in load_theme(name).lanes]
    for (i, one), (j, other) in combinations(enumerate(lanes, start=1), 2):
        assert np.linalg.norm(one - other) >= NOTICEABLE, f"lanes {i} and {j}"


@pytest.mark.parametrize("name", THEMES)
def test_text_and_lanes_stand_out(name: str) -> None:
    theme = load_theme(name)
    for ground in (theme.panel, theme.background):
        assert contrast(theme.text, ground) >= 7
        assert contrast(theme.muted, ground) >= 4.5
    for color in theme.lanes:
        assert contrast(color, theme.panel) >= 3
        assert contrast(color, theme.high) >= 3
        assert contrast(readable(color), color) >= 4.5
