"""What is declared, and what becomes of it where it is installed: in a fresh environment, far from the checkout."""

import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.parser import Parser
from functools import cache
from importlib.metadata import distribution, packages_distributions
from importlib.util import find_spec
from pathlib import Path

import pytest
from notebook_cells import CODE
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from test_architecture import imports, modules

from sim.base.version import VERSION
from sim.command import COMMANDS

ROOT = Path(__file__).parents[1]
CONFIGURATION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = CONFIGURATION["project"]
EXTRAS: Mapping[str, list[str]] = PROJECT["optional-dependencies"]

BROUGHT = {"pydantic-core": "pydantic", "packaging": "pytest"}
"""What comes with something that is declared, in the version that it wants."""
ELSEWHERE = {"matplotlib", "imageio-ffmpeg"}
"""What tests/film_comparison.py needs, which is no test and says so."""

PATIENCE = 600.0  # Seconds; an index may be slow.


def listed(lines: Iterable[str]) -> dict[str, str]:
    """The bounds of what is required, by name."""
    requirements = [Requirement(line.split(" #")[0]) for line in lines]
    bounds: dict[str, str] = {canonicalize_name(each.name): str(each.specifier) for each in requirements}
    assert len(bounds) == len(requirements)
    return bounds


def sections(text: str) -> dict[str, list[str]]:
    """The lines of a list of requirements, by the comments over them."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("#"):
            lines = found.setdefault(line.strip("# "), [])
        else:
            lines.append(line)
    return found


RUNNING, TESTING = listed(PROJECT["dependencies"]), listed(EXTRAS["test"])


# Lists.


def test_the_lists_agree() -> None:
    found = sections((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    assert list(found) == ["Running", "Testing"]
    assert listed(found["Running"]) == RUNNING
    assert listed(found["Testing"]) == TESTING


def test_how_a_list_is_read() -> None:
    text = "# A\nx_y>=1.0  # why\n\nZ >= 2\n\n# B\n# C\nb>=1\n"
    assert {name: listed(lines) for name, lines in sections(text).items()} == {
        "A": {"x-y": ">=1.0", "z": ">=2"},
        "B": {},
        "C": {"b": ">=1"},
    }


@pytest.mark.parametrize("line", [*PROJECT["dependencies"], *(line for lines in EXTRAS.values() for line in lines)])
def test_a_bound_is_the_oldest_release_and_nothing_else(line: str) -> None:
    """So that what is oldest can be asked for by another sign in its place."""
    assert re.fullmatch(r"[\w-]+>=\d+(\.\d+)+", line)


provided = cache(packages_distributions)
"""The distributions by the names that they bring: all that is installed is looked through for that."""


def third_parties(paths: Iterable[Path]) -> set[str]:
    """The distributions from which modules import, as far as they are installed."""
    origins = provided()
    names = {name.split(".")[0] for path in paths for name in imports((ROOT / path).read_text(encoding="utf-8"), path)}
    return {canonicalize_name(each) for name in names - sys.stdlib_module_names for each in origins.get(name, [])}


def test_running_needs_what_is_declared_and_nothing_else() -> None:
    extras = {name for extra in ("cluster", "notebook", "torch", "optax") for name in listed(EXTRAS[extra])}
    imported = third_parties(modules(ROOT)) - extras
    assert {BROUGHT.get(name, name) for name in imported} == set(RUNNING)


def test_testing_needs_no_more_than_is_declared() -> None:
    paths = [path.relative_to(ROOT) for path in (ROOT / "tests").rglob("*.py")]
    extras = {name for extra in ("notebook", "torch", "optax") for name in listed(EXTRAS[extra])}
    imported = third_parties(paths) - ELSEWHERE - extras
    assert {BROUGHT.get(name, name) for name in imported} <= {*RUNNING, *TESTING}


# Installed.


@dataclass(frozen=True, slots=True)
class Environment:
    """A Python with its own packages, in a folder, and an empty folder beside it."""

    folder: Path

    def path(self, name: str) -> Path:
        """A folder of the environment, as Python calls it."""
        return Path(sysconfig.get_path(name, "venv", {"base": str(self.folder), "platbase": str(self.folder)}))

    @property
    def python(self) -> str:
        """The interpreter."""
        return str(self.path("scripts") / "python")

    @property
    def command(self) -> str:
        """What a user types."""
        return str(self.path("scripts") / "three-marbles")

    def empty_folder(self) -> Path:
        """Where nothing of the checkout can be seen."""
        return Path(self.folder.parent, "empty")

    def says(self, *words: str) -> str:
        """What a command prints that goes well, and has nothing to remark, in the empty folder."""
        done = ran(words, self.empty_folder())
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout


def ran(words: Iterable[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """A process that knows nothing of this one."""
    ours = ("PYTHON", "PYTEST", "PYGAME", "SDL", "VIRTUAL_ENV")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    return subprocess.run(
        list(words),
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        timeout=PATIENCE,
        check=False,
    )


def pip(*words: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return ran([sys.executable, "-m", "pip", "--disable-pip-version-check", *words], folder)


def must(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stderr


def environment(parent: Path) -> Environment:
    """A fresh one, without any packages."""
    made = Environment(parent / "environment")
    made.empty_folder().mkdir()
    must(ran([sys.executable, "-m", "venv", "--without-pip", str(made.folder)], parent))
    return made


def required(name: str) -> set[str]:
    """What a package requires here, and what that requires, and so on; the package, too."""
    found, left = set[str](), {name}
    while left:
        found |= left
        wanted = [Requirement(line) for each in left for line in distribution(each).requires or []]
        left = {each.name for each in wanted if each.marker is None or each.marker.evaluate({"extra": ""})} - found
    return found


def link(name: str, place: Path) -> None:
    """As if a package had been installed there: by links to where it is."""
    installed = distribution(name)
    for top in {path.parts[0] for path in installed.files or []} - {"..", "__pycache__"}:
        (place / top).symlink_to(Path(str(installed.locate_file(top))))


BUILD = """
import os, shutil, sys, tarfile
from importlib import import_module

