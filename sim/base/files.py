"""Files that are written whole or not at all, and names that are still free."""

import errno
import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from itertools import count
from pathlib import Path
from typing import BinaryIO

PERMISSIONS = 0o777  # The bits of a file's mode that its successor takes over.
BEFORE, AFTER = ".three-marbles-", ".part"  # Around the name of a file in the making.
NO_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)  # For who writes a pipe; no text mode.
LONGEST_STEM = 200  # Bytes of a name that is made here: an ending, and a number behind it, find room in the usual 255.
IN_USE = (errno.EWOULDBLOCK, errno.EACCES, errno.EAGAIN, errno.EDEADLK)
"""With which of these `lock` fails where somebody else has the lock."""
FOLDER_GONE = "the folder in which the program was started has been deleted"

_unfinished: set[Path] = set()


class OutputError(ValueError):
    """Something that cannot be written; the message is one sentence for the user."""


class _Unused(Exception):
    """Ends a trial without leaving a file."""


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A stream whose bytes become the file at `path` when the block ends, and only if it ends well.

    They are collected in a file beside it, which then takes its place in one step: whoever looks sees the old
    content or all of the new. After an error or Ctrl-C the old content stands and nothing else is left. What a
    killed process has left there is removed.
    An existing file keeps its permissions, a link stays a link, and what is no ordinary file (a
    terminal, a pipe) is written to directly.

    >>> with whole_file(Path(os.devnull)) as stream:
    ...     stream.write(b"content")
    7

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


@contextmanager
def ordinary_file(path: Path) -> Iterator[BinaryIO]:
    """A stream that reads the file at `path`: no folder, no pipe, which would keep one waiting, no device without end.

    Raises:
        OSError: it is something else, or cannot be read; its `strerror` says why.
    """
    number = os.open(path, os.O_RDONLY | NO_WAITING)
    mode = os.fstat(number).st_mode
    if not stat.S_ISREG(mode):
        os.close(number)
        raise OSError(errno.EINVAL, "it is a folder" if stat.S_ISDIR(mode) else "it is not an ordinary file")
    with open(number, "rb") as stream:
        yield stream


def bounded(stream: BinaryIO, most: int, what: str) -> bytes:
    """All that a stream holds, if it is no more than so many bytes.

    Raises:
        OSError: it is more than can belong to what it is.
    """
    content = stream.read(most + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"it is larger than {what} can be, {most >> 10} kB")
    return content


def check_writable(path: Path) -> None:
    """Find out whether `whole_file` can write there, without leaving a trace.

    Raises:
        OutputError: it cannot.
    """
    if os.path.exists(path) and not os.path.isdir(path) and not os.path.isfile(path) and os.access(path, os.W_OK):
        return  # To open a pipe may take for ever, and whoever reads from it would notice.
    with suppress(_Unused), whole_file(path):
        raise _Unused


def forget_unfinished() -> None:
    """Remove every file in the making of this process, which is about to end in the midst of it."""
    for path in tuple(_unfinished):
        with suppress(OSError):
            path.unlink()


def free_path(path: Path) -> Path:
    """The first of name.png, name-2.png, name-3.png … that does not exist yet."""
    names = (path if number == 1 else path.with_stem(f"{path.stem}-{number}") for number in count(1))
    return next(name for name in names if not os.path.lexists(name))


def named(name: str, rest: str) -> Path:
    """A file in this folder whose name begins like that, as far as file systems everywhere can have it.

    >>> named("batch 1/2: which?", "-40.png").name
    'batch 1-2- which-40.png'
    """
    stem = re.sub(r'[/\\:*?"<>|]+|[^\S ]', "-", "".join(c if c.isprintable() else "-" for c in name))
    stem = stem.encode("utf-8", errors="ignore")[:LONGEST_STEM].decode("utf-8", errors="ignore").strip(" .-")
    return Path(f"{stem or 'scene'}{rest}")


