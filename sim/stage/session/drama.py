"""Time that slows down: at the first updates, which are the longest, and for an instant where something happens."""

from functools import lru_cache

from ...descent.clock import Timing
from ...descent.race import Race
from .session import SPEEDS, Session

MOMENTOUS = frozenset({"escaped", "left_saddle", "settled", "stuck", "stalled", "diverged"})
"""Kinds of events that are worth an instant, the first of each in every lane."""
# Updates after which time goes as fast as it is wanted.
OPENING = 10.0
# How fast time goes at first, over how fast it is wanted.
FIRST = 0.25
# Updates around an event within which time goes more slowly.
NEAR = 1.5
# How fast time goes at the event itself, over how fast it is wanted.
SLOWEST = 0.2
FASTEST = 30.0  # Updates a second up to which there is any drama.


def tempo(session: Session, race: Race) -> float:
    """How fast time goes now, over how fast it is wanted; 1 without drama, or with reduced motion."""
    if not session.drama or session.steady or SPEEDS[session.speed] > FASTEST:
        return 1.0
    return tempo_at(race, session.scene.timing(session.clock), session.progress)


def tempo_at(race: Race, timing: Timing, progress: float) -> float:
    """The same at any progress in ticks, with drama."""
    opening = FIRST + (1 - FIRST) * min(progress / OPENING, 1.0)
    gaps = (abs(progress - tick) / NEAR for tick in _ticks(race, timing, _known(race)))
    nearest = min(gaps, default=1.0)
    return min(opening, SLOWEST + (1 - SLOWEST) * min(nearest, 1.0))


def _known(race: Race) -> tuple[int, ...]:
    return tuple(len(judge.events) for judge in race.judges)


@lru_cache(maxsize=4)
def _ticks(race: Race, timing: Timing, known: tuple[int, ...]) -> tuple[int, ...]:
    """The ticks of momentous events, as far as so many events of each lane are known."""
    found = set[int]()
    for lane, count in enumerate(known):
        firsts: dict[str, int] = {}
        for event in race.judges[lane].events[:count]:
            if event.kind in MOMENTOUS:
                firsts.setdefault(event.kind, event.update)
        found |= {timing.tick(lane, update) for update in firsts.values()}
    return tuple(sorted(found))
