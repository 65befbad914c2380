"""What the library shows of the rooms below as it is: registries and values."""

from ..descent.lane import Lane as Lane
from ..descent.rules import RULES as RULES
from ..descent.schedules import SCHEDULES as SCHEDULES
from ..scene import Scene as Scene
from ..scene import SceneError as SceneError
from ..surface.functions import SURFACES as SURFACES