backend, there = import_module(sys.argv[1]), sys.argv[2]
os.mkdir(os.path.join(there, "wheel"))
backend.build_wheel(os.path.join(there, "wheel"))
with tarfile.open(os.path.join(there, backend.build_sdist(there))) as source:
    source.extractall(there, filter="data")
(folder,) = (each.path for each in os.scandir(there) if os.path.exists(os.path.join(each.path, "pyproject.toml")))
os.chdir(folder)
os.mkdir(os.path.join(there, "again"))
backend.build_wheel(os.path.join(there, "again"))
"""
"""A wheel from the checkout, and another from the source that is handed on."""


PROBE = "packaging"
"""If this cannot be fetched, nothing can. Any other failure of pip is one of ours."""
HURRIED = ("--quiet", "--retries", "1", "--timeout", "15")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which what builds has made a wheel in each of two ways, with nothing but what it is said to need."""
    if find_spec("pip") is None:
        pytest.skip("pip is not installed here")
    there, build = tmp_path_factory.mktemp("built"), CONFIGURATION["build-system"]
    tools = environment(there)
    fetched = pip("--python", tools.python, "install", *HURRIED, "--no-compile", *build["requires"])
    if fetched.returncode and pip("download", *HURRIED, "--no-deps", "--dest", str(there), PROBE).returncode:
        pytest.skip(f"no packages can be fetched here: {fetched.stderr.strip().splitlines()[-1]}")
    must(fetched)
    must(ran([tools.python, "-c", BUILD, build["build-backend"], str(there)], ROOT))
    return there


def made(folder: Path) -> Path:
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    """The one from the checkout."""
    return made(built / "wheel")


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """Where nothing but the wheel was installed, beside links to what it requires, and to what that requires.

    That all of it can be fetched is seen wherever the tests are made ready.
    """
    there = environment(tmp_path_factory.mktemp("installed"))
    must(pip("--python", there.python, "install", "--quiet", "--no-compile", "--no-deps", "--no-index", str(wheel)))
    (about,) = there.path("purelib").glob("three_marbles-*.dist-info")
    for name in set[str]().union(*map(required, listed(requirements(about / "METADATA")))):
        link(name, there.path("purelib"))
    return there


def requirements(metadata: Path) -> list[str]:
    """What a package requires, without its extras."""
    lines = Parser().parsestr(metadata.read_text(encoding="utf-8")).get_all("Requires-Dist", [])
    return [line for line in lines if "extra ==" not in line]


