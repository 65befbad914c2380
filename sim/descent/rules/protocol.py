"""What every update rule offers, and the ranges its hyperparameters may take."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import Field, dataclass, fields, replace
from functools import lru_cache
from itertools import chain
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Protocol, TypeVar, get_args, get_type_hints

from annotated_types import Ge, Gt, Le, Lt

from ...surface.points import Array

MOST_RATE = 1e6
"""Far beyond divergence; keeps infinity out."""
LONGEST_SETTING = 200
"""Characters of a text among the settings of a rule from outside."""


@dataclass(frozen=True, slots=True)
class Letter:
    """How a hyperparameter, or what a rule remembers, is written in formulas and on screen."""

    sign: str
    always: bool = False
    """Whether a hyperparameter is told in any case; else where it is not the usual one."""
    option: bool = False
    """Whether 0 switches a hyperparameter off: then it is told nowhere, and its line of the recurrence left out."""
    measures: str = ""
    """What a learning rate is measured in: one of LENGTH and SHARE, or nothing where it multiplies a gradient."""


LENGTH, SHARE = "length", "share"

RATE = Letter("η", always=True)
"""The letter of the learning rate, which every rule has."""

PAST = Letter("λ", always=True)
"""The letter of the share of the past that lives on, in momentum and wherever it has none of its own."""

OTHER_NAMES: Mapping[str, tuple[str, ...]] = {
    "learning_rate": ("lr", "eta", "η", "alpha", "step_size", "stepsize", "max_lr", "rate"),
    "decay": ("momentum", "friction", "mu", "gamma", "lam", "lambda", "λ", "beta"),
    "beta1": ("b1", "beta_1", "betas", "β1", "β₁"),
    "beta2": ("b2", "beta_2", "β2", "β₂"),
    "epsilon": ("eps", "delta", "ε"),
    "alpha": ("rho", "decay_rate", "smoothing", "α", "beta", "gamma", "decay"),
    "weight_decay": ("wd", "l2", "weightdecay"),
}
"""What others call the hyperparameters of our rules, the likeliest first."""
KEPT_NAMES = {"decay", "beta1", "alpha", "rho", *OTHER_NAMES["decay"], *OTHER_NAMES["beta1"]}
"""What a share of the past is called that lives on, where a rule from outside says no more of it."""

LearningRate = Annotated[float, Gt(0), Le(MOST_RATE), RATE]
"""η, by which a gradient is multiplied."""

StepLength = Annotated[float, Gt(0), Le(MOST_RATE), replace(RATE, measures=LENGTH)]
"""η of a rule whose steps are about η long, however steep it is."""

StepShare = Annotated[float, Gt(0), Le(MOST_RATE), replace(RATE, measures=SHARE)]
"""η of a rule whose whole step has its length by itself: the share of it that is taken."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Marks a hyperparameter that says how much of the past a rule keeps."""


KeptShare = Annotated[float, Ge(0), Lt(1), Kept()]
"""The share of a running sum or average that lives on to the next update; at 1 it would never forget."""

Decay = Annotated[KeptShare, PAST]
"""The share of the last movement that lives on, in momentum."""

Epsilon = Annotated[float, Gt(0), Le(1), Letter("ε")]
"""What is added to a denominator; above 0, so that a gradient of exactly 0 moves nothing instead of 0/0."""

WeightDecay = Annotated[float, Ge(0), Le(1e3), Letter("w")]
"""The pull of θ towards the origin beside the rule's own step, in units of the learning rate: decoupled."""


def letters(rule: "type[Rule[Any]]") -> Mapping[str, Letter]:
    """The letters of a rule's hyperparameters, by the names of its fields, options last; what has none is left out.

    A rule from outside need not give any: its learning rate has its letter all the same.
    """
    return _letters(rule)


@lru_cache(maxsize=64)
def _letters(rule: Any) -> Mapping[str, Letter]:
    """A rule's letters, kept: a picture with formulas asks for them each time, and reading them takes long."""
    hints = get_type_hints(rule, include_extras=True)
    found = {field.name: get_args(hints[field.name])[1:] for field in fields(rule)}
    named = {name: letter for name, extras in found.items() for letter in extras[::-1] if isinstance(letter, Letter)}
    ordered = sorted(named.items(), key=lambda item: item[1].option)
    return MappingProxyType({"learning_rate": RATE, **dict(ordered)})


def kept_share(rule: "Rule[Any]") -> str | None:
    """The name of the hyperparameter that says how much of the past a rule keeps, if it has one.

    The first that is a KeptShare; of a rule from outside also one that is no more than a number, and called like one.
    """
    marked, alike = _kept_shares(type(rule))
    return next(chain(marked, (name for name in alike if 0 <= getattr(rule, name) < 1)), None)


@lru_cache(maxsize=64)
def _kept_shares(rule: Any) -> tuple[list[str], list[str]]:
    """The names of those that are marked as such, and of those that are called so."""
    hints = hints_of(rule)
    marked = [name for name, hint in hints.items() if Kept() in get_args(hint)]
    return marked, [name for name, hint in hints.items() if hint is float and name in KEPT_NAMES]


def settings_of(rule: "Rule[Any]") -> dict[str, Any]:
    """A rule's hyperparameters with their values, by the names of its fields: options last, none that is off.

    One from outside may have a method `told` that gives them as people are to read them.
    """
    if (told := told_by(rule)) is not None:
        return told
    options = {name for name, letter in letters(type(rule)).items() if letter.option}
    return {name: value for name in names_of(type(rule)) if (value := getattr(rule, name)) or name not in options}


