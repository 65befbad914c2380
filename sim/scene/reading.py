"""From a TOML file to a scene.

A scene file is data from a stranger: it is validated, never executed, and every mistake in it is named.
"""

import json
import os
import re
import tomllib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from ..base.files import bounded, ordinary_file, why
from ..base.resources import asset
from ..descent.clock import UPDATES
from ..descent.digest import Digest, parse_digest
from ..descent.examples.recipes import EXAMPLES
from ..descent.lane import Lane
from ..descent.rules import OWN, RULES
from ..descent.rules.guard import RuleFailure, rule_of
from ..descent.rules.protocol import Rule, names_of
from ..descent.schedules import CONSTANT, SCHEDULES
from ..surface.functions import SURFACES
from .carriers import CARRIERS, LONGEST_MARK, carried_text, carrier_of
from .measured import with_measured
from .mistakes import complain, oddities, reason, toml_reason
from .speech import StrictTable, Translation
from .tables import SceneFile, build, scene_file, without_foreign
from .value import Scene
from .words import SceneError, TomlError, did_you_mean, excerpt, near, path_text

SCENES = asset("scenes")
OPENING = "local-minimum"
LARGEST_FILE = 1 << 18  # Bytes; the scenes that come with the program have some two thousand.
UNNAMED = "scene"
MOST_BESIDE = 1000  # Files of a folder among which the one that was meant is looked for.
NEARLY = 0.8
"""How much alike the path of a file and what was written are where it may be meant."""

# A key such as a.a.a…; no scene has one of many steps. Quotes behind a backslash are heeded only in short ones, or a
# text of nothing else would be looked through again from each.
LONG_KEY = re.compile(
    r"""(?<![\w-])(?:(?:[\w-]++|"(?:[^"\\\n]|\\.){0,60}+"|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){3,}+""", re.ASCII
)
MOST_STEPS = 31  # Of a key: splitting a very long one would take all of the memory there is.
MOST_LONG_KEYS = 1000  # To find the tables of many of them takes seconds.

File = TypeVar("File", bound=StrictTable)


@dataclass(frozen=True, slots=True)
class Saved:
    """A scene, and the moment at which its race was left."""

    scene: Scene
    tick: int | None = None
    """None where the file says nothing of a moment."""
    clock: str = UPDATES
    digest: Digest = field(default=(), compare=False)
    """What the race looked like up to there, on the computer that wrote the file; it follows from the rest."""

    @property
    def opening_tick(self) -> int:
        """The tick at which it was left, or else the scene's last."""
        return self.scene.updates if self.tick is None else self.tick


def parse_scene(text: str, name: str) -> Scene:
    """The scene that a TOML text describes.

    Raises:
        SceneError: the text is no TOML, or not a scene; the message names every mistake, or the first few.

    >>> from three_marbles.descent.rules.protocol import settings_of
    >>> scene = parse_scene('''
    ... title = "A bowl"
    ... look = "How a marble rolls down."
    ... start = [-2.0, 1.0]
    ... surface = { kind = "quadratic" }
    ... examples = { kind = "tilted", sigma = 0.1 }
    ... [lane.alone]
    ... rule = "momentum"
    ... batch_size = "full"
    ... ''', "bowl")
    >>> settings_of(scene.lanes[0].rule)
    {'learning_rate': 0.001, 'decay': 0.9}
    """
    return parse_saved(text, name).scene


def parse_saved(text: str, name: str, folder: Path | None = None) -> Saved:
    """The scene that a TOML text describes, with the moment at which the race was left, if this program saved the text.

    A scene that was saved keeps its name; others get the given one. Files that it names are looked for in that folder,
    or below; without one, it may name none.
    """
    file, scene = _parsed(text, name, folder)
    if file.saved is None:
        return Saved(scene)
    saved = file.saved
    return Saved(replace(scene, name=saved.scene), saved.update, saved.clock, parse_digest(saved.digest))


