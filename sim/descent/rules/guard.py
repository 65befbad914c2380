"""Rules from outside, asked with care: what one does that no rule may is told in a sentence, with its file and line."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from numbers import Real
from types import TracebackType
from typing import Any, TypeVar, cast

import numpy as np

from ...surface.points import Array
from .one_line import error_text, place_in, shortened, value_text
from .protocol import Rule, Slope, with_parts

S = TypeVar("S", bound=tuple[Any, ...])
T = TypeVar("T")

LARGE = 1e75
"""Numbers beyond it are on their way to infinity: what comes of them is no fault of a rule's."""

WRITES = "writes to what it was given, which a rule only reads"

MAY_HAVE = ("noisy", "weight_decay")
"""What is asked of a rule as a yes or no, whether it has it or not."""

REMEMBERED = "a number, or an array of shape (…, 2) or (…, 1)"
"""What a state may consist of, where θ has shape (…, 2)."""


class RuleFailure(RuntimeError):
    """A rule that does what no rule may, or nothing at all; the message is a sentence with its file and line."""


def guarded_init(rule: Rule[S], theta: Array) -> S:
    """`Rule.init`, of which nothing is believed.

    Raises:
        RuleFailure: it raises, writes to θ, or answers with what is no state.
    """
    state = asked(rule, "init", lambda: rule.init(read_only(theta)))
    check_state(rule, "init", theta, state)
    return state


def guarded_step(rule: Rule[S], theta: Array, slope: Slope, state: S) -> tuple[Array, S]:
    """`Rule.step`, of which nothing is believed.

    Infinity is an answer like any other where numbers have become larger than LARGE; elsewhere it is a failure, and so
    is NaN.

    Raises:
        RuleFailure: it raises, writes to what it is given, or answers with what is no movement and state.
    """
    slope.here.flags.writeable = False  # Computed for this update, and to be read by all.
    kept = with_arrays(state, read_only)
    answer: Any = asked(rule, "step", lambda: rule.step(read_only(theta), slope, kept))
    return checked(rule, theta, slope, state, answer)


def checked(rule: Rule[S], theta: Array, slope: Slope, state: S, answer: Any) -> tuple[Array, S]:
    """What a rule has answered, if it is a movement and a state.

    Raises:
        RuleFailure: it is not.
    """
    if not isinstance(answer, tuple) or len(answer) != 2:
        raise _failure(rule, "step", f"answers with {_what(answer)}, not with a movement and a state")
    movement, after = answer
    if not isinstance(movement, np.ndarray):
        raise _failure(rule, "step", f"answers with {_what(movement)} for a movement, not with an array")
    if movement.shape != theta.shape:
        raise _failure(rule, "step", f"answers with a movement of shape {movement.shape}, and θ has {theta.shape}")
    if movement.dtype != np.float64:
        raise _failure(rule, "step", f"answers with a movement of {movement.dtype}, not of float64")
    check_state(rule, "step", theta, after)
    _check_numbers(rule, (theta, slope.here, *state), movement, after)
    return movement, cast(S, after)


def rule_of(kind: type[Rule[S]], values: Mapping[str, Any]) -> Rule[S]:
    """A rule of that kind with these settings; what is not given is as usual.

    Raises:
        RuleFailure: its own code refuses them, or makes of them what no scene file holds.
    """
    usual = {field.name: field.default for field in fields(kind)}
    return _built(kind, values, lambda: kind(**values), usual | dict(values))


def with_settings(rule: Rule[S], **values: Any) -> Rule[S]:
    """The rule with these settings, and its own ones else.

    Raises:
        RuleFailure: its own code refuses them, or makes of them what no scene file holds.
    """
    like: Any = rule
    own = {field.name: getattr(rule, field.name) for field in fields(like)}
    return _built(type(rule), values, lambda: replace(like, **values), own | values)


def with_rate(rule: Rule[S], rate: float) -> Rule[S]:
    """The rule with the learning rate of an update, which may be 0, as no scene file has it.

    Raises:
        RuleFailure: its own code refuses it.
    """
    like: Any = rule
    values = {"learning_rate": rate}
    return _built(type(rule), values, lambda: replace(like, **values), {})


def ask(rule: Rule[Any]) -> None:
    """Ask it once what is asked of a rule wherever it is told or kept; its properties may raise anything."""
    hash(rule)
    for name in MAY_HAVE:
        bool(getattr(rule, name, None))


def finite(rate: object) -> bool:
    """Whether it is a number that a float can be; whole ones may be larger."""
    return isinstance(rate, Real) and bool(abs(rate) <= sys.float_info.max)  # type: ignore[operator]


