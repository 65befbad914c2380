"""Scenes: their value, and the TOML files that hold them."""

from .reading import OPENING, load_scene, parse_scene, scene_files
from .speech import MOST_LANES, Caption, Question
from .value import Scene, Texts
from .words import SceneError, nearest

__all__ = [
    "MOST_LANES",
    "OPENING",
    "Caption",
    "Question",
    "Scene",
    "SceneError",
    "Texts",
    "load_scene",
    "nearest",
    "parse_scene",
    "scene_files",
]
