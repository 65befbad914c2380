"""A race as Python has it: its marbles by their lanes' names, with arrays, verdicts and events; it shows itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..descent.lane import Lane
from ..descent.race import Race as Running
from ..descent.rules.protocol import Rule
from ..descent.track import Track
from ..descent.verdict.events import Event
from ..descent.verdict.track_judge import TrackJudge
from ..descent.verdict.verdict import Verdict
from ..report import updates_text
from ..scene import OPENING, Scene
from ..surface.points import Array
from .lanes import Added
from .mistakes import known_name, whole_number
from .scenes import SceneLike, resolve_scene, updates_of
from .surfaces import Surface

if TYPE_CHECKING:
    from pandas import DataFrame

SHOWN = (1200, 675)
"""Width and height of the picture that a race is in a notebook."""


@dataclass(frozen=True, eq=False, slots=True)
class Marble:
    """One marble of a race: row u of its arrays is the moment after u updates; they are to be read.

    It has fewer rows where its numbers overflowed or its rule failed.
    """

    _track: Track
    _judge: TrackJudge
    _asked: int

    @property
    def lane(self) -> Lane:
        """Its lane: rule, batch size, schedule, sampling."""
        return self._track.lane

    @property
    def name(self) -> str:
        """Its lane's."""
        return self.lane.name

    @property
    def rule(self) -> Rule[Any]:
        """By which it moves."""
        return self.lane.rule

    @property
    def updates(self) -> int:
        """U, how many it has made."""
        return min(self._asked, self._track.updates)

    @property
    def theta(self) -> Array:
        """θ, where it was, shape (U + 1, 2)."""
        return _read(self._track.theta, self.updates + 1)

    @property
    def loss(self) -> Array:
        """The training loss there, shape (U + 1,)."""
        return _read(self._track.loss, self.updates + 1)

    @property
    def test_loss(self) -> Array:
        """The test loss there, shape (U + 1,)."""
        return _read(self._track.test_loss, self.updates + 1)

    @property
    def full_gradient(self) -> Array:
        """∇L of the training loss there, shape (U + 1, 2)."""
        return _read(self._track.full_gradient, self.updates + 1)

    @property
    def curvatures(self) -> Array:
        """Both eigenvalues of ∇²L there, the smaller first, shape (U + 1, 2)."""
        return _read(self._track.curvatures, self.updates + 1)

    @property
    def gradient(self) -> Array:
        """∇L_B of the batch that makes the next update, shape (U, 2)."""
        return _read(self._track.gradient, self.updates)

    @property
    def batch_loss(self) -> Array:
        """The loss of that batch, shape (U,)."""
        return _read(self._track.batch_loss, self.updates)

    @property
    def movement(self) -> Array:
        """What that update adds to θ, shape (U, 2)."""
        return _read(self._track.movement, self.updates)

    def batch(self, update: int) -> npt.NDArray[np.intp]:
        """The examples of the batch that leads from moment `update` to the next, ascending."""
        return self._track.batch(whole_number("update", update, 0, max(self.updates - 1, 0)))

    @property
    def verdict(self) -> Verdict:
        """What has become of it at the end: `kind`, `sentence`, `evidence`, `since` and the numbers behind them."""
        return self._judge.verdict(self._asked)

    def verdict_at(self, update: int) -> Verdict:
        """The verdict on it after so many updates."""
        return self._judge.verdict(whole_number("update", update, 0, self._asked))

    @property
    def evidence(self) -> tuple[str, ...]:
        """SceneLike speaks for the verdict at the end, and how derivatives were found that were not given."""
        note = derivatives_of(self._track.problem.train)
        return (*self.verdict.evidence, *((note,) if note else ()))

    @property
    def events(self) -> tuple[Event, ...]:
        """SceneLike has happened to it, in the order in which it became certain."""
        return tuple(self._judge.events_until(self._asked))

    def __repr__(self) -> str:
        return f"<{self.name}: {self.verdict.sentence}, after {updates_text(self.updates)}>"


