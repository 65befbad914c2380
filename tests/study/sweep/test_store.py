"""A sweep's results outlive whatever happens to the program, bit for bit, and are never mixed with others."""

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bits import same_bits
from command_line import output, status, taken_up
from waiting import until

from sim.base.files import OutputError
from sim.descent.clock import Machine
from sim.scene import load_scene
from sim.scene.view import LandView
from sim.study.sweep import rows, store, sweep
from sim.study.sweep.settings import over
from sim.study.sweep.store import Store, default_path
from sim.study.sweep.sweep import Result, Sweep, plan
from sim.study.work.ensemble import Outcomes
from sim.study.work.workers import StudyError

ROOT = Path(__file__).parents[3]

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits as POSIX has them")


@cache
def planned(text: str = "lane.minibatch.batch_size=1,5", seeds: int = 100, scene: str = "local-minimum") -> Sweep:
    return plan(load_scene(scene), [over(text)], seeds, 20_000)


@cache
def results(seeds: int = 100) -> dict[int, Result]:
    """Of the blocks of the usual sweep; invented, since here it is only about keeping them."""
    generator = np.random.default_rng(5)
    found = {}
    for place, block in enumerate(planned(seeds=seeds).blocks):
        count = block.job.count
        numbers = generator.standard_normal((count, 4)) * 10.0 ** generator.integers(-300, 300, (count, 4))
        numbers[0] = [0.1, -0.0, np.inf, np.nan]
        outcomes = Outcomes(
            seeds=np.arange(block.job.first_seed, block.job.first_seed + count),
            updates=generator.integers(0, 20_001, count),
            verdicts=generator.integers(0, 11, count),
            basins=generator.integers(-1, 2, count),
            escapes=(escapes := generator.integers(-1, 10_000, count)),
            ends=np.where(generator.integers(0, 2, count) > 0, generator.integers(10_000, 20_001, count), -1),
            undecided=escapes < 0,
            theta=numbers[:, :2].copy(),
            losses=numbers[:, 2].copy(),
            test_losses=numbers[:, 3].copy(),
        )
        found[place] = Result(outcomes, (sweep.Minimum(0.1, 1 / 3, -2e-9), sweep.Minimum(1.0, 2.0, 3.0)), 1)
    return found


def kept(path: Path, places: Sequence[int] | None = None) -> bytes:
    """Write these results, all if none are named, and read the bytes."""
    with Store(path, planned()) as found:
        for place in range(len(planned().blocks)) if places is None else places:
            found.put(place, results()[place])
    return path.read_bytes()


def same(one: Result, other: Result) -> bool:
    equal = (one.minima, one.lowest) == (other.minima, other.lowest)
    return equal and same_bits(one.outcomes, other.outcomes)


# What is kept.


def test_there_are_several_blocks_a_case() -> None:
    assert len(planned().blocks) == 6


def test_results_come_back_bit_for_bit(tmp_path: Path) -> None:
    path = tmp_path / "results"
    kept(path)
    with Store(path, planned()) as found:
        assert found.missing == []
        assert all(same(found.results[place], results()[place]) for place in results())


def test_what_was_put_is_what_will_be_read(tmp_path: Path) -> None:
    with Store(tmp_path / "results", planned()) as found:
        found.put(2, results()[2])
        assert same(found.results[2], results()[2])


def test_the_order_of_completion_leaves_no_trace_and_nothing_is_left_beside(tmp_path: Path) -> None:
    whole = kept(tmp_path / "whole")
    for places in ([3, 0], [5, 1]):
        assert kept(tmp_path / "parts", places) != whole
        assert names(tmp_path) == {"whole", "parts"}
    assert kept(tmp_path / "parts", [4, 2]) == whole
    assert names(tmp_path) == {"whole", "parts"}


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_file_in_which_all_is_there_is_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "results"
    kept(path)
    os.utime(path, ns=(1, 1))
    kept(path, [])
    assert path.stat().st_mtime_ns == 1


@posix
def test_what_follows_the_last_page_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "results"
    whole = kept(path)
    os.truncate(path, 1 << 40)  # There are holes in it; the disk has not so much.
    with Store(path, planned()) as found:
        assert found.missing == []
    assert path.stat().st_size == len(whole)
    assert path.read_bytes() == whole


