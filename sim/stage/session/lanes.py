"""Messages that change a scene's lanes by hand: their rules, hyperparameters and batches.

A change applies at once: the race runs anew with the same seed, and the same tick is shown again as soon
as it has been computed, so that one sees what the change does to the whole way.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from math import log
from typing import Any

from ...base.languages import TRANSLATIONS
from ...descent.examples.batches import Sampling
from ...descent.lane import Lane
from ...descent.rules import OWN, RULES, rule_name
from ...descent.rules.guard import RuleFailure, rule_of, with_settings
from ...descent.rules.plain.gradient_descent import GradientDescent
from ...descent.rules.protocol import MOST_RATE, Letter, kept_share, letters, shared_settings
from ...descent.schedules import SCHEDULES, Cosine, OneCycle, Polynomial
from ...descent.update import plain_rate
from ...scene import MOST_LANES, Scene
from ...scene.speech import LONGEST_NAME, Question, Translation, composed
from ..style.numbers import short
from ..style.theme import say
from .names import NUMBERED, followed, in_languages, made, numbered
from .session import LaneIntent, Message, Rate, Session

HIGHEST_DECAY = 0.999
LEAST_RATE = 1e-9
"""No key and no slider makes a learning rate smaller, however steep the surface is."""
LECTURES = (
    "The lecture's form: where η falls, what was gathered stays as it is. Torch's form, another rule, scales that, too."
)
TORCHS = "Torch's form: where η falls, what was gathered is scaled, too. In the lecture's form it stays as it is."
FORMS = {"momentum": LECTURES, "nesterov": LECTURES, "torch momentum": TORCHS, "torch nesterov": TORCHS}
"""What is said where a schedule is given to a rule of which there are two forms, that differ by it."""
AS_LONG_AS_THE_RACE = (Polynomial, Cosine, OneCycle)
"""Schedules that come to an end: chosen by hand, they end where the scene does."""


def with_lanes(
    session: Session, lanes: Sequence[Lane], selected: int | None = None, sources: Sequence[int] | None = None
) -> Session:
    """The session with these lanes in its scene. What the scene promised of others is no longer claimed.

    sources: the place of the lane that each was made of; as before if it is not said.
    """
    before, settings, batches = session.scene.lanes, session.intent.settings, session.intent.batches
    lane = session.lane if selected is None else selected
    place = min(max(lane, 0), len(lanes) - 1)
    if tuple(lanes) == before:
        return replace(session, lane=place)
    each = list(zip(range(len(lanes)) if sources is None else sources, lanes, strict=True))
    if settings is not None:
        rates = (_rate(settings.rates[source], settings.factor, before[source], lane) for source, lane in each)
        settings = replace(settings, rates=tuple(rates))
    if batches:  # A batch size that is set is what is asked for now.
        batches = tuple(
            batches[source] if lane.batch_size == before[source].batch_size else None for source, lane in each
        )
    scene = replace(session.scene, lanes=tuple(lanes), claims=(None,) * len(lanes))
    # A guess was about the lanes as they were.
    intent = LaneIntent(session.intent.names, settings, batches if any(batches) else ())
    there = replace(session, scene=scene, intent=intent)
    return replace(there, lane=place, guess=None, asking=False)


def _rate(rate: Rate, factor: float, before: Lane, lane: Lane) -> Rate:
    """What is known of a lane's learning rate after a change of the lane.

    factor: what rates were multiplied with for this surface: one that is set there is wanted over it, in the same ratio
        to the others', or as it is, if that is nearer to what was wanted.
    """
    if lane.rule == before.rule:
        return rate
    there = lane.rule.learning_rate
    if rate.given != before.rule.learning_rate or not (grows(before.rule) and grows(lane.rule)):
        return Rate(there, there)
    if there == rate.given:
        return rate
    ways = there, min(float(f"{there / factor:.6g}"), MOST_RATE)
    return Rate(there, min(ways, key=lambda way: abs(log(way / rate.wanted))))


def grows(rule: Any) -> bool:
    """Whether it is a rule of the program's own, whose steps grow with the gradient."""
    return type(rule) in OWN and plain_rate(rule) > 0.0


