"""Messages about what a race begins with: its scene and the question that it asks, its seed, its start."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache, partial
from typing import Any

from ...descent.clock import Timing
from ...descent.examples.recipes import ShiftedExamples
from ...descent.race import Race
from ...descent.rules import OWN, rule_name
from ...descent.update import plain_rate, rolled
from ...foreign.rules_file import RulesError, load_rules
from ...languages import TRANSLATIONS, everywhere
from ...scene import Scene, load_scene, scene_files
from ...scene.lesson import answer, revealed_at, same_race
from ...scene.speech import LONGEST_TITLE, InLanguages, Translation
from ...surface.functions.formula import Formula, FormulaError
from ...surface.points import Array
from ...surface.protocol import Point
from ...surface.start import Beginning, beginning
from ..style.numbers import short
from ..style.theme import say
from .lanes import renamed
from .playback import Restart
from .session import Session, as_it_wants, ask, changed

USUAL_SIGMA = 0.1  # Of examples on a new surface, where there were none to vary one.
OWN_SURFACE = "A surface of your own."


@dataclass(frozen=True, slots=True)
class OpenScene:
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
        origin=scene,
        lane=0,
        given=frozenset(),
        rules_refused="",
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
class Return:
    """Go back to the scene that was changed and left. What is left now can be come back to in its turn."""

    def apply(self, session: Session) -> Session:
        before = session.left
        if before is None:
            return replace(session, notice=say(session.language, "No changed scene was left."))
        return replace(
            session,
            scene=before.scene,
            origin=before.origin,
            progress=before.progress,
            seen=before.seen,
            playing=False,
            horizon=before.horizon,
            clock=before.clock,
            focus=before.focus,
            pose=before.pose,
            goal=None,
            turned=before.turned,
            views=before.views,
            together=before.together,
            riding=False,
            former=None,
            lane=before.lane,
            given=before.given,
            guess=before.guess,
            asking=before.asking,
            opened=None,
            notice="",
            left=leave(replace(session, left=None)),
        )


@dataclass(frozen=True, slots=True)
class NextScene:
    """Play the scene so many places further in the list, round and round."""

    places: int

    def apply(self, session: Session) -> Session:
        names = list(scene_files())
        outside = -1 if self.places > 0 else 0  # A scene from elsewhere lies before the first.
        place = names.index(session.scene.name) if session.scene.name in names else outside
        return OpenScene((place + self.places) % len(names)).apply(session)


@dataclass(frozen=True, slots=True)
class Guess:
    """Guess that this lane is the answer to the scene's question, and watch."""

    lane: int

    def apply(self, session: Session) -> Session:
        if not 0 <= self.lane < len(session.scene.lanes):
            return session
        return replace(SkipQuestion().apply(session), guess=self.lane, guessed=session.scene)


@dataclass(frozen=True, slots=True)
class Judged:
    """What was guessed of the scene's race is known to be right, or not; only the first guess of a race counts."""

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
class SkipQuestion:
    """Watch without a guess."""

    def apply(self, session: Session) -> Session:
        return replace(session, asking=False, playing=True, notice="")


@dataclass(frozen=True, slots=True)
class NewSeed:
    """Play the race with the next seed: other batches, the same examples."""

    def apply(self, session: Session) -> Session:
        scene = replace(session.scene, seed=session.scene.seed + 1)
        return Restart().apply(replace(session, scene=scene))


@dataclass(frozen=True, slots=True)
class EarlierSeed:
    """Play the race with the seed before; there is none before 0."""

    def apply(self, session: Session) -> Session:
        scene = replace(session.scene, seed=max(session.scene.seed - 1, 0))
        return Restart().apply(replace(session, scene=scene))


@dataclass(frozen=True, slots=True)
class Drop:
    """Play from another start: all marbles are dropped at this point."""

    point: tuple[float, float]

    def apply(self, session: Session) -> Session:
        return Restart().apply(replace(session, scene=replace(session.scene, start=self.point)))


@dataclass(frozen=True, slots=True)
class Undrop:
    """Take a drop back: the start, the moment and whether it played are as before."""

    start: tuple[float, float]
    progress: float
    playing: bool

    def apply(self, session: Session) -> Session:
        scene = replace(session.scene, start=self.start)
        return replace(session, scene=scene, progress=self.progress, playing=self.playing, notice="")


