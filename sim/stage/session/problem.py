"""Messages that change what the lanes descend by hand: a surface of one's own, how much its examples differ, and how
many there are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from itertools import islice, takewhile
from typing import Any, NamedTuple

import numpy as np

from ...base.languages import TRANSLATIONS, everywhere
from ...descent.examples.recipes import MOST_EXAMPLES, Recipe, ShiftedExamples
from ...descent.lane import Lane, descend
from ...descent.update import plain_rate, trajectory
from ...scene import Scene
from ...scene.speech import LONGEST_TITLE, InLanguages, Translation
from ...study.tuning.start import TRIED, Beginning, Reason, Trial, beginning
from ...surface.functions.formula import Formula, FormulaError
from ...surface.points import Array
from ...surface.protocol import LARGEST, Point
from ..style.numbers import short
from ..style.theme import say
from .lanes import at_its_end, grows, renamed, translated, two_digits, with_lanes
from .names import numbered
from .playback import Restart
from .session import CutBatch, Message, OriginalSettings, Rate, Session, Typed, ask

LEAST_SIGMA = 0.01  # Below it, none.
USUAL_SIGMA = 0.1  # Of examples on a new surface, where there were none to vary one.
OWN_SURFACE = "A surface of your own."
FAR = 0.01  # A marble that is not to come so far, in diagonals of the window, gets nowhere.
RUNGS = (*(step * 10**power for power in range(3) for step in (1, 2, 5)), MOST_EXAMPLES)
"""As many examples there are by one key after the other."""
MOST_NAMED = 3  # Of so many lanes at most the names are told.


@dataclass(frozen=True, slots=True)
class SetFormula(Message):
    """Play on a surface of one's own, f(x, y); the lanes stay, and so do examples that vary a surface.

    Learning rates whose steps would lead uphill nearly everywhere, or throw the race's own marbles out, are turned
    down, and where they do from the start, it moves: what is not as it was is told.

    A formula that cannot be read stays in its field, with what is wrong about it.
    """

    clears_notice = False

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
        other = session.formula.text not in ("", self.formula)  # One goes on with what has been typed meanwhile.
        done = session if other else replace(session, formula=Typed())
        if not self.formula.strip() or (isinstance(scene.surface, Formula) and scene.surface.formula == self.formula):
            return done
        try:
            surface = Formula(self.formula)
        except FormulaError as error:
            return replace(session, formula=Typed(self.formula, str(error)))
        examples = scene.examples if scene.examples.needs_surface else ShiftedExamples(USUAL_SIGMA)
        start, rates = _wanted(session)
        fits = _fits(session, examples.count)
        lanes = [
            replace(fit.lane, rule=replace(fit.lane.rule, learning_rate=rate.wanted))
            for fit, rate in zip(fits, rates, strict=True)
        ]
        begun = _begun(surface, start, lanes, examples, scene.seed)
        slower = tuple(_slower(lane, begun.factor) for lane in lanes)
        mine = replace(
            scene,
            name="formula",
            title=_title(self.formula),
            look=OWN_SURFACE,
            surface=surface,
            window=begun.window,
            start=begun.start,
            examples=examples,
            lanes=slower,
            claims=(None,) * len(lanes),
            captions=(),
            question=None,
            translations=_of_own_surface(scene),
        )
        given = (rate._replace(given=lane.rule.learning_rate) for rate, lane in zip(rates, slower, strict=True))
        settings = OriginalSettings(start, begun.start, begun.factor or 1.0, tuple(given))
        intent = replace(session.intent, settings=settings)
        fresh = _called(replace(done, scene=mine, intent=intent, focus=None), scene, fits)
        notice = _told(begun, lanes, fresh)
        return replace(ask(Restart().apply(fresh)), notice=notice)


def _title(formula: str) -> str:
    """What a surface of one's own is called; a formula that is cut ends in dots, so that none reads as another."""
    title = f"f = {' '.join(formula.split())}"  # A title has no blanks but plain ones.
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…"