def killed(path: Path, name: str) -> Path:
    """What stands in the folder now, under another name: what a process leaves that is killed now."""
    for ending in ("", "-wal", "-journal"):
        if (whole := path.with_name(path.name + ending)).exists():
            whole.with_name(name + ending).write_bytes(whole.read_bytes())
    return path.with_name(name)


def test_each_result_is_kept_as_soon_as_it_is_there(tmp_path: Path) -> None:
    path = tmp_path / "results"
    with Store(path, planned()) as found:
        assert not path.exists()
        for place in (4, 2):
            found.put(place, results()[place])
            with Store(killed(path, f"killed-{place}"), planned()) as copy:
                assert copy.missing == found.missing
    assert names(tmp_path) == {"results", "killed-4", "killed-2"}


def test_what_lay_beside_the_file_of_a_killed_sweep_is_taken_over_as_far_as_it_is_whole(tmp_path: Path) -> None:
    """A power cut may have cost the end of it, or filled it with zeros."""
    path, whole = tmp_path / "results", kept(tmp_path / "whole")
    with Store(path, planned()) as found:
        for place in range(6):
            found.put(place, results()[place])
        left = killed(path, "left")
    beside = Path(f"{left}-wal")
    newest, counts = beside.read_bytes(), set()
    for cut in [0, 4, 31, 32, *range(33, len(newest), 1999)]:
        for tail in (b"", bytes(5000)):
            copy = killed(left, "cut")
            Path(f"{copy}-wal").write_bytes(newest[:cut] + tail)
            with Store(copy, planned()) as found:
                counts.add(len(found.results))
                assert found.missing == list(range(len(found.results), 6))
                assert all(same(found.results[place], results()[place]) for place in found.results)
                for place in found.missing:
                    found.put(place, results()[place])
            assert copy.read_bytes() == whole, cut
    assert counts == set(range(6))  # Without its last byte, the last is not there.


def test_an_empty_file_is_as_good_as_none(tmp_path: Path) -> None:
    path = tmp_path / "results"
    path.touch()
    assert kept(path) == kept(tmp_path / "whole")


def test_the_file_can_be_read_with_what_python_and_numpy_have(tmp_path: Path) -> None:
    path = tmp_path / "results"
    kept(path)
    with closing(sqlite3.connect(path)) as connection:
        ((text,),) = connection.execute("SELECT description FROM sweep").fetchall()
        blocks = dict(connection.execute("SELECT block, runs FROM results").fetchall())
    told = json.loads(text)
    assert told["scene"] == "local-minimum"
    assert told["over"] == [{"path": "lane.minibatch.batch_size", "values": [1, 5]}]
    assert told["points"][1] == {"values": [5], "cases": [0, 3, 2]}
    assert list(blocks) == list(range(6))
    runs = np.frombuffer(blocks[1], rows.RUN)
    assert len(runs) == 50
    assert runs["losses"].tobytes() == results()[1].outcomes.losses.tobytes()


NAMES = (
    "file:x?mode=memory",
    "file:x?mode=ro",
    "file:",
    ":memory:",
    "x?nolock=1",
    "%41",
    "a\nb",
    "\udcff",
    "'",
)


@pytest.mark.usefixtures("_elsewhere")
@pytest.mark.skipif(sys.platform == "win32", reason="most of these names are forbidden there")
@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_a_name(name: str) -> None:
    path = Path(name)
    kept(path, [0, 1])
    assert os.listdir() == [name]
    with Store(path, planned()) as found:
        assert list(found.results) == [0, 1]


@posix
@pytest.mark.parametrize("name", ["-" * 250, "-" * 248])
def test_a_name_that_leaves_no_room_for_what_lies_beside_is_a_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputError, match="name too long"):
        kept(tmp_path / name, [0])
    assert names(tmp_path) == set()


@posix
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder/results")
    kept(tmp_path / "link", [5, 4])
    assert kept(tmp_path / "link", [0, 1, 2, 3]) == kept(tmp_path / "whole")
    assert (tmp_path / "link").is_symlink()
    assert names(tmp_path / "folder") == {"results"}


# What is refused, and left as it is.


def refused(path: Path, own: Sweep | None = None) -> str:
    def everything() -> dict[str, bytes]:
        return {each.name: each.read_bytes() for each in path.parent.iterdir()}

    before = everything()
    with pytest.raises(StudyError) as caught, Store(path, own or planned()):
        pass
    assert everything() == before
    sentence = str(caught.value)
    assert str(path) in sentence
    assert sentence.isprintable()
    return sentence