def _parsed(text: str, name: str, folder: Path | None) -> tuple[SceneFile, Scene]:
    """The tables of a text, and the scene that they describe."""
    file = _tables(text, folder)
    return file, _scene(file, name)


def _tables(text: str, folder: Path | None) -> SceneFile:
    def completed(table: dict[str, Any]) -> None:
        examples = table.get("examples")
        if isinstance(examples, dict) and examples.get("kind") == "measured" and "file" in examples:
            table["examples"] = with_measured(examples, folder)
        if "saved" in table:
            without_foreign(table)

    return validated(text, scene_file(), "a scene", completed)


def _scene(file: SceneFile, name: str) -> Scene:
    examples = build(EXAMPLES, "kind", file.examples)
    lanes = tuple(
        Lane(
            lane,
            _rule(lane, part),
            examples.count if part.batch_size == "full" else part.batch_size,
            CONSTANT if part.schedule is None else build(SCHEDULES, "kind", part.schedule),
            part.sampling,
            part.drop_last,
        )
        for lane, part in file.lane.items()
    )
    return Scene(
        name=name,
        title=file.title,
        look=file.look,
        seed=file.seed,
        updates=file.updates,
        start=file.start,
        window=file.shown,
        surface=file.surface and build(SURFACES, "kind", file.surface),
        examples=examples,
        machine=file.machine,
        view=file.view,
        lanes=lanes,
        claims=tuple(part.claim for part in file.lane.values()),
        captions=file.caption,
        question=file.question,
        # A table that says nothing is as good as none.
        translations=tuple((code, words) for code, words in file.translations if words != Translation()),
    )


def _rule(lane: str, part: Any) -> Rule[Any]:
    """The rule of a lane's table. One from outside may refuse settings of which no type says that they are wrong."""
    if RULES[part.rule] in OWN:
        own: Rule[Any] = build(RULES, "rule", part)
        return own
    kind = RULES[part.rule]
    try:
        return rule_of(kind, {name: getattr(part, name) for name in names_of(kind)})
    except RuleFailure as failure:
        raise SceneError(f"{path_text('lane', lane)}: {failure}") from None


def validated(
    text: str, kind: type[File], what: str, completed: Callable[[dict[str, Any]], None] = lambda _: None
) -> File:
    """What a TOML text from anywhere says, as such a model.

    Args:
        text: the file's.
        kind: what may stand in it.
        what: it is called, in messages.
        completed: adds to its tables what they name, before they are validated.

    Raises:
        SceneError: the text is no TOML, or not such a thing; the message names every mistake, or the first few.
    """
    try:
        if not text or text.isspace():
            raise SceneError("is empty")
        if _has_deep_keys(text):
            raise RecursionError
        table = tomllib.loads(text)
        complain(f"{path_text(*path)} {problem}" for path, problem in oddities(table))
        completed(table)
        file: File = kind.model_validate_json(json.dumps(table))
        return file
    except RecursionError:
        raise SceneError(f"is nested too deeply for {what}") from None
    except ValidationError as error:
        complain(reason(table, details) for details in error.errors(include_url=False))
        raise
    except SceneError:
        raise
    except ValueError as error:  # Of tomllib, or of int for thousands of digits.
        raise TomlError(f"is not valid TOML: {toml_reason(str(error))}") from None


def _has_deep_keys(text: str) -> bool:
    """Whether some keys in it are too long, or too many are long; what looks like one in a comment counts, too."""
    steps = [key.group().count(".") for key in LONG_KEY.finditer(text)]
    return len(steps) > MOST_LONG_KEYS or max(steps, default=0) > MOST_STEPS


@lru_cache(maxsize=1)
def scene_files() -> dict[str, Path]:
    """The scenes that come with the program, by name, in the order of menus and number keys.

    The number in front of a file's name gives the order and is no part of the scene's name.
    """
    return {path.stem.split("-", 1)[1]: path for path in sorted(SCENES.glob("[0-9][0-9]-*.toml"))}


