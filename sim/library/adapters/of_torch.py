"""Optimizers of torch as rules.

What an optimizer remembers is taken out of it after every update as arrays, and put into a new one before the next: so
a rule's step is a function of its arguments alone, can be done anew from any moment, and no race knows of another.

The optimizers of ELEMENTWISE treat every number of a parameter by itself. For them all marbles are one parameter, cut
in blocks of BLOCK numbers, the last filled up: so each number goes through the same instructions whatever stands beside
it, for torch's loops take four or eight numbers at once and the rest one by one, and share long ones out to threads. To
any other optimizer each marble is a parameter of its own, of two numbers.
"""

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ...descent.rules.protocol import LearningRate, Slope
from ...descent.update import ConstantGradient, one_update
from ...surface.points import Array
from ..mistakes import UseError, shown
from . import FOREIGN, cause, needed, told

ELEMENTWISE = frozenset(
    {"ASGD", "Adadelta", "Adagrad", "Adam", "AdamW", "Adamax", "NAdam", "RAdam", "RMSprop", "Rprop", "SGD"}
)
"""The optimizers of torch.optim that take no norm over their parameter."""
ALONE = ("fused", "foreach", "capturable", "differentiable")
"""Settings with which torch uses other code, in which marbles are computed one by one."""
BLOCK = 1024
"""Numbers of a block: fewer than torch shares out to threads (roots from 2,048 on), in whole vectors of any length."""
SHORT = 64
"""Numbers of the only block where there are few."""
LR = "lr"


@dataclass(frozen=True)
class TorchRule:
    """A class of torch.optim with its settings; `adapters.torch` makes it.

    learning_rate: its lr.
    kind: the class.
    settings: its other arguments, with their names.
    """

    learning_rate: LearningRate
    kind: type[Any]
    settings: tuple[tuple[str, Any], ...] = ()
    has_rate: bool = True
    """Whether it takes an lr; if not, `learning_rate` is 1 and stays so."""

    def __post_init__(self) -> None:
        if not self.has_rate and self.learning_rate != 1:
            raise UseError(f"{self.name} takes no lr, so that its lane can have no schedule and no other learning rate")

    @property
    def name(self) -> str:
        """What it is called on screen and in tables."""
        return f"torch {self.kind.__name__}"

    def told(self) -> dict[str, Any]:
        """Its settings, for tables."""
        return {"learning_rate": self.learning_rate, **dict(self.settings)}

    @property
    def elementwise(self) -> bool:
        """Whether it is known to treat every number by itself."""
        own = getattr(needed("torch").optim, self.kind.__name__, None) is self.kind
        chosen = {name for name, value in self.settings if value}
        return own and self.kind.__name__ in ELEMENTWISE and chosen.isdisjoint(ALONE)

    def init(self, theta: Array) -> tuple[Any, ...]:
        """Nothing is remembered before the first update, whatever the optimizer begins with."""
        del theta
        return _state({})

    def step(self, theta: Array, slope: Slope, state: tuple[Any, ...]) -> tuple[Array, tuple[Any, ...]]:
        """What one `step()` of the optimizer does to θ."""
        if self.elementwise:
            return self._all(theta, slope.here, state)
        return self._each(theta, slope.here, state)

    def _all(self, theta: Array, gradient: Array, state: tuple[Any, ...]) -> tuple[Array, tuple[Any, ...]]:
        """All marbles as one parameter in blocks."""
        parameters = [_parameter(block) for block in _blocks(theta)]
        for parameter, block in zip(parameters, _blocks(gradient), strict=True):
            parameter.grad = _tensor(block)
        optimizer = self._optimizer(parameters)
        for place, parameter in enumerate(parameters if state else ()):
            optimizer.state[parameter] = {
                name: _tensor(_blocks(part)[place]) if isinstance(part, np.ndarray) else _scalar(part)
                for name, part in state._asdict().items()  # type: ignore[attr-defined]
            }
        optimizer.step()
        after = _whole([parameter.detach().numpy() for parameter in parameters], theta.shape)
        kept = [optimizer.state[parameter] for parameter in parameters]
        return after - theta, _state({name: _gathered([each[name] for each in kept], theta.shape) for name in kept[0]})

    def _each(self, theta: Array, gradient: Array, state: tuple[Any, ...]) -> tuple[Array, tuple[Any, ...]]:
        """Each marble as a parameter of its own; what is remembered of it is one object, and copied for each update."""
        places, slopes = theta.reshape(-1, 2), gradient.reshape(-1, 2)
        after, memory = np.empty_like(places), np.empty((len(places), 1), dtype=object)
        before = state[0] if state else np.full((len(places), 1), None, dtype=object)
        for marble, (here, slope) in enumerate(zip(places, slopes, strict=True)):
            parameter = _parameter(here)
            parameter.grad = _tensor(slope)
            optimizer = self._optimizer([parameter])
            (group,) = optimizer.param_groups
            if (known := before[marble, 0]) is not None:
                optimizer.state[parameter], changed = deepcopy(known)
                group.update(changed)
            optimizer.step(_asked_once(self.name))
            after[marble] = parameter.detach().numpy()
            others = {name: value for name, value in group.items() if name not in ("params", LR)}
            memory[marble, 0] = deepcopy((dict(optimizer.state[parameter]), others))
        return (after - places).reshape(theta.shape), _state({"memory": memory})

    def _optimizer(self, parameters: list[Any]) -> Any:
        rate = {LR: self.learning_rate} if self.has_rate else {}
        return self.kind(parameters, **rate, **dict(self.settings))


