"""Rules as students hand them in: right ones that are written otherwise than the program's, and wrong ones."""

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from sim.descent.rules.protocol import Slope
from sim.surface.points import Array


class One(NamedTuple):
    m: Array


class Two(NamedTuple):
    m: Array
    v: Array
    t: int


@dataclass(frozen=True)
class TorchSGD:
    """torch.optim.SGD(momentum=…): η multiplies the whole buffer. Right, with a constant η."""

    learning_rate: float = 0.1
    momentum: float = 0.9

    def init(self, theta: Array) -> One:
        return One(np.zeros_like(theta))

    def step(self, _theta: Array, slope: Slope, state: One) -> tuple[Array, One]:
        buffer = self.momentum * state.m + slope.here
        return -self.learning_rate * buffer, One(buffer)


@dataclass(frozen=True)
class TorchAdam:
    """torch.optim.Adam, which puts the corrections elsewhere. Right."""

    learning_rate: float = 1e-3
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    decay: ClassVar[float] = 0.0
    """Of θ, decoupled, as in AdamW: not all of it is in Adam."""

    def init(self, theta: Array) -> Two:
        return Two(theta * 0, theta * 0, 0)

    def step(self, _theta: Array, slope: Slope, state: Two) -> tuple[Array, Two]:
        g, t = slope.here, state.t + 1
        m = state.m + (1 - self.beta1) * (g - state.m)
        v = self.beta2 * state.v + (1 - self.beta2) * g**2
        denominator = np.sqrt(v) / np.sqrt(1 - self.beta2**t) + self.eps
        return -(self.learning_rate / (1 - self.beta1**t)) * m / denominator, Two(m, v, t)


@dataclass(frozen=True)
class LookAhead:
    """Nesterov's momentum about the point of looking ahead, after Sutskever et al., about the θ that it is taken at."""

    learning_rate: float = 0.1
    mu: float = 0.9

    def init(self, theta: Array) -> One:
        return One(np.zeros_like(theta))

    def step(self, _theta: Array, slope: Slope, state: One) -> tuple[Array, One]:
        before = state.m
        after = self.mu * before - self.learning_rate * slope.here
        return -self.mu * before + (1 + self.mu) * after, One(after)


@dataclass(frozen=True)
class Newtonian:
    """It asks again: for the curvature along each axis, and for the gradient half a step ahead. Right."""

    learning_rate: float = 0.1

    def init(self, theta: Array) -> One:
        return One(np.zeros_like(theta))

    def step(self, theta: Array, slope: Slope, state: One) -> tuple[Array, One]:
        curvature = np.abs(np.diagonal(slope.curvature(), axis1=-2, axis2=-1))
        ahead = slope.at(theta - 0.5 * self.learning_rate * slope.here)
        return -self.learning_rate * ahead / (curvature + 1.0), state


@dataclass(frozen=True)
class Averaging:
    """What the wrong ones of momentum have in common."""

    learning_rate: float = 0.1
    decay: float = 0.9

    def init(self, theta: Array) -> One:
        return One(np.zeros_like(theta))

    def step(self, theta: Array, slope: Slope, state: One) -> tuple[Array, One]:
        movement, m = self.update(theta, slope.here, state.m)
        return movement, One(m)

    def update(self, _theta: Array, g: Array, m: Array) -> tuple[Array, Array]:
        m = self.decay * m - self.learning_rate * g
        return m, m


@dataclass(frozen=True)
class Uphill(Averaging):
    def update(self, _theta: Array, g: Array, m: Array) -> tuple[Array, Array]:
        m = self.decay * m + self.learning_rate * g
        return m, m


@dataclass(frozen=True)
class Dampened(Averaging):
    def update(self, _theta: Array, g: Array, m: Array) -> tuple[Array, Array]:
        m = self.decay * m + (1 - self.decay) * g
        return -self.learning_rate * m, m


@dataclass(frozen=True)
class TwiceEta(Averaging):
    def update(self, _theta: Array, g: Array, m: Array) -> tuple[Array, Array]:
        m = self.decay * m - self.learning_rate * g
        return self.learning_rate * m, m


