"""The examples in the docstrings do what they say, in the words of those who have installed the package."""

import doctest
from contextlib import redirect_stdout
from importlib import import_module
from io import StringIO
from pathlib import Path

import pytest
from conftest import INSTALLED
from test_architecture import ROOT, dotted, modules


def with_examples() -> dict[str, int]:
    """How many lines of examples there are in each module that has any, by the module's installed name."""
    sources = {dotted(path): (ROOT / path).read_text(encoding="utf-8") for path in modules(ROOT)}
    return {name.replace("sim", INSTALLED, 1): count for name, text in sources.items() if (count := text.count(">>> "))}


def failures(name: str) -> str:
    """What is not as the module's examples say; nothing if all is."""
    told = StringIO()
    with redirect_stdout(told):
        doctest.testmod(import_module(name))
    return told.getvalue()


@pytest.mark.usefixtures("_installed", "_elsewhere")
def test_the_examples_do_what_they_say() -> None:
    found = with_examples()
    assert sum(found.values()) > 60
    told = "".join(map(failures, found))
    assert not told, told
    assert list(Path().iterdir()) == []


@pytest.mark.usefixtures("_installed")
def test_what_an_example_gets_wrong_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"{INSTALLED}.surface.protocol"
    window = import_module(name).Window
    monkeypatch.setattr(window.spot, "__doc__", ">>> 1 + 1\n3\n")
    assert "Expected:\n    3\nGot:\n    2" in failures(name)
