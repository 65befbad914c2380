"""What the library shows of the rooms below is: registries and values."""

from ..descent.lane import Lane
from ..descent.rules import RULES
from ..descent.schedules import SCHEDULES
from ..scene import Scene, SceneError
from ..surface.functions import SURFACES

__all__ = ["RULES", "SCHEDULES", "SURFACES", "Lane", "Scene", "SceneError"]
