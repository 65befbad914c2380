"""Messages about what a race begins with: its scene and the question that it asks, its seed, its start."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...descent.clock import Timing
from ...descent.race import Race
from ...descent.rules import OWN, rule_name
from ...descent.rules.guard import RuleFailure, rule_of
from ...descent.rules.protocol import shared_settings
from ...descent.rules.registry import Kind
from ...scene import Scene, load_scene, scene_files
from ...scene.lesson import answer, revealed_at, same_race
from ..style.theme import say
from .playback import Restart
from .session import LaneIntent, Message, Origin, Session, Typed, as_it_wants, ask, changed


@dataclass(frozen=True, slots=True)
class OpenScene(Message):
    """Play a scene that comes with the program, by its place in the list; its question, if it has one, is put.

    What was changed by hand in the one that is left is kept.
    """

    index: int

    def apply(self, session: Session) -> Session:
        names = list(scene_files())
        if self.index >= len(names):
            place, count = self.index + 1, len(names)
            notice = say(session.language, "There is no scene {number}; there are {count}.", number=place, count=count)
            return replace(session, notice=notice)
        return ask(Restart().apply(as_it_wants(opened(session, load_scene(names[self.index])))))


def opened(session: Session, scene: Scene) -> Session:
    """The session with another scene, whole, under names of its own; the one that is left can be come back to."""
    return replace(
        session,
        scene=scene,
        intent=LaneIntent(),
        origin=Origin(scene),
        lane=0,
        chosen=False,
        rules=Typed() if session.rules.refused else session.rules,
        horizon=scene.updates,
        focus=None,
        left=leave(session),
    )


def leave(session: Session) -> Session | None:
    """What can be come back to when the session's scene is left: that scene, if it was changed by hand."""
    if not changed(session):
        return session.left
    return replace(session, left=None, tally=None, sheet="", playing=False, help=False, pointer=None, notice="")


@dataclass(frozen=True, slots=True)
class Return(Message):
    """Go back to the scene as it was before it was changed, or else to the one that was changed and left. What is left
    now can be come back to in its turn.
    """

    def apply(self, session: Session) -> Session:
        before = session.left
        if changed(session):
            return _unchanged(session)
        if before is None:
            return replace(session, notice=say(session.language, "There is no change to undo."))
        if before.scene.name == session.scene.name:
            return _changed_again(session, before)
        left = leave(replace(session, left=None))
        return _left_again(session, before, left)


def _unchanged(session: Session) -> Session:
    """The session with its scene, which was changed, as it was opened: at the same moment, with the same seed."""
    assert session.origin is not None
    scene = replace(session.origin.scene, seed=session.scene.seed)
    lane = min(session.lane, len(scene.lanes) - 1)
    there = replace(opened(session, scene), intent=session.origin.intent, origin=session.origin)
    return replace(there, lane=lane, chosen=session.chosen, former=None, goal=None)


def _left_again(session: Session, before: Session, left: Session | None) -> Session:
    """The session, at rest, with the scene that was left, and how that was being looked at; another one is left now."""
    return replace(
        session,
        scene=before.scene,
        intent=before.intent,
        origin=before.origin,
        progress=before.progress,
        seen=before.seen,
        horizon=before.horizon,
        clock=before.clock,
        focus=before.focus,
        pose=before.pose,
        turned=before.turned,
        views=before.views,
        together=before.together,
        lane=before.lane,
        chosen=before.chosen,
        guess=before.guess,
        asking=before.asking,
        playing=False,
        goal=None,
        riding=False,
        former=None,
        opened=None,
        left=left,
    )


def _changed_again(session: Session, before: Session) -> Session:
    """The session with its scene as it was changed before: at the same moment, with the same seed."""
    scene = replace(before.scene, seed=session.scene.seed)
    return replace(
        session,
        scene=scene,
        intent=before.intent,
        origin=before.origin,
        focus=before.focus,
        lane=min(session.lane, len(scene.lanes) - 1),
        former=None,
        goal=None,
        left=None,
    )


