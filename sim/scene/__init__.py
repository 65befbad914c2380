"""Scenes: their value, and the TOML files that hold them."""

from .reading import OPENING, load_scene, parse_scene, scene_files
from .speech import MOST_LANES, Caption, Question
from .value import Scene, Texts
from .words import SceneError, did_you_mean

__all__ = [
    "MOST_LANES",
    "OPENING",
    "Caption",
    "Question",
    "Scene",
    "SceneError",
    "Texts",
    "did_you_mean",
    "load_scene",
    "parse_scene",
    "scene_files",
]
