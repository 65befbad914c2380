"""Whether a rule moves as another one does, and if not, in what it differs: found by running what it might be."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from numbers import Real
from typing import Any

import numpy as np

from ..descent.rules import OWN, RULES, preparations, recurrence, rule_name
from ..descent.rules.guard import RuleFailure, asked, with_settings
from ..descent.rules.protocol import OTHER_NAMES, letters, with_parts
from ..descent.rules.values import wrong_value
from ..surface.points import Array
from .ground import movements, names_of
from .mutations import Mutation, mutations, pairs
from .recurrence import Unreadable, Written, read

UPDATES, FEW = 24, 3
CLOSE = 1e-10
"""How far two movements may be apart, in units of the larger: rounding leaves far less, and no mistake so little."""
FINITE = 0.25  # Share of two paths' numbers that must be some, for them to be called alike.

TELLING: Mapping[str, float] = {
    "learning_rate": 0.05,
    "decay": 0.7,
    "beta1": 0.6,
    "beta2": 0.8,
    "alpha": 0.8,
    "epsilon": 0.05,
    "weight_decay": 0.3,
}
"""Settings with which every piece of a recurrence shows in the first updates."""

USUAL_SHARES = (0.9, 0.99, 0.999, 0.95, 0.5)

STEADY = np.array([0.8, -0.3])


@dataclass(frozen=True, slots=True)
class Like:
    """What came of a comparison."""

    first_steps: str
    """What is wrong with the first movements under a steady gradient; empty if nothing is."""
    path: str
    """What is wrong with the path; empty if nothing is."""
    note: str = ""
    """What else there is to say."""


def compared(rule: Any, model: Any) -> Like:
    """A rule and the one that it should move like, with the same settings as far as both have them."""
    both, outside = list(_settings(rule, model)), _outside(rule, model)
    if not both:
        return Like("", f"it cannot be compared with {rule_name(model)}: {outside}")
    first_steps = next(filter(None, (_first_steps(mine, theirs) for mine, theirs in both)), "")
    for mine, theirs in both[::-1]:  # The telling ones first.
        own, right = _tried(mine), movements(theirs, UPDATES)
        if not alike(own, right):
            return Like(first_steps, _difference(own, right, theirs, rule))
    changing = _changing(*both[0])
    return Like(first_steps, "", changing or (f"{outside}; with other settings it moves alike" if outside else ""))


def twins(rule: Any) -> list[str]:
    """The names of the program's rules that it moves like, those first like which it does where η changes as well."""
    found = list[tuple[bool, str]]()
    for name, kind in RULES.items():
        if kind is type(rule):
            continue
        try:
            both = list(_settings(rule, kind()))
            if both and all(alike(_tried(mine), movements(theirs, UPDATES)) for mine, theirs in both):
                found.append((bool(_changing(*both[0])), name))
        except RuleFailure:
            continue
    return [name for _, name in sorted(found, key=lambda each: each[0])]


def alike(one: Array, other: Array) -> bool:
    """Whether two sequences of movements are the same but for rounding; where one ends early, so must the other."""
    if one.shape != other.shape or not len(one):
        return False
    finite = np.isfinite(one)
    if finite.mean() < FINITE or (finite != np.isfinite(other)).any():
        return False
    gap, size = np.abs(one - other)[finite], np.maximum(np.abs(one), np.abs(other))[finite]
    return bool((gap <= CLOSE * np.maximum(size, size.max() * 1e-6)).all())


def _tried(rule: Any) -> Array:
    return asked(rule, "step", lambda: movements(rule, UPDATES))


def _settings(rule: Any, model: Any) -> Iterator[tuple[Any, Any]]:
    """Both with the same settings: those that the rule has of itself, if the model may have them, and telling ones."""
    names = _matched(rule, model)
    if not _outside(rule, model):
        yield rule, replace(model, **{theirs: getattr(rule, mine) for theirs, mine in names.items()})
    telling = {theirs: TELLING.get(theirs, getattr(rule, mine)) for theirs, mine in names.items()}
    try:
        mine = with_settings(rule, **{names[theirs]: value for theirs, value in telling.items()})
    except RuleFailure:  # Whatever it does with settings that it does not like; its own have been tried.
        return
    yield mine, replace(model, **telling)


