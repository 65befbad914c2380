"""What the library shows of the rooms below as it is: registries and values."""

from collections.abc import Callable, Mapping
from typing import Any

from ..descent.lane import Lane
from ..descent.rules import RULES as KNOWN_RULES
from ..descent.rules.protocol import Rule
from ..descent.schedules import SCHEDULES as KNOWN_SCHEDULES
from ..descent.schedules import Schedule
from ..files import OutputError
from ..scene import Scene, SceneError
from ..study.work.workers import StudyError
from ..surface.functions import SURFACES as KNOWN_SURFACES
from ..surface.protocol import ClosedForm

__all__ = ["RULES", "SCHEDULES", "SURFACES", "Lane", "OutputError", "Scene", "SceneError", "StudyError"]

RULES: Mapping[str, Callable[..., Rule[Any]]] = KNOWN_RULES
"""Every rule of the program by its name: RULES["adam"](0.1) is one with that learning rate, and the rest as usual."""

SCHEDULES: Mapping[str, Callable[..., Schedule]] = KNOWN_SCHEDULES
"""Every schedule by its name: SCHEDULES["cosine"](length=200)."""

SURFACES: Mapping[str, Callable[..., ClosedForm]] = KNOWN_SURFACES
"""Every kind of surface by its name: SURFACES["himmelblau"]()."""
