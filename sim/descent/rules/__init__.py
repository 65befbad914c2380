"""The update rules: one a file, one line each in the registry."""

from typing import Any

from .adagrad import Adagrad
from .adam import Adam
from .adamw import AdamW
from .gradient_descent import GradientDescent
from .momentum import Momentum
from .nesterov import Nesterov
from .protocol import Letter, Rule, letters
from .rmsprop import RMSprop

RULES: dict[str, type[Rule[Any]]] = {
    "gradient descent": GradientDescent,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adagrad": Adagrad,
    "rmsprop": RMSprop,
    "adam": Adam,
    "adamw": AdamW,
}
"""Every rule by the name that scenes and menus use, in the order menus show."""

_NAMES = {kind: name for name, kind in RULES.items()}


def rule_name(rule: Rule[Any]) -> str:
    """The name under which the rule's kind is registered; that of its class if it is not."""
    return _NAMES.get(type(rule), type(rule).__name__)


def all_letters() -> dict[str, Letter]:
    """The letters of the hyperparameters of all rules, by their names."""
    return {name: letter for kind in RULES.values() for name, letter in letters(kind).items()}