def _matched(rule: Any, model: Any) -> dict[str, str]:
    """What each hyperparameter of the model is called in the rule, if it has it, as a number."""
    own, taken = names_of(rule), set()
    found: dict[str, str] = {}
    for name in names_of(model):
        for other in (name, *OTHER_NAMES.get(name, ())):
            if other in own and other not in taken and isinstance(getattr(rule, other), Real):
                found[name] = other
                taken.add(other)
                break
    return found


def _outside(rule: Any, model: Any) -> str:
    """The first setting of the rule that is none of the model's, which is one of the program's; nothing if all are."""
    kind = type(model)
    for theirs, mine in _matched(rule, model).items() if kind in OWN else ():
        if wrong_value(kind, theirs, getattr(rule, mine)):
            return f"its {mine} of {getattr(rule, mine):g} is out of the range that {theirs} has in {rule_name(model)}"
    return ""


def _changing(mine: Any, theirs: Any) -> str:
    """Whether the two part where the learning rate changes on the way."""
    rates = [1.0] * FEW + [0.25] * FEW + [2.0] * FEW
    try:
        own = asked(mine, "step", lambda: movements(mine, len(rates), rates))
    except RuleFailure:  # Such learning rates are none of its: there is nothing to be told.
        return ""
    if alike(own, movements(theirs, len(rates), rates)):
        return ""
    return f"where the learning rate changes on the way it moves otherwise than {rule_name(theirs)}: {_rate(mine)}"


def _rate(rule: Any) -> str:
    """Where η stands in a rule, as far as it shows under a steady gradient whose rate falls to a part once."""
    part = 0.25
    whole = movements(rule, 2 * FEW, slope=STEADY)
    before, after = whole[:FEW], whole[FEW:]
    found = movements(rule, 2 * FEW, [1.0] * FEW + [part] * FEW, STEADY)[FEW:]
    if alike(found, part * after):
        return "η stands elsewhere, as in torch.optim, where it multiplies all that was gathered"
    if alike(found, after - (1 - part) * before):
        return "η multiplies only the gradients still to come, as in the lecture's momentum"
    return "η stands elsewhere"


# What differs.


def _difference(own: Array, right: Array, model: Any, rule: Any) -> str:
    """What the rule does instead: the first of all mistakes that moves the same."""
    name, same = rule_name(model), [twin for twin in twins(rule) if twin != rule_name(model)]
    for twin in same:
        if names_of(RULES[twin]()) == names_of(model):
            return f"it moves as {twin} does{_missing(model, twin)}"
    suspects = list(_suspects(model, _shares(rule, model)))
    for found in suspects:
        if alike(own[:FEW], _run(found, model, FEW)) and alike(own, _run(found, model, UPDATES)):
            return f"it moves as {name} does where {found.mistake}; the line that differs is {found.line}"
    if same:
        return f"it moves as {same[0]} does{_missing(model, same[0])}"
    apart = (at for at, (a, b) in enumerate(zip(own, right, strict=False)) if not alike(a[None], b[None]))
    update = next(apart, None)
    if update is None:
        return f"it does not move as {name} does{_none_of(suspects)}"
    a, b = _told_apart(own[update], right[update])
    return f"it moves by {a} in update {update + 1}, and {name} by {b}{_none_of(suspects)}"


def _none_of(suspects: Collection[Mutation]) -> str:
    return "; none of the usual mistakes moves like this" if suspects else ""


def _told_apart(one: Array, other: Array) -> tuple[str, str]:
    """Two movements, with as many digits as it takes to see that they are two."""
    for digits in range(6, 18):
        a, b = ("({:.{}g}, {:.{}g})".format(x, digits, y, digits) for x, y in (one, other))
        if a != b:
            break
    return a, b