def changed(updates: int = 20_000, **changes: Any) -> Sweep:
    scene = replace(load_scene("local-minimum"), **changes)
    return plan(scene, [over("lane.minibatch.batch_size=1,5")], 100, updates)


OTHERS: dict[str, tuple[Callable[[], Sweep], str]] = {
    "scene": (lambda: planned("lane.minibatch.batch_size=1,5", 100, "sharp-and-flat"), 'sweep of the scene "local-'),
    "values": (lambda: planned("lane.minibatch.batch_size=1,6"), 'holds another sweep of "local-minimum"'),
    "path": (lambda: planned("lane.minibatch.learning_rate=1,5"), 'holds another sweep of "local-minimum"'),
    "seeds": (lambda: planned(seeds=101), 'holds another sweep of "local-minimum"'),
    "first seed": (lambda: changed(seed=1), 'holds another sweep of "local-minimum"'),
    "updates": (lambda: changed(20_001), 'holds another sweep of "local-minimum"'),
    "changed scene": (lambda: changed(start=(-2.0, 0.0)), '"local-minimum" as it was before it was changed'),
}


@pytest.mark.parametrize("what", OTHERS)
def test_results_of_another_sweep_are_refused(tmp_path: Path, what: str) -> None:
    other, sentence = OTHERS[what]
    path = tmp_path / "results"
    kept(path, [0, 1])
    assert sentence in refused(path, other())
    assert default_path(other()) != default_path(planned())


def test_words_of_the_scene_its_view_and_its_machine_make_no_difference(tmp_path: Path) -> None:
    path = tmp_path / "results"
    kept(path)
    words = changed(
        title="Title",
        look="Look.",
        captions=(),
        question=None,
        claims=(None,) * 3,
        view=LandView("relief", yaw=30.0),
        machine=Machine(width=8),
    )
    with Store(path, words) as found:
        assert found.missing == []


def forged(path: Path, *statements: str, values: Sequence[Any] = ()) -> None:
    """Have SQLite change the file as a stranger may."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement, values if "?" in statement else ())


def described(path: Path, change: Callable[[str], str]) -> None:
    """Have the file describe another sweep, with the right check sum."""
    with closing(sqlite3.connect(path)) as connection:
        text = change(connection.execute("SELECT description FROM sweep").fetchone()[0])
    forged(path, "UPDATE sweep SET description = ?, digest = ?", values=(text, rows.checksum(text.encode())))


@pytest.mark.parametrize("version", [0, 1, 4, 2**31 - 1])
def test_files_of_other_versions_are_refused(tmp_path: Path, version: int) -> None:
    path = tmp_path / "results"
    kept(path, [0])
    forged(path, f"PRAGMA user_version = {version}")
    assert f"is a results file of version {version}, not of version 3; it is left as it is" in refused(path)


@pytest.mark.parametrize("version", [1, 2])
def test_files_of_the_versions_that_were_text_are_refused(tmp_path: Path, version: int) -> None:
    path = tmp_path / "results"
    path.write_text(f'{{"format": "three-marbles sweep", "version": {version}, "program": {{}}}}\n{{"block": 0}}\n')
    assert f"is a results file of version {version}, not of version 3; it is left as it is" in refused(path)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda text: text.replace('"numpy": "', '"numpy": "0'), "was computed by another version of this program, or"),
        (lambda text: text.replace('"code": "', '"code": "0'), "was computed by another version of this program, or"),
        (lambda text: text.replace('"scene": "', '"scene": "\\n\\u001b[31m'), "holds a sweep of the scene "),
        (lambda text: text[1:], "is damaged"),
        (lambda _: "[" * 100_000, "is damaged"),
        (lambda _: "1", "is damaged"),
    ],
)
def test_files_of_other_programs_are_refused(tmp_path: Path, change: Callable[[str], str], sentence: str) -> None:
    path = tmp_path / "results"
    kept(path, [0])
    described(path, change)
    assert sentence in refused(path)


@pytest.mark.parametrize(
    "content",
    [
        b"lane,x\n1,2\n",
        b"notes",
        b"\x89PNG\r\n\x1a\n\0\0",
        b"[" * 100_000 + b"\n",
        b"1\n",
        b"SQLite format 3\0",
        bytes(9999),
    ],
)
def test_what_is_no_results_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "results"
    path.write_bytes(content)
    assert "is not the results file of a sweep; it is left as it is: name another file for the results" in refused(path)


def test_another_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "results"
    forged(path, "CREATE TABLE results (block)")
    assert "is not the results file of a sweep; it is left as it is" in refused(path)
    forged(path, "PRAGMA journal_mode = WAL")
    assert "is not the results file of a sweep; it is left as it is" in refused(path)


HOSTILE = {
    "trigger": "CREATE TRIGGER t BEFORE INSERT ON results BEGIN DELETE FROM results; END",
    "view": "CREATE VIEW v AS SELECT * FROM results",
    "index": "CREATE INDEX i ON results (lowest)",
    "table": "CREATE TABLE another (x)",
    "virtual table": "CREATE VIRTUAL TABLE another USING fts4(x)",
    "column": "ALTER TABLE results ADD COLUMN another GENERATED ALWAYS AS (abs(-9223372036854775807 - 1))",
    "no table": "DROP TABLE results",
}


@pytest.mark.parametrize("statement", HOSTILE.values(), ids=HOSTILE)
def test_a_schema_that_is_not_to_the_letter_ours_is_refused(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "results"
    kept(path, [0])
    forged(path, statement)
    assert "is damaged; it is left as it is" in refused(path)


def test_a_view_in_a_tables_place_is_not_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "results"
    kept(path, [0])
    endless = (
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS description, x AS digest FROM n"
    )
    forged(path, "DROP TABLE sweep", f"CREATE VIEW sweep AS {endless}")
    assert "is damaged; it is left as it is" in refused(path)


def test_reading_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table may be linked into itself so often that nobody comes to its end."""
    path = tmp_path / "results"
    kept(path, [0, 1, 2, 3, 4])
    monkeypatch.setattr(store, "MOST_STEPS", 30)
    assert "is damaged; it is left as it is" in refused(path)