def load_scene(name_or_path: str) -> Scene:
    """The scene of that name, or in the file at that path: a TOML file, or a picture, film or page of this program's.

    Raises:
        SceneError: there is none, or it cannot be read, or something in it is wrong.

    >>> [lane.name for lane in load_scene("local-minimum").lanes]
    ['full batch', 'minibatch', 'momentum']
    """
    return load_saved(name_or_path).scene


def load_saved(name_or_path: str) -> Saved:
    """The scene of that name or path, with the moment at which the race was left, if this program saved the file."""
    known = scene_files()
    path = known.get(name_or_path) or Path(name_or_path)
    shown = str(path) if str(path).isprintable() else excerpt(str(path))
    looks_like_path = path.suffix in (".toml", *CARRIERS) or len(path.parts) > 1 or os.path.exists(path)
    if not looks_like_path:
        raise SceneError(f"there is no scene {did_you_mean(name_or_path, _beside(path) or known)}")
    may_be_scene = path.suffix.lower() in ("", ".toml")
    foreign = f"{shown} is neither a scene nor a file saved by this program"
    try:
        text, folder = _text(path)
    except OSError as error:
        others = _beside(path) if isinstance(error, FileNotFoundError) else []
        meant = f"; did you mean {' or '.join(others)}?" if others else ""
        raise SceneError(f"cannot read {shown}: {why(error)}{meant}") from None
    except UnicodeDecodeError:
        raise SceneError(f"{shown}: is not a text file in UTF-8" if may_be_scene else foreign) from None
    except SceneError as error:
        raise SceneError(f"{shown}: {error}") from None
    except ValueError as error:  # A path that no file system knows.
        raise SceneError(f"cannot read {shown}: {error}") from None
    name = name_or_path if name_or_path in known else scene_name(path)
    try:
        return parse_saved(text, name, folder)
    except SceneError as error:
        if isinstance(error, TomlError) and folder is not None and not may_be_scene:
            raise SceneError(foreign) from None
        raise SceneError(f"{shown}: {error}") from None


def _beside(path: Path) -> list[str]:
    """The scene file in a path's folder whose name is most like the path's own, if one is nearly the same."""
    with suppress(OSError):
        found = (str(each) for each in islice(path.parent.glob("*.toml"), MOST_BESIDE) if str(each).isprintable())
        return near(str(path), list(found), 1, NEARLY)
    return []


def sources(name_or_path: str) -> tuple[Path, ...]:
    """The files from which such a scene is read: its own, and that of the numbers which it names.

    Of one that cannot be read, its own alone.
    """
    path = scene_files().get(name_or_path) or Path(name_or_path)
    try:
        text, folder = _text(path)
        examples = tomllib.loads(text).get("examples")
    except (OSError, ValueError, RecursionError):
        return (path,)
    match folder, examples:
        case Path(), {"file": str(numbers)}:
            return path, folder / numbers
    return (path,)


def scene_name(path: Path) -> str:
    """What the scene in a file is called that does not say its name: as the file, in letters that can be shown.

    >>> scene_name(Path("lecture/it's (1).toml"))
    "it's (1)"
    """
    name = "".join(c if c.isprintable() else "\ufffd" for c in path.stem)
    return name if name.strip() else UNNAMED


def _text(path: Path) -> tuple[str, Path | None]:
    """The scene's text, from a text file or from what carries one, and the folder in which it may name files.

    What a picture, film or page carries names none: it may come from anywhere, and brings its numbers.
    """
    with ordinary_file(path) as stream:
        head = stream.read(LONGEST_MARK)
        stream.seek(0)
        if (carrier := carrier_of(head)) is not None:
            return carried_text(carrier, stream, LARGEST_FILE), None
        return bounded(stream, LARGEST_FILE, "a scene").decode("utf-8-sig"), path.parent
