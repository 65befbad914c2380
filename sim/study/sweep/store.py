"""A sweep's results in a file: what is done stays done, however the program ends.

The file is a database of SQLite, which keeps it whole when the process is killed or the disk is full, and keeps others
from it while a sweep writes. Its table `results` has a row for each block of seeds, written as it is completed;
`sweep` has one row, all that the results follow from, as JSON. All rows have check sums, for SQLite has none. When all
are there the file is put in order, so that its bytes do not tell in how many goes, and by how many workers, they were
found.

While a sweep writes, the newest rows stand beside the file, in one that ends in -wal: so they need not wait for the
disk, and yet a power cut costs the last ones at most. It goes away when the sweep ends, however it does, unless the
process is killed; then the next sweep takes it over. No memory is shared, so that any folder will do where files can
be locked.
"""

import hashlib
import json
import os
import re
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Self

from ...base.files import OutputError, check_writable, located, named, ordinary_file, whole_file, why
from ...scene.words import excerpt
from ..work.ensemble import NO_OUTCOMES
from ..work.program import program
from ..work.workers import StudyError
from . import rows
from .sweep import Result, Study

VERSION = 3
OLD = re.compile(rb'\{"format": "three-marbles sweep", "version": (\d{1,9}),')  # How files of text began.
APPLICATION = 0x334D6272  # "3Mbr", where the head of a database tells whose it is.
HEAD = 100  # Bytes.
PAGE = 4096  # Bytes.
FORMS = tuple(b"\x10\0%b\0\0\0\4\0\0\0\1" % each for each in (b"\1\1", b"\2\2"))
"""What the head of all of ours tells: such pages, a journal beside the file or a -wal, the usual schema, and UTF-8."""
IN_ORDER = b"\1\1"
"""What the head tells once all results are there: no more comes, so there is no -wal."""
JOURNAL = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
BESIDE = {"-journal": (JOURNAL[:4], bytes(4)), "-wal": (b"7\x7f\6\x82", b"7\x7f\6\x83", bytes(4))}
"""How files begin that may lie beside ours, which SQLite believes and removes. A journal that leads to others ends in
JOURNAL, and is none of ours."""

TABLE = "CREATE TABLE sweep (description TEXT, digest BLOB)"
LONGEST_VALUE = 1 << 24  # Bytes; the description of the largest sweep has some hundred thousand.
MOST_STEPS = 10_000_000  # Of SQLite, to read a table: about a second. A row takes some ten.
ROOM = 1 << 18  # Bytes that a row may have beside its runs: there are not ten thousand minima.

HANDED_ON = Result(NO_OUTCOMES, (), 0)
"""In the place of a result of which nothing is kept in memory."""

INSTEAD = "it is left as it is: name another file for the results, or remove it"


