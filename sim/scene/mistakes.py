"""What is wrong with a scene file, in words: every mistake with its path and the reason."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np
from pydantic_core import ErrorDetails

from ..base.languages import CODE, TRANSLATIONS
from ..descent.clock import Machine
from ..descent.examples.recipes import EXAMPLES, MOST_EXAMPLES
from ..descent.rules import RULES
from ..descent.schedules import SCHEDULES
from ..surface.functions import SURFACES
from ..surface.protocol import LARGEST
from .speech import Caption, Question, Translation
from .tables import LANE_FIELDS, Claim, EscapeClaim, SceneFile, ShareClaim, known_keys
from .words import SceneError, called_so, did_you_mean, excerpt, near, path_text

KeyPath = tuple[str | int, ...]

MOST_ITEMS = 64  # Of any list, such as a landscape's wells: the picture computes every one at every pixel.
MOST_KEYS = 64  # Of any table: several times as many as the largest one knows.
MOST_PAIRS: Mapping[KeyPath, int] = {("examples", "train"): MOST_EXAMPLES, ("examples", "test"): MOST_EXAMPLES}
"""Lists that may be longer: examples cost no more where they are measured than where they are drawn."""
DEEPEST = 32  # Steps of any path.
MOST_MISTAKES = 8  # That one message names.
MOST_READ = 256  # Mistakes that are put into words: more are only counted, for there may be thousands.


def complain(mistakes: Iterable[str]) -> None:
    """Raise one error for all of the mistakes, if there are any; the same one counts once, if it is among the first."""
    waiting = iter(mistakes)
    found = list(dict.fromkeys(islice(waiting, MOST_READ)))
    if found:
        rest = len(found) - MOST_MISTAKES
        more = "at least " if next(waiting, None) is not None else ""
        raise SceneError("; ".join(found[:MOST_MISTAKES]) + (f"; and {more}{rest} more" if rest > 0 else ""))


def oddities(table: Any) -> Iterator[tuple[KeyPath, str]]:
    """What no scene holds, whatever its kind: dates, huge numbers, long lists, tables of many keys.

    Raises:
        RecursionError: tables and lists are nested too deeply.
    """
    waiting: list[tuple[KeyPath, Any]] = [((), table)]
    while waiting:
        path, value = waiting.pop()
        if len(path) > DEEPEST:
            raise RecursionError
        most = MOST_PAIRS.get(path, MOST_ITEMS)
        match value:
            case dict():
                if len(value) > MOST_KEYS:
                    yield path, f"must have at most {MOST_KEYS} keys, not {len(value)}"
                waiting += reversed([((*path, key), item) for key, item in islice(value.items(), MOST_KEYS)])
            case list():
                if len(value) > most:
                    yield path, f"must have at most {most} items, not {len(value)}"
                waiting += reversed([((*path, index), item) for index, item in enumerate(value[:most])])
            case int() if value.bit_length() > 64:
                yield path, "is far too large a number"
            case int() | float() if path[:1] == ("surface",) and LARGEST < abs(value) < np.inf:
                yield path, f"must be from {-LARGEST:.0f} to {LARGEST:.0f}, not {value:g}"
            case str() | int() | float():
                pass
            case _:
                yield path, f"must not be a date or a time, such as {value}"


def toml_reason(message: str) -> str:
    """The parser's message, where it can be said more plainly."""
    message = re.sub(r"^Cannot overwrite a value", "a key stands twice", message)
    message = re.sub(r"^Cannot (declare|mutate) .*?(?= \(at )", "a table stands twice", message)
    message = re.sub(r"^Exceeds the limit.*", "a number has too many digits", message)
    return f"{message[:1].lower()}{message[1:]}"


PLAINER = (
    ("Input should be", "must be"),
    ("greater than or equal to", "at least"),
    ("less than or equal to", "at most"),
    ("a valid integer", "a whole number"),
    ("a valid number", "a number"),
    ("a valid string", "a text"),
    ("a valid boolean", "true or false"),
    ("a valid array", "a list"),
    ("a valid list", "a list"),
    ("a valid tuple", "a list"),
    ("an object", "a table"),
)


OUTSIDE = " (one of your own needs its file: --rules FILE.py)"
"""What is said of a rule that is not known: files name rules, and bring none."""


