"""Tests draw without a display, and what several of them begin with."""

import gc
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

os.environ["SDL_VIDEODRIVER"] = "dummy"
os.environ["PYGAME_HIDE_SUPPORT_PROMPT"] = "1"
os.environ["XDG_CACHE_HOME"] = str(
    Path(__file__).parents[1] / ".pytest_cache" / "user"
)  # No test writes to the user's.
# Tests make very many objects, and Python looks through all that have stayed whenever some hundreds are new.
gc.set_threshold(100_000, 50, 100)

COMPILED = Path(__file__).parents[1] / ".pytest_cache" / "compiled"
if sys.dont_write_bytecode:
    # Whoever wants no compiled files beside the sources has none there. But tests start many processes, and each
    # would compile the program anew, and each worker the tests: what is compiled is kept in pytest's own cache.
    sys.dont_write_bytecode = False
    sys.pycache_prefix = os.environ["PYTHONPYCACHEPREFIX"] = str(COMPILED)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

if TYPE_CHECKING:
    from sim.stage.session.session import Session

INSTALLED = "three_marbles"


def pytest_addoption(parser: pytest.Parser) -> None:
    """A flag that accepts the pictures as they are drawn now, and one for tests that take too long for every day."""
    parser.addoption("--update-golden", action="store_true", help="write the golden pictures anew")
    parser.addoption("--by-hand", action="store_true", help="run the tests that are otherwise left out")


def pytest_unconfigure(config: pytest.Config) -> None:
    """What was compiled of packages that tests have put in folders of their own is of no use to the next run."""
    if sys.pycache_prefix == str(COMPILED) and not hasattr(config, "workerinput"):
        for folder in COMPILED.joinpath(*Path(tempfile.gettempdir()).resolve().parts[1:]).glob("pytest-of-*"):
            shutil.rmtree(folder, ignore_errors=True)


LONGEST = (
    "test_package.py",
    "test_ending.py",
    "test_names.py",
    "test_keyboards.py",
    "test_display.py",
    "test_web_in_a_browser.py",
    "test_tour_numbers.py",
)
"""Of what these make, several tests live, or they wait for processes: at the end of all they would be waited for."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest: whoever has done with the rest may then help with what is short."""
    items.sort(key=lambda item: item.path.name not in LONGEST)


def pytest_collection_finish() -> None:
    """What is there before the first test stays to the end: whoever looks for objects that nobody needs passes it over.

    Windows look for such, and so do tests that count processes; thousands of tests that wait are no business of theirs.
    """
    _let_hypothesis_begin()
    gc.collect()
    gc.freeze()


def _let_hypothesis_begin() -> None:
    """Let Hypothesis, if tests need it, make its generator: it asks who refers to that, and what is frozen is not told.

    Where it derandomizes, as it does by itself where `CI` is set, it makes it with its first test.
    """
    if "hypothesis" in sys.modules:
        from hypothesis import given, settings, strategies  # noqa: PLC0415  Where no test needs it, it is not imported.

        settings(max_examples=1, derandomize=True, database=None)(given(strategies.none())(lambda _: None))()


@pytest.fixture(scope="session", autouse=True)
def _scenes_kept() -> Iterator[None]:
    """Tests go through all scenes by turns, more than the program keeps: each is searched once by a process, not anew.

    So is each of the program's own read once, as long as there are the same rules. What is kept is what it would be if
    it were read and searched again. Tests of that ask for a `Problem` of their own, and read texts of their own.
    """
    from sim.descent import race  # noqa: PLC0415  Collecting does without it.
    from sim.descent.rules import RULES  # noqa: PLC0415
    from sim.scene import reading  # noqa: PLC0415

    read = reading._parsed

    @lru_cache(maxsize=64)
    def kept(text: str, name: str, folder: Path | None, _rules: tuple[object, ...]) -> object:
        return read(text, name, folder)

    def parsed(text: str, name: str, folder: Path | None) -> object:
        if folder == reading.SCENES:
            return kept(text, name, folder, tuple(RULES.items()))
        return read(text, name, folder)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(race, "_problem", lru_cache(maxsize=64)(race._problem.__wrapped__))
        patch.setattr(reading, "_parsed", parsed)
        yield


@pytest.fixture
def _heard() -> Iterator[None]:
    """Whoever started the tests may have chosen to ignore signals, as nohup does; processes would inherit that."""
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    for number, handler in before.items():
        if handler == signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty folder: no test may leave a file in the house."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def _own_rules_after(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a test loads from a file of rules is gone after it."""
    from sim.descent.rules import RULES  # noqa: PLC0415  Most tests load none.
    from sim.foreign import rules_file  # noqa: PLC0415

    before = dict(RULES)
    monkeypatch.setattr(rules_file, "_files", {})
    yield
    RULES.clear()
    RULES.update(before)


@pytest.fixture
def session() -> "Session":
    """The opening scene's, just begun; messages to it need no window."""
    from sim.scene import OPENING, load_scene  # noqa: PLC0415  Most tests do without the stage.
    from sim.stage.session.session import begin  # noqa: PLC0415

    return begin(load_scene(OPENING))


@pytest.fixture
def _installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The package under the name that it has once it is installed, beside the one that tests know."""
    before, place = set(sys.modules), Path(__file__).parents[1] / "sim"
    spec = spec_from_file_location(INSTALLED, place / "__init__.py", submodule_search_locations=[str(place)])
    assert spec is not None
    assert spec.loader is not None
    package = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, INSTALLED, package)
    spec.loader.exec_module(package)
    yield
    for name in set(sys.modules) - before:
        if name.startswith(f"{INSTALLED}."):
            del sys.modules[name]
