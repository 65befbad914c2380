"""The arrows of the house run one way, those within its rooms too, and only the stage knows pygame."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

ROOMS = (
    "base",
    "surface",
    "descent",
    "foreign",
    "checking",
    "scene",
    "report",
    "study",
    "stage",
    "library",
    "command",
    "__main__",
    "main",
)
"""Each may import from itself and from those before it; the house tells its version, and what its library has."""

INNER_ROOMS = {
    "surface": ("cancellation", "points", "protocol", "critical", "discs", "basins", "surroundings", "functions"),
    "descent": (
        *("examples", "rules", "schedules", "update", "lane", "problem", "run", "track"),
        *("verdict", "crowd", "race", "clock", "digest"),
    ),
    "study": ("work", "statistics", "cost", "odds", "sweep", "many", "tuning", "maps", "tour"),
    "stage": ("views", "style", "drawing", "session", "plot", "sheets", "picture", "export", "input", "window"),
}
"""The rooms within these, folders and single files; each may import from itself and from those before it."""

MOST_ENTRIES = 14
"""As many as one takes in at a glance, in each folder of the rooms."""

STAGE_ONLY = {"pygame", "pygame_gui"}

LEANING = re.compile(r"(The same|Those|That|Of)\b")
"""How a docstring begins whose subject is named only by the definition before it."""


def modules(root: Path) -> Iterator[Path]:
    """Every Python file of the house below root, as a path relative to it."""
    for path in [*(root / "sim").rglob("*.py"), root / "main.py"]:
        if path.exists():
            yield path.relative_to(root)


def dotted(module: Path) -> str:
    parts = module.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room(name: str) -> str | None:
    """The room that a module belongs to; None for sim itself, which is the house."""
    first, *rest = name.split(".")
    if first == "sim":
        return rest[0] if rest else None
    return first


def names_itself(source: str) -> bool:
    """Whether a module calls its package by name, which is another one once it is installed."""
    if "sim" not in source:
        return False
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names) if any(name.name.split(".")[0] == "sim" for name in names):
                return True
            case ast.ImportFrom(module=str(origin), level=0) if origin.split(".")[0] == "sim":
                return True
            case ast.Constant(value=str(text)) if re.match(r"sim\.\w", text):
                return True
    return False


@cache
def imports(source: str, module: Path) -> tuple[str, ...]:
    """The dotted names that a module imports, wherever in it, with relative ones resolved."""
    return tuple(_imports(source, module))


def _imports(source: str, module: Path) -> Iterator[str]:
    package = module.parent.parts
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from (name.name for name in names)
            case ast.ImportFrom(module=origin, names=names, level=level):
                base = ".".join(
                    [*(package[: len(package) - level + 1] if level else ()), *([origin] if origin else [])]
                )
                yield from (f"{base}.{name.name}" for name in names)
            case ast.Call(
                func=ast.Name(id="__import__") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield name


def inner_room(name: str) -> str | None:
    """The room within one of INNER_ROOMS that a module belongs to; None for these themselves and for all else."""
    match name.split("."):
        case ["sim", outer, first, *_] if outer in INNER_ROOMS:
            return first
    return None


def violations_within(root: Path) -> list[str]:
    """The same for the rooms within. What is no room is something that the outer one itself defines.

    The console, which is what commands have in common, knows no command.
    """
    found = []
    for module in modules(root):
        outer, here = room(dotted(module)), inner_room(dotted(module))
        names = list(imports((root / module).read_text(encoding="utf-8"), module))
        if outer in INNER_ROOMS:
            rooms = INNER_ROOMS[outer]
            if here is not None and here not in rooms:
                found.append(f"{module} is in no listed room")
                continue
            allowed = rooms[: rooms.index(here) + 1] if here else ()
            inner = {name: inner_room(name) for name in names if room(name) == outer}
            found += [
                f"{module} imports {name}" for name, there in inner.items() if there in rooms and there not in allowed
            ]
        if dotted(module).startswith("sim.command.console"):
            found += [
                f"{module} imports {name}" for name in names if re.match(r"sim\.command\.(?!console\b)[a-z]", name)
            ]
    return found


def imported_modules(root: Path) -> dict[str, set[str]]:
    """Of every module those that it imports, now or later; a package stands for what its `__init__` says."""
    names = {dotted(module): module for module in modules(root)}
    return {
        name: {
            known
            for told in imports((root / module).read_text(encoding="utf-8"), module)
            for known in (told if told in names else told.rpartition(".")[0],)
            if known in names
        }
        for name, module in names.items()
    }


def violations(root: Path) -> list[str]:
    """Every import that goes against the arrows, and every room that nobody has listed."""
    found = []
    for module in modules(root):
        here = room(dotted(module))
        if here is not None and here not in ROOMS:
            found.append(f"{module} is in no listed room")
            continue
        for name in imports((root / module).read_text(encoding="utf-8"), module):
            top = name.split(".")[0]
            if top in STAGE_ONLY and here != "stage":
                found.append(f"{module} imports {top}")
            if top not in ("sim", "main"):
                continue
            there = room(name)
            allowed = ROOMS[: ROOMS.index(here) + 1] if here else (ROOMS[0], "library")
            if there not in allowed:
                found.append(f"{module} imports {name}")
    return found


def test_the_arrows_run_one_way_and_only_the_stage_knows_pygame() -> None:
    assert violations(ROOT) == []


def test_the_arrows_within_the_rooms_run_one_way() -> None:
    assert violations_within(ROOT) == []


def test_no_module_of_these_rooms_imports_itself_by_a_detour() -> None:
    graph = imported_modules(ROOT)
    inner = {name: graph[name] for name in graph if room(name) in INNER_ROOMS}
    assert "sim.stage.style.theme" in inner["sim.stage.picture.picture"]
    assert "sim.stage.sheets.odds" in inner["sim.stage.sheets.sheets"]  # Although it is imported when first needed.
    assert "sim.study.sweep.rows" in inner["sim.study.sweep.store"]
    assert list(TopologicalSorter(inner).static_order())


def test_a_detour_is_found(tmp_path: Path) -> None:
    for name, source in (("a", "from .b import x"), ("b", "def f():\n    from . import c"), ("c", "from .a import y")):
        path = tmp_path / "sim" / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(source, encoding="utf-8")
    with pytest.raises(CycleError):
        list(TopologicalSorter(imported_modules(tmp_path)).static_order())


def entries_of(folder: Path) -> list[Path]:
    """What stands in a folder of the house."""
    return [path for path in folder.iterdir() if path.name != "__pycache__"]


def test_no_folder_is_too_full_to_be_taken_in() -> None:
    folders = {path.parent for path in (ROOT / "sim").rglob("*.py")}
    counts = {folder: len(entries_of(folder)) for folder in folders}
    assert {folder.name: count for folder, count in counts.items() if count > MOST_ENTRIES} == {}


@pytest.mark.parametrize("name", INNER_ROOMS)
def test_every_room_within_is_listed(name: str) -> None:
    assert {path.stem for path in entries_of(ROOT / "sim" / name)} - {"__init__"} == set(INNER_ROOMS[name])


@pytest.mark.parametrize("page", ["README.md", "README.zh.md"])
def test_the_pages_that_people_read_tell_the_arrows(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    told = [tuple(chain.split(" ← ")) for chain in re.findall(r"\w+(?: ← \w+)+", re.sub(r"\s+", " ", text))]
    house = tuple(name for name in ROOMS if (ROOT / "sim" / name).is_dir() or name in ("report", "main"))
    assert told == [house, *INNER_ROOMS.values()]


def test_the_package_works_under_another_name() -> None:
    source = {path: (ROOT / path).read_text(encoding="utf-8") for path in modules(ROOT) if path.parts[0] == "sim"}
    assert [path for path, text in source.items() if names_itself(text)] == [Path("sim", "command", "__init__.py")]


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("from sim.scene import Scene", True),
        ("import sim", True),
        ("import_module('sim.scene')", True),
        ("from .scene import Scene", False),
        ("from ..sim import x", False),
        ("import simple", False),
        ("print('similar. And so')", False),
    ],
)
def test_how_a_module_that_names_its_package_is_told(source: str, named: bool) -> None:
    assert names_itself(source) == named


NUMBERS = (ast.Constant, ast.Tuple, ast.Name, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop, ast.expr_context)


def late_numbers(source: str) -> list[str]:
    """Constants, all of numbers, that stand below the first function or class."""
    below, found = False, []
    for node in ast.parse(source).body:
        below = below or isinstance(node, ast.FunctionDef | ast.ClassDef)
        if below and isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
            parts = [*ast.walk(node.value)]
            counts = any(isinstance(part, ast.Constant) and type(part.value) in (int, float) for part in parts)
            if counts and all(isinstance(part, NUMBERS) for part in parts):
                found.append(ast.unparse(node))
    return found


def test_numbers_stand_at_the_top() -> None:
    assert {path: late for path in modules(ROOT) if (late := late_numbers((ROOT / path).read_text("utf-8")))} == {}


def test_how_a_number_that_stands_below_is_told() -> None:
    below = "A = 1\ndef f(): pass\nB, C = 2.0, -1\nD: float = A / 2\nE = f(3)\nF = 'x'"
    assert late_numbers(below) == ["B, C = (2.0, -1)", "D: float = A / 2"]


def leaning(source: str) -> list[str]:
    """The first lines of docstrings, those of attributes too, that do not name their subject."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Expr(value=ast.Constant(value=str(text))) if LEANING.match(text.strip()):
                found.append(text.strip().splitlines()[0])
    return found