def test_a_value_that_is_too_long_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "results"
    kept(path, [0])
    forged(path, "UPDATE results SET runs = zeroblob(70000)")
    monkeypatch.setattr(store, "LONGEST_VALUE", 50_000)
    assert "is damaged; it is left as it is" in refused(path)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "results"
    kept(path, [0])
    forged(path, "INSERT INTO results SELECT 1, 0, x'', zeroblob(3000000), x''")
    assert "is larger than the results of this sweep can be; it is left as it is" in refused(path)


def numbers(path: Path, change: Callable[[Any], None] = lambda _: None, **columns: Any) -> None:
    """Change the numbers of block 1, or what else stands there, and let the check sum be right."""
    _, lowest, minima, runs, _ = rows.row(planned(), 1, results()[1])
    array = np.frombuffer(runs, rows.RUN).copy()
    change(array)
    told = {"lowest": lowest, "minima": minima, "runs": array.tobytes(), **columns}
    forged(path, "DELETE FROM results WHERE block = 1")
    forged(path, rows.INSERT, values=rows.with_checksum(planned(), 1, **told))


def put(name: str, number: float) -> Callable[[Any], None]:
    def change(runs: Any) -> None:
        runs[name][7] = number

    return change


def escaped_and_undecided(runs: Any) -> None:
    runs["escapes"][7], runs["undecided"][7] = 5, 1


def escaped_after_the_end(runs: Any) -> None:
    runs["escapes"][7], runs["ends"][7] = 5, 5