def _built(
    kind: type[Rule[S]], values: Mapping[str, Any], build: Callable[[], Rule[S]], settings: Mapping[str, Any]
) -> Rule[S]:
    """The rule that is built of some values; settings: those that must be able to stand in a scene file, as given."""
    try:
        rule = build()
        rate: object = rule.learning_rate
        for name, given in settings.items():
            value = getattr(rule, name)
            if value is not given and (problem := _wrong_value(kind, name, value)):
                raise _makes(kind, values, f"a {name} that {problem}")
        ask(rule)
    except (RuleFailure, KeyboardInterrupt):  # The latter is the user's, or as good as that.
        raise
    except BaseException as error:  # Of code that is not ours; the sentence hides none of it.
        place = place_in(kind, "__post_init__", error.__traceback__)
        raise RuleFailure(f"{place}: {kind.__name__} refuses {_given(values)}: {error_text(error)}") from error
    if not finite(rate):
        raise _makes(kind, values, f"a learning_rate that is no finite number, {value_text(rate)}")
    return rule


def _wrong_value(kind: type[Rule[Any]], name: str, value: Any) -> str:
    from .values import wrong_value  # noqa: PLC0415  Few rules make others of their settings; the import takes long.

    return wrong_value(kind, name, value)


def _makes(kind: type[Rule[Any]], values: Mapping[str, Any], what: str) -> RuleFailure:
    return RuleFailure(f"{place_in(kind, '__post_init__')}: {kind.__name__} makes of {_given(values)} {what}")


def with_arrays(state: S, change: Callable[[Array], Array]) -> S:
    """The state with other arrays for its arrays."""
    if not any(isinstance(part, np.ndarray) for part in state):
        return state
    return with_parts(state, (change(part) if isinstance(part, np.ndarray) else part for part in state))


def read_only(array: Array) -> Array:
    """A view of the array, through which none of its numbers can be changed."""
    view = array.view()
    view.flags.writeable = False
    return view


def asked(rule: Rule[Any], method: str, call: Callable[[], T]) -> T:
    """What comes of a call of one of the rule's methods.

    Raises:
        RuleFailure: an exception, wherever in it.
    """
    try:
        return call()
    except (RuleFailure, KeyboardInterrupt):  # The latter is the user's, or as good as that.
        raise
    except BaseException as error:  # Of code that is not ours; the sentence hides none of it.
        said = error_text(error)
        if isinstance(error, ValueError) and "read-only" in said:
            said = WRITES
        raise RuleFailure(f"{place_of(rule, method, error.__traceback__)}: {said}") from None


def _given(values: Mapping[str, Any]) -> str:
    return shortened(", ".join(f"{name} = {value_text(value)}" for name, value in values.items()))


def place_of(rule: Rule[Any], method: str, trace: TracebackType | None = None) -> str:
    """File and line: the last one of the rule's file that an exception came through, or where the method begins."""
    return place_in(type(rule), method, trace)


def _failure(rule: Rule[Any], method: str, what: str) -> RuleFailure:
    return RuleFailure(f"{place_of(rule, method)}: {method} {what}")


def _what(value: object) -> str:
    """What kind of thing it is."""
    return (
        "nothing"
        if value is None
        else f"{type(value).__name__} of {len(value)}"
        if isinstance(value, tuple)
        else type(value).__name__
    )


def check_state(rule: Rule[Any], method: str, theta: Array, state: object) -> None:
    """Refuse a state that is not what a run can keep, copy and take apart.

    Raises:
        RuleFailure: it is no tuple, or a part of it is not REMEMBERED.
    """
    if not isinstance(state, tuple):
        raise _failure(rule, method, f"answers with {_what(state)} for a state, not with a tuple")
    for name, part in zip(getattr(state, "_fields", range(len(state))), state, strict=True):
        if isinstance(part, np.ndarray):
            if part.shape[: theta.ndim - 1] != theta.shape[:-1] or part.ndim < theta.ndim:
                what = f"remembers {name} of shape {part.shape}, and θ has {theta.shape}"
                raise _failure(rule, method, f"{what}: it must be {REMEMBERED}")
        elif not isinstance(part, int | float | complex | str | np.generic | None):
            raise _failure(rule, method, f"remembers {name}, {_what(part)}: it must be {REMEMBERED}")


def _check_numbers(rule: Rule[Any], given: tuple[object, ...], movement: Array, state: tuple[object, ...]) -> None:
    """Refuse what comes out if it is not finite where what went in was neither infinite nor on its way there.

    Raises:
        RuleFailure: of a movement or a state.
    """
    ended = ~np.isfinite(movement).all(axis=-1)
    for part in state:
        if isinstance(part, np.ndarray) and part.dtype.kind == "f":
            ended = ended | np.isnan(part).any(axis=tuple(range(ended.ndim, part.ndim)))
    if not ended.any():
        return
    for part in given:
        if isinstance(part, np.ndarray) and part.dtype.kind == "f":
            small = np.abs(part) <= LARGE
            ended = ended & small.all(axis=tuple(range(ended.ndim, part.ndim)))
    if ended.any():
        wrong = movement[ended][~np.isfinite(movement[ended])]
        what = "moves by" if len(wrong) else "remembers"
        number = "nan" if not len(wrong) or np.isnan(wrong).any() else "infinity"
        raise _failure(rule, "step", f"{what} {number}, from finite numbers")
