"""A ball: it rolls without slipping, and one sees it roll."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scenery import aslant

from sim.stage.drawing.relief.ball import ball, roll, shadow
from sim.surface.points import Array

steps = st.tuples(*[st.floats(-5, 5)] * 3).map(np.array).filter(lambda step: np.hypot(step[0], step[1]) > 1e-3)
BLUE = (8, 110, 204)


def angle(turn: Array) -> float:
    """By how much a rotation (3, 3) turns, up to half a turn: its trace is 1 + 2 cos."""
    return float(np.arccos(np.clip((np.trace(turn) - 1) / 2, -1, 1)))


@given(steps, st.floats(2.0, 20.0))
def test_the_arc_is_as_long_as_the_way(step: Array, radius: float) -> None:
    length = float(np.linalg.norm(step))
    expected = length / radius % (2 * np.pi)
    assert radius * angle(roll(np.eye(3), step, radius)) == pytest.approx(
        radius * min(expected, 2 * np.pi - expected), abs=1e-5 * radius
    )


@given(st.tuples(st.floats(-5, 5), st.floats(-5, 5)).filter(lambda step: np.hypot(*step) > 1e-3), st.floats(1.0, 20.0))
def test_the_point_that_touches_the_ground_rests(step: tuple[float, float], radius: float) -> None:
    tiny = 1e-6 * np.array([*step, 0.0])
    lowest = np.array([0.0, 0.0, -radius])
    moved = tiny + roll(np.eye(3), tiny, radius) @ lowest
    assert np.linalg.norm(moved - lowest) < 1e-5 * np.linalg.norm(tiny) + 1e-15


def rolled(way: Array, radius: float) -> Array:
    """How a ball is turned at each point of its way (n, 3): (n, 3, 3)."""
    turns = [np.eye(3)]
    for step in np.diff(way, axis=0):
        turns.append(roll(turns[-1], step, radius))
    return np.stack(turns)


def test_a_ball_that_rolls_to_the_right_turns_its_top_to_the_right() -> None:
    quarter = roll(np.eye(3), np.array([0.5 * np.pi * 3, 0.0, 0.0]), 3.0)
    assert_allclose(quarter @ [0, 0, 1], [1, 0, 0], atol=1e-12)
    away = roll(np.eye(3), np.array([0.0, 0.5 * np.pi * 3, 0.0]), 3.0)
    assert_allclose(away @ [0, 0, 1], [0, 1, 0], atol=1e-12)


def test_once_around_it_lies_as_before_and_all_turns_are_rotations() -> None:
    way = np.zeros((101, 3))
    way[:, 0] = np.linspace(0, 2 * np.pi * 4.0, 101)
    turns = rolled(way, 4.0)
    assert turns.shape == (101, 3, 3)
    assert_allclose(turns[0], np.eye(3))
    assert_allclose(turns[-1], np.eye(3), atol=1e-9)
    assert_allclose(turns[50] @ [0, 0, 1], [0, 0, -1], atol=1e-9)
    wild = rolled(np.random.default_rng(1).normal(size=(500, 3)), 0.7)
    assert_allclose(wild @ wild.transpose(0, 2, 1), np.broadcast_to(np.eye(3), wild.shape), atol=1e-9)


def test_turns_come_one_upon_the_other() -> None:
    way = np.array([[0.0, 0, 0], [2.0, 1.0, 0.3], [2.0, 1.0, 0.9], [0.5, 3.0, 0.0]])
    turns = rolled(way, 2.0)
    assert_allclose(turns[2], turns[1])  # Straight up there is nothing to roll on.
    assert_allclose(turns[3], roll(turns[1], way[3] - way[2], 2.0))
    assert_allclose(roll(np.eye(3), np.zeros(3), 2.0), np.eye(3))
    assert rolled(way[:1], 2.0).shape == (1, 3, 3)


@pytest.mark.parametrize("radius", [4.0, 9.0, 23.5])
def test_the_picture_is_a_disc_in_its_middle(radius: float) -> None:
    picture = ball(radius, BLUE, aslant(), np.eye(3))
    opacity = picture[..., 3].astype(float)
    assert opacity.sum() / 255 == pytest.approx(np.pi * radius**2, rel=0.02)
    assert_allclose(opacity, opacity[::-1])
    assert_allclose(opacity, opacity[:, ::-1])
    assert opacity[len(opacity) // 2, len(opacity) // 2] == 255
    assert opacity[0].max() == 0


def test_light_comes_from_the_upper_left() -> None:
    picture = ball(20.0, BLUE, aslant(), np.eye(3)).astype(float)[..., :3].sum(axis=-1)
    middle = len(picture) // 2
    assert picture[middle - 10, middle - 8] > picture[middle + 10, middle + 12] + 150


def test_the_pattern_goes_with_the_ball() -> None:
    """The bright bands move over the picture as the ball's surface does: from the near side over the top."""
    camera = aslant(yaw=0.0, tilt=60.0)
    front = np.array([0.0, -np.sin(np.radians(60)), np.cos(np.radians(60))])  # Towards the eye.
    for start in (0.0, 0.7, 2.0):
        turned = roll(np.eye(3), np.array([start, 0.0, 0.0]), 1.0)
        picture = ball(30.0, BLUE, camera, turned)
        own = turned.T @ front
        pale = bool(abs(own[0]) < 0.15 or abs(own[1]) < 0.07)
        clear = bool(abs(own[0]) > 0.25 and abs(own[1]) > 0.15)
        red = int(picture[len(picture) // 2, len(picture) // 2, 0])
        assert (red > 150) == pale == (not clear)


def test_every_roll_shows() -> None:
    pictures = [
        ball(9.0, BLUE, aslant(), roll(np.eye(3), np.array([np.cos(way), np.sin(way), 0.0]) * 4.0, 9.0))
        for way in np.linspace(0, np.pi, 7)
    ]
    still = ball(9.0, BLUE, aslant(), np.eye(3))
    assert all(np.abs(picture.astype(int) - still).max() > 40 for picture in pictures)


def test_the_shadow_is_dark_in_the_middle_flat_and_lies_on_the_ground() -> None:
    picture = shadow(10.0, aslant(tilt=60.0))
    rows, columns, _ = picture.shape
    assert columns > 1.5 * rows
    assert picture[rows // 2, columns // 2, 3] == picture[..., 3].max() > 80
    assert picture[0].max() == picture[:, 0].max() == 0
    assert picture[..., :3].max() == 0