class Race:
    """A race that was run: `race["full batch"]` is a marble, and so is what one comes across in a loop.

    In a notebook it is a page that plays it; where none can be shown, its picture at the end. Equal races have equal
    bits.
    """

    def __init__(self, scene: Scene, updates: int) -> None:
        """The race of a scene after so many updates."""
        self.scene = scene
        self.updates = updates
        self._running = scene.race()
        self._running.extend(updates)
        pairs = zip(self._running.tracks, self._running.judges, strict=True)
        self._marbles = {track.lane.name: Marble(track, judge, updates) for track, judge in pairs}

    @property
    def seed(self) -> int:
        """By which its batches are drawn."""
        return self.scene.seed

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its lanes."""
        return tuple(self._marbles)

    def running(self) -> Running:
        """SceneLike computes it, which may go on."""
        return self._running

    def __getitem__(self, name: str) -> Marble:
        return self._marbles[known_name("lane", name, self._marbles)]

    def __iter__(self) -> Iterator[Marble]:
        return iter(self._marbles.values())

    def __len__(self) -> int:
        return len(self._marbles)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name in self._marbles

    def to_frame(self) -> "DataFrame":
        """All rows of all marbles as a pandas.DataFrame, in long form: lane, update, epoch, x, y, loss and the rest.

        Row for row it is what `run --csv` writes, where the training loss is called train_loss: what belongs to a batch
        stands in the row of the update that it made, and is NaN at the start.

        Raises:
            UseError: pandas is not installed.
        """
        from .tables import race_frame  # noqa: PLC0415  Who asks for arrays needs none.

        return race_frame(self._running, self.updates)

    def __repr__(self) -> str:
        width = max(map(len, self._marbles))
        lines = [f"Race of {self.scene.name}, seed {self.seed}, {updates_text(self.updates)}"]
        lines += [f"  {marble.name:<{width}}  {marble.verdict.sentence}" for marble in self]
        note = derivatives_of(self._running.problem.train)
        return "\n".join([*lines, *([f"  {note}"] if note else [])])

    def _repr_html_(self) -> str:
        from .pictures import playing  # noqa: PLC0415  Nor needs who looks at no picture the stage.

        return playing(self, SHOWN)

    def _repr_png_(self) -> bytes:
        from .pictures import png  # noqa: PLC0415  Nor needs who looks at no picture the stage.

        return png(self, SHOWN)


def race(
    scene: SceneLike = OPENING,
    *,
    seed: int | None = None,
    updates: int | None = None,
    rules: Mapping[str, Added] | None = None,
    start: Any = None,
) -> Race:
    """Run a race.

    scene: its name, a path to a file, a Scene, or a Surface.
    seed: by which batches are drawn; the scene's own, if none is given.
    updates: how many; as many as the scene is meant to be watched for, if none are given.
    rules: lanes besides the scene's own, by name: a rule, which follows the full batch, (rule, batch size), or a Lane.
        One of a name that the scene has takes that one's place.
    start: where the marbles start, (x, y).

    Raises:
        SceneError: there is no such scene, or it cannot be read.
        UseError: something is asked for wrongly.

    >>> told = race("local-minimum", seed=3, updates=100)
    >>> told["minibatch"].theta.shape, told["minibatch"].movement.shape
    ((101, 2), (100, 2))
    >>> [marble.verdict.kind.code for marble in told]
    ['stuck', 'under_way', 'under_way']
    >>> from three_marbles import RULES
    >>> race("ravine", updates=50, rules={"mine": RULES["adam"](0.1)})["mine"].loss[-1].round(3).item()
    0.204
    """
    selected = resolve_scene(scene, seed=seed, rules=rules, start=start)
    return Race(selected, updates_of(selected, updates))


def derivatives_of(train: object) -> str:
    """How derivatives were found of a surface that does not give them all; empty where they are known."""
    surface = getattr(train, "surface", None)
    return surface.derivatives if isinstance(surface, Surface) and surface.by_differences else ""


def _read(column: Array, rows: int) -> Array:
    """The first rows of a column, which cannot be written to."""
    found = column[:rows]
    found.flags.writeable = False
    return found