def test_docstrings_name_their_subject() -> None:
    assert {path: found for path in modules(ROOT) if (found := leaning((ROOT / path).read_text("utf-8")))} == {}


def test_how_a_docstring_without_its_subject_is_told() -> None:
    leans = '"""The same, kept."""\nA = 1\n"""Of a line."""\ndef f():\n    """\n    Those of a lane.\n    """'
    stands = '"""The samest."""\nA = "Those"\n"""Offers."""\ndef f():\n    """The lanes: those of a scene."""'
    assert leaning(leans) == ["The same, kept.", "Of a line.", "Those of a lane."]
    assert leaning(stands) == []


def test_every_folder_is_a_package() -> None:
    folders = {path.parent for path in (ROOT / "sim").rglob("*.py")}
    assert all((folder / "__init__.py").exists() for folder in folders)


def test_there_is_something_to_check() -> None:
    names = {dotted(module) for module in modules(ROOT)}
    assert {
        "main",
        "sim",
        "sim.surface.critical.search",
        "sim.descent.rules.plain.momentum",
        "sim.scene",
        "sim.stage",
    } <= names
    scene = Path("sim", "scene", "value.py")
    assert "sim.descent.race.Race" in set(imports((ROOT / scene).read_text(encoding="utf-8"), scene))


