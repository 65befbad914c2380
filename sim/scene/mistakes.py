"""What is wrong with a scene file, in words: every mistake with its path and the reason."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np
from pydantic_core import ErrorDetails

from ..descent.clock import Machine
from ..descent.data import EXAMPLES
from ..descent.rules import RULES
from ..languages import CODE, TRANSLATIONS
from ..surface import SURFACES
from ..surface.protocol import LARGEST
from .tables import LANE_FIELDS, CaptionTable, Claim, QuestionTable, SceneFile, TranslationTable
from .words import SceneError, nearest, path_text, short

MOST_ITEMS = 64  # Of any list, such as a landscape's wells: the picture computes every one at every pixel.
MOST_MISTAKES = 8  # That one message names.


def complain(mistakes: Iterable[str]) -> None:
    """Raise one error for all of the mistakes, if there are any; the same one counts once."""
    found = list(dict.fromkeys(mistakes))
    if found:
        rest = len(found) - MOST_MISTAKES
        raise SceneError("; ".join(found[:MOST_MISTAKES]) + (f"; and {rest} more" if rest > 0 else ""))


def oddities(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What no scene holds, whatever its kind: dates, huge numbers, long lists."""
    match value:
        case dict():
            for key, item in value.items():
                yield from oddities(item, (*path, key))
        case list():
            if len(value) > MOST_ITEMS:
                yield path, f"must have at most {MOST_ITEMS} items, not {len(value)}"
            for index, item in enumerate(value[:MOST_ITEMS]):
                yield from oddities(item, (*path, index))
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
    ("a valid array", "a list"),
    ("a valid list", "a list"),
    ("an object", "a table"),
)


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
            kinds = context["expected_tags"].translate(unquote).split(", ")
            problem = f"has an unknown {context['discriminator'].translate(unquote)}: {nearest(context['tag'], kinds)}"
        case "literal_error":
            problem = f"must be {context['expected']}, not {short(value)}"
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
            problem = f"{problem[:1].lower()}{problem[1:]}, not {short(value)}"
    return f"{path_text(*path)} {problem}"


def _hint(where: Sequence[str | int]) -> str:
    """Which key was meant, perhaps, by the unknown one at the end of a validator's path."""
    known: Iterable[str]
    match where:
        case (_,):
            known = SceneFile.model_fields
        case ("lane", _, str(rule), _) if rule in RULES:
            known = [field.name for field in fields(RULES[rule])] + [*LANE_FIELDS]
        case ("surface" | "examples" as table, str(kind), _):
            registry: Mapping[str, type[Any]] = SURFACES if table == "surface" else EXAMPLES
            known = [field.name for field in fields(registry[kind])]
        case ("machine", _):
            known = [field.name for field in fields(Machine)]
        case ("caption", _, _):
            known = CaptionTable.model_fields
        case ("question", _):
            known = QuestionTable.model_fields
        case (str(code), _) if code in TRANSLATIONS:
            known = TranslationTable.model_fields
        case (*_, "claim", _):
            known = Claim.model_fields
        case _:
            known = ()
    close = difflib.get_close_matches(str(where[-1]), list(known), n=1)
    if close:
        return f"; did you mean {close[0]}?"
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