class Store:
    """The results of a sweep that are known, and the file to which each goes as soon as it is.

    Within a `with` block it is open: it has taken over what the file holds, which is made as soon as there is anything.

    Raises:
        StudyError: the file holds something else, or is damaged or in use; it is left as it is.
        OutputError: it cannot be written, or is gone at the end.
    """

    def __init__(self, path: Path, sweep: Study, hand_on: Callable[[int, Result], None] | None = None) -> None:
        self.path = path
        self.sweep = sweep
        self.results: dict[int, Result] = {}
        """By the place of their block; HANDED_ON where each is handed on instead as soon as it is known."""
        self._hand_on = hand_on
        self._file = path
        self._is_new = False
        self._own: os.stat_result | None = None
        self._beside: os.stat_result | None = None
        self._connection: sqlite3.Connection | None = None

    @property
    def missing(self) -> list[int]:
        """The places of the blocks that are still to be computed, as far as is known from the others."""
        return self.sweep.missing(self.results)

    def put(self, place: int, result: Result) -> None:
        """Write down the result of a block.

        Raises:
            OutputError: it cannot be written; what was before stays valid.
        """
        row = rows.row(self.sweep, place, result)
        known = rows.result(self.sweep, row)
        connection = self._connection or self._begun()
        then = "; what it holds is valid, and the same command goes on from there" if self.results else ""
        with self._errors_told(then):
            connection.execute(rows.INSERT, row)
        self._take(place, known)
        self._check_there()

    def stored(self, place: int) -> Result:
        """The result of a block as the file has it, while it is open.

        Raises:
            StudyError: it has been damaged meanwhile.
        """
        assert self._connection is not None
        with self._errors_told():
            (row,) = self._connection.execute("SELECT * FROM results WHERE block = ?", (place,)).fetchall()
        return self._result(row)

    def leave(self) -> str:
        """Let the file go at once, as before the end of the process; what there is to say of it."""
        if self._connection is not None:
            self._connection.close()  # Which takes in what lies beside it.
        return f"the results so far are kept in {self.path}" if self.results else ""

    def discard(self) -> None:
        """Remove the file, which nobody needs any more, when it has been closed with all results in it."""
        with suppress(OSError):
            self._file.unlink()

    def __enter__(self) -> Self:
        check_writable(self.path)
        self._file = located(self.path).absolute()  # SQLite takes no such name for an address.
        _check_beside(self.path, self._file)
        try:
            if self._file.exists():
                self._open()
        except BaseException:
            self.leave()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._check_there()
                if not self.missing:
                    self._put_in_order()
        finally:
            self.leave()
            if self._is_new and not self.results and kind is not None and issubclass(kind, OutputError):
                self.discard()  # As on a full disk, where it could be made, and nothing be written.

    def _put_in_order(self) -> None:
        """If there is room for it, and if it is not: while results come, and only then, the file is one with a -wal."""
        connection = self._connection
        if connection is None:
            return
        with suppress(OSError, OutputError, StudyError), ordinary_file(self._file) as stream:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            if stream.read(HEAD)[18:20] == IN_ORDER and stream.seek(0, os.SEEK_END) == pages * PAGE:
                return
        with suppress(OSError, OutputError, StudyError), whole_file(self._file) as stream:
            with self._errors_told():
                _copy_in_order(connection, self.sweep, stream.name)
            self.leave()
            if os.path.lexists(f"{self._file}-wal"):
                raise OutputError("")  # There was no room to take it in.

    def _check_there(self) -> None:
        """Find out whether the file still stands where it did, so that what is written is not lost."""
        beside = Path(f"{self._file}-wal")
        if self._own is None or _is_there(self._file, self._own):
            with suppress(OSError):
                self._beside = os.stat(beside)
            return
        self.leave()
        if self._beside is not None and _is_there(beside, self._beside):
            beside.unlink()  # Which SQLite leaves there; it would go with another file in the place of this one.
        ran = f"while the {self.sweep.kind} ran"
        raise OutputError(f"{self.path} was removed or replaced {ran}, and its results are lost")

    def _begun(self) -> sqlite3.Connection:
        with self._errors_told():
            try:
                self._file.touch(exist_ok=False)
            except FileExistsError:
                raise StudyError(f"{self.path} is in use by another {self.sweep.kind}, which has just begun") from None
            self._is_new = True
        return self._open()

    def _open(self) -> sqlite3.Connection:
        """Take over what the file holds, and keep others from it."""
        with self._errors_told():
            empty = not _head(self.path, self._file, self.sweep.kind)
            self._connection = connection = sqlite3.connect(self._file, timeout=0, isolation_level=None)
            connection.text_factory = bytes
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
            connection.set_progress_handler(lambda: 1, MOST_STEPS)
            for setting in ("trusted_schema = OFF", "cell_size_check = ON", "locking_mode = EXCLUSIVE"):
                connection.execute(f"PRAGMA {setting}")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")  # Which lets the lock go only when the connection ends.
            self._own = os.stat(self._file)
            if empty:
                _make(connection, self.sweep)
            else:
                self._read(connection)
            if self.missing:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
        return connection

    def _read(self, connection: sqlite3.Connection) -> None:
        schema = connection.execute("SELECT sql FROM sqlite_master LIMIT 3").fetchall()
        if schema != [(TABLE.encode(),), (rows.TABLE.encode(),)]:
            raise self._damaged()
        told = connection.execute("SELECT description, digest FROM sweep LIMIT 2").fetchall()
        if len(told) != 1 or type(told[0][0]) is not bytes or told[0][1] != rows.checksum(told[0][0]):
            raise self._damaged()
        _check_description(self.path, told[0][0], self.sweep)
        if connection.execute("PRAGMA page_count").fetchone()[0] * PAGE > _most(self.sweep):
            raise StudyError(f"{self.path} is larger than the results of this {self.sweep.kind} can be; {INSTEAD}")
        if connection.execute("PRAGMA quick_check(1)").fetchall() != [(b"ok",)]:
            raise self._damaged()
        for row in connection.execute("SELECT * FROM results"):
            self._take(row[0], self._result(row))

    def _result(self, row: rows.StoredRow) -> Result:
        """What a row says, which must be possible."""
        try:
            return rows.result(self.sweep, row)
        except rows.ImpossibleError as error:
            raise self._damaged(f" in block {row[0]:,}: {error}") from None

    def _take(self, place: int, result: Result) -> None:
        if self._hand_on is None:
            self.results[place] = result
        else:
            self._hand_on(place, result)
            self.results[place] = HANDED_ON

    def _damaged(self, where: str = "") -> StudyError:
        return StudyError(f"{self.path} is damaged{where}; {INSTEAD}")

    @contextmanager
    def _errors_told(self, then: str = "") -> Iterator[None]:
        """What SQLite cannot do, as a sentence; what it cannot be asked is our mistake."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            match getattr(error, "sqlite_errorcode", 0) & 0xFF:
                case sqlite3.SQLITE_BUSY:
                    raise StudyError(f"{self.path} is in use by another {self.sweep.kind}") from None
                case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_TOOBIG | sqlite3.SQLITE_INTERRUPT:
                    raise self._damaged() from None
                case sqlite3.SQLITE_IOERR | sqlite3.SQLITE_FULL | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_READONLY:
                    raise OutputError(f"cannot write {self.path}: {error}{then}") from None
            raise
        except OSError as error:
            raise OutputError(f"cannot write {self.path}: {why(error)}{then}") from None


def default_path(sweep: Study) -> Path:
    """A name made of the scene and the sweep, so that the same sweep finds its own results and no others."""
    words = "-".join(sweep.words)
    digest = hashlib.sha256(b"%d %s" % (VERSION, _description(sweep))).hexdigest()[:8]
    return named(re.sub(r"\W+", "-", words)[:80].strip("-"), f"-{digest}.{sweep.kind}.sqlite")


# What is found there before SQLite sees it.


def _head(path: Path, file: Path, kind: str) -> bytes:
    """The head of a database that is one of ours; of an empty file, nothing."""
    if not stat.S_ISREG(os.stat(file).st_mode):
        raise StudyError(f"{path} is not an ordinary file; name another for the results")
    with ordinary_file(file) as stream:
        head = stream.read(HEAD)
    old = OLD.match(head)
    if head and not old and not (head.startswith(b"SQLite") and head[68:72] == APPLICATION.to_bytes(4)):
        raise StudyError(f"{path} is not the results file of a {kind}; {INSTEAD}")
    version = int(old[1]) if old else int.from_bytes(head[60:64])
    if head and version != VERSION:
        raise StudyError(f"{path} is a results file of version {version}, not of version {VERSION}; {INSTEAD}")
    if head and head[16:20] + head[44:48] + head[56:60] not in FORMS:
        raise StudyError(f"{path} is damaged; {INSTEAD}")
    return head


def _is_there(file: Path, known: os.stat_result) -> bool:
    """Whether a file is the one that it was."""
    with suppress(OSError):
        return os.path.samestat(os.stat(file), known)
    return False


def _check_beside(path: Path, file: Path) -> None:
    """Find out whether anything lies beside the file that no sweep has left there."""
    for ending, starts in BESIDE.items():
        beside = Path(f"{file}{ending}")
        try:
            with ordinary_file(beside) as stream:
                start = stream.read(4)
                stream.seek(-min(8, os.fstat(stream.fileno()).st_size), os.SEEK_END)
                end = stream.read(8)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise OutputError(f"cannot write {path} and {beside}: {why(error)}") from None
        if not any(each.startswith(start) for each in starts) or end == JOURNAL or beside.is_symlink():
            raise StudyError(f"{beside} is in the way of {path}; remove it, or name another file for the results")


# What is written before the rows.


def _make(connection: sqlite3.Connection, sweep: Study) -> None:
    """Put the tables into an empty database, with the description and no results."""
    connection.execute(f"PRAGMA page_size = {PAGE}")
    connection.execute("PRAGMA auto_vacuum = NONE")
    connection.execute("BEGIN")
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute(TABLE)
    connection.execute(rows.TABLE)
    text = _description(sweep)
    connection.execute("INSERT INTO sweep VALUES (?, ?)", (text.decode(), rows.checksum(text)))
    connection.execute("COMMIT")


def _copy_in_order(results: sqlite3.Connection, sweep: Study, name: str) -> None:
    """Make of an empty file one into which all results went in order; only a few of them are in memory at once."""
    with closing(sqlite3.connect(name, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")  # A file that is not whole goes away.
        connection.execute("PRAGMA synchronous = OFF")
        _make(connection, sweep)
        connection.execute("BEGIN")
        connection.executemany(rows.INSERT, results.execute("SELECT * FROM results ORDER BY block"))
        connection.execute("COMMIT")


def _description(sweep: Study) -> bytes:
    return json.dumps({"program": program(), **sweep.description()}, allow_nan=False).encode()


def _check_description(path: Path, text: bytes, sweep: Study) -> None:
    """Find out whether results with such a description belong to this sweep."""
    own = _description(sweep)
    if text == own:
        return
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    mine = json.loads(own)
    scene = excerpt(mine["scene"])
    if not isinstance(found, dict):
        what = "is damaged"
    elif found.get("program") != mine["program"]:
        what = "was computed by another version of this program, or of numpy"
    elif found.get("study", "sweep") != sweep.kind:
        what = f"holds no {sweep.kind}, but another study"
    elif found.get("scene") != mine["scene"]:
        what = f"holds a {sweep.kind} of the scene {excerpt(found.get('scene'))}"
    elif found.get("rules") != mine.get("rules"):
        what = f"holds a {sweep.kind} of {scene} with another text of the files of its rules"
    elif found.get("numbers") != mine["numbers"]:
        what = f"holds a {sweep.kind} of {scene} as it was before it was changed"
    else:
        what = f"holds another {sweep.kind} of {scene}"
    raise StudyError(f"{path} {what}; {INSTEAD}")


def _most(sweep: Study) -> int:
    """So many bytes are more than the file can have."""
    return 4 * (sweep.runs * rows.RUN.itemsize + len(_description(sweep))) + (len(sweep.blocks) + 1) * ROOM