def reason(table: Any, details: ErrorDetails) -> str:
    """One mistake in words: its path as it stands in the file, what is wrong, and what stands there."""
    path, value = _locate(table, details)
    context = details.get("ctx", {})
    unquote = str.maketrans("", "", "'")
    match details["type"]:
        case "scene":
            return details["msg"]
        case "missing" if path and isinstance(path[-1], int):
            path, problem = path[:-1], f"has too few items, {path[-1] if not isinstance(value, list) else len(value)}"
        case "missing":
            problem = "is missing"
        case "extra_forbidden" | "unexpected_keyword_argument":
            problem = f"is not known here{_hint(details['loc'])}"
        case "union_tag_not_found":
            problem = f"has no {context['discriminator'].translate(unquote)}"
        case "union_tag_invalid":
            problem = _unknown(context["discriminator"].translate(unquote), context)
        case "literal_error":
            problem = f"must be {context['expected']}, not {excerpt(value)}"
        case "too_short" | "too_long":
            bound, unit = ("least", "min_length") if details["type"] == "too_short" else ("most", "max_length")
            items = "1 item" if context[unit] == 1 else f"{context[unit]} items"
            problem = f"must have at {bound} {items}, not {len(value)}"
        case "string_too_long":
            length = len(str(path[-1])) if details["loc"][-1] == "[key]" else len(value)
            problem = f"must have at most {context['max_length']} characters, not {length}"
        case "text":
            problem = details["msg"]
        case _:
            problem = details["msg"]
            for theirs, ours in PLAINER:
                problem = problem.replace(theirs, ours)
            problem = f"{problem[:1].lower()}{problem[1:]}, not {excerpt(value)}"
    return f"{path_text(*path)} {problem}"


def _unknown(kind: str, context: Mapping[str, str]) -> str:
    """What is said of a kind that there is not, such as a rule."""
    kinds = context["expected_tags"].translate(str.maketrans("", "", "'")).split(", ")
    return f"has an unknown {kind}: {did_you_mean(context['tag'], kinds)}{OUTSIDE if kind == 'rule' else ''}"


CLAIMS: Mapping[str, type[Any]] = {"claim": Claim, "escaped": EscapeClaim, "lowest": ShareClaim}
"""The tables of what is promised of a lane."""


def _hint(where: Sequence[str | int]) -> str:
    """Which key was meant, perhaps, by the unknown one at the end of a validator's path."""
    match where:
        case (_,):
            known = known_keys(SceneFile)
        case ("lane", _, str(rule), _) if rule in RULES:
            known = [*known_keys(RULES[rule]), *LANE_FIELDS]
        case ("lane", _, _, "schedule", str(kind), _) if kind in SCHEDULES:
            known = known_keys(SCHEDULES[kind])
        case ("surface" | "examples" as table, str(kind), _):
            registry: Mapping[str, type[Any]] = SURFACES if table == "surface" else EXAMPLES
            known = known_keys(registry[kind])
        case ("machine", _):
            known = known_keys(Machine)
        case ("caption", _, _):
            known = known_keys(Caption)
        case ("question", _):
            known = known_keys(Question)
        case (str(code), _) if code in TRANSLATIONS:
            known = known_keys(Translation)
        case (*_, "claim", _) | (*_, "claim", "escaped" | "lowest", _):
            known = known_keys(CLAIMS[str(where[-2])])
        case _:
            known = []
    close = called_so(str(where[-1]), known) or near(str(where[-1]), known, 1)
    if close:
        return f"; did you mean {close[0]}?"
    if list(where[3:4]) == ["schedule"]:  # Few keys, of which no one knows all by heart.
        return f"; there are {', '.join(known)}"
    may_be_language = set(TRANSLATIONS).intersection(known) and CODE.fullmatch(str(where[-1]))
    return f"; of languages there are {', '.join(TRANSLATIONS)}" if may_be_language else ""


KIND_STEP: Mapping[str | int, int] = {"surface": 1, "examples": 1, "lane": 2}
"""Which step of a validator's path is no key but a table's kind, by the first one."""


def _locate(table: Any, details: ErrorDetails) -> tuple[tuple[str | int, ...], Any]:
    """Where in the file a mistake is, and what stands there; the validator's own steps are left out."""
    path: list[str | int] = []
    here = table
    for place, step in enumerate(details["loc"]):
        if place == KIND_STEP.get(details["loc"][0]):
            continue
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            if details["type"] != "missing" or step != details["loc"][-1]:
                continue
        path.append(step)
    return tuple(path), here
