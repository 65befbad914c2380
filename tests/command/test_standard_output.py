"""What - means where a file may be named: standard output for text, and for nothing else."""

import csv
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from command_line import mistake, output

import main

RACE = ("run", "--updates", "3")
ODDS = ("odds", "--seeds", "20", "--updates", "5", "--workers", "1")
SWEEP = ("sweep", "--over", "examples.sigma=0.1,0.2", "--seeds", "5", "--updates", "5", "--workers", "1")
TUNE = ("tune", "--seeds", "20", "--budget", "5 updates", "--workers", "1", "--lane", "full batch")


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("words", [RACE, ODDS, SWEEP, TUNE], ids=lambda words: words[0])
def test_rows_go_to_standard_output_as_to_a_file_and_nothing_else_does(
    words: tuple[str, ...], empty_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = output(capsys, *words, "--csv", "-")
    assert not list(empty_folder.iterdir())
    output(capsys, *words, "--csv", "rows.csv")
    rows = (empty_folder / "rows.csv").read_text(encoding="utf-8")
    assert list(csv.reader(told.splitlines())) == list(csv.reader(rows.splitlines()))


def test_measured_times_go_to_standard_output(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = output(capsys, "cost", "--examples", "1", "--csv", "-")
    assert not list(empty_folder.iterdir())
    assert {len(row) for row in csv.reader(told.splitlines())} == {len(told.splitlines()[0].split(","))}


def test_a_tuned_scene_goes_to_standard_output(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = output(capsys, *TUNE, "--save", "-")
    assert not list(empty_folder.iterdir())
    assert [lane["rule"] for lane in tomllib.loads(told)["lane"].values()]


def test_a_page_goes_to_standard_output_as_to_a_file(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = output(capsys, "page", "--updates", "2", "-o", "-")
    assert not list(empty_folder.iterdir())
    output(capsys, "page", "--updates", "2", "-o", "race.html")
    assert told == (empty_folder / "race.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "words",
    [
        (*RACE, "--npz", "-"),
        (*ODDS, "--results", "-"),
        (*SWEEP, "--results", "-"),
        (*TUNE, "--results", "-"),
        (*ODDS, "-o", "-"),
        ("screenshot", "-o", "-"),
        ("record", "-o", "-"),
        ("tour", "-o", "-"),
        ("basins", "-o", "-"),
        ("page", "--all", "-o", "-"),
    ],
    ids=" ".join,
)
def test_what_is_no_text_is_not_written_to_standard_output(
    words: tuple[str, ...], empty_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "standard output" in mistake(capsys, *words)
    assert not list(empty_folder.iterdir())


@pytest.mark.parametrize(
    ("words", "both"),
    [
        ((*RACE, "--csv", "-", "--json"), "--csv - and --json"),
        ((*SWEEP, "--csv", "-", "--json"), "--csv - and --json"),
        ((*ODDS, "--csv", "-", "--json"), "--csv - and --json"),
        ((*TUNE, "--csv", "-", "--save", "-"), "--csv - and --save -"),
    ],
)
def test_of_two_results_only_one_goes_to_standard_output(
    words: tuple[str, ...], both: str, empty_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert f"{both} would both be written to standard output" in mistake(capsys, *words)
    assert not list(empty_folder.iterdir())


def test_a_file_may_be_called_like_standard_output_if_that_is_meant(
    empty_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output(capsys, *RACE, "--csv", "./-")
    assert [path.name for path in empty_folder.iterdir()] == ["-"]


SCENE = """
title = "Names"
look = "Look."
start = [1.0, 1.0]
[surface]
kind = "quadratic"
[examples]
kind = "tilted"
sigma = 0.1
[lane."größer 批"]
rule = "gradient descent"
learning_rate = 0.1
batch_size = 1
"""


def test_the_bytes_are_those_of_a_file_whatever_the_terminal_s_encoding_is(
    empty_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (empty_folder / "names.toml").write_text(SCENE, encoding="utf-8")
    words = ("run", "names.toml", "--updates", "2", "--csv")
    output(capsys, *words, "rows.csv")
    told = subprocess.run(
        [sys.executable, Path(main.__file__), *words, "-"],
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
        check=True,
        capture_output=True,
    )
    assert told.stdout == (empty_folder / "rows.csv").read_bytes()