IMPOSSIBLE: dict[str, tuple[Callable[[Path], None], str]] = {
    "negative count": (lambda path: numbers(path, put("updates", -1)), "a run has fewer updates than none, or more"),
    "too many updates": (lambda path: numbers(path, put("updates", 20_001)), "or more than 20,000"),
    "late escape": (lambda path: numbers(path, put("escapes", 20_001)), "a run escapes after the last update, 20,000"),
    "early escape": (lambda path: numbers(path, put("escapes", -2)), "or before the first"),
    "late end": (lambda path: numbers(path, put("ends", 20_001)), "a run ends after the last update, 20,000"),
    "early end": (lambda path: numbers(path, put("ends", -2)), "a run ends after the last update, 20,000, or before"),
    "escape after the end": (lambda path: numbers(path, escaped_after_the_end), "a run escapes when it has ended"),
    "open escape": (lambda path: numbers(path, escaped_and_undecided), "has escaped, and it is open whether it has"),
    "neither open nor not": (lambda path: numbers(path, put("undecided", 2)), "it is open whether it has"),
    "verdict": (lambda path: numbers(path, put("verdicts", 99)), "a run has a verdict that does not exist"),
    "basin": (lambda path: numbers(path, put("basins", 2)), "a run is in the basin of none of the 2 minima"),
    "negative basin": (lambda path: numbers(path, put("basins", -2)), "in the basin of none of the 2 minima"),
    "minima": (lambda path: numbers(path, minima=np.full(6, np.inf).tobytes()), "a minimum lies nowhere"),
    "too few minima": (lambda path: numbers(path, minima=b""), "more minima are the lowest than there are, or fewer"),
    "half a minimum": (lambda path: numbers(path, minima=bytes(47)), "its numbers are too few or too many"),
    "lowest": (lambda path: numbers(path, lowest=3), "more minima are the lowest than there are, or fewer than none"),
    "negative lowest": (lambda path: numbers(path, lowest=-1), "or fewer than none"),
    "too few runs": (lambda path: numbers(path, runs=bytes(49 * rows.RUN.itemsize)), "too few or too many"),
    "no runs": (lambda path: numbers(path, runs=b""), "its numbers are too few or too many"),
    "digit": (lambda path: forged(path, "UPDATE results SET lowest = 2 WHERE block = 1"), "its check sum is wrong"),
    "no number": (lambda path: forged(path, "UPDATE results SET lowest = 'x' WHERE block = 1"), "check sum is wrong"),
    "no bytes": (lambda path: forged(path, "UPDATE results SET runs = NULL WHERE block = 1"), "check sum is wrong"),
    "another's check sum": (
        lambda path: forged(path, "UPDATE results SET digest = (SELECT digest FROM results) WHERE block = 1"),
        "its check sum is wrong",
    ),
    "another's place": (
        lambda path: forged(
            path, "DELETE FROM results WHERE block = 1", "UPDATE results SET block = 1 WHERE block = 4"
        ),
        "its check sum is wrong",
    ),
}


@pytest.mark.parametrize("how", IMPOSSIBLE)
def test_a_row_that_no_sweep_has_written_is_refused_and_it_is_said_why(tmp_path: Path, how: str) -> None:
    change, sentence = IMPOSSIBLE[how]
    path = tmp_path / "results"
    kept(path)
    numbers(path)
    with Store(path, planned()) as found:  # As yet, nothing is changed.
        assert found.missing == []
    change(path)
    said = refused(path)
    assert re.search("results is damaged in block 1: .*; it is left as it is: name another file", said)
    assert sentence in said


@pytest.mark.parametrize("place", [-1, 6, 2**62])
def test_a_block_that_the_sweep_has_not_is_refused(tmp_path: Path, place: int) -> None:
    path = tmp_path / "results"
    kept(path)
    forged(path, f"UPDATE results SET block = {place} WHERE block = 1")
    assert f"is damaged in block {place:,}: the sweep has no such block; it is left as it is" in refused(path)


def test_flipped_bits_are_told_or_make_no_difference(tmp_path: Path) -> None:
    path, told = tmp_path / "results", 0
    whole = kept(tmp_path / "whole", [0, 1, 2, 3, 4])
    for place in [*range(120), *range(120, len(whole), 307)]:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :])
        before = path.read_bytes()
        if sentence := mended(path):
            told += 1
            assert re.search("is damaged|is not the results file|of version|holds another", sentence), place
            assert path.read_bytes() == before, place
        assert names(tmp_path) == {"whole", "results"}, place
    assert told > 100


def mended(path: Path) -> str:
    """Go on with a file to the end; what is said if that is refused, and if it is not, all must be right."""
    try:
        with Store(path, planned()) as found:
            assert all(same(result, results()[place]) for place, result in found.results.items())
            for place in found.missing:
                found.put(place, results()[place])
    except StudyError as error:
        return str(error)
    with Store(path, planned()) as found:
        assert found.missing == []
        assert all(same(found.results[place], results()[place]) for place in results())
    return ""