@dataclass(frozen=True, slots=True)
class NextScene(Message):
    """Play the scene so many places further in the list, round and round."""

    places: int

    def apply(self, session: Session) -> Session:
        names = list(scene_files())
        outside = -1 if self.places > 0 else 0  # A scene from elsewhere lies before the first.
        place = names.index(session.scene.name) if session.scene.name in names else outside
        return OpenScene((place + self.places) % len(names)).apply(session)


@dataclass(frozen=True, slots=True)
class Guess(Message):
    """Guess that this lane is the answer to the scene's question, and watch."""

    lane: int

    def apply(self, session: Session) -> Session:
        if not 0 <= self.lane < len(session.scene.lanes):
            return session
        return replace(SkipQuestion().apply(session), guess=self.lane, guessed=session.scene)


@dataclass(frozen=True, slots=True)
class Judged(Message):
    """What was guessed of the scene's race is known to be right, or not; only the first guess of a race counts."""

    clears_notice = False

    right: bool

    def apply(self, session: Session) -> Session:
        if is_judged(session):
            return session
        return replace(session, judged=(*session.judged, (session.scene, self.right)))


def is_judged(session: Session) -> bool:
    """Whether a guess of the session's race counts already."""
    scene = session.scene
    return any(scene.name == other.name and same_race(scene, other) for other, _ in session.judged)


def is_open(session: Session) -> bool:
    """Whether a guess of this very race has been made, and waits for the answer to be seen."""
    made = session.guess is not None and session.guessed is not None and same_race(session.scene, session.guessed)
    return made and not is_judged(session)


def judgement(session: Session, race: Race) -> Judged | None:
    """What is to be counted now: the guess of this very race, once the answer has been seen."""
    scene, guess = session.scene, session.guess
    if guess is None or not is_open(session):
        return None
    right = is_right(scene, race, scene.timing(session.clock), min(session.tick, race.updates - 1), guess)
    return None if right is None else Judged(right)


def is_right(scene: Scene, race: Race, timing: Timing, tick: int, guess: int) -> bool | None:
    """Whether the lane that was guessed is an answer to the scene's question; None as long as that is not known."""
    if revealed_at(scene, race, timing, tick) is None:
        return None
    return guess in answer(scene, race, timing, tick)


@dataclass(frozen=True, slots=True)
class SkipQuestion(Message):
    """Watch without a guess."""

    def apply(self, session: Session) -> Session:
        return replace(session, asking=False, playing=True)


@dataclass(frozen=True, slots=True)
class NewSeed(Message):
    """Play the race with the next seed: other batches, the same examples."""

    def apply(self, session: Session) -> Session:
        scene = replace(session.scene, seed=session.scene.seed + 1)
        return Restart().apply(replace(session, scene=scene))


@dataclass(frozen=True, slots=True)
class EarlierSeed(Message):
    """Play the race with the seed before; there is none before 0."""

    def apply(self, session: Session) -> Session:
        scene = replace(session.scene, seed=max(session.scene.seed - 1, 0))
        return Restart().apply(replace(session, scene=scene))


@dataclass(frozen=True, slots=True)
class Drop(Message):
    """Play from another start: all marbles are dropped at this point."""

    point: tuple[float, float]

    def apply(self, session: Session) -> Session:
        return Restart().apply(replace(session, scene=replace(session.scene, start=self.point)))


@dataclass(frozen=True, slots=True)
class Undrop(Message):
    """Take a drop back: the start, the moment and whether it played are as before."""

    start: tuple[float, float]
    progress: float
    playing: bool

    def apply(self, session: Session) -> Session:
        scene = replace(session.scene, start=self.start)
        return replace(session, scene=scene, progress=self.progress, playing=self.playing)


@dataclass(frozen=True, slots=True)
class MoveStart(Message):
    """Pause, and let the race begin at another point; the moment stays."""

    point: tuple[float, float]

    def apply(self, session: Session) -> Session:
        return replace(session, scene=replace(session.scene, start=self.point), playing=False)


