"""Strange formulas, scene files, pictures, films and command lines: each is understood, or refused in one sentence.

A case follows from its kind, a seed and its number alone, so that one that fails can be had again:

    python -m tests.fuzzer --seconds 600 --seed 7 --only carriers
    python -m tests.fuzzer --seed 7 --only carriers --case 1234
"""

import argparse
import io
import math
import os
import re
import signal
import struct
import sys
import tempfile
import time
import tomllib
import traceback
import warnings
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from functools import cache
from importlib import import_module
from itertools import count
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import numpy as np
import tomli_w

from sim.command import COMMANDS, PROGRAM, entry, module_of
from sim.scene import SceneError, scene_files
from sim.scene.reading import LARGEST_FILE, Saved, load_saved, parse_saved
from sim.scene.saving import saved_text
from sim.surface.functions.formula import Formula, FormulaError

REFUSED, UNDERSTOOD, HANGS = 2.0, 30.0, 120
"""Seconds of computing until something is refused (four times those of an idle machine) or done; seconds at all."""

CARRIERS = (".png", ".svg", ".gif", ".webp", ".mp4", ".webm", ".html")


def words(text: str) -> list[str]:
    """Those in it, with blanks between."""
    return text.split(" ")


NUMBERS = words("0 -0 1 -1 2 0.5 5 30 1e-9 1e-320 1e6 1e7 1e16 1e308 -1e308 1e309 nan inf -inf 9007199254740993 0x7f ١")
TEXTS = [*words("-- - full x é中 \0 \n a\nb \x1b[31m \u202e ' \" \\ %s {} a.b 1979-05-27"), "", " ", "\ud800"]
KEYS = words(
    "seed lane surface kind formula window start rule batch_size examples train file saved scene zh caption on x"
)
SIGNS = words(
    "x y pi e π 0 1 .5 1e6 1e400 + - * / ^ ** ( ) , ² ¹⁰ − ÷ sin log sqrt max foo = | √ [ х \t \n \ud800 \u202e 5x"
)
FUNCTIONS = words("sin cos tan asin acosh atanh exp log sqrt cbrt abs sinh tanh min max")
PATHS = words(
    ". .. none none/a.png file.txt folder folder/a.csv ring a.png a.csv a.gif a.mp4 a.svg a.npz small.toml "
    "broken.toml ravine.png http:x http:127.0.0.1:1?x.mp4 concat:a.mp4 12:30.mp4 -.png nul /dev/null /dev/full"
)
OTHERS = words(
    "320x240 0x0 99999x240 320×240 dark Momentum 127.0.0.1:1 [::1 descent global minimum-99 local-minimum lane=1 x= =1 "
    "lane.*.learning_rate=0.1,0.2 updates=1,full examples.sigma=linear:1e308:-1e308:9 start[0]=log:1e-320:1:3 lane.*=1 "
    'window[0][0]=-1,nan a.b[99999]=1 lane."\\q".x=1 machine.width=1e400:2 start[*]=0'
)
QUICK = {
    "window": "",
    "run": "--updates=3",
    "screenshot": "--update=3 --size=320x240",
    "record": "--to=3 --seconds=0.2 --size=320x240 -oa.gif",
    "odds": "--updates=3 --seeds=2 --workers=1",
    "sweep": "--updates=3 --seeds=2 --workers=1 --over=lane.*.learning_rate=0.1 --results=r",
    "basins": "--updates=3 --size=320x240",
    "show": "small.toml",
    "scenes": "",
}
"""What commands begin with, so that they take no time, whatever follows; others are asked for a scene that is not."""


class Fault(AssertionError):
    """Something that must not be."""


class Hang(BaseException):
    """It goes on and on. No library takes this for an exception of its own."""


def check(good: bool, complaint: object) -> None:
    """Complain unless it is good."""
    if not good:
        raise Fault(complaint)


def check_sentence(text: str) -> None:
    """One line that can be printed, and read to its end."""
    check(text.isprintable() and 0 < len(text) <= 3000, f"no sentence: {text[:300]!r}")