@dataclass(frozen=True)
class RateOnAll(Averaging):
    def update(self, _theta: Array, g: Array, m: Array) -> tuple[Array, Array]:
        m = -self.learning_rate * (g - self.decay * m)
        return m, m


@dataclass(frozen=True)
class NoRate(Averaging):
    def update(self, _theta: Array, g: Array, m: Array) -> tuple[Array, Array]:
        m = self.decay * m - g
        return m, m


@dataclass(frozen=True)
class Late(Averaging):
    def update(self, _theta: Array, g: Array, m: Array) -> tuple[Array, Array]:
        return m, self.decay * m - self.learning_rate * g


@dataclass(frozen=True)
class NoMemory(Averaging):
    def update(self, _theta: Array, g: Array, m: Array) -> tuple[Array, Array]:
        return -self.learning_rate * g, m


@dataclass(frozen=True)
class Adaptive:
    """What the wrong ones of Adam have in common; it is right itself."""

    learning_rate: float = 1e-3
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 1e-2
    correct: ClassVar[tuple[bool, bool]] = (True, True)
    inside: ClassVar[bool] = False
    squares: ClassVar[bool] = True
    shares: ClassVar[tuple[bool, bool]] = (True, True)
    rooted: ClassVar[bool] = True
    decoupled: ClassVar[bool] = True
    coupled: ClassVar[bool] = False
    counts_first: ClassVar[int] = 1
    swapped: ClassVar[bool] = False
    gradients: ClassVar[float] = 1.0

    def init(self, theta: Array) -> Two:
        return Two(np.zeros_like(theta), np.zeros_like(theta), 0)

    def step(self, theta: Array, slope: Slope, state: Two) -> tuple[Array, Two]:
        g, t = self.gradients * slope.here, state.t + 1
        if self.coupled:
            g = g + self.weight_decay * theta
        first, second = ((1 - beta if own else 1.0) for beta, own in zip(self._betas, self.shares, strict=True))
        beta1, beta2 = self._betas
        m = beta1 * state.m + first * g
        v = beta2 * state.v + second * (g * g if self.squares else np.abs(g))
        count = t - 1 + self.counts_first
        mh = m / (1 - beta1**count) if self.correct[0] else m
        vh = v / (1 - beta2**count) if self.correct[1] else v
        size = np.sqrt(vh + self.epsilon) if self.inside else (np.sqrt(vh) if self.rooted else vh) + self.epsilon
        movement = -self.learning_rate * mh / size
        if self.decoupled:
            movement = movement - self.learning_rate * self.weight_decay * theta
        return movement, Two(m, v, t)

    @property
    def _betas(self) -> tuple[float, float]:
        return (self.beta2, self.beta1) if self.swapped else (self.beta1, self.beta2)


def adaptive(name: str, **mistakes: Any) -> type[Adaptive]:
    """AdamW with such mistakes."""
    kind: type[Adaptive] = dataclass(frozen=True)(type(name, (Adaptive,), mistakes))
    return kind


@dataclass(frozen=True)
class Doubled(Averaging):
    def update(self, _theta: Array, g: Array, m: Array) -> tuple[Array, Array]:
        m = self.decay * m - 2 * self.learning_rate * g
        return m, m


@dataclass(frozen=True)
class Gathering:
    """Adagrad, which should keep the sum of all squares."""

    learning_rate: float = 1e-2
    epsilon: float = 1e-10
    kept: ClassVar[float] = 0.9
    new: ClassVar[float] = 1.0
    together: ClassVar[bool] = False
    small: ClassVar[float] = 0.0

    def init(self, theta: Array) -> One:
        return One(np.zeros_like(theta))

    def step(self, _theta: Array, slope: Slope, state: One) -> tuple[Array, One]:
        g = slope.here
        square = (g * g).sum(axis=-1, keepdims=True) if self.together else g * g
        s = self.kept * state.m + self.new * square
        return -self.learning_rate * g / (np.sqrt(s) + self.epsilon) + self.small * g, One(s)


def gathering(name: str, **mistakes: Any) -> type[Gathering]:
    """Adagrad with such mistakes."""
    kind: type[Gathering] = dataclass(frozen=True)(type(name, (Gathering,), mistakes))
    return kind


