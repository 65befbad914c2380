"""Work for the tests of workers: it takes no time and loads no library."""

import os
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.study.work.workers import THREADS
from sim.surface.cancellation import raise_if_cancelled

if TYPE_CHECKING:
    from sim.study.work.ensemble import Job


@dataclass(frozen=True)
class Square:
    """It may write down that it was done, and by which process."""

    number: int
    diary: str = ""
    marble_updates: int = 1

    def run(self) -> int:
        if self.diary:
            with open(self.diary, "a") as diary:
                diary.write(f"{self.number} {os.getpid()}\n")
        return self.number**2


@dataclass(frozen=True)
class Fatal(Square):
    """It kills the process that does it, once for each file in a folder."""

    def run(self) -> int:
        for path in Path(self.diary).iterdir():
            with suppress(FileNotFoundError):
                path.unlink()
                os._exit(9)
        return self.number**2


@dataclass(frozen=True)
class Endless(Square):
    """It is never done, but tells that it has begun."""

    def run(self) -> int:
        super().run()
        time.sleep(300)
        return 0


@dataclass(frozen=True)
class Revocable(Square):
    """It is never done, but given up as soon as it is not wanted any more."""

    def run(self) -> int:
        super().run()
        while True:
            raise_if_cancelled()
            time.sleep(0.01)


@dataclass(frozen=True)
class Meeting(Square):
    """It is done when two processes are at such work at the same time; it gives up after a while."""

    def run(self) -> int:
        super().run()
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            present = {line.split()[1] for line in Path(self.diary).read_text().splitlines() if " " in line}
            if len(present) > 1:
                return len(present)
            time.sleep(0.01)
        return 0


class Refusal(Exception):
    """One that says something, and knows something besides."""

    def __init__(self, sentence: str, number: int) -> None:
        super().__init__(sentence)
        self.number = number


@dataclass(frozen=True)
class Mistaken(Square):
    """It fails: with an exception that can be sent, or with one that cannot."""

    portable: bool = True

    def run(self) -> int:
        super().run()
        if self.portable:
            raise LookupError(f"number {self.number} is nowhere")
        raise Refusal("this cannot be sent", self.number)


@dataclass(frozen=True)
class Bulky(Square):
    """It is larger than a pipe has room for, and so is what comes of it."""

    number: int
    load: bytes = bytes(1 << 22)

    def run(self) -> bytes:  # type: ignore[override]
        return self.load + bytes([self.number])


@dataclass(frozen=True)
class Unsendable(Square):
    """It is done well, but nobody else can be told what came of it."""

    def run(self) -> object:  # type: ignore[override]
        return lambda: None


@dataclass(frozen=True)
class Look(Square):
    """What a worker process is like: how many threads it wants, deaf to Ctrl-C, numpy loaded."""

    def run(self) -> tuple[set[str | None], bool, bool]:  # type: ignore[override]
        deaf = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        return {os.environ.get(name) for name in THREADS}, deaf, "numpy" in sys.modules


@dataclass(frozen=True)
class Deadly:
    """A true job; while there is a file, the process that begins it takes the file away and is killed."""

    job: "Job"
    mark: str
    marble_updates: int = 1

    def run(self) -> Any:
        with suppress(FileNotFoundError):
            os.unlink(self.mark)
            os.kill(os.getpid(), signal.SIGKILL)
        return self.job.run()
