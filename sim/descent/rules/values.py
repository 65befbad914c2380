"""What a setting of a rule from outside may be: what a scene file holds, and gives back as what it was."""

import json
import math
from functools import lru_cache
from typing import Annotated, Any

from pydantic import ConfigDict, TypeAdapter, ValidationError, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import PydanticCustomError

from .one_line import error_text, value_text
from .protocol import LONGEST_SETTING, Rule, hints_of

MOST_BITS, MOST_ITEMS = 64, 64
"""How many bits a whole number and how many items a list may have in a scene file."""
AS_IN_SCENES = ConfigDict(strict=True, allow_inf_nan=False)


def guarded(hint: Any) -> Any:
    """The type of a hyperparameter of such a rule, of which whatever its validators raise is a value's mistake."""

    def checked(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        try:
            return handler(tuple(value) if isinstance(value, list) else value)  # No longer as JSON has it.
        except (ValidationError, KeyboardInterrupt):  # The latter is the user's, or as good as that.
            raise
        except BaseException as error:  # Of code that is not ours; the sentence hides none of it.
            problem = {"problem": error_text(error)}
            raise PydanticCustomError("text", "is refused by its type: {problem}", problem) from None

    return Annotated[hint, WrapValidator(checked)]


def wrong_value(kind: type[Rule[Any]], name: str, value: Any) -> str:
    """What keeps a value of a setting from standing in a scene file, and being read there as what it is."""
    parts = value if isinstance(value, tuple) else (value,)
    if problem := next(filter(None, map(_wrong_part, parts)), ""):
        return problem
    if len(parts) > MOST_ITEMS:
        return f"must have at most {MOST_ITEMS} items, not {len(parts)}"
    try:
        text = json.dumps(value)
    except (TypeError, ValueError):
        return f"is {_type_of(value)}, and a scene file holds float, int, bool and str alone"
    try:
        _adapter(kind, name).validate_json(text)
    except ValidationError as error:
        wanted = error.errors()[0]["msg"].replace("Input should", "must")
        subject = "it " if wanted.startswith("must") else ""
        return f"is {value_text(value)}, but {subject}{wanted[:1].lower()}{wanted[1:]}"
    return ""


def wrong_type(kind: type[Rule[Any]], name: str) -> str:
    """What keeps the type of a setting from being asked whether a value is of it."""
    try:
        _adapter(kind, name)
    except Exception as error:  # Of constraints that are not ours.
        return f"has a type that no value can be tried with: {error_text(error)}"
    return ""


@lru_cache(maxsize=64)
def _adapter(kind: type[Rule[Any]], name: str) -> TypeAdapter[Any]:
    return TypeAdapter(guarded(hints_of(kind)[name]), config=AS_IN_SCENES)


def _wrong_part(part: Any) -> str:
    """What keeps a number or text, alone or in a tuple, from standing in a scene file, whatever type is wanted."""
    if isinstance(part, int) and part.bit_length() > MOST_BITS:
        return "is far too large a number"
    if isinstance(part, float) and not math.isfinite(part):
        return f"is {float(part)}, but a scene file holds finite numbers only"
    if isinstance(part, str) and not part.isprintable():
        return "must be one line of printable characters"
    if isinstance(part, str) and len(part) > LONGEST_SETTING:
        return f"must be one line of at most {LONGEST_SETTING} characters"
    return ""


def _type_of(value: object) -> str:
    """As it is imported: NumPy has a bool of its own."""
    kind = type(value)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
