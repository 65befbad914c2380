"""Files that are written whole or not at all, and names that are still free."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import BinaryIO

PERMISSIONS = 0o777  # The bits of a file's mode that its successor takes over.


class OutputError(ValueError):
    """Something that cannot be written; the message is one sentence for the user."""


class _Unused(Exception):
    """Ends a trial without leaving a file."""


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A stream whose bytes become the file at `path` when the block ends, and only if it ends well.

    They are collected in a file beside it, which then takes its place in one step: whoever looks sees the old
    content or all of the new. After an error or Ctrl-C the old content stands and nothing else is left.
    An existing file keeps its permissions, a link stays a link, and what is no ordinary file (a
    terminal, a pipe) is written to directly.

    Raises:
        OutputError: the file cannot be written, known before the block begins where that is possible.
    """
    try:
        with _stream(path) as stream:
            yield stream
    except BrokenPipeError:
        raise  # Whoever reads has seen enough, which is no mistake.
    except OSError as error:
        raise OutputError(f"cannot write {path}: {_reason(path, error)}") from None


def check_writable(path: Path) -> None:
    """Find out whether `whole_file` can write there, without leaving a trace.

    Raises:
        OutputError: it cannot.
    """
    with suppress(_Unused), whole_file(path):
        raise _Unused


def free_path(path: Path) -> Path:
    """The first of name.png, name-2.png, name-3.png … that does not exist yet."""
    names = (path if number == 1 else path.with_stem(f"{path.stem}-{number}") for number in count(1))
    return next(name for name in names if not os.path.lexists(name))


@contextmanager
def _stream(path: Path) -> Iterator[BinaryIO]:
    target = Path(os.path.realpath(path))
    mode = _mode(path)
    if mode is not None and stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if mode is not None and not stat.S_ISREG(mode):
        with path.open("wb") as stream:
            yield stream
        return
    if mode is not None and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    beside = target.with_name(f".{os.urandom(8).hex()}.part")
    try:
        with beside.open("xb") as stream:  # Its permissions follow the umask, as those of any new file.
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        if mode is not None:
            beside.chmod(mode & PERMISSIONS)
        beside.replace(target)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


def _mode(path: Path) -> int | None:
    """The mode of what stands there, links followed; None if nothing does."""
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _reason(path: Path, error: OSError) -> str:
    match error:
        case FileNotFoundError():
            return f"there is no folder {path.parent}"
        case NotADirectoryError():
            return f"{path.parent} is not a folder"
        case IsADirectoryError():
            return "it is a folder"
        case PermissionError():
            return "permission denied"
    return (error.strerror or str(error)).lower()
