"""A cluster on this computer finds the same bits, whoever dies; and what can go wrong with one is said."""

import gc
import json
import socket
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from bits import same_bits
from command_line import output
from errands import Deadly, Square
from waiting import WAIT, until

from sim.scene import load_scene
from sim.study.work import cluster
from sim.study.work.cluster import Address, RemoteJob, address, completed_on
from sim.study.work.ensemble import Job
from sim.study.work.program import program
from sim.study.work.workers import StudyError, Work, completed

PRIVATE = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0", "silence_logs": "CRITICAL"}


@pytest.fixture(scope="module")
def distributed() -> Any:
    """The library, where it is installed."""
    return pytest.importorskip("distributed", reason="dask.distributed is optional, and not installed")


@pytest.fixture(scope="module")
def local(distributed: Any) -> Iterator[Any]:
    """A scheduler and two worker processes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules["__main__"], "__spec__", None)  # The workers need not load pytest.
        patch.delattr(sys.modules["__main__"], "__file__", raising=False)
        with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, **PRIVATE) as running:
            yield running


def test_a_killed_worker_costs_only_time(local: Any, tmp_path: Path) -> None:
    scene = load_scene("local-minimum")
    jobs = [Job(scene.experiment, lane, first, 2, 20) for lane in (1, 2) for first in (0, 7, 30)]
    alone = dict(completed(jobs, 1))
    mark = tmp_path / "mark"
    mark.touch()
    deadly: list[Work[Any]] = [jobs[0], *(Deadly(job, str(mark)) for job in jobs[1:])]
    workers = [process.pid for process in local.workers.values()]
    shared = dict(completed_on(address(local.scheduler_address), deadly))
    assert not mark.exists()
    assert {process.pid for process in local.workers.values()} != set(workers)
    assert shared.keys() == alone.keys()
    assert all(same_bits(alone[place], shared[place]) for place in alone)


def test_the_odds_of_a_cluster_are_those_of_this_process(local: Any, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("odds", "--seeds", "20", "--updates", "20", "--json")
    told = [
        json.loads(output(capsys, *words, *where))
        for where in (("--workers", "1"), ("--cluster", local.scheduler_address.removeprefix("tcp://")))
    ]
    for each in told:
        del each["contrast"]  # It has times that are measured.
    assert told[0] == told[1]


def test_who_leaves_early_leaves_no_job_behind(distributed: Any, local: Any) -> None:
    with closing(completed_on(address(local.scheduler_address), [Square(number) for number in range(99)])) as results:
        place, square = next(results)
        assert square == place**2

    def wanted(dask_scheduler: Any) -> list[Any]:
        return [task for client in dask_scheduler.clients.values() for task in client.wants_what]

    with distributed.Client(local.scheduler_address, set_as_default=False) as client:
        until(lambda: client.run_on_scheduler(wanted) == [])


def test_a_scheduler_without_workers_is_no_help(distributed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 0.5)
    with (
        distributed.LocalCluster(n_workers=0, **PRIVATE) as empty,
        pytest.raises(StudyError, match=r"has no workers; to start some: python -m dask worker 127.0.0.1:\d+ "),
    ):
        list(completed_on(address(empty.scheduler_address), [Square(0)]))


def said(content: bytes, size: int | None = None) -> bytes:
    """As a scheduler says it: first how much."""
    return (len(content) if size is None else size).to_bytes(8, "little") + content


def framed(content: bytes) -> bytes:
    """The same of a message in one frame."""
    return said(said(b"", 1) + said(content))


@pytest.mark.usefixtures("distributed")
@pytest.mark.parametrize(
    ("greeting", "complete", "closes"),
    [
        (b"", False, False),
        (b"", False, True),
        (b"SSH-2.0-OpenSSH\r\n", True, False),
        (said(b"", 1 << 40), True, True),
        (said(b""), True, False),
        (said(b"", 100), False, True),
        (said(b"junk", 100), False, False),
        (said(b"junk", 100), False, True),
        (said(b"\xff" * 100), True, False),
        (said(bytes(100)), True, True),
        (framed(b""), True, False),
        (framed(b"\xc1"), True, True),
        (framed(b"\x93\x01\x02\x03"), True, False),  # A list,
        (framed(b"\x81\xa1x\x01"), True, True),  # and a table, but not that of a greeting.
    ],
)
def test_what_is_no_scheduler_is_told_from_one(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, greeting: bytes, complete: bool, closes: bool
) -> None:
    """Whether it goes away after a part of a greeting or a strange one, or waits for more, of which nothing comes."""
    waits = not (complete or closes)
    monkeypatch.setattr(cluster, "PATIENCE", 0.1 if waits else WAIT)
    with impostor(greeting, closes) as where:
        why = "timed out" if waits else "something else listens there"
        with pytest.raises(StudyError, match=f"no scheduler at {where}: {why}; to start one: python -m dask scheduler"):
            list(completed_on(where, [Square(0)]))
    gc.collect()  # What is left of a client would have its say now.
    assert capfd.readouterr() == ("", "")


@contextmanager
def impostor(greeting: bytes, closes: bool) -> Iterator[Address]:
    """Where something says this to everybody, and then goes away or listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet_all() -> None:
            with suppress(OSError):  # The end of the test.
                while True:
                    connection, _ = server.accept()
                    with connection, suppress(ConnectionError):
                        connection.sendall(greeting)
                        while not closes and connection.recv(1 << 16):
                            pass

        thread = Thread(target=greet_all)
        thread.start()
        try:
            yield Address("127.0.0.1", server.getsockname()[1])
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


@pytest.mark.usefixtures("distributed")
def test_where_nobody_listens_there_is_no_scheduler() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]
    with pytest.raises(StudyError, match=f"there is no scheduler at 127.0.0.1:{free}: connection refused"):
        list(completed_on(Address("127.0.0.1", free), [Square(0)]))


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(StudyError, match=r"needs distributed, .* install it: python -m pip install distributed"):
        list(completed_on(Address("127.0.0.1", 1), [Square(0)]))


def test_a_worker_does_nothing_for_another_program() -> None:
    assert RemoteJob(Square(3), program()).run() == 9
    for key in program():
        with pytest.raises(StudyError, match=rf"another program \(.*{key} .*\) than this \(.*{key} older"):
            RemoteJob(Square(3), {**program(), key: "older"}).run()


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("192.0.2.1:99", "192.0.2.1", 99),
        ("tcp://Example.org:1", "example.org", 1),
        ("here", "here", 8786),
        ("[::1]:5", "::1", 5),
    ],
)
def test_addresses(text: str, host: str, port: int) -> None:
    assert address(text) == Address(host, port)
    assert address(str(Address(host, port))) == Address(host, port)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a b",
        "http://x:1",
        "x:port",
        "x:99999",
        "x:0",
        "tcp://:1",
        "me@x:1",
        "x:1/y",
        "[::1",
        "a..b:1",
        f"{'x' * 70}:1",
        "h\udcff:1",
    ],
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="must be HOST:PORT"):
        address(text)