def located(path: Path) -> Path:
    """Where a path leads, links followed; two paths to the same file lead to the same place.

    Where that cannot be known, since this process's folder has been deleted, the path itself.
    """
    try:
        return Path(os.path.realpath(path))
    except FileNotFoundError:
        return path


def why(error: OSError) -> str:
    """What went wrong, to be said behind a colon.

    >>> why(FileNotFoundError(errno.ENOENT, "No such file or directory"))
    'no such file or directory'
    """
    told = error.strerror or str(error)
    return f"{told[:1].lower()}{told[1:]}"


def lock(stream: BinaryIO | FileIO) -> None:
    """Keep others who ask from an open file until it is closed, or until this process ends, however it does.

    Raises:
        OSError: its `errno` is one of IN_USE where somebody else has it.
    """
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415

        place = stream.tell()
        stream.seek(1 << 40)  # Locks are on bytes there, and bind readers too: this one is never read.
        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        finally:
            stream.seek(place)
    else:
        import fcntl  # noqa: PLC0415

        fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


def _reason(path: Path, error: OSError) -> str:
    """Why a file cannot be written there."""
    match error:
        case FileNotFoundError():
            return _missing(path)
        case NotADirectoryError():
            return f"{path.parent} is not a folder"
        case IsADirectoryError():
            return "it is a folder"
        case PermissionError():
            return "permission denied"
    return why(error)


def _missing(path: Path) -> str:
    """What is not there that would have to be."""
    if not path.is_absolute() and _homeless():
        return FOLDER_GONE
    if path.is_symlink():
        return f"it is a link into a folder that does not exist, {located(path).parent}"
    return "it cannot be made there" if path.parent.exists() else f"there is no folder {path.parent}"


def _homeless() -> bool:
    """Whether this process's folder has been deleted."""
    try:
        os.getcwd()
    except FileNotFoundError:
        return True
    return False


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
    _remove_leavings(target.parent)
    with _in_the_making(target) as (stream, beside):
        yield stream
        stream.flush()
        os.fsync(stream.fileno())
        if mode is not None:
            beside.chmod(mode & PERMISSIONS)
        if sys.platform == "win32":
            stream.close()  # Or it could not be renamed there; elsewhere, the lock has to last until it is.
        beside.replace(target)


@contextmanager
def _in_the_making(target: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """A new file beside the target, which is locked; if it is still there when the block ends, it is removed."""
    while True:
        beside = target.with_name(f"{BEFORE}{os.urandom(8).hex()}{AFTER}")
        _unfinished.add(beside)
        try:
            with beside.open("xb") as stream:  # Its permissions follow the umask, as those of any new file.
                if _claimed(stream):
                    yield stream, beside
                    return
        finally:
            with suppress(OSError):
                beside.unlink()
            _unfinished.discard(beside)


def _claimed(stream: BinaryIO) -> bool:
    """Lock a new file, so that nobody takes it for a leaving; False if somebody has, in the instant before."""
    try:
        lock(stream)
    except OSError as error:
        return error.errno not in IN_USE  # Some file systems know no locks, and so nobody removes leavings there.
    return os.fstat(stream.fileno()).st_nlink > 0


def _remove_leavings(folder: Path) -> None:
    """Remove files in the making that nobody is making any more, and so nobody has locked."""
    for path in folder.glob(f"{BEFORE}*{AFTER}"):
        if path not in _unfinished:
            with suppress(OSError):
                _remove_unlocked(path)


def _remove_unlocked(path: Path) -> None:
    if not stat.S_ISREG(path.lstat().st_mode):
        return  # Nothing that was left here.
    if sys.platform != "win32":
        with path.open("r+b") as stream:  # Over a network, only who may write may lock.
            lock(stream)
            path.unlink()
    else:
        path.unlink()  # Which fails while somebody has it open.


def _mode(path: Path) -> int | None:
    """The mode of what stands there, links followed; None if nothing does."""
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None