@dataclass(frozen=True, slots=True)
class MoveStart:
    """Pause, and let the race begin at another point; the moment stays."""

    point: tuple[float, float]

    def apply(self, session: Session) -> Session:
        return replace(session, scene=replace(session.scene, start=self.point), playing=False, notice="")


@dataclass(frozen=True, slots=True)
class NudgeStart:
    """Move the start farther to the right and farther up, by shares of what is shown; the moment stays."""

    right: float
    up: float

    def apply(self, session: Session) -> Session:
        (x, y), shown = session.scene.start, session.focus or session.scene.window
        return MoveStart((x + self.right * shown.width, y + self.up * shown.height)).apply(session)


@dataclass(frozen=True, slots=True)
class SetFormula:
    """Play on a surface of one's own, f(x, y); the lanes stay, and so do examples that vary a surface.

    Where steps of their learning rates would lead uphill nearly everywhere, these are turned down, and where they do
    from the start, it moves: what is not as it was is told.

    A formula that cannot be read stays in its field, with what is wrong about it.
    """

    formula: str

    @property
    def can_be_read(self) -> bool:
        """Whether it is a formula; that is known at once, but not what there is to see of it."""
        try:
            Formula(self.formula)
        except FormulaError:
            return False
        return True

    def apply(self, session: Session) -> Session:
        scene = session.scene
        if not self.formula.strip() or (isinstance(scene.surface, Formula) and scene.surface.formula == self.formula):
            return replace(session, draft="", refused="")
        try:
            surface = Formula(self.formula)
        except FormulaError as error:
            refused = say(session.language, "The formula {reason}", reason=error)
            return replace(session, draft=self.formula, refused=refused)
        start, rules = _wanted(session)
        examples = scene.examples if scene.examples.needs_surface else ShiftedExamples(USUAL_SIGMA)
        begun = _begun(surface, start, rules, examples)
        lanes = tuple(
            replace(
                lane,
                rule=_slower(rule, begun.factor),
                batch_size=_batch_size(lane.batch_size, scene.examples.count, examples.count),
            )
            for lane, rule in zip(scene.lanes, rules, strict=True)
        )
        mine = replace(
            scene,
            name="formula",
            title=f"f = {self.formula}"[:LONGEST_TITLE],
            look=OWN_SURFACE,
            surface=surface,
            window=begun.window,
            start=begun.start,
            examples=examples,
            lanes=lanes,
            claims=(None,) * len(lanes),
            captions=(),
            question=None,
            translations=_of_own_surface(scene),
        )
        fresh = renamed(replace(session, scene=mine, focus=None, draft="", refused=""), scene)
        notice = _told(begun, max(map(plain_rate, rules)), session.language)
        return replace(ask(Restart().apply(fresh)), notice=notice)


def _wanted(session: Session) -> tuple[Point, tuple[Any, ...]]:
    """Where marbles are to start, and the lanes' rules, as if nothing had been turned down for the surface before."""
    scene, rules = session.scene, tuple(lane.rule for lane in session.scene.lanes)
    first = session.origin
    if first is None or first == scene or not isinstance(scene.surface, Formula) or len(first.lanes) != len(rules):
        return scene.start, rules
    firsts = tuple(lane.rule for lane in first.lanes)
    begun = _begun(scene.surface, first.start, firsts, scene.examples)
    start = first.start if scene.start == begun.start else scene.start
    own = (old if rule == _slower(old, begun.factor) else rule for rule, old in zip(rules, firsts, strict=True))
    return start, tuple(own)


@lru_cache(maxsize=8)
def _begun(surface: Formula, start: Point, rules: tuple[Any, ...], examples: Any) -> Beginning:
    """How a race of these rules begins on a surface, if it is to begin there."""

    def roll(rule: Any, places: Array, factor: float) -> Iterator[Array]:
        return rolled(replace(rule, learning_rate=factor * rule.learning_rate), surface, places)

    rolls = [partial(roll, rule) for rule in dict.fromkeys(rules) if _grows(rule)]
    return beginning(surface, start, rolls, examples.sums(surface)[0])


