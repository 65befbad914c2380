"""What the arguments of several commands have in common: ranges, types, sentences about mistakes."""

import argparse
import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from ...base.languages import ENGLISH, LANGUAGES
from ...base.limits import (
    CLOCKS,
    LARGEST_SEED,
    LARGEST_SIZE,
    LEAST_TILT,
    MOST_SEEDS,
    MOST_TILT,
    MOST_UPDATES,
    MOST_WORKERS,
    THEMES,
)
from ...stage.views import ViewName
from .. import PROGRAM
from .output import check_distinct, text_place
from .terminal import remark, show, wide_enough

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

    from ...stage.export.looks import Look

PARTS = ("profile", "numbers", "odds-bar")
"""What can be shown beside the views over the maps."""
SHOWN = {**{name.replace(" ", "-"): name for name in ViewName}, **dict.fromkeys(PARTS)}
"""What --show can name; of views which."""
Arguments = argparse.ArgumentParser | argparse._MutuallyExclusiveGroup

FAILED = 2
OPTION = re.compile(r"-(?![0-9.])[^ ]+")
"""What stands for an option: what is negative, or has a space in it, is a value."""

SMALLEST_SIZE = (320, 240)
SMALLEST_SCALE, LARGEST_SCALE = 0.25, 16.0
LONGEST_SENTENCE = 500  # Characters; what was typed may be any number of them.


class _HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Leaves names with hyphens whole: they are there to be typed."""

    def _split_lines(self, text: str, width: int) -> list[str]:
        return textwrap.wrap(" ".join(text.split()), width, break_on_hyphens=False)


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence."""

    def __init__(self, command: str, description: str, examples: str, usage: str | None = None) -> None:
        super().__init__(
            prog=f"{PROGRAM} {command}".strip(),
            usage=usage,
            description=description.strip(),
            epilog=f"examples:\n{_indented(examples)}",
            formatter_class=partial(_HelpFormatter, width=_columns()),
            allow_abbrev=False,
        )

    def print_help(self, file: "SupportsWrite[str] | None" = None) -> None:
        if file is None:
            show(self.format_help().rstrip())
        else:
            super().print_help(file)

    def error(self, message: str) -> NoReturn:
        remark(f"error: {message if len(message) <= LONGEST_SENTENCE else f'{message[: LONGEST_SENTENCE - 1]}…'}")
        self.exit(FAILED)

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """What is meant by the words; of those that mean nothing, the first is named, and none that is right."""
        words = sys.argv[1:] if args is None else list(args)
        for name in self._unknown(words):
            self.error(f"there is no option {quoted(name)}; {self._meant(name)}")
        arguments, left = self.parse_known_args(words, namespace)
        if left:
            self.error(f"there are more arguments than are expected, from {quoted(left[0])} on")
        return arguments

    def _unknown(self, words: Sequence[str]) -> Iterator[str]:
        """The names that no option has, of those that stand where options do."""
        for word in takewhile(lambda word: word != "--", words):
            name = word.partition("=")[0] if word.startswith("--") else word[:2]
            if OPTION.fullmatch(word) and name not in self._option_string_actions:
                yield name

    def _meant(self, name: str) -> str:
        """Which option may be meant by such a name, or where they all are told."""
        from ...scene.words import near  # noqa: PLC0415  Only who errs waits for it.

        known = [option.removeprefix("--") for option in self._option_string_actions if option.startswith("--")]
        close = near(name.removeprefix("--"), known, 1)
        return f"did you mean --{close[0]}?" if close else f"{self.prog} --help tells which there are"

    def _get_values(self, action: argparse.Action, arg_strings: list[str]) -> Any:
        """An option's value. Up to Python 3.12, one that is -- is taken away, and then missed without a sentence."""
        if action.option_strings and arg_strings == ["--"]:
            raise argparse.ArgumentError(action, "must not be --")
        return super()._get_values(action, arg_strings)


