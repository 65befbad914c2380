"""What the arguments choose."""

from dataclasses import replace

from ..scene import OPENING, Scene
from ..scene.reading import Saved, load_saved


def chosen(name_or_path: str | None, seed: int | None = None) -> Saved:
    """The scene of that name or in that file, with its moment if it was saved; the opening scene if none is named.

    With that seed if one is given.
    """
    saved = load_saved(OPENING if name_or_path is None else name_or_path)
    return saved if seed is None else replace(saved, scene=replace(saved.scene, seed=seed))


def chosen_scene(name_or_path: str | None, seed: int | None = None) -> Scene:
    """That scene, with that seed if one is given."""
    return chosen(name_or_path, seed).scene
