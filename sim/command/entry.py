"""Where the command line begins: it chooses a command, and ends with its status."""
# ruff: noqa: PLC0415  Until signals are heeded, as little as possible is loaded.

import gc
import sys

from . import COMMANDS, INSTALLED, STUDIES, module_of
from .console.ending import TYPE_CHECKING, before_the_end, end_as_interrupted, end_at_signals, end_by_itself

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence
    from typing import Protocol

    class _Command(Protocol):
        """What a module of a command offers."""

        parser: "Callable[[], argparse.ArgumentParser]"
        run: "Callable[[argparse.Namespace], None]"


FAILED, UNREAD = 2, 1
TABLES, CHARTS = ("csv", "npz"), ("output",)
"""The options for files of which none is a scene: pictures and films of races are, charts of studies are not."""
SELDOM = (100_000, 50, 100)
"""How seldom Python looks for objects that only refer to each other: loading makes very many, and all of them stay."""


def main() -> int:
    """Be the program that this process is: do what its arguments say; the exit status."""
    end_at_signals()
    gc.set_threshold(*SELDOM)
    from ..base.files import forget_unfinished
    from .console.terminal import prepare

    before_the_end(forget_unfinished)
    prepare()
    try:
        return obey(sys.argv[1:])
    except KeyboardInterrupt:
        end_as_interrupted()
        raise
    finally:
        end_by_itself()


def obey(words: "Sequence[str]") -> int:
    """Do what a command line says; the exit status, which is 0 if all is well.

    Raises:
        SystemExit: it asks for help, or asks for what no command understands.
    """
    from importlib import import_module

    from .console.terminal import abandon_standard_output, remark, results_alone

    words = list(words)
    if (problem := _empty(words) or _misspelt(words)) is not None:
        remark(f"error: {problem}")
        return FAILED
    name = words.pop(0) if words and words[0] in COMMANDS else "window"
    command: _Command = import_module(module_of(name), __package__)
    try:
        with results_alone():
            _load_rules(command, words)
        arguments = command.parser().parse_args(words)
        with results_alone():
            options = (*TABLES, *CHARTS) if name in STUDIES else TABLES
            written = {option: path for option in options if (path := getattr(arguments, option, None)) is not None}
            if written:
                from .console.selection import keep_sources

                keep_sources(arguments, written)
            command.run(arguments)
    except SystemExit:
        raise  # Before the exceptions below are looked up, which --help need not wait for.
    except BrokenPipeError:
        abandon_standard_output()
        return UNREAD
    except ModuleNotFoundError as error:
        if _is_ours(error.name):
            raise
        remark(f"error: {_missing(error)}")
        return FAILED
    except _mistakes() as error:
        remark(f"error: {error}")
        return FAILED
    return 0


def _empty(words: "Sequence[str]") -> str | None:
    """What is wrong with words of which one is empty; None if none is."""
    for before, word in zip(["", *words], words, strict=False):
        if word.startswith("--") and word.endswith("="):
            return _nothing(word.removesuffix("="))
        if not word:
            return _nothing(before)
    return None


def _nothing(before: str) -> str:
    which = f"the argument of {before}" if before.startswith("-") else "an argument"
    return f"{which} is empty, as when a variable is not set"


def _misspelt(words: "Sequence[str]") -> str | None:
    """What is wrong with a first word that is nearly a command's name, and no scene's or file's; None if it is not."""
    if not words or words[0] in COMMANDS or words[0].startswith("-"):
        return None
    from difflib import get_close_matches

    if not get_close_matches(words[0].lower(), COMMANDS, 1):
        return None
    import os

    from ..scene import scene_files
    from ..scene.words import excerpt, near

    scenes = scene_files()
    if words[0] in scenes or "." in words[0] or os.sep in words[0] or os.path.exists(words[0]):
        return None
    (nearest,) = near(words[0], [*COMMANDS, *scenes], 1)
    if nearest in scenes:
        return None
    return f"there is no command or scene {excerpt(words[0])}; did you mean {nearest}?"


def _load_rules(command: "_Command", words: "Sequence[str]") -> None:
    """Run the files of rules that the user names, before the command looks which rules there are."""
    from .console.arguments import RULES_OPTION, rules_files

    files = rules_files(words)
    if not files or RULES_OPTION not in command.parser().format_usage():
        return
    from ..foreign.rules_file import load_rules
    from .console.terminal import remark

    for path in files:
        load_rules(path)
    remark(f"{RULES_OPTION} runs the code of {', '.join(files)}")


def _mistakes() -> tuple[type[Exception], ...]:
    """The exceptions whose message is a sentence for the user."""
    from ..base.files import OutputError
    from ..descent.rules.guard import RuleFailure
    from ..foreign.rules_file import RulesError
    from ..scene import SceneError
    from ..stage import StageError
    from ..study.work.workers import StudyError

    return SceneError, OutputError, StudyError, StageError, RulesError, RuleFailure


def _is_ours(module: str | None) -> bool:
    return module is None or module.split(".")[0] == __name__.split(".", maxsplit=1)[0]


def _missing(error: ModuleNotFoundError) -> str:
    what = "--force-reinstall three-marbles" if INSTALLED else "-r requirements.txt"
    return f"{error.name} is not installed; install what is needed with: python -m pip install {what}"