@dataclass(frozen=True, slots=True)
class NudgeStart(Message):
    """Move the start farther to the right and farther up, by shares of what is shown; the moment stays."""

    right: float
    up: float

    def apply(self, session: Session) -> Session:
        (x, y), shown = session.scene.start, session.focus or session.scene.window
        there = nudged(x, self.right, shown.width), nudged(y, self.up, shown.height)
        return MoveStart(there).apply(session)


def nudged(value: float, share: float, extent: float) -> float:
    """A coordinate moved by a share of an extent, to twelve digits of that: there and back, it is what it was."""
    return round(value + share * extent, 12 - math.floor(math.log10(extent)))


@dataclass(frozen=True, slots=True)
class RulesFound(Message):
    """A file of rules that was typed has been run: its rules have joined the others, or it is told what is wrong.

    Lanes whose rule is from there go on with the one that the file has now, unless it refuses their settings. A file
    that cannot be used stays in its field.
    """

    path: str
    """As it was typed."""
    rules: Mapping[str, Kind] | None
    """What the file has, by their names; None where it cannot be used."""
    gone: frozenset[Kind] = frozenset()
    """The rules of its former text, which have left the others."""
    refused: str = ""

    def apply(self, session: Session) -> Session:
        other = session.rules.text not in ("", self.path)  # One goes on with what has been typed meanwhile.
        if self.rules is None and other:
            return replace(session, notice=self.refused)
        there = session if other else replace(session, rules=Typed(self.path, self.refused))
        return there if self.rules is None else self._going_on(there, self.rules)

    def _going_on(self, session: Session, found: Mapping[str, Kind]) -> Session:
        rules, refused = [], list[tuple[str, str]]()
        for lane, name in zip(session.scene.lanes, session.scene.texts(session.language).lanes, strict=True):
            try:
                rules.append(_anew(lane.rule, found))
            except RuleFailure as failure:
                rules.append(lane.rule)
                refused.append((name, str(failure)))
            else:
                if type(rules[-1]) in self.gone:
                    told = say(
                        session.language, "{rule} is not in {path} now", rule=rule_name(lane.rule), path=self.path
                    )
                    refused.append((name, told))
        lanes = tuple(replace(lane, rule=rule) for lane, rule in zip(session.scene.lanes, rules, strict=True))
        names = ", ".join(found)
        notice = say(session.language, "The code of {path} was run; its rules: {names}.", path=self.path, names=names)
        if refused:
            notice = _kept(refused, session.language)
        scene = session.scene if lanes == session.scene.lanes else replace(session.scene, lanes=lanes)
        return replace(session, scene=scene, notice=notice)


def _kept(refused: Sequence[tuple[str, str]], language: str) -> str:
    """Which lanes keep their rules, and what was said against it, the same only once."""
    names, reasons = zip(*refused, strict=True)
    told = {"lanes": say(language, ", ").join(names), "why": "; ".join(dict.fromkeys(reasons))}
    if len(refused) == 1:
        return say(language, "{lanes} keeps its rule as it was: {why}", **told)
    return say(language, "{lanes} keep their rules as they were: {why}", **told)


@dataclass(frozen=True, slots=True)
class DraftRules(Message):
    """The path of a file of rules is being typed: it is kept, and its code is run when Enter says so."""

    clears_notice = False

    path: str

    def apply(self, session: Session) -> Session:
        return replace(session, rules=Typed(self.path))


def _anew(rule: Any, kinds: Mapping[str, Any]) -> Any:
    """The rule of the same name among these, with the same settings, if it has been replaced; else the rule.

    Raises:
        RuleFailure: the one that has replaced it refuses them.
    """
    kind = kinds.get(rule_name(rule))
    if kind is None or kind is type(rule) or type(rule) in OWN:
        return rule
    return rule_of(kind, shared_settings(rule, kind))