def renamed(session: Session, before: Scene) -> Session:
    """The session, with names anew that were made for what its lanes were in that scene; it has as many lanes."""
    scene, counts = session.scene, (before.examples.count, session.scene.examples.count)
    lanes = list(scene.lanes)
    new = [
        followed(lane.name, old, lane, counts, ()) if lane.name not in session.intent.names else lane.name
        for old, lane in zip(before.lanes, lanes, strict=True)
    ]
    taken = {lane.name for lane, name in zip(lanes, new, strict=True) if name == lane.name}  # Other names are to go.
    # Who has a name without a number has it first.
    for index in sorted(range(len(lanes)), key=lambda index: NUMBERED.fullmatch(lanes[index].name) is not None):
        old, lane = before.lanes[index], scene.lanes[index]
        if new[index] != lane.name:
            lanes[index] = replace(lane, name=followed(lane.name, old, lane, counts, taken))
            taken.add(lanes[index].name)
    names = [lane.name for old, lane in zip(scene.lanes, lanes, strict=True) if lane.name != old.name]
    return replace(session, scene=translated(replace(scene, lanes=tuple(lanes)), names))


def translated(scene: Scene, names: Sequence[str]) -> Scene:
    """The scene, with what these names, which were made, are in other languages, where it does not say so itself."""
    words = dict(scene.translations)
    for name in names:
        for code, said in in_languages(name):
            there = words.get(code, Translation())
            if name not in dict(there.lane):
                words[code] = replace(there, lane=(*there.lane, (name, said)))
    return replace(scene, translations=tuple((code, words[code]) for code in TRANSLATIONS if code in words))


def _with_lane(session: Session, lane: Lane) -> Session:
    lanes = list(session.scene.lanes)
    lanes[session.lane] = lane
    return renamed(with_lanes(replace(session, chosen=True), lanes), session.scene)


@dataclass(frozen=True)
class NameLane(Message):
    """Call the selected lane so, from now on, whatever becomes of it; without a name, what its settings say."""

    name: str

    def apply(self, session: Session) -> Session:
        scene, lane = session.scene, session.scene.lanes[session.lane]
        name = composed(" ".join(self.name.split()))
        others = {composed(other.name) for place, other in enumerate(scene.lanes) if place != session.lane}
        if len(name) > LONGEST_NAME or not name.isprintable():
            notice = say(session.language, "A lane's name is one line of at most {most} characters.", most=LONGEST_NAME)
            return replace(session, notice=notice)
        if name in others:
            return replace(session, notice=say(session.language, "Another lane is called {name}.", name=name))
        chosen = name or made(lane, scene.examples.count, others)
        given = (session.intent.names - {lane.name}) | ({name} if name else set())
        intent = replace(session.intent, names=given)
        if chosen == lane.name:
            return replace(session, intent=intent)
        lanes = tuple(replace(each, name=chosen) if each is lane else each for each in scene.lanes)
        captions = tuple(c.model_copy(update={"lane": chosen}) if c.lane == lane.name else c for c in scene.captions)
        there = replace(scene, lanes=lanes, captions=captions, question=_about(scene.question, lane.name, chosen))
        return replace(session, scene=there if name else translated(there, [chosen]), intent=intent)


def _about(question: Question | None, name: str, chosen: str) -> Question | None:
    """The question, about the same lanes."""
    if question is None:
        return None
    return question.model_copy(update={"answer": tuple(chosen if lane == name else lane for lane in question.answer)})


@dataclass(frozen=True)
class SelectLane(Message):
    """Turn the controls to a lane; where they are folded in, it is said to which."""

    index: int

    def apply(self, session: Session) -> Session:
        if not 0 <= self.index < len(session.scene.lanes):
            return session
        name = session.scene.texts(session.language).lanes[self.index]
        told = "" if session.controls else say(session.language, "lane: {name}", name=name)
        return replace(session, lane=self.index, chosen=True, notice=told)


@dataclass(frozen=True)
class NextLane(Message):
    """Turn the controls to the lane so many places further, round and round."""

    places: int

    def apply(self, session: Session) -> Session:
        return SelectLane((session.lane + self.places) % len(session.scene.lanes)).apply(session)