def _columns() -> int:
    """How wide help is."""
    return wide_enough(shutil.get_terminal_size().columns - 2)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.strip().splitlines())


def whole_number(lowest: int, highest: int) -> Callable[[str], int]:
    """The type of an argument that is a whole number from `lowest` to `highest`."""

    def parse(text: str) -> int:
        if not re.fullmatch(r"[+-]?[0-9]{1,20}", text) or not lowest <= int(text) <= highest:
            raise argparse.ArgumentTypeError(f"must be a whole number from {lowest} to {highest:,}, not {quoted(text)}")
        return int(text)

    return parse


def size(text: str) -> tuple[int, int]:
    """Width and height in pixels, from WIDTHxHEIGHT."""
    match = re.fullmatch(r"([0-9]{1,9})[xX×]([0-9]{1,9})", text)
    if not match:
        raise argparse.ArgumentTypeError(f"must be WIDTHxHEIGHT, such as 1600x900, not {quoted(text)}")
    width, height = map(int, match.groups())
    (least_width, least_height), (most_width, most_height) = SMALLEST_SIZE, LARGEST_SIZE
    if not (least_width <= width <= most_width and least_height <= height <= most_height):
        limits = f"{least_width}x{least_height} to {most_width}x{most_height}"
        raise argparse.ArgumentTypeError(f"must be from {limits}, not {quoted(text)}")
    return width, height


def scale_factor(text: str) -> float:
    """A factor from SMALLEST_SCALE to LARGEST_SCALE."""
    plain = re.fullmatch(r"[0-9]{0,20}\.?[0-9]{1,20}", text)
    if not plain or not SMALLEST_SCALE <= float(text) <= LARGEST_SCALE:
        limits = f"{SMALLEST_SCALE:g} to {LARGEST_SCALE:g}"
        raise argparse.ArgumentTypeError(f"must be a number from {limits}, such as 2 or 1.5, not {quoted(text)}")
    return float(text)


def path_ending(*endings: str) -> Callable[[str], Path]:
    """The path of a file to be written, whose kind its name tells: it has one of these endings."""

    def parse(text: str) -> Path:
        if text == "-":
            wanted = _either(endings)
            raise argparse.ArgumentTypeError(f"must end in {wanted}, not be -, which means standard output")
        return with_ending(Path(text), *endings)

    return parse


def with_ending(path: Path, *endings: str) -> Path:
    """The path itself, if it has one of these endings.

    Raises:
        ArgumentTypeError: it has none of these endings; without any, nobody would open the file by its name.
    """
    if path.suffix.lower() not in endings:
        found = f"not {path.suffix[:40]}" if path.suffix else f"and {quoted(path.name)} has no ending"
        raise argparse.ArgumentTypeError(f"must end in {_either(endings)}, {found}")
    return path


def _either(endings: Sequence[str]) -> str:
    return " or ".join(filter(None, (", ".join(endings[:-1]), endings[-1])))


png_path = path_ending(".png")
"""The path of a PNG file to be written."""


def quoted(text: str) -> str:
    """What was typed, in quotes, cut where it is long."""
    return repr(text) if len(text) <= 40 else repr(f"{text[:39]}…")


def add_scene(parser: argparse.ArgumentParser) -> None:
    """SCENE."""
    parser.add_argument(
        "scene",
        nargs="?",
        metavar="SCENE",
        help="the name of a scene, or the path to a scene file or to a picture, film or page that carries one "
        "(default: the opening scene)",
    )
    add_rules(parser)


RULES_OPTION = "--rules"


def add_rules(parser: argparse.ArgumentParser) -> None:
    """--rules, which is heeded before all else: what it brings may be named by the rest."""
    parser.add_argument(
        RULES_OPTION,
        action="append",
        metavar="FILE.py",
        help="run the code of that file, and let scenes, menus and options name its rules; may be repeated",
    )


