"""Scenes as the tests of the stage want them."""

from dataclasses import replace

from sim.scene import Scene, load_scene
from sim.scene.view import USUAL_VIEW


def flat_scene(name: str) -> Scene:
    """The scene of that name as a map, whatever it wants."""
    return replace(load_scene(name), view=USUAL_VIEW)