def _wanted(session: Session) -> tuple[Point, list[Rate]]:
    """Where marbles are to start, and the lanes' rates, as if nothing had been turned down for the surface before."""
    scene, wanted = session.scene, session.intent.settings
    rates = [lane.rule.learning_rate for lane in scene.lanes]
    if wanted is None:
        return scene.start, [Rate(rate, rate) for rate in rates]
    start = wanted.start if scene.start == wanted.moved else scene.start
    known = zip(wanted.rates, rates, strict=True)
    return start, [rate if rate.given == there else Rate(there, there) for rate, there in known]


def _begun(surface: Formula, start: Point, lanes: Sequence[Lane], examples: Recipe, seed: int) -> Beginning:
    """How a race of these lanes begins on a surface, if it is to begin there."""
    train = examples.sums(surface)[0]
    growing, rest = [lane for lane in lanes if grows(lane.rule)], [lane for lane in lanes if not grows(lane.rule)]

    def way(lane: Lane, where: Point) -> Array:
        run = islice(descend(train, lane, np.array([where]), np.array([seed])), TRIED)
        made = takewhile(lambda update: update.alive[0] and not update.failures, run)
        return np.array([update.theta[0] for update in made]).reshape(-1, 2)

    def slowed(where: Point, factor: float) -> Iterator[Array]:
        return (way(_slower(lane, factor), where) for lane in growing)

    def others(where: Point) -> list[Array]:
        return [way(lane, where) for lane in rest]

    def roll(rule: Any, places: Array, factor: float) -> Iterator[Array]:
        return trajectory(replace(rule, learning_rate=factor * rule.learning_rate), surface, places)

    rules = dict.fromkeys(_undecayed(lane.rule) for lane in growing)
    return beginning(surface, start, [partial(roll, rule) for rule in rules], train, Trial(slowed, others))


def _slower(lane: Lane, factor: float) -> Lane:
    """The lane with so many times its learning rate, if its steps grow with the gradient."""
    rule: Any = lane.rule
    if factor in (0.0, 1.0) or not grows(rule):
        return lane
    return replace(lane, rule=replace(rule, learning_rate=float(f"{factor * rule.learning_rate:.6g}")))


def _undecayed(rule: Any) -> Any:
    """The rule without its decay, which may lead up the loss at any learning rate."""
    return replace(rule, weight_decay=0.0) if hasattr(rule, "weight_decay") else rule


def _told(begun: Beginning, before: Sequence[Lane], session: Session) -> str:
    """What of a race's beginning is not as it was wanted, and why; before: its lanes as they were."""
    language, after = session.language, session.scene.lanes
    first = _slowed(begun, before, session)
    moved = _why_moved(begun.moved, bool(first), language) if begun.moved else ""
    if not begun.defined:
        first = say(language, "No start was found at which all examples have a loss.")
    elif not begun.factor:
        rate = max(lane.rule.learning_rate for lane in before if plain_rate(lane.rule) > 0.0)
        first = say(language, "η = {rate} is too large for half of this window: turn it down.", rate=short(rate))
    elif begun.factor == 1.0 and 0.0 < begun.reach * session.scene.updates / TRIED < FAR:
        rate, count = max(lane.rule.learning_rate for lane in after), session.scene.updates
        told = {"rate": short(rate), "count": count}
        first = say(language, "η = {rate} is small here: in {count} updates no marble gets far. Turn it up.", **told)
    return say(language, "{first} {second}", first=first, second=moved) if first and moved else first or moved


def _slowed(begun: Beginning, before: Sequence[Lane], session: Session) -> str:
    """Whose learning rates were turned down, and why; empty if none was."""
    language, names = session.language, session.scene.texts(session.language).lanes
    both = list(zip(before, session.scene.lanes, strict=True))
    slower = [index for index, (old, new) in enumerate(both) if old.rule != new.rule]
    if not slower:
        return ""
    pairs = {(both[index][0].rule.learning_rate, both[index][1].rule.learning_rate) for index in slower}
    rate, now = max(pairs)
    whose, named = say(language, "η"), [names[index] for index in slower]
    if len(slower) < len(both) and len(slower) <= MOST_NAMED and not any(name.startswith("η") for name in named):
        whose = say(language, "η of {lanes}", lanes=say(language, ", ").join(named))
    elif len(slower) < len(both):
        whose = say(language, "η of {count} lanes", count=len(slower))
    told = {"whose": whose, "rate": short(rate), "now": short(now)}
    if len(pairs) > 1:
        turned = say(language, "{whose} is turned down, the largest from {rate} to {now}", **told)
    else:
        turned = say(language, "{whose} is turned down from {rate} to {now}", **told)
    if begun.gone:
        return say(language, "{turned}: marbles were gone by update {count}.", turned=turned, count=begun.gone)
    return say(language, "{turned}: it was too large here.", turned=turned)