def rules_files(words: Sequence[str]) -> list[str]:
    """The files that --rules names in a command line, whatever else stands there; none if it asks for help only."""
    if not any(word == RULES_OPTION or word.startswith(f"{RULES_OPTION}=") for word in words):
        return []
    if {"-h", "--help"}.intersection(words):
        return []
    parser = Parser("", "", "")
    add_rules(parser)
    files: list[str] = parser.parse_known_args(words)[0].rules or []
    return list(dict.fromkeys(files))


ONE_SEED = "the seed of the batches; equal seeds give equal races"
FIRST_SEED = "the first seed; the others are the numbers after it"


def add_seed(parser: argparse.ArgumentParser, what: str = ONE_SEED) -> None:
    """--seed: which it is."""
    parser.add_argument(
        "--seed",
        type=whole_number(0, LARGEST_SEED),
        metavar="S",
        help=f"{what} (default: the scene's own)",
    )


def add_updates(parser: argparse.ArgumentParser, usual: str = "the scene's own number") -> None:
    """--updates."""
    parser.add_argument(
        "--updates",
        type=whole_number(0, MOST_UPDATES),
        metavar="N",
        help=f"how many updates to run, at most {MOST_UPDATES:,} (default: {usual})",
    )


def add_seeds(parser: argparse.ArgumentParser, usual: int, what: str) -> None:
    """--seeds: what they are for."""
    parser.add_argument(
        "--seeds",
        type=whole_number(1, MOST_SEEDS),
        default=usual,
        metavar="M",
        help=f"how many seeds{what}, at most {MOST_SEEDS:,} (default: {usual:,})",
    )


def check_seeds(parser: argparse.ArgumentParser, first: int, seeds: int) -> None:
    """So many seeds from the first on must all be seeds."""
    last = first + seeds - 1
    if last > LARGEST_SEED:
        parser.error(f"the last seed would be {last:,}, but none is larger than {LARGEST_SEED:,}")


def add_workers(parser: Arguments) -> None:
    """--workers."""
    parser.add_argument(
        "--workers",
        type=whole_number(1, MOST_WORKERS),
        metavar="K",
        help="how many processes compute at most, with the same results (default: one per core)",
    )


def add_results(parser: argparse.ArgumentParser, what: str, rows: str, chart: str) -> None:
    """--json, --csv, -o and how it looks: what is printed, what the rows are, and what is drawn."""
    parser.add_argument("--json", action="store_true", help=f"print {what} for programs, as JSON")
    parser.add_argument(
        "--csv",
        type=text_place,
        metavar="FILE",
        help=f"write {rows} to this file at full precision, replacing it if it exists; - is standard output, on "
        "which nothing else is printed then",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=png_path,
        metavar="FILE",
        help=f"draw {chart} to this PNG file, replacing it if it exists",
    )
    add_look(parser)


