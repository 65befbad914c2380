"""The races that are shown: for equal scenes the same one, computed on by whoever looks at it."""

from ...descent.race import Race
from ...scene import Scene
from ..style.cache import Recent

RACES: Recent[Scene, Race] = Recent(2)
"""What has been computed of the scene that is shown, of that before it, and of others that there is room for."""


def race(scene: Scene) -> Race:
    """The race of a scene: for equal scenes the same one, with all that it has computed."""
    return RACES.get(scene, scene.race)