@dataclass(frozen=True)
class ChooseRule(Message):
    """Give the selected lane another rule, which keeps the hyperparameters that it shares with the old one.

    Weight decay that is part of a rule, as AdamW's, is not that which is an option of another.
    """

    name: str

    def apply(self, session: Session) -> Session:
        lane = session.scene.lanes[session.lane]
        old, kind = type(lane.rule), RULES[self.name]
        shared = shared_settings(lane.rule, kind).items()
        kept = {name: value for name, value in shared if _is_option(old, name) == _is_option(kind, name)}
        return _with_lane(session, replace(lane, rule=rule_of(kind, kept)))


def _is_option(rule: type[Any], name: str) -> bool:
    """Whether a rule's hyperparameter is one that 0 switches off."""
    letter = letters(rule).get(name)
    return letter is not None and letter.option


@dataclass(frozen=True)
class NextRule(Message):
    """The rule after the selected lane's, round and round; one that refuses the lane's settings is passed over."""

    def apply(self, session: Session) -> Session:
        names, name = list(RULES), rule_name(session.scene.lanes[session.lane].rule)
        place = names.index(name) + 1 if name in names else 0  # A rule from elsewhere is before all others.
        refused = ""
        for after in names[place:] + names[:place]:
            try:
                there = ChooseRule(after).apply(session)
            except RuleFailure as failure:
                refused = say(session.language, "{rule} is passed over: {why}", rule=after, why=str(failure))
            else:
                return replace(there, notice=refused) if refused else there
        return replace(session, notice=refused)


@dataclass(frozen=True)
class SetHyperparameter(Message):
    """Set one of the selected lane's hyperparameters, if its rule has it."""

    name: str
    value: float

    def apply(self, session: Session) -> Session:
        lane = session.scene.lanes[session.lane]
        rule: Any = lane.rule
        if self.name not in {field.name for field in fields(rule)}:
            return session
        return _with_lane(session, replace(lane, rule=with_settings(rule, **{self.name: self.value})))


@dataclass(frozen=True)
class ScaleLearningRate(Message):
    """Multiply the selected lane's learning rate."""

    factor: float

    def apply(self, session: Session) -> Session:
        rate = session.scene.lanes[session.lane].rule.learning_rate
        changed = min(max(two_digits(rate * self.factor), min(LEAST_RATE, rate)), MOST_RATE)
        there = SetHyperparameter("learning_rate", changed).apply(session)
        return at_its_end(there, "η", changed) if changed == rate else there


@dataclass(frozen=True)
class ShiftMomentum(Message):
    """Add to the share of the past that the selected lane's rule keeps: its λ, β1, α or ρ."""

    amount: float

    def apply(self, session: Session) -> Session:
        rule: Any = session.scene.lanes[session.lane].rule
        name = kept_share(rule)
        if name is None:
            return replace(session, notice=say(session.language, "This lane's rule has no share of the past to set."))
        before = getattr(rule, name)
        rung = 1.0 if before == HIGHEST_DECAY else before  # In whose place it stands: the way back is the way there.
        value = min(max(round(rung + self.amount, 3), 0.0), max(HIGHEST_DECAY, before))
        there = SetHyperparameter(name, value).apply(session)
        sign = letters(type(rule)).get(name, Letter(name)).sign
        return at_its_end(there, sign, value) if value == before else there


def at_its_end(session: Session, sign: str, value: float) -> Session:
    """The session, in which it is said that a key goes no further."""
    notice = say(session.language, "{sign} = {value}: the keys go no further.", sign=sign, value=short(value))
    return replace(session, notice=notice)


@dataclass(frozen=True)
class SetBatchSize(Message):
    """Set the selected lane's batch size; at most all examples. Whoever asks for more, or for none, is told."""

    size: int

    def apply(self, session: Session) -> Session:
        count = session.scene.examples.count
        size = min(max(self.size, 1), count)
        there = _with_lane(session, replace(session.scene.lanes[session.lane], batch_size=size))
        return there if size == self.size else at_its_end(there, "B", size)


@dataclass(frozen=True)
class ScaleBatchSize(Message):
    """Multiply the selected lane's batch size, and change it by one at least."""

    factor: float

    def apply(self, session: Session) -> Session:
        size = session.scene.lanes[session.lane].batch_size
        scaled = round(size * self.factor)
        return SetBatchSize(scaled if scaled != size else size + (1 if self.factor > 1 else -1)).apply(session)


