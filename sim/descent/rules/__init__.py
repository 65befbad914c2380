"""The update rules: one a file, which says the rule's name, and one word each in the registry."""

from contextlib import suppress
from typing import Any

from .adaptive.adadelta import Adadelta
from .adaptive.adagrad import Adagrad
from .adaptive.adam import Adam
from .adaptive.adamax import Adamax
from .adaptive.adamw import AdamW
from .adaptive.amsgrad import AMSGrad
from .adaptive.centered_rmsprop import CenteredRMSprop
from .adaptive.nadam import NAdam
from .adaptive.radam import RAdam
from .adaptive.rmsprop import RMSprop
from .adaptive.rmsprop_momentum import RMSpropMomentum
from .curvature.newton import Newton
from .curvature.saddle_free_newton import SaddleFreeNewton
from .curvature.sam import SAM
from .plain.gradient_descent import GradientDescent
from .plain.langevin import Langevin
from .plain.lookahead_nesterov import LookaheadNesterov
from .plain.momentum import Momentum
from .plain.nesterov import Nesterov
from .plain.torch_momentum import TorchMomentum
from .plain.torch_nesterov import TorchNesterov
from .preparation import ClippedRule, Preparation
from .protocol import Letter, NamedRule, Rule, letters
from .registry import Registry
from .sign.lion import Lion
from .sign.sign_sgd import SignSGD

_KINDS: tuple[type[NamedRule[Any]], ...] = (
    *(GradientDescent, Momentum, TorchMomentum, Nesterov, LookaheadNesterov, TorchNesterov),
    *(Adagrad, Adadelta, RMSprop, RMSpropMomentum, CenteredRMSprop),
    *(Adam, Adamax, AMSGrad, NAdam, RAdam, AdamW),
    *(SignSGD, Lion),
    *(SAM, Newton, SaddleFreeNewton),
    Langevin,
)

RULES = Registry({kind.name: kind for kind in _KINDS})
"""Every rule by the name that scenes and menus use, in the order menus show; last those of files that were named."""

OWN = frozenset(_KINDS)
"""The program's own: they are what rules should be. Of all others nothing is believed."""


def rule_name(rule: Rule[Any]) -> str:
    """The name that the rule's own class gives it, and no class that it is made from; without one, that class's name.

    A class that stands for several rules gives it as a property.

    >>> rule_name(Momentum(0.1))
    'momentum'
    """
    kind = type(rule)
    name = vars(kind).get("name")
    if isinstance(name, property):
        with suppress(Exception, SystemExit):  # Of code that is not ours: whatever it does, the class has a name.
            name = getattr(rule, "name", None)
    return name if isinstance(name, str) else kind.__name__


def title_of(name: str) -> str:
    """What the rule of that name is called where people read it: by its title, if it has one, or else by its name.

    >>> title_of("sign sgd")
    'signSGD'
    """
    kind: Any = RULES.get(name)
    return getattr(kind, "title", name) if kind in OWN else name


def recurrence(rule: Rule[Any]) -> tuple[str, ...]:
    """The rule's update as the field writes it, in lines; none where its own class says none, as one from outside may.

    What that class is made from may move otherwise. What is done to the gradient before stands first.

    >>> recurrence(Momentum(0.1))
    ('m ← λ m − η g', 'θ ← θ + m')
    >>> recurrence(Momentum(0.1, clip_norm=1.0))[0]
    'g ← g min(1, c₂ / (‖g‖ + 1e−6))'
    """
    lines: Any = vars(type(rule)).get("recurrence", ())
    if not isinstance(lines, tuple | list) or not all(isinstance(line, str) for line in lines):
        return ()
    return (*(line for line, _ in preparations(rule)), *lines) if lines else ()


def preparations(rule: Rule[Any]) -> tuple[Preparation, ...]:
    """What is done to a gradient before the rule answers it, in order: nothing, unless it is asked for."""
    return rule.preparations() if isinstance(rule, ClippedRule) else ()


def all_letters() -> dict[str, Letter]:
    """The letters of the hyperparameters of all rules, by their names."""
    return {name: letter for kind in RULES.values() for name, letter in letters(kind).items()}