def test_a_page_that_is_told_to_be_free_and_is_not_is_damage(tmp_path: Path) -> None:
    """What is written next would stand in the place of a result."""
    path = tmp_path / "results"
    whole = kept(path, [0, 1, 2, 3, 4])
    pages = len(whole) // store.PAGE
    path.write_bytes(whole[:32] + pages.to_bytes(4) + (1).to_bytes(4) + whole[40:])
    assert "is damaged; it is left as it is" in refused(path)


def test_a_file_that_was_cut_is_refused(tmp_path: Path) -> None:
    whole = kept(tmp_path / "whole")
    (tmp_path / "folder").mkdir()
    path = tmp_path / "folder" / "results"
    for cut in [1, 15, 99, 100, 101, *range(500, len(whole), 997), len(whole) - 1]:
        path.write_bytes(whole[:cut])
        assert re.search("is damaged|is not the results file", refused(path)), cut


STRANGE = {
    "notes-journal": ("-journal", b"my notes"),
    "notes-wal": ("-wal", b"my notes"),
    "journal that leads on": ("-journal", store.JOURNAL + bytes(600) + b"/etc/file" + bytes(8) + store.JOURNAL),
    "short notes": ("-journal", b"x"),
}


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("what", STRANGE)
def test_what_lies_beside_the_file_and_is_none_of_ours_is_left_there(tmp_path: Path, what: str, there: bool) -> None:
    ending, content = STRANGE[what]
    path = tmp_path / "results"
    if there:
        kept(path, [0])
    (tmp_path / f"results{ending}").write_bytes(content)
    assert f"results{ending} is in the way of " in refused(path)


@posix
def test_links_and_folders_beside_the_file_are_left_there(tmp_path: Path) -> None:
    path, beside = tmp_path / "results", tmp_path / "results-wal"
    (tmp_path / "mine").touch()
    beside.symlink_to("mine")
    assert f"{beside} is in the way of " in refused(path)
    beside.unlink()
    beside.mkdir()
    with pytest.raises(OutputError, match=r"results-wal: it is a folder"), Store(path, planned()):
        pass


def test_a_fault_of_this_program_is_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "results"
    kept(path)

    def outcomes(**_: Any) -> Outcomes:
        raise TypeError("got an unexpected keyword argument")

    monkeypatch.setattr(rows, "Outcomes", outcomes)
    with pytest.raises(TypeError, match="unexpected keyword"), Store(path, planned()):
        pass


def test_a_mistake_in_what_the_database_is_asked_is_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "INSERT", "INSERT INTO nowhere VALUES (?, ?, ?, ?, ?)")
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        kept(tmp_path / "results", [0])
    assert names(tmp_path) == {"results"}


def test_two_sweeps_cannot_write_the_same_file(tmp_path: Path) -> None:
    path = tmp_path / "results"
    with Store(path, planned()) as found, Store(path, planned()) as late:
        found.put(0, results()[0])
        assert "is in use by another sweep" in refused(path)
        with pytest.raises(StudyError, match="is in use by another sweep, which has just begun"):
            late.put(1, results()[1])


