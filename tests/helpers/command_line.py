"""The command line as its users meet it: an exit status, results on standard output, one sentence for a mistake."""

import re
from pathlib import Path

import pytest

from sim.command import entry


def status(*words: str) -> int:
    """The exit status, however it comes."""
    try:
        return entry.obey(words)
    except SystemExit as ended:
        return int(ended.code or 0)


def output(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What is printed where nothing is remarked and nothing goes wrong."""
    assert status(*words) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def taken_up(capsys: pytest.CaptureFixture[str], path: str, *words: str) -> tuple[int, str]:
    """How many runs are taken from a file of results, and what is printed, where nothing else is remarked."""
    assert status(*words) == 0
    captured = capsys.readouterr()
    remark = re.fullmatch(rf"main\.py: ([0-9,]+) (?:run is|runs are) taken from {re.escape(path)}\n", captured.err)
    assert remark is not None, captured.err
    return int(remark[1].replace(",", "")), captured.out


def mistake(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The sentence with which a mistake is named; nothing else is said, and the folder one is in stays as it was."""
    before = _files()
    assert status(*words) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("main.py: error: ")
    assert captured.err.endswith("\n")
    assert captured.err.count("\n") == 1
    assert _files() == before
    return captured.err


def _files() -> dict[Path, bytes | None]:
    """What is in this folder: contents of files, nothing of folders.

    It is one of the test's own: the project's, with an environment in it, has very many.
    """
    assert not Path("pyproject.toml").exists()
    return {path: path.read_bytes() if path.is_file() else None for path in Path().rglob("*")}