def check_output(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> None:
    """What can be known to be impossible of -o before the computing."""
    from ...base.files import check_writable  # noqa: PLC0415  Help need not wait for these.
    from ...stage import require_pygame_ce  # noqa: PLC0415

    if arguments.output is None:
        return
    check_distinct(parser, {"--csv": arguments.csv, "--output": arguments.output})
    check_writable(arguments.output)
    require_pygame_ce()


def add_scale(parser: argparse.ArgumentParser, usual: float | None, what: str) -> None:
    """--scale: how much larger text and strokes are drawn than usual."""
    parser.add_argument("--scale", type=scale_factor, default=usual, metavar="F", help=what)


def add_motion(parser: argparse.ArgumentParser) -> None:
    """--reduced-motion."""
    parser.add_argument(
        "--reduced-motion",
        action="store_true",
        help="show each update at once: nothing glides, turns, grows or slows down by itself",
    )


def add_view(parser: argparse.ArgumentParser) -> None:
    """--view and --together."""
    parser.add_argument(
        "--view",
        choices=("map", "relief"),
        help="maps seen from above, or tilted blocks of land (default: the scene's own)",
    )
    parser.add_argument("--together", action="store_true", help="all marbles on one large map")
    parser.add_argument(
        "--tilt",
        type=degrees(LEAST_TILT, MOST_TILT),
        metavar="DEG",
        help=f"how far land is tilted, from {LEAST_TILT:g} to {MOST_TILT:g} degrees; implies --view relief",
    )
    parser.add_argument(
        "--yaw",
        type=degrees(-180, 180),
        metavar="DEG",
        help="by how many degrees land is turned clockwise; implies --view relief",
    )


def degrees(lowest: float, highest: float) -> Callable[[str], float]:
    """The type of an argument that is an angle."""

    def parse(text: str) -> float:
        plain = re.fullmatch(r"[+-]?([0-9]{1,9}(\.[0-9]{0,9})?|\.[0-9]{1,9})", text)
        if not plain or not lowest <= float(text) <= highest:
            raise argparse.ArgumentTypeError(f"must be from {lowest:g} to {highest:g} degrees, not {quoted(text)}")
        return float(text)

    return parse


def check_view(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> None:
    """A map that is to be turned or tilted is a mistake."""
    if arguments.view == "map" and (arguments.tilt is not None or arguments.yaw is not None):
        parser.error("argument --view: a map is not turned or tilted; leave out --yaw and --tilt, or --view map")


def add_shown(parser: argparse.ArgumentParser) -> None:
    """--show, --clock, --language and --presenter: what the window has keys for."""
    parser.add_argument(
        "--show",
        action="append",
        default=[],
        metavar="VIEW",
        help=f"show this as well; may be repeated: {', '.join(SHOWN)}",
    )
    add_clock(parser)
    parser.add_argument(
        "--language",
        default=ENGLISH,
        metavar="CODE",
        help=f"language of the picture: {', '.join(LANGUAGES)} (default: {ENGLISH})",
    )
    add_presenter(parser)


def add_clock(parser: argparse.ArgumentParser) -> None:
    """--clock."""
    parser.add_argument(
        "--clock",
        choices=CLOCKS,
        help="what the lanes share: updates, epochs, or the time of a serial or parallel machine (default: that of a "
        "picture, film or page, else updates)",
    )


def chosen_look(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> "Look":
    """What --show, --language and --presenter ask for; what these and --view cannot mean is a sentence."""
    from ...scene.words import did_you_mean  # noqa: PLC0415  Help need not wait for these.
    from ...stage.export.looks import Look  # noqa: PLC0415

    check_view(parser, arguments)
    if arguments.language not in LANGUAGES:
        parser.error(f"argument --language: there is no language {did_you_mean(arguments.language, LANGUAGES)}")
    for name in arguments.show:
        if name not in SHOWN:
            parser.error(f"argument --show: there is no view {did_you_mean(name, SHOWN)}")
    return Look(
        added=frozenset(view for name in arguments.show if (view := SHOWN[name]) is not None),
        profile="profile" in arguments.show,
        numbers="numbers" in arguments.show,
        ends="odds-bar" in arguments.show,
        language=arguments.language,
        presenter=arguments.presenter,
    )


def add_presenter(parser: argparse.ArgumentParser) -> None:
    """--presenter."""
    parser.add_argument("--presenter", action="store_true", help="larger text and thicker strokes, as for a projector")


def add_look(parser: argparse.ArgumentParser) -> None:
    """--size and --theme."""
    parser.add_argument(
        "--size",
        type=size,
        default=(1600, 900),
        metavar="WxH",
        help="width and height in pixels, from {}x{} to {}x{} (default: 1600x900)".format(
            *SMALLEST_SIZE, *LARGEST_SIZE
        ),
    )
    parser.add_argument("--theme", choices=THEMES, default="light", help="its colours (default: light)")
