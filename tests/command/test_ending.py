"""How the program ends when it is told to, and in surroundings that are not as usual: real processes, mostly."""

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from itertools import cycle, islice
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from command_line import mistake, output, status
from waiting import WAIT, until

import main
from sim.base.files import AFTER, BEFORE
from sim.command.console import ending
from sim.command.console.ending import SIGNALS
from sim.scene import load_scene
from sim.study.sweep.settings import over
from sim.study.sweep.store import Store
from sim.study.sweep.sweep import plan

MAIN = str(Path(main.__file__))
ROOT = Path(main.__file__).parent

if sys.platform != "linux":
    pytest.skip("looks at processes as Linux shows them", allow_module_level=True)
pytestmark = pytest.mark.usefixtures("_elsewhere", "_heard")

LATEST = 10.0  # Seconds after which a program that was told to end has not obeyed, even on a busy machine.

STATUS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


class Process(subprocess.Popen[str]):
    """One that does not outlive its block, so that what goes wrong there is seen."""

    def __exit__(self, *exception: Any) -> None:
        if self.poll() is None:
            self.kill()
        super().__exit__(*exception)


def begun(*words: str, **options: Any) -> Process:
    """The program, in a process group of its own, as a terminal starts it."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, **options}
    return Process([sys.executable, MAIN, *words], text=True, encoding="utf-8", process_group=0, **pipes)


def in_shell(line: str, *words: str, **options: Any) -> Process:
    """The program in a shell's line, in which "$@" calls it with these words."""
    call = ["sh", "-c", line, "sh", sys.executable, MAIN, *words]
    return Process(
        call, text=True, encoding="utf-8", stdout=subprocess.PIPE, stderr=subprocess.PIPE, process_group=0, **options
    )


def told(process: Process) -> tuple[int, str, str]:
    """With which status it ends, and what it has said on both streams."""
    with process:
        out, errors = process.communicate(timeout=WAIT)
    return process.returncode, out, errors


def heeds_signals(process: Process) -> bool:
    """Whether it has got so far; Python's own start cannot be told to end with a sentence."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    caught = int(next(line.split()[1] for line in status.splitlines() if line.startswith("SigCgt")), 16)
    return bool(caught >> (signal.SIGTERM - 1) & 1)


def seconds_of(process: Process) -> float:
    """What it has computed."""
    used = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[11]
    return int(used) / os.sysconf("SC_CLK_TCK")


def group(number: int) -> list[int]:
    """The processes of a group that have not ended."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, its_group = path.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue  # It has just gone.
        if int(its_group) == number and state != "Z":
            found.append(int(path.parent.name))
    return found


def in_the_making(folder: Path) -> list[Path]:
    return list(folder.glob(f"{BEFORE}*{AFTER}"))


FORETOLD = r"(main\.py: this will take [^\n]+\n)?"
"""What may have been said before the end."""


def ended(process: Process, number: signal.Signals, *, everyone: bool, remark: str = "") -> float:
    """Send a signal; see that the process ends as it should, and how long that takes.

    The remark is a pattern of what may follow the sentence.
    """
    then = time.monotonic()
    (os.killpg if everyone else os.kill)(process.pid, number)
    out, errors = process.communicate(timeout=WAIT)
    took = time.monotonic() - then
    sentence = SIGNALS[number.name]
    assert (process.returncode, out) == (STATUS[number], "")
    assert re.fullmatch(f"{FORETOLD}main\\.py: {sentence}{remark}\n", errors), errors
    until(lambda: not group(process.pid), pause=0.01)
    return took


# Signals.


INTERRUPTED_WHILE_LOADING = """
import os, runpy, signal, sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "sim.command.console.ending":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Finder())
runpy.{start}
"""


