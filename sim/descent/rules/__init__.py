"""The update rules: one a file, which says the rule's name, and one word each in the registry."""

from typing import Any

from .adagrad import Adagrad
from .adam import Adam
from .adamw import AdamW
from .gradient_descent import GradientDescent
from .momentum import Momentum
from .nesterov import Nesterov
from .protocol import Letter, NamedRule, Rule, letters
from .rmsprop import RMSprop

_KINDS: tuple[type[NamedRule[Any]], ...] = (GradientDescent, Momentum, Nesterov, Adagrad, RMSprop, Adam, AdamW)

RULES: dict[str, type[Rule[Any]]] = {kind.name: kind for kind in _KINDS}
"""Every rule by the name that scenes and menus use, in the order menus show."""


def rule_name(rule: Rule[Any]) -> str:
    """The name that the rule's own class gives it, and no class that it is made from; without one, that class's name.

    A class that stands for several rules gives it as a property.

    >>> rule_name(Momentum(0.1))
    'momentum'
    """
    kind = type(rule)
    name = vars(kind).get("name")
    if isinstance(name, property):
        name = getattr(rule, "name", None)
    return name if isinstance(name, str) else kind.__name__


def recurrence(rule: Rule[Any]) -> tuple[str, ...]:
    """The rule's update as the field writes it, in lines; none where its own class says none, as one from outside may.

    What that class is made from may move otherwise.

    >>> recurrence(Momentum(0.1))
    ('m ← λ m − η g', 'θ ← θ + m')
    """
    lines: tuple[str, ...] = vars(type(rule)).get("recurrence", ())
    return lines


def all_letters() -> dict[str, Letter]:
    """The letters of the hyperparameters of all rules, by their names."""
    return {name: letter for kind in RULES.values() for name, letter in letters(kind).items()}
