"""Messages about the learning rate that suits a lane best: that it is looked for, and what has been found."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ...scene import Scene
from ...study.statistics.wording import number_texts
from ...study.tuning.usual import Criterion, usual_criterion
from ..style.numbers import interval, percent, short
from ..style.theme import say
from .lanes import SetHyperparameter
from .session import Message, Retuned, Search, Session, alone, lane_of

if TYPE_CHECKING:
    from ...study.tuning.tuned import LaneTuned, Trial

RATE = "learning_rate"


def searching(session: Session) -> Search | None:
    """The search that goes on, if one does."""
    return session.tuning if isinstance(session.tuning, Search) else None


def ghost(session: Session) -> tuple[Scene, int] | None:
    """The scene as it was before a lane got its learning rate, and which lane it is, while that is being told."""
    made = session.tuning
    if not isinstance(made, Retuned) or session.notice != made.told:
        return None
    return (made.former, made.lane) if lane_of(session, made.scene) == made.lane else None


@dataclass(frozen=True, slots=True)
class Tune(Message):
    """Look for the learning rate that suits the selected lane best; again: stop, or take back what was found."""

    def apply(self, session: Session) -> Session:
        made = session.tuning
        if isinstance(made, Search):
            return StopTuning().apply(session)
        if made is not None and lane_of(session, made.scene) == session.lane:
            return _taken_back(session, made)
        scene = replace(alone(session, session.lane), seed=session.counted.seed)
        return replace(session, tuning=Search(scene, usual_criterion(session.scene)))


def _taken_back(session: Session, made: Retuned) -> Session:
    """The session with the learning rate that the selected lane had."""
    rate = made.former.lanes[made.lane].rule.learning_rate
    there = SetHyperparameter(RATE, rate).apply(replace(session, tuning=None))
    return replace(there, notice=say(session.language, "η is {rate} again.", rate=short(rate)))


@dataclass(frozen=True, slots=True)
class StopTuning(Message):
    """Look no further."""

    def apply(self, session: Session) -> Session:
        told = say(session.language, "Stopped: the lane keeps its η.")
        return replace(session, tuning=None, notice=told) if searching(session) is not None else session


@dataclass(frozen=True, slots=True)
class Searched(Message):
    """A search has come so far."""

    clears_notice = False

    scene: Scene
    share: float
    rate: float | None

    def apply(self, session: Session) -> Session:
        search = searching(session)
        if search is None or search.scene != self.scene:
            return session
        return replace(session, tuning=replace(search, share=self.share, rate=self.rate))


@dataclass(frozen=True, slots=True)
class NotTuned(Message):
    """A search cannot go on, for want of processes that compute, if nothing else is said."""

    scene: Scene
    why: str = ""
    """A sentence that says all."""
    failed: str = ""
    """What has gone wrong that nobody has foreseen."""

    def apply(self, session: Session) -> Session:
        search = searching(session)
        if search is None or search.scene != self.scene:
            return session
        lacking = say(session.language, "No η was found: the processes that compute cannot be started, or they died.")
        failed = say(session.language, "No η was found: {why}", why=self.failed) if self.failed else lacking
        return replace(session, tuning=None, notice=self.why or failed)


@dataclass(frozen=True, slots=True)
class Tuned(Message):
    """A search has come to its end: the lane gets the best learning rate if that is known to be better than its own."""

    scene: Scene
    by: Criterion
    seeds: int
    """How many fresh ones it is told of."""
    found: "LaneTuned"
    better: bool

    def apply(self, session: Session) -> Session:
        search, lane = searching(session), lane_of(session, self.scene)
        if search is None or search.scene != self.scene or lane is None:
            return session
        told = self.told(session.language)
        if not self.better:
            return replace(session, tuning=None, notice=told)
        chosen = replace(session, lane=lane, tuning=None)
        there = replace(SetHyperparameter(RATE, _rate(self.found.best.values)).apply(chosen), lane=session.lane)
        return replace(there, tuning=Retuned(alone(there, lane), session.scene, lane, told), notice=told)

    def told(self, language: str) -> str:
        """What was found, on the fresh seeds, in one line."""
        best, own = self.found.best, self.found.own
        rate, before = short(_rate(best.values)), short(_rate(own.values))
        if self.better:
            words = {"rate": rate, "found": self._at(best, language), "own": before}
            return say(
                language,
                "η = {rate}: {found}; before {own}: {other}",
                other=self._briefly(own, language),
                **words,
            )
        found = self._at(own, language)
        if rate == before:
            return say(language, "η = {own} stays, the best that was tried: {found}", own=before, found=found)
        return say(
            language,
            "η = {own} stays: {found}; tied with {rate}: {other}",
            own=before,
            found=found,
            rate=rate,
            other=self._briefly(best, language),
        )

    def _at(self, trial: "Trial", language: str) -> str:
        """What becomes of the lane at one learning rate, how sure that is, and on how many seeds it stands.

        Who escapes may do so to bounce for ever: so the loss is told with it.
        """
        found = self._surely(trial, language)
        if self.by == "escaped":
            told = self._nowhere(trial, language) or f"L {_minus(number_texts(trial.loss)[0])}"
            found = f"{found}, {told}"
        if not 0 < trial.above < self.seeds:
            return found
        above = say(
            language, "{count} of {seeds} not below the start", count=f"{trial.above:,}", seeds=f"{self.seeds:,}"
        )
        return f"{found}, {above}"

    def _nowhere(self, trial: "Trial", language: str) -> str:
        """What is said instead of a loss where no seed ends with one below that at the start."""
        return say(language, "not below the start") if trial.above == self.seeds else ""

    def _surely(self, trial: "Trial", language: str) -> str:
        estimate = trial.estimate
        if self.found.certain:
            return say(language, "{what}, whatever the seed", what=self._briefly(trial, language))
        seeds = f"{self.seeds:,}"
        if self.by == "escaped":
            low, high = interval(1 - estimate.high, 1 - estimate.low)
            share = percent(1 - estimate.value)
            return say(
                language,
                "{share} % escape ({low} to {high}) on {seeds} fresh seeds",
                share=share,
                low=low,
                high=high,
                seeds=seeds,
            )
        if nowhere := self._nowhere(trial, language):
            return nowhere
        loss, ends = number_texts(estimate)
        within = f" ({ends})" if ends else ""
        return say(language, "loss {loss} on {seeds} fresh seeds", loss=_minus(loss + within), seeds=seeds)

    def _briefly(self, trial: "Trial", language: str) -> str:
        """What came of a trial, in words, without how sure it is."""
        estimate = trial.estimate
        if self.by != "escaped":
            if nowhere := self._nowhere(trial, language):
                return nowhere
            loss = _minus(number_texts(estimate)[0])
            return say(language, "loss {loss}", loss=loss) if self.found.certain else loss
        if self.found.certain:
            return say(language, "it does not escape") if estimate.value else say(language, "it escapes")
        return f"{percent(1 - estimate.value)} %"


def _rate(values: Mapping[str, object]) -> float:
    return float(str(values[RATE]))


def _minus(text: str) -> str:
    return text.replace("-", "−")