def _grows(rule: Any) -> bool:
    """Whether it is a rule of the program's own, whose steps grow with the gradient."""
    return type(rule) in OWN and plain_rate(rule) > 0.0


def _slower(rule: Any, factor: float) -> Any:
    """The rule with so many times its learning rate, if its steps grow with the gradient."""
    if factor in (0.0, 1.0) or not _grows(rule):
        return rule
    return replace(rule, learning_rate=float(f"{factor * rule.learning_rate:.6g}"))


def _told(begun: Beginning, rate: float, language: str) -> str:
    """What of a race's beginning is not as it was wanted, and why; rate: the largest η that was."""
    shown = {"rate": short(rate), "factor": short(begun.factor)}
    if not begun.factor:
        return say(language, "η = {rate} is too large for half of this window: turn it down.", **shown)
    if begun.factor < 1.0 and begun.moved:
        return say(language, "η is {factor} times what it was, and the start has moved: {rate} was too large.", **shown)
    if begun.factor < 1.0:
        return say(language, "η is {factor} times what it was: {rate} was too large here.", **shown)
    return _why_moved(begun, shown, language) if begun.moved else ""


def _why_moved(begun: Beginning, shown: dict[str, str], language: str) -> str:
    if begun.moved == "nowhere":
        return say(language, "The start has moved: at the old one there is no loss.")
    if begun.moved == "towers":
        return say(language, "The start has moved: from the height of the old one all else looks level.")
    if begun.moved == "level":
        return say(language, "The start has moved: at the old one it is level.")
    return say(language, "The start has moved: η = {rate} was too large for the old one.", **shown)


@dataclass(frozen=True, slots=True)
class Draft:
    """A formula is being typed: it is kept, and shown when Enter says so."""

    formula: str

    def apply(self, session: Session) -> Session:
        return replace(session, draft=self.formula, refused="")


def _of_own_surface(scene: Scene) -> InLanguages[Translation]:
    """What a surface of one's own is in other languages: its title is a formula, and the lanes' names stay."""
    before, looks = dict(scene.translations), dict(everywhere(OWN_SURFACE))
    words = ((code, before.get(code, Translation()).lane, looks.get(code)) for code in TRANSLATIONS)
    return tuple((code, Translation(look=look, lane=lanes)) for code, lanes, look in words if look or lanes)


def _batch_size(batch_size: int, before: int, count: int) -> int:
    """A full batch stays one; no batch is larger than N."""
    return count if batch_size == before else min(batch_size, count)


@dataclass(frozen=True, slots=True)
class LoadRules:
    """Run the code of a file that the user has typed, and have its rules join the others; again, if it has changed.

    Lanes whose rule is from there go on with the one that the file has now. A file that cannot be used stays in its
    field, with what is wrong about it.
    """

    path: str

    def apply(self, session: Session) -> Session:
        if not self.path.strip():
            return replace(session, rules="", rules_refused="")
        try:
            loaded = load_rules(self.path.strip())
        except RulesError as error:
            return replace(session, rules=self.path, rules_refused=str(error))
        lanes = tuple(replace(lane, rule=_anew(lane.rule, loaded.rules)) for lane in session.scene.lanes)
        names = ", ".join(loaded.rules)
        notice = say(session.language, "The code of {path} was run; its rules: {names}.", path=self.path, names=names)
        scene = session.scene if lanes == session.scene.lanes else replace(session.scene, lanes=lanes)
        return replace(session, scene=scene, rules=self.path, rules_refused="", notice=notice)


@dataclass(frozen=True, slots=True)
class DraftRules:
    """The path of a file of rules is being typed: it is kept, and its code is run when Enter says so."""

    path: str

    def apply(self, session: Session) -> Session:
        return replace(session, rules=self.path, rules_refused="")


def _anew(rule: Any, kinds: Mapping[str, Any]) -> Any:
    """The rule of the same name among these, with the same settings, if it has been replaced; else the rule."""
    kind = kinds.get(rule_name(rule))
    if kind is None or kind is type(rule) or type(rule) in OWN:
        return rule
    shared = {field.name for field in fields(kind)} & {field.name for field in fields(rule)}
    return kind(**{name: getattr(rule, name) for name in shared})
