"""Three Marbles: why optimizers get stuck, and how they get out, for Python programs and notebooks.

In a checkout this package is called `sim`; installed, it is `three_marbles`. What its names lead to is imported when
they are first used:

>>> import three_marbles as tm
>>> race = tm.race("local-minimum", seed=3, updates=200)
>>> race["full batch"].verdict.kind.code
'stuck'
>>> race["minibatch"].theta.shape
(201, 2)
"""

from .base.version import VERSION

TYPE_CHECKING = False  # As in `typing`, which would be most of what the command line loads before it heeds signals.
if TYPE_CHECKING:
    from typing import Any

    from .library import adapters as adapters
    from .library.mistakes import UseError as UseError
    from .library.names import RULES as RULES
    from .library.names import SCHEDULES as SCHEDULES
    from .library.names import SURFACES as SURFACES
    from .library.names import Lane as Lane
    from .library.names import OutputError as OutputError
    from .library.names import Scene as Scene
    from .library.names import SceneError as SceneError
    from .library.names import StudyError as StudyError
    from .library.pictures import figure as figure
    from .library.pictures import film as film
    from .library.pictures import window as window
    from .library.races import Race as Race
    from .library.races import race as race
    from .library.scenes import load as load
    from .library.scenes import scene_on as scene_on
    from .library.scenes import scenes as scenes
    from .library.studies.basins import basins as basins
    from .library.studies.odds import odds as odds
    from .library.studies.sweeps import sweep as sweep
    from .library.studies.tunes import tune as tune
    from .library.surfaces import Surface as Surface

__version__ = VERSION

_PLACES = {
    "Lane": "names",
    "OutputError": "names",
    "RULES": "names",
    "Race": "races",
    "SCHEDULES": "names",
    "SURFACES": "names",
    "Scene": "names",
    "SceneError": "names",
    "StudyError": "names",
    "Surface": "surfaces",
    "UseError": "mistakes",
    "adapters": "adapters",
    "basins": "studies.basins",
    "figure": "pictures",
    "film": "pictures",
    "load": "scenes",
    "odds": "studies.odds",
    "race": "races",
    "scene_on": "scenes",
    "scenes": "scenes",
    "sweep": "studies.sweeps",
    "tune": "studies.tunes",
    "window": "pictures",
}
"""In which module of the library each name is."""


def __getattr__(name: str) -> "Any":
    from importlib import import_module  # noqa: PLC0415  The command line has no need of it here, either.

    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f".library.{_PLACES[name]}", __name__)
    found = module if name == _PLACES[name] == "adapters" else getattr(module, name)
    globals()[name] = found  # The next time it is found at once.
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_PLACES})
