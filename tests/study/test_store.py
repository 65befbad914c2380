"""A sweep's results outlive whatever happens to the program, bit for bit, and are never mixed with others."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bits import same_bits
from command_line import output
from waiting import until

from sim.files import OutputError
from sim.scene import load_scene
from sim.study import store, sweep
from sim.study.ensemble import Outcomes
from sim.study.settings import over
from sim.study.store import default_path, opened
from sim.study.sweep import Result, Sweep, plan
from sim.study.workers import StudyError

ROOT = Path(__file__).parents[2]

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits as POSIX has them")


@cache
def planned(text: str = "lane.minibatch.batch_size=1,5", seeds: int = 100, scene: str = "local-minimum") -> Sweep:
    return plan(load_scene(scene), [over(text)], seeds, 20_000)


@cache
def results() -> dict[int, Result]:
    """Of the blocks of the usual sweep; invented, since here it is only about keeping them."""
    generator = np.random.default_rng(5)
    found = {}
    for place, block in enumerate(planned().blocks):
        count = block.job.count
        numbers = generator.standard_normal((count, 4)) * 10.0 ** generator.integers(-300, 300, (count, 4))
        numbers[0] = [0.1, -0.0, np.inf, np.nan]
        outcomes = Outcomes(
            seeds=np.arange(block.job.first_seed, block.job.first_seed + count),
            updates=generator.integers(0, 20_000, count),
            verdicts=generator.integers(0, 11, count),
            basins=generator.integers(-1, 2, count),
            escapes=generator.integers(-1, 20_000, count),
            ends=generator.integers(-1, 20_000, count),
            undecided=generator.integers(0, 2, count) > 0,
            theta=numbers[:, :2].copy(),
            losses=numbers[:, 2].copy(),
            test_losses=numbers[:, 3].copy(),
        )
        found[place] = Result(outcomes, (sweep.Minimum(0.1, 1 / 3, -2e-9), sweep.Minimum(1.0, 2.0, 3.0)), 1)
    return found


def kept(path: Path, places: Sequence[int] | None = None) -> bytes:
    """Write these results, all if none are named, and read the bytes."""
    with opened(path, planned()) as found:
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
    with opened(path, planned()) as found:
        assert found.missing == []
        assert all(same(found.results[place], results()[place]) for place in results())


def test_what_was_put_is_what_will_be_read(tmp_path: Path) -> None:
    with opened(tmp_path / "results", planned()) as found:
        found.put(2, results()[2])
        assert same(found.results[2], results()[2])


def test_the_order_of_completion_leaves_no_trace(tmp_path: Path) -> None:
    whole = kept(tmp_path / "whole")
    kept(tmp_path / "parts", [3, 0])
    assert kept(tmp_path / "parts", [5, 1]) != whole
    assert kept(tmp_path / "parts", [4, 2]) == whole
    assert {path.name for path in tmp_path.iterdir()} == {"whole", "parts"}


def test_each_result_is_in_the_file_as_soon_as_it_is_there(tmp_path: Path) -> None:
    path = tmp_path / "results"
    with opened(path, planned()) as found:
        assert not path.exists()
        for lines, place in enumerate((4, 2), 2):
            found.put(place, results()[place])
            assert path.read_bytes().count(b"\n") == lines


def test_a_file_cut_anywhere_is_gone_on_from_there(tmp_path: Path) -> None:
    whole = kept(tmp_path / "whole")
    ends = [place + 1 for place, byte in enumerate(whole) if byte == ord("\n")]
    header = ends[0]
    cuts = {0, 1, header - 1, header, header + 1, *range(0, len(whole), 997), *ends, *(end - 1 for end in ends)}
    path = tmp_path / "cut"
    for cut in sorted(cuts):
        path.write_bytes(whole[:cut])
        with opened(path, planned()) as found:
            missing = found.missing
            assert missing == list(range(max(0, sum(end <= cut for end in ends) - 1), 6)), cut
            for place in missing:
                found.put(place, results()[place])
        assert path.read_bytes() == whole, cut


def test_a_tail_of_zeros_as_after_a_power_cut_is_a_torn_line(tmp_path: Path) -> None:
    whole = kept(tmp_path / "whole")
    path = tmp_path / "cut"
    good = whole[: whole.index(b"\n", whole.index(b'"block": 2')) + 1]
    path.write_bytes(good + bytes(5000))
    with opened(path, planned()) as found:
        assert found.missing == [3, 4, 5]
    assert path.read_bytes() == good
    assert kept(path, [3, 4, 5]) == whole


def test_the_file_is_json_line_by_line(tmp_path: Path) -> None:
    def strict(text: str) -> Any:
        raise AssertionError(text)

    header, *lines = (json.loads(line, parse_constant=strict) for line in kept(tmp_path / "f").splitlines())
    assert (header["format"], header["version"], header["scene"]) == ("three-marbles sweep", 2, "local-minimum")
    assert header["over"] == [{"path": "lane.minibatch.batch_size", "values": [1, 5]}]
    assert header["points"][1] == {"values": [5], "cases": [0, 3, 2]}
    assert [line["block"] for line in lines] == list(range(6))
    assert {name: len(lines[1][name]) for name in ("verdicts", "basins", "escapes", "x", "losses")} == dict.fromkeys(
        ("verdicts", "basins", "escapes", "x", "losses"), 50
    )
    assert lines[1]["losses"][0] == "inf"


# What is refused, and left as it is.


def refused(path: Path, own: Sweep | None = None) -> str:
    before = path.read_bytes()
    with pytest.raises(StudyError) as caught, opened(path, own or planned()):
        pass
    assert path.read_bytes() == before
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


def test_words_of_the_scene_make_no_difference(tmp_path: Path) -> None:
    path = tmp_path / "results"
    kept(path)
    words = changed(title="Title", look="Look.", captions=(), question=None, claims=(None,) * 3)
    with opened(path, words) as found:
        assert found.missing == []


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (b'"version": 2,', b'"version": 1,', "is a results file of version 1, not of version 2"),
        (b'"version": 2,', b'"version": "\\n\\u001b[31m",', "is a results file of version "),
        (b'"numpy": "', b'"numpy": "0', "was computed by another version of this program, or of numpy"),
        (b'"code": "', b'"code": "0', "was computed by another version of this program, or of numpy"),
        (b"three-marbles", b"four-marbles", "is not the results file of a sweep"),
        (b"{", b"[", "is not the results file of a sweep"),
    ],
)
def test_files_of_other_programs_are_refused(tmp_path: Path, old: bytes, new: bytes, sentence: str) -> None:
    path = tmp_path / "results"
    path.write_bytes(kept(path, [0]).replace(old, new, 1))
    assert sentence in refused(path)


@pytest.mark.parametrize(
    "content", [b"lane,x\n1,2\n", b"notes", b"\x89PNG\r\n\x1a\n\0\0", b"[" * 100_000 + b"\n", b"1\n"]
)
def test_what_is_no_results_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "results"
    path.write_bytes(content)
    assert "is not the results file of a sweep; it is left as it is: name another file with --results" in refused(path)


def damaged(whole: bytes, how: str) -> bytes:
    lines = whole.splitlines(keepends=True)
    match how:
        case "digit":
            place = lines[2].index(b'"losses": [') + 30
            lines[2] = (
                lines[2][:place] + (b"1" if lines[2][place : place + 1] != b"1" else b"2") + lines[2][place + 1 :]
            )
        case "twice":
            lines[2] = lines[1]
        case "blank":
            lines[2] = b"\n"
        case "torn":
            lines[2] = lines[2][:100] + b"\n"
        case "swapped check":
            lines[2] = lines[2][:-11] + lines[1][-11:]
        case "of another sweep":
            lines[2] = sealed({**json.loads(lines[2]), "block": 99})
        case "of other seeds":
            lines[2] = sealed({**json.loads(lines[2]), "first_seed": 7})
        case "too short":
            value = json.loads(lines[2])
            lines[2] = sealed({**value, "losses": value["losses"][1:]})
        case "no such verdict":
            value = json.loads(lines[2])
            lines[2] = sealed({**value, "verdicts": ["lost", *value["verdicts"][1:]]})
        case "no such basin":
            value = json.loads(lines[2])
            lines[2] = sealed({**value, "basins": [7, *value["basins"][1:]]})
        case "nested":
            lines[2] = sealed({**json.loads(lines[2]), "losses": [[1.0]] * 50})
    return b"".join(lines)


def sealed(value: dict[str, Any]) -> bytes:
    value.pop("check")
    body = json.dumps(value).encode()[:-1]
    return body + store.CHECK + store._check(body)


@pytest.mark.parametrize(
    "how",
    [
        *("digit", "twice", "blank", "torn", "swapped check", "of another sweep", "of other seeds"),
        *("too short", "no such verdict", "no such basin", "nested"),
    ],
)
def test_damage_is_recognised(tmp_path: Path, how: str) -> None:
    path = tmp_path / "results"
    whole = kept(path)
    path.write_bytes(damaged(whole, how))
    assert path.read_bytes() != whole
    assert "is damaged in line 3; it is left as it is" in refused(path)


def test_a_fault_of_this_program_is_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "results"
    kept(path)

    def outcomes(**_: Any) -> Outcomes:
        raise TypeError("got an unexpected keyword argument")

    monkeypatch.setattr(store, "Outcomes", outcomes)
    with pytest.raises(TypeError, match="unexpected keyword"), opened(path, planned()):
        pass


def test_an_endless_line_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "results"
    kept(path, [0])
    with path.open("ab") as stream:
        stream.write(b"x" * 70_000)
    monkeypatch.setattr(store, "LONGEST_LINE", 50_000)
    assert "is damaged in line 3" in refused(path)


def test_two_sweeps_cannot_write_the_same_file(tmp_path: Path) -> None:
    path = tmp_path / "results"
    with opened(path, planned()) as found, opened(path, planned()) as late:
        found.put(0, results()[0])
        assert "is in use by another sweep" in refused(path)
        with pytest.raises(StudyError, match="is in use by another sweep, which has just begun"):
            late.put(1, results()[1])


@pytest.mark.parametrize(("place", "reason"), [(".", "it is a folder"), ("no/where", "there is no folder")])
def test_where_nothing_can_be_written(tmp_path: Path, place: str, reason: str) -> None:
    with pytest.raises(OutputError, match=reason), opened(tmp_path / place, planned()):
        pass


@posix
def test_what_is_no_file_is_refused() -> None:
    with pytest.raises(StudyError, match="/dev/null is not an ordinary file"), opened(Path("/dev/null"), planned()):
        pass


# Full disks and kills.


@pytest.fixture
def _little_room(tmp_path: Path) -> Iterator[None]:
    """No file may become larger than four blocks and a half."""
    import resource  # noqa: PLC0415  POSIX only.

    whole = kept(tmp_path / "whole")
    room = whole.index(b'"block": 4') + 2000
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@posix
@pytest.mark.usefixtures("_little_room")
def test_a_full_disk_costs_only_what_does_not_fit(tmp_path: Path) -> None:
    path = tmp_path / "results"
    with pytest.raises(OutputError, match=r"cannot write .*results: file too large; what it holds is valid, and"):
        kept(path)
    content = path.read_bytes()
    assert content.endswith(b"\n")
    assert (tmp_path / "whole").read_bytes().startswith(content)
    assert content.count(b"\n") == 5
    with opened(path, planned()) as found:
        assert found.missing == [4, 5]


@posix
def test_results_stay_where_there_is_no_room_to_put_them_in_order(tmp_path: Path) -> None:
    path = tmp_path / "results"
    kept(path, [5, 4, 3, 2, 1])

    with pytest.MonkeyPatch.context() as patch:

        def full(_: Path) -> None:
            raise OutputError("cannot write: no space left on device")

        patch.setattr(store, "whole_file", full)
        kept(path, [0])
    with opened(path, planned()) as found:
        assert found.missing == []
    assert path.read_bytes() == kept(tmp_path / "whole")


SCRIPT = """
import sys
sys.path.insert(0, {root!r})
from sim.study import sweep, workers