def files(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_wheel_is_the_package_and_what_the_licence_asks_for(wheel: Path) -> None:
    inside, about = files(wheel), f"three_marbles-{VERSION}.dist-info"
    assert {name.split("/")[0] for name in inside} == {"three_marbles", about}
    code = {path.relative_to(ROOT / "sim").as_posix() for path in (ROOT / "sim").rglob("*.py")}
    assets = {path.relative_to(ROOT).as_posix() for path in (ROOT / "assets").rglob("*") if path.is_file()}
    expected = {f"three_marbles/{name}" for name in {*code, *assets, "py.typed"}}
    assert {name for name in inside if not name.startswith(about)} == expected
    metadata = Parser().parsestr(inside[f"{about}/METADATA"].decode())
    assert (metadata["License-Expression"], metadata.get_all("License-File")) == ("MIT", ["LICENSE", "NOTICE"])
    for name in ("LICENSE", "NOTICE"):
        assert inside[f"{about}/licenses/{name}"] == (ROOT / name).read_bytes()
    required = metadata.get_all("Requires-Dist", [])
    assert listed(line for line in required if "extra ==" not in line) == RUNNING
    assert metadata.get_all("Provides-Extra", []) == sorted(EXTRAS)


def test_the_source_that_is_handed_on_makes_the_same_wheel(built: Path, wheel: Path) -> None:
    assert files(made(built / "again")) == files(wheel)


def test_what_is_installed_brings_no_tools_and_takes_no_common_names(installed: Environment) -> None:
    site = installed.path("purelib")
    names = {canonicalize_name(path.name.split("-")[0]) for path in site.glob("*.dist-info")}
    assert {"three-marbles", *RUNNING} <= names
    tools = {*TESTING, *listed(line for name, lines in EXTRAS.items() if name != "test" for line in lines)}
    assert not names & {*tools, "pip", "execnet", "dask", "hatchling"}
    assert not {path.stem for path in site.iterdir()} & {"sim", "assets", "main", "tests"}


OBEY = """
import json, sys
from contextlib import suppress
from three_marbles.command.entry import obey

for place, words in enumerate(json.loads(sys.argv[1])):
    print("\\0" if place else "", end="")
    with suppress(SystemExit):
        obey(words)
"""


def obeyed(installed: Environment, *commands: list[str]) -> list[str]:
    """What the installed program says to each of several commands, in one process."""
    texts = installed.says(installed.python, "-c", OBEY, json.dumps(commands)).split("\0")
    assert len(texts) == len(commands)
    return texts


def test_the_installed_command_draws_and_opens_what_it_drew_films_and_tells(installed: Environment) -> None:
    picture, film = (installed.empty_folder() / name for name in ("local-minimum.png", "a.mp4"))
    record = ["record", "--size", "320x240", "--to", "3", "-o", film.name]
    try:
        commands = ["screenshot"], ["show", picture.name], record, ["run", "--json"]
        drawn, shown, filmed, told = obeyed(installed, *commands)
        assert drawn == "saved local-minimum.png\n"
        assert picture.read_bytes().startswith(b"\x89PNG")
        assert shown.startswith("# Three Marbles scene")
        assert filmed.startswith("saved a.mp4: 4 pictures")
        race = json.loads(told)
        assert (race["scene"], len(race["lanes"])) == ("local-minimum", 3)
    finally:
        picture.unlink(missing_ok=True)
        film.unlink(missing_ok=True)
    assert list(installed.empty_folder().iterdir()) == []


COUNT = """
import sys
from three_marbles.command.entry import obey
from three_marbles.study.work import workers

workers.WORTH_PROCESSES = 0
begun, process = [], workers.Worker
workers.Worker = lambda: begun.append(process()) or begun[-1]
for count in ("1", "2"):
    obey(["odds", "--seeds", "600", "--updates", "20", "--json", "--workers", count])
    print("end", len(begun))
"""


def test_the_installed_command_counts_in_processes_of_its_own(installed: Environment) -> None:
    alone, none, shared, two, _ = re.split(r"end (\d)\n", installed.says(installed.python, "-c", COUNT))
    assert (none, two) == ("0", "2")
    assert [lane["seeds"] for lane in json.loads(shared)["lanes"]] == [600] * 3
    assert json.loads(shared)["lanes"] == json.loads(alone)["lanes"]


LIBRARY = """
import three_marbles

picture = three_marbles.race("local-minimum", updates=3)._repr_png_()
print(three_marbles.__version__, len(picture) > 10_000, three_marbles.__file__)
"""


def test_the_installed_package_is_a_library(installed: Environment) -> None:
    version, drawn, path = installed.says(installed.python, "-c", LIBRARY).split(maxsplit=2)
    assert (version, drawn) == (VERSION, "True")
    assert Path(path.strip()).resolve().is_relative_to(installed.folder.resolve())


def test_the_notebook_needs_nothing_but_the_package() -> None:
    """Torch, too, is used where it is there, as is seen where the cells run."""
    names = {name.split(".")[0] for cell in CODE for name in imports(cell, Path("cell.py"))}
    assert {"three_marbles", "numpy"} <= names <= {"three_marbles", "torch", *RUNNING, *sys.stdlib_module_names}


def test_the_installed_command_goes_by_its_name(installed: Environment) -> None:
    assert installed.says(installed.command, "--version") == f"three-marbles {VERSION}\n"
    assert installed.says(installed.python, "-m", "three_marbles", "--version") == f"three-marbles {VERSION}\n"
    commands = [[], *([name] for name in COMMANDS)]
    for command, text in zip(commands, obeyed(installed, *([*words, "--help"] for words in commands)), strict=True):
        assert text.startswith(" ".join(["usage: three-marbles", *command]))
        assert " ".join(["  three-marbles", *command]) in text.split("examples:")[1]
        assert not re.search(r"main\.py|\bsim\b|python ", text)
