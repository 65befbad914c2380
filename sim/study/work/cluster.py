"""The jobs of a study on many computers, by dask.distributed, which need not be installed otherwise."""

import asyncio
import logging
import pickle
import re
import socket
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from operator import methodcaller
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

from .program import program
from .workers import StudyError, Work

T = TypeVar("T")

PORT = 8786  # Where a scheduler listens if nothing else is said.
AHEAD = 3  # Jobs a worker that are handed out at once: none waits for the next, and few are lost if a worker dies.
PATIENCE = 10.0  # Seconds that a scheduler may take to answer, and workers to be there.

LONGEST_GREETING = 1 << 16  # Bytes of a scheduler's first message; today's has some hundred.

LOGGERS = ("distributed", "distributed.client", "distributed.core", "distributed.comm")
"""What they have to say to the user is said in a sentence."""

INSTALL = "python -m pip install distributed"
START_SCHEDULER = "python -m dask scheduler"
START_WORKERS = "python -m dask worker {} --nworkers=-1 --nthreads=1"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a scheduler listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


def address(text: str) -> Address:
    """The address that was typed: HOST, HOST:PORT or tcp://HOST:PORT.

    Raises:
        ValueError: it is none; the message says what one looks like.
    """
    try:
        parts = urlsplit(text if "://" in text else f"tcp://{text}")
        host, port = parts.hostname, PORT if parts.port is None else parts.port
        (host or "").encode("idna")  # As a name is sent to be looked up, which not all can be.
    except ValueError:
        host, port = None, 0
    if not host or not port or not re.fullmatch(r"(tcp://)?[^\s/?#@]+", text):
        raise ValueError("must be HOST:PORT, such as 192.0.2.1:8786")
    return Address(host, port)


@dataclass(frozen=True, slots=True)
class RemoteJob(Generic[T]):
    """A job that is sent away, with the program that it is meant for."""

    job: Work[T]
    program: dict[str, str]

    def run(self) -> T:
        """Compute it, there."""
        here = program()
        if here != self.program:
            there, wanted = (", ".join(map(" ".join, which.items())) for which in (here, self.program))
            raise StudyError(f"a worker on {socket.gethostname()} runs another program ({there}) than this ({wanted})")
        return self.job.run()


def completed_on(where: Address, jobs: Sequence[Work[T]]) -> Generator[tuple[int, T], None, None]:
    """The jobs' places in the list with their outcomes, as the workers of the scheduler there complete them.

    A worker that dies costs its jobs a second try elsewhere; workers may join at any time. Only they
    need this program, not the scheduler.

    Raises:
        StudyError: dask.distributed is missing here, the scheduler is not there or goes away, it has no
            workers, or they run another program than this one.
    """
    distributed = _distributed()
    with _client(distributed, where) as client:
        waiting = iter(enumerate(jobs))
        places: dict[Any, int] = {}
        results = distributed.as_completed((), loop=client.loop)
        try:
            while True:
                room = AHEAD * sum(client.ncores().values()) - len(places)
                for index, job in islice(waiting, max(0, room)):  # Less than none where workers have gone.
                    future = _sent(client, job)
                    places[future] = index
                    results.add(future)
                if not places:
                    return
                future = next(results)
                yield places.pop(future), future.result()
        except distributed.KilledWorker:
            raise StudyError(
                f"the workers at {where} died time and again over the same job, as they do where memory is short"
            ) from None
        except ModuleNotFoundError as error:
            raise StudyError(
                f"the workers at {where} have no module {error.name}; start them in this program's folder, with "
                f"its requirements installed: {START_WORKERS.format(where)}"
            ) from None
        except (OSError, CancelledError):
            raise StudyError(f"the scheduler at {where} has gone away; start it again, and its workers") from None


def _sent(client: Any, job: Work[T]) -> Any:
    """The future of its outcome.

    The scheduler looks into what is sent: pickled once more, and run by functions of Python's own library, it needs
    nothing but that to understand it.
    """
    errand = client.submit(pickle.loads, pickle.dumps(RemoteJob(job, program())), pure=False)
    return client.submit(methodcaller("run"), errand, pure=False)


def _distributed() -> Any:
    try:
        return import_module("distributed")
    except ModuleNotFoundError as error:
        raise StudyError(f"a cluster needs {error.name}, which is not installed; to install it: {INSTALL}") from None


@contextmanager
def _client(distributed: Any, where: Address) -> Iterator[Any]:
    """A connection to the scheduler, with at least one worker behind it."""
    for logger in LOGGERS:
        logging.getLogger(logger).setLevel(logging.CRITICAL + 1)
    try:
        _check_greeting(where)
        asyncio.run(asyncio.wait_for(_check_answer(distributed, where), PATIENCE))
        client = distributed.Client(f"tcp://{where}", timeout=PATIENCE, set_as_default=False)
    except OSError as error:
        why = "timed out" if isinstance(error, TimeoutError) else (error.strerror or "something else listens there")
        raise StudyError(f"there is no scheduler at {where}: {why.lower()}; to start one: {START_SCHEDULER}") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except (OSError, TimeoutError):
            raise StudyError(
                f"the scheduler at {where} has no workers; to start some: {START_WORKERS.format(where)}"
            ) from None
        yield client


def _check_greeting(where: Address) -> None:
    """Find out whether a scheduler may listen there: it speaks first, and begins with how much it will say.

    The library would ask for as much memory as the first letters of anything else make a number.

    Raises:
        OSError: nobody listens there, or no scheduler.
    """
    with socket.create_connection((where.host, where.port), PATIENCE) as connection:
        size = connection.recv(8, socket.MSG_WAITALL)
    if len(size) < 8 or int.from_bytes(size, "little") > LONGEST_GREETING:
        raise ConnectionError("something else listens there")


async def _check_answer(distributed: Any, where: Address) -> None:
    """Find out whether a scheduler answers there, which may take for ever: a client would wait, and print what it met.

    Raises:
        OSError: what answers is no scheduler.
    """
    try:
        async with distributed.rpc(f"tcp://{where}") as scheduler:
            identity = await scheduler.identity()
    except OSError:
        raise
    except Exception:  # Whatever the library stumbles over, of which nothing is ours.
        identity = None
    if not isinstance(identity, dict) or identity.get("type") != "Scheduler":
        raise ConnectionError("something else listens there")