def torch_rule(kind: type[Any], settings: Mapping[str, Any]) -> TorchRule:
    """The rule that an optimizer with these settings is, if it can be one; it is tried.

    Raises:
        UseError: it cannot.
    """
    optim = needed("torch").optim
    if not (isinstance(kind, type) and issubclass(kind, optim.Optimizer)):
        raise UseError(f"adapters.torch takes a class such as torch.optim.Adam, not {shown(kind)}")
    others = {name: _frozen(value) for name, value in settings.items() if name != LR}
    try:
        defaults = kind([_parameter(np.zeros(2))], **settings).defaults
        rate = float(defaults[LR]) if LR in defaults else 1.0
    except FOREIGN as error:
        raise UseError(f"{kind.__name__} does not take these settings: {told(error)}") from error
    rule = TorchRule(rate, kind, tuple(others.items()), LR in defaults)
    try:
        hash(rule)
    except TypeError as error:
        raise UseError(f"{kind.__name__} has a setting that cannot be hashed, as a rule's must be: {error}") from None
    try:
        theta = np.zeros((1, 2))
        one_update(rule, ConstantGradient(np.ones(2)), theta, None, rule.init(theta))
    except FOREIGN as error:
        if isinstance(said := cause(error), UseError):
            raise said from None
        raise UseError(f"{kind.__name__} cannot update a parameter of two numbers: {told(error)}") from error
    return rule


def _asked_once(name: str) -> Callable[[], Any]:
    """What an optimizer calls for the loss, with the gradient that is there: nobody knows it, for rules are not told.

    Where it calls again, θ is another, and a marble would ask for what those beside it do not.
    """
    calls: Iterator[Any] = iter([needed("torch").tensor(float("nan"), dtype=needed("torch").float64)])

    def closure() -> Any:
        try:
            return next(calls)
        except StopIteration:
            raise UseError(
                f"{name} evaluates its closure more than once in an update, which a rule must not; "
                "give max_iter=1 where it has that"
            ) from None

    return closure


def _frozen(value: Any) -> Any:
    """A list as a tuple, which can be hashed."""
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _parameter(numbers: Array) -> Any:
    return needed("torch").nn.Parameter(_tensor(numbers))


def _tensor(numbers: Array) -> Any:
    """A tensor with numbers of its own."""
    return needed("torch").from_numpy(np.array(numbers, order="C"))


def _scalar(value: Any) -> Any:
    """A number as the tensor of no axes that it was, and whatever else as it is."""
    return needed("torch").tensor(value) if isinstance(value, np.generic) else value


def _blocks(numbers: Array) -> list[Array]:
    """They in blocks of one length, the last filled up with zeros; what is short is one block of a shorter length."""
    flat = numbers.reshape(-1)
    length = BLOCK if flat.size > SHORT else SHORT
    count = max(1, -(-flat.size // length))
    filled = np.zeros(count * length, dtype=flat.dtype)
    filled[: flat.size] = flat
    return [*filled.reshape(count, length)]


def _whole(blocks: list[Array], shape: tuple[int, ...]) -> Array:
    """The numbers of blocks, as many as such a shape has."""
    return np.concatenate(blocks)[: int(np.prod(shape))].reshape(shape)


def _gathered(parts: list[Any], shape: tuple[int, ...]) -> Any:
    """What blocks remember under one name: numbers of their places, or one that they have in common."""
    first = parts[0]
    if not needed("torch").is_tensor(first):
        return deepcopy(first)
    if first.ndim:
        return _whole([part.detach().numpy() for part in parts], shape)
    return first.detach().numpy()[()]


def _state(parts: dict[str, Any]) -> tuple[Any, ...]:
    found: tuple[Any, ...] = _kind(tuple(parts))(*parts.values())
    return found


@lru_cache(maxsize=64)
def _kind(names: tuple[str, ...]) -> Any:
    """The NamedTuple of what an optimizer remembers."""
    return namedtuple("TorchState", names)
