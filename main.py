"""Three Marbles: why optimizers get stuck, and how they get out. The command line, nothing else.

Every command imports what it needs when it needs it, so that none waits for another's libraries.
"""
# ruff: noqa: PLC0415

import argparse
import codecs
import io
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from _typeshed import SupportsWrite
    from rich.table import Table

    from sim.descent.race import Race
    from sim.scene import Scene

PROGRAM = "main.py"
FAILED, INTERRUPTED, UNREAD = 2, 130, 1

MOST_UPDATES = 1_000_000
LARGEST_SEED = 2**53 - 1
SMALLEST_SIZE, LARGEST_SIZE = (320, 240), (7680, 4320)
THEMES = ("light", "dark")
NO_DISPLAY_PICTURE = Path("three-marbles.png")

CHUNK = 1_000  # Updates between two movements of the progress bar.

SCENE_HELP = "the name of a scene, or the path to a TOML file (default: the opening scene)"


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence."""

    def __init__(self, command: str, description: str, examples: str, usage: str | None = None) -> None:
        super().__init__(
            prog=f"{PROGRAM} {command}".strip(),
            usage=usage,
            description=description.strip(),
            epilog=f"examples:\n{_indented(examples)}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )

    def print_help(self, file: "SupportsWrite[str] | None" = None) -> None:
        if file is None:
            _show(self.format_help().rstrip())
        else:
            super().print_help(file)

    def error(self, message: str) -> NoReturn:
        self.exit(FAILED, f"{PROGRAM}: error: {message}\n")


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.strip().splitlines())


def _whole_number(lowest: int, highest: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"[+-]?[0-9]{1,20}", text) or not lowest <= int(text) <= highest:
            raise argparse.ArgumentTypeError(f"must be a whole number from {lowest} to {highest:,}, not {_short(text)}")
        return int(text)

    return parse


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"([0-9]{1,9})[xX×]([0-9]{1,9})", text)
    if not match:
        raise argparse.ArgumentTypeError(f"must be WIDTHxHEIGHT, such as 1600x900, not {_short(text)}")
    width, height = map(int, match.groups())
    (least_width, least_height), (most_width, most_height) = SMALLEST_SIZE, LARGEST_SIZE
    if not (least_width <= width <= most_width and least_height <= height <= most_height):
        limits = f"{least_width}x{least_height} to {most_width}x{most_height}"
        raise argparse.ArgumentTypeError(f"must be from {limits}, not {_short(text)}")
    return width, height


def _picture(text: str) -> Path:
    path = Path(text)
    if path.suffix.lower() not in ("", ".png"):
        raise argparse.ArgumentTypeError(f"must end in .png, which is what is written, not in {_short(path.suffix)}")
    return path


def _short(text: str) -> str:
    return repr(text) if len(text) <= 40 else repr(f"{text[:39]}…")


def _window_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        "",
        f"""
Three marbles start at the same point of the same loss surface: one follows
the full batch, one a small batch, one momentum. See which gets stuck, where
and why, and which escapes.

other commands, each with a --help of its own:
  {PROGRAM} screenshot  save a picture of a race, without a window
  {PROGRAM} run         run a race without a picture: verdicts, evidence, events
  {PROGRAM} scenes      list the scenes
""",
        f"""
python {PROGRAM}                    the opening scene
python {PROGRAM} on-the-saddle      a scene by its name
python {PROGRAM} lecture/mine.toml  a scene of your own
python {PROGRAM} ./run              a scene whose file is called like a command
""",
        usage=f"{PROGRAM} [-h] [--version] [SCENE]\n       {PROGRAM} {{{','.join(COMMANDS)}}} [-h] ...",
    )
    parser.add_argument("scene", nargs="?", metavar="SCENE", help=SCENE_HELP)
    parser.add_argument("--version", action="store_true", help="show the version and exit")
    return parser


def _screenshot_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        "screenshot",
        "Save a picture of a race as the window would show it. No display is needed.",
        f"""
