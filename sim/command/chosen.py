"""What the arguments choose."""

from dataclasses import replace

from sim.scene import OPENING, Scene, load_scene


def chosen_scene(name_or_path: str | None, seed: int | None = None) -> Scene:
    """The scene of that name or in that file, the opening scene if none is named, with that seed if one is given."""
    scene = load_scene(OPENING if name_or_path is None else name_or_path)
    return scene if seed is None else replace(scene, seed=seed)