def _shares(rule: Any, model: Any) -> tuple[float, ...]:
    """What a sum may be decayed by in a rule: settings that the model has not, and usual ones."""
    matched = _matched(rule, model).values()
    own = [getattr(rule, name) for name in names_of(rule) if name not in matched]
    return *(share for share in own if isinstance(share, float) and 0 < share < 1), *USUAL_SHARES


def counts_late(rule: Any, model: Any) -> bool:
    """Whether the rule moves as the model does once the count that it begins at 0 begins at 1."""
    mine, theirs = next(_settings(rule, model), (rule, model))
    return alike(asked(rule, "step", lambda: movements(_Counting(mine), UPDATES)), movements(theirs, UPDATES))


@dataclass(frozen=True)
class _Counting:
    """A rule whose whole numbers begin one higher."""

    rule: Any

    def init(self, theta: Array) -> Any:
        state = self.rule.init(theta)
        return with_parts(state, (part + 1 if isinstance(part, int) else part for part in state))

    def step(self, theta: Array, slope: Any, state: Any) -> Any:
        return self.rule.step(theta, slope, state)


def _missing(model: Any, twin: str) -> str:
    """The lines of a recurrence that another one does not have."""
    theirs = recurrence(RULES[twin]())
    lines = [line for line in recurrence(model) if line not in theirs]
    return f"; the line that differs is {lines[-1]}" if lines else ""


def _suspects(model: Any, shares: tuple[float, ...]) -> Iterator[Mutation]:
    """What might have gone wrong with the model, in the order in which it is tried."""
    try:
        lines = read(recurrence(model))
    except Unreadable:
        return iter(())
    if not alike(_run_lines(lines, model, FEW), movements(model, FEW)):
        return iter(())  # What is written there is not what the model does.
    return chain(mutations(lines, shares), pairs(lines))


def _run(found: Mutation, model: Any, updates: int) -> Array:
    return _run_lines(found.lines, model, updates)


def _run_lines(lines: Any, model: Any, updates: int) -> Array:
    signs = letters(type(model))
    numbers = tuple((signs[name].sign, float(getattr(model, name))) for name in names_of(model) if name in signs)
    return movements(Written(model.learning_rate, numbers, lines), updates)


# Closed forms of the first movements under a steady gradient.


def _geometric(share: float, count: int) -> float:
    """1 + λ + … + λᵗ⁻¹."""
    return sum(share**power for power in range(count))


CLOSED: Mapping[str, Callable[[Any, Array, int], Array]] = {
    "gradient descent": lambda rule, g, _t: -rule.learning_rate * g,
    "momentum": lambda rule, g, t: -rule.learning_rate * g * _geometric(rule.decay, t),
    "nesterov": lambda rule, g, t: -rule.learning_rate * g * _geometric(rule.decay, t + 1),
    "adagrad": lambda rule, g, t: -rule.learning_rate * g / (np.abs(g) * np.sqrt(t) + rule.epsilon),
    "rmsprop": lambda rule, g, t: -rule.learning_rate * g / (np.abs(g) * np.sqrt(1 - rule.alpha**t) + rule.epsilon),
    "adam": lambda rule, g, _t: -rule.learning_rate * g / (np.abs(g) + rule.epsilon),
}
"""The movement of update t, counted from 1, under a steady gradient g, as each rule's own page tells it."""


def _first_steps(mine: Any, theirs: Any) -> str:
    name = rule_name(theirs)
    if name not in CLOSED or type(theirs) is not RULES.get(name) or preparations(theirs):
        return ""  # What is decayed or clipped depends on where a marble is: the path tells.
    own = asked(mine, "step", lambda: movements(mine, FEW, slope=STEADY))
    for number, movement in enumerate(own, 1):
        right = CLOSED[name](theirs, STEADY, number)
        if not alike(movement[None], right[None]):
            a, b = _told_apart(movement, right)
            g = "({:g}, {:g})".format(*STEADY)
            return f"under a steady gradient {g} it moves by {a} in update {number}, and {name} by {b}"
    return ""
