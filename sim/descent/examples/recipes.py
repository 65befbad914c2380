"""How a scene's examples are made: a few numbers from which training and test set follow.

The sets depend on the data's own seed and not on the race's, so that a new race runs on the same landscape.
"""

from dataclasses import dataclass, replace
from itertools import cycle, islice
from typing import Annotated, ClassVar, Literal, Protocol

import numpy as np
from annotated_types import Ge, Le, Lt, MaxLen, MinLen

from ...surface.points import Array, pair
from ...surface.protocol import LARGEST, Point, Surface
from .finite_sum import FiniteSum, Regression, Shifted, Tilted, paired_normal
from .models import MODELS, Model

MOST_EXAMPLES = 1_000  # More would make the picture of the full loss slow.

Spread = Annotated[float, Ge(0), Le(LARGEST)]
Count = Annotated[int, Ge(1), Le(MOST_EXAMPLES)]
Seed = Annotated[int, Ge(0), Lt(2**53)]

Pairs = Annotated[tuple[Point, ...], MinLen(1), MaxLen(MOST_EXAMPLES)]

TRAIN, TEST = 0, 1


class Recipe(Protocol):
    """What makes a training and a test set; a frozen dataclass."""

    needs_surface: ClassVar[bool]
    """Whether the examples vary a surface, or make one of their own."""

    @property
    def count(self) -> int:
        """N, the number of training examples."""
        ...

    def sums(self, surface: Surface | None) -> tuple[FiniteSum, FiniteSum]:
        """Training and test set, on this surface if one is needed."""
        ...

    def __hash__(self) -> int:
        """By value: equal recipes make equal sets."""
        ...


@dataclass(frozen=True, slots=True)
class ShiftedExamples:
    """ℓ(θ; δ) = f(θ − δ) with δ ~ N(0, σ² I) in ± pairs; test examples have their own δ, moved by test_shift."""

    sigma: Spread
    count: Count = 20
    test_shift: Point = (0.0, 0.0)
    seed: Seed = 0

    needs_surface: ClassVar[bool] = True

    def sums(self, surface: Surface | None) -> tuple[FiniteSum, FiniteSum]:
        """Training and test set."""
        assert surface is not None
        train, test = (_draw(self.seed, part, self.count, self.sigma) for part in (TRAIN, TEST))
        return Shifted(surface, train), Shifted(surface, test + np.array(self.test_shift))


@dataclass(frozen=True, slots=True)
class TiltedExamples:
    """ℓ(θ; n) = f(θ) + n·θ with n ~ N(0, σ² I) in ± pairs; test examples have their own n, moved by test_tilt."""

    sigma: Spread
    count: Count = 20
    test_tilt: Point = (0.0, 0.0)
    seed: Seed = 0

    needs_surface: ClassVar[bool] = True

    def sums(self, surface: Surface | None) -> tuple[FiniteSum, FiniteSum]:
        """Training and test set."""
        assert surface is not None
        train, test = (_draw(self.seed, part, self.count, self.sigma) for part in (TRAIN, TEST))
        return Tilted(surface, train), Tilted(surface, test + np.array(self.test_tilt))


@dataclass(frozen=True, slots=True)
class RegressionExamples:
    """y = m(x; truth) + noise with x ~ N(0, 1) and noise ~ N(0, σ²); the test data follow test_truth."""

    model: Literal[*MODELS]  # type: ignore[valid-type]
    sigma: Spread
    truth: Point
    count: Count = 20
    test_truth: Point | None = None
    """By default the same."""
    seed: Seed = 0

    needs_surface: ClassVar[bool] = False

    def sums(self, surface: Surface | None) -> tuple[FiniteSum, FiniteSum]:
        """Training and test set; the model and the data make the surface."""
        del surface
        model = MODELS[self.model]()
        train, test = (_draw(self.seed, part, self.count, 1.0) for part in (TRAIN, TEST))
        test_truth = self.truth if self.test_truth is None else self.test_truth
        return self._regression(model, train, self.truth), self._regression(model, test, test_truth)

    def _regression(self, model: Model, draw: Array, truth: Point) -> Regression:
        """Pairs share their x, and their noise is ±: so the least-squares fit to them is the truth itself."""
        x, noise = draw[:, 0].copy(), draw[:, 1]
        x[self.count - self.count // 2 :] *= -1
        return Regression(model, pair(x, model.value(x, np.array(truth)) + self.sigma * noise))


@dataclass(frozen=True, slots=True)
class MeasuredExamples:
    """Pairs (x, y) as they were measured, for y ≈ m(x; θ): real examples, real batches."""

    model: Literal[*MODELS]  # type: ignore[valid-type]
    train: Pairs
    test: Pairs

    needs_surface: ClassVar[bool] = False

    @property
    def count(self) -> int:
        """N, the number of training examples."""
        return len(self.train)

    def sums(self, surface: Surface | None) -> tuple[FiniteSum, FiniteSum]:
        """Training and test set; the model and the data make the surface."""
        del surface
        model = MODELS[self.model]()
        return Regression(model, np.array(self.train)), Regression(model, np.array(self.test))


def of_count(recipe: Recipe, count: int) -> Recipe:
    """As many training examples of a recipe: drawn, or those that were measured, over and over.

    >>> of_count(MeasuredExamples("line", train=((1.0, 2.0), (2.0, 4.0)), test=((1.0, 2.0),)), 3).train
    ((1.0, 2.0), (2.0, 4.0), (1.0, 2.0))
    """
    if isinstance(recipe, MeasuredExamples):
        return replace(recipe, train=tuple(islice(cycle(recipe.train), count)))
    return replace(recipe, count=count)  # type: ignore[type-var]


def _draw(seed: int, part: int, count: int, sigma: float) -> Array:
    return paired_normal(np.random.default_rng([seed, part]), count, sigma)


EXAMPLES: dict[str, type[Recipe]] = {
    "shifted": ShiftedExamples,
    "tilted": TiltedExamples,
    "regression": RegressionExamples,
    "measured": MeasuredExamples,
}
