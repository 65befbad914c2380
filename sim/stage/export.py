"""Pictures as files, drawn without a display."""

from dataclasses import replace
from pathlib import Path

import pygame

from sim.files import whole_file
from sim.scene import Scene
from sim.scene.carriers import KEYWORD
from sim.scene.reading import Saved
from sim.stage.picture import draw, moment
from sim.stage.session import Session, begin
from sim.stage.session import race as race_of


def screenshot(scene: Scene, update: int, size: tuple[int, int], theme: str, path: Path) -> None:
    """Save the scene's race after `update` updates as a PNG of that size in pixels.

    Raises:
        OutputError: the file cannot be written; nothing half-written is left.
    """
    session = replace(
        begin(scene, theme), playing=False, progress=float(update), seen=update, horizon=max(scene.updates, update)
    )
    race = race_of(scene)
    race.extend(session.horizon + 1)
    picture = pygame.Surface(size, depth=32)
    draw(picture, moment(session, race))
    save_png(picture, path, scene_of(session))


def scene_of(session: Session) -> str:
    """What a picture of this session carries: the scene, as changed by hand, and the moment."""
    from sim.scene.saving import saved_text  # noqa: PLC0415  Nor is this.

    return saved_text(Saved(session.scene, session.update, session.clock))


def save_png(picture: pygame.Surface, path: Path, text: str = "") -> None:
    """Save a picture as a PNG that carries a text, such as `scene_of` makes.

    Raises:
        OutputError: the file cannot be written; nothing half-written is left.
    """
    from PIL import Image  # noqa: PLC0415  Not needed to show the first frame.
    from PIL.PngImagePlugin import PngInfo  # noqa: PLC0415

    carried = PngInfo()
    if text:
        carried.add_itxt(KEYWORD, text)
    image = Image.frombytes("RGB", picture.get_size(), pygame.image.tobytes(picture, "RGB"))

    with whole_file(path) as stream:
        image.save(stream, "PNG", pnginfo=carried)
