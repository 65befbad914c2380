"""A film of a race, drawn without a display: the window's own pictures, update by update."""

from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path

import pygame

from ....descent.clock import UPDATES, Timing
from ....descent.race import Race
from ....scene import Scene
from ...drawing.drawn_state import DrawnState
from ...drawing.layout import SMALLEST
from ...drawing.screen import Screen
from ...picture.picture import draw
from ...picture.races import race as race_of
from ...picture.snapshot import GLIDING, Snapshot, snapshot_of
from ...session.playback import tempo_at
from ...session.session import SPEEDS, USUAL_SPEED, Session, begin
from ..carried import carried_by
from ..looks import USUAL_LOOK, Look
from .encoding import Size
from .recorder import Recorder

USUAL_SECONDS = 20.0
"""How long a film is at most, if nothing else is asked for."""
CHUNK = 1_000  # Updates computed between two reports.
COMPUTING = 0.05  # What an update costs, in pictures.
FINER = 4  # How many moments of a slowed course are known for each picture that is taken of it.
SAMPLE = 12  # Pictures from which a GIF takes its colours.


def film(
    scene: Scene,
    path: Path,
    *,
    size: Size,
    theme: str,
    rate: int,
    first: int = 0,
    last: int | None = None,
    seconds: float | None = None,
    drama: bool = False,
    steady: bool = False,
    clock: str = UPDATES,
    look: Look = USUAL_LOOK,
) -> Generator[float, None, int]:
    """Film a scene's race from update `first` to `last`, the scene's own if None, at so many pictures a second.

    The updates are spread evenly over so many seconds; if None, as many as it takes at the session's usual speed, up
    to USUAL_SECONDS. A picture of an update is what `screenshot` makes of it, bit for bit, unless the size is one that
    no window can have: then it is that of the smallest window, reduced. Where there are few updates a second, marbles
    glide from one to the next. The film carries the scene, as of its last picture. Yields the share of the work that is
    done, and returns the number of pictures.

    clock: by which of CLOCKS the lanes run; updates are those of the fastest lane.
    look: what is shown beyond what the scene wants, and in which language.
    steady: whether motion is reduced: nothing glides, and no ring grows.
    drama: whether it is slow at the first updates and for an instant where something happens. Then it is longer, unless
        it is to last so many seconds.

    Raises:
        OutputError: the film cannot be written. Nothing half-written is left; nor is it when this is closed early.
    """
    last = scene.updates if last is None else last
    count = picture_count(last - first, rate, seconds)
    session = replace(
        look.applied(begin(scene, theme)),
        playing=False,
        live=False,
        steady=steady,
        clock=clock,
        horizon=max(scene.updates, last),
    )
    race = race_of(scene)
    computing = COMPUTING * session.horizon
    for update in range(CHUNK, session.horizon, CHUNK):
        race.extend(update)
        yield COMPUTING * update / (computing + count)
    race.extend(session.horizon + 1)
    shown = list(course(first, last, count, rate))
    if drama:
        shown = slowed(shown, race, scene.timing(session.clock), None if seconds is None else count)
        count = len(shown)
    canvas = Renderer(session, race, size)
    sample = map(canvas.at, evenly(first, last, SAMPLE)) if path.suffix.lower() == ".gif" else ()
    comment = carried_by(replace(session, progress=float(last)))
    with Recorder(path, size, rate, comment, sample) as recorder:
        for number, progress in enumerate(shown, start=1):
            recorder.add(canvas.at(progress))
            yield (computing + number) / (computing + count)
    return count


def picture_count(updates: int, rate: int, seconds: float | None) -> int:
    """How many pictures show so many updates, both ends included, in so many seconds or at the usual speed."""
    if seconds is not None:
        return max(1, round(rate * seconds))
    return round(rate * min(updates / SPEEDS[USUAL_SPEED], USUAL_SECONDS)) + 1


def course(first: int, last: int, count: int, rate: int) -> Iterator[float]:
    """What each of so many pictures shows, so many of them a second: the updates, and in slow films what is between."""
    steps = count - 1
    if steps < 1 or (last - first) * rate > GLIDING * steps:
        return map(float, evenly(first, last, count))
    return (round(first + (last - first) * step / steps, 9) for step in range(count))


def slowed(shown: list[float], race: Race, timing: Timing, count: int | None = None) -> list[float]:
    """The course with more pictures where time goes more slowly; in all, so many, if that is given."""
    if len(shown) < 2:
        return shown
    step, last, progress, found = shown[1] - shown[0], shown[-1], shown[0], list[float]()
    if count is not None:
        step /= FINER
    while progress < last and step > 0:
        found.append(round(progress, 9))
        progress += step * tempo_at(race, timing, progress)
    found.append(last)
    return found if count is None else [found[place] for place in evenly(0, len(found) - 1, count)]


def evenly(first: int, last: int, count: int) -> Iterator[int]:
    """So many whole numbers from the first to the last, evenly spread; a single one is the last."""
    steps = max(1, count - 1)
    return (last - (last - first) * (steps - step) // steps for step in range(steps + 1 - count, steps + 1))


class Renderer:
    """Where one update after another is drawn: what stays between them is left alone."""

    def __init__(self, session: Session, race: Race, size: Size) -> None:
        self._session, self._race = session, race
        # As in the window: what is smaller than it can be is drawn larger, and then reduced.
        grown = max(1.0, *(least / side for least, side in zip(SMALLEST, size, strict=True)))
        self._canvas = pygame.Surface([round(grown * side) for side in size], depth=32)
        self._picture = self._canvas if grown == 1 else pygame.Surface(size, depth=32)
        self._before: Snapshot | None = None
        self._drawn_state = DrawnState()

    def at(self, progress: float) -> pygame.Surface:
        """The picture of that update, or of a part of the way to the next, until another is asked for."""
        now = snapshot_of(replace(self._session, progress=float(progress), seen=int(progress)), self._race)
        if now != self._before:
            draw(Screen(self._canvas, self._drawn_state), now, self._before)
            if self._picture is not self._canvas:
                pygame.transform.smoothscale(self._canvas, self._picture.get_size(), self._picture)
            self._before = now
        return self._picture
