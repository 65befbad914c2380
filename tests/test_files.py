"""Files are written whole or not at all."""

import errno
import os
import select
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import pytest

from sim.base.files import (
    AFTER,
    BEFORE,
    FOLDER_GONE,
    OutputError,
    check_writable,
    forget_unfinished,
    free_path,
    lock,
    whole_file,
)

posix = pytest.mark.skipif(sys.platform == "win32", reason="permissions and devices as POSIX has them")


def write(path: Path, content: bytes) -> None:
    with whole_file(path) as stream:
        stream.write(content)


def permissions(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_appears_with_its_content_and_nothing_beside_it(tmp_path: Path) -> None:
    write(tmp_path / "new", b"content")
    assert (tmp_path / "new").read_bytes() == b"content"
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_the_old_content_stands_until_the_new_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write(path, b"old")
    with whole_file(path) as stream:
        stream.write(b"new")
        stream.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize("mishap", [ValueError, KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("old", [None, b"old"])
def test_a_mishap_in_the_middle_leaves_everything_as_it_was(
    tmp_path: Path, mishap: type[BaseException], old: bytes | None
) -> None:
    path = tmp_path / "file"
    if old is not None:
        path.write_bytes(old)
    with pytest.raises(mishap), whole_file(path) as stream:  # noqa: PT012
        stream.write(b"half")
        raise mishap
    assert [each.read_bytes() for each in tmp_path.iterdir()] == ([] if old is None else [old])


@pytest.mark.parametrize("call", ["os.fsync", "pathlib.Path.replace"])
def test_a_failure_at_the_end_leaves_everything_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = tmp_path / "file"
    path.write_bytes(b"old")
    monkeypatch.setattr(call, fail)
    with pytest.raises(OutputError, match=r"^cannot write .*file: no space left on device$"):
        write(path, b"new")
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"old"]


def test_reasons_are_sentences(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path, reason in {
        tmp_path: "it is a folder",
        tmp_path / "none" / "file": "there is no folder ",
        tmp_path / "file" / "file": "(is not a folder|there is no folder)",  # As the system has it.
        tmp_path / ("x" * 300): "too long|incorrect|invalid",
    }.items():
        for attempt in (check_writable, lambda path: write(path, b"")):
            with pytest.raises(OutputError, match=reason) as caught:
                attempt(path)
            assert "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_file_that_may_not_be_written_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "access", lambda *_: False)  # An administrator may write anything.
    with pytest.raises(OutputError, match="permission denied"):
        write(path, b"new")
    assert path.read_bytes() == b"old"


def test_what_cannot_be_written_is_known_before_the_work_begins(tmp_path: Path) -> None:
    with pytest.raises(OutputError), whole_file(tmp_path / "none" / "file"):
        pytest.fail("the block was entered")


def test_checking_leaves_no_trace(tmp_path: Path) -> None:
    check_writable(tmp_path / "new")
    assert not list(tmp_path.iterdir())
    (tmp_path / "old").write_bytes(b"old")
    check_writable(tmp_path / "old")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


@posix
@pytest.mark.parametrize("mask", [0o022, 0o027, 0o002])
def test_a_new_file_has_the_permissions_of_any_new_file(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        write(tmp_path / "new", b"")
    finally:
        os.umask(before)
    assert permissions(tmp_path / "new") == 0o666 & ~mask


@posix
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664, 0o755])
def test_an_existing_file_keeps_its_permissions(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "file"
    path.touch()
    path.chmod(mode)
    write(path, b"new")
    assert permissions(path) == mode


@posix
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to("target")
    write(link, b"one")
    write(link, b"two")
    assert link.is_symlink()
    assert (tmp_path / "target").read_bytes() == b"two"


@posix
def test_a_pipe_stays_a_pipe(tmp_path: Path) -> None:
    """What is no ordinary file is never replaced. A pipe of our own stands for the system's devices here."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write(pipe, b"content")
        assert stat.S_ISFIFO(pipe.stat().st_mode)
        assert os.read(reader, 100) == b"content"
    finally:
        os.close(reader)
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


def test_free_path_counts_on_from_what_exists(tmp_path: Path) -> None:
    names = []
    for _ in range(4):
        path = free_path(tmp_path / "name.png")
        names.append(path.name)
        path.touch()
    assert names == ["name.png", "name-2.png", "name-3.png", "name-4.png"]
    (tmp_path / "name-2.png").unlink()
    assert free_path(tmp_path / "name.png").name == "name-2.png"


@posix
def test_free_path_minds_links_that_lead_nowhere(tmp_path: Path) -> None:
    (tmp_path / "name.png").symlink_to("nowhere")
    assert free_path(tmp_path / "name.png").name == "name-2.png"


# Files in the making.


def leaving(folder: Path) -> Path:
    """What a process leaves that is killed in the midst of writing."""
    path = folder / f"{BEFORE}0123456789abcdef{AFTER}"
    path.write_bytes(b"half")
    return path


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_what_a_killed_process_left_is_removed_by_who_writes_there(tmp_path: Path) -> None:
    leaving(tmp_path)
    (tmp_path / f"mine{AFTER}").touch()
    write(tmp_path / "file", b"content")
    assert names(tmp_path) == {"file", f"mine{AFTER}"}
    leaving(tmp_path)
    check_writable(tmp_path / "file")
    assert names(tmp_path) == {"file", f"mine{AFTER}"}


@posix
def test_what_somebody_is_making_is_not_removed(tmp_path: Path) -> None:
    with leaving(tmp_path).open("r+b") as stream:
        lock(stream)
        write(tmp_path / "file", b"content")
        assert len(names(tmp_path)) == 2
    write(tmp_path / "file", b"content")
    assert names(tmp_path) == {"file"}


@posix
def test_a_file_is_locked_until_it_stands_in_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or whoever writes beside it, in the instant between, would take it for a leaving."""

    def meanwhile(self: Path, target: Path) -> Path:
        with self.open("r+b") as stream, pytest.raises(BlockingIOError):
            lock(stream)
        os.replace(self, target)
        return target

    monkeypatch.setattr(Path, "replace", meanwhile)
    write(tmp_path / "file", b"content")
    assert names(tmp_path) == {"file"}


@posix
@pytest.mark.parametrize("removed", [True, False])
def test_who_takes_a_file_for_a_leaving_before_it_is_locked_costs_only_a_second_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, removed: bool
) -> None:
    others: list[BinaryIO] = []

    def late(stream: BinaryIO) -> None:
        if not others:
            (path,) = tmp_path.iterdir()
            others.append(path.open("r+b"))
            lock(others[0])
            if removed:
                path.unlink()
                others[0].close()
        lock(stream)

    monkeypatch.setattr("sim.base.files.lock", late)
    write(tmp_path / "file", b"content")
    others[0].close()
    assert (tmp_path / "file").read_bytes() == b"content"
    assert names(tmp_path) == {"file"}


@posix
def test_on_a_file_system_without_locks_files_are_written_and_leavings_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("sim.base.files.lock", refuse)
    left = leaving(tmp_path)
    write(tmp_path / "file", b"content")
    assert names(tmp_path) == {"file", left.name}


@posix
def test_what_is_called_like_a_leaving_but_is_none_is_left(tmp_path: Path) -> None:
    (tmp_path / "target").touch()
    (tmp_path / f"{BEFORE}link{AFTER}").symlink_to("target")
    (tmp_path / f"{BEFORE}folder{AFTER}").mkdir()
    os.mkfifo(tmp_path / f"{BEFORE}pipe{AFTER}")
    before = names(tmp_path)
    write(tmp_path / "file", b"content")
    assert names(tmp_path) == before | {"file"}


def test_who_ends_in_the_midst_leaves_nothing(tmp_path: Path) -> None:
    with suppress(OutputError), whole_file(tmp_path / "a") as one, whole_file(tmp_path / "b") as other:
        one.write(b"half")
        other.write(b"half")
        assert len(names(tmp_path)) == 2
        if sys.platform == "win32":  # Where what is open cannot be removed.
            one.close()
            other.close()
        forget_unfinished()
        assert not names(tmp_path)
    assert not names(tmp_path)


@posix
def test_whether_a_pipe_can_be_written_is_not_found_out_by_opening_it(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        check_writable(pipe)
        poll = select.poll()
        poll.register(reader)
        assert poll.poll(0) == []  # It would know that somebody has been there and gone.
    finally:
        os.close(reader)


@posix
def test_a_link_into_no_folder_and_a_ring_of_links_are_sentences(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("none/file")
    (tmp_path / "ring").symlink_to("ring")
    for name, reason in {"link": "it is a link into a folder that does not exist, .*none", "ring": "symbolic"}.items():
        for attempt in (check_writable, lambda path: write(path, b"")):
            with pytest.raises(OutputError, match=reason):
                attempt(tmp_path / name)


@posix
@pytest.mark.parametrize("path", ["file", "none/file", "../file"])
def test_in_a_folder_that_is_gone_nothing_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(OutputError, match=FOLDER_GONE):
        write(Path(path), b"")
    write(tmp_path / "elsewhere", b"content")
    assert names(tmp_path) == {"elsewhere"}
