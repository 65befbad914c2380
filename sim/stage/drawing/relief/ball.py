"""A marble as a ball: how it has turned on its way, and how it looks."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pygame

from ....surface.points import Array
from ...style.cache import cached
from ...style.color import Color
from ..camera import Camera, Rotation
from ..canvas import Canvas, Pixel

LIGHT = (-0.45, 0.56, 0.695)  # Where light comes from, of length 1: to the right and up on the screen, and to the eye.
DIM, LIT = 0.52, 0.62  # How bright the ball is without light, and how much the light adds.
SHINE, GLOSS = 0.85, 28  # How white its highlight is, and how small.
RIM = 0.30  # How much darker it is at the rim.
BROAD, NARROW = 0.20, 0.10  # Half-widths of two bands around the ball, across each other, in radii.
SOFT = 0.7  # Half the width of the edges of the bands, in pixels.
PALE = 0.80  # How far the pattern goes towards white.
# How dark the shadow is in the middle.
SHADOW = 0.42
# How wide the shadow is, in radii.
WIDE = 1.35

Pixels = npt.NDArray[np.uint8]


def roll(turned: Array, step: Array, radius: float) -> Array:
    """How a ball is turned (3, 3) that was turned so before, once it has rolled a step (3,) without slipping.

    The step is along the plane's axes and up, in the unit of the radius. The ball turns about the level line across it,
    by as much as makes an arc of the step's length; straight up or down, where there is no such line, not at all.
    """
    level, length = math.hypot(step[0], step[1]), math.hypot(*step)
    if level == 0:
        return turned
    x, y = -step[1] / level, step[0] / level  # Up × step.
    cosine, sine = math.cos(length / radius), math.sin(length / radius)
    rest = 1 - cosine
    turn = np.array(
        [
            [cosine + x * x * rest, x * y * rest, y * sine],
            [x * y * rest, cosine + y * y * rest, -x * sine],
            [-y * sine, x * sine, cosine],
        ]
    )
    return np.asarray((turn[:, :, None] * turned[None]).sum(axis=1))


def ball(radius: float, color: Color, camera: Camera, turned: Array) -> Pixels:
    """A ball that is turned so (3, 3), as the camera sees it: red, green, blue and opacity (size, size, 4).

    The picture's middle is the ball's, and its uppermost row comes first. The ball has a broad and a narrow band across
    each other, so that one sees it roll whichever way it does.
    """
    sphere = _sphere(radius, color, camera.turn)
    x, y, above = sphere.front
    broad, narrow = (turned[0, axis] * x + turned[1, axis] * y + turned[2, axis] * above for axis in (0, 1))
    pattern = np.maximum(BROAD - np.abs(broad), NARROW - np.abs(narrow))
    pattern *= 0.5 * radius / SOFT
    pattern += 0.5
    np.clip(pattern, 0, 1, out=pattern)
    lit = sphere.added * pattern[..., None]
    lit += sphere.plain
    return np.asarray(np.rint(lit, out=lit), dtype=np.uint8)


@dataclass(frozen=True, eq=False)
class _Sphere:
    """What of a ball does not depend on how it has turned."""

    front: Array
    """The points of its surface that one sees, along the plane's axes and up, in radii (3, size, size)."""
    plain: Array
    """How it would look without its bands: red, green, blue and opacity (size, size, 4),"""
    added: Array
    """and what there would be more of these, were it all band."""

    @property
    def nbytes(self) -> int:
        """How much memory it takes."""
        return self.front.nbytes + self.plain.nbytes + self.added.nbytes


@cached
def _sphere(radius: float, color: Color, turn: Rotation) -> _Sphere:
    right, up, distance, cover = _disc(radius)
    front = np.sqrt(np.clip(1 - distance**2, 0, 1))
    light = np.clip(LIGHT[0] * right + LIGHT[1] * up + LIGHT[2] * front, 0, 1)
    toward = 2 * light * front - LIGHT[2]  # The mirrored light's part to the eye.
    shine = SHINE * np.clip(toward, 0, 1) ** GLOSS
    shade = (DIM + LIT * light) * (1 - RIM * np.clip(distance, 0, 1) ** 4)

    def lit(base: Array) -> Array:
        colors = np.clip(base * shade[..., None], 0, 255)
        colors += (255 - colors) * shine[..., None]
        return np.concatenate([colors, 255 * cover[..., None]], axis=-1)

    own = np.array(color, dtype=float)
    plain = lit(own)
    return _Sphere(_along_axes(right, up, front, turn), plain, lit(own + (255 - own) * PALE) - plain)


@cached
def shadow(radius: float, camera: Camera) -> Pixels:
    """The shadow of a ball on level land: black, and opacity (rows, columns, 4); its middle is where they touch."""
    wide = WIDE * radius
    lower = max(camera.turn.tilt_cosine, 0.2)
    reach, tall = math.ceil(wide) + 1, math.ceil(wide * lower) + 1
    x, y = np.arange(-reach, reach + 1) / wide, np.arange(-tall, tall + 1) / (wide * lower)
    opacity = SHADOW * np.clip(1 - np.hypot(x[None], y[:, None]), 0, 1) ** 0.8
    picture = np.zeros((*opacity.shape, 4))
    picture[..., 3] = 255 * opacity
    return np.asarray(np.rint(picture), dtype=np.uint8)


def draw_centered(canvas: Canvas, pixels: Pixels, center: Pixel) -> None:
    """Draw a ball or its shadow, its middle there."""
    height, width = pixels.shape[:2]
    picture = pygame.image.frombuffer(pixels.tobytes(), (width, height), "RGBA")
    canvas.image(picture, (round(center[0]) - width // 2, round(center[1]) - height // 2))


def _disc(radius: float) -> tuple[Array, Array, Array, Array]:
    """How far each pixel is right and up of the middle, how far at all, in radii, and its share in the disc."""
    reach = math.ceil(radius + 0.5)
    places = np.arange(-reach, reach + 1) / radius
    right, up = np.meshgrid(places, -places)
    distance = np.hypot(right, up)
    return right, up, distance, np.clip(radius * (1 - distance) + 0.5, 0, 1)


def _along_axes(right: Array, up: Array, front: Array, turn: Rotation) -> Array:
    """Directions that are given on the screen and towards the eye, along the plane's axes and up, (3, ...)."""
    away, above = turn.tilt_cosine * up - turn.tilt_sine * front, turn.tilt_sine * up + turn.tilt_cosine * front
    x = turn.yaw_cosine * right - turn.yaw_sine * away
    y = turn.yaw_sine * right + turn.yaw_cosine * away
    return np.stack([x, y, above])