def test_a_sweep_of_another_process_keeps_the_file(tmp_path: Path) -> None:
    path = tmp_path / "results"
    words = ["sweep", "--over", "lane.minibatch.batch_size=1", "--results", str(path)]
    with Store(path, planned()) as found:
        found.put(0, results()[0])
        done = subprocess.run([sys.executable, ROOT / "main.py", *words], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == f"main.py: error: {path} is in use by another sweep\n"
        found.put(1, results()[1])
    with Store(path, planned()) as found:
        assert list(found.results) == [0, 1]


@pytest.mark.parametrize(("place", "reason"), [(".", "it is a folder"), ("no/where", "there is no folder")])
def test_where_nothing_can_be_written(tmp_path: Path, place: str, reason: str) -> None:
    with pytest.raises(OutputError, match=reason), Store(tmp_path / place, planned()):
        pass


@posix
def test_what_is_no_file_is_refused() -> None:
    with pytest.raises(StudyError, match="/dev/null is not an ordinary file"), Store(Path("/dev/null"), planned()):
        pass


# Full disks and kills.


@posix
@pytest.mark.parametrize("is_made", [False, True])
def test_a_disk_without_room_for_a_single_result_keeps_no_file(
    is_made: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is full before the tables are made, or thereafter."""
    import resource  # noqa: PLC0415  POSIX only.

    limits, make = resource.getrlimit(resource.RLIMIT_FSIZE), store._make

    def full(*wanted: Any) -> None:
        if is_made:
            make(*wanted)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
        if not is_made:
            make(*wanted)

    monkeypatch.setattr(store, "_make", full)
    told = pytest.raises(OutputError, match=r"cannot write .*results: [^;]*(full|I/O)[^;]*$")
    try:
        with told, Store(tmp_path / "results", planned()) as found:
            found.put(0, results()[0])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert names(tmp_path) == set()


@posix
def test_a_full_disk_costs_only_what_does_not_fit(tmp_path: Path) -> None:
    """No file may become larger than it is now and a little."""
    import resource  # noqa: PLC0415  POSIX only.

    path = tmp_path / "results"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        with Store(path, planned()) as found:
            for place in range(4):
                found.put(place, results()[place])
            resource.setrlimit(resource.RLIMIT_FSIZE, (Path(f"{path}-wal").stat().st_size + 2000, limits[1]))
            for _ in range(2):
                with pytest.raises(
                    OutputError, match=r"cannot write .*results: .*(full|I/O).*; what it holds is valid, and"
                ):
                    found.put(4, results()[4])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert names(tmp_path) == {"results"}
    with Store(path, planned()) as found:
        assert found.missing == [4, 5]


@posix
def test_where_there_is_no_room_to_take_in_what_lies_beside_it_stays_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is the file put in order then, if there has come to be room: what lies beside is of another order."""
    import resource  # noqa: PLC0415

    path = tmp_path / "results"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    copy, copied = store._copy_in_order, list[str]()

    def room(results: sqlite3.Connection, own: Sweep, name: str) -> None:
        limit = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        copy(results, own, name)
        copied.append(name)
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)

    monkeypatch.setattr(store, "_copy_in_order", room)
    many = planned(seeds=1000)
    last, *most = reversed(range(len(many.blocks)))
    with Store(path, many) as found:
        for place in most:
            found.put(place, results(1000)[place])
    try:
        with Store(path, many) as found:
            found.put(last, results(1000)[last])
            resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, limits[1]))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert len(copied) == 1
    assert names(tmp_path) == {"results", "results-wal"}
    with Store(path, many) as found:
        assert found.missing == []
    assert names(tmp_path) == {"results"}


@posix
def test_results_that_are_handed_on_are_not_kept_in_memory(tmp_path: Path) -> None:
    """They come from the file when it is opened, and then as they are found; the file has the same bytes."""
    whole, path, came = kept(tmp_path / "whole"), tmp_path / "results", dict[int, Result]()
    kept(path, [4, 1])
    with Store(path, planned(), came.__setitem__) as found:
        assert list(came) == [1, 4]
        for place in (3, 0, 2, 5):
            found.put(place, results()[place])
        assert all(same(found.stored(place), results()[place]) for place in results())
        assert all(len(result.outcomes.seeds) == 0 for result in found.results.values())
    assert all(same(came[place], results()[place]) for place in results())
    assert path.read_bytes() == whole


def test_results_stay_where_there_is_no_room_to_put_them_in_order(tmp_path: Path) -> None:
    path = tmp_path / "results"
    kept(path, [5, 4, 3, 2, 1])

    with pytest.MonkeyPatch.context() as patch:

        def full(_: Path) -> None:
            raise OutputError("cannot write: no space left on device")

        patch.setattr(store, "whole_file", full)
        kept(path, [0])
    with Store(path, planned()) as found:
        assert found.missing == []
    assert path.read_bytes() == kept(tmp_path / "whole")


SCRIPT = """
import sys
sys.path.insert(0, {root!r})
from sim.study.sweep import sweep
from sim.study.work import workers

if __name__ == "__main__":
    sweep.LARGEST_BLOCK = sweep.SMALLEST_BLOCK = 2
    workers.WORTH_PROCESSES = 0
    from sim.command.studies.sweep import parser, run
    run(parser().parse_args({words!r}))
"""
WORDS = ["--over", "lane.minibatch.batch_size=1,2,5", "--seeds", "20", "--updates", "30", "--json"]