def _why_moved(moved: Reason, slowed: bool, language: str) -> str:
    match moved:
        case Reason.NOWHERE:
            return say(language, "The start has moved: at the old one there is no loss.")
        case Reason.TOWERS:
            return say(language, "The start has moved: from the height of the old one all else looks level.")
        case Reason.LEVEL:
            return say(language, "The start has moved: at the old one it is all but level.")
        case Reason.GONE if slowed:
            return say(language, "The start has moved, too.")
        case Reason.GONE:
            return say(language, "The start has moved: from the old one marbles are gone at once.")
        case Reason.UPHILL:
            return say(language, "The start has moved: from the old one steps led uphill.")


@dataclass(frozen=True, slots=True)
class Draft(Message):
    """A formula is being typed: it is kept, and shown when Enter says so."""

    clears_notice = False

    formula: str

    def apply(self, session: Session) -> Session:
        return replace(session, formula=Typed(self.formula))


def _of_own_surface(scene: Scene) -> InLanguages[Translation]:
    """What a surface of one's own is in other languages: its title is a formula, and the lanes' names stay."""
    before, looks = dict(scene.translations), dict(everywhere(OWN_SURFACE))
    words = ((code, before.get(code, Translation()).lane, looks.get(code)) for code in TRANSLATIONS)
    return tuple((code, Translation(look=look, lane=lanes)) for code, lanes, look in words if look or lanes)


class Fit(NamedTuple):
    """A lane's batch where there are so many examples."""

    lane: Lane
    cut: CutBatch | None = None
    """What it was to be, if there are too few for that."""
    back: str = ""
    """What the lane is called again, if its batch has come back."""


def _fits(session: Session, count: int) -> list[Fit]:
    """The lanes' batches where there are so many examples instead of those of the scene."""
    scene = session.scene
    each = zip(scene.lanes, session.intent.batches or (None,) * len(scene.lanes), strict=True)
    return [_fit(lane, cut, scene.examples.count, count) for lane, cut in each]


def _fit(lane: Lane, cut: CutBatch | None, before: int, count: int) -> Fit:
    """A full batch stays one; of any other there is as much as there are examples."""
    if cut is None and lane.batch_size == before:
        return Fit(replace(lane, batch_size=count))
    cut = cut or CutBatch(lane.batch_size, lane.name, lane.name)
    if cut.size < count:
        return Fit(replace(lane, batch_size=cut.size), None, cut.name if lane.name == cut.now else "")
    return Fit(replace(lane, batch_size=count), cut)


def _called(session: Session, before: Scene, fits: Sequence[Fit]) -> Session:
    """The session, in which made names say what has become of the batches of that scene, and what is asked for stays
    known.
    """
    there = renamed(session, before)
    lanes, names = there.scene.lanes, []
    backs = ["" if lane.name in there.intent.names else fit.back for lane, fit in zip(lanes, fits, strict=True)]
    taken = {lane.name for lane, back in zip(lanes, backs, strict=True) if not back}
    for lane, back in zip(lanes, backs, strict=True):
        names.append(next(free for free in (back, *numbered(back)) if free not in taken) if back else lane.name)
        taken.add(names[-1])
    called = tuple(replace(lane, name=name) for lane, name in zip(lanes, names, strict=True))
    scene = replace(there.scene, lanes=called)
    each = zip(fits, before.lanes, names, strict=True)
    batches = tuple(fit.cut and _followed(fit.cut, old.name, name) for fit, old, name in each)
    intent = replace(there.intent, batches=batches if any(batches) else ())
    return replace(there, scene=translated(scene, names), intent=intent)