@contextmanager
def timed(most: float) -> Iterator[None]:
    """It must not compute for longer."""
    begun = time.process_time()
    yield
    check(time.process_time() - begun <= most, f"took {time.process_time() - begun:.1f} s, more than {most}")


# Formulas.


def grown(random: Random, depth: int) -> str:
    """A formula that can be read, but for constants that are not real, or too large."""
    if depth <= 0 or random.random() < 0.1:
        return random.choice(words("x x x y y y pi e 2 0.5 3 10 0 1e6 1e-300"))
    a, b = (grown(random, depth - random.randint(1, 2)) for _ in range(2))
    function = random.choice(FUNCTIONS)
    call = f"{function}({a},{b})" if function in ("min", "max") else f"-{function}({a})"
    power = f"({a})^{random.choice(words('2 3 -1 0.5 -100 100 1.5'))}"
    return random.choice([f"({a}){random.choice('+-*/^')}({b})"] * 3 + [power, call, call])


def formula(random: Random) -> str:
    """One that is meant well, one with something changed, or pieces of some."""
    if random.random() < 0.2:
        return "".join(random.choice(SIGNS) for _ in range(random.choice([0, 1, 3, 10, 100, 2000])))
    text = grown(random, random.randint(1, 9))
    for _ in range(random.choice([0, 0, 1, 3])):
        place = random.randrange(len(text) + 1)
        text = text[:place] + random.choice(SIGNS) + text[place + random.randint(0, 2) :]
    return text


def judge_formula(text: str) -> str:
    """It is a mistake, or has values and derivatives everywhere, finite or not; some are run as scenes."""
    try:
        with timed(REFUSED):
            surface = Formula(text)
    except FormulaError as error:
        check_sentence(str(error))
        return "refused"
    points = np.array([[0, 0], [1, 1], [-1, 0.5], [1e-300, 0], [1e6, -1e6], [1e308, 1e308], [np.nan, np.inf]])
    with timed(UNDERSTOOD):
        value, gradient, hessian = surface.value(points), surface.gradient(points), surface.hessian(points)
        check((value.shape, gradient.shape, hessian.shape) == ((7,), (7, 2), (7, 2, 2)), "shapes")
        check(np.array_equal(surface.value_and_gradient(points)[1], gradient, equal_nan=True), "two gradients")
    if len(text) % 5 == 0:
        table = {**tomllib.loads(shipped("himmelblau")), "surface": {"kind": "formula", "formula": text}}
        judge_scene(tomli_w.dumps(table).encode())
    return "understood"


# Scene files.


@cache
def shipped(name: str) -> str:
    """A scene that comes along, as its file has it; measured data in a file of ours."""
    return scene_files()[name].read_text(encoding="utf-8").replace("data/stopping-distances.csv", "data.csv")


def rows(random: Random) -> str:
    """Measured data."""
    size, many = random.choice([1.0, 1e-320, 1e5, 1e200, 1.7e308]), random.choice([2, 9, 40, 2001])
    lines = [f"{size * random.uniform(-1, 1)!r},{random.gauss(0, 1)!r}" for _ in range(many)]
    lines[random.randrange(many)] = random.choice(words('x,y 1 nan,1 1,2,3 " # ٣,1 1e999,1 1,2 1,2 1,2 1,2 1,2 1,2'))
    return "\n".join(lines)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every table and list in it with each of its keys or places."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, item in inner for found in [(value, key), *places(item)]]


def value(random: Random, depth: int = 3) -> Any:
    """Anything that TOML can write, or nearly."""
    way = random.randrange(8)
    if way == 0 and depth:
        return {random.choice(KEYS): value(random, depth - 1) for _ in range(random.choice([0, 1, 3]))}
    if way == 1 and depth:
        return [value(random, depth - 1) for _ in range(random.choice([0, 1, 2, 70]))]
    if way <= 4:
        with suppress(ValueError):
            return random.choice([int, float])(random.choice(NUMBERS))
    long = random.choice(TEXTS) * random.choice([20, 2_000])
    return random.choice([True, 10**30, long, "data.csv", "pipe", *words("full adam formula measured"), *TEXTS])