@pytest.mark.parametrize(
    "start", [f"run_path({MAIN!r}, run_name='__main__')", "run_module('sim', run_name='__main__')"]
)
def test_what_is_interrupted_while_it_loads_ends_without_a_word(start: str) -> None:
    loading = [sys.executable, "-c", INTERRUPTED_WHILE_LOADING.format(start=start)]
    done = subprocess.run(
        loading, capture_output=True, check=False, timeout=WAIT, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


def test_until_signals_are_heeded_little_is_loaded() -> None:
    """Python's site may load what it likes."""
    loading = [sys.executable, "-S", "-c", "import sys, sim.command.entry; print('typing' in sys.modules)"]
    done = subprocess.run(
        loading, capture_output=True, check=True, timeout=WAIT, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    assert done.stdout == b"False\n"


OVER, SEEDS, UPDATES = "examples.sigma=log:0.05:1:20", 9_000, 20
"""A sweep of some ten seconds, whose first results are there at once; not so much that it is tried beforehand."""
SO_MANY = 50_000  # Seeds of one that is, for a second.


SOME_RESULTS = 50_000  # Bytes of more than one of them.


def size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


class Moment(NamedTuple):
    """What a sweep goes through, how one sees that it begins, about how many seconds it takes; and what comes then."""

    name: str
    seen: Callable[[Process, Path], bool]
    lasts: float
    number: signal.Signals
    everyone: bool


MOMENTS = (
    Moment("it loads", lambda process, _: heeds_signals(process), 0.2, signal.SIGHUP, False),
    Moment("workers start", lambda process, _: len(group(process.pid)) > 1, 0.02, signal.SIGINT, True),
    Moment("workers load", lambda process, _: len(group(process.pid)) > 3, 0.2, signal.SIGTERM, False),
    Moment(
        "there are results", lambda _, results: size(Path(f"{results}-wal")) > SOME_RESULTS, 0.1, signal.SIGHUP, True
    ),
)
"""Each signal, and each way to send it, comes at some: to all as a terminal does, or to the first as `kill` does."""


def begun_sweep(results: Path, seeds: int = SEEDS) -> Process:
    words = ("--over", OVER, "--seeds", str(seeds), "--updates", str(UPDATES), "--workers", "2")
    return begun("sweep", *words, "--results", str(results))


def test_a_sweep_with_workers_ends_whenever_it_is_told_to(tmp_path: Path) -> None:
    """The same sweep each time, which goes on where it was."""
    results, chance = tmp_path / "a.sqlite", random.Random(0)
    seconds = []
    for name, seen, lasts, number, everyone in MOMENTS:
        with begun_sweep(results) as process:
            until(lambda process=process, seen=seen: seen(process, results), pause=0.01)  # type: ignore[misc]
            time.sleep(lasts * chance.random())
            remark = f"(; the results so far are kept in {results}){'' if name == 'there are results' else '?'}"
            seconds.append(ended(process, number, everyone=everyone, remark=remark))
        assert set(tmp_path.iterdir()) <= {results}
    assert max(seconds) < LATEST
    sweep = plan(load_scene("local-minimum"), [over(OVER)], SEEDS, UPDATES)
    with Store(results, sweep) as store:
        assert 0 < len(store.results) < len(sweep.blocks)


def test_a_sweep_that_is_tried_beforehand_ends_meanwhile(tmp_path: Path) -> None:
    results = tmp_path / "a.sqlite"
    with begun_sweep(results, SO_MANY) as process:
        until(lambda: seconds_of(process) > 0.7)
        ended(process, signal.SIGTERM, everyone=True, remark=f"(; the results so far are kept in {results})?")


WRITERS = {
    ("run", "--updates", "1000000", "--csv", "a.csv", "--npz", "a.npz"): 2,
    ("record", "--seconds", "3000", "-o", "a.mp4"): 1,
    ("odds", "--seeds", "1000000", "--csv", "a.csv", "--workers", "2"): 1,
}
"""Commands that have files in the making for a long time, and how many."""


def test_files_in_the_making_go_away_and_what_was_there_stays(tmp_path: Path) -> None:
    folders = [tmp_path / str(place) for place in range(len(WRITERS))]
    for folder in folders:
        folder.mkdir()
        Path(folder, "a.csv").write_text("old", encoding="utf-8")
    with ExitStack() as running:
        processes = [
            running.enter_context(begun(*words, cwd=folder)) for words, folder in zip(WRITERS, folders, strict=True)
        ]
        numbers = islice(cycle((signal.SIGTERM, signal.SIGINT)), len(WRITERS))
        for folder, process, count, number in zip(folders, processes, WRITERS.values(), numbers, strict=True):
            until(lambda folder=folder, count=count: len(in_the_making(folder)) == count)  # type: ignore[misc]
            ended(process, number, everyone=False)
            assert {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()} == {"a.csv": "old"}


def test_what_a_killed_run_left_is_removed_by_the_next_and_what_a_live_one_makes_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("run", "--updates", "1000000", "--csv")
    with begun(*words, "a.csv") as killed:
        (left,) = until(lambda: in_the_making(tmp_path))
        killed.kill()
    assert in_the_making(tmp_path) == [left]
    with begun(*words, "b.csv") as living:
        until(lambda: in_the_making(tmp_path) not in ([left], []) and not left.exists())
        (made,) = in_the_making(tmp_path)
        output(capsys, "run", "--updates", "3", "--csv", "c.csv")
        assert set(tmp_path.iterdir()) == {made, tmp_path / "c.csv"}
        ended(living, signal.SIGTERM, everyone=True)
    assert list(tmp_path.iterdir()) == [tmp_path / "c.csv"]


LARGE = ("odds", "--seeds", "2500", "--updates", "400", "--workers", "2")
"""About the least that is shared among worker processes."""


def test_signals_that_are_ignored_stay_so_and_workers_do_without_open_streams(tmp_path: Path) -> None:
    words = (*LARGE, "--csv", "a.csv")
    process = in_shell('trap "" HUP INT; exec "$@" <&- 2>&-', *words)
    until(lambda: in_the_making(tmp_path))
    until(lambda: len(group(process.pid)) > 3, pause=0.01)
    for number in (signal.SIGHUP, signal.SIGINT):
        os.killpg(process.pid, number)
    code, out, _ = told(process)
    assert code == 0
    assert "2,500 seeds" in out


def test_the_second_signal_of_two_adds_no_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    def tell(what: str) -> None:
        said.append(what)
        if len(said) < 3:
            ending._end(signal.SIGTERM, None)  # It comes while the first is being told of.

    left: list[int] = []
    monkeypatch.setattr(ending, "_ending", False)
    monkeypatch.setattr(ending, "_tell", tell)
    monkeypatch.setattr(os, "_exit", left.append)
    ending._end(signal.SIGINT, None)
    assert (said, left) == (["interrupted"], [130])


def test_a_signal_after_all_is_done_disturbs_nothing() -> None:
    script = (
        "import os, signal, sys; import main; status = main.main(); os.kill(os.getpid(), signal.SIGINT); print(status)"
    )
    words = [sys.executable, "-c", script, "run", "--updates", "3", "--json"]
    done = subprocess.run(words, cwd=Path(MAIN).parent, capture_output=True, text=True, check=False, timeout=WAIT)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("}\n0\n")


def test_nobody_is_waited_for_who_does_not_read() -> None:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with suppress(BlockingIOError):
        while os.write(writer, b" " * 1024):
            pass
    os.set_blocking(writer, True)
    with begun("run", "--updates", "1000000", stderr=writer) as process:
        until(lambda: heeds_signals(process))
        process.send_signal(signal.SIGINT)
        assert process.wait(WAIT) == 130
    os.close(reader)
    os.close(writer)


def test_a_terminal_that_goes_away_costs_no_results() -> None:
    reader, writer = os.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "80"}
    with begun("run", "--updates", "4000", "--json", stderr=writer, env=environment) as process:
        os.close(writer)
        while b"computing" not in os.read(reader, 4096):
            pass
        os.close(reader)
        out, _ = process.communicate(timeout=WAIT)
    assert process.returncode == 0
    assert '"updates": 4000' in out


# Streams.


def each(*cases: tuple[str, tuple[str, ...]]) -> dict[tuple[str, tuple[str, ...]], tuple[int, str, str]]:
    """What becomes of the program with those redirections and words; some at once."""
    with ThreadPoolExecutor(3) as pool:
        return dict(zip(cases, pool.map(lambda case: told(in_shell(f'"$@" {case[0]}', *case[1])), cases), strict=True))


HELP, JSON, WRONG, NOBODY = ("--help",), ("run", "--updates", "3", "--json"), ("--nope",), ("nope",)


def test_closed_streams() -> None:
    cases = [(">&-", HELP), (">&-", JSON), ("<&- >&- 2>&-", JSON), (">&-", WRONG), ("2>&-", WRONG)]
    for (streams, words), (code, out, errors) in each(*cases).items():
        wrong = ">&-" in streams.split() or words == WRONG
        assert code == (2 if wrong else 0), (streams, words, errors)
        assert bool(out) == (not wrong), (streams, words)
        if "2>&-" in streams or not wrong:
            assert errors == ""
        elif words == WRONG:
            assert errors.startswith("main.py: error: there is no option '--nope'; ")
            assert errors.count("\n") == 1
        else:
            assert errors == "main.py: error: cannot write to standard output: it is closed\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_full_streams() -> None:
    remark = ("sweep", "--over", "lane.minibatch.batch_size=1", "--seeds", "2")
    out_full = [(">/dev/full", words) for words in (HELP, ("run", "--updates", "3"))]
    for case, (code, _, errors) in each(*out_full).items():
        assert code == 2, case
        assert errors == "main.py: error: cannot write to standard output: no space left on device\n"
    error_full = [("2>/dev/full", words) for words in (remark, NOBODY)]
    for (streams, words), (code, out, _) in each(*error_full).items():
        wrong = words == NOBODY
        assert code == (2 if wrong else 0), (streams, words)
        assert bool(out) == (not wrong), (streams, words)
    assert [code for code, _, _ in each((">/dev/full 2>/dev/full", HELP)).values()] == [2]


def test_nobody_reads_what_is_said() -> None:
    process = begun("nope")
    assert process.stderr is not None
    process.stderr.close()
    with process:
        assert process.wait(WAIT) == 2


# A folder that is gone.

GONE = "the folder in which the program was started has been deleted"
SWEEP = ("sweep", "--over", "lane.minibatch.batch_size=1,2", "--seeds", "2")
SMALL = ("--size", "320x240")


@pytest.mark.parametrize(
    ("words", "well"),
    [
        (("scenes",), True),
        (("--version",), True),
        (("run", "--help"), True),
        (("run", "--updates", "3"), True),
        (("run", "--updates", "3", "--csv", "a.csv"), False),
        (("run", "--updates", "3", "--npz", "a.npz"), False),
        (("run", "--updates", "3", "--csv", "{}/a.csv"), True),
        (("screenshot",), False),
        (("screenshot", "-o", "a.svg"), False),
        (("screenshot", *SMALL, "-o", "{}/a.png"), True),
        (("record",), False),
        (("record", "-o", "a.gif"), False),
        (("record", *SMALL, "--to", "2", "-o", "{}/a.webp"), True),
        (("odds", "--seeds", "2"), True),
        (("odds", "--seeds", "2", "--csv", "a.csv"), False),
        (("odds", "--seeds", "2", "-o", "a.png"), False),
        (("odds", "--seeds", "2500", "--workers", "2"), False),
        (SWEEP, False),
        ((*SWEEP, "--results", "{}/a.sqlite"), True),
        ((*SWEEP, "--results", "{}/a.sqlite", "--csv", "a.csv"), False),
        ((*SWEEP, "--results", "{}/a.sqlite", "-o", "a.png"), False),
        (("basins", *SMALL), False),
        (("basins", *SMALL, "-o", "{}/a.png"), True),
        (("cost", "-o", "a.png"), False),
        (("cost", "--csv", "a.csv"), False),
    ],
)
def test_where_the_folder_is_gone_only_what_needs_it_fails(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    well: bool,
) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    try:
        attrgetter("nothing")(re)
    except AttributeError:
        pass
    except SystemError:
        monkeypatch.chdir(tmp_path)
        pytest.skip("this Python itself stumbles in such a folder, unless a script has started it")
    ended = status(*(word.format(tmp_path) for word in words))
    monkeypatch.chdir(tmp_path)
    captured = capsys.readouterr()
    if well:
        assert (ended, captured.err) == (0, "")
        assert captured.out
    else:
        assert (ended, captured.out) == (2, "")
        assert GONE in captured.err
        assert re.fullmatch(r"main\.py: error: .*\n", captured.err)


@pytest.mark.parametrize("words", [(), ("--version",), ("show", "a.png")])
def test_a_folder_that_is_gone_before_the_start(words: tuple[str, ...]) -> None:
    hidden = {"DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", "SDL_VIDEODRIVER"}
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    line = 'mkdir gone && cd gone && rmdir ../gone && exec "$@"'
    code, out, errors = told(in_shell(line, *words, env=environment))
    if words == ("--version",):
        assert (code, errors) == (0, "")
    else:
        assert (code, out) == (2, "")
        assert re.fullmatch(r"main\.py: error: .*\n", errors)


# A terminal of any width.


def numbers(text: str) -> list[str]:
    return sorted(re.findall(r"-?\d+(?:[.,]\d+)*", text))


WIDTHS = ("0", "1", "-5", "abc", "79", "", "1000000000", "9" * 30)


def test_no_width_of_a_terminal_costs_a_number(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[tuple[str, ...]] = [
        ("--help",),
        ("sweep", "--help"),
        ("scenes",),
        ("run", "--updates", "3"),
        (*SWEEP, "--results", "a.sqlite"),
        ("basins", *SMALL, "-o", "a.png"),
    ]
    for place, words in enumerate(commands):
        monkeypatch.setenv("COLUMNS", "80")
        usual = numbers(output(capsys, *words))
        for columns in WIDTHS[place % 4 :: 4]:
            monkeypatch.setenv("COLUMNS", columns)
            here = output(capsys, *words)
            assert numbers(here) == usual, (words, columns)
            assert max(map(len, here.splitlines())) < 1_000


def test_tables_of_what_is_measured_are_whole_in_a_terminal_without_width(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "0")
    text = output(capsys, "odds", "--seeds", "2", "--updates", "3")
    assert "-0." in text or "0." in text
    assert re.search(r"training loss +\d", text)
    assert re.search(r"µs +\d[\d.]* µs", text)


# Links in a ring.


MEASURED = """
title = "a"
look = "b"
start = [0.0, 0.0]
window = [[-1, 1], [-1, 1]]
[examples]
kind = "measured"
model = "line"
file = "ring"
[lane.a]
rule = "gradient descent"
batch_size = "full"
learning_rate = 0.1
"""


@pytest.mark.parametrize(
    "words",
    [
        ("run", "--csv", "ring"),
        ("run", "--npz", "ring"),
        ("run", "--csv", "ring/a.csv"),
        ("odds", "--csv", "ring"),
        ("odds", "-o", "ring.png"),
        ("cost", "--csv", "ring"),
        ("basins", "-o", "ring.png"),
        ("screenshot", "-o", "ring.svg"),
        ("record", "-o", "ring.mp4"),
        (*SWEEP, "--results", "ring"),
        (*SWEEP, "--csv", "ring"),
        (*SWEEP, "-o", "ring.png"),
        ("run", "ring.toml"),
        ("run", "ring/a.toml"),
        ("show", "ring.mp4"),
        ("screenshot", "ring.png"),
        ("run", "ring"),
        ("run", "measured.toml"),
        ("ring.toml",),
    ],
)
def test_a_ring_of_links_is_a_mistake(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    for name in ("ring", "ring.png", "ring.svg", "ring.mp4", "ring.toml"):
        Path(name).symlink_to(f"other-{name}")
        Path(f"other-{name}").symlink_to(name)
    Path("measured.toml").write_text(MEASURED, encoding="utf-8")
    assert "ring" in mistake(capsys, *words)