@dataclass(frozen=True)
class ChooseSchedule(Message):
    """Change the selected lane's learning rate by another plan, with the warm-up that the former one had."""

    name: str

    def apply(self, session: Session) -> Session:
        lane = session.scene.lanes[session.lane]
        old = lane.schedule
        if self.name == old.name:
            return session
        kept: dict[str, Any] = {"per": old.per, "warmup": old.warmup, "warmup_from": old.warmup_from}
        kind, updates = SCHEDULES[self.name], session.scene.updates
        whole: dict[str, Any] = {"length": max(2, updates)} if kind in AS_LONG_AS_THE_RACE else {}
        there = _with_lane(session, replace(lane, schedule=kind(**kept, **whole)))
        told = FORMS.get(rule_name(lane.rule), "") if self.name != "constant" else ""
        return replace(there, notice=say(session.language, told)) if told else there


@dataclass(frozen=True)
class SetSchedule(Message):
    """Set one of the numbers of the selected lane's schedule, if it has it."""

    name: str
    value: float | str

    def apply(self, session: Session) -> Session:
        lane = session.scene.lanes[session.lane]
        schedule: Any = lane.schedule
        if self.name not in {field.name for field in fields(schedule)}:
            return session
        return _with_lane(session, replace(lane, schedule=replace(schedule, **{self.name: self.value})))


@dataclass(frozen=True)
class ChooseSampling(Message):
    """Draw the selected lane's batches in another way."""

    sampling: Sampling

    def apply(self, session: Session) -> Session:
        return _with_lane(session, replace(session.scene.lanes[session.lane], sampling=self.sampling))


@dataclass(frozen=True)
class DropLast(Message):
    """Drop the short last batch of the selected lane's epochs, or keep it again."""

    def apply(self, session: Session) -> Session:
        lane = session.scene.lanes[session.lane]
        return _with_lane(session, replace(lane, drop_last=not lane.drop_last))


@dataclass(frozen=True)
class AddLane(Message):
    """Add a lane: plain descent with all examples, at the selected lane's learning rate."""

    def apply(self, session: Session) -> Session:
        lane = session.scene.lanes[session.lane]
        rule = GradientDescent(lane.rule.learning_rate)
        count = session.scene.examples.count
        fresh = Lane("", rule, count)
        return _add(session, replace(fresh, name=made(fresh, count, _names(session))), copied=False)


@dataclass(frozen=True)
class DuplicateLane(Message):
    """Add a copy of the selected lane."""

    def apply(self, session: Session) -> Session:
        lane = session.scene.lanes[session.lane]
        return _add(session, replace(lane, name=_another(session, lane.name)), copied=True)


@dataclass(frozen=True)
class RemoveLane(Message):
    """Remove the selected lane, unless it is the only one."""

    def apply(self, session: Session) -> Session:
        lanes = list(session.scene.lanes)
        if len(lanes) == 1:
            return replace(session, notice=say(session.language, "The last lane stays."))
        del lanes[session.lane]
        return with_lanes(session, lanes, sources=[place for place in range(len(lanes) + 1) if place != session.lane])


def _add(session: Session, lane: Lane, copied: bool) -> Session:
    """The session with one lane more, the selected lane's copy or one of its own."""
    lanes = session.scene.lanes
    if len(lanes) == MOST_LANES:
        return replace(session, notice=say(session.language, "There is room for six lanes."))
    there = with_lanes(
        replace(session, chosen=True), [*lanes, lane], selected=len(lanes), sources=[*range(len(lanes)), session.lane]
    )
    # A lane of its own has the batch that it asks for.
    batches = there.intent.batches if copied or not there.intent.batches else (*there.intent.batches[:-1], None)
    intent = replace(there.intent, batches=batches)
    return replace(there, scene=translated(there.scene, [lane.name]), intent=intent)


def _names(session: Session) -> set[str]:
    return {lane.name for lane in session.scene.lanes}


def _another(session: Session, name: str) -> str:
    """The name with a number that makes it another one than all lanes have."""
    taken, match = _names(session), NUMBERED.fullmatch(name)
    stem = match[1] if match and match[1] in taken else name
    return next(free for free in numbered(stem) if free not in taken)


def two_digits(value: float) -> float:
    """The value, rounded to two significant digits."""
    return float(f"{value:.2g}")