def changed(random: Random, table: dict[str, Any]) -> str:
    """A scene's tables with something else in them."""
    for _ in range(random.randint(1, 3)):
        parent, key = random.choice(places(table) or [(table, "title")])
        way = random.randrange(6) if isinstance(parent, dict) else 5
        before = parent.pop(key) if way < 3 else parent.get(key) if way < 5 else parent[key]
        if way == 1:
            parent[random.choice([f"{key}x", *KEYS])] = before
        elif way == 2:
            parent.update((f"{key}{number}", before) for number in range(random.choice([1, 9, 99])))
        elif way == 3:
            for _ in range(random.choice([1, 9, 99])):
                before = random.choice([[before], {"a": before}])
            parent[key] = before
        elif way == 4 and type(before) in (int, float):
            parent[key] = before * random.choice([0, -1, 0.5, 2, 3, 1e3])
        elif way > 3:
            parent[key] = value(random)
    with suppress(UnicodeError, RecursionError):
        return tomli_w.dumps(table).encode("utf-8").decode()
    return "title = "


def scene_file(random: Random) -> bytes:
    """A scene that comes along with other values, lines or bytes, or as large as may be."""
    name = random.choice([*scene_files(), "stopping-distances", "stopping-distances"])
    if random.random() < 0.6:
        return changed(random, tomllib.loads(shipped(name))).encode()
    lines = shipped(name).split("\n")
    for _ in range(random.randint(0, 3)):
        place, line = random.randrange(len(lines)), random.choice(lines)
        many = random.choice([0, 1, 1, 2, 70, LARGEST_FILE // (len(line) + 9)])
        lines[place : place + random.randint(0, 1)] = [
            line.replace("=", f"{'x' * (many > 2)}{n}=") for n in range(many)
        ]
    content = "\n".join(lines).encode()[:LARGEST_FILE]
    return altered(random, content) if random.random() < 0.4 else content


def judge_scene(content: bytes, name: str = "a.toml", original: Saved | None = None) -> str:
    """It is a mistake, or a scene that can be saved, read again and run; the original one, if there is one."""
    Path(name).write_bytes(content)
    try:
        with timed(REFUSED):
            saved = load_saved(name)
    except SceneError as error:
        check_sentence(str(error))
        return "refused"
    check(original in (None, saved), "another scene than was saved")
    with timed(UNDERSTOOD):
        check(parse_saved(saved_text(saved), "a").scene == saved.scene, "what is saved is read as another scene")
        if len(content) % 4 == 0 and name == "a.toml":
            saved.scene.race().extend(3)
    return "understood"


# Pictures and films.


def altered(random: Random, content: bytes) -> bytes:
    """With a few other bits, or cut, or parts missing, many times, or elsewhere."""
    made = bytearray(content)
    for _ in range(random.choice([1, 1, 2, 5])):
        first = random.randrange(random.choice([len(made), min(600, len(made))]) + 1)
        last = first + random.choice([1, 4, 60, len(made)])
        part, place, way = bytes(made[first:last]), random.randrange(len(made) + 1), random.randrange(8)
        if way < 3 and part:
            made[first] ^= 1 << random.randrange(8)
        elif way == 3:
            del made[first:last]
        elif way == 4:
            made[first:first] = part * (1000 if len(part) <= 60 else 1)
        elif way == 5:
            made[first:last] = random.randbytes(len(part))
        elif way == 6:
            made[first:last] = random.choice([b"\0", b"\x7f", b"\xff"]) * len(part)
        else:
            made[place : place + len(part)] = part
    return bytes(made)


def chunks(content: bytes, suffix: str) -> Iterator[bytes]:
    """The chunks of a PNG or WebP, or the boxes of an MP4; what stands before them comes first."""
    place, order, more = {".png": (8, "I>", 12), ".webp": (12, "4xI<", 8), ".mp4": (0, "I>", 0)}[suffix]
    yield content[:place]
    while place < len(content):
        (size,) = struct.unpack_from(order[-1] + order[:-1], content.ljust(place + 8, b"\0"), place)
        end = place + max(8, size + more + size % 2 * (suffix == ".webp"))
        yield content[place:end]
        place = end


def rearranged(random: Random, parts: list[bytes]) -> bytes:
    """A file with chunks missing, many times, or in another order, and strange ones between."""
    strange = b"tEXt" + bytes(random.choice([0, 9, 70_000]))
    parts.append((len(strange) - 4).to_bytes(4, "big") + strange + zlib.crc32(strange).to_bytes(4, "big"))
    for _ in range(random.randint(1, 3)):
        place, other = random.randrange(len(parts)), random.randrange(len(parts))
        part = parts[place] if random.random() < 0.3 else parts.pop(place)
        parts[other:other] = [part] * random.choice([0, 1, 1, 2, 500])
        parts = parts or [b""]
    return b"".join(parts)


@cache
def carrier(suffix: str) -> tuple[bytes, Saved]:
    """A small picture or film as the program writes it, and what it carries."""
    with tempfile.TemporaryDirectory() as folder, redirect_stdout(io.StringIO()):
        path = f"{folder}/ravine{suffix}"
        still = ["screenshot", "--size=640x480"]
        film = ["record", "--size=320x240", "--to=3", "--seconds=0.2"]
        command = ["page"] if suffix == ".html" else still if suffix in (".png", ".svg") else film
        check(entry.obey([*command, "ravine", "-o", path]) == 0, "not written")
        return Path(path).read_bytes(), load_saved(path)


def carried(random: Random) -> tuple[bytes, str]:
    """A picture or film that somebody has been at, and its ending."""
    suffix = random.choice(CARRIERS)
    content, _ = carrier(suffix)
    if suffix in (".png", ".webp", ".mp4") and random.random() < 0.4:
        content = rearranged(random, list(chunks(content, suffix)))
    return altered(random, content) if random.random() < 0.8 else content, suffix


def judge_carried(case: tuple[bytes, str]) -> str:
    """It opens as the very scene and moment that were saved, or is refused."""
    content, suffix = case
    return judge_scene(content, f"ravine{suffix}", carrier(suffix)[1])


# Command lines.


def command_line(random: Random) -> list[str]:
    """A command with options that it has, or nearly, and good and evil values."""
    command = random.choice(["window", *COMMANDS])
    usage = import_module(module_of(command), "sim.command").parser().format_usage()
    options = [*re.findall(r"--?[a-z][a-z0-9-]*", usage), "", "--x", "-"]
    line = QUICK.get(command, "nowhere").split()
    for _ in range(random.choice([0, 1, 1, 2, 3, 6])):
        option, word = random.choice(options), random.choice([*NUMBERS, *TEXTS, *PATHS, *OTHERS, "x" * 5000])
        line += random.choice([[f"{option}={word}"], [option, word], [f"{option}{word}"], [word], [option]])
    line += random.choice([[], [], ["small.toml"], ["ravine.png"], [random.choice(PATHS)]])
    return ([] if command == "window" else [command]) + [word for word in line if "\0" not in word]


def judge_command_line(line: list[str]) -> str:
    """All is well, or one line on standard error says why not, and nothing has been written."""
    before = contents()
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with timed(UNDERSTOOD), patch("sim.stage.window.opening.open_window"), redirect_stdout(out), redirect_stderr(err):
        try:
            status = entry.obey(line)
        except SystemExit as ended:
            status = int(ended.code or 0)
    said, remarks = (stream.detach().getvalue().decode() for stream in (out, err))
    check(all(each.isprintable() and each.startswith(f"{PROGRAM}: ") for each in remarks.splitlines()), remarks)
    check(not [name for name in os.listdir() if name.endswith(".part")], "a file in the making is left")
    if status == 0:
        return "understood"
    check((status, said, remarks.count("\n")) == (2, "", 1), f"status {status}, {said!r}, {remarks!r}")
    check(remarks.startswith(f"{PROGRAM}: error: ") and len(remarks) < 6000, remarks)
    check(contents() == before, f"files have changed: {remarks}")
    return "refused"


def contents() -> dict[str, bytes]:
    """What is in this folder."""
    return {str(path): path.read_bytes() for path in Path().rglob("*") if path.is_file()}


# All of them.

KINDS: dict[str, tuple[Callable[[Random], Any], Callable[[Any], str]]] = {
    "formulas": (formula, judge_formula),
    "scenes": (scene_file, judge_scene),
    "carriers": (carried, judge_carried),
    "commands": (command_line, judge_command_line),
}


def furnish(random: Random) -> None:
    """Files that cases speak of, and no others."""
    for path in Path().iterdir():
        if path.is_symlink() or not path.is_dir():
            path.unlink()
    Path("folder").mkdir(exist_ok=True)
    Path("file.txt").write_text("text")
    Path("broken.toml").write_text("title = 3\n[[lane]]\n")
    Path("small.toml").write_text(shipped("ravine").replace("updates = ", "updates = 5 # "), encoding="utf-8")
    Path("data.csv").write_text(rows(random), encoding="utf-8")
    Path("ravine.png").write_bytes(carrier(".png")[0])
    with suppress(OSError, AttributeError):  # Where there are no such things.
        os.symlink("ring", "ring")
        os.mkfifo("pipe")


@contextmanager
def alarm() -> Iterator[None]:
    """What goes on and on is ended, where the system can."""

    def end(*_: object) -> None:
        raise Hang

    if not hasattr(signal, "SIGALRM"):
        yield
        return
    signal.signal(signal.SIGALRM, end)
    signal.alarm(HANGS)
    try:
        yield
    finally:
        signal.alarm(0)


def outcome(kind: str, seed: int, number: int) -> str:
    """What becomes of a case, in a word.

    Raises:
        Fault: anything but what should, with how to have the case again.
    """
    random = Random(f"{kind} {seed} {number}")
    make, judge = KINDS[kind]
    case = None
    try:
        furnish(random)
        case = make(random)
        with alarm():
            return judge(case)
    except (Exception, Hang) as error:
        again = f"python -m tests.fuzzer --seed {seed} --only {kind} --case {number}"
        raise Fault(f"{again}\n{case!r:.2000}\n{''.join(traceback.format_exception(error))}") from error


@contextmanager
def alone() -> Iterator[None]:
    """In a folder of one's own, with warnings as errors."""
    here = os.getcwd()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("error")
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(here)


def outcomes(kind: str, seed: int, seconds: float, faults: float = math.inf, cases: float = math.inf) -> Counter[str]:
    """How many cases had which outcome, for so many seconds, or until there are so many of them or of faults.

    Those that must not be are printed.
    """
    told: Counter[str] = Counter()
    until = time.monotonic() + seconds
    with alone():
        for number in count():
            try:
                told[outcome(kind, seed, number)] += 1
            except Fault as fault:
                told["faults"] += 1
                print(fault, flush=True)
            if time.monotonic() > until or told["faults"] >= faults or told.total() >= cases:
                return told
    raise AssertionError  # There is no end to numbers.


def main() -> int:
    """Try cases for as long as asked; the exit status is 1 if there was a fault."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20.0, help="how long, all kinds together (default: 20)")
    parser.add_argument("--seed", type=int, default=0, help="other cases with each (default: 0)")
    parser.add_argument("--only", choices=KINDS, help="one kind alone")
    parser.add_argument("--case", type=int, help="one case alone")
    asked = parser.parse_args()
    kinds = [asked.only] if asked.only else list(KINDS)
    if asked.case is not None:
        with alone():
            print(*(outcome(kind, asked.seed, asked.case) for kind in kinds))
        return 0
    told = {kind: outcomes(kind, asked.seed, asked.seconds / len(kinds)) for kind in kinds}
    print(*(f"{kind}: {dict(each)}" for kind, each in told.items()), sep="\n")
    return int(any(each["faults"] for each in told.values()))


if __name__ == "__main__":
    os.environ.update(SDL_VIDEODRIVER="dummy", PYGAME_HIDE_SUPPORT_PROMPT="1")
    sys.exit(main())
