"""The update rules: one a file, one line each in the registry."""

from typing import Any

from sim.descent.rules.adagrad import Adagrad
from sim.descent.rules.adam import Adam
from sim.descent.rules.adamw import AdamW
from sim.descent.rules.gradient_descent import GradientDescent
from sim.descent.rules.momentum import Momentum
from sim.descent.rules.nesterov import Nesterov
from sim.descent.rules.protocol import Rule
from sim.descent.rules.rmsprop import RMSprop

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
    """The name under which the rule's kind is registered."""
    return _NAMES[type(rule)]
