"""What a scene says while its race runs: captions when something has happened, and the answer to its question.

All of it is causal, like the verdicts: what is said at a tick follows from the race up to that tick.
"""

from dataclasses import replace
from functools import lru_cache

from ..descent.clock import Timing
from ..descent.race import Race
from .reading import load_scene, scene_files
from .speech import Caption
from .value import Scene

HOLD = 50  # Ticks for which a caption stands, unless the next one comes: time to read it twice, and no longer.

TIMES = ("start", "end", "update")
"""What a caption may wait for that comes in any race."""


def happened(race: Race, timing: Timing, lane: int, kind: str, tick: int) -> int | None:
    """The tick at which a kind of event first was certain in the lane; None if it is not by `tick`."""
    events = race.judges[lane].events_until(timing.updates(lane, tick))
    return next((timing.tick(lane, event.seen) for event in events if event.kind.code == kind), None)


def said_at(caption: Caption, scene: Scene, race: Race, timing: Timing, tick: int) -> int | None:
    """The tick at which the caption's condition became true; None if it is not by `tick`."""
    lanes = _lanes_of(caption, scene)
    if not lanes:  # Its lane has been taken away.
        return None
    match caption.on:
        case "start":
            ticks: list[int | None] = [0]
        case "end":
            ticks = [max(timing.tick(lane, scene.updates) for lane in lanes)]
        case "update":
            assert caption.update is not None
            ticks = [timing.tick(lane, caption.update) for lane in lanes]
        case kind:
            ticks = [happened(race, timing, lane, kind, tick) for lane in lanes]
    first = min((when for when in ticks if when is not None), default=None)
    return first if first is not None and first <= tick else None


def _lanes_of(caption: Caption, scene: Scene) -> list[int]:
    """The lanes that a caption tells of, all where it names none."""
    return [index for index, lane in enumerate(scene.lanes) if caption.lane in (None, lane.name)]


def _lasts(caption: Caption, scene: Scene, timing: Timing, ticks: int, tick: int) -> bool:
    """Whether a caption that came so many ticks before the tick stands at it, unless the next one comes.

    What is said of the end was true there: it is not said of lanes that are played on.
    """
    if caption.on != "end":
        return ticks < HOLD
    return all(timing.updates(lane, tick) <= scene.updates for lane in _lanes_of(caption, scene))


def is_particular(words: Caption) -> bool:
    """Whether a caption tells of the very race that its author saw: in numbers, or at a time, whatever has happened."""
    return words.on in TIMES or any(character.isdigit() for character in words.text)


def without_particulars(scene: Scene) -> Scene:
    """The scene for a race that its author has not seen."""
    return replace(scene, captions=tuple(words for words in scene.captions if not is_particular(words)))


def same_race(one: Scene, other: Scene) -> bool:
    """Whether two scenes have the same race."""
    return (one.seed, one.experiment) == (other.seed, other.experiment)


@lru_cache(maxsize=8)
def as_written(scene: Scene, any_seed: bool = False) -> bool:
    """Whether the race is the one that a scene of the program's own was written for; others are taken at their word.

    any_seed: whether it is so with any other seed, too.
    """
    if scene.name not in scene_files():
        return True
    own = _own(scene.name)
    others_words = scene.look != own.look or not set(scene.captions) <= set(own.captions)
    return others_words or same_race(replace(scene, seed=own.seed) if any_seed else scene, own)


_own = lru_cache(maxsize=8)(load_scene)  # Asked for at each place that a start is carried over.


def caption(scene: Scene, race: Race, timing: Timing, tick: int, particular: bool = True) -> int | None:
    """The index of the scene's caption that stands at the tick: the one whose condition came true last.

    It stands until the next one's does, for `HOLD` ticks at most; what is said of the end as long as that lasts.

    particular: whether those are said that tell of the very race that their author saw.
    """
    latest, shown = -1, None
    for index, each in enumerate(scene.captions):
        when = said_at(each, scene, race, timing, tick) if particular or not is_particular(each) else None
        if when is not None and when >= latest:
            latest, shown = when, index
    lasts = shown is not None and _lasts(scene.captions[shown], scene, timing, tick - latest, tick)
    return shown if lasts else None


def answer(scene: Scene, race: Race, timing: Timing, tick: int) -> tuple[int, ...]:
    """The lanes in which what the scene asks about has happened by the tick: in this race, however it was changed."""
    if scene.question is None:
        return ()
    kind = scene.question.on
    return tuple(lane for lane in range(len(scene.lanes)) if happened(race, timing, lane, kind, tick) is not None)


def revealed_at(scene: Scene, race: Race, timing: Timing, tick: int) -> int | None:
    """The tick at which the question is answered: when all lanes of the answer are there, or at the end.

    The end is when all lanes have made as many updates as the scene is meant to be watched for.
    """
    if scene.question is None:
        return None
    end = end_of(scene, timing)
    names = [lane.name for lane in scene.lanes]
    expected = [names.index(name) if name in names else None for name in scene.question.answer]
    ticks = [None if lane is None else happened(race, timing, lane, scene.question.on, tick) for lane in expected]
    known = [when for when in ticks if when is not None]
    when = min(max(known), end) if len(known) == len(ticks) else end
    return when if when <= tick else None


def end_of(scene: Scene, timing: Timing) -> int:
    """The tick at which all lanes have made as many updates as the scene is meant to be watched for."""
    return max(timing.tick(lane, scene.updates) for lane in range(len(scene.lanes)))
