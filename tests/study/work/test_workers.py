"""Whoever computes them, outcomes are the same, and no process is left behind."""

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event, Thread, get_ident
from typing import Any

import pytest
from bits import same_bits
from errands import Bulky, Endless, Fatal, Look, Meeting, Mistaken, Square, Unsendable
from waiting import WAIT, until

from sim.scene import load_scene
from sim.study.work import workers
from sim.study.work.ensemble import Job, Outcomes
from sim.study.work.workers import MOST_DEATHS, StudyError, available_workers, completed, shared

ROOT = Path(__file__).parents[3]

pytestmark = pytest.mark.usefixtures("_heard")
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals as POSIX has them")


@pytest.fixture
def _pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """However little there is to do, processes do it; and they need not load pytest first."""
    monkeypatch.setattr(workers, "WORTH_PROCESSES", 0)
    monkeypatch.setattr(sys.modules["__main__"], "__spec__", None)
    monkeypatch.delattr(sys.modules["__main__"], "__file__", raising=False)
    yield
    assert multiprocessing.active_children() == []


def outcomes(jobs: list[Job], count: int) -> list[Outcomes]:
    results = dict(completed(jobs, count))
    return [results[index] for index in range(len(jobs))]


def until_written(path: Path, lines: int) -> list[list[str]]:
    """The words of a file's lines as soon as it has so many."""

    def written() -> list[str]:
        found = path.read_text().splitlines() if path.exists() else []
        return found if len(found) >= lines else []

    return [line.split() for line in until(written)]


def gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    # Ended, though whoever inherited it has not taken notice.
    return Path(f"/proc/{process}/stat").exists() and ") Z " in Path(f"/proc/{process}/stat").read_text()


@pytest.mark.usefixtures("_pool")
def test_processes_give_the_bits_that_this_one_gives() -> None:
    scene = load_scene("local-minimum")
    jobs = [Job(scene.experiment, lane, first, 2, 20) for lane in (1, 2) for first in (0, 7)]
    alone, shared = outcomes(jobs, 1), outcomes(jobs, 2)
    assert all(map(same_bits, alone, shared))
    assert not same_bits(alone[0], alone[1])


@pytest.mark.usefixtures("_pool")
def test_every_job_is_done_once_by_processes_that_are_not_this_one(tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    assert dict(completed([Square(number, str(diary)) for number in range(30)], 2)) == {n: n**2 for n in range(30)}
    done, processes = zip(*until_written(diary, 30), strict=True)
    assert sorted(map(int, done)) == list(range(30))
    assert str(os.getpid()) not in processes


@pytest.mark.usefixtures("_pool")
def test_processes_work_at_the_same_time(tmp_path: Path) -> None:
    diary = str(tmp_path / "diary")
    assert dict(completed([Meeting(0, diary), Meeting(1, diary)], 2)) == {0: 2, 1: 2}


@pytest.mark.parametrize(("count", "jobs", "updates"), [(1, 3, 10**9), (None, 1, 10**9), (8, 3, 10), (8, 0, 0)])
def test_what_does_not_pay_is_done_here(tmp_path: Path, count: int | None, jobs: int, updates: int) -> None:
    diary = tmp_path / "diary"
    results = completed([Square(number, str(diary), updates) for number in range(jobs)], count)
    assert list(results) == [(number, number**2) for number in range(jobs)]
    if jobs:
        assert {process for _, process in until_written(diary, jobs)} == {str(os.getpid())}


@pytest.mark.usefixtures("_pool")
def test_workers_begin_with_one_thread_deaf_to_interrupts_and_before_numpy() -> None:
    for threads, deaf, numpy in dict(completed([Look(0), Look(1)], 2)).values():
        assert (threads, deaf, numpy) == ({"1"}, True, False)


@pytest.mark.usefixtures("_pool")
def test_a_process_that_dies_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "mark").touch()
    assert dict(completed([Fatal(number, str(tmp_path)) for number in range(4)], 2)) == {n: n**2 for n in range(4)}
    assert not any(tmp_path.iterdir())


@pytest.mark.usefixtures("_pool")
def test_a_process_that_dies_costs_no_other_its_job(tmp_path: Path) -> None:
    marks, diary = tmp_path / "marks", tmp_path / "diary"
    marks.mkdir()
    (marks / "mark").touch()
    jobs = [Fatal(0, str(marks)), *(Endless(number, str(diary)) for number in (1, 2))]
    with closing(completed(jobs, 3)) as results:
        assert next(results) == (0, 0)
        assert not any(marks.iterdir())
        assert sorted(number for number, _ in until_written(diary, 2)) == ["1", "2"]


@pytest.mark.usefixtures("_pool")
def test_what_a_job_raises_is_raised_here() -> None:
    with pytest.raises(LookupError) as caught:
        dict(completed([Mistaken(7), Mistaken(7)], 2))
    assert str(caught.value) == "number 7 is nowhere"
    assert "in run" in "".join(caught.value.__notes__)


def test_before_one_job_s_exception_come_the_outcomes_of_others() -> None:
    answers = [(0, pickle.dumps((False, LookupError()))), (1, pickle.dumps((True, "well")))]
    told = workers._outcomes(answers)
    assert next(told) == (1, "well")
    with pytest.raises(LookupError):
        next(told)


