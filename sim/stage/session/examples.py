"""Messages that change a scene's examples by hand: how much they differ, and how many there are."""

from dataclasses import dataclass, fields, replace
from typing import Any

from ...descent.examples.recipes import MOST_EXAMPLES
from ...scene import Scene
from ..style.theme import say
from .lanes import renamed, two_digits, with_lanes
from .session import Session

LARGEST_SIGMA = 1e3
LEAST_SIGMA = 0.01  # Below it, none.


@dataclass(frozen=True)
class SetSigma:
    """Set how much the examples differ."""

    sigma: float

    def apply(self, session: Session) -> Session:
        sigma = min(max(self.sigma, 0.0), LARGEST_SIGMA)
        return _with_examples(session, sigma=sigma) if adjustable(session.scene, "sigma") else _measured(session)


@dataclass(frozen=True)
class ScaleSigma:
    """Multiply how much the examples differ; from nothing, begin with a little."""

    factor: float

    def apply(self, session: Session) -> Session:
        recipe: Any = session.scene.examples
        if not adjustable(session.scene, "sigma"):
            return _measured(session)
        sigma = two_digits(recipe.sigma * self.factor)
        if self.factor > 1:
            return SetSigma(max(sigma, LEAST_SIGMA)).apply(session)
        return SetSigma(sigma if sigma >= LEAST_SIGMA else 0.0).apply(session)


@dataclass(frozen=True)
class ScaleCount:
    """Multiply N."""

    factor: float

    def apply(self, session: Session) -> Session:
        return SetCount(round(session.scene.examples.count * self.factor)).apply(session)


@dataclass(frozen=True)
class SetCount:
    """Set N. Lanes that used all examples go on doing so; no batch can be larger than N."""

    count: int

    def apply(self, session: Session) -> Session:
        if not adjustable(session.scene, "count"):
            return _measured(session)
        before = session.scene.examples.count
        count = min(max(self.count, 1), MOST_EXAMPLES)
        lanes = [
            replace(lane, batch_size=count if lane.batch_size == before else min(lane.batch_size, count))
            for lane in session.scene.lanes
        ]
        cut = [lane.name for lane in session.scene.lanes if count < lane.batch_size < before]
        there = renamed(with_lanes(_with_examples(session, count=count), lanes), session.scene)
        if not cut:
            return there
        names, language = ", ".join(cut), session.language
        if count == 1:
            return replace(there, notice=say(language, "Now the only example: {names}.", names=names))
        notice = say(language, "Now all {count} examples: {names}.", count=count, names=names)
        return replace(there, notice=notice)


def adjustable(scene: Scene, name: str) -> bool:
    """Whether the scene's examples are made with such a number, so that it can be changed."""
    recipe: Any = scene.examples
    return name in {field.name for field in fields(recipe)}


def _measured(session: Session) -> Session:
    return replace(session, notice=say(session.language, "These examples were measured: they stay as they are."))


def _with_examples(session: Session, **changes: Any) -> Session:
    examples: Any = session.scene.examples
    scene = replace(session.scene, examples=replace(examples, **changes))
    return with_lanes(replace(session, scene=scene), scene.lanes)
