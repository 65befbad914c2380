"""What commands share whose results are kept in a file, and gone on with: arguments, and the computing itself."""
# ruff: noqa: PLC0415

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ..console.arguments import add_workers
from ..console.ending import before_the_end, no_longer
from ..console.output import Place, check_distinct, file_place
from ..console.terminal import escaped, remark, watched
from .duration import add_dry_run, foretell, show_cost

if TYPE_CHECKING:
    from ...study.sweep.settings import Over
    from ...study.sweep.store import Store
    from ...study.sweep.sweep import Result
    from ...study.work.cluster import Address
    from ...study.work.workers import Work

T = TypeVar("T")


def add_where(parser: argparse.ArgumentParser) -> None:
    """--workers or --cluster."""
    where = parser.add_mutually_exclusive_group()
    add_workers(where)
    where.add_argument(
        "--cluster",
        type=_address,
        metavar="ADDRESS",
        help="HOST:PORT of a dask.distributed scheduler, whose workers compute instead",
    )


def add_keeping(parser: argparse.ArgumentParser) -> None:
    """--workers or --cluster, and --results."""
    add_where(parser)
    add_dry_run(parser)
    parser.add_argument(
        "--results",
        type=file_place,
        metavar="FILE",
        help="keep results in this file as they come, and resume from it when started again (default: a file in this "
        "folder, named after the study, that is removed when all is done)",
    )


def _address(text: str) -> "Address":
    from ...study.work.cluster import address

    return argument(address, text)


def argument(parse: Callable[[str], T], text: str) -> T:
    """What the text of an argument means; what is wrong with it is said of the argument."""
    try:
        return parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def over(text: str) -> "Over":
    """What --over means."""
    from ...study.sweep import settings

    return argument(settings.over, text)


BESIDE = ("-wal", "-shm", "-journal")
"""The ends of the names of files that SQLite makes beside one of its own."""


def check_files(parser: argparse.ArgumentParser, named: Mapping[str, Place | None]) -> None:
    """What can be known to be impossible before the computing; results come first, and see to themselves."""
    from ...base.files import check_writable, located

    check_distinct(parser, named)
    files = {option: place for option, place in named.items() if isinstance(place, Path)}
    results = files.get("--results")
    beside = () if results is None else [Path(f"{located(results)}{end}") for end in BESIDE]
    for option, path in files.items():
        if located(path) in beside:
            parser.error(f"{option} names a file that belongs to that of --results, {path}")
    for option, path in files.items():
        if option != "--results":
            check_writable(path)


def only_told(store: "Store", arguments: argparse.Namespace) -> bool:
    """Whether it is only to be told how long it would take to compute what is not in the file; then, tell it."""
    if not arguments.dry_run:
        return False
    with store:
        results = store.results
    show_cost(store.sweep, results, arguments)
    return True


@contextmanager
def kept(store: "Store", arguments: argparse.Namespace) -> Iterator[Mapping[int, "Result"]]:
    """The results, completed. If the end comes meanwhile, what is there is kept, and it is said where.

    A file that nobody has named goes away when they have been used: it has served its purpose.
    """
    with _said_where(store):
        with store:
            _complete(store, arguments)
        yield store.results
        if arguments.results is None:
            store.discard()


@contextmanager
def kept_open(store: "Store", arguments: argparse.Namespace) -> Iterator["Store"]:
    """The completed results where they are not in memory: the store, which has them all and stays open."""
    with _said_where(store), store:
        _complete(store, arguments)
        yield store


@contextmanager
def _said_where(store: "Store") -> Iterator[None]:
    """If the end comes meanwhile, what is there is kept, and it is said where."""

    def leave() -> str:
        return escaped(store.leave())

    before_the_end(leave)
    try:
        yield
    finally:
        no_longer(leave)


def _complete(store: "Store", arguments: argparse.Namespace) -> None:
    """Compute what is missing, and what is missing then, until nothing is."""
    from ...scene.words import counted

    there = sum(store.sweep.blocks[place].job.count for place in store.results)
    if there and store.missing:
        remark(escaped(f"{counted(there, 'run')} {'is' if there == 1 else 'are'} taken from {store.path}"))
    foretell(store.sweep, store.results, arguments)
    while missing := store.missing:
        jobs = [store.sweep.blocks[place] for place in missing]
        for index, result in computed(jobs, arguments.workers, arguments.cluster):
            store.put(missing[index], result)


def computed(jobs: "Sequence[Work[T]]", workers: int | None, cluster: "Address | None") -> "Iterator[tuple[int, T]]":
    """The jobs' places with their outcomes as they come, and a progress bar that counts them once they are used."""
    from ...study.work.cluster import completed_on
    from ...study.work.workers import completed

    results = completed(jobs, workers) if cluster is None else completed_on(cluster, jobs)
    with closing(results), watched(range(len(jobs))) as steps:
        for _, found in zip(steps, results, strict=True):
            yield found