def told_by(rule: "Rule[Any]") -> dict[str, Any] | None:
    """What the method `told` of a rule from outside says; None where there is none, or it says nothing of use."""
    try:
        told = getattr(rule, "told", None)
        found: object = told() if callable(told) else None
        return found if isinstance(found, dict) and can_be_told(found) else None
    except (Exception, SystemExit):  # Of code that is not ours; the settings themselves are there to be told.
        return None


def can_be_told(found: Mapping[Any, Any]) -> bool:
    """Whether names and values are texts and what can be shown in a line; to make one's text may raise anything."""
    if not all(isinstance(name, str) and name.isprintable() for name in found):
        return False
    numbers = [f"{value:g}" for value in found.values() if isinstance(value, int | float)]
    return all(text.isprintable() for value in found.values() for text in (f"{value}", str(value), *numbers))


def hints_of(rule: "type[Rule[Any]]") -> dict[str, Any]:
    """The types of a rule's hyperparameters, with what bounds them.

    A learning rate of a rule from outside that says no more of it has the bounds of any other.
    """
    hints = get_type_hints(rule, include_extras=True)
    found = {field.name: hints[field.name] for field in fields(rule)}
    return found | ({"learning_rate": LearningRate} if found["learning_rate"] is float else {})


def shared_settings(rule: "Rule[Any]", kind: "type[Rule[Any]]") -> dict[str, Any]:
    """The hyperparameters of a rule that another kind has as well, of the same type."""
    theirs, own = get_type_hints(kind), get_type_hints(type(rule))
    known, names = {field.name for field in fields(rule)}, [field.name for field in fields(kind)]
    return {name: getattr(rule, name) for name in names if name in known and theirs[name] == own[name]}


def names_of(rule: "type[Rule[Any]]") -> list[str]:
    """The names of a rule's hyperparameters: options last, as they are told."""
    known = letters(rule)
    return sorted((field.name for field in fields(rule)), key=lambda name: name in known and known[name].option)


def state_letters(state: type[tuple[Any, ...]]) -> Mapping[str, str]:
    """The letters of what a rule remembers, by the names of its state's fields; what has none is left out."""
    return _state_letters(state)


@lru_cache(maxsize=64)
def _state_letters(state: Any) -> Mapping[str, str]:
    """The letters of what a rule remembers, kept."""
    hints = get_type_hints(state, include_extras=True)
    return MappingProxyType(
        {name: extra.sign for name, hint in hints.items() for extra in get_args(hint)[1:] if isinstance(extra, Letter)}
    )


S = TypeVar("S", bound=tuple[Any, ...])


class Slope(Protocol):
    """What a rule may ask about the loss of the batch that makes an update at θ (..., 2).

    All but `here` takes further work, which is counted and charged for by the clocks of machine time.
    """

    @property
    def here(self) -> Array:
        """∇L_B(θ), shape (..., 2): the gradient that is recorded."""
        ...

    def at(self, points: Array, /) -> Array:
        """∇L_B of the same batch elsewhere: at a point for each θ (..., 2), or at K of them (K, ..., 2)."""
        ...

    def curvature(self) -> Array:
        """∇²L_B(θ), shape (..., 2, 2)."""
        ...

    def noise(self) -> Array:
        """Standard normal numbers, shape (..., 2): each marble's own, by its seed and the update. It costs nothing.

        0 where no run asks but a study of the rule, which is then told in the mean.
        """
        ...


class Rule(Protocol[S]):
    """How the slope at θ becomes a movement; the caller does θ ← θ + movement.

    A rule is a frozen dataclass whose fields, all hashable, are the hyperparameters. All that it remembers is
    in the state, a NamedTuple of arrays shaped like θ and of plain numbers such as the count of updates, so
    a run can be stopped, copied and replayed from any update.

    θ and gradients have shape (..., 2). A step is element-wise arithmetic: it never writes to its
    inputs, and a marble's movement has the same bits alone and among others. So too what it asks of the
    slope may depend on the number of updates, but not on where a marble is: those beside it are asked with it.
    What a step returns may share memory with the new state: read it, do not write to it. A run that
    diverges overflows to infinity like any float arithmetic; to silence NumPy's warning about it is up to
    the caller.
    """

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]
    """Rules are dataclasses: `dataclasses.replace` and `dataclasses.fields` work on any of them."""

    @property
    def learning_rate(self) -> float:
        """η."""
        ...

    def __hash__(self) -> int:
        """Equal rules are one to a cache."""
        ...

    def init(self, theta: Array, /) -> S:
        """The state before the first update of marbles at θ."""
        ...

    def step(self, theta: Array, slope: Slope, state: S, /) -> tuple[Array, S]:
        """The movement that answers the slope at θ, and the state after it."""
        ...


def with_parts(state: S, parts: Iterable[Any]) -> S:
    """A state like that one, of these parts. That of a rule from outside may be a plain tuple."""
    make: Callable[[Iterable[Any]], S] = getattr(state, "_make", type(state))
    return make(parts)


def makes_noise(rule: Rule[Any]) -> bool:
    """Whether the rule says that it asks for `Slope.noise`, so that chance is in it even with all examples."""
    return bool(getattr(rule, "noisy", False))


class NamedRule(Rule[S], Protocol[S]):
    """One of the program's own, which scenes and menus call by its name; a rule from outside may do without.

    Where people do not write it as files do it has a `title: ClassVar[str]`, too, without a comma, which would part a
    lane's name in two.
    """

    name: ClassVar[str]

    recurrence: ClassVar[tuple[str, ...]]
    """The update as the field writes it, a line each: how g, the gradient at θ, moves θ, in the letters of
    hyperparameters and of the state's fields.

    The line that begins with a letter and "←" says what becomes of it. What is done to g before, if it is clipped or
    decayed, stands in `ClippedRule`. Without a recurrence, no more is shown of a rule than its gradient and movement.
    """