@pytest.mark.usefixtures("_pool")
def test_an_exception_that_cannot_be_sent_is_told() -> None:
    with pytest.raises(RuntimeError, match="this cannot be sent"):
        dict(completed([Mistaken(1, portable=False), Mistaken(2, portable=False)], 2))


@pytest.mark.usefixtures("_pool")
def test_an_outcome_that_cannot_be_sent_is_an_exception_here() -> None:
    with pytest.raises((AttributeError, pickle.PicklingError), match="lambda"):
        dict(completed([Unsendable(1), Unsendable(2)], 2))


@pytest.mark.usefixtures("_pool")
def test_jobs_and_outcomes_may_be_larger_than_a_pipe() -> None:
    results = dict(completed([Bulky(number) for number in range(8)], 2))
    assert {index: (len(outcome), outcome[-1]) for index, outcome in results.items()} == {
        number: ((1 << 22) + 1, number) for number in range(8)
    }


@pytest.mark.usefixtures("_pool")
def test_there_are_moments_to_think_better_of_it(tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    with closing(shared([Endless(0, str(diary)), Square(1)], 2, 0.01)) as results:
        found = until(lambda: next(results))
        assert found == (1, 1)
        assert [next(results) for _ in range(3)] == [None] * 3


@pytest.mark.usefixtures("_pool")
def test_processes_that_die_time_and_again_are_given_up(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / str(number)).touch()
    with pytest.raises(StudyError, match=f"died {MOST_DEATHS} times in a row.*a single worker"):
        dict(completed([Fatal(0, str(tmp_path)), Fatal(1, str(tmp_path))], 2))


@pytest.mark.usefixtures("_pool")
def test_where_no_process_can_be_started_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(multiprocessing.get_context("spawn").Process, "start", refuse)
    with pytest.raises(StudyError, match="cannot start worker processes: resource temporarily unavailable"):
        dict(completed([Square(0), Square(1)], 2))


@posix
@pytest.mark.usefixtures("_pool")
def test_who_leaves_early_leaves_nobody_at_work(tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    jobs = [Square(0), *(Endless(number, str(diary)) for number in range(1, 9))]
    began = time.monotonic()
    with closing(completed(jobs, 2)) as results:
        assert next(results) == (0, 0)
        processes = [int(process) for _, process in until_written(diary, 2)]
    until(lambda: all(map(gone, processes)))
    assert time.monotonic() - began < WAIT


@posix
@pytest.mark.usefixtures("_pool")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_waits_until_a_process_has_been_told_all(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Also where it goes to another thread, as it may where numpy has some."""
    number = getattr(signal, name)
    process_type = multiprocessing.get_context("spawn").Process
    start, began, heard = process_type.start, list[object](), list[int]()

    def take() -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
        signal.pthread_kill(get_ident(), number)

    def interrupted(self: Any) -> None:
        other = Thread(target=take)
        other.start()
        other.join()
        time.sleep(0.01)  # Were it not held, it would be heard here.
        assert not heard
        start(self)
        began.append(self)

    class Heard(Exception):
        pass

    def hear(*_: object) -> None:
        heard.append(number)
        raise Heard

    monkeypatch.setattr(process_type, "start", interrupted)
    before = signal.signal(number, hear)
    try:
        with pytest.raises(Heard):
            dict(completed([Square(0), Square(1)], 2))
    finally:
        assert signal.signal(number, before) is hear
    assert (len(began), heard) == (1, [number])


ENDLESS = """
import sys
sys.path[:0] = {paths!r}
import errands
from sim.study.work import workers

if __name__ == "__main__":
    workers.WORTH_PROCESSES = 0
    dict(workers.completed([errands.Endless(number, {diary!r}) for number in range(8)], 2))
"""


@posix
@pytest.mark.parametrize("name", ["SIGINT", "SIGKILL"])
def test_however_the_program_ends_its_processes_end_too(tmp_path: Path, name: str) -> None:
    diary, script = tmp_path / "diary", tmp_path / "script.py"
    script.write_text(ENDLESS.format(paths=[str(ROOT), str(Path(__file__).parent)], diary=str(diary)))
    errors = tmp_path / "errors"
    with errors.open("wb") as stream:
        process = subprocess.Popen([sys.executable, script], stderr=stream, start_new_session=True)
        processes = [int(worker) for _, worker in until_written(diary, 2)]
        if name == "SIGINT":
            os.killpg(process.pid, signal.SIGINT)  # As the terminal does: to the workers, too.
        else:
            process.kill()
        assert process.wait(WAIT) == -getattr(signal, name)
    until(lambda: all(map(gone, processes)))
    said = errors.read_text()
    assert said.count("Traceback") == (1 if name == "SIGINT" else 0), said


def test_threads_that_start_processes_at_once_leave_the_script_where_it_is() -> None:
    own, begun, end = sys.modules["__main__"], Event(), Event()

    def start() -> None:
        with workers._without_main():
            begun.set()
            end.wait(WAIT)

    other = Thread(target=start)
    try:
        with workers._without_main():
            other.start()
            begun.wait(0.1)  # In vain, as it should be.
        end.set()
        other.join()
        assert begun.is_set()
        assert sys.modules["__main__"] is own
    finally:
        sys.modules["__main__"] = own


def test_there_are_as_many_workers_as_cores() -> None:
    assert 1 <= available_workers() <= (os.cpu_count() or 1)
    if hasattr(os, "sched_getaffinity"):
        assert available_workers() == len(os.sched_getaffinity(0))