if __name__ == "__main__":
    sweep.LARGEST_BLOCK = sweep.SMALLEST_BLOCK = 2
    workers.WORTH_PROCESSES = 0
    from sim.command.sweep import parser, run
    run(parser().parse_args({words!r}))
"""
WORDS = ["--over", "lane.minibatch.batch_size=1,2,5", "--seeds", "20", "--updates", "30", "--json"]


def lines_of(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


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
    assert lines_of(Path("whole")) == 1 + 2 + 3 * 10
    script = Path("script.py")
    script.write_text(SCRIPT.format(root=str(ROOT), words=[*WORDS, "--workers", "2", "--results", "killed"]))
    with Path("out").open("wb") as out:
        process = subprocess.Popen([sys.executable, script], stdout=out, stderr=out)
        until(lambda: lines_of(Path("killed")) >= 4 or process.poll() is not None)
        process.kill()
        assert process.wait() == -signal.SIGKILL, Path("out").read_text()
    assert 4 <= lines_of(Path("killed")) < lines_of(Path("whole"))
    assert said("killed") == in_one_go
    assert Path("killed").read_bytes() == Path("whole").read_bytes()
    before = os.stat("killed").st_mtime_ns
    assert said("killed") == in_one_go
    assert os.stat("killed").st_mtime_ns == before