python {PROGRAM} screenshot
python {PROGRAM} screenshot sharp-and-flat --update 150 --seed 7
python {PROGRAM} screenshot ravine --size 3840x2160 --theme dark -o slide.png
""",
    )
    parser.add_argument("scene", nargs="?", metavar="SCENE", help=SCENE_HELP)
    parser.add_argument(
        "--update",
        type=_whole_number(0, MOST_UPDATES),
        metavar="N",
        help=f"the moment to show, in updates from the start, at most {MOST_UPDATES:,} (default: the scene's own last)",
    )
    parser.add_argument(
        "--size",
        type=_size,
        default=(1600, 900),
        metavar="WxH",
        help="width and height in pixels, from {}x{} to {}x{} (default: 1600x900)".format(
            *SMALLEST_SIZE, *LARGEST_SIZE
        ),
    )
    parser.add_argument("--theme", choices=THEMES, default="light", help="its colours (default: light)")
    _add_seed(parser)
    parser.add_argument(
        "-o",
        "--output",
        type=_picture,
        metavar="FILE",
        help="the PNG file to write, replaced if it exists (default: the scene's name, and a number if that is taken)",
    )
    return parser


def _run_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        "run",
        "Run a race without a picture, and say what became of every marble, and on\nwhat evidence.",
        f"""
python {PROGRAM} run
python {PROGRAM} run local-minimum --updates 2000 --seed 3
python {PROGRAM} run batch-ladder --json > verdicts.json
python {PROGRAM} run ravine --csv ravine.csv
""",
    )
    parser.add_argument("scene", nargs="?", metavar="SCENE", help=SCENE_HELP)
    parser.add_argument(
        "--updates",
        type=_whole_number(0, MOST_UPDATES),
        metavar="N",
        help=f"how many updates to run, at most {MOST_UPDATES:,} (default: the scene's own number)",
    )
    _add_seed(parser)
    parser.add_argument("--json", action="store_true", help="print the same for programs, as JSON")
    parser.add_argument(
        "--csv",
        type=Path,
        metavar="FILE",
        help="write every update of every lane there at full precision, replacing the file if it exists",
    )
    return parser


def _scenes_parser() -> argparse.ArgumentParser:
    return _Parser(
        "scenes",
        "List the scenes that come with the program: the key that opens each in the\n"
        "window, its name, and what to look at.",
        f"""