@pytest.mark.parametrize(
    ("module", "source", "guilty"),
    [
        ("sim/surface/a.py", "from sim.descent import race", True),
        ("sim/surface/a.py", "def f():\n    import sim.descent.race", True),
        ("sim/surface/a.py", "from ..descent import race", True),
        ("sim/surface/a.py", "from .. import descent", True),
        ("sim/surface/a.py", "from sim import stage", True),
        ("sim/surface/a.py", "import importlib\nimportlib.import_module('sim.scene')", True),
        ("sim/surface/critical/a.py", "from . import b\nfrom .b import c\nfrom sim.surface.critical.b import c", False),
        ("sim/surface/critical/a.py", "from ..basins import find_basins", True),
        ("sim/surface/functions/a.py", "from ..critical.proof import Bends", False),
        ("sim/surface/points.py", "import numpy", False),
        ("sim/surface/a.py", "import pygame", True),
        ("sim/descent/rules/a.py", "from sim.surface.points import Array\nfrom ..examples import batches", False),
        ("sim/descent/rules/a.py", "from ..race import Race", True),
        ("sim/descent/rules/a.py", "from ...scene import Scene", True),
        ("sim/descent/race.py", "from sim.base.files import whole_file", False),
        ("sim/base/a.py", "from sim.surface.points import Array", True),
        ("sim/scene/value.py", "from sim.descent.race import Race\nfrom sim.base.files import whole_file", False),
        ("sim/scene/value.py", "from sim.report import summary", True),
        ("sim/report.py", "from sim.study import odds", True),
        ("sim/study/work/a.py", "from sim.report import summary", False),
        ("sim/study/work/a.py", "from sim.stage import theme", True),
        ("sim/study/work/a.py", "from pygame import Surface", True),
        ("sim/study/a.py", "", True),
        ("sim/study/attic/a.py", "", True),
        ("sim/study/work/a.py", "from ..statistics.intervals import wilson", True),
        ("sim/study/work/a.py", "def f():\n    from ..statistics import intervals", True),
        ("sim/study/sweep/a.py", "from ..work.workers import StudyError\nfrom ..statistics import figure", False),
        ("sim/study/sweep/a.py", "from ...stage.session import session", True),
        ("sim/command/console/a.py", "from .. import PROGRAM\nfrom .b import c\nfrom ...base.files import why", False),
        ("sim/command/console/a.py", "from ..sweep import run", True),
        ("sim/command/console/a.py", "from .. import sweep", True),
        ("sim/command/sweep.py", "from .console.terminal import say\nfrom .odds import run", False),
        ("sim/stage/input/a.py", "import pygame\nimport pygame_gui\nfrom sim.study import odds", False),
        ("sim/stage/input/a.py", "import main", True),
        ("sim/stage/a.py", "", True),
        ("sim/stage/attic/a.py", "", True),
        ("sim/stage/__init__.py", "from .style import theme", True),
        ("sim/stage/style/a.py", "from .. import StageError\nfrom . import b\nfrom .b import c", False),
        ("sim/stage/style/a.py", "from ..drawing.camera import Camera", True),
        ("sim/stage/style/a.py", "from .. import drawing", True),
        ("sim/stage/style/a.py", "def f():\n    from ..window import window", True),
        ("sim/stage/style/__init__.py", "from ..drawing import camera", True),
        ("sim/stage/plot/a.py", "from ..export.png import save_png", True),
        ("sim/stage/plot/a.py", "from ..session.session import Session\nfrom ..style import text", False),
        ("sim/stage/picture/views/a.py", "from ...style.theme import Theme\nfrom ..terrain import enlarged", False),
        ("sim/stage/picture/views/a.py", "from ...input import keys", True),
        ("sim/stage/window/a.py", "from ..input.keys import KEYS\nfrom ..style.theme import Theme", False),
        ("sim/__init__.py", "from sim.stage import theme", True),
        ("sim/__init__.py", "from .library.races import race", False),
        ("sim/library/a.py", "from ..stage.export import image\nfrom .adapters import torch", False),
        ("sim/library/a.py", "import pygame", True),
        ("sim/library/a.py", "from ..command import odds", True),
        ("sim/stage/export/a.py", "from ...library import races", True),
        ("sim/__init__.py", "import pygame.font", True),
        ("main.py", "from sim.stage.window.opening import open_window", False),
        ("main.py", "import pygame", True),
        ("sim/attic/a.py", "", True),
        ("sim/attic.py", "", True),
    ],
)
def test_the_check_itself(tmp_path: Path, module: str, source: str, guilty: bool) -> None:
    path = tmp_path / module
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source, encoding="utf-8")
    assert bool(violations(tmp_path) + violations_within(tmp_path)) == guilty


def test_importing_everything_outside_the_stage_imports_no_pygame() -> None:
    names = [dotted(module) for module in modules(ROOT) if room(dotted(module)) != "stage"]
    script = (
        "import importlib, sys\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
        f"print(*{STAGE_ONLY!r} & sys.modules.keys())\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "", "")
