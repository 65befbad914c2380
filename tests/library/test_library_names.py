"""What the package offers by name, and that nothing is loaded before it is needed."""

import subprocess
import sys
from pathlib import Path

import pytest

import sim as tm
from sim.base.version import VERSION

ROOT = Path(__file__).parents[2]
OFFERED = (
    *("Lane", "OutputError", "RULES", "Race", "SCHEDULES", "SURFACES", "Scene", "SceneError", "StudyError", "Surface"),
    *("UseError", "adapters", "basins", "figure", "film", "load", "odds", "race", "scene_on", "scenes", "sweep"),
    *("tune", "window"),
)


def loaded_after(script: str) -> set[str]:
    """The modules that a fresh process has loaded after these lines."""
    told = f"import sim as tm\n{script}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_names_are_listed_and_lead_somewhere() -> None:
    assert set(OFFERED) <= set(dir(tm))
    assert all(getattr(tm, name) is not None for name in OFFERED)
    assert tm.__version__ == VERSION


def test_what_type_checkers_see_is_what_there_is() -> None:
    assert set(OFFERED) == tm._PLACES.keys()
    source = (ROOT / "sim" / "__init__.py").read_text(encoding="utf-8")
    for name, module in tm._PLACES.items():
        line = f"from .library.{module} import {name} as {name}"
        assert line in source or (name == module and f"from .library import {name} as {name}" in source)


def test_every_name_is_documented() -> None:
    for name in OFFERED:
        if callable(found := getattr(tm, name)):
            assert found.__doc__, name


def test_an_unknown_name_is_told_as_python_tells_it() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'rase'"):
        _ = tm.rase


def test_the_package_alone_loads_nothing() -> None:
    assert not {name for name in loaded_after("dir(tm)") if name.startswith(("numpy", "sim.library", "sim.scene"))}


def test_a_race_and_its_arrays_load_no_pygame_and_none_of_the_extras() -> None:
    lines = (
        "race = tm.race('local-minimum', seed=3, updates=50, rules={'adam': tm.RULES['adam'](0.1)})",
        "[(m.theta, m.loss, m.gradient, m.movement, m.verdict.sentence, m.events) for m in race]",
        "repr(race), tm.odds('ravine', seeds=3, updates=20), tm.adapters",
        "tm.race(tm.Surface(lambda x, y: x**2 + y**2, window=((-1, 1), (-1, 1))), start=(1, 1), updates=5)",
    )
    found = loaded_after("\n".join(lines))
    assert "sim.library.races" in found
    assert not found & {"pygame", "pygame_gui", "PIL", "av", "pandas", "torch", "jax", "optax", "IPython"}