python {PROGRAM} scenes
""",
    )


def _add_seed(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--seed",
        type=_whole_number(0, LARGEST_SEED),
        metavar="S",
        help="the seed of the batches; equal seeds give equal races (default: the scene's own)",
    )


def _window(arguments: argparse.Namespace) -> None:
    if arguments.version:
        _show(_version())
        return
    from sim.files import free_path
    from sim.stage import require_pygame_ce

    scene = _scene(arguments.scene)
    require_pygame_ce()
    from sim.stage.window import NoDisplay, open_window

    try:
        open_window(scene)
    except NoDisplay as reason:
        from sim.stage.export import screenshot

        _say(f"{reason}; the race's final picture is saved instead")
        path = free_path(NO_DISPLAY_PICTURE)
        screenshot(scene, scene.updates, (1600, 900), THEMES[0], path)
        _show(f"saved {path.absolute()}")


def _screenshot(arguments: argparse.Namespace) -> None:
    from sim.files import check_writable, free_path
    from sim.stage import require_pygame_ce

    scene = _scene(arguments.scene, arguments.seed)
    path = arguments.output or free_path(Path(f"{scene.name}.png"))
    check_writable(path)
    require_pygame_ce()
    from sim.stage.export import screenshot

    update = scene.updates if arguments.update is None else arguments.update
    screenshot(scene, update, arguments.size, arguments.theme, path)
    _show(f"saved {path}")


def _run(arguments: argparse.Namespace) -> None:
    from sim.files import whole_file
    from sim.report import summary, table, write_csv

    scene = _scene(arguments.scene, arguments.seed)
    updates = scene.updates if arguments.updates is None else arguments.updates
    race = scene.race()
    if arguments.csv is None:
        _extend(race, updates)
    else:
        with whole_file(arguments.csv) as stream:
            _extend(race, updates)
            write_csv(race, updates, codecs.getwriter("utf-8")(stream))
    if arguments.json:
        import json

        plain = (sys.stdout.encoding or "").lower() != "utf-8"
        _show(json.dumps(summary(scene, race, updates), indent=2, ensure_ascii=plain, allow_nan=False))
    else:
        _show_table(table(scene, race, updates))


def _scenes(_: argparse.Namespace) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from sim.scene import load_scene, scene_files

    table = Table(box=box.SIMPLE_HEAD, show_lines=False, pad_edge=False)
    table.add_column("key", justify="right")
    table.add_column("name", no_wrap=True)
    table.add_column("what to look at", overflow="fold")
    for number, name in enumerate(scene_files(), 1):
        scene = load_scene(name)
        look = Text.assemble((scene.title, "bold"), f"\n{scene.look}")
        table.add_row(str(number) if number <= 9 else "", Text(name, "bold"), look, end_section=True)
    _show_table(table)


def _scene(name_or_path: str | None, seed: int | None = None) -> "Scene":
    from dataclasses import replace

    from sim.scene import OPENING, load_scene

    scene = load_scene(OPENING if name_or_path is None else name_or_path)
    return scene if seed is None else replace(scene, seed=seed)


def _extend(race: "Race", updates: int) -> None:
    with _watched([*range(CHUNK, updates, CHUNK), updates]) as steps:
        for step in steps:
            race.extend(step)


@contextmanager
def _watched(steps: Sequence[int]) -> Iterator[Iterable[int]]:
    """The steps, with a progress bar while they are taken if there are many and someone is looking."""
    if len(steps) == 1 or not sys.stderr.isatty():
        yield steps
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        yield progress.track(steps, description="computing")


def _version() -> str:
    import tomllib

    project = tomllib.loads(Path(__file__).with_name("pyproject.toml").read_text(encoding="utf-8"))["project"]
    return f"{project['name']} {project['version']}"


def _show(text: str) -> None:
    with _standard_output():
        print(text)


def _show_table(table: "Table") -> None:
    from rich.console import Console

    with _standard_output():
        Console(highlight=False).print(table)


@contextmanager
def _standard_output() -> Iterator[None]:
    """Where results go: all of them, or the reason why not."""
    from sim.files import OutputError

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        _abandon_standard_output()
        raise OutputError(f"cannot write to standard output: {(error.strerror or str(error)).lower()}") from None


def _abandon_standard_output() -> None:
    """Let what is still unwritten go nowhere, or the interpreter would try again at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(sentence: str) -> None:
    print(f"{PROGRAM}: {sentence}", file=sys.stderr)


def _mistakes() -> tuple[type[Exception], ...]:
    """The exceptions whose message is a sentence for the user."""
    from sim.files import OutputError
    from sim.scene import SceneError
    from sim.stage import StageError

    return SceneError, OutputError, StageError


def _missing(error: ModuleNotFoundError) -> str:
    return f"{error.name} is not installed; install what is needed with: python -m pip install -r requirements.txt"


COMMANDS: dict[str, tuple[Callable[[], argparse.ArgumentParser], Callable[[argparse.Namespace], None]]] = {
    "screenshot": (_screenshot_parser, _screenshot),
    "run": (_run_parser, _run),
    "scenes": (_scenes_parser, _scenes),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    parser, command = COMMANDS[words.pop(0)] if words and words[0] in COMMANDS else (_window_parser, _window)
    try:
        command(parser().parse_args(words))
    except SystemExit:
        raise  # Before the exceptions below are looked up, which --help need not wait for.
    except KeyboardInterrupt:
        _say("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        _abandon_standard_output()
        return UNREAD
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] == "sim":
            raise
        _say(f"error: {_missing(error)}")
        return FAILED
    except _mistakes() as error:
        _say(f"error: {error}")
        return FAILED
    return 0


if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036  Whichever Python was at hand may run this file.
        sys.exit("main.py: error: Python 3.11 or newer is needed, not {}.{}".format(*sys.version_info))
    sys.exit(main())
