"""Moments as SVG files: the same picture as in pixels, in lines and type that stay sharp at any size."""

from pathlib import Path

from ...descent.clock import UPDATES
from ...files import OutputError, whole_file
from ...scene import Scene
from ..drawing.vector import Vector
from ..session.session import carried_by
from ..style.theme import load_theme
from .still import Size, lane_index, painter, paused, scaled_size

MOST_DOTS = 100_000  # Of all trails together: larger files are of no use to anyone.


def save_figure(
    scene: Scene,
    update: int,
    size: Size,
    theme: str,
    path: Path,
    *,
    scale: float = 1.0,
    lane: str | None = None,
    transparent: bool = False,
    clock: str = UPDATES,
) -> None:
    """Save the scene's race after `update` updates as an SVG, as `still.screenshot` saves it as a PNG.

    Raises:
        SceneError: there is no such lane.
        OutputError: the way of the marbles is too long for an SVG, or the picture would be too large or too small, or
            the file cannot be written; nothing half-written is left.
    """
    scaled_size(size, scale)
    alone = None if lane is None else lane_index(scene, lane)
    lanes = len(scene.lanes) if alone is None else 1
    if (update + 1) * lanes > MOST_DOTS:
        most = MOST_DOTS // lanes - 1
        raise OutputError(f"{path}: an SVG has a dot for each update, so show one up to {most:,}, or save a PNG")
    session, race = paused(scene, update, theme, clock)
    ground = load_theme(theme).background if transparent else None
    canvas = Vector(size, scene.texts(session.language).title, carried_by(session), without=ground)
    painter(session, race, size, 1.0, alone)(canvas, None)
    with whole_file(path) as stream:
        stream.write(canvas.written(scale))