def kept_in(path: Path) -> int:
    """How many blocks' results are kept there, whoever writes there now."""
    if not path.exists() or not path.stat().st_size:
        return 0
    copy = killed(path, "copy")
    with closing(sqlite3.connect(copy)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM results").fetchone()
    copy.unlink()
    return int(count)


@posix
@pytest.mark.usefixtures("_elsewhere")
def test_a_killed_sweep_goes_on_to_the_same_bytes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(results: str) -> str:
        return output(capsys, "sweep", *WORDS, "--workers", "1", "--results", results)

    for name in ("LARGEST_BLOCK", "SMALLEST_BLOCK"):
        monkeypatch.setattr(sweep, name, 2)
    in_one_go = said("whole")
    assert kept_in(Path("whole")) == 2 + 3 * 10
    script = Path("script.py")
    script.write_text(SCRIPT.format(root=str(ROOT), words=[*WORDS, "--workers", "2", "--results", "killed"]))
    with Path("out").open("wb") as out:
        process = subprocess.Popen([sys.executable, script], stdout=out, stderr=out)
        until(lambda: Path("killed-wal").exists() or process.poll() is not None)
        until(lambda: kept_in(Path("killed")) >= 3 or process.poll() is not None)
        process.kill()
        assert process.wait() == -signal.SIGKILL, Path("out").read_text()
    assert 3 <= kept_in(Path("killed")) < kept_in(Path("whole"))
    _, resumed = taken_up(capsys, "killed", "sweep", *WORDS, "--workers", "1", "--results", "killed")
    assert resumed == in_one_go
    assert Path("killed").read_bytes() == Path("whole").read_bytes()
    assert {path.name for path in Path().iterdir()} == {"whole", "killed", "script.py", "out"}
    before = os.stat("killed").st_mtime_ns
    assert said("killed") == in_one_go
    assert os.stat("killed").st_mtime_ns == before


# A file that is taken away.


def taken_away(path: Path, places: Sequence[int], take: Callable[[], object], then: Sequence[int]) -> str:
    """What is said where a file is taken away when these results are in it, and then others come."""
    with pytest.raises(OutputError) as caught, Store(path, planned()) as found:  # noqa: PT012
        for place in places:
            found.put(place, results()[place])
        take()
        for place in then:
            found.put(place, results()[place])
            pytest.fail("it was written down")
    return str(caught.value)


AWAY = "results was removed or replaced while the sweep ran, and its results are lost"


@pytest.mark.parametrize("then", [[4, 5], []])
def test_a_file_that_is_removed_is_told_with_the_next_result_or_at_the_end(tmp_path: Path, then: list[int]) -> None:
    path = tmp_path / "results"
    assert AWAY in taken_away(path, [0, 1, 2, 3], path.unlink, then)
    assert names(tmp_path) == set()
    kept(path, [0])
    assert AWAY in taken_away(path, [1, 2, 3, 4, 5], path.unlink, [])
    assert names(tmp_path) == set()


def test_what_stands_in_the_files_place_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "results"
    other = kept(tmp_path / "other", [5])
    assert AWAY in taken_away(path, [0, 1, 2, 3], lambda: (tmp_path / "other").replace(path), [4])
    assert path.read_bytes() == other
    assert names(tmp_path) == {"results"}


def test_another_sweep_that_began_meanwhile_in_the_files_place_is_not_disturbed(tmp_path: Path) -> None:
    path = tmp_path / "results"
    other = Store(path, planned())

    def begin() -> None:
        path.unlink()
        other.__enter__()
        other.put(5, results()[5])

    assert AWAY in taken_away(path, [0, 1, 2, 3], begin, [4])
    other.put(4, results()[4])
    with Store(killed(path, "copy"), planned()) as found:
        assert list(found.results) == [4, 5]
    other.__exit__(None, None, None)
    assert names(tmp_path) == {"results", "copy"}
    with Store(path, planned()) as found:
        assert list(found.results) == [4, 5]


@pytest.mark.usefixtures("_elsewhere")
def test_a_sweep_whose_file_is_removed_costs_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = Store.put

    def then_removed(found: Store, place: int, result: Result) -> None:
        whole(found, place, result)
        shutil.rmtree("folder")

    monkeypatch.setattr(Store, "put", then_removed)
    Path("folder").mkdir()
    assert status("sweep", *WORDS, "--workers", "1", "--results", "folder/results") == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (
        "main.py: error: folder/results was removed or replaced while the sweep ran, and its results are lost\n"
    )