@dataclass(frozen=True)
class LateNaN(Averaging):
    """It is no number after the fiftieth update."""

    def init(self, theta: Array) -> Any:
        return Two(theta * 0, theta * 0, 0)

    def step(self, _theta: Array, slope: Slope, state: Any) -> Any:
        after = Two(state.m, state.v, state.t + 1)
        return -self.learning_rate * slope.here * (np.nan if after.t > 50 else 1.0), after


@dataclass(frozen=True)
class LateError(LateNaN):
    """It raises after the fiftieth update."""

    def step(self, theta: Array, slope: Slope, state: Any) -> Any:
        if state.t >= 50:
            raise IndexError("too late")
        return super().step(theta, slope, state)


@dataclass(frozen=True)
class Squared:
    """What the wrong ones of RMSprop and Adagrad have in common."""

    learning_rate: float = 1e-2
    alpha: float = 0.99
    epsilon: float = 1e-8

    def init(self, theta: Array) -> One:
        return One(np.zeros_like(theta))

    def step(self, _theta: Array, slope: Slope, state: One) -> tuple[Array, One]:
        g = slope.here
        v = self.alpha * state.m + (1 - self.alpha) * g
        return -self.learning_rate * g / (np.sqrt(np.abs(v) * np.abs(v)) + self.epsilon), One(v)


# Those that do what no rule may, or forget what every rule must heed.


@dataclass(frozen=True)
class Writing(Averaging):
    def update(self, _theta: Array, g: Array, m: Array) -> tuple[Array, Array]:
        m *= self.decay
        m -= self.learning_rate * g
        return m, m


@dataclass(frozen=True)
class Clipped(Averaging):
    """The norm of all marbles' gradients at once."""

    def update(self, _theta: Array, g: Array, m: Array) -> tuple[Array, Array]:
        g = g / max(1.0, float(np.linalg.norm(g)))
        m = self.decay * m - self.learning_rate * g
        return m, m


HIDDEN: dict[str, Any] = {}


@dataclass(frozen=True)
class Hiding(Averaging):
    """It remembers in a place that all of its kind share."""

    def update(self, theta: Array, g: Array, m: Array) -> tuple[Array, Array]:
        last = HIDDEN.get("m")
        m = self.decay * (m if last is None or last.shape != theta.shape else last) - self.learning_rate * g
        HIDDEN["m"] = m
        return m, m


@dataclass(frozen=True)
class NoEpsilon(Averaging):
    def update(self, _theta: Array, g: Array, m: Array) -> tuple[Array, Array]:
        m = m + g * g
        return -self.learning_rate * g / np.sqrt(m), m


@dataclass(frozen=True)
class Single(Averaging):
    def update(self, _theta: Array, g: Array, m: Array) -> tuple[Array, Array]:
        single: Any = (-self.learning_rate * g).astype(np.float32)
        return single, m


@dataclass(frozen=True)
class NoMemoryAtAll(Averaging):
    def init(self, theta: Array) -> Any:
        """Nothing, where a state is meant."""


@dataclass(frozen=True)
class Silent(Averaging):
    """It has no answer where there is nothing to do."""

    def step(self, theta: Array, slope: Slope, state: One) -> Any:
        return super().step(theta, slope, state) if slope.here.any() else None


@dataclass(frozen=True)
class Wordy(Averaging):
    def update(self, theta: Array, g: Array, m: Array) -> tuple[Any, Array]:
        return super().update(theta, g, m) if g.any() else ("none", m)


@dataclass(frozen=True)
class OneRow(Averaging):
    def update(self, theta: Array, g: Array, m: Array) -> tuple[Array, Array]:
        return super().update(theta, g, m) if g.any() else (np.zeros(2), m)


@dataclass(frozen=True)
class Boundless(Averaging):
    """One setting is out of the range that it has in rules of the program, which would divide by 0."""

    beta2: float = 1.0


@dataclass(frozen=True)
class Stubborn(Averaging):
    """It has one share, which momentum cannot have."""

    decay: float = 1.0

    def __post_init__(self) -> None:
        if self.decay != 1.0:
            raise ValueError("it must be 1")
