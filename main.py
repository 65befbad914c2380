"""Three Marbles: why optimizers get stuck, and how they get out. The command line, nothing else."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  Whichever Python was at hand may run this file.
    sys.exit("main.py: error: Python 3.11 or newer is needed, not {}.{}".format(*sys.version_info))

import argparse
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Protocol, cast

from sim.command import COMMANDS
from sim.command.arguments import FAILED
from sim.command.terminal import abandon_standard_output, say

INTERRUPTED, UNREAD = 130, 1


class _Command(Protocol):
    """What a module of `sim.command` offers."""

    parser: Callable[[], argparse.ArgumentParser]
    run: Callable[[argparse.Namespace], None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    name = words.pop(0) if words and words[0] in COMMANDS else "window"
    command = cast(_Command, import_module(f"sim.command.{name}"))
    try:
        command.run(command.parser().parse_args(words))
    except SystemExit:
        raise  # Before the exceptions below are looked up, which --help need not wait for.
    except KeyboardInterrupt:
        say("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        abandon_standard_output()
        return UNREAD
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] == "sim":
            raise
        say(f"error: {_missing(error)}")
        return FAILED
    except _mistakes() as error:
        say(f"error: {error}")
        return FAILED
    return 0


def _mistakes() -> tuple[type[Exception], ...]:
    """The exceptions whose message is a sentence for the user."""
    from sim.files import OutputError  # noqa: PLC0415
    from sim.scene import SceneError  # noqa: PLC0415
    from sim.stage import StageError  # noqa: PLC0415
    from sim.study.workers import StudyError  # noqa: PLC0415

    return SceneError, OutputError, StudyError, StageError


def _missing(error: ModuleNotFoundError) -> str:
    return f"{error.name} is not installed; install what is needed with: python -m pip install -r requirements.txt"


if __name__ == "__main__":
    sys.exit(main())