def _followed(batch: CutBatch, before: str, name: str) -> CutBatch:
    """The batch of a lane that has another name now, made for what that batch has become."""
    return batch._replace(now=name) if before == batch.now else batch


@dataclass(frozen=True)
class SetSigma(Message):
    """Set how much the examples differ."""

    sigma: float

    def apply(self, session: Session) -> Session:
        sigma = min(max(self.sigma, 0.0), LARGEST)
        return _with_examples(session, sigma=sigma) if adjustable(session.scene, "sigma") else _measured(session)


@dataclass(frozen=True)
class ScaleSigma(Message):
    """Multiply how much the examples differ, and say how much that is now; from nothing, begin with a little."""

    factor: float

    def apply(self, session: Session) -> Session:
        recipe: Any = session.scene.examples
        if not adjustable(session.scene, "sigma"):
            return _measured(session)
        sigma = two_digits(recipe.sigma * self.factor)
        if self.factor > 1:
            sigma = min(max(sigma, LEAST_SIGMA), LARGEST)
        elif sigma < LEAST_SIGMA:
            sigma = 0.0
        if sigma == recipe.sigma:
            return at_its_end(session, "σ", sigma)
        told = say(session.language, "σ = {sigma}: how much examples differ", sigma=short(sigma))
        if not sigma:
            told = say(session.language, "σ = 0: all examples are alike")
        return replace(SetSigma(sigma).apply(session), notice=told)


@dataclass(frozen=True)
class StepCount(Message):
    """So many rungs up or down with N: 1, 2, 5, 10 and so on, and what the scene has of its own."""

    rungs: int

    def apply(self, session: Session) -> Session:
        before = session.scene.examples.count
        there = SetCount(_rung(session, before, self.rungs)).apply(session)
        stayed = adjustable(session.scene, "count") and there.scene.examples.count == before
        return at_its_end(there, "N", before) if stayed else there


def _rung(session: Session, count: int, rungs: int) -> int:
    """The number of examples so many rungs from that one, as far as they go."""
    own = (session.scene if session.origin is None else session.origin.scene).examples.count
    ladder: list[int] = sorted({*RUNGS, own, count})
    return ladder[min(max(ladder.index(count) + rungs, 0), len(ladder) - 1)]


@dataclass(frozen=True)
class SetCount(Message):
    """Set N. Lanes that used all examples go on doing so; no batch can be larger than N, but what N is too small for
    comes back, with the lane's name, when N has grown again.
    """

    count: int

    def apply(self, session: Session) -> Session:
        if not adjustable(session.scene, "count"):
            return _measured(session)
        count = min(max(self.count, 1), MOST_EXAMPLES)
        fits = _fits(session, count)
        changed = with_lanes(_with_examples(session, count=count), [fit.lane for fit in fits])
        there = _called(changed, session.scene, fits)
        return replace(there, notice=_told_of_batches(session, there, fits))


def _told_of_batches(before: Session, after: Session, fits: Sequence[Fit]) -> str:
    """What has become of batches where there are other examples: which hold all of them now, or have come back."""
    language, count, former = after.language, after.scene.examples.count, before.scene.examples.count
    olds, news = before.scene.texts(language).lanes, after.scene.texts(language).lanes
    known = zip(before.scene.lanes, before.intent.batches or (None,) * len(fits), fits, olds, news, strict=True)
    cut, back = list[str](), list[str]()
    for lane, batch, fit, old, new in known:
        if count <= lane.batch_size < former:
            cut.append(old if old == new else f"{old} → {new}")
        elif batch is not None and fit.cut is None:
            back.append(new)
    told = say(language, ", ").join(cut or back)
    if cut and count == 1:
        return say(language, "With a single example, each batch is that one: {names}.", names=told)
    if cut:
        return say(language, "With {count} examples, each batch holds all of them: {names}.", count=count, names=told)
    if back:
        return say(language, "With {count} examples, batches are as they were: {names}.", count=count, names=told)
    return after.notice


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
