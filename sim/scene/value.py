"""The scene: the one value that determines a run."""

from dataclasses import dataclass, fields
from typing import Any

from ..descent.clock import Machine, Timing, timing
from ..descent.examples.recipes import Recipe
from ..descent.lane import Lane
from ..descent.problem import Problem
from ..descent.race import Experiment, Race
from ..descent.rules.protocol import Rule
from ..surface.protocol import ClosedForm, Window
from .speech import Caption, InLanguages, Question, Translation, Words
from .tables import Claim
from .view import USUAL_VIEW, LandView


@dataclass(frozen=True, slots=True)
class Texts:
    """A scene's words in one language."""

    title: str
    look: str
    lanes: tuple[str, ...]
    captions: tuple[str, ...]
    question: str
    """Empty where the scene asks nothing."""


@dataclass(frozen=True, slots=True)
class Scene:
    """All that determines a run, and what to look at in it. Hashable, so that results can be cached by it."""

    name: str
    title: str
    look: str
    seed: int
    updates: int
    """How many updates the race is meant to be watched for."""
    start: tuple[float, float]
    window: Window
    surface: ClosedForm | None
    examples: Recipe
    machine: Machine
    """What the clocks of machine time reckon with."""
    lanes: tuple[Lane, ...]
    claims: tuple[Claim | None, ...]
    """What the scene promises of each lane at `updates`, with its own seed."""
    view: LandView = USUAL_VIEW
    """How it wants to be seen."""
    captions: tuple[Caption, ...] = ()
    question: Question | None = None
    translations: InLanguages[Translation] = ()
    """The translations that say something."""

    def texts(self, language: str) -> Texts:
        """The scene's words in that language, by its code; English where they are not translated."""
        words = _said(language, self.translations, Translation())
        names, question = dict(words.lane), self.question
        return Texts(
            title=words.title or self.title,
            look=words.look or self.look,
            lanes=tuple(names.get(lane.name, lane.name) for lane in self.lanes),
            captions=tuple(_said(language, caption.translations, caption.text) for caption in self.captions),
            question="" if question is None else _said(language, question.translations, question.text),
        )

    def problem(self) -> Problem:
        """What is minimised; the same object for scenes that differ in nothing that matters to it."""
        return self.experiment.problem()

    @property
    def experiment(self) -> Experiment:
        """All of it that its runs depend on."""
        return Experiment(self.surface, self.examples, self.window, self.start, self.lanes)

    def timing(self, clock: str) -> Timing:
        """How fast the lanes are by that clock, one of CLOCKS."""
        return timing(clock, self.lanes, self.examples.count, self.machine)

    def race(self, former: Race | None = None) -> Race:
        """A race at its start; or, in the lanes that a former one has as well, as far as that has come.

        >>> from three_marbles.scene import load_scene
        >>> race = load_scene("local-minimum").race()
        >>> race.extend(400)
        >>> [judge.verdict(400).kind.code for judge in race.judges]
        ['stuck', 'rattling', 'settled']
        """
        return Race(self.problem(), self.lanes, self.start, self.seed, former)


def unlike(scene: Scene) -> tuple[bool, ...]:
    """Which lanes have a learning rate of their own where something else is compared.

    A comparison is fair when one thing differs. Where lanes differ in nothing but η, that is what is
    compared; where they differ in rule, momentum or batch size too, those that have not the most common η stand out.
    """
    rates = [lane.rule.learning_rate for lane in scene.lanes]
    others = {(type(lane.rule), _but_for_its_rate(lane.rule), lane.batch_size) for lane in scene.lanes}
    if len(others) == 1:
        return (False,) * len(rates)
    common = max(rates, key=lambda rate: (rates.count(rate), -rates.index(rate)))
    return tuple(rate != common for rate in rates)


def _but_for_its_rate(rule: Rule[Any]) -> tuple[object, ...]:
    """What a rule is told apart by, without its learning rate; what it would be with another, only its code knows."""
    return tuple(getattr(rule, each.name) for each in fields(rule) if each.compare and each.name != "learning_rate")


def _said(language: str, translations: InLanguages[Words], otherwise: Words) -> Words:
    return next((words for code, words in translations if code == language), otherwise)
